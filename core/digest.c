/* SPDX-License-Identifier: Apache-2.0
 *
 * The digest: docs/NUMERICS.md, section "Digest".
 */
#include <stdlib.h>
#include <string.h>

#include "matrix.h"
#include "reference.h"

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

static cw_status add_elements(cw_sums *sums, const cw_decided *p) {
    uint64_t chunk[CHUNK];
    for (uint64_t i = 0; i < p->elements; i += CHUNK) {
        const uint64_t n = p->elements - i < CHUNK ? p->elements - i : CHUNK;
        cw_reference_fill(&p->launch, i, n, chunk);
        cw_digest_add(sums, p->spec.dtype, chunk, i, n);
    }
    return CW_OK;
}

static cw_status add_matrix(cw_sums *sums, const cw_decided *p, cw_error *why) {
    void *whole = cw_matrix_make(p, why);
    if (!whole) return CW_ERROR_MEMORY;
    cw_digest_add(sums, p->spec.dtype, whole, 0, p->elements);
    free(whole);
    return CW_OK;
}

cw_status cw_digest(const cw_plan *plan, cw_sums *digest, cw_error *why) {
    const cw_decided *p = cw_decided_of(plan);
    cw_sums sums = {{0, 0}};
    if (!p) return cw_fail(why, CW_ERROR_STRUCT, 0, "the plan was not made by cw_plan_make of this version");
    if (!digest) return cw_fail(why, CW_ERROR_ARGUMENT, 0, "cw_digest needs a place for the digest");
    const cw_status status = p->matrix.columns ? add_matrix(&sums, p, why) : add_elements(&sums, p);
    if (!status) *digest = cw_digest_finish(sums, p->spec.dtype, p->spec.rank, p->spec.shape);
    return status;
}
