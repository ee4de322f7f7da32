/* SPDX-License-Identifier: Apache-2.0
 *
 * The numeric text several elements at a time, for one kind of processor.
 */
#ifndef CW_LANES_H
#define CW_LANES_H

#include <stddef.h>

#include "numeric/launch.h"

/* So many numbers after the last of a list are read, too, and may be any. */
#define CW_SPARE_NUMBERS 32u

/* Whole groups of a tensor, one behind the other: `group` + listed[i] for each i below `groups`; where `listed` is
 * NULL, `group`
 * + i. The low word of the counter does not wrap between the first blocks of `group` and of these. */
typedef struct cw_stretch {
    uint64_t group, groups;
    const uint32_t *listed;
    char *to;
} cw_stretch;

/* Makes all stretches, of the launch's tensor. */
typedef void cw_fill_stretches(const cwn_launch *launch, const cw_stretch *stretch, uint32_t stretches);

/* The one for this launch, NULL if there is none. */
typedef cw_fill_stretches *cw_find_stretches(const cwn_launch *launch);

#endif
