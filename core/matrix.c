/* SPDX-License-Identifier: Apache-2.0
 *
 * Matrix initializers on the host: the plan's part, and the whole tensor by the definition.
 */
#include "matrix.h"

#include <stdlib.h>

#include "reference.h"

/* ------------------------------------------------------------------------------------------------------- the plan */

/* `bytes` more of scratch memory, on a cache line. */
static uint64_t place(cwn_matrix *m, uint64_t bytes) {
    const uint64_t at = (m->scratch + 63) / 64 * 64;
    m->scratch = at + bytes;
    return at;
}

/* Rows that Cholesky's way works on are padded to whole tiles, and once more so that their starts do not fall on each other
 * in a cache. Its G and Householder's sums share their place, for they are never needed together. */
static void lay_out(cwn_matrix *m) {
    const int small = m->columns < CW_LEAST_CHOLESKY;
    const uint64_t size = cwn_bytes_of(m->real), row = size * m->columns;
    const uint64_t sums = ((m->rows + 15) / 16 + 8) * row, gram = small ? 0 : cwn_padded(m->columns) * m->stride * size;
    m->scratch = 8; /* the word `bad` */
    m->at_matrix = place(m, (small ? m->rows : cwn_padded(m->rows)) * m->stride * size);
    m->at_gram = place(m, sums > gram ? sums : gram);
    m->at_essential = place(m, m->rows * size);
    m->at_weight = place(m, row);
    m->at_tau = place(m, row);
    m->at_diagonal = place(m, row);
}

cw_status cw_matrix_plan(cwn_matrix *m, const cw_spec *spec, uint64_t elements, cw_error *why) {
    const uint64_t last = spec->shape[spec->rank - 1], others = elements / last;
    /* Nothing in lay_out is over 64 times an element of the tensor. */
    if (elements > (uint64_t)INT64_MAX / 1024)
        return cw_fail(why, CW_ERROR_OVERFLOW, 0, "the matrix needs more than 2^63 - 1 bytes of scratch memory (make it smaller)");
    m->transposed = others < last;
    m->rows = m->transposed ? last : others;
    m->columns = m->transposed ? others : last;
    m->type = (cwn_word)spec->dtype;
    m->real = cw_matrix_method(m) == CW_METHOD_CHOLESKY || spec->dtype == CW_FLOAT64 ? CWN_FLOAT64 : CWN_FLOAT32;
    m->stride = m->columns < CW_LEAST_CHOLESKY ? m->columns : cwn_padded(m->columns) + CWN_PADDING;
    lay_out(m);
    return CW_OK;
}

cw_method cw_matrix_method(const cwn_matrix *m) {
    if (m->columns == 0) return CW_METHOD_NONE;
    return m->columns < CW_LEAST_CHOLESKY ? CW_METHOD_HOUSEHOLDER : CW_METHOD_CHOLESKY;
}

static cw_status count_step(void *user, const cw_work *step) {
    (void)step;
    ++*(uint64_t *)user;
    return CW_OK;
}

uint64_t cw_matrix_launches(const cwn_matrix *matrix) {
    uint64_t steps = 0;
    cw_walk_matrix(matrix, count_step, &steps);
    return steps;
}

/* -------------------------------------------------------------------------------------------------- the definition */

typedef struct place_of_work {
    void *memory, *scratch;
} place_of_work;

static cw_status do_step(void *user, const cw_work *step) {
    const place_of_work *at = user;
    cw_matrix_step(step, at->memory, at->scratch, 0, 1);
    return CW_OK;
}

void *cw_matrix_make(const cw_decided *p, cw_error *why) {
    const int fits = p->bytes <= SIZE_MAX && p->matrix.scratch <= SIZE_MAX;
    const place_of_work at = {fits ? malloc((size_t)p->bytes) : NULL, fits ? malloc((size_t)p->matrix.scratch) : NULL};
    if (!at.memory || !at.scratch) {
        cw_fail(why, CW_ERROR_MEMORY, 0, "no host memory to make the matrix in (%llu bytes)",
                (unsigned long long)(p->bytes + p->matrix.scratch));
        free(at.memory);
        free(at.scratch);
        return NULL;
    }
    cw_reference_fill(&p->launch, 0, p->elements, at.memory);
    cw_walk_matrix(&p->matrix, do_step, (void *)(uintptr_t)&at);
    free(at.scratch);
    return at.memory;
}
