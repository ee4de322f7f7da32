#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make_numbers.py FOLDER: many numbers and what NumPy makes of them, for numbers.c.

NAME.npy        items along the first axis: elements_DTYPE single numbers, all there are or random bits; rows_DTYPE
                short arrays of mixed magnitudes
NAME.txt        print(item), one after the other
NAME.exact.txt  print(np.array2string(item, threshold=sys.maxsize, floatmode='unique'))

All as NumPy 2.4 prints it, whatever version is at hand: of older ones only what is the same is used. Their digits are,
but not the magnitude from which on an exponent is written; it is a parameter here, and rows stay below it.
"""
import pathlib
import sys

import numpy as np

FOLDER = pathlib.Path(sys.argv[1])
MANY, ROWS = 100000, 1000
# From which magnitudes on there is an exponent, in an array and alone.
CEILINGS = {np.float16: (1e3, 1e3), np.float32: (1e6, 1e6), np.float64: (1e8, 1e16)}
rng = np.random.Generator(np.random.PCG64(20240502))


def positional(x, trim):
    return np.format_float_positional(x, unique=True, trim=trim)


def scientific(x, trim):
    return np.format_float_scientific(x, unique=True, trim=trim)


def alone(x, dtype):
    magnitude = abs(float(x))
    if magnitude == 0 or 1e-4 <= magnitude < CEILINGS[dtype][1] or not np.isfinite(x):
        return positional(x, "0")
    return scientific(x, "-")


def in_array(x, dtype):
    magnitude = abs(float(x))
    if magnitude == 0 or float(dtype(1e-4)) <= magnitude < CEILINGS[dtype][0] or not np.isfinite(x):
        return positional(x, ".")
    return scientific(x, ".")


def exact(array):
    return np.array2string(array, threshold=sys.maxsize, floatmode="unique")


def save(name, array, texts, exact_texts):
    np.save(FOLDER / f"{name}.npy", array)
    (FOLDER / f"{name}.txt").write_text("".join(t + "\n" for t in texts))
    (FOLDER / f"{name}.exact.txt").write_text("".join(t + "\n" for t in exact_texts))


def check_reads_back(texts, numbers):
    """What numbers.c finds equal to these texts reads back as well."""
    bits = f"u{numbers.itemsize}"
    again = np.array(texts, np.float64).astype(numbers.dtype)
    good = (again.view(bits) == numbers.view(bits)) | (np.isnan(again) & np.isnan(numbers))
    assert good.all(), numbers[~good]


def save_elements(name, array, shown):
    dtype = shown.dtype.type
    texts, exact_texts = [alone(x, dtype) for x in shown], [in_array(x, dtype) for x in shown]
    check_reads_back(texts, shown)
    check_reads_back(exact_texts, shown)
    save(f"elements_{name}", array, texts, exact_texts)


def random_bits(code):
    return np.frombuffer(rng.bytes(MANY * int(code[1])), "<" + code)


def save_rows(name, array, shown):
    save(f"rows_{name}", array, map(str, shown), map(exact, shown))


def save_reals():
    every = np.arange(1 << 16, dtype=np.uint16)
    save_elements("float16", every.view(np.float16), every.view(np.float16))
    save_elements("bfloat16", every.view("V2"), (every.astype(np.uint32) << 16).view(np.float32))
    # The one float32 whose shortest digits are those of another when read as a double in between.
    single = np.r_[random_bits("f4"), np.float32(7.038531e-26)]
    save_elements("float32", single, single)
    double = random_bits("f8")
    save_elements("float64", double, double)
    for dtype, low, high in (np.float16, -3.5, 2.9), (np.float32, -6, 5.9), (np.float64, -9, 8.5):
        decades = rng.uniform(low, high, (ROWS, 1)) + rng.uniform(-1.6, 0, (ROWS, 5))
        rows = (rng.choice([-1, 1], (ROWS, 5)) * 10 ** decades).astype(dtype)
        save_rows(np.dtype(dtype).name, rows, rows)
    upper = (rng.uniform(-1, 1, (ROWS, 5)).astype(np.float32).view(np.uint32) >> 16).astype(np.uint16)
    shown = (upper.astype(np.uint32) << 16).view(np.float32)
    save_rows("bfloat16", upper.view("V2"), shown)


def save_integers():
    for dtype in np.int32, np.int64, np.uint32, np.uint64:
        name, limits = np.dtype(dtype).name, np.iinfo(dtype)
        numbers = np.r_[random_bits(np.dtype(dtype).str[1:]), np.array([limits.min, 0, limits.max], dtype)]
        texts = [str(int(x)) for x in numbers]
        save(f"elements_{name}", numbers, texts, texts)
        widths = rng.integers(1, np.dtype(dtype).itemsize * 8 - 1, (ROWS, 5))
        rows = numbers[:ROWS * 5].reshape(ROWS, 5) >> widths.astype(dtype)
        save_rows(name, rows, rows)


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    save_reals()
    save_integers()


if __name__ == "__main__":
    main()
