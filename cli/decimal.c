/* SPDX-License-Identifier: Apache-2.0 */
#include "decimal.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* A whole number of 192 bits, least significant word first. The largest that arises, ten times the scale of the
 * smallest denormal, 10 * 4 * 2^149, and 10^40 * 4 for the largest float, have less than 160. */
enum { WORDS = 6 };
typedef struct {
    uint32_t word[WORDS];
} whole;

static whole power_of_two(uint32_t factor, int exponent) {
    whole n = {{0}};
    const uint64_t shifted = (uint64_t)factor << (exponent % 32);
    n.word[exponent / 32] = (uint32_t)shifted;
    n.word[exponent / 32 + 1] = (uint32_t)(shifted >> 32);
    return n;
}

static whole times_ten(whole n) {
    uint64_t carry = 0;
    for (int i = 0; i < WORDS; i++) {
        carry += (uint64_t)n.word[i] * 10;
        n.word[i] = (uint32_t)carry;
        carry >>= 32;
    }
    return n;
}

static whole plus(whole a, whole b) {
    uint64_t carry = 0;
    for (int i = 0; i < WORDS; i++) {
        carry += (uint64_t)a.word[i] + b.word[i];
        a.word[i] = (uint32_t)carry;
        carry >>= 32;
    }
    return a;
}

static whole minus(whole a, whole b) {
    uint64_t borrow = 0;
    for (int i = 0; i < WORDS; i++) {
        const uint64_t d = (uint64_t)a.word[i] - b.word[i] - borrow;
        a.word[i] = (uint32_t)d;
        borrow = d >> 63;
    }
    return a;
}

/* Negative, zero or positive as a is less than, equal to or more than b. */
static int compare(whole a, whole b) {
    for (int i = WORDS - 1; i >= 0; i--)
        if (a.word[i] != b.word[i]) return a.word[i] < b.word[i] ? -1 : 1;
    return 0;
}

/* What is left of the value is rest / scale, in units of the digit just taken; every decimal between
 * rest - below and rest + above reads back as the same float. An even significand owns both ends, because reading
 * rounds ties to even. */
typedef struct {
    whole rest, scale, below, above;
    bool even;
} remainder_of;

/* The value scaled to [1, 10) and the exponent of its first digit. A power of two is half as far from its lower
 * neighbour as from its upper one, hence the factor 4. */
static remainder_of start(uint32_t bits, int *exponent) {
    const uint32_t fraction = bits & 0x7fffff;
    const int biased = (int)(bits >> 23 & 0xff), power = (biased ? biased : 1) - 150;
    const int up = power > 0 ? power : 0, down = power < 0 ? -power : 0;
    const bool lopsided = fraction == 0 && biased > 1;
    const uint32_t significand = biased ? fraction | 0x800000 : fraction;
    remainder_of r = {power_of_two(significand * 4, up), power_of_two(4, down), power_of_two(lopsided ? 1 : 2, up),
                      power_of_two(2, up), significand % 2 == 0};
    *exponent = 0;
    for (whole next = times_ten(r.scale); compare(r.rest, next) >= 0; next = times_ten(next)) {
        r.scale = next;
        ++*exponent;
    }
    for (; compare(r.rest, r.scale) < 0; --*exponent) {
        r.rest = times_ten(r.rest);
        r.below = times_ten(r.below);
        r.above = times_ten(r.above);
    }
    return r;
}

static int take_digit(remainder_of *r) {
    int digit = 0;
    for (; compare(r->rest, r->scale) >= 0; digit++) r->rest = minus(r->rest, r->scale);
    return digit;
}

static void next_place(remainder_of *r) {
    r->rest = times_ten(r->rest);
    r->below = times_ten(r->below);
    r->above = times_ten(r->above);
}

/* Whether stopping here, cut or raised by one, already reads back. */
static bool cut_reads_back(const remainder_of *r) { return compare(r->rest, r->below) < (r->even ? 1 : 0); }

static bool raised_reads_back(const remainder_of *r) {
    return compare(plus(r->rest, r->above), r->scale) > (r->even ? -1 : 0);
}

/* The nearer of the two, unless only one of them reads back; of two equally near ones the even digit. */
static bool should_raise(const remainder_of *r, int digit) {
    const bool cut = cut_reads_back(r), raised = raised_reads_back(r);
    if (cut != raised) return raised;
    const int half = compare(plus(r->rest, r->rest), r->scale);
    return half > 0 || (half == 0 && digit % 2 == 1);
}

static void raise_last(cw_decimal *d) {
    while (d->count > 0 && d->digit[d->count - 1] == '9') d->count--;
    if (d->count > 0) {
        d->digit[d->count - 1]++;
        return;
    }
    d->digit[d->count++] = '1';
    d->exponent++;
}

static void generate(cw_decimal *d, remainder_of r, int last, int first_end) {
    for (int place = d->exponent;; place--) {
        const int digit = take_digit(&r);
        d->digit[d->count++] = (char)('0' + digit);
        const bool enough = place <= first_end && (cut_reads_back(&r) || raised_reads_back(&r));
        if (enough || place <= last || d->count == CW_DECIMAL_DIGITS) {
            if (should_raise(&r, digit)) raise_last(d);
            return;
        }
        next_place(&r);
    }
}

cw_decimal cw_decimal_of(float value, cw_cut cut) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    cw_decimal d = {{'0'}, 1, 0, (int)(bits >> 31)};
    bits &= 0x7fffffff;
    if (bits == 0) return d;
    d.count = 0;
    const remainder_of r = start(bits, &d.exponent);
    const int origin = cut.scientific ? d.exponent : 0;
    generate(&d, r, origin + cut.last, origin + cut.first_end);
    return d;
}
