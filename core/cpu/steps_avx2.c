/* SPDX-License-Identifier: Apache-2.0 */
#define CW_STEP cw_matrix_step_avx2
#include "steps.inc"
