/* SPDX-License-Identifier: Apache-2.0
 *
 * The numeric text gives the same bits one element, four and eight at a time: on all 2^23 inputs of the normals, and
 * on pairs of random 64-bit words.
 */
#include <stdio.h>
#include <string.h>

#include "lanes.h"
#include "numeric/philox.h"

static unsigned pairs, differ;

static void compare(const uint64_t *w0, const uint64_t *w1) {
    lanes_result one, four, eight;
    lanes_1(w0, w1, &one);
    lanes_4(w0, w1, &four);
    lanes_8(w0, w1, &eight);
    pairs += LANES_MOST;
    if (memcmp(&one, &four, sizeof one) == 0 && memcmp(&one, &eight, sizeof one) == 0) return;
    if (differ++ == 0)
        printf("the first is between words %016llx and %016llx\n", (unsigned long long)w0[0],
               (unsigned long long)w0[LANES_MOST - 1]);
}

static void all_inputs(void) {
    uint64_t w[LANES_MOST];
    for (uint64_t first = 0; first < 1u << 23; first += LANES_MOST) {
        for (uint64_t i = 0; i < LANES_MOST; i++) w[i] = first + i;
        compare(w, w);
    }
}

/* The upper halves of words mean nothing to the text, and a counter uses all of them. */
static void random_words(uint64_t count) {
    uint64_t w0[LANES_MOST], w1[LANES_MOST];
    for (uint64_t first = 0; first < count; first += LANES_MOST) {
        for (uint64_t i = 0; i < LANES_MOST; i++) {
            const cwn_counter counter = {first + i, 0};
            const cwn_block x = cwn_philox(counter, 1, 2);
            w0[i] = x.w0 << 32 | (uint32_t)x.w1;
            w1[i] = x.w2 << 32 | (uint32_t)x.w3;
        }
        compare(w0, w1);
    }
}

int main(void) {
    all_inputs();
    random_words(1u << 20);
    printf("%u pairs of words, %u groups of 8 differ\n", pairs, differ);
    return differ != 0;
}
