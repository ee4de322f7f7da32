#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helper

@test "selftest proves every device" {
    for device in $(devices); do
        good selftest --device "$device"
        equal "$(tail -n 1 "$out")" "$device: gives TensorFlow's bits"
        equal "$(grep -c ': good$' "$out")" "$(($(wc -l <"$out") - 1))"
    done
}

@test "selftest --json has name, inputs, mismatches, digest and launches of each proof" {
    for device in $(devices); do
        good selftest --device "$device" --json
        json_is 'd["device"], d["good"]' "('$device', True)"
        json_is 'sorted({type(p[k]).__name__ for p in d["proofs"] for k in ("inputs", "mismatches", "launches")})' \
            "['int']"
        json_is 'max(p["mismatches"] for p in d["proofs"])' 0
        json_is '{p["launches"] for p in d["proofs"]}' '{1}'
        json_is 'all(p["good"] and len(p["digest"]) == 32 for p in d["proofs"])' True
        json_is 'len({p["name"] for p in d["proofs"]}) == len(d["proofs"])' True
        json_is '[p["name"] for p in d["proofs"] if p["inputs"] == 2**23]' "['radius', 'sine', 'cosine']"
        # The goldens that it carries are those of the source, with the digests that real Keras gave.
        cp "$out" ../result
        equal "$(json '"\n".join(p["name"] + " " + p["digest"] for p in d["proofs"] if p["inputs"] != 2**23)')" \
            "$("$CW_PYTHON" -c 'import json, sys
for t in json.load(open(sys.argv[1]))["tensors"]: print(t["name"], t["digest"])' "$CW_SOURCE/cli/selftest.json")"
    done
}

@test "devices lists what can be opened" {
    good devices
    prints "cpu "
    good devices --json
    json_is '[b["backend"] for b in d["backends"]]' "['cpu', 'opencl', 'cuda']"
    json_is 'sorted({k for b in d["backends"] for v in b["devices"] for k in v} - {"why_not"})' \
        "['denormals', 'driver', 'fp64', 'id', 'max_allocation_bytes', 'memory_bytes', 'name', 'normals', 'units']"
    for id in $(json '" ".join(v["id"] for b in d["backends"] for v in b["devices"] if not v.get("why_not"))'); do
        good init --shape 2,2 --device "$id"
        prints "[[-0.7078647   0.50461936]"
    done
}
