# SPDX-License-Identifier: Apache-2.0
"""Models to export: functions that return a fresh, built, untrained Keras model."""
import keras


def resnet50():
    return keras.applications.ResNet50(weights=None)


def mlp():
    """Dense layers, one with an initializer of its own and one with random biases."""
    return keras.Sequential([
        keras.Input((784,)),
        keras.layers.Dense(128, activation="relu", kernel_initializer="he_normal"),
        keras.layers.Dense(64, activation="relu", bias_initializer=keras.initializers.RandomNormal(stddev=0.01)),
        keras.layers.Dense(10),
    ], name="mlp")


def attention():
    """Embeddings, einsum kernels whose fans follow the equation, and two kernels drawn from one SeedGenerator."""
    drawn = keras.initializers.TruncatedNormal(stddev=0.02, seed=keras.random.SeedGenerator(7))
    tokens = keras.Input((16,), dtype="int32")
    x = keras.layers.Embedding(100, 24)(tokens)
    x = keras.layers.MultiHeadAttention(num_heads=3, key_dim=8)(x, x)
    x = keras.layers.LayerNormalization()(x)
    x = keras.layers.Dense(32, kernel_initializer=drawn, activation="relu")(x)
    return keras.Model(tokens, keras.layers.Dense(8, kernel_initializer=drawn)(x), name="attention")
