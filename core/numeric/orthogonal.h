/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric text: what the steps of an orthogonal matrix do. The draws lie in memory, which is the destination or a part of
 * the scratch memory, in row-major order, and are
 * read into scratch memory as a matrix of at least as many rows as columns; the last step writes its Q to where they were.
 * This text loads and stores.
 */
#ifndef CWN_ORTHOGONAL_H
#define CWN_ORTHOGONAL_H
#ifndef CWN_NO_FP64

#include "elements.h"
#include "exact.h"
#include "matrix.h"
#include "real32.h"
#include "householder.h"
#include "real64.h"
#include "householder.h"
#include "cholesky.h"
#include "square.h"
#include "convolution.h"

/* Cholesky's matrices lie in panels, Householder's row by row. Both ways begin with a diagonal that leaves the signs alone. */
CWN_FN void cwn_load_row(cwn_matrix m, cwn_word type, cwn_long i, cwn_long j, CWN_GLOBAL const void *memory, CWN_GLOBAL double *to) {
    for (cwn_long k = 0; k < CWN_PANEL; k++)
        to[k] = i < m.rows && j + k < m.columns ? cwn_element(type, memory, i * m.columns + j + k) : 0.0;
}

CWN_FN void cwn_load_panels(cwn_matrix m, cwn_word type, CWN_GLOBAL const void *memory, CWN_GLOBAL double *x, cwn_crew c) {
    const cwn_long rows = cwn_padded(m.rows), panels = cwn_padded(m.columns) / CWN_PANEL;
    for (cwn_long t = c.item; t < rows * panels; t += c.items) {
        const cwn_long panel = t / rows, i = t - panel * rows, j = panel * CWN_PANEL;
        cwn_load_row(m, type, i, j, memory, cwn_in_panel(x, cwn_height(m.rows), i, j));
    }
}

CWN_FN void cwn_load_rows(cwn_matrix m, cwn_word type, cwn_word real, CWN_GLOBAL const void *memory, cwn_bytes scratch,
                          cwn_crew c) {
    for (cwn_long t = c.item; t < m.rows * m.columns; t += c.items) {
        const double x = cwn_element(type, memory, t);
        if (real == CWN_FLOAT64) CWN_AT(double, scratch, m.at_matrix)[t] = x;
        else CWN_AT(float, scratch, m.at_matrix)[t] = (float)x;
    }
}

CWN_FN void cwn_load(cwn_matrix m, cwn_word type, cwn_word real, CWN_GLOBAL const void *memory, cwn_bytes scratch, cwn_crew c) {
    if (m.columns >= CWN_LEAST_CHOLESKY && m.when != CWN_IF_BAD)
        cwn_load_panels(m, type, memory, CWN_AT(double, scratch, m.at_matrix), c);
    else cwn_load_rows(m, type, real, memory, scratch, c);
    for (cwn_long j = c.item; j < m.columns; j += c.items) {
        if (real == CWN_FLOAT64) CWN_AT(double, scratch, m.at_diagonal)[j] = 1.0;
        else CWN_AT(float, scratch, m.at_diagonal)[j] = 1.0f;
    }
}

CWN_FN double cwn_sign(double x) { return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : 0.0; }

CWN_FN cwn_long cwn_place_in_tensor(cwn_matrix m, cwn_long i, cwn_long j) {
    return m.transposed ? j * m.rows + i : i * m.columns + j;
}

CWN_FN void cwn_store_panels(cwn_matrix m, cwn_word type, CWN_GLOBAL void *memory, CWN_GLOBAL double *x, cwn_crew c) {
    const cwn_long panels = cwn_padded(m.columns) / CWN_PANEL;
    for (cwn_long t = c.item; t < m.rows * panels; t += c.items) {
        const cwn_long panel = t / m.rows, i = t - panel * m.rows, j = panel * CWN_PANEL;
        CWN_GLOBAL const double *from = cwn_in_panel(x, cwn_height(m.rows), i, j);
        for (cwn_long k = 0; k < CWN_PANEL && j + k < m.columns; k++)
            cwn_put_element(m, type, memory, cwn_place_in_tensor(m, i, j + k), from[k]);
    }
}

/* Column j of Q times the sign of R's diagonal there. */
CWN_FN void cwn_store_rows(cwn_matrix m, cwn_word type, cwn_word real, CWN_GLOBAL void *memory, cwn_bytes scratch, cwn_crew c) {
    for (cwn_long t = c.item; t < m.rows * m.columns; t += c.items) {
        const cwn_long i = t / m.columns, j = t - i * m.columns;
        double x, diagonal;
        if (real == CWN_FLOAT64) {
            x = CWN_AT(double, scratch, m.at_matrix)[t];
            diagonal = CWN_AT(double, scratch, m.at_diagonal)[j];
        } else {
            x = (double)CWN_AT(float, scratch, m.at_matrix)[t];
            diagonal = (double)CWN_AT(float, scratch, m.at_diagonal)[j];
        }
        cwn_put_element(m, type, memory, cwn_place_in_tensor(m, i, j), x * cwn_sign(diagonal));
    }
}

CWN_FN void cwn_store(cwn_matrix m, cwn_word type, cwn_word real, CWN_GLOBAL void *memory, cwn_bytes scratch, cwn_crew c) {
    if (m.columns >= CWN_LEAST_CHOLESKY && *CWN_AT(const cwn_word, scratch, 0) == 0)
        cwn_store_panels(m, type, memory, CWN_AT(double, scratch, m.at_matrix), c);
    else cwn_store_rows(m, type, real, memory, scratch, c);
}

/* ------------------------------------------------------------------------------------------------------- the steps */

/* One member's share of all but Cholesky's. `step`, `type` and `real` are the kernel's; the compiler drops the other cases. */
CWN_FN void cwn_do_step(cwn_word step, cwn_word type, cwn_word real, cwn_matrix m, CWN_GLOBAL void *memory,
                        cwn_bytes scratch, cwn_crew c) {
    if (step == CWN_HOUSEHOLDER && real == CWN_FLOAT64) cwn_do_householder_64(m, scratch, c);
    else if (step == CWN_HOUSEHOLDER) cwn_do_householder_32(m, scratch, c);
    else if (cwn_is_due(m, step, scratch, c))
        switch (step) {
        case CWN_LOAD: cwn_load(m, type, real, memory, scratch, c); break;
        case CWN_MASK: cwn_mask(m, type, scratch, c); break;
        case CWN_PROJECT: cwn_project(m, type, scratch, c); break;
        case CWN_OUTER: cwn_outer(m, type, scratch, c); break;
        case CWN_CONVOLVE: cwn_convolve(m, type, scratch, c); break;
        case CWN_APPLY: cwn_apply(m, type, memory, scratch, c); break;
        case CWN_PLACE: cwn_place(m, type, memory, scratch, c); break;
        default: cwn_store(m, type, real, memory, scratch, c);
        }
}

#endif
#endif
