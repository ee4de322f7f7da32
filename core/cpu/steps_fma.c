/* SPDX-License-Identifier: Apache-2.0
 *
 * Compiled for processors that have AVX2 and fused multiply-adds.
 */
#define CW_STEP cw_matrix_step_fma
#include "steps.inc"
