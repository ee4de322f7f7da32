#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every cause of a difference that `cw diff` and `cw verify` name, made to happen.

    causes.py CW FOLDER [NAME...]     CW is the built tool; FOLDER is for the files

Arrays with a cause built in come from NumPy, from glibc, and from the second implementation of the numerics in
tests/reference.py; nothing of the library under test makes them but plain, right tensors.
"""
import ctypes
import json
import math
import os
import re
import struct
import subprocess
import sys
from fractions import Fraction

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
import reference

LIBM = ctypes.CDLL("libm.so.6")
for function in ("sinf", "cosf", "logf"):
    getattr(LIBM, function).restype = ctypes.c_float
    getattr(LIBM, function).argtypes = [ctypes.c_float]

CASES, NAMED = [], set()


def case(function):
    CASES.append(function)
    return function


# ------------------------------------------------------------------------------------------------------ the tool


def run(*arguments):
    done = subprocess.run([CW, *arguments], capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def make(options, dtype="float32"):
    """A right tensor; bfloat16 as its bits."""
    name = "right.npy"
    status, _, complaint = run("init", *options.split(), "--dtype", dtype, "-o", name)
    assert status == 0, complaint
    array = np.load(name)
    return array.view(np.uint16) if dtype == "bfloat16" else array


def save(name, array, bfloat16=False):
    np.save(name, array.view("V2") if bfloat16 else array)
    return name


def told(arguments, cause, words):
    """The cause and its words, in JSON and in the text."""
    NAMED.add(cause)
    status, out, complaint = run(*arguments, "--json")
    assert status == 1, f"exit status {status}: {complaint}{out}"
    row = json.loads(out)["results"][0]
    assert row.get("cause") == cause, f"{arguments}: {row} instead of {cause}"
    for word in words:
        assert word in row["why"], f"{arguments}: {row['why']!r} lacks {word!r}"
    status, out, _ = run(*arguments)
    assert status == 1 and f"  likely {cause}: {row['why']}\n" in out, out


def diff(a, b, cause, *words, bfloat16=False, back=True):
    """The second array is to blame, and the first where the files change places."""
    save("a.npy", a, bfloat16)
    save("b.npy", b, bfloat16)
    told(["diff", "a.npy", "b.npy"], cause, ["the second", *words])
    if back:
        told(["diff", "b.npy", "a.npy"], cause, ["the first", *words])


def verify(array, options, cause, *words, dtype="float32"):
    save("wrong.npy", array, dtype == "bfloat16")
    told(["verify", "wrong.npy", *options.split(), "--dtype", dtype], cause, words)


# ------------------------------------------------------------------------------------------------------- values


@case
def denormals():
    a = np.linspace(-1e-38, 1e-38, 64, dtype=np.float32)
    a[:8] = 1
    flushed = np.where(np.abs(a) < np.finfo(np.float32).tiny, np.float32(0), a)
    told(["diff", save("a.npy", a), save("b.npy", flushed)], "denormals", ["the second has zeros"])
    told(["diff", "b.npy", "a.npy"], "denormals", ["the second has denormal"])


@case
def unwritten():
    a = make("--shape 40,40")
    diff(a, np.zeros_like(a), "unwritten", "only zeros")
    diff(a, np.full_like(a, np.nan), "unwritten", "NaNs")
    diff(a, np.full(a.shape, 0xCACACACA, np.uint32).view(np.float32), "unwritten", "bytes 0xca")
    diff(a, np.full(a.shape, 0xFFFFFFFF, np.uint32).view(np.float32), "unwritten", "bytes 0xff")
    diff(a, np.full(a.shape, 0xDEADBEEF, np.uint32).view(np.float32), "unwritten", "0xdeadbeef in every element")
    ones = make("--shape 40 --initializer ones")
    diff(ones, np.zeros_like(ones), "unwritten", "only zeros", back=False)
    verify(np.full(40, 0xCDCDCDCD, np.uint32).view(np.float32), "--shape 40 --initializer ones", "unwritten",
           "bytes 0xcd")
    half = make("--shape 40", "bfloat16")
    diff(half, np.full_like(half, 0xCACA), "unwritten", "bytes 0xca", bfloat16=True)


@case
def constants_are_not_unwritten():
    verify(np.full(40, 0.5, np.float32), "--shape 40 --initializer ones", "scale", "0.5 times")


@case
def cut():
    a = make("--shape 40,40")
    b = a.copy()
    b.flat[1000:] = 0
    diff(a, b, "cut", "ends at element 1000 of 1600", "zeros")
    b.view(np.uint32).flat[1000:] = 0xCACACACA
    diff(a, b, "cut", "ends at element 1000 of 1600", "bytes 0xca")
    b = a.copy()
    b.flat[:64] = 0
    diff(a, b, "cut", "begins at element 64 of 1600", "zeros")
    b = a.copy()
    b.flat[100:200] = np.nan
    diff(a, b, "cut", "hole: elements 100 to 199", "NaNs")
    b = a.copy()
    b.flat[700:] = make("--shape 40,40 --seed 1").flat[700:]
    diff(a, b, "cut", "right up to element 700", back=False)
    verify(b, "--shape 40,40", "cut", "right up to element 700")


@case
def layout():
    a = make("--shape 3,3,8,16")
    oihw = np.ascontiguousarray(a.transpose(3, 2, 0, 1))
    told(["diff", save("a.npy", a), save("b.npy", oihw.reshape(a.shape))], "layout", ["3,2,0,1, HWIO to OIHW",
                                                                                      "is the other"])
    told(["diff", "a.npy", save("b.npy", oihw)], "layout", ["3,2,0,1, HWIO to OIHW"])
    told(["diff", "b.npy", "a.npy"], "layout", ["2,3,1,0, OIHW to HWIO"])
    verify(oihw, "--shape 3,3,8,16", "layout", "the second", "HWIO to OIHW")
    verify(oihw.reshape(a.shape), "--shape 3,3,8,16", "layout", "HWIO to OIHW")
    filled = np.ascontiguousarray(a.reshape(16, 8, 3, 3).transpose(2, 3, 1, 0))  # filled as OIHW
    verify(filled, "--shape 3,3,8,16", "layout", "becomes the other", "HWIO to OIHW")
    square = make("--shape 30,30")
    diff(square, np.ascontiguousarray(square.T), "layout", "1,0, the transposed matrix", back=False)
    cube = make("--shape 5,6,7")
    told(["diff", save("a.npy", cube), save("b.npy", cube.T.reshape(5, 6, 7))], "layout", ["2,1,0", "Fortran"])


@case
def shape_and_dtype():
    a = make("--shape 6,8")
    diff(a, a.reshape(48), "shape", back=False)
    diff(a, a.astype(np.float16), "dtype", "rounded to float16")
    save("b.npy", a.astype(np.float16))
    told(["verify", "b.npy", "--shape", "6,8"], "dtype", ["the second", "float16"])
    save("b.npy", a.astype(np.float64) * 2)
    status, out, _ = run("diff", "a.npy", "b.npy", "--json")
    assert status == 1 and "cause" not in json.loads(out)["results"][0], out


@case
def shift():
    whole = make("--shape 3000 --initializer random_uniform")
    diff(whole[:2000], whole[8:2008], "shift", "8 elements", "2 groups of 4", back=False)
    told(["diff", "b.npy", "a.npy"], "shift", ["8 elements behind"])
    diff(whole[:2000], whole[3:2003], "shift", "3 elements ahead", back=False)
    verify(whole[1500:], "--shape 1500 --initializer random_uniform", "counter", "375 Philox blocks too late")
    verify(whole[8:1508], "--shape 1500 --initializer random_uniform", "shift", "8 elements ahead", "2 groups of 4")
    wide = make("--shape 500 --initializer random_normal", "float64")
    diff(wide[:400], wide[10:410], "shift", "5 groups of 2", back=False)


@case
def rounded():
    a = make("--shape 500 --initializer random_normal")
    diff(a, a.astype(np.float16).astype(np.float32), "rounded", "rounded to float16")
    chopped = (a.view(np.uint32) & np.uint32(0xFFFF0000)).view(np.float32)
    diff(a, chopped, "rounded", "cut, not rounded, to bfloat16")
    bits = a.view(np.uint32).astype(np.uint64)
    bits = (bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000
    diff(a, bits.astype(np.uint32).view(np.float32), "rounded", "rounded to bfloat16")
    wide = make("--shape 500 --initializer random_normal", "float64")
    diff(wide, wide.astype(np.float32).astype(np.float64), "rounded", "rounded to float32")
    verify(a.astype(np.float16).astype(np.float32), "--shape 500 --initializer random_normal", "rounded", "float16")


@case
def scale():
    a = make("--shape 500 --initializer random_normal")
    diff(a, make("--shape 500 --initializer random_normal --stddev 0.1"), "scale", "times the other", "scale",
         back=False)
    assert "2 times the other" in run("diff", "a.npy", "b.npy")[1]
    told(["diff", "b.npy", "a.npy"], "scale", ["the second is 0.5 times"])
    moved = make("--shape 500 --initializer random_normal --mean 1.0")
    told(["diff", "a.npy", save("b.npy", moved)], "scale", ["1 times the other and 1", "mean"])
    verify(moved, "--shape 500 --initializer random_normal", "scale", "and 1")


@case
def unknown_rounding():
    a = make("--shape 999 --initializer random_normal")
    b = a.copy()
    b.view(np.uint32)[::7] += 1
    told(["diff", save("a.npy", a), save("b.npy", b)], "rounding", ["as roundings do"])
    verify(b, "--shape 999 --initializer random_normal", "rounding")


@case
def other_values():
    diff(make("--shape 500"), make("--shape 500 --seed 1"), "values", back=False)
    verify(np.random.default_rng(1).uniform(-0.1, 0.1, 500).astype(np.float32), "--shape 500", "values")


@case
def single_elements():
    a = make("--shape 500")
    b = a.copy()
    b[[3, 77, 400]] = 1, 2, 3
    diff(a, b, "elements", back=False)
    verify(b, "--shape 500", "elements")
    integers = make("--shape 500 --initializer uniform_full_int", "int32")
    changed = integers.copy()
    changed[[5, 9]] ^= 1
    diff(integers, changed, "elements", back=False)


# --------------------------------------------------------------------------------------------------------- plans


@case
def dialect():
    verify(make("--shape 20,30 --dialect tf", "float64"), "--shape 20,30", "dialect", "tf instead of keras3",
           dtype="float64")
    verify(make("--shape 20,30", "float64"), "--shape 20,30 --dialect tf", "dialect", "keras3 instead of tf",
           dtype="float64")


@case
def seed():
    for initializer in ("glorot_uniform", "he_normal"):
        plain = f"--shape 20,30 --initializer {initializer}"
        verify(make(plain + " --seed 7"), plain + " --seed 42", "seed", "the seed 7 (")
        verify(make(plain + " --seed 42 --call 3"), plain + " --seed 42", "seed", "--call 3 instead of 0")
        verify(make(plain + " --seed-rule stateless --seed 5,8"), plain + " --seed-rule stateless --seed 8,5", "seed",
               "exchanged")
        verify(make(plain + " --seed-rule stateless --seed 5,9"), plain + " --seed-rule stateless --seed 5,8", "seed",
               "the second seed 9 (")
        others = (("stateful", "42,0", "stateful: the seed is the key ("), ("stateful", "87654321,42", "no graph seed"),
                  ("generator", "42", "the seed rule generator ("))
        for rule, seeds, words in others:
            verify(make(f"{plain} --seed-rule {rule} --seed {seeds}"), plain + " --seed 42", "seed", words)
        verify(make(plain + " --seed-rule stateful --seed 5,8"), plain + " --seed-rule stateful --seed 8,5", "seed",
               "exchanged")
        verify(make(plain + " --seed-rule stateful --seed 5,8"), plain + " --seed-rule stateful --seed 6,8", "seed",
               "the first seed 5 (")
        verify(make(plain + " --seed-rule keras2 --seed=-6"), plain + " --seed=-6", "seed", "the seed rule keras2 (")
        verify(make(plain + " --seed-rule generator --seed 42 --call 2"), plain + " --seed-rule generator --seed 42",
               "counter",
               f"{2 * 600 * 256} Philox blocks too late")
        verify(make(plain + " --seed 6"), plain + " --seed-rule stateless --seed 6,1", "seed", "the seed rule keras (")
        verify(make(plain + " --seed-rule stateless --seed=-6,3"), plain + " --seed-rule stateful --seed=-6,3", "seed",
               "the seed rule stateless (")
    verify(make("--shape 9 --seed 2 --initializer uniform_full_int", "int64"),
           "--shape 9 --initializer uniform_full_int",
           "seed", "the seed 2 (", dtype="int64")


@case
def matrices():
    plain = "--shape 50,60 --initializer orthogonal"
    verify(make(plain + " --seed-rule generator --seed 4"), plain + " --seed 4", "seed", "the seed rule generator")
    verify(make(plain + " --seed 4") * F(2), plain + " --seed 4", "scale", "2 times")
    verify(make(plain + " --seed 4"), plain + " --seed 5", "values")


@case
def counter():
    raw = "--shape 400 --seed-rule raw --seed 1,2,{},4,5,6"
    verify(make(raw.format(100 + 100)), raw.format(100), "counter", "100 Philox blocks too late")
    verify(make(raw.format(1000 - 300)), raw.format(1000), "counter", "300 Philox blocks too early")
    verify(make(raw.format(9 + 3 * 256 * 400)), raw.format(9), "counter", f"{3 * 256 * 400} Philox blocks too late")


@case
def shard():
    for shape, axis, parts in (((64, 128), 1, 4), ((3, 3, 16, 32), 3, 2), ((64, 128), 0, 8)):
        local = list(shape)
        local[axis] //= parts
        receptive = math.prod(shape[:-2])
        limit = math.sqrt(3.0 / (receptive * (local[-2] + local[-1]) / 2))
        whole, part = (",".join(map(str, s)) for s in (shape, local))
        verify(make(f"--shape {whole} --initializer random_uniform --minval {-limit!r} --maxval {limit!r}"),
               f"--shape {whole}", "shard", f"axis {axis} cut into {parts}")
        array = np.concatenate([make(f"--shape {part}")] * parts, axis=axis)
        verify(array, f"--shape {whole}", "shard", f"axis {axis} is cut into {parts}")


@case
def slices():
    plain = "--shape 20,30 --initializer he_normal"
    for cut in (" --slice 5:15,::2", " --slice :,20:30 --layout 1,0 --store-dtype bfloat16", " --slice 3:4,7:9 --store-dtype float16"):
        dtype = "bfloat16" if "bfloat16" in cut else "float32"

        def check(array, wanted, cause, words):
            save("wrong.npy", array, dtype == "bfloat16")
            told(["verify", "wrong.npy", *wanted.split()], cause, [words])

        def right(options):
            status, _, complaint = run("init", *options.split(), "-o", "right.npy")
            assert status == 0, complaint
            array = np.load("right.npy")
            return array.view(np.uint16) if dtype == "bfloat16" else array

        check(right(plain + " --seed 7" + cut), plain + " --seed 42" + cut, "seed", "the seed 7 (")
        check(right(plain + " --seed 42 --call 3" + cut), plain + " --seed 42" + cut, "seed", "--call 3 instead of 0")
        raw = "--shape 20,30 --seed-rule raw --seed 1,2,{},4,5,6"
        check(right(raw.format(1000 - 200) + cut), raw.format(1000) + cut, "counter", "200 Philox blocks too early")
        check(right(raw.format(9 + 3 * 256 * 600) + cut), raw.format(9) + cut, "counter", f"{3 * 256 * 600} Philox blocks too late")
        ranges = cut.split()[1]
        spread = [len(range(*eval(f"slice({','.join(part or 'None' for part in text.split(':'))})").indices(size)))
                  for text, size in zip(ranges.split(","), (20, 30))]
        alone = f"--shape {spread[0]},{spread[1]} --initializer he_normal"
        check(right(alone + cut.replace(f" --slice {ranges}", "")), plain + cut, "shard", "was planned as a tensor of its own")
    rows = "--shape 20,30 --seed 3 --slice {}:{},:"
    verify(make(rows.format(10, 15)), rows.format(5, 10), "slice", "holds 10:15 of axis 0 instead of 5:10")
    columns = "--shape 20,30 --seed 3 --layout 1,0 --slice :,{}:{}"
    verify(make(columns.format(0, 6)), columns.format(24, 30), "slice", "holds 0:6 of axis 1 instead of 24:30")


@case
def store():
    drawn = make("--shape 500 --initializer he_normal")
    verify(drawn.astype(np.float16), "--shape 500 --initializer he_normal", "store", "drawn in float32",
           dtype="float16")


# ----------------------------------------------------------------------------------------------------- arithmetic


SEED, COUNT = 3, 6000
F = np.float32


def words():
    key, start = reference.key_and_counter("keras", SEED)
    blocks = [reference.philox((start + group) & reference.MASK128, key) for group in range(COUNT // 4)]
    return [word for block in blocks for word in block]


def uniforms():
    return np.array([reference.uniform(word) for word in words()], F)


def log_of_glibc(u):
    return LIBM.logf(u)


def log_rounded(u):
    return F(math.log(u))


def turn_of_glibc(v):
    return F(LIBM.sinf(v)), F(LIBM.cosf(v))


def turn_rounded(v):
    return F(math.sin(v)), F(math.cos(v))


def angle_of_double(turn):
    return F(2 * math.pi * float(turn))


def angle_of_float(turn):
    return F(2 * math.pi) * F(turn)


def normals(log=log_of_glibc, turn=turn_of_glibc, angle=angle_of_double):
    """Box and Muller with other functions in it."""
    u, out = uniforms(), []
    for first, second in zip(u[0::2], u[1::2]):
        radius = np.sqrt(F(-2) * F(log(float(max(first, F(1e-7))))))
        sine, cosine = turn(float(angle(second)))
        out += [sine * radius, cosine * radius]
    return np.array(out, F)


def normals_in_double():
    u, out = uniforms().astype(np.float64), []
    for first, second in zip(u[0::2], u[1::2]):
        radius = math.sqrt(-2 * math.log(max(first, 1e-7)))
        out += [radius * math.sin(2 * math.pi * second), radius * math.cos(2 * math.pi * second)]
    return np.array(out).astype(F)


def in_two_steps(draws, scale, shift):
    return draws * F(scale) + F(shift)


def in_one_step(draws, scale, shift):
    """The product and the sum are exact in 64 bits but for a rounding far below float's."""
    return (draws.astype(np.longdouble) * F(scale) + np.longdouble(F(shift))).astype(F)


PLAIN = f"--shape {COUNT} --seed {SEED}"
UNIFORM = PLAIN + " --initializer random_uniform --minval -0.3 --maxval 0.5"
NORMAL = PLAIN + " --initializer random_normal --stddev 0.05"
RANGE = F(0.5) - F(-0.3)


def to_bfloat16(x):
    bits = x.astype(F).view(np.uint32).astype(np.uint64)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype(np.uint16)


@case
def the_rivals_are_right_without_a_cause():
    assert np.array_equal(in_two_steps(uniforms(), RANGE, -0.3), make(UNIFORM))
    assert np.array_equal(in_two_steps(normals(), 0.05, 0), make(NORMAL))


@case
def fused():
    verify(in_one_step(uniforms(), RANGE, -0.3), UNIFORM, "fused", "the second", "fused multiply-add")
    verify(in_one_step(normals(), 0.05, 0.3), NORMAL + " --mean 0.3", "fused", "fused multiply-add")
    low, draws = Fraction(-0.3), make(PLAIN + " --initializer random_uniform --minval 0 --maxval 1", "float64")
    scale = Fraction(0.5 - (-0.3))
    array = np.array([float(Fraction(u) * scale + low) for u in draws.tolist()])
    verify(array, UNIFORM + " --dialect tf", "fused", "fused multiply-add", dtype="float64")
    draws = make(PLAIN + " --initializer random_uniform --minval 0 --maxval 1", "float16").astype(F)
    low, scale = np.float16(-0.3), np.float16(F(np.float16(0.5)) - F(np.float16(-0.3)))
    verify(in_one_step(draws, scale, low).astype(np.float16), UNIFORM, "fused", "fused multiply-add", dtype="float16")


@case
def steps():
    stddev, mean = F(np.float16(0.05)), F(np.float16(0.3))
    verify((normals() * stddev + mean).astype(np.float16), NORMAL + " --mean 0.3", "steps",
           "round every step to float16",
           dtype="float16")
    early = ((normals() * stddev).astype(np.float16).astype(F) + mean).astype(np.float16)
    single = in_one_step(normals(), stddev, mean).astype(np.float16)
    for array in (early, single):
        verify(array, NORMAL + " --mean 0.3", "steps", "round every step to float16", dtype="float16")
    low = struct.unpack("<f", struct.pack("<I", 0x3E9A << 16))[0]  # 0.3 in bfloat16
    wide = struct.unpack("<f", struct.pack("<I", 0x3D4D << 16))[0]  # 0.05
    verify(to_bfloat16(normals() * F(wide) + F(low)), NORMAL + " --mean 0.3", "steps", "round every step to bfloat16",
           dtype="bfloat16")


@case
def angle():
    verify(in_two_steps(normals(angle=angle_of_float), 0.05, 0), NORMAL, "angle", "2 pi in float32")
    verify(in_one_step(normals(angle=angle_of_float), 0.05, 0.3), NORMAL + " --mean 0.3", "angle", "2 pi in float32",
           "with a fused multiply-add")
    verify(in_two_steps(normals(log=log_rounded, turn=turn_rounded, angle=angle_of_float), 0.05, 0), NORMAL, "angle")


@case
def libm():
    verify(in_two_steps(normals(log=log_rounded), 0.05, 0), NORMAL, "libm", "correctly rounded log (")
    verify(in_two_steps(normals(turn=turn_rounded), 0.05, 0), NORMAL, "libm", "correctly rounded sin and cos")
    verify(in_two_steps(normals(log=log_rounded, turn=turn_rounded), 0.05, 0), NORMAL, "libm",
           "rounded log, sin and cos")
    verify(in_two_steps(normals_in_double(), 0.05, 0), NORMAL, "libm", "in double")
    verify(in_one_step(normals(log=log_rounded), 0.05, 0.003), NORMAL + " --mean 0.003", "libm",
           "with a fused multiply-add")


def main():
    failed, chosen = 0, sys.argv[3:]
    os.makedirs(sys.argv[2], exist_ok=True)
    os.chdir(sys.argv[2])
    for function in CASES:
        if chosen and function.__name__ not in chosen:
            continue
        try:
            function()
            print(f"ok      {function.__name__}")
        except AssertionError as why:
            failed += 1
            print(f"FAILED  {function.__name__} (line {why.__traceback__.tb_next.tb_lineno}): {why}")
    with open(os.path.join(HERE, "../../docs/EXPLAIN.md"), encoding="utf-8") as document:
        written = set(re.findall(r"^\| `([a-z]+)` \|", document.read(), re.M))
    if not chosen and written != NAMED:
        failed += 1
        print(f"FAILED  docs/EXPLAIN.md lists {sorted(written ^ NAMED)} too much or too little")
    return 1 if failed else 0


CW = os.path.abspath(sys.argv[1])
sys.exit(main())
