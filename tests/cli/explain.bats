#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# cw explain from outside: the right element, its bits, and what is refused. tests/explain looks at every step.
load helper

# value_of INIT_OPTION...: the elements that cw init writes, as a flat list of bits.
bits() { "$CW_PYTHON" -c 'import sys; b = open(sys.argv[1], "rb").read(); n = int(sys.argv[2])
print(*("0x" + b[i:i + n][::-1].hex() for i in range(0, len(b), n)))' "$@"; }

@test "the value has the bits that cw init writes, in every dtype" {
    for dtype in float32:4 float64:8 float16:2 bfloat16:2 int32:4 int64:8 uint32:4 uint64:8; do
        initializers="glorot_uniform random_normal he_normal ones"
        [[ $dtype != *int* ]] || initializers="uniform_full_int ones"
        for initializer in $initializers; do
            spec=(--shape 2,5 --dtype "${dtype%:*}" --initializer "$initializer" --seed 9)
            good init "${spec[@]}" -o -
            read -ra wanted <<<"$(bits "$out" "${dtype#*:}")"
            for at in 0,0 0,3 1,4; do
                good explain "${spec[@]}" --at "$at" --json
                json_is 'd["bits"]' "${wanted[$((${at%,*} * 5 + ${at#*,}))]}"
                json_is 'd["steps"][-1]["bits"] == d["bits"] and d["steps"][-1]["name"]' value
            done
        done
    done
}

@test "negative indices count from the end, and a scalar has none" {
    good explain --shape 3,4 --at 2,1
    cp "$out" ../front
    good explain --shape 3,4 --at=-1,-3
    same_bytes "$out" ../front
    good explain --shape 3,4 --at '[-1, 1]' --json
    json_is 'd["at"]' '[2, 1]'
    json_is 'd["index"]' 9
    good explain --shape '()' --at '()'
    prints "element ()"
}

@test "the steps of a uniform number, in text and in JSON" {
    raw=(--shape 9 --initializer random_uniform --seed-rule raw --seed 1,2,3,4,5,6 --at 6)
    good explain "${raw[@]}" --json
    json_is '[s["name"] for s in d["steps"]]' "['index', 'group', 'lane', 'key', 'start', 'counter', 'words', 'own word', 'u', \
'given range', 'given minval', 'range', 'minval', 'product', 'sum', 'value']"
    json_is '[s["words"] for s in d["steps"] if s["name"] in ("key", "start", "counter")]' \
        "[[1, 2], [3, 4, 5, 6], [4, 4, 5, 6]]"
    names=$(json '" ".join(s["name"].replace(" ", "_") + s.get("bits", "") for s in d["steps"] if s["kind"] != "words")')
    good explain "${raw[@]}"
    for name in $names; do
        grep -q "^  $(sed 's/0x.*//; s/_/ /' <<<"$name") " "$out" || fail "$name is not in the text" "$(cat "$out")"
    done
    prints "seed rule raw"
}

@test "a truncated normal tells what it drops" {
    found=
    for i in $(seq 0 4 80); do
        good explain --shape 100 --initializer truncated_normal --at "$i" --json
        [ "$(json 'sum(s["name"] == "dropped" for s in d["steps"])')" = 0 ] || found=$i
        json_is 'all(abs(s["value"]) < 2 for s in d["steps"] if s["name"] == "kept")' True
    done
    [ -n "$found" ] || fail "none of the first elements of 20 groups drops anything"
    good explain --shape 100 --initializer truncated_normal --at "$found"
    prints dropped
}

@test "a tensor of a manifest" {
    manifest '{"name": "a/kernel", "shape": [4, 4], "initializer": "glorot_uniform", "seed": 3}' \
        '{"name": "a/bias", "shape": [4], "initializer": "zeros"}' >m.json
    good explain --shape 4,4 --seed 3 --at 1,2 --json
    wanted=$(json 'd["bits"]')
    good explain m.json --tensor a/kernel --at 1,2 --json
    json_is 'd["bits"]' "$wanted"
    json_is 'd["name"]' a/kernel
    good explain m.json --tensor a/bias --at=-1
    prints "a/bias: zeros of shape (4,)"
    refused 2 explain m.json --at 1,2
    says "--tensor"
    refused 2 explain m.json --tensor nothing --at 1,2
    says '"nothing"'
    refused 2 explain m.json --tensor a/kernel --seed 3 --at 1,2
    refused 2 explain --shape 4 --tensor a/kernel --at 1
    manifest '{"name": "only", "shape": [4, 4], "initializer": "glorot_uniform", "seed": 3}' >one.json
    good explain one.json --at 1,2 --json
    json_is 'd["bits"]' "$wanted"
}

@test "what is refused" {
    refused 2 explain --shape 3,4
    says "--at"
    for at in 3,0 0,4 -4,0 0,-5 1 1,1,1 '()' '' x 1,y 0,9223372036854775807 -9223372036854775808,0; do
        refused 2 explain --shape 3,4 --at="$at"
    done
    says "axis 0"
    refused 2 explain --shape 3,0 --at 0,0
    says "axis 1 is empty"
    refused 2 explain --at 0
    refused 2 explain --shape 3 --at 0 --bogus
    refused 2 explain --shape 3 --at 0 -o x.npy
    refused 2 explain a.json b.json --at 0
    refused 4 explain no-such.json --at 0
    refused 2 plan --shape 3 --at 0
    refused 2 explain --shape 3,3 --initializer orthogonal --at 0,0
    says "whole matrix"
    good explain --help
    prints "--at I,..."
    good --help
    prints "cw explain"
}
