# SPDX-License-Identifier: Apache-2.0
"""Prints the tables of known answers of docs/NUMERICS.md, section 11, from real TensorFlow, Keras and glibc.

Run by hand, in the virtual environment of make_goldens.py, and paste the output into the document:

    python3 tests/golden/print_vectors.py

tests/reference.py --vectors recomputes the tables from the document alone.
"""
import ctypes
import json

import make_goldens as goldens
import keras
import numpy as np
import tensorflow as tf

import digest

PHILOX = 1  # tf.random.Algorithm.PHILOX
LIBM = ctypes.CDLL("libm.so.6")
for name in ("logf", "sinf", "cosf", "sqrtf"):
    getattr(LIBM, name).argtypes, getattr(LIBM, name).restype = [ctypes.c_float], ctypes.c_float


def words(array):
    return " ".join("%08x" % word for word in np.atleast_1d(array).reshape(-1).view(np.uint32))


def table(title, text, columns, rows):
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


def number_rows():
    for written in (0.1, 16777217, 2**60 + 2**36 + 1, -1e-40, -1e-50, 1.17549435e-38, 3.4028235e38, -0.0):
        number = written or 0.0  # by definition; TensorFlow gives whichever zero it made first
        yield (repr(written), words(np.asarray(keras.initializers.Constant(number)(()))),
               words(tf.constant(number, tf.float32).numpy()),
               words((tf.ones((1,)) * tf.constant(number, tf.float32)).numpy()))


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
        self.pair = None
        for name, names in (("uniform", ("minval", "maxval")), ("normal", ("mean", "stddev")),
                            ("truncated_normal", ("mean", "stddev"))):
            setattr(tf.random, f"stateless_{name}", self.wrap(getattr(tf.random, f"stateless_{name}"), names))

    def wrap(self, function, names):
        def call(*args, **keywords):
            self.pair = names, [tf.convert_to_tensor(keywords[name], tf.float32)[None] for name in names]
            return function(*args, **keywords)
        return call

    def scale_and_shift(self):
        (first, _), (a, b) = self.pair
        scale, shift = (b - a, a) if first == "minval" else (b, a)
        return words((scale * 1.0).numpy()), words((shift * 1.0).numpy())


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


def entry_and_tensor(c):
    """The entry in the short form, and the tensor."""
    if not isinstance(c.seed, list):
        return {"shape": list(c.shape), **goldens.keras_entry(c, 0)}, goldens.keras_tensor(c)
    if len(c.seed) == 2:
        return {"shape": list(c.shape), **goldens.stateless_entry(c, 0)}, goldens.stateless_tensor(c)
    return {"shape": list(c.shape), **goldens.stateless_entry(c, 0), "seed_rule": "raw"}, raw_tensor(c)


def tensor_rows():
    recorder = Recorder()
    for c in CASES:
        recorder.pair = ("mean", "stddev"), [tf.constant([0.0]), tf.constant([1.0])]
        entry, tensor = entry_and_tensor(c)
        scale, shift = recorder.scale_and_shift()
        if c.initializer == "Constant":
            scale, shift = words(tensor[:1]), words(np.float32(0))
        if c.initializer == "Identity":
            scale, shift = words(tensor[0, 0]), words(tensor[0, 1])
        first = words(tensor.reshape(-1)[:8]) if tensor.size else ""
        yield json.dumps(entry), scale, shift, first, digest.text(digest.tensor_digest(tensor))


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
    table("11.8 Totals", "Section 9.", ("tensors", "total"), total_rows())
    table("11.9 All words", "Digests of the tensors of shape (8388608) whose element i is the function of the word i.",
          ("function", "digest"), proof_rows())


if __name__ == "__main__":
    main()
