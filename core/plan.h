/* SPDX-License-Identifier: Apache-2.0
 *
 * What is inside a cw_plan. Private to core/.
 */
#ifndef CW_PLAN_H
#define CW_PLAN_H

#include "counterweight/counterweight.h"
#include "numeric/matrix.h"

/* may_alias: it is read through a cw_plan. */
typedef struct __attribute__((may_alias)) cw_decided {
    uint32_t struct_size, made; /* of cw_plan; CW_PLAN_MADE */
    cw_spec spec;               /* defaults filled in */
    uint64_t elements, bytes, fan_in, fan_out, blocks;
    double scale, shift; /* before rounding to the dtype */
    cwn_launch launch;   /* of a matrix initializer: the draws */
    cwn_matrix matrix;   /* without columns but for a matrix initializer that has elements */
    uint64_t launches;
} cw_decided;

#define CW_PLAN_MADE 0x43570003u /* changes with the layout above */
_Static_assert(sizeof(cw_decided) <= sizeof(cw_plan), "cw_plan is too small for what is decided");

/* NULL if the plan is NULL or was not made by this version. */
const cw_decided *cw_decided_of(const cw_plan *plan);

#endif
