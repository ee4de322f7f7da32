/* SPDX-License-Identifier: Apache-2.0
 *
 * Memory: allocating, copying, setting.
 *
 * A copy from pageable memory has taken its bytes when it returns, as CUDA promises; one from pinned memory reads them
 * when it runs, and every copy to the host writes when it runs.
 */
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "device.h"
#include "memory.h"
#include "stream.h"

/* -------------------------------------------------------------------------------------------------- allocate */

static CUresult allocate(CUdeviceptr *address, size_t bytes) {
    const sg_context *c = sg_current();
    if (!address || !bytes) return CUDA_ERROR_INVALID_VALUE;
    sg_allocation *a =
        sg_device_has_room(c->device, bytes) ? sg_memory_allocate(c->object.number, SG_GLOBAL, bytes, 0) : NULL;
    if (!a) return CUDA_ERROR_OUT_OF_MEMORY;
    *address = a->address;
    return CUDA_SUCCESS;
}

CUresult cuMemAlloc_v2(CUdeviceptr *address, size_t bytes) {
    const CUresult code = sg_enter(SG_cuMemAlloc_v2);
    return sg_leave(code ? code : allocate(address, bytes));
}

/* Freeing waits for everything, as CUDA's does. */
static CUresult release(CUdeviceptr address) {
    sg_allocation *a = sg_memory_before(address);
    if (!address) return CUDA_SUCCESS;
    if (!a || !a->data || a->address != address || a->module) return CUDA_ERROR_INVALID_VALUE;
    sg_context *c = (sg_context *)sg_object_at(a->context);
    const CUresult code = sg_context_run(c);
    sg_memory_free(a);
    return code;
}

CUresult cuMemFree_v2(CUdeviceptr address) {
    const CUresult code = sg_enter(SG_cuMemFree_v2);
    return sg_leave(code ? code : release(address));
}

CUresult cuMemGetAddressRange_v2(CUdeviceptr *base, size_t *bytes, CUdeviceptr address) {
    CUresult code = sg_enter(SG_cuMemGetAddressRange_v2);
    const sg_allocation *a = code ? NULL : sg_memory_holding(address, 1);
    if (!code && !a) code = CUDA_ERROR_NOT_FOUND;
    if (!code && base) *base = a->address;
    if (!code && bytes) *bytes = a->bytes;
    return sg_leave(code);
}

static CUresult allocate_host(void **memory, size_t bytes) {
    if (!memory || !bytes) return CUDA_ERROR_INVALID_VALUE;
    *memory = malloc(bytes);
    if (!*memory) return CUDA_ERROR_OUT_OF_MEMORY;
    sg_pinned *p = sg_object_new(SG_A_PINNED, sizeof *p, sg_current());
    p->memory = *memory;
    p->bytes = bytes;
    return CUDA_SUCCESS;
}

CUresult cuMemAllocHost_v2(void **memory, size_t bytes) {
    const CUresult code = sg_enter(SG_cuMemAllocHost_v2);
    return sg_leave(code ? code : allocate_host(memory, bytes));
}

CUresult cuMemHostAlloc(void **memory, size_t bytes, unsigned int flags) {
    const CUresult code = sg_enter(SG_cuMemHostAlloc);
    (void)flags;
    return sg_leave(code ? code : allocate_host(memory, bytes));
}

static sg_pinned *find_pinned(const void *memory, size_t bytes) {
    sg_object *o;
    for (uint32_t i = 1; (o = sg_object_at(i)) != NULL; i++) {
        sg_pinned *p = (sg_pinned *)o;
        const uint64_t at = o->kind == SG_A_PINNED ? (uint64_t)((uintptr_t)memory - (uintptr_t)p->memory) : 0;
        if (o->kind == SG_A_PINNED && o->alive && at <= p->bytes && bytes <= p->bytes - at) return p;
    }
    return NULL;
}

CUresult cuMemFreeHost(void *memory) {
    CUresult code = sg_enter(SG_cuMemFreeHost);
    sg_pinned *p = code ? NULL : find_pinned(memory, 1);
    if (!code && (!p || p->memory != memory)) code = CUDA_ERROR_INVALID_VALUE;
    if (code) return sg_leave(code);
    code = sg_context_run(p->object.context);
    p->object.alive = false;
    free(memory);
    return sg_leave(code);
}

/* ------------------------------------------------------------------------------------------------------ copy */

static bool is_valid(const sg_operation *o) {
    const bool to = o->kind != SG_DO_COPY_OUT, from = o->kind == SG_DO_COPY || o->kind == SG_DO_COPY_OUT;
    if (to && !sg_memory_holding(o->to, o->bytes)) return false;
    if (from && !sg_memory_holding(o->from, o->bytes)) return false;
    return o->kind == SG_DO_COPY || o->kind == SG_DO_SET || o->host;
}

/* A graph reads the host's memory each time it runs. */
static CUresult stage(sg_operation *o, const sg_stream *s) {
    if (o->kind != SG_DO_COPY_IN || s->capture || find_pinned(o->host, o->bytes)) return CUDA_SUCCESS;
    o->owned_bytes = o->bytes;
    o->owned = malloc(o->bytes + 1);
    if (!o->owned) return CUDA_ERROR_OUT_OF_MEMORY;
    memcpy(o->owned, o->host, o->bytes);
    return CUDA_SUCCESS;
}

static CUresult enqueue(sg_operation o, CUstream stream) {
    sg_stream *s = sg_stream_find(stream);
    if (!s || s->object.context != sg_current()) return CUDA_ERROR_INVALID_HANDLE;
    if (!o.bytes) return CUDA_SUCCESS;
    if (!is_valid(&o)) return CUDA_ERROR_INVALID_VALUE;
    const CUresult code = stage(&o, s);
    return code ? code : sg_stream_enqueue(s, o);
}

static CUresult at_once(sg_operation o) {
    const CUresult code = enqueue(o, NULL);
    return code ? code : sg_stream_run(&sg_current()->default_stream, SG_ALL);
}

static sg_operation copy_in(CUdeviceptr to, const void *from, size_t bytes) {
    sg_operation o = {.kind = SG_DO_COPY_IN, .to = to, .bytes = bytes};
    memcpy(&o.host, &from, sizeof from); /* it is only read */
    return o;
}

static sg_operation copy_out(void *to, CUdeviceptr from, size_t bytes) {
    return (sg_operation){.kind = SG_DO_COPY_OUT, .host = to, .from = from, .bytes = bytes};
}

static sg_operation copy(CUdeviceptr to, CUdeviceptr from, size_t bytes) {
    return (sg_operation){.kind = SG_DO_COPY, .to = to, .from = from, .bytes = bytes};
}

CUresult cuMemcpyHtoD_v2(CUdeviceptr to, const void *from, size_t bytes) {
    const CUresult code = sg_enter(SG_cuMemcpyHtoD_v2);
    return sg_leave(code ? code : at_once(copy_in(to, from, bytes)));
}

CUresult cuMemcpyDtoH_v2(void *to, CUdeviceptr from, size_t bytes) {
    const CUresult code = sg_enter(SG_cuMemcpyDtoH_v2);
    return sg_leave(code ? code : at_once(copy_out(to, from, bytes)));
}

CUresult cuMemcpyDtoD_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes) {
    const CUresult code = sg_enter(SG_cuMemcpyDtoD_v2);
    return sg_leave(code ? code : enqueue(copy(to, from, bytes), NULL));
}

CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void *from, size_t bytes, CUstream stream) {
    const CUresult code = sg_enter(SG_cuMemcpyHtoDAsync_v2);
    return sg_leave(code ? code : enqueue(copy_in(to, from, bytes), stream));
}

CUresult cuMemcpyDtoHAsync_v2(void *to, CUdeviceptr from, size_t bytes, CUstream stream) {
    const CUresult code = sg_enter(SG_cuMemcpyDtoHAsync_v2);
    return sg_leave(code ? code : enqueue(copy_out(to, from, bytes), stream));
}

CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes, CUstream stream) {
    const CUresult code = sg_enter(SG_cuMemcpyDtoDAsync_v2);
    return sg_leave(code ? code : enqueue(copy(to, from, bytes), stream));
}

/* ------------------------------------------------------------------------------------------------------- set */

static CUresult set(CUdeviceptr to, uint32_t value, uint32_t width, size_t count, CUstream stream) {
    if (to % width) return CUDA_ERROR_INVALID_VALUE;
    return enqueue((sg_operation){.kind = SG_DO_SET, .to = to, .value = value, .width = width, .bytes = count * width},
                   stream);
}

CUresult cuMemsetD8_v2(CUdeviceptr to, unsigned char value, size_t count) {
    const CUresult code = sg_enter(SG_cuMemsetD8_v2);
    return sg_leave(code ? code : set(to, value, 1, count, NULL));
}

CUresult cuMemsetD16_v2(CUdeviceptr to, unsigned short value, size_t count) {
    const CUresult code = sg_enter(SG_cuMemsetD16_v2);
    return sg_leave(code ? code : set(to, value, 2, count, NULL));
}

CUresult cuMemsetD32_v2(CUdeviceptr to, unsigned int value, size_t count) {
    const CUresult code = sg_enter(SG_cuMemsetD32_v2);
    return sg_leave(code ? code : set(to, value, 4, count, NULL));
}

CUresult cuMemsetD8Async(CUdeviceptr to, unsigned char value, size_t count, CUstream stream) {
    const CUresult code = sg_enter(SG_cuMemsetD8Async);
    return sg_leave(code ? code : set(to, value, 1, count, stream));
}

CUresult cuMemsetD16Async(CUdeviceptr to, unsigned short value, size_t count, CUstream stream) {
    const CUresult code = sg_enter(SG_cuMemsetD16Async);
    return sg_leave(code ? code : set(to, value, 2, count, stream));
}

CUresult cuMemsetD32Async(CUdeviceptr to, unsigned int value, size_t count, CUstream stream) {
    const CUresult code = sg_enter(SG_cuMemsetD32Async);
    return sg_leave(code ? code : set(to, value, 4, count, stream));
}
