# SPDX-License-Identifier: Apache-2.0
"""Writes the goldens of `orthogonal` by real Keras on TensorFlow.

Run by hand, in a virtual environment with the versions that the committed files were made with, on an x86-64 processor:

    pip install tensorflow-cpu==2.21.0 keras==3.15.1 numpy==2.4.6
    python3 tests/orthogonal/make_goldens.py

exact.json  tensors whose smaller side is below 48, in float32 and float64, with the digests of their bits
near.npz    tensors from 48 on, and some in float16, whose bits depend on TensorFlow's processor or arithmetic
"""
import os
import pathlib
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "python"))

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

import digest  # noqa: E402
import manifest  # noqa: E402

SHAPES = [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (8, 8), (9, 9), (16, 16), (17, 17), (32, 32), (47, 47), (48, 47),
          (2, 1), (5, 1), (150, 1), (5, 3), (7, 2), (16, 5), (33, 17), (64, 32), (129, 7), (130, 8), (145, 9), (257, 15),
          (1000, 47), (9000, 16), (10000, 3), (2304, 32), (1, 9), (3, 50), (9, 140), (20, 129), (47, 300),
          (3, 3, 4, 16), (1, 1, 8, 8), (5, 5, 1, 40), (2, 2, 3, 4, 33), (0, 3), (3, 0), (2, 0, 3)]
NEAR = [("float32", (48, 48)), ("float32", (64, 64)), ("float32", (100, 60)), ("float32", (60, 100)),
        ("float32", (3, 3, 16, 64)), ("float64", (52, 50)), ("float64", (50, 80)),
        ("float16", (16, 8)), ("float16", (100, 20)), ("float16", (30, 96)), ("float16", (3, 3, 8, 24)), ("float16", (128, 48))]


# Products with the gain that are denormal, or that are not and nearly too large.
EXTREME = {"float32": (1e-39, 3e-38, 1e-30, 1.0, 2e19, 5e35, -3.4028234663852886e38),
           "float64": (1e-310, 1e-307, 1e200, -1.7976931348623157e308)}


def entry(name, shape, dtype, gain, seed):
    return {"name": name, "shape": list(shape), "dtype": dtype, "initializer": "orthogonal", "gain": gain, "seed": seed}


def name_of(shape, dtype, gain):
    return f"{'x'.join(map(str, shape))}/{dtype}/gain={gain}"


def make(shape, dtype, gain, seed):
    return keras.initializers.Orthogonal(gain, seed)(shape, dtype).numpy()


def write_exact():
    entries, digests = [], {}
    cases = [(shape, dtype, gain, 1000 + i) for i, shape in enumerate(SHAPES) for dtype in ("float32", "float64")
             for gain in (1.0, 0.1, -1.3)]
    cases += [(shape, dtype, gain, 2000 + i) for i, shape in enumerate([(4, 6), (40, 37)]) for dtype, gains in EXTREME.items()
              for gain in gains]
    for shape, dtype, gain, seed in cases:
        e = entry(name_of(shape, dtype, gain), shape, dtype, gain, seed)
        digests[e["name"]] = digest.tensor_digest(make(shape, dtype, gain, seed))
        entries.append(e | {"digest": digest.text(digests[e["name"]])})
    source = {"keras": keras.__version__, "tensorflow": tf.__version__, "numpy": np.__version__}
    manifest.write(HERE / "exact.json", source, entries, digest.total_digest(digests))


def write_near():
    np.savez_compressed(HERE / "near.npz", **{
        name_of(shape, dtype, gain).replace("/", " "): make(shape, dtype, gain, 5)
        for i, (dtype, shape) in enumerate(NEAR) for gain in [(1.0, -1.3)[i % 2]]})


if __name__ == "__main__":
    write_exact()
    write_near()
