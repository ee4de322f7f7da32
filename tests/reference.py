#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A second implementation of docs/NUMERICS.md, section by section: plain Python, slow, exact, no code of the library.

    tests/reference.py MANIFEST.json...          digests of the tensors of manifests, compared with the recorded ones
    tests/reference.py --vectors NUMERICS.md     the document's own known answers, recomputed
    --all                                        also tensors over 20,000 elements, and the proofs over all 2^23 words

Exit status 1: something differs. The section numbers are the document's.
"""
import argparse
import ast
import collections
import functools
import itertools
import json
import math
import pathlib
import random
import re
import struct
import sys
import time
from fractions import Fraction

SMALL = 20000
DOCUMENT = pathlib.Path(__file__).resolve().parent.parent / "docs" / "NUMERICS.md"
MASK32, MASK64, MASK128 = 2**32 - 1, 2**64 - 1, 2**128 - 1
HALF, FLOAT, DOUBLE = struct.Struct("<e"), struct.Struct("<f"), struct.Struct("<d")
SHORT, WORD, LONG = struct.Struct("<H"), struct.Struct("<I"), struct.Struct("<Q")


class Refused(Exception):
    pass


# ----------------------------------------------------------------------------------------------------- 2. Notation


def f32(x):
    """A double, or an integer of any size, rounded once to float."""
    if isinstance(x, int):
        return f32_of_integer(x)
    try:
        return FLOAT.unpack(FLOAT.pack(x))[0]
    except OverflowError:
        return math.copysign(math.inf, x)


def f32_of_integer(n):
    shift = max(abs(n).bit_length() - 24, 0)
    quotient, rest = divmod(abs(n), 1 << shift)
    half = (1 << shift) >> 1
    quotient += rest > half or (shift > 0 and rest == half and quotient & 1)
    return FLOAT.unpack(FLOAT.pack(math.copysign(float(quotient << shift), n)))[0]


def f16(x):
    """A double rounded once to float16."""
    try:
        return HALF.unpack(HALF.pack(x))[0]
    except OverflowError:
        return math.copysign(math.inf, x)


def bf16(f):
    """A float rounded to bfloat16, the upper half of its bits."""
    b = bits_of(f)
    return float_of((b + 0x7FFF + (b >> 16 & 1)) & 0xFFFF0000)


def bits_of(f):
    return WORD.unpack(FLOAT.pack(f))[0]


def float_of(word):
    return FLOAT.unpack(WORD.pack(word))[0]


def bits_of_double(x):
    return LONG.unpack(DOUBLE.pack(x))[0]


def double_of(bits):
    return DOUBLE.unpack(LONG.pack(bits))[0]


# rounded: from a float (float64: a double) to the dtype, None for integers. fraction: bits of a uniform draw.
Dtype = collections.namedtuple("Dtype", "name number size rounded fraction bits")
FLOAT32 = Dtype("float32", 1, 4, f32, 23, bits_of)
FLOAT64 = Dtype("float64", 2, 8, float, 52, bits_of_double)
FLOAT16 = Dtype("float16", 3, 2, f16, 10, lambda x: SHORT.unpack(HALF.pack(x))[0])
BFLOAT16 = Dtype("bfloat16", 4, 2, bf16, 7, lambda x: bits_of(x) >> 16)
DTYPES = {dtype.name: dtype for dtype in (
    FLOAT32, FLOAT64, FLOAT16, BFLOAT16,
    Dtype("int32", 5, 4, None, None, lambda n: n & MASK32), Dtype("int64", 6, 8, None, None, lambda n: n & MASK64),
    Dtype("uint32", 7, 4, None, None, lambda n: n & MASK32), Dtype("uint64", 8, 8, None, None, lambda n: n & MASK64))}


def flush(x, dtype=FLOAT32):
    return math.copysign(0.0, x) if abs(x) < (2.0**-1022 if dtype is FLOAT64 else 2.0**-126) else x


def fmul(a, b, dtype=FLOAT32):
    q = a * b  # of floats: exact in double
    if dtype is FLOAT64:
        return q if abs(q) > 2.0**-1000 else product_of_small_doubles(a, b)
    return dtype.rounded(math.copysign(0.0, q) if abs(q) < 2.0**-126 - 2.0**-151 else f32(q))


def product_of_small_doubles(a, b):
    tiny = abs(Fraction(a) * Fraction(b)) < Fraction(2)**-1022 - Fraction(2)**-1076
    return math.copysign(0.0, a * b) if tiny else a * b


def fadd(a, b, dtype=FLOAT32):
    """The sum of two floats rounded to double and then to float is the sum rounded to float: 53 >= 2 * 24 + 2."""
    return flush(a + b, dtype) if dtype is FLOAT64 else dtype.rounded(flush(f32(a + b)))


def fma(a, b, c):
    """a * b + c in double with one rounding: Python's quotient of two integers is correctly rounded."""
    (a0, a1), (b0, b1), (c0, c1) = a.as_integer_ratio(), b.as_integer_ratio(), c.as_integer_ratio()
    numerator = a0 * b0 * c1 + c0 * a1 * b1
    return numerator / (a1 * b1 * c1) if numerator else a * b + c


# ------------------------------------------------------------------------------------- 3. Philox, 4. Seed rules


def philox(counter, key):
    """The block of a 128-bit counter."""
    c0, c1, c2, c3 = words_of(counter, 4)
    k0, k1 = key
    for _ in range(10):
        p, q = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (q >> 32) ^ c1 ^ k0, q & MASK32, (p >> 32) ^ c3 ^ k1, p & MASK32
        k0, k1 = (k0 + 0x9E3779B9) & MASK32, (k1 + 0xBB67AE85) & MASK32
    return c0, c1, c2, c3


def words_of(number, count):
    return [number >> (32 * i) & MASK32 for i in range(count)]


def integer_of(words):
    return sum(word << (32 * i) for i, word in enumerate(words))


def start_of(rule, seed, call):
    """Key and counter before any call that moves the counter."""
    if rule == "raw":
        return (seed[0], seed[1]), integer_of(seed[2:])
    if rule == "stateful":
        g, s = seed[0] % 2147483647, seed[1] % 2147483647
        return (g, 0), integer_of((0, 0, s if g or s else 2147483647, 0))
    if rule == "generator":
        return words_of(seed >> 128, 2), seed & MASK128
    if rule == "keras":
        seed = [seed % 2147483646, call % 2147483646]
    if rule == "keras2":
        seed = [seed, 0]
    scramble = philox((seed[0] & MASK64) | (seed[1] & MASK64) << 64, (0x3EC8F720, 0x02461E29))
    return scramble[:2], integer_of((0, 0) + scramble[2:])


def key_and_counter(rule, seed, call=0, count=0):
    """`count` is the number of elements of each earlier call."""
    key, start = start_of(rule, seed, call)
    return key, (start + 256 * call * count) & MASK128 if rule in ("stateful", "generator") else start


def signed(number, bits):
    number &= (1 << bits) - 1
    return number - (number >> (bits - 1) << bits)


def full_range(seed, index, bits):
    """The signed integers of block `index` of a stateless seed."""
    key, start = key_and_counter("stateless", seed)
    block = integer_of(philox((start + index) & MASK128, key))
    return [signed(block >> at, bits) for at in range(0, 128, bits)]


def split(bits, seed, index):
    return full_range(seed, index // 2, 32)[index % 2 * 2:][:2] if bits == 32 else full_range(seed, index, 64)


def fold_in(bits, seed, data):
    return [full_range(seed, 0, bits)[0], data]


def hash_of(offset):
    h = 0x27D4EB2F165667C5
    for n in offset:
        h = (h + n % (2**61 - 1) * 0xC2B2AE3D27D4EB4F) & MASK64
        h = ((h << 31 | h >> 33) & MASK64) * 0x9E3779B185EBCA87 & MASK64
    h = (h + (len(offset) ^ 0x27D4EB2F165667C5 ^ 0x35D373)) & MASK64
    return signed(0x5C2A4BD4 if h == MASK64 else h, 64)


def shard(seed, offset):
    h = hash_of(offset) if offset else 0
    return fold_in(32 if h == signed(h, 32) else 64, [seed, 0], h) if h else [seed, 0]


def unordered(state):
    return [signed((word + 1) * 5387, 64) % 933199 for word in state]


def drawn(n, what, count):
    """4.2: the first seeds that Keras ("keras") or eager TensorFlow ("op") draws."""
    shift, bound, least = {"keras": (2, 10**9, 1), "op": (0, 2**31, 0)}[what]
    twister = random.Random(n)
    words = (twister.getrandbits(32) >> shift for _ in itertools.count())
    return [least + w for w in itertools.islice((w for w in words if w < bound), count)]


# ---------------------------------------------------------------------------------- 5. Groups and blocks, 6. Draws


def uniform(word, fraction=23):
    return (word & (1 << fraction) - 1) * 2.0**-fraction


def uniform64(w0, w1):
    return uniform(w0 << 32 | w1, 52)


LOG_ROWS = [(float.fromhex(i), float.fromhex(l)) for i, l in (
    ("0x1.661ec79f8f3bep+0", "-0x1.57bf7808caadep-2"), ("0x1.571ed4aaf883dp+0", "-0x1.2bef0a7c06ddbp-2"),
    ("0x1.49539f0f010b0p+0", "-0x1.01eae7f513a67p-2"), ("0x1.3c995b0b80385p+0", "-0x1.b31d8a68224e9p-3"),
    ("0x1.30d190c8864a5p+0", "-0x1.6574f0ac07758p-3"), ("0x1.25e227b0b8ea0p+0", "-0x1.1aa2bc79c8100p-3"),
    ("0x1.1bb4a4a1a343fp+0", "-0x1.a4e76ce8c0e5ep-4"), ("0x1.12358f08ae5bap+0", "-0x1.1973c5a611cccp-4"),
    ("0x1.0953f419900a7p+0", "-0x1.252f438e10c1ep-5"), ("0x1.0000000000000p+0", "0x0.0000000000000p+0"),
    ("0x1.e608cfd9a47acp-1", "0x1.aa5aa5df25984p-5"), ("0x1.ca4b31f026aa0p-1", "0x1.c5e53aa362eb4p-4"),
    ("0x1.b2036576afce6p-1", "0x1.526e57720db08p-3"), ("0x1.9c2d163a1aa2dp-1", "0x1.bc2860d224770p-3"),
    ("0x1.886e6037841edp-1", "0x1.1058bc8a07ee1p-2"), ("0x1.767dcf5534862p-1", "0x1.4043057b6ee09p-2"))]
LN2, LOG_A, LOG_B, LOG_C = map(float.fromhex, (
    "0x1.62e42fefa39efp-1", "0x1.5575b0be00b6ap-2", "-0x1.ffffef20a4123p-2", "-0x1.00ea348b88334p-2"))
TWO_PI, TWO_BY_PI, HALF_PI = map(float.fromhex, (
    "0x1.921fb54442d18p+2", "0x1.45f306dc9c883p-1", "0x1.921fb54442d18p+0"))
S7, S5, S3 = map(float.fromhex, ("-0x1.994eb3774cf24p-13", "0x1.1107605230bc4p-7", "-0x1.555545995a603p-3"))
C8, C6, C4, C2 = map(float.fromhex, (
    "0x1.99343027bf8c3p-16", "-0x1.6c087e89a359dp-10", "0x1.55553e1068f19p-5", "-0x1.ffffffd0c621cp-2"))


def radius(word):
    b = bits_of(uniform(word) or float_of(0x33D6BF95))
    t = (b - 0x3F330000) & MASK32
    k = (t - (t >> 31 << 32)) >> 23
    z = float_of((b - (t & 0xFF800000)) & MASK32)
    inverse, logarithm = LOG_ROWS[t >> 19 & 15]
    r = z * inverse - 1.0
    r2 = r * r
    y0 = k * LN2 + logarithm
    y1 = r * LOG_A + LOG_B
    y2 = r2 * LOG_C + y1
    l = f32(y2 * r2 + (y0 + r))
    return f32(math.sqrt(-2.0 * l))  # a float's root rounded to double and then to float is the rounded root


def sine_and_cosine(word):
    v = f32(TWO_PI * uniform(word))
    n = round(v * TWO_BY_PI)
    x = v - n * HALF_PI
    x2 = x * x
    s = f32((x * x2) * (x2 * (x2 * S7 + S5) + S3) + x)
    c = f32(x2 * (x2 * (x2 * (x2 * C8 + C6) + C4) + C2) + 1.0)
    return ((s, c), (c, -s), (-s, -c), (-c, s))[n % 4]


def normals(w0, w1):
    r = radius(w0)
    sine, cosine = sine_and_cosine(w1)
    return f32(sine * r), f32(cosine * r)


# 6.4: doubles. The logarithm's table stands in the document alone; that of sines and cosines follows from a rule.


@functools.cache
def log64_rows():
    section = DOCUMENT.read_text(encoding="utf-8").split("\n### 6.4 ", 1)[1].split("\n### ")[0]
    cell = r"`(-?0x[0-9a-f.]+p[-+][0-9]+)`"
    rows = {int(i): (float.fromhex(inverse), float.fromhex(logarithm))
            for i, inverse, logarithm in re.findall(rf"\| (\d+) \| {cell} \| {cell} ", section)}
    assert sorted(rows) == list(range(128))
    return [rows[i] for i in range(128)]


def high_and_low(numerator, denominator):
    high = numerator / denominator
    rest = Fraction(numerator, denominator) - Fraction(high)
    return high, rest.numerator / rest.denominator


@functools.cache
def turn64_rows():
    """Sine and cosine of k / 128, each in two parts: the exponential series of an imaginary number, in integers."""
    one, rows = 1 << 300, []
    for k in range(110):
        sums, term, n = [0, 0, 0, 0], one, 0
        while term:
            sums[n % 4] += term
            n += 1
            term = term * k // (128 * n)
        rows.append(high_and_low(sums[1] - sums[3], one) + high_and_low(sums[0] - sums[2], one))
    return rows


LN2_HIGH, LN2_LOW = map(float.fromhex, ("0x1.62e42fefa3800p-1", "0x1.ef35793c76730p-45"))
A0, A1, A2, A3, A4 = map(float.fromhex, (
    "-0x1.0000000000001p-1", "0x1.555555551305bp-2", "-0x1.fffffffeb4590p-3", "0x1.999b324f10111p-3",
    "-0x1.55575e506c89fp-3"))
B1, B2, B3, B4, B5, B6, B7, B8, B9, B10 = map(float.fromhex, (
    "0x1.5555555555577p-2", "-0x1.ffffffffffdcbp-3", "0x1.999999995dd0cp-3", "-0x1.55555556745a7p-3",
    "0x1.24924a344de30p-3", "-0x1.fffffa4423d65p-4", "0x1.c7184282ad6cap-4", "-0x1.999eb43b068ffp-4",
    "0x1.78182f7afd085p-4", "-0x1.5521375d145cdp-4"))
HALF_PI_LOW, P1, P2, P3, P4 = map(float.fromhex, (
    "0x1.1a62633145c07p-54", "0x1.921fb58000000p+0", "-0x1.dde973c000000p-27", "-0x1.cb3b398000000p-55",
    "-0x1.d747f23e32ed7p-83"))
D3, D5, D7, D9, D11 = map(float.fromhex, (
    "-0x1.5555555555555p-3", "0x1.1111111110ecep-7", "-0x1.a01a019db08b8p-13", "0x1.71de27b9a7ed9p-19",
    "-0x1.addffc2fcdf59p-26"))
N3, N5, E4, E6 = map(float.fromhex, (
    "-0x1.5555555555515p-3", "0x1.11110e829872fp-7", "-0x1.5555555555535p-5", "0x1.6c16bedd9e239p-10"))


def log64(u):
    return log64_near_1(u) if u >= 0.9375 else log64_far(u)


def log64_far(u):
    b = bits_of_double(u)
    t = (b - 0x3FE6000000000000) & MASK64
    inverse, logarithm = log64_rows()[t >> 45 & 127]
    k = float(signed(t, 64) >> 52)
    z = double_of((b - (t & 0xFFF0000000000000)) & MASK64)
    r = fma(z, inverse, -1.0)
    w = fma(k, LN2_HIGH, logarithm)
    high = w + r
    low = fma(k, LN2_LOW, (w - high) + r)
    r2 = r * r
    p, q = fma(r, A2, A1), fma(r, A4, A3)
    return fma(r * r2, fma(q, r2, p), fma(r2, A0, low)) + high


def log64_near_1(u):
    r = u - 1.0
    r2 = r * r
    r3 = r * r2
    p = fma(r2, B3, fma(r, B2, B1))
    q = fma(r2, B6, fma(r, B5, B4))
    s = fma(r3, B10, fma(r2, B9, fma(r, B8, B7)))
    s = fma(fma(s, r3, q), r3, p)
    w = r * 2.0**27
    upper = (r + w) - w
    rest = r - upper
    h = upper * upper * -0.5
    high = r + h
    low = fma(-0.5 * rest, upper + r, (r - high) + h)
    return fma(s, r3, low) + high


def reduced(v):
    """The angle a + d, and what makes sine and cosine of those of it."""
    if v < float.fromhex("0x1.b6p-1"):
        return v, 0.0, lambda s, c: (s, c)
    if v < float.fromhex("0x1.368fdp+1"):
        y = HALF_PI - v
        a = y + HALF_PI_LOW
        return a, (y - a) + HALF_PI_LOW, lambda s, c: (c, s)
    n = fma(v, TWO_BY_PI, 1.5 * 2.0**52) - 1.5 * 2.0**52
    y = fma(-n, P2, fma(-n, P1, v))
    t = fma(-n, P3, y)
    a = fma(-n, P4, t)
    d = fma(-n, P3, y - t) + fma(-n, P4, t - a)
    turns = (lambda s, c: (s, c), lambda s, c: (c, -s), lambda s, c: (-s, -c), lambda s, c: (-c, s))
    return a, d, turns[int(n) % 4]


def sine_part(a, d, x, row):
    if a < float.fromhex("0x1.020c49ba5e354p-3"):
        aa = a * a
        p = fma(aa, fma(aa, fma(aa, fma(aa, D11, D9), D7), D5), D3)
        return a + fma(aa, fma(a, p, -0.5 * d), d)
    sine, sine_rest, cosine, cosine_rest = row
    xx = x * x
    s = fma(xx * x, fma(xx, N5, N3), d) + x
    c = fma(d, x, xx * fma(xx, fma(xx, E6, E4), 0.5))
    return fma(s, cosine, fma(-c, sine, fma(s, cosine_rest, sine_rest))) + sine


def cosine_part(d, x, row):
    sine, sine_rest, cosine, cosine_rest = row
    y = x + d
    yy = y * y
    s = fma(y * yy, fma(yy, N5, N3), y)
    c = yy * fma(yy, fma(yy, E6, E4), 0.5)
    return cosine + fma(-s, sine, fma(-c, cosine, fma(-s, sine_rest, cosine_rest)))


def sine_and_cosine64(v):
    a, d, combine = reduced(v)
    sign = math.copysign(1.0, a)
    a, d = sign * a, sign * d
    k = round(128.0 * a)
    x, row = a - k / 128.0, turn64_rows()[k]
    return combine(sign * sine_part(a, d, x, row), cosine_part(d, x, row))


def normals64(w0, w1, w2, w3):
    r = math.sqrt(-2.0 * log64(max(uniform64(w0, w1), 1e-7)))
    sine, cosine = sine_and_cosine64(TWO_PI * uniform64(w2, w3))
    return sine * r, cosine * r


# 5., 6.3, 6.5: the draws of a group, from its blocks.


def group_size(dtype):
    return 2 if dtype.size == 8 else 4


def block_of_normals(counter, key, dtype):
    w = philox(counter & MASK128, key)
    return normals64(*w) if dtype is FLOAT64 else normals(w[0], w[1]) + normals(w[2], w[3])


def uniform_group(start, key, group, dtype):
    w = philox((start + group) & MASK128, key)
    if dtype is FLOAT64:
        return [uniform64(w[0], w[1]), uniform64(w[2], w[3])]
    return [uniform(word, dtype.fraction) for word in w]


def normal_group(start, key, group, dtype):
    return map(dtype.rounded, block_of_normals(start + group, key, dtype))


def truncated_group(start, key, group, dtype):
    size = group_size(dtype)
    kept, counter = [], start + 64 * size * group
    while len(kept) < size:
        kept += [z for z in block_of_normals(counter, key, dtype) if abs(z) < 2.0]
        counter += 1
    return map(dtype.rounded, kept[:size])


def integer_group(start, key, group, dtype):
    block = integer_of(philox((start + group) & MASK128, key))
    bits = 8 * dtype.size
    return [block >> at & (1 << bits) - 1 for at in range(0, 128, bits)]


GROUPS = {"uniform": uniform_group, "normal": normal_group, "truncated normal": truncated_group,
          "integer": integer_group, "full-range integer": integer_group}


# ------------------------------------------------------------------------------------------------------- 7. Plan


def narrow(x, dtype):
    """A double in a dtype that is no wider."""
    if dtype is FLOAT64:
        return x
    return f32(x) if dtype is FLOAT32 else dtype.rounded(f32(x))


def by_double(n, dtype):
    if isinstance(n, int) and dtype is BFLOAT16:
        return narrow(f32(n), dtype)
    x = float(n) or 0.0
    return narrow(x * 0.0 if dtype is BFLOAT16 and abs(x) < 2**-126 - 2**-151 else x, dtype)


def direct(n, dtype):
    if isinstance(n, int):
        return float(n) if dtype is FLOAT64 else narrow(f32(n), dtype)
    return flush(f32(n or 0.0)) if dtype is FLOAT64 else narrow(n or 0.0, dtype)


def to_integer(n, dialect, dtype):
    if isinstance(n, float):
        if dialect == "tf":
            raise Refused("a float for an integer dtype")
        n = math.trunc(*finite(f32(n)))
    bits = 8 * dtype.size
    low = 0 if dtype.name[0] == "u" else -(1 << (bits - 1))
    if not low <= n < low + (1 << bits):
        raise Refused(f"a number does not fit in {dtype.name}")
    return n


def fans(shape, input_axes=None, output_axes=None):
    rank = len(shape)
    if input_axes is not None and output_axes is not None:
        if not all(-rank <= axis < rank for axis in (*input_axes, *output_axes)):
            raise Refused("an axis is outside the shape")
        if max(len(input_axes), len(output_axes)) > 16:
            raise Refused("more than 16 axes")
        if max(math.prod(shape[a] for a in axes if shape[a]) for axes in (input_axes, output_axes)) > 2**63 - 1:
            raise Refused("the product of the named axes is too large")
        return math.prod(shape[a] for a in input_axes), math.prod(shape[a] for a in output_axes)
    if rank == 0:
        return 1, 1
    if rank == 1:
        return shape[0], shape[0]
    field = math.prod(shape[:-2])
    return field * shape[-2], field * shape[-1]


AXES = {"input_axes": None, "output_axes": None}


def scaling(scale, mode, distribution):
    return "scaling", {"scale": scale, "mode": mode, "distribution": distribution}


INITIALIZERS = {  # name: (rule, fixed arguments, arguments with defaults)
    "zeros": ("constant", {"value": 0}, {}),
    "ones": ("constant", {"value": 1}, {}),
    "constant": ("constant", {}, {"value": 0}),
    "identity": ("identity", {}, {"gain": 1.0}),
    "random_uniform": ("uniform", {}, {"minval": -0.05, "maxval": 0.05}),
    "random_normal": ("normal", {}, {"mean": 0.0, "stddev": 0.05}),
    "truncated_normal": ("truncated normal", {}, {"mean": 0.0, "stddev": 0.05}),
    "variance_scaling": ("scaling", {}, {**scaling(1.0, "fan_in", "truncated_normal")[1], **AXES}),
    "glorot_uniform": (*scaling(1.0, "fan_avg", "uniform"), AXES),
    "glorot_normal": (*scaling(1.0, "fan_avg", "truncated_normal"), AXES),
    "he_uniform": (*scaling(2.0, "fan_in", "uniform"), AXES),
    "he_normal": (*scaling(2.0, "fan_in", "truncated_normal"), AXES),
    "lecun_uniform": (*scaling(1.0, "fan_in", "uniform"), AXES),
    "lecun_normal": (*scaling(1.0, "fan_in", "truncated_normal"), AXES),
    "uniform_full_int": ("full-range integer", {}, {}),
    "uniform_unit_scaling": ("unit scaling", {}, {"factor": 1.0}),
    "orthogonal": ("orthogonal", {}, {"gain": 1.0}),
    "convolution_delta_orthogonal": ("kernel", {"dimensions": 0}, {"gain": 1.0}),
    **{f"convolution_orthogonal_{d}d": ("kernel", {"dimensions": d}, {"gain": 1.0}) for d in (1, 2, 3)},
    "stft": ("stft", {}, {"side": "real", "window": "hann", "scaling": "density", "periodic": False}),
}


def scaled_rule(shape, a):
    """7.4: the rule and the Python floats that variance scaling stands for."""
    fan_in, fan_out = fans(shape, a["input_axes"], a["output_axes"])
    if a["mode"] not in ("fan_in", "fan_out", "fan_avg"):
        raise Refused("no such mode")
    if not a["scale"] > 0:
        raise Refused("scale is not positive")
    fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": float(fan_in + fan_out) / 2.0}[a["mode"]]
    variance = a["scale"] / max(fan, 1)  # of two integers Python rounds the quotient once
    distribution = a["distribution"].lower()
    if distribution == "uniform":
        limit = math.sqrt(3.0 * variance)
        return "uniform", {"minval": -limit, "maxval": limit}
    if distribution == "untruncated_normal":
        return "normal", {"mean": 0.0, "stddev": math.sqrt(variance)}
    if distribution in ("truncated_normal", "normal"):
        return "truncated normal", {"mean": 0.0, "stddev": math.sqrt(variance) / 0.87962566103423978}
    raise Refused("no such distribution")


def unit_scaled_rule(shape, a):
    n = 1.0
    for size in shape[:-1]:
        n *= size
    limit = math.sqrt(3.0 / max(n, 1.0)) * float(a["factor"])
    return "uniform", {"minval": -limit, "maxval": limit}


def finite(*floats):
    if not all(map(math.isfinite, floats)):
        raise Refused("a constant is not finite")
    return floats


def constants(rule, dialect, a, dtype):
    """Scale and shift of a rule, for a floating point dtype."""
    limit = direct if dialect == "keras3" else by_double

    def read(x):
        return flush(x, dtype)

    if rule == "constant":
        value, = finite(limit(a["value"], dtype))
        return read(value) if dialect == "keras3" else value, 0.0
    if rule == "identity":
        gain, = finite(read(by_double(a["gain"], dtype)))
        return gain, gain * 0.0
    if rule == "uniform":
        low, high = finite(read(limit(a["minval"], dtype)), read(limit(a["maxval"], dtype)))
        return finite(fadd(high, -low, dtype), low)
    return finite(read(by_double(a["stddev"], dtype)), read(by_double(a["mean"], dtype)))


def integer_constants(rule, dialect, a, dtype, count):
    """Range and least value, or the value, for an integer dtype."""
    if rule == "constant":
        return to_integer(a["value"], dialect, dtype), 0
    if rule == "identity":
        return to_integer(a["gain"], "tf", dtype), 0
    low, high = (to_integer(a[name], dialect, dtype) for name in ("minval", "maxval"))
    if count and low >= high:
        raise Refused("minval is not less than maxval")
    return high - low, low


def check_matrix(rule, shape, a, dtype):
    rank, d = len(shape), a.get("dimensions")
    if dtype is BFLOAT16:
        raise Refused("no matrices in bfloat16")
    if rule == "orthogonal" and rank < 2 or d == 0 and not 3 <= rank <= 5 or d and rank != d + 2:
        raise Refused("the rank does not suit")
    if d is not None and (shape[-2] > shape[-1] or d and len(set(shape[:d])) > 1):
        raise Refused("more inputs than outputs, or sizes that differ")
    if d == 0 and not math.prod(shape) or d and not shape[0]:
        raise Refused("a kernel of nothing")


def check_dtype(rule, dialect, a, dtype):
    if rule == "constant" or (rule == "identity" and dialect == "keras3" and isinstance(a["gain"], int)):
        return
    uniform_rule = rule == "uniform" or (
        rule == "scaling" and dialect == "keras3" and a["distribution"].lower() == "uniform")
    good = dtype.rounded is None if rule == "full-range integer" else (
        dtype.rounded is not None or (uniform_rule and dtype.name in ("int32", "int64")))
    if not good:
        raise Refused(f"{rule} in {dtype.name}")


def plan(shape, initializer, arguments, dialect, dtype=FLOAT32):
    """(rule, scale, shift), or Refused."""
    rule, fixed, defaults = INITIALIZERS[initializer]
    unknown = set(arguments) - set(defaults)
    if unknown:
        raise Refused(f"{initializer} does not take {', '.join(sorted(unknown))}")
    if len(shape) > 16 or (rule == "identity" and len(shape) != 2):
        raise Refused("the shape does not suit")
    if dtype.size * math.prod(size for size in shape if size) > 2**63 - 1:
        raise Refused("the tensor is too large")
    a, count = {**fixed, **defaults, **arguments}, math.prod(shape)
    check_dtype(rule, dialect, a, dtype)
    if rule == "stft":
        return stft_plan(shape, a, dtype)
    if rule in ("orthogonal", "kernel"):
        check_matrix(rule, shape, a, dtype)
        gain, = finite(flush((direct if rule == "kernel" else by_double)(a["gain"], dtype), dtype))
        return rule, gain, a.get("dimensions")
    if rule == "scaling":
        rule, a = scaled_rule(shape, a)
    if rule == "unit scaling":
        rule, a = unit_scaled_rule(shape, a)
    size = group_size(dtype)
    if rule == "truncated normal" and 64 * size * -(-count // size) > MASK64:
        raise Refused("too many blocks")
    if rule == "full-range integer":
        return rule, 0, 0
    if dtype.rounded is not None:
        return (rule, *constants(rule, dialect, a, dtype))
    return (rule if rule in ("constant", "identity") else "integer", *integer_constants(rule, dialect, a, dtype, count))


# --------------------------------------------------------------------------------------------------- 8. Elements


def elements(shape, planned, key, start, dtype=FLOAT32):
    """Yields the tensor: floats, or integers."""
    rule, scale, shift = planned[:3]
    count = math.prod(shape)
    if rule in ("orthogonal", "kernel", "stft"):
        yield from {"orthogonal": orthogonal, "kernel": kernel, "stft": stft}[rule](shape, planned, key, start, dtype) if count else ()
        return
    if rule == "constant":
        yield from itertools.repeat(scale, count)
    elif rule == "identity":
        rows, columns = shape
        for i in range(count):
            yield scale if i // columns == i % columns else shift
    else:
        groups = range(-(-count // group_size(dtype)))
        draws = itertools.chain.from_iterable(GROUPS[rule](start, key, group, dtype) for group in groups)
        for draw in itertools.islice(draws, count):
            if rule == "integer":
                yield shift + draw % scale
            elif rule == "full-range integer":
                yield draw
            else:
                yield fadd(fmul(draw, scale, dtype), shift, dtype)


# ------------------------------------------------------------------------------- 8.1 Orthogonal, 8.2 Convolution


def real_of(dtype):
    """What a matrix of less than 48 columns is computed in: rounding, lanes, least tail."""
    return (float, 4, 2.0**-1022) if dtype is FLOAT64 else (f32, 8, 2.0**-126)


def chain(products, r, start=0.0):
    for product in products:
        start = r(r(product) + start)
    return start


def reflection(a, k, r, least):
    """R's diagonal, tau and the essential part of column k."""
    column, top = [row[k] for row in a[k + 1:]], a[k][k]
    tail = chain((x * x for x in column), r)
    if tail <= least:
        return top, 0.0, [0.0] * len(column)
    beta = r(math.sqrt(r(r(top * top) + tail)))
    beta = -beta if top >= 0 else beta
    return beta, r(r(beta - top) / beta), [r(x / r(top - beta)) for x in column]


def reflect(a, k, columns, tau, essential, dot, r):
    for j in columns:
        weight = r(dot(j) + a[k][j])
        a[k][j] = r(a[k][j] - r(tau * weight))
        for i, e in enumerate(essential):
            a[k + 1 + i][j] = r(a[k + 1 + i][j] - r(r(tau * e) * weight))


def factor(a, r, least):
    """The reflections, and the diagonal of R."""
    columns, found = len(a[0]), []
    for k in range(columns):
        beta, tau, essential = reflection(a, k, r, least)
        depth = len(essential)
        size = depth if depth < 128 or k + 2 == columns else 16

        def dot(j):
            blocks = (chain((a[k + 1 + i][j] * essential[i] for i in range(b, min(b + size, depth))), r)
                      for b in range(0, depth, size or 1))
            return chain(blocks, r)

        if tau:
            reflect(a, k, range(k + 1, columns), tau, essential, dot, r)
        found.append((beta, tau, essential))
    return found


def fold(lanes, r):
    if len(lanes) == 8:
        lanes = [r(lanes[i] + lanes[i + 4]) for i in range(4)]
    return r(r(lanes[0] + lanes[2]) + r(lanes[1] + lanes[3]))


def lanes_dot(q, k, j, essential, r, packet):
    columns, depth = len(q[0]), len(essential)
    products = [r(q[k + 1 + i][j] * e) for i, e in enumerate(essential)]
    packed = 0 if columns == 1 else depth // packet * packet
    total = fold([chain(products[lane:packed:packet], r) for lane in range(packet)], r)
    half = packet // 2
    if columns > 1 and columns % 2 and j == columns - 1 and depth - packed >= half:
        p = products[packed:packed + half]
        total = r(total + (r(p[0] + p[1]) if half == 2 else r(r(p[0] + p[2]) + r(p[1] + p[3]))))
        packed += half
    for product in products[packed:]:
        total = r(total + product)
    return total


def householder_q(a, dtype):
    r, packet, least = real_of(dtype)
    rows, columns = len(a), len(a[0])
    found = factor(a, r, least)
    q = [[float(i == j) for j in range(columns)] for i in range(rows)]
    for k in reversed(range(columns)):
        _, tau, essential = found[k]
        if tau:
            reflect(q, k, range(k, columns), tau, essential, lambda j: lanes_dot(q, k, j, essential, r, packet), r)
    return [[x * ((beta > 0) - (beta < 0)) for x, (beta, _, _) in zip(row, found)] for row in q]


def cholesky_q(x):
    rows, n = len(x), len(x[0])
    for _ in range(2):
        g = [[0.0] * n for _ in range(n)]
        for i, j in itertools.combinations_with_replacement(range(n), 2):
            for first in range(0, rows, 256):
                part = 0.0
                for row in x[first:first + 256]:
                    part = fma(row[i], row[j], part)
                g[i][j] += part
        for j in range(n):
            for i in range(j + 1):
                for k in range(i):
                    g[i][j] = fma(-g[k][i], g[k][j], g[i][j])
                g[i][j] = math.sqrt(g[i][j]) if i == j else g[i][j] / g[i][i]
        for row in x:
            for j in range(n):
                for k in range(j):
                    row[j] = fma(-row[k], g[k][j], row[j])
                row[j] /= g[j][j]
    return x


def drawn_matrix(rows, columns, key, start, dtype):
    """Q of normal draws, in the dtype."""
    flat = drawn_normals(rows * columns, key, start, dtype)
    a = [flat[i * columns:][:columns] for i in range(rows)]
    q = householder_q(a, dtype) if columns < 48 else cholesky_q(a)
    return [[narrow(x, dtype) for x in row] for row in q]


def drawn_normals(count, key, start, dtype):
    groups = range(-(-count // group_size(dtype)))
    draws = itertools.chain.from_iterable(normal_group(start & MASK128, key, group, dtype) for group in groups)
    return [fadd(fmul(z, 1.0, dtype), 0.0, dtype) for z in itertools.islice(draws, count)]


def orthogonal(shape, planned, key, start, dtype):
    last = shape[-1]
    others = math.prod(shape) // last
    q = drawn_matrix(max(others, last), min(others, last), key, start, dtype)
    for row in zip(*q) if others < last else q:
        for x in row:
            yield fmul(x, planned[1], dtype)


def product(a, b, dtype):
    columns = list(zip(*b))
    return [[dot(row, column, (i, j), (len(a), len(columns)), dtype) for j, column in enumerate(columns)]
            for i, row in enumerate(a)]


def fma32(a, b, c):
    """The product of two floats is a double; rounding to odd keeps the next rounding right."""
    exact = Fraction(a) * Fraction(b) + Fraction(c)
    near = exact.numerator / exact.denominator
    if Fraction(near) == exact:
        return f32(near)
    toward = math.nextafter(near, math.inf if exact > near else -math.inf)
    return f32(near if bits_of_double(near) & 1 else toward)


def dot(a, b, at, size, dtype):
    if dtype is not FLOAT64:
        total = 0.0
        for x, y in zip(a, b):
            total = fma32(x, y, total)
        return dtype.rounded(total)
    p = [x * y for x, y in zip(a, b)]
    (i, j), (rows, columns) = at, size
    if i >= rows // 4 * 4 or j < columns // 8 * 8:
        return chain(p, float)
    if j < columns // 2 * 2:
        end = len(p) // 8 * 8
        return chain(p[end:], float, chain(p[0:end:2], float) + chain(p[1:end:2], float))
    end = len(p) // 4 * 4
    c = [chain(p[n:end:4], float) for n in range(4)]
    return chain(p[end:], float, (c[0] + c[1]) + (c[2] + c[3]))


class Draws:
    """8.2: the matrices and masks of a kernel, each with a start of its own."""

    def __init__(self, key, start, dtype):
        self.key, self.start, self.dtype, self.calls, self.before = key, start, dtype, 0, collections.Counter()

    def next(self, count, dtype):
        seed, most = self.start >> 64 & MASK32, 2**31 - 1
        start = self.start
        if seed == 0 or (self.key[0] == 0 and seed == most):
            start += 256 * self.before[dtype.name]
        else:
            raised = (seed + self.calls) % most if seed < most else (seed + self.calls) & MASK32
            raised = most if raised == 0 and not any(self.key) else raised
            start += (raised - seed) << 64
        self.calls += 1
        self.before[dtype.name] += count
        return self.key, start & MASK128

    def matrix(self, n):
        return drawn_matrix(n, n, *self.next(n * n, self.dtype), self.dtype)

    def projection(self, n):
        q = self.matrix(n)
        mask = drawn_normals(n, *self.next(n, FLOAT32), FLOAT32)
        c = [[x if m > 0 else 0.0 for x, m in zip(row, mask)] for row in q]
        return product(c, list(zip(*c)), self.dtype)


def block(draws, n, d):
    """{place: matrix} of 2 x .. places."""
    pairs = []
    for p in [draws.projection(n) for _ in range(d)]:
        rest = [[draws.dtype.rounded(float(i == j) - x) for j, x in enumerate(row)] for i, row in enumerate(p)]
        pairs.append((rest, p) if d == 3 else (p, rest))
    found = {(i,): pairs[0][i] for i in (0, 1)}
    for pair in pairs[1:]:
        found = {(*at, i): product(m, pair[i], draws.dtype) for at, m in found.items() for i in (0, 1)}
    return found


def convolved(left, right, d, k, n, dtype):
    found = {}
    for at in itertools.product(range(k + 1), repeat=d):
        total = [[0.0] * n for _ in range(n)]
        for from_ in itertools.product(range(k), repeat=d):
            rest = tuple(x - y for x, y in zip(at, from_))
            if rest in right:
                term = product(left[from_], right[rest], dtype)
                total = [[dtype.rounded(x + y) for x, y in zip(*rows)] for rows in zip(total, term)]
        found[at] = total
    return found


def kernel(shape, planned, key, start, dtype):
    _, gain, d = planned
    inputs, n = shape[-2:]
    draws = Draws(key, start, dtype)
    o = draws.matrix(n)[:inputs]
    if d == 0:
        center = tuple((size - 1) // 2 for size in shape[:-2])
        for at in itertools.product(*map(range, shape[:-2])):
            yield from ((fmul(x, gain, dtype) + 0.0 if at == center else 0.0) for row in o for x in row)
        return
    taps = {(0,) * d: None}
    for k in range(1, shape[0]):
        new = block(draws, n, d)
        taps = convolved(taps, new, d, k, n, dtype) if k > 1 else new
    for at in sorted(taps):
        for row in product(o, taps[at], dtype) if taps[at] else o:
            yield from (fmul(x, gain, dtype) for x in row)


# ------------------------------------------------------------------------------------------------------ 8.3 STFT

PI = float.fromhex("0x1.921fb54442d18p+1")
WINDOWS = {"hann": (0.5, 0.5), "hamming": (0.54, 1.0 - 0.54), "blackman": (0.42, 0.5, 0.08),
           "nuttall": (0.3635819, 0.4891775, 0.1365995, 0.0106411), "blackmanharris": (0.35875, 0.48829, 0.14128, 0.01168),
           "flattop": (0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368)}
OTHERS = ("boxcar", "triang", "bartlett", "cosine", "none")


def reduced_large(x):
    """|x| >= 120 by 2/pi in fixed point: the rest as an angle, and the quadrant."""
    b = bits_of(x)
    first = b >> 26 & 15
    m = (b & 0xFFFFFF | 0x800000) << (b >> 23 & 7) & MASK32
    digits = 0xA2F9836E4E441529FC2757D1
    w0, w1, w2 = (digits >> shift - 8 * first & MASK32 for shift in (88, 56, 24))
    p = ((m * w0 << 32 | m * w2 >> 32) & MASK64) + m * w1 & MASK64
    n = (p + 2**61 & MASK64) >> 62
    return float(signed(p - (n << 62), 64)) * float.fromhex("0x1.921fb54442d18p-62"), n


def by_quadrant(x, n):
    x2 = x * x
    x3, x4 = x * x2, x2 * x2
    s = f32((x + x3 * S3) + (x3 * x2) * (S5 + x2 * S7))
    c = f32(((1.0 + x2 * C2) + x4 * C4) + (x4 * x2) * (C6 + x2 * C8))
    value = c if n & 1 else s
    return -value if n & 2 else value


def circle32(a, turn):
    """sinf(a) for turn 0, cosf(a) for turn 1."""
    if abs(a) < 2.0**-12:
        return 1.0 if turn else a
    if abs(a) < 0.75:
        return by_quadrant(a, turn)
    if abs(a) < 120.0:
        n = (int(a * TWO_BY_PI * 2.0**24) + 0x800000) >> 24
        return by_quadrant(a - n * HALF_PI, n + turn)
    x, n = reduced_large(abs(a))
    value = by_quadrant(x, n + turn)
    return -value if a < 0 and not turn else value


def packet_circle(a, turn):
    size = abs(a)
    shifted = f32(f32(size * f32(0.636619746685028076171875)) + 12582912.0)
    n, x = f32(shifted - 12582912.0), size
    for part in (-1.5703125, -0.000483989715576171875, 1.62865035235881805419921875e-07,
                 5.5644315544167710640977020375430583953857421875e-11):
        x = f32(f32(n * f32(part)) + x)
    quadrant = bits_of(shifted)
    if size >= (18838.0 if turn else 25966.0):
        x, quadrant = reduced_large(size)
        x = f32(x)
    x2 = f32(x * x)
    c = f32(2.4372266125283204e-05)
    for part in (-0.00138865201734006404876708984375, 0.041666619479656219482421875, -0.5, 1.0):
        c = f32(f32(c * x2) + f32(part))
    s = f32(-0.00019592341408)
    for part in (0.0083326873655616851693794799871284, -0.16666662039822982555):
        s = f32(f32(s * x2) + f32(part))
    s = f32(f32(f32(s * x2) * x) + x)
    value = c if quadrant + turn & 1 else s
    negative = (quadrant + turn >> 1 & 1) ^ (not turn and math.copysign(1.0, a) < 0)
    return -value if negative else value


def window64(name, periodic, i, length):
    m = length + periodic
    if length <= 1 or name == "boxcar":
        return 1.0
    if name == "triang":
        n = i + 1 if i < (m + 1) // 2 else m - i
        return 2 * n / (m + 1.0) if m % 2 else (2 * n - 1.0) / m
    if name == "bartlett":
        return 2.0 * i / (m - 1) if i <= (m - 1) / 2.0 else 2.0 - 2.0 * i / (m - 1)
    if name == "cosine":
        return sine_and_cosine64(PI / m * (i + 0.5))[0]
    v = PI if i == m - 1 else i * (2.0 * PI / (m - 1)) - PI
    total = 0.0
    for k, a in enumerate(WINDOWS[name]):
        total += a * sine_and_cosine64(abs(k * v))[1]
    return total


def eigen_sum(x, dtype):
    """Of a window's elements; what is rounded, and when, is the dtype's."""
    r = {"float64": float, "float16": f16}.get(dtype.name, f32)
    width, leaf = (4 if dtype is FLOAT64 else 8), (200 if dtype is FLOAT16 else 1024)
    if len(x) > width * leaf:
        half = -(-(-(-len(x) // 2)) // width) * width
        return r(eigen_sum(x[:half], dtype) + eigen_sum(x[half:], dtype))
    wide, packed = len(x) // (4 * width) * 4 * width, len(x) // width * width
    lanes = [[functools.reduce(lambda t, y: r(t + y), x[lane + width * part:wide:4 * width], 0.0) for lane in range(width)]
             for part in range(4)]
    total = [functools.reduce(lambda t, y: r(t + y), column) for column in zip(*lanes)]
    for i in range(wide, packed):
        total[i % width] = r(total[i % width] + x[i])
    rest = functools.reduce(lambda t, y: r(t + y), x[packed:], 0.0)
    return r(rest + r(fold(total, f32 if dtype is not FLOAT64 else float)))


def stft_plan(shape, a, dtype):
    if len(shape) != 3 or shape[1] != 1 or shape[2] == 1 or dtype.rounded is None:
        raise Refused("the shape or the dtype does not suit")
    name = a["window"] or "none"
    if a["side"] not in ("real", "imag") or name not in (*WINDOWS, *OTHERS) or (not shape[0] and name != "none"):
        raise Refused("an argument has no such value")
    if dtype.size == 2 and any(narrow(float(n), dtype) != n for n in shape):
        raise Refused("a size is no number of the dtype")
    if shape[0] > 33554429:
        raise Refused("too many rows")
    if dtype is FLOAT16 and max(2 * (shape[0] - 1), 2 * (shape[2] - 1)) > 65504:
        raise Refused("a step is infinite")
    w = [] if name == "none" else [
        f16(x) if dtype is FLOAT16 else narrow(x, dtype) for x in (
            window64(name, bool(a["periodic"]), i, shape[0]) for i in range(shape[0]))]
    scale = 1.0
    if w and a["scaling"] in ("density", "spectrum"):
        density = a["scaling"] == "density"
        scale = narrow(eigen_sum([narrow(x * x, dtype) if density else abs(x) for x in w], dtype), dtype)
        scale = narrow(math.sqrt(scale), dtype) if density else scale
        if not scale > 0:
            raise Refused("the window is all zeros")
    return "stft", scale, float(2 * (shape[2] - 1)), a["side"] == "imag", w


def stft(shape, planned, key, start, dtype):
    _, scale, divisor, imaginary, w = planned
    turn, packed, divisor = 0 if imaginary else 1, math.prod(shape) // 8 * 8, narrow(divisor, dtype)
    pi = narrow(PI, dtype)
    for i in range(shape[0]):
        for j in range(shape[2]):
            frequency = narrow(narrow(float(j), dtype) / divisor, dtype)
            a = narrow(narrow(-2.0 * narrow(float(i), dtype) * frequency, dtype) * pi, dtype)
            if dtype is FLOAT64:
                k = sine_and_cosine64(abs(a))[turn]
                k = math.copysign(1.0, a) * k if imaginary else k
            else:
                whole = dtype is FLOAT32 and i * shape[2] + j < packed
                k = narrow((packet_circle if whole else circle32)(a, turn), dtype)
            yield narrow(narrow(k * w[i], dtype) / scale, dtype) if w else k


# ----------------------------------------------------------------------------------------------------- 9. Digest


def mix(z):
    z &= MASK64
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & MASK64
    z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK64
    return z ^ z >> 31


def tensor_digest(shape, values, dtype=FLOAT32):
    sums = [0, 0]
    for i, value in enumerate(values):
        h = mix(dtype.bits(value) + mix(i + 0x9E3779B97F4A7C15))
        sums[0] += h
        sums[1] += mix(h + 0xD1B54A32D192ED03)
    for w in (0, 1):
        for number in (dtype.number, len(shape), *shape):
            sums[w] = mix(sums[w] + number)
    return tuple(sums)


def name_hash(name):
    n = 0xCBF29CE484222325
    for byte in name.encode():
        n = (n ^ byte) * 0x100000001B3 & MASK64
    return n


def total_digest(named):
    return tuple(sum(mix(d[w] + mix(name_hash(name) + w)) for name, d in named) & MASK64 for w in (0, 1))


def text(digest):
    return "%016x%016x" % digest


# ----------------------------------------------------------------------------------- manifests (docs/MANIFEST.md)


def whole(seed):
    """A seed whose large integers are texts."""
    return list(map(whole, seed)) if isinstance(seed, list) else int(seed, 0) if isinstance(seed, str) else seed


class Tensor:
    """What an entry of a manifest asks for."""

    def __init__(self, entry):
        e = {key: value for key, value in entry.items() if key not in ("name", "digest")}
        self.name, self.shape = entry.get("name"), tuple(e.pop("shape"))
        self.dtype = DTYPES[e.pop("dtype", "float32")]
        initializer = e.pop("initializer")
        if isinstance(initializer, dict):
            e = {**initializer["config"], **e}
            initializer = re.sub("(?<=[a-z])(?=[A-Z])", "_", initializer["class_name"]).lower()
        rule = e.pop("seed_rule", "keras")
        seed = whole(e.pop("seed", [0, 0] if rule in ("stateless", "stateful") else 0))
        self.key, self.start = key_and_counter(rule, seed, e.pop("call", 0), math.prod(self.shape))
        dialect = e.pop("dialect", "keras3" if rule in ("keras", "raw") else "tf")
        self.plan = plan(self.shape, initializer, e, dialect, self.dtype)

    def elements(self):
        return elements(self.shape, self.plan, self.key, self.start, self.dtype)

    def digest(self):
        return tensor_digest(self.shape, self.elements(), self.dtype)


def work_of(entry):
    """Elements, or for matrices so many as take as long."""
    count = math.prod(entry["shape"])
    if "orthogonal" not in str(entry["initializer"]).lower() or not count:
        return count
    n = entry["shape"][-1]
    if entry["initializer"] == "orthogonal":
        return count * min(n, count // n) // 10
    return count // entry["shape"][-2] * n * n * (1 if "delta" in entry["initializer"] else 10) // 10


def check_manifest(path, everything):
    """Compares each tensor's digest, and the total where no tensor was left out."""
    with open(path, encoding="utf-8") as file:
        manifest = json.load(file)
    failures, named, values, left_out = [], [], 0, 0
    for entry in manifest["tensors"]:
        if work_of(entry) > SMALL and not everything:
            left_out += 1
            continue
        try:
            digest = Tensor(entry).digest()
        except Refused as why:
            failures.append(f"{entry['name']}: refused, {why}")
            continue
        named.append((entry["name"], digest))
        values += math.prod(entry["shape"])
        if text(digest) != entry["digest"]:
            failures.append(f"{entry['name']}: digest {text(digest)}, expected {entry['digest']}")
    if not left_out and text(total_digest(named)) != manifest["digest"]:
        failures.append(f"total: digest {text(total_digest(named))}, expected {manifest['digest']}")
    print(f"{path}: {len(named)} tensors, {values} elements, {len(failures)} differ, "
          f"{left_out} left out for their size" + (" (--all takes them)" if left_out else ""))
    return failures


# ---------------------------------------------------------------- the document's own known answers (section 11)


def hexadecimal(words):
    return " ".join("%08x" % word for word in words)


def floats(values, dtype=FLOAT32):
    return " ".join("%0*x" % (2 * dtype.size, dtype.bits(value)) for value in values)


def parse_words(cell):
    return [int(word, 16) for word in cell.split()]


def philox_row(key, counter):
    return [hexadecimal(philox(integer_of(parse_words(counter)), parse_words(key)))]


def seed_row(rule, seed, call, count):
    key, start = key_and_counter(rule, ast.literal_eval(seed), int(call or 0), int(count or 0))
    return [hexadecimal(key), hexadecimal(words_of(start, 4)), hexadecimal(philox(start, key))]


def new_seed_row(function, arguments):
    functions = {"split": split, "fold_in": fold_in, "hash": hash_of, "shard": shard, "unordered": unordered,
                 "drawn": drawn}
    return [str(functions[function](*ast.literal_eval(arguments)))]


def number_row(number, dtype=FLOAT32):
    n = ast.literal_eval(number)
    numbers = [constants("constant", dialect, {"value": n}, dtype)[0] for dialect in ("keras3", "tf")]
    numbers.append(constants("normal", "keras3", {"mean": n, "stddev": 1.0}, dtype)[1])
    return [floats([number], dtype) for number in numbers]


def typed_number_row(dtype, number):
    return number_row(number, DTYPES[dtype])


def fans_row(shape, input_axes, output_axes):
    return list(map(str, fans(*map(ast.literal_eval, (shape, input_axes, output_axes)))))


def operation_row(a, b):
    return [floats([operation(float_of(int(a, 16)), float_of(int(b, 16)))]) for operation in (fmul, fadd)]


def typed_operation_row(dtype, a, b):
    """The bits of the two operands are those of the dtype."""
    dtype = DTYPES[dtype]
    reading = {2: HALF if dtype is FLOAT16 else None, 8: DOUBLE}[dtype.size]
    operands = [reading.unpack(bytes.fromhex(bits)[::-1])[0] if reading else float_of(int(bits, 16) << 16)
                for bits in (a, b)]
    return [floats([operation(*operands, dtype)], dtype) for operation in (fmul, fadd)]


def half_row(f):
    f = float_of(int(f, 16))
    return [floats([dtype.rounded(f)], dtype) for dtype in (FLOAT16, BFLOAT16)]


def log_row(u):
    return [floats([log64(double_of(int(u, 16)))], FLOAT64)]


def turn_row(v):
    return [floats([value], FLOAT64) for value in sine_and_cosine64(double_of(int(v, 16)))]


DOUBLES = {"log": lambda u: log64(max(u, 1e-7)), "sine": lambda u: sine_and_cosine64(TWO_PI * u)[0],
           "cosine": lambda u: sine_and_cosine64(TWO_PI * u)[1]}


def double_proof_row(function):
    uniforms = (((i * 0x9E3779B97F4A7C15 & MASK64) >> 12) * 2.0**-52 for i in range(2**15))
    return [text(tensor_digest((2**15,), map(DOUBLES[function], uniforms), FLOAT64))]


def refusal_row(entry):
    try:
        Tensor(json.loads(entry))
    except Refused:
        return ["refused"]
    return ["accepted"]


def word_row(word):
    w = int(word, 16)
    return [floats([value]) for value in (uniform(w), radius(w), *sine_and_cosine(w))]


def tensor_row(entry):
    tensor = Tensor(json.loads(entry))
    first = itertools.islice(tensor.elements(), 8)
    return [*(floats(values, tensor.dtype) for values in ([tensor.plan[1]], [tensor.plan[2]], first)),
            text(tensor.digest())]


def total_row(tensors):
    return [text(total_digest([(t["name"], Tensor(t).digest()) for t in json.loads(tensors)]))]


PROOFS = {"radius": radius, "sine": lambda w: sine_and_cosine(w)[0], "cosine": lambda w: sine_and_cosine(w)[1]}


def proof_row(function):
    return [text(tensor_digest((2**23,), map(PROOFS[function], range(2**23))))]


TABLES = {  # columns: (how many of them are given, what computes the others)
    ("key", "counter", "block"): (2, philox_row),
    ("rule", "seed", "call", "elements", "key", "start counter", "first block"): (4, seed_row),
    ("function", "arguments", "result"): (2, new_seed_row),
    ("number", "value, keras3", "value, tf", "mean"): (1, number_row),
    ("shape", "input_axes", "output_axes", "fan_in", "fan_out"): (3, fans_row),
    ("dtype", "number", "value, keras3", "value, tf", "mean"): (2, typed_number_row),
    ("a", "b", "fmul", "fadd"): (2, operation_row),
    ("dtype", "a", "b", "fmul", "fadd"): (3, typed_operation_row),
    ("float", "float16", "bfloat16"): (1, half_row),
    ("u", "log"): (1, log_row),
    ("v", "sine", "cosine"): (1, turn_row),
    ("function of doubles", "digest"): (1, double_proof_row),
    ("tensor", "result"): (1, refusal_row),
    ("word", "U", "radius", "sine", "cosine"): (1, word_row),
    ("tensor", "scale", "shift", "first elements", "digest"): (1, tensor_row),
    ("tensor", "first elements", "digest"): (1, lambda entry: tensor_row(entry)[2:]),
    ("tensors", "total"): (1, total_row),
    ("function", "digest"): (1, proof_row),
}


def tables_of(path):
    """Yields (columns, rows) of the tables of section 11."""
    with open(path, encoding="utf-8") as file:
        section = file.read().split("\n## 11. ", 1)[1].split("\n## ")[0]
    for table in re.findall(r"(?:^\|.*\n)+", section, re.M):
        lines = [[cell.strip(" `") for cell in line.strip().strip("|").split("|")] for line in table.splitlines()]
        yield tuple(lines[0]), lines[2:]


def check_vectors(path, everything):
    failures, seen = [], set()
    for columns, rows in tables_of(path):
        given, compute = TABLES[columns]
        seen.add(columns)
        if compute is proof_row and not everything:
            print(f"  {len(rows):3} rows of 2^23 words left out (--all takes them)")
            continue
        for row in rows:
            try:
                computed = compute(*row[:given])
            except Refused as why:
                computed = f"refused, {why}"
            if computed != row[given:]:
                failures.append(f"{' | '.join(row[:given])}: {computed}, the document has {row[given:]}")
        print(f"  {len(rows):3} rows: {', '.join(columns)}")
    failures += [f"no table with the columns {', '.join(columns)}" for columns in set(TABLES) - seen]
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("manifests", nargs="*", metavar="MANIFEST.json")
    parser.add_argument("--vectors", metavar="NUMERICS.md")
    parser.add_argument("--all", action="store_true")
    args = parser.parse_args()
    if not args.manifests and not args.vectors:
        parser.error("nothing to check")
    began = time.monotonic()
    failures = check_vectors(args.vectors, args.all) if args.vectors else []
    for path in args.manifests:
        failures += check_manifest(path, args.all)
    for failure in failures:
        print(f"  {failure}")
    print(f"{len(failures)} failures, {time.monotonic() - began:.1f} s")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
