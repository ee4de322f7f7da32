#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# tests/gpu.sh [BUILD]: the whole suite on a machine with a real NVIDIA GPU. Only its driver is needed: BUILD is a finished
# build folder, made with -DCW_TEST_CUDA_LIBRARY=libcuda.so.1 on this or another machine; without it, one is built here.
# Prints one table last and writes the same as BUILD/gpu.json. Exit status 0: all that ran is good; 1: something failed; 3:
# there is no GPU. Stronger than the software GPU: ptxas and the hardware take part, and times are real.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
unset CW_CUDA_LIBRARY
rows=()
failed=0

if ! ldconfig -p | grep -q 'libcuda\.so\.1' || ! nvidia-smi -L >/dev/null 2>&1; then
    echo "gpu: there is no NVIDIA GPU with a driver here (nvidia-smi -L lists none)"
    exit 3
fi
gpu=$(nvidia-smi --query-gpu=name,driver_version --format=csv,noheader | head -n 1)

# row NAME STATUS SECONDS TEXT
row() { rows+=("$1|$2|$3|$4"); printf '%-28s %-8s %7s s  %s\n' "$1" "$2" "$3" "$4"; }

# step NAME COMMAND...: runs it; 77 is a skip. Its output is kept in BUILD/gpu/NAME.log, its last line in the table.
step() {
    local name=$1 began=$SECONDS status=0 word=good
    shift
    "$@" >"$logs/$name.log" 2>&1 || status=$?
    if [ $status -eq 77 ]; then word=skipped; elif [ $status -ne 0 ]; then word=FAILED failed=1; fi
    row "$name" "$word" $((SECONDS - began)) "$(tail -n 1 "$logs/$name.log" | cut -c 1-100)"
}

if [ $# -ge 1 ]; then build=$(realpath "$1")
else
    build=$PWD/build-gpu
    ./setup.sh || exit 1
    cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCW_WITH_CUDA=ON -DCW_TEST_CUDA_LIBRARY=libcuda.so.1 >/dev/null &&
        cmake --build "$build" >/dev/null || exit 1
fi
cw=$build/bin/cw
logs=$build/gpu
mkdir -p "$logs"

for program in conformance proof misuse orthogonal capture; do
    [ -x "$build/bin/$program" ] && step "$program" "$build/bin/$program" cuda
done
step selftest "$cw" selftest --device cuda
for manifest in tests/golden/*.json examples/resnet50.json; do
    step "golden_$(basename "$manifest" .json)" "$cw" verify "$manifest" --device cuda
done
step cpu_and_cuda "$cw" diff examples/resnet50.json --device cpu --device cuda
if "$cw" devices | grep -q '^opencl:.*\(NVIDIA\|Tesla\|GeForce\|RTX\|[AHBL][0-9]\{2,3\}\)'; then
    device=$("$cw" devices | sed -n 's/^\(opencl:[0-9.]*\) .*\(NVIDIA\|Tesla\|GeForce\|RTX\|[AHBL][0-9]\{2,3\}\).*/\1/p' | head -n 1)
    step opencl_selftest "$cw" selftest --device "$device"
    step opencl_conformance "$build/bin/conformance" "$device"
else row opencl skipped 0 "no OpenCL of NVIDIA's (is /etc/OpenCL/vendors/nvidia.icd there?)"; fi
if command -v bats >/dev/null; then
    for file in golden selftest; do
        CW=$cw CW_SOURCE=$PWD CW_PYTHON=$(command -v python3) CW_TEST_DEVICES="cpu cuda" step "cli_$file" bats "tests/cli/$file.bats"
    done
else row cli skipped 0 "no bats (apt-get install bats)"; fi

# From PATH, a toolkit, or: pip install nvidia-cuda-sanitizer-api
sanitizer=$(command -v compute-sanitizer || find /usr/local/cuda/bin -name compute-sanitizer 2>/dev/null | head -n 1)
[ -n "$sanitizer" ] || sanitizer=$(python3 -c 'import nvidia, glob; print(glob.glob(list(nvidia.__path__)[0] + "/**/compute-sanitizer", recursive=True)[0])' 2>/dev/null)
if [ -n "$sanitizer" ]; then
    for tool in memcheck racecheck initcheck synccheck; do
        step "sanitizer_$tool" "$sanitizer" --tool "$tool" --error-exitcode 9 "$build/bin/conformance" cuda small
    done
else row sanitizer skipped 0 "no compute-sanitizer (pip install nvidia-cuda-sanitizer-api)"; fi
if "$cw" bench --help >/dev/null 2>&1; then step bench "$cw" bench --device cuda --quick
else row bench skipped 0 "this version has no cw bench"; fi

python3 - "$build/gpu.json" "$gpu" "${rows[@]}" <<'PY'
import json
import sys

fields = ("name", "result", "seconds", "last_line")
rows = [dict(zip(fields, line.split("|", 3))) for line in sys.argv[3:]]
json.dump({"gpu": sys.argv[2], "results": rows}, open(sys.argv[1], "w"), indent=2)
print(f"\n{sys.argv[2]}\n| test | result | s | |\n|---|---|---:|---|")
for r in rows:
    print("| {name} | {result} | {seconds} | {last_line} |".format(**r))
PY
exit $failed
