/* SPDX-License-Identifier: Apache-2.0
 *
 * lanes_text.c, compiled for one element at a time, for four and for eight.
 */
#ifndef CW_TESTS_LANES_H
#define CW_TESTS_LANES_H

#include <stdint.h>

enum { LANES_MOST = 8 };

/* The functions of the numeric text that run in lanes, on 8 pairs of words. */
typedef struct lanes_result {
    uint32_t uniform[LANES_MOST], radius[LANES_MOST], sine[LANES_MOST], cosine[LANES_MOST];
    uint32_t first[LANES_MOST], second[LANES_MOST], outside[LANES_MOST];
    uint32_t scaled[LANES_MOST], flushed[LANES_MOST], flushed_sum[LANES_MOST];
    uint32_t word0[LANES_MOST], word1[LANES_MOST], word2[LANES_MOST], word3[LANES_MOST];
} lanes_result;

void lanes_1(const uint64_t *w0, const uint64_t *w1, lanes_result *result);
void lanes_4(const uint64_t *w0, const uint64_t *w1, lanes_result *result);
void lanes_8(const uint64_t *w0, const uint64_t *w1, lanes_result *result);

#endif
