# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034 # the tests read what is set here
#
# What all tests of the command line share. CW is the built tool, CW_SOURCE the source tree, CW_PYTHON a Python with
# NumPy; `ctest` sets them. Every test runs in an empty folder of its own.
: "${CW:?is not set: run ctest}" "${CW_SOURCE:?}" "${CW_PYTHON:?}"
golden=$CW_SOURCE/tests/golden
export PYTHONDONTWRITEBYTECODE=1
export CW_CACHE=off # the user's folder is not the tests'

setup() {
    out=$BATS_TEST_TMPDIR/out err=$BATS_TEST_TMPDIR/err # outside the folder, whose content is tested
    mkdir "$BATS_TEST_TMPDIR/work"
    cd "$BATS_TEST_TMPDIR/work" || return
}

# bats prints this where a test fails.
fail() {
    printf '%s\n' "$@" >&2
    return 1
}

# ------------------------------------------------------------------------------------------------- running cw

# Runs cw and leaves its exit status in $got and what it printed in the files $out and $err.
call() {
    got=0
    "$CW" "$@" >"$out" 2>"$err" || got=$?
}

# What cw was asked and what it answered, in front of a failure.
fail_call() {
    local what=$1
    shift
    fail "cw$(printf ' %q' "$@" | cut -c 1-400)" "$what; exit status $got, stdout and stderr:" \
        "$(head -c 1000 "$out")" "$(head -c 1000 "$err")"
}

gives() {
    local wanted=$1
    shift
    call "$@"
    [ "$got" -eq "$wanted" ] || fail_call "should exit with $wanted" "$@"
}

# Exit status 0, and nothing on stderr.
good() {
    gives 0 "$@" || return 1
    [ ! -s "$err" ] || fail_call "should not complain" "$@"
}

# Whether a file holds exactly one line of the form "cw: what is wrong (what to do)".
is_one_complaint() {
    local LC_ALL=C lines line
    mapfile lines <"$1"
    line=${lines[0]%$'\n'}
    [ ${#lines[@]} -eq 1 ] && [ "$line" != "${lines[0]}" ] && [[ $line =~ ^cw:\ .+\ \(.+\)$ ]] &&
        [[ ! $line =~ [[:cntrl:]] ]]
}

# refused STATUS ARGUMENT...: that exit status, one complaint, nothing on stdout, and the folder is as it was.
refused() {
    local before
    before=$(ls -lAR)
    gives "$@" || return 1
    shift
    [ ! -s "$out" ] || fail_call "should print nothing" "$@" || return 1
    is_one_complaint "$err" || fail_call "should complain in one line" "$@" || return 1
    [ "$before" = "$(ls -lAR)" ] || fail_call "should leave no file" "$@"
}

# says WORDS: the last complaint has them.
says() { [[ $(<"$err") = *"$1"* ]] || fail "should say: $1" "$(cat "$err")"; }

# prints WORDS: the last result has them.
prints() { grep -Fq -- "$1" "$out" || fail "should print: $1" "$(head -c 1000 "$out")"; }

equal() { [ "$1" = "$2" ] || fail "got:    $1" "wanted: $2"; }

same_bytes() { cmp "$1" "$2" || fail "$1 and $2 differ"; }

other_bytes() { ! cmp -s "$1" "$2" || fail "$1 and $2 are the same"; }

only_files() { equal "$(ls -A | tr '\n' ' ')" "${*:+$* }"; }

# -------------------------------------------------------------------------------------------------- the rest

# json EXPRESSION: prints it, for the last result as d.
json() {
    "$CW_PYTHON" -c 'import json, sys
d = json.load(open(sys.argv[1], encoding="utf-8"))
print(eval(sys.argv[2]))' "$out" "$1"
}

# json_is EXPRESSION VALUE
json_is() { equal "$(json "$1")" "$2"; }

look() { "$CW_PYTHON" "$CW_SOURCE/tests/cli/look.py" "$@"; }

# manifest TENSOR...: a manifest with these tensors, on stdout.
manifest() {
    local IFS=,
    printf '{"counterweight": 1, "tensors": [%s]}\n' "$*"
}

# Whom permissions do not hold back, that is root, becomes somebody else in front of cw: $user.
become_plain_user() {
    user=
    [ "$(id -u)" -ne 0 ] || user="setpriv --reuid=65534 --regid=65534 --clear-groups"
    $user test -x "$CW" -a -x . || skip "another user cannot start cw, or cannot come here"
}

# The devices to test. One of the default ones that this machine lacks is reported and left out; one that the caller
# named must be there.
devices() {
    local device
    for device in ${CW_TEST_DEVICES:-cpu opencl}; do
        call init --shape 1 --device "$device"
        if [ "$got" -ne 3 ] || [ "$device" = cpu ] || [ -n "$CW_TEST_DEVICES" ]; then echo "$device"
        else echo "# left out: $(cat "$err")" >&3; fi
    done
}
