#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Files so large that 32 bits do not count their bytes.
load helper

@test ".npz: a member of over 4 GiB, and one behind it" {
    manifest '{"name": "large", "shape": [32768, 32769], "initializer": "random_uniform", "seed": 1}' \
        '{"name": "behind", "shape": [5], "initializer": "random_normal", "seed": 2}' >m.json
    good init m.json -o m.npz
    good verify m.npz
    prints "m.npz: 2 tensors, 1073774597 elements, 0 bits differ"
    manifest '{"name": "behind", "shape": [5], "initializer": "random_normal", "seed": 2}' >behind.json
    good init behind.json -o behind.npy
    good init --shape 32768,32769 --initializer random_uniform --seed 1 --slice 0:1,0:1024 -o start.npy
    "$CW_PYTHON" -c 'import numpy
archive = numpy.load("m.npz")
assert archive.files == ["large", "behind"] and archive["behind"].tobytes() == numpy.load("behind.npy").tobytes()
assert archive.zip.getinfo("large.npy").file_size == 128 + 4 * 32768 * 32769
with archive.zip.open("large.npy") as member:
    assert numpy.lib.format.read_magic(member) == (1, 0)
    assert numpy.lib.format.read_array_header_1_0(member) == ((32768, 32769), False, numpy.dtype("<f4"))
    assert member.read(4096) == numpy.load("start.npy").tobytes()'
}
