/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric text: a word to a float32 in [0, 1), and scale and shift.
 * Source: tensorflow/core/lib/random/random_distributions.h (Uint32ToFloat) and the Python layer's
 * `rnd * (maxval - minval) + minval` and `rnd * stddev + mean`, each step of which is an operation that rounds.
 */
#ifndef CWN_UNIFORM_H
#define CWN_UNIFORM_H

#include "dialect.h"

/* The low 23 bits as the fraction of a float in [1, 2), minus 1: k * 2^-23, exact. */
CWN_FN cwn_f32 cwn_uniform(cwn_u32 w) {
    return cwn_float((w & CWN_W(0x7fffff)) | CWN_W(0x3f800000)) - CWN_F(1.0);
}

/* A denormal float to a zero of its sign. Adding one to the exponent moves only the denormals' to 1. */
CWN_FN cwn_f32 cwn_flush(cwn_f32 x) {
    const cwn_u32 exponent = (cwn_bits32(x) >> 23) & 0xff;
    const cwn_u32 normal = CWN_W(0) - ((exponent + 0xff) >> 8);
    return cwn_float(cwn_bits32(x) & (normal | CWN_W(0x80000000)));
}

/* x * scale, flushed as hardware does that decides after rounding to 24 bits with unbounded exponent: a product whose
 * magnitude is below 2^-126 - 2^-151 counts as denormal even if gradual underflow would round it up to 2^-126. The
 * product of two floats is exact in double. */
CWN_FN cwn_f32 cwn_flushed_product(cwn_f32 x, cwn_f32 scale) {
    const cwn_f64 p = cwn_wide(x) * cwn_wide(scale);
    const cwn_u64 tiny = (cwn_bits64(p) & CWN_U(0x7fffffffffffffff)) - CWN_U(0x380ffffff0000000);
    const cwn_u32 keep = cwn_low(tiny >> 63) - CWN_W(1);
    return cwn_float(cwn_bits32(cwn_round(p)) & (keep | CWN_W(0x80000000)));
}

/* x * scale + shift in two roundings. `flush` is a launch constant: it is 0 where no denormal can arise. */
CWN_FN cwn_f32 cwn_affine(cwn_f32 x, cwn_f32 scale, cwn_f32 shift, cwn_word flush) {
    if (flush) return cwn_flush(cwn_flushed_product(x, scale) + shift);
    return x * scale + shift;
}

#endif
