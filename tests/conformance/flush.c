/* SPDX-License-Identifier: Apache-2.0
 *
 * The numeric text's flush of denormals against the processor's own: TensorFlow's CPU operations run with SSE's
 * flush-to-zero and denormals-are-zero, so the text must give what mulss and addss give in that mode.
 */
#include <stdio.h>

#include "numeric/philox.h"
#include "numeric/uniform.h"

#if defined(__SSE__)
#include <xmmintrin.h>

/* What is loaded through volatile is multiplied and added at run time, in the mode of that moment. */
static float by_hardware(float x, float scale, float shift) {
    volatile float a = x, b = scale, c = shift;
    const unsigned mode = _mm_getcsr();
    _mm_setcsr(mode | 0x8040);
    volatile float product = a * b;
    volatile float sum = product + c;
    _mm_setcsr(mode);
    return sum;
}

static unsigned tried, differ, least;

static void compare(float x, float scale, float shift) {
    const uint32_t expected = cwn_bits32(by_hardware(x, scale, shift));
    const uint32_t found = cwn_bits32(cwn_affine(x, scale, shift, 1));
    tried++;
    least += (expected & 0x7fffffff) == 0x00800000;
    if (expected == found) return;
    if (differ++ == 0) printf("%a * %a + %a is %08x, not %08x\n", x, scale, shift, expected, found);
}

/* Random draws and scales whose product is near 2^-126. The scale is never denormal: the plan has flushed it. */
static void compare_near_the_least(uint32_t i) {
    const cwn_counter counter = {i, 0};
    const cwn_block w = cwn_philox(counter, 5, 6);
    const float x = cwn_float((cwn_word)(w.w0 & 0x807fffff) | 0x3f800000);
    const float scale = cwn_float((cwn_word)((w.w1 & 0x7fffff) | (1 + w.w2 % 3) << 23 | (w.w2 & 0x80000000)));
    const float shift = cwn_float((cwn_word)((w.w3 & 0x807fffff) | 0x00800000));
    compare(x * 0.5f, scale, 0.0f);
    compare(x * 0.25f, scale, shift);
    compare(x, scale, -shift);
}

/* Products just under 2^-126: (1 - d 2^-24) (1 + e 2^-23) 2^-126. For d = 2 e that is closer than any float, and rounds
 * to 2^-126 before it is looked at. */
static void compare_at_the_border(void) {
    for (uint32_t d = 0; d < 64; d++)
        for (uint32_t e = 0; e < 64; e++) {
            const float x = cwn_float(0x3f800000 - d), scale = cwn_float(0x00800000 + e);
            compare(x, scale, 0.0f);
            compare(-x, scale, 0x1p-126f);
        }
}

int main(void) {
    for (uint32_t i = 0; i < 1u << 21; i++) compare_near_the_least(i);
    compare_at_the_border();
    printf("%u draws, %u of them at 2^-126, %u differ\n", tried, least, differ);
    return differ != 0 || least == 0;
}
#else
int main(void) {
    printf("SKIP: this processor has no SSE to compare with\n");
    return 77;
}
#endif
