#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# --slice, --layout, --store-dtype and the fields of manifests: what NumPy makes of the whole tensor.
load helper

# sliced SLICE LAYOUT OPTION...: part.npy is whole.npy[SLICE].transpose(LAYOUT), bit for bit.
sliced() {
    local slice=$1 layout=$2 device
    shift 2
    good init "$@" -o whole.npy
    for device in $(devices); do
        good init "$@" --slice "$slice" --layout "$layout" --device "$device" -o part.npy
        "$CW_PYTHON" - "$slice" "$layout" <<'END' || fail "$device: $* --slice $slice --layout $layout"
import sys, numpy as np
w, p = np.load("whole.npy"), np.load("part.npy")
e = np.ascontiguousarray(eval(f"w[{sys.argv[1]}]").transpose([int(i) for i in sys.argv[2].split(",")]))
assert p.dtype == e.dtype and p.shape == e.shape and p.tobytes() == e.tobytes(), (p.shape, e.shape)
END
        good verify part.npy "$@" --slice "$slice" --layout "$layout"
        good verify "$@" --slice "$slice" --layout "$layout" --device "$device"
    done
}

@test "slices and layouts are NumPy's" {
    sliced ":,:,10:33,::2" 3,2,0,1 --shape 3,3,64,12
    sliced "-2:,::2,-50:-3:7,1:" 0,1,2,3 --shape 3,3,64,12 --initializer truncated_normal --seed 5
    sliced "5:2,:" 1,0 --shape 8,9
    sliced "1:99999999999999999999999,::99999999999999999999999" -1,0 --shape 8,9 --dtype float64 --initializer he_normal
    sliced "::3" 0 --shape 100001 --initializer uniform_full_int --dtype uint32
    sliced "3:20,::3" 1,0 --shape 50,60 --initializer orthogonal
    sliced "1:5,2:" 0,1 --shape 9,9 --initializer identity
}

@test "an empty axis and a scalar" {
    good init --shape 0,5 --slice 1:2,: --json
    json_is "d['tensors'][0]['shape']" "[0, 5]"
    good init --shape "()" --slice "()" --json
    json_is "d['tensors'][0]['shape']" "[]"
}

@test "a store dtype is rounded to once" {
    good init --shape 1000 --initializer random_normal -o whole.npy
    for device in $(devices); do
        good init --shape 1000 --initializer random_normal --store-dtype float16 --device "$device" -o half.npy
        "$CW_PYTHON" -c 'import numpy as np
w, h = np.load("whole.npy"), np.load("half.npy")
assert h.dtype == np.float16 and (w.astype(np.float16).view(np.uint16) == h.view(np.uint16)).all()'
    done
    good init --shape 1000 --store-dtype bfloat16 --json -o b.safetensors
    json_is "d['tensors'][0]['dtype']" bfloat16
    good verify b.safetensors
}

@test "sums of slices add up to the whole's, the digest is that of the stored array" {
    "$CW" digest --shape 101,33 --json >"$out"
    whole=$(json "d['tensors'][0]['sums']")
    sums=
    for s in 0:50:2,: 1:50:2,: 50:,:7 50:,7:; do
        good digest --shape 101,33 --slice "$s" --layout 1,0 --json
        sums="$sums $(json "d['tensors'][0]['sums']")"
        digest=$(json "d['digest']")
        good init --shape 101,33 --slice "$s" --layout 1,0 -o s.npy
        good digest s.npy
        prints "$digest  total"
    done
    # shellcheck disable=SC2086 # a list
    equal "$("$CW_PYTHON" -c 'import sys
print("".join("%016x" % (sum(int(s[k:k + 16], 16) for s in sys.argv[1:]) % 2**64) for k in (0, 16)))' $sums)" "$whole"
}

@test "a .safetensors file knows its slice, layout and dtype" {
    good init --shape 30,40 --slice ::2,-7: --layout 1,0 --store-dtype bfloat16 -o s.safetensors
    good verify s.safetensors
    "$CW_PYTHON" -c 'd = bytearray(open("s.safetensors", "rb").read()); d[-1] ^= 1; open("s.safetensors", "wb").write(d)'
    gives 1 verify s.safetensors
    prints "1 of 105 elements differ"
}

@test "manifests, parts among them" {
    manifest '{"name": "k", "shape": [3, 3, 8, 16], "initializer": "he_normal", "seed": 7, "slice": ":,:,2:5,::3", "layout": [3, 2, 0, 1], "store_dtype": "float16"}' \
        '{"name": "b", "shape": [8, 3], "slice": "1:7:2,1:", "layout": [1, 0], "parts": [{"shape": [2, 3], "initializer": "zeros"}, {"shape": [3, 3], "initializer": "random_normal", "seed": 3}, {"shape": [3, 3], "initializer": "ones"}]}' >m.json
    sed 's/"slice": "1:7:2,1:", "layout": \[1, 0\], //' m.json >w.json
    good init m.json -o m.safetensors
    good init w.json -o w.safetensors
    good verify m.safetensors
    for device in $(devices); do good verify m.json --device "$device"; done
    "$CW_PYTHON" - <<'END'
import json, struct, numpy as np
def load(path, name):
    d = open(path, "rb").read()
    n = struct.unpack("<Q", d[:8])[0]
    h = json.loads(d[8:8 + n])[name]
    a, b = h["data_offsets"]
    return np.frombuffer(d[8 + n:][a:b], np.float32).reshape(h["shape"])
w, m = load("w.safetensors", "b"), load("m.safetensors", "b")
assert (w[1:7:2, 1:].T == m).all() and m.shape == (2, 3), (w, m)
END
}

@test "explain and plan tell what is stored" {
    good init --shape 6,8 --slice 1::2,-3: --layout 1,0 --store-dtype float16 --json
    value=$(json "d['tensors'][0]['values'][2][1]")
    good explain --shape 6,8 --slice 1::2,-3: --layout 1,0 --store-dtype float16 --at 2,1 --json
    json_is "d['value'], d['at'], d['steps'][-1]['name']" "($value, [3, 7], 'stored')"
    good plan --shape 6,8 --slice 1::2,-3: --layout 1,0 --store-dtype float16 --json
    json_is "d['stored_shape'], d['stored_dtype'], d['stored_bytes'], d['elements']" "([3, 3], 'float16', 18, 48)"
}

@test "what is no slice, layout or store dtype" {
    for s in : :,:,: 1,: ::0,: ::-1,: a:b,: "" :,:, ":,:)" "...,:" 1:2:3:4,:; do
        refused 2 init --shape 4,5 --slice "$s"
    done
    for l in 0 0,0 0,2 0,1,2 x; do refused 2 init --shape 4,5 --layout "$l"; done
    refused 2 init --shape 4,5 --store-dtype int32
    refused 2 init --shape 4,5 --store-dtype float64
    refused 2 init --shape 4,5 --store-dtype half
    refused 2 init --shape 4,5 --dtype int32 --initializer ones --store-dtype float16
    manifest '{"name": "k", "shape": [4], "initializer": "zeros", "slices": ":"}' >m.json
    refused 2 init m.json
    manifest '{"name": "k", "shape": [4], "initializer": "zeros", "slice": [0, 2]}' >m.json
    refused 2 init m.json
}

@test "digest --check" {
    good init --shape 4,5 -o a.npy
    good init "$golden/keras.json" -o m.safetensors
    for f in a.npy m.safetensors "$golden/keras.json"; do
        "$CW" digest "$f" >list
        good digest --check list "$f"
        equal "$(grep -c ': OK$' "$out")" "$(wc -l <list)"
        sed '1s/^./g/' list >bad
        refused 2 digest --check bad "$f"
        sed -n 2,\$p list >short
        gives 1 digest --check short "$f"
        prints "not in the list"
        { cat list; echo "$(head -c 32 list)  other"; } >long
        gives 1 digest --check long "$f"
        prints "other: FAILED, it is only in the list"
    done
    "$CW" digest a.npy >list
    good init --shape 4,5 --seed 1 -o a.npy
    gives 1 digest --check list a.npy
    prints "a.npy: FAILED"
    prints "total: FAILED"
    refused 4 digest --check none a.npy
}
