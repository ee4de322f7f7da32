/* SPDX-License-Identifier: Apache-2.0
 *
 * Blocks: their warps take turns between barriers, and the blocks of a grid are dealt to the host's cores.
 */
#define _GNU_SOURCE /* sched_getaffinity */
#include "execute.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "warp.h"

enum { MOST_CORES = 64, GARBAGE = 0xca };

/* What a core needs to run one block after the other. */
typedef struct core {
    sg_block block;
    sg_warp *warps;
    uint32_t warp_count;
    uint8_t *memory; /* shared, then each warp's local memory, then as many bytes that say what is known */
    size_t memory_bytes;
    sg_word *files;
} core;

/* --------------------------------------------------------------------------------------------------- set up */

static void set_all(sg_warp *w, uint32_t slot, uint64_t value) {
    for (int lane = 0; lane < SG_LANES; lane++) sg_lanes(w, slot)[lane].u64 = value;
}

static void set_constants(sg_warp *w) {
    const sg_launch *l = w->block->grid->launch;
    set_all(w, SG_SLOT_ZERO, 0);
    for (uint32_t axis = 0; axis < 3; axis++) {
        set_all(w, SG_SLOT_NTID + axis, l->block[axis]);
        set_all(w, SG_SLOT_NCTAID + axis, l->grid[axis]);
    }
    for (size_t i = 0; i < l->kernel->constant_count; i++)
        set_all(w, l->kernel->constants[i].slot, l->kernel->constants[i].value);
}

static void set_lanes(sg_warp *w, const uint32_t size[3]) {
    for (uint32_t lane = 0; lane < SG_LANES; lane++) {
        const uint32_t thread = w->first_thread + lane, bit = 1u << lane;
        sg_lanes(w, SG_SLOT_TID)[lane].u64 = thread % size[0];
        sg_lanes(w, SG_SLOT_TID + 1)[lane].u64 = thread / size[0] % size[1];
        sg_lanes(w, SG_SLOT_TID + 2)[lane].u64 = thread / size[0] / size[1];
        sg_lanes(w, SG_SLOT_LANE)[lane].u64 = lane;
        sg_lanes(w, SG_SLOT_EQ)[lane].u64 = bit;
        sg_lanes(w, SG_SLOT_LT)[lane].u64 = bit - 1;
        sg_lanes(w, SG_SLOT_LE)[lane].u64 = bit | (bit - 1);
        sg_lanes(w, SG_SLOT_GT)[lane].u64 = (uint32_t) ~(bit | (bit - 1));
        sg_lanes(w, SG_SLOT_GE)[lane].u64 = (uint32_t) ~(bit - 1);
    }
}

static void start_warp(sg_warp *w, uint32_t number, uint32_t warps) {
    const sg_block *b = w->block;
    const uint32_t left = b->threads - w->first_thread;
    for (uint32_t axis = 0; axis < 3; axis++) set_all(w, SG_SLOT_CTAID + axis, b->index[axis]);
    set_all(w, SG_SLOT_WARP, number);
    set_all(w, SG_SLOT_WARPS, warps);
    set_lanes(w, b->grid->launch->block);
    w->live = w->mask = left >= SG_LANES ? UINT32_MAX : (1u << left) - 1;
    w->pc = 0;
    w->next = UINT32_MAX;
    w->waiting_count = 0;
    w->outcome = SG_RUNNING;
}

/* Memory starts as garbage, as on a GPU; so do registers. */
static void set_up_warp(core *c, uint32_t number, size_t file) {
    sg_warp *w = &c->warps[number];
    const sg_kernel *k = c->block.grid->launch->kernel;
    const size_t local = (size_t)k->local_bytes * SG_LANES;
    w->block = &c->block;
    w->code = k->code;
    w->file = c->files + file * k->slots * SG_LANES;
    w->first_thread = number * SG_LANES;
    w->local = c->memory + c->block.shared_bytes + number * local;
    w->local_known = w->local + c->memory_bytes;
    set_constants(w);
}

/* Warps that never wait for each other run one after the other in the same registers. */
static void set_up(core *c, sg_grid *grid) {
    const sg_launch *l = grid->launch;
    const sg_kernel *k = l->kernel;
    memset(c, 0, sizeof *c);
    c->block.grid = grid;
    c->block.threads = l->block[0] * l->block[1] * l->block[2];
    c->warp_count = (c->block.threads + SG_LANES - 1) / SG_LANES;
    c->block.shared_bytes = k->shared_bytes + l->dynamic_shared;
    c->memory_bytes = c->block.shared_bytes + (size_t)k->local_bytes * SG_LANES * c->warp_count;
    const size_t files = k->has_barrier ? c->warp_count : 1, file_bytes = files * k->slots * SG_LANES * sizeof(sg_word);
    c->warps = calloc(c->warp_count, sizeof *c->warps);
    c->memory = calloc(2, c->memory_bytes + 1);
    c->files = aligned_alloc(64, file_bytes);
    if (!c->warps || !c->memory || !c->files) sg_abort("the host's memory is exhausted");
    memset(c->files, GARBAGE, file_bytes);
    c->block.shared = c->memory;
    c->block.shared_known = c->memory + c->memory_bytes;
    for (uint32_t i = 0; i < c->warp_count; i++) set_up_warp(c, i, k->has_barrier ? i : 0);
}

static void tear_down(core *c) {
    for (uint32_t i = 0; i < c->warp_count; i++)
        atomic_fetch_add(&c->block.grid->instructions, c->warps[i].instructions);
    free(c->warps);
    free(c->memory);
    free(c->files);
}

/* --------------------------------------------------------------------------------------------------- run */

static bool same_barrier(core *c) {
    sg_warp *first = NULL;
    for (uint32_t i = 0; i < c->warp_count; i++) {
        sg_warp *w = &c->warps[i];
        if (w->outcome != SG_AT_BARRIER) continue;
        if (!first) first = w;
        if (w->barrier == first->barrier) continue;
        sg_warp_fault(w, &w->code[w->pc - 1], 0, CUDA_ERROR_LAUNCH_FAILED, "a warp waits at another barrier");
        return false;
    }
    return first != NULL;
}

/* Between barriers warps run in either order, so that code which relies on one is found out. */
static void run_phase(core *c, bool backwards) {
    for (uint32_t i = 0; i < c->warp_count; i++) {
        const uint32_t number = backwards ? c->warp_count - 1 - i : i;
        sg_warp *w = &c->warps[number];
        if (w->outcome == SG_RUNNING) start_warp(w, number, c->warp_count);
        if (w->outcome == SG_FINISHED) continue;
        w->outcome = sg_warp_run(w);
        if (w->outcome == SG_FAULTED) return;
    }
}

static void run_block(core *c, uint64_t number) {
    const uint32_t *grid = c->block.grid->launch->grid;
    c->block.index[0] = (uint32_t)(number % grid[0]);
    c->block.index[1] = (uint32_t)(number / grid[0] % grid[1]);
    c->block.index[2] = (uint32_t)(number / grid[0] / grid[1]);
    memset(c->memory, GARBAGE, c->memory_bytes);
    memset(c->memory + c->memory_bytes, 0, c->memory_bytes);
    for (uint32_t i = 0; i < c->warp_count; i++) c->warps[i].outcome = SG_RUNNING;
    bool backwards = number % 2 == 0;
    do run_phase(c, backwards = !backwards);
    while (!atomic_load(&c->block.grid->fault) && same_barrier(c));
}

static void *run_core(void *grid_of_all) {
    sg_grid *grid = grid_of_all;
    const uint32_t *size = grid->launch->grid;
    const uint64_t blocks = (uint64_t)size[0] * size[1] * size[2];
    core c;
    set_up(&c, grid);
    for (uint64_t i; !atomic_load(&grid->fault) && (i = atomic_fetch_add(&grid->next_block, 1)) < blocks;)
        run_block(&c, i);
    tear_down(&c);
    return NULL;
}

static unsigned cores(void) {
    cpu_set_t set;
    unsigned n = (unsigned)sg_setting("SOFTGPU_THREADS", 0);
    if (!n && !sched_getaffinity(0, sizeof set, &set)) n = (unsigned)CPU_COUNT(&set);
    return n < 1 ? 1 : n > MOST_CORES ? MOST_CORES : n;
}

CUresult sg_execute(const sg_launch *launch, uint64_t *instructions) {
    sg_grid grid = {.launch = launch, .patience = sg_setting("SOFTGPU_PATIENCE", UINT64_C(1) << 36)};
    const uint64_t blocks = (uint64_t)launch->grid[0] * launch->grid[1] * launch->grid[2];
    const unsigned wanted = cores();
    pthread_t others[MOST_CORES];
    unsigned started = 0;
    while (started + 1 < wanted && started + 1 < blocks && !pthread_create(&others[started], NULL, run_core, &grid))
        started++;
    run_core(&grid);
    while (started) pthread_join(others[--started], NULL);
    *instructions += atomic_load(&grid.instructions);
    return (CUresult)atomic_load(&grid.fault);
}
