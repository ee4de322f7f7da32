/* SPDX-License-Identifier: Apache-2.0
 *
 * From values that were made one behind the other to memory as a slice wants them.
 */
#ifndef CW_STORE_H
#define CW_STORE_H

#include "numeric/launch.h"

/* `count` values of float32 or float64 rounded to the smaller type `store`, in place, for an element never grows. Up to 64
 * bytes of what is behind them may change. */
typedef void cw_narrow(void *values, uint64_t count, cwn_word type, cwn_word store);

/* One by one. */
cw_narrow cw_narrow_portable;

/* Moves `count` elements of so many bytes. From each to the next it is from_step elements here and to_step there. */
void cw_scatter(const char *from, uint64_t from_step, char *to, uint64_t to_step, uint64_t count, cwn_word bytes);

#endif
