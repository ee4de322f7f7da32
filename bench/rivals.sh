#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# rivals.sh [ELEMENTS]: how fast others fill the same tensors, beside this library in the same run. Makes a build with
# shared libraries and a Python environment with the versions below, in a folder that is removed at the end, or kept in
# RIVALS_FOLDER if that is set. RIVALS="tensorflow numpy jax mkl torch" chooses; PyTorch from PyPI brings CUDA's libraries, some
# GB. Nine minutes on two cores.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
elements=${1:-$((1 << 24))}
rivals=${RIVALS:-tensorflow numpy jax mkl torch}
folder=${RIVALS_FOLDER:-$(mktemp -d)}
[ -n "${RIVALS_FOLDER:-}" ] || trap 'rm -rf "$folder"' EXIT

declare -A packages=(
    [tensorflow]="tensorflow-cpu==2.21.0 keras==3.15.1"
    [numpy]=""
    [jax]="jax==0.10.0"
    [mkl]="mkl==2026.2.0"
    [torch]="torch==2.15.0"
)
cmake -S "$here/.." -B "$folder/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=ON -DCW_WITH_CUDA=OFF \
    -DCW_WITH_OPENCL=OFF -DBUILD_TESTING=OFF >"$folder/build.log"
cmake --build "$folder/build" >>"$folder/build.log"

# Warm memory for those who allocate for each result: what they free stays theirs.
export MALLOC_MMAP_THRESHOLD_=$((1 << 34)) MALLOC_TRIM_THRESHOLD_=$((1 << 34)) TF_CPP_MIN_LOG_LEVEL=3 KERAS_BACKEND=tensorflow
export CUDA_VISIBLE_DEVICES="" PYTHONDONTWRITEBYTECODE=1
echo "| who | what | dtype | threads | theirs, ns per element | ours | ratio | TensorFlow's bits |"
echo "|---|---|---|---|---|---|---|---|"
for rival in $rivals; do
    # An environment each: their wishes for NumPy need not agree.
    [ -x "$folder/$rival/bin/python" ] || python3 -m venv "$folder/$rival"
    # shellcheck disable=SC2086 # a list of words
    if ! "$folder/$rival/bin/pip" install -q --only-binary :all: numpy==2.4.6 ${packages[$rival]} 2>"$folder/$rival.log"; then
        echo "rivals: $rival cannot be installed: $(tail -n 1 "$folder/$rival.log")" >&2
        continue
    fi
    for threads in 1 2; do
        export OMP_NUM_THREADS=$threads MKL_NUM_THREADS=$threads
        if [ "$threads" = 1 ]; then cores=0; else cores=0,1; fi
        taskset -c "$cores" "$folder/$rival/bin/python" "$here/rivals.py" "$folder/build" "$rival" "$threads" "$elements" ||
            echo "rivals: $rival ended with $?" >&2
    done
done
