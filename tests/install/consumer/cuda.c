/* SPDX-License-Identifier: Apache-2.0
 *
 * Starts with and without a GPU: fills where there is one, and else must have been told why not.
 */
#include <counterweight/cuda.h>

#include <stdio.h>

#include "founding.h"
#include "second.h"

static int fill(cw_device *device, float *found, size_t bytes, cw_error *why) {
    cw_destination to;
    const cw_plan plan = founding_plan();
    if (cw_allocate(device, bytes, &to, why) || cw_fill(device, &plan, &to, why) ||
        cw_read(device, &to, found, bytes, why))
        return 0;
    cw_release(device, &to);
    return second_unit_agrees(found);
}

int main(void) {
    float found[4] = {0};
    cw_device *device;
    cw_error why = {CW_OK, 0, ""};
    const cw_status status = cw_cuda_open_index(0, &device, &why);
    if (status == CW_ERROR_NO_RUNTIME || status == CW_ERROR_NO_DEVICE) {
        printf("SKIP: a fill by an installed CUDA library: %s\n", why.text);
        return why.text[0] && second_unit_agrees(founding) ? 0 : 1;
    }
    const int good = status == CW_OK && fill(device, found, sizeof found, &why);
    if (!good) fprintf(stderr, "%s\n", why.text);
    if (status == CW_OK) cw_device_close(device);
    return good ? 0 : 1;
}
