/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric text: the steps of X = QR by Cholesky, R'R = X'X and Q = X / R, in double: docs/NUMERICS.md, section
 * "Orthogonal". The matrices lie in memory, so this text loads and stores.
 *
 * Every sum is one chain of fused multiply-adds over ascending k, or, in X'X, one for each CWN_CHUNK rows. How the chains
 * are cut into steps, blocks of columns and tiles, and which are made at a time, is free: a chain goes on where it was
 * stored. Rows are `stride` doubles long and, like the number of columns, padded with zeros to whole tiles, on which the
 * steps do nothing of interest. A member's share of a step needs nothing that others store in it, unless said otherwise.
 */
#ifndef CWN_CHOLESKY_H
#define CWN_CHOLESKY_H
#ifndef CWN_NO_FP64

#include "fma.h"
#include "matrix.h"

#define CWN_SIDE ((cwn_long)(CWN_STRIPS * CWN_STRIP))

/* X is rows x columns, G = X'X and then R columns x columns of which only the upper triangle counts. `block` is the first
 * column of the step's block. */
typedef struct {
    CWN_GLOBAL double *x;
    CWN_GLOBAL double *g;
    CWN_GLOBAL double *vector; /* columns, of which each step says what they hold */
    CWN_GLOBAL cwn_word *bad;  /* set where the matrix is not for this method */
    cwn_long rows, columns, stride, block;
} cwn_gram;

CWN_FN cwn_long cwn_block_end(cwn_gram g) {
    return g.block + CWN_BLOCK < g.columns ? g.block + CWN_BLOCK : g.columns;
}

/* -------------------------------------------------------------------------------------------------------- a tile */

typedef struct { cwn_strip s[CWN_TILE][CWN_STRIPS]; } cwn_tile;

CWN_FN void cwn_tile_load(cwn_tile *t, CWN_GLOBAL const double *at, cwn_long stride) {
    for (int i = 0; i < CWN_TILE; i++)
        for (int j = 0; j < CWN_STRIPS; j++) t->s[i][j] = cwn_strip_at(at + i * stride + j * CWN_STRIP);
}

CWN_FN void cwn_tile_store(const cwn_tile *t, CWN_GLOBAL double *at, cwn_long stride) {
    for (int i = 0; i < CWN_TILE; i++)
        for (int j = 0; j < CWN_STRIPS; j++) cwn_strip_put(at + i * stride + j * CWN_STRIP, t->s[i][j]);
}

/* tile[i][j] goes on by sign * left[i * row + k * next] * right[k * stride + j] for k = 0, 1 ... depth - 1. */
CWN_FN void cwn_tile_chain(cwn_tile *t, double sign, CWN_GLOBAL const double *left, cwn_long row, cwn_long next,
                           CWN_GLOBAL const double *right, cwn_long stride, cwn_long depth) {
    for (cwn_long k = 0; k < depth; k++) {
        cwn_strip r[CWN_STRIPS];
        for (int j = 0; j < CWN_STRIPS; j++) r[j] = cwn_strip_at(right + k * stride + j * CWN_STRIP);
        for (int i = 0; i < CWN_TILE; i++) {
            const double x = sign * left[i * row + k * next];
            for (int j = 0; j < CWN_STRIPS; j++) t->s[i][j] = cwn_strip_ma(x, r[j], t->s[i][j]);
        }
    }
}

/* ------------------------------------------------------------------------------------------------------------ X'X */

/* Tiles that reach over the diagonal, at row i and column j. */
CWN_FN void cwn_gram_tile(cwn_gram g, cwn_long i, cwn_long j) {
    cwn_tile sum, chunk;
    for (int a = 0; a < CWN_TILE; a++)
        for (int b = 0; b < CWN_STRIPS; b++) sum.s[a][b] = cwn_strip_of(0.0);
    for (cwn_long k = 0; k < g.rows; k += CWN_CHUNK) {
        const cwn_long depth = g.rows - k < CWN_CHUNK ? g.rows - k : CWN_CHUNK;
        CWN_GLOBAL const double *x = g.x + k * g.stride;
        for (int a = 0; a < CWN_TILE; a++)
            for (int b = 0; b < CWN_STRIPS; b++) chunk.s[a][b] = cwn_strip_of(0.0);
        cwn_tile_chain(&chunk, 1.0, x + i, 1, g.stride, x + j, g.stride, depth);
        for (int a = 0; a < CWN_TILE; a++)
            for (int b = 0; b < CWN_STRIPS; b++) sum.s[a][b] = sum.s[a][b] + chunk.s[a][b];
    }
    cwn_tile_store(&sum, g.g + i * g.stride + j, g.stride);
}

CWN_FN void cwn_make_gram(cwn_gram g, cwn_crew c) {
    const cwn_long n = cwn_padded(g.columns), across = n / CWN_SIDE, tiles = n / CWN_TILE * across;
    for (cwn_long t = c.item; t < tiles; t += c.items) {
        const cwn_long i = t / across * CWN_TILE, j = t % across * CWN_SIDE;
        if (j + CWN_SIDE > i) cwn_gram_tile(g, i, j);
    }
}

/* One crew. Whether G, made of the first Q, is near enough to the identity for the second one to be orthogonal: the
 * distance of each row, a plain sum of |G - I| over ascending columns, is not over 1/8. */
CWN_FN void cwn_judge(cwn_gram g, cwn_crew c) {
    for (cwn_long i = c.item; i < g.columns; i += c.items) {
        double sum = 0.0;
        for (cwn_long j = 0; j < g.columns; j++) {
            const double x = g.g[j < i ? j * g.stride + i : i * g.stride + j] - (i == j ? 1.0 : 0.0);
            sum += x < 0.0 ? -x : x;
        }
        g.vector[i] = sum;
    }
    CWN_BARRIER();
    if (c.item) return;
    for (cwn_long i = 0; i < g.columns; i++)
        if (!(g.vector[i] <= 0.125)) *g.bad = 1;
}

/* ------------------------------------------------------------------------------------------------------- Cholesky */

/* Row k of the block's triangle, by its pivot, and what the later rows owe to it. */
CWN_FN void cwn_eliminate(cwn_gram g, cwn_crew c, cwn_long k, cwn_long end) {
    CWN_GLOBAL double *row = g.g + k * g.stride;
    const double pivot = row[k];
    const int good = pivot > g.vector[k] * 0x1p-52;
    const double root = good ? cwn_sqrt64(pivot) : 1.0;
    CWN_BARRIER();
    if (!good && c.item == 0) *g.bad = 1;
    for (cwn_long j = k + c.item; j < end; j += c.items) row[j] = j == k ? root : row[j] / root;
    CWN_BARRIER();
    for (cwn_long i = k + 1 + c.item; i < end; i += c.items)
        for (cwn_long j = i; j < end; j++) g.g[i * g.stride + j] = cwn_fma(-row[i], row[j], g.g[i * g.stride + j]);
    CWN_BARRIER();
}

/* One crew. The triangle of the block. g.vector keeps the diagonal of G, by which pivots are judged. */
CWN_FN void cwn_factor_triangle(cwn_gram g, cwn_crew c) {
    const cwn_long end = cwn_block_end(g);
    if (g.block == 0)
        for (cwn_long j = c.item; j < g.columns; j += c.items) g.vector[j] = g.g[j * g.stride + j];
    CWN_BARRIER();
    for (cwn_long k = g.block; k < end; k++) cwn_eliminate(g, c, k, end);
}

/* x R = x for a block's row x of any strip: x[k] is divided by the pivot, then leaves the later ones. */
CWN_FN void cwn_solve(cwn_strip *x, cwn_gram g, cwn_long count) {
    for (cwn_long k = 0; k < count; k++) {
        CWN_GLOBAL const double *row = g.g + (g.block + k) * g.stride + g.block;
        x[k] = x[k] / cwn_strip_of(row[k]);
        for (cwn_long j = k + 1; j < count; j++) x[j] = cwn_strip_ma(-row[j], x[k], x[j]);
    }
}

/* The block's rows right of its triangle. */
CWN_FN void cwn_factor_rows(cwn_gram g, cwn_crew c) {
    const cwn_long end = g.block + CWN_BLOCK, strips = (cwn_padded(g.columns) - end) / CWN_STRIP;
    for (cwn_long t = c.item; t < strips; t += c.items) {
        CWN_GLOBAL double *at = g.g + g.block * g.stride + end + t * CWN_STRIP;
        cwn_strip x[CWN_BLOCK];
        for (int k = 0; k < CWN_BLOCK; k++) x[k] = cwn_strip_at(at + k * g.stride);
        cwn_solve(x, g, CWN_BLOCK);
        for (int k = 0; k < CWN_BLOCK; k++) cwn_strip_put(at + k * g.stride, x[k]);
    }
}

/* What the rows below owe to the block's. */
CWN_FN void cwn_update_triangle(cwn_gram g, cwn_crew c) {
    const cwn_long n = cwn_padded(g.columns), end = g.block + CWN_BLOCK, across = (n - end) / CWN_SIDE;
    CWN_GLOBAL const double *rows = g.g + g.block * g.stride;
    for (cwn_long t = c.item; t < (n - end) / CWN_TILE * across; t += c.items) {
        const cwn_long i = end + t / across * CWN_TILE, j = end + t % across * CWN_SIDE;
        cwn_tile tile;
        if (j + CWN_SIDE <= i) continue;
        cwn_tile_load(&tile, g.g + i * g.stride + j, g.stride);
        cwn_tile_chain(&tile, -1.0, rows + i, 1, g.stride, rows + j, g.stride, CWN_BLOCK);
        cwn_tile_store(&tile, g.g + i * g.stride + j, g.stride);
    }
}

/* ------------------------------------------------------------------------------------------------------------ X / R */

/* The block's columns of X, whose earlier columns have left them. */
CWN_FN void cwn_solve_columns(cwn_gram g, cwn_crew c) {
    const cwn_long count = cwn_block_end(g) - g.block, strips = cwn_padded(g.rows) / CWN_STRIP;
    for (cwn_long t = c.item; t < strips; t += c.items) {
        CWN_GLOBAL double *at = g.x + t * CWN_STRIP * g.stride + g.block;
        cwn_strip x[CWN_BLOCK];
        for (cwn_long k = 0; k < count; k++) x[k] = cwn_strip_gather(at + k, g.stride);
        cwn_solve(x, g, count);
        for (cwn_long k = 0; k < count; k++) cwn_strip_scatter(at + k, g.stride, x[k]);
    }
}

/* The block's columns leave the later ones. */
CWN_FN void cwn_update_columns(cwn_gram g, cwn_crew c) {
    const cwn_long end = g.block + CWN_BLOCK, across = (cwn_padded(g.columns) - end) / CWN_SIDE;
    for (cwn_long t = c.item; t < cwn_padded(g.rows) / CWN_TILE * across; t += c.items) {
        const cwn_long i = t / across * CWN_TILE, j = end + t % across * CWN_SIDE;
        CWN_GLOBAL double *at = g.x + i * g.stride;
        cwn_tile tile;
        cwn_tile_load(&tile, at + j, g.stride);
        cwn_tile_chain(&tile, -1.0, at + g.block, g.stride, 1, g.g + g.block * g.stride + j, g.stride, CWN_BLOCK);
        cwn_tile_store(&tile, at + j, g.stride);
    }
}

#endif
#endif
