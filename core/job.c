/* SPDX-License-Identifier: Apache-2.0
 *
 * box -> job: the fewest axes and launches that write a slice. What is decided here is decided once, on the host.
 */
#include <string.h>

#include "slice.h"

/* An axis on its way to a cwn_axis. */
typedef struct cw_axis {
    uint64_t count, from, to;
    int counts_groups;
} cw_axis;

typedef struct cw_cut {
    uint64_t first; /* index of the first element */
    uint32_t axes;
    cw_axis axis[CW_MAX_RANK + 1];
} cw_cut;

/* ------------------------------------------------------------------------------------------------------ fewest axes */

static void drop(cw_cut *c, uint32_t k) {
    c->axes--;
    memmove(&c->axis[k], &c->axis[k + 1], (c->axes - k) * sizeof *c->axis);
}

static void drop_single_ones(cw_cut *c) {
    for (uint32_t k = c->axes; k-- > 0;)
        if (c->axis[k].count == 1) drop(c, k);
}

/* By distance in the destination, nearest last. */
static void sort_by_destination(cw_cut *c) {
    for (uint32_t i = 1; i < c->axes; i++)
        for (uint32_t k = i; k > 0 && c->axis[k - 1].to < c->axis[k].to; k--) {
            const cw_axis swapped = c->axis[k];
            c->axis[k] = c->axis[k - 1];
            c->axis[k - 1] = swapped;
        }
}

/* Where all elements are equal their indices may be any: those of a tensor that lies as the destination does. */
static void renumber(cw_cut *c) {
    uint64_t stride = 1;
    sort_by_destination(c);
    for (uint32_t k = c->axes; k-- > 0; stride *= c->axis[k].count) c->axis[k].from = stride;
    c->first = 0;
}

/* Neighbours in the order of the tensor, of which the second goes on where the first ends. */
static void merge(cw_cut *c) {
    for (uint32_t k = c->axes; k-- > 1;) {
        const cw_axis inner = c->axis[k], outer = c->axis[k - 1];
        if (outer.from != inner.count * inner.from || outer.to != inner.count * inner.to) continue;
        c->axis[k].count *= outer.count;
        drop(c, k - 1);
    }
}

/* ------------------------------------------------------------------------------------------------------------ a part */

/* Of every run as many groups as one may touch. */
static uint64_t groups_of_run(const cw_cut *c, uint64_t run, uint64_t size) {
    uint64_t before = c->first % size;
    for (uint32_t k = 0; k < c->axes; k++)
        if (c->axis[k].from % size) before = size - 1;
    return (before + run + size - 1) / size;
}

/* n / divisor for n < 2^63: Granlund, Montgomery, PLDI 1994. */
static cwn_axis axis_of(cw_axis a) {
    if (a.count == 1) return (cwn_axis){1, 0, 0, 0, 0};
    const uint32_t bits = 64 - (uint32_t)__builtin_clzll(a.count - 1);
    const unsigned __int128 power = (unsigned __int128)1 << (63 + bits);
    const cwn_axis made = {a.count, (uint64_t)((power + a.count - 1) / a.count), bits - 1, a.from, a.to};
    return made;
}

/* The last axis is the run, if its elements are neighbours. */
static void set_slice(cw_part *part, cw_cut *c, cw_dtype store) {
    cwn_slice *s = &part->slice;
    const uint64_t size = cwn_group_elements(part->launch.type);
    const int has_run = c->axes && c->axis[c->axes - 1].from == 1;
    const cw_axis run = has_run ? c->axis[--c->axes] : (cw_axis){1, 1, 1, 0};
    const cw_axis groups = {groups_of_run(c, run.count, size), 0, run.to, 1};
    if (groups.count > 1 || c->axes == 0) c->axis[c->axes++] = groups;
    sort_by_destination(c);
    *s = (cwn_slice){.rows = 1, .first = c->first, .run = run.count, .step = run.to, .axes = c->axes, .groups = CWN_AXES,
                     .store = (cwn_long)store};
    for (uint32_t k = 0; k < c->axes; k++) {
        cw_axis a = c->axis[c->axes - 1 - k];
        if (a.counts_groups) s->groups = k, a.to = 0;
        s->axis[k] = axis_of(a);
        if (k) s->rows *= a.count;
    }
}

void cw_part_as_slice(cw_part *part) {
    cw_cut cut = {part->launch.first, 1, {{part->launch.count, 1, 1, 0}}};
    if (!part->slice.rows) set_slice(part, &cut, (cw_dtype)part->launch.type);
}

static int is_range(const cw_part *part, const cw_cut *c, cw_dtype drawn, cw_dtype store) {
    if (part->launch.distribution == CWN_COPY || drawn != store) return 0;
    return c->axes == 0 || (c->axes == 1 && c->axis[0].from == 1 && c->axis[0].to == 1);
}

/* `drawn` is the dtype of the launch's elements. */
static void set_part(cw_part *part, cw_cut *c, cw_dtype drawn, cw_dtype store) {
    drop_single_ones(c);
    if (part->launch.distribution == CWN_CONSTANT) renumber(c);
    merge(c);
    part->slice.rows = 0;
    if (!is_range(part, c, drawn, store)) {
        set_slice(part, c, store);
        return;
    }
    part->launch.first = c->first;
    part->launch.count = c->axes ? c->axis[0].count : 1;
}

/* ----------------------------------------------------------------------------------------------------------- the job */

static cwn_word bits_type(cw_dtype dtype) {
    const size_t size = cw_dtype_size(dtype);
    return size == 2 ? CWN_BITS16 : size == 4 ? CWN_BITS32 : CWN_BITS64;
}

/* Constants are rounded here, and their kernels store what they are given. */
static cwn_launch launch_of(const cw_decided *p, cw_dtype store, cw_dtype *drawn) {
    const cwn_launch copy = {.distribution = CWN_COPY, .type = (cwn_word)p->spec.dtype};
    cwn_launch l = p->launch;
    *drawn = p->spec.dtype;
    if (p->matrix.columns) return copy;
    if (l.distribution != CWN_CONSTANT && l.distribution != CWN_IDENTITY) return l;
    l.scale = cw_narrow(l.scale, *drawn, store);
    l.shift = cw_narrow(l.shift, *drawn, store);
    l.type = bits_type(store);
    *drawn = store;
    return l;
}

static void add_elements(cw_job *job, const cw_decided *p, const cw_box *box) {
    cw_part *part = &job->part[job->parts];
    cw_cut cut = {.first = box->first, .axes = box->rank};
    cw_dtype drawn;
    for (uint32_t k = 0; k < box->rank; k++) {
        if (box->inside[k] == 0) return;
        cut.axis[k] = (cw_axis){box->inside[k], box->from[k], box->to[k], 0};
    }
    part->launch = launch_of(p, box->store, &drawn);
    part->offset = 0;
    set_part(part, &cut, drawn, box->store);
    part->slice.source = p->elements;
    job->parts++;
}

/* What is beyond the tensor along axis `along`, and within it along the axes before. */
static void add_padding(cw_job *job, const cw_box *box, uint32_t along) {
    cw_part *part = &job->part[job->parts];
    cw_cut cut = {.axes = box->rank};
    if (box->inside[along] == box->count[along]) return;
    for (uint32_t k = 0; k < box->rank; k++) {
        const uint64_t count = k < along ? box->inside[k] : k == along ? box->count[k] - box->inside[k] : box->count[k];
        if (count == 0) return;
        cut.axis[k] = (cw_axis){count, 0, box->to[k], 0};
    }
    part->launch = (cwn_launch){.distribution = CWN_CONSTANT, .type = bits_type(box->store)};
    part->offset = box->inside[along] * box->to[along] * cw_dtype_size(box->store);
    set_part(part, &cut, box->store, box->store);
    job->parts++;
}

/* The whole tensor comes after what its steps work in. */
static void add_matrix(cw_job *job, const cw_decided *p) {
    job->draws = &p->launch;
    job->matrix = &p->matrix;
    job->whole = (p->matrix.scratch + 63) / 64 * 64;
    job->scratch = job->whole + p->bytes;
}

void cw_job_make(const cw_decided *p, const cw_box *box, cw_job *job) {
    job->draws = NULL;
    job->matrix = NULL;
    job->whole = job->scratch = 0;
    job->parts = 0;
    if (box->elements == 0) return;
    add_elements(job, p, box);
    if (job->parts && p->matrix.columns) add_matrix(job, p);
    for (uint32_t k = 0; k < box->rank; k++) add_padding(job, box, k);
}
