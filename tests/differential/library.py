# SPDX-License-Identifier: Apache-2.0
"""Counterweight's side: a spec through the C API of the shared libraries, and as a user would write it down."""
import collections
import ctypes
import json
import os
import pathlib
import pickle
import subprocess
import sys

import specs

Answer = collections.namedtuple("Answer", "data refusal")  # bytes of the tensor, or why there are none
U32, U64, I32, I64 = ctypes.c_uint32, ctypes.c_uint64, ctypes.c_int32, ctypes.c_int64
CANARY, ROOM = b"\xca", 64
MAX_RANK, ARGUMENTS = 16, 16


class Error(ctypes.Structure):
    _fields_ = [("status", ctypes.c_int), ("native", I32), ("text", ctypes.c_char * 256)]


class Number(ctypes.Structure):
    _fields_ = [("integer", I64), ("real", ctypes.c_double), ("kind", I32), ("reserved", I32)]


class Int192(ctypes.Structure):
    _fields_ = [("limb", U64 * 3)]


class Philox(ctypes.Structure):
    _fields_ = [("key", U32 * 2), ("counter", U32 * 4)]


class Axes(ctypes.Structure):
    _fields_ = [("given", ctypes.c_uint8), ("count", ctypes.c_uint8), ("axis", ctypes.c_int8 * MAX_RANK)]


class Spec(ctypes.Structure):
    _fields_ = [("struct_size", U32), ("initializer", ctypes.c_int), ("dtype", ctypes.c_int), ("dialect", ctypes.c_int),
                ("rank", U32), ("reserved", U32), ("shape", U64 * MAX_RANK), ("philox", Philox),
                ("argument", Number * ARGUMENTS), ("input_axes", Axes), ("output_axes", Axes)]


class Plan(ctypes.Structure):
    _fields_ = [("struct_size", U32), ("reserved", U32), ("decided", U64 * 127)]


class Destination(ctypes.Structure):
    _fields_ = [("struct_size", U32), ("backend", U32), ("memory", ctypes.c_void_p), ("offset", U64), ("bytes", U64),
                ("queue", ctypes.c_void_p), ("wait_list", ctypes.c_void_p), ("wait_count", U32), ("reserved", U32),
                ("event", ctypes.c_void_p), ("scratch", ctypes.c_void_p), ("scratch_offset", U64),
                ("scratch_bytes", U64)]


# What is called, with the types of what it returns and takes.
POINTER, STATUS = ctypes.c_void_p, ctypes.c_int
SIGNATURES = {
    "cw_initializer_from_name": (ctypes.c_int, ctypes.c_char_p), "cw_dtype_from_name": (ctypes.c_int, ctypes.c_char_p),
    "cw_dialect_from_name": (ctypes.c_int, ctypes.c_char_p), "cw_mode_from_name": (ctypes.c_int, ctypes.c_char_p),
    "cw_distribution_from_name": (ctypes.c_int, ctypes.c_char_p), "cw_argument_name": (ctypes.c_char_p, ctypes.c_int),
    "cw_status_name": (ctypes.c_char_p, ctypes.c_int), "cw_version": (ctypes.c_char_p,),
    "cw_philox_keras": (Philox, I64, I64), "cw_philox_keras2": (Philox, I64), "cw_philox_stateless": (Philox, I64, I64),
    "cw_philox_stateful": (Philox, Int192, Int192), "cw_philox_generator": (Philox, Int192),
    "cw_philox_after_calls": (Philox, Philox, U64, U64), "cw_plan_make": (STATUS, POINTER, POINTER, POINTER),
    "cw_plan_bytes": (U64, POINTER), "cw_plan_scratch": (U64, POINTER),
    "cw_cpu_open": (STATUS, POINTER, POINTER, POINTER),
    "cw_allocate": (STATUS, POINTER, U64, POINTER, POINTER), "cw_release": (None, POINTER, POINTER),
    "cw_write": (STATUS, POINTER, POINTER, POINTER, U64, POINTER),
    "cw_read": (STATUS, POINTER, POINTER, POINTER, U64, POINTER),
    "cw_fill": (STATUS, POINTER, POINTER, POINTER, POINTER), "cw_device_close": (None, POINTER),
}


def int192(n):
    return Int192((U64 * 3)(*(n >> shift & 2**64 - 1 for shift in (0, 64, 128))))


def signed(n):
    return n - 2**64 if n >= 2**63 else n


class Library:
    """The shared libraries of one build folder, and one device."""

    def __init__(self, build, device):
        self.core = self.load(build, "core")
        for name, (result, *arguments) in SIGNATURES.items():
            function = getattr(self.core, name)
            function.restype, function.argtypes = result, arguments
        self.error = Error()
        self.why = ctypes.byref(self.error)
        self.argument = {self.core.cw_argument_name(i).decode(): i
                         for i in range(ARGUMENTS) if self.core.cw_argument_name(i)}
        self.device = ctypes.c_void_p()
        self.must(self.open(build, device))
        self.destination, self.scratch = Destination(), Destination()

    @staticmethod
    def load(build, name):
        path = next(pathlib.Path(build).rglob(f"libcounterweight_{name}.so"), None)
        if not path:
            raise SystemExit(f"no libcounterweight_{name}.so in {build} (configure with -DBUILD_SHARED_LIBS=ON)")
        return ctypes.CDLL(str(path), mode=ctypes.RTLD_GLOBAL)

    def open(self, build, device):
        kind, _, at = device.partition(":")
        to = ctypes.byref(self.device)
        if kind == "cpu":
            return self.core.cw_cpu_open(None, to, self.why)
        numbers = [int(n) for n in at.split(".") if n] or ([0, 0] if kind == "opencl" else [0])
        function = getattr(self.load(build, kind), f"cw_{kind}_open_index")
        return function(*(U32(n) for n in numbers), to, self.why)

    def must(self, status):
        if status:
            raise RuntimeError(f"{self.core.cw_status_name(status).decode()}: {self.error.text.decode()}")

    def philox(self, spec, elements):
        core, seed, call = self.core, spec["seed"], spec.get("call", 0)
        rule = spec["seed_rule"]
        if rule == "keras":
            return core.cw_philox_keras(seed, call)
        if rule == "raw":
            return Philox((U32 * 2)(*seed[:2]), (U32 * 4)(*seed[2:]))
        if rule == "keras2":
            return core.cw_philox_keras2(seed)
        if rule == "stateless":
            return core.cw_philox_stateless(*seed)
        start = core.cw_philox_generator(int192(seed)) if rule == "generator" else core.cw_philox_stateful(
            int192(seed[0]), int192(seed[1]))
        return core.cw_philox_after_calls(start, call, elements)

    def number(self, name, x):
        if name in ("mode", "distribution"):
            return Number(getattr(self.core, f"cw_{name}_from_name")(x.encode()), 0.0, 1, 0)
        if isinstance(x, float):
            return Number(0, x, 2, 0)
        return Number(signed(x), 0.0, 3 if x >= 2**63 else 1, 0)

    def spec(self, spec):
        core, shape = self.core, spec["shape"]
        elements = 0 if 0 in shape else 1
        for n in shape:
            elements *= n
        c = Spec(ctypes.sizeof(Spec), core.cw_initializer_from_name(spec["initializer"].encode()),
                 core.cw_dtype_from_name(spec["dtype"].encode()), core.cw_dialect_from_name(spec["dialect"].encode()),
                 len(shape), 0, (U64 * MAX_RANK)(*shape), self.philox(spec, elements))
        for name, x in specs.arguments_of(spec).items():
            if name.endswith("_axes"):
                setattr(c, name, Axes(1, len(x), (ctypes.c_int8 * MAX_RANK)(*x)))
            else:
                c.argument[self.argument[name]] = self.number(name, x)
        return c

    def release(self, memory):
        if memory.bytes:
            self.core.cw_release(self.device, ctypes.byref(memory))

    def make_room(self, memory, size):
        """Memory is kept from spec to spec, and only grows."""
        if size > memory.bytes:
            self.release(memory)
            self.must(self.core.cw_allocate(self.device, max(2 * size, 1 << 16), ctypes.byref(memory), self.why))

    def lend(self, size):
        """cw_lend, which is inline."""
        self.make_room(self.scratch, size)
        to, scratch = self.destination, self.scratch
        to.scratch, to.scratch_offset, to.scratch_bytes = scratch.memory, scratch.offset, scratch.bytes

    def fill(self, plan):
        """The tensor's bytes, from memory that is known to hold something else and is longer than it."""
        size = self.core.cw_plan_bytes(plan)
        self.make_room(self.destination, size + ROOM)
        self.lend(self.core.cw_plan_scratch(plan))
        to, buffer = ctypes.byref(self.destination), ctypes.create_string_buffer(size + ROOM)
        ctypes.memset(buffer, CANARY[0], size + ROOM)
        self.must(self.core.cw_write(self.device, to, buffer, size + ROOM, self.why))
        self.must(self.core.cw_fill(self.device, plan, to, self.why))
        self.must(self.core.cw_read(self.device, to, buffer, size + ROOM, self.why))
        if buffer[size:] != CANARY * ROOM:
            raise RuntimeError("bytes after the tensor were written")
        return memoryview(buffer)[:size]

    def __call__(self, spec):
        plan, c = Plan(), self.spec(spec)
        status = self.core.cw_plan_make(ctypes.byref(c), ctypes.byref(plan), self.why)
        if status:
            return Answer(None, f"{self.core.cw_status_name(status).decode()}: {self.error.text.decode()}")
        return Answer(self.fill(ctypes.byref(plan)), None)

    def close(self):
        self.release(self.destination)
        self.release(self.scratch)
        self.core.cw_device_close(self.device)


class Remote:
    """A Library in a process of its own: PoCL and TensorFlow bring an LLVM each, and do not bear each other's."""

    def __init__(self, build, device):
        self.process = subprocess.Popen([sys.executable, __file__, build, device], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)

    def __call__(self, spec):
        try:
            pickle.dump(spec, self.process.stdin)
            self.process.stdin.flush()
            size, refusal = pickle.load(self.process.stdout)
        except (EOFError, BrokenPipeError):
            raise RuntimeError(f"the library's process ended with {self.process.wait()} at {command(spec)}") from None
        return Answer(None, refusal) if refusal else Answer(self.process.stdout.read(size), None)

    def close(self):
        self.process.stdin.close()
        if self.process.wait():
            raise RuntimeError(f"the library's process ended with {self.process.returncode}")


def serve(build, device):
    """Remote's other side. A driver that prints does so on stderr."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    ours = Library(build, device)
    while True:
        try:
            answer = ours(pickle.load(sys.stdin.buffer))
        except EOFError:
            break
        pickle.dump((None if answer.data is None else len(answer.data), answer.refusal), answers)
        answers.write(answer.data or b"")
        answers.flush()
    ours.close()


# ------------------------------------------------------------------------------------------------------ reproductions


def manifest_value(key, value):
    """Integers over 64 bits are strings in a manifest."""
    if isinstance(value, list) and key == "seed":
        return [manifest_value(key, n) for n in value]
    return str(value) if isinstance(value, int) and not -2**63 <= value < 2**63 else value


def manifest(spec):
    """A manifest with this one tensor. NaN and infinities appear as Python writes them, which no manifest may have."""
    entry = {"name": "t", **{key: manifest_value(key, value) for key, value in spec.items()}}
    return json.dumps({"counterweight": 1, "tensors": [entry]})


def option_value(value):
    if isinstance(value, list):
        return ",".join(map(str, value)) or "()"
    return repr(value) if isinstance(value, float) else str(value)


def command(spec):
    options = [f"--{key.replace('_', '-')}='{option_value(value)}'" for key, value in spec.items()]
    return " ".join(["cw digest", *options])


if __name__ == "__main__":
    serve(*sys.argv[1:])
