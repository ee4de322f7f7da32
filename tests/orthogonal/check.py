#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`orthogonal` of the tool against real Keras and against a second implementation of docs/NUMERICS.md.

    check.py CW DEVICE goldens      the digests of exact.json; the arrays of near.npz within the stated tolerances
    check.py CW DEVICE kernels      the same of kernels.json and kernels_near.npz, the convolution_ initializers
    check.py CW DEVICE definition   Cholesky's way in exact rational arithmetic, a bad matrix not among them
"""
import fractions
import json
import math
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent


def run(cw, *arguments):
    return subprocess.run([cw, *map(str, arguments)], capture_output=True, text=True, check=False)


def make(cw, device, shape, *more):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "t.npy"
        done = run(cw, "init", "--device", device, "--shape", ",".join(map(str, shape)), *(more if "--seed" in more else ("--seed", 5, *more)), "-o", path)
        if done.returncode:
            sys.exit(done.stderr)
        return np.load(path)


# ------------------------------------------------------------------------------------------------ against real Keras


def tolerance(name, ours, gain):
    """How far TensorFlow is from a QR that makes no errors: more for square matrices, as their last column is what is
    left over, and for float16 much more, since it computes in that type."""
    if name.split()[1] == "float16":
        return 3e-3 * abs(gain)
    columns = ours.shape[-1]
    rows = ours.size // columns
    square = max(rows, columns) < 1.5 * min(rows, columns)
    return abs(gain) * (2e-4 if square else 2e-6) * (1 if ours.dtype == np.float32 else 2.0**-29)


# Of kernels_near.npz: the largest differences are 5.8e-7, 1.9e-15 and 8.5e-3.
KERNEL_TOLERANCES = {"float32": 5e-6, "float64": 1e-14, "float16": 2e-2}


def check_near(cw, device):
    failures = 0
    for name, theirs in np.load(HERE / "near.npz").items():
        gain = float(name.split("=")[1])
        ours = make(cw, device, theirs.shape, "--initializer", "orthogonal", "--dtype", theirs.dtype, "--gain", gain)
        worst = float(np.abs(ours.astype(np.float64) - theirs.astype(np.float64)).max())
        bound = tolerance(name, ours, gain)
        failures += not worst <= bound
        print(f"{'ok  ' if worst <= bound else 'FAIL'} {name}: {worst:.3g} from Keras, at most {bound:.3g}")
    return failures


def check_near_kernels(cw, device):
    failures = 0
    for name, theirs in np.load(HERE / "kernels_near.npz").items():
        initializer, _, dtype = name.split()
        ours = make(cw, device, theirs.shape, "--initializer", initializer, "--dtype", dtype, "--seed-rule", "stateful",
                    "--seed", "5,1")
        worst = float(np.abs(ours.astype(np.float64) - theirs.astype(np.float64)).max())
        bound = KERNEL_TOLERANCES[dtype]
        failures += not worst <= bound
        print(f"{'ok  ' if worst <= bound else 'FAIL'} {name}: {worst:.3g} from TensorFlow, at most {bound:.3g}")
    return failures


def check_digests(cw, device, file):
    count = len(json.loads((HERE / file).read_text())["tensors"])
    done = run(cw, "digest", HERE / file, "--device", device)
    print(f"{count} tensors of {file}: {done.stderr.strip() or 'all digests are met'}")
    return done.returncode != 0 or len(done.stdout.splitlines()) != count + 1


def check_kernels(cw, device):
    return check_digests(cw, device, "kernels.json") + check_near_kernels(cw, device)


def check_goldens(cw, device):
    return check_digests(cw, device, "exact.json") + check_near(cw, device)


# --------------------------------------------------------------------------------------- against another implementation


def fma(a, b, c):
    return float(fractions.Fraction(a) * fractions.Fraction(b) + fractions.Fraction(c))


def gram(x):
    rows, n = len(x), len(x[0])
    g = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(i, n):
            for first in range(0, rows, 256):
                chunk = 0.0
                for k in range(first, min(first + 256, rows)):
                    chunk = fma(x[k][i], x[k][j], chunk)
                g[i][j] += chunk
    return g


def cholesky(g):
    n = len(g)
    r = [row[:] for row in g]
    for j in range(n):
        for i in range(j + 1):
            for k in range(i):
                r[i][j] = fma(-r[k][i], r[k][j], r[i][j])
            r[i][j] = math.sqrt(r[i][j]) if i == j else r[i][j] / r[i][i]
    return r


def solve(x, r):
    n = len(r)
    q = [row[:] for row in x]
    for row in q:
        for j in range(n):
            for k in range(j):
                row[j] = fma(-row[k], r[k][j], row[j])
            row[j] /= r[j][j]
    return q


def check_definition(cw, device):
    failures = 0
    for dtype, shape in (("float32", (300, 48)), ("float64", (50, 61))):
        draws = make(cw, device, shape, "--initializer", "random_normal", "--stddev", 1.0, "--dtype", dtype)
        x = draws.reshape(max(shape), min(shape)).astype(np.float64).tolist()
        for _ in range(2):
            x = solve(x, cholesky(gram(x)))
        gain = np.dtype(dtype).type(-1.3)
        q = np.array(x).astype(dtype)
        expected = (q.T if shape[0] < shape[1] else q) * gain
        ours = make(cw, device, shape, "--initializer", "orthogonal", "--gain", -1.3, "--dtype", dtype)
        differ = int((expected != ours).sum())
        failures += differ != 0
        print(f"{'FAIL' if differ else 'ok  '} {dtype} {shape}: {differ} of {ours.size} elements differ")
    return failures


def main():
    cw, device, what = sys.argv[1:]
    done = run(cw, "init", "--device", device, "--initializer", "ones", "--shape", 1)
    if done.returncode:
        print(f"SKIP: {done.stderr.strip()}" if device == "cuda" else done.stderr)
        return 77 if device == "cuda" and done.returncode == 3 else 1
    return 1 if {"goldens": check_goldens, "kernels": check_kernels, "definition": check_definition}[what](cw, device) else 0


if __name__ == "__main__":
    sys.exit(main())
