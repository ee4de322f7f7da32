/* SPDX-License-Identifier: Apache-2.0 */
#define CW_CLASS avx2
#define CWN_LANES 4
#include "lanes_normal.inc"
