#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# install.sh TEST static|shared: one test of CMakeLists.txt, which sets the variables that are used here.
set -euo pipefail
unset DESTDIR CMAKE_PREFIX_PATH PKG_CONFIG_PATH LD_LIBRARY_PATH
consumer=$SOURCE/tests/install/consumer
test=$1 kind=$2
prefix=$WORK/$kind/prefix
scratch=$WORK/$kind/$test
rm -rf "$scratch"
mkdir -p "$scratch"

fail() {
    echo "install.sh $test $kind: $*" >&2
    exit 1
}

# The build folder that holds libraries of this kind: the one that is being tested, or one made for the purpose.
build_of_kind() {
    case $kind,$BUILT_SHARED in
    static,OFF | shared,ON) echo "$BUILD" ;;
    *) echo "$WORK/$kind/build" ;;
    esac
}

with() { if [[ " $BACKENDS " == *" $1 "* ]]; then echo ON; else echo OFF; fi; }

# Installed in one place and moved to another: nothing that follows may depend on the first.
install() {
    local build shared=OFF
    build=$(build_of_kind)
    [ "$kind" = static ] || shared=ON
    if [ "$build" != "$BUILD" ]; then
        "$CMAKE" -S "$SOURCE" -B "$build" -G "$GENERATOR" -DCMAKE_C_COMPILER="$CC" -DCMAKE_BUILD_TYPE=Release \
            -DBUILD_SHARED_LIBS=$shared -DBUILD_TESTING=OFF -DCMAKE_INSTALL_LIBDIR="$LIBDIR" \
            -DCW_WITH_OPENCL="$(with opencl)" -DCW_WITH_CUDA="$(with cuda)"
        "$CMAKE" --build "$build" --parallel 2
    fi
    rm -rf "$WORK/$kind/first" "$prefix"
    "$CMAKE" --install "$build" --prefix "$WORK/$kind/first"
    mv "$WORK/$kind/first" "$prefix"
}

# A text that tells where it was built or first installed is of no use elsewhere.
names() {
    local found name
    [ -f "$prefix/include/counterweight/counterweight.h" ] || fail "counterweight.h is missing"
    for name in LICENSE NOTICE MANIFEST.md NUMERICS.md; do
        [ -n "$(find "$prefix/share/doc" -name $name)" ] || fail "$name is missing"
    done
    found=$(grep -rIlF -e "$WORK" -e "$BUILD" -e "$SOURCE" "$prefix" || true)
    [ -z "$found" ] || fail "paths of the build are in $found"
}

# The same files, below DESTDIR and nowhere else.
destdir() {
    local to=/opt/counterweight_destdir_test
    DESTDIR=$scratch/root "$CMAKE" --install "$(build_of_kind)" --prefix $to
    [ ! -e $to ] || fail "$to was written in spite of DESTDIR"
    diff <(cd "$prefix" && find . ! -type d | sed "s,^\.,.$to," | sort) \
        <(cd "$scratch/root" && find . ! -type d | sort) || fail "other files"
}

# An executable needs no LD_LIBRARY_PATH here: CMake's run path and that of the libraries must do.
cmake() {
    "$CMAKE" -S "$consumer" -B "$scratch" -G "$GENERATOR" -DCMAKE_C_COMPILER="$CC" -DCMAKE_CXX_COMPILER="$CXX" \
        -DCMAKE_PREFIX_PATH="$prefix" -DBACKENDS="${BACKENDS// /;}"
    "$CMAKE" --build "$scratch" --parallel 2
    run_consumers
}

run_consumers() {
    local program
    for program in c cpp $BACKENDS; do
        [ "$program" != core ] || continue
        echo "running $program"
        "$scratch/$program" || fail "$program failed"
    done
}

flags() { PKG_CONFIG_PATH=$prefix/$LIBDIR/pkgconfig "$PKG_CONFIG" "$@"; }

# compile PROGRAM PACKAGE: a C program of two translation units.
compile() {
    # shellcheck disable=SC2046 # flags are words
    "$CC" -std=c11 -Wall -Wextra -Wpedantic -Werror $(flags --cflags "$2") -o "$scratch/$1" \
        "$consumer/$1.c" "$consumer/second.c" $(flags --libs $static "$2")
}

pkg_config() {
    local static=""
    [ "$kind" = shared ] || static=--static
    [ "$(flags --modversion counterweight)" = "$VERSION" ] || fail "the version is not $VERSION"
    compile c counterweight
    # shellcheck disable=SC2046
    "$CXX" -std=c++17 -Wall -Wextra -Wpedantic -Werror $(flags --cflags counterweight) -o "$scratch/cpp" \
        "$consumer/cpp.cpp" $(flags --libs $static counterweight)
    for backend in $BACKENDS; do [ "$backend" = core ] || compile "$backend" "counterweight-$backend"; done
    export LD_LIBRARY_PATH=$prefix/$LIBDIR
    run_consumers
}

# Each header by itself, as C and as C++, beside no other header than those of the compiler.
headers() {
    local header language
    for header in "$prefix"/include/counterweight/*.h; do
        for language in c11 c++17; do
            printf '#include "counterweight/%s"\nextern int unit;\n' "${header##*/}" |
                "$CC" -x "$(tr -d 0-9 <<<$language)" -std=$language -Wall -Wextra -Wpedantic -Wshadow -Werror \
                    -I "$prefix/include" -fsyntax-only - || fail "${header##*/} does not stand alone as $language"
        done
    done
}

# What a library exports and what its headers declare as CW_API is the same.
symbols() {
    local backend library headers
    for backend in $BACKENDS; do
        library=$prefix/$LIBDIR/libcounterweight_$backend.so
        headers=$backend.h
        [ "$backend" != core ] || headers="counterweight.h cpu.h"
        # shellcheck disable=SC2086 # headers are words
        (cd "$prefix/include/counterweight" && grep -hv '^ *#' $headers) | tr '\n' ' ' |
            grep -oP 'CW_API [^;(#]*?\K\w+(?=\()' | sort >"$scratch/declared"
        nm -D --defined-only "$library" | awk '{print $NF}' | sort >"$scratch/exported"
        [ -s "$scratch/declared" ] || fail "$headers declare nothing"
        ! grep -v '^cw_' "$scratch/exported" || fail "$library exports more than cw_*"
        diff "$scratch/declared" "$scratch/exported" || fail "$library exports other functions than $headers declare"
    done
}

soname() {
    local backend library
    for backend in $BACKENDS; do
        library=libcounterweight_$backend
        readelf -d "$prefix/$LIBDIR/$library.so" | grep -qF "soname: [$library.$SONAME]" ||
            fail "the soname of $library is not $library.$SONAME"
        ! readelf -d "$prefix/$LIBDIR/$library.so" | grep -E 'R(UN)?PATH' | grep -v '\[$ORIGIN\]' ||
            fail "$library.so searches for libraries elsewhere"
        [ -e "$prefix/$LIBDIR/$library.$SONAME" ] || fail "$library.$SONAME is missing"
        [ -f "$prefix/$LIBDIR/$library.so.$VERSION" ] || fail "$library.so.$VERSION is missing"
    done
}

# configure OPTION...: how the consumer's configuration ended, with its text in one line in $scratch.log.
configure() {
    local status=0
    rm -rf "$scratch"
    "$CMAKE" -S "$consumer" -B "$scratch" -G "$GENERATOR" -DCMAKE_C_COMPILER="$CC" -DCMAKE_CXX_COMPILER="$CXX" \
        -DCMAKE_PREFIX_PATH="$prefix" "$@" >"$scratch.text" 2>&1 || status=$?
    tr -s ' \n' ' ' <"$scratch.text" >"$scratch.log"
    return $status
}

# refused WHY OPTION...
refused() {
    local why=$1
    shift
    ! configure "$@" || fail "$* was accepted"
    grep -qF "$why" "$scratch.log" || fail "$* was refused without '$why'"
}

components() {
    refused 'compatible with requested version "0.2"' -DREQUESTED=0.2
    refused 'compatible with requested version "0.0"' -DREQUESTED=0.0
    refused "No vulkan: there is no such component." "-DBACKENDS=core;vulkan"
    configure -DBACKENDS=core -DCMAKE_DISABLE_FIND_PACKAGE_OpenCL=ON || fail "the core alone needs OpenCL"
    [ "$(with opencl)" = OFF ] || refused "No opencl: no OpenCL loader with headers was found." \
        "-DBACKENDS=core;opencl" -DCMAKE_DISABLE_FIND_PACKAGE_OpenCL=ON
}

tool() {
    "$prefix/bin/cw" --version | grep -qF "$VERSION" || fail "cw --version does not tell $VERSION"
    diff <("$prefix/bin/cw" init --initializer glorot_uniform --shape 2,2 --seed 0) - <<'END' || fail "other values"
[[-0.7078647   0.50461936]
 [ 0.73500216  0.6633029 ]]
END
}

"$test"
