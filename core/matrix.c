/* SPDX-License-Identifier: Apache-2.0
 *
 * Matrix initializers on the host: the plan's part, and the whole tensor by the definition.
 */
#include "matrix.h"

#include <stdlib.h>

#include "cpu/path.h"
#include "reference.h"

/* ------------------------------------------------------------------------------------------------------- the plan */

/* `bytes` more of scratch memory, on a cache line. */
static uint64_t place(cwn_matrix *m, uint64_t bytes) {
    const uint64_t at = (m->scratch + 63) / 64 * 64;
    m->scratch = at + bytes;
    return at;
}

/* G of Cholesky's way and the sums of Householder's share their place, for they are never needed together. */
static void lay_out(cwn_matrix *m) {
    const int small = m->columns < CWN_LEAST_CHOLESKY;
    const uint64_t size = cwn_bytes_of(m->real), row = size * m->columns, panels = size * cwn_padded(m->columns);
    const uint64_t sums = ((m->rows + 15) / 16 + 8) * row, gram = small ? 0 : cwn_height(m->columns) * panels;
    m->scratch = 8; /* the word `bad` */
    m->at_matrix = place(m, small ? m->rows * row : cwn_height(m->rows) * panels);
    m->at_gram = place(m, sums > gram ? sums : gram);
    m->at_essential = place(m, m->rows * size);
    m->at_weight = place(m, row);
    m->at_tau = place(m, row);
    m->at_diagonal = place(m, row);
}

/* Of a matrix of this many rows and columns, one of them not less than the other. */
static cw_status plan_matrix(cwn_matrix *m, const cw_spec *spec, uint64_t rows, uint64_t columns, cw_error *why) {
    /* Nothing in lay_out is over 64 times an element of the matrix. */
    if (rows > (uint64_t)INT64_MAX / 1024 / columns)
        return cw_fail(why, CW_ERROR_OVERFLOW, 0, "the matrix needs more than 2^63 - 1 bytes of scratch memory (make it smaller)");
    m->rows = rows;
    m->columns = columns;
    m->type = (cwn_word)spec->dtype;
    m->real = cw_matrix_method(m) == CW_METHOD_CHOLESKY || spec->dtype == CW_FLOAT64 ? CWN_FLOAT64 : CWN_FLOAT32;
    lay_out(m);
    return CW_OK;
}

cw_status cw_matrix_plan(cwn_matrix *m, const cw_spec *spec, uint64_t elements, cw_error *why) {
    const uint64_t last = spec->shape[spec->rank - 1], others = elements / last;
    m->transposed = others < last;
    return plan_matrix(m, spec, m->transposed ? last : others, m->transposed ? others : last, why);
}

/* Room for as many matrices, all of which together fit in 63 bits. */
static uint64_t place_matrices(cwn_matrix *m, uint64_t count) {
    return place(m, count * m->columns * m->columns * cwn_bytes_of(m->type));
}

cw_status cw_matrix_plan_kernel(cwn_matrix *m, const cw_spec *spec, uint64_t elements, uint32_t dimensions, cw_error *why) {
    const uint64_t inputs = spec->shape[spec->rank - 2], n = spec->shape[spec->rank - 1], taps = elements / inputs / n;
    if (taps > (uint64_t)INT64_MAX / 1024 / n / n)
        return cw_fail(why, CW_ERROR_OVERFLOW, 0, "the kernel needs more than 2^63 - 1 bytes of scratch memory (make it smaller)");
    const cw_status status = plan_matrix(m, spec, n, n, why);
    if (status) return status;
    m->inputs = inputs;
    m->dimensions = dimensions;
    m->mask = CWN_FLOAT32;
    m->taps = dimensions ? spec->shape[0] : taps;
    for (uint32_t i = 0; i + 2 < spec->rank && !dimensions; i++) m->center = m->center * spec->shape[i] + (spec->shape[i] - 1) / 2;
    m->at_left = place_matrices(m, 1);
    if (!dimensions || taps == 1) return CW_OK;
    m->at_projected = place_matrices(m, 1);
    m->at_mask = place(m, 4 * n);
    m->at_pair = place_matrices(m, 4);
    m->at_block = place_matrices(m, UINT64_C(1) << dimensions);
    m->at_out = place_matrices(m, taps);
    m->at_right = place_matrices(m, taps);
    return CW_OK;
}

cw_method cw_matrix_method(const cwn_matrix *m) {
    if (m->columns == 0) return CW_METHOD_NONE;
    return m->columns < CWN_LEAST_CHOLESKY ? CW_METHOD_HOUSEHOLDER : CW_METHOD_CHOLESKY;
}

static cw_status count_step(void *user, const cw_work *step) {
    (void)step;
    ++*(uint64_t *)user;
    return CW_OK;
}

uint64_t cw_matrix_launches(const cwn_launch *draws, const cwn_matrix *matrix) {
    uint64_t steps = 0;
    cw_walk_matrix(draws, matrix, count_step, &steps);
    return steps;
}

/* -------------------------------------------------------------------------------------------------- the definition */

typedef struct place_of_work {
    void *memory, *scratch;
} place_of_work;

static cw_status do_step(void *user, const cw_work *step) {
    const place_of_work *at = user;
    void *memory = step->in_scratch ? (char *)at->scratch + step->at : at->memory;
    if (step->draws.count) cw_reference_fill(&step->draws, 0, step->draws.count, memory);
    else cw_path_widest()->step(step, memory, at->scratch, 0, 1);
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
    cw_walk_matrix(&p->launch, &p->matrix, do_step, (void *)(uintptr_t)&at);
    free(at.scratch);
    return at.memory;
}
