/* SPDX-License-Identifier: Apache-2.0
 *
 * A block and its warps, while they run.
 *
 * The lanes of a warp that stand at the same instruction run together. When they part, the group at the lowest address
 * goes first; groups that meet at an address are one again. Compilers lay out code so that this joins lanes where
 * their paths join.
 */
#ifndef SG_WARP_H
#define SG_WARP_H

#include <stdatomic.h>

#include "execute.h"
#include "memory.h"

typedef struct sg_grid {
    const sg_launch *launch;
    atomic_uint_fast64_t next_block, instructions;
    atomic_int fault;  /* a CUresult */
    uint64_t patience; /* instructions of the threads of one warp, after which the kernel is taken to be endless */
} sg_grid;

typedef struct sg_block {
    sg_grid *grid;
    uint32_t index[3], threads;
    uint32_t shared_bytes;
    uint8_t *shared, *shared_known;
    sg_allocation *recent; /* the allocation that was used last */
} sg_block;

typedef struct sg_group {
    uint32_t pc, lanes;
} sg_group;

typedef enum sg_outcome { SG_RUNNING, SG_FINISHED, SG_AT_BARRIER, SG_FAULTED } sg_outcome;

typedef struct sg_warp {
    sg_block *block;
    const sg_instruction *code;
    sg_word *file;
    uint32_t live, mask, pc; /* lanes that have not exited; those that run, and where */
    uint32_t next;           /* the lowest pc of `waiting` */
    sg_group waiting[SG_LANES];
    int waiting_count;
    int barrier;           /* the number of the barrier it waits at */
    uint32_t first_thread; /* of the block, in linear order */
    uint8_t *local, *local_known;
    uint64_t instructions;
    sg_outcome outcome;
} sg_warp;

/* Runs until the warp ends, stands at a barrier, or fails. */
sg_outcome sg_warp_run(sg_warp *w);

/* SG_LOAD, SG_STORE, SG_ATOMIC for these lanes. */
sg_outcome sg_warp_access(sg_warp *w, const sg_instruction *i, uint32_t lanes);
/* SG_SHUFFLE, SG_VOTE, SG_ACTIVE_MASK, SG_WARP_BARRIER for these lanes. */
sg_outcome sg_warp_exchange(sg_warp *w, const sg_instruction *i, uint32_t lanes);

/* Reports the fault of a lane and returns SG_FAULTED. The first of a grid wins. */
__attribute__((format(printf, 5, 6))) sg_outcome sg_warp_fault(sg_warp *w, const sg_instruction *i, int lane,
                                                               CUresult code, const char *format, ...);

static inline sg_word *sg_lanes(const sg_warp *w, uint32_t slot) { return w->file + (size_t)slot * SG_LANES; }

#endif
