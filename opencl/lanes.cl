/* SPDX-License-Identifier: Apache-2.0
 *
 * Kernels of ranges for processors whose lanes the text fills itself: the same numeric text as kernels.cl, on vectors of
 * eight groups. A work-item is a work-group, and takes tiles in turn. In the program this comes before kernels.cl, with
 * another prefix for the names of the text.
 */
#include "numeric/integer.h"
#include "numeric/normal.h"
#include "numeric/normal64.h"
#include "numeric/philox.h"
#include "numeric/scale.h"

/* A block takes a long chain of operations, so several vectors of blocks are made in step. */
#define WAYS 4
#define STEP (WAYS * CWN_LANES)
#define EACH_WAY(i) _Pragma("unroll") for (uint i = 0; i < WAYS; i++)
#define IOTA ((ulong8)(0, 1, 2, 3, 4, 5, 6, 7))
#define KERNEL kernel __attribute__((reqd_work_group_size(1, 1, 1)))

/* -------------------------------------------------------------------------------------------------------- blocks */

/* The counter of a tile's first block, and whether those of all its blocks differ from it in the lowest word alone. */
typedef struct { ulong low, high; uint is_narrow; } cwn_lanes_start;

/* `stride` is the power of two of blocks that each group has. */
static inline cwn_lanes_start cwn_lanes_start_of(cwn_launch l, ulong group, uint stride) {
    const ulong steps = group << stride, low = l.counter_low + steps;
    const ulong high = l.counter_high + (stride ? group >> (64 - stride) : 0) + (low < steps ? 1 : 0);
    const cwn_lanes_start s = {low, high, (uint)low < 0xffffffffu - ((CW_LANES_TILE + STEP) << stride)};
    return s;
}

/* The blocks that are `steps` after the first. */
static inline void cwn_lanes_blocks(cwn_launch l, cwn_lanes_start s, const cwn_u64 *steps, cwn_block *x) {
    ulong key0 = l.key0, key1 = l.key1;
    if (!s.is_narrow) {
        const cwn_counter start = {cwn_all64(s.low), cwn_all64(s.high)};
        for (uint i = 0; i < WAYS; i++) {
            const cwn_counter more = {steps[i], cwn_all64(0)};
            x[i] = cwn_philox(cwn_skip(start, more), l.key0, l.key1);
        }
        return;
    }
    EACH_WAY(i) {
        const cwn_block first = {s.low + steps[i], cwn_all64(s.low >> 32), cwn_all64(s.high), cwn_all64(s.high >> 32)};
        x[i] = first;
    }
    _Pragma("unroll") for (uint r = 0; r < 10; r++) {
        EACH_WAY(i) x[i] = cwn_philox_round(x[i], (uint)key0, (uint)key1);
        key0 += 0x9E3779B9;
        key1 += 0xBB67AE85;
    }
}

/* Those of groups g and on of a tile. */
static inline void cwn_lanes_blocks_from(cwn_launch l, cwn_lanes_start s, uint g, uint stride, cwn_block *x) {
    cwn_u64 steps[WAYS];
    EACH_WAY(i) steps[i] = (g + i * CWN_LANES + IOTA) << stride;
    cwn_lanes_blocks(l, s, steps, x);
}

/* --------------------------------------------------------------------------------------------------------- moves */

/* Eight groups as they lie in memory; of 16-bit types the first half is all. */
typedef struct { uint16 low, high; } cwn_lanes_bytes;

/* From elements of each group. */
static inline cwn_lanes_bytes cwn_lanes_bytes_32(uint8 a, uint8 b, uint8 c, uint8 d) {
    const cwn_lanes_bytes v = {(uint16)(a.s0, b.s0, c.s0, d.s0, a.s1, b.s1, c.s1, d.s1, a.s2, b.s2, c.s2, d.s2, a.s3, b.s3, c.s3, d.s3),
                        (uint16)(a.s4, b.s4, c.s4, d.s4, a.s5, b.s5, c.s5, d.s5, a.s6, b.s6, c.s6, d.s6, a.s7, b.s7, c.s7, d.s7)};
    return v;
}

static inline cwn_lanes_bytes cwn_lanes_bytes_64(ulong8 a, ulong8 b) {
    const cwn_lanes_bytes v = {as_uint16((ulong8)(a.s0, b.s0, a.s1, b.s1, a.s2, b.s2, a.s3, b.s3)),
                        as_uint16((ulong8)(a.s4, b.s4, a.s5, b.s5, a.s6, b.s6, a.s7, b.s7))};
    return v;
}

static inline cwn_lanes_bytes cwn_lanes_bytes_of(cwn_word type, uint8 a, uint8 b, uint8 c, uint8 d) {
    if (!cwn_is_16(type)) return cwn_lanes_bytes_32(a, b, c, d);
    const cwn_lanes_bytes v = {as_uint16(convert_ulong8(a | b << 16) | convert_ulong8(c | d << 16) << 32), (uint16)(0)};
    return v;
}

/* The range of a launch in memory, whose element `first` is the first. */
typedef struct { global uchar *memory; ulong first, count; } cwn_lanes_range;

static inline void cwn_lanes_put_part(cwn_lanes_range r, cwn_word type, ulong at, cwn_lanes_bytes v) {
    union { cwn_lanes_bytes bytes; ushort e16[64]; uint e32[32]; ulong e64[16]; } u;
    u.bytes = v;
    for (uint i = 0; i < 8 * cwn_group_elements(type); i++) {
        if (at + i >= r.count) continue;
        if (cwn_is_16(type)) ((global ushort *)r.memory)[at + i] = u.e16[i];
        else if (cwn_is_64(type)) ((global ulong *)r.memory)[at + i] = u.e64[i];
        else ((global uint *)r.memory)[at + i] = u.e32[i];
    }
}

static inline void cwn_lanes_put(cwn_lanes_range r, cwn_word type, ulong group, cwn_lanes_bytes v) {
    const ulong at = group * cwn_group_elements(type) - r.first;
    global uchar *to = r.memory + at * cwn_bytes_of(type);
    if (at >= r.count || r.count - at < 8 * cwn_group_elements(type)) cwn_lanes_put_part(r, type, at, v);
    else if (cwn_is_16(type)) {
        vstore16(as_ushort16(v.low.lo), 0, (global ushort *)to);
        vstore16(as_ushort16(v.low.hi), 1, (global ushort *)to);
    } else if (cwn_is_64(type)) {
        vstore8(as_ulong8(v.low), 0, (global ulong *)to);
        vstore8(as_ulong8(v.high), 1, (global ulong *)to);
    } else {
        vstore16(v.low, 0, (global uint *)to);
        vstore16(v.high, 1, (global uint *)to);
    }
}

/* ------------------------------------------------------------------------------------------------------- elements */

static inline uint8 cwn_lanes_uniform(cwn_launch l, cwn_word type, ulong8 w) {
    return cwn_scaled_exact(l, type, cwn_uniform_of(type, cwn_low(w)));
}

/* Where the rest is below the range, less the range it is greater than before: modulo 2^32. */
static inline uint8 cwn_lanes_integer(cwn_launch l, ulong8 w) {
    const uint8 quotient = cwn_low(cwn_mul(w, cwn_all64(l.inverse >> 32)) >> 32), rest = cwn_low(w) - quotient * (uint)l.scale;
    return (uint)l.shift + min(rest, rest - (uint)l.scale);
}

static inline cwn_lanes_bytes cwn_lanes_normals(cwn_launch l, cwn_word type, cwn_block x) {
    if (type == CWN_FLOAT64) {
        const cwn_pair64 p = cwn_normal64(x.w0, x.w1, x.w2, x.w3);
        return cwn_lanes_bytes_64(cwn_scaled64(l, p.first), cwn_scaled64(l, p.second));
    }
    const cwn_pair p = cwn_normal(x.w0, x.w1), q = cwn_normal(x.w2, x.w3);
    return cwn_lanes_bytes_of(type, cwn_scaled(l, type, p.first), cwn_scaled(l, type, p.second), cwn_scaled(l, type, q.first),
                       cwn_scaled(l, type, q.second));
}

static inline cwn_lanes_bytes cwn_lanes_groups(cwn_launch l, cwn_word distribution, cwn_word type, cwn_block x) {
    if (distribution == CWN_NORMAL) return cwn_lanes_normals(l, type, x);
    if (distribution == CWN_INTEGER) return cwn_lanes_bytes_32(cwn_lanes_integer(l, x.w0), cwn_lanes_integer(l, x.w1), cwn_lanes_integer(l, x.w2), cwn_lanes_integer(l, x.w3));
    if (distribution == CWN_FULL_INTEGER) return cwn_lanes_bytes_32(cwn_low(x.w0), cwn_low(x.w1), cwn_low(x.w2), cwn_low(x.w3));
    if (type == CWN_FLOAT64)
        return cwn_lanes_bytes_64(cwn_scaled64(l, cwn_uniform64(x.w0, x.w1)), cwn_scaled64(l, cwn_uniform64(x.w2, x.w3)));
    return cwn_lanes_bytes_of(type, cwn_lanes_uniform(l, type, x.w0), cwn_lanes_uniform(l, type, x.w1), cwn_lanes_uniform(l, type, x.w2), cwn_lanes_uniform(l, type, x.w3));
}

static inline void cwn_lanes_fill_tile(cwn_launch l, cwn_word distribution, cwn_word type, cwn_lanes_range r, ulong group, uint groups) {
    const cwn_lanes_start s = cwn_lanes_start_of(l, group, 0);
    for (uint g = 0; g < groups; g += STEP) {
        cwn_block x[WAYS];
        cwn_lanes_blocks_from(l, s, g, 0, x);
        EACH_WAY(i) cwn_lanes_put(r, type, group + g + i * CWN_LANES, cwn_lanes_groups(l, distribution, type, x[i]));
    }
}

/* ---------------------------------------------------------------------------------------------------------- proofs */

static inline uint8 cwn_lanes_proof(cwn_word distribution, ulong8 w) {
    if (distribution == CWN_RADIUS) return cwn_bits32(cwn_radius(w));
    return cwn_bits32(distribution == CWN_SINE ? cwn_turn(w).first : cwn_turn(w).second);
}

static inline void cwn_lanes_proof_tile(cwn_word distribution, cwn_lanes_range r, ulong group, uint groups) {
    for (uint g = 0; g < groups; g += CWN_LANES) {
        const ulong8 w = 4 * (group + g) + IOTA;
        const cwn_lanes_bytes v = {(uint16)(cwn_lanes_proof(distribution, w), cwn_lanes_proof(distribution, w + 8)),
                            (uint16)(cwn_lanes_proof(distribution, w + 16), cwn_lanes_proof(distribution, w + 24))};
        cwn_lanes_put(r, CWN_FLOAT32, group + g, v);
    }
}

/* --------------------------------------------------------------------------------------------- truncated normals */

#define OUTSIDE 0x40000000u /* the bits of a number that is not kept */

/* Of a tile without scale and shift, four to a group; and the groups that have not all of theirs yet. */
typedef struct { uint number[4 * CW_LANES_TILE], list[CW_LANES_TILE + STEP], count; } cwn_lanes_trial;

/* Groups of a block; those with a number outside are told by 1. Finite numbers: what has all their bits is outside if one is. */
static inline uint8 cwn_lanes_try(cwn_block x, uint *to) {
    const cwn_pair p = cwn_normal(x.w0, x.w1), q = cwn_normal(x.w2, x.w3);
    const uint8 a = cwn_bits32(p.first), b = cwn_bits32(p.second), c = cwn_bits32(q.first), d = cwn_bits32(q.second);
    const cwn_lanes_bytes v = cwn_lanes_bytes_32(a, b, c, d);
    vstore16(v.low, 0, to);
    vstore16(v.high, 1, to);
    return cwn_is_outside(cwn_float(a | b | c | d));
}

static inline void cwn_lanes_try_first(cwn_launch l, cwn_lanes_start s, uint groups, cwn_lanes_trial *t) {
    uint n = 0;
    for (uint g = 0; g < groups; g += STEP) {
        cwn_block x[WAYS];
        cwn_lanes_blocks_from(l, s, g, 8, x);
        EACH_WAY(i) {
            uint outside[CWN_LANES];
            vstore8(cwn_lanes_try(x[i], t->number + 4 * (g + i * CWN_LANES)), 0, outside);
            _Pragma("unroll") for (uint k = 0; k < CWN_LANES; k++) {
                t->list[n] = g + i * CWN_LANES + k;
                n += outside[k];
            }
        }
    }
    t->count = n;
}

/* What is inside of a group's numbers and of four new ones, in order; whether it is less than a group. */
static inline uint cwn_lanes_merge(uint *number, const uint *more) {
    uint kept[8], have = 0;
    for (uint i = 0; i < 4; i++) kept[i] = OUTSIDE;
    for (uint i = 0; i < 8; i++) {
        const uint bits = i < 4 ? number[i] : more[i - 4], is_outside = bits >> 30 & 1;
        kept[have] = is_outside ? OUTSIDE : bits;
        have += 1 - is_outside;
    }
    vstore4(vload4(0, kept), 0, number);
    return have < 4;
}

/* The listed groups get what their next block has. */
static inline void cwn_lanes_try_again(cwn_launch l, cwn_lanes_start s, uint block, cwn_lanes_trial *t) {
    uint left = 0;
    for (uint i = 0; i < STEP; i++) t->list[t->count + i] = 0;
    for (uint j = 0; j < t->count; j += STEP) {
        uint more[4 * STEP];
        cwn_u64 steps[WAYS];
        cwn_block x[WAYS];
        EACH_WAY(i) steps[i] = (convert_ulong8(vload8(0, t->list + j + i * CWN_LANES)) << 8) + block;
        cwn_lanes_blocks(l, s, steps, x);
        EACH_WAY(i) cwn_lanes_try(x[i], more + 4 * i * CWN_LANES);
        for (uint k = 0; k < STEP && j + k < t->count; k++) {
            t->list[left] = t->list[j + k];
            left += cwn_lanes_merge(t->number + 4 * t->list[j + k], more + 4 * k);
        }
    }
    t->count = left;
}

static inline uint8 cwn_lanes_scaled_at(cwn_launch l, cwn_word type, const uint *number) {
    return cwn_scaled(l, type, cwn_float(vload8(0, number)));
}

/* Scale and shift come last, on neighbours. */
static inline cwn_lanes_bytes cwn_lanes_scaled_bytes(cwn_launch l, cwn_word type, const uint *number) {
    const uint8 a = cwn_lanes_scaled_at(l, type, number), b = cwn_lanes_scaled_at(l, type, number + 8), c = cwn_lanes_scaled_at(l, type, number + 16);
    const uint8 d = cwn_lanes_scaled_at(l, type, number + 24);
    if (!cwn_is_16(type)) {
        const cwn_lanes_bytes v = {(uint16)(a, b), (uint16)(c, d)};
        return v;
    }
    const ushort16 low = convert_ushort16((uint16)(a, b)), high = convert_ushort16((uint16)(c, d));
    const cwn_lanes_bytes v = {(uint16)(as_uint8(low), as_uint8(high)), (uint16)(0)};
    return v;
}

static inline void cwn_lanes_truncated_tile(cwn_launch l, cwn_word type, cwn_lanes_range r, ulong group, uint groups) {
    const cwn_lanes_start s = cwn_lanes_start_of(l, group, 8);
    cwn_lanes_trial t;
    cwn_lanes_try_first(l, s, groups, &t);
    for (uint block = 1; t.count; block++) cwn_lanes_try_again(l, s, block, &t);
    for (uint g = 0; g < groups; g += CWN_LANES) cwn_lanes_put(r, type, group + g, cwn_lanes_scaled_bytes(l, type, t.number + 4 * g));
}

/* -------------------------------------------------------------------------------------------------------- kernels */

/* `groups` groups from `group` on of what a launch writes to r. */
static inline void cwn_lanes_fill(cwn_launch l, cwn_word distribution, cwn_word type, cwn_lanes_range r, ulong group, ulong groups) {
    for (ulong g = 0; g < groups; g += CW_LANES_TILE) {
        const uint n = groups - g < CW_LANES_TILE ? (uint)(groups - g) : CW_LANES_TILE;
        if (distribution == CWN_TRUNCATED_NORMAL) cwn_lanes_truncated_tile(l, type, r, group + g, n);
        else if (distribution >= CWN_RADIUS) cwn_lanes_proof_tile(distribution, r, group + g, n);
        else cwn_lanes_fill_tile(l, distribution, type, r, group + g, n);
    }
}

#define CW_ROW(name, distribution, type) \
    KERNEL void cw_lanes_##name(cwn_launch l, global uchar *memory, ulong offset) { \
        const cwn_lanes_range r = {memory + offset, l.first, l.count}; \
        const ulong begin = cwn_first_group(l), groups = cwn_end_group(l) - begin; \
        for (ulong g = get_global_id(0) * CW_LANES_TILE; g < groups; g += get_global_size(0) * CW_LANES_TILE) \
            cwn_lanes_fill(l, distribution, type, r, begin + g, min(groups - g, (ulong)CW_LANES_TILE)); \
    }
CWN_LANES_TABLE(CW_ROW)
#undef CW_ROW

/* Groups of a range that is an entry of a batch; whether there are lanes for it. */
static inline uint cwn_lanes_entry(cwn_launch l, cwn_lanes_range r, ulong group, ulong groups) {
    switch (l.distribution << 8 | l.type) {
#define CW_ROW(name, distribution, type) \
    case (distribution) << 8 | (type): cwn_lanes_fill(l, distribution, type, r, group, groups); return 1;
        CWN_LANES_TABLE(CW_ROW)
#undef CW_ROW
    default: return 0;
    }
}
#undef EACH_WAY
