/* SPDX-License-Identifier: Apache-2.0
 *
 * What is checked before a backend is called. Private to core/; the statuses are those of counterweight.h.
 */
#ifndef CW_FILL_H
#define CW_FILL_H

#include "backend.h"

cw_status cw_check_device(const cw_device *device, cw_error *why);
cw_status cw_check_destination(const cw_device *device, const cw_destination *destination, cw_error *why);
/* Whether `bytes` bytes of elements of `size` bytes may be written there. */
cw_status cw_check_room(const cw_destination *destination, uint64_t bytes, uint64_t size, cw_error *why);
/* Whether so many bytes of scratch memory were lent; they need 8 bytes of alignment for their doubles. */
cw_status cw_check_scratch(const cw_destination *destination, uint64_t bytes, cw_error *why);

#endif
