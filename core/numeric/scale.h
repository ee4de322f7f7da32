/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric text: a draw to the bits of an element, by the launch's constants. One element or lanes of them.
 */
#ifndef CWN_SCALE_H
#define CWN_SCALE_H

#include "launch.h"
#include "uniform.h"

CWN_FN cwn_f32 cwn_uniform_of(cwn_word type, cwn_u32 w) {
    switch (type) {
    case CWN_FLOAT16: return cwn_uniform_float16(w);
    case CWN_BFLOAT16: return cwn_uniform_bfloat16(w);
    default: return cwn_uniform(w);
    }
}

/* Of a draw that the type can hold, as uniforms are. */
CWN_FN cwn_u32 cwn_scaled_exact(cwn_launch l, cwn_word type, cwn_f32 draw) {
    const cwn_f32 scale = cwn_float(cwn_all32(l.scale)), shift = cwn_float(cwn_all32(l.shift));
    switch (type) {
    case CWN_FLOAT16: return cwn_bits_float16(cwn_affine_float16(draw, scale, shift));
    case CWN_BFLOAT16: return cwn_bits_bfloat16(cwn_affine_bfloat16(draw, scale, shift, l.flush));
    default: return cwn_bits32(cwn_affine(draw, scale, shift, l.flush));
    }
}

/* Of a draw in float32, which the 16-bit types round first. */
CWN_FN cwn_u32 cwn_scaled(cwn_launch l, cwn_word type, cwn_f32 draw) {
    switch (type) {
    case CWN_FLOAT16: return cwn_scaled_exact(l, type, cwn_round_float16(draw));
    case CWN_BFLOAT16: return cwn_scaled_exact(l, type, cwn_round_bfloat16(draw));
    default: return cwn_scaled_exact(l, type, draw);
    }
}

#ifndef CWN_NO_FP64
CWN_FN cwn_u64 cwn_scaled64(cwn_launch l, cwn_f64 draw) {
    return cwn_bits64(cwn_affine64(draw, cwn_double(cwn_all64(l.scale)), cwn_double(cwn_all64(l.shift)), l.flush));
}
#endif

#endif
