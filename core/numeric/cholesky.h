/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric text: the steps of X = QR by Cholesky, R'R = X'X and Q = X / R, in double: docs/NUMERICS.md, section
 * "Orthogonal". The matrices lie in memory, so this text loads and stores.
 *
 * Every sum is one chain of fused multiply-adds over ascending k, or, in X'X, one for each CWN_CHUNK rows. How the
 * chains are cut into steps, blocks of columns and tiles, and which are made at a time, is free: a chain goes on where
 * it was stored. The matrices lie in panels of columns, so that what a tile needs lies side by side; rows and columns
 * are padded with zeros to whole panels, on which the steps do nothing of interest. A member's share of a step needs
 * nothing that others store in it, unless said otherwise.
 */
#ifndef CWN_CHOLESKY_H
#define CWN_CHOLESKY_H
#ifndef CWN_NO_FP64

#include "fma.h"
#include "matrix.h"

#define CWN_SIDE ((cwn_long)(CWN_STRIPS * CWN_STRIP))

/* X is rows x columns, G = X'X and then R columns x columns of which only the upper triangle counts. The columns `from`
 * to `to` are the step's; they leave those before `end`. */
typedef struct {
    CWN_GLOBAL double *x;
    CWN_GLOBAL double *g;
    CWN_GLOBAL double *vector; /* columns, of which each step says what they hold */
    CWN_GLOBAL cwn_word *bad;  /* set where the matrix is not for this method */
    cwn_long rows, columns, from, to, end;
} cwn_gram;

CWN_FN cwn_gram cwn_gram_of(cwn_matrix m, cwn_bytes scratch) {
    const cwn_gram g = {CWN_AT(double, scratch, m.at_matrix), CWN_AT(double, scratch, m.at_gram),
                        CWN_AT(double, scratch, m.at_weight), CWN_AT(cwn_word, scratch, 0),
                        m.rows, m.columns, m.from, m.to, m.end};
    return g;
}

/* Where element (i, j) of a matrix in panels of so many rows is; on that row the panel goes on. */
CWN_FN CWN_GLOBAL double *cwn_in_panel(CWN_GLOBAL double *m, cwn_long height, cwn_long i, cwn_long j) {
    return m + (j / CWN_PANEL * height + i) * CWN_PANEL + j % CWN_PANEL;
}

CWN_FN CWN_GLOBAL double *cwn_x_at(cwn_gram g, cwn_long i, cwn_long j) {
    return cwn_in_panel(g.x, cwn_height(g.rows), i, j);
}

CWN_FN CWN_GLOBAL double *cwn_g_at(cwn_gram g, cwn_long i, cwn_long j) {
    return cwn_in_panel(g.g, cwn_height(g.columns), i, j);
}

/* -------------------------------------------------------------------------------------------------------- a tile */

typedef struct {
    cwn_strip s[CWN_TILE][CWN_STRIPS];
} cwn_tile;

#define CWN_EACH_STRIP(i, j)                                                                                           \
    CWN_UNROLL for (int i = 0; i < CWN_TILE; i++) CWN_UNROLL for (int j = 0; j < CWN_STRIPS; j++)

CWN_FN cwn_tile cwn_tile_of_zeros(void) {
    cwn_tile t;
    CWN_EACH_STRIP(i, j) t.s[i][j] = cwn_strip_of(0.0);
    return t;
}

CWN_FN cwn_tile cwn_tile_at(CWN_GLOBAL const double *at) {
    cwn_tile t;
    CWN_EACH_STRIP(i, j) t.s[i][j] = cwn_strip_at(at + i * CWN_PANEL + j * CWN_STRIP);
    return t;
}

CWN_FN void cwn_tile_put(CWN_GLOBAL double *at, const cwn_tile *t) {
    CWN_EACH_STRIP(i, j) cwn_strip_put(at + i * CWN_PANEL + j * CWN_STRIP, t->s[i][j]);
}

/* tile[i][j] goes on by left[i] * right[j], or by the product's negative. */
CWN_FN void cwn_tile_more(cwn_tile *t, const double *left, const cwn_strip *right) {
    CWN_EACH_STRIP(i, j) t->s[i][j] = cwn_strip_ma(left[i], right[j], t->s[i][j]);
}

CWN_FN void cwn_tile_less(cwn_tile *t, const double *left, const cwn_strip *right) {
    CWN_EACH_STRIP(i, j) t->s[i][j] = cwn_strip_less(left[i], right[j], t->s[i][j]);
}

CWN_FN void cwn_tile_add(cwn_tile *sum, const cwn_tile *t) {
    CWN_EACH_STRIP(i, j) sum->s[i][j] = sum->s[i][j] + t->s[i][j];
}

/* The tile goes on by left[i * row + k * next] * right[k * CWN_PANEL + j] for k = 0, 1 ... depth - 1, or by their
 * negatives. */
CWN_FN void cwn_tile_products(cwn_tile *t, CWN_GLOBAL const double *left, cwn_long row, cwn_long next,
                              CWN_GLOBAL const double *right, cwn_long depth, int negative) {
    for (cwn_long k = 0; k < depth; k++, left += next, right += CWN_PANEL) {
        double a[CWN_TILE];
        cwn_strip b[CWN_STRIPS];
        CWN_UNROLL for (int i = 0; i < CWN_TILE; i++) a[i] = left[i * row];
        CWN_UNROLL for (int j = 0; j < CWN_STRIPS; j++) b[j] = cwn_strip_at(right + j * CWN_STRIP);
        if (negative) cwn_tile_less(t, a, b);
        else cwn_tile_more(t, a, b);
    }
}

/* Where a tile of a part of a matrix begins: a slab of rows after the other, there a panel after the other, and in it
 * row by row. What a slab's tiles need of the rows stays in a cache, and what those of a panel need in a smaller one.
 */
typedef struct {
    cwn_long i, j;
} cwn_spot_of_tile;

CWN_FN cwn_spot_of_tile cwn_tile_spot(cwn_long t, cwn_long rows, cwn_long columns) {
    const cwn_long across = CWN_PANEL / CWN_SIDE, slab = t / (CWN_SLAB / CWN_TILE * (columns / CWN_SIDE)) * CWN_SLAB;
    const cwn_long u = t - slab / CWN_TILE * (columns / CWN_SIDE), v = u / across;
    const cwn_long down = (rows - slab < CWN_SLAB ? rows - slab : CWN_SLAB) / CWN_TILE;
    const cwn_spot_of_tile p = {slab + v % down * CWN_TILE, v / down * CWN_PANEL + u % across * CWN_SIDE};
    return p;
}

CWN_FN cwn_long cwn_tile_count(cwn_long rows, cwn_long columns) { return rows / CWN_TILE * (columns / CWN_SIDE); }

/* ------------------------------------------------------------------------------------------------------------ X'X */

/* The chain of the rows k to k + depth, added to those before. */
CWN_FN void cwn_gram_tile(cwn_gram g, cwn_long i, cwn_long j, cwn_long k, cwn_long depth) {
    CWN_GLOBAL double *at = cwn_g_at(g, i, j);
    cwn_tile sum = k ? cwn_tile_at(at) : cwn_tile_of_zeros(), chunk = cwn_tile_of_zeros();
    cwn_tile_products(&chunk, cwn_x_at(g, k, i), 1, CWN_PANEL, cwn_x_at(g, k, j), depth, 0);
    cwn_tile_add(&sum, &chunk);
    cwn_tile_put(at, &sum);
}

/* Tiles that reach over the diagonal; a member has the same of each chunk. */
CWN_FN void cwn_make_gram(cwn_gram g, cwn_crew c) {
    const cwn_long n = cwn_padded(g.columns);
    for (cwn_long k = 0; k < g.rows; k += CWN_CHUNK)
        for (cwn_long t = c.item; t < cwn_tile_count(n, n); t += c.items) {
            const cwn_spot_of_tile p = cwn_tile_spot(t, n, n);
            if (p.j + CWN_SIDE > p.i) cwn_gram_tile(g, p.i, p.j, k, g.rows - k < CWN_CHUNK ? g.rows - k : CWN_CHUNK);
        }
}

/* How far each row of G, made of the first Q, is from the identity's: a plain sum of |G - I| over ascending columns. */
CWN_FN void cwn_measure(cwn_gram g, cwn_crew c) {
    for (cwn_long i = c.item; i < g.columns; i += c.items) {
        double sum = 0.0;
        for (cwn_long j = 0; j < g.columns; j++) {
            const double x = *(j < i ? cwn_g_at(g, j, i) : cwn_g_at(g, i, j)) - (i == j ? 1.0 : 0.0);
            sum += x < 0.0 ? -x : x;
        }
        g.vector[i] = sum;
    }
}

/* A crew of one. Whether that is near enough for the second Q to be orthogonal: no row is farther than 1/8. */
CWN_FN void cwn_judge(cwn_gram g, cwn_crew c) {
    if (c.item) return;
    for (cwn_long i = 0; i < g.columns; i++)
        if (!(g.vector[i] <= 0.125)) *g.bad = 1;
}

/* ------------------------------------------------------------------------------------------------------- Cholesky */

/* The block's triangle of R, in memory that the threads of a block have in common: row k begins at k * CWN_BLOCK. There are
 * CWN_SOLVERS threads, which take so many numbers of a row, and rows, at a time. */
enum { CWN_ACROSS = CWN_SOLVERS < CWN_BLOCK ? CWN_SOLVERS : CWN_BLOCK, CWN_DOWN = CWN_SOLVERS / CWN_ACROSS };

/* From memory; where the block has fewer columns, as if there were the identity's. */
CWN_FN void cwn_take_triangle(CWN_COMMON double *r, cwn_gram g, cwn_long thread) {
    for (cwn_long k = thread / CWN_ACROSS; k < CWN_BLOCK; k += CWN_DOWN)
        for (cwn_long j = k + thread % CWN_ACROSS; j < CWN_BLOCK; j += CWN_ACROSS)
            r[k * CWN_BLOCK + j] = g.from + j < g.to ? *cwn_g_at(g, g.from + k, g.from + j) : j == k;
    CWN_COMMON_BARRIER();
}

CWN_FN void cwn_put_triangle(CWN_COMMON const double *r, cwn_gram g, cwn_long thread) {
    for (cwn_long k = thread / CWN_ACROSS; k < g.to - g.from; k += CWN_DOWN)
        for (cwn_long j = k + thread % CWN_ACROSS; j < g.to - g.from; j += CWN_ACROSS)
            *cwn_g_at(g, g.from + k, g.from + j) = r[k * CWN_BLOCK + j];
}

/* Row k of the block's triangle, by its pivot, and what the later rows owe to it. */
CWN_FN void cwn_eliminate(CWN_COMMON double *r, cwn_gram g, cwn_long k, cwn_long thread) {
    const cwn_long count = g.to - g.from;
    const double pivot = r[k * CWN_BLOCK + k];
    const int good = pivot > g.vector[g.from + k] * 0x1p-52;
    const double root = good ? cwn_sqrt64(pivot) : 1.0;
    CWN_COMMON_BARRIER();
    if (!good && thread == 0) *g.bad = 1;
    for (cwn_long j = k + thread; j < count; j += CWN_SOLVERS)
        r[k * CWN_BLOCK + j] = j == k ? root : r[k * CWN_BLOCK + j] / root;
    CWN_COMMON_BARRIER();
    for (cwn_long i = k + 1 + thread / CWN_ACROSS; i < count; i += CWN_DOWN)
        for (cwn_long j = i + thread % CWN_ACROSS; j < count; j += CWN_ACROSS)
            r[i * CWN_BLOCK + j] = cwn_fma(-r[k * CWN_BLOCK + i], r[k * CWN_BLOCK + j], r[i * CWN_BLOCK + j]);
    CWN_COMMON_BARRIER();
}

/* A crew of one block. g.vector keeps the diagonal of G, by which pivots are judged. */
CWN_FN void cwn_factor_triangle(cwn_gram g, CWN_COMMON double *r, cwn_long thread) {
    if (g.from == 0)
        for (cwn_long j = thread; j < g.columns; j += CWN_SOLVERS) g.vector[j] = *cwn_g_at(g, j, j);
    CWN_BARRIER();
    cwn_take_triangle(r, g, thread);
    for (cwn_long k = 0; k < g.to - g.from; k++) cwn_eliminate(r, g, k, thread);
    cwn_put_triangle(r, g, thread);
}

/* x R = x for a block's row x of any strip: x[k] is divided by the pivot, then leaves the later ones. */
CWN_FN void cwn_solve(cwn_strip *x, CWN_COMMON const double *r, int count) {
    CWN_IN_REGISTERS for (int k = 0; k < count; k++) {
        x[k] = x[k] / cwn_strip_of(r[k * CWN_BLOCK + k]);
        CWN_IN_REGISTERS for (int j = k + 1; j < count; j++)
            x[j] = cwn_strip_less(r[k * CWN_BLOCK + j], x[k], x[j]);
    }
}

/* The block's rows right of its triangle. */
CWN_FN void cwn_factor_rows(cwn_gram g, CWN_COMMON double *r, cwn_crew c) {
    const cwn_long strips = (cwn_padded(g.columns) - g.to) / CWN_STRIP;
    cwn_take_triangle(r, g, c.item % CWN_SOLVERS);
    for (cwn_long t = c.item; t - c.item % CWN_SOLVERS < strips; t += c.items) {
        CWN_GLOBAL double *at = cwn_g_at(g, g.from, g.to + t * CWN_STRIP);
        CWN_COMMON_BARRIER(); /* else compilers load all of the triangle before the loop, into registers that are not there */
        if (t >= strips) continue;
        cwn_strip x[CWN_BLOCK];
        CWN_IN_REGISTERS for (int k = 0; k < CWN_BLOCK; k++) x[k] = cwn_strip_at(at + k * CWN_PANEL);
        cwn_solve(x, r, CWN_BLOCK);
        CWN_IN_REGISTERS for (int k = 0; k < CWN_BLOCK; k++) cwn_strip_put(at + k * CWN_PANEL, x[k]);
    }
}

/* The step's rows leave the later ones before `end`. */
CWN_FN void cwn_update_triangle(cwn_gram g, cwn_crew c) {
    const cwn_long rows = g.end - g.to, columns = cwn_padded(g.columns) - g.to;
    for (cwn_long t = c.item; t < cwn_tile_count(rows, columns); t += c.items) {
        const cwn_spot_of_tile p = cwn_tile_spot(t, rows, columns);
        const cwn_long i = g.to + p.i, j = g.to + p.j;
        if (j + CWN_SIDE <= i) continue;
        CWN_GLOBAL double *at = cwn_g_at(g, i, j);
        cwn_tile tile = cwn_tile_at(at);
        cwn_tile_products(&tile, cwn_g_at(g, g.from, i), 1, CWN_PANEL, cwn_g_at(g, g.from, j), g.to - g.from, 1);
        cwn_tile_put(at, &tile);
    }
}

/* ------------------------------------------------------------------------------------------------------------ X / R */

/* The block's columns of X, whose earlier columns have left them. In registers there is always a whole block. */
CWN_FN void cwn_solve_columns(cwn_gram g, CWN_COMMON double *r, cwn_crew c) {
    const int columns = (int)(g.to - g.from), count = CWN_SOLVERS == 1 ? columns : CWN_BLOCK;
    const cwn_long strips = cwn_padded(g.rows) / CWN_STRIP, panel = cwn_height(g.rows) * CWN_PANEL;
    cwn_take_triangle(r, g, c.item % CWN_SOLVERS);
    for (cwn_long t = c.item; t - c.item % CWN_SOLVERS < strips; t += c.items) {
        CWN_GLOBAL double *at = cwn_x_at(g, t * CWN_STRIP, g.from);
        CWN_COMMON_BARRIER(); /* as above */
        if (t >= strips) continue;
        cwn_strip x[CWN_BLOCK];
        CWN_IN_REGISTERS for (int k = 0; k < count; k++)
            x[k] = k < columns ? cwn_strip_gather(at + k / CWN_PANEL * panel + k % CWN_PANEL, CWN_PANEL) : cwn_strip_of(0.0);
        cwn_solve(x, r, count);
        CWN_IN_REGISTERS for (int k = 0; k < count; k++)
            if (k < columns) cwn_strip_scatter(at + k / CWN_PANEL * panel + k % CWN_PANEL, CWN_PANEL, x[k]);
    }
}

/* The step's columns leave the later ones before `end`. */
CWN_FN void cwn_update_columns(cwn_gram g, cwn_crew c) {
    const cwn_long rows = cwn_padded(g.rows), columns = g.end - g.to;
    for (cwn_long t = c.item; t < cwn_tile_count(rows, columns); t += c.items) {
        const cwn_spot_of_tile p = cwn_tile_spot(t, rows, columns);
        CWN_GLOBAL double *at = cwn_x_at(g, p.i, g.to + p.j);
        CWN_GLOBAL const double *left = cwn_x_at(g, p.i, g.from), *right = cwn_g_at(g, g.from, g.to + p.j);
        cwn_tile tile = cwn_tile_at(at);
        for (cwn_long k = g.from; k < g.to;
             k += CWN_PANEL, left += cwn_height(g.rows) * CWN_PANEL, right += CWN_PANEL * CWN_PANEL)
            cwn_tile_products(&tile, left, CWN_PANEL, 1, right, CWN_PANEL, 1);
        cwn_tile_put(at, &tile);
    }
}

/* ------------------------------------------------------------------------------------------------------- the steps */

/* One member's share, with room for CWN_BLOCK * CWN_BLOCK numbers. A crew of one has a loop of none where the step is not
 * due: all come to every barrier. */
CWN_FN void cwn_do_cholesky(cwn_word step, cwn_matrix m, cwn_bytes scratch, cwn_crew c, CWN_COMMON double *room) {
    const int due = cwn_is_due(m, step, scratch, c);
    cwn_gram g = cwn_gram_of(m, scratch);
    if (step == CWN_TRIANGLE || step == CWN_JUDGE) {
        CWN_BARRIER();
        if (!due) g.columns = g.from = g.to = 0;
        if (step == CWN_TRIANGLE) cwn_factor_triangle(g, room, c.item);
        else cwn_judge(g, c);
        return;
    }
    if (!due) return;
    switch (step) {
    case CWN_GRAM: cwn_make_gram(g, c); break;
    case CWN_MEASURE: cwn_measure(g, c); break;
    case CWN_ROWS: cwn_factor_rows(g, room, c); break;
    case CWN_UPDATE_TRIANGLE: cwn_update_triangle(g, c); break;
    case CWN_COLUMNS: cwn_solve_columns(g, room, c); break;
    default: cwn_update_columns(g, c);
    }
}

#endif
#endif
