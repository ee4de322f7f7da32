/* SPDX-License-Identifier: Apache-2.0
 *
 * The text of matrices for a processor without fused multiply-adds, whatever this one has.
 */
#define CW_STEP test_plain_step
#define CWN_FMA 0
#include "cpu/steps.inc"
