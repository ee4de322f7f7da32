#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""goldens.py CW DEVICE MANIFEST...: a device told to use no doubles writes real TensorFlow's and Keras's tensors, all but
the random ones in float64, each of which it refuses."""
import json
import os
import subprocess
import sys
import tempfile

CW, DEVICE, MANIFESTS = sys.argv[1], sys.argv[2], sys.argv[3:]
CONSTANT = {"zeros", "ones", "constant", "identity"}
ENVIRONMENT = {**os.environ, f"CW_{DEVICE.upper()}_FP64": "off"}


def needs_doubles(tensor):
    initializer = tensor["initializer"]
    name = initializer["class_name"] if isinstance(initializer, dict) else initializer
    return tensor.get("dtype") == "float64" and name.lower() not in CONSTANT and 0 not in tensor["shape"]


def verify(manifest, tensors):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({**manifest, "tensors": tensors}, file)
        file.flush()
        return subprocess.run([CW, "verify", file.name, "--device", DEVICE], env=ENVIRONMENT, capture_output=True, text=True)


def main():
    good, refused = 0, []
    for path in MANIFESTS:
        with open(path, encoding="utf-8") as file:
            manifest = json.load(file)
        manifest.pop("digest", None)
        tensors = [t for t in manifest["tensors"] if not needs_doubles(t)]
        refused += [(manifest, t) for t in manifest["tensors"] if needs_doubles(t)]
        result = verify(manifest, tensors)
        if result.returncode or f"{len(tensors)} tensors" not in result.stdout or "0 bits differ" not in result.stdout:
            sys.exit(f"FAIL: {path}: {result.stdout[-500:]}{result.stderr}")
        good += len(tensors)
    for manifest, tensor in refused[:: max(1, len(refused) // 20)]:
        result = verify(manifest, [tensor])
        if result.returncode in (0, 1) or "float64" not in result.stderr:
            sys.exit(f"FAIL: {tensor['name']} is not refused: {result.returncode} {result.stdout}{result.stderr}")
    print(f"{DEVICE}: {good} tensors without doubles have the bits of TensorFlow and Keras; {len(refused)} need doubles")
    sys.exit(good < 5000)


main()
