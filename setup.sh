#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what building and testing need (Debian packages; the CUDA compiler and disassembler from PyPI if there are
# none), once per machine. Run as root. Does nothing where everything is there.
set -euo pipefail
cd "$(dirname "$0")"

packages="gcc g++ clang cmake ninja-build pkg-config ocl-icd-opencl-dev opencl-c-headers pocl-opencl-icd oclgrind \
libjansson-dev libzip-dev libopenmpi-dev openmpi-bin libcmocka-dev bats python3 python3-pip python3-numpy"

missing=""
for p in $packages; do
    dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
done
if [ -n "$missing" ]; then
    echo "setup: installing$missing"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >/dev/null
    # shellcheck disable=SC2086 # a list of words
    apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi
if [ -x cuda/fetch.sh ]; then cuda/fetch.sh; fi
echo "setup: ready"
