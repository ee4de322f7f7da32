/* SPDX-License-Identifier: Apache-2.0
 *
 * Ranges and slices on the CPU, as runs of elements.
 */
#ifndef CW_RUNS_H
#define CW_RUNS_H

#include "numeric/axes.h"
#include "rows.h"

/* Elements `first` to `first` + `count` of the launch's tensor. */
void cw_fill_run(const cw_way *way, const cwn_launch *launch, uint64_t first, uint64_t count, void *data);

/* Items `item` to `end` of a slice of the launch's tensor. A copy is taken from `source`, where the whole tensor lies;
 * NULL for others. */
void cw_fill_items(const cw_way *way, const cwn_launch *launch, const cwn_slice *slice, uint64_t item, uint64_t end,
                   void *data, const void *source);

#endif
