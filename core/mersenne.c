/* SPDX-License-Identifier: Apache-2.0
 *
 * Python's random.Random as far as TensorFlow and Keras draw seeds from it: the Mersenne Twister MT19937.
 * Sources: Matsumoto, Nishimura, "Mersenne Twister", ACM TOMACS 8, 1998, and their initialization by array of 2002;
 * CPython's Modules/_randommodule.c (the key is the absolute value) and Lib/random.py (_randbelow_with_getrandbits).
 */
#include "counterweight/counterweight.h"

enum { WORDS = CW_MERSENNE_WORDS, DISTANCE = 397, LIMBS = 6 };

/* The absolute value in 32-bit limbs, least significant first; returns how many there are without leading zeros. */
static uint32_t limbs_of(cw_int192 n, uint32_t limb[LIMBS]) {
    const uint32_t sign = n.limb[2] >> 63 ? UINT32_MAX : 0;
    uint64_t carry = sign & 1;
    uint32_t count = 1;
    for (uint32_t i = 0; i < LIMBS; i++) {
        carry += (uint32_t)(n.limb[i / 2] >> i % 2 * 32) ^ sign;
        limb[i] = (uint32_t)carry;
        carry >>= 32;
        if (limb[i]) count = i + 1;
    }
    return count;
}

/* What an initialization mixes into word i: the word before it, its two top bits folded in. */
static uint32_t before(const cw_mersenne *m, uint32_t i) {
    const uint32_t word = m->word[i - 1];
    return word ^ word >> 30;
}

/* The word after word i; behind the last one comes word 1, and word 0 repeats the last. */
static uint32_t after(cw_mersenne *m, uint32_t i) {
    if (i + 1 < WORDS) return i + 1;
    m->word[0] = m->word[WORDS - 1];
    return 1;
}

cw_mersenne cw_mersenne_seed(cw_int192 seed) {
    uint32_t key[LIMBS], i = 1;
    const uint32_t length = limbs_of(seed, key);
    cw_mersenne m = {{19650218u}, 0};
    for (uint32_t k = 1; k < WORDS; k++) m.word[k] = before(&m, k) * 1812433253u + k;
    for (uint32_t k = 0; k < WORDS; k++, i = after(&m, i))
        m.word[i] = (m.word[i] ^ before(&m, i) * 1664525u) + key[k % length] + k % length;
    for (uint32_t k = 1; k < WORDS; k++, i = after(&m, i)) m.word[i] = (m.word[i] ^ before(&m, i) * 1566083941u) - i;
    m.word[0] = 0x80000000u;
    return m;
}

/* The recurrence one word at a time, instead of all words when the last one is used up. */
uint32_t cw_mersenne_next(cw_mersenne *m) {
    const uint32_t i = m->next % WORDS, joined = (m->word[i] & 0x80000000u) | (m->word[(i + 1) % WORDS] & 0x7fffffffu);
    uint32_t x = m->word[i] = m->word[(i + DISTANCE) % WORDS] ^ joined >> 1 ^ (joined & 1 ? 0x9908b0dfu : 0);
    m->next = i + 1;
    x ^= x >> 11;
    x ^= x << 7 & 0x9d2c5680u;
    x ^= x << 15 & 0xefc60000u;
    return x ^ x >> 18;
}

/* 0 to n - 1: the top bits of a word, as many as n has, until they are below n. */
static uint32_t below(cw_mersenne *m, uint32_t n) {
    uint32_t shift = 0, r;
    while (n << shift < 0x80000000u) shift++;
    do r = cw_mersenne_next(m) >> shift;
    while (r >= n);
    return r;
}

int64_t cw_mersenne_keras_seed(cw_mersenne *m) { return 1 + (int64_t)below(m, 1000000000u); }

int64_t cw_mersenne_op_seed(cw_mersenne *m) { return below(m, 0x80000000u); }
