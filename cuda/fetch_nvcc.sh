#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Makes an nvcc that can compile the kernels, from four packages of PyPI, in the folder where CMakeLists.txt looks.
# Does nothing if it is there, or if an nvcc of 12.8 or later is installed. No root needed.
set -eu

folder=${XDG_CACHE_HOME:-$HOME/.cache}/counterweight/cuda-13.0
packages='nvidia-cuda-nvcc==13.0.* nvidia-nvvm==13.0.* nvidia-cuda-crt==13.0.* nvidia-cuda-runtime==13.0.*'

# The CMake file asks for the same: nvcc of 12.8 or later, with cuda.h beside it.
suits() {
    [ -x "$1" ] && [ -e "$(dirname "$(readlink -f "$1")")/../include/cuda.h" ] || return 1
    "$1" --version | sed -n 's/.*release \([0-9]*\)\.\([0-9]*\).*/\1 \2/p' | {
        read -r major minor && [ $((major * 100 + minor)) -ge 1208 ]
    }
}

for nvcc in "$(command -v nvcc || true)" /usr/local/cuda/bin/nvcc "$folder/bin/nvcc"; do
    if suits "$nvcc"; then
        echo "nvcc: $nvcc"
        exit 0
    fi
done

mkdir -p "$(dirname "$folder")"
work=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

set -f # the stars are pip's
# shellcheck disable=SC2086
python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --dest "$work/wheels" $packages
set +f
for wheel in "$work"/wheels/*.whl; do
    python3 -m zipfile -e "$wheel" "$work/all"
done

made=$work/all/nvidia/cu13
# zipfile drops the permissions.
chmod -R go+rX "$made"
chmod 755 "$made"/bin/* "$made"/nvvm/bin/*
[ -e "$made/lib64" ] || ln -s lib "$made/lib64"
suits "$made/bin/nvcc" || { echo "fetch_nvcc.sh: the nvcc that was fetched does not work" >&2; exit 1; }

# By rename, so that the folder is there whole or not at all; another run may have been faster.
[ -x "$folder/bin/nvcc" ] || { rm -rf "$folder" && mv -T "$made" "$folder"; }
echo "nvcc: $folder/bin/nvcc (fetched from PyPI)"
