/* SPDX-License-Identifier: Apache-2.0
 *
 * Two parts of the text without doubles that its enumeration on this machine cannot show. The square root is right
 * whatever a device's own gives, up to 15 units in the last place away from the root: all mantissas, with an even and an
 * odd exponent, begin at each. And the table of integers is the table of doubles.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>

#define CWN_NO_FP64
#include "numeric/normal_integer.h"

enum { MOST_OFF = 15 };

static uint32_t wrong_roots(uint32_t mantissa, uint32_t exponent) {
    uint32_t wrong = 0;
    const float x = cwn_float(exponent << 23 | mantissa), root = sqrtf(x);
    for (uint32_t off = 0; off <= 2 * MOST_OFF; off++)
        wrong += cwn_bits32(cwn_root_from(x, cwn_float(cwn_bits32(root) + off - MOST_OFF))) != cwn_bits32(root);
    return wrong;
}

/* From 2^-22 to 2^6, the range of -2 log u, the exponents only shift. */
static uint32_t try_roots(void) {
    uint32_t wrong = 0, all = 0;
    for (uint32_t mantissa = 0; mantissa < 1u << 23; mantissa++, all += 2 * (2 * MOST_OFF + 1))
        wrong += wrong_roots(mantissa, 126) + wrong_roots(mantissa, 127);
    for (uint32_t exponent = 105; exponent < 133; exponent++)
        for (uint32_t i = 0; i < 1000; i++, all += 2 * (2 * MOST_OFF + 1))
            wrong += wrong_roots(i, exponent) + wrong_roots((1u << 23) - 1 - i, exponent);
    printf("%u roots, %u wrong\n", all, wrong);
    return wrong;
}

static uint32_t try_table(void) {
    static const double doubles[] = {CWN_LOG_TABLE(CWN_PAIR)};
    static const int64_t integers[] = {CWN_LOG_INTEGER_TABLE(CWN_PAIR)};
    uint32_t wrong = 0;
    for (int i = 0; i < 32; i += 2)
        wrong += (uint64_t)(doubles[i] * 0x1p63) != (uint64_t)integers[i] || (int64_t)(doubles[i + 1] * 0x1p58) != integers[i + 1];
    printf("16 rows of the table, %u wrong\n", wrong);
    return wrong;
}

int main(void) { return try_roots() + try_table() != 0; }
