/* SPDX-License-Identifier: Apache-2.0
 *
 * Loads, stores and atomics: every one is inside something that may be touched, aligned, and reads only what was
 * written.
 */
#include <string.h>

#include "warp.h"

/* One lane's access, after it was found good. */
typedef struct place {
    uint8_t *data, *known; /* known is NULL where everything was written */
} place;

typedef struct access {
    sg_warp *w;
    const sg_instruction *i;
    int lane;
    uint64_t address;
    uint32_t bytes;
} access;

static const char *verb(const access *a) {
    return a->i->kind == SG_LOAD ? "load" : a->i->kind == SG_STORE ? "store" : "atomic";
}

static bool illegal(const access *a, const char *where) {
    sg_warp_fault(a->w, a->i, a->lane, CUDA_ERROR_ILLEGAL_ADDRESS, "%s of %u bytes at 0x%llx, %s", verb(a), a->bytes,
                  (unsigned long long)a->address, where);
    return false;
}

static bool find_global(const access *a, sg_space space, place *at) {
    sg_block *b = a->w->block;
    const uint32_t context = b->grid->launch->context;
    sg_allocation *m = b->recent;
    char why[128];
    if (!m || a->address - m->address >= m->bytes) m = b->recent = sg_memory_holding(a->address, a->bytes);
    const bool inside = m && a->bytes <= m->bytes - (a->address - m->address);
    const bool allowed = inside && m->context == context && (m->space == SG_CONST) == (space == SG_CONST);
    if (!allowed) {
        sg_memory_explain(a->address, a->bytes, context, why, sizeof why);
        return illegal(a, why);
    }
    at->data = m->data + (a->address - m->address);
    at->known = m->known + (a->address - m->address);
    return true;
}

static bool find_within(const access *a, uint8_t *data, uint8_t *known, uint64_t size, const char *beyond, place *at) {
    if (a->address > size || a->bytes > size - a->address) return illegal(a, beyond);
    at->data = data + a->address;
    at->known = known ? known + a->address : NULL;
    return true;
}

static bool find_local(const access *a, place *at) {
    const size_t size = a->w->block->grid->launch->kernel->local_bytes, frame = size * (size_t)a->lane;
    return find_within(a, a->w->local + frame, a->w->local_known + frame, size, "beyond the thread's local memory", at);
}

/* Parameters are never written: stores to them do not parse, and a generic store is refused. */
static bool find_parameter(const access *a, place *at) {
    const sg_launch *l = a->w->block->grid->launch;
    uint8_t *data;
    memcpy(&data, &l->parameters, sizeof data);
    if (a->i->kind != SG_LOAD) return illegal(a, "in the kernel's parameters");
    return find_within(a, data, NULL, l->kernel->parameter_bytes, "beyond the kernel's parameters", at);
}

static bool find(access *a, sg_space space, place *at) {
    static const struct {
        uint64_t window;
        sg_space space;
    } windows[] = {{SG_WINDOW_SHARED, SG_SHARED}, {SG_WINDOW_LOCAL, SG_LOCAL}, {SG_WINDOW_PARAM, SG_PARAM}};
    for (int k = 0; k < 3 && space == SG_GENERIC; k++)
        if (a->address - windows[k].window < SG_WINDOW_BYTES) {
            a->address -= windows[k].window;
            space = windows[k].space;
        }
    if (space == SG_SHARED)
        return find_within(a, a->w->block->shared, a->w->block->shared_known, a->w->block->shared_bytes,
                           "beyond the block's shared memory", at);
    if (space == SG_LOCAL) return find_local(a, at);
    if (space == SG_PARAM) return find_parameter(a, at);
    return find_global(a, space, at);
}

static bool all_known(const uint8_t *known, uint32_t bytes) {
    uint8_t all = 1;
    for (uint32_t i = 0; i < bytes; i++) all &= known[i];
    return all;
}

static bool prepare(access *a, place *at) {
    const sg_instruction *i = a->i;
    const sg_word base = sg_lanes(a->w, i->address)[a->lane];
    a->address = (i->narrow ? base.u32 : base.u64) + (uint64_t)i->offset;
    a->bytes = i->type->bytes * i->count;
    if (a->address % a->bytes) {
        sg_warp_fault(a->w, i, a->lane, CUDA_ERROR_MISALIGNED_ADDRESS, "%s of %u bytes at 0x%llx, which is misaligned",
                      verb(a), a->bytes, (unsigned long long)a->address);
        return false;
    }
    if (!find(a, i->space, at)) return false;
    if (i->kind == SG_STORE || !at->known || all_known(at->known, a->bytes)) return true;
    return illegal(a, "where nothing was written yet");
}

/* ---------------------------------------------------------------------------------------------------- values */

/* Signed types are extended with their sign, everything else with zeros. */
static sg_word extended(const uint8_t *from, const sg_type *type) {
    sg_word r = {0};
    memcpy(&r, from, type->bytes);
    if (type->sign == 's') {
        if (type->bytes == 1) r.s64 = r.s8;
        if (type->bytes == 2) r.s64 = r.s16;
        if (type->bytes == 4) r.s64 = r.s32;
    }
    return r;
}

static void load(const access *a, const place *at) {
    for (uint32_t k = 0; k < a->i->count; k++)
        sg_lanes(a->w, a->i->d[k])[a->lane] = extended(at->data + k * a->i->type->bytes, a->i->type);
}

static void store(const access *a, const place *at) {
    for (uint32_t k = 0; k < a->i->count; k++)
        memcpy(at->data + k * a->i->type->bytes, &sg_lanes(a->w, a->i->s[k])[a->lane], a->i->type->bytes);
    memset(at->known, 1, a->bytes);
}

static bool less(sg_word a, sg_word b, const sg_type *type) {
    if (type->sign == 's') return type->bytes == 4 ? a.s32 < b.s32 : a.s64 < b.s64;
    return type->bytes == 4 ? a.u32 < b.u32 : a.u64 < b.u64;
}

static sg_word combine(const sg_instruction *i, sg_word old, sg_word b, sg_word c) {
    sg_word r = b;
    switch (i->operation) {
    case SG_ADD: r.u64 = old.u64 + b.u64; break;
    case SG_AND: r.u64 = old.u64 & b.u64; break;
    case SG_OR: r.u64 = old.u64 | b.u64; break;
    case SG_XOR: r.u64 = old.u64 ^ b.u64; break;
    case SG_MIN: r = less(b, old, i->type) ? b : old; break;
    case SG_MAX: r = less(old, b, i->type) ? b : old; break;
    case SG_INCREMENT: r.u64 = old.u32 >= b.u32 ? 0 : old.u32 + 1; break;
    case SG_DECREMENT: r.u64 = old.u32 == 0 || old.u32 > b.u32 ? b.u32 : old.u32 - 1; break;
    case SG_COMPARE: r = (i->type->bytes == 4 ? old.u32 == b.u32 : old.u64 == b.u64) ? c : old; break;
    default: break; /* SG_EXCHANGE */
    }
    return r;
}

/* Blocks run on several cores, so these are atomics of the host. */
static bool replace(uint8_t *data, sg_word *old, sg_word new, uint32_t bytes) {
    if (bytes == 4)
        return __atomic_compare_exchange_n((uint32_t *)(void *)data, &old->u32, new.u32, false, __ATOMIC_SEQ_CST,
                                           __ATOMIC_SEQ_CST);
    return __atomic_compare_exchange_n((uint64_t *)(void *)data, &old->u64, new.u64, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST);
}

static void atomic(const access *a, const place *at) {
    const sg_word b = sg_lanes(a->w, a->i->s[0])[a->lane], c = sg_lanes(a->w, a->i->s[1])[a->lane];
    sg_word old = {0}; /* a guess: the first failure tells */
    while (!replace(at->data, &old, combine(a->i, old, b, c), a->bytes)) continue;
    sg_lanes(a->w, a->i->d[0])[a->lane] = old;
}

sg_outcome sg_warp_access(sg_warp *w, const sg_instruction *i, uint32_t lanes) {
    void (*const act)(const access *, const place *) = i->kind == SG_LOAD ? load : i->kind == SG_STORE ? store : atomic;
    for (; lanes; lanes &= lanes - 1) {
        access a = {w, i, __builtin_ctz(lanes), 0, 0};
        place at;
        if (!prepare(&a, &at)) return SG_FAULTED;
        act(&a, &at);
    }
    return SG_RUNNING;
}
