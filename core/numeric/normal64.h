/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric text: four words to two standard normals in float64, by Box and Muller's transform:
 *     radius = sqrt(-2 log(max(u0, 1e-7))),   angle v = 2 pi u1,   u0, u1 in [0, 1) with 52 bits
 *     first = sin(v) * radius, second = cos(v) * radius
 * with the bits of log and sincos of glibc 2.36 and later on a processor with fused multiply-add, which TensorFlow calls.
 * Those of older versions, or without FMA, differ in 0.07 % of the normals, mostly by one ulp. Every cwn_fma here rounds
 * once and everything else at each step; no number is denormal or overflows.
 * Sources: tensorflow/core/lib/random/random_distributions_utils.h (BoxMullerDouble); log after Arm Optimized Routines
 * (math/log.c, MIT); sincos after the method and the polynomials of the IBM Accurate Mathematical Library in glibc
 * (sysdeps/ieee754/dbl-64/s_sin.c); the table of sines is computed (make_sincos64_table.py).
 *
 * Both sides of each branch are computed and one is picked, so that the text runs in lanes.
 */
#ifndef CWN_NORMAL64_H
#define CWN_NORMAL64_H

#include "exact.h"
#include "uniform.h"

#ifndef CWN_NO_FP64

typedef struct { cwn_f64 first, second; } cwn_pair64;

CWN_FN cwn_f64 cwn_pick64(cwn_u64 mask, cwn_f64 a, cwn_f64 b) {
    return cwn_double((cwn_bits64(a) & mask) | (cwn_bits64(b) & ~mask));
}

CWN_FN cwn_f64 cwn_negate_if(cwn_f64 x, cwn_u64 top_bit) { return cwn_double(cwn_bits64(x) ^ (top_bit & CWN_U(0x8000000000000000))); }

CWN_FN cwn_f64 cwn_magnitude64(cwn_f64 x) { return cwn_double(cwn_bits64(x) & CWN_U(0x7fffffffffffffff)); }

/* log(u) for u < 15/16: u = z * 2^k, z in [0.6875, 1.375) near a table entry c, r = z/c - 1. */
CWN_FN cwn_f64 cwn_log64_far(cwn_f64 u) {
    const cwn_u64 bits = cwn_bits64(u), t = bits - CWN_U(0x3fe6000000000000);
    const cwn_row row = cwn_log64_row(t >> 45);
    const cwn_f64 k = cwn_double(((t + CWN_U(0x8000000000000000)) >> 52) | CWN_U(0x4330000000000000)) - CWN_D(0x1.00000000008p52);
    const cwn_f64 z = cwn_double(bits - (t & CWN_U(0xfff0000000000000)));
    const cwn_f64 r = cwn_fma(z, row.inverse, CWN_D(-1.0)), r2 = r * r, r3 = r * r2;
    const cwn_f64 w = cwn_fma(k, CWN_D(0x1.62e42fefa38p-1), row.logarithm), high = w + r;
    const cwn_f64 low = cwn_fma(k, CWN_D(0x1.ef35793c7673p-45), (w - high) + r);
    const cwn_f64 p = cwn_fma(r, CWN_D(-0x1.fffffffeb459p-3), CWN_D(0x1.555555551305bp-2));
    const cwn_f64 q = cwn_fma(r, CWN_D(-0x1.55575e506c89fp-3), CWN_D(0x1.999b324f10111p-3));
    return cwn_fma(r3, cwn_fma(q, r2, p), cwn_fma(r2, CWN_D(-0x1.0000000000001p-1), low)) + high;
}

/* log(u) for 15/16 <= u < 1: a polynomial in r = u - 1 whose first two terms are kept in two parts. */
CWN_FN cwn_f64 cwn_log64_near(cwn_f64 u) {
    const cwn_f64 r = u - CWN_D(1.0), r2 = r * r, r3 = r * r2;
    const cwn_f64 p = cwn_fma(r2, CWN_D(0x1.999999995dd0cp-3), cwn_fma(r, CWN_D(-0x1.ffffffffffdcbp-3), CWN_D(0x1.5555555555577p-2)));
    const cwn_f64 q = cwn_fma(r2, CWN_D(-0x1.fffffa4423d65p-4), cwn_fma(r, CWN_D(0x1.24924a344de3p-3), CWN_D(-0x1.55555556745a7p-3)));
    const cwn_f64 s0 = cwn_fma(r2, CWN_D(0x1.78182f7afd085p-4), cwn_fma(r, CWN_D(-0x1.999eb43b068ffp-4), CWN_D(0x1.c7184282ad6cap-4)));
    const cwn_f64 s = cwn_fma(cwn_fma(cwn_fma(r3, CWN_D(-0x1.5521375d145cdp-4), s0), r3, q), r3, p);
    const cwn_f64 shifted = r * CWN_D(0x1p27), upper = (r + shifted) - shifted, lower = r - upper;
    const cwn_f64 h = upper * upper * CWN_D(-0.5), high = r + h;
    const cwn_f64 low = cwn_fma(CWN_D(-0.5) * lower, upper + r, (r - high) + h);
    return cwn_fma(s, r3, low) + high;
}

CWN_FN cwn_f64 cwn_radius64(cwn_f64 u) {
    const cwn_f64 raised = cwn_at_least(u, CWN_D(0x1.ad7f29abcaf48p-24)); /* 1e-7 */
    const cwn_u64 far = cwn_less(raised, CWN_D(0.9375));
    return cwn_root64(CWN_D(-2.0) * cwn_pick64(far, cwn_log64_far(raised), cwn_log64_near(raised)));
}

/* An angle as a + d, |a| < 0.8555, d its rest; and what is to be done with sine and cosine of it. */
typedef struct { cwn_f64 a, d; cwn_u64 swap, sine_sign, cosine_sign; } cwn_reduced;

/* 0 <= v < 105414350. Below 0.8555 as it is; up to 2.4263 as pi/2 - v, which swaps sine and cosine; above, less a multiple n
 * of pi/2 in four parts, n in the low bits of the magic sum: 2, 3 or 4 where v < 2 pi. */
CWN_FN cwn_reduced cwn_reduce64(cwn_f64 v) {
    const cwn_u64 first = cwn_less(v, CWN_D(0x1.b6p-1)), middle = ~first & cwn_less(v, CWN_D(0x1.368fdp+1));
    const cwn_f64 y1 = CWN_D(0x1.921fb54442d18p+0) - v, a1 = y1 + CWN_D(0x1.1a62633145c07p-54);
    const cwn_f64 d1 = (y1 - a1) + CWN_D(0x1.1a62633145c07p-54);
    const cwn_f64 t = cwn_fma(v, CWN_D(0x1.45f306dc9c883p-1), CWN_D(0x1.8p52)), n = CWN_D(0x1.8p52) - t;
    const cwn_f64 y2 = cwn_fma(n, CWN_D(-0x1.dde973cp-27), cwn_fma(n, CWN_D(0x1.921fb58p+0), v));
    const cwn_f64 t2 = cwn_fma(n, CWN_D(-0x1.cb3b398p-55), y2), rest = cwn_fma(n, CWN_D(-0x1.cb3b398p-55), y2 - t2);
    const cwn_f64 a2 = cwn_fma(n, CWN_D(-0x1.d747f23e32ed7p-83), t2);
    const cwn_f64 d2 = rest + cwn_fma(n, CWN_D(-0x1.d747f23e32ed7p-83), t2 - a2);
    const cwn_u64 quadrant = cwn_bits64(t) & ~(first | middle);
    const cwn_reduced r = {cwn_pick64(first, v, cwn_pick64(middle, a1, a2)),
                           cwn_pick64(first, CWN_D(0.0), cwn_pick64(middle, d1, d2)),
                           middle | (CWN_U(0) - (quadrant & 1)), quadrant << 62,
                           ((quadrant + 1) << 62) & ~(first | middle)};
    return r;
}

/* The sine of a + d for 0 <= a: a polynomial below 0.126, else the table's angle k/128 and the rest x. */
CWN_FN cwn_f64 cwn_sine64(cwn_f64 a, cwn_f64 d, cwn_f64 x, cwn_turn_row row) {
    const cwn_f64 aa = a * a, xx = x * x, x3 = xx * x;
    const cwn_f64 p0 = cwn_fma(aa, cwn_fma(aa, CWN_D(-0x1.addffc2fcdf59p-26), CWN_D(0x1.71de27b9a7ed9p-19)), CWN_D(-0x1.a01a019db08b8p-13));
    const cwn_f64 p = cwn_fma(aa, cwn_fma(aa, p0, CWN_D(0x1.1111111110ecep-7)), CWN_D(-0x1.5555555555555p-3));
    const cwn_f64 small = a + cwn_fma(aa, cwn_fma(a, p, CWN_D(-0.5) * d), d);
    const cwn_f64 s = cwn_fma(x3, cwn_fma(xx, CWN_D(0x1.11110e829872fp-7), CWN_D(-0x1.5555555555515p-3)), d) + x;
    const cwn_f64 c0 = cwn_fma(xx, cwn_fma(xx, CWN_D(0x1.6c16bedd9e239p-10), CWN_D(-0x1.5555555555535p-5)), CWN_D(0.5));
    const cwn_f64 c = cwn_fma(d, x, xx * c0);
    const cwn_f64 t = cwn_fma(s, row.cosine, cwn_fma(-c, row.sine, cwn_fma(s, row.cosine_rest, row.sine_rest)));
    return cwn_pick64(cwn_less(a, CWN_D(0x1.020c49ba5e354p-3)), small, t + row.sine);
}

CWN_FN cwn_f64 cwn_cosine64(cwn_f64 d, cwn_f64 x, cwn_turn_row row) {
    const cwn_f64 y = x + d, yy = y * y, y3 = y * yy;
    const cwn_f64 s = cwn_fma(y3, cwn_fma(yy, CWN_D(0x1.11110e829872fp-7), CWN_D(-0x1.5555555555515p-3)), y);
    const cwn_f64 c = yy * cwn_fma(yy, cwn_fma(yy, CWN_D(0x1.6c16bedd9e239p-10), CWN_D(-0x1.5555555555535p-5)), CWN_D(0.5));
    return row.cosine + cwn_fma(-s, row.sine, cwn_fma(-c, row.cosine, cwn_fma(-s, row.sine_rest, row.cosine_rest)));
}

CWN_FN cwn_f64 cwn_angle64(cwn_f64 u) { return u * CWN_D(0x1.921fb54442d18p+2); }

/* Sine and cosine of 0 <= v < 105414350. */
CWN_FN cwn_pair64 cwn_circle64(cwn_f64 v) {
    const cwn_reduced r = cwn_reduce64(v);
    const cwn_u64 negative = cwn_bits64(r.a);
    const cwn_f64 a = cwn_negate_if(r.a, negative), d = cwn_negate_if(r.d, negative);
    const cwn_f64 shifted = a + CWN_D(0x1.8p45), x = a - (shifted - CWN_D(0x1.8p45));
    const cwn_turn_row row = cwn_turn64_row(cwn_bits64(shifted));
    const cwn_f64 s = cwn_negate_if(cwn_sine64(a, d, x, row), negative), c = cwn_cosine64(d, x, row);
    const cwn_pair64 turn = {cwn_negate_if(cwn_pick64(r.swap, c, s), r.sine_sign),
                             cwn_negate_if(cwn_pick64(r.swap, s, c), r.cosine_sign)};
    return turn;
}

CWN_FN cwn_pair64 cwn_turn64(cwn_f64 u) { return cwn_circle64(cwn_angle64(u)); }

CWN_FN cwn_pair64 cwn_normal64(cwn_u64 w0, cwn_u64 w1, cwn_u64 w2, cwn_u64 w3) {
    const cwn_f64 radius = cwn_radius64(cwn_uniform64(w0, w1));
    const cwn_pair64 turn = cwn_turn64(cwn_uniform64(w2, w3));
    const cwn_pair64 pair = {turn.first * radius, turn.second * radius};
    return pair;
}

/* 1 where |f| >= 2, else 0. */
CWN_FN cwn_u64 cwn_is_outside64(cwn_f64 f) { return (cwn_bits64(f) >> 62) & 1; }


#endif
#endif
