/* SPDX-License-Identifier: Apache-2.0
 *
 * Control flow of a warp, and arithmetic.
 */
#include "warp.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "report.h"

sg_outcome sg_warp_fault(sg_warp *w, const sg_instruction *i, int lane, CUresult code, const char *format, ...) {
    const uint32_t *size = w->block->grid->launch->block, *index = w->block->index;
    const uint32_t thread = w->first_thread + (uint32_t)lane;
    char what[256];
    int none = CUDA_SUCCESS;
    va_list arguments;
    if (!atomic_compare_exchange_strong(&w->block->grid->fault, &none, (int)code)) return SG_FAULTED;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    sg_report("kernel %s, PTX line %u, block (%u, %u, %u), thread (%u, %u, %u): %s",
              w->block->grid->launch->kernel->name, i->line, index[0], index[1], index[2], thread % size[0],
              thread / size[0] % size[1], thread / size[0] / size[1], what);
    return SG_FAULTED;
}

/* ---------------------------------------------------------------------------------------------------- groups */

static void find_next(sg_warp *w) {
    w->next = UINT32_MAX;
    for (int i = 0; i < w->waiting_count; i++)
        if (w->waiting[i].pc < w->next) w->next = w->waiting[i].pc;
}

/* Everyone who waits at the lowest pc runs. */
static void run_lowest(sg_warp *w) {
    int kept = 0;
    w->pc = w->next;
    w->mask = 0;
    for (int i = 0; i < w->waiting_count; i++) {
        if (w->waiting[i].pc == w->pc) w->mask |= w->waiting[i].lanes;
        else w->waiting[kept++] = w->waiting[i];
    }
    w->waiting_count = kept;
    find_next(w);
}

static void wait_at(sg_warp *w, uint32_t pc, uint32_t lanes) {
    w->waiting[w->waiting_count++] = (sg_group){pc, lanes};
    if (pc < w->next) w->next = pc;
}

/* The running lanes go on at pc, unless others stand lower. */
static void go_to(sg_warp *w, uint32_t pc) {
    w->pc = pc;
    if (pc <= w->next) return;
    wait_at(w, pc, w->mask);
    run_lowest(w);
}

static sg_outcome branch(sg_warp *w, const sg_instruction *i, uint32_t lanes) {
    if (w->instructions > w->block->grid->patience)
        return sg_warp_fault(w, i, __builtin_ctz(w->mask), CUDA_ERROR_LAUNCH_TIMEOUT, "the kernel does not end");
    if (!lanes) return SG_RUNNING;
    if (lanes != w->mask) {
        wait_at(w, w->pc, w->mask & ~lanes);
        w->mask = lanes;
    }
    go_to(w, i->target);
    return SG_RUNNING;
}

static sg_outcome leave(sg_warp *w, uint32_t lanes) {
    w->live &= ~lanes;
    w->mask &= ~lanes;
    if (w->mask) return SG_RUNNING;
    if (!w->waiting_count) return SG_FINISHED;
    run_lowest(w);
    return SG_RUNNING;
}

static sg_outcome barrier(sg_warp *w, const sg_instruction *i, uint32_t lanes) {
    if (lanes != w->live)
        return sg_warp_fault(w, i, __builtin_ctz(w->mask), CUDA_ERROR_LAUNCH_FAILED,
                             "only lanes %08x of %08x of the warp are at the barrier", lanes, w->live);
    w->barrier = i->operation;
    return SG_AT_BARRIER;
}

/* ----------------------------------------------------------------------------------------------- instructions */

static uint32_t guarded(const sg_warp *w, const sg_instruction *i) {
    const sg_word *p = sg_lanes(w, i->guard);
    uint32_t set = 0;
    for (int lane = 0; lane < SG_LANES; lane++) set |= (p[lane].u32 & 1) << lane;
    return w->mask & (i->unless ? ~set : set);
}

static void compute(sg_warp *w, const sg_instruction *i, uint32_t lanes) {
    const sg_word *const s[SG_SOURCES] = {sg_lanes(w, i->s[0]), sg_lanes(w, i->s[1]), sg_lanes(w, i->s[2]),
                                          sg_lanes(w, i->s[3])};
    sg_word *d = sg_lanes(w, i->d[0]), some[SG_LANES];
    if (lanes == UINT32_MAX) {
        i->form->run(d, s);
        return;
    }
    i->form->run(some, s);
    for (; lanes; lanes &= lanes - 1) d[__builtin_ctz(lanes)] = some[__builtin_ctz(lanes)];
}

static sg_outcome step(sg_warp *w, const sg_instruction *i, uint32_t lanes) {
    switch (i->kind) {
    case SG_BRANCH: return branch(w, i, lanes);
    case SG_EXIT: return leave(w, lanes);
    case SG_BARRIER: return barrier(w, i, lanes);
    case SG_FENCE: atomic_thread_fence(memory_order_seq_cst); return SG_RUNNING;
    case SG_TRAP: return sg_warp_fault(w, i, __builtin_ctz(lanes), CUDA_ERROR_LAUNCH_FAILED, "trap");
    case SG_LOAD:
    case SG_STORE:
    case SG_ATOMIC: return sg_warp_access(w, i, lanes);
    default: return sg_warp_exchange(w, i, lanes);
    }
}

sg_outcome sg_warp_run(sg_warp *w) {
    sg_outcome outcome = SG_RUNNING;
    while (outcome == SG_RUNNING) {
        if (w->pc == w->next) {
            wait_at(w, w->pc, w->mask);
            run_lowest(w);
        }
        const sg_instruction *i = &w->code[w->pc++];
        const uint32_t lanes = i->guard == SG_SLOT_ZERO ? w->mask : guarded(w, i);
        w->instructions += (uint64_t)__builtin_popcount(lanes);
        if (!lanes) continue;
        if (i->kind == SG_ALU) compute(w, i, lanes);
        else outcome = step(w, i, lanes);
    }
    return outcome;
}
