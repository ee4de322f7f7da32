/* SPDX-License-Identifier: Apache-2.0
 *
 * Seeds from seeds: split, fold_in, Keras 2's shards, Keras 3's unordered seed generator.
 */
#include "philox.h"

/* Full-range integers drawn from a stateless seed: int32 takes a word, int64 two, the low one first. */
static cwn_block block_of(cw_seed seed, uint64_t index) {
    return cw_philox_block(cw_philox_stateless(seed.word[0], seed.word[1]), index);
}

static int64_t int32_of(uint64_t word) { return (int32_t)(uint32_t)word; }

static int64_t int64_of(uint64_t low, uint64_t high) { return (int64_t)((uint32_t)low | high << 32); }

cw_seed cw_seed_split_int32(cw_seed seed, uint64_t index) {
    const cwn_block b = block_of(seed, index / 2);
    const cw_seed even = {{int32_of(b.w0), int32_of(b.w1)}}, odd = {{int32_of(b.w2), int32_of(b.w3)}};
    return index % 2 ? odd : even;
}

cw_seed cw_seed_split_int64(cw_seed seed, uint64_t index) {
    const cwn_block b = block_of(seed, index);
    const cw_seed row = {{int64_of(b.w0, b.w1), int64_of(b.w2, b.w3)}};
    return row;
}

cw_seed cw_seed_fold_in_int32(cw_seed seed, int32_t data) {
    const cw_seed folded = {{int32_of(block_of(seed, 0).w0), data}};
    return folded;
}

cw_seed cw_seed_fold_in_int64(cw_seed seed, int64_t data) {
    const cwn_block b = block_of(seed, 0);
    const cw_seed folded = {{int64_of(b.w0, b.w1), data}};
    return folded;
}

/* -------------------------------------------------------------------------------------------------- Keras 2 */

/* hash() of a tuple of integers from 0 on, in CPython 3.8 and later with 64 bits: Objects/tupleobject.c (tuplehash), a
 * variant of xxHash; Python/pyhash.c takes integers modulo 2^61 - 1. */
static int64_t tuple_hash(uint32_t length, const uint64_t *item) {
    const uint64_t prime1 = 11400714785074694791u, prime2 = 14029467366897019727u, prime5 = 2870177450012600261u;
    uint64_t hash = prime5;
    for (uint32_t i = 0; i < length; i++) {
        hash += item[i] % ((1ull << 61) - 1) * prime2;
        hash = (hash << 31 | hash >> 33) * prime1;
    }
    hash += length ^ prime5 ^ 3527539u;
    return (int64_t)(hash == UINT64_MAX ? 1546275796u : hash);
}

/* The nonce is folded in where Python finds it true, as int32 where it fits: tf_keras/src/backend.py. */
cw_philox cw_philox_keras2_shard(int64_t seed, uint32_t rank, const uint64_t *offset) {
    const cw_seed whole = {{seed, 0}};
    const int64_t nonce = rank ? tuple_hash(rank, offset) : 0;
    if (nonce == 0) return cw_philox_keras2(seed);
    const cw_seed shard =
        nonce == (int32_t)nonce ? cw_seed_fold_in_int32(whole, (int32_t)nonce) : cw_seed_fold_in_int64(whole, nonce);
    return cw_philox_stateless(shard.word[0], shard.word[1]);
}

/* -------------------------------------------------------------------------------------------------- Keras 3 */

/* TensorFlow's int64: sum and product wrap, the remainder is Python's. */
static int64_t unordered(int64_t word) {
    const int64_t product = (int64_t)(((uint64_t)word + 1) * 5387), r = product % 933199;
    return r < 0 ? r + 933199 : r;
}

cw_seed cw_seed_next_unordered(cw_seed state) {
    const cw_seed next = {{unordered(state.word[0]), unordered(state.word[1])}};
    return next;
}
