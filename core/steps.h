/* SPDX-License-Identifier: Apache-2.0
 *
 * For the plan and for authors of backends: the steps that make an orthogonal matrix, or of several of them the kernel of a
 * convolution, in order. Each depends on all that
 * came before. Header-only, as backend.h.
 */
#ifndef CW_STEPS_H
#define CW_STEPS_H

#include "backend.h"

/* Numbers that a member of a device's crew makes at a time. */
enum { CW_NUMBERS = 8 };

/* A kernel of CWN_MATRIX_TABLE to launch, or draws to make. */
typedef struct cw_work {
    cwn_matrix matrix; /* its argument */
    cwn_launch draws;  /* where its count is not 0: no step of the table, but these draws */
    int kernel;        /* index in cw_matrix_kernels */
    int in_scratch;    /* `memory` is not the destination, but the scratch memory's byte `at` */
    uint64_t at;
    uint64_t shares;   /* how many members a crew may have that all find something to do; 0: the crew must be one group */
    uint64_t work;     /* operations in all, roughly */
} cw_work;

/* Called for each step; anything but CW_OK ends the walk and is what it returns. */
typedef cw_status cw_run_step(void *user, const cw_work *step);

typedef struct cw_walk {
    cwn_matrix matrix;
    cw_run_step *run;
    void *user;
    int in_scratch; /* as of cw_work */
    uint64_t at;
    const cwn_launch *draws;
    uint64_t seeds, drawn, masks; /* draws so far: calls, numbers of the dtype, numbers of float32 */
} cw_walk;

__attribute__((unused)) static cw_status cw_take_step(const cw_walk *w, cwn_word step, cwn_word when, uint64_t shares, uint64_t work) {
    cw_work s = {w->matrix, {0}, cw_matrix_kernel_of(step, w->matrix.type, w->matrix.real), w->in_scratch, w->at, shares, work};
    s.matrix.when = when;
    return w->run(w->user, &s);
}

/* Columns of Cholesky's way, which leave those before `end`. */
typedef struct cw_columns {
    uint64_t from, to, end;
} cw_columns;

__attribute__((unused)) static cw_status cw_take_columns(const cw_walk *w, cwn_word step, cw_columns c, uint64_t shares, uint64_t work) {
    cw_walk of = *w;
    of.matrix.from = c.from;
    of.matrix.to = c.to;
    of.matrix.end = c.end;
    return cw_take_step(&of, step, CWN_IF_GOOD, shares, work);
}

/* The block's rows of R. */
__attribute__((unused)) static cw_status cw_walk_rows(const cw_walk *w, cw_columns c) {
    const uint64_t rest = cwn_padded(w->matrix.columns) - c.to;
    const cw_status status = cw_take_columns(w, CWN_TRIANGLE, c, 0, CWN_BLOCK * CWN_BLOCK * CWN_BLOCK / 6);
    if (status || c.to == w->matrix.columns) return status;
    return cw_take_columns(w, CWN_ROWS, c, rest, rest * CWN_BLOCK * CWN_BLOCK / 2);
}

__attribute__((unused)) static cw_status cw_update_rows(const cw_walk *w, cw_columns c) {
    const uint64_t numbers = (c.end - c.to) * (cwn_padded(w->matrix.columns) - c.to);
    return cw_take_columns(w, CWN_UPDATE_TRIANGLE, c, numbers / CW_NUMBERS, numbers * (c.to - c.from));
}

/* The block's columns of X / R. */
__attribute__((unused)) static cw_status cw_walk_columns(const cw_walk *w, cw_columns c) {
    const uint64_t rows = cwn_padded(w->matrix.rows);
    return cw_take_columns(w, CWN_COLUMNS, c, rows, rows * CWN_BLOCK * CWN_BLOCK / 2);
}

__attribute__((unused)) static cw_status cw_update_columns(const cw_walk *w, cw_columns c) {
    const uint64_t numbers = cwn_padded(w->matrix.rows) * (c.end - c.to);
    return cw_take_columns(w, CWN_UPDATE_COLUMNS, c, numbers / CW_NUMBERS, numbers * (c.to - c.from));
}

typedef cw_status cw_take(const cw_walk *w, cw_columns c);

/* Slab by slab, and in each block by block: columns are made, and leave those of their slab; the slab's leave all later. */
__attribute__((unused)) static cw_status cw_walk_slabs(const cw_walk *w, cw_take *make, cw_take *update) {
    const uint64_t n = w->matrix.columns, all = cwn_padded(n);
    cw_status status = CW_OK;
    for (uint64_t s = 0; s < n && !status; s += CWN_SLAB) {
        const uint64_t slab = s + CWN_SLAB < n ? s + CWN_SLAB : all;
        for (uint64_t b = s; b < slab && b < n && !status; b += CWN_BLOCK) {
            const cw_columns c = {b, b + CWN_BLOCK < n ? b + CWN_BLOCK : n, slab};
            status = make(w, c);
            if (!status && c.to < n && c.to < slab) status = update(w, c);
        }
        const cw_columns c = {s, slab, all};
        if (!status && slab < n) status = update(w, c);
    }
    return status;
}

/* One pass of Cholesky's way: G = X'X, its triangle R, X / R. Before the second one's triangle G is judged. */
__attribute__((unused)) static cw_status cw_walk_pass(const cw_walk *w, int second) {
    const uint64_t m = w->matrix.rows, n = w->matrix.columns, padded = cwn_padded(n);
    cw_status status = cw_take_step(w, CWN_GRAM, CWN_IF_GOOD, padded * padded / CW_NUMBERS, m * n * n / 2);
    if (!status && second) status = cw_take_step(w, CWN_MEASURE, CWN_IF_GOOD, n, n * n);
    if (!status && second) status = cw_take_step(w, CWN_JUDGE, CWN_IF_GOOD, 0, n);
    if (!status) status = cw_walk_slabs(w, cw_walk_rows, cw_update_rows);
    return status ? status : cw_walk_slabs(w, cw_walk_columns, cw_update_columns);
}

/* From the draws, or any matrix, in memory to its Q there. */
__attribute__((unused)) static cw_status cw_walk_q(const cw_walk *w) {
    const uint64_t elements = w->matrix.rows * w->matrix.columns, work = 4 * elements * w->matrix.columns;
    const int small = w->matrix.columns < CWN_LEAST_CHOLESKY;
    cw_status status = cw_take_step(w, CWN_LOAD, CWN_ALWAYS, elements, elements);
    if (!status && !small) status = cw_walk_pass(w, 0);
    if (!status && !small) status = cw_walk_pass(w, 1);
    if (!status && !small) status = cw_take_step(w, CWN_LOAD, CWN_IF_BAD, elements, elements);
    if (!status) status = cw_take_step(w, CWN_HOUSEHOLDER, small ? CWN_ALWAYS : CWN_IF_BAD, 0, work);
    return status ? status : cw_take_step(w, CWN_STORE, CWN_ALWAYS, elements, elements);
}

/* ---------------------------------------------------------------------------------------------------- convolutions */

/* TensorFlow raises the op seed by one for each draw, modulo 2^31 - 1, but a seed of 0 it never raises: then the calls go
 * on with one counter for each dtype, by 256 blocks a number (random_seed.py; guarded_philox_random.cc). */
__attribute__((unused)) static cwn_launch cw_next_draws(cw_walk *w, cwn_word type, uint64_t count) {
    const uint32_t most = 0x7fffffff, seed = (uint32_t)w->draws->counter_high;
    const int same = seed == 0 || (w->draws->key0 == 0 && seed == most), mask = type != w->draws->type;
    cwn_launch l = *w->draws;
    uint64_t *before = mask ? &w->masks : &w->drawn;
    uint32_t raised = seed + (uint32_t)w->seeds;
    if (seed < most) raised = (uint32_t)((seed + w->seeds) % most);
    if (raised == 0 && l.key0 == 0 && l.key1 == 0) raised = most;
    if (same) {
        l.counter_low += 256 * *before;
        l.counter_high += l.counter_low < 256 * *before;
    } else l.counter_high = (l.counter_high & 0xffffffff00000000u) | raised;
    l.type = type;
    l.count = count;
    if (mask) l.scale = 0x3f800000u; /* 1, in float */
    *before += count;
    w->seeds++;
    return l;
}

__attribute__((unused)) static cw_status cw_take_draws(cw_walk *w, cwn_word type, uint64_t count, uint64_t at) {
    const cw_work s = {w->matrix, cw_next_draws(w, type, count), -1, 1, at, count, count};
    return w->run(w->user, &s);
}

/* A step whose operands lie in scratch memory; the matrix is a copy. */
__attribute__((unused)) static cw_status cw_take_product(const cw_walk *w, cwn_word step, uint64_t left, uint64_t right, uint64_t out,
                                                         uint64_t taps, uint64_t numbers) {
    cw_walk to = *w;
    to.matrix.at_left = left;
    to.matrix.at_right = right;
    to.matrix.at_out = out;
    to.matrix.taps = taps;
    return cw_take_step(&to, step, CWN_ALWAYS, numbers, numbers * w->matrix.columns);
}

/* An orthogonal matrix of n^2 draws at `at`, without a gain. */
__attribute__((unused)) static cw_status cw_walk_orthogonal(cw_walk *w, uint64_t at) {
    const uint64_t one = w->matrix.type == CWN_FLOAT64 ? 0x3ff0000000000000u : 0x3f800000u;
    cw_walk q = *w;
    const cw_status status = cw_take_draws(w, w->matrix.type, w->matrix.columns * w->matrix.columns, at);
    q.in_scratch = 1;
    q.at = at;
    q.matrix.gain = one;
    q.matrix.flush = 0;
    return status ? status : cw_walk_q(&q);
}

/* A random projection and what it leaves, a pair of matrices at `out`. */
__attribute__((unused)) static cw_status cw_walk_projection(cw_walk *w, uint64_t out) {
    const uint64_t n = w->matrix.columns, q = w->matrix.at_projected, mask = w->matrix.at_mask;
    cw_status status = cw_walk_orthogonal(w, q);
    if (!status) status = cw_take_draws(w, w->matrix.mask, n, mask);
    if (!status) status = cw_take_product(w, CWN_MASK, q, mask, 0, 1, n * n);
    return status ? status : cw_take_product(w, CWN_PROJECT, q, 0, out, 1, n * n);
}

/* 2 x 2 .. matrices, one axis for each of as many projections. They come to lie at at_block; at_pair is room. */
__attribute__((unused)) static cw_status cw_walk_block(cw_walk *w, uint64_t out, uint64_t room) {
    const uint64_t n = w->matrix.columns, axes = w->matrix.dimensions;
    uint64_t from = axes == 2 ? room : out, to = axes == 2 ? out : room;
    uint64_t at[3] = {0, w->matrix.at_pair, w->matrix.at_pair + 2 * n * n * cwn_bytes_of(w->matrix.type)};
    cw_status status = CW_OK;
    at[0] = from;
    for (uint64_t axis = 0; axis < axes && !status; axis++) status = cw_walk_projection(w, at[axis]);
    for (uint64_t axis = 1; axis < axes && !status; axis++) {
        const uint64_t taps = UINT64_C(1) << axis, next = to;
        status = cw_take_product(w, CWN_OUTER, from, at[axis], to, taps, 2 * taps * n * n);
        to = from;
        from = next;
    }
    return status;
}

/* The kernel of all axes: O, then a block of 2 taps along each axis, and one for each further tap, convolved. */
__attribute__((unused)) static cw_status cw_walk_convolution(cw_walk *w) {
    const cwn_matrix *m = &w->matrix;
    const uint64_t n = m->columns, size = m->taps;
    uint64_t from = m->at_out, to = m->at_right, all = 1;
    cw_status status = cw_walk_orthogonal(w, m->at_left);
    for (uint64_t axis = 0; axis < m->dimensions; axis++) all *= size;
    if (!status && all <= 1) return cw_take_product(w, CWN_PLACE, m->at_left, 0, 0, all, all * m->inputs * n);
    if (!status) status = cw_walk_block(w, from, to);
    for (uint64_t k = 2; k < size && !status; k++) {
        uint64_t numbers = n * n;
        for (uint64_t axis = 0; axis < m->dimensions; axis++) numbers *= k + 1;
        status = cw_walk_block(w, m->at_block, to);
        if (!status) status = cw_take_product(w, CWN_CONVOLVE, from, m->at_block, to, k, numbers);
        const uint64_t next = to;
        to = from;
        from = next;
    }
    return status ? status : cw_take_product(w, CWN_APPLY, m->at_left, from, 0, all, all * m->inputs * n);
}

/* All steps from `draws` to the destination. Without draws an orthogonal matrix is made of what lies there. */
__attribute__((unused)) static cw_status cw_walk_matrix(const cwn_launch *draws, const cwn_matrix *matrix, cw_run_step *run, void *user) {
    cw_walk w = {*matrix, run, user, 0, 0, draws, 0, 0, 0};
    if (matrix->dimensions) return cw_walk_convolution(&w);
    if (matrix->inputs) {
        const cw_status status = cw_walk_orthogonal(&w, matrix->at_left);
        return status ? status : cw_take_product(&w, CWN_PLACE, matrix->at_left, 0, 0, matrix->taps, matrix->taps * matrix->inputs * matrix->columns);
    }
    const cw_work first = {*matrix, draws ? *draws : (cwn_launch){0}, -1, 0, 0, 0, 0};
    const cw_status status = draws ? run(user, &first) : CW_OK;
    return status ? status : cw_walk_q(&w);
}

#endif
