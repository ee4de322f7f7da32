# SPDX-License-Identifier: Apache-2.0
"""Writes the goldens: tensors made by real TensorFlow and Keras, as manifests with digests and as a few small arrays.

Run by hand, from anywhere, in a virtual environment with the versions that the committed files were made with:

    pip install tensorflow-cpu==2.21.0 keras==3.15.1 tf-keras==2.21.0 numpy==2.4.6
    python3 tests/golden/make_goldens.py

keras.json      keras.initializers.*: seeds, shapes, arguments, fans, SeedGenerators
stateless.json  tf.random.stateless_uniform, _normal, _truncated_normal
dtypes.json     both, and tf_keras.initializers.*, in the dtypes other than float32
../../cli/selftest.json  a few of both, which `cw selftest` carries
*.npy           single tensors, one per distribution, for tests of files

Tensors with NaN or infinity are left out: no initializer is asked to make them. Arguments are never -0.0, because
eager TensorFlow keeps one scalar for both zeros, so that the result would depend on what ran before.
"""
import collections
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
import tf_keras  # noqa: E402

import digest  # noqa: E402
import manifest  # noqa: E402

SHAPES = [(), (1,), (2,), (3,), (4,), (5,), (7,), (1000,), (100003,), (0,), (0, 3), (3, 0), (2, 0, 3), (1, 1), (2, 2),
          (3, 5), (7, 1000), (1000, 7), (4, 5, 7), (1, 1, 64, 256), (3, 3, 4, 5), (7, 7, 3, 8), (5, 5, 1, 1),
          (2, 3, 4, 5, 7), (3, 1, 2, 1, 5, 7), (2, 1, 3, 1, 2, 1, 2, 5)]
FEW = [(), (1,), (7,), (3, 5), (3, 3, 4, 5)]
MATRICES = [(0, 3), (3, 0), (1, 1), (2, 2), (3, 5), (5, 3), (1, 7), (7, 1000)]
SEEDS = [0, 1, -1, 42, 1337, 2147483645, 2147483646, 2147483647, 2**32, 2**40, 2**63 - 1, -2**63]
TINY = [1e-38, 1e-39, 2e-38, 1e-45, -1e-40, 3e-45, 1.17549435e-38]
HUGE = [1e38, -1e38, 3e37, 3.4028234663852886e38]
PLAIN = [0.0, 1.0, -1.0, 0.1, -2.5, 1 / 3, 1e-7, 16777217.0]
INTEGERS = [0, 1, -3, 5, 2**24 + 1, 2**53 + 1, 2**60 + 2**36 + 1, -2**63, 2**63 - 1]
NUMBERS = PLAIN + TINY + HUGE + INTEGERS
SCALING = ["GlorotUniform", "GlorotNormal", "HeUniform", "HeNormal", "LecunUniform", "LecunNormal", "VarianceScaling"]
RANDOM = ["RandomUniform", "RandomNormal", "TruncatedNormal"] + SCALING
SHORT = {"Zeros": "zeros", "Ones": "ones", "Constant": "constant", "Identity": "identity"} | {
    name: "".join("_" + c.lower() if c.isupper() else c for c in name)[1:] for name in RANDOM + ["UniformFullInt"]}
FLOATS = ["float64", "float16", "bfloat16"]
INTS = ["int32", "int64", "uint32", "uint64"]
# Ties and near ties of 11 and 8 bits after a rounding to 24; the edges of each dtype.
EDGES = {"float64": [1e-308, -1e-308, 5e-324, 2.2250738585072014e-308, 4e-308, 1e-309, 1.7e308, -1e308, 1e-200, 1e-150],
         "float16": [6e-8, 5.9e-8, 2.9e-8, 3e-8, 6e-5, 1e-5, -1e-6, 6.1e-5, 65504.0, 65519.0, 3e4, 1 + 2**-11 + 2**-30,
                     1 + 3 * 2**-11, -(1 + 2**-11)],
         "bfloat16": TINY + [3.3e38, 3.38e38, 1 + 2**-8 + 2**-30, 1 + 3 * 2**-8, -(1 + 2**-8), 2e-40, 9.2e-41,
                               2**60 + 2**52 + 2**36 + 1]}

LIMITS = {"RandomUniform": {"minval": -2.5, "maxval": 0.1}, "RandomNormal": {"mean": 0.1, "stddev": 0.05},
          "TruncatedNormal": {"mean": 0.1, "stddev": 0.05}}

Case = collections.namedtuple("Case", "initializer shape arguments seed call dtype dialect")


def case(initializer, shape, arguments=None, seed=None, call=None, dtype="float32", dialect=None):
    return Case(initializer, shape, arguments or {}, seed, call, dtype, dialect)


# ------------------------------------------------------------------------------------------------ which tensors


def plain_cases():
    for shape in SHAPES:
        yield case("Zeros", shape)
        yield case("Ones", shape)
        yield case("Constant", shape, {"value": 0.1})
        for initializer in RANDOM:
            yield case(initializer, shape, seed=1337)
    for shape in MATRICES:
        yield case("Identity", shape)


def seed_cases():
    for initializer in RANDOM:
        for seed in SEEDS:
            yield case(initializer, (7, 5), seed=seed)
    for initializer in ("RandomUniform", "RandomNormal", "TruncatedNormal", "HeNormal"):
        for seed in (7, -1, 2147483646, 2**40):
            for call in range(4):
                yield case(initializer, (3, 5), seed=seed, call=call)


def one_number_cases():
    for number in NUMBERS:
        for shape in ((), (7,), (0,)):
            yield case("Constant", shape, {"value": number})
        for shape in MATRICES[2:5]:
            yield case("Identity", shape, {"gain": number})


def normal_cases():
    pairs = [(mean, stddev) for mean in NUMBERS for stddev in (0.0, 1.0, 2)]
    pairs += [(mean, stddev) for mean in (0.0, 1, -1e-39, 2e-38) for stddev in NUMBERS]
    pairs += [(m, s) for m in TINY for s in TINY]
    for initializer in ("RandomNormal", "TruncatedNormal"):
        for i, (mean, stddev) in enumerate(pairs):
            yield case(initializer, (41,) if i % 4 else (3, 5, 7), {"mean": mean, "stddev": stddev}, seed=i)
        yield case(initializer, (100003,), {"mean": 1e-38, "stddev": 2e-38}, seed=3)


def uniform_cases():
    pairs = [(minval, 1.0) for minval in NUMBERS] + [(0, maxval) for maxval in NUMBERS]
    pairs += [(-0.05, 0.05), (5, 5), (0.25, 0.25), (2.0, -1.0), (1e38, -1e38), (-1e38, 1e38), (-5, 5), (-5, 5.0)]
    pairs += [(a, b) for a in TINY for b in TINY] + [(a, b) for a in INTEGERS[4:] for b in INTEGERS[4:]]
    for i, (minval, maxval) in enumerate(pairs):
        yield case("RandomUniform", (41,) if i % 4 else (3, 5, 7), {"minval": minval, "maxval": maxval}, seed=i)
    yield case("RandomUniform", (100003,), {"minval": -2e-38, "maxval": 2e-38}, seed=3)


def scaling_cases():
    kinds = [(mode, distribution) for mode in ("fan_in", "fan_out", "fan_avg")
             for distribution in ("uniform", "truncated_normal", "untruncated_normal", "normal")]
    for i, (mode, distribution) in enumerate(kinds):
        for scale in (1.0, 2.0, 0.1, 1 / 3, 2, 1e-38, 1e-75, 1e-80, 1e-300, 1e74):
            for shape in FEW + [(2, 0, 3), (1000, 7)]:
                arguments = {"scale": scale, "mode": mode, "distribution": distribution}
                yield case("VarianceScaling", shape, arguments, seed=i)


def axes_cases():
    axes = [([0, 1], [2, 3]), ([2], [3]), ([-1], [0, -2]), ([0, 1, 2, 3], []), ([], []), ([1, 1], [0])]
    axes += [([0], None), (None, [0])]
    for inputs, outputs in axes:
        given = {key: value for key, value in (("input_axes", inputs), ("output_axes", outputs)) if value is not None}
        for initializer in SCALING:
            for shape in ((3, 4, 5, 6), (24, 3, 8, 2)):
                yield case(initializer, shape, given, seed=5)


def underflow_cases():
    """Arguments too small for any float32: they round to zero, and keep their sign there."""
    for tiny in (-1e-50, 1e-50):
        yield case("Constant", (3,), {"value": tiny})
        yield case("Identity", (2, 3), {"gain": tiny})
        for stddev in (0.0, -1e-50, 1e-39, 1.0):
            yield case("RandomNormal", (41,), {"mean": tiny, "stddev": stddev}, seed=8)
            yield case("TruncatedNormal", (41,), {"mean": tiny, "stddev": stddev}, seed=8)
        yield case("RandomUniform", (41,), {"minval": tiny, "maxval": -1.0}, seed=8)


def stateless_cases():
    pairs = [[0, 0], [1, 2], [-1, -1], [42, 0], [0, 42], [2**32, 1], [-2**63, 2**63 - 1], [2**63 - 1, -2]]
    for seed in pairs:
        yield case("RandomUniform", (3, 5), {"minval": 0.0, "maxval": 1.0}, seed)
        yield case("RandomNormal", (3, 5), {"mean": 0.0, "stddev": 1.0}, seed)
        yield case("TruncatedNormal", (3, 5), {"mean": 0.0, "stddev": 1.0}, seed)
    for shape in [(), (0,), (1,), (7,), (1000,), (100003,), (2, 0, 3), (2, 3, 4, 5, 7)]:
        yield case("RandomUniform", shape, {"minval": -2.5, "maxval": 0.1}, [3, 4])
        yield case("RandomNormal", shape, {"mean": 0.1, "stddev": 0.05}, [3, 4])
        yield case("TruncatedNormal", shape, {"mean": 0.1, "stddev": 0.05}, [3, 4])
    for number in TINY[:5] + HUGE[:2] + [5, 2**24 + 1, 2**60 + 2**36 + 1]:
        yield case("RandomUniform", (41,), {"minval": 0, "maxval": number}, [5, 6])
        yield case("RandomUniform", (41,), {"minval": number, "maxval": 1e-38}, [5, 6])
        yield case("RandomNormal", (41,), {"mean": number, "stddev": 1e-38}, [5, 6])
        yield case("TruncatedNormal", (41,), {"mean": 0.0, "stddev": number}, [5, 6])


def float_cases(dtype):
    for shape in [(), (1,), (2,), (3,), (5,), (7,), (0,), (3, 5), (2, 0, 3), (1000,), (100003,), (3, 3, 4, 5)]:
        for initializer in RANDOM + ["Zeros", "Ones"]:
            yield case(initializer, shape, seed=None if initializer in ("Zeros", "Ones") else 1337, dtype=dtype)
    for seed in SEEDS[::2]:
        for initializer in RANDOM[:3]:
            yield case(initializer, (7, 5), seed=seed, dtype=dtype)
    numbers = PLAIN + INTEGERS[:6] + EDGES[dtype]
    for i, number in enumerate(numbers):
        yield case("Constant", (7,), {"value": number}, dtype=dtype)
        yield case("Identity", (3, 5), {"gain": number}, dtype=dtype)
        for other in (0.0, 1.0, 2, 0.05):
            yield case("RandomNormal", (41,), {"mean": number, "stddev": other}, seed=i, dtype=dtype)
            yield case("TruncatedNormal", (41,), {"mean": other, "stddev": number}, seed=i, dtype=dtype)
            yield case("RandomNormal", (1003,), {"mean": 0.0, "stddev": number}, seed=i, dtype=dtype)
            yield case("RandomUniform", (41,), {"minval": number, "maxval": other}, seed=i, dtype=dtype)
            yield case("RandomUniform", (1003,), {"minval": 0, "maxval": number}, seed=i, dtype=dtype)
    for a in EDGES[dtype]:
        for b in EDGES[dtype]:
            yield case("RandomUniform", (1003,), {"minval": a, "maxval": b}, seed=9, dtype=dtype)
            yield case("RandomNormal", (1003,), {"mean": a, "stddev": b}, seed=9, dtype=dtype)
            yield case("TruncatedNormal", (103,), {"mean": a, "stddev": b}, seed=9, dtype=dtype)
    for mode, distribution in (("fan_in", "uniform"), ("fan_out", "truncated_normal"), ("fan_avg", "untruncated_normal")):
        for scale in (1.0, 0.1, 1 / 3, 2, 1e-5, 1e-9, 1e-38, 1e-75, 1e-300):
            arguments = {"scale": scale, "mode": mode, "distribution": distribution}
            yield case("VarianceScaling", (3, 3, 4, 5), arguments, seed=4, dtype=dtype)


def integer_cases():
    for dtype in INTS:
        for value in [0, 1, 5, 7.9, 100.0, 2**31 - 1, 2**24 + 1, 16777217.0] + ([-3, -7.9, -2**31] if dtype[0] == "i" else []):
            yield case("Constant", (7,), {"value": value}, dtype=dtype)
        yield case("Zeros", (3, 5), dtype=dtype)
        yield case("Ones", (7,), dtype=dtype)
    for dtype in INTS[:2]:
        limits = [(-5, 5), (-5.9, 5.9), (0, 1), (3, 3000), (-2**31, 2**31 - 1), (7, 8), (0, 2**30), (-1000.5, 7)]
        limits += [(-2**62, 2**62), (-2**63, 2**63 - 1), (2**40, 2**40 + 3)] if dtype == "int64" else []
        for i, (a, b) in enumerate(limits):
            for shape in ((41,), (1003,), (2, 3, 5)):
                yield case("RandomUniform", shape, {"minval": a, "maxval": b}, seed=i, dtype=dtype)
        yield case("RandomUniform", (0, 3), {"minval": 5, "maxval": 3}, seed=1, dtype=dtype)
        yield case("VarianceScaling", (2, 3), {"scale": 1.0, "mode": "fan_in", "distribution": "uniform"}, seed=2, dtype=dtype)


def stateless_dtype_cases():
    full = [c._replace(dtype=dtype) for dtype in FLOATS for c in stateless_cases() if c.shape != (100003,)]
    yield from full
    for dtype in FLOATS:
        for number in EDGES[dtype] + [0.1, 1 / 3]:
            yield case("RandomUniform", (41,), {"minval": 0.0, "maxval": number}, [5, 6], dtype=dtype)
            yield case("RandomUniform", (41,), {"minval": number, "maxval": 0.5}, [5, 6], dtype=dtype)
            yield case("RandomNormal", (41,), {"mean": number, "stddev": 0.1}, [5, 6], dtype=dtype)
    for dtype in INTS:
        for shape in ((), (1,), (3,), (1003,), (2, 3, 5), (0,)):
            yield case("UniformFullInt", shape, {}, [3, -4], dtype=dtype)
    for dtype in INTS[:2]:
        for a, b in ((-5, 5), (0, 1), (0, 7), (-2**31, 2**31 - 1), (-3, 2**31 - 1)):
            for shape in ((), (3,), (1003,), (2, 3, 5)):
                yield case("RandomUniform", shape, {"minval": a, "maxval": b}, [3, -4], dtype=dtype)
    for a, b in ((-2**63, 2**63 - 1), (2**40, 2**40 + 3), (-2**62, 2**61 + 12345)):
        yield case("RandomUniform", (1003,), {"minval": a, "maxval": b}, [3, -4], dtype="int64")


def tf_keras_cases():
    for dtype in ["float32"] + FLOATS:
        for i, number in enumerate(PLAIN + INTEGERS[:6] + EDGES.get(dtype, TINY)):
            yield case("Constant", (7,), {"value": number}, dtype=dtype, dialect="tf")
            yield case("Identity", (3, 5), {"gain": number}, dtype=dtype, dialect="tf")
            yield case("RandomUniform", (41,), {"minval": number, "maxval": 0.1}, [i, 0], dtype=dtype, dialect="tf")
            yield case("RandomNormal", (41,), {"mean": 0.1, "stddev": number}, [i, 0], dtype=dtype, dialect="tf")
        for initializer in SCALING:
            yield case(initializer, (3, 3, 4, 5), {}, [-7, 0], dtype=dtype, dialect="tf")
    for value in (0, 5, -3, 2**31 - 1):
        yield case("Constant", (7,), {"value": value}, dtype="int32", dialect="tf")
        yield case("Constant", (7,), {"value": value}, dtype="int64", dialect="tf")


def dtype_cases():
    for dtype in FLOATS:
        yield from float_cases(dtype)
    yield from integer_cases()
    yield from stateless_dtype_cases()
    yield from tf_keras_cases()


def selftest_cases():
    yield case("GlorotUniform", (2, 2), seed=0)
    yield from (case("Zeros", (7, 1000)), case("Ones", (7, 1000)), case("Constant", (7, 1000), {"value": 0.1}))
    yield case("Identity", (30, 50), {"gain": 0.1})
    for initializer in RANDOM[:3]:
        yield case(initializer, (100003,), seed=-1)
        yield case(initializer, (100003,), LIMITS[initializer], [3, 4])
    for initializer in SCALING:
        yield case(initializer, (7, 7, 3, 8), seed=1337)
    yield case("RandomUniform", (100003,), {"minval": -2e-38, "maxval": 2e-38}, seed=3)
    yield case("RandomNormal", (100003,), {"mean": 1e-38, "stddev": 2e-38}, seed=3)
    yield case("TruncatedNormal", (100003,), {"mean": 1e-38, "stddev": 2e-38}, seed=3)


# --------------------------------------------------------------------------------------------- what they really are


def array_of(tensor):
    """NumPy makes no array of a bfloat16 scalar by itself."""
    return np.asarray(tensor.numpy(), tensor.dtype.as_numpy_dtype)


def keras_tensor(c):
    arguments = dict(c.arguments)
    if c.seed is not None:
        arguments["seed"] = c.seed if c.call is None else keras.random.SeedGenerator(c.seed)
    initializer = getattr(keras.initializers, c.initializer)(**arguments)
    for _ in range(c.call or 0):
        initializer((1,))
    return array_of(initializer(c.shape, dtype=c.dtype))


def stateless_tensor(c):
    if c.initializer == "UniformFullInt":
        return array_of(tf.random.stateless_uniform(c.shape, tf.constant(c.seed, tf.int64), None, None, c.dtype))
    function = {"RandomUniform": tf.random.stateless_uniform, "RandomNormal": tf.random.stateless_normal,
                "TruncatedNormal": tf.random.stateless_truncated_normal}[c.initializer]
    return array_of(function(c.shape, seed=tf.constant(c.seed, tf.int64), dtype=c.dtype, **c.arguments))


def tf_keras_tensor(c):
    seed = {} if c.seed is None else {"seed": c.seed[0]}
    return array_of(getattr(tf_keras.initializers, c.initializer)(**c.arguments, **seed)(c.shape, dtype=c.dtype))


def keras_entry(c, number):
    """The long form and the short form of the manifest take turns."""
    seed = {} if c.seed is None else {"seed": c.seed}
    if number % 2 and c.call is None:
        return {"initializer": {"class_name": c.initializer, "config": {**c.arguments, **seed}}}
    call = {} if c.call is None else {"call": c.call}
    return {"initializer": SHORT[c.initializer], **c.arguments, **seed, **call}


def stateless_entry(c, number):
    seed = {} if c.seed is None else {"seed": c.seed, "seed_rule": "stateless"}
    dialect = {"dialect": c.dialect} if c.dialect and c.seed is None else {}
    return {"initializer": SHORT[c.initializer], **c.arguments, **seed, **dialect}


def any_tensor(c):
    if c.dialect == "tf":
        return tf_keras_tensor(c)
    return stateless_tensor(c) if isinstance(c.seed, list) else keras_tensor(c)


def any_entry(c, number):
    return stateless_entry(c, number) if isinstance(c.seed, list) or c.dialect else keras_entry(c, number)


def name_of(c, prefix):
    arguments = ",".join(f"{key}={value!r}" for key, value in c.arguments.items()).replace(" ", "").replace("'", "")
    parts = [SHORT[c.initializer], "x".join(map(str, c.shape)) or "scalar", arguments]
    parts += [f"seed={c.seed}".replace(" ", "")] if c.seed is not None else []
    parts += [f"call={c.call}"] if c.call is not None else []
    parts += [c.dtype] if c.dtype != "float32" or c.dialect else []
    parts += [c.dialect] if c.dialect else []
    return prefix + "/".join(part for part in parts if part)


def finite(c, make):
    """The tensor, or None where the library refuses the arguments or gives NaN or infinity."""
    try:
        tensor = make(c)
    except (ValueError, TypeError, tf.errors.InvalidArgumentError) as why:
        print(f"  refused: {name_of(c, '')}: {why}", file=sys.stderr)
        return None
    assert tensor.dtype.name == c.dtype and tensor.shape == c.shape, c
    return tensor if np.isfinite(tensor.astype(np.float64)).all() else None


def write(path, cases, make, entry_of, prefix):
    entries, digests, left_out = [], {}, 0
    for number, c in enumerate(cases):
        name, tensor = name_of(c, prefix), finite(c, make)
        left_out += tensor is None
        if tensor is None or name in digests:
            continue
        digests[name] = digest.tensor_digest(tensor)
        dtype = {} if c.dtype == "float32" else {"dtype": c.dtype}
        entry = {"name": name, "shape": list(c.shape), **dtype, **entry_of(c, number)}
        entries.append({**entry, "digest": digest.text(digests[name])})
    source = {"keras": keras.__version__, "tensorflow": tf.__version__, "numpy": np.__version__}
    manifest.write(path, source, entries, digest.total_digest(digests))
    print(f"{path.name}: {len(entries)} tensors, {left_out} left out, {digest.text(digest.total_digest(digests))}")


def write_arrays(folder):
    arrays = {
        "founding": case("GlorotUniform", (2, 2), seed=0),
        "uniform": case("RandomUniform", (5, 7), seed=1337),
        "normal": case("RandomNormal", (5, 7), {"stddev": 1.0}, seed=1337),
        "truncated_normal": case("TruncatedNormal", (5, 7), {"stddev": 1.0}, seed=1337),
        "constant": case("Constant", (2, 3), {"value": 0.1}),
        "identity": case("Identity", (3, 4), {"gain": 2.5}),
        "convolution": case("HeNormal", (3, 3, 4, 8), seed=42),
    }
    for name, c in arrays.items():
        np.save(folder / f"{name}.npy", keras_tensor(c))


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    groups = (plain_cases, seed_cases, one_number_cases, normal_cases, uniform_cases, scaling_cases, axes_cases,
              underflow_cases)
    write(folder / "keras.json", [c for group in groups for c in group()], keras_tensor, keras_entry, "")
    write(folder / "stateless.json", stateless_cases(), stateless_tensor, stateless_entry, "stateless/")
    write(folder / "dtypes.json", dtype_cases(), any_tensor, any_entry, "")
    write(HERE.parent.parent / "cli" / "selftest.json", selftest_cases(), any_tensor, any_entry, "")
    write_arrays(folder)


if __name__ == "__main__":
    main()
