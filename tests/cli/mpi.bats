#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# cw-mpi. CW_MPI is the program, CW_MPIEXEC starts it, CW_COUNT_MESSAGES stands between it and MPI.
load helper
load varied

# mpi STATUS ARGUMENT...: runs mpirun; what it adds to stderr where a rank fails is its own.
mpi() {
    local wanted=$1
    shift
    got=0
    timeout 120 "$CW_MPIEXEC" "$@" >"$out" 2>"$err" || got=$?
    if [ "$wanted" -eq 0 ]; then [ "$got" -eq 0 ] || fail "mpirun $*: $got" "$(cat "$err")"
    else [ "$got" -eq "$wanted" ] || fail "mpirun $*: $got, wanted $wanted" "$(cat "$out" "$err")"; fi
}

@test "the same file, byte for byte, from 1, 2, 3, 4, 7 and 8 ranks" {
    write_varied_model
    good init model.json -o whole.safetensors
    for ranks in 1 2 3 4 7 8; do
        mpi 0 -n $ranks "$CW_MPI" model.json -o x.safetensors
        same_bytes x.safetensors whole.safetensors
        rm x.safetensors
    done
    for axis in 0 1 -1 auto; do
        mpi 0 -n 3 "$CW_MPI" model.json -o x.safetensors --shard $axis
        same_bytes x.safetensors whole.safetensors
        rm x.safetensors
    done
    "$CW_MPI" model.json -o x.safetensors >"$out" # without mpirun it is the only rank
    same_bytes x.safetensors whole.safetensors
    only_files model.json whole.safetensors x.safetensors
}

@test "ResNet50, whose digest the manifest has" {
    mpi 0 -n 4 "$CW_MPI" "$CW_SOURCE/examples/resnet50.json" -o x.safetensors --json
    json_is '[d["world"], d["bytes"], d["matches_manifest"]]' "[4, 102546848, True]"
    good verify x.safetensors "$CW_SOURCE/examples/resnet50.json"
    mpi 0 -n 2 "$CW_MPI" "$CW_SOURCE/examples/resnet50.json" -o x.safetensors
    prints "x.safetensors: 320 tensors, 102.547 MB from 2 ranks, digest 82bc8bfb3b20a1999901682361bdd7ee, as the manifest says"
}

@test "ranks on different devices" {
    write_varied_model
    good init model.json -o whole.safetensors
    for device in $(devices); do
        mpi 0 -n 2 "$CW_MPI" model.json -o x.safetensors : -n 2 "$CW_MPI" model.json -o x.safetensors --device "$device"
        same_bytes x.safetensors whole.safetensors
        rm x.safetensors
    done
}

@test "the commands of docs/DISTRIBUTED.md" {
    write_varied_model
    mkdir ../bin
    ln -s "$CW" ../bin/cw
    ln -s "$CW_MPI" ../bin/cw-mpi
    PATH=$(realpath ../bin):$PATH
    mpirun() { "$CW_MPIEXEC" "$@"; }
    good init model.json -o whole.safetensors
    sed -n 's/^    \(mpirun .*\)/\1/p' "$CW_SOURCE/docs/DISTRIBUTED.md" | sed 's/ \[.*//' >../commands
    equal "$(wc -l <../commands)" 3
    while read -r command <&3; do
        eval "$command" >"$out" 3<&-
        same_bytes model.safetensors whole.safetensors
        rm model.safetensors
    done 3<../commands
}

@test "the messages are one barrier and one reduction of the digests' sums" {
    write_varied_model
    export CW_COUNT=$BATS_TEST_TMPDIR/count
    mpi 0 -n 4 env LD_PRELOAD="$CW_COUNT_MESSAGES" "$CW_MPI" model.json -o x.safetensors
    # 9 tensors of two 8-byte words, and how many ranks failed.
    equal "$(sort "$CW_COUNT" | cut -d ' ' -f 1-4)" "0 1 1 152
1 1 1 152
2 1 1 152
3 1 1 152"
    # There are no other calls that could send anything.
    equal "$("$CW_NM" -D --undefined-only "$CW_MPI" | sed -n 's/.* U \(P\?MPI_\)/\1/p' | sort | tr '\n' ' ')" \
        "MPI_Abort MPI_Barrier MPI_Comm_rank MPI_Comm_size MPI_Finalize MPI_Init_thread MPI_Reduce "
}

@test "a rank's memory is its part and a constant" {
    manifest '{"name": "big", "shape": [50000, 4000], "initializer": "random_uniform", "seed": 1, "dtype": "bfloat16"}' >big.json
    export CW_COUNT=$BATS_TEST_TMPDIR/count
    mpi 0 -n 4 env LD_PRELOAD="$CW_COUNT_MESSAGES" "$CW_MPI" big.json -o x.safetensors
    # 100 MB of 400 are a rank's; pieces have 64 MB, the rest is MPI.
    equal "$(wc -l <"$CW_COUNT")" 4
    while read -r _ _ _ _ kilobytes; do [ "$kilobytes" -lt 150000 ] || fail "$(cat "$CW_COUNT")"; done <"$CW_COUNT"
    good verify x.safetensors
}

@test "a digest that is not met" {
    manifest '{"name": "a", "shape": [8], "initializer": "zeros", "digest": "00112233445566778899aabbccddeeff"}' >m.json
    mpi 1 -n 3 "$CW_MPI" m.json -o x.safetensors
    says "cw: 1 of 1 tensors have another digest than the manifest says, first a"
    only_files m.json
}

@test "a rank that cannot write" {
    # shellcheck disable=SC2016 # $0 and $@ are those of the inner shell
    limited='trap "" XFSZ; ulimit -f 20000; exec "$0" "$@"'
    for first in yes no; do
        if [ $first = yes ]; then
            mpi 4 -n 1 bash -c "$limited" "$CW_MPI" --shape 20000000 -o x.npy : -n 2 "$CW_MPI" --shape 20000000 -o x.npy
        else mpi 4 -n 2 "$CW_MPI" --shape 20000000 -o x.npy : -n 1 bash -c "$limited" "$CW_MPI" --shape 20000000 -o x.npy; fi
        says "x.npy cannot be written: File too large"
        only_files
    done
    says "cw: x.npy is not finished: 1 of 3 ranks failed (see what they say)"
    mpi 4 -n 2 "$CW_MPI" --shape 8 -o no/such/folder/x.npy
}

@test "a killed run leaves FILE.part, with which --resume goes on, with any number of ranks" {
    good init --shape 20000000 --initializer truncated_normal -o whole.npy
    "$CW_MPIEXEC" -n 2 "$CW_MPI" --shape 20000000 --initializer truncated_normal -o x.npy >"$out" 2>"$err" &
    until [ -e x.npy ] || [ "$(stat -c %s x.npy.part 2>/dev/null || echo -1)" -ge 1000000 ]; do :; done
    # shellcheck disable=SC2046 # several numbers
    kill -KILL $(cat /proc/$!/task/$!/children) || true
    wait $! || true
    [ -e x.npy ] || only_files whole.npy x.npy.part
    mpi 0 -n 3 "$CW_MPI" --shape 20000000 --initializer truncated_normal --resume -o x.npy
    same_bytes x.npy whole.npy
    rm x.npy
    echo garbage >x.npy.part
    mpi 0 -n 2 "$CW_MPI" --shape 100 -o x.npy
    good verify x.npy --shape 100
}

@test "wrong usage" {
    for arguments in "--shape 8" "--shape 8 -o -" "--shape 8 -o x.xyz" "-o x.npy" "--shape 8 --rank 0 --world 2 -o x.npy" \
        "--shape 8 -o x.npy --exact" "nothing.json -o x.npy --shape 8"; do
        got=0
        # shellcheck disable=SC2086 # a list of words
        "$CW_MPI" $arguments >"$out" 2>"$err" || got=$?
        [ "$got" -eq 2 ] && [ ! -s "$out" ] && is_one_complaint "$err" || fail "$arguments: $got" "$(cat "$out" "$err")"
    done
    mpi 2 -n 2 "$CW_MPI" --shape 8
    says "cw: there is no file that ranks can write (name one with -o)"
    only_files
    "$CW_MPI" --help >"$out"
    prints "mpirun -n N cw-mpi MODEL.json"
}
