#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes arrays and what NumPy prints for them, for every dtype: DTYPE.safetensors, DTYPE.txt and DTYPE.exact.txt.

DTYPE.txt is print(a) of one array after the other with NumPy's default options, each below a line "== NAME".
DTYPE.exact.txt has every element with the fewest digits that read back. bfloat16 is printed as a.astype(np.float32).
The files in the repository were made by NumPy 2.4.6 and ml_dtypes 0.6.0: python3 tests/golden/print/make.py
"""
import json
import pathlib
import struct
import sys

import ml_dtypes
import numpy as np

HERE = pathlib.Path(__file__).parent
F = np.float32
rng = np.random.Generator(np.random.PCG64(20240501))


def normal(*shape, scale=1.0):
    return rng.standard_normal(shape) * scale


def uniform(*shape, low=-1.0, high=1.0):
    return rng.uniform(low, high, shape)


powers = 2.0 ** np.arange(-149, 128)

CASES = {
    "scalar_zero": 0.0,
    "scalar_minus_zero": -0.0,
    "scalar_fraction": -0.7078647,
    "scalar_small": 1e-4,
    "scalar_above_small": np.nextafter(F(1e-4), F(1)),
    "scalar_million": 1e6,
    "scalar_below_million": 999999.94,
    "scalar_denormal": 1e-45,
    "scalar_largest": np.finfo(F).max,
    "one_small": [1e-4],
    "one_below_small": [np.nextafter(F(1e-4), F(0))],
    "one_below_million": [999999.94],
    "one_million": [1e6],
    "ratio_thousand": [0.001, 1.0],
    "ratio_exactly_thousand": [0.125, 125.0],
    "ratio_over_thousand": [0.001, 1.0001],
    "ratio_infinite": [1e-45, 3e38],
    "cut_carries": [0.999999999, 9.9999995, 99.99999, 0.5],
    "minus_zero": [[-0.0, 0.0], [0.0, -0.0]],
    "special": [np.nan, np.inf, -np.inf, 1.5],
    "special_only": [np.nan, -np.inf],
    "special_exponent": [np.inf, 1e-10, -2.5e20],
    "empty": np.zeros((0,)),
    "empty_axes": np.zeros((3, 0, 2)),
    "zeros": np.zeros((3, 4)),
    "ones": np.ones((2, 3, 4)),
    "identity": np.eye(5),
    "integers": np.arange(-30, 30).reshape(5, 12),
    "kernel": uniform(3, 3, 4, 5, low=-0.15, high=0.15),
    "row_wraps": normal(40),
    "row_wraps_exponent": normal(30, scale=1e-7),
    "row_just_fits": np.full(18, 0.5),
    "mixed_magnitudes": normal(7, 3) * 10.0 ** rng.integers(-8, 9, (7, 3)),
    "large_numbers": normal(4, 6, scale=1e5),
    "powers_of_two": powers,
    "minus_powers_of_two": -powers[::-1],
    "powers_in_rows": powers[100:130].reshape(6, 5),
    "rank_5": uniform(2, 1, 3, 2, 2),
    "rank_16": uniform(*([1] * 12 + [2, 1, 2, 3])),
    "thousand": uniform(10, 100),
    "thousand_and_one": uniform(7, 11, 13),
    "summary_row": normal(1001),
    "summary_rows": normal(334, 3),
    "summary_columns": normal(6, 200),
    "summary_kernel": uniform(3, 3, 8, 16, low=-0.05, high=0.05),
    "summary_rank_16": uniform(*([1] * 14 + [7, 144])),
    "bits": rng.integers(0, 0x7F800000, 24, dtype=np.uint32).view(F),
}


# -------------------------------------------------------------------------------------------------- the other dtypes


def step(dtype, x, towards):
    """The neighbour of x."""
    return np.nextafter(dtype(x), dtype(towards))


def just_over_thousand(dtype):
    """Two numbers whose quotient is over a thousand, but not when rounded to their dtype."""
    for least in (dtype(0.5 + i * float(np.finfo(dtype).epsneg)) for i in range(1, 1000)):
        greatest = step(dtype, 1000 * float(least), 1e9)
        for x in greatest, step(dtype, greatest, 0), step(dtype, step(dtype, greatest, 0), 0):
            if float(x) > 1000 * float(least) and x / least == 1000:
                return [least, x]
    raise ValueError(dtype)


def real_cases(dtype, ceilings):
    """`ceilings`: the magnitudes from which on arrays and scalars are written with an exponent."""
    info = ml_dtypes.finfo(dtype)
    largest, denormal = float(info.max), float(info.smallest_subnormal)
    powers = 2.0 ** np.arange(np.log2(denormal), np.floor(np.log2(largest)) + 1)
    bits = np.dtype(dtype).itemsize * 8
    any_bits = rng.integers(0, 1 << bits, 240, dtype=np.uint64).astype(f"u{bits // 8}").view(dtype)
    any_bits = any_bits[np.isfinite(any_bits)]
    decades = np.log10(min(largest, 1e9))
    mixed = normal(7, 3) * 10.0 ** rng.uniform(-min(6, decades), decades - 1, (7, 3))
    cases = {
        "scalar_zero": 0.0,
        "scalar_minus_zero": -0.0,
        "scalar_fraction": -0.7078647,
        "scalar_tenth": 0.1,
        "scalar_small": 1e-4,
        "scalar_below_small": step(dtype, 1e-4, 0),
        "scalar_above_small": step(dtype, 1e-4, 1),
        "scalar_denormal": denormal,
        "scalar_largest": -largest,
        "scalar_nan": np.nan,
        "scalar_minus_infinity": -np.inf,
        "one_small": [1e-4],
        "one_below_small": [step(dtype, 1e-4, 0)],
        "one_above_small": [step(dtype, 1e-4, 1)],
        "ratio_thousand": [0.001, 1.0],
        "ratio_exactly_thousand": [0.125, 125.0],
        "ratio_just_over": [0.125, 125.04],
        "ratio_over_thousand": [0.125, 126.0],
        "ratio_infinite": [denormal, largest],
        "cut_carries": [0.999999999, 9.9999995, 99.99999, 0.5],
        "tenths": np.arange(-10, 11) / 10,
        "minus_zero": [[-0.0, 0.0], [0.0, -0.0]],
        "denormals": denormal * np.array([1, 2, 3, -5, 0, 100]),
        "denormal_edge": [info.smallest_normal, step(dtype, info.smallest_normal, 0), -denormal],
        "largest": [largest, step(dtype, largest, 0), -largest],
        "special": [np.nan, np.inf, -np.inf, 1.5],
        "special_only": [np.nan, -np.inf],
        "special_narrow": [np.inf, -1.0],
        "special_exponent": [np.inf, 1e-5, -2.5e4],
        "special_rows": np.where(rng.integers(0, 5, (6, 7)) == 0, -np.inf, normal(6, 7)),
        "empty": np.zeros((0,)),
        "empty_axes": np.zeros((3, 0, 2)),
        "zeros": np.zeros((3, 4)),
        "integers": np.arange(-30, 30).reshape(5, 12),
        "kernel": uniform(3, 3, 4, 5, low=-0.15, high=0.15),
        "row_wraps": normal(40),
        "row_wraps_exponent": normal(30, scale=min(1e-7, 100 * denormal) if denormal > 1e-9 else 1e-7),
        "mixed_magnitudes": mixed,
        "powers_of_two": powers,
        "minus_powers_of_two": -powers[::-1],
        "powers_in_rows": powers[len(powers) // 2:][:30].reshape(-1, 5),
        "bits": any_bits,
        "bits_in_rows": any_bits[:200].reshape(-1, 4),
        "rank_5": uniform(2, 1, 3, 2, 2),
        "rank_16": uniform(*([1] * 12 + [2, 1, 2, 3])),
        "thousand": uniform(10, 100),
        "thousand_and_one": uniform(7, 11, 13),
        "summary_row": normal(1001),
        "summary_rows": normal(334, 3),
        "summary_columns": normal(6, 200),
        "summary_kernel": uniform(3, 3, 8, 16, low=-0.05, high=0.05),
        "summary_rank_16": uniform(*([1] * 14 + [7, 144])),
        "summary_hides": np.r_[1.0, 2.0, 3.0, np.full(1000, 1e-6), np.nan, 4.0, 5.0, 6.0],
    }
    for ceiling in ceilings:
        below = step(dtype, ceiling, 0)
        cases |= {f"scalar_{ceiling:.0e}": ceiling, f"scalar_below_{ceiling:.0e}": -below}
        cases |= {f"one_{ceiling:.0e}": [ceiling], f"one_below_{ceiling:.0e}": [below]}
    return {name: np.asarray(value).astype(dtype) for name, value in cases.items()}


def wide_exponents():
    """Exponents of three digits, which float64 alone has."""
    return {
        "exponent_e100": [1e100],
        "exponent_both": [[1e-100, 1.5], [-2.25, 1e5]],
        "exponent_narrow": [1e-99, 1e99],
        "exponent_special": [1e-100, np.nan, -np.inf],
        "exponent_zero": [0.0, 1e-300, -0.0],
        "exponent_carries": [9.9999999999e99, 1.0],
        "exponent_hidden": np.r_[1.0, 1e-8, 3.0, np.full(1000, 1e-200), 4.0, 5.0, 6.0],
        "scalar_e100": 1e100,
        "scalar_e-100": -1.5e-100,
        "seventeen": [0.1 + 0.2, 1 / 3, 5e-324, 9007199254740993.0],
        "nines": [99999999.99999999, 0.9999999999999999, 9.5],
    }


def integer_cases(dtype):
    info = np.iinfo(dtype)
    low, high = int(info.min), int(info.max)
    signed = low < 0

    def draw(*shape):
        return rng.integers(low, high, shape, dtype, endpoint=True)

    cases = {
        "scalar_zero": 0,
        "scalar_five": 5,
        "scalar_least": low,
        "scalar_greatest": high,
        "one": [7],
        "limits": [low, high],
        "widest_positive": [123456, 0, 7],
        "small": np.arange(60).reshape(5, 12),
        "halves": [high // 2, high // 2 + 1, high - 1],
        "powers_of_two": [1 << i for i in range(high.bit_length())],
        "empty": np.zeros((0,)),
        "empty_axes": np.zeros((3, 0, 2)),
        "zeros": np.zeros((3, 4)),
        "row_wraps": np.arange(100),
        "bits": draw(30),
        "rank_5": draw(2, 1, 3, 2, 2),
        "rank_16": draw(*([1] * 12 + [2, 1, 2, 3])),
        "thousand": np.arange(1000).reshape(10, 100),
        "thousand_and_one": np.arange(1001).reshape(7, 11, 13),
        "summary_row": draw(1001),
        "summary_rows": draw(334, 3),
        "summary_columns": np.arange(1200).reshape(6, 200),
        "summary_kernel": draw(3, 3, 8, 16),
        "summary_rank_16": draw(*([1] * 14 + [7, 144])),
        "summary_hides": np.array([1, 2, 3] + [high] * 1000 + [4, 5, 6], dtype),
    }
    if signed:
        cases |= {
            "scalar_minus_one": -1,
            "widest_negative": [-123456, 0, 7],
            "equally_wide": [-12, 123],
            "all_negative": [-1, -20, -300],
            "mixed": np.arange(-30, 30).reshape(5, 12),
        }
    return {name: np.asarray(value, dtype) for name, value in cases.items()}


LABELS = {"float32": "F32", "float64": "F64", "float16": "F16", "bfloat16": "BF16", "int32": "I32", "int64": "I64",
          "uint32": "U32", "uint64": "U64"}


def write_arrays(path, label, arrays):
    header, end = {}, 0
    for name, array in arrays.items():
        start, end = end, end + array.nbytes
        header[name] = {"dtype": label, "shape": array.shape, "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(a.tobytes() for a in arrays.values()))


def write_texts(path, arrays, text_of):
    path.write_text("".join(f"== {name}\n{text_of(array)}\n" for name, array in arrays.items()))


def exact(array):
    return np.array2string(array, threshold=sys.maxsize, floatmode="unique")


def main():
    if np.lib.NumpyVersion(np.__version__) < "2.4.0":
        sys.exit("NumPy 2.4 or later is needed")
    np.seterr(over="ignore", under="ignore")
    cases = {"float32": {name: np.asarray(value, F) for name, value in CASES.items()}}
    cases["float64"] = real_cases(np.float64, [1e8, 1e16])
    cases["float64"] |= {name: np.asarray(value) for name, value in wide_exponents().items()}
    cases["float16"] = real_cases(np.float16, [1e3])
    cases["bfloat16"] = real_cases(ml_dtypes.bfloat16, [1e3, 1e6])
    for dtype in np.int32, np.int64, np.uint32, np.uint64:
        cases[dtype.__name__] = integer_cases(dtype)
    for dtype in np.float32, np.float16:
        cases[dtype.__name__]["ratio_rounded_down"] = np.array(just_over_thousand(dtype))
    for dtype, arrays in cases.items():
        write_arrays(HERE / f"{dtype}.safetensors", LABELS[dtype], arrays)
        shown = {name: array.astype(F) if dtype == "bfloat16" else array for name, array in arrays.items()}
        write_texts(HERE / f"{dtype}.txt", shown, str)
        write_texts(HERE / f"{dtype}.exact.txt", shown, exact)


if __name__ == "__main__":
    main()
