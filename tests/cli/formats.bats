#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Files: written by cw and read by others, compared, and fingerprinted.
load helper

model='{"name": "b/kernel", "shape": [3, 4, 5], "initializer": "he_normal", "seed": 7}
{"name": "a/empty", "shape": [2, 0], "initializer": "ones"}
{"name": "ünï/ \"quoted\"", "shape": [], "initializer": "random_normal", "seed": 1}
{"name": "c", "shape": [1001], "initializer": "random_uniform", "minval": -1, "maxval": 1.0, "seed": [3, 4], '\
'"seed_rule": "stateless"}'

write_model() {
    local tensors
    mapfile -t tensors <<<"$model"
    manifest "${tensors[@]}" >model.json
}

@test ".npy is what NumPy reads and what NumPy writes" {
    for shape in "()" 0 1 7 3,5 2,0,3 3,3,4,5 1,1,1,1,1,1,1,1,1,1,1,1,1,1,2,3 1099511627776,0; do
        good init --shape "$shape" --initializer random_normal --seed 3 -o a.npy
        good init --shape "$shape" --initializer random_normal --seed 3 -o -
        look bytes a.npy | cmp - "$out"
        "$CW_PYTHON" -c 'import ast, numpy, sys
a, shape = numpy.load("a.npy"), ast.literal_eval(sys.argv[1])
shape = shape if isinstance(shape, tuple) else (shape,)
assert a.dtype == numpy.dtype("<f4") and a.shape == shape, (a.dtype, a.shape)
numpy.save("b.npy", a)' "$shape"
        same_bytes a.npy b.npy
    done
}

@test "the .npy header has NumPy's length for every length of the shape" {
    # One character more each time, so some headers are as long as they can be before they take 64 bytes more.
    for ones in "" 1,1,1,1,1,1, 1,1,1,1,1,1,1,1,1,1,1,1, 1,1,1,1,1,1,1,1,1,1,1,1,1,1,; do
        axis=1
        for _ in {1..18}; do
            good init --shape "0,$ones$axis" --initializer zeros -o "0,$ones$axis.npy"
            axis=${axis}0
        done
    done
    "$CW_PYTHON" -c 'import glob, numpy
for path in glob.glob("*.npy"):
    numpy.save("numpy", numpy.load(path))
    assert open(path, "rb").read() == open("numpy.npy", "rb").read(), path'
}

@test ".safetensors holds the manifest's tensors in its order, without holes" {
    write_model
    good init model.json -o model.safetensors
    equal "$(look safetensors model.safetensors model.json)" "4 tensors"
    good init "$golden/stateless.json" -o stateless.safetensors
    look safetensors stateless.safetensors "$golden/stateless.json"
    manifest >none.json
    good init none.json -o none.safetensors
    equal "$(look safetensors none.safetensors none.json)" "0 tensors"
    good init model.json -o -
    tail -c "$(wc -c <"$out")" model.safetensors | cmp - "$out"
}

@test "names that .safetensors cannot hold" {
    manifest '{"name": "__metadata__", "shape": [2], "initializer": "zeros"}' >m.json
    refused 2 init m.json -o x.safetensors
    good init m.json -o x.npy
}

@test "a .safetensors file that cw wrote verifies itself, from a manifest or from options" {
    write_model
    good init model.json -o model.safetensors
    good verify model.safetensors
    prints "model.safetensors: 4 tensors, 1062 elements, 0 bits differ"
    good verify model.safetensors model.json
    good verify model.json model.safetensors
    for options in "--shape 3,4" \
        "--shape 3,4 --initializer variance_scaling --mode fan_out --distribution uniform --scale 2" \
        "--shape 9 --initializer constant --value 1152921573326323713" "--shape 5 --seed 1,2 --seed-rule stateless" \
        "--shape 5 --seed -9223372036854775808 --call 3" "--shape 5 --seed 1,2,3,4,5,0xffffffff --seed-rule raw" \
        "--shape 2,3,4 --initializer he_normal --input-axes 0 --output-axes -1,1" \
            "--shape 5 --initializer constant --value 1e-45 --dialect tf" \
        "--shape 3,3 --initializer identity --gain 0.1" \
            "--shape 7 --initializer random_uniform --minval 16777217 --maxval 2e10"; do
        # shellcheck disable=SC2086 # a list of words
        good init $options -o one.safetensors
        good verify one.safetensors
        # shellcheck disable=SC2086
        good verify one.safetensors $options
        # shellcheck disable=SC2086
        good init $options -o one.npy
        good diff one.npy one.safetensors
    done
}

@test "one flipped bit is found, with its index" {
    write_model
    good init model.json -o model.safetensors
    cp model.safetensors good.safetensors
    # The data are 60, 0, 1 and 1001 floats: bit 5 of element 40 of the first, seen from the end of the file.
    look flip model.safetensors $((5 - 32 * (1062 - 40)))
    for second in "" model.json; do
        # shellcheck disable=SC2086 # none or one
        gives 1 verify model.safetensors $second
        prints "b/kernel: 1 of 60 elements differ, by at most 32 ulp"
        prints "first  (2, 0, 0): "
        prints "1 of 4 tensors differ"
    done
    gives 1 verify model.safetensors --json
    json_is '[(r["name"], r["count"], r["first"], r["worst"], r["max_ulp"]) for r in d["results"] if r["count"]]' \
        "[('b/kernel', 1, 40, 40, 32)]"
    json_is 'd["equal"], d["tensors"], d["elements"], d["differing_tensors"], d["differing_elements"]' \
        "(False, 4, 1062, 1, 1)"
    gives 1 diff good.safetensors model.safetensors --json
    json_is '[(r["name"], r["count"], r["first"], r["worst"], r["max_ulp"]) for r in d["results"] if r["count"]]' \
        "[('b/kernel', 1, 40, 40, 32)]"
    look flip model.safetensors $((3 - 32 * (1062 - 10)))
    gives 1 verify model.safetensors --json
    json_is '[(r["count"], r["first"], r["worst"]) for r in d["results"] if r["count"]]' "[(2, 10, 40)]"
}

@test "verify FILE.npy against options" {
    good init --shape 5,7 --seed 3 -o a.npy
    good verify a.npy --shape 5,7 --seed 3
    prints "a.npy: 1 tensor, 35 elements, 0 bits differ"
    good verify --seed=3 a.npy --shape=5,7
    gives 1 verify a.npy --shape 5,7 --seed 4
    prints "of 35 elements differ"
    prints "the seed 3"
    gives 1 verify a.npy --shape 7,5 --seed 3
    prints "should be float32 (7, 5) and is float32 (5, 7)"
    gives 1 verify a.npy --shape 5,7 --seed 3 --initializer random_normal
    look flip a.npy -1
    gives 1 verify a.npy --shape 5,7 --seed 3 --json
    json_is '[(r["count"], r["first"]) for r in d["results"]]' "[(1, 34)]"
    "$CW_PYTHON" -c 'import numpy
numpy.save("fortran.npy", numpy.asfortranarray(numpy.load("'"$golden"'/convolution.npy")))
numpy.save("double.npy", numpy.load("'"$golden"'/convolution.npy").astype("f8"))
numpy.save("big.npy", numpy.load("'"$golden"'/convolution.npy").astype(">f4"))'
    good verify fortran.npy --shape 3,3,4,8 --initializer he_normal --seed 42
    gives 1 verify double.npy --shape 3,3,4,8 --initializer he_normal --seed 42
    prints "is float64"
    refused 2 verify big.npy --shape 3,3,4,8
}

@test "verify against a manifest: tensors that are missing, added, or of another form" {
    write_model
    good init model.json -o model.safetensors
    mapfile -t t <<<"$model"
    manifest "${t[0]}" "${t[1]}" "${t[2]}" >fewer.json
    gives 1 verify model.safetensors fewer.json
    prints "c: is in the file and not in the manifest"
    manifest "${t[@]}" '{"name": "new", "shape": [2], "initializer": "zeros"}' >more.json
    gives 1 verify model.safetensors more.json
    prints "new: is not in the file"
    manifest "${t[@]:0:3}" "${t[3]/1001/1002}" >longer.json
    gives 1 verify model.safetensors longer.json
    prints "c: should be float32 (1002,) and is float32 (1001,)"
    manifest "${t[3]}" "${t[2]}" "${t[1]}" "${t[0]}" >order.json
    good verify model.safetensors order.json
    good init --shape 2 -o a.npy
    gives 1 verify a.npy more.json
}

@test "digests in a manifest must be met, by devices and by files" {
    write_model
    good init model.json -o model.safetensors
    good digest model.json --json
    total=$(json 'd["digest"]')
    "$CW_PYTHON" -c 'import json, sys
model, found = json.load(open("model.json")), json.load(open(sys.argv[1]))
for tensor, row in zip(model["tensors"], found["tensors"]):
    assert tensor["name"] == row["name"]
    tensor["digest"] = row["digest"]
json.dump(model | {"digest": found["digest"]}, open("right.json", "w"))
json.dump(model | {"digest": "0" + found["digest"][1:-1] + "f"}, open("total.json", "w"))
tensor = model["tensors"][2]
tensor["digest"] = tensor["digest"][::-1]
json.dump(model, open("tensor.json", "w"))' "$out"
    good verify right.json
    good verify model.safetensors right.json
    good init right.json -o right.safetensors
    prints "digest $total, as the manifest says"
    good verify right.safetensors
    for m in total.json tensor.json; do
        for arguments in "digest $m" "init $m" "init $m -o -" "init $m --json"; do
            # shellcheck disable=SC2086 # a list of words
            gives 1 $arguments
            is_one_complaint "$err" || fail_call "should complain in one line" "$arguments"
            says digest
        done
    done
    for arguments in "init total.json" "init tensor.json -o -" "init tensor.json --exact" "init tensor.json --json"; do
        # shellcheck disable=SC2086
        refused 1 $arguments # nothing on stdout
    done
    refused 1 init tensor.json -o x.safetensors
    says 'ünï/ "quoted"'
}

@test "verify has one verdict, that names the digests" {
    manifest '{"name": "a", "shape": [2], "initializer": "zeros", "digest": "00112233445566778899aabbccddeeff"}' \
        '{"name": "b", "shape": [2], "initializer": "ones"}' >wrong.json
    sed 's/"digest".*eff"/"dtype": "float32"/' wrong.json >right.json
    sed 's/1, "t/1, "digest": "ffeeddccbbaa99887766554433221100", "t/' right.json >total.json
    good init right.json -o m.safetensors
    good digest right.json
    zeros=$(head -c 32 "$out") total=$(tail -n 1 "$out" | head -c 32)
    for arguments in wrong.json "m.safetensors wrong.json"; do
        # shellcheck disable=SC2086 # a list of words
        gives 1 verify $arguments
        equal "$(cat "$err")" ""
        prints "a: the manifest has the digest 00112233445566778899aabbccddeeff, and the definition $zeros"
        prints ": 1 digest differs between the manifest and the definition, which all elements meet"
        ! grep -q "0 bits differ" "$out" || fail "two verdicts"
        # shellcheck disable=SC2086
        gives 1 verify $arguments --json
        json_is 'd["equal"], d["differing_tensors"], d["wrong_digests"]' "(False, 0, [{'name': 'a', \
'manifest': '00112233445566778899aabbccddeeff', 'definition': '$zeros'}])"
    done
    gives 1 verify m.safetensors total.json
    prints "total: the manifest has the digest ffeeddccbbaa99887766554433221100, and the definition $total"
    gives 1 verify total.json --json
    json_is 'd["equal"], d["wrong_digests"]' "(False, [{'name': None, \
'manifest': 'ffeeddccbbaa99887766554433221100', 'definition': '$total'}])"
    good verify right.json --json
    json_is 'd["equal"], d["wrong_digests"]' "(True, [])"
    # Elements that are not as defined cannot have its digest: there is one thing to say of them.
    look flip m.safetensors -1
    gives 1 verify m.safetensors total.json
    prints "1 of 2 tensors differ"
    ! grep -q digest "$out" || fail "the digest of other elements is no news"
}

@test "a tensor without a name pairs with the only one of the other side" {
    manifest '{"name": "a", "shape": [3], "initializer": "he_normal", "seed": 5}' >one.json
    manifest '{"name": "b", "shape": [3], "initializer": "he_normal", "seed": 5}' >b.json
    manifest '{"name": "a", "shape": [3], "initializer": "he_normal", "seed": 5}' \
        '{"name": "b", "shape": [3], "initializer": "zeros"}' >two.json
    options="--shape 3 --initializer he_normal --seed 5"
    for ending in npy npz safetensors; do
        # shellcheck disable=SC2086 # a list of words
        good init $options -o unnamed.$ending
        good verify unnamed.$ending one.json
        prints "unnamed.$ending: 1 tensor, 3 elements, 0 bits differ"
        # shellcheck disable=SC2086
        good verify unnamed.$ending $options
        gives 1 verify unnamed.$ending two.json
        prints "a: is not in the file"
        prints "tensor: is in the file and not in the manifest"
    done
    good init one.json -o one.npy
    good init one.json -o a.safetensors
    good init b.json -o b.safetensors
    good init two.json -o two.safetensors
    good verify one.npy one.json
    for other in unnamed.npy unnamed.safetensors a.safetensors b.safetensors; do
        good diff unnamed.npy $other
        good diff $other unnamed.safetensors
        # shellcheck disable=SC2086
        good verify $other $options
    done
    gives 1 diff a.safetensors b.safetensors
    prints "a: is only in the first file"
    prints "b: is only in the second file"
    gives 1 verify a.safetensors b.json
    gives 1 diff unnamed.npy two.safetensors
}

@test "the digest of one tensor is the same wherever it is told" {
    for options in "--shape 3,5 --seed 2" "--shape 4 --initializer zeros" \
        "--shape 0 --dtype int32 --initializer ones"; do
        for ending in npy npz safetensors; do
            # shellcheck disable=SC2086 # a list of words
            good init $options -o a.$ending
            total=$(sed -n 's/.*, digest \([0-9a-f]*\)$/\1/p' "$out")
            good digest a.$ending --json
            own=$(json 'd["tensors"][0]["digest"]')
            json_is 'd["digest"]' "$total"
            # shellcheck disable=SC2086
            good init $options -o a.$ending --json
            json_is 'd["digest"], d["tensors"][0]["digest"], d["tensors"][0]["name"]' "('$total', '$own', 'tensor')"
            # shellcheck disable=SC2086
            good digest $options --json
            json_is 'd["digest"], [(t["name"], t["digest"]) for t in d["tensors"]]' "('$total', [('tensor', '$own')])"
            equal "$(look digest a.$ending | tail -n 1 | head -c 32)" "$total"
        done
        good digest a.npy
        good diff a.npy a.safetensors
        good diff a.npy a.npz
    done
    # The same bits by another initializer
    good init --shape 4 --initializer zeros -o a.safetensors
    good init --shape 4 --initializer constant --value 0 -o b.safetensors
    good diff a.safetensors b.safetensors
}

@test "diff of two files" {
    write_model
    good init model.json -o a.safetensors
    good diff a.safetensors a.safetensors
    prints "4 tensors, 1062 elements, 0 bits differ"
    mapfile -t t <<<"$model"
    manifest "${t[0]}" "${t[1]}" "${t[3]}" >fewer.json
    good init fewer.json -o b.safetensors
    gives 1 diff a.safetensors b.safetensors
    prints 'is only in the first file'
    gives 1 diff b.safetensors a.safetensors
    prints 'is only in the second file'
    gives 1 diff b.safetensors a.safetensors --json
    json_is 'd["equal"], d["differing_tensors"]' "(False, 1)"
    good init --shape 4 -o a.npy
    good init --shape 2,2 -o b.npy
    gives 1 diff a.npy b.npy
    prints "float32 (4,) and float32 (2, 2)"
    good init --shape 4 --initializer zeros -o zeros.npy
    gives 1 diff a.npy zeros.npy
    prints "4 of 4 elements differ"
    prints "the second holds only zeros"
    gives 1 diff zeros.npy a.npy
    prints "the first holds only zeros"
    good init --shape 4 --seed 9 -o other.npy
    gives 1 diff a.npy other.npy
    prints "another seed"
    cp a.npy ulp.npy
    look flip ulp.npy -32
    gives 1 diff a.npy ulp.npy
    prints "1 of 4 elements differ, by at most 1 ulp"
    prints "rounding"
}

@test "diff and verify of devices" {
    write_model
    for device in $(devices); do
        good diff model.json --device cpu --device "$device"
        prints "cpu and $device: 4 tensors, 1062 elements, 0 bits differ"
        good diff --shape 100003 --initializer truncated_normal --device "$device" --device cpu
        good verify model.json --device "$device"
        prints "$device: 4 tensors, 1062 elements, 0 bits differ"
        good verify --shape 1000 --seed 5 --device "$device" --json
        json_is 'd["equal"], d["elements"], d["compared"]' "(True, 1000, '$device')"
    done
}

@test "digests agree with python/digest.py, and with one another" {
    write_model
    good init model.json -o model.safetensors
    good init --shape 3,5 --seed 2 -o a.npy
    good init "$golden/stateless.json" -o stateless.safetensors
    good init "$golden/stateless.json" -o stateless.npz
    for file in a.npy model.safetensors stateless.npz stateless.safetensors "$golden"/*.npy \
        "$golden"/print/{float32,float64,float16,int32,int64,uint32,uint64}.safetensors; do
        good digest "$file"
        look digest "$file" | cmp - "$out"
    done
    good digest model.safetensors stateless.safetensors a.npy
    look digest model.safetensors stateless.safetensors a.npy | cmp - "$out"
    good digest model.safetensors
    cp "$out" ../of_file
    for device in $(devices); do
        good digest model.json --device "$device"
        same_bytes "$out" ../of_file
        good digest --shape 3,5 --seed 2 --device "$device" --json
        equal "$(json 'd["tensors"][0]["digest"]')" "$(look digest a.npy | head -c 32)"
        good init --shape 3,5 --seed 2 --device "$device" -o b.npy
        prints "digest $(look digest a.npy | tail -n 1 | head -c 32)"
    done
    good digest "$golden/constant.npy" --json
    json_is '[sorted(t) for t in d["tensors"]], sorted(d)' "([['digest', 'name']], ['digest', 'tensors'])"
}
