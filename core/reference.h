/* SPDX-License-Identifier: Apache-2.0
 *
 * The numeric text in a loop, one element at a time: the definition of every value.
 */
#ifndef CW_REFERENCE_H
#define CW_REFERENCE_H

#include "numeric/launch.h"

/* Writes elements `first` to `first` + `count` of the launch's tensor to `data`, any cut; data is aligned to the element's
 * size. The launch's own first and count are not looked at. */
typedef void cw_fill_range(const cwn_launch *launch, uint64_t first, uint64_t count, void *data);

cw_fill_range cw_reference_fill;

/* The one that cw_reference_fill calls for this launch, for those who call it often; NULL if there is none. */
cw_fill_range *cw_reference_of(const cwn_launch *launch);

/* The same without a double: the text as devices without doubles compile it. Random float64 values it has none. */
cw_fill_range cw_reference_fill_without_fp64;
cw_fill_range *cw_reference_of_without_fp64(const cwn_launch *launch);

#endif
