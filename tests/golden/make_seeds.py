# SPDX-License-Identifier: Apache-2.0
"""Writes seeds.json: tensors of real TensorFlow and Keras 2 (tf_keras) by the seed rules keras2, stateful, generator.

Run by hand, from anywhere, in the virtual environment of make_goldens.py, with tf_keras==2.21.0 besides:

    python3 tests/golden/make_seeds.py
"""
import sys

import make_goldens as goldens
import numpy as np
import tensorflow as tf
import tf_keras

THIRTY = 123456789012345678901234567890
SEEDS = [0, 1, -1, 5, 2**31 - 2, 2**31 - 1, 2**31, -2**31, 2**32 + 7, 2**63 - 1, -2**63, 2**63, THIRTY, -THIRTY]
PAIRS = [(0, seed) for seed in SEEDS] + [(seed, 0) for seed in SEEDS] + [(5, 1), (-7, 42), (2**31 - 1, -2**31 + 1)]
PAIRS += [(THIRTY, -THIRTY), (2**191 - 1, -2**191), (None, 0), (None, 7), (None, THIRTY)]
# As counters: at the carries into the upper words and out of the last one, also only after earlier calls.
EDGES = [2**32 - 2, 2**64 - 2, 2**64 - 256 * 15 - 1, 2**96 - 2, 2**128 - 2, 2**128 - 256 * 15 - 2, 2**128 - 1]
KEYS = [2**128, 2**160, 2**192 - 1, 2**192 - 2**64 - 2, 2**191, -2**191, 2**200 + 5, -2**200 - 5, 10**60, -10**60]
SHAPES = [(), (0,), (1,), (7,), (1000,), (2, 0, 3), (3, 4, 5)]


def rule_case(rule, initializer, shape, seed, call=None, arguments=None):
    return goldens.case(initializer, shape, goldens.LIMITS[initializer] if arguments is None else arguments,
                        (rule, seed), call)


def keras2_cases():
    for initializer in goldens.RANDOM:
        for seed in goldens.SEEDS:
            yield rule_case("keras2", initializer, (7, 5), seed, None, {})
        yield rule_case("keras2", initializer, (3, 3, 4, 5), 1337, None, goldens.LIMITS.get(initializer, {}))
        yield rule_case("keras2", initializer, (0, 3), 1337, None, {})


def stateful_cases():
    for initializer in goldens.LIMITS:
        for pair in PAIRS:
            yield rule_case("stateful", initializer, (3, 5), pair)
        for shape in SHAPES:
            for call in (1, 2, 5):
                yield rule_case("stateful", initializer, shape, (5, -3), call)


def generator_cases():
    for initializer in goldens.LIMITS:
        for seed in SEEDS + [1234] + EDGES + KEYS:
            yield rule_case("generator", initializer, (3, 5), seed)
        for seed in EDGES + [-1, -THIRTY]:
            for call in (1, 2):
                yield rule_case("generator", initializer, (3, 5), seed, call)
        for shape in SHAPES:
            yield rule_case("generator", initializer, shape, 1234, 3)


# --------------------------------------------------------------------------------------------- what they really are


def keras2_tensor(c):
    return getattr(tf_keras.initializers, c.initializer)(seed=c.seed[1], **c.arguments)(c.shape)


def stateful_tensor(c):
    """set_seed starts all counters again. None is TensorFlow's own default."""
    draw = {"RandomUniform": tf.random.uniform, "RandomNormal": tf.random.normal,
            "TruncatedNormal": tf.random.truncated_normal}[c.initializer]
    tf.random.set_seed(c.seed[1][0])
    for _ in range(c.call or 0):
        draw(c.shape, seed=c.seed[1][1], **c.arguments)
    return draw(c.shape, seed=c.seed[1][1], **c.arguments)


def generator_tensor(c):
    generator = tf.random.Generator.from_seed(c.seed[1])
    draw = {"RandomUniform": generator.uniform, "RandomNormal": generator.normal,
            "TruncatedNormal": generator.truncated_normal}[c.initializer]
    for _ in range(c.call or 0):
        draw(c.shape, **c.arguments)
    return draw(c.shape, **c.arguments)


def tensor(c):
    make = {"keras2": keras2_tensor, "stateful": stateful_tensor, "generator": generator_tensor}[c.seed[0]]
    return np.asarray(make(c))


def number(seed, hexadecimal):
    """JSON's integers here have 64 bits; larger ones are texts."""
    if -2**63 <= seed < 2**63:
        return seed
    return hex(seed) if hexadecimal else str(seed)


def entry(c, index):
    rule, seed = c.seed
    if rule == "stateful":
        seed = [number(87654321 if part is None else part, index % 2) for part in seed]
    else:
        seed = number(seed, index % 2)
    call = {} if c.call is None else {"call": c.call}
    return {"initializer": goldens.SHORT[c.initializer], **c.arguments, "seed": seed, "seed_rule": rule, **call}


def main():
    folder = goldens.pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else goldens.HERE
    cases = [c for group in (keras2_cases, stateful_cases, generator_cases) for c in group()]
    goldens.write(folder / "seeds.json", cases, tensor, entry, "")


if __name__ == "__main__":
    main()
