/* SPDX-License-Identifier: Apache-2.0
 *
 * A finite floating-point number as decimal digits: the fewest that tell it from its neighbours, as Steele and
 * White's and Dragon4's digit generation give them, with NumPy's two ways of asking for fewer or more.
 */
#ifndef CW_CLI_DECIMAL_H
#define CW_CLI_DECIMAL_H

#include <limits.h>

/* A binary format: significands of so many bits, and its least number above zero, 2^least. Every number of the
 * formats here is a double as well, and travels as one. */
typedef struct cw_binary {
    int bits, least;
} cw_binary;

enum { CW_DECIMAL_DIGITS = 24 };

/* The value is 0.d0 d1 d2 ... * 10^(exponent + 1): digit i has the weight 10^(exponent - i). */
typedef struct cw_decimal {
    char digit[CW_DECIMAL_DIGITS]; /* '0' to '9' */
    int count, exponent, negative;
} cw_decimal;

/* Where the digits end, as powers of ten: after the digit of weight 10^last at the latest, and not before the one
 * of 10^first_end. `scientific` counts both from the first digit instead: -8 is the eighth after it. */
typedef struct cw_cut {
    int scientific, last, first_end;
} cw_cut;

enum { CW_NO_LAST = INT_MIN / 2, CW_NO_FIRST_END = INT_MAX / 2 };

/* `value` must be a finite number of the format. */
cw_decimal cw_decimal_of(double value, cw_binary format, cw_cut cut);

/* The nearest number of the format, of two equally near ones the even; the format's largest number is not minded. */
double cw_binary_round(double value, cw_binary format);

#endif
