/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric text: Philox4x32-10 and its 128-bit counter. Integers only, exact everywhere.
 * Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 */
#ifndef CWN_PHILOX_H
#define CWN_PHILOX_H

#include "dialect.h"

typedef struct { cwn_u64 low, high; } cwn_counter;

/* Four 32-bit words, each in the low half; the upper halves mean nothing. */
typedef struct { cwn_u64 w0, w1, w2, w3; } cwn_block;

/* counter + steps, modulo 2^128. The carry out of the low half is the majority of the two top bits and the
 * inverted top bit of the sum: no comparison, so it works in lanes. */
CWN_FN cwn_counter cwn_skip(cwn_counter counter, cwn_counter steps) {
    const cwn_u64 sum = counter.low + steps.low;
    const cwn_u64 carry = ((counter.low & steps.low) | ((counter.low | steps.low) & ~sum)) >> 63;
    const cwn_counter next = {sum, counter.high + steps.high + carry};
    return next;
}

CWN_FN cwn_block cwn_philox_round(cwn_block x, cwn_long key0, cwn_long key1) {
    const cwn_u64 p = cwn_mul(x.w0, CWN_U(0xD2511F53)), q = cwn_mul(x.w2, CWN_U(0xCD9E8D57));
    const cwn_block y = {(q >> 32) ^ x.w1 ^ key0, q, (p >> 32) ^ x.w3 ^ key1, p};
    return y;
}

/* The block of one counter value: ten rounds, the key raised by the Weyl constants between them. */
CWN_FN cwn_block cwn_philox(cwn_counter counter, cwn_word key0, cwn_word key1) {
    cwn_block x = {counter.low, counter.low >> 32, counter.high, counter.high >> 32};
    CWN_UNROLL for (int i = 0; i < 10; i++) {
        x = cwn_philox_round(x, key0, key1);
        key0 += 0x9E3779B9u;
        key1 += 0xBB67AE85u;
    }
    return x;
}

#endif
