/* SPDX-License-Identifier: Apache-2.0
 *
 * The words behind a cw_philox. Private to core/.
 */
#ifndef CW_PHILOX_H
#define CW_PHILOX_H

#include "counterweight/counterweight.h"
#include "numeric/philox.h"

/* Block `index` from the start counter on. */
cwn_block cw_philox_block(cw_philox philox, uint64_t index);

#endif
