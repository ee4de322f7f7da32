/* SPDX-License-Identifier: Apache-2.0 */
#include <counterweight/opencl.h>

#include <stdio.h>

#include "founding.h"
#include "second.h"

int main(void) {
    float found[4] = {0};
    cw_device *device;
    cw_destination to;
    cw_error why = {CW_OK, 0, ""};
    const cw_plan plan = founding_plan();
    if (cw_opencl_open_index(0, 0, &device, &why) || cw_allocate(device, sizeof found, &to, &why) ||
        cw_fill(device, &plan, &to, &why) || cw_read(device, &to, found, sizeof found, &why)) {
        fprintf(stderr, "%s\n", why.text);
        return 1;
    }
    cw_release(device, &to);
    cw_device_close(device);
    return second_unit_agrees(found) ? 0 : 1;
}
