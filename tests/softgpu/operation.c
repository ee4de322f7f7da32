/* SPDX-License-Identifier: Apache-2.0
 *
 * What streams do: launches, copies, sets, events.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "execute.h"
#include "memory.h"
#include "report.h"
#include "stream.h"

sg_operation sg_operation_copy(const sg_operation *o) {
    sg_operation copy = *o;
    if (!o->owned) return copy;
    copy.owned = malloc(o->owned_bytes + 1);
    if (!copy.owned) sg_abort("the host's memory is exhausted");
    memcpy(copy.owned, o->owned, o->owned_bytes);
    return copy;
}

void sg_operation_free(sg_operation *o) {
    free(o->owned);
    o->owned = NULL;
}

static CUresult launch(const sg_operation *o) {
    const sg_launch l = {
        o->function->kernel, {o->grid[0], o->grid[1], o->grid[2]},       {o->block[0], o->block[1], o->block[2]},
        o->shared_bytes,     o->function->object.context->object.number, o->owned};
    const CUresult code = sg_execute(&l, &sg_counters.instructions);
    sg_counters.launches++;
    sg_counters.faults += code != CUDA_SUCCESS;
    return code;
}

/* Memory may have been freed since the operation was enqueued. */
static sg_allocation *device_side(uint64_t address, uint64_t bytes) {
    char why[128];
    sg_allocation *a = sg_memory_holding(address, bytes);
    if (a) return a;
    sg_memory_explain(address, bytes, 0, why, sizeof why);
    sg_report("a copy of %llu bytes at 0x%llx, %s", (unsigned long long)bytes, (unsigned long long)address, why);
    return NULL;
}

static CUresult copy_in(const sg_operation *o) {
    sg_allocation *to = device_side(o->to, o->bytes);
    if (!to) return CUDA_ERROR_ILLEGAL_ADDRESS;
    memcpy(to->data + (o->to - to->address), o->owned ? o->owned : o->host, o->bytes);
    memset(to->known + (o->to - to->address), 1, o->bytes);
    sg_counters.host_to_device += o->bytes;
    return CUDA_SUCCESS;
}

static CUresult copy_out(const sg_operation *o) {
    const sg_allocation *from = device_side(o->from, o->bytes);
    if (!from) return CUDA_ERROR_ILLEGAL_ADDRESS;
    memcpy(o->host, from->data + (o->from - from->address), o->bytes);
    for (uint64_t i = 0; i < o->bytes; i++) sg_counters.unknown_to_host += !from->known[o->from - from->address + i];
    sg_counters.device_to_host += o->bytes;
    return CUDA_SUCCESS;
}

static CUresult copy(const sg_operation *o) {
    sg_allocation *to = device_side(o->to, o->bytes), *from = device_side(o->from, o->bytes);
    if (!to || !from) return CUDA_ERROR_ILLEGAL_ADDRESS;
    memmove(to->data + (o->to - to->address), from->data + (o->from - from->address), o->bytes);
    memmove(to->known + (o->to - to->address), from->known + (o->from - from->address), o->bytes);
    return CUDA_SUCCESS;
}

static CUresult set(const sg_operation *o) {
    sg_allocation *to = device_side(o->to, o->bytes);
    if (!to) return CUDA_ERROR_ILLEGAL_ADDRESS;
    for (uint64_t i = 0; i < o->bytes; i += o->width) memcpy(to->data + (o->to - to->address) + i, &o->value, o->width);
    memset(to->known + (o->to - to->address), 1, o->bytes);
    return CUDA_SUCCESS;
}

static CUresult record(const sg_stream *s, const sg_operation *o) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (o->event->stream != s || o->event->order != o->order) return CUDA_SUCCESS; /* recorded again since */
    o->event->done = true;
    o->event->time = (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
    return CUDA_SUCCESS;
}

CUresult sg_operation_run(const sg_stream *s, sg_operation *o) {
    switch (o->kind) {
    case SG_DO_LAUNCH: return launch(o);
    case SG_DO_COPY_IN: return copy_in(o);
    case SG_DO_COPY_OUT: return copy_out(o);
    case SG_DO_COPY: return copy(o);
    case SG_DO_SET: return set(o);
    case SG_DO_RECORD: return record(s, o);
    default: return sg_stream_run(o->other, o->until);
    }
}
