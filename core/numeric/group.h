/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric text: the map from a group's index to the bits of its four elements. A kernel does nothing else.
 * Adding a distribution is one case here (and one section of docs/NUMERICS.md).
 */
#ifndef CWN_GROUP_H
#define CWN_GROUP_H

#include "launch.h"
#include "normal.h"
#include "philox.h"
#include "truncated.h"
#include "uniform.h"

#define CWN_GROUP 4 /* outputs of one generator call */

/* Bits of elements 4 * group to 4 * group + 3. */
typedef struct { cwn_u32 e0, e1, e2, e3; } cwn_group;

CWN_FN cwn_u32 cwn_scaled(cwn_launch l, cwn_f32 draw) {
    return cwn_bits32(cwn_affine(draw, cwn_float(l.scale), cwn_float(l.shift), l.flush));
}

CWN_FN cwn_group cwn_scaled_group(cwn_launch l, cwn_f32 a, cwn_f32 b, cwn_f32 c, cwn_f32 d) {
    const cwn_group g = {cwn_scaled(l, a), cwn_scaled(l, b), cwn_scaled(l, c), cwn_scaled(l, d)};
    return g;
}

CWN_FN cwn_counter cwn_counter_of(cwn_launch l, cwn_u64 low, cwn_u64 high) {
    const cwn_counter start = {l.counter_low, l.counter_high}, steps = {low, high};
    return cwn_skip(start, steps);
}

CWN_FN cwn_group cwn_constant_group(cwn_launch l) {
    const cwn_group g = {l.scale, l.scale, l.scale, l.scale};
    return g;
}

CWN_FN cwn_u32 cwn_identity(cwn_launch l, cwn_u64 i) {
    return i < l.diagonal_end && i % l.diagonal_step == 0 ? l.scale : l.shift;
}

CWN_FN cwn_group cwn_identity_group(cwn_launch l, cwn_u64 group) {
    const cwn_u64 i = group * CWN_GROUP;
    const cwn_group g = {cwn_identity(l, i), cwn_identity(l, i + 1), cwn_identity(l, i + 2), cwn_identity(l, i + 3)};
    return g;
}

CWN_FN cwn_group cwn_uniform_group(cwn_launch l, cwn_u64 group) {
    const cwn_block x = cwn_philox(cwn_counter_of(l, group, 0), l.key0, l.key1);
    return cwn_scaled_group(l, cwn_uniform(cwn_low(x.w0)), cwn_uniform(cwn_low(x.w1)), cwn_uniform(cwn_low(x.w2)),
                            cwn_uniform(cwn_low(x.w3)));
}

CWN_FN cwn_group cwn_normal_group(cwn_launch l, cwn_u64 group) {
    const cwn_block x = cwn_philox(cwn_counter_of(l, group, 0), l.key0, l.key1);
    const cwn_pair a = cwn_normal(x.w0, x.w1), b = cwn_normal(x.w2, x.w3);
    return cwn_scaled_group(l, a.first, a.second, b.first, b.second);
}

/* 256 blocks are reserved per group. */
CWN_FN cwn_group cwn_truncated_group(cwn_launch l, cwn_u64 group) {
    const cwn_kept z = cwn_truncated(cwn_counter_of(l, group << 8, group >> 56), l.key0, l.key1);
    return cwn_scaled_group(l, z.e0, z.e1, z.e2, z.e3);
}

CWN_FN cwn_u32 cwn_proof(cwn_word distribution, cwn_u64 w) {
    if (distribution == CWN_RADIUS) return cwn_bits32(cwn_radius(w));
    if (distribution == CWN_SINE) return cwn_bits32(cwn_turn(w).first);
    return cwn_bits32(cwn_turn(w).second);
}

CWN_FN cwn_group cwn_proof_group(cwn_word distribution, cwn_u64 group) {
    const cwn_u64 w = group * CWN_GROUP;
    const cwn_group g = {cwn_proof(distribution, w), cwn_proof(distribution, w + 1), cwn_proof(distribution, w + 2),
                         cwn_proof(distribution, w + 3)};
    return g;
}

/* `distribution` is l.distribution, apart so that a kernel can name it and the compiler drop the other cases. */
CWN_FN cwn_group cwn_group_of(cwn_launch l, cwn_word distribution, cwn_u64 group) {
    switch (distribution) {
    case CWN_CONSTANT: return cwn_constant_group(l);
    case CWN_IDENTITY: return cwn_identity_group(l, group);
    case CWN_UNIFORM: return cwn_uniform_group(l, group);
    case CWN_NORMAL: return cwn_normal_group(l, group);
    case CWN_TRUNCATED_NORMAL: return cwn_truncated_group(l, group);
    default: return cwn_proof_group(distribution, group);
    }
}

#endif
