# SPDX-License-Identifier: Apache-2.0
"""keras.initializers.GlorotUniform(seed=0)((2, 2)), bit for bit, with nothing but NumPy."""
import numpy as np


def philox(counter, key):
    """Philox4x32-10: a 128-bit counter and a 64-bit key give four random 32-bit words."""
    (c0, c1, c2, c3), (k0, k1) = counter, key
    for _ in range(10):
        a, b = 0xD2511F53 * c0, 0xCD9E8D57 * c2                  # two 64-bit products; each is cut in two halves
        c0, c1, c2, c3 = b >> 32 ^ c1 ^ k0, b & 0xFFFFFFFF, a >> 32 ^ c3 ^ k1, a & 0xFFFFFFFF
        k0, k1 = k0 + 0x9E3779B9 & 0xFFFFFFFF, k1 + 0xBB67AE85 & 0xFFFFFFFF
    return [c0, c1, c2, c3]


def scramble(seed):
    """TensorFlow sends the seed through one Philox block; its words become the key and where the counter starts."""
    seed %= 2**31 - 2                                            # Keras reduces the seed first
    mixed = philox([seed, 0, 0, 0], [0x3EC8F720, 0x02461E29])    # the key is a constant of TensorFlow
    return mixed[:2], mixed[2] << 64 | mixed[3] << 96            # key, 128-bit counter


def uniform(count, seed):
    """Floats in [0, 1): 23 random bits become the fraction of a float in [1, 2), then 1 is subtracted."""
    key, start = scramble(seed)
    words = []
    for block in range(-(-count // 4)):                          # every block gives four elements
        counter = [start + block >> shift & 0xFFFFFFFF for shift in (0, 32, 64, 96)]
        words += philox(counter, key)
    bits = np.array(words[:count], np.uint32) & np.uint32(0x7FFFFF) | np.uint32(0x3F800000)
    return bits.view(np.float32) - np.float32(1)


def glorot_uniform(shape, seed):
    receptive = int(np.prod(shape[:-2]))                         # 1 for a matrix, height * width of a convolution
    fan_in, fan_out = shape[-2] * receptive, shape[-1] * receptive
    limit = np.sqrt(3.0 / max(1.0, (fan_in + fan_out) / 2))      # in double, rounded to float32 below
    low, high = np.float32(-limit), np.float32(limit)
    return (uniform(int(np.prod(shape)), seed) * (high - low) + low).reshape(shape)


print(glorot_uniform((2, 2), seed=0))
