# SPDX-License-Identifier: Apache-2.0
"""Writes the goldens of the convolution_ initializers by real TensorFlow.

Run by hand, in the virtual environment of make_goldens.py, on an x86-64 processor:

    python3 tests/orthogonal/make_kernels.py

kernels.json      kernels of less than 48 outputs, in float32 and float64, with the digests of their bits
kernels_near.npz  kernels of 48 outputs and more, and some in float16, whose bits depend on TensorFlow's processor or arithmetic
"""
import make_goldens as goldens  # sets up TensorFlow

import numpy as np
import tensorflow as tf
from tensorflow.python.ops import init_ops

import digest
import manifest

CLASSES = {"convolution_delta_orthogonal": init_ops.ConvolutionDeltaOrthogonal,
           "convolution_orthogonal_1d": init_ops.ConvolutionOrthogonal1D,
           "convolution_orthogonal_2d": init_ops.ConvolutionOrthogonal2D,
           "convolution_orthogonal_3d": init_ops.ConvolutionOrthogonal3D}
OUTPUTS = [(1, 1), (1, 2), (2, 2), (3, 3), (2, 5), (1, 7), (7, 7), (4, 8), (9, 9), (5, 12), (15, 15), (16, 16), (1, 33), (30, 31), (47, 47)]
SEEDS = [(5, 1), (0, 0), (7, 0), (-3, 2**31 - 3), (0, 2**31 - 4), (2**40 + 3, -100)]
SIZES = {1: [1, 2, 3, 4, 7], 2: [1, 2, 3, 5], 3: [1, 2, 3, 4, 5]}


def shapes():
    for i, (inputs, outputs) in enumerate(OUTPUTS):
        for size in [(3,), (4, 3), (1, 2, 5)]:
            yield "convolution_delta_orthogonal", (*size, inputs, outputs)
        for dimensions, sizes in SIZES.items():
            for size in sizes:
                if size**dimensions * outputs**2 < 60000:
                    yield f"convolution_orthogonal_{dimensions}d", (size,) * dimensions + (inputs, outputs)
    for dimensions in SIZES:  # a kernel without inputs is empty
        yield f"convolution_orthogonal_{dimensions}d", (3,) * dimensions + (0, 4)


# The sign of zeros: TensorFlow adds a delta kernel's numbers to zeros, and no others.
ZEROS = [("convolution_delta_orthogonal", (3, 4, 4)), ("convolution_orthogonal_1d", (1, 4, 4))]


def make(name, shape, dtype, gain, seed):
    tf.random.set_seed(seed[0])
    return CLASSES[name](gain, seed[1], dtype)(shape).numpy()


def write_exact():
    entries, digests = [], {}
    cases = list(shapes())
    for i, (name, shape) in enumerate(cases + ZEROS):
        for j, dtype in enumerate(("float32", "float64")):
            gain, seed = (1.0, -1.3, 0.1)[i % 3] if i < len(cases) else 0.0, SEEDS[(i + j) % len(SEEDS)]
            e = {"name": f"{i}/{name}/{'x'.join(map(str, shape))}/{dtype}", "shape": list(shape), "dtype": dtype,
                 "initializer": name, "gain": gain, "seed": list(seed), "seed_rule": "stateful"}
            digests[e["name"]] = digest.tensor_digest(make(name, shape, dtype, gain, seed))
            entries.append(e | {"digest": digest.text(digests[e["name"]])})
    source = {"tensorflow": tf.__version__, "numpy": np.__version__}
    manifest.write(goldens.HERE / "kernels.json", source, entries, digest.total_digest(digests))


NEAR = [("convolution_delta_orthogonal", (3, 3, 20, 48), "float32"), ("convolution_delta_orthogonal", (3, 60, 64), "float64"),
        ("convolution_orthogonal_1d", (3, 16, 48), "float32"), ("convolution_orthogonal_2d", (3, 3, 64, 64), "float32"),
        ("convolution_orthogonal_2d", (2, 2, 50, 50), "float64"), ("convolution_orthogonal_3d", (3, 3, 3, 8, 50), "float32"),
        ("convolution_delta_orthogonal", (3, 8, 16), "float16"), ("convolution_orthogonal_1d", (3, 8, 8), "float16"),
        ("convolution_orthogonal_2d", (3, 3, 16, 16), "float16"), ("convolution_orthogonal_3d", (2, 2, 2, 4, 30), "float16")]


def write_near():
    np.savez_compressed(goldens.HERE / "kernels_near.npz", **{
        f"{name} {'x'.join(map(str, shape))} {dtype}": make(name, shape, dtype, 1.0, (5, 1)) for name, shape, dtype in NEAR})


if __name__ == "__main__":
    write_exact()
    write_near()
