#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""rivals.py BUILD RIVAL THREADS ELEMENTS: one row for each tensor that a rival can fill (rivals.sh).

Theirs and ours are timed in turn, on warm memory; the medians are printed. Whoever can fill memory that is there already is
asked to. "TensorFlow's bits": whether their tensor equals ours, which is TensorFlow's for the same seed.
"""
import ctypes
import pathlib
import statistics
import sys
import time

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tests" / "differential"))
import library  # noqa: E402

ROUNDS = 9
SEED = [7, 11]
SIDE = 1024
# What is drawn: our initializer and its arguments. Orthogonal is a matrix of SIDE * SIDE.
DRAWS = {"uniform": ("random_uniform", {"minval": 0.0, "maxval": 1.0}),
         "normal": ("random_normal", {"mean": 0.0, "stddev": 1.0}),
         "truncated": ("truncated_normal", {"mean": 0.0, "stddev": 1.0}),
         "glorot_uniform": ("glorot_uniform", {}), "he_normal": ("he_normal", {}), "orthogonal": ("orthogonal", {})}


class Options(ctypes.Structure):
    _fields_ = [("struct_size", library.U32), ("threads", library.U32), ("parallel_for", ctypes.c_void_p),
                ("user", ctypes.c_void_p), ("fp64", library.U32), ("reserved", library.U32)]


class Ours(library.Library):
    def __init__(self, build, threads):
        self.threads = threads
        super().__init__(build, "cpu")

    def open(self, build, device):
        options = Options(ctypes.sizeof(Options), self.threads, None, None, 0, 0)
        return self.core.cw_cpu_open(ctypes.byref(options), ctypes.byref(self.device), self.why)

    def filler(self, spec):
        """A function that fills warm memory, and one that gives the bytes there."""
        plan, c = library.Plan(), self.spec(spec)
        self.must(self.core.cw_plan_make(ctypes.byref(c), ctypes.byref(plan), self.why))
        self.plan = plan
        self.fill(ctypes.byref(plan))
        return lambda: self.core.cw_fill(self.device, ctypes.byref(plan), ctypes.byref(self.destination), self.why)


def keras_spec(draw, dtype, elements):
    name, arguments = DRAWS[draw]
    keras = draw in ("glorot_uniform", "he_normal", "orthogonal")
    shape = [SIDE, SIDE if draw == "orthogonal" else elements // SIDE] if keras else [elements]
    return {"initializer": name, "dtype": dtype, "shape": shape, "seed_rule": "keras" if keras else "stateless",
            "seed": SEED[0] if keras else SEED, "dialect": "keras3" if keras else "tf", **arguments}


# --------------------------------------------------------------------------------------------------------- rivals
# Each yields (name, draw, dtype, function); the function returns something that np.asarray takes.


def tensorflow(threads, elements):
    import tensorflow as tf
    import keras
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    stateless = {"uniform": tf.random.stateless_uniform, "normal": tf.random.stateless_normal,
                 "truncated": tf.random.stateless_truncated_normal}
    for dtype in ("float32", "bfloat16", "float64"):
        for draw, op in stateless.items():
            yield f"tf.random.{op.__name__}", draw, dtype, lambda op=op, dtype=dtype: op([elements], seed=SEED, dtype=dtype)
    wide, square = [SIDE, elements // SIDE], [SIDE, SIDE]
    for draw, one, shape in (("glorot_uniform", keras.initializers.GlorotUniform(seed=SEED[0]), wide),
                             ("he_normal", keras.initializers.HeNormal(seed=SEED[0]), wide),
                             ("orthogonal", keras.initializers.Orthogonal(seed=SEED[0]), square)):
        yield f"keras {type(one).__name__}", draw, "float32", lambda one=one, shape=shape: one(shape, dtype="float32")


def numpy(threads, elements):
    for generator in (np.random.Philox, np.random.PCG64):
        rng, name = np.random.Generator(generator(SEED[0])), f"numpy {generator.__name__}"
        for dtype in ("float32", "float64"):
            out = np.zeros(elements, dtype)
            yield name, "uniform", dtype, lambda rng=rng, out=out: rng.random(out=out, dtype=out.dtype)
            yield name, "normal", dtype, lambda rng=rng, out=out: rng.standard_normal(out=out, dtype=out.dtype)


def jax(threads, elements):
    import jax as j
    key = j.random.key(SEED[0])
    draws = {"uniform": lambda k, d: j.random.uniform(k, (elements,), d),
             "normal": lambda k, d: j.random.normal(k, (elements,), d),
             "truncated": lambda k, d: j.random.truncated_normal(k, -2.0, 2.0, (elements,), d)}
    for dtype in ("float32", "bfloat16"):
        for draw, f in draws.items():
            f = j.jit(f, static_argnums=1)
            yield "jax, threefry", draw, dtype, lambda f=f, dtype=dtype: f(key, dtype).block_until_ready()
    orthogonal = j.jit(lambda k: j.nn.initializers.orthogonal()(k, (SIDE, SIDE)))
    yield "jax", "orthogonal", "float32", lambda: orthogonal(key).block_until_ready()


def mkl(threads, elements):
    """The C interface of its vector statistics: Philox4x32x10, Box-Muller."""
    path = next(pathlib.Path(sys.prefix).rglob("libmkl_rt.so*"))
    m = ctypes.CDLL(str(path), mode=ctypes.RTLD_GLOBAL)
    stream, out = ctypes.c_void_p(), np.zeros(elements, np.float32)
    to, zero, one = out.ctypes.data_as(ctypes.c_void_p), ctypes.c_float(0.0), ctypes.c_float(1.0)
    philox = 16 << 20  # VSL_BRNG_PHILOX4X32X10
    if m.vslNewStream(ctypes.byref(stream), philox, ctypes.c_uint(SEED[0])):
        raise SystemExit("vslNewStream failed")

    def uniform():
        assert m.vsRngUniform(0, stream, elements, to, zero, one) == 0
        return out

    def normal():
        assert m.vsRngGaussian(1, stream, elements, to, zero, one) == 0  # VSL_RNG_METHOD_GAUSSIAN_BOXMULLER2
        return out

    yield "oneMKL Philox", "uniform", "float32", uniform
    yield "oneMKL Philox", "normal", "float32", normal


def torch(threads, elements):
    import torch as t
    t.set_num_threads(threads)
    for dtype, kind in (("float32", t.float32), ("bfloat16", t.bfloat16), ("float64", t.float64)):
        out = t.zeros(elements, dtype=kind)
        yield "torch", "uniform", dtype, lambda out=out: out.uniform_()
        yield "torch", "normal", dtype, lambda out=out: out.normal_()
        if dtype != "bfloat16":
            yield "torch", "truncated", dtype, lambda out=out: t.nn.init.trunc_normal_(out, 0.0, 1.0, -2.0, 2.0)
    square = t.zeros(SIDE, SIDE)
    yield "torch", "orthogonal", "float32", lambda: t.nn.init.orthogonal_(square)


# ---------------------------------------------------------------------------------------------------------- timing


def seconds(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def bits_of(tensor):
    if hasattr(tensor, "view") and type(tensor).__module__ == "torch":
        return tensor.contiguous().view(-1).view(__import__("torch").uint8).numpy().tobytes()
    return np.asarray(tensor).tobytes()


def main():
    build, rival, threads, elements = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    ours = Ours(build, threads)
    for name, draw, dtype, theirs in globals()[rival](threads, elements):
        spec = keras_spec(draw, dtype, elements)
        mine = ours.filler(spec)
        equal = bits_of(theirs()) == bytes(ours.fill(ctypes.byref(ours.plan)))
        pairs = [(seconds(theirs), seconds(mine)) for _ in range(ROUNDS + 1)][1:]
        count = elements if draw != "orthogonal" else SIDE * SIDE
        their, our = (statistics.median(column) / count * 1e9 for column in zip(*pairs))
        print(f"| {name} | {draw} | {dtype} | {threads} | {their:.3g} | {our:.3g} | {their / our:.1f} | "
              f"{'yes' if equal else 'no'} |", flush=True)
    ours.close()


main()
