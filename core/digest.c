/* SPDX-License-Identifier: Apache-2.0
 *
 * The digest: docs/NUMERICS.md, section "Digest".
 */
#include <stdlib.h>
#include <string.h>

#include "matrix.h"
#include "slice.h"

#define CHUNK 4096u

/* The finalizer of SplitMix64: Steele, Lea, Flood, OOPSLA 2014; constants by Stafford (variant 13). */
static uint64_t mix(uint64_t z) {
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static void add_element(cw_sums *sums, uint64_t bits, uint64_t index) {
    const uint64_t h = mix(bits + mix(index + UINT64_C(0x9e3779b97f4a7c15)));
    sums->word[0] += h;
    sums->word[1] += mix(h + UINT64_C(0xd1b54a32d192ed03));
}

cw_status cw_digest_add(cw_sums *sums, cw_dtype dtype, const void *data, uint64_t first, uint64_t count) {
    const size_t size = cw_dtype_size(dtype);
    const unsigned char *from = data;
    if (!sums || !size || (!data && count)) return CW_ERROR_ARGUMENT;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t bits = 0; /* little-endian, as every host that is built for */
        memcpy(&bits, from + i * size, size);
        add_element(sums, bits, first + i);
    }
    return CW_OK;
}

cw_sums cw_digest_finish(cw_sums sums, cw_dtype dtype, uint32_t rank, const uint64_t *shape) {
    for (int w = 0; w < 2; w++) {
        uint64_t d = mix(mix(sums.word[w] + (uint64_t)dtype) + rank);
        for (uint32_t i = 0; i < rank; i++) d = mix(d + shape[i]);
        sums.word[w] = d;
    }
    return sums;
}

/* FNV-1a, 64 bits: Fowler, Noll, Vo. */
static uint64_t name_hash(const char *name) {
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (const unsigned char *c = (const unsigned char *)name; *c; c++) h = (h ^ *c) * UINT64_C(0x100000001b3);
    return h;
}

void cw_digest_total(cw_sums *total, const char *name, cw_sums digest) {
    const uint64_t n = name_hash(name ? name : "");
    for (uint64_t w = 0; total && w < 2; w++) total->word[w] += mix(digest.word[w] + mix(n + w));
}

/* What the walk along a slice needs. */
typedef struct cw_count {
    cw_sums sums;
    const cw_decided *plan;
    const cw_box *box;
    void *whole; /* of a matrix initializer, else NULL */
    const char *data;
} cw_count;

/* Elements of the tensor, `step` apart in `from`. */
static void add_row(cw_count *c, const cw_row *row, const char *from, uint64_t step) {
    const size_t size = cw_dtype_size(c->box->store);
    for (uint64_t i = 0; i < row->inside; i++) {
        uint64_t bits = 0; /* little-endian */
        memcpy(&bits, from + i * step * size, size);
        add_element(&c->sums, bits, row->first + i * row->from);
    }
}

static cw_status add_data(void *user, const cw_row *row) {
    cw_count *c = user;
    add_row(c, row, c->data + row->at * cw_dtype_size(c->box->store), row->to);
    return CW_OK;
}

static cw_status add_values(void *user, const cw_row *row) {
    cw_count *c = user;
    uint64_t values[CHUNK];
    cw_row_make(c->plan, c->box, c->whole, row, values);
    add_row(c, row, (const char *)values, 1);
    return CW_OK;
}

cw_status cw_digest_add_slice(cw_sums *sums, const cw_plan *plan, const cw_slice *slice, const void *data, uint64_t bytes,
                              cw_error *why) {
    cw_box box;
    const cw_status status = cw_box_make(cw_decided_of(plan), slice, &box, why);
    if (status) return status;
    if (!sums || bytes != box.bytes || (!data && bytes))
        return cw_fail(why, CW_ERROR_ARGUMENT, 0, "cw_digest_add_slice needs sums and the %llu bytes that the slice has",
                       (unsigned long long)box.bytes);
    cw_count c = {*sums, cw_decided_of(plan), &box, NULL, data};
    cw_box_walk(&box, CHUNK, add_data, &c);
    *sums = c.sums;
    return CW_OK;
}

cw_status cw_digest_slice(cw_sums *sums, const cw_plan *plan, const cw_slice *slice, cw_error *why) {
    const cw_decided *p = cw_decided_of(plan);
    cw_box box;
    const cw_status status = cw_box_make(p, slice, &box, why);
    if (status) return status;
    if (!sums) return cw_fail(why, CW_ERROR_ARGUMENT, 0, "cw_digest_slice needs a place for the sums");
    cw_count c = {*sums, p, &box, NULL, NULL};
    if (p->matrix.columns && box.elements && !(c.whole = cw_matrix_make(p, why))) return CW_ERROR_MEMORY;
    cw_box_walk(&box, CHUNK, add_values, &c);
    free(c.whole);
    *sums = c.sums;
    return CW_OK;
}

cw_status cw_digest(const cw_plan *plan, cw_sums *digest, cw_error *why) {
    const cw_decided *p = cw_decided_of(plan);
    cw_sums sums = {{0, 0}};
    if (!digest) return cw_fail(why, CW_ERROR_ARGUMENT, 0, "cw_digest needs a place for the digest");
    const cw_status status = cw_digest_slice(&sums, plan, NULL, why);
    if (!status) *digest = cw_digest_finish(sums, p->spec.dtype, p->spec.rank, p->spec.shape);
    return status;
}
