#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# headers.sh SOURCE [NVCC]: every header compiles alone, without a warning, in each language that it is for.
set -uo pipefail
cd "$1" || exit 2
nvcc=${2:-}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failures=0 compiled=0
warnings=(-Wall -Wextra -Werror)

# compile INCLUDES COMMAND...: a file that includes these, in this order, and nothing else.
compile() {
    local header includes=$1 source=$folder/alone.cu
    true >"$source"
    for header in $1; do echo "#include \"$header\"" >>"$source"; done
    echo "typedef int something; /* which ISO C asks for */" >>"$source"
    shift
    compiled=$((compiled + 1))
    "$@" "$source" >"$folder/log" 2>&1 && return
    failures=$((failures + 1))
    echo "FAIL: $includes: $*"
    head -8 "$folder/log"
}

# The numeric text. truncated.h, and so group.h, narrow.h, slice.h, batch.h and tile.h, takes one group at a time by design, and the matrix text walks through
# memory: never in lanes. householder.h is a text for two types, which orthogonal.h includes.
for header in core/numeric/*.h; do
    name=numeric/$(basename "$header")
    case $name in */householder.h) continue ;; esac
    for compiler in gcc clang; do
        compile "$name" "$compiler" -x c -std=c11 "${warnings[@]}" -Icore -fsyntax-only
        case $name in */truncated.h | */stft.h | */group.h | */narrow.h | */slice.h | */batch.h | */tile.h | */cholesky.h | */elements.h | */convolution.h | */orthogonal.h | */strip.h) continue ;; esac
        for lanes in 4 8; do
            compile "$name" "$compiler" -x c -std=c11 "${warnings[@]}" -Wno-psabi -DCWN_LANES=$lanes -Icore -fsyntax-only
        done
    done
    case $name in */strip.h) continue ;; esac # of C alone
    # clang is not an OpenCL platform, which would define this.
    compile "$name" clang -x cl -cl-std=CL1.2 -D__OPENCL_VERSION__=120 -Xclang -finclude-default-header \
        "${warnings[@]}" -Icore -fsyntax-only
    [ -z "$nvcc" ] || compile "$name" "$nvcc" -std=c++17 -arch=compute_75 -Werror all-warnings -Icore -ptx -o "$folder/ptx"
done

# The public headers, and those that say that they go with the vendor's own in either order.
public=(-Icore/include -Iopencl/include -Icuda/include -pedantic)
for header in core/include/counterweight/*.h opencl/include/counterweight/*.h cuda/include/counterweight/*.h; do
    name=counterweight/$(basename "$header")
    for with in "$name" "$name $name" "$name CL/cl.h" "CL/cl.h $name"; do
        case $with in *CL/*) [ "$name" = counterweight/opencl.h ] || continue ;; esac
        for compiler in gcc clang; do
            compile "$with" "$compiler" -x c -std=c11 "${warnings[@]}" "${public[@]}" -DCL_TARGET_OPENCL_VERSION=120 -fsyntax-only
            compile "$with" "$compiler" -x c++ -std=c++17 "${warnings[@]}" "${public[@]}" -DCL_TARGET_OPENCL_VERSION=120 -fsyntax-only
        done
    done
done
if [ -n "$nvcc" ]; then
    toolkit=$(dirname "$(dirname "$(readlink -f "$nvcc")")")/include
    for with in "counterweight/cuda.h cuda.h" "cuda.h counterweight/cuda.h"; do
        compile "$with" gcc -x c -std=c11 "${warnings[@]}" "${public[@]}" -isystem "$toolkit" -fsyntax-only
        compile "$with" g++ -x c++ -std=c++17 "${warnings[@]}" "${public[@]}" -isystem "$toolkit" -fsyntax-only
    done
else
    echo "without CUDA C++: this build has no nvcc"
fi
echo "$compiled compilations, $failures failed"
[ "$failures" -eq 0 ] && [ "$compiled" -gt 50 ]
