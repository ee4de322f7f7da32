/* SPDX-License-Identifier: Apache-2.0
 *
 * Slices on the CPU. What an item, or all items of a run along axis 0, store is a range of the tensor, and is filled as one.
 */
#ifndef CW_RUNS_H
#define CW_RUNS_H

#include "numeric/axes.h"
#include "reference.h"

/* Items `item` to `end` of a slice of the launch's tensor. `fill` is equal to cw_reference_fill. A copy is taken from
 * `source`, where the whole tensor lies; NULL for others. */
void cw_fill_items(cw_fill_range *fill, const cwn_launch *launch, const cwn_slice *slice, uint64_t item, uint64_t end,
                   void *data, const void *source);

#endif
