/* SPDX-License-Identifier: Apache-2.0
 *
 * Seed rules: how a seed becomes a key and a start counter, and how earlier draws move the counter. Integers only,
 * exact. Sources are named in counterweight.h.
 */
#include "philox.h"

static cw_philox philox_of(uint64_t key, uint64_t counter_low, uint64_t counter_high) {
    const cw_philox philox = {
        {(uint32_t)key, (uint32_t)(key >> 32)},
        {(uint32_t)counter_low, (uint32_t)(counter_low >> 32), (uint32_t)counter_high, (uint32_t)(counter_high >> 32)}};
    return philox;
}

static cwn_counter counter_of(cw_philox philox) {
    const uint32_t *c = philox.counter;
    const cwn_counter counter = {c[0] | (uint64_t)c[1] << 32, c[2] | (uint64_t)c[3] << 32};
    return counter;
}

cwn_block cw_philox_block(cw_philox philox, uint64_t index) {
    const cwn_counter steps = {index, 0};
    return cwn_philox(cwn_skip(counter_of(philox), steps), philox.key[0], philox.key[1]);
}

/* --------------------------------------------------------------------------------------------- stateless seeds */

cw_philox cw_philox_stateless(int64_t seed0, int64_t seed1) {
    const cwn_counter seed = {(uint64_t)seed0, (uint64_t)seed1};
    const cwn_block m = cwn_philox(seed, 0x3ec8f720u, 0x02461e29u);
    return philox_of((uint32_t)m.w0 | m.w1 << 32, 0, (uint32_t)m.w2 | m.w3 << 32);
}

/* Python's modulo: the result has the divisor's sign. */
static int64_t floor_modulo(int64_t a, int64_t b) {
    const int64_t r = a % b;
    return r < 0 ? r + b : r;
}

cw_philox cw_philox_keras(int64_t seed, int64_t call) {
    const int64_t modulus = INT32_MAX - 1;
    return cw_philox_stateless(floor_modulo(seed, modulus), floor_modulo(call, modulus));
}

cw_philox cw_philox_keras2(int64_t seed) { return cw_philox_stateless(seed, 0); }

/* ---------------------------------------------------------------------------------------------- stateful seeds */

/* Python's seed % (2^31 - 1), by halves of limbs. A negative n is -1 - m, where m has the inverted bits. */
static uint32_t truncated(cw_int192 seed) {
    const uint64_t modulus = INT32_MAX, sign = seed.limb[2] >> 63 ? UINT64_MAX : 0;
    uint64_t r = 0;
    for (int i = 2; i >= 0; i--) {
        const uint64_t m = seed.limb[i] ^ sign;
        r = (r << 32 | m >> 32) % modulus;
        r = (r << 32 | (uint32_t)m) % modulus;
    }
    return (uint32_t)(sign ? modulus - 1 - r : r);
}

cw_philox cw_philox_stateful(cw_int192 graph_seed, cw_int192 op_seed) {
    const uint32_t graph = truncated(graph_seed), op = truncated(op_seed);
    return philox_of(graph, 0, graph | op ? op : INT32_MAX);
}

cw_philox cw_philox_generator(cw_int192 seed) { return philox_of(seed.limb[2], seed.limb[0], seed.limb[1]); }

/* ----------------------------------------------------------------------------------------------- earlier draws */

cw_philox cw_philox_skip(cw_philox philox, uint64_t blocks_low, uint64_t blocks_high) {
    const cwn_counter steps = {blocks_low, blocks_high}, next = cwn_skip(counter_of(philox), steps);
    return philox_of(philox.key[0] | (uint64_t)philox.key[1] << 32, next.low, next.high);
}

/* All 128 bits of the product. */
static cwn_counter product(uint64_t a, uint64_t b) {
    const uint64_t a0 = (uint32_t)a, a1 = a >> 32, b0 = (uint32_t)b, b1 = b >> 32;
    const uint64_t middle = a1 * b0 + (a0 * b0 >> 32), carry = a0 * b1 + (uint32_t)middle;
    const cwn_counter p = {a * b, a1 * b1 + (middle >> 32) + (carry >> 32)};
    return p;
}

cw_philox cw_philox_after_calls(cw_philox philox, uint64_t calls, uint64_t elements) {
    const cwn_counter drawn = product(calls, elements);
    return cw_philox_skip(philox, drawn.low << 8, drawn.high << 8 | drawn.low >> 56);
}
