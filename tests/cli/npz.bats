#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# .npz: what NumPy reads of what cw writes, what cw reads of what NumPy writes, and what is not taken for whole.
load helper

write_model() {
    manifest '{"name": "b/kernel", "shape": [3, 4, 5], "initializer": "he_normal", "seed": 7}' \
        '{"name": "a/empty", "shape": [2, 0], "initializer": "ones"}' \
        '{"name": "ünï: \"quoted\"", "shape": [], "initializer": "random_normal", "seed": 1}' \
        '{"name": "double", "shape": [7], "dtype": "float64", "initializer": "constant", "value": 5.0}' \
        '{"name": "c", "shape": [1001], "initializer": "random_uniform", "minval": -1, "maxval": 1.0, "seed": [3, 4],
          "seed_rule": "stateless"}' | sed 's/1,/1, "source": {"by": "hand, 手"},/' >model.json
}

# Python with NumPy and look.py, for a program on stdin.
py() { PYTHONPATH=$CW_SOURCE/tests/cli "$CW_PYTHON" - "$@"; }

@test "NumPy reads every tensor of a model, under its name, and nothing else" {
    write_model
    good init model.json -o model.npz
    good init model.json -o model.safetensors
    py <<'E'
import json, look, numpy as np
archive, (_, tensors) = np.load("model.npz"), look.safetensors("model.safetensors")
assert archive.files == [name for name, _ in tensors] == [t["name"] for t in json.load(open("model.json"))["tensors"]]
for name, array in tensors:
    found = archive[name]
    assert found.dtype == array.dtype and found.shape == array.shape and found.tobytes() == array.tobytes(), name
E
    good diff model.npz model.safetensors
    "$CW_PYTHON" -m zipfile -t model.npz
    if command -v unzip >/dev/null; then unzip -tq model.npz; fi
}

@test "every dtype in .npz is what it is in .npy" {
    for dtype in float32 float64 float16 bfloat16 int32 int64 uint32 uint64; do
        good init --shape 3,5 --initializer constant --value 7 --dtype $dtype -o a.npy
        good init --shape 3,5 --initializer constant --value 7 --dtype $dtype -o a.npz
        "$CW_PYTHON" -m zipfile -e a.npz out
        same_bytes out/tensor.npy a.npy
        good diff a.npy a.npz
        good verify a.npz
    done
}

@test "the same bytes in each run, on each device, in every time zone" {
    write_model
    good init model.json -o a.npz
    for device in $(devices); do
        good init model.json --device "$device" -o b.npz
        same_bytes a.npz b.npz
    done
    for zone in UTC EST5EDT4 XXX-14 YYY12; do
        TZ=$zone good init model.json -o b.npz
        same_bytes a.npz b.npz
    done
    py <<'E'
import zipfile
for member in zipfile.ZipFile("a.npz").infolist():
    assert member.date_time == (1980, 1, 1, 0, 0, 0) and member.compress_type == zipfile.ZIP_STORED, member
E
}

@test "an .npz that cw wrote verifies itself, and says what the manifest says" {
    write_model
    good init model.json -o model.npz
    good verify model.npz
    prints "model.npz: 5 tensors, 1069 elements, 0 bits differ"
    good verify model.npz model.json
    good init --shape 3,4 --seed 3 -o one.npz
    good verify one.npz
    good verify one.npz --shape 3,4 --seed 3
    gives 1 verify one.npz --shape 3,4 --seed 4
    good init model.json -o model.safetensors
    py <<'E'
import json, look, zipfile
archive, expected = zipfile.ZipFile("model.npz"), look.safetensors("model.safetensors")[0]
found = json.loads(archive.comment)
manifest = found.pop("counterweight.manifest")
manifest["tensors"] = [json.loads(member.comment) for member in archive.infolist()]
assert look.text_with_types(manifest) == look.text_with_types(json.loads(expected.pop("counterweight.manifest")))
assert found == expected, found
E
}

@test "what NumPy writes is read, compressed or not" {
    write_model
    good init model.json -o model.safetensors
    good init model.json -o ours.npz
    py <<'E'
import numpy as np
arrays = dict(np.load("ours.npz"))
np.savez("stored.npz", **arrays)
np.savez_compressed("deflated.npz", **arrays)
np.savez("positional.npz", np.arange(6, dtype="<i4").reshape(2, 3), np.zeros(0, "<f8"))
np.savez("nothing.npz")
np.savez("fortran.npz", tensor=np.asfortranarray(np.arange(6, dtype="<i8").reshape(2, 3)))
np.save("rows.npy", np.arange(6, dtype="<i8").reshape(2, 3))
np.savez_compressed("zeros.npz", z=np.zeros(3000000, "<f4"))  # a thousandth of its size
E
    for file in stored.npz deflated.npz; do
        good diff model.safetensors $file
        good verify $file model.json
        good digest $file
        cp "$out" list
        good digest model.safetensors
        same_bytes "$out" list
        good digest --check list $file
        refused 2 verify $file
        says "$file does not say what it should hold"
    done
    good digest positional.npz
    equal "$(sed 's/.*  //' "$out" | tr '\n' ' ')" "arr_0 arr_1 total "
    good diff fortran.npz rows.npy
    good digest nothing.npz
    equal "$(wc -l <"$out")" 1
    manifest '{"name": "z", "shape": [3000000], "initializer": "zeros"}' >zeros.json
    good verify zeros.npz zeros.json
}

@test "a flipped bit of an element is a wrong checksum, and with the right one a difference" {
    write_model
    good init model.json -o model.npz
    py <<'E'
import zipfile
whole = open("model.npz", "rb").read()
at = whole.index(b"\x93NUMPY", whole.index(b"c.npy")) + 128 + 4 * 500
open("flipped.npz", "wb").write(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
old = zipfile.ZipFile("model.npz")
with zipfile.ZipFile("mended.npz", "w") as new:
    new.comment = old.comment
    for member in old.infolist():
        data = bytearray(old.read(member))
        if member.filename == "c.npy":
            data[128 + 4 * 500] ^= 1
        new.writestr(member, bytes(data))
E
    refused 2 verify flipped.npz
    says "flipped.npz: member c.npy cannot be read: CRC error"
    gives 1 verify mended.npz
    prints "c: 1 of 1001 elements differ"
    prints "first  (500,)"
    prints "1 of 5 tensors differ"
}

@test "names that .npz cannot hold" {
    for name in "" / a/ /a a//b . .. a/. ../a ./a 'a\\b' 'a\u0001b' "$(printf '%065532d' 1)"; do
        manifest "{\"name\": \"$name\", \"shape\": [2], \"initializer\": \"zeros\"}" >m.json
        refused 2 init m.json -o x.npz
    done
    manifest '{"name": "w", "shape": [2], "initializer": "zeros"}' \
        '{"name": "w.npy", "shape": [2], "initializer": "ones"}' >m.json
    refused 2 init m.json -o x.npz
    says 'the tensor name "w.npy" cannot be written: NumPy takes it for another (write a .safetensors file)'
    manifest >m.json
    refused 2 init m.json -o x.npz
    says "there are no tensors"
    for name in w.npy ... a..b .a 'a b' a:0 a/b.c/d "$(printf '%065000d' 1)"; do
        manifest "{\"name\": \"$name\", \"shape\": [2], \"initializer\": \"ones\"}" >m.json
        good init m.json -o x.npz
        good verify x.npz
        py <<'E'
import json, numpy as np
name = json.load(open("m.json"))["tensors"][0]["name"]
archive = np.load("x.npz")
assert archive.files == [name] and archive[name].tolist() == [1, 1]
E
    done
}

@test "a manifest that comments cannot hold" {
    part='{"shape": [1], "initializer": "constant", "value": 123456789}'
    write_parts() {
        manifest "{\"name\": \"w\", \"shape\": [$1], \"parts\": [$part$(yes ",$part" | head -n $(($1 - 1)) | tr -d '\n')]}" >m.json
    }
    write_parts 1000
    good init m.json -o x.npz
    good verify x.npz
    write_parts 1200
    refused 2 init m.json -o y.npz
    says 'the manifest says more than 65535 bytes of "w"'
    good init m.json -o y.safetensors
    manifest '{"name": "w", "shape": [1], "initializer": "ones"}' |
        sed "s/1,/1, \"source\": {\"by\": \"$(printf '%065536d' 1)\"},/" >m.json
    refused 2 init m.json -o y.npz
    says "the manifest has more than 65535 bytes beside the tensors"
}

@test "tensors in many pieces, and ranks" {
    options="--shape 9,1000003,2 --initializer random_normal --seed 3" # 72 MB
    # shellcheck disable=SC2086 # a list of words
    good init $options -o a.npz
    # shellcheck disable=SC2086
    good init $options -o a.npy
    good diff a.npy a.npz
    good verify a.npz
    "$CW_PYTHON" -m zipfile -e a.npz out
    same_bytes out/tensor.npy a.npy
    # shellcheck disable=SC2086
    refused 2 init $options --rank 0 --world 2 -o b.npz
    says "b.npz cannot be written by several processes"
}

@test "more members than 16 bits can count" {
    py <<'E'
import json
tensors = [{"name": f"layer/{i}", "shape": [1], "initializer": "constant", "value": i} for i in range(65600)]
json.dump({"counterweight": 1, "tensors": tensors}, open("m.json", "w"))
E
    good init m.json -o m.npz
    good verify m.npz
    prints "m.npz: 65600 tensors, 65600 elements, 0 bits differ"
    py <<'E'
import numpy as np
archive = np.load("m.npz")
assert archive.files == [f"layer/{i}" for i in range(65600)]
assert all(archive[f"layer/{i}"] == [i] for i in (0, 1, 65534, 65535, 65536, 65599))
E
}
