/* SPDX-License-Identifier: Apache-2.0 */
#include "decimal.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

/* A whole number below 2^1216: `count` words, the least significant first, the last of which is not zero. The largest
 * that can arise is the scale of the smallest double, 4 * 2^1074, with a margin that grew by ten for every digit. */
enum { WORDS = 38 };
typedef struct {
    int count;
    uint32_t word[WORDS];
} whole;

static void set(whole *n, uint64_t factor, int exponent) {
    const int first = exponent / 32, shift = exponent % 32;
    n->count = 0;
    while (n->count < first) n->word[n->count++] = 0;
    n->word[n->count++] = (uint32_t)(factor << shift);
    for (uint64_t rest = factor >> (32 - shift); rest; rest >>= 32) n->word[n->count++] = (uint32_t)rest;
}

static void times_ten(whole *n) {
    uint64_t carry = 0;
    for (int i = 0; i < n->count; i++) {
        carry += (uint64_t)n->word[i] * 10;
        n->word[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry) n->word[n->count++] = (uint32_t)carry;
}

static uint32_t word_of(const whole *n, int i) { return i < n->count ? n->word[i] : 0; }

static whole plus(const whole *a, const whole *b) {
    whole sum;
    uint64_t carry = 0;
    sum.count = a->count > b->count ? a->count : b->count;
    for (int i = 0; i < sum.count; i++) {
        carry += (uint64_t)word_of(a, i) + word_of(b, i);
        sum.word[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry) sum.word[sum.count++] = (uint32_t)carry;
    return sum;
}

/* b must not be more than a. */
static void subtract(whole *a, const whole *b) {
    uint64_t borrow = 0;
    for (int i = 0; i < a->count; i++) {
        const uint64_t d = (uint64_t)a->word[i] - word_of(b, i) - borrow;
        a->word[i] = (uint32_t)d;
        borrow = d >> 63;
    }
    while (a->count > 0 && a->word[a->count - 1] == 0) a->count--;
}

/* Negative, zero or positive as a is less than, equal to or more than b. */
static int compare(const whole *a, const whole *b) {
    if (a->count != b->count) return a->count < b->count ? -1 : 1;
    for (int i = a->count - 1; i >= 0; i--)
        if (a->word[i] != b->word[i]) return a->word[i] < b->word[i] ? -1 : 1;
    return 0;
}

/* What is left of the value is rest / scale, in units of the digit just taken; every decimal between
 * rest - below and rest + above reads back as the same number. An even significand owns both ends, because reading
 * rounds ties to even. */
typedef struct {
    whole rest, scale, below, above;
    bool even;
} remainder_of;

static void next_place(remainder_of *r) {
    times_ten(&r->rest);
    times_ten(&r->below);
    times_ten(&r->above);
}

/* The exponent of the significand's last bit. */
static int last_bit(double value, cw_binary format) {
    int exponent;
    frexp(value, &exponent);
    return exponent - format.bits > format.least ? exponent - format.bits : format.least;
}

/* The value scaled to [1, 10); returns the exponent of its first digit. A power of two is half as far from its lower
 * neighbour as from its upper one, hence the factor 4. */
static int start(remainder_of *r, double value, cw_binary format) {
    const int power = last_bit(value, format), up = power > 0 ? power : 0, down = power < 0 ? -power : 0;
    const uint64_t significand = (uint64_t)ldexp(value, -power);
    const bool lopsided = significand == UINT64_C(1) << (format.bits - 1) && power > format.least;
    int exponent = 0;
    set(&r->rest, significand * 4, up);
    set(&r->scale, 4, down);
    set(&r->below, lopsided ? 1 : 2, up);
    set(&r->above, 2, up);
    r->even = significand % 2 == 0;
    for (; compare(&r->rest, &r->scale) >= 0; exponent++) times_ten(&r->scale);
    for (; compare(&r->rest, &r->scale) < 0; exponent--) next_place(r);
    return exponent;
}

static int take_digit(remainder_of *r) {
    int digit = 0;
    for (; compare(&r->rest, &r->scale) >= 0; digit++) subtract(&r->rest, &r->scale);
    return digit;
}

/* Whether stopping here, cut or raised by one, already reads back. */
static bool cut_reads_back(const remainder_of *r) { return compare(&r->rest, &r->below) < (r->even ? 1 : 0); }

static bool raised_reads_back(const remainder_of *r) {
    const whole sum = plus(&r->rest, &r->above);
    return compare(&sum, &r->scale) > (r->even ? -1 : 0);
}

/* The nearer of the two, unless only one of them reads back; of two equally near ones the even digit. */
static bool should_raise(const remainder_of *r, int digit) {
    const bool cut = cut_reads_back(r), raised = raised_reads_back(r);
    if (cut != raised) return raised;
    const whole twice = plus(&r->rest, &r->rest);
    const int half = compare(&twice, &r->scale);
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

static void generate(cw_decimal *d, remainder_of *r, int last, int first_end) {
    for (int place = d->exponent;; place--) {
        const int digit = take_digit(r);
        d->digit[d->count++] = (char)('0' + digit);
        const bool enough = place <= first_end && (cut_reads_back(r) || raised_reads_back(r));
        if (enough || place <= last || d->count == CW_DECIMAL_DIGITS) {
            if (should_raise(r, digit)) raise_last(d);
            return;
        }
        next_place(r);
    }
}

cw_decimal cw_decimal_of(double value, cw_binary format, cw_cut cut) {
    cw_decimal d = {{'0'}, 1, 0, signbit(value) != 0};
    remainder_of r;
    if (value == 0) return d;
    d.count = 0;
    d.exponent = start(&r, fabs(value), format);
    const int origin = cut.scientific ? d.exponent : 0;
    generate(&d, &r, origin + cut.last, origin + cut.first_end);
    return d;
}

double cw_binary_round(double value, cw_binary format) {
    const int power = last_bit(value, format);
    return ldexp(rint(ldexp(value, -power)), power);
}
