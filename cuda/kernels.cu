/* SPDX-License-Identifier: Apache-2.0
 *
 * The kernels: two per row of CWN_KERNEL_TABLE, each the same loops over groups of a range or over items of a slice. They own
 * the loads and stores, and in tiles Philox's integers; the values and the places are the numeric text's. And one per row of
 * CWN_MATRIX_TABLE, which are all numeric text. One text for all architectures: no __CUDA_ARCH__.
 */
#include "numeric/group.h"
#ifndef CWN_NO_FP64
#include "numeric/orthogonal.h"
#endif
#include "numeric/batch.h"
#include "numeric/tile.h"

static __device__ __forceinline__ bool cw_needs_rows(cwn_word distribution, cwn_word type) {
    const bool is_normal = distribution == CWN_NORMAL || distribution == CWN_TRUNCATED_NORMAL;
    return distribution == CWN_RADIUS || (is_normal && type != CWN_FLOAT64);
}

/* The first thing that a kernel does which may draw float32 normals. Rows that threads want differ: constant memory would
 * give them one after the other. */
static __device__ __forceinline__ void cw_share_rows() {
#ifndef CWN_NO_FP64
    const unsigned thread = threadIdx.y * blockDim.x + threadIdx.x;
    if (thread < 16) cwn_shared_rows[thread] = make_double2(cwn_log_table[2 * thread], cwn_log_table[2 * thread + 1]);
    __syncthreads();
#endif
}

/* Neighbours of a group that is only partly in the span stay untouched. `lanes` is 4, or 2 where it was drawn in 64 bits. */
static __device__ __forceinline__ void cw_store_words(uint32_t *memory, cwn_span s, cwn_word lanes, cwn_group g) {
    uint32_t *to = memory + s.to;
    if (lanes == 4 && cwn_has_all(s, 4) && ((uintptr_t)to & 15) == 0) {
        *(uint4 *)to = make_uint4(g.e0, g.e1, g.e2, g.e3);
        return;
    }
    if (cwn_has(s, 0)) to[0] = g.e0;
    if (cwn_has(s, 1)) to[s.step] = g.e1;
    if (lanes == 4 && cwn_has(s, 2)) to[2 * s.step] = g.e2;
    if (lanes == 4 && cwn_has(s, 3)) to[3 * s.step] = g.e3;
}

static __device__ __forceinline__ void cw_store_halves(uint16_t *memory, cwn_span s, cwn_word lanes, cwn_group g) {
    uint16_t *to = memory + s.to;
    if (lanes == 4 && cwn_has_all(s, 4) && ((uintptr_t)to & 7) == 0) {
        *(uint2 *)to = make_uint2(g.e0 | g.e1 << 16, g.e2 | g.e3 << 16);
        return;
    }
    if (cwn_has(s, 0)) to[0] = (uint16_t)g.e0;
    if (cwn_has(s, 1)) to[s.step] = (uint16_t)g.e1;
    if (lanes == 4 && cwn_has(s, 2)) to[2 * s.step] = (uint16_t)g.e2;
    if (lanes == 4 && cwn_has(s, 3)) to[3 * s.step] = (uint16_t)g.e3;
}

static __device__ __forceinline__ void cw_store_longs(uint64_t *memory, cwn_span s, cwn_group g) {
    uint64_t *to = memory + s.to;
    if (cwn_has_all(s, 2) && ((uintptr_t)to & 15) == 0) {
        *(uint4 *)to = make_uint4(g.e0, g.e1, g.e2, g.e3);
        return;
    }
    if (cwn_has(s, 0)) *(uint2 *)to = make_uint2(g.e0, g.e1);
    if (cwn_has(s, 1)) *(uint2 *)(to + s.step) = make_uint2(g.e2, g.e3);
}

static __device__ __forceinline__ void cw_store(cwn_word store, void *memory, cwn_span s, cwn_word lanes, cwn_group g) {
    if (cwn_is_16(store)) cw_store_halves((uint16_t *)memory, s, lanes, g);
    else if (cwn_is_64(store)) cw_store_longs((uint64_t *)memory, s, g);
    else cw_store_words((uint32_t *)memory, s, lanes, g);
}

/* ------------------------------------------------------------------------------------------------------------ tiles */

static __device__ __forceinline__ uint4 cw_tile_bytes(const cwn_launch &l, const cwn_tiles &t, cwn_word distribution,
                                                      cwn_word type, cwn_word counter) {
    const cwn_group g = cwn_tile_words(l, t, distribution, type, counter);
    return make_uint4(g.e0, g.e1, g.e2, g.e3);
}

/* The blocks that share a fill: all of a grid, or one alone. */
typedef struct { uint32_t block, blocks; } cw_grid;

static __device__ __forceinline__ uint4 *cw_first_tile(const cwn_launch &l, const cwn_tiles &t, cwn_word type, void *memory) {
    return (uint4 *)((char *)memory + (t.first * cwn_group_elements(type) - l.first) * cwn_bytes_of(type));
}

/* No bounds, 32 bits for what is counted, and stores of 16 bytes side by side. */
static __device__ __forceinline__ void cw_fill_tiles(cwn_launch l, const cwn_tiles &t, cw_grid grid, cwn_word distribution,
                                                     cwn_word type, void *memory) {
    const uint32_t groups = cwn_groups_of_16_bytes(type), begin = grid.block * CWN_TILE_GROUPS + threadIdx.x * groups;
    const uint32_t step = grid.blocks * CWN_TILE_GROUPS, end = t.philox.counter + t.tiles * CWN_TILE_GROUPS;
    uint4 *to = cw_first_tile(l, t, type, memory) + begin / groups;
    l.flush = 0; /* else there were no tiles */
#pragma unroll 1
    for (uint32_t counter = t.philox.counter + begin; counter < end; counter += step, to += step / groups) {
#pragma unroll
        for (uint32_t i = 0; i < CWN_TILE_GROUPS; i += CWN_THREADS * groups)
            to[i / groups] = cw_tile_bytes(l, t, distribution, type, counter + i);
    }
}

/* What is left of a tile, or less than a tile for each multiprocessor. */
static __device__ __forceinline__ void cw_fill_rest(cwn_launch l, const cwn_tiles &t, cw_grid grid, cwn_word distribution,
                                                    cwn_word type, void *memory) {
    const uint32_t groups = cwn_groups_of_16_bytes(type), begin = t.tiles * CWN_TILE_GROUPS, end = t.philox.counter + begin + t.rest;
    const uint32_t thread = grid.block * CWN_THREADS + threadIdx.x, step = grid.blocks * CWN_THREADS;
    uint4 *to = cw_first_tile(l, t, type, memory) + begin / groups + thread;
    l.flush = 0;
#pragma unroll 1
    for (uint32_t counter = t.philox.counter + begin + thread * groups; counter < end; counter += step * groups, to += step)
        *to = cw_tile_bytes(l, t, distribution, type, counter);
}

/* ------------------------------------------------------------------------------------------- tiles, truncated normals */

/* Four groups for each thread, half a tile. The groups that are not full after their first block, one in six, are written
 * down, with the numbers that these gave, and shared out again. */
static __shared__ float4 cw_begun[CWN_HALF_TILE];
static __shared__ uint16_t cw_begun_group[CWN_HALF_TILE];
static __shared__ uint32_t cw_begun_count;

/* Whole groups at multiples of their size. */
static __device__ __forceinline__ void cw_store_group(void *memory, cwn_word type, uint64_t group, cwn_group g) {
    const cwn_group p = cwn_packed(g, g);
    if (cwn_is_16(type)) ((uint2 *)memory)[group] = make_uint2(p.e0, p.e1);
    else ((uint4 *)memory)[group] = make_uint4(g.e0, g.e1, g.e2, g.e3);
}

static __device__ __forceinline__ void cw_begin_group(const cwn_launch &l, cwn_word type, void *half, uint32_t group, cwn_begun n) {
    if (cwn_is_complete(n)) cw_store_group(half, type, group, cwn_scaled_begun(l, type, n));
    else {
        const uint32_t at = atomicAdd(&cw_begun_count, 1);
        cw_begun[at] = make_float4(n.e0, n.e1, n.e2, n.e3);
        cw_begun_group[at] = (uint16_t)group;
    }
}

/* `first` is the half's first group in the tensor. */
static __device__ __forceinline__ void cw_finish_group(const cwn_launch &l, cwn_word type, void *half, uint64_t first,
                                                       uint32_t at) {
    const uint32_t group = cw_begun_group[at];
    const float4 f = cw_begun[at];
    const cwn_begun n = {f.x, f.y, f.z, f.w};
    cw_store_group(half, type, group, cwn_complete_truncated(l, type, first + group, n));
}

static __device__ __forceinline__ void cw_fill_truncated_tiles(cwn_launch l, const cwn_tiles &t, cw_grid grid, cwn_word type,
                                                               void *memory) {
    l.flush = 0;
    for (uint64_t i = grid.block; i < 2 * (uint64_t)t.tiles; i += grid.blocks) {
        const uint64_t first = t.first + i * CWN_HALF_TILE;
        const cwn_folded f = cwn_fold(cwn_counter_of(l, first << 8, first >> 56), l.key0, l.key1);
        void *half = (char *)memory + (first * 4 - l.first) * cwn_bytes_of(type);
        if (threadIdx.x == 0) cw_begun_count = 0;
        __syncthreads();
        cwn_begun n[CWN_HALF_TILE / CWN_THREADS];
#pragma unroll
        for (uint32_t g = 0; g < CWN_HALF_TILE / CWN_THREADS; g++)
            n[g] = cwn_begin_truncated(cwn_tile_block(t, f, f.counter + ((g * CWN_THREADS + threadIdx.x) << 8)));
#pragma unroll
        for (uint32_t g = 0; g < CWN_HALF_TILE / CWN_THREADS; g++) cw_begin_group(l, type, half, g * CWN_THREADS + threadIdx.x, n[g]);
        __syncthreads();
        for (uint32_t at = threadIdx.x; at < cw_begun_count; at += CWN_THREADS) cw_finish_group(l, type, half, first, at);
        __syncthreads();
    }
}

/* --------------------------------------------------------------------------------------------------------- the rest */

/* All that is in tiles. */
static __device__ __forceinline__ void cw_fill_whole(const cwn_launch &l, const cwn_tiles &t, cw_grid grid, cwn_word distribution,
                                                     cwn_word type, void *memory) {
    if (!cwn_has_tiles(distribution, type)) return;
    if (distribution == CWN_TRUNCATED_NORMAL) cw_fill_truncated_tiles(l, t, grid, type, memory);
    else {
        if (cwn_makes_eight(distribution, type)) cw_fill_tiles(l, t, grid, distribution, type, memory);
        cw_fill_rest(l, t, grid, distribution, type, memory);
    }
}

/* Those before and after the tiles, one by one. Element l.first goes to memory[0]. */
static __device__ __forceinline__ void cw_fill_groups(const cwn_launch &l, const cwn_tiles &t, cwn_word distribution,
                                                      cwn_word type, void *memory) {
    const uint64_t size = cwn_group_elements(type), first = l.first / size, skipped = cwn_groups_in(t);
    const uint64_t count = (l.first + l.count + size - 1) / size - first - skipped, step = (uint64_t)gridDim.x * blockDim.x;
    for (uint64_t i = (uint64_t)blockIdx.x * blockDim.x + threadIdx.x; i < count; i += step) {
        const uint64_t group = first + cwn_beside_tiles(i, t.first - first, skipped);
        cw_store(type, memory, cwn_span_in_range(l, type, group), size, cwn_group_of(l, distribution, type, group));
    }
}

#define CW_ROW(name, distribution, type) \
    extern "C" __global__ void cw_fill_##name(const __grid_constant__ cwn_launch l, const __grid_constant__ cwn_tiles t, \
                                              void *memory) { \
        if (cw_needs_rows(distribution, type)) cw_share_rows(); \
        const cw_grid grid = {blockIdx.x, gridDim.x}; \
        cw_fill_whole(l, t, grid, distribution, type, memory); \
        cw_fill_groups(l, t, distribution, type, memory); \
    }
CWN_KERNEL_TABLE(CW_ROW)
CWN_PROOF_TABLE(CW_ROW)
#undef CW_ROW

/* ----------------------------------------------------------------------------------------------------------- slices */

/* The elements of a group that lie in memory, as they would be drawn; what is beyond the tensor is not read. */
static __device__ __forceinline__ cwn_group cw_load(const void *source, cwn_word type, uint64_t group, uint64_t elements) {
    const uint64_t at = group * cwn_group_elements(type);
    uint32_t e[4] = {0, 0, 0, 0};
    if (cwn_is_64(type)) {
        const uint64_t *from = (const uint64_t *)source + at;
        return cwn_group_64(at < elements ? from[0] : 0, at + 1 < elements ? from[1] : 0);
    }
#pragma unroll
    for (int lane = 0; lane < 4; lane++) {
        if (at + lane >= elements) continue;
        e[lane] = cwn_is_16(type) ? ((const uint16_t *)source)[at + lane] : ((const uint32_t *)source)[at + lane];
    }
    const cwn_group g = {e[0], e[1], e[2], e[3]};
    return g;
}

/* The group at a place, of which `store` is the type in memory. */
static __device__ __forceinline__ void cw_fill_place(const cwn_launch &l, const cwn_slice &s, cwn_word distribution, cwn_word type,
                                                     cwn_word store, void *memory, const void *source, cwn_spot p) {
    const uint64_t group = cwn_group_at(p, type);
    const cwn_group g = distribution == CWN_COPY ? cw_load(source, type, group, s.source)
                                                 : cwn_group_of(l, distribution, type, group);
    cw_store(store, memory, cwn_span_in_run(p, type, s.run, s.step), cwn_group_elements(type), cwn_narrowed(g, type, store));
}

/* A row's place is found once, and then its items are walked. */
static __device__ __forceinline__ void cw_fill_slice(const cwn_launch &l, const cwn_slice &s, cwn_word distribution, cwn_word type,
                                                     cwn_word store, void *memory, const void *source) {
    const uint64_t columns = (uint64_t)gridDim.x * blockDim.x, rows = (uint64_t)gridDim.y * blockDim.y;
    const uint64_t begin = (uint64_t)blockIdx.x * blockDim.x + threadIdx.x;
    const cwn_spot start = cwn_along(s.axis[0], begin, s.groups == 0), stride = cwn_along(s.axis[0], columns, s.groups == 0);
    for (uint64_t row = (uint64_t)blockIdx.y * blockDim.y + threadIdx.y; row < s.rows; row += rows) {
        cwn_spot q = cwn_moved(cwn_spot_of_row(&s, row), start);
        for (uint64_t i = begin; i < s.axis[0].extent; i += columns, q = cwn_moved(q, stride))
            cw_fill_place(l, s, distribution, type, store, memory, source, q);
    }
}

/* ------------------------------------------------------------------------------------------------------------- runs */

/* Groups of a run that a warp makes in one turn, without bounds, where they lie at multiples of their size. */
enum { CW_WARP = 32, CW_STRIP = 4 * CW_WARP };

/* Element number `at` of a group, if it has so many. */
static __device__ __forceinline__ void cw_store_element(void *to, cwn_word type, uint32_t at, uint32_t lane, cwn_group g) {
    const uint32_t e = lane == 0 ? g.e0 : lane == 1 ? g.e1 : lane == 2 ? g.e2 : g.e3;
    if (cwn_is_16(type)) ((uint16_t *)to)[at + lane] = (uint16_t)e;
    else if (!cwn_is_64(type)) ((uint32_t *)to)[at + lane] = e;
    else ((uint2 *)to)[at + lane] = lane ? make_uint2(g.e2, g.e3) : make_uint2(g.e0, g.e1);
}

/* Group k of a piece: those of its elements that are in the run. */
static __device__ __forceinline__ void cw_store_in_piece(void *to, cwn_word type, const cwn_piece &e, uint32_t k, cwn_group g) {
    const uint32_t size = cwn_group_elements(type), at = k * size;
#pragma unroll
    for (uint32_t lane = 0; lane < size; lane++)
        if (at + lane - e.first < e.end - e.first) cw_store_element(to, type, at, lane, g);
}

/* A piece, by one warp; `counter` is word 0 of its first group. */
static __device__ __forceinline__ void cw_fill_piece(const cwn_launch &l, const cwn_tiles &t, cwn_word distribution, cwn_word type,
                                                     uint32_t counter, void *memory, const cwn_piece &e) {
    const uint32_t size = cwn_group_elements(type), lane = threadIdx.x % CW_WARP, head = e.first != 0;
    char *to = (char *)memory + e.to * cwn_bytes_of(type);
    /* of whole groups, if they lie at multiples of their size */
    const uint32_t end = (uintptr_t)to % (size * cwn_bytes_of(type)) ? 0 : e.end / size;
    uint32_t k = head + lane;
#pragma unroll 1
    for (; cwn_makes_eight(distribution, type) && k - lane + CW_STRIP <= end; k += CW_STRIP)
#pragma unroll
        for (uint32_t i = 0; i < CW_STRIP; i += CW_WARP)
            cw_store_group(to, type, k + i, cwn_tile_group(l, t, distribution, type, counter + k + i));
    if (head && lane == 0) cw_store_in_piece(to, type, e, 0, cwn_tile_group(l, t, distribution, type, counter));
#pragma unroll 1
    for (; k < e.groups; k += CW_WARP) {
        const cwn_group g = cwn_tile_group(l, t, distribution, type, counter + k);
        if (k < end) cw_store_group(to, type, k, g);
        else cw_store_in_piece(to, type, e, k, g);
    }
}

/* `count` items from item `begin` on, by one warp. */
static __device__ __forceinline__ void cw_fill_runs(cwn_launch l, const cwn_slice &s, const cwn_tiles &t, cwn_word distribution,
                                                    cwn_word type, void *memory, uint64_t begin, uint32_t count) {
    uint64_t row = s.axes < 2 ? 0 : cwn_quotient(begin, s.axis[0]), left = 0;
    const uint32_t size = cwn_group_elements(type), extent = (uint32_t)s.axis[0].extent, run = (uint32_t)s.run;
    const uint32_t counter = t.philox.counter - (uint32_t)t.first;
    cwn_spot p = {};
    l.flush = 0;
    for (uint32_t i = (uint32_t)(begin - row * extent); count; i = 0, row++, left--) {
        p.from += s.axis[1].from;
        p.to += s.axis[1].to;
        if (left == 0) {
            p = cwn_spot_of_row(&s, row);
            left = cwn_rows_left(row, s.axes, s.axis[1]);
        }
        const uint32_t n = count < extent - i ? count : extent - i;
        cw_fill_piece(l, t, distribution, type, counter + (uint32_t)(p.from / size) + i, memory, cwn_piece_of(p, type, run, i, n));
        count -= n;
    }
}

/* Each warp takes `each` items. */
static __device__ __forceinline__ void cw_share_runs(const cwn_launch &l, const cwn_slice &s, const cwn_tiles &t,
                                                     cwn_word distribution, cwn_word type, void *memory, uint32_t each) {
    const uint64_t items = s.rows * s.axis[0].extent, warp = blockIdx.x * (CWN_THREADS / CW_WARP) + threadIdx.x / CW_WARP;
    const uint64_t begin = warp * each;
    if (begin < items)
        cw_fill_runs(l, s, t, distribution, type, memory, begin, items - begin < each ? (uint32_t)(items - begin) : each);
}

#define CW_SLICE(name, distribution, type, store, has_runs) \
    extern "C" __global__ void name(const __grid_constant__ cwn_launch l, const __grid_constant__ cwn_slice s, void *memory, \
                                    const void *source, const __grid_constant__ cwn_tiles t, uint32_t each) { \
        if (cw_needs_rows(distribution, type)) cw_share_rows(); \
        if (has_runs && each) cw_share_runs(l, s, t, distribution, type, memory, each); \
        else cw_fill_slice(l, s, distribution, type, store, memory, source); \
    }
#define CW_ROW(name, distribution, type) CW_SLICE(cw_slice_##name, distribution, type, type, cwn_has_runs(distribution, type))
CWN_KERNEL_TABLE(CW_ROW)
CWN_COPY_TABLE(CW_ROW)
#undef CW_ROW
#define CW_ROW(name, distribution, type) CW_SLICE(cw_round_##name, distribution, type, (cwn_word)s.store, false)
CWN_ROUND_TABLE(CW_ROW)
CWN_ROUND_COPY_TABLE(CW_ROW)
#undef CW_ROW

/* ---------------------------------------------------------------------------------------------------------- batches */

/* Only of a kernel's arguments it is known what they point to. */
static __device__ __forceinline__ void *cw_memory_of(const cwn_entry *e) {
    void *memory = (void *)e->memory;
    __builtin_assume(__isGlobal(memory));
    return memory;
}

/* Tiles of part of an entry, if it is a range; else none. None of float64 normals: with these, ptxas spills. */
static __device__ __forceinline__ cwn_tiles cw_fill_in_tiles(const cwn_entry *e, cwn_items of, cwn_word distribution,
                                                            cwn_word type, cwn_word store) {
    cwn_tiles t = {};
    if (!cwn_has_tiles(distribution, type) || !cwn_makes_eight(distribution, type) || !cwn_is_range(e, type, store)) return t;
    const cwn_launch l = cwn_range_of(e, type, of);
    const cw_grid alone = {0, 1};
    char *memory = (char *)cw_memory_of(e) + (l.first - e->slice.first) * cwn_bytes_of(type);
    t = cwn_tiles_in(l, distribution, type, (uint64_t)memory, 1, 1);
    cw_fill_whole(l, t, alone, distribution, type, memory);
    return t;
}

/* The items of part of an entry, shared out to a block. */
static __device__ __forceinline__ void cw_fill_items(const cwn_entry *e, cwn_items of, cwn_word distribution, cwn_word type,
                                                     cwn_word store) {
    const cwn_tiles t = cw_fill_in_tiles(e, of, distribution, type, store);
    const uint64_t skipped = cwn_groups_in(t), head = t.first - e->slice.first / cwn_group_elements(type) - of.begin;
    for (uint64_t i = threadIdx.x; i < of.end - of.begin - skipped; i += blockDim.x) {
        cwn_spot p = cwn_spot_of(of.begin + cwn_beside_tiles(i, head, skipped), e->slice.first);
#pragma unroll 1
        for (uint32_t k = 0; k < e->slice.axes; k++) p = cwn_passed(p, e->slice.axis[k], k == e->slice.groups);
        cw_fill_place(e->launch, e->slice, distribution, type, store, cw_memory_of(e), NULL, p);
    }
}

/* Each block takes `each` tiles of the batch, and does neighbours of one entry together. ptxas is told how many threads there are,
 * or it takes so many registers that a multiprocessor has room for one block only. */
extern "C" __global__ __launch_bounds__(CWN_THREADS) void cw_batch(const cwn_entry *entries, uint64_t count, uint64_t tiles,
                                                                  uint64_t each) {
    uint64_t tile = blockIdx.x * each;
    const uint64_t end = tiles - tile < each ? tiles : tile + each;
    cw_share_rows();
    for (const cwn_entry *e = entries + cwn_entry_of(entries, count, tile); tile < end; e++) {
        const uint64_t stop = e->end < end ? e->end : end;
        const cwn_items of = {cwn_items_of(e->items, e->end, tile).begin, cwn_items_of(e->items, e->end, stop - 1).end};
        switch (CWN_CASE(e->launch.distribution, e->launch.type)) {
#define CW_ROW(name, distribution, type) \
    case CWN_CASE(distribution, type): cw_fill_items(e, of, distribution, type, CWN_STORE(type, e->slice.store)); break;
            CWN_KERNEL_TABLE(CW_ROW)
#undef CW_ROW
        }
        tile = stop;
    }
}

#ifndef CWN_NO_FP64
#define CW_ROW(name, step, type, real) \
    extern "C" __global__ void name(const __grid_constant__ cwn_matrix m, void *memory, unsigned char *scratch) { \
        const cwn_crew crew = {(uint64_t)blockIdx.x * blockDim.x + threadIdx.x, (uint64_t)gridDim.x * blockDim.x}; \
        cwn_do_step(step, type, real, m, memory, scratch, crew); \
    }
CWN_CREW_TABLE(CW_ROW)
CWN_HOUSEHOLDER_TABLE(CW_ROW)
#undef CW_ROW

#define CW_ROW(name, step, type, real) \
    extern "C" __global__ void __launch_bounds__(CWN_SOLVERS) \
        name(const __grid_constant__ cwn_matrix m, void *memory, unsigned char *scratch) { \
        __shared__ double2 room[CWN_BLOCK * CWN_BLOCK / 2]; \
        const cwn_crew crew = {(uint64_t)blockIdx.x * CWN_SOLVERS + threadIdx.x, (uint64_t)gridDim.x * CWN_SOLVERS}; \
        cwn_do_cholesky(step, m, scratch, crew, (double *)room); \
    }
CWN_CHOLESKY_TABLE(CW_ROW)
#undef CW_ROW

#define CW_ROW(name, step, type, real) \
    extern "C" __global__ void __launch_bounds__(CWN_THREADS) \
        name(const __grid_constant__ cwn_matrix m, void *memory, unsigned char *scratch) { \
        __shared__ cwn_layer common; \
        const cwn_crew blocks = {blockIdx.x, gridDim.x}; \
        cwn_do_squares(step, m, scratch, blocks, threadIdx.x, &common); \
    }
CWN_SQUARE_TABLE(CW_ROW)
#undef CW_ROW
#endif
