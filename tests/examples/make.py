#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes what the examples have to print, from real Keras: init.txt, cuda_own_stream.txt, opencl_own_queue.txt,
glorot_numpy.txt.

Run by hand with tensorflow-cpu 2.21.0, keras 3.15.1 and numpy 2.4.6.
"""
import math
import os
import pathlib

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import numpy as np  # noqa: E402

HERE = pathlib.Path(__file__).parent
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

founding = np.asarray(keras.initializers.GlorotUniform(seed=0)((2, 2)))
(HERE / "glorot_numpy.txt").write_text(f"{founding}\n")
