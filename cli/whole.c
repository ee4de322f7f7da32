/* SPDX-License-Identifier: Apache-2.0 */
#include "whole.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { HALVES = 6 }; /* of limbs */

cw_whole cw_whole_of(int64_t integer) {
    const cw_whole n = {cw_wide(integer), false};
    return n;
}

bool cw_whole_fits(const cw_whole *n, int64_t *integer) {
    const cw_int192 narrow = cw_wide((int64_t)n->bits.limb[0]);
    *integer = (int64_t)n->bits.limb[0];
    return !n->cut && memcmp(&narrow, &n->bits, sizeof narrow) == 0;
}

/* The magnitude's next digit. Returns what no longer fits. */
static uint64_t append(uint32_t half[HALVES], uint32_t base, uint32_t digit) {
    uint64_t carry = digit;
    for (int i = 0; i < HALVES; i++) {
        carry += (uint64_t)half[i] * base;
        half[i] = (uint32_t)carry;
        carry >>= 32;
    }
    return carry;
}

static bool is_zero(const cw_int192 *n) { return !(n->limb[0] | n->limb[1] | n->limb[2]); }

static bool is_negative(const cw_int192 *n) { return n->limb[2] >> 63 != 0; }

static cw_int192 negated(cw_int192 n) {
    for (int i = 0, carry = 1; i < 3; i++) {
        n.limb[i] = ~n.limb[i] + (uint64_t)carry;
        carry = carry && n.limb[i] == 0;
    }
    return n;
}

static uint32_t digit_of(char c) { return c <= '9' ? (uint32_t)(c - '0') : (uint32_t)((c | 32) - 'a' + 10); }

static cw_whole whole_of(const char *digits, size_t length, uint32_t base, bool minus) {
    uint32_t half[HALVES] = {0};
    cw_whole n = {.cut = false};
    for (size_t i = 0; i < length; i++) n.cut |= append(half, base, digit_of(digits[i])) != 0;
    for (int i = 0; i < 3; i++) n.bits.limb[i] = half[2 * i] | (uint64_t)half[2 * i + 1] << 32;
    if (minus) n.bits = negated(n.bits);
    n.cut |= is_negative(&n.bits) != (minus && !is_zero(&n.bits));
    return n;
}

const char *cw_whole_read(const char *text, cw_whole *n) {
    const char *digits = text + (*text == '-' || *text == '+');
    const bool hexadecimal = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
    if (hexadecimal) digits += 2;
    const size_t length = strspn(digits, hexadecimal ? "0123456789abcdefABCDEF" : "0123456789");
    *n = whole_of(digits, length, hexadecimal ? 16 : 10, *text == '-');
    return length ? digits + length : NULL;
}

cw_whole_text cw_whole_text_of(const cw_whole *n) {
    cw_whole_text t;
    const cw_int192 m = is_negative(&n->bits) ? negated(n->bits) : n->bits;
    snprintf(t.text, sizeof t.text, "%s0x%" PRIx64 "%016" PRIx64 "%016" PRIx64, is_negative(&n->bits) ? "-" : "",
             m.limb[2], m.limb[1], m.limb[0]);
    return t;
}
