#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds, and does the main job on real input. BUILD names another build folder.
set -euo pipefail
cd "$(dirname "$0")"
./setup.sh
build=${BUILD:-build}
echo "demo: building in $build"
cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release >/dev/null
cmake --build "$build" >/dev/null
cw=$(realpath "$build/bin/cw")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp examples/resnet50.json tests/golden/founding.npy "$work"
cd "$work"

say() { printf '\n%s\n\n' "$*"; }
run() { printf '$ cw %s\n' "$*"; "$cw" "$@"; }
# field NAME...: what is there in the JSON object on standard input.
field() { python3 -c 'import functools, json, sys; print(functools.reduce(dict.get, sys.argv[1:], json.load(sys.stdin)))' "$@"; }

say "1. The devices of this machine"
run devices

say "2. What is the NumPy equivalent of TensorFlow's Xavier initializer? GlorotUniform(seed=0)((2, 2)) itself;
   founding.npy (tests/golden) is what TensorFlow made of it"
for device in cpu opencl; do
    run init --initializer glorot_uniform --seed 0 --shape 2,2 --device "$device"
    "$cw" init --initializer glorot_uniform --seed 0 --shape 2,2 --device "$device" -o "$device.npy" >/dev/null
    run diff founding.npy "$device.npy"
done

say "3. Where its limits come from, for the kernel of a convolution (height, width, input channels, output channels)"
run plan --initializer glorot_uniform --shape 3,3,64,128

model=resnet50.json
keras=$(field digest <"$model")
say "4. Every weight of ResNet50 as Keras $(field source keras <"$model") makes them after \
keras.utils.set_random_seed($(field source set_random_seed <"$model")), whose digest there is $keras"
for device in opencl cpu; do
    echo "\$ cw init $model --device $device -o $device.safetensors --json"
    "$cw" init "$model" --device "$device" -o "$device.safetensors" --json >"$device.json"
    run verify "$device.safetensors"
done
run diff opencl.safetensors cpu.safetensors

say "5. The result (seconds of the fills alone, into memory that is touched for the first time)"
python3 - "$keras" opencl.json cpu.json <<'PY'
import json
import sys

row = "{:8} {:>8} {:>11} {:>8} {:>6}  {:33} {}"
print(row.format("device", "tensors", "bytes", "seconds", "GB/s", "digest", ""))
results = [json.load(open(path)) for path in sys.argv[2:]]
for r in results:
    verdict = "= TensorFlow" if r["digest"] == sys.argv[1] else "NOT TensorFlow's"
    print(row.format(r["device"], len(r["tensors"]), r["bytes"], f"{r['seconds']:.3f}", f"{r['gbps']:.2f}", r["digest"], verdict))
sys.exit(any(r["digest"] != sys.argv[1] for r in results))
PY
