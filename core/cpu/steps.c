/* SPDX-License-Identifier: Apache-2.0
 *
 * Compiled for any processor: fused multiply-adds are made of other operations, exactly and slowly. Chooses the faster text
 * where the processor has what it needs; the bits are the same.
 */
#define CW_STEP cw_matrix_step_any
#include "steps.inc"

#ifdef CW_HAVE_STEPS_FMA
void cw_matrix_step_fma(const cw_work *step, void *memory, void *scratch, uint64_t item, uint64_t items);

static int has_fma(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }
#else
#define cw_matrix_step_fma cw_matrix_step_any
static int has_fma(void) { return 0; }
#endif

void cw_matrix_step(const cw_work *step, void *memory, void *scratch, uint64_t item, uint64_t items) {
    if (has_fma()) cw_matrix_step_fma(step, memory, scratch, item, items);
    else cw_matrix_step_any(step, memory, scratch, item, items);
}
