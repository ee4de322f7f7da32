# SPDX-License-Identifier: Apache-2.0
"""The smallest spec that still fails: simpler values are tried one after the other, as long as one is found."""
import decimal
import math

import specs


def smaller_integers(n):
    """Nearer to 0, the nearest first."""
    sign = -1 if n < 0 else 1
    return [m for m in dict.fromkeys((0, 1, sign * (abs(n) >> 32), sign * (abs(n) >> 1), n - sign)) if abs(m) < abs(n)]


def size_of_number(x):
    """Those of few digits first, and of those the ones near 1."""
    return len(decimal.Decimal(repr(x)).normalize().as_tuple().digits), abs(math.log(abs(x))) if x else 0.0, x < 0


def simpler_numbers(x):
    if isinstance(x, int):
        return smaller_integers(x)
    if not math.isfinite(x):
        return [0.0, 1.0, -1.0, math.copysign(1e300, x)]
    root = math.copysign(math.sqrt(abs(x)), x)
    near = [float(f"{root:.1g}"), *(float(f"{x:.{digits}g}") for digits in (1, 2, 4, 8)), x / 2, x * 2]
    candidates = dict.fromkeys([0.0, 1.0, -1.0, abs(x), *near])
    return [y for y in candidates if math.isfinite(y) and size_of_number(y) < size_of_number(x)]


def simpler_shapes(shape):
    for i, n in enumerate(shape):
        yield shape[:i] + shape[i + 1:]
        if shape[i + 1:]:
            yield shape[:i] + [n * shape[i + 1]] + shape[i + 2:]
        for m in smaller_integers(n):
            yield shape[:i] + [m] + shape[i + 1:]


def simpler_seeds(seed):
    if isinstance(seed, int):
        return smaller_integers(seed)
    return [seed[:i] + [m] + seed[i + 1:] for i, n in enumerate(seed) for m in smaller_integers(n)]


def simpler_axes(axes):
    return [axes[:i] + axes[i + 1:] for i in range(len(axes))] + [
        axes[:i] + [m] + axes[i + 1:] for i, n in enumerate(axes) for m in smaller_integers(n)]


def simpler_values(key, value):
    if key.endswith("_axes"):
        return simpler_axes(value)
    return [] if isinstance(value, str) else simpler_numbers(value)


def simpler_rules(spec):
    """The default rule, and its default dialect."""
    if spec["seed_rule"] != "keras":
        changed = {key: value for key, value in spec.items() if key != "call"}
        yield changed | {"seed_rule": "keras", "seed": 0}
    usual = specs.default_dialect(spec["seed_rule"])
    if spec["dialect"] != usual and specs.INITIALIZERS[spec["initializer"]].keras:
        yield spec | {"dialect": usual}


def simpler(spec):
    """Specs that are simpler in one respect, the largest steps first."""
    for key in [*specs.arguments_of(spec), *(["call"] if "call" in spec else [])]:
        yield {k: value for k, value in spec.items() if k != key}
    yield from simpler_rules(spec)
    if spec["dtype"] != "float32":
        yield spec | {"dtype": "float32"}
    yield from (spec | {"shape": shape} for shape in simpler_shapes(spec["shape"]))
    yield from (spec | {"seed": seed} for seed in simpler_seeds(spec["seed"]))
    for key, value in {**specs.arguments_of(spec), "call": spec.get("call", 0)}.items():
        yield from (spec | {key: x} for x in simpler_values(key, value))


def shrink(spec, fails, tries=3000):
    """`fails` takes a spec. Every step makes the spec smaller by an order that has no endless descent."""
    most = max(math.prod(spec["shape"]), 1000)  # the shape of an empty tensor may have axes that no memory would hold
    while tries > 0:
        for candidate in simpler(spec):
            tries -= 1
            if tries < 0:
                return spec
            if math.prod(candidate["shape"]) <= most and fails(candidate):
                spec = candidate
                break
        else:
            return spec
    return spec
