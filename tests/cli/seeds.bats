#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Seeds in options and manifests: every rule, integers of any size, earlier calls.
load helper

# philox OPTION...: the planned key and counter.
philox() {
    good plan --shape 3,5 --json "$@" || return
    json '[d["key"], d["counter"]]'
}

# digest ARGUMENT...: the first tensor's digest.
digest() {
    good digest "$@" || return
    sed 's/ .*//;q' "$out"
}

@test "goldens through options: the digests of the manifest" {
    "$CW_PYTHON" - "$golden/seeds.json" >../cases <<'END'
import json, sys
FIELDS = "initializer", "minval", "maxval", "mean", "stddev", "seed_rule", "call"
for number, t in enumerate(json.load(open(sys.argv[1], encoding="utf-8"))["tensors"]):
    if number % 7 and "call" not in t:
        continue
    seed = t["seed"] if isinstance(t["seed"], list) else [t["seed"]]
    options = {"shape": tuple(t["shape"]), "seed": ",".join(map(str, seed)), **{k: t[k] for k in FIELDS if k in t}}
    print(t["digest"], *(f"--{key.replace('_', '-')}={value}" for key, value in options.items()), sep="\t")
END
    [ "$(wc -l <../cases)" -gt 150 ]
    while IFS=$'\t' read -ra case; do equal "$(digest "${case[@]:1}")" "${case[0]}"; done <../cases
}

@test "integers of any size: decimal, hexadecimal, signs, brackets" {
    equal "$(philox --seed-rule generator --seed 1234)" "[[0, 0], [1234, 0, 0, 0]]"
    equal "$(philox --seed-rule generator --seed=-0)" "[[0, 0], [0, 0, 0, 0]]"
    equal "$(philox --seed-rule generator --seed -1)" \
        "[[4294967295, 4294967295], [4294967295, 4294967295, 4294967295, 4294967295]]"
    equal "$(philox --seed-rule generator --seed 0x60000000500000004000000030000000200000001)" "[[5, 6], [1, 2, 3, 4]]"
    equal "$(philox --seed-rule generator --seed "[+0X00000000000000060000000500000004000000030000000200000001]")" \
        "[[5, 6], [1, 2, 3, 4]]"
    equal "$(philox --seed-rule generator --seed=-0x60000000500000004000000030000000200000001)" \
        "[[4294967290, 4294967289], [4294967295, 4294967293, 4294967292, 4294967291]]"
    equal "$(philox --seed-rule generator --seed 0xabcdefABCDEF9)" "[[0, 0], [$((0xfABCDEF9)), $((0xabcde)), 0, 0]]"
    # 2^192 + 1
    equal "$(philox --seed-rule generator --seed 6277101735386680763835789423207666416102355444464034512897)" \
        "[[0, 0], [1, 0, 0, 0]]"
    equal "$(philox --seed-rule stateful --seed 2147483647,-2147483647)" "[[0, 0], [0, 0, 2147483647, 0]]"
    equal "$(philox --seed-rule stateful --seed -1,2147483648)" "[[2147483646, 0], [0, 0, 1, 0]]"
    equal "$(philox --seed-rule keras2 --seed 5)" "$(philox --seed-rule stateless --seed 5,0)"
}

@test "without a seed all its numbers are 0" {
    for rule in keras keras2 generator; do
        equal "$(philox --seed-rule $rule)" "$(philox --seed-rule $rule --seed 0)"
    done
    equal "$(philox --seed-rule stateful)" "$(philox --seed-rule stateful --seed 0,0)"
    equal "$(philox --seed-rule stateful)" "[[0, 0], [0, 0, 2147483647, 0]]"
}

@test "earlier calls: 256 blocks for each element of the shape" {
    equal "$(philox --seed-rule generator --call 0)" "[[0, 0], [0, 0, 0, 0]]"
    equal "$(philox --seed-rule generator --call 3)" "[[0, 0], [11520, 0, 0, 0]]"
    equal "$(philox --seed-rule generator --call 9223372036854775807)" "[[0, 0], [4294963456, 4294967295, 1919, 0]]"
    equal "$(philox --seed-rule stateful --seed 7,8 --call 1)" "[[7, 0], [3840, 0, 8, 0]]"
    equal "$(philox --seed-rule stateful --seed 7,8 --call 1 --shape "()")" "[[7, 0], [256, 0, 8, 0]]"
    equal "$(philox --seed-rule generator --seed 5 --call 7 --shape 4,0,3)" "[[0, 0], [5, 0, 0, 0]]"
    equal "$(philox --seed-rule generator --seed 0xffffffffffffffffffffffffffffffff --call 1)" \
        "[[0, 0], [3839, 0, 0, 0]]"
}

@test "the default dialect follows the rule" {
    for case in "keras keras3" "raw keras3" "keras2 tf" "stateless tf" "stateful tf" "generator tf"; do
        good plan --shape 2 --json --seed-rule "${case% *}"
        json_is 'd["dialect"]' "${case#* }"
        good plan --shape 2 --json --seed-rule "${case% *}" --dialect keras3
        json_is 'd["dialect"]' keras3
    done
}

@test "what is refused" {
    while IFS=: read -r words options; do
        # shellcheck disable=SC2086 # a list of words
        refused 2 plan --shape 3,5 $options
        says "$words"
    done <<'END'
number 1 of the seed is out of range:--seed 9223372036854775808
number 1 of the seed is out of range:--seed=-9223372036854775809 --seed-rule keras2
number 1 of the seed is out of range:--seed 0x1000000000000000000000000000000000000000000000005
number 2 of the seed is out of range:--seed 1,9223372036854775808 --seed-rule stateless
integers of 192 bits:--seed 0x800000000000000000000000000000000000000000000000,0 --seed-rule stateful
integers of 192 bits:--seed 0,-0x800000000000000000000000000000000000000000000001 --seed-rule stateful
integers of 192 bits:--seed 0x1000000000000000000000000000000000000000000000000,0 --seed-rule stateful
words from 0 to 0xffffffff:--seed 1,2,3,4,5,4294967296 --seed-rule raw
words from 0 to 0xffffffff:--seed 1,2,3,4,5,-1 --seed-rule raw
takes 2:--seed 1 --seed-rule stateful
takes 1:--seed 1,2 --seed-rule generator
call is negative:--seed-rule generator --call -1
call does not go with:--seed-rule keras2 --call 1
does not fit in 64 bits:--seed-rule generator --call 9223372036854775808
no list of integers:--seed 0x --seed-rule generator
no list of integers:--seed 0b1 --seed-rule generator
no list of integers:--seed None,1 --seed-rule stateful
keras keras2 stateless stateful generator raw:--seed-rule keras3
does not fit in 64 bits:--shape 9223372036854775808
END
}

@test "a large seed survives the way through a file" {
    for seed in 5 -123456789012345678901234567890 0x123456789abcdef0fedcba98765432100f1e2d3c4b5a6978 \
        -0x1ffffffffffffffff; do
        for rule in "generator --seed=$seed" "stateful --seed=$seed,$seed"; do
            # shellcheck disable=SC2086 # a list of words
            good init --shape 3,5 --initializer random_normal --call 1 --seed-rule $rule -o a.safetensors
            good verify a.safetensors
            prints "0 bits differ"
        done
    done
    good init --shape 3,5 --seed-rule generator --seed 0x1000000000000000000000000000000000000000000000005 \
        -o a.safetensors
    good verify a.safetensors
    good verify a.safetensors --shape 3,5 --seed-rule generator --seed 5
}

@test "seeds in manifests: integers, texts, lists of both" {
    of() { digest --shape 3 --initializer random_normal "$@"; }
    normal() { manifest "{\"name\": \"a\", \"shape\": [3], \"initializer\": \"random_normal\", $1}" >m.json; }
    normal '"seed": "0x1f", "seed_rule": "generator"'
    equal "$(digest m.json)" "$(of --seed-rule generator --seed 31)"
    normal '"seed": ["-5", 6], "seed_rule": "stateful", "call": 2'
    equal "$(digest m.json)" "$(of --seed-rule stateful --seed -5,6 --call 2)"
    normal '"seed": ["123456789012345678901234567890"], "seed_rule": "generator"'
    equal "$(digest m.json)" "$(of --seed-rule generator --seed 123456789012345678901234567890)"
    for bad in '""' '" 5"' '"5 "' '"five"' '"1,2"' '[[1]]' 1.0 null '[]' true '[1,2,3,4,5,6,7]' \
        '"18446744073709551616"'; do
        normal "\"seed\": $bad"
        refused 2 digest m.json
        says m.json
    done
    normal '"seed": 18446744073709551616, "seed_rule": "generator"'
    refused 2 digest m.json
    normal '"seed": "5", "seed_rule": "generator", "call": "1"'
    refused 2 digest m.json
}
