/* SPDX-License-Identifier: Apache-2.0
 *
 * Host bytes against the definition. No backend takes part.
 */
#include <inttypes.h>
#include <string.h>

#include "backend.h"
#include "plan.h"
#include "reference.h"

#define CHUNK 4096u /* elements recomputed at a time */

/* Floats as integers that ascend with them: neighbours are 1 apart. */
static int64_t ordered(uint32_t bits) {
    return bits & 0x80000000u ? -1 - (int64_t)(bits & 0x7fffffffu) : (int64_t)bits;
}

static void note(cw_difference *d, uint64_t index, uint32_t expected, uint32_t found) {
    const int64_t distance = ordered(expected) - ordered(found);
    const uint64_t ulp = (uint64_t)(distance < 0 ? -distance : distance);
    if (d->count++ == 0) d->first = index;
    if (ulp > d->max_ulp) {
        d->max_ulp = ulp;
        d->worst = index;
    }
}

static void compare(cw_difference *d, const uint32_t *expected, const unsigned char *found, uint64_t first, uint64_t n) {
    if (memcmp(expected, found, (size_t)n * 4) == 0) return;
    for (uint64_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, found + 4 * i, sizeof bits);
        if (bits != expected[i]) note(d, first + i, expected[i], bits);
    }
}

static cw_status conclude(const cw_difference *d, cw_difference *difference, cw_error *why) {
    if (difference) *difference = *d;
    if (d->count == 0) return CW_OK;
    return cw_fail(why, CW_DIFFERS, 0, "%" PRIu64 " of %" PRIu64 " elements differ, the first at index %" PRIu64,
                   d->count, d->elements, d->first);
}

cw_status cw_verify(const cw_plan *plan, const void *data, uint64_t bytes, cw_difference *difference, cw_error *why) {
    const cw_decided *p = cw_decided_of(plan);
    uint32_t expected[CHUNK];
    if (!p) return cw_fail(why, CW_ERROR_STRUCT, 0, "the plan was not made by cw_plan_make of this version");
    if (bytes != p->bytes || (!data && bytes))
        return cw_fail(why, CW_ERROR_ARGUMENT, 0, "there are %" PRIu64 " bytes and the tensor has %" PRIu64,
                       data ? bytes : 0, p->bytes);
    cw_difference d = {p->elements, 0, p->elements, p->elements, 0};
    for (uint64_t i = 0; i < p->elements; i += CHUNK) {
        const uint64_t n = p->elements - i < CHUNK ? p->elements - i : CHUNK;
        cw_reference_fill(&p->launch, i, n, expected);
        compare(&d, expected, (const unsigned char *)data + 4 * i, i, n);
    }
    return conclude(&d, difference, why);
}

cw_status cw_compare(cw_dtype dtype, const void *expected, const void *found, uint64_t elements,
                     cw_difference *difference, cw_error *why) {
    if (elements && (!expected || !found)) return cw_fail(why, CW_ERROR_ARGUMENT, 0, "cw_compare needs two arrays");
    if (dtype != CW_FLOAT32) return cw_fail(why, CW_ERROR_UNSUPPORTED, 0, "only float32 can be compared");
    cw_difference d = {elements, 0, elements, elements, 0};
    uint32_t chunk[CHUNK];
    for (uint64_t i = 0; i < elements; i += CHUNK) {
        const uint64_t n = elements - i < CHUNK ? elements - i : CHUNK;
        memcpy(chunk, (const unsigned char *)expected + 4 * i, (size_t)n * 4);
        compare(&d, chunk, (const unsigned char *)found + 4 * i, i, n);
    }
    return conclude(&d, difference, why);
}

cw_status cw_reference(const cw_plan *plan, uint64_t first, uint64_t count, void *data, cw_error *why) {
    const cw_decided *p = cw_decided_of(plan);
    if (!p) return cw_fail(why, CW_ERROR_STRUCT, 0, "the plan was not made by cw_plan_make of this version");
    if (first > p->elements || count > p->elements - first)
        return cw_fail(why, CW_ERROR_ARGUMENT, 0, "the range ends after the tensor's %" PRIu64 " elements", p->elements);
    if (count && (!data || (uintptr_t)data % 4))
        return cw_fail(why, CW_ERROR_DESTINATION, 0, "cw_reference needs memory aligned to 4 bytes");
    cw_reference_fill(&p->launch, first, count, data);
    return CW_OK;
}
