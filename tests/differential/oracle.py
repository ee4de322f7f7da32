# SPDX-License-Identifier: Apache-2.0
"""TensorFlow's side: what the real libraries give for a spec, or why they refuse it. Nothing is computed here.

Each seed rule has a library whose rule it is: keras.initializers with `seed` or a SeedGenerator; tf_keras.initializers;
tf.random.stateless_* and init_ops_v2; tf.random.* after set_seed, and init_ops; tf.random.Generator. A dialect other
than the rule's own, and the rule raw, keep the arithmetic of one library and take the key and the counter of another:
both are put where TensorFlow's stateless functions would ask for them.
"""
import contextlib
import math
import os
import warnings

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
import tf_keras  # noqa: E402
from keras.src.backend.tensorflow import random as keras_random  # noqa: E402
from tensorflow.python.eager import context  # noqa: E402
from tensorflow.python.framework import random_seed  # noqa: E402
from tensorflow.python.ops import init_ops, init_ops_v2, random_ops, random_ops_util  # noqa: E402
from tf_keras.src import backend as tf_keras_backend  # noqa: E402

import specs  # noqa: E402
from library import Answer  # noqa: E402

PINNED = {"tensorflow": "2.21.0", "keras": "3.15.1", "tf_keras": "2.21.0"}
VERSIONS = {"tensorflow": tf.__version__, "keras": keras.__version__, "tf_keras": tf_keras.__version__}
PHILOX = tf.random.Algorithm.PHILOX.value
tf.get_logger().setLevel("ERROR")
warnings.filterwarnings("ignore", message="The initializer .* is unseeded and being called multiple times")


# -------------------------------------------------------------------------------------------------- key and counter


def raw_philox(words):
    low, high = words[2] | words[3] << 32, words[4] | words[5] << 32
    return tf.constant([words[0] | words[1] << 32], tf.uint64), tf.constant([low, high], tf.uint64)


def generator_at(spec):
    """After the earlier calls, which move it by the same number of blocks whatever they draw."""
    generator = tf.random.Generator.from_seed(spec["seed"])
    generator.skip(spec.get("call", 0) * math.prod(spec["shape"]))
    return generator


def generator_philox(spec):
    generator = generator_at(spec)
    return tf.cast(tf.reshape(generator.key, [1]), tf.uint64), tf.bitcast(generator.state[:2], tf.uint64)


def stateful_philox(spec):
    """The seeds are TensorFlow's; that they are the key and the counter, which calls move, is taken from it."""
    tf.random.set_seed(spec["seed"][0])
    key, seed = random_seed.get_seed(spec["seed"][1])
    at = (seed << 64) + 256 * spec.get("call", 0) * math.prod(spec["shape"])
    return tf.constant([key], tf.uint64), tf.constant([at % 2**64, at >> 64], tf.uint64)


def stateless_seed(spec):
    rule, seed = spec["seed_rule"], spec["seed"]
    if rule == "keras":
        return keras_random._cast_seed(tf.constant([seed, spec.get("call", 0)], tf.int64))
    return tf.constant([seed, 0] if rule == "keras2" else seed, tf.int64)


def philox(spec):
    """As the stateless functions want it: the key, the counter."""
    rule = spec["seed_rule"]
    if rule == "raw":
        return raw_philox(spec["seed"])
    if rule == "generator":
        return generator_philox(spec)
    if rule == "stateful":
        return stateful_philox(spec)
    return random_ops_util.get_key_counter_alg(stateless_seed(spec), None)[:2]


@contextlib.contextmanager
def injected(key, counter):
    kept = random_ops_util.get_key_counter_alg
    random_ops_util.get_key_counter_alg = lambda seed, alg: (key, counter, PHILOX)
    try:
        yield
    finally:
        random_ops_util.get_key_counter_alg = kept


# ------------------------------------------------------------------------------------------------- one per dialect


def keras3(spec, initializer):
    """keras.initializers in Keras 3."""
    arguments, make = specs.arguments_of(spec), getattr(keras.initializers, initializer.keras)

    def tensor(seed):
        return make(**arguments, **seed)(tuple(spec["shape"]), dtype=spec["dtype"])

    if initializer.tf == specs.VALUE:
        return tensor({})
    if spec["seed_rule"] != "keras":
        with injected(*philox(spec)):
            return tensor({"seed": 0})
    if "call" not in spec:
        return tensor({"seed": spec["seed"]})
    generator = keras.random.SeedGenerator(spec["seed"])
    generator.state.assign([spec["seed"], spec["call"]])
    return tensor({"seed": generator})


def stateless_draw(spec, name, limits):
    """tf.random.stateless_*: with the seed, where it has that form, else with key and counter."""
    function = getattr(tf.random, "stateless_" + name)
    if spec["seed_rule"] == "stateless":
        return function(spec["shape"], seed=tf.constant(spec["seed"], tf.int64), dtype=spec["dtype"], **limits)
    with injected(*philox(spec)):
        return function(spec["shape"], seed=[0, 0], dtype=spec["dtype"], **limits)


def stateful(spec, make):
    """The call of that number after set_seed, which sets the counters of all operations back."""
    tf.random.set_seed(spec["seed"][0])
    for _ in range(spec.get("call", 0)):
        make()
    return make()


def from_generator(spec, make):
    """The call of that number to a new generator."""
    generator = tf.random.Generator.from_seed(spec["seed"])
    for _ in range(spec.get("call", 0)):
        make(generator)
    return make(generator)


NAMES = {"random_uniform": "uniform", "random_normal": "normal", "truncated_normal": "truncated_normal"}
DEFAULTS = {"uniform": {"minval": -0.05, "maxval": 0.05}, "normal": {"mean": 0.0, "stddev": 0.05},
            "truncated_normal": {"mean": 0.0, "stddev": 0.05}}


def tf_draw(spec, initializer):
    """The functions of tf.random, but for Keras 2, which has classes."""
    rule, name, shape, dtype = spec["seed_rule"], NAMES[spec["initializer"]], spec["shape"], spec["dtype"]
    if rule == "keras2":
        return tf_class(spec, initializer)
    limits = DEFAULTS[name] | specs.arguments_of(spec)
    if rule == "stateful":
        function = getattr(tf.random, name)
        return stateful(spec, lambda: function(shape, dtype=dtype, seed=spec["seed"][1], **limits))
    if rule == "generator":
        as_dtype = tf.as_dtype(dtype)
        return from_generator(spec, lambda generator: getattr(generator, name)(shape, dtype=as_dtype, **limits))
    return stateless_draw(spec, name, limits)


def tf_full(spec, initializer):
    if spec["seed_rule"] == "generator":
        dtype = tf.as_dtype(spec["dtype"])
        return from_generator(spec, lambda generator: generator.uniform_full_int(spec["shape"], dtype))
    return stateless_draw(spec, "uniform", {"minval": None, "maxval": None})


def class_of(module, initializer, name):
    return getattr(module, initializer.keras, None) or getattr(module, name)


def tf_class(spec, initializer):
    """The initializer's class in the library that has the seed rule."""
    rule, shape, dtype = spec["seed_rule"], spec["shape"], tf.as_dtype(spec["dtype"])
    arguments = specs.arguments_of(spec)
    if rule == "keras2":
        return getattr(tf_keras.initializers, initializer.keras)(**arguments, seed=spec["seed"])(shape, dtype=dtype)
    if rule == "stateful":
        make = class_of(init_ops, initializer, spec["initializer"])(**arguments, seed=spec["seed"][1])
        return stateful(spec, lambda: make(shape, dtype=dtype))
    if rule == "generator":
        make = getattr(tf_keras.initializers, initializer.keras)(**arguments)
        make._random_generator = tf_keras_backend.RandomGenerator(spec["seed"], rng_type="stateful")
        for _ in range(spec.get("call", 0)):
            make(shape, dtype=dtype)
        return make(shape, dtype=dtype)
    make = class_of(init_ops_v2, initializer, spec["initializer"])(**arguments, seed=1)
    if rule == "stateless":
        make._random_generator.seed = spec["seed"]
        return make(shape, dtype=dtype)
    with injected(*philox(spec)):
        return make(shape, dtype=dtype)


def tf_value(spec, initializer):
    make = getattr(tf_keras.initializers, initializer.keras)(**specs.arguments_of(spec))
    return make(spec["shape"], dtype=spec["dtype"])


@contextlib.contextmanager
def drawing(uniform):
    """tf.compat.v1's classes draw from tf.random.uniform, which takes no key."""
    kept = random_ops.random_uniform
    random_ops.random_uniform = uniform
    try:
        yield
    finally:
        random_ops.random_uniform = kept


def tf_unit(spec, initializer):
    is_stateful = spec["seed_rule"] == "stateful"
    make = init_ops.UniformUnitScaling(**specs.arguments_of(spec), seed=spec["seed"][1] if is_stateful else None)
    if is_stateful:
        return stateful(spec, lambda: make(spec["shape"], dtype=spec["dtype"]))

    def uniform(shape, minval, maxval, dtype, seed):
        return stateless_draw(spec, "uniform", {"minval": minval, "maxval": maxval})

    with drawing(uniform):
        return make(spec["shape"], dtype=spec["dtype"])


TF = {specs.VALUE: tf_value, specs.DRAW: tf_draw, specs.CLASS: tf_class, specs.FULL: tf_full, specs.UNIT: tf_unit}


# ------------------------------------------------------------------------------------------------------------- asking


def without_negative_zeros(spec):
    """Eager TensorFlow keeps one scalar for both zeros: which of them it is depends on what ran before."""
    return {key: 0.0 if isinstance(value, float) and value == 0.0 else value for key, value in spec.items()}


def begin():
    """Every spec finds +0.0 as the scalar kept for both zeros, and no other memory of earlier ones."""
    context.context()._clear_caches()
    for dtype in specs.FLOATS:
        tf.constant(0.0, tf.as_dtype(dtype))


def bytes_of(tensor, spec):
    """NumPy makes no array of a bfloat16 scalar by itself."""
    array = np.ascontiguousarray(np.asarray(tensor.numpy(), tensor.dtype.as_numpy_dtype))
    if array.dtype.name != spec["dtype"] or list(tensor.shape) != spec["shape"]:
        raise AssertionError(f"TensorFlow gave {array.dtype} {tensor.shape} for {spec}")
    return memoryview(array.reshape(-1).view(np.uint8))


def ask(spec):
    begin()
    initializer, spec = specs.INITIALIZERS[spec["initializer"]], without_negative_zeros(spec)
    try:
        make = keras3 if spec["dialect"] == "keras3" else TF[initializer.tf]
        return Answer(bytes_of(make(spec, initializer), spec), None)
    except (ValueError, TypeError, IndexError, OverflowError, SystemError, tf.errors.OpError) as why:
        return Answer(None, f"{type(why).__name__}: {str(why).splitlines()[0] if str(why) else ''}")
