/* SPDX-License-Identifier: Apache-2.0
 *
 * What other files ask the devices.
 */
#ifndef SG_DEVICE_H
#define SG_DEVICE_H

#include "object.h"

unsigned sg_capability(void); /* 75 is 7.5 */
uint64_t sg_device_memory_in_use(CUdevice device);
bool sg_device_has_room(CUdevice device, uint64_t bytes);

#endif
