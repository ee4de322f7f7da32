# SPDX-License-Identifier: Apache-2.0
"""Prints the tables of known answers of docs/NUMERICS.md, section 11, from real TensorFlow, Keras and glibc.

Run by hand, in the virtual environment of make_goldens.py, and paste the output into the document:

    python3 tests/golden/print_vectors.py [SECTION...]      such as 11.7; default: all

The C library must be one whose log and sincos are those of section 6.4. tests/reference.py --vectors recomputes the tables from the document alone.
"""
import ctypes
import json
import sys

import make_goldens as goldens
import keras
import numpy as np
import tensorflow as tf

import digest

PHILOX = 1  # tf.random.Algorithm.PHILOX
LIBM = ctypes.CDLL("libm.so.6")
for name in ("logf", "sinf", "cosf", "sqrtf"):
    getattr(LIBM, name).argtypes, getattr(LIBM, name).restype = [ctypes.c_float], ctypes.c_float
LIBM.log.argtypes, LIBM.log.restype = [ctypes.c_double], ctypes.c_double
LIBM.sincos.argtypes, LIBM.sincos.restype = [ctypes.c_double, *[ctypes.POINTER(ctypes.c_double)] * 2], None


def words(array):
    """The bits of each element, in as many digits as it has."""
    array = np.atleast_1d(array).reshape(-1)
    return " ".join("%0*x" % (2 * array.itemsize, word) for word in array.view(f"u{array.itemsize}"))


def table(title, text, columns, rows):
    if sys.argv[1:] and title.split()[0] not in sys.argv[1:]:
        return
    print(f"\n### {title}\n\n{text}\n\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    for row in rows:
        print(f"| {' | '.join(f'`{cell}`' if cell != '' else '' for cell in row)} |")


def block(key, counter):
    """Key and counter as they come from a get-key-counter operation: uint64[1] and uint64[2]."""
    shape = tf.constant([4], tf.int64)
    return tf.raw_ops.StatelessRandomUniformFullIntV2(
        shape=shape, key=key, counter=counter, alg=PHILOX, dtype=tf.uint32).numpy()


def philox_rows():
    pi = [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344, 0xA4093822, 0x299F31D0]
    for row in ([0] * 6, [2**32 - 1] * 6, pi):
        row = np.array(row, np.uint32)
        counter, key = row[:4], row[4:]
        yield words(key), words(counter), words(block(key.view(np.uint64), counter.view(np.uint64)))


def seed_rows():
    for rule, seed, call in (("raw", [1, 2, 3, 4, 5, 6], ""), ("stateless", [0, 0], ""), ("stateless", [42, 0], ""),
                             ("stateless", [-1, 5], ""), ("stateless", [2**32, -2**63], ""), ("keras", 0, 0),
                             ("keras", 1337, 0), ("keras", -1, 0), ("keras", 2147483646, 0), ("keras", -2**63, 0),
                             ("keras", 7, 3)):
        if rule == "raw":
            key, counter = raw_key_and_counter(seed)
        else:
            pair = tf.constant([seed, call] if rule == "keras" else seed, tf.int64)
            pair = keras.src.backend.tensorflow.random._cast_seed(pair) if rule == "keras" else pair
            made = tf.raw_ops.StatelessRandomGetKeyCounter(seed=pair)
            key, counter = made.key.numpy(), made.counter.numpy()
        yield rule, json.dumps(seed), call, words(key), words(counter), words(block(key, counter))


def raw_key_and_counter(seed):
    row = np.array(seed, np.uint32)
    return row[:2].view(np.uint64), row[2:].view(np.uint64)


def numbers(written, dtype):
    number = written or 0.0  # by definition; TensorFlow gives whichever zero it made first
    one = tf.ones((1,), dtype)
    return (words(goldens.array_of(keras.initializers.Constant(number)((1,), dtype))),
            words(goldens.array_of(tf.constant(number, dtype, (1,)))),
            words(goldens.array_of(one * tf.constant(number, dtype))))


def number_rows():
    for written in (0.1, 16777217, 2**60 + 2**36 + 1, -1e-40, -1e-50, 1.17549435e-38, 3.4028235e38, -0.0):
        yield (repr(written), *numbers(written, "float32"))


def typed_number_rows():
    many = 2**60 + 2**52 + 2**36 + 1  # rounds up to bfloat16 unless it was a double in between
    for dtype, row in (("float64", (0.1, 2**53 + 1, 2**63 - 1, -1e-40, 1e-310, 3.4028235e38, -0.0)),
                       ("float16", (0.1, 2049, 1 + 2**-11 + 2**-30, 65519.0, 5.9e-8, 2.9e-8, -1e-9, -1e-50)),
                       ("bfloat16", (0.1, 257, many, 1 + 2**-8 + 2**-30, 3.38e38, -9.2e-41, 1.17549435e-38))):
        for written in row:
            yield (dtype, repr(written), *numbers(written, dtype))


def fans_rows():
    compute = keras.src.initializers.random_initializers.compute_fans
    for shape, inputs, outputs in (([], None, None), ([7], None, None), ([3, 5], None, None), ([0, 3], None, None),
                                   ([3, 3, 64, 128], None, None), ([2, 3, 4, 5, 6], None, None),
                                   ([24, 3, 8], None, None), ([24, 3, 8], [0], [1, 2]), ([24, 3, 8], [-1, 1], [0]),
                                   ([24, 3, 8], [], [1, 1]), ([24, 3, 8], [0], None)):
        yield (shape, inputs, outputs, *compute(shape, inputs, outputs))


def operation_rows():
    pairs = [(0x3F800001, 0x3F800001), (0x3F7FFFFF, 0x00800000), (0x3F000000, 0x00FFFFFF), (0x3F000001, 0x00FFFFFE),
             (0xBF000000, 0x00FFFFFE), (0x3F000000, 0x00800000), (0x00800001, 0x80800000), (0xC0000000, 0x00800000),
             (0x4B800000, 0x3F800000), (0x80000000, 0x00000000), (0x7F7FFFFF, 0x7F7FFFFF), (0x80000000, 0x80000000)]
    for pair in pairs:
        a, b = np.array(pair, np.uint32).view(np.float32)
        a, b = tf.constant(a, shape=(1,)), tf.constant(b, shape=(1,))
        yield "%08x" % pair[0], "%08x" % pair[1], words((a * b).numpy()), words((a + b).numpy())


def typed_operation_rows():
    pairs = {"float64": [(0x3FF0000000000001, 0x3FF0000000000001), (0x3FE0000000000000, 0x001FFFFFFFFFFFFF),
                         (0x3FE0000000000001, 0x001FFFFFFFFFFFFE), (0xBFE0000000000000, 0x001FFFFFFFFFFFFE),
                         (0x0010000000000001, 0x8010000000000000), (0x2000000000000000, 0x1FFFFFFFFFFFFFFF),
                         (0x8000000000000000, 0x8000000000000000)],
             "float16": [(0x3C01, 0x3C01), (0x0001, 0x3800), (0x0003, 0x3800), (0x8001, 0x3800), (0x0001, 0x3BFF),
                         (0x0400, 0x8001), (0x3C00, 0x1000), (0x7BFF, 0x7BFF), (0x7BFF, 0x4BFF), (0x7BFF, 0x4C00)],
             "bfloat16": [(0x3F81, 0x3F81), (0x3F00, 0x00FF), (0x3F01, 0x00FE), (0xBF00, 0x00FE), (0x0081, 0x8080),
                          (0x3F80, 0x3B80), (0x3F81, 0x3B80), (0x7F7F, 0x7F7F), (0x8000, 0x8000)]}
    for dtype, row in pairs.items():
        kind = tf.as_dtype(dtype).as_numpy_dtype
        for pair in row:
            bits = np.array(pair, f"u{np.dtype(kind).itemsize}")
            a, b = (tf.constant(bits[i:i + 1].view(kind)) for i in (0, 1))
            yield dtype, words(bits[0]), words(bits[1]), words((a * b).numpy()), words((a + b).numpy())


def half_rows():
    for word in (0x3F800000, 0x3F801000, 0x3F801001, 0x3F803000, 0x3F808000, 0x3F808001, 0x3F818000, 0x3FFFFFFF,
                 0x33000000, 0x33000001, 0x33C00000, 0xB3000001, 0x387FC000, 0x387FF000, 0x477FEFFF, 0x477FF000,
                 0x7F7F7FFF, 0x7F7F8000, 0x00808000, 0x80000000):
        f = tf.constant(np.array([word], np.uint32).view(np.float32))
        yield "%08x" % word, *(words(tf.cast(f, dtype).numpy()) for dtype in ("float16", "bfloat16"))


# ------------------------------------------------------------------------------------------- functions of the C library


def turn(v):
    sine, cosine = ctypes.c_double(), ctypes.c_double()
    LIBM.sincos(v, sine, cosine)
    return sine.value, cosine.value


def log_rows():
    """Both ends, the branch at 15/16, a row's limit, and one of the inputs that tell the classes of processors apart."""
    for u in (1e-7, 2.0**-23, 0.1, 0.5, 0.6875 - 2**-53, 0.6875, 0.75, 0.9375 - 2**-53, 0.9375,
              float.fromhex("0x1.ea4018f08a930p-1"), 1 - 2**-20, 1 - 2**-52):
        yield words(np.float64(u)), words(np.float64(LIBM.log(u)))


def turn_rows():
    """Both ends, the branches, the multiples of pi/2, and inputs that tell the classes of processors apart."""
    written = ["0x0p+0", "0x1.921fb54442d18p-50", "0x1p-27", "0x1.999999999999ap-4", "0x1.020c49ba5e353p-3",
               "0x1.020c49ba5e354p-3", "0x1p-1", "0x1.b5fffffffffffp-1", "0x1.b6p-1", "0x1p+0", "0x1.8p+0",
               "0x1.921fb54442d18p+0", "0x1.f70bda1ff0b92p+0", "0x1.368fcffffffffp+1", "0x1.368fdp+1", "0x1.8p+1",
               "0x1.921fb54442d18p+1", "0x1p+2", "0x1.08ca8f2d4690dp+2", "0x1.4p+2", "0x1.6p+2", "0x1.8p+2",
               "0x1.921fb54442d16p+2"]
    for v in map(float.fromhex, written):
        yield words(np.float64(v)), *(words(np.float64(x)) for x in turn(v))


def double_proof_rows():
    uniforms = [(i * 0x9E3779B97F4A7C15 % 2**64 >> 12) * 2.0**-52 for i in range(2**15)]
    turns = [turn(2 * np.pi * u) for u in uniforms]
    for name, values in (("log", [LIBM.log(max(u, 1e-7)) for u in uniforms]), ("sine", [t[0] for t in turns]),
                         ("cosine", [t[1] for t in turns])):
        yield name, digest.text(digest.tensor_digest(np.array(values)))


def functions(k):
    """U, radius, sine and cosine of the word k, as TensorFlow's sources compose them from the C library."""
    u = np.float32(k) * np.float32(2.0**-23)
    log = np.float32(LIBM.logf(max(u, np.float32(1e-7))))
    v = np.float32(2 * np.pi * float(u))
    return u, np.float32(LIBM.sqrtf(np.float32(-2) * log)), np.float32(LIBM.sinf(v)), np.float32(LIBM.cosf(v))


def word_rows():
    for word in (0, 1, 0x7FFFFF, 0x400000, 0x200000, 0x600000, 0x123456, 0xFEDCBA98, 0x00599999, 0x005A827A):
        yield "%08x" % word, *map(words, functions(word & 0x7FFFFF))


# ------------------------------------------------------------------------------------------------------- tensors


class Recorder:
    """Keeps the last pair of numbers that a tf.random.stateless_* function was given."""

    def __init__(self):
        self.pair = None  # what scale and shift are made of: numbers of the dtype
        for name, names in (("uniform", ("minval", "maxval")), ("normal", ("mean", "stddev")),
                            ("truncated_normal", ("mean", "stddev"))):
            setattr(tf.random, f"stateless_{name}", self.wrap(getattr(tf.random, f"stateless_{name}"), names))

    def wrap(self, function, names):
        def call(*args, **keywords):
            if names[0] in keywords:
                dtype = keywords.get("dtype", tf.float32)
                self.pair = names, [tf.convert_to_tensor(keywords[name], dtype)[None] for name in names]
            return function(*args, **keywords)
        return call

    def scale_and_shift(self):
        (first, _), (a, b) = self.pair
        scale, shift = (b - a, a) if first == "minval" else (b, a)
        one = tf.ones((), a.dtype)
        return words((scale * one).numpy()), words((shift * one).numpy())


def raw_tensor(c):
    key, counter = raw_key_and_counter(c.seed)
    operation = {"RandomUniform": tf.raw_ops.StatelessRandomUniformV2,
                 "RandomNormal": tf.raw_ops.StatelessRandomNormalV2,
                 "TruncatedNormal": tf.raw_ops.StatelessTruncatedNormalV2}[c.initializer]
    drawn = operation(shape=tf.constant(c.shape, tf.int64), key=key, counter=counter, alg=PHILOX, dtype=tf.float32)
    return (drawn * tf.constant(1.0) + tf.constant(0.0)).numpy()


CASES = [
    goldens.case("GlorotUniform", (2, 2), seed=0),
    goldens.case("RandomUniform", (5,), {"minval": 0.0, "maxval": 1.0}, seed=1337),
    goldens.case("RandomUniform", (5,), {"minval": -3, "maxval": 2**60 + 2**36 + 1}, seed=-1),
    goldens.case("RandomNormal", (7,), {"mean": 0.0, "stddev": 1.0}, seed=1337),
    goldens.case("TruncatedNormal", (9,), {"mean": 0.0, "stddev": 1.0}, seed=-40),
    goldens.case("TruncatedNormal", (1000,), {"mean": 0.5, "stddev": 0.1}, seed=3, call=2),
    goldens.case("HeNormal", (3, 3, 4, 8), seed=42),
    goldens.case("VarianceScaling", (24, 3, 8), {"scale": 1.0, "mode": "fan_in", "distribution": "untruncated_normal",
                                                 "input_axes": [0], "output_axes": [1, 2]}, seed=5),
    goldens.case("RandomNormal", (8,), {"mean": 0.0, "stddev": 2e-38}, seed=0),
    goldens.case("RandomNormal", (8,), {"mean": -1e-39, "stddev": 2e-38}, seed=0),
    goldens.case("RandomUniform", (8,), {"minval": -2e-38, "maxval": 2e-38}, seed=3),
    goldens.case("LecunNormal", (0, 3), seed=1),
    goldens.case("Constant", (3,), {"value": 0.1}),
    goldens.case("Identity", (2, 3), {"gain": -2.5}),
    goldens.case("RandomNormal", (2, 3), {"mean": 0.1, "stddev": 0.05}, [3, -4]),
    goldens.case("RandomUniform", (9,), {"minval": 0.0, "maxval": 1.0}, [1, 2, *[2**32 - 1] * 4]),
    goldens.case("RandomNormal", (9,), {"mean": 0.0, "stddev": 1.0}, [1, 2, 2**32 - 1, 2**32 - 1, 5, 6]),
    goldens.case("TruncatedNormal", (9,), {"mean": 0.0, "stddev": 1.0}, [1, 2, 2**32 - 257, 2**32 - 1, 5, 6]),
]
for name in goldens.FLOATS:
    CASES += [
        goldens.case("RandomUniform", (5,), {"minval": 0.0, "maxval": 1.0}, seed=1337, dtype=name),
        goldens.case("RandomUniform", (5,), seed=1337, dtype=name),
        goldens.case("RandomNormal", (5,), {"mean": 0.0, "stddev": 1.0}, seed=1337, dtype=name),
        goldens.case("TruncatedNormal", (1000,), {"mean": 0.5, "stddev": 0.1}, seed=3, dtype=name),
        goldens.case("GlorotUniform", (3, 5), seed=7, dtype=name),
        goldens.case("Constant", (2,), {"value": 0.1}, dtype=name),
        goldens.case("Constant", (2,), {"value": 0.1}, dtype=name, dialect="tf"),
        goldens.case("Identity", (2, 2), {"gain": -0.1}, dtype=name),
    ]
CASES += [
    goldens.case("RandomNormal", (7,), {"mean": 0.0, "stddev": 4e-308}, seed=0, dtype="float64"),
    goldens.case("RandomNormal", (7,), {"mean": 0.0, "stddev": 1e-6}, seed=0, dtype="float16"),
    goldens.case("RandomUniform", (7,), {"minval": -2e-38, "maxval": 2e-38}, seed=3, dtype="bfloat16"),
    goldens.case("RandomUniform", (5,), {"minval": -5.9, "maxval": 5.9}, seed=1337, dtype="int32"),
    goldens.case("RandomUniform", (5,), {"minval": -2**63, "maxval": 2**63 - 1}, seed=1337, dtype="int64"),
    goldens.case("RandomUniform", (5,), {"minval": 2**40, "maxval": 2**40 + 3}, [3, -4], dtype="int64"),
    goldens.case("RandomUniform", (0, 3), {"minval": 5, "maxval": 3}, seed=1, dtype="int32"),
    goldens.case("Constant", (2,), {"value": -7.9}, dtype="int32"),
    goldens.case("Constant", (2,), {"value": 16777217.0}, dtype="uint64"),
    goldens.case("Ones", (2,), dtype="uint32"),
    *[goldens.case("UniformFullInt", (5,), {}, [3, -4], dtype=name) for name in goldens.INTS],
]


# Stateful rules, and an initializer of tf.compat.v1: (entry, what makes the tensor after the global seed was set)
STATEFUL = [
    ({"shape": [5], "dtype": "float64", "initializer": "random_normal", "mean": 0.0, "stddev": 1.0, "seed": [5, 1],
      "seed_rule": "stateful"}, lambda: tf.random.normal([5], 0.0, 1.0, tf.float64, 1)),
    ({"shape": [5], "dtype": "int32", "initializer": "random_uniform", "minval": -9, "maxval": 9, "seed": [5, 1],
      "seed_rule": "stateful"}, lambda: tf.random.uniform([5], -9, 9, tf.int32, 1)),
    ({"shape": [5], "dtype": "float64", "initializer": "truncated_normal", "mean": 0.0, "stddev": 1.0, "seed": 1234,
      "seed_rule": "generator"}, lambda: tf.random.Generator.from_seed(1234).truncated_normal([5], dtype=tf.float64)),
    ({"shape": [5], "dtype": "uint64", "initializer": "uniform_full_int", "seed": 1234, "seed_rule": "generator"},
     lambda: tf.random.Generator.from_seed(1234).uniform_full_int([5], tf.uint64)),
    *[({"shape": [3, 7, 5], "dtype": name, "initializer": "uniform_unit_scaling", "factor": 1.3, "seed": [5, 1],
        "seed_rule": "stateful"},
       lambda name=name: tf.compat.v1.uniform_unit_scaling_initializer(1.3, 1)([3, 7, 5], tf.as_dtype(name)))
      for name in ("float32", "float64", "bfloat16")],
]

# What Keras and TensorFlow refuse, and a neighbour that they do not.
REFUSALS = [
    goldens.case("RandomUniform", (2,), {"minval": 3, "maxval": 3}, seed=1, dtype="int32"),
    goldens.case("RandomUniform", (0,), {"minval": 3, "maxval": 3}, seed=1, dtype="int32"),
    goldens.case("RandomUniform", (2,), {"minval": 3, "maxval": 3}, seed=1),
    goldens.case("RandomUniform", (2,), {"minval": -0.9, "maxval": 0.9}, seed=1, dtype="int64"),
    goldens.case("RandomUniform", (2,), {"minval": -0.9, "maxval": 1.0}, seed=1, dtype="int64"),
    goldens.case("RandomUniform", (2,), {"minval": -5, "maxval": 5}, [1, 0], dtype="int32", dialect="tf"),
    goldens.case("RandomUniform", (2,), {"minval": -5.0, "maxval": 5.0}, [1, 0], dtype="int32", dialect="tf"),
    goldens.case("RandomUniform", (2,), {"minval": 0, "maxval": 5}, seed=1, dtype="uint32"),
    goldens.case("VarianceScaling", (2, 2), {"scale": 50.0, "mode": "fan_in", "distribution": "uniform"}, seed=1,
                 dtype="int32"),
    goldens.case("HeNormal", (2, 2), seed=1, dtype="int32"),
    goldens.case("RandomNormal", (2,), seed=1, dtype="int64"),
    goldens.case("Identity", (2, 2), dtype="int32"),
    goldens.case("Constant", (2,), {"value": 2.0}, dtype="int32", dialect="tf"),
    goldens.case("Ones", (2,), dtype="int32", dialect="tf"),
    goldens.case("UniformFullInt", (2,), {}, [1, 2], dtype="uint32"),
    goldens.case("UniformFullInt", (2,), {}, [1, 2], dtype="float32"),
]


def entry_of(c):
    """The entry in the short form."""
    dtype = {} if c.dtype == "float32" else {"dtype": c.dtype}
    raw = {"seed_rule": "raw"} if isinstance(c.seed, list) and len(c.seed) == 6 else {}
    return {"shape": list(c.shape), **dtype, **goldens.any_entry(c, 0), **raw}


def tensor_of(c):
    return raw_tensor(c) if isinstance(c.seed, list) and len(c.seed) == 6 else goldens.any_tensor(c)


def tensor_rows():
    recorder = Recorder()
    for c in CASES:
        one = tf.ones((1,), c.dtype)
        recorder.pair = ("mean", "stddev"), [one * tf.zeros((), c.dtype), one]
        tensor = tensor_of(c)
        scale, shift = recorder.scale_and_shift()
        if c.initializer in ("Constant", "Ones"):
            scale, shift = words(tensor[:1]), words(np.zeros_like(tensor[:1]))
        if c.initializer == "Identity":
            scale, shift = words(tensor[0, 0]), words(tensor[0, 1])
        if c.initializer == "UniformFullInt":
            scale = shift = words(np.zeros_like(tensor[:1]))
        yield json.dumps(entry_of(c)), scale, shift, *first_and_digest(tensor)


def first_and_digest(tensor):
    return words(tensor.reshape(-1)[:8]) if tensor.size else "", digest.text(digest.tensor_digest(tensor))


def stateful_rows():
    for entry, make in STATEFUL:
        tf.random.set_seed(5)
        yield json.dumps(entry), *first_and_digest(make().numpy())


def refusal_rows():
    for c in REFUSALS:
        try:
            tensor_of(c)
            yield json.dumps(entry_of(c)), "accepted"
        except (TypeError, ValueError, tf.errors.InvalidArgumentError):
            yield json.dumps(entry_of(c)), "refused"


def total_rows():
    a = {"name": "dense/kernel", "shape": [3, 5], "initializer": "glorot_uniform", "seed": 1}
    b = {"name": "größe", "shape": [], "initializer": "ones"}
    digests = {a["name"]: digest.tensor_digest(goldens.keras_tensor(goldens.case("GlorotUniform", (3, 5), seed=1))),
               b["name"]: digest.tensor_digest(goldens.keras_tensor(goldens.case("Ones", ())))}
    for entries in ([], [a], [a, b], [b, a]):
        total = digest.total_digest({entry["name"]: digests[entry["name"]] for entry in entries}) if entries else (0, 0)
        yield json.dumps(entries, ensure_ascii=False), digest.text(total)


def proof_rows():
    results = np.array([functions(k)[1:] for k in range(2**23)], np.float32)
    for column, name in enumerate(("radius", "sine", "cosine")):
        yield name, digest.text(digest.tensor_digest(results[:, column]))


def main():
    table("11.1 Philox", "Section 3.", ("key", "counter", "block"), philox_rows())
    table("11.2 Seeds", "Section 4, and the block at the start counter.",
          ("rule", "seed", "call", "key", "start counter", "first block"), seed_rows())
    table("11.3 Words", "Sections 6.1 and 6.2.", ("word", "U", "radius", "sine", "cosine"), word_rows())
    table("11.4 Numbers", "Section 7.1: an argument as the value of `constant`, and as a mean after its flush.",
          ("number", "value, keras3", "value, tf", "mean"), number_rows())
    table("11.5 Fans", "Section 7.2.", ("shape", "input_axes", "output_axes", "fan_in", "fan_out"), fans_rows())
    table("11.6 Operations", "Section 2, around the bounds of the flush.", ("a", "b", "fmul", "fadd"), operation_rows())
    table("11.7 Tensors", "A tensor is written as in `docs/MANIFEST.md`. Up to eight elements are shown, the digest "
          "is that of all.", ("tensor", "scale", "shift", "first elements", "digest"), tensor_rows())
    table("11.7", "Of stateful operations:", ("tensor", "first elements", "digest"), stateful_rows())
    table("11.8 Totals", "Section 9.", ("tensors", "total"), total_rows())
    table("11.9 All words", "Digests of the tensors of shape (8388608) whose element i is the function of the word i.",
          ("function", "digest"), proof_rows())
    table("11.10 Dtypes: numbers and operations", "Sections 7.1 and 2, as in 11.4 and 11.6.",
          ("dtype", "number", "value, keras3", "value, tf", "mean"), typed_number_rows())
    table("11.10", "Operations:", ("dtype", "a", "b", "fmul", "fadd"), typed_operation_rows())
    table("11.11 Rounding to 16 bits", "Section 2, f16 and bf16.", ("float", "float16", "bfloat16"), half_rows())
    table("11.12 Functions of doubles", "Section 6.4.", ("u", "log"), log_rows())
    table("11.12", "Sines:", ("v", "sine", "cosine"), turn_rows())
    table("11.12", "Digests of the float64 tensors of shape (32768) whose element i is the function of u, with u = m * "
          "2^-52, m the upper 52 bits of i * 9e3779b97f4a7c15 modulo 2^64: log(u), u raised to 1e-7 if it is less, "
          "sine(v) and cosine(v) with v = 2 pi u as in 6.4.", ("function of doubles", "digest"), double_proof_rows())
    table("11.13 Refusals", "Section 7.5.", ("tensor", "result"), refusal_rows())


if __name__ == "__main__":
    main()
