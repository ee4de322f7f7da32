#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# oclgrind.sh CONFORMANCE CACHE: the OpenCL kernels, and built programs on disk; oclgrind.sh LONG: tiles. Under Oclgrind, which watches every load and
# store, data races, uninitialized values and calls of the API. It ends with 0 whatever it finds, so its log has to be empty.
# The programs check the values as well, and must have run on Oclgrind's device.
# Kernels without lanes, and those with: of these Oclgrind 21.10 cannot tell what is initialized, and crashes where it tries.
# -cl-opt-disable: Oclgrind 21.10 cannot execute the annotations that LLVM 14 leaves where it inlines.
set -euo pipefail
if ! command -v oclgrind >/dev/null; then
    echo "SKIP: oclgrind is not installed (run ./setup.sh)"
    exit 77
fi
if nm "$1" | grep __asan_init >/dev/null; then
    echo "SKIP: Oclgrind is loaded before the program, which Address Sanitizer does not allow"
    exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# run LANES OPTION...
run() {
    local lanes=$1 status=0
    shift
    CW_OPENCL_LANES=$lanes oclgrind --log "$folder/log" --data-races --check-api --build-options -cl-opt-disable "$@" \
        "${program[@]}" >"$folder/out" 2>&1 || status=$?
    cat "$folder/out"
    case $(head -1 "$folder/out") in SKIP:*) exit "$status" ;; esac
    grep -q '^opencl:0.0: Oclgrind' "$folder/out" || { echo "FAIL: this was not Oclgrind's device"; exit 1; }
    if [ -s "$folder/log" ]; then
        head -40 "$folder/log"
        echo "FAIL: Oclgrind found the above"
        exit 1
    fi
    [ "$status" = 0 ] || exit "$status"
}

if [ $# = 1 ]; then
    program=("$1" opencl 1 once)
    run 1 --uninitialized
    exit
fi
program=("$1" opencl small)
run 1 --uninitialized
run 8
program=("$2" real)
cd "$folder"
run ""
