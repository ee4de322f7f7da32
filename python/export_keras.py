#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Exports a Keras 3 model as a manifest: every weight's name, shape, initializer and the seed that was really drawn.

    python3 python/export_keras.py MODULE:CALLABLE --set-random-seed N -o MODEL.json

CALLABLE builds and returns a fresh model; MODULE is looked for in the current folder and next to this script
(python/models.py has examples). The manifest holds no weights, only how to make them, and the digests of the weights
that Keras made. Needs Keras 3.5 or later with its TensorFlow backend. Exit status 1: the model cannot be expressed.
"""
import argparse
import contextlib
import importlib
import os
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
         "GlorotUniform", "GlorotNormal", "HeUniform", "HeNormal", "LecunUniform", "LecunNormal"}


class CannotExport(Exception):
    pass


@contextlib.contextmanager
def recording():
    """Yields {id(variable): (variable, initializer, seed state)} of all variables that are initialized meanwhile.

    Layers do not keep every initializer they use, so the one method that all variables go through is wrapped. The
    variable is kept to keep its id."""
    records, original = {}, keras.Variable._initialize_with_initializer

    def initialize(variable, initializer):
        records[id(variable)] = (variable, initializer, seed_state(initializer))
        return original(variable, initializer)

    keras.Variable._initialize_with_initializer = initialize
    try:
        yield records
    finally:
        keras.Variable._initialize_with_initializer = original


def seed_state(initializer):
    """What the next call will draw from: None, an integer, or [seed, call] of a SeedGenerator."""
    seed = getattr(initializer, "seed", None)
    if isinstance(seed, keras.random.SeedGenerator):
        return [int(word) for word in np.asarray(seed.state)]
    return seed


def describe(variable, initializer, seed):
    """The manifest's entry, but for its digest."""
    kind = type(initializer)
    if kind.__name__ not in KNOWN or not kind.__module__.startswith("keras."):
        raise CannotExport(f"its initializer {kind.__module__}.{kind.__qualname__} has no counterpart")
    config = {key: value for key, value in initializer.get_config().items() if key != "seed" and value is not None}
    for key, value in config.items():
        if type(value) not in (int, float, str) and not key.endswith("_axes"):
            raise CannotExport(f"its {kind.__name__} has the {key} {value!r}, a {type(value).__name__}")
    if isinstance(seed, int):
        config["seed"] = seed
    entry = {"name": variable.path, "shape": [int(size) for size in variable.shape]}
    if variable.dtype != "float32":
        entry["dtype"] = variable.dtype
    entry["initializer"] = {"class_name": kind.__name__, "config": config}
    if isinstance(seed, list):
        entry["seed"], entry["call"] = seed
    return entry


def regenerate(entry):
    """The weight, made by Keras once more from the entry alone."""
    config = dict(entry["initializer"]["config"])
    if "call" in entry:
        config["seed"] = keras.random.SeedGenerator(entry["seed"])
        config["seed"].state.assign([entry["seed"], entry["call"]])
    initializer = getattr(keras.initializers, entry["initializer"]["class_name"])(**config)
    return keras.ops.convert_to_numpy(initializer(tuple(entry["shape"]), dtype=entry.get("dtype", "float32")))


def export(variable, record):
    """The manifest's entry of one weight, and its digest."""
    if record is None:
        raise CannotExport("no initializer made it")
    entry, value = describe(*record), keras.ops.convert_to_numpy(variable.value)
    if value.dtype.name not in digest.DTYPES:
        raise CannotExport(f"its dtype {value.dtype.name} has no counterpart")
    if regenerate(entry).tobytes() != value.tobytes():
        raise CannotExport("it no longer is what its initializer gives")
    words = digest.tensor_digest(value)
    return {**entry, "digest": digest.text(words)}, words


def export_model(model, records):
    entries, digests = [], {}
    for variable in model.weights:
        try:
            if variable.path in digests:
                raise CannotExport("another weight has the same name")
            entry, digests[variable.path] = export(variable, records.get(id(variable)))
        except CannotExport as why:
            raise CannotExport(f"cannot export weight {variable.path}: {why}") from None
        entries.append(entry)
    return entries, digest.total_digest(digests)


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
    parser.add_argument("-o", "--output", required=True, metavar="MODEL.json")
    return parser.parse_args()


def main():
    args = arguments()
    build = load(args.model)
    keras.utils.set_random_seed(args.set_random_seed)
    with recording() as records:
        model = build()
    entries, total = export_model(model, records)
    source = {"model": args.model, "set_random_seed": str(args.set_random_seed), "keras": keras.__version__,
              "tensorflow": tf.__version__, "numpy": np.__version__}
    manifest.write(args.output, source, entries, total)
    print(f"{args.output}: {len(entries)} tensors, digest {digest.text(total)}")


if __name__ == "__main__":
    try:
        main()
    except (CannotExport, OSError) as why:
        sys.exit(f"export_keras: {why}")
