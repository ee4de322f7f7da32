/* SPDX-License-Identifier: Apache-2.0
 *
 * Ranges without lanes.
 */
#ifndef CW_PLAIN_H
#define CW_PLAIN_H

#include "reference.h"

/* As the definition, which is only asked where most elements are not equal. */
void cw_fill_plain(cw_fill_range *definition, const cwn_launch *launch, uint64_t first, uint64_t count, void *data);

#endif
