#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What is wrong with a command line: the exit status, one line that says what is wrong and what to do, nothing else.
load helper

subcommands="init plan verify diff digest devices selftest bench"

@test "--help and --version of cw and of every subcommand" {
    good --version
    grep -Eqx 'cw [0-9]+\.[0-9]+\.[0-9]+, numerics version [0-9]+' "$out"
    cp "$out" ../version
    good --help
    for s in $subcommands; do prints "cw $s "; done
    for s in $subcommands; do
        good "$s" --version
        same_bytes "$out" ../version
        good "$s" --help
        prints "cw $s "
        prints "--help"
        cp "$out" ../help
        good "$s" -h
        same_bytes "$out" ../help
    done
    good -h
    good init --shape 2,2 --help
    good verify no-such-file.npy --version
    only_files
}

@test "help lists every option of the subcommand and no other" {
    good init --help
    for o in initializer shape dtype seed seed-rule call dialect minval maxval mean stddev scale mode distribution \
        gain value input-axes output-axes device threads output exact json; do prints "  --$o "; done
    good selftest --help
    for o in device threads json; do prints "  --$o "; done
    ! grep -q -- "  --shape" "$out" || fail "selftest takes no shape"
    good devices --help
    ! grep -q -- "  --device" "$out" || fail "devices takes no device"
}

@test "subcommands" {
    refused 2
    refused 2 ""
    refused 2 inti
    says '"inti"'
    refused 2 --bogus
    refused 2 -o x.npy
}

@test "unknown options, values that are missing, values that are too many" {
    for s in $subcommands; do
        refused 2 "$s" --bogus
        says --bogus
        refused 2 "$s" --bogus=3
        refused 2 "$s" -q
        refused 2 "$s" --json=1
        says "takes no value"
        refused 2 "$s" --help=1
    done
    for o in initializer shape dtype seed seed-rule call dialect minval maxval mean stddev scale mode distribution \
        gain value input-axes output-axes device threads output; do refused 2 init "--$o"; done
    refused 2 init --shape 2 -o
    refused 2 init --shape 2 --s 3 # ambiguous
    for option in --shap=2 --shap "--sh 2" --init=zeros "--dist uniform" "--min 0" "--max 1" "--see 1" "--input 0"; do
        # shellcheck disable=SC2086 # a list of words
        refused 2 plan --shape 2 $option
        says "${option%%[ =]*}"
    done
    for option in --js --jso --hel --versio; do
        for s in $subcommands; do refused 2 "$s" $option; done
    done
    refused 2 init --shape 2 --exac
    refused 2 init --shape 2 --dev cpu
    says "no such option here, but --device is"
    refused 2 devices --device cpu
    refused 2 devices --threads 1
    refused 2 selftest --shape 2
    refused 2 plan --shape 2 --exact
    for s in plan verify diff digest devices selftest; do refused 2 "$s" -o x.npy; done
}

@test "operands that are missing or too many" {
    for s in init plan verify digest; do
        refused 2 "$s"
        says --shape
    done
    refused 2 init a.json b.json
    says '"b.json"'
    refused 2 plan a.json b.json
    refused 2 verify a.npy b.json c.json
    refused 2 verify a.npy b.npy
    refused 2 verify a.json b.json
    refused 2 diff
    refused 2 diff a.npy
    refused 2 diff a.npy b.npy c.npy
    refused 2 diff --shape 2
    refused 2 diff --shape 2 --device cpu
    refused 2 diff --device cpu --device cpu
    refused 2 devices x
    refused 2 selftest x
}

@test "options that do not go together" {
    good init --shape 2 -o a.npy
    manifest '{"name": "a", "shape": [2], "initializer": "zeros"}' >m.json
    for s in init plan verify digest; do refused 2 "$s" m.json --shape 2; done
    refused 2 diff m.json --seed 1 --device cpu --device cpu
    says --seed
    refused 2 verify a.npy
    refused 2 verify a.npy m.json --shape 2
    refused 2 verify a.npy --shape 2 --device cpu
    refused 2 diff a.npy a.npy --shape 2
    refused 2 diff a.npy a.npy --device cpu
    refused 2 digest a.npy --shape 2
    refused 2 digest a.npy --device cpu
    refused 2 init --shape 2 -o - --json
    refused 2 init --shape 2 --device opencl --threads 1
    refused 2 selftest --device opencl --threads 1
    refused 2 init --shape 2 --exact --json
    says "--exact"
    refused 2 init --shape 2 --exact -o a.npy
    says "leave out -o"
}

@test "one device where one is meant" {
    for s in init plan verify digest; do
        refused 2 "$s" --shape 2 --device cpu --device cpu
        says "--device is there 2 times (give it once)"
        refused 2 "$s" --shape 2 --device opencl --device cpu --device cpu
    done
    refused 2 selftest --device opencl --device cpu
    refused 2 diff --shape 2 --device cpu --device cpu --device cpu
    says "--device is there 3 times (give it twice)"
}

@test "advice suits what was wrong" {
    refused 2 init --shape 2 2
    says '"2" is no option and no MODEL.json (lists have commas and no blanks'
    refused 2 plan --shape 3, 4 --seed 1
    says '"4" is no option'
    for seed in "" x; do
        refused 2 plan --shape 2 --seed "$seed"
        says "--seed: \"$seed\" is no list of integers (such as 42, or"
    done
    for s in init plan verify digest; do
        refused 2 "$s" --shape 2 --value 1
        says "see cw $s --help"
    done
    good init --help
    prints "use number K, from 0, of SeedGenerator(N)"
}

@test "bad shapes" {
    for shape in "" x 3.0 3x4 "3 4" 3,,4 ,3 , "(3,4" "3,4)" "(3,4]" "[3,4)" "((3))" "(3)(4)" "3,4 5" "3;4" 1e3 \
        -1 3,-4 99999999999999999999 1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1; do
        refused 2 plan --shape "$shape"
        refused 2 plan "--shape=$shape"
        says --shape
    done
    for shape in 2305843009213693952 4294967296,4294967296 9223372036854775807,9223372036854775807; do
        refused 2 plan --shape "$shape"
        refused 2 init --shape "$shape" -o x.npy
    done
}

@test "bad seeds" {
    for seed in "" x 1.0 1e3 "1 2" 1,,2 99999999999999999999 9223372036854775808 -9223372036854775809 "()" \
        1,2,3,4,5,6,7; do
        refused 2 plan --shape 2 --seed "$seed"
        says --seed
    done
    refused 2 plan --shape 2 --seed 1,2
    says keras
    refused 2 plan --shape 2 --seed 1 --seed-rule stateless
    refused 2 plan --shape 2 --seed 1,2,3 --seed-rule stateless
    refused 2 plan --shape 2 --seed 1,2,3,4,5 --seed-rule raw
    refused 2 plan --shape 2 --seed 1,2,3,4,5,-6 --seed-rule raw
    refused 2 plan --shape 2 --seed 1,2,3,4,5,0x100000000 --seed-rule raw
    refused 2 plan --shape 2 --seed-rule keras9
    says '"keras9"'
    refused 2 plan --shape 2 --seed-rule ""
    for call in -1 x 1.0 "" 99999999999999999999; do refused 2 plan --shape 2 --call "$call"; done
    refused 2 plan --shape 2 --seed-rule stateless --seed 1,2 --call 1
    refused 2 plan --shape 2 --seed-rule raw --call 1
}

@test "bad words" {
    for o in initializer dtype seed-rule dialect; do
        refused 2 plan --shape 2 "--$o" bogus
        says '"bogus"'
        says "known are"
        refused 2 plan --shape 2 "--$o" ""
    done
    for o in mode distribution; do
        refused 2 plan --shape 2 --initializer variance_scaling "--$o" bogus
        refused 2 plan --shape 2 --initializer variance_scaling "--$o" ""
    done
    refused 2 plan --shape 2 --initializer variance_scaling --distribution constant
    refused 2 plan --shape 2 --initializer GLOROT_UNIFORM
    refused 2 plan --shape 200 --dtype int32 # glorot_uniform leaves no integer between its limits
    refused 2 plan --shape 2 --initializer uniform_full_int
}

@test "bad numbers" {
    for number in "" x 1,5 0x10 "1 " " 1" 1e "1e5 x" -- - nan inf -inf 1e39 -1e39 1e400 99999999999999999999; do
        refused 2 plan --shape 2 --initializer constant "--value=$number"
        refused 2 plan --shape 2 --initializer random_normal "--stddev=$number"
        refused 2 plan --shape 2 --initializer truncated_normal "--mean=$number"
        refused 2 plan --shape 2 --initializer random_uniform "--minval=$number"
        refused 2 plan --shape 2 --initializer random_uniform "--maxval=$number"
    done
    refused 2 plan --shape 2,2 --initializer identity --gain inf
    for scale in 0 0.0 -1 nan x ""; do refused 2 plan --shape 2 --initializer variance_scaling "--scale=$scale"; done
    refused 2 plan --shape 2 --initializer random_uniform --minval -3e38 --maxval 3e38 # the difference is infinite
}

@test "options that the initializer does not take" {
    refused 2 plan --shape 2 --value 1
    says value
    refused 2 plan --shape 2 --initializer zeros --value 1
    refused 2 plan --shape 2 --initializer constant --gain 1
    refused 2 plan --shape 2,2 --initializer identity --value 1
    refused 2 plan --shape 2 --initializer random_uniform --mean 0
    refused 2 plan --shape 2 --initializer random_normal --minval 0
    refused 2 plan --shape 2 --initializer truncated_normal --scale 1
    refused 2 plan --shape 2 --initializer he_normal --scale 1
    refused 2 plan --shape 2 --initializer he_normal --mode fan_in
    refused 2 plan --shape 2 --initializer he_normal --distribution uniform
    refused 2 plan --shape 2 --initializer zeros --input-axes 0 --output-axes 0
    refused 2 plan --shape 2 --initializer random_normal --input-axes 0 --output-axes 0
    for s in init verify digest; do refused 2 "$s" --shape 2 --value 1; done
    refused 2 diff --shape 2 --value 1 --device cpu --device cpu
}

@test "axes and shapes that the initializer cannot use" {
    for axes in x "" 2 -3 99 0,5; do
        refused 2 plan --shape 2,3 --initializer he_normal "--input-axes=$axes" --output-axes 1
        refused 2 plan --shape 2,3 --initializer he_normal --input-axes 0 "--output-axes=$axes"
    done
    for shape in "()" 3 3,3,3; do refused 2 init --initializer identity --shape "$shape"; done
}

@test "devices: unknown words are usage, what is not there is exit status 3" {
    for device in "" gpu CPU cpu:0 cpu: cuda: cuda:x cuda:-1 "cuda:+1" "cuda: 1" cuda:1.2 cudaa opencl: opencl:1 \
        opencl:1. opencl:.1 opencl:1.2.3 opencl:a.b opencl:99999999999.0; do
        for s in init plan verify digest; do refused 2 "$s" --shape 2 --device "$device"; done
        refused 2 selftest --device "$device"
        refused 2 diff --shape 2 --device cpu --device "$device"
    done
    for threads in 0 -1 x 1.5 "" 4294967296 99999999999999999999; do refused 2 init --shape 2 --threads "$threads"; done
    refused 2 init --shape 2 --threads 100000
    export CW_CUDA_LIBRARY=$PWD/no-such-library.so
    for device in cuda cuda:0 cuda:7; do
        for s in init verify digest; do refused 3 "$s" --shape 2 --device "$device"; done
        refused 3 selftest --device "$device"
        refused 3 diff --shape 2 --device cpu --device "$device"
        refused 3 diff --shape 2 --device "$device" --device cpu
        says "cw: $device: "
        refused 3 init --shape 2 --device "$device" -o x.npy
    done
    refused 3 init --shape 2 --device opencl:99.0
    good devices
    grep -q '^cuda  *none: ' "$out"
}

@test "no OpenCL driver" {
    mkdir vendors
    export OCL_ICD_VENDORS=$PWD/vendors
    for s in init verify digest; do refused 3 "$s" --shape 2 --device opencl; done
    refused 3 selftest --device opencl
    says "cw: opencl: "
    good devices
    grep -q '^opencl  *none: ' "$out"
    good devices --json
    json_is '[b["devices"] for b in d["backends"] if b["backend"] == "opencl"]' '[[]]'
    json_is '[len(b["why_not"]) > 0 for b in d["backends"] if b["backend"] == "opencl"]' '[True]'
}

@test "names of results" {
    for name in x x.NPY x.NPZ x.zip x.json x.npy.part .npy .npz .safetensors npy -x "dir/"; do
        refused 2 init --shape 2 -o "$name"
    done
    refused 2 init --shape 2 "--output="
    manifest '{"name": "a", "shape": [2], "initializer": "zeros"}' \
        '{"name": "b", "shape": [2], "initializer": "ones"}' >two.json
    manifest >none.json
    refused 2 init two.json -o x.npy
    refused 2 init none.json -o x.npy
    only_files none.json two.json
}

@test "files that cannot be read are exit status 4, damaged ones 2" {
    mkdir folder.npy folder.json folder.safetensors
    mkfifo pipe.npy pipe.json
    for name in none folder pipe; do
        for s in init plan verify digest; do refused 4 "$s" $name.json; done
        refused 4 digest $name.npy
        refused 4 verify $name.npy --shape 2
        refused 4 diff $name.npy $name.npy
    done
    refused 4 verify none.safetensors
    refused 4 verify folder.safetensors
    good init --shape 100 -o a.npy
    head -c 300 a.npy >cut.npy
    head -c 5 a.npy >short.npy
    : >empty.npy
    : >empty.safetensors
    cp a.npy other.safetensors
    (cat a.npy && echo) >longer.npy
    for name in cut.npy short.npy empty.npy longer.npy empty.safetensors other.safetensors; do
        refused 2 digest "$name"
        refused 2 verify "$name" --shape 100
        refused 2 diff a.npy "$name"
        says "$name"
    done
    cp a.npy a.bin
    refused 2 digest a.bin
    refused 2 verify a.bin --shape 100
    refused 2 diff a.npy a.bin
}

@test "a file that may not be read" {
    good init --shape 2 -o a.npy
    chmod 0 a.npy
    become_plain_user
    got=0
    $user "$CW" digest a.npy >"$out" 2>"$err" || got=$?
    [ "$got" -eq 4 ] && [ ! -s "$out" ] && is_one_complaint "$err" || fail_call "should be refused" digest a.npy
    says "Permission denied"
}

@test "memory is exhausted" {
    ulimit -v 400000
    refused 4 init --threads 1 --shape 1000000000
    refused 4 init --threads 1 --initializer orthogonal --shape 10000,10000 -o x.npy # there is no part of it
    says "memory"
    refused 4 init --threads 1 --initializer orthogonal --shape 10000,10000 -o -
    refused 4 verify --threads 1 --shape 1000000000
    refused 4 digest --threads 1 --initializer orthogonal --shape 10000,10000
    good digest --threads 1 --shape 200000000 # piece by piece
    refused 4 diff --threads 1 --shape 60000000 --device cpu --device cpu
    good plan --shape 1000000000
    truncate -s 1000000000 big.npy
    good init --shape 2 -o a.npy
    "$CW_PYTHON" -c 'import struct
h = b"{\"descr\": \"<f4\", \"fortran_order\": False, \"shape\": (250000000,), }\n"
f = open("big.npy", "r+b")
f.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(h)) + h)
f.truncate(10 + len(h) + 1000000000)'
    refused 4 digest big.npy
    refused 4 verify big.npy --shape 250000000
    refused 4 diff a.npy big.npy
}

@test "hostile names stay one line" {
    name=$'a\nb\tc\033[31md\177e\xc2\x9bf'
    refused 2 "$name"
    refused 2 init "--$name"
    refused 2 init --shape "$name"
    refused 2 init --shape 2 --device "$name"
    refused 2 init --shape 2 --initializer "$name"
    refused 2 init --shape 2 -o "$name"
    refused 4 init --shape 2 -o "$name/x.npy"
    refused 4 digest "$name.npy"
    refused 4 plan "$name.json"
    says 'a?b?c?[31md?e??f.json'
    echo '{' >"$name.json"
    refused 2 plan "$name.json"
    manifest "$(printf '{"name": "a\\nb\\u001b[31mc", "shape": [2], "initializer": "%s"}' 'x\n\u0007')" >m.json
    refused 2 plan m.json
    refused 2 init --shape "$(printf '%04000d,' 1)" --seed x # longer than any line
    [ "$(wc -c <"$err")" -lt 4000 ] || fail "the line is endless"
    long=$(printf '%03000d' 1)
    refused 4 digest "$long.npy"
    refused 2 plan --shape 2 --seed "x$long"
    says "(such as 42, or as many as the seed rule takes: 1,2)"
    refused 2 plan --shape 2 --initializer $'\xff\xfe'
}

@test "hostile names in results" {
    manifest '{"name": "a\n\u001b[31mb\u009bc", "shape": [2], "initializer": "zeros"}' >m.json
    for s in plan init digest; do
        good "$s" m.json
        ! tr -d '\n' <"$out" | LC_ALL=C grep -q '[[:cntrl:]]' || fail_call "control characters" "$s"
        prints 'a??[31mb?c'
        good "$s" m.json --json
    done
    good init m.json -o m.safetensors
    look flip m.safetensors -1
    gives 1 verify m.safetensors
    prints 'a??[31mb?c: 1 of 2'
    good init --shape 2 -o $'\xff.npy'
    good digest --json $'\xff.npy'
    json_is 'd["tensors"][0]["name"]' '?.npy'
    good verify --json $'\xff.npy' --shape 2
    good init --shape 2 --json -o $'\xff.npy'
    json_is 'd["file"]' '?.npy'
}

@test "--name value and --name=value, and operands anywhere" {
    good plan --json --shape 3,4 --initializer random_normal --mean -1 --stddev 2 --seed -5
    cp "$out" ../one
    good plan --stddev=2 --shape=3,4 --seed=-5 --mean=-1 --initializer=random_normal --json
    same_bytes "$out" ../one
    manifest '{"name": "a", "shape": [2], "initializer": "ones"}' >./-m.json
    good init -o one.npy --device=cpu -- -m.json
    good init --device cpu ./-m.json -otwo.npy
    good init ./-m.json --threads=1 --output=three.npy
    same_bytes one.npy two.npy
    same_bytes one.npy three.npy
}
