/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric text: a * b + c in double with one rounding, where the language or the processor has no such operation, made
 * of operations that round. Exact for the numbers of this text: no product or rest of one overflows or is denormal.
 * Product and sums are split into a rounded part and its rest (Dekker, "A floating-point technique for extending the
 * available precision", 1971; Knuth, The Art of Computer Programming, 4.2.2); the two small parts are added with
 * rounding to odd, after which rounding once more to nearest gives what a single rounding would (Boldo and Melquiond,
 * "Emulation of a FMA and correctly rounded sums: proved algorithms using rounding to odd", 2008).
 */
#ifndef CWN_FMA_H
#define CWN_FMA_H

#include "dialect.h"

#if !defined(__OPENCL_VERSION__) && !defined(__CUDACC__) && !defined(CWN_NO_FP64)

typedef struct { cwn_f64 sum, rest; } cwn_split;

CWN_FN cwn_split cwn_two_sum(cwn_f64 a, cwn_f64 b) {
    const cwn_f64 sum = a + b, part = sum - a;
    const cwn_split s = {sum, (a - (sum - part)) + (b - part)};
    return s;
}

/* The upper 26 bits; the rest has as many. */
CWN_FN cwn_f64 cwn_upper(cwn_f64 a) {
    const cwn_f64 scaled = a * CWN_D(0x1.0000002p27);
    return scaled - (scaled - a);
}

CWN_FN cwn_split cwn_two_product(cwn_f64 a, cwn_f64 b) {
    const cwn_f64 product = a * b, ah = cwn_upper(a), bh = cwn_upper(b), al = a - ah, bl = b - bh;
    const cwn_split s = {product, ((ah * bh - product) + ah * bl + al * bh) + al * bl};
    return s;
}

/* a + b rounded to odd: where the sum is not exact and its last bit is 0, its neighbour towards the exact sum. */
CWN_FN cwn_f64 cwn_sum_to_odd(cwn_f64 a, cwn_f64 b) {
    const cwn_split s = cwn_two_sum(a, b);
    const cwn_u64 bits = cwn_bits64(s.sum);
    const cwn_u64 inexact = cwn_less(s.rest, CWN_D(0.0)) | cwn_less(CWN_D(0.0), s.rest);
    const cwn_u64 away = CWN_U(1) - (((bits ^ cwn_bits64(s.rest)) >> 63) << 1); /* 1, or -1 towards zero */
    return cwn_double(bits + (away & inexact & ((bits & 1) - 1)));
}

CWN_FN cwn_f64 cwn_exact_ma(cwn_f64 a, cwn_f64 b, cwn_f64 c) {
    const cwn_split product = cwn_two_product(a, b), low = cwn_two_sum(c, product.rest);
    const cwn_split high = cwn_two_sum(product.sum, low.sum);
    return high.sum + cwn_sum_to_odd(high.rest, low.rest);
}

/* In float: the product is exact in double, and 53 bits are enough for rounding to odd on the way to 24. */
CWN_FN cwn_f32 cwn_exact_ma32(cwn_f32 a, cwn_f32 b, cwn_f32 c) {
    return cwn_round(cwn_sum_to_odd(cwn_wide(a) * cwn_wide(b), cwn_wide(c)));
}

#endif
#endif
