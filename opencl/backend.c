/* SPDX-License-Identifier: Apache-2.0
 *
 * An opened OpenCL device: its program, its kernels and what cw_backend_ops asks for.
 */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "steps.h"
#include "tiles.h"

#include "opencl_source.h" /* made by cw_embed: cw_opencl_source, the numeric text and kernels.cl, line by line */
#include "opencl_lanes_source.h" /* cw_opencl_lanes_source, with lanes.cl */

/* Work-items are added up to this many, then each takes several groups; more would only cost scheduling. */
enum { WORK_ROUND = 256, WORK_MOST = 1 << 20 };

/* Work-groups that do tiles are added up to this many per compute unit. A turn of so many may be no shorter than one of
 * WORK_MOST work-items that do two groups each, for the counter's word 0 must not wrap in that either. */
enum { BLOCKS_PER_UNIT = 64, BLOCKS_MOST = 2 * WORK_MOST / CWN_TILE_GROUPS };

/* Work-items of a step that one work-group does, if the kernel takes so many. */
enum { GROUP_MOST = 256 };

/* Groups that a work-item of a kernel in lanes takes at a time: a number, and the same as an option of the build. */
#define LANES_TILE 512
#define TEXT_OF(number) #number
#define OPTION(name, number) " -D" #name "=" TEXT_OF(number)

typedef struct device {
    cw_device base;
    cl_context context;
    cl_device_id id;
    cl_command_queue queue; /* for cw_allocate */
    cl_program program;
    cl_kernel kernels[CW_KERNELS]; /* NULL for those that need doubles where none are used */
    cw_opencl_way way; /* in lanes the program has kernels for them as well */
    char options[160]; /* of the build */
    cl_kernel lanes_kernels[CW_KERNELS]; /* NULL where a row has none */
    cl_kernel matrix_kernels[CW_MATRIX_KERNELS]; /* NULL there, too */
    size_t group[CW_MATRIX_KERNELS]; /* work-items of a work-group: 1 of those in lanes */
    cl_uint units;
    size_t slice_group_most; /* of all kernels of slices */
    size_t fill_group_most; /* and of all of ranges */
    uint64_t least_tiles; /* fewer are not worth it */
    size_t most_blocks; /* work-groups that do tiles */
    cl_kernel batch_kernel;
    size_t batch_group; /* work-items that share a tile */
    cw_opencl_cache cache;
    cl_event started; /* the timer's first marker, or NULL */
} device;

static device *of(cw_device *base) { return (device *)base; }

/* ----------------------------------------------------------------------------------------------------- memory */

/* Not every driver looks, and a buffer of another context is a wild pointer to those that do not. */
static cw_status check_queue(const device *d, const cw_destination *to, cw_error *why) {
    cl_context queue = NULL;
    cl_device_id id = NULL;
    if (!to->queue) return cw_fail(why, CW_ERROR_DESTINATION, 0, "the destination has no command queue");
    cl_int code = clGetCommandQueueInfo(to->queue, CL_QUEUE_CONTEXT, sizeof queue, &queue, NULL);
    if (!code) code = clGetCommandQueueInfo(to->queue, CL_QUEUE_DEVICE, sizeof id, &id, NULL);
    if (code) return cw_opencl_check(code, CW_ERROR_DESTINATION, "the queue", why);
    if (queue != d->context) return cw_fail(why, CW_ERROR_DESTINATION, 0, "the queue is of another context");
    if (id != d->id) return cw_fail(why, CW_ERROR_DESTINATION, 0, "the queue is of another device");
    return CW_OK;
}

static cw_status check_buffer(const device *d, cl_mem buffer, uint64_t offset, uint64_t bytes, const char *what, cw_error *why) {
    cl_context context = NULL;
    size_t size = 0;
    cl_int code = clGetMemObjectInfo(buffer, CL_MEM_CONTEXT, sizeof context, &context, NULL);
    if (!code) code = clGetMemObjectInfo(buffer, CL_MEM_SIZE, sizeof size, &size, NULL);
    if (code) return cw_opencl_check(code, CW_ERROR_DESTINATION, what, why);
    if (context != d->context) return cw_fail(why, CW_ERROR_DESTINATION, 0, "%s is of another context", what);
    if (offset <= size && bytes <= size - offset) return CW_OK;
    return cw_fail(why, CW_ERROR_DESTINATION, 0, "%s has %zu bytes, not %llu from byte %llu", what, size,
                   (unsigned long long)bytes, (unsigned long long)offset);
}

static cw_status check_destination(const device *d, const cw_destination *to, cw_error *why) {
    if (!to->memory) return cw_fail(why, CW_ERROR_DESTINATION, 0, "the destination has no buffer");
    const cw_status status = check_queue(d, to, why);
    return status ? status : check_buffer(d, to->memory, to->offset, to->bytes, "the buffer", why);
}

/* What a kernel may not write to: not every driver says so, and then the results are undefined. */
static cw_status check_writable(cl_mem buffer, const char *what, cw_error *why) {
    cl_mem_flags flags = 0;
    const cl_int code = clGetMemObjectInfo(buffer, CL_MEM_FLAGS, sizeof flags, &flags, NULL);
    if (code) return cw_opencl_check(code, CW_ERROR_DESTINATION, what, why);
    return flags & CL_MEM_READ_ONLY ? cw_fail(why, CW_ERROR_DESTINATION, 0, "%s is CL_MEM_READ_ONLY", what) : CW_OK;
}

static cw_status check_fill(const device *d, const cw_destination *to, cw_error *why) {
    const cw_status status = check_destination(d, to, why);
    return status ? status : check_writable(to->memory, "the buffer", why);
}

static cw_status check_scratch(const device *d, const cw_destination *to, cw_error *why) {
    const char *what = "the scratch memory";
    const cw_status status = check_buffer(d, to->scratch, to->scratch_offset, to->scratch_bytes, what, why);
    return status ? status : check_writable(to->scratch, what, why);
}

static cw_status allocate(cw_device *base, uint64_t bytes, cw_destination *to, cw_error *why) {
    cl_ulong most = 0;
    cl_int code = clGetDeviceInfo(of(base)->id, CL_DEVICE_MAX_MEM_ALLOC_SIZE, sizeof most, &most, NULL);
    if (code) return cw_opencl_check(code, CW_ERROR_DEVICE, "clGetDeviceInfo", why);
    if (bytes > most || bytes > SIZE_MAX)
        return cw_fail(why, CW_ERROR_MEMORY, 0, "%llu bytes are more than the %llu that the device allocates at once",
                       (unsigned long long)bytes, (unsigned long long)most);
    cl_mem buffer = clCreateBuffer(of(base)->context, CL_MEM_READ_WRITE, bytes ? (size_t)bytes : 1, NULL, &code);
    if (code) return cw_opencl_check(code, CW_ERROR_MEMORY, "clCreateBuffer", why);
    *to = cw_opencl_at(buffer, 0, bytes, of(base)->queue, 0, NULL, NULL);
    return CW_OK;
}

static void release(cw_device *base, cw_destination *allocated) {
    (void)base;
    clReleaseMemObject(allocated->memory);
}

static cw_status write_bytes(cw_device *base, const cw_destination *to, const void *host, uint64_t bytes,
                             cw_error *why) {
    const cw_status status = check_destination(of(base), to, why);
    if (status || !bytes) return status;
    return cw_opencl_check(
        clEnqueueWriteBuffer(to->queue, to->memory, CL_TRUE, (size_t)to->offset, (size_t)bytes, host, 0, NULL, NULL),
        CW_ERROR_DEVICE, "clEnqueueWriteBuffer", why);
}

/* clFinish first: on an out-of-order queue a read would not wait for what was enqueued before it. */
static cw_status read_bytes(cw_device *base, const cw_destination *from, void *host, uint64_t bytes, cw_error *why) {
    const cw_status status = check_destination(of(base), from, why);
    if (status || !bytes) return status;
    cl_int code = clFinish(from->queue);
    if (!code)
        code = clEnqueueReadBuffer(from->queue, from->memory, CL_TRUE, (size_t)from->offset, (size_t)bytes, host, 0,
                                   NULL, NULL);
    return cw_opencl_check(code, CW_ERROR_DEVICE, "clEnqueueReadBuffer", why);
}

static cw_status sync_queue(cw_device *base, const cw_destination *on, cw_error *why) {
    const cw_status status = check_queue(of(base), on, why);
    return status ? status : cw_opencl_check(clFinish(on->queue), CW_ERROR_DEVICE, "clFinish", why);
}

/* ------------------------------------------------------------------------------------------------------ timer */

static cl_int mark(const cw_destination *on, cl_event *marker) { return clEnqueueMarkerWithWaitList(on->queue, 0, NULL, marker); }

static void forget_start(device *d) {
    if (d->started) clReleaseEvent(d->started);
    d->started = NULL;
}

static cw_status timer_start(cw_device *base, const cw_destination *on, cw_error *why) {
    cl_command_queue_properties properties = 0;
    const cw_status status = check_queue(of(base), on, why);
    if (status) return status;
    const cl_int code = clGetCommandQueueInfo(on->queue, CL_QUEUE_PROPERTIES, sizeof properties, &properties, NULL);
    if (code) return cw_opencl_check(code, CW_ERROR_DESTINATION, "the queue", why);
    if (!(properties & CL_QUEUE_PROFILING_ENABLE))
        return cw_fail(why, CW_ERROR_UNSUPPORTED, 0, "the queue was made without CL_QUEUE_PROFILING_ENABLE");
    forget_start(of(base));
    return cw_opencl_check(mark(on, &of(base)->started), CW_ERROR_DEVICE, "clEnqueueMarkerWithWaitList", why);
}

static cl_int end_of(cl_event marker, cl_ulong *nanoseconds) {
    return clGetEventProfilingInfo(marker, CL_PROFILING_COMMAND_END, sizeof *nanoseconds, nanoseconds, NULL);
}

static cw_status timer_stop(cw_device *base, const cw_destination *on, double *seconds, cw_error *why) {
    cl_ulong from = 0, to = 0;
    cl_event stopped = NULL;
    const cw_status status = check_queue(of(base), on, why);
    if (status) return status;
    cl_int code = mark(on, &stopped);
    if (!code) code = clWaitForEvents(1, &stopped);
    if (!code) code = end_of(of(base)->started, &from);
    if (!code) code = end_of(stopped, &to);
    if (stopped) clReleaseEvent(stopped);
    forget_start(of(base));
    if (!code) *seconds = 1e-9 * (double)(to - from);
    return cw_opencl_check(code, CW_ERROR_DEVICE, "the timer", why);
}

/* ------------------------------------------------------------------------------------------------------- fill */

/* For so many groups, each of which a work-item does. */
static size_t work_items(uint64_t groups) {
    if (groups >= WORK_MOST) return WORK_MOST;
    return (size_t)(groups + WORK_ROUND - 1) / WORK_ROUND * WORK_ROUND;
}

/* Of a long row each work-item does several groups, for it has to find the row first. */
enum { GROUPS_OF_ROW = 64, LEAST_OF_ROW = 4, ROW_MOST = 1 << 14 };

/* Work-items along a row, and rows; and how many of each are a work-group, which takes few different shapes: a driver may
 * compile each anew. */
static void slice_items(const cwn_slice *s, size_t *items, size_t *group) {
    const uint64_t groups = s->axis[0].extent;
    items[0] = 1;
    while (items[0] < groups && (items[0] < LEAST_OF_ROW || items[0] * GROUPS_OF_ROW < groups) && items[0] < ROW_MOST) items[0] *= 2;
    const size_t most = s->rows < WORK_ROUND / LEAST_OF_ROW ? WORK_ROUND : LEAST_OF_ROW;
    group[0] = items[0] < most ? items[0] : most;
    group[1] = WORK_ROUND / group[0];
    const uint64_t rows = (s->rows + group[1] - 1) / group[1] * group[1], fit = WORK_MOST / items[0];
    items[1] = rows < fit ? (size_t)rows : (size_t)fit;
}

/* `at` and `at` + 1: a buffer, and where in it. */
static cl_int set_place(cl_kernel kernel, cl_uint at, void *memory, uint64_t offset) {
    cl_mem buffer = memory;
    const cl_ulong from = offset;
    const cl_int code = clSetKernelArg(kernel, at, sizeof buffer, &buffer);
    return code ? code : clSetKernelArg(kernel, at + 1, sizeof from, &from);
}

/* Not every driver looks. */
static cw_status check_wait_list(const device *d, const cw_destination *to, cw_error *why) {
    const cl_event *list = to->wait_list;
    if (to->wait_count && !list)
        return cw_fail(why, CW_ERROR_DESTINATION, 0, "wait_count is %u, but wait_list is NULL", to->wait_count);
    for (uint32_t i = 0; i < to->wait_count; i++) {
        cl_context context = NULL;
        const cl_int code = clGetEventInfo(list[i], CL_EVENT_CONTEXT, sizeof context, &context, NULL);
        if (code) return cw_opencl_check(code, CW_ERROR_DESTINATION, "an event of the wait list", why);
        if (context != d->context)
            return cw_fail(why, CW_ERROR_DESTINATION, 0, "event %u of the wait list is of another context", i);
    }
    return CW_OK;
}

/* What the caller handed over is at fault. */
static cw_status fault_of(cl_int code) {
    switch (code) {
    case CL_INVALID_COMMAND_QUEUE:
    case CL_INVALID_CONTEXT:
    case CL_INVALID_MEM_OBJECT:
    case CL_INVALID_EVENT_WAIT_LIST:
    case CL_MISALIGNED_SUB_BUFFER_OFFSET: return CW_ERROR_DESTINATION;
    default: return CW_ERROR_DEVICE;
    }
}

/* In one dimension, or in two. */
static cw_status enqueue(cw_device *base, cl_kernel kernel, cl_uint dimensions, const size_t *items, const size_t *group,
                         const cw_destination *to, cw_error *why) {
    const cl_int code = clEnqueueNDRangeKernel(to->queue, kernel, dimensions, NULL, items, group, to->wait_count,
                                               to->wait_count ? (const cl_event *)to->wait_list : NULL, to->event);
    if (code) return cw_opencl_check(code, fault_of(code), "clEnqueueNDRangeKernel", why);
    base->launches++;
    return CW_OK;
}

/* A row without a kernel needs doubles, and none are used, or there is no row. */
static cw_status refuse(int row, cw_error *why) {
    if (row < CW_KERNELS && cw_needs_fp64(cw_kernels[row].distribution, cw_kernels[row].type)) return cw_refuse_float64(why);
    return cw_fail(why, CW_ERROR_UNSUPPORTED, 0, "OpenCL has no kernel for this distribution");
}

static cw_status enqueue_lanes(cw_device *base, cl_kernel kernel, const cwn_launch *launch, const cw_destination *to, cw_error *why) {
    const uint64_t groups = cwn_end_group(*launch) - cwn_first_group(*launch), tiles = (groups + LANES_TILE - 1) / LANES_TILE;
    const size_t one = 1, items = tiles < WORK_MOST ? (size_t)tiles : WORK_MOST;
    cl_int code = clSetKernelArg(kernel, 0, sizeof *launch, launch);
    if (!code) code = set_place(kernel, 1, to->memory, to->offset);
    if (code) return cw_opencl_check(code, fault_of(code), "clSetKernelArg", why);
    return enqueue(base, kernel, 1, &items, &one, to, why);
}

static cw_status enqueue_groups(cw_device *base, cl_kernel kernel, const cwn_launch *launch, const cw_destination *to, cw_error *why) {
    const device *d = of(base);
    const uint64_t groups = cwn_end_group(*launch) - cwn_first_group(*launch);
    const cwn_tiles tiles = d->way == CW_IN_TILES ? cw_tiles_of(launch, to->offset, d->least_tiles, d->most_blocks) : cwn_no_tiles();
    const size_t group = CWN_THREADS, blocks = (size_t)cw_blocks_of(&tiles, groups, d->most_blocks);
    const size_t items = tiles.tiles ? blocks * group : work_items(groups);
    cl_int code = clSetKernelArg(kernel, 0, sizeof *launch, launch);
    if (!code) code = clSetKernelArg(kernel, 1, sizeof tiles, &tiles);
    if (!code) code = set_place(kernel, 2, to->memory, to->offset);
    if (!code) code = clSetKernelArg(kernel, 4, launch->distribution == CWN_TRUNCATED_NORMAL ? CWN_HALF_ROOM : 16, NULL);
    if (code) return cw_opencl_check(code, fault_of(code), "clSetKernelArg", why);
    return enqueue(base, kernel, 1, &items, d->way == CW_IN_TILES && d->fill_group_most >= CWN_THREADS ? &group : NULL, to, why);
}

/* `to` was checked. */
static cw_status enqueue_fill(cw_device *base, const cwn_launch *launch, const cw_destination *to, cw_error *why) {
    const int i = cw_kernel_of(launch, NULL);
    if (i == CW_KERNELS || !of(base)->kernels[i]) return refuse(i, why);
    const cl_kernel in_lanes = of(base)->lanes_kernels[i];
    if (in_lanes && !launch->flush) return enqueue_lanes(base, in_lanes, launch, to, why);
    return enqueue_groups(base, of(base)->kernels[i], launch, to, why);
}

static cw_status fill(cw_device *base, const cwn_launch *launch, const cw_destination *to, cw_error *why) {
    cw_status status = check_fill(of(base), to, why);
    if (!status) status = check_wait_list(of(base), to, why);
    return status ? status : enqueue_fill(base, launch, to, why);
}

/* ------------------------------------------------------------------------------------------------------- matrices */

/* Each step waits for the one before by its event, so that the order of the queue does not matter. */
typedef struct chain {
    cw_device *base;
    cw_destination to; /* whose wait list is the last event, once there is one */
    void *memory;      /* the destination's own */
    uint64_t offset;
    cl_event last, next;
    cw_error *why;
} chain;

/* After an enqueue that stored c->next. */
static void go_on(chain *c) {
    if (c->last) clReleaseEvent(c->last);
    c->last = c->next;
    c->next = NULL;
    c->to.wait_list = &c->last;
    c->to.wait_count = 1;
}

static cl_int set_step_arguments(cl_kernel kernel, const cwn_matrix *matrix, const cw_destination *to) {
    cl_int code = clSetKernelArg(kernel, 0, sizeof *matrix, matrix);
    if (!code) code = set_place(kernel, 1, to->memory, to->offset);
    return code ? code : set_place(kernel, 3, to->scratch, to->scratch_offset);
}

/* A work-item in lanes does more than its share: of these there need not be many more than processors. */
enum { ITEMS_PER_UNIT = 4 };

/* Work-items of a step. A crew of one is a work-group; squares take a work-group each. */
static size_t step_items(const device *d, const cw_work *step) {
    const size_t group = d->group[step->kernel], shares = step->shares < WORK_MOST ? (size_t)step->shares : WORK_MOST;
    const uint64_t squares = cw_squares_of(step->kernel, &step->matrix);
    if (!shares) return group;
    if (group == 1) return shares < ITEMS_PER_UNIT * d->units ? shares : ITEMS_PER_UNIT * d->units;
    if (squares) return group * (size_t)(squares < WORK_MOST / group ? squares : WORK_MOST / group);
    return (shares + group - 1) / group * group;
}

static cw_status run_kernel(chain *c, const cw_work *step) {
    const device *d = of(c->base);
    const cl_kernel kernel = d->matrix_kernels[step->kernel];
    const size_t items = step_items(d, step);
    const cl_int code = set_step_arguments(kernel, &step->matrix, &c->to);
    if (code) return cw_opencl_check(code, fault_of(code), "clSetKernelArg", c->why);
    const cw_status status = enqueue(c->base, kernel, 1, &items, &d->group[step->kernel], &c->to, c->why);
    if (!status) go_on(c);
    return status;
}

static cw_status run_draws(chain *c, const cwn_launch *draws) {
    const cw_status status = enqueue_fill(c->base, draws, &c->to, c->why);
    if (!status) go_on(c);
    return status;
}

/* What is made in scratch memory has that as its destination. */
static cw_status run_step(void *user, const cw_work *step) {
    chain *c = user;
    c->to.memory = step->in_scratch ? c->to.scratch : c->memory;
    c->to.offset = step->in_scratch ? c->to.scratch_offset + step->at : c->offset;
    return step->draws.count ? run_draws(c, &step->draws) : run_kernel(c, step);
}

/* The caller gets the last event, if it wants one. */
static cw_status end_chain(chain *c, const cw_destination *to, cw_status status) {
    if (!status && to->event) *(cl_event *)to->event = c->last;
    else if (c->last) clReleaseEvent(c->last);
    return status;
}

static cw_status check_matrix_fill(cw_device *base, const cw_destination *to, cw_error *why) {
    if (!base->fp64) return cw_refuse_float64(why);
    cw_status status = check_fill(of(base), to, why);
    if (!status) status = check_scratch(of(base), to, why);
    return status ? status : check_wait_list(of(base), to, why);
}

static cw_status fill_matrix(cw_device *base, const cwn_launch *draws, const cwn_matrix *matrix, const cw_destination *to,
                             cw_error *why) {
    const cw_status status = check_matrix_fill(base, to, why);
    if (status) return status;
    chain c = {.base = base, .to = *to, .memory = to->memory, .offset = to->offset, .why = why};
    c.to.event = &c.next;
    return end_chain(&c, to, cw_walk_matrix(draws, matrix, run_step, &c));
}

/* --------------------------------------------------------------------------------------------------------- slices */

/* Runs of more than one group, whose neighbours are neighbours in the destination. */
static int has_runs(const cw_part *part) {
    return !part->launch.flush && part->slice.step == 1 && part->slice.groups == 0;
}

/* Far more than there are processors, and few enough that it does not matter what a work-item without work costs. */
static size_t run_items(const cwn_slice *s) {
    enum { MOST = 2048 };
    const uint64_t tiles = (s->axis[0].extent + LANES_TILE - 1) / LANES_TILE;
    return s->rows < MOST / tiles ? (size_t)(s->rows * tiles) : MOST;
}

/* `from` says where a matrix was made. */
static cw_status enqueue_slice(cw_device *base, const cw_part *part, const cw_destination *to, uint64_t from, cw_error *why) {
    const int i = cw_kernel_of(&part->launch, &part->slice);
    const int in_lanes = i < CW_KERNELS && of(base)->lanes_kernels[i] && has_runs(part);
    const cl_kernel kernel = in_lanes ? of(base)->lanes_kernels[i] : i < CW_KERNELS ? of(base)->kernels[i] : NULL;
    size_t items[2] = {in_lanes ? run_items(&part->slice) : 0}, group[2] = {1, 1};
    if (!kernel) return refuse(i, why);
    cl_int code = clSetKernelArg(kernel, 0, sizeof part->launch, &part->launch);
    if (!code) code = clSetKernelArg(kernel, 1, sizeof part->slice, &part->slice);
    if (!code) code = set_place(kernel, 2, to->memory, to->offset);
    if (!code && part->launch.distribution == CWN_COPY) code = set_place(kernel, 4, to->scratch, to->scratch_offset + from);
    if (code) return cw_opencl_check(code, fault_of(code), "clSetKernelArg", why);
    if (in_lanes) return enqueue(base, kernel, 1, items, group, to, why);
    slice_items(&part->slice, items, group);
    return enqueue(base, kernel, 2, items, of(base)->slice_group_most < WORK_ROUND ? NULL : group, to, why);
}

static cw_status enqueue_part(cw_device *base, const cw_part *part, const cw_destination *to, uint64_t from, cw_error *why) {
    cw_destination at = *to;
    at.offset += part->offset;
    return part->slice.rows ? enqueue_slice(base, part, &at, from, why) : enqueue_fill(base, &part->launch, &at, why);
}

static cw_status run_parts(chain *c, const cw_job *job, const cw_destination *to) {
    cw_status status = CW_OK;
    if (job->matrix) {
        c->memory = to->scratch;
        c->offset = to->scratch_offset + job->whole;
        status = cw_walk_matrix(job->draws, job->matrix, run_step, c);
        c->to.memory = to->memory;
        c->to.offset = to->offset;
    }
    for (uint32_t i = 0; i < job->parts && !status; i++) {
        status = enqueue_part(c->base, &job->part[i], &c->to, job->whole, c->why);
        if (!status) go_on(c);
    }
    return status;
}

static cw_status check_slice_fill(cw_device *base, const cw_job *job, const cw_destination *to, cw_error *why) {
    if (job->matrix) return check_matrix_fill(base, to, why);
    const cw_status status = check_fill(of(base), to, why);
    return status ? status : check_wait_list(of(base), to, why);
}

/* Only what has several launches needs events of ours. */
static cw_status fill_slice(cw_device *base, const cw_job *job, const cw_destination *to, cw_error *why) {
    cw_status status = check_slice_fill(base, job, to, why);
    for (uint32_t i = 0; i < job->parts && !status; i++)
        if (cw_needs_fp64(job->part[i].launch.distribution, job->part[i].launch.type) && !base->fp64) status = cw_refuse_float64(why);
    if (status) return status;
    if (!job->matrix && job->parts == 1) return enqueue_part(base, &job->part[0], to, 0, why);
    chain c = {.base = base, .to = *to, .why = why};
    c.to.event = &c.next;
    return end_chain(&c, to, run_parts(&c, job, to));
}

/* --------------------------------------------------------------------------------------------------------- batches */

/* More work-groups would only cost scheduling. */
enum { TILES_MOST = 1 << 14 };

static cw_status check_batch_buffer(const device *d, void *buffer, uint64_t bytes, cw_error *why) {
    const cw_status status = check_buffer(d, buffer, 0, bytes, "a buffer of the batch", why);
    return status ? status : check_writable(buffer, "a buffer of the batch", why);
}

/* Before anything is enqueued. */
static cw_status check_batch(const device *d, const cw_batch_work *batch, const cw_destination *on, cw_error *why) {
    cw_status status = check_queue(d, on, why);
    if (!status) status = check_wait_list(d, on, why);
    if (!status && batch->matrices) status = check_scratch(d, on, why);
    for (uint64_t i = 0; i < batch->launches && !status; i++)
        status = check_batch_buffer(d, batch->launch[i].buffer, batch->launch[i].bytes, why);
    for (const cw_batch_matrix *m = batch->matrices; m && !status; m = m->next)
        status = check_batch_buffer(d, m->to.memory, m->to.offset + m->to.bytes, why);
    return status;
}

static cw_status enqueue_entries(cw_device *base, const cw_batch_work *batch, const cw_batch_launch *l, const cw_destination *on,
                                 cw_error *why) {
    const cl_kernel kernel = of(base)->batch_kernel;
    const cl_ulong number[] = {l->first, l->entries, l->tiles};
    const cl_mem table = batch->table.memory, memory = l->buffer;
    const size_t group = of(base)->batch_group, items = group * (size_t)(l->tiles < TILES_MOST ? l->tiles : TILES_MOST);
    cl_int code = clSetKernelArg(kernel, 0, sizeof table, &table);
    for (cl_uint i = 0; i < 3 && !code; i++) code = clSetKernelArg(kernel, i + 1, sizeof number[i], &number[i]);
    if (!code) code = clSetKernelArg(kernel, 4, sizeof memory, &memory);
    if (code) return cw_opencl_check(code, fault_of(code), "clSetKernelArg", why);
    return enqueue(base, kernel, 1, &items, &group, on, why);
}

static cw_status run_matrix(chain *c, const cw_batch_matrix *m, const cw_destination *on) {
    const cw_destination to = cw_matrix_on(m, on);
    if (m->job.parts) return run_parts(c, &m->job, &to);
    c->memory = to.memory;
    c->offset = to.offset;
    return cw_walk_matrix(m->job.draws, m->job.matrix, run_step, c);
}

static cw_status run_batch(chain *c, const cw_batch_work *batch, const cw_destination *on) {
    cw_status status = CW_OK;
    for (uint64_t i = 0; i < batch->launches && !status; i++) {
        status = enqueue_entries(c->base, batch, &batch->launch[i], &c->to, c->why);
        if (!status) go_on(c);
    }
    for (const cw_batch_matrix *m = batch->matrices; m && !status; m = m->next) status = run_matrix(c, m, on);
    return status;
}

static cw_status fill_batch(cw_device *base, const cw_batch_work *batch, const cw_destination *on, cw_error *why) {
    const cw_status status = check_batch(of(base), batch, on, why);
    if (status) return status;
    if (!batch->matrices && batch->launches == 1) return enqueue_entries(base, batch, batch->launch, on, why);
    chain c = {.base = base, .to = *on, .why = why};
    c.to.event = &c.next;
    return end_chain(&c, on, run_batch(&c, batch, on));
}

/* ----------------------------------------------------------------------------------------------- open and close */

static void drop_kernel(cl_kernel *kernel) {
    if (*kernel) clReleaseKernel(*kernel);
    *kernel = NULL;
}

static void drop_program(device *d) {
    for (int i = 0; i < CW_KERNELS; i++) {
        drop_kernel(&d->kernels[i]);
        drop_kernel(&d->lanes_kernels[i]);
    }
    for (int i = 0; i < CW_MATRIX_KERNELS; i++) drop_kernel(&d->matrix_kernels[i]);
    drop_kernel(&d->batch_kernel);
    if (d->program) clReleaseProgram(d->program);
    d->program = NULL;
}

static void close_device(cw_device *base) {
    device *d = of(base);
    cw_opencl_cache_close(&d->cache, d->program, d->id);
    drop_program(d);
    forget_start(d);
    if (d->queue) clReleaseCommandQueue(d->queue);
    if (d->context) clReleaseContext(d->context);
    free(d);
}

static const cw_backend_ops ops = {
    .backend = CW_BACKEND_OPENCL,
    .fill = fill,
    .fill_matrix = fill_matrix,
    .fill_slice = fill_slice,
    .fill_batch = fill_batch,
    .sync = sync_queue,
    .timer_start = timer_start,
    .timer_stop = timer_stop,
    .allocate = allocate,
    .write = write_bytes,
    .read = read_bytes,
    .release = release,
    .close = close_device,
};

/* The first line of the build log that says "error", or its first line. */
static cw_status build_failure(const device *d, cl_int code, cw_error *why) {
    size_t size = 0;
    clGetProgramBuildInfo(d->program, d->id, CL_PROGRAM_BUILD_LOG, 0, NULL, &size);
    char *log = calloc(1, size + 1);
    if (log) clGetProgramBuildInfo(d->program, d->id, CL_PROGRAM_BUILD_LOG, size, log, NULL);
    const char *line = log ? strstr(log, "error") : NULL;
    if (!line) line = log ? log : "";
    const cw_status status = cw_fail(why, CW_ERROR_DEVICE, code, "clBuildProgram: %s (%d) %.*s",
                                     cw_opencl_error_name(code), code, (int)strcspn(line, "\r\n"), line);
    free(log);
    return status;
}

/* The kernel says how many work-items its work-groups have, or how many they may have. */
static cw_status make_matrix_kernel(device *d, int i, cw_error *why) {
    cl_int code;
    size_t most = 0, asked[3] = {0, 0, 0};
    const cl_kernel kernel = d->matrix_kernels[i] = clCreateKernel(d->program, cw_matrix_kernels[i].name, &code);
    if (!code) code = clGetKernelWorkGroupInfo(kernel, d->id, CL_KERNEL_COMPILE_WORK_GROUP_SIZE, sizeof asked, asked, NULL);
    if (!code) code = clGetKernelWorkGroupInfo(kernel, d->id, CL_KERNEL_WORK_GROUP_SIZE, sizeof most, &most, NULL);
    d->group[i] = asked[0] ? asked[0] : most < GROUP_MOST ? most : GROUP_MOST;
    return cw_opencl_check(code, CW_ERROR_DEVICE, cw_matrix_kernels[i].name, why);
}

static cl_int lower_group_most(const device *d, cl_kernel kernel, size_t *group_most) {
    size_t most = 0;
    const cl_int code = clGetKernelWorkGroupInfo(kernel, d->id, CL_KERNEL_WORK_GROUP_SIZE, sizeof most, &most, NULL);
    if (most < *group_most) *group_most = most;
    return code;
}

/* A CPU's work-items run one after the other: one of them does a tile sooner than many. */
static cw_status make_batch_kernel(device *d, cw_error *why) {
    cl_device_type type = 0;
    size_t most = 0;
    cl_int code;
    d->batch_kernel = clCreateKernel(d->program, "cw_batch", &code);
    if (!code) code = clGetDeviceInfo(d->id, CL_DEVICE_TYPE, sizeof type, &type, NULL);
    if (!code) code = clGetKernelWorkGroupInfo(d->batch_kernel, d->id, CL_KERNEL_WORK_GROUP_SIZE, sizeof most, &most, NULL);
    d->batch_group = d->way == CW_IN_LANES || type & CL_DEVICE_TYPE_CPU ? 1 : most < GROUP_MOST ? most : GROUP_MOST;
    return cw_opencl_check(code, CW_ERROR_DEVICE, "cw_batch", why);
}

/* The name of a row's kernel in lanes, or NULL. */
static const char *lanes_name(const cw_kernel_row *row) {
#define CW_ROW(name, d, t) \
    if (row->kind == CW_RANGE && row->distribution == d && row->type == t) return "cw_lanes_" #name;
    CWN_LANES_TABLE(CW_ROW)
#undef CW_ROW
#define CW_ROW(name, d, t) \
    if (row->kind == CW_SLICED && row->distribution == d && row->type == t) return "cw_lanes_runs_" #name;
    CWN_LANES_DRAWN_TABLE(CW_ROW)
#undef CW_ROW
    return NULL;
}

static cw_status make_kernel(device *d, int i, cw_error *why) {
    const cw_kernel_row *row = &cw_kernels[i];
    const char *in_lanes = d->way == CW_IN_LANES ? lanes_name(row) : NULL;
    cl_int code;
    d->kernels[i] = clCreateKernel(d->program, row->name, &code);
    if (!code && in_lanes) d->lanes_kernels[i] = clCreateKernel(d->program, in_lanes, &code);
    if (!code) code = lower_group_most(d, d->kernels[i], row->kind == CW_RANGE ? &d->fill_group_most : &d->slice_group_most);
    return cw_opencl_check(code, CW_ERROR_DEVICE, row->name, why);
}

/* Each unit is to have a tile; none are done where a work-group cannot have its work-items. */
static void decide_tiles(device *d) {
    const size_t blocks = d->units * (size_t)BLOCKS_PER_UNIT;
    d->least_tiles = d->fill_group_most < CWN_THREADS ? UINT64_MAX : d->units;
    d->most_blocks = blocks < BLOCKS_MOST ? BLOCKS_MOST : blocks;
}

static cw_status make_kernels(device *d, cw_error *why) {
    cw_status status = CW_OK;
    d->slice_group_most = d->fill_group_most = WORK_ROUND;
    for (int i = 0; i < CW_KERNELS && !status; i++)
        if (d->base.fp64 || !cw_needs_fp64(cw_kernels[i].distribution, cw_kernels[i].type)) status = make_kernel(d, i, why);
    for (int i = 0; i < CW_MATRIX_KERNELS && d->base.fp64 && !status; i++) status = make_matrix_kernel(d, i, why);
    decide_tiles(d);
    return status ? status : make_batch_kernel(d, why);
}

/* Where the device rounds roots of floats correctly if it is told to, they need no doubles. The integers' way needs neither. */
#define EXACT_SQRT " -cl-fp32-correctly-rounded-divide-sqrt -DCWN_EXACT_SQRT -DCWL_EXACT_SQRT"
#define IN_LANES " -DCWL_LANES=8" OPTION(CW_LANES_TILE, LANES_TILE)
static void decide_options(device *d) {
    static const char *const ways[] = {[CW_ONE_BY_ONE] = "", [CW_IN_TILES] = " -DCW_IN_TILES", [CW_IN_LANES] = IN_LANES};
    cl_device_fp_config config = 0;
    clGetDeviceInfo(d->id, CL_DEVICE_SINGLE_FP_CONFIG, sizeof config, &config, NULL);
    const char *roots = config & CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT ? EXACT_SQRT : "";
    snprintf(d->options, sizeof d->options, "-cl-std=CL1.2%s%s", d->base.fp64 ? roots : " -DCWN_NO_FP64", ways[d->way]);
}

/* Whether a program that was built before is there, and all right. */
static int build_from_binary(device *d) {
    size_t bytes;
    cl_int code;
    unsigned char *binary = cw_opencl_cache_read(&d->cache, &bytes);
    const unsigned char *given = binary; /* OpenCL wants a pointer to one that is not const */
    if (!binary) return 0;
    d->program = clCreateProgramWithBinary(d->context, 1, &d->id, &bytes, &given, NULL, &code);
    free(binary);
    if (!code) code = clBuildProgram(d->program, 1, &d->id, d->options, NULL, NULL);
    if (!code && !make_kernels(d, NULL)) return 1;
    drop_program(d);
    cw_opencl_cache_refuse(&d->cache);
    return 0;
}

static cw_status build_from_source(device *d, const char **lines, cl_uint count, cw_error *why) {
    cl_int code;
    d->program = clCreateProgramWithSource(d->context, count, lines, NULL, &code);
    if (code) return cw_opencl_check(code, CW_ERROR_DEVICE, "clCreateProgramWithSource", why);
    code = clBuildProgram(d->program, 1, &d->id, d->options, NULL, NULL);
    const cw_status status = code ? build_failure(d, code, why) : make_kernels(d, why);
    if (!status) cw_opencl_cache_built(&d->cache);
    return status;
}

static cw_status build(device *d, const char *cache_folder, cw_error *why) {
    enum { LINES = sizeof cw_opencl_source / sizeof *cw_opencl_source, LANES = sizeof cw_opencl_lanes_source / sizeof *cw_opencl_lanes_source };
    const char *lines[LANES + LINES]; /* OpenCL wants pointers that are not const */
    memcpy(lines, cw_opencl_lanes_source, sizeof cw_opencl_lanes_source);
    memcpy(lines + LANES, cw_opencl_source, sizeof cw_opencl_source);
    const cl_uint skipped = d->way == CW_IN_LANES ? 0 : LANES;
    cw_opencl_cache_open(&d->cache, cache_folder, d->id, d->options, lines + skipped, LANES + LINES - skipped);
    return build_from_binary(d) ? CW_OK : build_from_source(d, lines + skipped, LANES + LINES - skipped, why);
}

static cw_status prepare(device *d, cl_context context, cl_device_id id, const cw_opencl_options *o, cw_error *why) {
    char unusable[128];
    cl_int code = clRetainContext(context);
    if (code) return cw_opencl_check(code, CW_ERROR_ARGUMENT, "clRetainContext", why);
    d->context = context;
    d->id = id;
    /* First, because it says whether the device is one of the context's. */
    d->queue = clCreateCommandQueue(context, id, CL_QUEUE_PROFILING_ENABLE, &code);
    if (code)
        return cw_opencl_check(code, code == CL_INVALID_DEVICE ? CW_ERROR_ARGUMENT : CW_ERROR_DEVICE,
                               "clCreateCommandQueue", why);
    cw_opencl_why_not(id, unusable, sizeof unusable);
    if (unusable[0]) return cw_fail(why, CW_ERROR_UNSUPPORTED, 0, "%s", unusable);
    code = clGetDeviceInfo(id, CL_DEVICE_MAX_COMPUTE_UNITS, sizeof d->units, &d->units, NULL);
    if (code) return cw_opencl_check(code, CW_ERROR_DEVICE, "clGetDeviceInfo", why);
    cw_status status = cw_opencl_decide_fp64(id, o->fp64, &d->base.fp64, why);
    if (!status) status = cw_opencl_decide_way(id, d->base.fp64, &d->way, why);
    if (status) return status;
    decide_options(d);
    return build(d, o->cache_folder, why);
}

cw_status cw_opencl_open_with(const cw_opencl_options *options, cl_context context, cl_device_id id, cw_device **opened,
                              cw_error *why) {
    const cw_opencl_options defaults = CW_OPENCL_OPTIONS_INIT, *o = options ? options : &defaults;
    if (o->struct_size != sizeof *o)
        return cw_fail(why, CW_ERROR_STRUCT, 0, "the options were not started from CW_OPENCL_OPTIONS_INIT of this version");
    if (!context || !id || !opened) return cw_fail(why, CW_ERROR_ARGUMENT, 0, "cw_opencl_open: a pointer is NULL");
    device *d = calloc(1, sizeof *d);
    if (!d) return cw_fail(why, CW_ERROR_MEMORY, 0, "no memory for an OpenCL device");
    d->base.ops = &ops;
    const cw_status status = prepare(d, context, id, o, why);
    if (status) close_device(&d->base);
    else *opened = &d->base;
    return status;
}

cw_status cw_opencl_open(cl_context context, cl_device_id id, cw_device **opened, cw_error *why) {
    return cw_opencl_open_with(NULL, context, id, opened, why);
}
