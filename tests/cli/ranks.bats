#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Many processes, one file: each writes its part of every tensor, and the file is the same for any number of them.
load helper
load varied

# ranks WORLD ARGUMENT...: one after the other, the last first; the file is there only after all of them.
ranks() {
    local world=$1 rank
    shift
    for ((rank = world - 1; rank >= 0; rank--)); do
        [ ! -e x.safetensors ] || fail "the file is there before rank $rank of $world"
        good init model.json -o x.safetensors --world "$world" --rank $rank "$@"
    done
    prints "all ranks are there"
    same_bytes x.safetensors whole.safetensors
    rm x.safetensors
    only_files model.json whole.safetensors
}

@test "the same file from any number of ranks, whatever axis is cut" {
    write_varied_model
    good init model.json -o whole.safetensors
    good verify whole.safetensors
    for world in 1 2 3 4 7 8 41; do ranks $world; done
    for axis in 0 1 2 3 15 -1 -2 -4 auto; do ranks 3 --shard $axis; done
    for axis in 0 -1; do ranks 13 --shard $axis; done
}

@test "ranks on different devices" {
    write_varied_model
    good init model.json -o whole.safetensors
    for device in $(devices); do
        for rank in 0 2; do good init model.json -o x.safetensors --world 4 --rank $rank; done
        for rank in 1 3; do good init model.json -o x.safetensors --world 4 --rank $rank --device "$device"; done
        same_bytes x.safetensors whole.safetensors
        rm x.safetensors
    done
}

@test "ranks at the same time, and the same rank twice" {
    write_varied_model
    good init model.json -o whole.safetensors
    for _ in 1 2 3 4 5; do
        pids=()
        : >"$err"
        for rank in 0 1 2 3 3 2 0; do
            "$CW" init model.json -o x.safetensors --rank $rank --world 4 >/dev/null 2>>"$err" &
            pids+=($!)
        done
        for pid in "${pids[@]}"; do wait "$pid" || fail "one failed: $(cat "$err")"; done
        # A late twin finds the file finished, or begins another of its own.
        same_bytes x.safetensors whole.safetensors
        rm -f x.safetensors x.safetensors.part
    done
}

@test "each part is ceil(n / N) members, as torch.chunk has it" {
    good init --shape 10,3 --rank 0 --world 4 --json -o x.npy
    json_is '[d["bytes"], d["rank"], d["world"], d["missing"], d["digest"], d["matches_manifest"], d["tensors"]]' \
        "[36, 0, 4, 3, None, None, []]"
    good init --shape 10,3 --rank 3 --world 4 --json -o x.npy
    json_is 'd["bytes"]' 12
    good init --shape 10,3 --rank 2 --world 4 -o x.npy
    prints "x.npy: rank 2 of 4, 36 bytes, "
    prints "; 1 rank is still to come, first rank 1"
    good init --shape 10,3 --rank 1 --world 4 --json -o x.npy
    json_is '[d["bytes"], d["missing"]]' "[36, 0]"
    digest=$(json 'd["digest"]')
    good init --shape 10,3 --json -o y.npy
    json_is 'd["digest"]' "$digest"
    same_bytes x.npy y.npy
    for rank in 0 1 2 3; do
        good init --shape 5,2 --shard 0 --rank $rank --world 4 --json -o z.npy
        json 'd["bytes"]'
    done >../bytes
    equal "$(tr '\n' ' ' <../bytes)" "16 16 8 0 "
}

@test "a rank that was killed, or never ran, is started again alone" {
    manifest '{"name": "big", "shape": [20000000], "initializer": "truncated_normal", "seed": 1}' >model.json
    good init model.json -o whole.safetensors
    for resume in "" --resume; do
        good init model.json -o x.safetensors --rank 0 --world 3
        "$CW" init model.json -o x.safetensors --rank 1 --world 3 >"$out" &
        sleep 0.05
        kill -KILL $! || true
        killed=0
        wait $! || killed=$?
        good init model.json -o x.safetensors --rank 2 --world 3
        if [ $killed -ne 0 ]; then
            [ ! -e x.safetensors ] || fail "finished without rank 1"
            # shellcheck disable=SC2086 # none or one
            good init model.json -o x.safetensors --rank 1 --world 3 $resume
        fi
        prints "all ranks are there"
        same_bytes x.safetensors whole.safetensors
        rm x.safetensors
    done
}

@test "a rank that is started again keeps what is right, with --resume, and mends what is not" {
    good init --shape 3000000 -o whole.npy
    for rank in 0 1; do good init --shape 3000000 --rank $rank --world 3 -o x.npy; done
    look flip x.npy.part 8000 # of rank 0
    good init --shape 3000000 --rank 0 --world 3 --resume --json -o x.npy
    json_is '[d["kept"], d["bytes"], d["missing"]]' "[0, 4000000, 1]"
    good init --shape 3000000 --rank 1 --world 3 --resume -o x.npy
    prints "4 MB of it were there; 1 rank is still to come, first rank 2"
    good init --shape 3000000 --rank 2 --world 3 -o x.npy
    same_bytes x.npy whole.npy
}

@test "another number of ranks, another axis, another seed: what others left is replaced" {
    good init --shape 6,50,7 -o whole.npy
    for rank in 0 1 2; do good init --shape 6,50,7 --rank $rank --world 4 -o x.npy; done
    for rank in 0 1 2 3 4; do good init --shape 6,50,7 --rank $rank --world 6 -o x.npy; done
    [ ! -e x.npy ] || fail "finished too early"
    good init --shape 6,50,7 --rank 5 --world 6 -o x.npy
    same_bytes x.npy whole.npy
    rm x.npy
    good init --shape 6,50,7 --rank 0 --world 2 -o x.npy
    good init --shape 6,50,7 --rank 1 --world 2 --shard 1 -o x.npy
    prints "first rank 0"
    good init --shape 6,50,7 --rank 0 --world 2 --shard 1 --seed 1 -o x.npy
    prints "first rank 1"
    good init --shape 6,50,7 --rank 1 --world 2 --shard 1 -o x.npy
    prints "first rank 0"
    good init --shape 6,50,7 --rank 0 --world 2 --shard 1 -o x.npy
    same_bytes x.npy whole.npy
    # A run without ranks takes over what ranks left, and the other way round.
    rm x.npy
    good init --shape 6,50,7 --rank 0 --world 2 -o x.npy
    good init --shape 6,50,7 -o x.npy
    same_bytes x.npy whole.npy
    mv x.npy x.npy.part
    for rank in 0 1; do good init --shape 6,50,7 --rank $rank --world 2 --resume -o x.npy; done
    prints "4.2 kB of it were there"
    same_bytes x.npy whole.npy
    rm x.npy
    good init --shape 6,50,7 --rank 0 --world 2 -o x.npy
    good init --shape 6,50,7 --resume -o x.npy
    same_bytes x.npy whole.npy
}

# documented PROGRAM: the commands of docs/DISTRIBUTED.md that begin with it.
documented() { sed -n "s/^    \\($1 .*\\)/\\1/p" "$CW_SOURCE/docs/DISTRIBUTED.md"; }

# What stands for launchers: the same variables, and the ranks at the same time.
srun() {
    while [[ $1 = --* ]]; do shift; done
    for rank in 0 1 2 3; do SLURM_PROCID=$rank SLURM_NTASKS=4 "$@" & done
    wait
}
torchrun() {
    while [[ $1 = --* ]]; do shift; done
    for rank in 0 1 2 3; do RANK=$rank WORLD_SIZE=4 "$@" & done
    wait
}

@test "the commands of docs/DISTRIBUTED.md" {
    write_varied_model
    mkdir ../bin
    ln -s "$CW" ../bin/cw
    PATH=$(realpath ../bin):$PATH
    good init model.json -o whole.safetensors
    for launcher in 'srun --ntasks=4' torchrun for; do
        equal "$(documented "$launcher" | wc -l)" 1
        eval "$(documented "$launcher")" >"$out"
        grep -q "all ranks are there" "$out" || fail "$launcher: $(cat "$out")"
        same_bytes model.safetensors whole.safetensors
        rm model.safetensors
    done
    documented 'cw init --shape' >../commands
    equal "$(wc -l <../commands)" 3
    sh -e ../commands >"$out"
    good init --shape 10,3 -o whole.npy
    "$CW_PYTHON" -c 'import numpy
assert numpy.array_equal(numpy.load("rows.1.npy"), numpy.load("whole.npy")[3:6])
assert numpy.load("up.2.npy").shape == (1376, 4096) and numpy.load("down.2.npy").shape == (4096, 1376)'
}

@test "digests that are not met leave no file, and the last rank says so" {
    zeros='{"name": "a", "shape": [8], "initializer": "zeros"'
    manifest "$zeros, \"digest\": \"00112233445566778899aabbccddeeff\"}" >m.json
    good init m.json -o x.safetensors --rank 1 --world 2
    gives 1 init m.json -o x.safetensors --rank 0 --world 2
    is_one_complaint "$err"
    says "1 of 1 tensors have another digest than the manifest says, first a"
    only_files m.json
}

@test "a full disk leaves what the other ranks wrote" {
    good init --shape 100000 -o whole.npy
    good init --shape 100000 --rank 0 --world 2 -o x.npy
    got=0
    (
        trap '' XFSZ
        ulimit -f 64
        exec "$CW" init --shape 100000 --rank 1 --world 2 -o x.npy
    ) >"$out" 2>"$err" || got=$?
    [ "$got" -eq 4 ] && [ ! -s "$out" ] && is_one_complaint "$err" || fail_call "should find the disk full" init
    says "x.npy cannot be written: File too large"
    only_files whole.npy x.npy.part
    good init --shape 100000 --rank 1 --world 2 -o x.npy
    same_bytes x.npy whole.npy
}

@test "what ranks need" {
    refused 2 init --shape 8 --rank 0 --world 2
    says "--rank is for a part of a file"
    refused 2 init --shape 8 --rank 0 --world 2 -o -
    refused 2 init --shape 8 --rank 0 -o x.npy
    says "--rank and --world go together"
    refused 2 init --shape 8 --world 2 -o x.npy
    refused 2 init --shape 8 --rank 2 --world 2 -o x.npy
    says "there is no rank 2 of 2"
    refused 2 init --shape 8 --shard 0 -o x.npy
    refused 2 init --shape 8 --rank -1 --world 2 -o x.npy
    refused 2 init --shape 8 --rank 0 --world 0 -o x.npy
    refused 2 init --shape 8 --rank 0 --world 2 --shard 16 -o x.npy
    refused 2 init --shape 8 --rank 0 --world 2 --shard rows -o x.npy
    refused 2 init --shape 8 --rank x --world 2 -o x.npy
    refused 4 init --shape 8 --rank 0 --world 2 -o no/such/folder/x.npy
    refused 2 plan --shape 8 --rank 0 --world 2
}

@test "a rank's memory is its part and a constant" {
    manifest '{"name": "big", "shape": [50000, 4000], "initializer": "random_uniform", "seed": 1, "dtype": "bfloat16"}' >big.json
    "$CW_PYTHON" - "$CW" >../peak <<'EOF2'
import resource, subprocess, sys
for rank in range(4):
    subprocess.run([sys.argv[1], "init", "big.json", "-o", "x.safetensors", "--world", "4", "--rank", str(rank)], check=True,
                   stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
EOF2
    # 100 MB of 400 are a rank's; pieces have 64 MB.
    [ "$(cat ../peak)" -lt 110000 ] || fail "$(cat ../peak) kB"
    good verify x.safetensors
}
