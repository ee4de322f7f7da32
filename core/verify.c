/* SPDX-License-Identifier: Apache-2.0
 *
 * Host bytes against the definition. No backend takes part.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "constant.h"
#include "matrix.h"
#include "slice.h"

#define CHUNK 4096u /* elements recomputed at a time */

/* An element of `size` bytes as an unsigned integer that ascends with its value: a float's sign turns its other bits
 * around, a signed integer's is moved. */
static uint64_t ordered(cw_dtype dtype, size_t size, uint64_t bits) {
    const uint64_t sign = UINT64_C(1) << (8 * size - 1), all = sign | (sign - 1);
    if (cw_dtype_is_float(dtype)) return bits & sign ? all & ~bits : bits | sign;
    return cw_dtype_is_signed(dtype) ? bits ^ sign : bits;
}

static void note(cw_difference *d, uint64_t index, uint64_t expected, uint64_t found) {
    const uint64_t ulp = expected > found ? expected - found : found - expected;
    if (d->count++ == 0 || index < d->first) d->first = index;
    if (ulp > d->max_ulp) {
        d->max_ulp = ulp;
        d->worst = index;
    }
}

/* Of `n` elements, those of `found` `step` apart; the first has the index `first`, the next `step` more each. */
static void compare(cw_difference *d, cw_dtype dtype, const void *expected, const void *found, uint64_t first, uint64_t step,
                    uint64_t n) {
    const size_t size = cw_dtype_size(dtype);
    if (n == 0 || (step == 1 && memcmp(expected, found, (size_t)n * size) == 0)) return;
    for (uint64_t i = 0; i < n; i++) {
        uint64_t a = 0, b = 0; /* little-endian */
        memcpy(&a, (const char *)expected + i * size, size);
        memcpy(&b, (const char *)found + i * step * size, size);
        if (a != b) note(d, first + i * step, ordered(dtype, size, a), ordered(dtype, size, b));
    }
}

static cw_status conclude(const cw_difference *d, cw_difference *difference, cw_error *why) {
    if (difference) *difference = *d;
    if (d->count == 0) return CW_OK;
    return cw_fail(why, CW_DIFFERS, 0, "%" PRIu64 " of %" PRIu64 " elements differ, the first at index %" PRIu64,
                   d->count, d->elements, d->first);
}

/* What the walk along a slice needs. */
typedef struct cw_sight {
    const cw_decided *plan;
    const cw_box *box;
    void *whole; /* of a matrix initializer, else NULL */
    const char *data;
    char *to;
    cw_difference d;
} cw_sight;

static cw_status compare_row(void *user, const cw_row *row) {
    cw_sight *s = user;
    uint64_t expected[CHUNK];
    cw_row_make(s->plan, s->box, s->whole, row, expected);
    compare(&s->d, s->box->store, expected, s->data + cw_dtype_size(s->box->store) * row->at, row->at, row->to, row->count);
    return CW_OK;
}

static cw_status write_row(void *user, const cw_row *row) {
    const cw_sight *s = user;
    const size_t size = cw_dtype_size(s->box->store);
    uint64_t values[CHUNK];
    cw_row_make(s->plan, s->box, s->whole, row, values);
    for (uint64_t i = 0; i < row->count; i++)
        memcpy(s->to + size * (row->at + i * row->to), (const char *)values + size * i, size);
    return CW_OK;
}

static cw_status walk(cw_sight *s, cw_status (*visit)(void *user, const cw_row *row), cw_error *why) {
    s->whole = s->plan->matrix.columns && s->box->elements ? cw_matrix_make(s->plan, why) : NULL;
    if (s->plan->matrix.columns && s->box->elements && !s->whole) return CW_ERROR_MEMORY;
    const cw_status status = cw_box_walk(s->box, CHUNK, visit, s);
    free(s->whole);
    return status;
}

cw_status cw_verify_slice(const cw_plan *plan, const cw_slice *slice, const void *data, uint64_t bytes,
                          cw_difference *difference, cw_error *why) {
    cw_box box;
    cw_status status = cw_box_make(cw_decided_of(plan), slice, &box, why);
    if (status) return status;
    if (bytes != box.bytes || (!data && bytes))
        return cw_fail(why, CW_ERROR_ARGUMENT, 0, "there are %" PRIu64 " bytes and the tensor has %" PRIu64,
                       data ? bytes : 0, box.bytes);
    const uint64_t span = bytes / cw_dtype_size(box.store);
    cw_sight s = {cw_decided_of(plan), &box, NULL, data, NULL, {span, 0, span, span, 0}};
    status = walk(&s, compare_row, why);
    return status ? status : conclude(&s.d, difference, why);
}

cw_status cw_verify(const cw_plan *plan, const void *data, uint64_t bytes, cw_difference *difference, cw_error *why) {
    return cw_verify_slice(plan, NULL, data, bytes, difference, why);
}

cw_status cw_compare(cw_dtype dtype, const void *expected, const void *found, uint64_t elements,
                     cw_difference *difference, cw_error *why) {
    if (elements && (!expected || !found)) return cw_fail(why, CW_ERROR_ARGUMENT, 0, "cw_compare needs two arrays");
    if (!cw_dtype_size(dtype)) return cw_fail(why, CW_ERROR_ARGUMENT, 0, "unknown dtype number %d", (int)dtype);
    cw_difference d = {elements, 0, elements, elements, 0};
    compare(&d, dtype, expected, found, 0, 1, elements);
    return conclude(&d, difference, why);
}

/* `data` holds `bytes` bytes, and the box needs its own. */
static cw_status write_box(const cw_decided *p, const cw_box *box, void *data, uint64_t bytes, cw_error *why) {
    if (bytes < box->bytes)
        return cw_fail(why, CW_ERROR_DESTINATION, 0, "there are %" PRIu64 " bytes, and %" PRIu64 " are needed", bytes, box->bytes);
    if (box->bytes && (!data || (uintptr_t)data % cw_dtype_size(box->store)))
        return cw_fail(why, CW_ERROR_DESTINATION, 0, "cw_reference needs memory aligned to the size of an element");
    cw_sight s = {p, box, NULL, NULL, data, {0, 0, 0, 0, 0}};
    return walk(&s, write_row, why);
}

cw_status cw_reference_slice(const cw_plan *plan, const cw_slice *slice, void *data, uint64_t bytes, cw_error *why) {
    cw_box box;
    const cw_status status = cw_box_make(cw_decided_of(plan), slice, &box, why);
    return status ? status : write_box(cw_decided_of(plan), &box, data, bytes, why);
}

cw_status cw_reference(const cw_plan *plan, uint64_t first, uint64_t count, void *data, cw_error *why) {
    const cw_decided *p = cw_decided_of(plan);
    if (!p) return cw_fail(why, CW_ERROR_STRUCT, 0, "the plan was not made by cw_plan_make of this version");
    if (first > p->elements || count > p->elements - first)
        return cw_fail(why, CW_ERROR_ARGUMENT, 0, "the range ends after the tensor's %" PRIu64 " elements", p->elements);
    const cw_slice range = cw_slice_range(first, count);
    return cw_reference_slice(plan, &range, data, count * cw_dtype_size(p->spec.dtype), why);
}
