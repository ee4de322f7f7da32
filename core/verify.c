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
#include "plan.h"
#include "reference.h"

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
    if (d->count++ == 0) d->first = index;
    if (ulp > d->max_ulp) {
        d->max_ulp = ulp;
        d->worst = index;
    }
}

/* Of `n` elements, the first of which has the index `first`. */
static void compare(cw_difference *d, cw_dtype dtype, const void *expected, const void *found, uint64_t first, uint64_t n) {
    const size_t size = cw_dtype_size(dtype);
    if (n == 0 || memcmp(expected, found, (size_t)n * size) == 0) return;
    for (uint64_t i = 0; i < n; i++) {
        uint64_t a = 0, b = 0; /* little-endian */
        memcpy(&a, (const char *)expected + i * size, size);
        memcpy(&b, (const char *)found + i * size, size);
        if (a != b) note(d, first + i, ordered(dtype, size, a), ordered(dtype, size, b));
    }
}

static cw_status conclude(const cw_difference *d, cw_difference *difference, cw_error *why) {
    if (difference) *difference = *d;
    if (d->count == 0) return CW_OK;
    return cw_fail(why, CW_DIFFERS, 0, "%" PRIu64 " of %" PRIu64 " elements differ, the first at index %" PRIu64,
                   d->count, d->elements, d->first);
}

static cw_status compare_elements(cw_difference *d, const cw_decided *p, const void *data) {
    const size_t size = cw_dtype_size(p->spec.dtype);
    uint64_t expected[CHUNK];
    for (uint64_t i = 0; i < p->elements; i += CHUNK) {
        const uint64_t n = p->elements - i < CHUNK ? p->elements - i : CHUNK;
        cw_reference_fill(&p->launch, i, n, expected);
        compare(d, p->spec.dtype, expected, (const char *)data + size * i, i, n);
    }
    return CW_OK;
}

static cw_status compare_matrix(cw_difference *d, const cw_decided *p, const void *data, cw_error *why) {
    void *expected = cw_matrix_make(p, why);
    if (!expected) return CW_ERROR_MEMORY;
    compare(d, p->spec.dtype, expected, data, 0, p->elements);
    free(expected);
    return CW_OK;
}

cw_status cw_verify(const cw_plan *plan, const void *data, uint64_t bytes, cw_difference *difference, cw_error *why) {
    const cw_decided *p = cw_decided_of(plan);
    if (!p) return cw_fail(why, CW_ERROR_STRUCT, 0, "the plan was not made by cw_plan_make of this version");
    if (bytes != p->bytes || (!data && bytes))
        return cw_fail(why, CW_ERROR_ARGUMENT, 0, "there are %" PRIu64 " bytes and the tensor has %" PRIu64,
                       data ? bytes : 0, p->bytes);
    cw_difference d = {p->elements, 0, p->elements, p->elements, 0};
    const cw_status status = p->matrix.columns ? compare_matrix(&d, p, data, why) : compare_elements(&d, p, data);
    return status ? status : conclude(&d, difference, why);
}

cw_status cw_compare(cw_dtype dtype, const void *expected, const void *found, uint64_t elements,
                     cw_difference *difference, cw_error *why) {
    if (elements && (!expected || !found)) return cw_fail(why, CW_ERROR_ARGUMENT, 0, "cw_compare needs two arrays");
    if (!cw_dtype_size(dtype)) return cw_fail(why, CW_ERROR_ARGUMENT, 0, "unknown dtype number %d", (int)dtype);
    cw_difference d = {elements, 0, elements, elements, 0};
    compare(&d, dtype, expected, found, 0, elements);
    return conclude(&d, difference, why);
}

static cw_status reference_matrix(const cw_decided *p, uint64_t first, uint64_t count, void *data, cw_error *why) {
    const size_t size = cw_dtype_size(p->spec.dtype);
    char *whole = cw_matrix_make(p, why);
    if (!whole) return CW_ERROR_MEMORY;
    if (count) memcpy(data, whole + size * first, size * count);
    free(whole);
    return CW_OK;
}

cw_status cw_reference(const cw_plan *plan, uint64_t first, uint64_t count, void *data, cw_error *why) {
    const cw_decided *p = cw_decided_of(plan);
    if (!p) return cw_fail(why, CW_ERROR_STRUCT, 0, "the plan was not made by cw_plan_make of this version");
    if (first > p->elements || count > p->elements - first)
        return cw_fail(why, CW_ERROR_ARGUMENT, 0, "the range ends after the tensor's %" PRIu64 " elements", p->elements);
    if (count && (!data || (uintptr_t)data % cw_dtype_size(p->spec.dtype)))
        return cw_fail(why, CW_ERROR_DESTINATION, 0, "cw_reference needs memory aligned to the size of an element");
    if (p->matrix.columns) return reference_matrix(p, first, count, data, why);
    cw_reference_fill(&p->launch, first, count, data);
    return CW_OK;
}
