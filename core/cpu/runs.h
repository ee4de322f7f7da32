/* SPDX-License-Identifier: Apache-2.0
 *
 * Slices whose runs lie along axis 0: each run is a range of the tensor, and so is filled as fast as the whole is.
 */
#ifndef CW_RUNS_H
#define CW_RUNS_H

#include "reference.h"

/* Items `item` to `end` of the slice, as cw_reference_items; `fill` is cw_reference_fill or equal to it. */
void cw_fill_runs(void (*fill)(const cwn_launch *launch, uint64_t first, uint64_t count, void *data), const cwn_launch *launch,
                  const cwn_slice *slice, uint64_t item, uint64_t end, void *data);

#endif
