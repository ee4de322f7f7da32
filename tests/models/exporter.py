#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""python/export_keras.py on small models of real Keras, in that moment: `cw` makes what Keras made, in both forms of the
manifest, and what no manifest can say is an error that says so.

    exporter.py CW
"""
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "python"))
sys.dont_write_bytecode = True

import export_keras  # noqa: E402 (chooses Keras's backend)
import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers  # noqa: E402

CW = sys.argv[1]
failures = []


def chain(shape, *parts, dtype=None):
    return keras.Sequential([keras.Input(shape, dtype=dtype), *parts])


def shared_generator():
    drawn = keras.initializers.HeNormal(seed=keras.random.SeedGenerator())
    return chain((4,), layers.Dense(5, kernel_initializer=drawn), layers.Dense(6, kernel_initializer=drawn),
                 layers.Dense(7, kernel_initializer="lecun_uniform"))


def random_biases_of_one_generator():
    return chain((6, 4), layers.LSTM(3, bias_initializer=keras.initializers.RandomUniform(
        seed=keras.random.SeedGenerator(9))))


def lora():
    layer = layers.Dense(5)
    model = chain((4,), layer)
    layer.enable_lora(2)
    return model


def policy(name):
    def build():
        keras.config.set_dtype_policy(name)
        try:
            return chain((6, 4), layers.Dense(5), layers.LSTM(3), layers.Dense(2, bias_initializer="random_normal"))
        finally:
            keras.config.set_dtype_policy("float32")
    return build


class Subclassed(keras.Model):
    """Adds weights with no initializer, a string, and a function."""

    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(3)

    def build(self, shape):
        self.free = self.add_weight(shape=(4, 4), name="free")
        self.named = self.add_weight(shape=(4,), initializer="truncated_normal", name="named")
        self.joined = self.add_weight(shape=(5, 4), name="joined", initializer=lambda shape, dtype: keras.ops.concatenate(
            [keras.initializers.HeNormal()((2, 4), dtype), keras.initializers.Orthogonal(seed=4)((3, 4), dtype)]))
        self.dense.build(shape)

    def call(self, x):
        return self.dense(x @ self.free + self.named)


def subclassed():
    model = Subclassed()
    model(np.zeros((1, 4), "float32"))
    return model


def two_inputs():
    a, b = keras.Input((5, 8)), keras.Input((5, 8))
    x = layers.AdditiveAttention()([a, b])
    return keras.Model([a, b], layers.Attention(use_scale=True, dropout=0.1)([x, b]))


GOOD = {
    "dense": lambda: chain((4,), layers.Dense(5, bias_initializer="he_normal"), layers.Dropout(0.5), layers.Dense(2)),
    "every initializer": lambda: chain((4,), *(layers.Dense(4, kernel_initializer=name) for name in (
        "zeros", "ones", "identity", "orthogonal", "random_uniform", "random_normal", "truncated_normal",
        "variance_scaling", "glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform", "lecun_normal",
        keras.initializers.Constant(2), keras.initializers.Constant(0.1), keras.initializers.Orthogonal(gain=0.7)))),
    "conv 1d": lambda: chain((16, 3), layers.Conv1D(4, 3), layers.Conv1DTranspose(5, 3), layers.SeparableConv1D(6, 3),
                             layers.DepthwiseConv1D(3, depth_multiplier=2)),
    "conv 3d": lambda: chain((8, 8, 8, 2), layers.Conv3D(3, 3, groups=1), layers.Conv3DTranspose(4, 2)),
    "grouped conv": lambda: chain((8, 8, 6), layers.Conv2D(9, 3, groups=3)),
    "norms": lambda: chain((8, 6), layers.BatchNormalization(), layers.LayerNormalization(), layers.GroupNormalization(3),
                           layers.RMSNormalization(), layers.UnitNormalization(), layers.Dense(3)),
    "embedding": lambda: chain((7,), layers.Embedding(20, 6), layers.Flatten(), layers.Dense(3), dtype="int32"),
    "lstm": lambda: chain((6, 4), layers.LSTM(5, return_sequences=True), layers.LSTM(3, unit_forget_bias=False)),
    "gru": lambda: chain((6, 4), layers.GRU(5, return_sequences=True, reset_after=False), layers.GRU(3, dropout=0.1)),
    "simple rnn": lambda: chain((6, 4), layers.SimpleRNN(5, return_sequences=True), layers.SimpleRNN(3, seed=4)),
    "seeded lstm": lambda: chain((6, 4), layers.LSTM(5, seed=3), layers.Dense(2)),
    "conv lstm": lambda: chain((4, 8, 8, 2), layers.ConvLSTM2D(3, 3)),
    "bidirectional": lambda: chain((6, 4), layers.Bidirectional(layers.LSTM(3), backward_layer=layers.GRU(
        3, go_backwards=True)), layers.Dense(2)),
    "time distributed": lambda: chain((6, 4), layers.TimeDistributed(layers.Dense(3)), layers.LSTM(2)),
    "cells": lambda: chain((6, 4), layers.RNN([layers.LSTMCell(3), layers.SimpleRNNCell(2)])),
    "attention": lambda: two_inputs(),
    "random bias": lambda: chain((6, 4), layers.LSTM(3, bias_initializer="random_uniform"), layers.Dense(2)),
    "one generator in a bias": random_biases_of_one_generator,
    "a generator without a seed": shared_generator,
    "augmentation": lambda: chain((8, 8, 3), layers.RandomFlip(), layers.RandomCrop(6, 6), layers.Conv2D(4, 3)),
    "stft": lambda: chain((400, 1), layers.STFTSpectrogram(frame_length=64, frame_step=32, fft_length=64), layers.Flatten(),
                          layers.Dense(2)),
    "stft without window": lambda: chain((400, 1), layers.STFTSpectrogram(
        mode="real", frame_length=48, fft_length=64, window=None, scaling="spectrum"), layers.Flatten(), layers.Dense(2)),
    "spectral": lambda: chain((4,), layers.SpectralNormalization(layers.Dense(3)), layers.Dense(2)),
    "lora": lora,
    "subclassed": subclassed,
    "float64": policy("float64"),
    "bfloat16 without orthogonal": lambda: chain((4,), layers.Dense(5, dtype="bfloat16", bias_initializer="he_normal")),
    "float16": policy("float16"),
    "mixed_float16": policy("mixed_float16"),
    "python drawn before": lambda: [random.randint(1, 10**9) for _ in range(3)] and chain((4,), layers.Dense(5)),
}


class Doubled(keras.initializers.GlorotUniform):
    def __call__(self, shape, dtype=None):
        return 2 * super().__call__(shape, dtype)


class Own(keras.initializers.Initializer):
    def __call__(self, shape, dtype=None):
        return keras.ops.ones(shape, dtype)


def changed():
    model = chain((4,), layers.Dense(5))
    model.layers[0].kernel.assign(np.ones((4, 5), "float32"))
    return model


class Twins(keras.Model):
    def __init__(self):
        super().__init__()
        self.a, self.b = layers.Dense(4, name="twin"), layers.Dense(4, name="twin")

    def call(self, x):
        return self.a(self.b(x))


def same_names():
    model = Twins()
    model(np.zeros((1, 4), "float32"))
    return model


def dense(initializer):
    return lambda: chain((4,), layers.Dense(5, kernel_initializer=initializer))


BAD = {
    "changed": (changed, "/kernel: it is not, or no longer"),
    "own": (dense(Own()), "Own has no counterpart"),
    "derived": (dense(Doubled()), "Doubled has no counterpart"),
    "function": (dense(lambda shape, dtype: 2 * keras.initializers.Ones()(shape, dtype)), "it is not, or no longer"),
    "transposed": (dense(lambda shape, dtype: keras.ops.transpose(keras.initializers.Ones()(shape[::-1], dtype))),
                   "do not lie one behind the other"),
    "array": (dense(np.ones((4, 5), "float32")), "no counterpart"),
    "numpy number": (dense(keras.initializers.RandomNormal(stddev=np.float64(0.1))), "a float64"),
    "list": (dense(keras.initializers.Constant([1.0, 2.0, 3.0, 4.0, 5.0])), "the value"),
    "same names": (same_names, "the same name"),
    "not built": (lambda: keras.Sequential([layers.Dense(5)]), "no weights"),
}


def export(build, path, *options):
    """What the exporter says, or why it refuses."""
    keras.utils.clear_session()
    module = sys.modules[__name__]
    module.build = build
    sys.argv = ["export_keras", f"{__name__}:build", "--set-random-seed", "11", *options, "-o", path]
    export_keras.load = lambda name: build
    export_keras.main()


def digests(path):
    result = subprocess.run([CW, "digest", path], capture_output=True, text=True, check=False)
    return result.stdout if result.returncode == 0 else result.stderr


def good(name, build, folder):
    seeds, draws = (os.path.join(folder, f) for f in ("seeds.json", "draws.json"))
    export(build, seeds)
    export(build, draws, "--draws")
    for path in (seeds, draws):
        result = subprocess.run([CW, "verify", path], capture_output=True, text=True, check=False)
        if result.returncode != 0:
            failures.append(f"{name}: {result.stdout}{result.stderr}")
    if digests(seeds) != digests(draws):
        failures.append(f"{name}: the two forms differ")
    with open(draws, encoding="utf-8") as file:
        text = file.read()
    if json.loads(text)["set_random_seed"] != 11:
        failures.append(f"{name}: set_random_seed")


def bad(name, build, why, folder):
    try:
        export(build, os.path.join(folder, "bad.json"))
        failures.append(f"{name}: is exported")
    except export_keras.CannotExport as said:
        if why not in str(said):
            failures.append(f"{name}: says {said}")
    if os.path.exists(os.path.join(folder, "bad.json")):
        failures.append(f"{name}: leaves a file")


def main():
    with tempfile.TemporaryDirectory() as folder:
        for name, build in GOOD.items():
            try:
                good(name, build, folder)
            except Exception as why:  # the other models still have their turn
                failures.append(f"{name}: {type(why).__name__}: {why}")
        for name, (build, why) in BAD.items():
            try:
                bad(name, build, why, folder)
            except Exception as why:  # likewise
                failures.append(f"{name}: {type(why).__name__}: {why}")
        try:
            export(lambda: random.seed(5) or chain((4,), layers.Dense(5)), os.path.join(folder, "x.json"), "--draws")
            failures.append("another seed for Python's random is not noticed")
        except export_keras.CannotExport as why:
            if "Python's random" not in str(why):
                failures.append(f"another seed for Python's random: {why}")
    print(f"{len(GOOD)} models, {len(BAD) + 1} refusals, {len(failures)} failures")
    print("\n".join(failures))
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
