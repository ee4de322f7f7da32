/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric text: words to a number in [0, 1), and scale and shift.
 * Source: tensorflow/core/lib/random/random_distributions.h (Uint32ToFloat, Uint64ToDouble and their like) and the
 * Python layer's `rnd * (maxval - minval) + minval` and `rnd * stddev + mean`, each step of which is an operation that
 * rounds.
 */
#ifndef CWN_UNIFORM_H
#define CWN_UNIFORM_H

#include "half.h"

/* The low 23, 10 or 7 bits as the fraction of a float in [1, 2), minus 1: k / 2^23, k / 2^10, k / 2^7, exact. */
CWN_FN cwn_f32 cwn_uniform(cwn_u32 w) {
    return cwn_float(cwn_splice(w, CWN_W(0x7fffff), CWN_W(0x3f800000))) - CWN_F(1.0);
}

CWN_FN cwn_f32 cwn_uniform_float16(cwn_u32 w) { return cwn_uniform((w & CWN_W(0x3ff)) << 13); }

CWN_FN cwn_f32 cwn_uniform_bfloat16(cwn_u32 w) { return cwn_uniform((w & CWN_W(0x7f)) << 16); }

/* A denormal float to a zero of its sign. Adding one to the exponent moves only the denormals' to 1. */
CWN_FN cwn_f32 cwn_flush(cwn_f32 x) {
    const cwn_u32 exponent = (cwn_bits32(x) >> 23) & 0xff;
    const cwn_u32 normal = CWN_W(0) - ((exponent + 0xff) >> 8);
    return cwn_float(cwn_bits32(x) & (normal | CWN_W(0x80000000)));
}

/* x * scale, flushed as hardware does that decides after rounding to 24 bits with unbounded exponent: a product whose
 * magnitude is below 2^-126 - 2^-151 counts as denormal even if gradual underflow would round it up to 2^-126. For a draw
 * x and a scale under 2^-60 that is computed 2^64 times as large, where nothing is denormal, so that 2^-62 is the limit
 * after rounding; bringing the rest back is exact. */
CWN_FN cwn_f32 cwn_flushed_product(cwn_f32 x, cwn_f32 scale) {
    const cwn_f32 p = x * (scale * CWN_F(0x1p64));
    const cwn_u32 tiny = (cwn_bits32(p) & CWN_W(0x7fffffff)) - CWN_W(0x20800000);
    const cwn_u32 keep = (tiny >> 31) - CWN_W(1);
    return cwn_float(cwn_bits32(p * CWN_F(0x1p-64)) & (keep | CWN_W(0x80000000)));
}

/* x * scale + shift in two roundings. `flush` is a launch constant: it is 0 where no denormal can arise. */
CWN_FN cwn_f32 cwn_affine(cwn_f32 x, cwn_f32 scale, cwn_f32 shift, cwn_word flush) {
    if (flush) return cwn_flush(cwn_flushed_product(x, scale) + shift);
    return x * scale + shift;
}

/* float16 keeps its denormals, which are normal as floats. */
CWN_FN cwn_f32 cwn_affine_float16(cwn_f32 x, cwn_f32 scale, cwn_f32 shift) {
    return cwn_round_float16(cwn_round_float16(x * scale) + shift);
}

/* The product of two bfloat16 numbers has 16 bits, so it is exact even as a denormal float. */
CWN_FN cwn_f32 cwn_affine_bfloat16(cwn_f32 x, cwn_f32 scale, cwn_f32 shift, cwn_word flush) {
    if (flush) return cwn_round_bfloat16(cwn_flush(cwn_round_bfloat16(cwn_flushed_product(x, scale)) + shift));
    return cwn_round_bfloat16(cwn_round_bfloat16(x * scale) + shift);
}

/* ------------------------------------------------------------------------------------------------------ float64 */

#ifndef CWN_NO_FP64

/* The low 20 bits of the first word above all of the second: k / 2^52, exact. */
CWN_FN cwn_f64 cwn_uniform64(cwn_u64 w0, cwn_u64 w1) {
    return cwn_double(((w0 & CWN_U(0xfffff)) << 32) | (w1 & CWN_U(0xffffffff)) | CWN_U(0x3ff0000000000000)) - CWN_D(1.0);
}

/* A denormal to a zero of its sign, as cwn_flush. */
CWN_FN cwn_f64 cwn_flush64(cwn_f64 x) {
    const cwn_u64 exponent = (cwn_bits64(x) >> 52) & 0x7ff;
    const cwn_u64 normal = CWN_U(0) - ((exponent + 0x7ff) >> 11);
    return cwn_double(cwn_bits64(x) & (normal | CWN_U(0x8000000000000000)));
}

/* As cwn_flushed_product, for a scale under 2^-500: 2^600 times as large, so that 2^-422 is the limit. */
CWN_FN cwn_f64 cwn_flushed_product64(cwn_f64 x, cwn_f64 scale) {
    const cwn_f64 p = (x * CWN_D(0x1p600)) * scale;
    const cwn_u64 tiny = (cwn_bits64(p) & CWN_U(0x7fffffffffffffff)) - CWN_U(0x2590000000000000);
    const cwn_u64 keep = (tiny >> 63) - CWN_U(1);
    return cwn_double(cwn_bits64(p * CWN_D(0x1p-600)) & (keep | CWN_U(0x8000000000000000)));
}

CWN_FN cwn_f64 cwn_affine64(cwn_f64 x, cwn_f64 scale, cwn_f64 shift, cwn_word flush) {
    if (flush) return cwn_flush64(cwn_flushed_product64(x, scale) + shift);
    return x * scale + shift;
}

#endif
#endif
