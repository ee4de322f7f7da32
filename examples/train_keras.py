# SPDX-License-Identifier: Apache-2.0
"""The model of train.c in Keras, on the same points from the same seed: prints the same losses, in every digit.

Run with tensorflow-cpu 2.21.0 and keras 3.15.1. What it printed is tests/examples/train.txt, to which the tests compare
what train.c prints.
"""
import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import numpy as np  # noqa: E402

POINTS, STEPS, SEED = 512, 30, 42


def make_points():
    """Coordinates are multiples of 1/1024, so that the disk's edge is the same in every arithmetic."""
    state, at = 1, np.empty(2 * POINTS, np.int64)
    for i in range(2 * POINTS):
        state = (state * 1664525 + 1013904223) % 2**32
        at[i] = (state >> 21) - 1024
    at = at.reshape(POINTS, 2)
    return (at / 1024).astype(np.float32), ((at**2).sum(axis=1) < 640000).astype(np.float32).reshape(-1, 1)


keras.utils.set_random_seed(SEED)
model = keras.Sequential([
    keras.Input((2,)),
    keras.layers.Dense(32, activation="relu"),
    keras.layers.Dense(32, activation="relu"),
    keras.layers.Dense(1),
])
model.compile(keras.optimizers.SGD(0.5), keras.losses.BinaryCrossentropy(from_logits=True))
points, labels = make_points()
for step in range(STEPS):
    print(f"step {step:2}  loss {model.train_on_batch(points, labels):.5f}")
