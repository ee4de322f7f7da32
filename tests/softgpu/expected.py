# SPDX-License-Identifier: Apache-2.0
"""What PTX instructions give, for the test of the software GPU's: printed as text, written from PTX's manual alone.

Integers are Python's and floats exact fractions that are rounded once at the end, so no arithmetic of the machine is
trusted. A form is "form NAME SHAPE COUNT" (the shape's letters: p predicate, h w d registers of 16, 32, 64 bits, the
destination first) and then COUNT lines "a b c e KIND LOW HIGH": operands and result in hexadecimal. KIND x: the result
is LOW; n: any NaN of 64 bits; r, R: a float, a double, from LOW to HIGH.
"""
import itertools
import math
import random
import struct
from fractions import Fraction as Q

random.seed(20)
NAN, INF = "nan", "inf"


class Format:
    """A binary floating-point format. Values are (sign, magnitude): a Fraction, INF or NAN."""

    def __init__(self, bits, precision):
        self.bits, self.p = bits, precision
        self.w = bits - precision  # bits of the exponent
        self.top = (1 << self.w) - 1
        self.bias = self.top >> 1
        self.least = 1 - self.bias  # exponent of the least normal number
        self.tiny = Q(2) ** self.least

    def decode(self, b):
        sign, e, f = b >> (self.bits - 1), b >> (self.p - 1) & self.top, b & ((1 << (self.p - 1)) - 1)
        if e == self.top:
            return sign, NAN if f else INF
        if e == 0:
            return sign, Q(f) * Q(2) ** (self.least - self.p + 1)
        return sign, Q(f + (1 << (self.p - 1))) * Q(2) ** (e - self.bias - self.p + 1)

    def encode(self, value, mode="n"):
        """mode n: to nearest even, z: towards 0, m: down, p: up. NaN is all ones but the sign."""
        sign, x = value
        high = sign << (self.bits - 1)
        infinity = self.top << (self.p - 1)
        if x == NAN:
            return (1 << (self.bits - 1)) - 1
        if x == INF:
            return high | infinity
        if x == 0:
            return high
        e = x.numerator.bit_length() - x.denominator.bit_length()
        e = max(self.least, e if x >= Q(2) ** e else e - 1)
        scaled = x / Q(2) ** (e - self.p + 1)
        n = scaled.numerator // scaled.denominator
        rest = scaled - n
        nearest = rest > Q(1, 2) or (rest == Q(1, 2) and n & 1)
        up = {"n": nearest, "z": False, "m": sign and rest, "p": not sign and rest}
        n += bool(up[mode])
        # A carry into the exponent is right as it is: the bits of neighbours are neighbours.
        b = n + ((e - self.least) << (self.p - 1))
        if b >= infinity:
            b = infinity if mode == "n" or (mode == "m") == bool(sign) and mode != "z" else infinity - 1
        return high | b


F16, F32, F64 = Format(16, 11), Format(32, 24), Format(64, 53)


def add(a, b):
    (s, x), (t, y) = a, b
    if NAN in (x, y) or (x == y == INF and s != t):
        return 0, NAN
    if INF in (x, y):
        return a if x == INF else b
    total = (-x if s else x) + (-y if t else y)
    return (s & t if x == y == 0 else 0, total) if total == 0 else (int(total < 0), abs(total))


def negative(a):
    return 1 - a[0], a[1]


def sub(a, b):
    return add(a, negative(b))


def mul(a, b):
    (s, x), (t, y) = a, b
    if NAN in (x, y) or {x, y} == {0, INF}:
        return 0, NAN
    return s ^ t, INF if INF in (x, y) else x * y


def fma(a, b, c):
    return add(mul(a, b), c)


def div(a, b):
    (s, x), (t, y) = a, b
    if NAN in (x, y) or x == y == 0 or x == y == INF:
        return 0, NAN
    if x == INF or y == 0:
        return s ^ t, INF
    return s ^ t, Q(0) if y == INF else x / y


def rcp(a):
    return div((0, Q(1)), a)


def sqrt(a):
    s, x = a
    if x == NAN or (s and x != 0):
        return 0, NAN
    if x in (0, INF):
        return a
    scale = 4 ** 600  # 600 bits, and a last one that says if there are more
    n = x.numerator * scale // x.denominator
    root = math.isqrt(n)
    exact = root * root == n and x.numerator * scale % x.denominator == 0
    return 0, Q(2 * root + (not exact), 2 * 2 ** 600)


def order(a, b):
    """-1, 0, 1, or None where one is no number."""
    if NAN in (a[1], b[1]):
        return None
    x, y = [(-1 if s else 1) * (Q(2) ** 2000 if m == INF else m) for s, m in (a, b)]
    return (x > y) - (x < y)


def larger(a, b):
    if a[1] == NAN or b[1] == NAN:
        return b if a[1] == NAN else a
    o = order(a, b)
    return a if o > 0 or (o == 0 and not a[0]) else b


def smaller(a, b):
    return negative(larger(negative(a), negative(b)))


# ------------------------------------------------------------------------------------------------------- operands

EDGE32 = [0, 0x80000000, 1, 0x80000001, 0x007FFFFF, 0x00800000, 0x3F800000, 0xBF800000, 0x3F7FFFFF, 0x3F800001,
          0x33800000, 0x34000000, 0x4B000001, 0x4F000000, 0x5F000000, 0x7F7FFFFF, 0x7F800000, 0xFF800000, 0x7FC00001]
EDGE64 = [0, 1 << 63, 1, (1 << 52) - 1, 1 << 52, 0x3FF0000000000000, 0xBFF0000000000000, 0x3FEFFFFFFFFFFFFF,
          0x3CA0000000000000, 0x36A0000000000000, 0x380FFFFFF0000000, 0x47EFFFFFF0000000, 0x41E0000000000000,
          0x43E0000000000000, 0x7FEFFFFFFFFFFFFF, 0x7FF0000000000000, 0xFFF0000000000000, 0x7FF8000000000001]


def floats(f, count):
    edge = {32: EDGE32, 64: EDGE64, 16: [0, 1, 0x8000, 0x3FF, 0x400, 0x3C00, 0x7BFF, 0x7C00, 0xFC00, 0x7E00]}[f.bits]
    sign, exponent, fraction = f.bits - 1, f.p - 1, f.p - 1
    near = [random.getrandbits(1) << sign | (f.bias + random.randrange(-30, 31)) << exponent
            | random.getrandbits(fraction) for _ in range(count)]
    return edge + near


def integers(bits, count=10):
    top = 1 << (bits - 1)
    edge = [0, 1, 2, top - 1, top, top + 1, 2 * top - 1, 2 * top - 2, 0x55 * (2 * top - 1) // 255]
    return edge + [random.getrandbits(bits) >> random.choice([0, 0, bits // 2]) for _ in range(count)]


def tuples(lists, most):
    every = list(itertools.product(*lists))
    return every if len(every) <= most else random.sample(every, most)


WIDTH = {"h": 16, "w": 32, "d": 64, "p": 1}
FORMS = []


def form(name, shape, operands, result, most=48):
    """`result` maps operands to (kind, low, high) or to bits."""
    lines = []
    for o in tuples(operands, most):
        r = result(*o)
        if r is None:
            continue
        kind, low, high = r if isinstance(r, tuple) else ("x", r & ((1 << WIDTH[shape[0]]) - 1), 0)
        lines.append(" ".join(f"{x:x}" for x in (list(o) + [0] * 4)[:4]) + f" {kind} {low:x} {high:x}")
    FORMS.append((name, shape, lines))


def signed(x, bits):
    return x - (1 << bits) if x >> (bits - 1) & 1 else x


# ------------------------------------------------------------------------------------------------------- integers

def integer_forms(t, bits, letter):
    s = (lambda x: signed(x, bits)) if t[0] == "s" else (lambda x: x)
    n = integers(bits)
    one, two, three = [n], [n, n], [n, n, n]
    w, w2, w3 = letter * 2, letter * 3, letter * 4
    form(f"add.{t}", w2, two, lambda a, b: a + b)
    form(f"sub.{t}", w2, two, lambda a, b: a - b)
    form(f"mul.lo.{t}", w2, two, lambda a, b: s(a) * s(b))
    form(f"mul.hi.{t}", w2, two, lambda a, b: s(a) * s(b) >> bits)
    form(f"mad.lo.{t}", w3, three, lambda a, b, c: s(a) * s(b) + c)
    form(f"mad.hi.{t}", w3, three, lambda a, b, c: (s(a) * s(b) >> bits) + c)
    form(f"min.{t}", w2, two, lambda a, b: min(s(a), s(b)))
    form(f"max.{t}", w2, two, lambda a, b: max(s(a), s(b)))
    form(f"mov.{t}", w, one, lambda a: a)
    form(f"selp.{t}", w2 + "p", two + [[0, 1]], lambda a, b, c: a if c else b)
    form(f"shr.{t}", w2[:2] + "w", [n, [0, 1, bits - 1, bits, bits + 1, 255, 0xFFFFFFFF]], lambda a, b: s(a) >> b)
    # No division by 0, which PTX leaves open.
    form(f"div.{t}", w2, [n, n[1:]], lambda a, b: None if b == 0 else int(Q(s(a), s(b)).__trunc__()))
    form(f"rem.{t}", w2, [n, n[1:]], lambda a, b: None if b == 0 else s(a) - s(b) * Q(s(a), s(b)).__trunc__())
    for names, holds in ((("eq",), lambda o: o == 0), (("ne",), lambda o: o != 0), (("lt", "lo"), lambda o: o < 0),
                         (("le", "ls"), lambda o: o <= 0), (("gt", "hi"), lambda o: o > 0),
                         (("ge", "hs"), lambda o: o >= 0)):
        for name in names if t[0] == "u" else names[:1]:
            form(f"setp.{name}.{t}", "p" + w, two, lambda a, b, h=holds: int(h((s(a) > s(b)) - (s(a) < s(b)))))
    if t[0] == "s":
        form(f"neg.{t}", w, one, lambda a: -a)
        form(f"abs.{t}", w, one, lambda a: abs(s(a)))
    if bits < 64:
        d = {"h": "w", "w": "d"}[letter]
        form(f"mul.wide.{t}", d + w, two, lambda a, b: s(a) * s(b))
        form(f"mad.wide.{t}", d + w + d, two + [integers(2 * bits)], lambda a, b, c: s(a) * s(b) + c)


def bit_forms(bits, letter):
    t, n = f"b{bits}", integers(bits)
    w, w2 = letter * 2, letter * 3
    shifts = [0, 1, bits - 1, bits, bits + 1, 255, 0xFFFFFFFF]
    form(f"and.{t}", w2, [n, n], lambda a, b: a & b)
    form(f"or.{t}", w2, [n, n], lambda a, b: a | b)
    form(f"xor.{t}", w2, [n, n], lambda a, b: a ^ b)
    form(f"not.{t}", w, [n], lambda a: ~a)
    form(f"cnot.{t}", w, [n], lambda a: int(a == 0))
    form(f"shl.{t}", w + "w", [n, shifts], lambda a, b: a << min(b, 64))
    form(f"shr.{t}", w + "w", [n, shifts], lambda a, b: a >> b)
    form(f"mov.{t}", w, [n], lambda a: a)
    form(f"selp.{t}", w2 + "p", [n, n, [0, 1]], lambda a, b, c: a if c else b)
    form(f"setp.eq.{t}", "p" + w, [n, n], lambda a, b: int(a == b))
    form(f"setp.ne.{t}", "p" + w, [n, n], lambda a, b: int(a != b))
    if bits == 16:
        return
    form(f"popc.{t}", "w" + letter, [n], lambda a: bin(a).count("1"))
    form(f"clz.{t}", "w" + letter, [n], lambda a: bits - a.bit_length())
    form(f"brev.{t}", w, [n], lambda a: int(format(a, f"0{bits}b")[::-1], 2))
    fields = [0, 1, 3, bits - 1, bits, bits + 5, 255, 256 + 4]

    def bfe(a, b, c, is_signed):
        at, length, msb = b & 255, c & 255, bits - 1
        fill = a >> min(at + length - 1, msb) & 1 if is_signed and length else 0
        return sum((a >> (at + i) & 1 if i < length and at + i <= msb else fill) << i for i in range(bits))

    def bfi(a, b, c, e):
        at, length = c & 255, e & 255
        for i in range(length):
            if at + i < bits:
                b = b & ~(1 << (at + i)) | (a >> i & 1) << (at + i)
        return b

    form(f"bfe.u{bits}", w + "ww", [n, fields, fields], lambda a, b, c: bfe(a, b, c, False), 200)
    form(f"bfe.s{bits}", w + "ww", [n, fields, fields], lambda a, b, c: bfe(a, b, c, True), 200)
    form(f"bfi.{t}", w2 + "ww", [n, n, fields, fields], bfi, 200)
    form(f"bfind.u{bits}", "w" + letter, [n], lambda a: a.bit_length() - 1)
    form(f"bfind.s{bits}", "w" + letter, [n],
         lambda a: (~a & ((1 << bits) - 1) if a >> (bits - 1) else a).bit_length() - 1)


def word_forms():
    n = integers(32)
    form("lop3.b32", "wwwww", [n, n, n, [0, 0x96, 0xE8, 0xCA, 0x80, 0xFE, 0xFF]],
         lambda a, b, c, t: sum((t >> ((a >> i & 1) << 2 | (b >> i & 1) << 1 | c >> i & 1) & 1) << i for i in range(32)),
         200)

    def prmt(a, b, c):
        every = [(a | b << 32) >> 8 * i & 255 for i in range(8)]
        picks = [c >> 4 * i & 15 for i in range(4)]
        return sum((every[p & 7] if p < 8 else 255 * (every[p & 7] >> 7)) << 8 * i for i, p in enumerate(picks))

    selectors = [0x3210, 0x7654, 0x0123, 0x5410, 0xFEDC, 0xBA98, 0x4440, 0xF0F0]
    form("prmt.b32", "wwww", [n, n, selectors], prmt, 200)
    shifts = [0, 1, 31, 32, 33, 63, 64, 0xFFFFFFFF]
    for mode, amount in (("wrap", lambda c: c & 31), ("clamp", lambda c: min(c, 32))):
        form(f"shf.l.{mode}.b32", "wwww", [n, n, shifts], lambda a, b, c, m=amount: (a | b << 32) << m(c) >> 32, 100)
        form(f"shf.r.{mode}.b32", "wwww", [n, n, shifts], lambda a, b, c, m=amount: (a | b << 32) >> m(c), 100)
    p = [0, 1]
    form("and.pred", "ppp", [p, p], lambda a, b: a & b)
    form("or.pred", "ppp", [p, p], lambda a, b: a | b)
    form("xor.pred", "ppp", [p, p], lambda a, b: a ^ b)
    form("not.pred", "pp", [p], lambda a: 1 - a)
    form("mov.pred", "pp", [p], lambda a: a)


def address_forms():
    """There and back; where the windows lie is not told. Global addresses are generic ones."""
    n = integers(64)
    for space in ("global", "const"):
        form(f"cvta.{space}.u64", "dd", [n], lambda a: a)
        form(f"cvta.to.{space}.u64", "dd", [n], lambda a: a)


# --------------------------------------------------------------------------------------------------------- floats

COMPARISONS = {"eq": (0,), "ne": (-1, 1), "lt": (-1,), "le": (-1, 0), "gt": (1,), "ge": (0, 1)}


def float_forms(f, letter, t, z=""):
    """z is ".ftz": float32 operands and results below the normal numbers become zeros with their sign."""

    def flush(v):
        return (v[0], Q(0)) if z and v[1] not in (NAN, INF) and v[1] < f.tiny else v

    def value(b):
        return flush(f.decode(b))

    def result(v):
        if v[1] == NAN and f is F64:
            return "n", 0, 0
        b = f.encode(v)
        return f.encode(flush(f.decode(b)))

    def exact(function):
        return lambda *o: result(function(*map(value, o)))

    x = floats(f, 14)
    y = floats(f, 30)
    w2, w3, w4 = letter * 2, letter * 3, letter * 4
    for r in (".rn", ""):
        form(f"add{r}{z}.{t}", w3, [x, x], exact(add), 200)
        form(f"sub{r}{z}.{t}", w3, [x, x], exact(sub), 200)
        form(f"mul{r}{z}.{t}", w3, [x, x], exact(mul), 200)
    for name in ("fma", "mad"):
        form(f"{name}.rn{z}.{t}", w4, [x, x, x], exact(fma), 500)
    form(f"div.rn{z}.{t}", w3, [x, x], exact(div), 200)
    form(f"rcp.rn{z}.{t}", w2, [y], exact(rcp))
    form(f"sqrt.rn{z}.{t}", w2, [y], exact(sqrt))
    form(f"max{z}.{t}", w3, [x, x], exact(larger), 200)
    form(f"min{z}.{t}", w3, [x, x], exact(smaller), 200)
    # Of a NaN, abs and neg may return any.
    form(f"neg{z}.{t}", w2, [x], lambda a: None if value(a)[1] == NAN else result(negative(value(a))))
    form(f"abs{z}.{t}", w2, [x], lambda a: None if value(a)[1] == NAN else result((0, value(a)[1])))
    for name, holds in COMPARISONS.items():
        form(f"setp.{name}{z}.{t}", "p" + w2, [x, x], lambda a, b, h=holds: int(order(value(a), value(b)) in h), 200)
        form(f"setp.{name}u{z}.{t}", "p" + w2, [x, x],
             lambda a, b, h=holds: int(order(value(a), value(b)) in h + (None,)), 200)
    form(f"setp.num{z}.{t}", "p" + w2, [x, x], lambda a, b: int(order(value(a), value(b)) is not None))
    form(f"setp.nan{z}.{t}", "p" + w2, [x, x], lambda a, b: int(order(value(a), value(b)) is None))
    if z:
        return
    top = 1 << (f.bits - 1)
    form(f"mov.{t}", w2, [x], lambda a: a)
    form(f"selp.{t}", w3 + "p", [x, x, [0, 1]], lambda a, b, c: a if c else b)
    form(f"copysign.{t}", w3, [x, x], lambda a, b: a & top | b & ~top)
    for name, pick in (("max", larger), ("min", smaller)):
        form(f"{name}.NaN.{t}", w3, [x, x],
             exact(lambda a, b, p=pick: (0, NAN) if NAN in (a[1], b[1]) else p(a, b)), 200)
    for name, holds in (("finite", lambda m: m not in (NAN, INF)), ("infinite", lambda m: m == INF),
                        ("number", lambda m: m != NAN), ("notanumber", lambda m: m == NAN)):
        form(f"testp.{name}.{t}", "p" + letter, [x], lambda a, h=holds: int(h(value(a)[1])))


def conversion_forms():
    names = [f"{s}{b}" for b in (8, 16, 32, 64) for s in "us"]
    letters = {8: "h", 16: "h", 32: "w", 64: "d"}

    def read(name, x):
        bits = int(name[1:])
        x &= (1 << bits) - 1
        return signed(x, bits) if name[0] == "s" else x

    for to, source in itertools.product(names, names):
        a, b = letters[int(to[1:])], letters[int(source[1:])]
        # A register that is wider than the type gets its sign or zeros.
        form(f"cvt.{to}.{source}", a + b, [integers(WIDTH[b])], lambda x, t=to, s=source: read(t, read(s, x)))
    for f, t, w in ((F32, "f32", "w"), (F64, "f64", "d")):
        for source in names:
            b = letters[int(source[1:])]
            ties = [(1 << k) + d for k in range(23, WIDTH[b]) for d in (1, 3)] if WIDTH[b] > 24 else []
            form(f"cvt.rn.{t}.{source}", w + b, [integers(WIDTH[b], 30) + ties],
                 lambda x, s=source, g=f: g.encode((int(read(s, x) < 0), Q(abs(read(s, x))))), 100)

    rounding = {"rni": round, "rmi": math.floor, "rpi": math.ceil, "rzi": math.trunc}

    def to_integer(v, mode, name, source):
        bits = int(name[1:])
        low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if name[0] == "s" else (0, (1 << bits) - 1)
        if v[1] == NAN:
            return 0 if source is F32 and bits == 32 else 1 << (bits - 1)
        if v[1] == INF:
            return low if v[0] else high
        return max(low, min(high, rounding[mode](-v[1] if v[0] else v[1])))

    def to_whole(v, mode, f):
        if v[1] in (NAN, INF):
            return ("n", 0, 0) if v[1] == NAN and f is F64 else f.encode(v)
        n = rounding[mode](-v[1] if v[0] else v[1])
        return f.encode((v[0] if n == 0 else int(n < 0), Q(abs(n))))

    for f, t, w in ((F32, "f32", "w"), (F64, "f64", "d")):
        halves = [f.encode((s, Q(2 * k + 1, 2))) for k in (0, 1, 2, 3, 1000) for s in (0, 1)]
        large = [f.encode((s, Q(2) ** k + d)) for k in (31, 32, 63, 64) for d in (-1, 0, 1) for s in (0, 1)]
        x = floats(f, 30) + halves + large
        for mode in rounding:
            for name in ("s32", "u32", "s64", "u64"):
                form(f"cvt.{mode}.{name}.{t}", letters[int(name[1:])] + w, [x],
                     lambda a, m=mode, n=name, g=f: to_integer(g.decode(a), m, n, g), 100)
            form(f"cvt.{mode}.{t}.{t}", w + w, [x], lambda a, m=mode, g=f: to_whole(g.decode(a), m, g), 100)

    # Halfway between floats, just beside, below the normals, beyond the largest.
    hard = [F64.encode((s, x)) for s in (0, 1) for x in
            (1 + Q(2) ** -24, 1 + Q(3) / 2 ** 24, 1 + Q(2) ** -24 + Q(2) ** -52, Q(2) ** -150, Q(3) / 2 ** 150,
             Q(2) ** -149 * Q(5, 2), Q(2) ** -126 - Q(2) ** -150, Q(2) ** 128 - Q(2) ** 103,
             Q(2) ** 128 - Q(2) ** 104, Q(2) ** -151, Q(2) ** -1000)]
    x = floats(F64, 40) + hard
    for mode in "nzmp":
        form(f"cvt.r{mode}.f32.f64", "wd", [x], lambda a, m=mode: F32.encode(F64.decode(a), m), 100)

    def small(v):
        return (v[0], Q(0)) if v[1] not in (NAN, INF) and v[1] < F32.tiny else v

    form("cvt.rn.ftz.f32.f64", "wd", [x], lambda a: F32.encode(small(F32.decode(F32.encode(F64.decode(a))))), 100)
    for z, change in (("", lambda v: v), (".ftz", small)):
        form(f"cvt{z}.f64.f32", "dw", [floats(F32, 30)], lambda a, c=change: ("n", 0, 0) if F32.decode(a)[1] == NAN
             else F64.encode(c(F32.decode(a))), 100)
    h = [F32.encode((s, x)) for s in (0, 1) for x in
         (1 + Q(1, 2048), 1 + Q(3, 2048), Q(65519), Q(65520), Q(2) ** -25, Q(3) / 2 ** 26, Q(2) ** -14 - Q(2) ** -26,
          Q(2) ** -24 * Q(5, 2))]
    form("cvt.rn.f16.f32", "hw", [floats(F32, 40) + h], lambda a: F16.encode(F32.decode(a)), 100)
    form("cvt.f32.f16", "wh", [floats(F16, 30)], lambda a: F32.encode(F16.decode(a)), 100)


# -------------------------------------------------------------------------------------------------- approximations

def approximate_forms():
    """Bounds as the manual gives them (older and wider ones where they changed), as real numbers around the value."""
    x = [F32.encode((s, Q(m) * Q(2) ** e)) for s in (0, 1) for m in (1, Q(5, 4), Q(3, 2), Q(7, 4) + Q(1, 2 ** 20))
         for e in (-20, -3, 0, 1, 2, 20)]
    positive = [b for b in x if b < 1 << 31]

    def span(value, error, f=F32):
        """The outermost floats that are inside the bound."""
        low, high = value - error, value + error
        return {F32: "r", F64: "R"}[f], f.encode((int(low < 0), abs(low)), "p"), f.encode((int(high < 0), abs(high)), "m")

    def relative(function, bound):
        def r(a):
            v = Q(function(float(F32.decode(a)[1]) * (-1 if a >> 31 else 1)))
            return span(v, abs(v) * Q(bound))
        return r

    def absolute(function, bound):
        return lambda a: span(Q(function(float(F32.decode(a)[1]) * (-1 if a >> 31 else 1))), Q(bound))

    angles = [b for b in x if F32.decode(b)[1] < 6]
    near = [b for b in positive if Q(1, 2) <= F32.decode(b)[1] <= 2]
    far = [b for b in positive if b not in near]
    exponents = [b for b in x if F32.decode(b)[1] < 100]
    for z in ("", ".ftz"):
        form(f"rcp.approx{z}.f32", "ww", [x], relative(lambda v: 1 / v, 2.0 ** -23))
        form(f"sqrt.approx{z}.f32", "ww", [positive], relative(math.sqrt, 2.0 ** -23))
        form(f"rsqrt.approx{z}.f32", "ww", [positive], relative(lambda v: 1 / math.sqrt(v), 2.0 ** -22.4))
        form(f"ex2.approx{z}.f32", "ww", [exponents], relative(lambda v: 2.0 ** v, 2.0 ** -22))
        form(f"sin.approx{z}.f32", "ww", [angles], absolute(math.sin, 2.0 ** -20.5))
        form(f"cos.approx{z}.f32", "ww", [angles], absolute(math.cos, 2.0 ** -20.5))
        form(f"lg2.approx{z}.f32", "ww", [near], absolute(math.log2, 2.0 ** -22))
        form(f"lg2.approx{z}.f32", "ww", [far], relative(math.log2, 2.0 ** -22))
        for name in ("approx", "full"):
            def quotient(a, b):
                v = (F32.decode(a)[1] / F32.decode(b)[1]) * (-1 if (a ^ b) >> 31 else 1)
                return span(v, abs(v) * Q(2) ** -22)
            form(f"div.{name}{z}.f32", "www", [x, x], quotient, 200)
    roots = [struct.unpack("<Q", struct.pack("<d", v))[0] for v in (1.0, 2.0, 3.0, 0.1, 1e300, 1e-300, 7.0)]

    def root(a):
        v = rcp(sqrt(F64.decode(a)))[1]
        return span(v, v * Q(2) ** -51, F64)
    form("rsqrt.approx.f64", "dd", [roots], root)


for bits, letter in ((16, "h"), (32, "w"), (64, "d")):
    integer_forms(f"u{bits}", bits, letter)
    integer_forms(f"s{bits}", bits, letter)
    bit_forms(bits, letter)
word_forms()
address_forms()
float_forms(F32, "w", "f32")
float_forms(F32, "w", "f32", ".ftz")
float_forms(F64, "d", "f64")
conversion_forms()
approximate_forms()
for name, shape, lines in FORMS:
    print("form", name, shape, len(lines))
    print("\n".join(lines))
