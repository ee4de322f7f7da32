/* SPDX-License-Identifier: Apache-2.0
 *
 * Values at the edges of what is documented.
 */
#include "approx.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static enum { LOW = -1, SEED, HIGH } choice = SEED;
static uint64_t seed;

void sg_approx_configure(const char *text) {
    choice = !text ? SEED : !strcmp(text, "low") ? LOW : !strcmp(text, "high") ? HIGH : SEED;
    seed = text && choice == SEED ? strtoull(text, NULL, 0) : 0;
}

static uint64_t mix(uint64_t x) {
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* From -1 to 1. The ends come up often, for that is where mistakes are. */
static double direction(double x, double y) {
    uint64_t bits[2];
    if (choice != SEED) return choice;
    memcpy(&bits[0], &x, sizeof x);
    memcpy(&bits[1], &y, sizeof y);
    const uint64_t draw = mix(mix(bits[0] + seed) ^ bits[1]);
    if (draw % 4 == 0) return draw & 4 ? 1 : -1;
    return (double)(draw >> 11) * 0x1p-52 - 1;
}

/* The float nearest to a value inside the bound that is not outside it. */
static float inside(double exact, double error, double where) {
    const float r = (float)(exact + where * error);
    if (fabs((double)r - exact) <= error) return r;
    return nextafterf(r, (float)exact);
}

static float relative(double exact, double bound, double where) {
    if (exact == 0 || !isfinite(exact) || fabs(exact) > 3.4028234663852886e38) return (float)exact;
    return inside(exact, fabs(exact) * bound, where);
}

static float absolute(double exact, double bound, double where) {
    return isnan(exact) ? (float)exact : inside(exact, bound, where);
}

float sg_approx_rcp(float x) { return relative(1 / (double)x, 0x1p-23, direction(x, 1)); }
float sg_approx_sqrt(float x) { return relative(sqrt((double)x), 0x1p-23, direction(x, 2)); }
float sg_approx_rsqrt(float x) { return relative(1 / sqrt((double)x), 0x1.83p-23, direction(x, 3)); } /* 2^-22.4 */
float sg_approx_ex2(float x) { return relative(exp2((double)x), 0x1p-22, direction(x, 4)); }

/* Documented on [-2 pi, 2 pi]; beyond, the error grows with x. */
static double angle_error(float x) { return fabsf(x) > 6.2831855f ? 0x1p-20 * fabs((double)x) : 0x1.6ap-21; }
float sg_approx_sin(float x) { return absolute(sin((double)x), angle_error(x), direction(x, 5)); }
float sg_approx_cos(float x) { return absolute(cos((double)x), angle_error(x), direction(x, 6)); }

/* Absolute near 1, where the logarithm vanishes, relative elsewhere. */
float sg_approx_lg2(float x) {
    const double exact = log2((double)x);
    return x >= 0.5f && x <= 2 ? absolute(exact, 0x1p-22, direction(x, 7)) : relative(exact, 0x1p-22, direction(x, 7));
}

/* 2 ulp; for divisors over 2^126 the fast division gives 0 (or NaN for infinity over that). */
float sg_approx_div(float x, float y) {
    if (fabsf(y) > 0x1p126f && isfinite(y)) return isinf(x) ? NAN : copysignf(0, x) * copysignf(1, y);
    return relative((double)x / y, 0x1p-22, direction(x, y));
}

double sg_approx_rsqrt64(double x) {
    const double exact = 1 / sqrt(x);
    return exact == 0 || !isfinite(exact) ? exact : exact + direction(x, 8) * exact * 0x1p-52;
}
