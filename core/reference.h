/* SPDX-License-Identifier: Apache-2.0
 *
 * The numeric text in a loop, one element at a time: the definition of every value.
 */
#ifndef CW_REFERENCE_H
#define CW_REFERENCE_H

#include "numeric/axes.h"

/* Writes elements `first` to `first` + `count` of the launch's tensor to `data`, any cut; data is aligned to the element's
 * size. The launch's own first and count are not looked at. */
void cw_reference_fill(const cwn_launch *launch, uint64_t first, uint64_t count, void *data);

/* The same without a double: the text as devices without doubles compile it. Random float64 values it has none. */
void cw_reference_fill_without_fp64(const cwn_launch *launch, uint64_t first, uint64_t count, void *data);

/* Items `item` to `end` of a slice of the launch's tensor. `source` is where the whole lies that a copy takes from. */
void cw_reference_items(const cwn_launch *launch, const cwn_slice *slice, uint64_t item, uint64_t end, void *data,
                        const void *source);
void cw_reference_items_without_fp64(const cwn_launch *launch, const cwn_slice *slice, uint64_t item, uint64_t end, void *data,
                                     const void *source);

#endif
