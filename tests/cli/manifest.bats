#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Every rule of docs/MANIFEST.md.
load helper

# tensor FIELDS: one tensor whose other required fields are there.
tensor() { printf '{"name": "a", "shape": [3, 4], %s}' "$1"; }

# same_as ARGUMENTS... : m.json makes what the options make.
same_as() {
    good init m.json -o -
    cp "$out" ../made
    good init "$@" -o - && same_bytes ../made "$out"
}

refuses() {
    local why=$1
    shift
    manifest "$@" >m.json
    refused 2 plan m.json && says "$why" && says m.json
}

@test "the manifest of the documentation" {
    sed -n '/^```json/,/^```/p;/^}$/q' "$CW_SOURCE/docs/MANIFEST.md" | sed '/^```/d' >m.json
    good plan m.json --json
    json_is '[t["name"] for t in d]' "['dense/kernel', 'dense/bias', 'head/kernel']"
    gives 1 verify m.json # its digest is an example
    says 00112233445566778899aabbccddeeff
}

@test "short form and object form are the same" {
    while IFS='|' read -r name class arguments; do
        manifest "$(tensor "\"initializer\": \"$name\"${arguments:+, $arguments}")" >short.json
        manifest "$(tensor "\"initializer\": {\"module\": \"keras.initializers\", \"class_name\": \"$class\",
            \"config\": {$arguments}, \"registered_name\": null}")" >object.json
        good digest short.json
        cp "$out" ../short
        good digest object.json
        same_bytes "$out" ../short
        good plan short.json --json
        json_is 'd[0]["initializer"]' "$name"
    done <<'END'
zeros|Zeros|
ones|Ones|
constant|Constant|"value": 0.25
identity|Identity|"gain": 2
random_uniform|RandomUniform|"minval": -1, "maxval": 2.5, "seed": 7
random_normal|RandomNormal|"mean": 0.5, "stddev": 2, "seed": -7
truncated_normal|TruncatedNormal|"mean": 0.5, "stddev": 2, "seed": 9007199254740993
variance_scaling|VarianceScaling|"scale": 2.0, "mode": "fan_out", "distribution": "untruncated_normal", "seed": 3
glorot_uniform|GlorotUniform|"seed": 1
glorot_normal|GlorotNormal|"seed": 2
he_uniform|HeUniform|"seed": 3, "input_axes": [0], "output_axes": [1]
he_normal|HeNormal|"seed": 4, "input_axes": null, "output_axes": null
lecun_uniform|LecunUniform|"seed": 5
lecun_normal|LecunNormal|"seed": 6
END
}

@test "defaults are those of the options" {
    manifest "$(tensor '"initializer": "glorot_uniform"')" >m.json
    same_as --shape 3,4
    manifest "$(tensor '"initializer": "glorot_uniform", "dtype": "float32", "seed_rule": "keras", "dialect": "keras3",
        "seed": 0, "call": 0')" >m.json
    same_as --shape 3,4
    manifest "$(tensor '"initializer": "random_normal", "seed": [1, 2], "seed_rule": "stateless"')" >m.json
    same_as --shape 3,4 --initializer random_normal --seed 1,2 --seed-rule stateless --dialect tf
    manifest "$(tensor '"initializer": "random_normal", "seed": [5], "call": 3')" >m.json
    same_as --shape 3,4 --initializer random_normal --seed 5 --call 3
    manifest "$(tensor '"initializer": "random_normal", "seed": [1, 2, 3, 4, 5, 4294967295], "seed_rule": "raw"')" >m.json
    same_as --shape 3,4 --initializer random_normal --seed 1,2,3,4,5,0xffffffff --seed-rule raw
    manifest '{"name": "s", "shape": [], "initializer": "random_normal"}' \
        '{"name": "e", "shape": [0, 7], "initializer": "ones"}' >m.json
    same_as --shape "()" --initializer random_normal
}

@test "unknown fields are refused at every level" {
    zeros='"initializer": "zeros"'
    manifest "$(tensor "$zeros")" >m.json
    good plan m.json
    manifest "$(tensor "$zeros")" | sed 's/"counterweight": 1/&, "extra": 1/' >m.json
    refused 2 plan m.json
    says extra
    refuses extra "$(tensor "$zeros, \"extra\": null")"
    refuses slice "$(tensor "$zeros, \"slice\": 1")"
    refuses extra "$(tensor '"initializer": {"class_name": "Zeros", "config": {"extra": 1}}')"
    refuses extra "$(tensor '"initializer": {"class_name": "Zeros", "config": {}, "extra": 1}')"
    refuses value "$(tensor "$zeros, \"value\": 1")"
    refuses value "$(tensor '"initializer": {"class_name": "Zeros", "config": {"value": 1}}')"
    refuses value "$(tensor '"initializer": {"class_name": "Constant", "config": {}}, "value": 1')"
    refuses name "$(tensor '"initializer": {"class_name": "Zeros", "config": {"name": "a"}}')"
}

@test "required fields" {
    refuses name '{"shape": [3], "initializer": "zeros"}'
    refuses shape '{"name": "a", "initializer": "zeros"}'
    refuses initializer '{"name": "a", "shape": [3]}'
    refuses class_name "$(tensor '"initializer": {"config": {}}')"
    refuses class_name "$(tensor '"initializer": {}')"
    for text in '{"tensors": []}' '{"counterweight": 1}' '{}'; do
        echo "$text" >m.json
        refused 2 plan m.json
    done
}

@test "fields of another type" {
    for v in null 1 true '[]' '{}' '""'; do
        refuses name "{\"name\": $v, \"shape\": [3], \"initializer\": \"zeros\"}"
    done
    for v in null 3 '"3"' '{}' '[3.0]' '["3"]' '[null]' '[[3]]' '[true]' '[-1]' \
        '[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]'; do
        refuses m.json "{\"name\": \"a\", \"shape\": $v, \"initializer\": \"zeros\"}"
    done
    for v in null 3 '[]' '""' '"bogus"' true; do refuses m.json "$(tensor "\"initializer\": $v")"; done
    for v in null 3 '"bogus"' '["float32"]'; do
        for f in dtype seed_rule dialect; do refuses m.json "$(tensor "\"initializer\": \"zeros\", \"$f\": $v")"; done
    done
    for v in null '"one"' 1.0 '[1.0]' '[]' '[null]' true '{}' '[1, 2]' '[1,2,3,4,5,6,7]'; do
        refuses m.json "$(tensor "\"initializer\": \"he_normal\", \"seed\": $v")"
    done
    for v in null '"1"' 1.0 '[1]' -1 true; do
        refuses m.json "$(tensor "\"initializer\": \"he_normal\", \"call\": $v")"
    done
    for v in null '"one"' '[1]' true 1e39; do refuses m.json \
        "$(tensor "\"initializer\": \"constant\", \"value\": $v")"; done
    for v in 3 '"0"' '[0.0]' '["a"]' '[2]' '[-3]' '{}'; do
        refuses m.json "$(tensor "\"initializer\": \"he_normal\", \"input_axes\": $v, \"output_axes\": [1]")"
    done
    for v in null 3 '"bogus"'; do refuses m.json "$(tensor "\"initializer\": \"variance_scaling\", \"mode\": $v")"; done
    for v in null 1 '""' '"0011"' '"00112233445566778899AABBCCDDEEFF"' '"00112233445566778899aabbccddeeff0"'; do
        refuses digest "$(tensor "\"initializer\": \"zeros\", \"digest\": $v")"
        manifest | sed "s/\"counterweight\": 1/&, \"digest\": $v/" >m.json
        refused 2 plan m.json
    done
    for v in null 1 '[]' '{"a": 1}' '{"a": null}' '{"a": {}}'; do
        manifest | sed "s/\"counterweight\": 1/&, \"source\": $v/" >m.json
        refused 2 plan m.json
        says source
    done
    manifest | sed 's/"counterweight": 1/&, "source": {}/' >m.json
    good plan m.json
    for v in null 1 '"a"' '{}' '[1]' '[null]' '[[]]'; do
        echo "{\"counterweight\": 1, \"tensors\": $v}" >m.json
        refused 2 plan m.json
    done
}

@test "the version" {
    for v in 0 2 -1 1.0 '"1"' null true 99999999999999999999; do
        echo "{\"counterweight\": $v, \"tensors\": []}" >m.json
        refused 2 plan m.json
    done
    echo '{"counterweight": 2, "tensors": [], "new": 1}' >m.json
    refused 2 plan m.json
}

@test "names are unique, and bytes" {
    refuses '"a"' "$(tensor '"initializer": "zeros"')" '{"name": "b", "shape": [], "initializer": "zeros"}' \
        "$(tensor '"initializer": "ones"')"
    refuses twice '{"name": "\u00e9", "shape": [], "initializer": "zeros"}' \
        '{"name": "é", "shape": [], "initializer": "ones"}'
    manifest '{"name": "\u00e9", "shape": [], "initializer": "zeros"}' \
        '{"name": "e\u0301", "shape": [], "initializer": "zeros"}' \
        '{"name": "A", "shape": [], "initializer": "zeros"}' '{"name": "a", "shape": [], "initializer": "zeros"}' \
            >m.json
    good plan m.json
}

@test "64-bit seeds are intact" {
    for seed in 9223372036854775807 -9223372036854775808 9007199254740993 9007199254740992 -1 4294967296 2147483646; do
        manifest "$(tensor '"initializer": "random_normal", "seed_rule": "stateless", '"\"seed\": [$seed, 0]")" >m.json
        good plan m.json --json
        equal "$(json '[d[0]["key"], d[0]["counter"]]')" "$(look philox $seed 0)"
        same_as --shape 3,4 --initializer random_normal --seed-rule stateless --seed $seed,0
        good init m.json -o m.safetensors # carries the manifest
        good verify m.safetensors
        good init --shape 3,4 --initializer random_normal --seed-rule stateless --seed $seed,0 -o m.safetensors
        good verify m.safetensors
        manifest "$(tensor "\"initializer\": {\"class_name\": \"HeNormal\", \"config\": {\"seed\": $seed}}")" >m.json
        same_as --shape 3,4 --initializer he_normal --seed $seed
    done
    good plan --shape 2 --seed-rule stateless --seed 9007199254740993,0 --json
    cp "$out" ../odd
    good plan --shape 2 --seed-rule stateless --seed 9007199254740992,0 --json
    other_bytes "$out" ../odd # the last bit
    for seed in 9223372036854775808 -9223372036854775809 18446744073709551616; do
        refuses m.json "$(tensor "\"initializer\": \"he_normal\", \"seed\": $seed")"
    done
    refuses m.json "$(tensor "\"initializer\": \"constant\", \"value\": 9223372036854775808")"
}

@test "an integer and a float are two things" {
    # float32(2^60 + 2^36 + 1): an int is rounded once, a float was rounded to double before.
    manifest "$(tensor '"initializer": "constant", "value": 1152921573326323713')" >m.json
    same_as --shape 3,4 --initializer constant --value 1152921573326323713
    cp "$out" ../int
    manifest "$(tensor '"initializer": "constant", "value": 1152921573326323713.0')" >m.json
    same_as --shape 3,4 --initializer constant --value 1152921573326323713.0
    other_bytes "$out" ../int
    manifest "$(tensor '"initializer": "constant", "value": 5')" \
        "$(tensor '"initializer": "constant", "value": 5.0' | sed 's/"a"/"b"/')" >m.json
    good digest m.json --json
    json_is 'len({t["digest"] for t in d["tensors"]})' 1
    good init m.json -o m.safetensors # and the manifest in it keeps the types
    look safetensors m.safetensors m.json
    good init --shape 3 --initializer constant --value 1152921573326323713 -o m.safetensors
    good verify m.safetensors
    good init --shape 3 --initializer constant --value 1152921573326323713.0 -o m.safetensors
    good verify m.safetensors
}

@test "seeds of config and tensor" {
    keras='"initializer": {"class_name": "GlorotUniform", "config": {"seed": null}}'
    refuses null "$(tensor "$keras")"
    manifest "$(tensor "$keras, \"seed\": 5")" >m.json
    same_as --shape 3,4 --seed 5
    manifest "$(tensor "\"seed\": 5, ${keras/null/7}")" >m.json
    same_as --shape 3,4 --seed 5
    manifest "$(tensor "${keras/null/7}")" >m.json
    same_as --shape 3,4 --seed 7
    refuses m.json "$(tensor "${keras/null/[7, 8]}")"
    refuses call "$(tensor '"initializer": "he_normal", "seed": [1, 2], "seed_rule": "stateless", "call": 1')"
    refuses m.json "$(tensor '"initializer": "he_normal", "seed": [1, 2, 3, 4, 5, 4294967296], "seed_rule": "raw"')"
}

# What Python draws for Keras: random.seed(42), then random.randint(1, 10**9) eight times.
drawn=(686579304 119540832 26855093 796233791 295310486 262950629 239670712 149827707)

@test "draws are those of Python" {
    equal "$("$CW_PYTHON" -c 'import random
random.seed(42)
print(*(random.randint(1, 10**9) for _ in range(8)))')" "${drawn[*]}"
}

# model SEED TENSOR...: a manifest with set_random_seed.
model() { manifest "${@:2}" | sed "s/\"counterweight\": 1/&, \"set_random_seed\": $1/"; }

# seeded NUMBER...: tensors a, b, c ... with these seeds; drawn WORDS...: the same with these words instead.
tensors() {
    local word=$1 names=({a..h}) list=() i=0
    shift
    for v; do
        list+=("{\"name\": \"${names[i++]}\", \"shape\": [5, 3], \"initializer\": \"he_normal\"${v:+, $word$v}}")
    done
    local IFS=,
    echo "${list[*]}"
}

@test "seeds that are left out are drawn in the order of the file" {
    manifest "$(tensors '"seed": ' "${drawn[@]}")" >seeds.json
    good digest seeds.json && cp "$out" ../seeds
    model 42 "$(tensors '' '' '' '' '' '' '' '' '')" >m.json
    good digest m.json && same_bytes "$out" ../seeds
    model 43 "$(tensors '' '' '' '' '' '' '' '' '')" >m.json
    good digest m.json && other_bytes "$out" ../seeds
    model 42 "$(tensors '"draw": ' 0 1 2 3 4 5 6 7)" >m.json
    good digest m.json && same_bytes "$out" ../seeds
    for seed in 0 4294967295; do model $seed "$(tensors '' '')" >m.json && good plan m.json; done
}

@test "a draw says which, and the next tensor takes the one after it" {
    manifest "$(tensors '"seed": ' "${drawn[3]}" "${drawn[4]}" "${drawn[0]}" "${drawn[0]}" "${drawn[1]}" "${drawn[7]}")" >m.json
    good digest m.json && cp "$out" ../seeds
    model 42 "$(tensors '' '"draw": 3' '' '"draw": 0' '"draw": 0' '' '"draw": 7')" >m.json
    good digest m.json && same_bytes "$out" ../seeds
}

@test "what has a seed, or is not random, takes no draw" {
    local a='{"name": "a", "shape": [5, 3], "initializer": "he_normal"' b='{"name": "b", "shape": [9], "initializer": "zeros"}'
    local c='{"name": "c", "shape": [5, 3], "initializer": "he_normal", "seed": 5}'
    local d='{"name": "d", "shape": [5, 3], "initializer": {"class_name": "HeNormal", "config": {"seed": 6}}}'
    local e='{"name": "e", "shape": [5, 3], "seed_rule": "keras2", "initializer": "he_normal"'
    local f='{"name": "f", "shape": [5, 3], "initializer": {"class_name": "HeNormal", "config": {"seed": null}}, "call": 3'
    local k='{"name": "k", "shape": [2], "seed_rule": "stateless", "seed": [1, 2], "initializer": "random_normal"}'
    manifest "$a, \"seed\": ${drawn[0]}}" "$b" "$c" "$d" "$e, \"seed\": ${drawn[1]}}" "$f, \"seed\": ${drawn[2]}}" "$k" >m.json
    good digest m.json && cp "$out" ../seeds
    model 42 "$a}" "$b" "$c" "$d" "$e}" "$f}" "$k" >m.json
    good digest m.json && same_bytes "$out" ../seeds
    good init m.json -o m.safetensors && good verify m.safetensors
    good explain m.json --tensor e --at 1,2
}

@test "draws that are refused" {
    local he='"name": "a", "shape": [3], "initializer": "he_normal"'
    for v in -1 4294967296 1.0 '"1"' null true '[1]'; do
        model "$v" "{$he}" >m.json
        refused 2 plan m.json && says set_random_seed
    done
    for v in -1 1000000 1.0 '"1"' null true '[1]'; do
        model 42 "{$he, \"draw\": $v}" >m.json
        refused 2 plan m.json && says draw
    done
    model 42 "{$he, \"draw\": 999999}" >m.json
    good plan m.json
    model 42 "{$he, \"draw\": 999999}" "$(sed 's/"a"/"b"/' <<<"{$he}")" >m.json
    refused 2 plan m.json && says 999999
    manifest "{$he, \"draw\": 1}" >m.json
    refused 2 plan m.json && says set_random_seed
    for fields in '"draw": 1, "seed": 5' '"draw": 1, "seed_rule": "generator"' '"seed_rule": "stateless"' '"seed_rule": "raw"' \
        '"seed_rule": "stateful"'; do
        model 42 "{$he, $fields}" >m.json
        refused 2 plan m.json && says m.json
    done
    model 42 '{"name": "a", "shape": [3], "initializer": "zeros", "draw": 1}' >m.json
    refused 2 plan m.json && says "not random"
}

@test "parts lie one behind the other" {
    local part='{"shape": [2, 3], "initializer": "he_normal", "seed": 5}, {"shape": [1, 3], "initializer": "ones"}'
    part="$part, {\"shape\": [0, 3], \"initializer\": \"zeros\"}, {\"shape\": [4, 3], \"initializer\": \"constant\", \"value\": 0.5}"
    for device in $(devices); do
        manifest "{\"name\": \"a\", \"shape\": [7, 3], \"parts\": [$part]}" >m.json
        good init m.json --device "$device" -o m.safetensors && good init m.json --device "$device" -o - && cp "$out" ../whole
        {
            "$CW" init --shape 2,3 --initializer he_normal --seed 5 -o - && "$CW" init --shape 1,3 --initializer ones -o -
            "$CW" init --shape 4,3 --initializer constant --value 0.5 -o -
        } >../parts
        same_bytes ../whole ../parts
        good verify m.safetensors && prints "1 tensor, 21 elements, 0 bits differ"
        good verify m.json --device "$device"
        good digest m.json --device "$device" --json
        json_is 'len(d["tensors"])' 1
        good diff m.json --device cpu --device "$device"
        rm m.safetensors
    done
    good plan m.json && prints "a[0:2]" && prints "a[3:7]" && prints "1 tensor, 21 elements"
    good plan m.json --json
    json_is '[(t["name"], t["shape"], t["initializer"]) for t in d][1:3]' \
        "[('a[2:3]', [1, 3], 'ones'), ('a[3:3]', [0, 3], 'zeros')]"
    good explain m.json --at 1,2 --json
    json_is '(d["name"], d["at"], d["index"])' "('a[0:2]', [1, 2], 5)"
    good explain m.json --at=-1,0 --json
    json_is '(d["name"], d["at"], d["index"], d["initializer"])' "('a[3:7]', [3, 0], 9, 'constant')"
}

@test "a wrong element of a part is found" {
    manifest '{"name": "a", "shape": [7], "dtype": "float64", "parts": [{"shape": [3], "initializer": "ones"},
        {"shape": [4], "initializer": "zeros"}]}' >m.json
    good init m.json -o m.safetensors
    printf '\1' | dd of=m.safetensors bs=1 seek=$(($(stat -c %s m.safetensors) - 8)) conv=notrunc status=none
    gives 1 verify m.safetensors
    prints "(6,)"
    manifest '{"name": "a", "shape": [7], "dtype": "float64", "digest": "00112233445566778899aabbccddeeff",
        "parts": [{"shape": [7], "initializer": "ones"}]}' >m.json
    gives 1 verify m.json
    says "another digest"
}

@test "parts that are refused" {
    local two='{"shape": [2], "initializer": "zeros"}, {"shape": [1], "initializer": "ones"}'
    manifest "{\"name\": \"a\", \"shape\": [3], \"parts\": [$two]}" >m.json
    good plan m.json
    for v in '[]' '{}' null 3 '[1]' '[null]' '[[]]' "[$two, {\"shape\": [1], \"initializer\": \"ones\"}]" \
        '[{"shape": [2], "initializer": "zeros"}]' '[{"shape": [3, 1], "initializer": "zeros"}]' '[{"shape": [3]}]' \
        '[{"initializer": "zeros"}]' '[{"shape": [3], "initializer": "zeros", "name": "b"}]' \
        '[{"shape": [3], "initializer": "zeros", "dtype": "float32"}]' '[{"shape": [3], "initializer": "zeros", "extra": 1}]' \
        '[{"shape": [3], "initializer": "zeros", "digest": "00112233445566778899aabbccddeeff"}]' \
        "[{\"shape\": [3], \"parts\": [$two]}]"; do
        refuses m.json "{\"name\": \"a\", \"shape\": [3], \"parts\": $v}"
    done
    refuses "part number 1" '{"name": "a", "shape": [3], "parts": [{"shape": [2], "initializer": "ones"},
        {"shape": [1], "initializer": "bogus"}]}'
    refuses m.json '{"name": "a", "shape": [], "parts": [{"shape": [], "initializer": "ones"}]}'
    refuses m.json '{"name": "a", "shape": [2, 3], "parts": [{"shape": [1, 3], "initializer": "ones"},
        {"shape": [1, 4], "initializer": "ones"}]}'
    for field in '"initializer": "zeros"' '"seed": 1' '"value": 1' '"call": 0' '"seed_rule": "keras"' '"dialect": "tf"' '"draw": 0'; do
        refuses "has parts" "{\"name\": \"a\", \"shape\": [3], \"parts\": [$two], $field}"
    done
}

@test "axes" {
    manifest "$(tensor '"initializer": "he_normal", "input_axes": null, "output_axes": null')" >m.json
    same_as --shape 3,4 --initializer he_normal
    manifest "$(tensor '"initializer": "he_normal", "input_axes": [-1], "output_axes": [0, 0]')" >m.json
    same_as --shape 3,4 --initializer he_normal --input-axes=-1 --output-axes 0,0
    manifest "$(tensor '"initializer": "he_normal", "input_axes": [], "output_axes": []')" >m.json
    good plan m.json --json
    json_is 'd[0]["fan_in"], d[0]["fan_out"]' "(1, 1)"
    same_as --shape 3,4 --initializer he_normal --input-axes "[]" --output-axes "()"
}

@test "what is no JSON" {
    good init --shape 2 -o a.npy
    cp a.npy binary.json
    rm a.npy
    : >empty.json
    printf '{"counterweight": 1, "tensors": []' >cut.json
    printf '{"counterweight": 1, "tensors": []} x' >rest.json
    printf '{"counterweight": 1, "tensors": [],}' >comma.json
    printf "{'counterweight': 1, 'tensors': []}" >quotes.json
    printf '{"counterweight": 1, "tensors": [{"name": "a", "shape": [], "initializer": "constant", "value": NaN}]}' \
        >nan.json
    printf '{"counterweight": 1, "tensors": [{"name": "a", "shape": [], "initializer": "constant", "value": 1e999}]}' \
        >huge.json
    printf '{"counterweight": 1, "tensors": [{"name": "\xff", "shape": [], "initializer": "zeros"}]}' >latin.json
    printf '{"counterweight": 1, "tensors": [{"name": "a\\u0000b", "shape": [], "initializer": "zeros"}]}' >zero.json
    printf '{"counterweight": 1, "tensors": [{"name": "\\ud800", "shape": [], "initializer": "zeros"}]}' >surrogate.json
    printf '{"counterweight": 1, "counterweight": 1, "tensors": []}' >twice.json
    printf '{"counterweight": 1, "tensors": [{"name": "a", "shape": [], "shape": [2], "initializer": "zeros"}]}' \
        >twice2.json
    printf '\xef\xbb\xbf{"counterweight": 1, "tensors": []}' >mark.json
    printf '{"counterweight": 1, "tensors": []}\0' >null.json
    printf '[]' >list.json
    printf '"text"' >text.json
    printf 'null' >word.json
    "$CW_PYTHON" -c 'print("[" * 100000)' >deep.json
    "$CW_PYTHON" -c 'print("{\"counterweight\": 1, \"tensors\": " + "[" * 100000 + "]" * 100000 + "}")' >deep2.json
    for m in *.json; do
        for s in plan init verify digest; do
            refused 2 $s "$m"
            says "$m"
        done
        refused 2 diff "$m" --device cpu --device cpu
    done
}

@test "a manifest that is too large holds weights" {
    truncate -s 200000000 big.json
    refused 2 plan big.json
    says "holds no weights"
}

@test "which tensor is wrong is said" {
    refuses 'tensor "b"' "$(tensor '"initializer": "zeros"')" '{"name": "b", "shape": [3], "initializer": "bogus"}'
    refuses 'tensor number 1' "$(tensor '"initializer": "zeros"')" '{"shape": [3], "initializer": "zeros"}'
    printf '{\n"counterweight": 1,\n"tensors": [}\n' >m.json
    refused 2 plan m.json
    says "line 3"
}
