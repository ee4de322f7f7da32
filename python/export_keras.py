#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Exports a Keras 3 model as a manifest: every weight's name, shape, initializer and the seed that was really drawn.

    python3 python/export_keras.py MODULE:CALLABLE --set-random-seed N -o MODEL.json

CALLABLE builds and returns a fresh model; MODULE is looked for in the current folder and next to this script
(python/models.py has examples). The manifest holds no weights, only how to make them, and the digests of the weights
that Keras made. With --draws it holds N and which draw is whose instead of the seeds. Needs Keras 3.5 or later with its
TensorFlow backend. Exit status 1: the model cannot be expressed.
"""
import argparse
import contextlib
import importlib
import math
import os
import random
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
sys.path[:0] = [os.getcwd(), os.path.dirname(os.path.abspath(__file__))]

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

import digest  # noqa: E402
import manifest  # noqa: E402

KNOWN = {"Zeros", "Ones", "Constant", "Identity", "RandomUniform", "RandomNormal", "TruncatedNormal", "VarianceScaling",
         "GlorotUniform", "GlorotNormal", "HeUniform", "HeNormal", "LecunUniform", "LecunNormal", "Orthogonal", "STFT"}
EXACT_COLUMNS = 48  # from here on TensorFlow's orthogonal matrices depend on the CPU's caches: docs/NUMERICS.md
NONE_IS_A_VALUE = {"window", "scaling"}  # of STFT, where leaving them out means another one
MOST_DRAWS = 1000000


class CannotExport(Exception):
    pass


# ----------------------------------------------------------------------------------------- what Keras does meanwhile

def replaced(owner, name, make):
    """owner.name becomes make(owner.name); returns what undoes it."""
    original = getattr(owner, name)
    setattr(owner, name, make(original))
    return lambda: setattr(owner, name, original)


def initializer_classes():
    """All of Keras's initializers that say themselves how they are called; the others inherit it."""
    found = {kind for name in KNOWN for kind in getattr(keras.initializers, name).__mro__ if "__call__" in vars(kind)}
    return sorted(found, key=lambda kind: kind.__name__)


@contextlib.contextmanager
def recording():
    """Yields {id(variable): (variable, initializer, calls)} of all variables that are initialized meanwhile. A call is
    (initializer, its seed before, shape): one, or more where a function puts its result together, as in LSTM.

    Layers do not keep every initializer they use, so the one method that all variables go through is wrapped. The
    variable is kept to keep its id."""
    records, calls = {}, []

    def record_variable(original):
        def initialize(variable, initializer):
            calls.clear()
            result = original(variable, initializer)
            records[id(variable)] = (variable, initializer, list(calls))
            return result
        return initialize

    def record_call(original):
        def call(initializer, shape, *args, **kwargs):
            calls.append((initializer, seed_state(initializer), [int(size) for size in shape]))
            return original(initializer, shape, *args, **kwargs)
        return call

    undo = [replaced(keras.Variable, "_initialize_with_initializer", record_variable)]
    undo += [replaced(kind, "__call__", record_call) for kind in initializer_classes()]
    try:
        yield records
    finally:
        for step in undo:
            step()


def seed_state(initializer):
    """What the next call will draw from: None, an integer, or [seed, call] of a SeedGenerator."""
    seed = getattr(initializer, "seed", None)
    if isinstance(seed, keras.random.SeedGenerator):
        return [int(word) for word in np.asarray(seed.state)]
    return seed


# ------------------------------------------------------------------------------------------------------- the entries

def name_of(initializer):
    kind = initializer if hasattr(initializer, "__qualname__") else type(initializer)
    return f"{kind.__module__}.{kind.__qualname__}"


def describe(initializer, seed, shape):
    """What of an entry says how values are made."""
    kind = type(initializer)
    if kind.__name__ not in KNOWN or not kind.__module__.startswith("keras."):
        raise CannotExport(f"its initializer {name_of(initializer)} has no counterpart")
    config = {key: value for key, value in initializer.get_config().items()
              if key != "seed" and (value is not None or key in NONE_IS_A_VALUE)}
    for key, value in config.items():
        if type(value) not in (int, float, str, bool, type(None)) and not key.endswith("_axes"):
            raise CannotExport(f"its {kind.__name__} has the {key} {value!r}, a {type(value).__name__}")
    if isinstance(seed, int):
        config["seed"] = seed
    made = {"shape": shape, "initializer": {"class_name": kind.__name__, "config": config}}
    if isinstance(seed, list):
        made["seed"], made["call"] = seed
    return made


def describe_variable(variable, initializer, calls):
    """The manifest's entry, but for its digest."""
    shape = [int(size) for size in variable.shape]
    parts = [describe(*call) for call in calls]
    if not parts:
        raise CannotExport(f"its initializer {name_of(initializer)} has no counterpart")
    entry = {"name": variable.path, "shape": shape}
    if variable.dtype != "float32":
        entry["dtype"] = variable.dtype
    return {**entry, **parts[0]} if [part["shape"] for part in parts] == [shape] else {**entry, "parts": parts}


def regenerate(part, dtype):
    """The values, made by Keras once more from the entry alone."""
    config = dict(part["initializer"]["config"])
    if "call" in part:
        config["seed"] = keras.random.SeedGenerator(part["seed"])
        config["seed"].state.assign([part["seed"], part["call"]])
    initializer = getattr(keras.initializers, part["initializer"]["class_name"])(**config)
    return keras.ops.convert_to_numpy(initializer(tuple(part["shape"]), dtype=dtype))


def same_bytes(entry, value):
    parts = entry.get("parts", [entry])
    return b"".join(regenerate(part, value.dtype.name).tobytes() for part in parts) == value.tobytes()


def check_parts(entry):
    """Parts lie one behind the other along the first axis."""
    shapes = [part["shape"] for part in entry.get("parts", [])]
    if shapes and ([shape[1:] for shape in shapes] != [entry["shape"][1:]] * len(shapes)
                   or sum(shape[0] for shape in shapes) != entry["shape"][0]):
        raise CannotExport(f"its initializer makes {shapes}, which do not lie one behind the other in {entry['shape']}")


def depends_on_the_cpu(part, dtype):
    """Whether TensorFlow itself gives other bits on other processors."""
    if part["initializer"]["class_name"] != "Orthogonal":
        return False
    return dtype == "float16" or min(math.prod(part["shape"][:-1]), part["shape"][-1]) >= EXACT_COLUMNS


def export(variable, record):
    """The manifest's entry of one weight, and its digest or None."""
    if record is None:
        raise CannotExport("no initializer made it")
    entry, value = describe_variable(*record), keras.ops.convert_to_numpy(variable.value)
    if value.dtype.name not in digest.DTYPES:
        raise CannotExport(f"its dtype {value.dtype.name} has no counterpart")
    check_parts(entry)
    if not same_bytes(entry, value):
        raise CannotExport(f"it is not, or no longer, what its initializer {name_of(record[1])} gives")
    if any(depends_on_the_cpu(part, value.dtype.name) for part in entry.get("parts", [entry])):
        return entry, None
    words = digest.tensor_digest(value)
    return {**entry, "digest": digest.text(words)}, words


def export_model(model, records):
    entries, digests = [], {}
    if not model.weights:
        raise CannotExport("the model has no weights: call it once, or give its first layer a shape, before it is returned")
    for variable in model.weights:
        try:
            if variable.path in digests:
                raise CannotExport("another weight has the same name")
            entry, digests[variable.path] = export(variable, records.get(id(variable)))
        except CannotExport as why:
            raise CannotExport(f"cannot export weight {variable.path}: {why}") from None
        entries.append(entry)
    return entries, digests


# ------------------------------------------------------------------------------------------------------------- draws

def draws_until(state, seed):
    """{seed: which draw gave it first} of all draws that were made since set_random_seed(seed)."""
    python, found = random.Random(seed), {}
    for draw in range(MOST_DRAWS):
        if python.getstate() == state:
            return found
        found.setdefault(python.randint(1, 10**9), draw)
    raise CannotExport("something else than Keras has drawn from Python's random: the seeds have no draws")


def by_draw(part, draws, expected):
    """The part with its draw in place of its seed, if there is one. `expected`: the draw that goes without saying."""
    config = part["initializer"]["config"]
    draw = draws.get(part.get("seed", config.get("seed")))
    if draw is None:
        return part, expected
    config = {key: value for key, value in config.items() if key != "seed"}
    part = {key: value for key, value in part.items() if key != "seed"}
    part["initializer"] = {**part["initializer"], "config": config}
    if draw != expected:
        part["draw"] = draw
    return part, draw + 1


def entries_by_draw(entries, draws):
    expected, result = 0, []
    for entry in entries:
        parts = []
        for part in entry.get("parts", [entry]):
            part, expected = by_draw(part, draws, expected)
            parts.append(part)
        entry = {**entry, "parts": parts} if "parts" in entry else parts[0]
        result.append({key: entry[key] for key in sorted(entry, key=lambda key: key == "digest")})
    return result


# ---------------------------------------------------------------------------------------------------------- together

def load(name):
    module, _, function = name.partition(":")
    try:
        return getattr(importlib.import_module(module), function)
    except (ValueError, ImportError, AttributeError) as why:
        raise CannotExport(f"cannot find {name}, expected MODULE:CALLABLE: {why}") from None


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", metavar="MODULE:CALLABLE")
    parser.add_argument("--set-random-seed", type=int, required=True, metavar="N",
                        help="for keras.utils.set_random_seed")
    parser.add_argument("--draws", action="store_true", help="write N and draws, not the seeds that were drawn")
    parser.add_argument("-o", "--output", required=True, metavar="MODEL.json")
    return parser.parse_args()


def main():
    args = arguments()
    build = load(args.model)
    if not 0 <= args.set_random_seed < 2**32:
        raise CannotExport(f"--set-random-seed {args.set_random_seed}: Keras takes 0 to 2**32 - 1")
    keras.utils.set_random_seed(args.set_random_seed)
    with recording() as records:
        model = build()
    state = random.getstate()
    entries, digests = export_model(model, records)
    source = {"model": args.model, "set_random_seed": str(args.set_random_seed), "keras": keras.__version__,
              "tensorflow": tf.__version__, "numpy": np.__version__}
    if args.draws:
        entries = entries_by_draw(entries, draws_until(state, args.set_random_seed))
    without = [name for name, words in digests.items() if words is None]
    total = None if without else digest.total_digest(digests)
    manifest.write(args.output, source, entries, total, args.set_random_seed if args.draws else None)
    print(f"{args.output}: {len(entries)} tensors, " + (f"digest {digest.text(total)}" if total else "no total digest"))
    for name in without:
        print(f"{name}: no digest, as TensorFlow's orthogonal matrix of this size or dtype is another on another CPU")


if __name__ == "__main__":
    try:
        main()
    except (CannotExport, OSError) as why:
        sys.exit(f"export_keras: {why}")
