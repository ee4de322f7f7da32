#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# cw plan, and how a shape can be written.
load helper

@test "a shape can be written as in a text, as a tuple and as a list" {
    for shape in 3,3,64,128 "(3, 3, 64, 128)" "[3,3,64,128]" " 3 , 3,64 ,128 " "3,3,64,128," "( 3,3,64,128, )" \
        "[3, 3, 64, 128]"; do
        good plan --json --shape "$shape"
        json_is 'd["shape"]' "[3, 3, 64, 128]"
    done
    for shape in 5 "(5,)" "[5]" 5, " ( 5 , ) " "[5,]" "(5)"; do
        good plan --json --shape "$shape"
        json_is 'd["shape"]' "[5]"
    done
    for shape in "()" "[]" "( )" " [ ] "; do
        good plan --json "--shape=$shape"
        json_is 'd["shape"], d["elements"]' "([], 1)"
    done
    good init --shape "(2, 3)" --initializer zeros -o a.npy
    good init --shape "[2,3]" --initializer zeros -o b.npy
    same_bytes a.npy b.npy
}

# SHAPE FAN_IN FAN_OUT ELEMENTS
@test "fans, elements, bytes and blocks of many shapes" {
    while read -r shape fan_in fan_out elements; do
        good plan --json --shape "$shape" --initializer he_normal
        json_is 'd["fan_in"], d["fan_out"], d["elements"], d["bytes"]' \
            "($fan_in, $fan_out, $elements, $((4 * elements)))"
        json_is 'd["blocks"], d["launches"]' "($(((elements + 3) / 4 * 256)), $((elements > 0)))" # truncated normal
        for initializer in random_normal glorot_uniform; do
            good plan --json --shape "$shape" --initializer $initializer
            json_is 'd["fan_in"], d["fan_out"], d["blocks"]' "($fan_in, $fan_out, $(((elements + 3) / 4)))"
        done
        good plan --json --shape "$shape" --initializer constant
        json_is 'd["elements"], d["blocks"]' "($elements, 0)"
    done <<'END'
()                                1    1    1
1                                 1    1    1
5                                 5    5    5
0                                 0    0    0
3,5                               3    5    15
784,128                           784  128  100352
4,5,7                             20   28   140
3,3,64,128                        576  1152 73728
7,7,3,64                          147  3136 9408
2,3,4,5,7                         120  168  840
0,3                               0    3    0
3,0                               3    0    0
2,0,3                             0    6    0
0,3,4                             0    0    0
1,1,1,1,1,1,1,1,1,1,1,1,1,1,2,3   2    3    6
2,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1   2    2    2
4294967296                        4294967296 4294967296 4294967296
65536,65537                       65536 65537 4295032832
100000,100000                     100000 100000 10000000000
3,1000000000000                   3 1000000000000 3000000000000
END
}

@test "counts up to 64 bits" {
    good plan --json --shape 144115188075855872 --initializer truncated_normal
    json_is 'd["blocks"], d["bytes"]' "(9223372036854775808, 576460752303423488)"
    good plan --json --shape 2305843009213693951
    json_is 'd["elements"], d["bytes"]' "(2305843009213693951, 9223372036854775804)"
    refused 2 plan --shape 2305843009213693951 --initializer truncated_normal # over 2^64 blocks
    manifest '{"name": "a", "shape": [144115188075855872], "initializer": "truncated_normal"}' >m.json
    good plan --json m.json
    json_is 'd[0]["blocks"]' 9223372036854775808
    good plan m.json
}

@test "fans of named axes" {
    good plan --json --shape 3,4,5,6 --initializer he_normal --input-axes 0,1 --output-axes=-1
    json_is 'd["fan_in"], d["fan_out"]' "(12, 6)"
    good plan --json --shape 3,4,5,6 --initializer he_normal --input-axes "[]" --output-axes "(2,)"
    json_is 'd["fan_in"], d["fan_out"]' "(1, 5)"
}

@test "key and counter" {
    while read -r rule seed words; do
        good plan --json --shape 2 --seed-rule "$rule" --seed "$seed"
        # shellcheck disable=SC2086 # two words
        equal "$(json '[d["key"], d["counter"]]')" "$(look philox $words)"
    done <<'END'
keras 0 0 0
keras 42 42 0
keras -1 2147483645 0
keras 2147483645 2147483645 0
keras 2147483646 0 0
keras 2147483647 1 0
stateless 0,0 0 0
stateless 42,-1 42 -1
stateless 9007199254740993,4294967296 9007199254740993 4294967296
stateless -9223372036854775808,9223372036854775807 -9223372036854775808 9223372036854775807
END
    good plan --json --shape 2 --seed 7 --call 3
    equal "$(json '[d["key"], d["counter"]]')" "$(look philox 7 3)"
    good plan --json --shape 2 --seed-rule raw --seed 1,2,3,4,5,6
    json_is 'd["key"], d["counter"]' "([1, 2], [3, 4, 5, 6])"
    good plan --json --shape 2 --seed-rule raw --seed 0xffffffff,0X0,0xaBc,4294967295,0,00
    json_is 'd["key"], d["counter"]' "([4294967295, 0], [2748, 4294967295, 0, 0])"
    good plan --json --shape 2
    json_is 'd["dialect"]' keras3
    good plan --json --shape 2 --seed-rule stateless
    json_is 'd["dialect"]' tf
    good plan --json --shape 2 --seed-rule stateless --dialect keras3
    json_is 'd["dialect"]' keras3
}

@test "limits and standard deviations" {
    good plan --json --shape 2,2
    json_is 'd["low"], d["high"]' "(-1.224744871391589, 1.224744871391589)" # sqrt(3 * 1 / 2)
    good plan --json --shape 50,7 --initializer he_normal
    json_is 'd["draw_stddev"] == (2 / 50) ** 0.5 / 0.87962566103423978' True
    good plan --json --shape 50,7 --initializer variance_scaling --scale 3 --mode fan_out --distribution \
        untruncated_normal
    json_is 'd["draw_stddev"] == (3 / 7) ** 0.5, d["mode"], d["scale"]' "(True, 'fan_out', 3)"
    good plan --json --shape 5 --initializer random_uniform
    json_is 'd["minval"], d["maxval"]' "(-0.05, 0.05)"
    # Python writes the fewest digits that read back, as cw should.
    for value in 0.1 0.3 1e-07 123456.789 1e+22 5e-324 2.2250738585072014e-308; do
        good plan --json --shape 5 --initializer random_normal --dtype float64 --mean $value
        prints "\"mean\": $value,"
        prints "\"draw_mean\": $value,"
    done
}

@test "an object for a tensor, an array for a model" {
    good plan --json --shape 2
    json_is 'type(d).__name__, "name" in d' "('dict', False)"
    manifest '{"name": "a\"\\", "shape": [2], "initializer": "zeros"}' >m.json
    good plan --json m.json
    json_is 'type(d).__name__, d[0]["name"]' "('list', 'a\"\\\\')"
    manifest >m.json
    good plan --json m.json
    json_is 'd' '[]'
    good plan m.json
    good plan --json "$golden/keras.json"
    json_is 'len(d)' "$(grep -c '"digest"' <(sed 1,/tensors/d "$golden/keras.json"))"
    json_is 'all({"fan_in", "fan_out", "key", "counter", "blocks", "elements", "bytes"} <= set(t) for t in d)' True
}

@test "no device is needed" {
    export CW_CUDA_LIBRARY=/nonexistent
    mkdir vendors
    export OCL_ICD_VENDORS=$PWD/vendors
    good plan --shape 3,4 --json
    cp "$out" ../one
    for device in cpu cuda cuda:7 opencl opencl:9.9; do
        good plan --shape 3,4 --json --device $device
        same_bytes "$out" ../one
    done
    ulimit -v 100000
    good plan --shape 100000000000
}

@test "the text says what the JSON says" {
    good plan --shape 3,3,64,128 --initializer he_normal --seed 42
    prints "he_normal of shape (3, 3, 64, 128), float32, dialect keras3"
    prints "fan_in     576 = 3 * 3 * 64"
    prints "fan_out    1152 = 3 * 3 * 128"
    prints "256 reserved for each 4 elements"
    prints "73728, 294912 bytes, 1 kernel launch"
    for initializer in zeros ones constant random_uniform random_normal truncated_normal variance_scaling \
        glorot_uniform \
        glorot_normal he_uniform he_normal lecun_uniform lecun_normal; do
        for shape in "()" 0 5 3,4 2,3,4; do good plan --shape "$shape" --initializer $initializer; done
    done
    good plan --shape 3,4 --initializer identity
    prints gain
    good plan "$CW_SOURCE/examples/resnet50.json"
    prints "320 tensors, 25636712 elements, 102546848 bytes, 320 kernel launches"
}

@test "a model's table shows what is stored of each tensor" {
    manifest '{"name": "whole", "shape": [3, 4], "initializer": "zeros"}' \
        '{"name": "part", "shape": [20, 30], "initializer": "he_normal", "slice": ":,10:", "layout": [1, 0], "store_dtype": "float16"}' \
        >m.json
    good plan m.json
    equal "$(tail -n +2 "$out" | tr -s ' ')" "whole (3, 4) zeros 3 4 12
part (20, 30) he_normal 20 30 600
 stored (20, 20) float16 400
2 tensors, 412 elements, 848 bytes, 2 kernel launches"
}
