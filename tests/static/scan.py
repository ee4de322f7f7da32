#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the compilers made of the numeric text: nothing contracted, no function of a vendor or of libm.

scan.py ptx SOURCE KERNELS.PTX       the CUDA kernels
scan.py objects FILE                 the library's undefined symbols
scan.py contraction OBJECT           the reference, compiled with the library's flags for a CPU with FMA
scan.py lanes LIBRARY                the library's objects
scan.py opencl EMBEDDED              the OpenCL source as it is embedded
scan.py flags SOURCE                 the build files and backends
"""
import collections
import pathlib
import re
import subprocess
import sys

failures = []


def expect(holds, complaint):
    if not holds:
        failures.append(complaint)


def body(text, function):
    """The text of a function of the numeric text, from its name to the brace in column 0."""
    return re.search(rf"CWN_FN \w+ {function}\(.*?^}}", text, re.S | re.M).group()


def unrolled(text):
    """The fused multiply-adds of a function whose loop is of one statement or one block and is unrolled."""
    head, times, loop, rest = re.match(r"(.*)for \(int i = 0; i < (\d+); i\+\+\)( {.*?^    }| [^\n]*)(.*)", text, re.S | re.M).groups()
    return (head + rest).count("cwn_fma(") + int(times) * loop.count("cwn_fma(")


def groups(kernel):
    """How many groups a kernel's code draws. All draw one by the definition; then there are the eight of a tile and the one, or two of
    16 bits, of what is left of it; the five of truncated normals; the four of a strip and one of either rest of a run."""
    if kernel in ("fill_normal_float64", "slice_normal_float64"):
        return 2 if kernel.startswith("fill") else 3  # no eight, no strip
    kind = re.fullmatch("(fill|slice)_(truncated_)?normal_(float32|b?float16)", kernel)
    if not kind or kind[1] == "slice" and kind[2]:
        return 1
    return 1 + (6 if kind[1] == "slice" else 5 if kind[2] else 9 if kind[3] == "float32" else 10)


def fmas(source):
    """How many fused multiply-adds each kernel has if nothing is contracted: those of the text, times how often a group
    goes through it."""
    text = (source / "core/numeric/normal.h").read_text()
    radius, turn = (body(text, f).count("cwn_ma(") for f in ("cwn_radius", "cwn_turn"))
    turn += body(text, "cwn_angle").count("cwn_count_times(")
    text64 = (source / "core/numeric/normal64.h").read_text()
    double = sum(body(text64, f"cwn_{f}64{end}").count("cwn_fma(") for f, end in (
        ("log", "_far"), ("log", "_near"), ("radius", ""), ("reduce", ""), ("sine", ""), ("cosine", ""), ("turn", "")))
    text = (source / "core/numeric/exact.h").read_text()
    root, quotient = (unrolled(body(text, f"cwn_exact_{f}")) for f in ("root", "quotient"))
    double += root
    circle = sum(body(text64, f"cwn_{f}64").count("cwn_fma(") for f in ("reduce", "sine", "cosine"))
    expected = {"fill_radius": 4 * radius, "fill_sine": 4 * turn, "fill_cosine": 4 * turn}
    tables = (source / "core/numeric/launch.h").read_text()
    rounded = re.findall(r"ROW\((\w+),\s+CWN_", "".join(re.findall(r"#define CWN_(?:WIDE|ROUND|ROUND_COPY)_TABLE(?:.*\\\n)+.*", tables)))
    for name in re.findall(r"ROW\((\w+),\s+CWN_", tables):
        count = 0 if "normal" not in name else double if name.endswith("float64") else 2 * (radius + turn)
        if "stft" in name:  # two kinds of windows have cosines or sines, and in float64 the filters, too
            count = (3 if name.endswith("float64") else 2) * circle + QUOTIENTS * quotient
        if not name.startswith("copy"):
            expected.setdefault(f"fill_{name}", count * groups(f"fill_{name}"))
        if f"fill_{name}" not in PROOFS:
            expected[f"slice_{name}"] = count * groups(f"slice_{name}")
        if name in rounded:
            expected[f"round_{name}"] = count
    return expected


# Without .rn, ptxas and the driver's compiler may contract a product and a sum. What is not named here is a vendor's
# approximation, or flushes, or is something to think about first.
ARITHMETIC = {"add.rn.f32", "sub.rn.f32", "mul.rn.f32", "add.rn.f64", "sub.rn.f64", "mul.rn.f64", "fma.rn.f64",
              "neg.f64", "setp.lt.f64", "setp.ge.f64", "cvt.rn.f32.f64", "cvt.f64.f32"}
# The root of a radius begins at an approximation: tests/exact.c tries all that it may give.
ROOT = {"rsqrt.approx.ftz.f32", "fma.rn.f32", "neg.f32"}
ROOT_FMAS = 3
# To float16 and back: to nearest, ties to even, with denormals.
HALF = {"cvt.rn.f16.f32", "cvt.f32.f16"}
PROOFS = {"fill_radius", "fill_sine", "fill_cosine"}
# Besides, in stft: counts as numbers, comparisons; and how many quotients there are.
STFT = {"cvt.rn.f32.u64", "cvt.rn.f64.s32", "cvt.rn.f64.u32", "cvt.rn.f64.u64", "cvt.rzi.s32.f64",
        "neg.f32", "setp.eq.f64", "setp.gt.f64", "setp.gtu.f32"}
QUOTIENTS = 7
MOVES = ("mov.", "selp.", "ld.param.", "ld.global.", "st.global.", "ld.shared.", "st.shared.")


def ptx(source, file):
    text = pathlib.Path(file).read_text()
    expected = fmas(pathlib.Path(source))
    kernels = re.findall(r"\.entry cw_((?:fill|slice|round)_\w+)\((.*?)^}", text, re.S | re.M)
    expect({name for name, _ in kernels} == set(expected), f"the kernels are {[name for name, _ in kernels]}")
    for name, code in kernels:
        found = re.findall(r"^\s*(?:@!?%p\d+\s+)?([a-z]\w*(?:\.\w+)+|call|ret)\b", code, re.M)
        instructions = collections.Counter(found)
        floats = {i for i in instructions if re.search(r"\.f(16|32|64)", i) and not i.startswith(MOVES)}
        has_root = name == "fill_radius" or re.search("normal_(float32|b?float16)$", name)
        has_half = name.startswith("round_") or re.search(r"_float16$", name)
        allowed = ARITHMETIC | (HALF if has_half else set()) | (STFT if "_stft_" in name else set()) | (ROOT if has_root else set())
        expect(floats <= allowed, f"{name}: {sorted(floats - allowed)}")
        roots = instructions["rsqrt.approx.ftz.f32"]
        wanted = 0 if not has_root else 4 if name in PROOFS else 2 * groups(name)
        expect(roots == wanted, f"{name}: {roots} roots")
        expect(instructions["fma.rn.f32"] == roots * ROOT_FMAS, f"{name}: {instructions['fma.rn.f32']} fma.rn.f32")
        fused = instructions["fma.rn.f64"]
        expect(fused == expected.get(name), f"{name}: {fused} fma.rn.f64, the text has {expected.get(name)}")
        print(f"{name:31} {fused:3} fma.rn.f64, all of the text's; float instructions: {' '.join(sorted(floats))}")
    for instruction in HALF | ROOT:
        text = text.replace(instruction, "")
    for word in (r"\.ftz", r"\.approx", r"\bcall\b", r"\.func\b", r"\.f16"):
        expect(not re.search(word, text), f"the PTX has {word}")
    local = set(re.findall(r"\.entry (\w+)\((?:(?!^}).)*?\.local\b", text, re.S | re.M))
    expect(not local, f"{sorted(local)} use local memory")


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def objects(file):
    """sqrt is an instruction. vsnprintf and the like may be called; what rounds may not."""
    undefined = set(re.findall(r"\bU (\w+)", run("nm", "-u", file)))
    rounding = re.compile(r"_*(log|exp|pow|sin|cos|tan|sincos|sqrt|fma|hypot|cbrt|ldexp|rint|round)[a-z0-9]*"
                          r"|.*_finite|__(add|sub|mul|div|ext|trunc)[sdt]f.*")
    found = sorted(s for s in undefined if rounding.fullmatch(s))
    print(f"{len(undefined)} undefined symbols, of the kind of logf: {found or 'none'}")
    expect(not found, f"{file} calls {found}")
    expect(any("snprintf" in s for s in undefined), f"nm does not read {file}")


def contraction(file):
    """That the compiler could use FMA is seen by cwn_ma's, which are doubles. No float is ever fused."""
    code = run("objdump", "-d", "--no-show-raw-insn", file)
    count = collections.Counter(re.findall(r"\bvfn?m(?:add|sub|addsub|subadd)\d+([sp][sd])\b", code))
    print("fused:", dict(count))
    expect(count["sd"] + count["pd"] > 0, "no double is fused: this was not compiled for FMA, and shows nothing")
    expect(count["ss"] + count["ps"] == 0, "floats are fused")


# The products of matrices in float32 and float16 are defined as chains of fused multiply-adds of floats.
FLOAT_CHAINS = {f"cw_matrix_{step}_{dtype}" for step in ("project", "outer", "convolve", "apply") for dtype in ("float32", "float16")}


def lanes(file):
    """The same of what the CPU runs in lanes; and AVX-512 stays in the objects that are only run where there is it."""
    if file.endswith(".so"):
        print("a shared library does not show which object a function is of")
        return
    seen = set()
    for name, code in re.findall(r"^(\S+\.o): .*?\n(.*?)(?=^\S+\.o: |\Z)", run("objdump", "-d", "--no-show-raw-insn", file),
                                 re.S | re.M):
        fused = collections.Counter(re.findall(r"\bvfn?m(?:add|sub|addsub|subadd)\d+([sp][sd])\b", code))
        wide = "avx512" if "%zmm" in code else "avx2" if "%ymm" in code else "any"
        seen.add(wide)
        if wide != "any":
            print(f"{name}: {wide}, fused: {dict(fused)}")
        expect(fused["ps"] == 0, f"{name}: floats are fused in lanes")
        inside = {f for f, c in re.findall(r"^\S+ <(\w+)[^>]*>:\n(.*?)(?=^\S+ <|\Z)", code, re.S | re.M)
                  if re.search(r"\bvfn?m(?:add|sub)\d+ss\b", c)}
        expect(inside == (FLOAT_CHAINS if name.startswith("steps_") else set()), f"{name}: floats are fused in {sorted(inside)}")
        expect(wide in name or wide == "any", f"{name} has {wide}")
    expect(seen == {"avx512", "avx2", "any"}, f"objdump shows {seen}")


def opencl(file):
    lines = re.findall(r'^    "(.*)\\n",$', pathlib.Path(file).read_text(), re.M)
    text = re.sub(r"/\*.*?\*/", "", "\n".join(lines), flags=re.S)
    off, first = text.find("#pragma OPENCL FP_CONTRACT OFF"), re.search(r"^(CW[NL]_FN|kernel|static inline) ", text, re.M)
    expect(first and 0 <= off < first.start(), "FP_CONTRACT OFF is not in front of the first function")
    expect("FP_CONTRACT ON" not in text and "FP_CONTRACT DEFAULT" not in text, "FP_CONTRACT is turned on again")
    calls = re.findall(r"\b(?:native_|half_)\w+|\b(?:mad|log|exp|sin|cos|sincos|pow|rsqrt)\w*(?=\()", text)
    expect(not calls, f"the OpenCL source calls {sorted(set(calls))}")
    print(f"{len(text)} characters, contraction is off, calls of a vendor's functions: {sorted(set(calls)) or 'none'}")


def flags(source):
    fast = re.compile(r"-ffast-math|-Ofast|-funsafe-math|-ffinite-math|use_fast_math|-ffp-contract=(?!off)|--?fmad=true"
                      r"|-cl-(?:fast|mad|unsafe|denorms|finite|no-signed)|--ftz=true|-prec-(?:sqrt|div)=false")
    folder = pathlib.Path(source)
    files = [folder / "CMakeLists.txt"] + [f for part in ("cmake", "core", "opencl", "cuda", "cli", "bench")
                                           for f in (folder / part).rglob("*") if f.is_file()]
    for file in files:
        for found in fast.findall(file.read_text(errors="replace")):
            expect(False, f"{file.relative_to(folder)} has {found}")
    text = "".join(f.read_text() for f in files if f.name == "CMakeLists.txt")
    for needed in ("-ffp-contract=off", "--fmad=false"):
        expect(needed in text, f"no CMakeLists.txt has {needed}")
    print(f"{len(files)} files, none of them asks for fast arithmetic")


def main():
    what = {f.__name__: f for f in (ptx, objects, contraction, lanes, opencl, flags)}
    what[sys.argv[1]](*sys.argv[2:])
    for failure in failures:
        print("FAIL:", failure)
    sys.exit(bool(failures))


main()
