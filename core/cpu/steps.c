/* SPDX-License-Identifier: Apache-2.0
 *
 * For any processor: fused multiply-adds are made of other operations, exactly and slowly.
 */
#define CW_STEP cw_matrix_step_portable
#include "steps.inc"
