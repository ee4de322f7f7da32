/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric text: radius and turn (normal.h) for devices without doubles, with the same bits, by integers of 64 bits. The
 * same polynomials with the same coefficients, every one of which is a double and so exact here, are evaluated in fixed
 * point: "Q60" is a number times 2^60. Each step is off by at most a few units of its last place, which leaves the
 * results within 2^-56 of the polynomials' values; doubles are about as far off. What is rounded to float is the same
 * in the end, on all 2^23 inputs: no argument shows that, only the enumeration (tests/exhaustive.c, `cw selftest`).
 *
 * No operation here needs more of a device than integers, the conversions between 64-bit integers and floats, and float
 * products by powers of two; its square root and quotient are only where the search for the exact root begins.
 */
#ifndef CWN_NORMAL_INTEGER_H
#define CWN_NORMAL_INTEGER_H

#include "dialect.h"
#include "half.h"
#include "uniform.h"

#ifdef CWN_NO_FP64

/* a * b / 2^64, at most 3 too small: the product of the low halves is left out. */
CWN_FN cwn_u64 cwn_product(cwn_u64 a, cwn_u64 b) {
    return cwn_mul(a >> 32, b >> 32) + (cwn_mul(a >> 32, b) >> 32) + (cwn_mul(a, b >> 32) >> 32);
}

/* All bits set where the top bit is, else none. */
CWN_FN cwn_u64 cwn_sign_of(cwn_u64 x) { return CWN_U(0) - (x >> 63); }

/* -x where all bits of the sign are set, x where none is: makes a magnitude, and a number of it again. */
CWN_FN cwn_u64 cwn_with_sign(cwn_u64 x, cwn_u64 sign) { return (x ^ sign) - sign; }

/* The correctly rounded root of a normal float x, from one that is off by less than 16 units in the last place. The root
 * is R 2^(F-150) with the exponent F that x decides, so R^2 is to be near Y = x 2^(300-2F), an integer under 2^48. One
 * step of Newton's brings R within 1 of the answer; then the halves between neighbours decide, R + 1 if Y > (R + 1/2)^2
 * and R - 1 if Y < (R - 1/2)^2, which for integers is Y - R^2 > R and Y - R^2 <= -R. No root of a float is a tie. */
CWN_FN cwn_f32 cwn_root_from(cwn_f32 x, cwn_f32 about) {
    const cwn_u32 bits = cwn_bits32(x), two_f = (bits >> 23) + 127, zero = (two_f >> 1 << 23) - CWN_W(0x800000);
    const cwn_u64 y = cwn_extend((bits & CWN_W(0x7fffff)) | CWN_W(0x800000)) << 23 << cwn_extend(two_f & 1);
    const cwn_u64 r0 = cwn_extend(cwn_bits32(about) - zero), d = y - r0 * r0, sign = cwn_sign_of(d);
    const cwn_f32 step = cwn_from_integer(cwn_with_sign(d, sign)) / cwn_from_integer(r0 << 1);
    const cwn_u64 r = r0 + cwn_with_sign(cwn_to_integer(step + CWN_F(0.5)), sign), e = y - r * r;
    return cwn_float(zero + cwn_low(r + ((r - e) >> 63) - ((e + r - 1) >> 63)));
}

/* As in normal.h, but with the bits of u itself: u = z 2^-e, z in [0.7, 1.4). |r| = |z/c - 1| is under 2^-5, so its Q68 has
 * room for r and its sign, and the 1 is 2^68, which is 0. */
CWN_FN cwn_f32 cwn_radius(cwn_u64 w) {
    const cwn_u32 bits = cwn_bits32(cwn_uniform(cwn_low(w))), least = CWN_W(0x33d6bf95); /* of 1e-7f */
    const cwn_u32 t = cwn_pick32(cwn_below(bits, least), least, bits) - CWN_W(0x3f330000);
    const cwn_u32 e = (CWN_W(0) - (t >> 23)) & 0x1ff, m = (t & CWN_W(0x7fffff)) + CWN_W(0x330000);
    const cwn_u64 z = cwn_extend(((m & CWN_W(0x7fffff)) | CWN_W(0x800000)) << (m >> 23)); /* Q24 */
    const cwn_integer_row row = cwn_log_integer_row(cwn_extend(t >> 19));
    const cwn_u64 r = (cwn_mul(z, row.inverse >> 32) << 13) + (cwn_mul(z, row.inverse) >> 19), sign = cwn_sign_of(r);
    const cwn_u64 a = cwn_with_sign(r, sign) << 1, r2 = cwn_product(a, a); /* |r| in Q69, r^2 in Q74 */
    const cwn_u64 y0 = cwn_extend(e) * CWN_U(0x58b90bfbe8e7bc0) + row.logarithm; /* Q58 */
    const cwn_u64 y1 = CWN_U(0x7ffffbc829048c00) - cwn_with_sign(cwn_product(a, CWN_U(0xaabad85f005b5000)) >> 6, sign);
    const cwn_u64 y2 = y1 + (cwn_product(r2, CWN_U(0x80751a45c419a000)) >> 11); /* Q63 */
    const cwn_u64 y = y0 - cwn_with_sign(a >> 10, sign) + (cwn_product(r2, y2) >> 15);
    const cwn_f32 x = cwn_from_integer(y) * CWN_F(0x1p-58);
    return cwn_root_from(x, cwn_about_sqrt(x));
}

/* The angle v is in Q60, which holds it to the last bit after it was rounded to float, and so does x = v - n pi/2. All
 * coefficients alternate in sign, and are written as they are in normal.h, shifted to the top: s1, s2 in Q70 and Q76. */
CWN_FN cwn_pair cwn_turn(cwn_u64 w) {
    const cwn_u64 n = w & CWN_U(0x7fffff), angle = (cwn_mul(n, CWN_U(0x1921fb)) << 19) + (cwn_mul(n, CWN_U(0x54442d18)) >> 13);
    const cwn_u64 v = cwn_to_integer(cwn_from_integer(angle));
    const cwn_u64 turns = (cwn_mul(v >> 32, CWN_U(0xa2f9836e)) + CWN_U(0x0800000000000000)) >> 60;
    const cwn_u64 x = v - turns * CWN_U(0x1921fb54442d1800), sign = cwn_sign_of(x);
    const cwn_u64 a = cwn_with_sign(x, sign) << 4, x2 = cwn_product(a, a); /* Q64 */
    const cwn_u64 s1 = CWN_U(0x8883b029185e2000) - (cwn_product(x2, CWN_U(0xcca759bba6792000)) >> 6);
    const cwn_u64 s2 = CWN_U(0xaaaaa2ccad301800) - (cwn_product(x2, s1) >> 4); /* Q66 */
    const cwn_u64 c1 = CWN_U(0xb6043f44d1ace800) - (cwn_product(x2, CWN_U(0xcc9a1813dfc61800)) >> 6); /* Q73 */
    const cwn_u64 c2 = CWN_U(0xaaaa9f083478c800) - (cwn_product(x2, c1) >> 5);                        /* Q68 */
    const cwn_u64 c3 = CWN_U(0xffffffe86310e000) - (cwn_product(x2, c2) >> 3);                        /* Q65 */
    const cwn_f32 s = cwn_from_integer(a - (cwn_product(a, cwn_product(x2, s2)) >> 2)) * CWN_F(0x1p-64);
    const cwn_f32 c = cwn_from_integer(CWN_U(0x8000000000000000) - (cwn_product(x2, c3) >> 2)) * CWN_F(0x1p-63);
    const cwn_u32 quadrant = cwn_low(turns), negative = cwn_low(sign) & CWN_W(0x80000000);
    const cwn_f32 signed_s = cwn_float(cwn_bits32(s) ^ negative);
    const cwn_u32 sine_sign = (quadrant << 30) & CWN_W(0x80000000);
    const cwn_u32 cosine_sign = ((quadrant + 1) << 30) & CWN_W(0x80000000);
    const cwn_pair turn = {cwn_float(cwn_bits32(cwn_if_odd(quadrant, c, signed_s)) ^ sine_sign),
                           cwn_float(cwn_bits32(cwn_if_odd(quadrant, signed_s, c)) ^ cosine_sign)};
    return turn;
}

#endif
#endif
