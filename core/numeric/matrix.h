/* SPDX-License-Identifier: Apache-2.0
 *
 * What a matrix initializer is to a kernel: an orthogonal matrix is made of normal draws in steps, each a kernel with this
 * argument. orthogonal.h is what the steps do, steps.h in which order.
 */
#ifndef CWN_MATRIX_H
#define CWN_MATRIX_H

#include "launch.h"

enum {
    CWN_CHUNK = 256, /* part of the definition: rows of a chain of X'X */
    CWN_LEAST_CHOLESKY = 48, /* part of the definition: the least number of columns that is done by Cholesky's way */
    CWN_SLAB = 128,  /* columns of R that leave all later ones at once */
    CWN_BLOCK = 32,  /* and that are made, and leave those of the slab, at once */
    CWN_PANEL = 16,  /* columns that lie side by side; a multiple of every dialect's tile */
    CWN_SQUARE = 64, /* rows and columns of what a block of 256 threads with common memory makes at once */
    CWN_STEP_THREADS = 64 /* threads of a block that does another step of Cholesky's way */
};

/* Rows and columns that Cholesky's way works on, and rows of a panel: more, so that the panels' starts do not fall on each
 * other in a cache. */
CWN_FN cwn_long cwn_padded(cwn_long n) { return (n + CWN_PANEL - 1) / CWN_PANEL * CWN_PANEL; }
CWN_FN cwn_long cwn_height(cwn_long rows) { return cwn_padded(rows) + 8; }

enum {
    CWN_LOAD = 1,
    CWN_HOUSEHOLDER = 2,
    CWN_GRAM = 3,
    CWN_JUDGE = 4,
    CWN_TRIANGLE = 5,
    CWN_ROWS = 6,
    CWN_UPDATE_TRIANGLE = 7,
    CWN_COLUMNS = 8,
    CWN_UPDATE_COLUMNS = 9,
    CWN_STORE = 10,
    CWN_MASK = 11,
    CWN_PROJECT = 12,
    CWN_OUTER = 13,
    CWN_CONVOLVE = 14,
    CWN_APPLY = 15,
    CWN_PLACE = 16,
    CWN_MEASURE = 17
};

/* When a step does anything: a matrix that Cholesky's way found bad is done once more by Householder's. */
enum { CWN_ALWAYS = 0, CWN_IF_GOOD = 1, CWN_IF_BAD = 2 };

/* The kernels' argument, byte for byte the same in every language. What begins with `at` is bytes from the start of the
 * scratch memory, which begins with the word `bad`. */
typedef struct {
    cwn_long rows, columns;             /* rows >= columns */
    cwn_long at_matrix, at_gram;        /* of Householder's sums, or of G */
    cwn_long at_essential, at_weight, at_tau, at_diagonal;
    cwn_long scratch;                   /* bytes in all */
    cwn_long from, to;                  /* the step's columns */
    cwn_long end;                       /* of those that they leave */
    cwn_long taps;                      /* of a convolution: matrices on the left, along each axis or in all; taps of the kernel */
    cwn_long dimensions;                /* of the kernel; 0: a delta kernel, or none */
    cwn_long inputs;                    /* rows of a tap; 0: the tensor is the matrix */
    cwn_long center;                    /* the tap that is not zero */
    cwn_long at_left, at_right, at_out; /* a step's operands */
    cwn_long at_projected, at_mask, at_pair, at_block; /* room of steps.h */
    cwn_long gain;                      /* bits, as of a launch's scale */
    cwn_word type, real;                /* of the destination, and of the matrix: CWN_FLOAT32 or CWN_FLOAT64 */
    cwn_word transposed;                /* the destination has more columns than rows */
    cwn_word flush;                     /* a product with the gain may be denormal */
    cwn_word when;
    cwn_word mask;                      /* the type of the draws that choose columns of a projection */
} cwn_matrix;

/* Where the numbers lie that a step makes which is a product of matrices: in G, or in X. */
typedef struct {
    cwn_long i, j, rows, columns;
} cwn_area;

CWN_FN cwn_area cwn_area_of(cwn_matrix m, cwn_word step) {
    const cwn_long n = cwn_padded(m.columns);
    const cwn_area gram = {0, 0, n, n}, triangle = {m.to, m.to, m.end - m.to, n - m.to};
    const cwn_area columns = {0, m.to, cwn_padded(m.rows), m.end - m.to};
    return step == CWN_GRAM ? gram : step == CWN_UPDATE_TRIANGLE ? triangle : columns;
}

CWN_FN cwn_long cwn_squares_in(cwn_long length) { return (length + CWN_SQUARE - 1) / CWN_SQUARE; }
CWN_FN cwn_long cwn_squares(cwn_area a) { return cwn_squares_in(a.rows) * cwn_squares_in(a.columns); }

/* Bytes of scratch memory; OpenCL C has no uint8_t. */
typedef CWN_GLOBAL unsigned char *cwn_bytes;
#define CWN_AT(type, scratch, at) ((CWN_GLOBAL type *)((scratch) + (at)))

#ifndef CWN_NO_FP64
/* Whether the step is to do anything. A crew of one agrees before any of it changes the answer. */
CWN_FN int cwn_is_due(cwn_matrix m, cwn_word step, cwn_bytes scratch, cwn_crew c) {
    if (m.when == CWN_ALWAYS) {
        if (step == CWN_LOAD && c.item == 0) *CWN_AT(cwn_word, scratch, 0) = 0;
        return 1;
    }
    return (*CWN_AT(const cwn_word, scratch, 0) != 0) == (m.when == CWN_IF_BAD);
}

/* How a crew is spread over a matrix of `width` columns: along a row a power of two of its members, so many rows at a time. */
typedef struct {
    cwn_long row, rows, column, columns;
} cwn_spread;

CWN_FN cwn_spread cwn_spread_of(cwn_crew c, cwn_long width) {
    cwn_word shift = 0;
    while ((width - 1) >> shift && (c.items >> shift & 1) == 0) shift++;
    const cwn_long columns = (cwn_long)1 << shift;
    const cwn_spread s = {c.item >> shift, c.items >> shift, c.item & (columns - 1), columns};
    return s;
}
#endif

/* Every step, the types of destination and matrix that it is for (0: any), and the name of its kernel. Those of
 * Cholesky's way are in tables of their own; its products of matrices are done by squares (square.h) where threads have
 * memory in common. */
/* clang-format off */
#define CWN_CONVOLUTION_TABLE(ROW, name, type) \
    ROW(cw_matrix_mask_##name,           CWN_MASK,            type,        0) \
    ROW(cw_matrix_project_##name,        CWN_PROJECT,         type,        0) \
    ROW(cw_matrix_outer_##name,          CWN_OUTER,           type,        0) \
    ROW(cw_matrix_convolve_##name,       CWN_CONVOLVE,        type,        0) \
    ROW(cw_matrix_apply_##name,          CWN_APPLY,           type,        0) \
    ROW(cw_matrix_place_##name,          CWN_PLACE,           type,        0)
#define CWN_SQUARE_TABLE(ROW) \
    ROW(cw_matrix_gram,                  CWN_GRAM,            0,           CWN_FLOAT64) \
    ROW(cw_matrix_update_triangle,       CWN_UPDATE_TRIANGLE, 0,           CWN_FLOAT64) \
    ROW(cw_matrix_update_columns,        CWN_UPDATE_COLUMNS,  0,           CWN_FLOAT64)
#define CWN_HOUSEHOLDER_TABLE(ROW) \
    ROW(cw_matrix_householder_float32,   CWN_HOUSEHOLDER,     0,           CWN_FLOAT32) \
    ROW(cw_matrix_householder_float64,   CWN_HOUSEHOLDER,     0,           CWN_FLOAT64)
#define CWN_CHOLESKY_TABLE(ROW) \
    ROW(cw_matrix_measure,               CWN_MEASURE,         0,           CWN_FLOAT64) \
    ROW(cw_matrix_judge,                 CWN_JUDGE,           0,           CWN_FLOAT64) \
    ROW(cw_matrix_triangle,              CWN_TRIANGLE,        0,           CWN_FLOAT64) \
    ROW(cw_matrix_rows,                  CWN_ROWS,            0,           CWN_FLOAT64) \
    ROW(cw_matrix_columns,               CWN_COLUMNS,         0,           CWN_FLOAT64)
#define CWN_CREW_TABLE(ROW) \
    ROW(cw_matrix_load_float32,          CWN_LOAD,            CWN_FLOAT32, CWN_FLOAT32) \
    ROW(cw_matrix_load_float64,          CWN_LOAD,            CWN_FLOAT64, CWN_FLOAT64) \
    ROW(cw_matrix_load_float16,          CWN_LOAD,            CWN_FLOAT16, CWN_FLOAT32) \
    ROW(cw_matrix_load_wide_float32,     CWN_LOAD,            CWN_FLOAT32, CWN_FLOAT64) \
    ROW(cw_matrix_load_wide_float16,     CWN_LOAD,            CWN_FLOAT16, CWN_FLOAT64) \
    ROW(cw_matrix_store_float32,         CWN_STORE,           CWN_FLOAT32, CWN_FLOAT32) \
    ROW(cw_matrix_store_float64,         CWN_STORE,           CWN_FLOAT64, CWN_FLOAT64) \
    ROW(cw_matrix_store_float16,         CWN_STORE,           CWN_FLOAT16, CWN_FLOAT32) \
    ROW(cw_matrix_store_narrow_float32,  CWN_STORE,           CWN_FLOAT32, CWN_FLOAT64) \
    ROW(cw_matrix_store_narrow_float16,  CWN_STORE,           CWN_FLOAT16, CWN_FLOAT64) \
    CWN_CONVOLUTION_TABLE(ROW, float32, CWN_FLOAT32) \
    CWN_CONVOLUTION_TABLE(ROW, float64, CWN_FLOAT64) \
    CWN_CONVOLUTION_TABLE(ROW, float16, CWN_FLOAT16)
#define CWN_MATRIX_TABLE(ROW) \
    CWN_CREW_TABLE(ROW) CWN_HOUSEHOLDER_TABLE(ROW) CWN_CHOLESKY_TABLE(ROW) CWN_SQUARE_TABLE(ROW)
/* clang-format on */

#endif
