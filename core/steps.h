/* SPDX-License-Identifier: Apache-2.0
 *
 * For the plan and for authors of backends: the steps that make an orthogonal matrix, in order. Each depends on all that
 * came before. Header-only, as backend.h.
 */
#ifndef CW_STEPS_H
#define CW_STEPS_H

#include "backend.h"

/* The least number of columns that is done by Cholesky's way. */
enum { CW_LEAST_CHOLESKY = 48 };

/* A kernel of CWN_MATRIX_TABLE to launch. */
typedef struct cw_work {
    cwn_matrix matrix; /* its argument */
    int kernel;        /* index in cw_matrix_kernels */
    uint64_t shares;   /* how many members a crew may have that all find something to do; 0: the crew must be one group */
    uint64_t work;     /* operations in all, roughly */
} cw_work;

/* Called for each step; anything but CW_OK ends the walk and is what it returns. */
typedef cw_status cw_run_step(void *user, const cw_work *step);

typedef struct cw_walk {
    cwn_matrix matrix;
    cw_run_step *run;
    void *user;
} cw_walk;

__attribute__((unused)) static cw_status cw_take_step(const cw_walk *w, cwn_word step, cwn_word when, uint64_t block, uint64_t shares,
                                                      uint64_t work) {
    cw_work s = {w->matrix, cw_matrix_kernel_of(step, w->matrix.type, w->matrix.real), shares, work};
    s.matrix.when = when;
    s.matrix.block = block;
    return w->run(w->user, &s);
}

/* One pass of Cholesky's way: G = X'X, its triangle R, X / R. Before the second one's triangle G is judged. */
__attribute__((unused)) static cw_status cw_walk_pass(const cw_walk *w, int second) {
    const uint64_t m = cwn_padded(w->matrix.rows), n = w->matrix.columns, padded = cwn_padded(n);
    cw_status status = cw_take_step(w, CWN_GRAM, CWN_IF_GOOD, 0, padded * padded / CWN_TILE / CWN_STRIPS, m * n * n / 2);
    if (!status && second) status = cw_take_step(w, CWN_JUDGE, CWN_IF_GOOD, 0, 0, n * n);
    for (uint64_t b = 0; b < n && !status; b += CWN_BLOCK) {
        const uint64_t rest = b + CWN_BLOCK < n ? padded - b - CWN_BLOCK : 0;
        status = cw_take_step(w, CWN_TRIANGLE, CWN_IF_GOOD, b, 0, CWN_BLOCK * CWN_BLOCK * CWN_BLOCK / 6);
        if (status || !rest) continue;
        status = cw_take_step(w, CWN_ROWS, CWN_IF_GOOD, b, rest, rest * CWN_BLOCK * CWN_BLOCK / 2);
        if (!status) status = cw_take_step(w, CWN_UPDATE_TRIANGLE, CWN_IF_GOOD, b, rest * rest / CWN_TILE / CWN_STRIPS, rest * rest * CWN_BLOCK / 2);
    }
    for (uint64_t b = 0; b < n && !status; b += CWN_BLOCK) {
        const uint64_t rest = b + CWN_BLOCK < n ? padded - b - CWN_BLOCK : 0;
        status = cw_take_step(w, CWN_COLUMNS, CWN_IF_GOOD, b, m, m * CWN_BLOCK * CWN_BLOCK / 2);
        if (!status && rest) status = cw_take_step(w, CWN_UPDATE_COLUMNS, CWN_IF_GOOD, b, m * rest / CWN_TILE / CWN_STRIPS, m * rest * CWN_BLOCK);
    }
    return status;
}

/* All steps from the draws, or any matrix, in the destination to its Q there. */
__attribute__((unused)) static cw_status cw_walk_matrix(const cwn_matrix *matrix, cw_run_step *run, void *user) {
    const cw_walk w = {*matrix, run, user};
    const uint64_t elements = matrix->rows * matrix->columns, work = 4 * elements * matrix->columns;
    const int small = matrix->columns < CW_LEAST_CHOLESKY;
    cw_status status = cw_take_step(&w, CWN_LOAD, CWN_ALWAYS, 0, elements, elements);
    if (!status && !small) status = cw_walk_pass(&w, 0);
    if (!status && !small) status = cw_walk_pass(&w, 1);
    if (!status && !small) status = cw_take_step(&w, CWN_LOAD, CWN_IF_BAD, 0, elements, elements);
    if (!status) status = cw_take_step(&w, CWN_HOUSEHOLDER, small ? CWN_ALWAYS : CWN_IF_BAD, 0, 0, work);
    return status ? status : cw_take_step(&w, CWN_STORE, CWN_ALWAYS, 0, elements, elements);
}

#endif
