/* SPDX-License-Identifier: Apache-2.0 */
#define CWN_NO_FP64
#define cw_reference_fill cw_reference_fill_without_fp64
#define cw_reference_of cw_reference_of_without_fp64
#include "reference.c"
