#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes sincos64_table.h: row k holds sin(k/128) and cos(k/128) for k = 0..109, each as two doubles whose sum is the
function to about 107 bits: the high part is the function to nearest, the low part the rest to nearest.

    python3 core/numeric/make_sincos64_table.py > core/numeric/sincos64_table.h

Everything is integer arithmetic on fixed-point numbers of 400 bits, by the Taylor series, so that any Python 3 gives the
same file.
"""
from fractions import Fraction

BITS = 400
ROWS = 110

HEAD = """/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric text: sines and cosines of k/128, each as a high and a low double; made by make_sincos64_table.py.
 */
#ifndef CWN_SINCOS64_TABLE_H
#define CWN_SINCOS64_TABLE_H

/* clang-format off */
#define CWN_SINCOS64_TABLE(ROW) /* sine, its rest, cosine, its rest */ \\"""


def series(x, term, n):
    """term - term x^2 / (n+1)(n+2) + ..., all in units of 2^-BITS."""
    total = 0
    while term:
        total += term
        term = -(term * x * x >> 2 * BITS) // ((n + 1) * (n + 2))
        n += 2
    return total


def nearest(fraction):
    """The double nearest to a Fraction; Python's division of integers is correctly rounded."""
    return fraction.numerator / fraction.denominator


def split(fixed):
    exact = Fraction(fixed, 1 << BITS)
    high = nearest(exact)
    return high, nearest(exact - Fraction(high))


def main():
    print(HEAD)
    for k in range(ROWS):
        x = k << BITS - 7
        numbers = split(series(x, x, 1)) + split(series(x, 1 << BITS, 0))
        end = " \\" if k + 1 < ROWS else ""
        print("    ROW(%s)%s" % (", ".join(number.hex() for number in numbers), end))
    print("/* clang-format on */\n\n#endif")


if __name__ == "__main__":
    main()
