# SPDX-License-Identifier: Apache-2.0
"""Writes stft.json: filter banks of real Keras's STFT initializer, whose windows are SciPy's.

Run by hand, from anywhere, in the virtual environment of make_goldens.py, with scipy==1.17.1 besides, on an x86-64 processor:

    python3 tests/golden/make_stft.py
"""
import make_goldens as goldens  # sets the backend

import keras
import numpy as np
import scipy
import tensorflow as tf

import digest
import manifest

WINDOWS = ["hann", "hamming", "blackman", "nuttall", "blackmanharris", "flattop", "boxcar", "triang", "bartlett", "cosine", None]
SCALINGS = ["density", "spectrum", None]
SHAPES = [(1, 2), (2, 3), (3, 2), (4, 4), (7, 5), (8, 5), (9, 3), (16, 9), (31, 33), (33, 17), (100, 7), (64, 33)]
# Sums of more than one leaf, angles that Eigen and glibc reduce with more bits, times that are no numbers of 16 bits.
LARGE = [(1024, 33), (4000, 3), (6000, 9), (9001, 3), (20000, 4), (40000, 3)]
DTYPES = ["float32", "float64", "float16", "bfloat16"]


def cases():
    for dtype in DTYPES:
        n = 0
        for shape in SHAPES:
            for window in WINDOWS:
                for scaling in SCALINGS:
                    for periodic in (False, True):
                        if n % 5 in (0, 2) or shape == (16, 9):
                            yield dtype, shape, dict(side=("real", "imag")[n % 2], window=window, scaling=scaling, periodic=periodic)
                        n += 1
        for i, shape in enumerate(LARGE):
            for side in ("real", "imag"):
                yield dtype, shape, dict(side=side, window=("hann", "hamming")[i % 2], scaling=SCALINGS[i % 2], periodic=False)


def made(dtype, shape, config):
    """The tensor; None where Keras fails or divides 0 by 0."""
    try:
        value = keras.initializers.STFT(**config)((shape[0], 1, shape[1]), dtype=dtype).numpy()
    except tf.errors.InvalidArgumentError:
        return None
    return value if np.isfinite(value.astype(np.float64)).all() else None


def entry_of(dtype, shape, config, number):
    """The short form, where only what is not the default is said, or Keras's own object."""
    e = {"name": f"{number}/{dtype}/{shape[0]}x{shape[1]}", "shape": [shape[0], 1, shape[1]], "dtype": dtype}
    if number % 2:
        return e | {"initializer": keras.initializers.serialize(keras.initializers.STFT(**config))}
    short = {"side": "real", "window": "hann", "scaling": "density", "periodic": False}
    return e | {"initializer": "stft"} | {key: value for key, value in config.items() if value != short[key]}


def main():
    entries, digests = [], {}
    for dtype, shape, config in cases():
        value = made(dtype, shape, config)
        if value is None:
            continue
        e = entry_of(dtype, shape, config, len(entries))
        digests[e["name"]] = digest.tensor_digest(value)
        entries.append(e | {"digest": digest.text(digests[e["name"]])})
    source = {"keras": keras.__version__, "tensorflow": tf.__version__, "numpy": np.__version__, "scipy": scipy.__version__}
    manifest.write(goldens.HERE / "stft.json", source, entries, digest.total_digest(digests))


if __name__ == "__main__":
    main()
