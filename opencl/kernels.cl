/* SPDX-License-Identifier: Apache-2.0
 *
 * The kernels: two per row of CWN_KERNEL_TABLE, each the same loop over groups of a range or over items of a slice. They own
 * the loads and stores; the values and the places are the numeric text's, which the build puts in front of this file in place
 * of the #include. And one per row of CWN_MATRIX_TABLE, which are all numeric text; where the program has lanes, those of
 * Cholesky's way are in lanes.cl.
 */
#include "numeric/group.h"
#ifndef CWN_NO_FP64
#include "numeric/orthogonal.h"
#endif
#include "numeric/batch.h"

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

/* Element l.first goes to memory[offset], in bytes. */
static inline void cw_fill(cwn_launch l, cwn_word distribution, cwn_word type, global uchar *memory, ulong offset) {
    const ulong size = cwn_group_elements(type), end = (l.first + l.count + size - 1) / size;
    for (ulong group = l.first / size + get_global_id(0); group < end; group += get_global_size(0))
        cw_store(type, memory + offset, cwn_span_in_range(l, type, group), size, cwn_group_of(l, distribution, type, group));
}

#define CW_ROW(name, distribution, type) \
    kernel void cw_fill_##name(cwn_launch l, global uchar *memory, ulong offset) { \
        cw_fill(l, distribution, type, memory, offset); \
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
#define CW_TILE(type, distribution, store, WALK) \
    for (ulong item = of.begin + get_local_id(0); item < of.end; item += get_local_size(0)) { \
        cwn_spot p = {item, first_element, 0, item}; \
        WALK \
        cw_put(type, store, memory + at, p, run, step, cwn_group_of(l, distribution, type, cwn_group_at(p, type))); \
    }
#define CW_PAST_AXES \
    p.group = 0; \
    for (uint k = 0; k < e->slice.axes; k++) p = cwn_passed(p, e->slice.axis[k], k == e->slice.groups);

/* Of a single run an item is a group: what is left to do is what the kernel of a range does. */
#define CW_TILE_OF(type, distribution) \
    if (e->slice.axes > 1 || e->slice.groups != 0) CW_TILE(type, distribution, CWN_STORE(type, e->slice.store), CW_PAST_AXES) \
    else if (CWN_STORE(type, e->slice.store) != type) CW_TILE(type, distribution, CWN_STORE(type, e->slice.store), ) \
    else CW_TILE(type, distribution, type, )

/* A tile of a range, where the program has lanes (lanes.cl, under its other prefix). */
#ifdef CW_LANES_TILE
static inline uint cw_tile_in_lanes(global const cwn_entry *e, cwn_items of, global uchar *memory) {
    const cwl_lanes_range r = {memory + e->memory, e->slice.first, e->slice.run};
    if (e->slice.axes > 1 || e->slice.groups != 0 || e->slice.step != 1 || CWN_STORE(e->launch.type, e->slice.store) != e->launch.type)
        return 0;
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
#undef CW_ROW

#ifndef CW_LANES_TILE /* else lanes.cl has the others */
#define CW_ROW(name, step, type, real) \
    kernel __attribute__((reqd_work_group_size(CWN_SOLVERS, 1, 1))) void name( \
        cwn_matrix m, global uchar *memory, ulong offset, global uchar *scratch, ulong scratch_offset) { \
        local double room[CWN_BLOCK * CWN_BLOCK]; \
        const cwn_crew crew = {get_global_id(0), get_global_size(0)}; \
        cwn_do_cholesky(step, m, scratch + scratch_offset, crew, room); \
    }
CWN_CHOLESKY_TABLE(CW_ROW)
#undef CW_ROW

#define CW_ROW(name, step, type, real) \
    kernel __attribute__((reqd_work_group_size(CWN_THREADS, 1, 1))) void name( \
        cwn_matrix m, global uchar *memory, ulong offset, global uchar *scratch, ulong scratch_offset) { \
        local cwn_layer common; \
        const cwn_crew groups = {get_group_id(0), get_num_groups(0)}; \
        cwn_do_squares(step, m, scratch + scratch_offset, groups, get_local_id(0), &common); \
    }
CWN_SQUARE_TABLE(CW_ROW)
#undef CW_ROW
#endif
#endif
