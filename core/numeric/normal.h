/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric text: two words to two standard normals in float32, by Box and Muller's transform:
 *     radius(w) = sqrtf(-2 logf(max(u, 1e-7f))),   angle v = (float)(2 pi u),   u = the low 23 bits of w / 2^23
 *     first = sinf(v) * radius, second = cosf(v) * radius
 * with the bits of glibc's logf and sincosf (2.27 and later), which are not correctly rounded. Only 2^23 inputs
 * exist for either function, and on all of them this text gives glibc's bits, whether cwn_ma rounds once or twice:
 * tests/exhaustive.c and `cw selftest` prove it by enumeration.
 * Without doubles both functions are those of normal_integer.h.
 * Sources: tensorflow/core/lib/random/random_distributions_utils.h (BoxMullerFloat); the polynomials, table and
 * reduction of logf and sincosf in Arm Optimized Routines (MIT), which glibc took over.
 */
#ifndef CWN_NORMAL_H
#define CWN_NORMAL_H

#include "dialect.h"
#include "exact.h"
#include "normal_integer.h"

#ifndef CWN_NO_FP64

/* 2^52 and the low 23 bits, by placing these under its exponent. */
CWN_FN cwn_f64 cwn_placed(cwn_u64 w) { return cwn_double((w & CWN_U(0x7fffff)) | CWN_U(0x4330000000000000)); }

/* [4.88e-4, 5.678]. The text works on the count n = u * 2^23: u = z * 2^(k-23), z in [0.7, 1.4) by the bits of n less
 * those of 0x1.66p-1, so row and exponent come from these integers: k, 20 bits up, is that in the low half of a double near
 * 2^32. Everything is scaled by -2 from the start, which is exact. n = 0 is raised to 1e-7f * 2^23 cut to a double whose low
 * half is zero: the radius is that of 1e-7f. */
CWN_FN cwn_f32 cwn_radius(cwn_u64 w) {
    const cwn_u64 n = cwn_bits64(cwn_raised(cwn_placed(w) - CWN_D(0x1p52), CWN_D(0x1.ad7f2p-1)));
    const cwn_u64 t = cwn_minus_high(n, CWN_U(0x3fe6600000000000)), exponent = t & CWN_U(0xfff0000000000000);
    const cwn_row row = cwn_log_row(t >> 48);
    const cwn_f64 k = cwn_double((exponent >> 32) | CWN_U(0x41f0000000000000)) - CWN_D(0x1.00000017p32);
    const cwn_f64 r = cwn_ma(cwn_double(cwn_minus_high(n, exponent)), row.inverse, CWN_D(-1.0));
    const cwn_f64 y0 = cwn_ma(k, CWN_D(-0x1.62e42fefa39efp+0), row.logarithm);
    const cwn_f64 y1 = cwn_ma(r, CWN_D(0x1.00ea348b88334p-1), CWN_D(-0x1.5575b0be00b6ap-1));
    const cwn_f64 y2 = cwn_ma(r, y1, CWN_D(0x1.ffffef20a4123p-1));
    return cwn_root(cwn_round(cwn_ma(r, cwn_ma(r, y2, CWN_D(-2.0)), y0)));
}

/* v: the product is double and rounded to float as TensorFlow does (no input is a tie). */
CWN_FN cwn_f64 cwn_angle(cwn_u64 w) {
    return cwn_nearest(cwn_count_times(cwn_placed(w), 0x1.921fb54442d18p-21));
}

/* Sine and cosine of v. Adding 1.5 * 2^22 + 1/2 to v * 2 / pi leaves the quadrant, rounded, in the top bits of the low half; it
 * swaps the two polynomials and sets their signs. */
CWN_FN cwn_pair cwn_turn(cwn_u64 w) {
    const cwn_f64 v = cwn_angle(w);
    const cwn_u64 turns = cwn_bits64(cwn_ma(v, CWN_D(0x1.45f306dc9c883p-1), CWN_D(0x1.800002p22)));
    const cwn_f64 whole = cwn_double(turns & CWN_U(0xffffffffc0000000)) - CWN_D(0x1.8p22);
    const cwn_f64 x = cwn_ma(whole, CWN_D(-0x1.921fb54442d18p0), v), x2 = x * x;
    const cwn_f64 s1 = cwn_ma(x2, CWN_D(-0x1.994eb3774cf24p-13), CWN_D(0x1.1107605230bc4p-7));
    const cwn_f64 s2 = cwn_ma(x2, s1, CWN_D(-0x1.555545995a603p-3));
    const cwn_f64 c1 = cwn_ma(x2, CWN_D(0x1.99343027bf8c3p-16), CWN_D(-0x1.6c087e89a359dp-10));
    const cwn_f64 c2 = cwn_ma(x2, c1, CWN_D(0x1.55553e1068f19p-5));
    const cwn_f64 c3 = cwn_ma(x2, c2, CWN_D(-0x1.ffffffd0c621cp-2));
    const cwn_f32 s = cwn_round(cwn_ma(x * x2, s2, x)), c = cwn_round(cwn_ma(x2, c3, CWN_D(1.0)));
    const cwn_u32 quadrant = cwn_low(turns), is_odd = quadrant >> 30;
    const cwn_u32 sine_sign = quadrant & CWN_W(0x80000000);
    const cwn_u32 cosine_sign = (quadrant + CWN_W(0x40000000)) & CWN_W(0x80000000);
    const cwn_pair turn = {cwn_float(cwn_bits32(cwn_if_odd(is_odd, c, s)) ^ sine_sign),
                           cwn_float(cwn_bits32(cwn_if_odd(is_odd, s, c)) ^ cosine_sign)};
    return turn;
}

#endif

CWN_FN cwn_pair cwn_normal(cwn_u64 w0, cwn_u64 w1) {
    const cwn_f32 radius = cwn_radius(w0);
    const cwn_pair turn = cwn_turn(w1);
    const cwn_pair pair = {turn.first * radius, turn.second * radius};
    return pair;
}

/* 1 where |f| >= 2, else 0: bit 30 of a finite float. */
CWN_FN cwn_u32 cwn_is_outside(cwn_f32 f) { return (cwn_bits32(f) >> 30) & 1; }

#endif
