/* SPDX-License-Identifier: Apache-2.0
 *
 * One tensor as the user words it, in options or in a manifest, and how that becomes a plan. Fields have the same
 * names in both.
 *
 * Every function that returns an int gives EXIT_GOOD or complains, in one line that begins with `label`.
 */
#ifndef CW_CLI_FIELDS_H
#define CW_CLI_FIELDS_H

#include "cut.h"
#include "whole.h"

#include <jansson.h>

enum { CW_MAX_SEEDS = 6 };

/* Starts from cw_fields_start. */
typedef struct cw_fields {
    cw_spec spec; /* its philox and, unless given, its dialect follow from the seed */
    bool has_shape, has_dialect, has_seed;
    const char *seed_rule; /* static */
    cw_whole seed[CW_MAX_SEEDS];
    uint32_t seed_count;
    int64_t call;
    bool has_call;
    cw_ranges cut;
} cw_fields;

cw_fields cw_fields_start(void);

/* 1 if the field's value is a word: initializer, dtype, store_dtype, seed_rule, dialect, mode, distribution, side, window,
 * scaling, periodic. */
int cw_field_is_word(const char *field);
int cw_fields_word(cw_fields *fields, const char *label, const char *field, const char *word);

/* The argument of that name whose value is one number, or CW_ARGUMENTS. */
cw_argument cw_field_argument(const char *field);

int cw_fields_shape(cw_fields *fields, const char *label, const int64_t *axis, uint32_t rank);
int cw_fields_axes(cw_axes *axes, const char *label, const int64_t *axis, uint32_t count);
int cw_fields_seed(cw_fields *fields, const char *label, const cw_whole *seed, uint32_t count);

/* Decides the philox, then everything; `label` NULL stands for the command line. A random initializer without a seed
 * has the seed 0, or as many zeros as the seed rule takes. */
int cw_fields_plan(const cw_fields *fields, const char *label, cw_plan *plan);

/* What is stored of the planned tensor. `label` as above. */
int cw_fields_slice(const cw_fields *fields, const char *label, const cw_plan *plan, cw_slice *slice, cw_extent *extent);

/* The fields as a tensor of a manifest, in the short form; NULL if memory is exhausted. */
json_t *cw_fields_entry(const cw_fields *fields, const char *name);

#endif
