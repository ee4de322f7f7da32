#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random specs for as long as you like: Counterweight on one device against real TensorFlow and Keras, every byte.

Run by hand, in a virtual environment with the versions that are compared with, and with a build of shared libraries:

    pip install tensorflow-cpu==2.21.0 keras==3.15.1 tf-keras==2.21.0 numpy==2.4.6
    cmake -S . -B build-shared -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=ON && cmake --build build-shared
    python3 tests/differential/differential.py --build build-shared --device cpu --specs 100000 --elements 1e9

It ends when it has seen --specs specs and --elements equal elements, or after --seconds. The same --seed gives the same
specs, spec number I with --only I. A difference is made small, and printed as a manifest and as a command line of `cw`;
the exit status is 1 if there was one. What TensorFlow refuses must be refused, and what it makes must be made, except
for the differences that DOCUMENTED lists. What no library of TensorFlow or Keras has is not drawn: input_axes and
output_axes in the dialect tf, uniform_full_int and uniform_unit_scaling in the dialect keras3, integers of 2^64 and
more; nor orthogonal with 48 columns and more, which is defined otherwise.
"""
import argparse
import collections
import math
import pathlib
import random
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import numpy as np  # noqa: E402

import library  # noqa: E402
import oracle  # noqa: E402
import shrink  # noqa: E402
import specs  # noqa: E402

# ----------------------------------------------------------------------------------------------------------- judgement


def numbers(spec):
    return [x for x in specs.arguments_of(spec).values() if isinstance(x, (int, float))]


def values(spec, data):
    dtype = oracle.tf.as_dtype(spec["dtype"]).as_numpy_dtype
    return np.frombuffer(data, np.uint8).view(dtype).astype(np.float64)


def is_not_finite(spec, ours, theirs):
    """We refuse a constant that is NaN or infinite in the dtype; all that TensorFlow makes of it is NaN or infinite."""
    if ours.data is not None or theirs.data is None:
        return False
    if "finite" not in ours.refusal and not any(math.isnan(x) for x in numbers(spec)):
        return False
    return not np.isfinite(values(spec, theirs.data)).any()


def does_not_fit(spec, ours, theirs):
    """We refuse a number that an integer dtype does not hold. TensorFlow takes an integer's low bits, and of a float
    what the processor's conversion leaves."""
    if ours.data is not None or "does not fit in" not in ours.refusal or spec["dtype"] not in specs.INTEGERS:
        return False
    low, high = specs.INTEGERS[spec["dtype"]]
    rounded = [float(np.float32(x)) if isinstance(x, float) else x for x in numbers(spec)]
    derived = specs.INITIALIZERS[spec["initializer"]].tf == specs.CLASS
    return derived or any(not (math.isfinite(x) and low <= math.trunc(x) < high) for x in rounded)


def is_large(spec, ours, theirs):
    """We take integers from 2^63 to 2^64 as they are; tf.cast, and so Keras 3, knows none, nor does bfloat16."""
    return (ours.data is not None and theirs.data is None and "out-of-range integer" in theirs.refusal
            and any(isinstance(x, int) and x >= 2**63 for x in numbers(spec)))


def fan_is_large(spec, ours, theirs):
    """Named axes, repeated, may have a product that 63 bits do not hold; a size of 0 does not change that."""
    return (theirs.data is not None and ours.data is None and "product of the named axes" in ours.refusal
            and any(math.prod(spec["shape"][i] or 1 for i in spec[key]) >= 2**63
                    for key in ("input_axes", "output_axes")))


def is_half_orthogonal(spec, ours, theirs):
    """Ours is not made in float16 as TensorFlow's is. See tests/orthogonal for how near they are."""
    return (spec["initializer"] == "orthogonal" and spec["dtype"] == "float16" and ours.data is not None
            and theirs.data is not None)


# name: (why, predicate of a spec, our answer, TensorFlow's)
DOCUMENTED = {
    "not finite": ("a constant that is NaN or infinite in the dtype is refused; TensorFlow's has no finite element",
                   is_not_finite),
    "does not fit": ("a number that the integer dtype does not hold is refused; TensorFlow wraps it", does_not_fit),
    "2^63 and more": ("an integer of 2^63 and more is taken; TensorFlow converts none in a cast", is_large),
    "fan of 2^63 and more": ("a product of named axes of 2^63 and more is refused", fan_is_large),
    "orthogonal in float16": ("TensorFlow computes in float16", is_half_orthogonal),
}
# Arguments of -0.0 are taken as +0.0: oracle.py gives TensorFlow +0.0.


def difference_of(spec, ours, theirs):
    """None where both agree, else a text."""
    if ours.data is None or theirs.data is None:
        if ours.data is None and theirs.data is None:
            return None
        return f"ours: {ours.refusal or 'a tensor'}; theirs: {theirs.refusal or 'a tensor'}"
    if len(ours.data) != len(theirs.data):
        return f"ours has {len(ours.data)} bytes, theirs {len(theirs.data)}"
    a, b = (np.frombuffer(x.data, np.uint8) for x in (ours, theirs))
    if np.array_equal(a, b):
        return None
    size = oracle.tf.as_dtype(spec["dtype"]).size
    wrong = np.flatnonzero((a != b).reshape(-1, size).any(axis=1))
    at = slice(wrong[0] * size, (wrong[0] + 1) * size)
    return (f"{len(wrong)} of {len(a) // size} elements differ, first {wrong[0]}: ours 0x{a[at][::-1].tobytes().hex()}, "
            f"theirs 0x{b[at][::-1].tobytes().hex()}")


def judge(spec, ours, theirs):
    """Two texts, each None: the name of a documented difference, and a difference that is none."""
    difference = difference_of(spec, ours, theirs)
    if difference:
        for name, (_, holds) in DOCUMENTED.items():
            if holds(spec, ours, theirs):
                return name, None
    return None, difference


# -------------------------------------------------------------------------------------------------------------- report

COLUMNS = ("specs", "equal elements", "refused by both", "documented", "differences")


class Report:
    """Figures by dtype, by initializer and by seed rule, and what was found."""

    def __init__(self):
        self.by = {key: collections.defaultdict(collections.Counter) for key in ("dtype", "initializer", "seed_rule")}
        self.total = collections.Counter()
        self.documented = collections.Counter()
        self.refusals = collections.Counter()
        self.found = []

    def add(self, spec, ours, theirs, documented, difference):
        equal = ours.data is not None and theirs.data is not None and not documented and not difference
        counts = {"specs": 1, "equal elements": math.prod(spec["shape"]) if equal else 0,
                  "refused by both": ours.data is None and theirs.data is None, "documented": documented is not None,
                  "differences": difference is not None}
        self.total.update(counts)
        for key, table in self.by.items():
            table[spec[key]].update(counts)
        if documented:
            self.documented[documented] += 1
        if counts["refused by both"]:
            self.refusals[f"{theirs.refusal.partition(':')[0]} / {ours.refusal.partition(':')[0]}"] += 1

    def table(self, key, rows):
        yield f"{key:22}" + "".join(f"{column:>17}" for column in COLUMNS)
        for name, counts in rows:
            yield f"{name:22}" + "".join(f"{int(counts[column]):17}" for column in COLUMNS)

    def __str__(self):
        lines = []
        for key, table in self.by.items():
            lines += [*self.table(key, sorted(table.items())), ""]
        lines += [*self.table("", [("all", self.total)]), ""]
        lines += [f"documented, {count}: {name}: {DOCUMENTED[name][0]}" for name, count in self.documented.items()]
        lines += [f"refused by both, {count}: {name}" for name, count in self.refusals.most_common()]
        return "\n".join(lines)


# ----------------------------------------------------------------------------------------------------------------- run


class Run:
    def __init__(self, options):
        self.options, self.report = options, Report()
        self.ours = library.Remote(options.build, options.device)
        self.began = time.monotonic()

    def difference(self, spec):
        return judge(spec, self.ours(spec), oracle.ask(spec))[1]

    def spec(self, number):
        return specs.draw(random.Random(f"{self.options.seed}/{number}"), self.options.large)

    def one(self, number):
        spec = self.spec(number)
        ours, theirs = self.ours(spec), oracle.ask(spec)
        documented, difference = judge(spec, ours, theirs)
        self.report.add(spec, ours, theirs, documented, difference)
        if difference:
            self.show(number, spec, difference)

    def show(self, number, spec, difference):
        print(f"\nspec {number} of seed {self.options.seed}: {difference}\n  {library.command(spec)}", flush=True)
        if len(self.report.found) >= self.options.failures:
            return
        small = shrink.shrink(spec, lambda candidate: self.difference(candidate) is not None)
        again = library.manifest(small) in self.report.found
        self.report.found.append(library.manifest(small))
        print("  shrunk to one that was seen before" if again else
              f"  shrunk: {self.difference(small)}\n  {library.command(small)}\n  {library.manifest(small)}", flush=True)

    def goes_on(self):
        total, options = self.report.total, self.options
        if options.seconds and time.monotonic() - self.began >= options.seconds:
            return False
        if total["differences"] >= 100 * options.failures:
            return False
        return total["specs"] < options.specs or total["equal elements"] < options.elements

    def all(self):
        number, told = 0, self.began
        while self.goes_on():
            self.one(number)
            number += 1
            if time.monotonic() - told > 30:
                told = time.monotonic()
                total = self.report.total
                print(f"{number} specs, {total['equal elements']} equal elements, {total['differences']} differences, "
                      f"{told - self.began:.0f} s", file=sys.stderr, flush=True)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True, help="a build folder with shared libraries")
    parser.add_argument("--device", default="cpu", help="cpu (default), opencl[:P.D], cuda[:N]")
    parser.add_argument("--specs", type=lambda x: int(float(x)), default=1000)
    parser.add_argument("--elements", type=lambda x: int(float(x)), default=0)
    parser.add_argument("--seconds", type=float, default=0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int, help="the number of a single spec")
    parser.add_argument("--large", type=float, default=0.003, help="share of specs with 10^6 to 10^7 elements (0.003)")
    parser.add_argument("--failures", type=int, default=10, help="how many differences are made small (10)")
    return parser.parse_args()


def main():
    if oracle.VERSIONS != oracle.PINNED:
        raise SystemExit(f"compares with {oracle.PINNED}, and found {oracle.VERSIONS}")
    run = Run(parse())
    if run.options.only is None:
        run.all()
    else:
        run.one(run.options.only)
    run.ours.close()
    print(f"\n{run.options.device}, seed {run.options.seed}, {time.monotonic() - run.began:.0f} s, {oracle.VERSIONS}\n")
    print(run.report)
    return run.report.total["differences"] > 0


if __name__ == "__main__":
    sys.exit(main())
