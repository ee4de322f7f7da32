#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What cw bench prints, not how fast anything is: other work on the machine decides that.
load helper

fields="['bytes', 'device', 'dtype', 'elements', 'gbps', 'initializer', 'median_s', 'ratio', 'store_gbps', 'threads']"

@test "bench --json: machine and results, a rate that is bytes over seconds and its share of the ceiling" {
    for device in $(devices); do
        gives 0 bench --quick --json --device "$device"
        json_is 'sorted(d)' "['machine', 'results']"
        json_is '{tuple(sorted(r)) == tuple('"$fields"') for r in d["results"]}' '{True}'
        json_is '{r["device"] for r in d["results"]}' "{'$device'}"
        json_is 'sorted(r["initializer"] for r in d["results"] if r["dtype"] == "float32" and r["elements"] >= 2**24)' \
            "['random_normal', 'random_uniform', 'truncated_normal']"
        json_is 'all(r["bytes"] == r["elements"] * {"float64": 8, "int64": 8, "uint64": 8, "float16": 2,
                 "bfloat16": 2}.get(r["dtype"], 4) for r in d["results"])' True
        json_is 'all(abs(r["gbps"] * 1e9 * r["median_s"] / r["bytes"] - 1) < 1e-6 for r in d["results"])' True
        json_is 'all(abs(r["ratio"] * r["store_gbps"] / r["gbps"] - 1) < 1e-6 for r in d["results"])' True
        json_is 'd["machine"]["medians_of"] >= 9, d["machine"]["first_touch"]["gbps"] > 0' '(True, True)'
        json_is '{type(r["threads"]).__name__ for r in d["results"]}' "{'int'}"
        json_is 'd["machine"]["store"]' "$([ "$device" = cpu ] && echo memset || echo "this library's constant kernel")"
    done
}

@test "bench prints a table, with as many rows as --json; --markdown the same for a page" {
    gives 0 bench --quick --threads 1
    prints "1 thread"
    prints "store: memset"
    equal "$(grep -c '^random_normal  *float32  *16777216 ' "$out")" 1
    local rows
    rows=$(grep -cE '^[a-z_]+ +[a-z0-9]+ +[0-9]+ ' "$out")
    gives 0 bench --quick --threads 2 --markdown
    prints "2 threads"
    prints "|---|---|---|---|---|---|---|"
    equal "$(grep -cE '^\| [a-z_]+ \| [a-z0-9]+ \| [0-9]+ \|' "$out")" "$rows"
}

@test "bench --batch: a model in one launch, and in one fill per tensor" {
    local model=$CW_SOURCE/examples/resnet50.json
    for device in $(devices); do
        [ "$device" != cuda ] || continue # minutes on the software GPU; the batch tests run there
        gives 0 bench --batch "$model" --quick --json --device "$device"
        json_is 'd["tensors"], d["fill_launches"], d["batch_launches"]' '(320, 320, 1)'
        json_is 'abs(d["fills_s"] / d["batch_s"] / d["ratio"] - 1) < 1e-9' True
    done
    gives 0 bench --batch "$model" --quick
    prints "one batch                   1 launch"
    refused 2 bench --batch "$model" --markdown
    refused 4 bench --batch missing.json
}

@test "bench: what it does not take" {
    refused 2 bench --json --markdown
    refused 2 bench --shape 2,2
    refused 2 bench x
    refused 2 bench --device abacus
    refused 3 bench --device opencl:9.9
    refused 2 init --shape 2 --quick
}
