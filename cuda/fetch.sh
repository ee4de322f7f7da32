#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# fetch.sh [nvcc] [disassembler] [sanitizer]: NVIDIA's tools from PyPI, the first two if none is named. What is installed
# already, in PATH or in /usr/local/cuda, is not fetched. No root needed.
#   nvcc          compiles the kernels; CMakeLists.txt looks in the folder where this puts it
#   disassembler  cuobjdump and nvdisasm, for bench/machine_code.py
#   sanitizer     compute-sanitizer, for tests/gpu.sh; of use with a GPU only
set -eu

cache=${XDG_CACHE_HOME:-$HOME/.cache}/counterweight

# ------------------------------------------------------------------------------------------------ what will do

# The CMake file asks for the same: nvcc of 12.8 or later, with cuda.h beside it.
suits_nvcc() {
    [ -x "$1/nvcc" ] && [ -e "$(dirname "$(readlink -f "$1/nvcc")")/../include/cuda.h" ] || return 1
    "$1/nvcc" --version | sed -n 's/.*release \([0-9]*\)\.\([0-9]*\).*/\1 \2/p' | {
        read -r major minor && [ $((major * 100 + minor)) -ge 1208 ]
    }
}

# machine_code.py reads JSON, which older ones do not write.
suits_disassembler() {
    [ -x "$1/cuobjdump" ] && [ -x "$1/nvdisasm" ] && "$1/nvdisasm" --help | grep -q -e '--emit-json'
}

suits_sanitizer() { [ -x "$1/compute-sanitizer" ]; }

# ----------------------------------------------------------------------------------------------------- fetching

# unpack PACKAGE...: pip's wheels, unpacked under $work; $made is the folder in them that looks like a toolkit.
unpack() {
    # shellcheck disable=SC2086 # words, whose stars are pip's
    (set -f; python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
        --dest "$work/wheels" $1)
    for wheel in "$work"/wheels/*.whl; do
        python3 -m zipfile -e "$wheel" "$work/all"
    done
    made=$work/all/nvidia/cu13
    # zipfile drops the permissions.
    chmod -R go+rX "$made"
    find "$made" -path '*/bin/*' -type f -exec chmod 755 {} +
    [ -e "$made/lib64" ] || [ ! -e "$made/lib" ] || ln -s lib "$made/lib64"
}

# fetch WHAT COMMAND FOLDER PACKAGES
fetch() {
    folder=$cache/$3
    in_path=$(command -v "$2" || true)
    for bin in "${in_path%/*}" /usr/local/cuda/bin "$folder/bin"; do
        if "suits_$1" "$bin"; then
            echo "$1: $bin/$2"
            return
        fi
    done
    mkdir -p "$cache"
    work=$(mktemp -d "$folder.XXXXXX")
    unpack "$4"
    "suits_$1" "$made/bin" || { echo "fetch.sh: the $1 that was fetched does not work" >&2; exit 1; }
    # By rename, so that the folder is there whole or not at all; another run may have been faster.
    [ -x "$folder/bin/$2" ] || { rm -rf "$folder" && mv -T "$made" "$folder"; }
    rm -rf "$work"
    echo "$1: $folder/bin/$2 (fetched from PyPI)"
}

work=
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

[ $# -gt 0 ] || set -- nvcc disassembler
for what in "$@"; do
    case $what in
    nvcc)
        fetch nvcc nvcc cuda-13.0 \
            'nvidia-cuda-nvcc==13.0.* nvidia-nvvm==13.0.* nvidia-cuda-crt==13.0.* nvidia-cuda-runtime==13.0.*' ;;
    # The first version of these that is on PyPI. It reads the machine code of earlier toolkits.
    disassembler)
        fetch disassembler nvdisasm disassembler-13.2 'nvidia-cuda-cuobjdump==13.2.* nvidia-cuda-nvdisasm==13.2.*' ;;
    sanitizer)
        fetch sanitizer compute-sanitizer sanitizer-13.0 'nvidia-cuda-sanitizer-api==13.0.*' ;;
    *)
        echo "fetch.sh: there is no $what; nvcc, disassembler or sanitizer" >&2
        exit 2 ;;
    esac
done
