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
import itertools
import json
import math
import random
import re
import struct
import sys
import time

SMALL = 20000
MASK32, MASK64, MASK128 = 2**32 - 1, 2**64 - 1, 2**128 - 1
FLOAT, WORD, DOUBLE = struct.Struct("<f"), struct.Struct("<I"), struct.Struct("<d")


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


def bits_of(f):
    return WORD.unpack(FLOAT.pack(f))[0]


def float_of(word):
    return FLOAT.unpack(WORD.pack(word))[0]


def flush(f):
    return math.copysign(0.0, f) if abs(f) < 2.0**-126 else f


def fmul(a, b):
    q = a * b  # exact in double
    return math.copysign(0.0, q) if abs(q) < 2.0**-126 - 2.0**-151 else f32(q)


def fadd(a, b):
    """The sum of two floats rounded to double and then to float is the sum rounded to float: 53 >= 2 * 24 + 2."""
    return flush(f32(a + b))


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


def uniform(word):
    return float_of(word & 0x007FFFFF | 0x3F800000) - 1.0


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


def block_of_normals(counter, key):
    w = philox(counter & MASK128, key)
    return normals(w[0], w[1]) + normals(w[2], w[3])


def uniform_group(start, key, group):
    return [uniform(word) for word in philox((start + group) & MASK128, key)]


def normal_group(start, key, group):
    return block_of_normals(start + group, key)


def truncated_group(start, key, group):
    kept, counter = [], start + 256 * group
    while len(kept) < 4:
        kept += [z for z in block_of_normals(counter, key) if abs(z) < 2.0]
        counter += 1
    return kept[:4]


GROUPS = {"uniform": uniform_group, "normal": normal_group, "truncated normal": truncated_group}


# ------------------------------------------------------------------------------------------------------- 7. Plan


def by_double(n):
    return f32(float(n) or 0.0)


def direct(n):
    return f32(n) if isinstance(n, int) else by_double(n)


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
    "zeros": ("constant", {"value": 0.0}, {}),
    "ones": ("constant", {"value": 1.0}, {}),
    "constant": ("constant", {}, {"value": 0.0}),
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
}


def scaled_rule(shape, a):
    """7.4: the rule and the Python floats that variance scaling stands for."""
    fan_in, fan_out = fans(shape, a["input_axes"], a["output_axes"])
    if a["mode"] not in ("fan_in", "fan_out", "fan_avg"):
        raise Refused("no such mode")
    if not a["scale"] > 0:
        raise Refused("scale is not positive")
    fan = {"fan_in": float(fan_in), "fan_out": float(fan_out), "fan_avg": float(fan_in + fan_out) / 2.0}[a["mode"]]
    variance = float(a["scale"]) / max(fan, 1.0)
    distribution = a["distribution"].lower()
    if distribution == "uniform":
        limit = math.sqrt(3.0 * variance)
        return "uniform", {"minval": -limit, "maxval": limit}
    if distribution == "untruncated_normal":
        return "normal", {"mean": 0.0, "stddev": math.sqrt(variance)}
    if distribution in ("truncated_normal", "normal"):
        return "truncated normal", {"mean": 0.0, "stddev": math.sqrt(variance) / 0.87962566103423978}
    raise Refused("no such distribution")


def finite(*floats):
    if not all(map(math.isfinite, floats)):
        raise Refused("a constant is not finite")
    return floats


def constants(rule, dialect, a):
    """Scale and shift of a rule."""
    limit = direct if dialect == "keras3" else by_double
    if rule == "constant":
        return finite(flush(direct(a["value"])) if dialect == "keras3" else by_double(a["value"]), 0.0)
    if rule == "identity":
        gain, = finite(flush(by_double(a["gain"])))
        return gain, gain * 0.0
    if rule == "uniform":
        low, high = finite(flush(limit(a["minval"])), flush(limit(a["maxval"])))
        return finite(fadd(high, -low), low)
    return finite(flush(by_double(a["stddev"])), flush(by_double(a["mean"])))


def plan(shape, initializer, arguments, dialect):
    """(rule, scale, shift), or Refused."""
    rule, fixed, defaults = INITIALIZERS[initializer]
    unknown = set(arguments) - set(defaults)
    if unknown:
        raise Refused(f"{initializer} does not take {', '.join(sorted(unknown))}")
    if len(shape) > 16 or (rule == "identity" and len(shape) != 2):
        raise Refused("the shape does not suit")
    if 4 * math.prod(size for size in shape if size) > 2**63 - 1:
        raise Refused("the tensor is too large")
    a = {**fixed, **defaults, **arguments}
    if rule == "scaling":
        rule, a = scaled_rule(shape, a)
    if rule == "truncated normal" and 256 * -(-math.prod(shape) // 4) > MASK64:
        raise Refused("too many blocks")
    return (rule, *constants(rule, dialect, a))


# --------------------------------------------------------------------------------------------------- 8. Elements


def elements(shape, planned, key, start):
    """Yields the tensor, as floats."""
    rule, scale, shift = planned
    count = math.prod(shape)
    if rule == "constant":
        yield from itertools.repeat(scale, count)
    elif rule == "identity":
        rows, columns = shape
        for i in range(count):
            yield scale if i // columns == i % columns else shift
    else:
        draws = (draw for group in range(-(-count // 4)) for draw in GROUPS[rule](start, key, group))
        for draw in itertools.islice(draws, count):
            yield fadd(fmul(draw, scale), shift)


# ----------------------------------------------------------------------------------------------------- 9. Digest


def mix(z):
    z &= MASK64
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & MASK64
    z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK64
    return z ^ z >> 31


def tensor_digest(shape, values):
    sums = [0, 0]
    for i, value in enumerate(values):
        h = mix(bits_of(value) + mix(i + 0x9E3779B97F4A7C15))
        sums[0] += h
        sums[1] += mix(h + 0xD1B54A32D192ED03)
    for w in (0, 1):
        for number in (1, len(shape), *shape):  # 1 is float32
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
        initializer = e.pop("initializer")
        if isinstance(initializer, dict):
            e = {**initializer["config"], **e}
            initializer = re.sub("(?<=[a-z])(?=[A-Z])", "_", initializer["class_name"]).lower()
        rule = e.pop("seed_rule", "keras")
        seed = whole(e.pop("seed", [0, 0] if rule in ("stateless", "stateful") else 0))
        self.key, self.start = key_and_counter(rule, seed, e.pop("call", 0), math.prod(self.shape))
        dialect = e.pop("dialect", "keras3" if rule in ("keras", "raw") else "tf")
        self.plan = plan(self.shape, initializer, e, dialect)

    def elements(self):
        return elements(self.shape, self.plan, self.key, self.start)

    def digest(self):
        return tensor_digest(self.shape, self.elements())


def check_manifest(path, everything):
    """Compares each tensor's digest, and the total where no tensor was left out."""
    with open(path, encoding="utf-8") as file:
        manifest = json.load(file)
    failures, named, values, left_out = [], [], 0, 0
    for entry in manifest["tensors"]:
        if math.prod(entry["shape"]) > SMALL and not everything:
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


def floats(values):
    return hexadecimal(map(bits_of, values))


def parse_words(cell):
    return [int(word, 16) for word in cell.split()]


def philox_row(key, counter):
    return [hexadecimal(philox(integer_of(parse_words(counter)), parse_words(key)))]


def seed_row(rule, seed, call, count):
    key, start = key_and_counter(rule, ast.literal_eval(seed), int(call or 0), int(count or 0))
    return [hexadecimal(key), hexadecimal(words_of(start, 4)), hexadecimal(philox(start, key))]


def new_seed_row(function, arguments):
    functions = {"split": split, "fold_in": fold_in, "hash": hash_of, "shard": shard, "unordered": unordered, "drawn": drawn}
    return [str(functions[function](*ast.literal_eval(arguments)))]


def number_row(number):
    n = ast.literal_eval(number)
    return [floats([constants("constant", dialect, {"value": n})[0]]) for dialect in ("keras3", "tf")] + [
        floats([constants("normal", "keras3", {"mean": n, "stddev": 1.0})[1]])]


def fans_row(shape, input_axes, output_axes):
    return list(map(str, fans(*map(ast.literal_eval, (shape, input_axes, output_axes)))))


def operation_row(a, b):
    return [floats([operation(float_of(int(a, 16)), float_of(int(b, 16)))]) for operation in (fmul, fadd)]


def word_row(word):
    w = int(word, 16)
    return [floats([value]) for value in (uniform(w), radius(w), *sine_and_cosine(w))]


def tensor_row(entry):
    tensor = Tensor(json.loads(entry))
    first = itertools.islice(tensor.elements(), 8)
    return [floats([tensor.plan[1]]), floats([tensor.plan[2]]), floats(first), text(tensor.digest())]


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
    ("a", "b", "fmul", "fadd"): (2, operation_row),
    ("word", "U", "radius", "sine", "cosine"): (1, word_row),
    ("tensor", "scale", "shift", "first elements", "digest"): (1, tensor_row),
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
            computed = compute(*row[:given])
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
