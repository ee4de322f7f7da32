/* SPDX-License-Identifier: Apache-2.0
 *
 * Why two arrays differ: the likely cause, out of those that are known.
 */
#ifndef CW_CLI_CAUSE_H
#define CW_CLI_CAUSE_H

#include "model.h"

/* What is known of two arrays that differ, the first of which is the expected one. */
typedef struct cw_evidence {
    const cw_tensor *tensor; /* name, dtype, shape */
    const void *expected, *found;
    cw_difference difference;
    const cw_entry *entry; /* what was planned; NULL where only the arrays are known */
} cw_evidence;

typedef struct cw_cause {
    const char *name; /* static, one word */
    char text[320];   /* what was seen, and in parentheses what to do */
} cw_cause;

/* The first cause that fits. */
cw_cause cw_cause_of(const cw_evidence *evidence);

/* Of two arrays with data and of different dtype or shape; without a name and a text if nothing explains them. */
cw_cause cw_cause_of_form(const cw_tensor *expected, const cw_tensor *found);

#endif
