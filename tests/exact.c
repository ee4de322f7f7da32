/* SPDX-License-Identifier: Apache-2.0
 *
 * exact.h against the processor's own quotients and roots. The float root's first guess comes from an approximate instruction,
 * so every guess within its documented error (2^-22.4, of which PTX has since said 2^-22.9) is tried, for every float of one
 * octave of each parity, and at the ends of all octaves that Box and Muller's radicands lie in.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>

#define CWN_LANES 1
#include "numeric/exact.h"

static uint64_t state = 1, tried, wrong;

static uint64_t random64(void) {
    state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t x = state;
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static void try_root(float x) {
    const long double guess = 1.0L / sqrtl(x), error = guess * 0x1.837p-23L; /* over 2^-22.4 */
    const float root = sqrtf(x);
    float y = (float)(guess - error);
    for (; y <= guess + error; y = nextafterf(y, INFINITY), tried++) wrong += cwn_root_by(x, y) != root;
}

static void try_roots(void) {
    for (uint32_t bits = 0x3f800000; bits < 0x40800000; bits++) try_root(cwn_float(bits));
    for (uint32_t exponent = 127 - 23; exponent < 127 + 6; exponent++)
        for (uint32_t i = 0; i < 1000; i++) {
            try_root(cwn_float(exponent << 23 | i));
            try_root(cwn_float((exponent << 23 | 0x7fffff) - i));
        }
}

/* A double of either sign with few or many bits, below 2^most and over 2^-most. */
static double random_double(uint64_t most) {
    const uint64_t r = random64(), exponent = 1023 - most + random64() % (2 * most);
    const uint64_t fraction = (r & 1 ? random64() : random64() << 40 | (r & 2 ? 0 : 3)) >> 12;
    return cwn_double((r >> 63) << 63 | exponent << 52 | (r & 4 ? fraction : (UINT64_C(1) << 52) - 1 - (fraction >> 40)));
}

static void try_double(double a, double b) {
    const double root = sqrt(fabs(a)), quotient = a / b;
    wrong += cwn_bits64(cwn_exact_root(fabs(a))) != cwn_bits64(root);
    wrong += cwn_bits64(cwn_exact_quotient(a, b)) != cwn_bits64(quotient);
    tried += 2;
}

static void try_doubles(void) {
    for (int i = 0; i < 3000000; i++) try_double(random_double(400), random_double(400));
    for (int i = 0; i < 3000000; i++) try_double((double)(random64() % 100000), (double)(1 + random64() % 100000));
    for (int i = 0; i < 1000000; i++) { /* a square, a product, and what is next to them */
        const double n = (double)(random64() >> 38), m = 1 + (double)(random64() >> 38);
        for (int k = -1; k <= 1; k++) try_double(n * m + k, m), try_double(n * n + k, n + 1);
    }
    try_double(0.0, 3.0);
    try_double(-0.0, 3.0);
}

int main(void) {
    try_roots();
    try_doubles();
    printf("%llu roots and quotients, %llu wrong\n", (unsigned long long)tried, (unsigned long long)wrong);
    return wrong != 0;
}
