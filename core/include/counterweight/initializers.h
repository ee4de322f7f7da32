/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of initializers: the one place where an initializer is added.
 *
 * ROW(id, value, "keras id", "Keras class", "alias" or 0, rule, takes, defaults)
 *
 *   id, value   the public enumerator and its number, which is never reused
 *   keras id    the string id of Keras 3; the class name and the alias are understood as well
 *   rule        how arguments become a distribution (plan.c):
 *                 CONSTANT          every element is `value`
 *                 IDENTITY          `gain` on the main diagonal of a matrix, 0 * `gain` elsewhere
 *                 UNIFORM           minval + (maxval - minval) * u,  u in [0, 1)
 *                 NORMAL            mean + stddev * z
 *                 TRUNCATED_NORMAL  mean + stddev * z,  |z| < 2
 *                 VARIANCE_SCALING  mean 0, variance `scale` / n, n = fan_in, fan_out or their mean, as `mode`
 *                                   says, drawn from `distribution`
 *                 UNIT_SCALING      uniform in +-sqrt(3 / n) * `factor`, n the product of all axes but the last
 *                 FULL_INTEGER      all values of an integer dtype
 *                 ORTHOGONAL        `gain` times the Q of a matrix of normal draws
 *                 DELTA_KERNEL      `gain` times the first rows of the Q of a square matrix at the center, zeros around it
 *                 KERNEL_1D .. 3D   `gain` times a kernel of as many dimensions, made of several such Q
 *                 STFT              cosines or sines, under a window (docs/NUMERICS.md, "STFT")
 *   takes       the arguments that a caller may give
 *   defaults    the arguments' values where the caller gives none: those of keras.initializers
 *               (0 for constant, as in Keras 2; Keras 3's 0.0 gives the same in its dialect)
 *
 * Source of the rows: the documented signatures of keras.initializers in Keras 3.15; uniform_full_int is
 * tf.random.stateless_uniform without limits, uniform_unit_scaling is tf.compat.v1's, and
 * the convolution_ ones are TensorFlow's (tensorflow/python/ops/init_ops.py; Xiao et al., ICML 2018). Glorot: Glorot and Bengio,
 * AISTATS 2010; He: He et al., ICCV 2015; LeCun: LeCun et al., "Efficient BackProp", 1998; orthogonal: Saxe et al.,
 * ICLR 2014.
 */
#ifndef COUNTERWEIGHT_INITIALIZERS_H
#define COUNTERWEIGHT_INITIALIZERS_H

/* clang-format off */
#define CW_INITIALIZER_TABLE(ROW) \
    ROW(CW_ZEROS,            1,  "zeros",            "Zeros",           "zero",                CONSTANT,         0,                                       VALUE(0)) \
    ROW(CW_ONES,             2,  "ones",             "Ones",            "one",                 CONSTANT,         0,                                       VALUE(1)) \
    ROW(CW_CONSTANT,         3,  "constant",         "Constant",        0,                     CONSTANT,         TAKES(CW_VALUE),                         VALUE(0)) \
    ROW(CW_IDENTITY,         4,  "identity",         "Identity",        "IdentityInitializer", IDENTITY,         TAKES(CW_GAIN),                          GAIN(1.0)) \
    ROW(CW_RANDOM_UNIFORM,   5,  "random_uniform",   "RandomUniform",   "uniform",             UNIFORM,          TAKES(CW_MINVAL) | TAKES(CW_MAXVAL),     LIMITS(-0.05, 0.05)) \
    ROW(CW_RANDOM_NORMAL,    6,  "random_normal",    "RandomNormal",    "normal",              NORMAL,           TAKES(CW_MEAN) | TAKES(CW_STDDEV),       MOMENTS(0.0, 0.05)) \
    ROW(CW_TRUNCATED_NORMAL, 7,  "truncated_normal", "TruncatedNormal", 0,                     TRUNCATED_NORMAL, TAKES(CW_MEAN) | TAKES(CW_STDDEV),       MOMENTS(0.0, 0.05)) \
    ROW(CW_VARIANCE_SCALING, 8,  "variance_scaling", "VarianceScaling", 0,                     VARIANCE_SCALING, TAKES(CW_SCALE) | TAKES(CW_MODE) | TAKES(CW_DISTRIBUTION) | TAKES_AXES, \
                                                                                                                                                          SCALING(1.0, FAN_IN, TRUNCATED_NORMAL)) \
    ROW(CW_GLOROT_UNIFORM,   9,  "glorot_uniform",   "GlorotUniform",   0,                     VARIANCE_SCALING, TAKES_AXES,                              SCALING(1.0, FAN_AVG, UNIFORM)) \
    ROW(CW_GLOROT_NORMAL,    10, "glorot_normal",    "GlorotNormal",    0,                     VARIANCE_SCALING, TAKES_AXES,                              SCALING(1.0, FAN_AVG, TRUNCATED_NORMAL)) \
    ROW(CW_HE_UNIFORM,       11, "he_uniform",       "HeUniform",       0,                     VARIANCE_SCALING, TAKES_AXES,                              SCALING(2.0, FAN_IN, UNIFORM)) \
    ROW(CW_HE_NORMAL,        12, "he_normal",        "HeNormal",        0,                     VARIANCE_SCALING, TAKES_AXES,                              SCALING(2.0, FAN_IN, TRUNCATED_NORMAL)) \
    ROW(CW_LECUN_UNIFORM,    13, "lecun_uniform",    "LecunUniform",    0,                     VARIANCE_SCALING, TAKES_AXES,                              SCALING(1.0, FAN_IN, UNIFORM)) \
    ROW(CW_LECUN_NORMAL,     14, "lecun_normal",     "LecunNormal",     0,                     VARIANCE_SCALING, TAKES_AXES,                              SCALING(1.0, FAN_IN, TRUNCATED_NORMAL)) \
    ROW(CW_UNIFORM_FULL_INT, 15, "uniform_full_int", "UniformFullInt",  0,                     FULL_INTEGER,     0,                                       NOTHING) \
    ROW(CW_UNIFORM_UNIT_SCALING, 16, "uniform_unit_scaling", "UniformUnitScaling", "uniform_unit_scaling_initializer", UNIT_SCALING, TAKES(CW_FACTOR),   FACTOR(1.0)) \
    ROW(CW_ORTHOGONAL,       17, "orthogonal",       "Orthogonal",      "OrthogonalInitializer", ORTHOGONAL,     TAKES(CW_GAIN),                          GAIN(1.0)) \
    ROW(CW_STFT,             18, "stft",             "STFT",            "STFTInitializer",     STFT,             TAKES(CW_SIDE) | TAKES(CW_WINDOW) | TAKES(CW_SCALING) | TAKES(CW_PERIODIC), \
                                                                                                                                                          FILTERS(REAL, HANN, DENSITY)) \
    ROW(CW_CONVOLUTION_DELTA_ORTHOGONAL, 19, "convolution_delta_orthogonal", "ConvolutionDeltaOrthogonal", "convolutional_delta_orthogonal", DELTA_KERNEL, TAKES(CW_GAIN), GAIN(1.0)) \
    ROW(CW_CONVOLUTION_ORTHOGONAL_1D, 20, "convolution_orthogonal_1d", "ConvolutionOrthogonal1D", "convolutional_orthogonal_1d", KERNEL_1D, TAKES(CW_GAIN), GAIN(1.0)) \
    ROW(CW_CONVOLUTION_ORTHOGONAL_2D, 21, "convolution_orthogonal_2d", "ConvolutionOrthogonal2D", "convolutional_orthogonal_2d", KERNEL_2D, TAKES(CW_GAIN), GAIN(1.0)) \
    ROW(CW_CONVOLUTION_ORTHOGONAL_3D, 22, "convolution_orthogonal_3d", "ConvolutionOrthogonal3D", "convolutional_orthogonal_3d", KERNEL_3D, TAKES(CW_GAIN), GAIN(1.0))
/* clang-format on */

#endif
