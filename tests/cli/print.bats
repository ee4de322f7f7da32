#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What cw init prints: NumPy's text, all digits, and JSON. (That the text is NumPy's for arrays of every kind is tested
# on the printing itself. Here are some for which NumPy 1.24 and 2 agree.)
load helper

@test "cw init prints what NumPy prints" {
    for arguments in "()" 0 3,0 1 5 40 2,2 3,5 7,3,2 1,1,1,2,3 1000 1001 334,3 6,200 3,3,8,16 \
        "3,4 --initializer identity --gain 2.5" "4,4 --initializer zeros" "() --initializer constant --value 1e-5" \
        "3,3 --initializer constant --value -1e5" "30 --initializer random_normal --stddev 1e-7" \
        "40 --initializer random_uniform --minval -1000 --maxval 1000" "2,3 --initializer ones" \
        "50 --initializer random_normal --stddev 1e5"; do
        # shellcheck disable=SC2086 # a list of words
        good init --shape $arguments -o a.npy
        # shellcheck disable=SC2086
        good init --shape $arguments
        look str a.npy | diff - "$out"
    done
}

@test "--exact prints every element with digits that read back" {
    for arguments in "()" 0 5 2,2 3,0 7,11,13 "100 --initializer random_normal --stddev 1e-30" "2,2 --initializer constant --value 1e38"; do
        # shellcheck disable=SC2086 # a list of words
        good init --shape $arguments -o a.npy
        # shellcheck disable=SC2086
        good init --shape $arguments --exact
        "$CW_PYTHON" -c 'import numpy, re, sys
text, a = open(sys.argv[1]).read(), numpy.load("a.npy")
found = numpy.array(re.findall(r"[-+.e0-9]+", text), "f8").astype("f4")
assert found.tobytes() == a.tobytes(), text' "$out"
        ! grep -q '\.\.\.' "$out" || fail "it is abridged"
    done
}

@test "--json has values that read back to the same bits" {
    for arguments in "()" 0 5 2,2 3,0,2 7,11,13 "3,3 --initializer identity --gain -0.1" \
        "100 --initializer random_normal --stddev 1e-30" "2,2 --initializer constant --value 3.4028234663852886e38" \
        "2 --initializer constant --value 1e-45 --dialect tf"; do
        # shellcheck disable=SC2086 # a list of words
        good init --shape $arguments -o a.npy
        # shellcheck disable=SC2086
        good init --shape $arguments --json
        look values "$out" a.npy
    done
    good init --shape 2,3 --seed 4 --json
    json_is 'd["device"], d["file"], d["bytes"], [(t["shape"], t["dtype"], t["bytes"]) for t in d["tensors"]]' \
        "('cpu', None, 24, [([2, 3], 'float32', 24)])"
    good init --shape 2,3 --seed 4 -o a.npy --json
    json_is 'd["file"], "values" in d["tensors"][0], d["tensors"][0]["digest"]' \
        "('a.npy', False, '$(look digest a.npy | head -c 32)')"
}

@test "a model is printed tensor by tensor" {
    manifest '{"name": "b", "shape": [2, 2], "initializer": "ones"}' '{"name": "a", "shape": [], "initializer": "zeros"}' >m.json
    good init m.json
    equal "$(cat "$out")" "b
[[1. 1.]
 [1. 1.]]
a
0.0"
    good init m.json --json
    json_is '[(t["name"], t["values"]) for t in d["tensors"]]' "[('b', [[1.0, 1.0], [1.0, 1.0]]), ('a', 0.0)]"
}
