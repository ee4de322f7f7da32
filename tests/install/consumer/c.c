/* SPDX-License-Identifier: Apache-2.0 */
#include <counterweight/cpu.h>

#include <stdio.h>

#include "founding.h"
#include "second.h"

int main(void) {
    float found[4] = {0};
    cw_device *cpu;
    cw_error why = {CW_OK, 0, ""};
    const cw_plan plan = founding_plan();
    const cw_destination to = cw_cpu_at(found, sizeof found);
    if (cw_cpu_open(NULL, &cpu, &why) || cw_fill(cpu, &plan, &to, &why)) {
        fprintf(stderr, "%s\n", why.text);
        return 1;
    }
    cw_device_close(cpu);
    return second_unit_agrees(found) ? 0 : 1;
}
