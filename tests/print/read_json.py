#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""read_json.py FOLDER: the values that numbers.c wrote as JSON have the bits of the arrays that they come from."""
import json
import pathlib
import sys

import numpy as np

FOLDER = pathlib.Path(sys.argv[1])


def bits_of(array):
    return array.view(f"u{array.itemsize}")


def bfloat16_bits(values):
    """Rounded to the nearest; the values are so close to those of bfloat16 that float32 in between does no harm."""
    wide = values.astype(np.float32).view(np.uint32)
    return ((wide + 0x7FFF + (wide >> 16 & 1)) >> 16).astype(np.uint16)


def check(path):
    array, values = np.load(path), json.loads(path.with_suffix(".json").read_text())
    if array.dtype.kind in "iu":
        assert values == array.tolist(), path
        return
    flat = [x for row in values for x in row] if array.ndim == 2 else values
    # A string is a special number, and every special number is a string; nothing reads as an integer.
    assert {type(x) for x in flat} <= {float, str}, path
    assert {x for x in flat if isinstance(x, str)} <= {"nan", "inf", "-inf"}, path
    again = np.array(flat, np.float64).reshape(array.shape)
    expected, nan = bits_of(array), np.isnan(again)
    if array.dtype.kind == "V":
        found, expected_nan = bfloat16_bits(again), (expected & 0x7FFF) > 0x7F80
    else:
        found, expected_nan = bits_of(again.astype(array.dtype)), np.isnan(array)
    assert (nan == expected_nan).all(), path
    assert (found == expected)[~nan].all(), path


def main():
    paths = sorted(FOLDER.glob("*.npy"))
    assert len(paths) == 16, paths
    for path in paths:
        check(path)


if __name__ == "__main__":
    main()
