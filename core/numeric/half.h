/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric text: float16 and bfloat16 by integers and float32; no language needs a type for them. Their arithmetic is
 * TensorFlow's on the CPU (Eigen): each operation is done in float32 and its result is rounded to 16 bits, to nearest
 * with ties to even. Between operations a 16-bit number travels as the float32 that equals it.
 */
#ifndef CWN_HALF_H
#define CWN_HALF_H

#include "dialect.h"

/* All bits set where a < b; both under 2^31. */
CWN_FN cwn_u32 cwn_below(cwn_u32 a, cwn_u32 b) { return CWN_W(0) - ((a - b) >> 31); }

CWN_FN cwn_u32 cwn_pick32(cwn_u32 mask, cwn_u32 a, cwn_u32 b) { return (a & mask) | (b & ~mask); }

#ifndef CWN_HALVES /* else the processor rounds to float16, with the same result for all but NaNs */

/* To the nearest float16: 10 bits of fraction, least exponent -14. Under 2^-14 adding 1/2, whose ulp is the denormals'
 * 2^-24, rounds; from 65520 on the result is infinite. */
CWN_FN cwn_f32 cwn_round_float16(cwn_f32 x) {
    const cwn_u32 bits = cwn_bits32(x), sign = bits & CWN_W(0x80000000), a = bits ^ sign;
    const cwn_u32 normal = (a + CWN_W(0xfff) + ((a >> 13) & 1)) & CWN_W(0xffffe000);
    const cwn_u32 small = cwn_bits32((cwn_float(a) + CWN_F(0.5)) - CWN_F(0.5));
    const cwn_u32 r = cwn_pick32(cwn_below(a, CWN_W(0x38800000)), small, normal);
    return cwn_float(sign | cwn_pick32(cwn_below(r, CWN_W(0x47800000)), r, CWN_W(0x7f800000)));
}

/* The 16 bits of a float16 that travels as a float32. */
CWN_FN cwn_u32 cwn_bits_float16(cwn_f32 x) {
    const cwn_u32 bits = cwn_bits32(x), a = bits & CWN_W(0x7fffffff);
    const cwn_u32 normal = (a >> 13) - CWN_W(0x1c000);
    const cwn_u32 small = cwn_bits32(cwn_float(a) + CWN_F(0.5)) - CWN_W(0x3f000000);
    const cwn_u32 r = cwn_pick32(cwn_below(a, CWN_W(0x38800000)), small, normal);
    return ((bits >> 16) & 0x8000) | cwn_pick32(cwn_below(r, CWN_W(0x7c00)), r, CWN_W(0x7c00));
}

#endif

/* To the nearest bfloat16, the upper half of a float32. */
CWN_FN cwn_f32 cwn_round_bfloat16(cwn_f32 x) {
    const cwn_u32 bits = cwn_bits32(x);
    return cwn_float((bits + CWN_W(0x7fff) + ((bits >> 16) & 1)) & CWN_W(0xffff0000));
}

CWN_FN cwn_u32 cwn_bits_bfloat16(cwn_f32 x) { return cwn_bits32(x) >> 16; }

#endif
