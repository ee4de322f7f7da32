/* SPDX-License-Identifier: Apache-2.0
 *
 * keras.initializers.HeNormal(seed=42)((3, 3, 64, 128)) into memory of our own.
 */
#include <counterweight/cpu.h>

#include <stdio.h>

int main(void) {
    static float kernel[3 * 3 * 64 * 128];
    cw_spec spec = CW_SPEC_INIT;
    spec.initializer = CW_HE_NORMAL;
    spec.rank = 4;
    spec.shape[0] = spec.shape[1] = 3;
    spec.shape[2] = 64;
    spec.shape[3] = 128;
    spec.philox = cw_philox_keras(42, 0);

    cw_plan plan;
    cw_device *cpu = NULL;
    cw_error why;
    const cw_destination to = cw_cpu_at(kernel, sizeof kernel);
    if (cw_plan_make(&spec, &plan, &why) || cw_cpu_open(NULL, &cpu, &why) || cw_fill(cpu, &plan, &to, &why) ||
        cw_verify(&plan, kernel, sizeof kernel, NULL, &why)) {
        fprintf(stderr, "init: %s\n", why.text);
        return 1;
    }
    cw_device_close(cpu);
    printf("fan_in %d, stddev %.9g\n", (int)cw_plan_fan_in(&plan), cw_plan_scale(&plan));
    for (int i = 0; i < 4; i++) printf("%.9g\n", kernel[i]);
    return 0;
}
