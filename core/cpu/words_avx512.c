/* SPDX-License-Identifier: Apache-2.0 */
#define CW_CLASS avx512
#define CWN_LANES 8
#include "lanes_words.inc"
