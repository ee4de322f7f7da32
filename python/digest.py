# SPDX-License-Identifier: Apache-2.0
"""The digest of a tensor and of a model, as `cw digest` prints it: a fingerprint of every bit, not cryptographic.

    tensor_digest(array)        (word0, word1) of dtype, shape and elements
    total_digest({name: ...})   (word0, word1) of all tensors and their names, in any order
    text((word0, word1))        32 hexadecimal digits
"""
import numpy as np

DTYPES = {name: number for number, name in enumerate(
    ["float32", "float64", "float16", "bfloat16", "int32", "int64", "uint32", "uint64"], 1)}
MASK = 2**64 - 1
CHUNK = 1 << 20


def mix(z):
    """The finalizer of splitmix64, on a Python integer or on an array of uint64."""
    if isinstance(z, int):
        return int(mix(np.array([z & MASK], np.uint64))[0])
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def element_sums(array):
    """Two sums over elements, in row-major order, of their bits mixed with their index."""
    array = np.ascontiguousarray(array).reshape(-1)
    bits = array.view(f"u{array.itemsize}")
    sum0 = sum1 = 0
    for first in range(0, bits.size, CHUNK):
        x = bits[first:first + CHUNK].astype(np.uint64)
        i = np.arange(first, first + x.size, dtype=np.uint64)
        h = mix(x + mix(i + np.uint64(0x9E3779B97F4A7C15)))
        sum0 += int(h.sum())
        sum1 += int(mix(h + np.uint64(0xD1B54A32D192ED03)).sum())
    return sum0 & MASK, sum1 & MASK


def tensor_digest(array):
    array = np.asarray(array)
    words = []
    for word in element_sums(array):
        for number in (DTYPES[array.dtype.name], array.ndim, *array.shape):
            word = mix(word + number)
        words.append(word)
    return tuple(words)


def name_hash(name):
    """FNV-1a, 64 bits, of the UTF-8 bytes."""
    n = 0xCBF29CE484222325
    for byte in name.encode():
        n = (n ^ byte) * 0x100000001B3 & MASK
    return n


def total_digest(digests):
    """The total of {name: (word0, word1)}."""
    return tuple(sum(mix(d[w] + mix(name_hash(name) + w)) for name, d in digests.items()) & MASK for w in (0, 1))


def text(digest):
    return "%016x%016x" % digest
