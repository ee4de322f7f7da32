#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the arrays of this folder and what NumPy prints for them: NAME.npy, NAME.txt and NAME.exact.txt.

NAME.txt is print(a) with NumPy's default options, NAME.exact.txt has every element with the fewest digits that read
back. The files in the repository were made by NumPy 2.4.6: python3 tests/golden/print/make.py
"""
import pathlib
import sys

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


def main():
    if np.lib.NumpyVersion(np.__version__) < "2.4.0":
        sys.exit("NumPy 2.4 or later is needed")
    for name, value in CASES.items():
        array = np.asarray(value, F)
        np.save(HERE / f"{name}.npy", array)
        (HERE / f"{name}.txt").write_text(str(array) + "\n")
        exact = np.array2string(array, threshold=sys.maxsize, floatmode="unique")
        (HERE / f"{name}.exact.txt").write_text(exact + "\n")


if __name__ == "__main__":
    main()
