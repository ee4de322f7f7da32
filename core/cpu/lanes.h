/* SPDX-License-Identifier: Apache-2.0
 *
 * The numeric text several elements at a time, for one kind of processor.
 */
#ifndef CW_LANES_H
#define CW_LANES_H

#include <stddef.h>

#include "numeric/launch.h"

/* Whole groups `group` to `group` + `groups` of the launch's tensor to `data`. The low word of the counter does not wrap
 * between the first blocks of these groups. Does nothing, and returns 0, for a distribution that it does not have. */
typedef int cw_fill_groups(const cwn_launch *launch, uint64_t group, uint64_t groups, void *data);

typedef struct cw_lanes {
    cw_fill_groups *words, *normals; /* what is made of words by few operations; normals and proofs */
} cw_lanes;

/* As cw_reference_fill. */
void cw_lanes_fill(const cw_lanes *lanes, const cwn_launch *launch, uint64_t first, uint64_t count, void *data);

#endif
