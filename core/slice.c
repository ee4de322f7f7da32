/* SPDX-License-Identifier: Apache-2.0
 *
 * A slice against its tensor: every mistake is found here, so that a box has none.
 */
#include "slice.h"

#include <string.h>

#include "constant.h"
#include "numeric/narrow.h"
#include "reference.h"

/* ------------------------------------------------------------------------------------------------- start, stop, step */

static cw_status wrong(cw_error *why, uint32_t axis, const char *what) {
    return cw_fail(why, CW_ERROR_ARGUMENT, 0, "axis %u of the slice: %s", (unsigned)axis, what);
}

/* One axis of `shape` elements, `stride` apart in the tensor. */
static cw_status take_axis(const cw_slice *s, uint32_t k, uint64_t shape, uint64_t stride, cw_box *b, cw_error *why) {
    const uint64_t extent = s->extent[k] ? s->extent[k] : shape, start = s->start[k];
    const uint64_t stop = s->step[k] == 0 || s->stop[k] == CW_END ? extent : s->stop[k], step = s->step[k] ? s->step[k] : 1;
    if (extent < shape) return wrong(why, k, "its extent is less than the tensor has elements there");
    if (!s->step[k] && (start || s->stop[k])) return wrong(why, k, "the step is 0 (use 1 or more)");
    if (start > stop) return wrong(why, k, "it starts after it stops");
    if (stop > extent) return wrong(why, k, "it stops beyond its end (an extent would pad it)");
    b->count[k] = stop > start ? (stop - start - 1) / step + 1 : 0;
    b->inside[k] = stop > start && start < shape ? ((stop < shape ? stop : shape) - start - 1) / step + 1 : 0;
    b->from[k] = step * stride;
    b->first += start * stride;
    return CW_OK;
}

static cw_status take_axes(const cw_decided *p, const cw_slice *s, cw_box *b, cw_error *why) {
    uint64_t stride = 1;
    cw_status status = CW_OK;
    b->rank = s->flat ? 1 : p->spec.rank;
    for (uint32_t k = b->rank; k < CW_MAX_RANK; k++)
        if (s->start[k] || s->stop[k] || s->step[k] || s->extent[k] || s->stride[k])
            return wrong(why, k, "the tensor has no such axis");
    for (uint32_t k = b->rank; k-- > 0 && !status;) {
        const uint64_t shape = s->flat ? p->elements : p->spec.shape[k];
        status = take_axis(s, k, shape, stride, b, why);
        stride *= shape;
    }
    return status;
}

static cw_status count_elements(cw_box *b, cw_error *why) {
    uint64_t product = cw_dtype_size(b->store), empty = 0;
    for (uint32_t k = 0; k < b->rank; k++) {
        if (b->count[k] == 0) empty = 1;
        else if (b->count[k] > (uint64_t)INT64_MAX / product)
            return cw_fail(why, CW_ERROR_OVERFLOW, 0, "the slice has more than 2^63 - 1 bytes (make it smaller)");
        else product *= b->count[k];
    }
    b->elements = empty ? 0 : product / cw_dtype_size(b->store);
    b->bytes = empty ? 0 : product;
    return CW_OK;
}

/* ------------------------------------------------------------------------------------------------------- destination */

/* Without gaps, in the order that the axes are named in; NULL: in their own. */
static cw_status lay_out(const cw_axes *layout, cw_box *b, cw_error *why) {
    uint32_t seen = 0;
    uint64_t stride = 1;
    if (layout && layout->count != b->rank)
        return cw_fail(why, CW_ERROR_ARGUMENT, 0, "the layout names %u axes, not %u", (unsigned)layout->count, (unsigned)b->rank);
    for (uint32_t j = b->rank; j-- > 0;) {
        const int named = layout ? layout->axis[j] : (int)j, axis = named < 0 ? named + (int)b->rank : named;
        if (axis < 0 || axis >= (int)b->rank || (seen & 1u << axis))
            return cw_fail(why, CW_ERROR_ARGUMENT, 0, "the layout is no permutation of the axes: %d", named);
        seen |= 1u << axis;
        b->to[axis] = stride;
        b->shape[j] = b->count[axis];
        stride *= b->count[axis] ? b->count[axis] : 1; /* what count_elements found no overflow in */
    }
    return CW_OK;
}

/* The axis of more than one member that has the least stride from `least` on; the rank if there is none. */
static uint32_t next_axis(const cw_box *b, uint32_t done, uint64_t least) {
    uint32_t found = b->rank;
    for (uint32_t k = 0; k < b->rank; k++)
        if (b->count[k] > 1 && !(done & 1u << k) && b->to[k] >= least && (found == b->rank || b->to[k] < b->to[found])) found = k;
    return found;
}

/* Distances of all elements differ if each stride is greater than the sum of the smaller axes' lengths. */
static cw_status lay_apart(const cw_slice *s, cw_box *b, cw_error *why) {
    const uint64_t most = (uint64_t)INT64_MAX / cw_dtype_size(b->store) - 1;
    uint64_t span = 0;
    memcpy(b->to, s->stride, sizeof b->to);
    memcpy(b->shape, b->count, sizeof b->shape);
    if (b->elements == 0) return CW_OK;
    for (uint32_t done = 0, k; (k = next_axis(b, done, 0)) < b->rank; done |= 1u << k) {
        if (b->to[k] <= span) return wrong(why, k, "with this stride elements would meet");
        if (b->to[k] > (most - span) / (b->count[k] - 1))
            return cw_fail(why, CW_ERROR_OVERFLOW, 0, "the destination has more than 2^63 - 1 bytes (make strides smaller)");
        span += b->to[k] * (b->count[k] - 1);
    }
    b->bytes = (span + 1) * cw_dtype_size(b->store);
    return CW_OK;
}

static cw_status place(const cw_slice *s, cw_box *b, cw_error *why) {
    int has_strides = 0;
    for (uint32_t k = 0; k < b->rank; k++) has_strides |= s->stride[k] != 0;
    if (has_strides && s->layout.given) return cw_fail(why, CW_ERROR_ARGUMENT, 0, "a slice has a layout or strides, not both");
    return has_strides ? lay_apart(s, b, why) : lay_out(s->layout.given ? &s->layout : NULL, b, why);
}

/* ------------------------------------------------------------------------------------------------------------ the box */

static cw_status check_store(const cw_decided *p, cw_dtype store, cw_error *why) {
    const cw_dtype drawn = p->spec.dtype;
    const int smaller = cw_dtype_is_float(store) && ((drawn == CW_FLOAT64 && store != CW_FLOAT64) ||
                                                     (drawn == CW_FLOAT32 && cw_dtype_size(store) == 2));
    if (!cw_dtype_name(store)) return cw_fail(why, CW_ERROR_ARGUMENT, 0, "unknown dtype number %d", (int)store);
    if (store == drawn || smaller) return CW_OK;
    return cw_fail(why, CW_ERROR_UNSUPPORTED, 0, "%s is not rounded to %s when it is stored (draw it in a wider float)",
                   cw_dtype_name(drawn), cw_dtype_name(store));
}

static cw_status check_struct(const cw_decided *p, const cw_slice *s, cw_error *why) {
    if (!p) return cw_fail(why, CW_ERROR_STRUCT, 0, "the plan was not made by cw_plan_make of this version");
    if (s->struct_size != sizeof *s)
        return cw_fail(why, CW_ERROR_STRUCT, 0, "the slice was not started from CW_SLICE_INIT of this version");
    if (s->flat > 1 || s->reserved[0] || s->reserved[1] || s->reserved[2] || s->layout.given > 1)
        return cw_fail(why, CW_ERROR_ARGUMENT, 0, "flat and layout.given are 0 or 1, and what is reserved is 0");
    return CW_OK;
}

cw_status cw_box_make(const cw_decided *p, const cw_slice *slice, cw_box *box, cw_error *why) {
    const cw_slice whole = CW_SLICE_INIT, *s = slice ? slice : &whole;
    cw_status status = check_struct(p, s, why);
    if (status) return status;
    memset(box, 0, sizeof *box);
    box->store = s->store ? s->store : p->spec.dtype;
    status = check_store(p, box->store, why);
    if (!status) status = take_axes(p, s, box, why);
    if (!status) status = count_elements(box, why);
    return status ? status : place(s, box, why);
}

cw_status cw_slice_measure(const cw_plan *plan, const cw_slice *slice, cw_extent *extent, cw_error *why) {
    const cw_decided *p = cw_decided_of(plan);
    cw_job job;
    cw_box box;
    if (!extent) return cw_fail(why, CW_ERROR_ARGUMENT, 0, "cw_slice_measure needs a place for what it finds");
    const cw_status status = cw_box_make(p, slice, &box, why);
    if (status) return status;
    cw_job_make(p, &box, &job);
    memset(extent, 0, sizeof *extent);
    extent->elements = box.elements;
    extent->bytes = box.bytes;
    extent->scratch = job.scratch;
    extent->launches = job.parts + (job.matrix ? p->launches : 0);
    extent->rank = box.rank;
    memcpy(extent->shape, box.shape, sizeof box.shape);
    return CW_OK;
}

/* --------------------------------------------------------------------------------------------------------------- rows */

/* Axes that go on where the next ends, in tensor and destination, are one. Those without padding only. */
static void join_axes(cw_box *b) {
    for (uint32_t k = b->rank; k-- > 1;) {
        const uint32_t next = k, n = k - 1;
        const uint64_t count = b->count[next];
        if (b->inside[next] != count || b->inside[n] != b->count[n] || b->from[n] != count * b->from[next] ||
            b->to[n] != count * b->to[next])
            continue;
        b->count[n] *= count;
        b->inside[n] = b->count[n];
        b->from[n] = b->from[next];
        b->to[n] = b->to[next];
        b->rank--;
        for (uint32_t i = next; i < b->rank; i++) {
            b->count[i] = b->count[i + 1], b->inside[i] = b->inside[i + 1];
            b->from[i] = b->from[i + 1], b->to[i] = b->to[i + 1];
        }
    }
}

static cw_status visit_row(cw_row row, uint64_t most, cw_status (*visit)(void *, const cw_row *), void *user) {
    cw_status status = CW_OK;
    while (row.count && !status) {
        cw_row part = row;
        part.count = row.count < most ? row.count : most;
        part.inside = row.inside < part.count ? row.inside : part.count;
        status = visit(user, &part);
        row.count -= part.count;
        row.inside -= part.inside;
        row.first += part.count * row.from;
        row.at += part.count * row.to;
    }
    return status;
}

/* The next place of an odometer of the outer axes; 0 after the last. */
static int next_place(const cw_box *b, uint64_t *place) {
    for (uint32_t k = b->rank ? b->rank - 1 : 0; k-- > 0;) {
        if (++place[k] < b->count[k]) return 1;
        place[k] = 0;
    }
    return 0;
}

cw_status cw_box_walk(const cw_box *box, uint64_t most, cw_status (*visit)(void *user, const cw_row *row), void *user) {
    uint64_t place[CW_MAX_RANK] = {0};
    cw_box b = *box;
    cw_status status = CW_OK;
    if (box->elements == 0) return CW_OK;
    join_axes(&b);
    const uint32_t last = b.rank ? b.rank - 1 : 0;
    do {
        cw_row row = {b.first, b.from[last], b.rank ? b.count[last] : 1, b.rank ? b.inside[last] : 1, 0, b.to[last]};
        for (uint32_t k = 0; k < last; k++) {
            row.first += place[k] * b.from[k];
            row.at += place[k] * b.to[k];
            if (place[k] >= b.inside[k]) row.inside = 0;
        }
        status = visit_row(row, most, visit, user);
    } while (!status && next_place(&b, place));
    return status;
}

static void draw_row(const cw_decided *p, const void *whole, const cw_row *row, char *to) {
    const size_t size = cw_dtype_size(p->spec.dtype);
    if (!whole && row->from == 1) {
        cw_reference_fill(&p->launch, row->first, row->inside, to);
        return;
    }
    for (uint64_t i = 0; i < row->inside; i++, to += size) {
        const uint64_t index = row->first + i * row->from;
        if (whole) memcpy(to, (const char *)whole + index * size, size);
        else cw_reference_fill(&p->launch, index, 1, to);
    }
}

/* In place: an element never grows. */
static void round_row(cw_dtype drawn, cw_dtype store, uint64_t count, char *values) {
    const size_t size = cw_dtype_size(drawn), stored = cw_dtype_size(store);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t bits = 0;
        memcpy(&bits, values + i * size, size);
        bits = cw_narrow(bits, drawn, store);
        memcpy(values + i * stored, &bits, stored);
    }
}

uint64_t cw_narrow(uint64_t bits, cw_dtype drawn, cw_dtype store) {
    if (drawn == store) return bits;
    return drawn == CW_FLOAT64 ? cwn_narrow_float64(bits, (cwn_word)store) : cwn_narrow_float32((uint32_t)bits, (cwn_word)store);
}

void cw_row_make(const cw_decided *p, const cw_box *box, const void *whole, const cw_row *row, void *values) {
    const size_t stored = cw_dtype_size(box->store);
    draw_row(p, whole, row, values);
    if (box->store != p->spec.dtype) round_row(p->spec.dtype, box->store, row->inside, values);
    memset((char *)values + stored * row->inside, 0, stored * (row->count - row->inside));
}
