#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The weights of real models, on every device: their digests are those of what real Keras made
# (tests/models/make_models.py). A model is there in two forms, with the seeds and with set_random_seed.
load helper
models=$CW_SOURCE/tests/models

# On the software GPU only those that it makes in a few seconds.
forms() {
    local form small="attention convolutions recurrent transformer wide_recurrent"
    for form in "$CW_SOURCE/examples/resnet50.json" "$models"/*.json; do
        name=$(basename "$form" .json)
        case $form in */gpt2.json | */llama2_7b.json) continue ;; esac
        [ "${CW_CUDA_LIBRARY##*/}" != libsoftgpu.so ] || [[ " $small " = *" ${name%.draws} "* ]] || continue
        echo "$form"
    done
}

digest_of() { sed -n 's/^  "digest": "\(.*\)",/\1/p' "$1"; }

@test "all digests of every model are met" {
    for device in $(devices); do
        for m in $(forms); do
            # The largest model, once on each device.
            case $device:$m in cpu:*vgg16.json | opencl:*vgg16.draws.json) continue ;; esac
            good verify "$m" --device "$device"
            prints "$device: $(grep -c '"name"' "$m") tensors"
            prints "0 bits differ"
        done
    done
}

@test "both forms of a model have the same tensors with the same digests" {
    for m in $(forms); do
        name=$(basename "$m" .json)
        [[ $name != *.draws ]] || continue
        grep -q '"set_random_seed": [0-9]' "$models/$name.draws.json"
        ! grep -q '"set_random_seed": [0-9]' "$m" || fail "$m has no seeds"
        equal "$(grep -o '"\(name\|digest\)": "[^"]*"' "$m")" "$(grep -o '"\(name\|digest\)": "[^"]*"' "$models/$name.draws.json")"
    done
}

@test "no digest is missing but where TensorFlow's bits depend on the CPU" {
    for m in $(forms); do
        case $m in
        */wide_recurrent*)
            equal "$(digest_of "$m")" ""
            equal "$(grep '"name"' "$m" | grep -v '"digest"' | grep -c recurrent_kernel)" 1 ;;
        *)
            equal "$(digest_of "$m" | wc -c)" 33
            equal "$(grep '"name"' "$m" | grep -c '"digest"')" "$(grep -c '"name"' "$m")" ;;
        esac
    done
}

@test "draws are written only where they are needed, as the documentation counts them" {
    while read -r model tensors random draws; do
        m=$models/$model.draws.json
        equal "$model $tensors $random $draws" "$model $(grep -c '"name"' "$m") $(grep '"name"' "$m" |
            grep -c 'Uniform\|Normal\|VarianceScaling\|Orthogonal') $(grep -c '"draw"' "$m")"
        ! grep -q '"seed"' "$m" || [ "$model" = attention ] || [ "$model" = convolutions ] || fail "$m has a seed"
    done < <(sed -n 's/^| `\(.*\)` | \([0-9]*\) | \([0-9]*\) | \([0-9]*\) |$/\1 \2 \3 \4/p' "$CW_SOURCE/docs/MANIFEST.md" | tee ../rows)
    equal "$(wc -l <../rows)" 5
}

@test "another seed gives another model" {
    for m in attention convolutions recurrent transformer; do
        sed '/^  "digest"/d; s/, "digest": "[^"]*"//' "$models/$m.draws.json" >m.json
        good digest m.json
        prints "$(digest_of "$models/$m.draws.json")  total"
        sed 's/"set_random_seed": [0-9]*,$/"set_random_seed": 5,/' "$models/$m.draws.json" >m.json
        gives 1 verify m.json
    done
}

# without_digests FILE...: so that what makes them again without Keras can be compared.
without_digests() { sed '/^  "digest"/d; s/, "digest": "[^"]*"//' "$1"; }

@test "GPT-2's and Llama 2's shapes: the script makes them, the counts are the published ones" {
    "$CW_PYTHON" "$models/make_large.py" gpt2 -o gpt2.json
    "$CW_PYTHON" "$models/make_large.py" llama2_7b --dtype bfloat16 -o llama2_7b.json
    for m in gpt2 llama2_7b; do
        without_digests "$models/$m.json" >../committed
        same_bytes $m.json ../committed
    done
    good plan gpt2.json
    prints "148 tensors, 124439808 elements, 497759232 bytes"
    good plan llama2_7b.json
    prints "291 tensors, 6738415616 elements, 13476831232 bytes"
}
