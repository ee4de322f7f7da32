#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# source.sh SOURCE EMBEDDED [NVCC]: without doubles there is none. The OpenCL program, as it is embedded and as a driver
# gets it with -DCWN_NO_FP64, names no double and no extension, compiles where the compiler knows none, and its code has
# none; nor has the code that CUDA's compiler makes of the same text. The same searches find them in the text with doubles.
set -euo pipefail
source=$1 embedded=$2 nvcc=${3:-}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failures=0

cat >"$folder/print.c" <<END
#include <stdio.h>
#include "$embedded"
int main(void) {
    for (unsigned i = 0; i < sizeof cw_opencl_source / sizeof *cw_opencl_source; i++) fputs(cw_opencl_source[i], stdout);
}
END
cc -o "$folder/print" "$folder/print.c"
"$folder/print" >"$folder/program.cl"

# expect COUNT WHAT PATTERN FILE: lines of the file with the pattern: 0 for none, 1 for some.
expect() {
    local found
    found=$(grep -ciE "$3" "$4" || true)
    echo "$2: $found lines with doubles"
    if [ "$1" -eq 0 ] && [ "$found" -ne 0 ]; then grep -iE "$3" "$4" | head -5; fi
    if [ "$((found > 0))" -ne "$1" ]; then echo "FAIL: $2"; failures=$((failures + 1)); fi
}

compile() { # compile OUTPUT FLAG...
    clang -target spir64 -x cl -cl-std=CL1.2 -D__OPENCL_VERSION__=120 -ffp-contract=off -Wall -Wextra -Wno-unused-function -Werror "${@:2}" -o "$1" "$folder/program.cl"
}

# Without the header that clang includes by itself.
compile "$folder/with.i" -E -P -cl-no-stdinc
compile "$folder/without.i" -E -P -cl-no-stdinc -DCWN_NO_FP64
expect 1 "preprocessed" 'double|fp64|f64' "$folder/with.i"
expect 0 "preprocessed with CWN_NO_FP64" 'double|fp64|f64' "$folder/without.i"

# spir64, because x86 passes ushort4 as if it were a double. clang warns of a double where the target has none, literals without f among them.
code=(-Xclang -finclude-default-header -S -emit-llvm -O0)
if compile "$folder/refused.ll" "${code[@]}" -Xclang -cl-ext=-cl_khr_fp64,-__opencl_c_fp64 2>/dev/null; then
    echo "FAIL: clang does not see doubles that it does not have"
    failures=$((failures + 1))
fi
compile "$folder/with.ll" "${code[@]}"
compile "$folder/without.ll" "${code[@]}" -DCWN_NO_FP64 -Xclang -cl-ext=-cl_khr_fp64,-__opencl_c_fp64
expect 1 "LLVM's code" '\bdouble\b' "$folder/with.ll"
expect 0 "LLVM's code with CWN_NO_FP64" '\bdouble\b' "$folder/without.ll"

if [ -n "$nvcc" ]; then
    "$nvcc" --fmad=false -I "$source/core" -arch=compute_75 -ptx -DCWN_NO_FP64 -o "$folder/without.ptx" "$source/cuda/kernels.cu"
    expect 0 "PTX with CWN_NO_FP64" '\.f64' "$folder/without.ptx"
else
    echo "without CUDA C++: this build has no nvcc"
fi
[ "$failures" -eq 0 ]
