# SPDX-License-Identifier: Apache-2.0
"""Writes expected.h: what real TensorFlow, Keras, tf_keras and CPython make of seeds, for seeds.c.

Run by hand, from anywhere, in the virtual environment of ../golden/make_seeds.py:

    python3 tests/seeds/make_expected.py
"""
import os
import pathlib
import random
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "python"))

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
import tf_keras  # noqa: E402
from keras.src.backend.tensorflow.random import _cast_seed  # noqa: E402
from tensorflow.python.framework import random_seed  # noqa: E402

import digest  # noqa: E402

MASK = 2**64 - 1
THIRTY = 123456789012345678901234567890
SEEDS = [0, 1, -1, 2, -2, 42, 2**31 - 3, 2**31 - 2, 2**31 - 1, 2**31, -2**31 + 2, -2**31 + 1, -2**31, 2**32 - 1, 2**32,
         2**32 + 7, 2**40, -2**40, 2**63 - 1, -2**63]
LARGE = [2**63, 2**64 - 1, 2**64, -2**63 - 1, -2**64, THIRTY, -THIRTY, 2**128 - 1, 2**128, 2**191 - 1, -2**191,
         3 * (2**31 - 1) << 150, -3 * (2**31 - 1) << 150]


def word(n):
    return f"0x{int(n) & MASK:x}"


def limbs(n):
    return "{{" + ", ".join(word(n >> 64 * i) for i in range(3)) + "}}"


def signed(n):
    return "INT64_MIN" if n == -2**63 else str(int(n))


def hash_of(numbers):
    """FNV-1a with a number for a byte: the h of seeds.c."""
    h = 1469598103934665603
    for n in numbers:
        h = (h ^ n) * 1099511628211 & MASK
    return word(h)


def digest_of(tensor):
    return "{{" + ", ".join(word(w) for w in digest.tensor_digest(np.asarray(tensor))) + "}}"


# ------------------------------------------------------------------------------------------------- seeds to philox


def key_counter(seed):
    key, counter = tf.raw_ops.StatelessRandomGetKeyCounter(seed=seed)
    return f"{word(key[0])}, {{{word(counter[0])}, {word(counter[1])}}}"


def keras_rows():
    for seed in SEEDS:
        for call in (0, 1, 2**31 - 2, 2**31 - 1):
            yield f"{signed(seed)}, {call}, {key_counter(_cast_seed(tf.constant([seed, call], tf.int64)))}"


def stateless_rows():
    for seed0 in SEEDS:
        for seed1 in (0, -1, 2**31, -2**63):
            yield f"{signed(seed0)}, {signed(seed1)}, {key_counter(tf.constant([seed0, seed1], tf.int64))}"


def stateful_rows():
    default = random_seed.DEFAULT_GRAPH_SEED
    pairs = [(seed, other) for seed in SEEDS + LARGE for other in (0, 7)] + [(0, seed) for seed in SEEDS + LARGE]
    for graph, op in pairs + [(None, seed) for seed in (0, 7, -1, THIRTY)]:
        tf.random.set_seed(graph)
        seed, seed2 = random_seed.get_seed(op)
        yield f"{limbs(default if graph is None else graph)}, {limbs(op)}, {seed}, {seed2}"


def generator_rows():
    """The state after calls of a shape; that before the first is the seed itself."""
    for seed in SEEDS + LARGE + [2**64 - 256, 2**64 - 257, 2**128 - 256 * 3 * 15, 2**128 - 256 * 3 * 15 - 1]:
        for calls, shape in ((0, (1,)), (1, (1,)), (3, (3, 5)), (2, ())):
            generator = tf.random.Generator.from_seed(seed)
            for _ in range(calls):
                generator.normal(shape)
            state = "{{" + ", ".join(word(w) for w in generator.state.numpy()) + "}}"
            yield f"{limbs(seed)}, {calls}, {int(np.prod(shape))}, {state}"


def skip_rows():
    """Generator.skip counts in 256 blocks. Negative counts are not subtracted over a limb there, so they are left out."""
    for seed in (0, 1234, 2**64 - 1, 2**128 - 1, THIRTY):
        for count in (0, 1, 255, 2**24, 2**40, 2**55 - 1):
            generator = tf.random.Generator.from_seed(seed)
            generator.skip(count)
            state = "{{" + ", ".join(word(w) for w in generator.state.numpy()) + "}}"
            yield f"{limbs(seed)}, {word(256 * count)}, {word(256 * count >> 64)}, {state}"


# ------------------------------------------------------------------------------------------------- seeds to seeds


def split_rows():
    for seed in ([1, 2], [0, 0], [-1, 5], [2**31 - 1, -2**31]):
        for dtype in (tf.int32, tf.int64):
            rows = tf.random.split(tf.constant(seed, dtype), num=1001).numpy()
            for index in (0, 1, 2, 3, 4, 999, 1000):
                yield (f"{dtype.size * 8}, {{{{{seed[0]}, {seed[1]}}}}}, {index}, "
                       f"{{{{{signed(rows[index][0])}, {signed(rows[index][1])}}}}}")


def fold_in_rows():
    for seed in ([1, 2], [0, 0], [-1, 2**63 - 1], [-2**63, 2**32]):
        for data, dtype in ((3, tf.int32), (-1, tf.int32), (2**31 - 1, tf.int32), (-2**31, tf.int32), (3, tf.int64),
                            (-1, tf.int64), (2**31, tf.int64), (2**63 - 1, tf.int64), (-2**63, tf.int64)):
            folded = tf.random.fold_in(tf.constant(seed, tf.int64), tf.constant(data, dtype)).numpy()
            yield (f"{dtype.size * 8}, {{{{{signed(seed[0])}, {signed(seed[1])}}}}}, {signed(data)}, "
                   f"{{{{{signed(folded[0])}, {signed(folded[1])}}}}}")


def shard_rows():
    offsets = [(), (0,), (1,), (0, 0), (10, 0), (2**31, 5), (2**32, 0), (0, 0, 0), (1, 2, 3, 4)]
    offsets += [(2**61 - 2,), (2**61 - 1,), (2**61,), (2**63 - 1, 1)]
    for seed in (0, 42, -1, 2**40):
        for offset in offsets:
            initializer = tf_keras.initializers.RandomNormal(seed=seed)
            tensor = initializer((100, 5), partition_shape=(10, 5), partition_offset=offset)
            numbers = ", ".join(word(n) for n in offset)
            yield f"{seed}, {len(offset)}, {{{numbers or 0}}}, {digest_of(tensor)}"


def unordered_rows():
    """The states of generators by keras.random.SeedGenerator.next(ordered=False), one after the other."""
    for seed in (0, 1, -1, 42, 933198, 2**31, 2**62, 2**63 - 1, -2**63):
        generator = keras.random.SeedGenerator(seed)
        states = [generator.next(ordered=False) for _ in range(6)]
        yield ", ".join("{{%s, %s}}" % tuple(signed(w) for w in np.asarray(state)) for state in states).join("{}")


# --------------------------------------------------------------------------------------------------------- draws


def mersenne_rows():
    for seed in [0, 1, 42, 1337, 2**32 - 1, 2**32, -7, -1, THIRTY, -THIRTY, 2**191 - 1, -2**191]:
        draws = []
        for draw in (lambda r: r.getrandbits(32), lambda r: r.randint(1, 10**9), lambda r: r.randint(0, 2**31 - 1)):
            generator = random.Random(seed)
            draws.append(hash_of(draw(generator) for _ in range(2000)))
        yield f"{limbs(seed)}, {', '.join(draws)}"


def keras_draw_rows():
    """The seeds of initializers of Keras 3, as constructed, and of Keras 2, as first called."""
    for n in (0, 42, 1337, 2**32 - 1):
        keras.utils.set_random_seed(n)
        tf_keras.utils.set_random_seed(n)
        seeds = []
        for _ in range(4):
            initializer = tf_keras.initializers.GlorotUniform()
            initializer((1, 1))
            seeds.append([keras.initializers.GlorotUniform().seed, initializer._random_generator._seed])
        assert all(a == b for a, b in seeds)
        yield f"{limbs(n)}, {{{', '.join(str(a) for a, _ in seeds)}}}"


def op_seed_rows():
    """Three calls of an eager op without a seed, the second of another op."""
    for graph in (0, 5, -5, 42, 2**31 - 1, 2**40, THIRTY):
        tf.random.set_seed(graph)
        tensors = [tf.random.normal((3, 5), stddev=0.05), tf.random.uniform((7,)), tf.random.normal((3, 5), stddev=0.05)]
        yield f"{limbs(graph)}, {{{', '.join(digest_of(t) for t in tensors)}}}"


TABLES = {
    "keras": ("int64_t seed, call; uint64_t key, counter[2];", keras_rows),
    "stateless": ("int64_t seed0, seed1; uint64_t key, counter[2];", stateless_rows),
    "stateful": ("cw_int192 graph, op; uint32_t seed, seed2;", stateful_rows),
    "generator": ("cw_int192 seed; uint64_t calls, elements; cw_int192 state;", generator_rows),
    "skip": ("cw_int192 seed; uint64_t low, high; cw_int192 state;", skip_rows),
    "split": ("int bits; cw_seed seed; uint64_t index; cw_seed row;", split_rows),
    "fold_in": ("int bits; cw_seed seed; int64_t data; cw_seed folded;", fold_in_rows),
    "shard": ("int64_t seed; uint32_t rank; uint64_t offset[4]; cw_sums digest;", shard_rows),
    "unordered": ("cw_seed state[6];", unordered_rows),
    "mersenne": ("cw_int192 seed; uint64_t words, keras_seeds, op_seeds;", mersenne_rows),
    "keras_draw": ("cw_int192 seed; int64_t drawn[4];", keras_draw_rows),
    "op_seed": ("cw_int192 graph; cw_sums digest[3];", op_seed_rows),
}


def main():
    lines = ["/* SPDX-License-Identifier: Apache-2.0", " *",
             f" * Written by make_expected.py: TensorFlow {tf.__version__}, Keras {keras.__version__}, tf_keras "
             f"{tf_keras.__version__}, Python {'.'.join(map(str, sys.version_info[:2]))}.", " */", "/* clang-format off */"]
    for name, (fields, rows) in TABLES.items():
        lines += [f"static const struct {{ {fields} }} expected_{name}[] = {{"]
        lines += [f"    {{{row}}}," for row in rows()] + ["};", ""]
    (HERE / "expected.h").write_text("\n".join(lines[:-1]) + "\n/* clang-format on */\n", encoding="utf-8")
    print(f"expected.h: {len(lines)} lines")


if __name__ == "__main__":
    main()
