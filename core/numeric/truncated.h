/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric text: normals with |z| < 2, by rejection. TensorFlow gives each group of outputs blocks of its own, 256 to
 * four float32 and 128 to two float64, takes pairs of normals from them in order and keeps those strictly inside
 * (-2, 2) until it has a group. float16 and bfloat16 keep or drop the float32 number, before it is rounded.
 * Source: tensorflow/core/lib/random/random_distributions.h (TruncatedNormalDistribution).
 *
 * One group at a time: how many blocks it needs depends on its values (1.17 on average).
 */
#ifndef CWN_TRUNCATED_H
#define CWN_TRUNCATED_H

#include "normal.h"
#include "normal64.h"
#include "philox.h"

typedef struct { cwn_f32 e0, e1, e2, e3; cwn_word have; } cwn_kept;

/* A shift register, so that nothing is indexed: after four pushes e0 is the first of them. */
CWN_FN cwn_kept cwn_keep(cwn_kept kept, cwn_f32 f) {
    const cwn_kept next = {kept.e1, kept.e2, kept.e3, f, kept.have + 1};
    return kept.have == 4 || cwn_is_outside(f) ? kept : next;
}

CWN_FN cwn_kept cwn_keep_pairs(cwn_kept kept, cwn_pair a, cwn_pair b) {
    return cwn_keep(cwn_keep(cwn_keep(cwn_keep(kept, a.first), a.second), b.first), b.second);
}

CWN_FN cwn_kept cwn_none_kept(void) {
    const cwn_kept none = {CWN_F(0.0), CWN_F(0.0), CWN_F(0.0), CWN_F(0.0), 0};
    return none;
}

/* What is kept already, and more from the blocks of this counter value on. */
CWN_FN cwn_kept cwn_truncated(cwn_kept kept, cwn_counter counter, cwn_word key0, cwn_word key1) {
    const cwn_counter one = {1, 0};
    for (; kept.have < 4; counter = cwn_skip(counter, one)) {
        const cwn_block x = cwn_philox(counter, key0, key1);
        kept = cwn_keep_pairs(kept, cwn_normal(x.w0, x.w1), cwn_normal(x.w2, x.w3));
    }
    return kept;
}

#ifndef CWN_NO_FP64

typedef struct { cwn_f64 e0, e1; cwn_word have; } cwn_kept64;

CWN_FN cwn_kept64 cwn_keep64(cwn_kept64 kept, cwn_f64 f) {
    const cwn_kept64 next = {kept.e1, f, kept.have + 1};
    return kept.have == 2 || cwn_is_outside64(f) ? kept : next;
}

CWN_FN cwn_kept64 cwn_truncated64(cwn_counter counter, cwn_word key0, cwn_word key1) {
    const cwn_counter one = {1, 0};
    cwn_kept64 kept = {CWN_D(0.0), CWN_D(0.0), 0};
    for (; kept.have < 2; counter = cwn_skip(counter, one)) {
        const cwn_block x = cwn_philox(counter, key0, key1);
        const cwn_pair64 pair = cwn_normal64(x.w0, x.w1, x.w2, x.w3);
        kept = cwn_keep64(cwn_keep64(kept, pair.first), pair.second);
    }
    return kept;
}

#endif
#endif
