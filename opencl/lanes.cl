/* SPDX-License-Identifier: Apache-2.0
 *
 * Kernels of ranges, of slices in runs, and of matrices, for processors whose lanes the text fills itself: the same numeric text as
 * kernels.cl, on vectors of eight. A work-item is a work-group, and takes tiles in turn: it draws the words of a tile, makes elements of them
 * where they are, and puts these in memory. In the program this comes before kernels.cl, with another prefix for the
 * names of the text.
 */
#include "numeric/axes.h"
#include "numeric/cholesky.h"
#include "numeric/integer.h"
#include "numeric/real32.h"
#include "numeric/householder.h"
#include "numeric/real64.h"
#include "numeric/householder.h"
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
/* Once in the program, whoever calls it. For some processors LLVM halves vectors where it is not told to keep them. */
#define NOINLINE static __attribute__((noinline, min_vector_width(512)))

/* Fetches a line of memory to write to. OpenCL's own word for it does nothing in PoCL. */
#define FETCH(to) prefetch((to), 64)
#if defined(__x86_64__) && defined(__has_builtin)
#if __has_builtin(__builtin_prefetch)
#undef FETCH
#define FETCH(to) __builtin_prefetch((const void *)(ulong)(to), 1, 2)
#endif
#endif

/* Four groups: their words, or their elements of 32 or 64 bits, as they lie in memory. */
typedef ulong8 cwn_lanes_groups;
#define TILE_VECTORS (CW_LANES_TILE / 4)

/* -------------------------------------------------------------------------------------------------------- words */

typedef struct { ulong low, high; } cwn_lanes_counter;

/* A group has 2^stride blocks. */
CWN_FN uint cwn_lanes_stride(cwn_word distribution) { return distribution == CWN_TRUNCATED_NORMAL ? 8 : 0; }

/* The counter of group `group`. */
CWN_FN cwn_lanes_counter cwn_lanes_counter_of(cwn_launch l, ulong group, uint stride) {
    const ulong steps = group << stride, low = l.counter_low + steps;
    const cwn_lanes_counter c = {low, l.counter_high + (stride ? group >> (64 - stride) : 0) + (low < steps ? 1 : 0)};
    return c;
}

/* How many groups there are until the lowest word of their counters wraps. */
CWN_FN ulong cwn_lanes_run_of(cwn_lanes_counter c, uint stride) { return (ulong)(~(uint)c.low >> stride) + 1; }

/* Low halves of a in the low halves, of b in the high ones. Not by a shift, which LLVM makes a second product of. */
CWN_FN ulong8 cwn_lanes_two(ulong8 a, ulong8 b) {
    return bitselect(as_ulong8(as_uint16(b).s0022446688aaccee), a, (ulong8)(0xffffffff));
}

/* The words of eight groups. */
CWN_FN void cwn_lanes_pack(cwn_block x, cwn_lanes_groups *to) {
    ulong16 both;
    both.even = cwn_lanes_two(x.w0, x.w1);
    both.odd = cwn_lanes_two(x.w2, x.w3);
    to[0] = both.lo;
    to[1] = both.hi;
}

CWN_FN void cwn_lanes_finish(uint key0, uint key1, cwn_block x[WAYS], cwn_lanes_groups *to) {
    _Pragma("unroll") for (uint r = 0; r < 10; r++) {
        EACH_WAY(i) x[i] = cwn_philox_round(x[i], key0 + r * 0x9E3779B9u, key1 + r * 0xBB67AE85u);
    }
    EACH_WAY(i) cwn_lanes_pack(x[i], to + 2 * i);
}

/* Those of `groups` groups of a run, rounded up to whole steps: only the lowest word of the counter differs. Meanwhile
 * the memory is fetched that the elements go to in the end, `bytes` of each group. */
NOINLINE void cwn_lanes_draw(uint key0, uint key1, cwn_lanes_counter c, uint stride, uint groups, cwn_lanes_groups *to,
                             global const uchar *end, uint bytes) {
    for (uint g = 0; g < groups; g += STEP) {
        for (uint i = 0; i < STEP * bytes; i += 64) FETCH(end + g * bytes + i);
        cwn_block x[WAYS];
        EACH_WAY(i) {
            const cwn_block first = {c.low + ((g + i * CWN_LANES + IOTA) << stride), cwn_all64(c.low >> 32),
                                     cwn_all64(c.high), cwn_all64(c.high >> 32)};
            x[i] = first;
        }
        cwn_lanes_finish(key0, key1, x, to + g / 4);
    }
}

/* The counters of eight groups, `number` groups after the first. */
CWN_FN cwn_counter cwn_lanes_skip(cwn_lanes_counter c, ulong8 number, uint stride, uint block) {
    const cwn_counter start = {cwn_all64(c.low), cwn_all64(c.high)};
    const cwn_counter steps = {(number << stride) + block, stride ? number >> (64 - stride) : (ulong8)(0)};
    return cwn_skip(start, steps);
}

/* What is made together of a slice: groups by number, in whole steps, and the lines of memory that they go to. */
typedef struct {
    ulong number[CW_LANES_TILE + STEP];
    global uchar *line[2 * CW_LANES_TILE];
    uint groups, lines;
} cwn_lanes_bundle;

NOINLINE void cwn_lanes_draw_listed(uint key0, uint key1, cwn_lanes_counter c, uint stride, const cwn_lanes_bundle *b,
                                    cwn_lanes_groups *to) {
    const uint each = b->lines * STEP / b->groups + 1;
    for (uint g = 0, k = 0; g < b->groups; g += STEP) {
        for (const uint end = min(k + each, b->lines); k < end; k++) FETCH(b->line[k]);
        cwn_block x[WAYS];
        EACH_WAY(i) {
            const cwn_counter at = cwn_lanes_skip(c, vload8(0, b->number + g + i * CWN_LANES), stride, 0);
            const cwn_block first = {at.low, at.low >> 32, at.high, at.high >> 32};
            x[i] = first;
        }
        cwn_lanes_finish(key0, key1, x, to + g / 4);
    }
}

/* ------------------------------------------------------------------------------------------------------- elements */

/* Where the rest is below the range, less the range it is greater than before: modulo 2^32. */
CWN_FN uint8 cwn_lanes_integer(cwn_launch l, uint8 w) {
    const uint8 quotient = cwn_low(cwn_mul(cwn_extend(w), cwn_all64(l.inverse >> 32)) >> 32);
    const uint8 rest = w - quotient * (uint)l.scale;
    return (uint)l.shift + min(rest, rest - (uint)l.scale);
}

CWN_FN uint8 cwn_lanes_element(cwn_launch l, cwn_word distribution, cwn_word type, uint8 w) {
    if (distribution == CWN_INTEGER) return cwn_lanes_integer(l, w);
    if (distribution == CWN_UNIFORM) return cwn_scaled_exact(l, type, cwn_uniform_of(type, w));
    if (distribution == CWN_TRUNCATED_NORMAL) return cwn_scaled(l, type, cwn_float(w)); /* of a number that is kept */
    return w;
}

CWN_FN cwn_lanes_groups cwn_lanes_mixed(uint8 even, uint8 odd) {
    uint16 both;
    both.even = even;
    both.odd = odd;
    return as_ulong8(both);
}

/* Words to elements: all but float64 normals are made of the words, or the pairs of words, that lie in their place.
 * What a proof has made is left as it is. */
CWN_FN cwn_lanes_groups cwn_lanes_elements(cwn_launch l, cwn_word distribution, cwn_word type, cwn_lanes_groups w) {
    if (distribution == CWN_NORMAL) {
        const cwn_pair p = cwn_normal(w, w >> 32);
        return cwn_lanes_mixed(cwn_scaled(l, type, p.first), cwn_scaled(l, type, p.second));
    }
    if (type == CWN_FLOAT64) return cwn_scaled64(l, cwn_uniform64(w, w >> 32));
    const uint16 all = as_uint16(w);
    return as_ulong8(
        (uint16)(cwn_lanes_element(l, distribution, type, all.lo), cwn_lanes_element(l, distribution, type, all.hi)));
}

CWN_FN void cwn_lanes_normals64(cwn_launch l, cwn_lanes_groups *v) {
    const ulong16 all = (ulong16)(v[0], v[1]);
    const ulong8 a = all.even, b = all.odd;
    const cwn_pair64 p = cwn_normal64(a, a >> 32, b, b >> 32);
    ulong16 both;
    both.even = cwn_scaled64(l, p.first);
    both.odd = cwn_scaled64(l, p.second);
    v[0] = both.lo;
    v[1] = both.hi;
}

/* Elements of 16 bits move together to the front. */
CWN_FN void cwn_lanes_make(cwn_launch l, cwn_word distribution, cwn_word type, uint groups, cwn_lanes_groups *v) {
    for (uint i = 0; i < (groups + 3) / 4; i++) {
        if (distribution == CWN_NORMAL && type == CWN_FLOAT64) cwn_lanes_normals64(l, v + i++);
        else {
            const cwn_lanes_groups e = cwn_lanes_elements(l, distribution, type, v[i]);
            if (cwn_is_16(type)) ((ushort16 *)v)[i] = convert_ushort16(as_uint16(e));
            else v[i] = e;
        }
    }
}

/* --------------------------------------------------------------------------------------------- truncated normals */

#define OUTSIDE 0x40000000u /* the bits of a number that is not kept */

/* Groups of a tile that have not all of their numbers yet. */
typedef struct { uint group[CW_LANES_TILE + CWN_LANES], count; } cwn_lanes_list;

/* Words to numbers without scale and shift. Of pairs that have one outside, *outside is 1: finite numbers, so what has
 * the bits of both is outside if one is. */
CWN_FN cwn_lanes_groups cwn_lanes_try(cwn_lanes_groups w, uint8 *outside) {
    const cwn_pair p = cwn_normal(w, w >> 32);
    const uint8 first = cwn_bits32(p.first), second = cwn_bits32(p.second);
    *outside = cwn_is_outside(cwn_float(first | second));
    return cwn_lanes_mixed(first, second);
}

/* The lanes of v where `keep` is 1, in order, and how many. Behind them is `rest`, or a lane that is not kept. */
#if defined(__AVX512VL__) && defined(__AVX512DQ__) && defined(CWN_PERMUTES)
CWN_FN uint cwn_lanes_kept(uint8 v, uint8 keep, uint8 rest, uint8 *kept) {
    const uchar mask = __builtin_ia32_cvtd2mask256(as_int8(keep << 31));
    *kept = as_uint8(__builtin_ia32_compresssi256_mask(as_int8(v), as_int8(rest), mask));
    return popcount((uint)mask);
}
#else
CWN_FN uint cwn_lanes_kept(uint8 v, uint8 keep, uint8 rest, uint8 *kept) {
    uint from[CWN_LANES], is_kept[CWN_LANES], to[CWN_LANES + 1], n = 0;
    vstore8(v, 0, from);
    vstore8(keep, 0, is_kept);
    vstore8(rest, 0, to);
    for (uint i = 0; i < CWN_LANES; i++) {
        to[n] = from[i];
        n += is_kept[i];
    }
    *kept = vload8(0, to);
    return n;
}
#endif

CWN_FN void cwn_lanes_try_first(uint groups, cwn_lanes_groups *v, cwn_lanes_list *t) {
    uint n = 0;
    for (uint g = 0; g < groups; g += CWN_LANES) {
        uint8 low, high, listed;
        v[g / 4] = cwn_lanes_try(v[g / 4], &low);
        v[g / 4 + 1] = cwn_lanes_try(v[g / 4 + 1], &high);
        const uint more = cwn_lanes_kept(g + convert_uint8(IOTA), (uint8)(low.even | low.odd, high.even | high.odd),
                                         (uint8)(0), &listed);
        vstore8(listed, 0, t->group + n);
        n += more;
    }
    t->count = n;
}

/* What is inside of a group's numbers and of four new ones, in order; whether it is less than a group. */
CWN_FN uint cwn_lanes_merge(uint *number, const uint *more) {
    uint8 kept;
    const uint8 all = (uint8)(vload4(0, number), vload4(0, more));
    const uint n = cwn_lanes_kept(all, ~all >> 30 & 1, (uint8)(OUTSIDE), &kept);
    vstore4(kept.lo, 0, number);
    return n < 4;
}

/* How many groups after the first those are that the tile has in these places; they follow one another unless they have
 * numbers. */
CWN_FN ulong8 cwn_lanes_numbers(const ulong *number, uint8 place) {
    if (!number) return convert_ulong8(place);
    return (ulong8)(number[place.s0], number[place.s1], number[place.s2], number[place.s3], number[place.s4],
                    number[place.s5], number[place.s6], number[place.s7]);
}

/* The listed groups get what their next block has. A counter may carry between the blocks of a group. */
CWN_FN void cwn_lanes_try_again(cwn_launch l, cwn_lanes_counter c, const ulong *number, uint block,
                                cwn_lanes_groups *v, cwn_lanes_list *t) {
    const uint stride = cwn_lanes_stride(CWN_TRUNCATED_NORMAL);
    uint left = 0;
    vstore8((uint8)(0), 0, t->group + t->count);
    for (uint j = 0; j < t->count; j += CWN_LANES) {
        const ulong8 which = cwn_lanes_numbers(number, vload8(0, t->group + j));
        cwn_lanes_groups more[2];
        uint8 outside;
        cwn_lanes_pack(cwn_philox(cwn_lanes_skip(c, which, stride, block), l.key0, l.key1), more);
        for (uint i = 0; i < 2; i++) more[i] = cwn_lanes_try(more[i], &outside);
        for (uint k = 0; k < CWN_LANES && j + k < t->count; k++) {
            const uint group = t->group[j + k];
            t->group[left] = group;
            left += cwn_lanes_merge((uint *)v + 4 * group, (const uint *)more + 4 * k);
        }
    }
    t->count = left;
}

CWN_FN void cwn_lanes_truncate(cwn_launch l, cwn_lanes_counter c, const ulong *number, uint groups,
                               cwn_lanes_groups *v) {
    cwn_lanes_list t;
    cwn_lanes_try_first(groups, v, &t);
    for (uint block = 1; t.count; block++) cwn_lanes_try_again(l, c, number, block, v, &t);
}

/* ---------------------------------------------------------------------------------------------------------- proofs */

CWN_FN uint8 cwn_lanes_proof(cwn_word distribution, ulong8 w) {
    if (distribution == CWN_RADIUS) return cwn_bits32(cwn_radius(w));
    return cwn_bits32(distribution == CWN_SINE ? cwn_turn(w).first : cwn_turn(w).second);
}

CWN_FN void cwn_lanes_prove(cwn_word distribution, ulong group, uint groups, cwn_lanes_groups *v) {
    for (uint g = 0; g < groups; g += 4) {
        const ulong8 w = 4 * (group + g) + IOTA;
        v[g / 4] = as_ulong8((uint16)(cwn_lanes_proof(distribution, w), cwn_lanes_proof(distribution, w + 8)));
    }
}

/* --------------------------------------------------------------------------------------------------------- memory */

/* The range of a launch in memory, whose element `first` is the first. */
typedef struct { global uchar *memory; ulong first, count; } cwn_lanes_range;

/* Memory has the alignment of an element. */
typedef uint16 cwn_lanes_anywhere __attribute__((aligned(2)));
typedef ushort16 cwn_lanes_half_anywhere __attribute__((aligned(2)));

/* Of `elements` elements of `size` bytes, from element `first` of the tensor on, those that are in the range, whose
 * `count` elements from `begin` on are in memory. */
NOINLINE void cwn_lanes_put(global uchar *memory, ulong begin, ulong count, uint size, ulong first, uint elements,
                            const uchar *v) {
    const uint before = first < begin ? (uint)(begin - first) : 0, most = 64 / size;
    const ulong at = first + before - begin;
    const uchar *from = v + before * size;
    global uchar *to = memory + at * size;
    uint n = (uint)min((ulong)(elements - before), count - at);
    for (; n >= most; n -= most, from += 64, to += 64)
        *(global cwn_lanes_anywhere *)to = *(const cwn_lanes_anywhere *)from;
    for (uint i = 0; i < n * size / 2; i++) ((global ushort *)to)[i] = ((const ushort *)from)[i];
}

/* A tile that is in the range, straight to memory: sooner where there is little to make, and else only more code. */
CWN_FN void cwn_lanes_make_there(cwn_launch l, cwn_word distribution, cwn_word type, uint groups,
                                 const cwn_lanes_groups *v, global uchar *to) {
    for (uint i = 0; i < groups / 4; i++) {
        const cwn_lanes_groups e = cwn_lanes_elements(l, distribution, type, v[i]);
        if (cwn_is_16(type)) ((global cwn_lanes_half_anywhere *)to)[i] = convert_ushort16(as_uint16(e));
        else ((global cwn_lanes_anywhere *)to)[i] = as_uint16(e);
    }
}

/* -------------------------------------------------------------------------------------------------------- kernels */

CWN_FN void cwn_lanes_fill_tile(cwn_launch l, cwn_word distribution, cwn_word type, cwn_lanes_range r,
                                cwn_lanes_counter c, ulong group, uint groups) {
    const uint size = cwn_bytes_of(type), elements = groups * cwn_group_elements(type);
    const ulong first = group * cwn_group_elements(type), at = first - r.first;
    cwn_lanes_groups v[TILE_VECTORS];
    if (distribution >= CWN_RADIUS) cwn_lanes_prove(distribution, group, groups, v);
    else
        cwn_lanes_draw(l.key0, l.key1, c, cwn_lanes_stride(distribution), groups, v, r.memory + at * size,
                       elements / groups * size);
    if (distribution == CWN_TRUNCATED_NORMAL) cwn_lanes_truncate(l, c, 0, groups, v);
    if (distribution != CWN_NORMAL && groups % 4 == 0 && at < r.count && r.count - at >= elements)
        cwn_lanes_make_there(l, distribution, type, groups, v, r.memory + at * size);
    else {
        cwn_lanes_make(l, distribution, type, groups, v);
        cwn_lanes_put(r.memory, r.first, r.count, size, first, elements, (const uchar *)v);
    }
}

/* `groups` groups from `group` on of what a launch writes to r. */
CWN_FN void cwn_lanes_fill(cwn_launch l, cwn_word distribution, cwn_word type, cwn_lanes_range r, ulong group,
                           ulong groups) {
    const uint stride = cwn_lanes_stride(distribution);
    while (groups) {
        const cwn_lanes_counter c = cwn_lanes_counter_of(l, group, stride);
        const uint n = (uint)min(min(groups, (ulong)CW_LANES_TILE), cwn_lanes_run_of(c, stride));
        cwn_lanes_fill_tile(l, distribution, type, r, c, group, n);
        group += n;
        groups -= n;
    }
}

/* ----------------------------------------------------------------------------------------------------- runs of slices */

/* Runs of so many groups are ranges, one by one; of shorter ones as many as a tile has room for are made together. */
#define LONG_RUN 128

/* Of neighbours along axis 1 only the first is looked for. */
CWN_FN void cwn_lanes_rows(const cwn_slice *s, ulong row, uint rows, cwn_spot *spot) {
    const cwn_axis along = s->axis[1];
    cwn_spot p = cwn_spot_of(0, 0);
    for (uint i = 0, left = 0; i < rows; i++, left--) {
        p.from += along.from;
        p.to += along.to;
        if (left == 0) {
            p = cwn_spot_of_row(s, row + i);
            left = s->axes < 2 ? 1 : (uint)min((ulong)rows, along.extent - (row + i) % along.extent);
        }
        spot[i] = p;
    }
}

CWN_FN ulong cwn_lanes_begin(cwn_spot p, cwn_word type) { return p.from / cwn_group_elements(type); }

CWN_FN ulong cwn_lanes_end(cwn_spot p, ulong run, cwn_word type) {
    return (p.from + run + cwn_group_elements(type) - 1) / cwn_group_elements(type);
}

/* A slice in memory: neighbours in a run are neighbours there. */
CWN_FN cwn_lanes_range cwn_lanes_run(cwn_spot p, ulong run, cwn_word type, global uchar *memory) {
    const cwn_lanes_range r = {memory + p.to * cwn_bytes_of(type), p.from, run};
    return r;
}

CWN_FN void cwn_lanes_list_run(cwn_spot p, ulong run, cwn_word type, global uchar *memory, cwn_lanes_bundle *b) {
    const uint bytes = (uint)run * cwn_bytes_of(type);
    const ulong begin = cwn_lanes_begin(p, type);
    const uint groups = (uint)(cwn_lanes_end(p, run, type) - begin);
    global uchar *to = memory + p.to * cwn_bytes_of(type);
    for (uint i = 0; i < bytes; i += 64) b->line[b->lines++] = to + i;
    for (uint i = 0; i < groups; i += CWN_LANES) vstore8(begin + i + IOTA, 0, b->number + b->groups + i);
    b->groups += groups;
}

CWN_FN void cwn_lanes_fill_runs(cwn_launch l, cwn_word distribution, cwn_word type, const cwn_slice *s,
                                global uchar *memory, ulong row, uint rows) {
    const uint size = cwn_bytes_of(type), each = cwn_group_elements(type), stride = cwn_lanes_stride(distribution);
    const cwn_lanes_counter c = cwn_lanes_counter_of(l, 0, stride);
    cwn_lanes_bundle b;
    cwn_spot spot[CW_LANES_TILE];
    cwn_lanes_groups v[TILE_VECTORS];
    cwn_lanes_rows(s, row, rows, spot);
    b.groups = b.lines = 0;
    for (uint i = 0; i < rows; i++) cwn_lanes_list_run(spot[i], s->run, type, memory, &b);
    for (uint i = 0; i < STEP; i++) b.number[b.groups + i] = b.number[b.groups - 1];
    cwn_lanes_draw_listed(l.key0, l.key1, c, stride, &b, v);
    if (distribution == CWN_TRUNCATED_NORMAL) cwn_lanes_truncate(l, c, b.number, b.groups, v);
    cwn_lanes_make(l, distribution, type, b.groups, v);
    const uchar *from = (const uchar *)v;
    for (uint i = 0; i < rows; i++) {
        const ulong begin = cwn_lanes_begin(spot[i], type);
        const uint elements = (uint)(cwn_lanes_end(spot[i], s->run, type) - begin) * each;
        cwn_lanes_put(memory + spot[i].to * size, spot[i].from, s->run, size, begin * each, elements, from);
        from += elements * size;
    }
}

/* Launches that flush are left to kernels.cl: no loop here has to ask. */
#define CW_ROW(name, distribution, type)                                                                               \
    NOINLINE void cwn_lanes_##name(cwn_launch l, cwn_lanes_range r, ulong group, ulong groups) {                       \
        l.flush = 0;                                                                                                   \
        cwn_lanes_fill(l, distribution, type, r, group, groups);                                                       \
    }                                                                                                                  \
    KERNEL void cw_lanes_##name(cwn_launch l, global uchar *memory, ulong offset) {                                    \
        const cwn_lanes_range r = {memory + offset, l.first, l.count};                                                 \
        const ulong begin = cwn_first_group(l), groups = cwn_end_group(l) - begin;                                     \
        for (ulong g = get_global_id(0) * CW_LANES_TILE; g < groups; g += get_global_size(0) * CW_LANES_TILE)          \
            cwn_lanes_##name(l, r, begin + g, min(groups - g, (ulong)CW_LANES_TILE));                                  \
    }
CWN_LANES_TABLE(CW_ROW)
#undef CW_ROW

/* Tiles of long runs, or rows of short ones. */
#define CW_ROW(name, distribution, type)                                                                               \
    NOINLINE void cwn_lanes_runs_##name(cwn_launch l, const cwn_slice *s, global uchar *memory, ulong row,             \
                                        uint rows) {                                                                   \
        l.flush = 0;                                                                                                   \
        cwn_lanes_fill_runs(l, distribution, type, s, memory, row, rows);                                              \
    }                                                                                                                  \
    KERNEL void cw_lanes_runs_##name(cwn_launch l, cwn_slice s, global uchar *memory, ulong offset) {                  \
        const ulong groups = s.axis[0].extent, tiles = (groups + CW_LANES_TILE - 1) / CW_LANES_TILE;                   \
        const uint rows = CW_LANES_TILE / min(groups, (ulong)CW_LANES_TILE);                                           \
        for (ulong t = get_global_id(0); groups >= LONG_RUN && t < s.rows * tiles; t += get_global_size(0)) {          \
            const cwn_spot p = cwn_spot_of_row(&s, t / tiles);                                                         \
            const ulong end = cwn_lanes_end(p, s.run, type);                                                           \
            const ulong g = cwn_lanes_begin(p, type) + t % tiles * CW_LANES_TILE;                                      \
            if (g < end)                                                                                               \
                cwn_lanes_##name(l, cwn_lanes_run(p, s.run, type, memory + offset), g,                                 \
                                 min(end - g, (ulong)CW_LANES_TILE));                                                  \
        }                                                                                                              \
        for (ulong row = get_global_id(0) * rows; groups < LONG_RUN && row < s.rows; row += get_global_size(0) * rows) \
            cwn_lanes_runs_##name(l, &s, memory + offset, row, (uint)min(s.rows - row, (ulong)rows));                  \
    }
CWN_LANES_DRAWN_TABLE(CW_ROW)
#undef CW_ROW

/* Groups of a range that is an entry of a batch; whether there are lanes for it. */
CWN_FN uint cwn_lanes_entry(cwn_launch l, cwn_lanes_range r, ulong group, ulong groups) {
    if (l.flush) return 0;
    switch (l.distribution << 8 | l.type) {
#define CW_ROW(name, distribution, type)                                                                               \
    case (distribution) << 8 | (type): cwn_lanes_##name(l, r, group, groups); return 1;
        CWN_LANES_TABLE(CW_ROW)
#undef CW_ROW
    default: return 0;
    }
}

/* --------------------------------------------------------------------------------------------------------- matrices */

/* The steps of Householder's and Cholesky's way, of which a work-item is a member of the crew. */
#define CW_ROW(name, step, type, real)                                                                                 \
    KERNEL void name(cwn_matrix m, global uchar *memory, ulong offset, global uchar *scratch, ulong scratch_offset) {  \
        const cwn_crew crew = {get_global_id(0), get_global_size(0)};                                                  \
        if (real == CWN_FLOAT64) cwn_do_householder_64(m, scratch + scratch_offset, crew);                             \
        else cwn_do_householder_32(m, scratch + scratch_offset, crew);                                                 \
    }
CWN_HOUSEHOLDER_TABLE(CW_ROW)
#undef CW_ROW
#define CW_ROW(name, step, type, real)                                                                                 \
    KERNEL void name(cwn_matrix m, global uchar *memory, ulong offset, global uchar *scratch, ulong scratch_offset) {  \
        double room[CWN_BLOCK * CWN_BLOCK];                                                                            \
        const cwn_crew crew = {get_global_id(0), get_global_size(0)};                                                  \
        cwn_do_cholesky(step, m, scratch + scratch_offset, crew, room);                                                \
    }
CWN_CHOLESKY_TABLE(CW_ROW)
CWN_SQUARE_TABLE(CW_ROW)
#undef CW_ROW
#undef EACH_WAY
