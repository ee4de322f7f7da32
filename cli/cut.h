/* SPDX-License-Identifier: Apache-2.0
 *
 * Which part of a tensor is stored, and how, as the user words it.
 */
#ifndef CW_CLI_CUT_H
#define CW_CLI_CUT_H

#include "counterweight/counterweight.h"

#include <stdbool.h>

/* start:stop:step of one axis, as in Python. */
typedef struct cw_range {
    int64_t start, stop, step;
    bool has_start, has_stop;
} cw_range;

/* Starts as {0}: the whole tensor as it is drawn. */
typedef struct cw_ranges {
    bool has_ranges;
    uint32_t count;
    cw_range range[CW_MAX_RANK];
    cw_axes layout;
    cw_dtype store; /* 0: as drawn */
} cw_ranges;

/* ":,10:33,::2", also in brackets; "()" of a scalar. EXIT_GOOD, or a complaint that begins with `label`. */
int cw_cut_read(cw_ranges *cut, const char *label, const char *text);

/* What cw_cut_read gives the same ranges for. */
typedef struct cw_cut_text {
    char text[CW_MAX_RANK * 64 + 3];
} cw_cut_text;
cw_cut_text cw_cut_text_of(const cw_ranges *cut);

/* The same for a tensor of that shape, with start, stop and step for every axis; numbers are cut to the shape as Python
 * does. EXIT_GOOD, or a complaint if there are not as many ranges as axes. */
int cw_cut_slice(const cw_ranges *cut, const char *label, uint32_t rank, const uint64_t *shape, cw_slice *slice);

#endif
