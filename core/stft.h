/* SPDX-License-Identifier: Apache-2.0
 *
 * The plan of stft. Private to core/.
 */
#ifndef CW_STFT_H
#define CW_STFT_H

#include "plan.h"

/* Decides the launch of p->spec, whose arguments are complete. CW_ERROR_ARGUMENT, CW_ERROR_SHAPE. */
cw_status cw_stft_plan(cw_decided *p, cw_error *why);

#endif
