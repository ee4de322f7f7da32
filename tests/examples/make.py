#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes what the examples have to print, from real Keras: init.txt, cuda_own_stream.txt, opencl_own_queue.txt,
sharded.txt, glorot_numpy.txt.

Run by hand with tensorflow-cpu 2.21.0, keras 3.15.1 and numpy 2.4.6.
"""
import math
import os
import pathlib
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import numpy as np  # noqa: E402

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "python"))
sys.dont_write_bytecode = True

import digest  # noqa: E402

TRUNCATED = 0.87962566103423978  # Keras divides by it: the standard deviation of a normal cut at 2


def he_normal(seed, *shape):
    return np.asarray(keras.initializers.HeNormal(seed=seed)(shape)).ravel()


kernel = he_normal(42, 3, 3, 64, 128)
lines = [f"fan_in {3 * 3 * 64}, stddev {math.sqrt(2 / (3 * 3 * 64)) / TRUNCATED:.9g}"]
(HERE / "init.txt").write_text("\n".join(lines + [f"{x:.9g}" for x in kernel[:4]]) + "\n")

kernel = he_normal(1, 7, 7, 3, 64)
(HERE / "opencl_own_queue.txt").write_text(f"kernel {kernel[0]:.9g} {kernel[1]:.9g} ... {kernel[-1]:.9g}\nbias 0\n")

kernel = np.asarray(keras.initializers.GlorotUniform(seed=1)((784, 128))).ravel()
line = f"kernel {kernel[0]:.9g} {kernel[1]:.9g} ... {kernel[-1]:.9g}, bias 0"
(HERE / "cuda_own_stream.txt").write_text(f"start 1: {line}\nstart 2: {line}\n")

init = keras.initializers
whole = {"up": (init.GlorotUniform(seed=1)((256, 1024)), 1), "down": (init.GlorotUniform(seed=2)((1024, 256)), 0),
         "words": (init.RandomNormal(seed=3)((10007, 256)), 0), "bias": (init.TruncatedNormal(seed=4)((257,)), 0)}
lines = []
for rank in range(4):
    for name, (tensor, axis) in whole.items():
        array = np.asarray(tensor)
        each = -(-array.shape[axis] // 4)
        padding = [(0, 4 * each - array.shape[axis] if d == axis else 0) for d in range(array.ndim)]
        shard = np.split(np.pad(array, padding), 4, axis)[rank].ravel()
        lines.append(f"rank {rank} of 4: {name:5} {shard.size:7} of {array.size} elements, the first {shard[0]:.9g}")
lines += [f"{name:5} {digest.text(digest.tensor_digest(np.asarray(tensor)))}" for name, (tensor, _) in whole.items()]
(HERE / "sharded.txt").write_text("\n".join(lines) + "\n")

founding = np.asarray(keras.initializers.GlorotUniform(seed=0)((2, 2)))
(HERE / "glorot_numpy.txt").write_text(f"{founding}\n")
