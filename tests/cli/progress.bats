#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The progress line: for work over half a second, on a terminal, with a tensor's parts as well as with many tensors.
load helper

terminal() { "$CW_PYTHON" "$CW_SOURCE/tests/cli/terminal.py" "$@"; }

need_terminal() { why=$(terminal exists 2>&1) || skip "no terminal can be opened here: $why"; }

# With a clock that makes every piece take long, whatever the machine.
slow=(env LD_PRELOAD="$CW_WATCH" CW_TEST_CLOCK=200 ASAN_OPTIONS="verify_asan_link_order=0:$ASAN_OPTIONS" "$CW")

shows() { terminal shows "$out" "${slow[@]}" "$@" || fail "cw $* should show how far it is"; }

large="--shape 16000000 --initializer random_uniform"

@test "one large tensor on a device" {
    need_terminal
    for device in $(devices); do
        for arguments in "init -o a.npy" "init -o a.npz" "init -o a.safetensors" "init -o -" "init --json -o b.npy" digest verify; do
            # shellcheck disable=SC2086 # lists of words
            shows $arguments $large --device "$device"
        done
        # shellcheck disable=SC2086
        good verify a.npy $large
        good verify a.npz
        good verify a.safetensors
        # shellcheck disable=SC2086
        shows diff $large --device cpu --device "$device"
    done
}

@test "a rank's part" {
    need_terminal
    for rank in 0 1; do
        # shellcheck disable=SC2086 # a list of words
        shows init $large --rank $rank --world 2 -o a.npy
    done
    # shellcheck disable=SC2086
    good verify a.npy $large
}

@test "one large tensor in files" {
    need_terminal
    # shellcheck disable=SC2086 # a list of words
    good init $large -o a.npy
    # shellcheck disable=SC2086
    good init $large -o a.safetensors
    for threads in 1 3; do
        shows digest a.npy --threads $threads
        # shellcheck disable=SC2086
        shows verify a.npy $large --threads $threads
    done
    # shellcheck disable=SC2086
    good init $large -o a.npz
    shows digest a.npy a.safetensors
    shows digest a.npz
    shows verify a.npz
    shows verify a.safetensors
    shows diff a.npy a.safetensors
    prints "a.npy and a.safetensors: 1 tensor, 16000000 elements, 0 bits differ"
}

@test "many tensors" {
    need_terminal
    shows digest "$CW_SOURCE/examples/resnet50.json"
    prints "82bc8bfb3b20a1999901682361bdd7ee  total"
    shows init "$CW_SOURCE/examples/resnet50.json" -o m.safetensors
    shows verify m.safetensors
}

@test "a matrix, whose steps are launches" {
    need_terminal
    shows init --initializer orthogonal --shape 2000,500 -o a.npy
    shows digest --initializer orthogonal --shape 2000,500
}

@test "selftest" {
    need_terminal
    shows selftest
    prints "cpu: gives TensorFlow's bits"
}

@test "results and complaints do not run into the line" {
    need_terminal
    manifest '{"name": "a", "shape": [3000000], "initializer": "zeros"}' \
        '{"name": "b", "shape": [3000000], "initializer": "ones", "digest": "00112233445566778899aabbccddeeff"}' >m.json
    for s in digest init; do
        got=0
        terminal forwarded "$out" "${slow[@]}" $s m.json || got=$?
        equal "$got" 1
        "$CW_PYTHON" -c 'import re, sys
text = open(sys.argv[1], "rb").read().replace(b"\r\n", b"\n")
assert b" left" in text
rest = re.sub(rb"\r\x1b\[K[0-9][^\r\n]* left(?=\r\x1b\[K)", b"", text).replace(b"\r\x1b[K", b"")
assert b" left" not in rest, rest
assert re.search(rb"^cw: [^\n]*\)\n\Z", rest, re.M), rest' "$out"
    done
}

@test "work that takes less, and stderr that is no terminal" {
    need_terminal
    terminal silent "$out" "$CW" digest --shape 10
    terminal silent "$out" "$CW" init --shape 10 -o a.npy
    terminal silent "$out" "$CW" digest a.npy
    # shellcheck disable=SC2086 # a list of words
    "${slow[@]}" digest $large >"$out" 2>"$err"
    equal "$(cat "$err")" ""
}

@test "work that takes long by the real clock" {
    need_terminal
    elements=4000000 took=0
    while [ $took -lt 1500 ]; do # milliseconds
        elements=$((elements * 2))
        start=$(date +%s%3N)
        "$CW" digest --shape $elements --initializer truncated_normal --threads 1 >"$out"
        took=$(($(date +%s%3N) - start))
    done
    terminal shows "$out" "$CW" digest --shape $elements --initializer truncated_normal --threads 1
}
