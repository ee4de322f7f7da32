/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric text: an element that was drawn in one type, stored in a smaller one. Rounded once, to nearest with ties to even;
 * denormals of the smaller type are kept, what is over its range becomes infinite. By integers, so that no device's own
 * conversions and no float32 between float64 and 16 bits come in.
 */
#ifndef CWN_NARROW_H
#define CWN_NARROW_H

#include "half.h"
#include "launch.h"

/* From the bits of a float64 that is no NaN. `precision` counts the leading one, `least` is the biased float64 exponent of
 * the least normal number, `infinity` the bits of infinity. No comparison, so it works in lanes: all numbers are under 2^63,
 * and where one is greater than another the difference has the top bit. */
CWN_FN cwn_u64 cwn_narrow_bits(cwn_u64 bits, cwn_word precision, cwn_word least, cwn_long infinity) {
    const cwn_u64 exponent = (bits >> 52) & CWN_U(0x7ff), above = exponent - least, is_small = above >> 63;
    const cwn_u64 fraction = (bits & CWN_U(0xfffffffffffff)) | ((exponent + CWN_U(0x7ff)) >> 11) << 52;
    const cwn_u64 cut = CWN_U(53) - precision - (above & (CWN_U(0) - is_small)), room = CWN_U(63) - cut;
    const cwn_u64 shift = cut + (room & (CWN_U(0) - (room >> 63))), middle = CWN_U(1) << (shift - CWN_U(1));
    const cwn_u64 kept = fraction >> shift, rest = fraction & (middle | (middle - CWN_U(1)));
    const cwn_u64 is_up = (middle - rest - (kept & CWN_U(1))) >> 63;
    const cwn_u64 result = ((above & (is_small - CWN_U(1))) << (precision - 1)) + kept + is_up, under = infinity - result;
    return result + (under & (CWN_U(0) - (under >> 63)));
}

CWN_FN cwn_u64 cwn_narrow_float64(cwn_u64 bits, cwn_word store) {
    const cwn_u64 sign = bits >> 63;
    if (store == CWN_FLOAT16) return cwn_narrow_bits(bits, 11, 1009, 0x7c00) | sign << 15;
    if (store == CWN_BFLOAT16) return cwn_narrow_bits(bits, 8, 897, 0x7f80) | sign << 15;
    return cwn_narrow_bits(bits, 24, 897, 0x7f800000) | sign << 31;
}

CWN_FN cwn_u32 cwn_narrow_float32(cwn_u32 bits, cwn_word store) {
    if (store == CWN_FLOAT16) return cwn_bits_float16(cwn_round_float16(cwn_float(bits)));
    return cwn_bits_bfloat16(cwn_round_bfloat16(cwn_float(bits)));
}

#endif
