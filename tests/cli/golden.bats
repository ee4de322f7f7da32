#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Real TensorFlow's and Keras's bits, through the command line, on every device.
load helper

# The arguments of tests/golden/make_goldens.py, write_arrays.
arrays="founding:--shape 2,2 --seed 0
uniform:--shape 5,7 --initializer random_uniform --seed 1337
normal:--shape 5,7 --initializer random_normal --stddev 1.0 --seed 1337
truncated_normal:--shape 5,7 --initializer truncated_normal --stddev 1.0 --seed 1337
constant:--shape 2,3 --initializer constant --value 0.1
identity:--shape 3,4 --initializer identity --gain 2.5
convolution:--shape 3,3,4,8 --initializer he_normal --seed 42"

@test "single arrays, bit for bit" {
    for device in $(devices); do
        while IFS=: read -r name arguments; do
            # shellcheck disable=SC2086 # a list of words
            good init $arguments --device "$device" -o "$name.npy"
            same_bytes "$name.npy" "$golden/$name.npy"
            # shellcheck disable=SC2086
            good verify "$golden/$name.npy" $arguments
            good diff "$name.npy" "$golden/$name.npy"
        done <<<"$arrays"
        equal "$(find . -name '*.npy' | wc -l)" 7
        rm ./*.npy
    done
}

@test "every manifest of goldens: all digests are met" {
    for device in $(devices); do
        for m in "$golden"/{keras,stateless,seeds,dtypes,stft}.json "$CW_SOURCE/cli/selftest.json"; do
            good verify "$m" --device "$device"
            prints "$device: $(grep -c '"digest"' <(sed 1,/tensors/d "$m")) tensors"
            prints "0 bits differ"
            good digest "$m" --device "$device" --json
            json_is 'd["digest"]' "$(sed -n 's/^  "digest": "\(.*\)",/\1/p' "$m")"
        done
    done
}

@test "ResNet50's total digest" {
    for device in $(devices); do
        good digest "$CW_SOURCE/examples/resnet50.json" --device "$device"
        prints "82bc8bfb3b20a1999901682361bdd7ee  total"
        good init "$CW_SOURCE/examples/resnet50.json" --device "$device" -o resnet50.safetensors
        prints "320 tensors, 102.547 MB"
        prints "digest 82bc8bfb3b20a1999901682361bdd7ee, as the manifest says"
        good digest resnet50.safetensors
        prints "82bc8bfb3b20a1999901682361bdd7ee  total"
        rm resnet50.safetensors
    done
}

@test "the founding array, as NumPy prints it" {
    for device in $(devices); do
        good init --shape 2,2 --device "$device"
        equal "$(cat "$out")" "[[-0.7078647   0.50461936]
 [ 0.73500216  0.6633029 ]]"
        good init --shape "(2, 2)" --initializer glorot_uniform --seed 0 --seed-rule keras --dtype float32 --dialect \
            keras3 \
            --device "$device"
        equal "$(head -n 1 "$out")" "[[-0.7078647   0.50461936]"
    done
}

@test "one thread and many give the same bits" {
    for threads in 1 2 3 7 16; do
        good digest --shape 100003 --initializer truncated_normal --seed 5 --threads $threads
        [ ! -e ../one ] || same_bytes "$out" ../one
        cp "$out" ../one
    done
}
