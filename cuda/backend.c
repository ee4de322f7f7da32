/* SPDX-License-Identifier: Apache-2.0
 *
 * An opened CUDA device: its driver, its kernels and what cw_backend_ops asks for.
 */
#include <stdlib.h>

#include "counterweight/cuda.h"
#include "driver.h"
#include "image.h"
#include "steps.h"
#include "tiles.h"

/* Blocks are added up to this many per multiprocessor, then each thread takes several groups. */
enum { BLOCKS_PER_UNIT = 64 };

/* Of a batch: fewer, for each has to find its place in the table. */
enum { BATCH_BLOCKS_PER_UNIT = 16 };

typedef struct device {
    cw_device base;
    cw_cuda_driver driver;
    CUcontext context;
    CUdevice id;
    int owns_context; /* it is the primary context, retained */
    unsigned units, most_blocks; /* multiprocessors; blocks of a grid */
    CUmodule module;
    CUfunction kernels[CW_KERNELS];
    CUfunction matrix_kernels[CW_MATRIX_KERNELS];
    CUfunction batch_kernel;
    CUstream stream; /* for cw_allocate */
    CUevent started, stopped; /* the timer's, NULL until it is first used */
} device;

static device *of(cw_device *base) { return (device *)base; }

static cw_status check(const device *d, CUresult code, const char *what, cw_error *why) {
    return cw_cuda_check(&d->driver, code, CW_ERROR_DEVICE, what, why);
}

static cw_status enter(const device *d, cw_error *why) {
    return check(d, d->driver.cuCtxPushCurrent_v2(d->context), "cuCtxPushCurrent", why);
}

static void leave(const device *d) {
    CUcontext ours;
    d->driver.cuCtxPopCurrent_v2(&ours);
}

static CUdeviceptr address_of(const cw_destination *d) { return (CUdeviceptr)(uintptr_t)d->memory + d->offset; }

/* ----------------------------------------------------------------------------------------------------- memory */

static cw_status allocate(cw_device *base, uint64_t bytes, cw_destination *to, cw_error *why) {
    const device *d = of(base);
    CUdeviceptr memory = 0;
    cw_status status = enter(d, why);
    if (status) return status;
    status = check(d, d->driver.cuMemAlloc_v2(&memory, bytes ? bytes : 1), "cuMemAlloc", why);
    leave(d);
    if (!status) *to = cw_cuda_at(memory, bytes, d->stream);
    return status;
}

static void release(cw_device *base, cw_destination *allocated) {
    const device *d = of(base);
    if (enter(d, NULL)) return;
    d->driver.cuMemFree_v2(address_of(allocated));
    leave(d);
}

static CUresult copy_in(const device *d, const cw_destination *to, const void *host, uint64_t bytes) {
    const CUresult code = d->driver.cuMemcpyHtoDAsync_v2(address_of(to), host, bytes, to->queue);
    return code ? code : d->driver.cuStreamSynchronize(to->queue);
}

static CUresult copy_out(const device *d, const cw_destination *from, void *host, uint64_t bytes) {
    const CUresult code = d->driver.cuMemcpyDtoHAsync_v2(host, address_of(from), bytes, from->queue);
    return code ? code : d->driver.cuStreamSynchronize(from->queue);
}

static cw_status write_bytes(cw_device *base, const cw_destination *to, const void *host, uint64_t bytes,
                             cw_error *why) {
    const device *d = of(base);
    cw_status status = bytes ? enter(d, why) : CW_OK;
    if (status || !bytes) return status;
    status = check(d, copy_in(d, to, host, bytes), "copying to the device", why);
    leave(d);
    return status;
}

static cw_status read_bytes(cw_device *base, const cw_destination *from, void *host, uint64_t bytes, cw_error *why) {
    const device *d = of(base);
    cw_status status = bytes ? enter(d, why) : CW_OK;
    if (status || !bytes) return status;
    status = check(d, copy_out(d, from, host, bytes), "copying from the device", why);
    leave(d);
    return status;
}

static cw_status sync_stream(cw_device *base, const cw_destination *on, cw_error *why) {
    const device *d = of(base);
    cw_status status = enter(d, why);
    if (status) return status;
    status = check(d, d->driver.cuStreamSynchronize(on->queue), "cuStreamSynchronize", why);
    leave(d);
    return status;
}

/* ------------------------------------------------------------------------------------------------------ timer */

static CUresult make_events(device *d) {
    CUresult code = d->started ? CUDA_SUCCESS : d->driver.cuEventCreate(&d->started, CU_EVENT_DEFAULT);
    if (!code && !d->stopped) code = d->driver.cuEventCreate(&d->stopped, CU_EVENT_DEFAULT);
    return code;
}

static cw_status timer_start(cw_device *base, const cw_destination *on, cw_error *why) {
    device *d = of(base);
    cw_status status = enter(d, why);
    if (status) return status;
    status = check(d, make_events(d), "cuEventCreate", why);
    if (!status) status = check(d, d->driver.cuEventRecord(d->started, on->queue), "cuEventRecord", why);
    leave(d);
    return status;
}

static cw_status timer_stop(cw_device *base, const cw_destination *on, double *seconds, cw_error *why) {
    const device *d = of(base);
    float milliseconds = 0;
    cw_status status = enter(d, why);
    if (status) return status;
    CUresult code = d->driver.cuEventRecord(d->stopped, on->queue);
    if (!code) code = d->driver.cuEventSynchronize(d->stopped);
    if (!code) code = d->driver.cuEventElapsedTime_v2(&milliseconds, d->started, d->stopped);
    status = check(d, code, "the timer", why);
    leave(d);
    if (!status) *seconds = 1e-3 * (double)milliseconds;
    return status;
}

/* ------------------------------------------------------------------------------------------------------- fill */

/* `blocks` are many enough; threads go on with what is left. The context is current, and the driver copies the arguments
 * before it returns. */
static cw_status launch(cw_device *base, const cwn_launch *l, const cwn_slice *s, const unsigned *blocks, unsigned threads,
                        void **arguments, const cw_destination *to, cw_error *why) {
    const device *d = of(base);
    const int i = cw_kernel_of(l, s);
    if (i == CW_KERNELS) return cw_fail(why, CW_ERROR_UNSUPPORTED, 0, "CUDA has no kernel for this distribution");
    const CUresult code = d->driver.cuLaunchKernel(d->kernels[i], blocks[0], blocks[1], 1, threads, CWN_THREADS / threads, 1,
                                                   0, to->queue, arguments, NULL);
    const cw_status status = check(d, code, "cuLaunchKernel", why);
    if (!status) base->launches++;
    return status;
}

static unsigned blocks_for(const device *d, uint64_t items, unsigned threads) {
    const uint64_t blocks = items / threads + (items % threads != 0);
    return blocks < d->most_blocks ? (unsigned)blocks : d->most_blocks;
}

static cw_status enqueue_fill(cw_device *base, const cwn_launch *l, const cw_destination *to, cw_error *why) {
    const device *d = of(base);
    cwn_launch constants = *l;
    CUdeviceptr memory = address_of(to);
    cwn_tiles tiles = cw_tiles_of(l, memory, d->units, d->most_blocks);
    const unsigned blocks[] = {(unsigned)cw_blocks_of(&tiles, cwn_end_group(*l) - cwn_first_group(*l), d->most_blocks), 1};
    void *arguments[] = {&constants, &tiles, &memory};
    return launch(base, l, NULL, blocks, CWN_THREADS, arguments, to, why);
}

static cw_status fill(cw_device *base, const cwn_launch *launch, const cw_destination *to, cw_error *why) {
    cw_status status = enter(of(base), why);
    if (status) return status;
    status = enqueue_fill(base, launch, to, why);
    leave(of(base));
    return status;
}

/* ------------------------------------------------------------------------------------------------------- matrices */

typedef struct matrix_fill {
    cw_device *base;
    const cw_destination *to;
    cw_error *why;
} matrix_fill;

/* The stream keeps the steps' order. */
typedef struct grid {
    unsigned blocks, threads;
} grid;

/* Steps of one crew are one block. Blocks of few threads are enough of them to come to all multiprocessors. */
static grid grid_of(const device *d, const cw_work *step) {
    const uint64_t squares = cw_squares_of(step->kernel, &step->matrix);
    if (squares) return (grid){blocks_for(d, squares, 1), CWN_THREADS};
    if (step->shares) return (grid){blocks_for(d, step->shares, CWN_STEP_THREADS), CWN_STEP_THREADS};
    return (grid){1, cw_matrix_kernels[step->kernel].step == CWN_HOUSEHOLDER ? CWN_THREADS : CWN_STEP_THREADS};
}

static cw_status run_step(void *user, const cw_work *step) {
    const matrix_fill *f = user;
    const device *d = of(f->base);
    cwn_matrix matrix = step->matrix;
    CUdeviceptr scratch = (CUdeviceptr)(uintptr_t)f->to->scratch + f->to->scratch_offset;
    CUdeviceptr memory = step->in_scratch ? scratch + step->at : address_of(f->to);
    const cw_destination to = cw_cuda_at(memory, UINT64_MAX, f->to->queue);
    if (step->draws.count) return enqueue_fill(f->base, &step->draws, &to, f->why);
    void *arguments[] = {&matrix, &memory, &scratch};
    const grid g = grid_of(d, step);
    const CUresult code = d->driver.cuLaunchKernel(d->matrix_kernels[step->kernel], g.blocks, 1, 1, g.threads, 1, 1, 0,
                                                   f->to->queue, arguments, NULL);
    const cw_status status = check(d, code, "cuLaunchKernel", f->why);
    if (!status) f->base->launches++;
    return status;
}

static cw_status fill_matrix(cw_device *base, const cwn_launch *draws, const cwn_matrix *matrix, const cw_destination *to,
                             cw_error *why) {
    matrix_fill f = {base, to, why};
    cw_status status = enter(of(base), why);
    if (status) return status;
    status = cw_walk_matrix(draws, matrix, run_step, &f);
    leave(of(base));
    return status;
}

/* --------------------------------------------------------------------------------------------------------- slices */

enum { WARPS = CWN_THREADS / 32 }; /* of a block */

/* Threads of a block along a row: as many as it has items, in powers of two. */
static unsigned threads_along(uint64_t items) {
    unsigned threads = 1;
    while (threads < CWN_THREADS && threads < items) threads *= 2;
    return threads;
}

/* Items that a warp takes of runs: whole rows of 256 groups and more, or part of a longer one; 0 where there are far too many. */
static uint32_t items_of_warp(const device *d, const cwn_slice *s) {
    const uint64_t extent = s->axis[0].extent, some = 256, unit = extent < 4 * some ? (some + extent - 1) / extent * extent : some;
    const uint64_t warps = (uint64_t)d->most_blocks * WARPS, all = s->rows * extent;
    const uint64_t each = (all / unit + warps) / warps * unit;
    return each >> 28 ? 0 : (uint32_t)each;
}

static cw_status enqueue_slice(cw_device *base, const cw_part *part, CUdeviceptr memory, CUdeviceptr source,
                               const cw_destination *to, cw_error *why) {
    const device *d = of(base);
    cwn_launch constants = part->launch;
    cwn_slice slice = part->slice;
    const uint64_t extent = slice.axis[0].extent;
    cwn_tiles tiles = cw_runs_of(&constants, &slice);
    uint32_t each = tiles.rest ? items_of_warp(d, &slice) : 0;
    const unsigned threads = each ? CWN_THREADS : threads_along(extent), columns = blocks_for(d, extent, threads);
    const unsigned rows = blocks_for(d, slice.rows, CWN_THREADS / threads), most = d->most_blocks / columns;
    const unsigned for_runs[] = {each ? blocks_for(d, slice.rows * extent, each * WARPS) : 0, 1};
    const unsigned blocks[] = {columns, rows < most ? rows : most};
    void *arguments[] = {&constants, &slice, &memory, &source, &tiles, &each};
    return launch(base, &constants, &slice, each ? for_runs : blocks, threads, arguments, to, why);
}

static cw_status enqueue_part(cw_device *base, const cw_part *part, CUdeviceptr source, const cw_destination *to, cw_error *why) {
    cw_destination at = *to;
    at.offset += part->offset;
    if (!part->slice.rows) return enqueue_fill(base, &part->launch, &at, why);
    return enqueue_slice(base, part, address_of(&at), source, to, why);
}

static cw_status fill_slice(cw_device *base, const cw_job *job, const cw_destination *to, cw_error *why) {
    cw_destination whole = *to;
    cw_status status = CW_OK;
    whole.memory = to->scratch;
    whole.offset = to->scratch_offset + job->whole;
    if (job->matrix) status = fill_matrix(base, job->draws, job->matrix, &whole, why);
    if (!status) status = enter(of(base), why);
    if (status) return status;
    for (uint32_t i = 0; i < job->parts && !status; i++)
        status = enqueue_part(base, &job->part[i], address_of(&whole), to, why);
    leave(of(base));
    return status;
}

/* --------------------------------------------------------------------------------------------------------- batches */

static cw_status enqueue_entries(cw_device *base, const cw_batch_work *batch, const cw_destination *on, cw_error *why) {
    const device *d = of(base);
    uint64_t count = batch->launch->entries, tiles = batch->launch->tiles, most = (uint64_t)d->units * BATCH_BLOCKS_PER_UNIT;
    uint64_t each = (tiles + most - 1) / most;
    CUdeviceptr entries = address_of(&batch->table) + sizeof(cwn_table);
    void *arguments[] = {&entries, &count, &tiles, &each};
    const CUresult code = d->driver.cuLaunchKernel(d->batch_kernel, (unsigned)((tiles + each - 1) / each), 1, 1, CWN_THREADS, 1, 1,
                                                   0, on->queue, arguments, NULL);
    const cw_status status = check(d, code, "cuLaunchKernel", why);
    if (!status) base->launches++;
    return status;
}

static cw_status fill_batch(cw_device *base, const cw_batch_work *batch, const cw_destination *on, cw_error *why) {
    cw_status status = enter(of(base), why);
    if (status) return status;
    if (batch->launches) status = enqueue_entries(base, batch, on, why);
    leave(of(base));
    for (const cw_batch_matrix *m = batch->matrices; m && !status; m = m->next) {
        const cw_destination to = cw_matrix_on(m, on);
        status = m->job.parts ? fill_slice(base, &m->job, &to, why) : fill_matrix(base, m->job.draws, m->job.matrix, &to, why);
    }
    return status;
}

/* ----------------------------------------------------------------------------------------------- open and close */

/* A caller may have destroyed the context already: then there is nothing left to free in it. */
static void free_in_context(const device *d) {
    if (!d->context || enter(d, NULL)) return;
    if (d->started) d->driver.cuEventDestroy_v2(d->started);
    if (d->stopped) d->driver.cuEventDestroy_v2(d->stopped);
    if (d->stream) d->driver.cuStreamDestroy_v2(d->stream);
    if (d->module) d->driver.cuModuleUnload(d->module);
    leave(d);
}

static void close_device(cw_device *base) {
    device *d = of(base);
    free_in_context(d);
    if (d->owns_context) d->driver.cuDevicePrimaryCtxRelease_v2(d->id);
    cw_cuda_unload(&d->driver);
    free(d);
}

static const cw_backend_ops ops = {
    .backend = CW_BACKEND_CUDA,
    .fill = fill,
    .fill_matrix = fill_matrix,
    .fill_slice = fill_slice,
    .fill_batch = fill_batch,
    .sync = sync_stream,
    .timer_start = timer_start,
    .timer_stop = timer_stop,
    .allocate = allocate,
    .write = write_bytes,
    .read = read_bytes,
    .release = release,
    .close = close_device,
};

/* cuFuncLoad, because a lazily loaded kernel would be loaded by its first launch, which may be under capture. */
static cw_status load_kernel(device *d, const char *name, CUfunction *kernel, cw_error *why) {
    const cw_status status = check(d, d->driver.cuModuleGetFunction(kernel, d->module, name), name, why);
    return status ? status : check(d, d->driver.cuFuncLoad(*kernel), "cuFuncLoad", why);
}

static cw_status load_kernels(device *d, cw_error *why) {
    cw_status status = check(d, d->driver.cuModuleLoadData(&d->module, cw_cuda_kernels()), "cuModuleLoadData", why);
    for (int i = 0; i < CW_KERNELS && !status; i++) status = load_kernel(d, cw_kernels[i].name, &d->kernels[i], why);
    for (int i = 0; i < CW_MATRIX_KERNELS && !status; i++)
        status = load_kernel(d, cw_matrix_kernels[i].name, &d->matrix_kernels[i], why);
    return status ? status : load_kernel(d, "cw_batch", &d->batch_kernel, why);
}

static cw_status check_device(device *d, cw_error *why) {
    char unusable[128];
    cw_status status = check(d, d->driver.cuCtxGetDevice(&d->id), "cuCtxGetDevice", why);
    if (status) return status;
    status = check(d, cw_cuda_why_not(&d->driver, d->id, unusable, sizeof unusable), "cuDeviceGetAttribute", why);
    if (status) return status;
    if (unusable[0]) return cw_fail(why, CW_ERROR_UNSUPPORTED, 0, "%s", unusable);
    const int units = cw_cuda_attribute(&d->driver, d->id, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
    d->units = units > 0 ? (unsigned)units : 1;
    d->most_blocks = d->units * BLOCKS_PER_UNIT;
    return CW_OK;
}

/* Needs driver and context. */
static cw_status prepare(device *d, cw_error *why) {
    cw_status status =
        cw_cuda_check(&d->driver, d->driver.cuCtxPushCurrent_v2(d->context), CW_ERROR_ARGUMENT, "the context", why);
    if (status) {
        d->context = NULL;
        return status;
    }
    status = check_device(d, why);
    if (!status) status = load_kernels(d, why);
    if (!status) status = check(d, d->driver.cuStreamCreate(&d->stream, CU_STREAM_NON_BLOCKING), "cuStreamCreate", why);
    leave(d);
    return status;
}

static cw_status retain_primary(device *d, uint32_t ordinal, cw_error *why) {
    int count = 0;
    cw_status status = check(d, d->driver.cuDeviceGetCount(&count), "cuDeviceGetCount", why);
    if (status) return status;
    if (ordinal >= (uint32_t)count)
        return cw_fail(why, CW_ERROR_NO_DEVICE, 0, "there is no CUDA device %u, only %d in all", ordinal, count);
    status = check(d, d->driver.cuDeviceGet(&d->id, (int)ordinal), "cuDeviceGet", why);
    if (status) return status;
    status = check(d, d->driver.cuDevicePrimaryCtxRetain(&d->context, d->id), "cuDevicePrimaryCtxRetain", why);
    d->owns_context = !status;
    return status;
}

static cw_status new_device(device **made, cw_error *why) {
    device *d = calloc(1, sizeof *d);
    if (!d) return cw_fail(why, CW_ERROR_MEMORY, 0, "no memory for a CUDA device");
    d->base.ops = &ops;
    d->base.fp64 = 1;
    const cw_status status = cw_cuda_load(&d->driver, why);
    if (status) free(d);
    else *made = d;
    return status;
}

static cw_status finish(device *d, cw_status status, cw_device **opened, cw_error *why) {
    if (!status) status = prepare(d, why);
    if (status) close_device(&d->base);
    else *opened = &d->base;
    return status;
}

cw_status cw_cuda_open(CUcontext context, cw_device **opened, cw_error *why) {
    device *d = NULL;
    if (!context || !opened) return cw_fail(why, CW_ERROR_ARGUMENT, 0, "cw_cuda_open: a pointer is NULL");
    const cw_status status = new_device(&d, why);
    if (status) return status;
    d->context = context;
    return finish(d, CW_OK, opened, why);
}

cw_status cw_cuda_open_index(uint32_t ordinal, cw_device **opened, cw_error *why) {
    device *d = NULL;
    if (!opened) return cw_fail(why, CW_ERROR_ARGUMENT, 0, "cw_cuda_open_index: `device` is NULL");
    const cw_status status = new_device(&d, why);
    if (status) return status;
    return finish(d, retain_primary(d, ordinal, why), opened, why);
}
