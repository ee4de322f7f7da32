#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# verify.sh CW DEVICE MANIFEST: every tensor of the manifest on the device, against definition and digests. Skips a
# backend that was not built, and CUDA where there is no GPU, and says so; exit status 77.
set -uo pipefail
said=$("$1" verify "$3" --device "$2" 2>&1)
status=$?
echo "$said"
[ $status -eq 3 ] || exit $status
if [ "$2" = cuda ] && [ -z "${CW_CUDA_LIBRARY:-}" ] || [[ $said == *"this build has no such backend"* ]]; then
    echo "SKIP: ${said#cw: }"
    exit 77
fi
exit 1
