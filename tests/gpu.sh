#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# gpu.sh [--dry-run] [-o FILE] [BUILD]: all that only a machine with an NVIDIA GPU can show, in one command. BUILD is a
# finished build folder, which may come from another machine: then the driver, python3 and the libraries that cw is linked
# to are all that is needed, and what needs more (bats, NumPy) says that it did not run. Without BUILD, build/ is made.
#
# Prints a table last and writes it as JSON to FILE (BUILD/gpu/gpu.json); BUILD/gpu/ keeps every log. Exit status: 0 all
# that ran is good, 1 something is not, 2 wrong usage or no build, 3 no GPU. A test that skips itself is not good, nor is
# one that the build lacks.
# CW_CUDA_LIBRARY names another driver, whose device the table then names. --dry-run prints the commands instead.
set -uo pipefail
source=$(cd "$(dirname "$0")/.." && pwd)
dry='' json='' build=''

# The programs behind the CTest cases *_cuda; each takes a device.
programs=(conformance long proof misuse slices batch orthogonal)
cuda_programs=(capture)

stop() {
    echo "gpu.sh: $2" >&2
    exit "$1"
}

while [ $# -gt 0 ]; do
    case $1 in
    --dry-run) dry=1 ;;
    -o) [ $# -gt 1 ] || stop 2 "-o needs a file"; json=$2; shift ;;
    -*) stop 2 "there is no option $1 (gpu.sh [--dry-run] [-o FILE] [BUILD])" ;;
    *) [ -z "$build" ] || stop 2 "one build folder at a time"; build=$1 ;;
    esac
    shift
done
command -v python3 >/dev/null || stop 2 "python3 is needed"

[ -z "$build" ] || build=$(realpath -m "$build")
[ -z "$json" ] || json=$(realpath -m "$json")
cd "$source" || exit 2

# ------------------------------------------------------------------------------------------------------------- steps

# Results are lines of name, result, seconds and a note, between tabs.
record() { printf '%s\t%s\t%s\t%s\n' "$@" >>"$logs/steps"; }

not_run() {
    if [ -n "$dry" ]; then echo "$1: not run: $2"
    else record "$1" "not run" 0 "$2"; fi
}

# The line of a log that says most, for the table.
said() { grep -m 1 -E '^(SKIP|FAIL|ERROR)|^not ok|FAILED|ERROR SUMMARY' "$1" | tr '\t' ' ' | cut -c 1-120; }

# step NAME COMMAND...: a test program. 77 is CTest's code for a test that skipped itself.
step() {
    local name=$1 status=0 begin=$EPOCHREALTIME result=good note
    shift
    if [ -n "$dry" ]; then echo "$name: $*"; return; fi
    timeout 1800 "$@" >"$logs/$name.log" 2>&1 </dev/null || status=$?
    note=$(grep -m 1 -o '# skip.*' "$logs/$name.log") # of bats, which leaves out a part of a file
    if [ $status -ne 0 ]; then
        result=bad note="exit status $status: $(said "$logs/$name.log")"
        [ $status -ne 77 ] || note="skipped itself: $(said "$logs/$name.log")"
        [ $status -ne 124 ] || note="took over half an hour"
    fi
    record "$name" $result "$(python3 -c "print(round($EPOCHREALTIME - $begin, 1))")" "$note"
    echo "$name: $result $note"
}

# program NAME PROGRAM ARGUMENT...: of the build folder.
program() {
    local name=$1 file=$build/bin/$2
    shift 2
    if [ -n "$dry" ] || [ -x "$file" ]; then step "$name" "$file" "$@"
    else record "$name" bad 0 "the build has no ${file##*/}"; fi
}

# ---------------------------------------------------------------------------------------------------- what is tested

cuda_programs() {
    for name in "${programs[@]}" "${cuda_programs[@]}"; do program "${name}_cuda" "$name" cuda; done
    program long_cuda_tiles long cuda 300
    program selftest_cuda cw selftest --device cuda --json
    for name in tests/golden/*.json tests/models/gpt2.json examples/resnet50.json; do
        program "golden_$(basename "$name" .json)_cuda" cw verify "$name" --device cuda
    done
    program example_cuda_own_stream ../examples/cuda_own_stream
    program cpu_and_cuda cw diff examples/resnet50.json --device cpu --device cuda
}

# The driver's own compiler makes machine code from the PTX, instead of ptxas's that is embedded.
cuda_from_ptx() {
    export CUDA_FORCE_PTX_JIT=1 CUDA_CACHE_DISABLE=1
    for name in conformance proof; do program "${name}_cuda_from_ptx" "$name" cuda; done
    unset CUDA_FORCE_PTX_JIT CUDA_CACHE_DISABLE
}

# What the software GPU takes for the results of instructions, by the hardware.
hardware_instructions() {
    local expected=$build/tests/softgpu/expected.txt
    if [ -x "$build/bin/softgpu_instructions" ] && [ -e "$expected" ]; then
        program instructions_cuda softgpu_instructions "${CW_CUDA_LIBRARY:-libcuda.so.1}" "$expected"
    else record instructions_cuda bad 0 "the build has no software GPU"; fi
}

# Sanitizers of device code, each over the whole of the small conformance test.
sanitizers() {
    local tool program why='' cache=${XDG_CACHE_HOME:-$HOME/.cache}/counterweight/sanitizer-13.5/bin
    program=$(PATH=$PATH:/usr/local/cuda/bin:$cache command -v compute-sanitizer)
    if [ -z "$program" ]; then why="no compute-sanitizer (cuda/fetch.sh sanitizer)"
    elif [ -z "$dry" ] && ! "$program" echo started 2>&1 | grep -q '^started'; then
        why="compute-sanitizer cannot start a program here"
    fi
    for tool in memcheck initcheck racecheck synccheck; do
        if [ -n "$why" ]; then not_run "sanitizer_$tool" "$why"
        else step "sanitizer_$tool" "$program" --tool "$tool" --error-exitcode 1 "$build/bin/conformance" cuda small; fi
    done
}

python_with_numpy() {
    local candidate
    for candidate in python3 /usr/bin/python3; do
        "$candidate" -c 'import numpy' 2>/dev/null && command -v "$candidate" && return
    done
}

orthogonal_goldens() {
    local python what
    python=$(python_with_numpy)
    for what in goldens kernels definition; do
        if [ -z "$python" ]; then not_run "orthogonal_${what}_cuda" "there is no Python with NumPy"
        else step "orthogonal_${what}_cuda" "$python" tests/orthogonal/check.py "$build/bin/cw" cuda "$what"; fi
    done
}

# command_line SUFFIX DEVICES FILE...: tests of cw, which include the goldens.
command_line() {
    local suffix=$1 devices=$2 file name python why=''
    shift 2
    python=$(python_with_numpy)
    command -v bats >/dev/null || why="bats is not installed"
    [ -n "$python" ] || why="there is no Python with NumPy"
    for file in "$@"; do
        name=cli_$(basename "$file" .bats)$suffix
        if [ -n "$why" ]; then not_run "$name" "$why"
        else step "$name" env CW="$build/bin/cw" CW_SOURCE="$source" CW_PYTHON="$python" CW_TEST_DEVICES="$devices" \
            bats "$file"; fi
    done
}

# The OpenCL device that is this GPU has its name.
opencl_id() {
    "$build/bin/cw" devices --json 2>/dev/null | python3 -c '
import json, sys
listed = {b["backend"]: b["devices"] for b in json.load(sys.stdin)["backends"]}
print(next((o["id"] for o in listed["opencl"] for c in listed["cuda"][:1] if o["name"] == c["name"]), ""))' 2>/dev/null
}

opencl() {
    local id=opencl:P.D name
    [ -n "$dry" ] || id=$(opencl_id)
    for name in "${programs[@]}"; do
        if [ -z "$id" ]; then not_run "${name}_opencl" "OpenCL does not list this GPU (is NVIDIA's ICD installed?)"
        else program "${name}_opencl" "$name" "$id"; fi
    done
    if [ -n "$id" ]; then
        program selftest_opencl cw selftest --device "$id" --json
        # shellcheck disable=SC2046,SC2016 # a list of files, those that ask for the devices
        command_line _opencl "$id" $(grep -l '$(devices)' tests/cli/*.bats)
    fi
}

benchmarks() {
    if [ -z "$dry" ] && ! "$build/bin/cw" bench --help >/dev/null 2>&1; then not_run bench "this cw has no bench"
    else program bench cw bench --device cuda --json; fi
}

# ------------------------------------------------------------------------------------------------------------ report

# Prints "NAME<tab>compute capability<tab>driver's CUDA", or fails and says why.
ask_driver() {
    python3 - "${CW_CUDA_LIBRARY:-libcuda.so.1}" <<'END'
import ctypes
import sys

try:
    cuda = ctypes.CDLL(sys.argv[1])
except OSError as error:
    sys.exit(f"{error}")
name, number = ctypes.create_string_buffer(256), [ctypes.c_int() for _ in range(5)]
count, device, major, minor, version = number
calls = [(cuda.cuInit, 0), (cuda.cuDeviceGetCount, ctypes.byref(count)), (cuda.cuDeviceGet, ctypes.byref(device), 0),
         (cuda.cuDeviceGetName, name, 256, device), (cuda.cuDriverGetVersion, ctypes.byref(version)),
         (cuda.cuDeviceGetAttribute, ctypes.byref(major), 75, device),  # COMPUTE_CAPABILITY_MAJOR, _MINOR
         (cuda.cuDeviceGetAttribute, ctypes.byref(minor), 76, device)]
for function, *arguments in calls:
    code = function(*arguments)
    if code:
        sys.exit(f"{function.__name__} returns {code}")
print(name.value.decode(), f"{major.value}.{minor.value}", f"{version.value // 1000}.{version.value % 1000 // 10}",
      sep="\t")
END
}

# report GPU: the table and the JSON. Fails if something is bad, or nothing is good.
report() {
    local revision
    revision=$(git -C "$source" describe --always --dirty 2>/dev/null || true)
    python3 - "$1" "$logs" "$json" "$revision" <<'END'
import datetime
import json
import pathlib
import sys

gpu, logs, file, revision = sys.argv[1:]
steps = [dict(zip(("name", "result", "seconds", "note"), line.split("\t")))
         for line in (pathlib.Path(logs) / "steps").read_text().splitlines()]
for step in steps:
    step["seconds"] = float(step["seconds"])


def load(name):
    """A step's JSON, as far as it printed one."""
    try:
        return json.loads((pathlib.Path(logs) / f"{name}.log").read_text())
    except (OSError, ValueError):
        return None


count = {result: sum(step["result"] == result for step in steps) for result in ("good", "bad", "not run")}
about = dict(zip(("name", "compute_capability", "driver_cuda"), gpu.split("\t")))
result = {"gpu": about, "source": revision or None,
          "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
          **{word.replace(" ", "_"): n for word, n in count.items()}, "steps": steps,
          "selftest": load("selftest_cuda"), "bench": load("bench")}
pathlib.Path(file).write_text(json.dumps(result, indent=2) + "\n")

print(f"\n{about['name']}, compute capability {about['compute_capability']}, driver for CUDA {about['driver_cuda']}")
width = max(len(step["name"]) for step in steps)
for step in steps:
    print(f"{step['name']:{width}}  {step['result']:7}  {step['seconds']:8.1f} s  {step['note']}".rstrip())
print(f"{count['good']} good, {count['bad']} bad, {count['not run']} not run; written to {file}")
sys.exit(count["bad"] > 0 or count["good"] == 0)
END
}

# -------------------------------------------------------------------------------------------------------------- main

make_build() {
    build=$source/build
    if ! cmake -S "$source" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCW_WITH_CUDA=ON ||
        ! cmake --build "$build"; then
        stop 2 "the project cannot be built here (give a finished build folder)"
    fi
}

all() {
    cuda_programs
    cuda_from_ptx
    hardware_instructions
    sanitizers
    orthogonal_goldens
    command_line _cuda "cpu cuda" tests/cli/*.bats
    opencl
    benchmarks
}

if [ -n "$dry" ]; then
    build=${build:-build}
    all
    exit 0
fi
gpu=$(ask_driver 2>&1) || stop 3 "no NVIDIA GPU, nothing was tested: $gpu"
if [ -n "$build" ]; then
    [ -x "$build/bin/cw" ] || stop 2 "$build is no finished build: it has no bin/cw"
else make_build; fi
logs=$build/gpu
mkdir -p "$logs" && rm -f "$logs"/*.log "$logs/steps"
json=${json:-$logs/gpu.json}
all
report "$gpu"
