/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric text: an element that was drawn in one type, stored in a smaller one. Rounded once, to nearest with ties to even;
 * denormals of the smaller type are kept, what is over its range becomes infinite. By integers, so that no device's own
 * conversions and no float32 between float64 and 16 bits come in.
 */
#ifndef CWN_NARROW_H
#define CWN_NARROW_H

#include "group.h"
#include "half.h"

/* From the bits of a float64 that is no NaN. `precision` counts the leading one, `least` is the biased float64 exponent of
 * the least normal number, `infinity` the bits of infinity. */
CWN_FN cwn_long cwn_narrow_bits(cwn_long bits, cwn_word precision, cwn_word least, cwn_long infinity) {
    const cwn_long one = 1, exponent = (bits >> 52) & 0x7ff;
    const cwn_long fraction = (bits & ((one << 52) - 1)) | (exponent ? one << 52 : 0);
    const cwn_long under = exponent < least ? least - exponent : 0, cut = 53 - precision + under, most = 63;
    const cwn_long shift = cut < most ? cut : most, middle = one << (shift - 1);
    const cwn_long kept = fraction >> shift, rest = fraction & (middle | (middle - 1));
    const cwn_long rounded = kept + (rest > middle || (rest == middle && (kept & 1)) ? 1 : 0);
    const cwn_long result = ((exponent < least ? 0 : exponent - least) << (precision - 1)) + rounded;
    return result < infinity ? result : infinity;
}

CWN_FN cwn_word cwn_narrow_float64(cwn_long bits, cwn_word store) {
    const cwn_word sign = (cwn_word)(bits >> 63);
    if (store == CWN_FLOAT16) return (cwn_word)cwn_narrow_bits(bits, 11, 1009, 0x7c00) | sign << 15;
    if (store == CWN_BFLOAT16) return (cwn_word)cwn_narrow_bits(bits, 8, 897, 0x7f80) | sign << 15;
    return (cwn_word)cwn_narrow_bits(bits, 24, 897, 0x7f800000) | sign << 31;
}

CWN_FN cwn_u32 cwn_narrow_float32(cwn_u32 bits, cwn_word store) {
    if (store == CWN_FLOAT16) return cwn_bits_float16(cwn_round_float16(cwn_float(bits)));
    return cwn_bits_bfloat16(cwn_round_bfloat16(cwn_float(bits)));
}

CWN_FN cwn_long cwn_joined(cwn_word low, cwn_word high) { return low | (cwn_long)high << 32; }

CWN_FN cwn_group cwn_narrowed(cwn_group g, cwn_word type, cwn_word store) {
    if (store == type) return g;
    if (type == CWN_FLOAT64) {
        const cwn_group pair = {cwn_narrow_float64(cwn_joined(g.e0, g.e1), store),
                                cwn_narrow_float64(cwn_joined(g.e2, g.e3), store), 0, 0};
        return pair;
    }
    const cwn_group four = {cwn_narrow_float32(g.e0, store), cwn_narrow_float32(g.e1, store),
                            cwn_narrow_float32(g.e2, store), cwn_narrow_float32(g.e3, store)};
    return four;
}

#endif
