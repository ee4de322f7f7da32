/* SPDX-License-Identifier: Apache-2.0
 *
 * (plan, slice, destination) triples -> a table that lies where kernels read it, and the matrices beside it.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fill.h"
#include "slice.h"

/* An entry before it has its place in the table. */
typedef struct cw_draft {
    cwn_entry entry;
    uint64_t order, bytes;
    void *buffer; /* whose launch it belongs to: the OpenCL buffer; elsewhere NULL */
} cw_draft;

struct cw_batch {
    cw_device *device;
    cw_draft *drafts; /* only while it is made */
    uint64_t count, capacity, launches, scratch;
    cw_batch_work work;
};

/* ------------------------------------------------------------------------------------------------------------- items */

static cw_status add_entry(cw_batch *b, const cw_part *part, const cw_destination *to, uint64_t bytes, cw_error *why) {
    if (b->count == b->capacity) {
        const uint64_t capacity = b->capacity ? 2 * b->capacity : 64;
        cw_draft *more = realloc(b->drafts, capacity * sizeof *more);
        if (!more) return cw_fail(why, CW_ERROR_MEMORY, 0, "no memory for a batch");
        b->drafts = more;
        b->capacity = capacity;
    }
    const int in_buffer = to->backend == CW_BACKEND_OPENCL;
    const uint64_t base = in_buffer ? 0 : (uint64_t)(uintptr_t)to->memory;
    cw_draft *d = &b->drafts[b->count];
    memset(d, 0, sizeof *d);
    d->entry.memory = base + to->offset + part->offset;
    d->entry.items = part->slice.rows * part->slice.axis[0].extent;
    d->entry.launch = part->launch;
    d->entry.slice = part->slice;
    d->bytes = to->offset + bytes;
    d->buffer = in_buffer ? to->memory : NULL;
    d->order = b->count++;
    return CW_OK;
}

static cw_status add_parts(cw_batch *b, cw_job *job, const cw_destination *to, uint64_t bytes, cw_error *why) {
    cw_status status = CW_OK;
    for (uint32_t i = 0; i < job->parts && !status; i++) {
        cw_part_as_slice(&job->part[i]);
        if (!b->device->fp64 && cw_needs_fp64(job->part[i].launch.distribution, job->part[i].launch.type))
            status = cw_refuse_float64(why);
        else status = add_entry(b, &job->part[i], to, bytes, why);
    }
    return status;
}

/* Without a slice the tensor is made where it belongs, and nothing is copied: a job without parts. */
static cw_status add_matrix(cw_batch *b, const cw_batch_item *item, const cw_job *job, uint64_t bytes, cw_error *why) {
    cw_batch_matrix *m = calloc(1, sizeof *m);
    if (!m) return cw_fail(why, CW_ERROR_MEMORY, 0, "no memory for a batch");
    m->next = b->work.matrices;
    b->work.matrices = m;
    m->plan = *item->plan;
    m->job = *job;
    m->job.draws = &cw_decided_of(&m->plan)->launch;
    m->job.matrix = &cw_decided_of(&m->plan)->matrix;
    m->to = item->destination;
    m->to.bytes = bytes;
    if (!item->slice) {
        m->job.parts = 0;
        m->job.scratch = m->job.matrix->scratch;
    }
    if (m->job.scratch > b->scratch) b->scratch = m->job.scratch;
    return b->device->fp64 ? CW_OK : cw_refuse_float64(why);
}

static cw_status add_item(cw_batch *b, const cw_batch_item *item, cw_error *why) {
    const cw_decided *p = item->plan ? cw_decided_of(item->plan) : NULL;
    cw_job job;
    cw_box box;
    cw_extent extent;
    cw_status status = cw_check_destination(b->device, &item->destination, why);
    if (!status) status = cw_box_make(p, item->slice, &box, why);
    if (!status) status = cw_check_room(&item->destination, box.bytes, cw_dtype_size(box.store), why);
    if (status) return status;
    cw_job_make(p, &box, &job);
    if (!job.matrix) return add_parts(b, &job, &item->destination, box.bytes, why);
    status = cw_slice_measure(item->plan, item->slice, &extent, why);
    if (status) return status;
    b->launches += item->slice ? extent.launches : cw_plan_launches(item->plan);
    return add_matrix(b, item, &job, box.bytes, why);
}

static cw_status add_items(cw_batch *b, const cw_batch_item *items, uint64_t count, cw_error *why) {
    cw_error inner = {CW_OK, 0, ""};
    cw_status status = CW_OK;
    uint64_t i = 0;
    while (i < count && !(status = add_item(b, &items[i], &inner))) i++;
    return status ? cw_fail(why, status, inner.native, "item %" PRIu64 " of the batch: %.200s", i, inner.text) : CW_OK;
}

/* ------------------------------------------------------------------------------------------------------------- table */

static int by_buffer(const void *left, const void *right) {
    const cw_draft *a = left, *b = right;
    if (a->buffer != b->buffer) return (uintptr_t)a->buffer < (uintptr_t)b->buffer ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

/* Each buffer's entries are one launch. */
static void cut_into_launches(cw_batch *b) {
    cw_batch_launch *l = b->work.launch;
    for (uint64_t i = 0; i < b->count; i++) {
        cw_draft *d = &b->drafts[i];
        if (i > 0 && d->buffer != d[-1].buffer) l++;
        if (l->entries == 0) *l = (cw_batch_launch){.buffer = d->buffer, .first = i};
        l->tiles += (d->entry.items + CWN_BATCH_TILE - 1) / CWN_BATCH_TILE;
        l->entries++;
        if (d->bytes > l->bytes) l->bytes = d->bytes;
        d->entry.end = l->tiles;
    }
}

static uint64_t count_buffers(const cw_batch *b) {
    uint64_t n = 0;
    for (uint64_t i = 0; i < b->count; i++) n += i == 0 || b->drafts[i].buffer != b->drafts[i - 1].buffer;
    return n;
}

/* The table's bytes, which the caller frees; NULL without memory. */
static void *write_table(const cw_batch *b, uint64_t bytes) {
    char *table = malloc(bytes);
    const cwn_table header = {CWN_BATCH_VERSION, sizeof(cwn_entry), b->count, 0};
    if (!table) return NULL;
    memcpy(table, &header, sizeof header);
    for (uint64_t i = 0; i < b->count; i++)
        memcpy(table + sizeof header + i * sizeof(cwn_entry), &b->drafts[i].entry, sizeof(cwn_entry));
    return table;
}

static cw_status load_table(cw_batch *b, cw_error *why) {
    const uint64_t bytes = sizeof(cwn_table) + b->count * sizeof(cwn_entry);
    const cw_backend_ops *ops = b->device->ops;
    void *table = write_table(b, bytes);
    if (!table) return cw_fail(why, CW_ERROR_MEMORY, 0, "no memory for a batch");
    cw_status status = ops->allocate(b->device, bytes, &b->work.table, why);
    if (!status) status = ops->write(b->device, &b->work.table, table, bytes, why);
    free(table);
    return status;
}

static cw_status make_table(cw_batch *b, cw_error *why) {
    if (b->count == 0) return CW_OK;
    qsort(b->drafts, b->count, sizeof *b->drafts, by_buffer);
    b->work.launches = count_buffers(b);
    b->work.launch = calloc(b->work.launches, sizeof *b->work.launch);
    if (!b->work.launch) return cw_fail(why, CW_ERROR_MEMORY, 0, "no memory for a batch");
    cut_into_launches(b);
    b->launches += b->work.launches;
    return load_table(b, why);
}

/* --------------------------------------------------------------------------------------------------------------- API */

cw_status cw_batch_make(cw_device *device, const cw_batch_item *items, uint64_t count, cw_batch **batch, cw_error *why) {
    cw_status status = cw_check_device(device, why);
    if (status) return status;
    if (!batch || (count && !items)) return cw_fail(why, CW_ERROR_ARGUMENT, 0, "cw_batch_make: a pointer is NULL");
    cw_batch *b = calloc(1, sizeof *b);
    if (!b) return cw_fail(why, CW_ERROR_MEMORY, 0, "no memory for a batch");
    b->device = device;
    status = add_items(b, items, count, why);
    if (!status) status = make_table(b, why);
    free(b->drafts);
    b->drafts = NULL;
    if (status) cw_batch_free(b);
    else *batch = b;
    return status;
}

cw_status cw_batch_fill(const cw_batch *batch, const cw_destination *on, cw_error *why) {
    if (!batch) return cw_fail(why, CW_ERROR_ARGUMENT, 0, "no batch was given");
    cw_status status = cw_check_destination(batch->device, on, why);
    if (!status && batch->scratch) status = cw_check_scratch(on, batch->scratch, why);
    if (status || batch->launches == 0) return status;
    return batch->device->ops->fill_batch(batch->device, &batch->work, on, why);
}

uint64_t cw_batch_scratch(const cw_batch *batch) { return batch ? batch->scratch : 0; }

uint64_t cw_batch_launches(const cw_batch *batch) { return batch ? batch->launches : 0; }

void cw_batch_free(cw_batch *batch) {
    if (!batch) return;
    for (cw_batch_matrix *m = batch->work.matrices, *next; m; m = next) {
        next = m->next;
        free(m);
    }
    if (batch->work.table.struct_size) batch->device->ops->release(batch->device, &batch->work.table);
    free(batch->work.launch);
    free(batch);
}
