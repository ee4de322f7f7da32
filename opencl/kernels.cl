/* SPDX-License-Identifier: Apache-2.0
 *
 * The kernels: two per row of CWN_KERNEL_TABLE, each the same loop over groups of a range or over items of a slice. They own
 * the loads and stores; the values and the places are the numeric text's, which the build puts in front of this file in place
 * of the #include. And one per row of CWN_MATRIX_TABLE, which are all numeric text; where the program has lanes, those of
 * Householder's and Cholesky's way are in lanes.cl.
 */
#include "numeric/group.h"
#ifndef CWN_NO_FP64
#include "numeric/orthogonal.h"
#endif
#include "numeric/batch.h"
#include "numeric/tile.h"

/* Neighbours of a group that is only partly in the span stay untouched. `lanes` is 4, or 2 where it was drawn in 64 bits. */
static inline void cw_store_words(global uint *memory, cwn_span s, cwn_word lanes, cwn_group g) {
    global uint *to = memory + s.to;
    if (lanes == 4 && cwn_has_all(s, 4)) {
        vstore4((uint4)(g.e0, g.e1, g.e2, g.e3), 0, to);
        return;
    }
    if (cwn_has(s, 0)) to[0] = g.e0;
    if (cwn_has(s, 1)) to[s.step] = g.e1;
    if (lanes == 4 && cwn_has(s, 2)) to[2 * s.step] = g.e2;
    if (lanes == 4 && cwn_has(s, 3)) to[3 * s.step] = g.e3;
}

static inline void cw_store_halves(global ushort *memory, cwn_span s, cwn_word lanes, cwn_group g) {
    global ushort *to = memory + s.to;
    if (lanes == 4 && cwn_has_all(s, 4)) {
        vstore4((ushort4)(g.e0, g.e1, g.e2, g.e3), 0, to);
        return;
    }
    if (cwn_has(s, 0)) to[0] = (ushort)g.e0;
    if (cwn_has(s, 1)) to[s.step] = (ushort)g.e1;
    if (lanes == 4 && cwn_has(s, 2)) to[2 * s.step] = (ushort)g.e2;
    if (lanes == 4 && cwn_has(s, 3)) to[3 * s.step] = (ushort)g.e3;
}

static inline void cw_store_longs(global ulong *memory, cwn_span s, cwn_group g) {
    global ulong *to = memory + s.to;
    if (cwn_has_all(s, 2)) {
        vstore2((ulong2)(cwn_joined(g.e0, g.e1), cwn_joined(g.e2, g.e3)), 0, to);
        return;
    }
    if (cwn_has(s, 0)) to[0] = cwn_joined(g.e0, g.e1);
    if (cwn_has(s, 1)) to[s.step] = cwn_joined(g.e2, g.e3);
}

static inline void cw_store(cwn_word store, global uchar *memory, cwn_span s, cwn_word lanes, cwn_group g) {
    if (cwn_is_16(store)) cw_store_halves((global ushort *)memory, s, lanes, g);
    else if (cwn_is_64(store)) cw_store_longs((global ulong *)memory, s, g);
    else cw_store_words((global uint *)memory, s, lanes, g);
}

/* The group at a place of a slice, drawn in one type and stored in another. */
static inline void cw_put(cwn_word type, cwn_word store, global uchar *memory, cwn_spot p, ulong run, ulong step, cwn_group g) {
    cw_store(store, memory, cwn_span_in_run(p, type, run, step), cwn_group_elements(type), cwn_narrowed(g, type, store));
}

/* ------------------------------------------------------------------------------------------------------------ tiles */

/* Each kernel is to have its own, with nothing left of other distributions; LLVM leaves some of them out of line. */
#ifdef __OPTIMIZE__
#define CW_INLINE static inline __attribute__((always_inline))
#else
#define CW_INLINE static inline
#endif

static inline uint4 cw_tile_bytes(cwn_launch l, cwn_tiles t, cwn_word distribution, cwn_word type, uint counter) {
    const cwn_group g = cwn_tile_words(l, t, distribution, type, counter);
    return (uint4)(g.e0, g.e1, g.e2, g.e3);
}

static inline global uint4 *cw_first_tile(cwn_launch l, cwn_tiles t, cwn_word type, global uchar *memory) {
    return (global uint4 *)(memory + (t.first * cwn_group_elements(type) - l.first) * cwn_bytes_of(type));
}

/* No bounds, 32 bits for what is counted, and stores of 16 bytes side by side. */
CW_INLINE void cw_fill_tiles(cwn_launch l, cwn_tiles t, cwn_word distribution, cwn_word type, global uchar *memory) {
    const uint groups = cwn_groups_of_16_bytes(type), begin = get_group_id(0) * CWN_TILE_GROUPS + get_local_id(0) * groups;
    const uint step = get_num_groups(0) * CWN_TILE_GROUPS, end = t.philox.counter + t.tiles * CWN_TILE_GROUPS;
    global uint4 *to = cw_first_tile(l, t, type, memory) + begin / groups;
    l.flush = 0; /* else there were no tiles */
    CWN_NO_UNROLL
    for (uint counter = t.philox.counter + begin; counter < end; counter += step, to += step / groups) {
        CWN_UNROLL
        for (uint i = 0; i < CWN_TILE_GROUPS; i += CWN_THREADS * groups)
            to[i / groups] = cw_tile_bytes(l, t, distribution, type, counter + i);
    }
}

/* What is left of a tile, or less than a tile for each compute unit, shared out to `step` work-items. */
CW_INLINE void cw_fill_rest(cwn_launch l, cwn_tiles t, cwn_word distribution, cwn_word type, global uchar *memory,
                            uint item, uint step) {
    const uint groups = cwn_groups_of_16_bytes(type), begin = t.tiles * CWN_TILE_GROUPS, end = t.philox.counter + begin + t.rest;
    global uint4 *to = cw_first_tile(l, t, type, memory) + begin / groups + item;
    l.flush = 0;
    CWN_NO_UNROLL
    for (uint counter = t.philox.counter + begin + item * groups; counter < end; counter += step * groups, to += step)
        *to = cw_tile_bytes(l, t, distribution, type, counter);
}

/* Four groups for each work-item, half a tile. The groups that are not full after their first block, one in six, are written
 * down, with the numbers that these gave, and shared out again. */
typedef struct { global uchar *to; local float4 *begun; local ushort *begun_group; local uint *count; } cw_half;

static inline void cw_store_group(cwn_word type, global uchar *memory, uint group, cwn_group g) {
    const cwn_group p = cwn_packed(g, g);
    if (cwn_is_16(type)) ((global uint2 *)memory)[group] = (uint2)(p.e0, p.e1);
    else ((global uint4 *)memory)[group] = (uint4)(g.e0, g.e1, g.e2, g.e3);
}

static inline void cw_begin_group(cwn_launch l, cwn_word type, cw_half h, uint group, cwn_block x) {
    const cwn_begun n = cwn_begin_truncated(x);
    if (cwn_is_complete(n)) cw_store_group(type, h.to, group, cwn_scaled_begun(l, type, n));
    else {
        const uint at = atomic_inc(h.count);
        h.begun[at] = (float4)(n.e0, n.e1, n.e2, n.e3);
        h.begun_group[at] = (ushort)group;
    }
}

/* `first` is the half's first group in the tensor. */
static inline void cw_finish_group(cwn_launch l, cwn_word type, cw_half h, ulong first, uint at) {
    const uint group = h.begun_group[at];
    const cwn_begun n = {h.begun[at].x, h.begun[at].y, h.begun[at].z, h.begun[at].w};
    cw_store_group(type, h.to, group, cwn_complete_truncated(l, type, first + group, n));
}

CW_INLINE void cw_fill_truncated_tiles(cwn_launch l, cwn_tiles t, cwn_word type, global uchar *memory, local float4 *room) {
    cw_half h = {memory, room, (local ushort *)(room + CWN_HALF_TILE), (local uint *)(room + CWN_HALF_TILE + CWN_HALF_TILE / 8)};
    l.flush = 0;
    for (ulong i = get_group_id(0); i < 2 * (ulong)t.tiles; i += get_num_groups(0)) {
        const ulong first = t.first + i * CWN_HALF_TILE;
        const cwn_folded f = cwn_fold(cwn_counter_of(l, first << 8, first >> 56), l.key0, l.key1);
        h.to = memory + (first * 4 - l.first) * cwn_bytes_of(type);
        if (get_local_id(0) == 0) *h.count = 0;
        barrier(CLK_LOCAL_MEM_FENCE);
        CWN_UNROLL
        for (uint g = 0; g < CWN_HALF_TILE; g += CWN_THREADS)
            cw_begin_group(l, type, h, g + get_local_id(0), cwn_tile_block(t, f, f.counter + ((g + get_local_id(0)) << 8)));
        barrier(CLK_LOCAL_MEM_FENCE);
        for (uint at = get_local_id(0); at < *h.count; at += CWN_THREADS) cw_finish_group(l, type, h, first, at);
        barrier(CLK_LOCAL_MEM_FENCE);
    }
}

/* --------------------------------------------------------------------------------------------------------- ranges */

/* Those before and after the tiles, one by one. Element l.first goes to memory[0]. */
CW_INLINE void cw_fill_groups(cwn_launch l, cwn_tiles t, cwn_word distribution, cwn_word type, global uchar *memory,
                              ulong item, ulong step) {
    const ulong size = cwn_group_elements(type), first = l.first / size, skipped = cwn_groups_in(t);
    const ulong count = (l.first + l.count + size - 1) / size - first - skipped;
    for (ulong i = item; i < count; i += step) {
        const ulong group = first + cwn_beside_tiles(i, t.first - first, skipped);
        cw_store(type, memory, cwn_span_in_range(l, type, group), size, cwn_group_of(l, distribution, type, group));
    }
}

/* A CPU has no use for tiles, and compiles them for long. */
#ifdef CW_IN_TILES
#define CW_HAS_TILES(distribution, type) cwn_has_tiles(distribution, type)
#else
#define CW_HAS_TILES(distribution, type) 0
#endif

/* All that is in tiles. */
CW_INLINE void cw_fill_whole(cwn_launch l, cwn_tiles t, cwn_word distribution, cwn_word type, global uchar *memory,
                             local float4 *room) {
    if (distribution == CWN_TRUNCATED_NORMAL) cw_fill_truncated_tiles(l, t, type, memory, room);
    else {
        if (cwn_makes_eight(distribution, type)) cw_fill_tiles(l, t, distribution, type, memory);
        cw_fill_rest(l, t, distribution, type, memory, get_global_id(0), get_global_size(0));
    }
}

/* A buffer that is the host's own memory may begin anywhere: then there are no tiles. */
#define CW_ROW(name, distribution, type) \
    kernel void cw_fill_##name(cwn_launch l, cwn_tiles t, global uchar *memory, ulong offset, local float4 *room) { \
        if ((ulong)memory % 16) t.tiles = t.rest = 0; \
        if (CW_HAS_TILES(distribution, type) && cwn_groups_in(t)) cw_fill_whole(l, t, distribution, type, memory + offset, room); \
        cw_fill_groups(l, t, distribution, type, memory + offset, get_global_id(0), get_global_size(0)); \
    }
CWN_KERNEL_TABLE(CW_ROW)
CWN_PROOF_TABLE(CW_ROW)
#undef CW_ROW

/* A row's place is found once, and then its items are walked: GROUP is the group at place q, and `store` its type in memory. */
#define CW_WALK(type, store, GROUP) \
    const cwn_spot start = cwn_along(s.axis[0], get_global_id(0), s.groups == 0); \
    const cwn_spot stride = cwn_along(s.axis[0], get_global_size(0), s.groups == 0); \
    for (ulong row = get_global_id(1); row < s.rows; row += get_global_size(1)) { \
        cwn_spot q = cwn_moved(cwn_spot_of_row(&s, row), start); \
        for (ulong i = get_global_id(0); i < s.axis[0].extent; i += get_global_size(0), q = cwn_moved(q, stride)) \
            cw_put(type, store, memory + offset, q, s.run, s.step, GROUP); \
    }

#define CW_SLICE(name, distribution, type, store) \
    kernel void name(cwn_launch l, cwn_slice s, global uchar *memory, ulong offset) { \
        CW_WALK(type, store, cwn_group_of(l, distribution, type, cwn_group_at(q, type))) \
    }
#define CW_ROW(name, distribution, type) CW_SLICE(cw_slice_##name, distribution, type, type)
CWN_KERNEL_TABLE(CW_ROW)
#undef CW_ROW
#define CW_ROW(name, distribution, type) CW_SLICE(cw_round_##name, distribution, type, (cwn_word)s.store)
CWN_ROUND_TABLE(CW_ROW)
#undef CW_ROW

#ifndef CWN_NO_FP64
/* The elements of a group that lie in memory, as they would be drawn; what is beyond the tensor is not read. */
static inline cwn_group cw_load(global const uchar *source, cwn_word type, ulong group, ulong elements) {
    const ulong at = group * cwn_group_elements(type);
    uint e[4] = {0, 0, 0, 0};
    if (cwn_is_64(type)) {
        global const ulong *from = (global const ulong *)source + at;
        return cwn_group_64(at < elements ? from[0] : 0, at + 1 < elements ? from[1] : 0);
    }
    for (uint lane = 0; lane < 4; lane++) {
        if (at + lane >= elements) continue;
        e[lane] = cwn_is_16(type) ? ((global const ushort *)source)[at + lane] : ((global const uint *)source)[at + lane];
    }
    const cwn_group g = {e[0], e[1], e[2], e[3]};
    return g;
}

#define CW_COPY(name, type, store) \
    kernel void name(cwn_launch l, cwn_slice s, global uchar *memory, ulong offset, global const uchar *source, ulong from) { \
        (void)l; \
        CW_WALK(type, store, cw_load(source + from, type, cwn_group_at(q, type), s.source)) \
    }
#define CW_ROW(name, distribution, type) CW_COPY(cw_slice_##name, type, type)
CWN_COPY_TABLE(CW_ROW)
#undef CW_ROW
#define CW_ROW(name, distribution, type) CW_COPY(cw_round_##name, type, (cwn_word)s.store)
CWN_ROUND_COPY_TABLE(CW_ROW)
#undef CW_ROW
#endif

/* The items of a tile, shared out to a work-group; WALK goes past the axes to where item p.item is. */
#define CW_ITEMS(type, distribution, store, WALK) \
    for (ulong item = of.begin + get_local_id(0); item < of.end; item += get_local_size(0)) { \
        cwn_spot p = {item, first_element, 0, item}; \
        WALK \
        cw_put(type, store, memory + at, p, run, step, cwn_group_of(l, distribution, type, cwn_group_at(p, type))); \
    }
#define CW_PAST_AXES \
    p.group = 0; \
    for (uint k = 0; k < e->slice.axes; k++) p = cwn_passed(p, e->slice.axis[k], k == e->slice.groups);

/* Items of a range, which are groups: as many as can be as the rest of tiles are. */
CW_INLINE void cw_fill_range(global const cwn_entry *e, cwn_items of, cwn_word distribution, cwn_word type, global uchar *memory) {
    const cwn_launch l = cwn_range_of(e, type, of);
    global uchar *to = memory + e->memory + (l.first - e->slice.first) * cwn_bytes_of(type);
    cwn_tiles t = cwn_no_tiles();
    if (CW_HAS_TILES(distribution, type)) t = cwn_tiles_in(l, distribution, type, (ulong)to, (ulong)0 - 1, 1);
    if (t.rest) cw_fill_rest(l, t, distribution, type, to, get_local_id(0), get_local_size(0));
    cw_fill_groups(l, t, distribution, type, to, get_local_id(0), get_local_size(0));
}

/* Of a single run an item is a group. */
#define CW_TILE_OF(type, distribution) \
    if (e->slice.axes > 1 || e->slice.groups != 0) CW_ITEMS(type, distribution, CWN_STORE(type, e->slice.store), CW_PAST_AXES) \
    else if (!cwn_is_range(e, type, CWN_STORE(type, e->slice.store))) CW_ITEMS(type, distribution, CWN_STORE(type, e->slice.store), ) \
    else cw_fill_range(e, of, distribution, type, memory);

/* A tile of a range, where the program has lanes (lanes.cl, under its other prefix). */
#ifdef CW_LANES_TILE
static inline uint cw_tile_in_lanes(global const cwn_entry *e, cwn_items of, global uchar *memory) {
    const cwl_lanes_range r = {memory + e->memory, e->slice.first, e->slice.run};
    if (!cwn_is_range(e, e->launch.type, CWN_STORE(e->launch.type, e->slice.store))) return 0;
    const ulong group = e->slice.first / cwn_group_elements(e->launch.type) + of.begin;
    return cwl_lanes_entry(*(global const cwl_launch *)&e->launch, r, group, of.end - of.begin);
}
#define CW_TILE_IN_LANES(e, of, memory) cw_tile_in_lanes(e, of, memory)
#else
#define CW_TILE_IN_LANES(e, of, memory) 0
#endif

/* Work-groups take tiles in turn. */
kernel void cw_batch(global const cwn_entry *table, ulong first, ulong count, ulong tiles, global uchar *memory) {
    global const cwn_entry *entries = (global const cwn_entry *)((global const uchar *)table + sizeof(cwn_table)) + first;
    for (ulong tile = get_group_id(0); tile < tiles; tile += get_num_groups(0)) {
        global const cwn_entry *e = entries + cwn_entry_of(entries, count, tile);
        const cwn_items of = cwn_items_of(e->items, e->end, tile);
        if (CW_TILE_IN_LANES(e, of, memory)) continue;
        const cwn_launch l = e->launch;
        const ulong first_element = e->slice.first, run = e->slice.run, step = e->slice.step, at = e->memory;
        switch (CWN_CASE(l.distribution, l.type)) {
#define CW_ROW(name, distribution, type) \
    case CWN_CASE(distribution, type): CW_TILE_OF(type, distribution) break;
            CWN_KERNEL_TABLE(CW_ROW)
#undef CW_ROW
        }
    }
}

#ifndef CWN_NO_FP64
#define CW_ROW(name, step, type, real) \
    kernel void name(cwn_matrix m, global uchar *memory, ulong offset, global uchar *scratch, ulong scratch_offset) { \
        const cwn_crew crew = {get_global_id(0), get_global_size(0)}; \
        cwn_do_step(step, type, real, m, memory + offset, scratch + scratch_offset, crew); \
    }
CWN_CREW_TABLE(CW_ROW)
#ifndef CW_LANES_TILE /* else lanes.cl has the others */
CWN_HOUSEHOLDER_TABLE(CW_ROW)
#endif
#undef CW_ROW

#ifndef CW_LANES_TILE
#define CW_ROW(name, step, type, real) \
    kernel __attribute__((reqd_work_group_size(CWN_SOLVERS, 1, 1))) void name( \
        cwn_matrix m, global uchar *memory, ulong offset, global uchar *scratch, ulong scratch_offset) { \
        local double room[CWN_BLOCK * CWN_BLOCK]; \
        (void)memory, (void)offset; \
        const cwn_crew crew = {get_global_id(0), get_global_size(0)}; \
        cwn_do_cholesky(step, m, scratch + scratch_offset, crew, room); \
    }
CWN_CHOLESKY_TABLE(CW_ROW)
#undef CW_ROW

#define CW_ROW(name, step, type, real) \
    kernel __attribute__((reqd_work_group_size(CWN_THREADS, 1, 1))) void name( \
        cwn_matrix m, global uchar *memory, ulong offset, global uchar *scratch, ulong scratch_offset) { \
        local cwn_layer common; \
        (void)memory, (void)offset; \
        const cwn_crew groups = {get_group_id(0), get_num_groups(0)}; \
        cwn_do_squares(step, m, scratch + scratch_offset, groups, get_local_id(0), &common); \
    }
CWN_SQUARE_TABLE(CW_ROW)
#undef CW_ROW
#endif
#endif
