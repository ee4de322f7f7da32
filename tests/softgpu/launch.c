/* SPDX-License-Identifier: Apache-2.0
 *
 * Launching kernels: what CUDA checks before it enqueues.
 */
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "report.h"
#include "stream.h"

enum { MOST_THREADS = 1024, MOST_DEPTH = 64, MOST_BLOCKS = 65535, MOST_SHARED = 48 << 10 };

static bool shape_is_good(const sg_operation *o) {
    const uint32_t *g = o->grid, *b = o->block;
    if (!g[0] || !g[1] || !g[2] || g[0] > INT32_MAX || g[1] > MOST_BLOCKS || g[2] > MOST_BLOCKS) return false;
    if (!b[0] || !b[1] || !b[2] || b[0] > MOST_THREADS || b[1] > MOST_THREADS || b[2] > MOST_DEPTH) return false;
    return (uint64_t)b[0] * b[1] * b[2] <= MOST_THREADS;
}

static bool suits_kernel(const sg_operation *o) {
    const sg_kernel *k = o->function->kernel;
    const uint32_t *b = o->block;
    if (k->required_block[0] && memcmp(k->required_block, b, sizeof k->required_block)) return false;
    if (k->most_threads && b[0] * b[1] * b[2] > k->most_threads) return false;
    return (uint64_t)k->shared_bytes + o->shared_bytes <= MOST_SHARED;
}

/* Arguments come as pointers to each, or as one buffer in `extra`. */
static CUresult copy_arguments(sg_operation *o, void **pointers, void **extra) {
    const sg_kernel *k = o->function->kernel;
    if (extra || (!pointers && k->parameter_count)) return CUDA_ERROR_INVALID_VALUE;
    o->owned_bytes = k->parameter_bytes;
    o->owned = calloc(1, k->parameter_bytes + 1);
    if (!o->owned) return CUDA_ERROR_OUT_OF_MEMORY;
    for (size_t i = 0; i < k->parameter_count; i++)
        memcpy(o->owned + k->parameters[i].offset, pointers[i], k->parameters[i].bytes);
    return CUDA_SUCCESS;
}

/* The first launch loads the kernel, which a capture cannot hold. */
static CUresult load_lazily(sg_function *f, sg_stream *s) {
    if (!f->loaded && s->capture) {
        sg_report("kernel %s is not loaded: its first launch is under capture", f->kernel->name);
        return sg_capture_break(s, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
    }
    f->loaded = true;
    return CUDA_SUCCESS;
}

static CUresult launch(sg_operation o, CUfunction function, CUstream stream, void **pointers, void **extra) {
    o.function = sg_object_find(SG_A_FUNCTION, function);
    sg_stream *s = sg_stream_find(stream);
    if (!o.function || !s || o.function->object.context != sg_current() || s->object.context != sg_current())
        return CUDA_ERROR_INVALID_HANDLE;
    if (!shape_is_good(&o) || !suits_kernel(&o)) return CUDA_ERROR_INVALID_VALUE;
    CUresult code = load_lazily(o.function, s);
    if (!code) code = copy_arguments(&o, pointers, extra);
    return code ? code : sg_stream_enqueue(s, o);
}

CUresult cuLaunchKernel(CUfunction f, unsigned int gx, unsigned int gy, unsigned int gz, unsigned int bx,
                        unsigned int by, unsigned int bz, unsigned int shared, CUstream stream, void **arguments,
                        void **extra) {
    const CUresult code = sg_enter(SG_cuLaunchKernel);
    const sg_operation o = {.kind = SG_DO_LAUNCH, .grid = {gx, gy, gz}, .block = {bx, by, bz}, .shared_bytes = shared};
    return sg_leave(code ? code : launch(o, f, stream, arguments, extra));
}

CUresult cuLaunchKernelEx(const CUlaunchConfig *c, CUfunction f, void **arguments, void **extra) {
    CUresult code = sg_enter(SG_cuLaunchKernelEx);
    if (!code && !c) code = CUDA_ERROR_INVALID_VALUE;
    if (!code && c->numAttrs) code = CUDA_ERROR_NOT_SUPPORTED;
    if (code) return sg_leave(code);
    const sg_operation o = {.kind = SG_DO_LAUNCH,
                            .grid = {c->gridDimX, c->gridDimY, c->gridDimZ},
                            .block = {c->blockDimX, c->blockDimY, c->blockDimZ},
                            .shared_bytes = c->sharedMemBytes};
    return sg_leave(launch(o, f, c->hStream, arguments, extra));
}
