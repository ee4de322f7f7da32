/* SPDX-License-Identifier: Apache-2.0
 *
 * A slice that was checked, and what a fill of it does. Private to core/.
 */
#ifndef CW_SLICE_H
#define CW_SLICE_H

#include "backend.h"
#include "plan.h"

/* Per axis of the tensor, or of its elements in a row where the slice is flat. */
typedef struct cw_box {
    uint32_t rank;
    cw_dtype store;
    uint64_t first;                                    /* index in the tensor of the slice's first element */
    uint64_t count[CW_MAX_RANK], inside[CW_MAX_RANK];  /* members, and how many of them are in the tensor, not padding */
    uint64_t from[CW_MAX_RANK], to[CW_MAX_RANK];       /* from one to the next, in elements of tensor and destination */
    uint64_t shape[CW_MAX_RANK];                       /* as cw_extent has it */
    uint64_t elements, bytes;
} cw_box;

cw_status cw_box_make(const cw_decided *plan, const cw_slice *slice, cw_box *box, cw_error *why);

/* What a fill launches; job->parts is 0 where there is nothing to fill. */
void cw_job_make(const cw_decided *plan, const cw_box *box, cw_job *job);

/* The same part with a slice where it was a range. */
void cw_part_as_slice(cw_part *part);

/* The bits of an element, rounded once to a smaller dtype. */
uint64_t cw_narrow(uint64_t bits, cw_dtype drawn, cw_dtype store);

/* Part of a row of the slice's last axis: `count` members, `inside` of which are elements `first`, `first` + `from` ... of the
 * tensor. The first of all goes to element `at` of the destination, the next `to` further each. */
typedef struct cw_row {
    uint64_t first, from, count, inside, at, to;
} cw_row;

/* Calls visit(user, row) for rows of at most `most` members, which are all of the slice, until one does not return CW_OK. */
cw_status cw_box_walk(const cw_box *box, uint64_t most, cw_status (*visit)(void *user, const cw_row *row), void *user);

/* The values of a row, in the order and the dtype that they are stored in; room for row->count of 8 bytes. `whole` is the
 * tensor of a matrix initializer, else NULL. */
void cw_row_make(const cw_decided *plan, const cw_box *box, const void *whole, const cw_row *row, void *values);

#endif
