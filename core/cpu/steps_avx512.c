/* SPDX-License-Identifier: Apache-2.0 */
#define CW_STEP cw_matrix_step_avx512
#include "steps.inc"
