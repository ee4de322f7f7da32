#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# FILE is whole or not there, whatever happens; an older FILE is as it was until the new one is whole.
load helper

model=$golden/keras.json

# limited ARGUMENT...: cw where no file may have over 64 KiB, as on a full disk.
limited() {
    got=0
    (
        trap '' XFSZ
        ulimit -f 64
        exec "$CW" "$@"
    ) >"$out" 2>"$err" || got=$?
}

full() {
    limited "$@"
    [ "$got" -eq 4 ] && [ ! -s "$out" ] && is_one_complaint "$err" || fail_call "should find the disk full" "$@"
}

@test "a full disk leaves nothing" {
    full init --shape 100000 -o a.npy
    says "a.npy cannot be written: File too large"
    full init --shape 16384 -o a.npy # the header makes it too large, with the last bytes
    says "File too large"
    full init --shape 100000 -o a.npz
    full init --shape 100000 -o a.safetensors
    full init "$model" -o model.npz
    full init "$model" -o model.safetensors
    only_files
    limited init --shape 16000 -o a.npy
    equal "$got" 0
    only_files a.npy
}

@test "a full disk leaves an older file as it was" {
    good init --shape 10 -o a.npy
    cp a.npy ../old
    ls -li --time-style=full-iso >../listing
    full init --shape 100000 -o a.npy
    same_bytes a.npy ../old
    ls -li --time-style=full-iso | cmp - ../listing
    only_files a.npy
}

@test "a file system that is full" {
    mkdir disk
    mount -t tmpfs -o size=256k none disk 2>/dev/null || skip "this user may not mount one"
    echo kept >disk/other
    call init --shape 1000000 -o disk/a.npy
    first=$got
    found=$(ls -A disk)
    cp "$err" ../why
    call init "$model" -o disk/m.safetensors
    second=$got
    cp "$err" ../second
    call init "$model" -o disk/m.npz
    third=$got
    found=$found,$(ls -A disk)
    umount disk
    equal "$first $second $third $found" "4 4 4 other,other"
    is_one_complaint ../why
    is_one_complaint ../second
    is_one_complaint "$err"
    grep -q 'No space left on device' ../why
}

@test "results that do not get out" {
    for arguments in "--help" "--version" "init --help" "init --shape 10" "init --shape 1000000 --exact" \
        "init --shape 10 --json" "init --shape 10 -o -" "init --shape 1000000 -o -" "plan --shape 10" \
        "plan --shape 10 --json" "devices" "devices --json" "digest --shape 10" "verify --shape 10" \
        "verify --shape 10 --json" "diff --shape 10 --device cpu --device cpu"; do
        for where in full closed; do
            got=0
            # shellcheck disable=SC2086 # a list of words
            if [ $where = full ]; then "$CW" $arguments >/dev/full 2>"$err" || got=$?
            else "$CW" $arguments >&- 2>"$err" || got=$?; fi
            [ "$got" -eq 4 ] && is_one_complaint "$err" || fail "$arguments, stdout $where: $got" "$(cat "$err")"
        done
    done
    only_files
}

@test "a closed stdout or stderr is not taken for the file" {
    good init --shape 1000 -o whole.npy
    "$CW" init --shape 1000 -o a.npy >&- 2>"$err" && fail "the summary did not get out"
    same_bytes a.npy whole.npy
    "$CW" init --shape 1000 -o b.npy 2>&-
    same_bytes b.npy whole.npy
    "$CW" init --shape 1000 -o c.npy <&- >&- 2>&- && fail "the summary did not get out"
    same_bytes c.npy whole.npy
}

@test "what a driver says to a closed stderr is not written into the file" {
    good init --shape 1000 -o whole.npy
    for device in $(devices); do
        POCL_DEBUG=all "$CW" init --shape 1000 --device "$device" -o a.npy >"$out" 2>&-
        same_bytes a.npy whole.npy
    done
}

@test "folders and names that cannot be" {
    mkdir d.npy part.npy.part
    mkfifo f.npy pipe.npy.part
    ln -s elsewhere link.npy.part
    ln -s /dev/null n.npy
    refused 4 init --shape 2 -o d.npy
    says "d.npy"
    refused 4 init --shape 2 -o f.npy
    refused 4 init --shape 2 -o n.npy
    refused 4 init --shape 2 -o part.npy
    says "cw: part.npy.part is there and not a regular file"
    refused 4 init --shape 2 -o pipe.npy
    refused 4 init --shape 2 -o link.npy
    says "cw: link.npy.part is there and not a regular file"
    refused 4 init --shape 2 -o no/such/folder/a.npy
    says "cw: no/such/folder/a.npy cannot be written: No such file or directory"
    refused 4 init --shape 2 -o f.npy/a.npy
    refused 4 init "$model" -o no/m.safetensors
    refused 4 init --shape 2 -o "$(printf '%0300d' 1).npy"
}

@test "a folder that may not be written" {
    mkdir locked
    echo old >locked/old.npy
    chmod a-w locked
    become_plain_user
    got=0
    $user "$CW" init --shape 2 -o locked/old.npy >"$out" 2>"$err" || got=$?
    [ "$got" -eq 4 ] && [ ! -s "$out" ] && is_one_complaint "$err" || fail_call "should be refused" init
    says "Permission denied"
    equal "$(ls -A locked) $(cat locked/old.npy)" "old.npy old"
}

@test "an older file is replaced by rename, and only by a good one" {
    echo old >a.npy
    ln a.npy other-name.npy
    good init --shape 10 -o a.npy
    equal "$(cat other-name.npy)" old
    good verify a.npy --shape 10
    cp -p a.npy ../old
    ls -l --time-style=full-iso a.npy >../listing
    refused 2 init --shape 10 --value 3 -o a.npy
    refused 2 init --shape x -o a.npy
    CW_CUDA_LIBRARY=/nonexistent refused 3 init --shape 10 --device cuda -o a.npy
    manifest '{"name": "a", "shape": [10], "initializer": "zeros", "digest": "00112233445566778899aabbccddeeff"}' \
        >m.json
    refused 1 init m.json -o a.npy
    same_bytes a.npy ../old
    ls -l --time-style=full-iso a.npy | cmp - ../listing
    rm m.json
    only_files a.npy other-name.npy
    (umask 027 && "$CW" init --shape 10 -o b.npy >"$out")
    equal "$(stat -c %a b.npy)" 640
}

@test "digests that are not met leave no file" {
    zeros='{"name": "a", "shape": [2], "initializer": "zeros"}'
    manifest "$zeros" | sed 's/"counterweight": 1/&, "digest": "00112233445566778899aabbccddeeff"/' >total.json
    manifest "${zeros%\}}, \"digest\": \"00112233445566778899aabbccddeeff\"}" >one.json
    for m in total.json one.json; do
        refused 1 init "$m" -o x.safetensors
        refused 1 init "$m" -o x.npy
        for arguments in --json "-o -" --exact ""; do
            # shellcheck disable=SC2086 # a list of words
            refused 1 init "$m" $arguments
            says digest
        done
    done
}

@test "killed runs leave FILE.part at most, which the next run replaces" {
    big="--shape 20000000 --initializer truncated_normal"
    for ending in npy npz safetensors; do
        for written in 0 1000000 40000000; do
            # shellcheck disable=SC2086 # a list of words
            "$CW" init $big -o "big.$ending" >"$out" &
            until [ -e "big.$ending" ] || [ \
                "$(stat -c %s "big.$ending.part" 2>/dev/null || echo -1)" -ge $written ]; do :; done
            kill -KILL $! || true
            wait $! || true
            if [ ! -e "big.$ending" ]; then only_files "big.$ending.part"
            elif [ $written -gt 0 ]; then # too fast for us
                good verify "big.$ending" --shape 20000000 --initializer truncated_normal
                rm "big.$ending"
            else fail "it was whole before it could be killed"; fi
        done
        echo garbage >>"big.$ending.part"
        good init --shape 100 -o "big.$ending"
        good verify "big.$ending" --shape 100
        only_files "big.$ending"
        rm "big.$ending"
    done
}

@test "a killed run is resumed: what it left is checked, and only what differs is written" {
    big="--shape 20000000 --initializer truncated_normal"
    for ending in npy npz safetensors; do
        # shellcheck disable=SC2086 # a list of words
        good init $big -o "whole.$ending"
        # shellcheck disable=SC2086
        "$CW" init $big -o "big.$ending" >"$out" &
        until [ -e "big.$ending" ] || [ "$(stat -c %s "big.$ending.part" 2>/dev/null || echo -1)" -ge 1000000 ]; do :; done
        kill -KILL $! || true
        wait $! || true
        [ ! -e "big.$ending" ] || mv "big.$ending" "big.$ending.part" # too fast for us
        # One wrong byte in it, and some that do not belong to it.
        look flip "big.$ending.part" 4000000
        truncate -s "<79000000" "big.$ending.part"
        present=$(stat -c %s "big.$ending.part")
        [ "$present" -ge 79000000 ] || dd if=/dev/zero bs=1 count=5 2>/dev/null >>"big.$ending.part"
        # shellcheck disable=SC2086
        good init $big --resume -o "big.$ending"
        same_bytes "big.$ending" "whole.$ending"
        kept=$(sed 's/.*, \([0-9.e+]*\) MB of it were there$/\1/' "$out")
        awk -v kept="$kept" -v present="$present" 'BEGIN { exit !(kept * 1e6 >= present - 2 * 4194304 - 1000 && kept * 1e6 < present) }' ||
            fail "of $present bytes: $(cat "$out")"
        only_files "big.$ending" "whole.$ending"
        rm "big.$ending" "whole.$ending"
    done
}

@test "what there is to resume may be nothing, all, or something else" {
    good init --shape 100000 -o whole.npy
    good init --shape 100000 --resume -o a.npy
    prints "0 bytes of it were there"
    mv a.npy a.npy.part
    good init --shape 100000 --resume --json -o a.npy
    json_is 'd["kept"]' 400000
    same_bytes a.npy whole.npy
    good init --shape 200000 --seed 1 -o a.npy
    mv a.npy a.npy.part
    good init --shape 100000 --resume --json -o a.npy
    json_is 'd["kept"]' 0
    same_bytes a.npy whole.npy
    refused 2 init --shape 5 --resume
    refused 2 init --shape 5 --resume -o -
    refused 2 init --shape 5 --resume --json
}

@test "a run that is killed while it replaces an older file" {
    good init --shape 100 -o a.npy
    cp a.npy ../old
    "$CW" init --shape 20000000 -o a.npy >"$out" &
    until [ -e a.npy.part ] || ! kill -0 $! 2>/dev/null; do :; done
    kill -KILL $! || true
    wait $! || true
    same_bytes a.npy ../old
}

@test "runs that write the same file at once all succeed" {
    good init --shape 500000 -o whole.npy
    pids=()
    for _ in 1 2 3 4 5 6; do
        "$CW" init --shape 500000 -o a.npy >/dev/null 2>>"$err" &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do wait "$pid" || fail "one failed: $(cat "$err")"; done
    same_bytes a.npy whole.npy
    only_files a.npy whole.npy
}

@test "-o - writes the elements' bytes" {
    for shape in "()" 0 7 3,5 3,0,2 100003; do
        good init --shape "$shape" -o a.npy
        good init --shape "$shape" -o -
        look bytes a.npy | cmp - "$out"
    done
    manifest '{"name": "a", "shape": [3], "initializer": "ones"}' \
        '{"name": "b", "shape": [2], "initializer": "zeros"}' >m.json
    good init m.json -o -
    equal "$(od -An -v -tf4 "$out" | tr -s ' ')" " 1 1 1 0
 0"
    only_files a.npy m.json
}
