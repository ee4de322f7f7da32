# SPDX-License-Identifier: Apache-2.0
"""Models to export: functions that return a fresh, built, untrained Keras model."""
import keras
from keras import layers


def resnet50():
    return keras.applications.ResNet50(weights=None)


def mobilenet_v2():
    return keras.applications.MobileNetV2(weights=None)


def efficientnet_b0():
    return keras.applications.EfficientNetB0(weights=None)


def vgg16():
    return keras.applications.VGG16(weights=None)


def mlp():
    """Dense layers, one with an initializer of its own and one with random biases."""
    return keras.Sequential([
        keras.Input((784,)),
        layers.Dense(128, activation="relu", kernel_initializer="he_normal"),
        layers.Dense(64, activation="relu", bias_initializer=keras.initializers.RandomNormal(stddev=0.01)),
        layers.Dense(10),
    ], name="mlp")


def attention():
    """Embeddings, einsum kernels whose fans follow the equation, and two kernels drawn from one SeedGenerator."""
    drawn = keras.initializers.TruncatedNormal(stddev=0.02, seed=keras.random.SeedGenerator(7))
    tokens = keras.Input((16,), dtype="int32")
    x = layers.Embedding(100, 24)(tokens)
    x = layers.MultiHeadAttention(num_heads=3, key_dim=8)(x, x)
    x = layers.LayerNormalization()(x)
    x = layers.Dense(32, kernel_initializer=drawn, activation="relu")(x)
    return keras.Model(tokens, layers.Dense(8, kernel_initializer=drawn)(x), name="attention")


def transformer():
    """A language model of two blocks, the second with grouped heads and einsums: dropout takes draws between them."""
    tokens = keras.Input((64,), dtype="int32")
    x = layers.Embedding(512, 96, embeddings_initializer=keras.initializers.RandomNormal(stddev=0.02))(tokens)
    x = layers.Dropout(0.1)(x)
    y = layers.LayerNormalization()(x)
    x = x + layers.MultiHeadAttention(num_heads=4, key_dim=24, dropout=0.1)(y, y, use_causal_mask=True)
    y = layers.Dense(384, activation="gelu", kernel_initializer="he_normal")(layers.LayerNormalization()(x))
    x = x + layers.Dropout(0.1)(layers.Dense(96)(y))
    y = layers.LayerNormalization()(x)
    x = x + layers.GroupQueryAttention(head_dim=24, num_query_heads=4, num_key_value_heads=2)(y, y)
    y = layers.EinsumDense("abc,cde->abde", output_shape=(None, 4, 96), bias_axes="de",
                           kernel_initializer="variance_scaling")(layers.LayerNormalization()(x))
    x = x + layers.EinsumDense("abde,dec->abc", output_shape=(None, 96), bias_axes="c")(y)
    return keras.Model(tokens, layers.Dense(512, use_bias=False)(x), name="transformer")


def recurrent():
    """Recurrent layers: LSTM's forget gates start at one, the recurrent kernels are orthogonal."""
    tokens = keras.Input((20,), dtype="int32")
    x = layers.Embedding(200, 16)(tokens)
    x = layers.Bidirectional(layers.LSTM(32, return_sequences=True, dropout=0.1))(x)
    x = layers.Bidirectional(layers.GRU(24, return_sequences=True), merge_mode="sum")(x)
    x = layers.LSTM(20, return_sequences=True, bias_initializer="random_normal")(x)
    x = layers.RNN([layers.LSTMCell(12), layers.GRUCell(8)], return_sequences=True)(x)
    x = layers.LSTM(8, return_sequences=True, unit_forget_bias=False)(x)
    return keras.Model(tokens, layers.Dense(4)(layers.SimpleRNN(40)(x)), name="recurrent")


def wide_recurrent():
    """A recurrent kernel with 64 columns, whose bits TensorFlow does not promise."""
    return keras.Sequential([keras.Input((10, 32)), layers.LSTM(64), layers.Dense(4)], name="wide_recurrent")


def convolutions():
    """Each kind of convolution and of normalization, and an initializer object that several layers share."""
    shared = keras.initializers.HeUniform()
    images = keras.Input((32, 32, 3))
    x = layers.Conv2D(16, 3, padding="same", kernel_initializer=shared)(images)
    x = layers.BatchNormalization()(x)
    x = layers.DepthwiseConv2D(3, depth_multiplier=2, padding="same", depthwise_initializer=shared)(x)
    x = layers.GroupNormalization(8)(x)
    x = layers.SeparableConv2D(24, 3, strides=2, padding="same", bias_initializer="lecun_normal")(x)
    x = layers.PReLU(alpha_initializer=keras.initializers.Constant(0.25), shared_axes=[1, 2])(x)
    x = layers.Conv2DTranspose(8, 3, kernel_initializer=shared)(x)
    x = layers.RMSNormalization()(layers.Reshape((-1, 8))(x))
    x = layers.Conv1D(12, 5, kernel_initializer=keras.initializers.GlorotNormal(seed=3))(x)
    x = layers.SeparableConv1D(10, 3)(x)
    return keras.Model(images, layers.Dense(5, kernel_initializer="identity")(layers.GlobalAveragePooling1D()(x)),
                       name="convolutions")
