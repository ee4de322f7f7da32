/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric text, for devices where the threads of a block have memory in common (in OpenCL the work-items of a
 * work-group): the steps of cholesky.h that are products of matrices. A block makes a square of numbers at a time and
 * each of its threads a tile of them, in registers; both factors come through the common memory, a layer at a time:
 * CWN_PANEL products of each number. The sums and their order are those of cholesky.h.
 */
#ifndef CWN_SQUARE_H
#define CWN_SQUARE_H
#ifdef CWN_SQUARES

#include "cholesky.h"

/* Numbers between the products of a layer: two more than a square has, so that the threads which store a row of the
 * transposed factor store to different banks, and each pair is aligned. */
enum { CWN_APART = CWN_SQUARE + 2, CWN_PARTS = CWN_SQUARE / CWN_PANEL };

typedef struct {
    cwn_two left[CWN_PANEL * CWN_APART / 2], right[CWN_PANEL * CWN_APART / 2];
} cwn_layer;

/* ---------------------------------------------------------------------------------------------------- the factors */

/* What a thread fetches of a factor: a number of each part of a layer, CWN_PANEL rows or columns of the square. For a
 * part that there is not it is the first one's, and nothing that is made of it is kept. */
typedef struct {
    CWN_GLOBAL const double *at[CWN_PARTS];
    cwn_long layer; /* how far it is to the next */
    cwn_word to;    /* where in the common memory the first number goes */
} cwn_factor;

typedef struct {
    double part[CWN_PARTS];
} cwn_fetched;

CWN_FN cwn_factor cwn_factor_from(CWN_GLOBAL const double *at, cwn_long part, cwn_long parts, cwn_long layer,
                                  cwn_word to) {
    cwn_factor f;
    CWN_UNROLL for (cwn_word p = 0; p < CWN_PARTS; p++) f.at[p] = at + (p < parts ? p * part : 0);
    f.layer = layer;
    f.to = to;
    return f;
}

/* A matrix whose rows are multiplied, as it lies in panels: threads fetch numbers that are side by side. */
CWN_FN cwn_factor cwn_factor_of(CWN_GLOBAL const double *at, cwn_long height, cwn_long columns, cwn_word thread) {
    return cwn_factor_from(at + thread, height * CWN_PANEL, columns / CWN_PANEL, CWN_PANEL * CWN_PANEL,
                           thread / CWN_PANEL * CWN_APART + thread % CWN_PANEL);
}

/* One whose columns are multiplied. Sixteen threads fetch half a row of each of two rows. */
CWN_FN cwn_factor cwn_transposed_factor_of(CWN_GLOBAL const double *at, cwn_long height, cwn_long rows,
                                           cwn_word thread) {
    const cwn_word k = (thread & 7) | (thread >> 1 & 8), i = (thread >> 3 & 1) | (thread >> 4 & 14);
    return cwn_factor_from(at + i * CWN_PANEL + k, CWN_PANEL * CWN_PANEL, rows / CWN_PANEL, height * CWN_PANEL,
                           k * CWN_APART + i);
}

CWN_FN cwn_fetched cwn_fetch(cwn_factor *f) {
    cwn_fetched x;
    CWN_UNROLL for (cwn_word p = 0; p < CWN_PARTS; p++) {
        x.part[p] = *f->at[p];
        f->at[p] += f->layer;
    }
    return x;
}

CWN_FN void cwn_share(CWN_COMMON cwn_two *layer, cwn_factor f, cwn_fetched x) {
    CWN_COMMON double *to = (CWN_COMMON double *)layer + f.to;
    CWN_UNROLL for (cwn_word p = 0; p < CWN_PARTS; p++) to[p * CWN_PANEL] = x.part[p];
}

/* ------------------------------------------------------------------------------------------------------ the tiles */

/* A thread's rows and columns are two pairs of each, half a square apart. These are the first ones' halves: neighbours
 * in a warp have the same row or the same column, so that they load the same numbers at once. */
CWN_FN cwn_word cwn_pair_of_rows(cwn_word thread) { return (thread >> 1 & 1) | (thread >> 2 & 2) | (thread >> 4 & 12); }
CWN_FN cwn_word cwn_pair_of_columns(cwn_word thread) { return (thread & 1) | (thread >> 1 & 2) | (thread >> 2 & 12); }

CWN_FN void cwn_take_pairs(double *x, CWN_COMMON const cwn_two *layer, int k) {
    CWN_UNROLL for (int p = 0; p < 2; p++) {
        const cwn_two pair = layer[k * (CWN_APART / 2) + p * (CWN_SQUARE / 4)];
        x[2 * p] = pair.x;
        x[2 * p + 1] = pair.y;
    }
}

/* The tile goes on by the products of so many layers, or by their negatives. */
CWN_FN void cwn_tile_layers(cwn_tile *t, cwn_factor *left, cwn_factor *right, cwn_long layers, int negative,
                            cwn_word thread, CWN_COMMON cwn_layer *common) {
    CWN_COMMON const cwn_two *rows = common->left + cwn_pair_of_rows(thread);
    CWN_COMMON const cwn_two *columns = common->right + cwn_pair_of_columns(thread);
    cwn_fetched x = cwn_fetch(left), y = cwn_fetch(right);
    CWN_NO_UNROLL for (cwn_long n = 1; n <= layers; n++) {
        CWN_COMMON_BARRIER();
        cwn_share(common->left, *left, x);
        cwn_share(common->right, *right, y);
        CWN_COMMON_BARRIER();
        if (n < layers) {
            x = cwn_fetch(left);
            y = cwn_fetch(right);
        }
        CWN_UNROLL for (int k = 0; k < CWN_PANEL; k++) {
            double a[CWN_TILE], b[CWN_STRIPS];
            cwn_take_pairs(a, rows, k);
            cwn_take_pairs(b, columns, k);
            if (negative) cwn_tile_less(t, a, b);
            else cwn_tile_more(t, a, b);
        }
    }
}

/* ---------------------------------------------------------------------------------------------------- the squares */

/* What there is of a square: of G only what reaches over the diagonal, in parts. */
CWN_FN int cwn_is_there(cwn_word step, cwn_area s, cwn_long i, cwn_long j) {
    return i < s.rows && j < s.columns &&
           (step == CWN_UPDATE_COLUMNS || (s.j + j) / CWN_PANEL >= (s.i + i) / CWN_PANEL);
}

/* A corner of a thread's tile, two rows of two numbers, of which there are all or none. */
typedef struct {
    CWN_GLOBAL double *at;
    int is_there;
} cwn_corner;

CWN_FN cwn_corner cwn_corner_of(cwn_word step, cwn_gram g, cwn_area s, cwn_word thread, cwn_word p, cwn_word q) {
    const cwn_long i = 2 * cwn_pair_of_rows(thread) + p * (CWN_SQUARE / 2);
    const cwn_long j = 2 * cwn_pair_of_columns(thread) + q * (CWN_SQUARE / 2);
    const cwn_corner c = {step == CWN_UPDATE_COLUMNS ? cwn_x_at(g, s.i + i, s.j + j) : cwn_g_at(g, s.i + i, s.j + j),
                          cwn_is_there(step, s, i, j)};
    return c;
}

#define CWN_EACH_CORNER(p, q) CWN_UNROLL for (cwn_word p = 0; p < 2; p++) CWN_UNROLL for (cwn_word q = 0; q < 2; q++)
#define CWN_EACH_NUMBER(a, b) CWN_UNROLL for (cwn_word a = 0; a < 2; a++) CWN_UNROLL for (cwn_word b = 0; b < 2; b++)

CWN_FN void cwn_corners_at(cwn_tile *t, cwn_word step, cwn_gram g, cwn_area s, cwn_word thread) {
    CWN_EACH_CORNER(p, q) {
        const cwn_corner c = cwn_corner_of(step, g, s, thread, p, q);
        CWN_EACH_NUMBER(a, b) t->s[2 * p + a][2 * q + b] = c.is_there ? c.at[a * CWN_PANEL + b] : 0.0;
    }
}

CWN_FN void cwn_corners_put(const cwn_tile *t, cwn_word step, cwn_gram g, cwn_area s, cwn_word thread) {
    CWN_EACH_CORNER(p, q) {
        const cwn_corner c = cwn_corner_of(step, g, s, thread, p, q);
        CWN_EACH_NUMBER(a, b) if (c.is_there) c.at[a * CWN_PANEL + b] = t->s[2 * p + a][2 * q + b];
    }
}

/* The chains of CWN_CHUNK rows, added up. */
CWN_FN void cwn_make_gram_square(cwn_gram g, cwn_area s, cwn_word thread, CWN_COMMON cwn_layer *common) {
    cwn_factor left = cwn_factor_of(cwn_x_at(g, 0, s.i), cwn_height(g.rows), s.rows, thread);
    cwn_factor right = cwn_factor_of(cwn_x_at(g, 0, s.j), cwn_height(g.rows), s.columns, thread);
    for (cwn_long k = 0; k < g.rows; k += CWN_CHUNK) {
        cwn_tile sum = cwn_tile_of_zeros(), chunk = cwn_tile_of_zeros();
        const cwn_long rows = g.rows - k < CWN_CHUNK ? cwn_padded(g.rows - k) : CWN_CHUNK;
        cwn_tile_layers(&chunk, &left, &right, rows / CWN_PANEL, 0, thread, common);
        if (k) cwn_corners_at(&sum, CWN_GRAM, g, s, thread);
        cwn_tile_add(&sum, &chunk);
        cwn_corners_put(&sum, CWN_GRAM, g, s, thread);
    }
}

/* The step's rows or columns leave the square. */
CWN_FN void cwn_update_square(cwn_word step, cwn_gram g, cwn_area s, cwn_word thread, CWN_COMMON cwn_layer *common) {
    cwn_factor right = cwn_factor_of(cwn_g_at(g, g.from, s.j), cwn_height(g.columns), s.columns, thread), left;
    cwn_tile t;
    if (step == CWN_UPDATE_COLUMNS)
        left = cwn_transposed_factor_of(cwn_x_at(g, s.i, g.from), cwn_height(g.rows), s.rows, thread);
    else left = cwn_factor_of(cwn_g_at(g, g.from, s.i), cwn_height(g.columns), s.rows, thread);
    cwn_corners_at(&t, step, g, s, thread);
    cwn_tile_layers(&t, &left, &right, (g.to - g.from) / CWN_PANEL, 1, thread, common);
    cwn_corners_put(&t, step, g, s, thread);
}

/* The share of a thread of a block, one of `blocks`. */
CWN_FN void cwn_do_squares(cwn_word step, cwn_matrix m, cwn_bytes scratch, cwn_crew blocks, cwn_word thread,
                           CWN_COMMON cwn_layer *common) {
    const cwn_gram g = cwn_gram_of(m, scratch);
    const cwn_area a = cwn_area_of(m, step);
    const cwn_long across = cwn_squares_in(a.columns),
                   squares = cwn_is_due(m, step, scratch, blocks) ? cwn_squares(a) : 0;
    for (cwn_long t = blocks.item; t < squares; t += blocks.items) {
        const cwn_long i = t / across * CWN_SQUARE, j = t % across * CWN_SQUARE;
        const cwn_area s = {a.i + i, a.j + j, a.rows - i, a.columns - j};
        if (step != CWN_UPDATE_COLUMNS && j < i) continue;
        if (step == CWN_GRAM) cwn_make_gram_square(g, s, thread, common);
        else cwn_update_square(step, g, s, thread, common);
    }
}

#endif
#endif
