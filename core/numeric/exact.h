/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric text: quotients and roots, correctly rounded, for a language whose own would be subroutines for operands at the
 * ends of the range. These need fma alone, and operands far from the ends. Each ends by comparing candidates by their exact
 * residuals, so that what came before need only be near: tests/exact.c compares with the processor's own.
 */
#ifndef CWN_EXACT_H
#define CWN_EXACT_H

#include "fma.h"

#if !defined(CWN_NO_FP64) && CWN_LANES == 1

/* The root of a float x in [2^-23, 2^6) from y, which is within 2^-22.4 of 1 / sqrt(x), relatively. One step of Newton's
 * comes from below: its result is the root or, rarely, the float before. That is so if x > result * next; a float is never
 * the square of a number halfway between two. */
CWN_FN cwn_f32 cwn_root_by(cwn_f32 x, cwn_f32 y) {
    const cwn_f32 s = x * y, r = cwn_fma32(cwn_fma32(-s, s, x), CWN_F(0.5) * y, s);
    const cwn_f32 next = cwn_float(cwn_bits32(r) + 1), over = cwn_fma32(r, next, -x);
    return cwn_float(cwn_bits32(r) + (cwn_bits32(over) >> 31));
}

/* The root of a double in [2^-500, 2^500], or 0. The integer gives the inverse root to 2^-4.8; four steps of Newton's make 2^-52. */
CWN_FN cwn_f64 cwn_exact_root(cwn_f64 x) {
    cwn_f64 y = cwn_double(CWN_U(0x5fe6eb50c7b537a9) - (cwn_bits64(x) >> 1));
    CWN_UNROLL for (int i = 0; i < 4; i++) {
        const cwn_f64 h = CWN_D(0.5) * y;
        y = cwn_fma(h, cwn_fma(-(x * y), y, CWN_D(1.0)), y);
    }
    const cwn_f64 s = x * y, r = cwn_fma(cwn_fma(-s, s, x), CWN_D(0.5) * y, s);
    const cwn_f64 next = cwn_double(cwn_bits64(r) + 1), last = cwn_double(cwn_bits64(r) - 1);
    return cwn_fma(r, next, -x) < CWN_D(0.0) ? next : cwn_fma(r, last, -x) >= CWN_D(0.0) ? last : r;
}

/* a / b for b of size 2^-500 to 2^500, and a of such a size or 0. The integer gives 1 / b to 2^-3; five steps make 2^-52. The candidate
 * with the smaller residual is the nearer one; no quotient lies halfway between two. */
CWN_FN cwn_f64 cwn_exact_quotient(cwn_f64 a, cwn_f64 b) {
    const cwn_u64 sign = (cwn_bits64(a) ^ cwn_bits64(b)) & CWN_U(0x8000000000000000);
    const cwn_f64 size = cwn_double(cwn_bits64(a) & CWN_U(0x7fffffffffffffff));
    b = cwn_double(cwn_bits64(b) & CWN_U(0x7fffffffffffffff));
    cwn_f64 y = cwn_double(CWN_U(0x7fde623822fc16e6) - cwn_bits64(b));
    CWN_UNROLL for (int i = 0; i < 5; i++) y = cwn_fma(y, cwn_fma(-b, y, CWN_D(1.0)), y);
    const cwn_f64 q0 = size * y, q = cwn_fma(cwn_fma(-b, q0, size), y, q0), rest = cwn_fma(-b, q, size);
    const cwn_f64 other = cwn_double(cwn_bits64(q) + (rest > CWN_D(0.0) ? CWN_U(1) : CWN_U(0) - 1));
    const cwn_f64 left = cwn_fma(-b, other, size);
    const cwn_u64 is_nearer = left < 0 ? (rest < 0 ? left > rest : -left < rest) : (rest < 0 ? left < -rest : left < rest);
    return cwn_double(cwn_bits64(is_nearer ? other : q) | sign);
}

#endif
#endif
