# SPDX-License-Identifier: Apache-2.0
"""Random specs. A spec is a dict with the fields of a manifest's tensor (docs/MANIFEST.md), and two things that JSON
has no words for: floats may be NaN or infinite, integers may have any size.

INITIALIZERS is the table of generators: the one place where an initializer is added.
"""
import collections
import math
import struct

# float dtypes: bits of the significand, least and largest exponent of a normal number
FLOATS = {"float32": (24, -126, 127), "float64": (53, -1022, 1023), "float16": (11, -14, 15),
          "bfloat16": (8, -126, 127)}
INTEGERS = {"int32": (-2**31, 2**31), "int64": (-2**63, 2**63), "uint32": (0, 2**32), "uint64": (0, 2**64)}
RULES = {"keras": 30, "keras2": 14, "stateless": 16, "stateful": 14, "generator": 14, "raw": 12}
DTYPES = {"float32": 30, "float64": 16, "float16": 16, "bfloat16": 16, "int32": 6, "int64": 6, "uint32": 5, "uint64": 5}
MODES = {"fan_in": 30, "fan_out": 30, "fan_avg": 30, "Fan_in": 1, "fan": 1}
DISTRIBUTIONS = {"uniform": 30, "truncated_normal": 30, "untruncated_normal": 30, "normal": 15, "Uniform": 3,
                 "UNTRUNCATED_NORMAL": 3, "integer": 1, "gauss": 1}


def weighted(rng, table):
    return rng.choices(list(table), list(table.values()))[0]


# ------------------------------------------------------------------------------------------------------------ numbers


def integer(rng, dtype):
    """An integer that a cw_number holds: -2^63 <= n < 2^64."""
    low, high = INTEGERS.get(dtype, (-2**63, 2**63))
    n = rng.choice([
        lambda: rng.randint(-10, 10), lambda: rng.randint(-10, 10),
        lambda: rng.choice([-1, 1]) * 2**rng.randint(0, 63) + rng.randint(-1, 1),
        lambda: rng.choice([low, high]) + rng.randint(-2, 2),
        lambda: rng.randint(low, high),
        # near a tie of float32, or of the double before it
        lambda: rng.choice([-1, 1]) * ((2 * rng.getrandbits(24) + 1) << rng.randint(0, 38)) + rng.randint(-1, 1),
    ])()
    return n if -2**63 <= n < 2**64 else rng.randint(-10, 10)


def tie(rng, bits):
    """Between two numbers of `bits` bits, or just beside the middle: by one step of float32, or of float64."""
    middle = 1 + (2 * rng.getrandbits(max(bits - 1, 1)) + 1) * 2.0**-bits
    return middle + rng.choice([0, 0, 1, -1]) * 2.0**-rng.choice([23, 26, 30, 45, 52])


def edge(rng, dtype):
    bits, least, largest = FLOATS.get(dtype, FLOATS["float32"])
    unit = 2.0**(1 - bits)
    return rng.choice([
        (2 - unit) * 2.0**largest, (2 - unit / 2 - rng.choice([0, 2.0**-40])) * 2.0**largest,
        2.0**least, math.ldexp(1 - unit * rng.choice([0.2, 0.25, 0.3, 0.5, 0.6, 1]), least), math.ldexp(unit, least),
        math.ldexp(unit * 0.5, least), math.ldexp(unit * 0.75, least), math.ldexp(rng.random(), least),
        math.ldexp(1 + rng.random(), least + rng.randint(0, 30)),
        math.ldexp(1 + rng.random(), largest - rng.randint(0, 3)),
    ])


def bits64(rng):
    return struct.unpack("<d", struct.pack("<Q", rng.getrandbits(64)))[0]


def bits32(rng):
    return struct.unpack("<f", struct.pack("<I", rng.getrandbits(32)))[0]


def real(rng, dtype):
    sign = rng.choice([-1.0, 1.0])
    if rng.random() < 0.01:
        return rng.choice([math.inf, -math.inf, math.nan, -0.0])
    return rng.choice([
        lambda: rng.choice([0.0, 1.0, -1.0, 0.05, -0.05, 0.1, 1 / 3, 2.5]), lambda: rng.uniform(-3, 3),
        lambda: rng.uniform(-3, 3), lambda: sign * 10.0**rng.uniform(-48, 40), lambda: sign * 10.0**rng.uniform(-8, 5),
        lambda: sign * tie(rng, FLOATS.get(dtype, (24,))[0]) * 2.0**rng.randint(-14, 14),
        lambda: sign * edge(rng, dtype), lambda: sign * edge(rng, rng.choice(list(FLOATS))),
        lambda: float(integer(rng, dtype)), lambda: bits64(rng), lambda: bits32(rng),
    ])()


def number(rng, dtype):
    return integer(rng, dtype) if rng.random() < (0.8 if dtype in INTEGERS else 0.15) else real(rng, dtype)


def positive(rng, dtype):
    """A scale: seldom not over 0."""
    x = number(rng, "float32" if dtype in INTEGERS else dtype)
    return x if rng.random() < 0.03 else abs(x)


def near(rng, x):
    """Another of about the size: sums and products of two such numbers come to the edges that one of them is at."""
    if isinstance(x, int):
        return max(-2**63, min(2**64 - 1, x + rng.randint(-4, 4)))
    return rng.choice([-1.0, 1.0]) * x * rng.choice([1.0, rng.uniform(0.5, 2), 2.0**rng.randint(-30, 30)])


def pair(rng, dtype):
    x = number(rng, dtype)
    pick = rng.random()
    return (x, near(rng, x)) if pick < 0.15 else (near(rng, x), x) if pick < 0.3 else (x, number(rng, dtype))


def limits(rng, dtype):
    low, high = pair(rng, dtype)
    swap = dtype in INTEGERS and low > high and rng.random() < 0.9
    return {"minval": high, "maxval": low} if swap else {"minval": low, "maxval": high}


def moments(rng, dtype):
    return dict(zip(("mean", "stddev"), pair(rng, dtype)))


def scaling(rng, dtype):
    return {"scale": positive(rng, dtype), "mode": weighted(rng, MODES), "distribution": weighted(rng, DISTRIBUTIONS)}


def one(name):
    return lambda rng, dtype: {name: number(rng, dtype)}


# ------------------------------------------------------------------------------------------------------------- shapes


def elements(rng, large):
    """How many: mostly few, seldom 10^6 to 10^7."""
    x = rng.random()
    if x < large:
        return int(10**rng.uniform(6, 7))
    return int(10**(rng.uniform(4, 5) if x > 0.985 else rng.uniform(2, 4) if x > 0.85 else rng.uniform(0, 2.2)))


def cut(rng, n, rank):
    """A shape of that rank with about n elements."""
    sizes = []
    for left in range(rank, 0, -1):
        size = n if left == 1 else max(1, round(n**rng.uniform(0, 2 / left)))
        sizes.append(min(size, n))
        n = max(1, n // sizes[-1])
    rng.shuffle(sizes)
    return sizes


def empty(rng, shape):
    """With axes of size 0, and others of a size that no memory would hold."""
    shape = [rng.choice([n, n, rng.choice([1, 2, 2**20, 2**31 - 1]) if i < 2 else n]) for i, n in enumerate(shape)]
    for _ in range(rng.randint(1, 2)):
        shape[rng.randrange(len(shape))] = 0
    return shape


def any_shape(rng, large):
    rank = rng.choices(range(7), [4, 20, 30, 14, 20, 6, 6])[0]
    n = elements(rng, large)
    shape = cut(rng, n, 1 if rank == 0 and n > 10**6 else rank)
    return empty(rng, shape) if shape and n < 10**4 and rng.random() < 0.05 else shape


def matrix(rng, large):
    if rng.random() < 0.04:
        return any_shape(rng, 0)
    shape = cut(rng, elements(rng, large), 2)
    return empty(rng, shape) if rng.random() < 0.05 else shape


def thin(rng, large):
    """Of a matrix with fewer than 48 columns or rows: larger ones are near TensorFlow's, not equal to them."""
    shape = any_shape(rng, 0)
    if len(shape) < 2 or rng.random() < 0.6:
        return [rng.randint(1, 47), rng.randint(1, 300)][::rng.choice([1, -1])]
    return shape[:-1] + [min(shape[-1], 47)]


# -------------------------------------------------------------------------------------------------------------- seeds


def int64(rng):
    return rng.choice([
        lambda: rng.randint(0, 10**4), lambda: rng.randint(-3, 3), lambda: rng.randint(-2**63, 2**63 - 1),
        lambda: max(-2**63, min(2**63 - 1, rng.choice([-1, 1]) * 2**rng.choice([31, 32, 40, 62, 63]) +
                                rng.randint(-3, 3))),
        lambda: rng.randint(-2**31, 2**31 - 1),
    ])()


def wide(rng, bits):
    """A Python integer below 2^bits in magnitude."""
    return rng.choice([int64, int64, lambda r: r.choice([-1, 1]) * r.getrandbits(r.randint(1, bits))])(rng)


def words(rng):
    edges = [0, 1, 2**32 - 1, 2**32 - 2]
    return [rng.choice(edges) if rng.random() < 0.3 else rng.getrandbits(32) for _ in range(6)]


SEEDS = {"keras": int64, "keras2": int64, "stateless": lambda rng: [int64(rng), int64(rng)],
         "stateful": lambda rng: [wide(rng, 190), wide(rng, 190)],
         "generator": lambda rng: wide(rng, 220), "raw": words}


def calls(rng, rule, n):
    if rng.random() < 0.6 or rule not in ("keras", "stateful", "generator"):
        return {}
    if rule == "keras":
        return {"call": rng.choice([rng.randint(0, 9), rng.choice([2**31 - 3, 2**31 - 2, 2**31, 2**40, 2**62])])}
    return {"call": rng.randint(0, 4 if n < 10**5 else 1)}


def axes(rng, rank):
    def some():
        reach = rank + (rng.random() < 0.05)
        return [rng.randint(-reach, reach - 1) for _ in range(rng.randint(0, 4))] if reach else []

    pick = rng.random()
    names = [] if pick < 0.7 else ["input_axes"] if pick < 0.73 else ["output_axes"] if pick < 0.76 else [
        "input_axes", "output_axes"]
    return {name: some() for name in names}


# ---------------------------------------------------------------------------------------------------------- the table

# How TensorFlow makes it (oracle.py), beside Keras 3's class of that name in the dialect keras3:
#   VALUE   tf_keras's class; nothing is random
#   DRAW    the function of tf.random of that name
#   CLASS   the class of the library that has the seed rule: tf_keras, init_ops_v2, init_ops
#   FULL    tf.random's uniform without limits
#   UNIT    tf.compat.v1's class
VALUE, DRAW, CLASS, FULL, UNIT = "VALUE", "DRAW", "CLASS", "FULL", "UNIT"

# arguments: (rng, dtype) -> dict, from which each is left out now and then; shape: (rng, large) -> list;
# keras: the class of Keras 3, None where only the dialect tf has the initializer
Initializer = collections.namedtuple("Initializer", "weight keras tf arguments axes shape")


def row(weight, keras, tf, arguments=lambda rng, dtype: {}, has_axes=False, shape=any_shape):
    return Initializer(weight, keras, tf, arguments, has_axes, shape)


INITIALIZERS = {
    "zeros": row(1, "Zeros", VALUE),
    "ones": row(1, "Ones", VALUE),
    "constant": row(5, "Constant", VALUE, one("value")),
    "identity": row(4, "Identity", VALUE, one("gain"), shape=matrix),
    "random_uniform": row(14, "RandomUniform", DRAW, limits),
    "random_normal": row(11, "RandomNormal", DRAW, moments),
    "truncated_normal": row(11, "TruncatedNormal", DRAW, moments),
    "variance_scaling": row(16, "VarianceScaling", CLASS, scaling, has_axes=True),
    "glorot_uniform": row(5, "GlorotUniform", CLASS, has_axes=True),
    "glorot_normal": row(4, "GlorotNormal", CLASS, has_axes=True),
    "he_uniform": row(4, "HeUniform", CLASS, has_axes=True),
    "he_normal": row(4, "HeNormal", CLASS, has_axes=True),
    "lecun_uniform": row(4, "LecunUniform", CLASS, has_axes=True),
    "lecun_normal": row(4, "LecunNormal", CLASS, has_axes=True),
    "orthogonal": row(3, "Orthogonal", CLASS, one("gain"), shape=thin),
    "uniform_full_int": row(4, None, FULL),
    "uniform_unit_scaling": row(3, None, UNIT, one("factor")),
}


def dtype_of(rng, name):
    """Mostly one that the initializer draws: what is refused is soon told."""
    table = dict(DTYPES)
    if name == "uniform_full_int":
        table = {dtype: 30 if dtype in INTEGERS else 1 for dtype in DTYPES}
    elif name not in ("zeros", "ones", "constant", "random_uniform"):
        table = {dtype: 0.2 if dtype in INTEGERS else weight for dtype, weight in DTYPES.items()}
    return weighted(rng, table)


def dialect_of(rng, initializer, rule):
    usual = default_dialect(rule)
    if not initializer.keras:
        return "tf"
    return usual if rng.random() < 0.8 else "tf" if usual == "keras3" else "keras3"


def default_dialect(rule):
    return "keras3" if rule in ("keras", "raw") else "tf"


def draw(rng, large=0.003):
    name = weighted(rng, {name: initializer.weight for name, initializer in INITIALIZERS.items()})
    initializer, dtype = INITIALIZERS[name], dtype_of(rng, name)
    shape, rule = initializer.shape(rng, large), weighted(rng, RULES)
    arguments = {key: x for key, x in initializer.arguments(rng, dtype).items() if rng.random() < 0.85}
    dialect = dialect_of(rng, initializer, rule)
    spec = {"initializer": name, "shape": shape, "dtype": dtype, "seed_rule": rule, "seed": SEEDS[rule](rng)}
    spec |= {"dialect": dialect, **calls(rng, rule, math.prod(shape)), **arguments}
    return spec | (axes(rng, len(shape)) if initializer.axes and dialect == "keras3" else {})


NOT_ARGUMENTS = ("initializer", "shape", "dtype", "seed_rule", "seed", "call", "dialect")


def arguments_of(spec):
    return {key: value for key, value in spec.items() if key not in NOT_ARGUMENTS}
