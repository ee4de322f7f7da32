/* SPDX-License-Identifier: Apache-2.0
 *
 * A second translation unit: what the headers define must not collide with the first.
 */
#include <counterweight/cpu.h>

#include "founding.h"
#include "second.h"

int second_unit_agrees(const float *found) {
    float here[4];
    const cw_plan plan = founding_plan();
    return cw_reference(&plan, 0, 4, here, NULL) == CW_OK && is_founding(here) && is_founding(found);
}
