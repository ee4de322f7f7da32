/* SPDX-License-Identifier: Apache-2.0
 *
 * The tests behind cause.c. Each looks at the evidence and says in `text` what it saw; there "%s" stands for the array
 * that is to blame. False if the cause does not fit.
 */
#ifndef CW_CLI_CAUSE_ROWS_H
#define CW_CLI_CAUSE_ROWS_H

#include "cause.h"

#include <stdbool.h>

typedef struct cw_seen {
    char text[200];
} cw_seen;

/* cause_values.c: the values alone tell. */
bool cw_seen_denormals(const cw_evidence *e, cw_seen *seen);
bool cw_seen_unwritten(const cw_evidence *e, cw_seen *seen);
bool cw_seen_part(const cw_evidence *e, cw_seen *seen);
bool cw_seen_cut(const cw_evidence *e, cw_seen *seen);
bool cw_seen_axes(const cw_evidence *e, cw_seen *seen);
bool cw_seen_shift(const cw_evidence *e, cw_seen *seen);
bool cw_seen_rounded(const cw_evidence *e, cw_seen *seen);
bool cw_seen_scaled(const cw_evidence *e, cw_seen *seen);
bool cw_seen_ulps(const cw_evidence *e, cw_seen *seen);
bool cw_seen_other(const cw_evidence *e, cw_seen *seen);
bool cw_seen_single(const cw_evidence *e, cw_seen *seen);

/* The permutation of the axes of `shape` that turns the data `from` into `to`, as numpy.transpose takes it. */
bool cw_find_axes(size_t size, uint32_t rank, const uint64_t *shape, const void *from, const void *to,
                  uint32_t permutation[CW_MAX_RANK]);
void cw_axes_say(uint32_t rank, const uint32_t *permutation, cw_seen *seen);

/* found = factor * expected, but for roundings; 0 if it is not. */
double cw_find_factor(const cw_evidence *e);

/* To the nearest number of a real dtype, ties to even, and infinite from half an ulp above the largest on. */
double cw_rounded(double x, cw_dtype dtype);

/* cause_plan.c: e->entry, which has no parts, is known and `expected` is what is stored of it. */
bool cw_seen_dialect(const cw_evidence *e, cw_seen *seen);
bool cw_seen_seed(const cw_evidence *e, cw_seen *seen);
bool cw_seen_counter(const cw_evidence *e, cw_seen *seen);
bool cw_seen_slice(const cw_evidence *e, cw_seen *seen);
bool cw_seen_shard(const cw_evidence *e, cw_seen *seen);
bool cw_seen_store(const cw_evidence *e, cw_seen *seen);
bool cw_seen_fused(const cw_evidence *e, cw_seen *seen);
bool cw_seen_steps(const cw_evidence *e, cw_seen *seen);
bool cw_seen_angle(const cw_evidence *e, cw_seen *seen);
bool cw_seen_exact(const cw_evidence *e, cw_seen *seen);

#endif
