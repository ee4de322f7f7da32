/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric text: the map from a group's index to the bits of its elements. A kernel does nothing else.
 * Adding a distribution is one case here, with its rows in launch.h (and one section of docs/NUMERICS.md).
 */
#ifndef CWN_GROUP_H
#define CWN_GROUP_H

#include "integer.h"
#include "launch.h"
#include "normal.h"
#include "normal64.h"
#include "philox.h"
#include "scale.h"
#include "stft.h"
#include "truncated.h"

/* The bits of a group's elements: four of 32 or of 16 bits, each in a word, or two of 64 bits, low half first. */
typedef struct { cwn_u32 e0, e1, e2, e3; } cwn_group;

/* ------------------------------------------------------------------------------------------------- two and four */

CWN_FN cwn_group cwn_group_64(cwn_u64 a, cwn_u64 b) {
    const cwn_group g = {cwn_low(a), cwn_low(a >> 32), cwn_low(b), cwn_low(b >> 32)};
    return g;
}

CWN_FN cwn_group cwn_scaled_32(cwn_launch l, cwn_word type, cwn_f32 a, cwn_f32 b, cwn_f32 c, cwn_f32 d) {
    const cwn_group g = {cwn_scaled(l, type, a), cwn_scaled(l, type, b), cwn_scaled(l, type, c), cwn_scaled(l, type, d)};
    return g;
}

/* ------------------------------------------------------------------------------------------------- distributions */

CWN_FN cwn_counter cwn_counter_of(cwn_launch l, cwn_u64 low, cwn_u64 high) {
    const cwn_counter start = {l.counter_low, l.counter_high}, steps = {low, high};
    return cwn_skip(start, steps);
}

CWN_FN cwn_block cwn_block_of(cwn_launch l, cwn_u64 group) {
    return cwn_philox(cwn_counter_of(l, group, 0), l.key0, l.key1);
}

CWN_FN cwn_group cwn_constant_group(cwn_launch l, cwn_word type) {
    const cwn_u32 low = cwn_low(l.scale);
    const cwn_group g = {low, low, low, low};
    return cwn_is_64(type) ? cwn_group_64(l.scale, l.scale) : g;
}

CWN_FN cwn_u64 cwn_identity(cwn_launch l, cwn_u64 i) {
    return i < l.diagonal_end && cwn_divided(i, l.diagonal_step, l.inverse).rest == 0 ? l.scale : l.shift;
}

CWN_FN cwn_group cwn_identity_group(cwn_launch l, cwn_word type, cwn_u64 group) {
    const cwn_u64 i = group * cwn_group_elements(type), e0 = cwn_identity(l, i), e1 = cwn_identity(l, i + 1);
    if (cwn_is_64(type)) return cwn_group_64(e0, e1);
    const cwn_group g = {cwn_low(e0), cwn_low(e1), cwn_low(cwn_identity(l, i + 2)), cwn_low(cwn_identity(l, i + 3))};
    return g;
}

CWN_FN cwn_group cwn_uniform_group(cwn_launch l, cwn_word type, cwn_block x) {
    return cwn_scaled_32(l, type, cwn_uniform_of(type, cwn_low(x.w0)), cwn_uniform_of(type, cwn_low(x.w1)),
                         cwn_uniform_of(type, cwn_low(x.w2)), cwn_uniform_of(type, cwn_low(x.w3)));
}

CWN_FN cwn_group cwn_normal_group(cwn_launch l, cwn_word type, cwn_block x) {
    const cwn_pair a = cwn_normal(x.w0, x.w1), b = cwn_normal(x.w2, x.w3);
    return cwn_scaled_32(l, type, a.first, a.second, b.first, b.second);
}

/* 256 blocks are reserved per group. */
CWN_FN cwn_group cwn_truncated_group(cwn_launch l, cwn_word type, cwn_u64 group) {
    const cwn_kept z = cwn_truncated(cwn_none_kept(), cwn_counter_of(l, group << 8, group >> 56), l.key0, l.key1);
    return cwn_scaled_32(l, type, z.e0, z.e1, z.e2, z.e3);
}

CWN_FN cwn_group cwn_integer_group(cwn_launch l, cwn_word type, cwn_block x) {
    const cwn_u32 low = cwn_low(l.shift), range = cwn_low(l.scale);
    if (cwn_is_64(type))
        return cwn_group_64(cwn_integer64(cwn_bits64_of(x.w0, x.w1), l.shift, l.scale, l.inverse),
                            cwn_integer64(cwn_bits64_of(x.w2, x.w3), l.shift, l.scale, l.inverse));
    const cwn_group g = {cwn_integer(cwn_low(x.w0), low, range, l.inverse), cwn_integer(cwn_low(x.w1), low, range, l.inverse),
                         cwn_integer(cwn_low(x.w2), low, range, l.inverse), cwn_integer(cwn_low(x.w3), low, range, l.inverse)};
    return g;
}

/* The words as they are: two of them, low half first, are also what a 64-bit integer is. */
CWN_FN cwn_group cwn_full_integer_group(cwn_block x) {
    const cwn_group g = {cwn_low(x.w0), cwn_low(x.w1), cwn_low(x.w2), cwn_low(x.w3)};
    return g;
}

CWN_FN cwn_u32 cwn_proof(cwn_word distribution, cwn_u64 w) {
    if (distribution == CWN_RADIUS) return cwn_bits32(cwn_radius(w));
    if (distribution == CWN_SINE) return cwn_bits32(cwn_turn(w).first);
    return cwn_bits32(cwn_turn(w).second);
}

CWN_FN cwn_group cwn_proof_group(cwn_word distribution, cwn_u64 group) {
    const cwn_u64 w = group * 4;
    const cwn_group g = {cwn_proof(distribution, w), cwn_proof(distribution, w + 1), cwn_proof(distribution, w + 2),
                         cwn_proof(distribution, w + 3)};
    return g;
}

/* ------------------------------------------------------------------------------------------------------ float64 */

#ifndef CWN_NO_FP64

CWN_FN cwn_group cwn_scaled_64(cwn_launch l, cwn_f64 a, cwn_f64 b) {
    return cwn_group_64(cwn_scaled64(l, a), cwn_scaled64(l, b));
}

/* 128 blocks are reserved per group. */
CWN_FN cwn_group cwn_truncated64_group(cwn_launch l, cwn_u64 group) {
    const cwn_kept64 z = cwn_truncated64(cwn_counter_of(l, group << 7, group >> 57), l.key0, l.key1);
    return cwn_scaled_64(l, z.e0, z.e1);
}

CWN_FN cwn_group cwn_float64_group(cwn_launch l, cwn_word distribution, cwn_block x) {
    if (distribution == CWN_UNIFORM) return cwn_scaled_64(l, cwn_uniform64(x.w0, x.w1), cwn_uniform64(x.w2, x.w3));
    const cwn_pair64 pair = cwn_normal64(x.w0, x.w1, x.w2, x.w3);
    return cwn_scaled_64(l, pair.first, pair.second);
}

#endif

#ifndef CWN_NO_FP64

/* One element after the other: it is a long way to each. */
CWN_FN cwn_group cwn_stft_group(cwn_launch l, cwn_word type, cwn_u64 group) {
    const cwn_word size = cwn_group_elements(type), width = 4 / size;
    cwn_group g = {0, 0, 0, 0};
    CWN_NO_UNROLL
    for (cwn_word e = 0; e < size; e++) {
        const cwn_u64 bits = cwn_stft_bits(l, type, group * size + e);
        const cwn_word at = e * width;
        if (at == 0) g.e0 = cwn_low(bits);
        if (at == 1) g.e1 = cwn_low(bits);
        if (at == 2) g.e2 = cwn_low(bits);
        if (at == 3) g.e3 = cwn_low(bits);
        if (width == 2 && at == 0) g.e1 = cwn_low(bits >> 32);
        if (width == 2 && at == 2) g.e3 = cwn_low(bits >> 32);
    }
    return g;
}

#endif

/* ----------------------------------------------------------------------------------------------------- the group */

/* `distribution` and `type` are those of l, apart so that a kernel can name them and the compiler drop the other cases. */

/* Whether a group is made of one block of Philox. */
CWN_FN cwn_word cwn_takes_block(cwn_word distribution) {
    return distribution == CWN_UNIFORM || distribution == CWN_NORMAL || distribution == CWN_INTEGER ||
           distribution == CWN_FULL_INTEGER;
}

CWN_FN cwn_group cwn_group_of_block(cwn_launch l, cwn_word distribution, cwn_word type, cwn_block x) {
#ifndef CWN_NO_FP64
    if (type == CWN_FLOAT64) return cwn_float64_group(l, distribution, x);
#endif
    switch (distribution) {
    case CWN_UNIFORM: return cwn_uniform_group(l, type, x);
    case CWN_NORMAL: return cwn_normal_group(l, type, x);
    case CWN_INTEGER: return cwn_integer_group(l, type, x);
    default: return cwn_full_integer_group(x);
    }
}

CWN_FN cwn_group cwn_group_of(cwn_launch l, cwn_word distribution, cwn_word type, cwn_u64 group) {
    if (cwn_takes_block(distribution)) return cwn_group_of_block(l, distribution, type, cwn_block_of(l, group));
#ifndef CWN_NO_FP64
    if (distribution == CWN_STFT) return cwn_stft_group(l, type, group);
    if (type == CWN_FLOAT64) return cwn_truncated64_group(l, group);
#endif
    switch (distribution) {
    case CWN_CONSTANT: return cwn_constant_group(l, type);
    case CWN_IDENTITY: return cwn_identity_group(l, type, group);
    case CWN_TRUNCATED_NORMAL: return cwn_truncated_group(l, type, group);
    default: return cwn_proof_group(distribution, group);
    }
}

#endif
