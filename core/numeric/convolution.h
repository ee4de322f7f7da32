/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric text: what makes convolution kernels of orthogonal matrices (Xiao et al., "Dynamical isometry and a mean field
 * theory of CNNs", ICML 2018), as TensorFlow's convolution_orthogonal_1d, _2d, _3d and convolution_delta_orthogonal do:
 * docs/NUMERICS.md, section "Convolution". Matrices are columns x columns numbers of the dtype, row by row, in scratch
 * memory; steps.h says in which order the steps come. This text loads and stores.
 */
#ifndef CWN_CONVOLUTION_H
#define CWN_CONVOLUTION_H
#ifndef CWN_NO_FP64

#include "elements.h"
#include "fma.h"
#include "matrix.h"

/* -------------------------------------------------------------------------------------------------------- products */

/* A row of one matrix and a column of another, `row` and `column` apart in steps of 1 and of `step` numbers; `depth` of each. */
typedef struct {
    CWN_GLOBAL const void *left, *right;
    cwn_long row, column, step, depth;
} cwn_dot;

/* float32 and float16: one chain of fused multiply-adds in float, in ascending order. */
CWN_FN double cwn_dot_float(cwn_dot d, cwn_word type) {
    float sum = 0.0f;
    for (cwn_long k = 0; k < d.depth; k++)
        sum = cwn_fma32((float)cwn_element(type, d.left, d.row + k), (float)cwn_element(type, d.right, d.column + k * d.step), sum);
    return cwn_round_to(type, (double)sum);
}

/* Terms first, first + every ... below end, onto sum; products and sums round. */
CWN_FN double cwn_dot_chain(cwn_dot d, double sum, cwn_long first, cwn_long every, cwn_long end) {
    CWN_GLOBAL const double *left = (CWN_GLOBAL const double *)d.left + d.row;
    CWN_GLOBAL const double *right = (CWN_GLOBAL const double *)d.right + d.column;
    for (cwn_long k = first; k < end; k += every) {
        const double product = left[k] * right[k * d.step];
        sum = product + sum;
    }
    return sum;
}

/* float64: Eigen's order on AVX, for element (i, j) of a product of `rows` x `columns`: one chain, but in the first rows, whole
 * fours of them, of the last columns two chains, or four in the very last column of an odd number. */
CWN_FN double cwn_dot_double(cwn_dot d, cwn_long i, cwn_long j, cwn_long rows, cwn_long columns) {
    const cwn_long twos = d.depth / 8 * 8, fours = d.depth / 4 * 4;
    if (i >= rows / 4 * 4 || j < columns / 8 * 8) return cwn_dot_chain(d, 0.0, 0, 1, d.depth);
    if (j < columns / 2 * 2) {
        const double even = cwn_dot_chain(d, 0.0, 0, 2, twos), odd = cwn_dot_chain(d, 0.0, 1, 2, twos);
        return cwn_dot_chain(d, even + odd, twos, 1, d.depth);
    }
    const double a = cwn_dot_chain(d, 0.0, 0, 4, fours) + cwn_dot_chain(d, 0.0, 1, 4, fours);
    const double b = cwn_dot_chain(d, 0.0, 2, 4, fours) + cwn_dot_chain(d, 0.0, 3, 4, fours);
    return cwn_dot_chain(d, a + b, fours, 1, d.depth);
}

CWN_FN double cwn_dot_of(cwn_word type, cwn_dot d, cwn_long i, cwn_long j, cwn_long rows, cwn_long columns) {
    return type == CWN_FLOAT64 ? cwn_dot_double(d, i, j, rows, columns) : cwn_dot_float(d, type);
}

/* Element (i, j) of the product of matrix `a` of the left ones, of which the first `rows` rows count, and `b` of the right. */
CWN_FN double cwn_product_of(cwn_matrix m, cwn_word type, cwn_bytes scratch, cwn_long a, cwn_long b, cwn_long i, cwn_long j,
                             cwn_long rows) {
    const cwn_long n = m.columns;
    const cwn_dot d = {CWN_AT(const unsigned char, scratch, m.at_left), CWN_AT(const unsigned char, scratch, m.at_right),
                       a * n * n + i * n, b * n * n + j, n, n};
    return cwn_dot_of(type, d, i, j, rows, n);
}

/* ----------------------------------------------------------------------------------------------------------- steps */

/* Columns of the left matrix whose draw, a float of the right, is not over 0 become zeros. */
CWN_FN void cwn_mask(cwn_matrix m, cwn_word type, cwn_bytes scratch, cwn_crew c) {
    CWN_GLOBAL void *at = CWN_AT(unsigned char, scratch, m.at_left);
    for (cwn_long t = c.item; t < m.columns * m.columns; t += c.items)
        if (!(CWN_AT(const float, scratch, m.at_right)[t % m.columns] > 0.0f)) cwn_put(type, at, t, 0.0);
}

/* P = C C' of the left matrix, and I - P: two matrices, in 3-D the other way round. */
CWN_FN void cwn_project(cwn_matrix m, cwn_word type, cwn_bytes scratch, cwn_crew c) {
    const cwn_long n = m.columns, first = m.dimensions == 3 ? n * n : 0;
    CWN_GLOBAL void *out = CWN_AT(unsigned char, scratch, m.at_out);
    for (cwn_long t = c.item; t < n * n; t += c.items) {
        const cwn_long i = t / n, j = t % n;
        CWN_GLOBAL const void *left = CWN_AT(const unsigned char, scratch, m.at_left);
        const cwn_dot d = {left, left, i * n, j * n, 1, n};
        const double p = cwn_dot_of(type, d, i, j, n, n);
        cwn_put(type, out, first + t, p);
        cwn_put(type, out, n * n - first + t, cwn_round_to(type, (i == j ? 1.0 : 0.0) - p));
    }
}

/* Each of `taps` left matrices times each of the two right ones. */
CWN_FN void cwn_outer(cwn_matrix m, cwn_word type, cwn_bytes scratch, cwn_crew c) {
    const cwn_long n = m.columns;
    for (cwn_long t = c.item; t < 2 * m.taps * n * n; t += c.items) {
        const cwn_long pair = t / (n * n), i = t / n % n, j = t % n;
        cwn_put(type, CWN_AT(unsigned char, scratch, m.at_out), t,
                cwn_product_of(m, type, scratch, pair / 2, pair % 2, i, j, n));
    }
}

/* Element (i, j) of the matrix at x, y, z of the convolution of `taps` x .. left matrices with 2 x .. right ones: the products
 * are added in ascending order of the left one's place, each sum rounded. */
CWN_FN double cwn_convolved(cwn_matrix m, cwn_word type, cwn_bytes scratch, cwn_long x, cwn_long y, cwn_long z, cwn_long i,
                            cwn_long j) {
    const cwn_long ky = m.dimensions > 1 ? m.taps : 1, kz = m.dimensions > 2 ? m.taps : 1;
    const cwn_long ly = m.dimensions > 1 ? 2 : 1, lz = m.dimensions > 2 ? 2 : 1;
    double sum = 0.0;
    for (cwn_long a = x > 1 ? x - 1 : 0; a < m.taps && a <= x; a++)
        for (cwn_long b = y >= ly ? y - ly + 1 : 0; b < ky && b <= y; b++)
            for (cwn_long e = z >= lz ? z - lz + 1 : 0; e < kz && e <= z; e++) {
                const cwn_long left = (a * ky + b) * kz + e, right = ((x - a) * ly + (y - b)) * lz + (z - e);
                sum = cwn_sum_of(type, sum, cwn_product_of(m, type, scratch, left, right, i, j, m.columns));
            }
    return sum;
}

CWN_FN void cwn_convolve(cwn_matrix m, cwn_word type, cwn_bytes scratch, cwn_crew c) {
    const cwn_long n = m.columns, size = m.taps + 1;
    const cwn_long sy = m.dimensions > 1 ? size : 1, sz = m.dimensions > 2 ? size : 1;
    for (cwn_long t = c.item; t < size * sy * sz * n * n; t += c.items) {
        const cwn_long tap = t / (n * n);
        cwn_put(type, CWN_AT(unsigned char, scratch, m.at_out), t,
                cwn_convolved(m, type, scratch, tap / sz / sy, tap / sz % sy, tap % sz, t / n % n, t % n));
    }
}

/* The destination: the first rows of the left matrix times each of `taps` right ones, times the gain. */
CWN_FN void cwn_apply(cwn_matrix m, cwn_word type, CWN_GLOBAL void *memory, cwn_bytes scratch, cwn_crew c) {
    const cwn_long n = m.columns;
    for (cwn_long t = c.item; t < m.taps * m.inputs * n; t += c.items)
        cwn_put_element(m, type, memory, t,
                        cwn_product_of(m, type, scratch, 0, t / (m.inputs * n), t / n % m.inputs, t % n, m.inputs));
}

/* The destination: the first rows of the left matrix, times the gain, at one of its taps and zeros elsewhere. TensorFlow adds
 * a delta kernel's to zeros, so that there is no -0 in it. */
CWN_FN void cwn_place(cwn_matrix m, cwn_word type, CWN_GLOBAL void *memory, cwn_bytes scratch, cwn_crew c) {
    const cwn_long size = m.inputs * m.columns;
    CWN_GLOBAL const void *left = CWN_AT(const unsigned char, scratch, m.at_left);
    for (cwn_long t = c.item; t < m.taps * size; t += c.items) {
        if (t / size == m.center) cwn_put_element(m, type, memory, t, cwn_element(type, left, t % size));
        else cwn_put(type, memory, t, 0.0);
        if (m.dimensions == 0 && cwn_element(type, memory, t) == 0.0) cwn_put(type, memory, t, 0.0);
    }
}

#endif
#endif
