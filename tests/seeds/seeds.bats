#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Seeds in the tool's options and manifests. CW, GOLDENS (seeds.json) and CW_PYTHON come from CTest.

setup() { cd "$BATS_TEST_TMPDIR" || exit 1; }

# philox OPTION...: the planned "key counter", as Python prints the two lists.
philox() {
    "$CW" plan --shape 3,5 --initializer random_normal --json "$@" |
        "$CW_PYTHON" -c 'import json, sys; d = json.load(sys.stdin); print(d["key"], d["counter"])'
}

is() { [ "$1" = "$2" ] || { echo "found $1, expected $2" >&2 && return 1; }; }

# digest OPTION...: the first tensor's digest.
digest() { "$CW" digest "$@" | sed 's/ .*//;q'; }

# refused TEXT OPTION...: usage error, one line, which has the text.
refused() {
    local text=$1
    shift
    run "$CW" plan --shape 3,5 "$@"
    [ "$status" -eq 2 ] && [ "${#lines[@]}" -eq 1 ] && [[ $output == "cw: "*"$text"* ]] || { echo "$output" >&2 && return 1; }
}

@test "all goldens through options: the digests of the manifest" {
    "$CW_PYTHON" - "$GOLDENS" >cases <<'END'
import json, sys
for number, t in enumerate(json.load(open(sys.argv[1]))["tensors"]):
    if number % 11 and "call" not in t:
        continue
    seed = ",".join(str(n) for n in (t["seed"] if isinstance(t["seed"], list) else [t["seed"]]))
    rest = {k: v for k, v in t.items() if k in ("initializer", "minval", "maxval", "mean", "stddev", "seed_rule", "call")}
    options = " ".join(f"--{k.replace('_', '-')}={v}" for k, v in rest.items())
    print(t["digest"], f"--shape=({','.join(map(str, t['shape']))}) --seed={seed} {options}".replace(" --", "\t--"), sep="\t")
END
    [ "$(wc -l <cases)" -gt 100 ]
    while IFS=$'\t' read -r digest options; do
        IFS=$'\t' read -ra list <<<"$options"
        is "$(digest "${list[@]}")" "$digest" || { echo "$options" >&2 && return 1; }
    done <cases
}

@test "integers of any size: decimal, hexadecimal, signs, brackets" {
    is "$(philox --seed-rule generator --seed 1234)" "[0, 0] [1234, 0, 0, 0]"
    is "$(philox --seed-rule generator --seed=-1)" "[4294967295, 4294967295] [4294967295, 4294967295, 4294967295, 4294967295]"
    is "$(philox --seed-rule generator --seed=-0)" "[0, 0] [0, 0, 0, 0]"
    is "$(philox --seed-rule generator --seed 0x60000000500000004000000030000000200000001)" "[5, 6] [1, 2, 3, 4]"
    is "$(philox --seed-rule generator --seed "[+0X00000000000000060000000500000004000000030000000200000001]")" "[5, 6] [1, 2, 3, 4]"
    is "$(philox --seed-rule generator --seed=-0x60000000500000004000000030000000200000001)" \
        "[4294967290, 4294967289] [4294967295, 4294967293, 4294967292, 4294967291]"
    is "$(philox --seed-rule generator --seed 6277101735386680763835789423207666416102355444464034512897)" "[0, 0] [1, 0, 0, 0]"
    is "$(philox --seed-rule stateful --seed 2147483647,-2147483647)" "[0, 0] [0, 0, 2147483647, 0]"
    is "$(philox --seed-rule stateful --seed -1,2147483648)" "[2147483646, 0] [0, 0, 1, 0]"
    is "$(philox --seed-rule raw --seed 0xffffffff,2,3,4,5,0x6)" "[4294967295, 2] [3, 4, 5, 6]"
}

@test "without a seed all its numbers are 0" {
    for rule in keras keras2; do is "$(philox --seed-rule $rule)" "$(philox --seed-rule $rule --seed 0)"; done
    is "$(philox --seed-rule stateful)" "$(philox --seed-rule stateful --seed 0,0)"
    is "$(philox --seed-rule generator)" "[0, 0] [0, 0, 0, 0]"
}

@test "earlier calls: 256 blocks for each element of the shape" {
    is "$(philox --seed-rule generator --call 3)" "[0, 0] [11520, 0, 0, 0]"
    is "$(philox --seed-rule generator --call 9223372036854775807)" "[0, 0] [4294963456, 4294967295, 1919, 0]"
    is "$(philox --seed-rule stateful --seed 7,8 --call 1)" "[7, 0] [3840, 0, 8, 0]"
    is "$(philox --seed-rule stateful --seed 7,8 --call 1 --shape "()")" "[7, 0] [256, 0, 8, 0]"
    is "$(philox --seed-rule generator --seed 5 --call 7 --shape 4,0,3)" "[0, 0] [5, 0, 0, 0]"
    is "$(philox --seed-rule generator --seed 0xffffffffffffffffffffffffffffffff --call 1)" "[0, 0] [3839, 0, 0, 0]"
}

@test "the default dialect follows the rule" {
    dialect() { "$CW" plan --shape 2 --json "$@" | "$CW_PYTHON" -c 'import json, sys; print(json.load(sys.stdin)["dialect"])'; }
    is "$(dialect --seed-rule keras)" keras3
    is "$(dialect --seed-rule raw)" keras3
    for rule in keras2 stateless stateful generator; do is "$(dialect --seed-rule $rule)" tf; done
    is "$(dialect --seed-rule keras2 --dialect keras3)" keras3
}

@test "what is refused" {
    refused "number 1 of the seed is out of range" --seed 9223372036854775808
    refused "number 1 of the seed is out of range" --seed=-9223372036854775809 --seed-rule keras2
    refused "number 2 of the seed is out of range" --seed 1,9223372036854775808 --seed-rule stateless
    refused "integers of 192 bits" --seed 0x800000000000000000000000000000000000000000000000,0 --seed-rule stateful
    refused "integers of 192 bits" --seed 0,-0x800000000000000000000000000000000000000000000001 --seed-rule stateful
    refused "words from 0 to 0xffffffff" --seed 1,2,3,4,5,4294967296 --seed-rule raw
    refused "words from 0 to 0xffffffff" --seed 1,2,3,4,5,-1 --seed-rule raw
    refused "takes 2" --seed 1 --seed-rule stateful
    refused "takes 1" --seed 1,2 --seed-rule generator
    refused "is negative" --seed-rule generator --call -1
    refused "call does not go with" --seed-rule keras2 --call 1
    refused "call does not go with" --seed 1,2 --seed-rule stateless --call 1
    refused "does not fit in 64 bits" --seed-rule generator --call 9223372036854775808
    refused "no list of integers" --seed 0x --seed-rule generator
    refused "no list of integers" --seed 1.0
    refused "no list of integers" --seed None,1 --seed-rule stateful
    refused "keras keras2 stateless stateful generator raw" --seed-rule keras3
    refused "does not fit in 64 bits" --shape 9223372036854775808
}

@test "a large seed survives the way through a file" {
    for seed in 5 -123456789012345678901234567890 0x123456789abcdef0fedcba98765432100f1e2d3c4b5a6978 -0x1ffffffffffffffff; do
        for rule in "generator --seed=$seed" "stateful --seed=$seed,$seed"; do
            # shellcheck disable=SC2086 # a list of words
            "$CW" init --shape 3,5 --initializer random_normal --call 1 --seed-rule $rule -o a.safetensors
            "$CW" verify a.safetensors | grep "0 bits differ"
        done
    done
    "$CW" init --shape 3,5 --seed-rule generator --seed 0x1000000000000000000000000000000000000000000000005 -o a.safetensors
    "$CW" verify a.safetensors --shape 3,5 --seed-rule generator --seed 5
    "$CW" verify a.safetensors
}

@test "seeds in manifests: integers, texts, lists of both" {
    manifest() { echo '{"counterweight":1,"tensors":[{"name":"a","shape":[3],"initializer":"random_normal",'"$1"'}]}' >m.json; }
    of() { digest --shape 3 --initializer random_normal "$@"; }
    manifest '"seed":"0x1f","seed_rule":"generator"'
    is "$(digest m.json)" "$(of --seed-rule generator --seed 31)"
    manifest '"seed":["-5",6],"seed_rule":"stateful","call":2'
    is "$(digest m.json)" "$(of --seed-rule stateful --seed=-5,6 --call 2)"
    manifest '"seed":["123456789012345678901234567890"],"seed_rule":"generator"'
    is "$(digest m.json)" "$(of --seed-rule generator --seed 123456789012345678901234567890)"
    for bad in '"seed":""' '"seed":" 5"' '"seed":"five"' '"seed":[[1]]' '"seed":1.0' '"seed":null' '"seed":[]' '"seed":true' \
        '"seed":[1,2,3,4,5,6,7]' '"seed":"18446744073709551616"' '"seed":18446744073709551616,"seed_rule":"generator"'; do
        manifest "$bad"
        run "$CW" digest m.json
        [ "$status" -eq 2 ] && [ "${#lines[@]}" -eq 1 ] && [[ $output == "cw: m.json"* ]] || { echo "$bad: $output" >&2 && return 1; }
    done
}
