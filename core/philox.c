/* SPDX-License-Identifier: Apache-2.0
 *
 * Seed rules: how a seed becomes a key and a start counter.
 */
#include "numeric/philox.h"

#include "counterweight/counterweight.h"

cw_philox cw_philox_stateless(int64_t seed0, int64_t seed1) {
    const cwn_counter seed = {(uint64_t)seed0, (uint64_t)seed1};
    const cwn_block m = cwn_philox(seed, 0x3ec8f720u, 0x02461e29u);
    const cw_philox philox = {{(uint32_t)m.w0, (uint32_t)m.w1}, {0, 0, (uint32_t)m.w2, (uint32_t)m.w3}};
    return philox;
}

/* Python's modulo: the result has the divisor's sign. */
static int64_t floor_modulo(int64_t a, int64_t b) {
    const int64_t r = a % b;
    return r < 0 ? r + b : r;
}

/* keras/src/backend/tensorflow/random.py reduces both words modulo int32's maximum minus 1. */
cw_philox cw_philox_keras(int64_t seed, int64_t call) {
    const int64_t modulus = INT32_MAX - 1;
    return cw_philox_stateless(floor_modulo(seed, modulus), floor_modulo(call, modulus));
}
