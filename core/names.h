/* SPDX-License-Identifier: Apache-2.0
 *
 * The rows of initializers.h as values, for plan.c.
 */
#ifndef CW_NAMES_H
#define CW_NAMES_H

#include "counterweight/counterweight.h"

typedef enum cw_rule {
    CW_RULE_CONSTANT,
    CW_RULE_IDENTITY,
    CW_RULE_UNIFORM,
    CW_RULE_NORMAL,
    CW_RULE_TRUNCATED_NORMAL,
    CW_RULE_VARIANCE_SCALING,
    CW_RULE_UNIT_SCALING,
    CW_RULE_FULL_INTEGER,
    CW_RULE_ORTHOGONAL,
    CW_RULE_DELTA_KERNEL,
    CW_RULE_KERNEL_1D,
    CW_RULE_KERNEL_2D,
    CW_RULE_KERNEL_3D,
    CW_RULE_STFT
} cw_rule;

typedef struct cw_initializer_row {
    cw_initializer id;
    const char *name, *class_name, *alias; /* alias may be NULL */
    cw_rule rule;
    uint32_t takes; /* bit per cw_argument, and one for the axes */
    cw_number defaults[CW_ARGUMENTS];
} cw_initializer_row;

/* NULL for an unknown id. */
const cw_initializer_row *cw_initializer_row_of(cw_initializer initializer);

#endif
