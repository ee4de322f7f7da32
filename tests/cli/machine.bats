#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What cw learns from the system, on machines that are not at hand: watch.c stands between the two.
load helper

# watched VARIABLE=VALUE ARGUMENT...
watched() {
    env LD_PRELOAD="$CW_WATCH" ASAN_OPTIONS="verify_asan_link_order=0:$ASAN_OPTIONS" "$1" "$CW" "${@:2}" >"$out"
}

cpu() { json "[v[$1] for b in d['backends'] if b['backend'] == 'cpu' for v in b['devices']][0]"; }

@test "more CPUs than a set of the usual size has room for" {
    for cpus in 1 7 64; do
        watched CW_TEST_CPUS=$cpus devices --json
        equal "$(cpu '"units"')" $cpus
    done
    watched CW_TEST_CPUS=5000 devices --json
    equal "$(cpu '"units"')" 1024 # no more threads than that
}

@test "the processor's name, where there is none" {
    printf 'flags\t: %0200d\nmodel name\t: A processor\n' 1 >cpuinfo
    watched CW_TEST_CPUINFO=cpuinfo devices --json
    equal "$(cpu '"name"')" "A processor"
    for line in 'model name\t:\n' 'model name\t:' 'model name\t: ' 'model name' ''; do
        # shellcheck disable=SC2059 # a format
        { printf 'flags\t: %0200d\n' 1 && printf "$line"; } >cpuinfo
        watched CW_TEST_CPUINFO=cpuinfo devices --json
        equal "$(cpu '"name"')" CPU
    done
    printf 'model name\t:close\n' >cpuinfo
    watched CW_TEST_CPUINFO=cpuinfo devices --json
    equal "$(cpu '"name"')" close
}

@test "the folder of a new file is brought to the disk" {
    mkdir folder
    for name in a.npy ./a.npy folder/a.npy "$PWD/folder/b.safetensors"; do
        rm -f ../log
        watched CW_TEST_FSYNC=../log init --shape 2 -o "$name"
        equal "$(cat ../log)" "$(stat -c %i "$(dirname "$name")")"
    done
}

# made HOME XDG_CACHE_HOME CW_CACHE: a tensor by an OpenCL driver that has built nothing yet. PoCL keeps what it has built, but that
# shows the second time only: the first time the folder gets a note.
made() {
    rm -rf pocl xdg home
    mkdir pocl
    HOME=$1 XDG_CACHE_HOME=$2 CW_CACHE=$3 POCL_CACHE_DIR=$PWD/pocl gives 0 init --shape 2 --device opencl
}

@test "built programs are noted in the user's cache folder, or nowhere" {
    made "$PWD/home" "$PWD/xdg" off
    equal "$(echo *)" pocl
    made "$PWD/home" "$PWD/xdg" ""
    equal "$(echo *)" "pocl xdg"
    [ -f xdg/counterweight/opencl-* ]
    made "$PWD/home" not/absolute ""
    equal "$(echo *)" "home pocl"
    [ -f home/.cache/counterweight/opencl-* ]
}
