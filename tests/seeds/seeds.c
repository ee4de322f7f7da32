/* SPDX-License-Identifier: Apache-2.0
 *
 * The seed rules, seeds drawn from seeds, and Python's Mersenne Twister, against what real TensorFlow, Keras, tf_keras
 * and CPython make of the same seeds (expected.h), and by their own laws.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "counterweight/cpu.h"
#include "expected.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void expect_philox(cw_philox p, uint64_t key, uint64_t low, uint64_t high) {
    assert_int_equal(p.key[0] | (uint64_t)p.key[1] << 32, key);
    assert_int_equal(p.counter[0] | (uint64_t)p.counter[1] << 32, low);
    assert_int_equal(p.counter[2] | (uint64_t)p.counter[3] << 32, high);
}

static void expect_state(cw_philox p, cw_int192 state) {
    expect_philox(p, state.limb[2], state.limb[0], state.limb[1]);
}

static void expect_seed(cw_seed found, cw_seed expected) {
    assert_int_equal(found.word[0], expected.word[0]);
    assert_int_equal(found.word[1], expected.word[1]);
}

/* ---------------------------------------------------------------------------------------------- seeds to philox */

static void test_wide(void **state) {
    (void)state;
    for (int64_t n = -2; n < 2; n++) {
        const cw_int192 wide = cw_wide(n);
        assert_int_equal(wide.limb[0], (uint64_t)n);
        for (int i = 1; i < 3; i++) assert_int_equal(wide.limb[i], n < 0 ? UINT64_MAX : 0);
    }
    assert_int_equal(cw_wide(INT64_MIN).limb[0], 1ull << 63);
    assert_int_equal(cw_wide(INT64_MIN).limb[2], UINT64_MAX);
}

static void test_keras(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(expected_keras); i++)
        expect_philox(cw_philox_keras(expected_keras[i].seed, expected_keras[i].call), expected_keras[i].key,
                      expected_keras[i].counter[0], expected_keras[i].counter[1]);
}

/* Keras 2's seeds are the stateless ones whose second number is 0. */
static void test_stateless_and_keras2(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(expected_stateless); i++) {
        const int64_t seed0 = expected_stateless[i].seed0, seed1 = expected_stateless[i].seed1;
        const uint64_t key = expected_stateless[i].key, *counter = expected_stateless[i].counter;
        expect_philox(cw_philox_stateless(seed0, seed1), key, counter[0], counter[1]);
        if (seed1 == 0) expect_philox(cw_philox_keras2(seed0), key, counter[0], counter[1]);
    }
}

static void test_stateful(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(expected_stateful); i++)
        expect_philox(cw_philox_stateful(expected_stateful[i].graph, expected_stateful[i].op),
                      expected_stateful[i].seed, 0, expected_stateful[i].seed2);
}

static void test_generator(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(expected_generator); i++)
        expect_state(cw_philox_after_calls(cw_philox_generator(expected_generator[i].seed), expected_generator[i].calls,
                                           expected_generator[i].elements),
                     expected_generator[i].state);
}

static void test_skip(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(expected_skip); i++) {
        const cw_philox start = cw_philox_generator(expected_skip[i].seed);
        const uint64_t low = expected_skip[i].low, high = expected_skip[i].high;
        const cw_philox moved = cw_philox_skip(start, low, high);
        expect_state(moved, expected_skip[i].state);
        expect_state(cw_philox_skip(moved, 0 - low, ~high + (low == 0)), expected_skip[i].seed);
    }
}

/* 256 * calls * elements modulo 2^128, where the product has up to 136 bits: an independent sum over the bits. */
static void test_after_calls_is_exact(void **state) {
    static const uint64_t numbers[] = {0,
                                       1,
                                       255,
                                       1ull << 31,
                                       UINT32_MAX,
                                       1ull << 32,
                                       (1ull << 55) - 1,
                                       1ull << 56,
                                       0x0123456789abcdef,
                                       0xfedcba9876543210,
                                       INT64_MAX,
                                       UINT64_MAX};
    const cw_philox start = cw_philox_generator((cw_int192){{UINT64_MAX - 7, 5, 0x8000000000000001}});
    (void)state;
    for (size_t a = 0; a < COUNT(numbers); a++)
        for (size_t b = 0; b < COUNT(numbers); b++) {
            cw_philox sum = start;
            for (unsigned bit = 0; bit < 64; bit++) {
                const unsigned at = bit + 8;
                const uint64_t n = numbers[b] >> bit & 1 ? numbers[a] : 0;
                sum = at < 64 ? cw_philox_skip(sum, n << at, n >> (64 - at)) : cw_philox_skip(sum, 0, n << (at - 64));
            }
            const cw_philox moved = cw_philox_after_calls(start, numbers[a], numbers[b]);
            assert_memory_equal(&moved, &sum, sizeof sum);
        }
}

/* ----------------------------------------------------------------------------------------------- seeds to seeds */

static void test_split(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(expected_split); i++) {
        const cw_seed seed = expected_split[i].seed;
        const uint64_t index = expected_split[i].index;
        expect_seed(expected_split[i].bits == 32 ? cw_seed_split_int32(seed, index) : cw_seed_split_int64(seed, index),
                    expected_split[i].row);
    }
}

static void test_fold_in(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(expected_fold_in); i++) {
        const cw_seed seed = expected_fold_in[i].seed;
        const int64_t data = expected_fold_in[i].data;
        expect_seed(expected_fold_in[i].bits == 32 ? cw_seed_fold_in_int32(seed, (int32_t)data)
                                                   : cw_seed_fold_in_int64(seed, data),
                    expected_fold_in[i].folded);
    }
}

static void test_unordered(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(expected_unordered); i++)
        for (size_t k = 1; k < COUNT(expected_unordered[i].state); k++)
            expect_seed(cw_seed_next_unordered(expected_unordered[i].state[k - 1]), expected_unordered[i].state[k]);
}

/* The digest of a tensor of rank 1 or 2. */
static cw_sums digest_of(cw_initializer initializer, uint32_t rank, uint64_t rows, uint64_t columns, cw_philox philox) {
    cw_spec spec = CW_SPEC_INIT;
    cw_plan plan;
    cw_sums digest;
    spec.initializer = initializer;
    spec.dialect = CW_DIALECT_TF;
    spec.rank = rank;
    spec.shape[0] = rows;
    spec.shape[1] = columns;
    spec.philox = philox;
    spec.argument[initializer == CW_RANDOM_UNIFORM ? CW_MINVAL : CW_MEAN] = cw_real(0.0);
    if (initializer == CW_RANDOM_UNIFORM) spec.argument[CW_MAXVAL] = cw_real(1.0);
    assert_int_equal(cw_plan_make(&spec, &plan, NULL), CW_OK);
    assert_int_equal(cw_digest(&plan, &digest, NULL), CW_OK);
    return digest;
}

/* Whole tensors of tf_keras's RandomNormal, with its default standard deviation. */
static void test_shards(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(expected_shard); i++) {
        const cw_philox philox =
            cw_philox_keras2_shard(expected_shard[i].seed, expected_shard[i].rank, expected_shard[i].offset);
        const cw_sums digest = digest_of(CW_RANDOM_NORMAL, 2, 10, 5, philox);
        assert_memory_equal(&digest, &expected_shard[i].digest, sizeof digest);
    }
}

/* -------------------------------------------------------------------------------------------------------- draws */

static void hash(uint64_t *h, uint64_t n) { *h = (*h ^ n) * 1099511628211u; }

static void test_mersenne(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(expected_mersenne); i++) {
        cw_mersenne words = cw_mersenne_seed(expected_mersenne[i].seed), keras = words, op = words;
        uint64_t h[3] = {1469598103934665603u, 1469598103934665603u, 1469598103934665603u};
        for (int k = 0; k < 2000; k++) {
            hash(&h[0], cw_mersenne_next(&words));
            hash(&h[1], (uint64_t)cw_mersenne_keras_seed(&keras));
            hash(&h[2], (uint64_t)cw_mersenne_op_seed(&op));
        }
        assert_int_equal(h[0], expected_mersenne[i].words);
        assert_int_equal(h[1], expected_mersenne[i].keras_seeds);
        assert_int_equal(h[2], expected_mersenne[i].op_seeds);
    }
}

static void test_keras_draws(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(expected_keras_draw); i++) {
        cw_mersenne m = cw_mersenne_seed(expected_keras_draw[i].seed);
        for (size_t k = 0; k < COUNT(expected_keras_draw[i].drawn); k++)
            assert_int_equal(cw_mersenne_keras_seed(&m), expected_keras_draw[i].drawn[k]);
    }
}

static cw_philox next_op(cw_int192 graph, cw_mersenne *m) {
    return cw_philox_stateful(graph, cw_wide(cw_mersenne_op_seed(m)));
}

/* Three calls of eager ops without a seed: normal, uniform, normal. */
static void test_op_seeds(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(expected_op_seed); i++) {
        const cw_int192 graph = expected_op_seed[i].graph;
        cw_mersenne m = cw_mersenne_seed(graph);
        cw_sums digest[3];
        for (int k = 0; k < 3; k++)
            digest[k] = k == 1 ? digest_of(CW_RANDOM_UNIFORM, 1, 7, 0, next_op(graph, &m))
                               : digest_of(CW_RANDOM_NORMAL, 2, 3, 5, next_op(graph, &m));
        assert_memory_equal(digest, expected_op_seed[i].digest, sizeof digest);
    }
}

/* The word 397 alone makes the next word, after which come zeros: it is such that the draw is the first number that is
 * rejected, or the last that is not. */
static void test_bounds_of_draws(void **state) {
    static const struct {
        uint32_t word;
        int is_op;
        int64_t drawn;
    } known[] = {
        {0x668b86ea, 0, 1},
        {0x74638216, 0, 1000000000},
        {0x80102204, 1, 0},
        {0x92cdb9b7, 1, INT32_MAX},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(known); i++) {
        cw_mersenne m = {{0}, 0};
        m.word[397] = known[i].word;
        assert_int_equal(known[i].is_op ? cw_mersenne_op_seed(&m) : cw_mersenne_keras_seed(&m), known[i].drawn);
    }
}

/* Whatever the caller's memory held before: the generator reads its own words only. */
static void test_mersenne_stays_inside(void **state) {
    cw_mersenne m;
    (void)state;
    memset(&m, 0xff, sizeof m);
    for (int i = 0; i < 2 * CW_MERSENNE_WORDS; i++) cw_mersenne_next(&m);
    assert_true(m.next <= CW_MERSENNE_WORDS);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keras),     cmocka_unit_test(test_stateless_and_keras2),
        cmocka_unit_test(test_stateful),  cmocka_unit_test(test_generator),
        cmocka_unit_test(test_skip),      cmocka_unit_test(test_after_calls_is_exact),
        cmocka_unit_test(test_split),     cmocka_unit_test(test_fold_in),
        cmocka_unit_test(test_unordered), cmocka_unit_test(test_shards),
        cmocka_unit_test(test_mersenne),  cmocka_unit_test(test_keras_draws),
        cmocka_unit_test(test_op_seeds),  cmocka_unit_test(test_mersenne_stays_inside),
        cmocka_unit_test(test_wide),      cmocka_unit_test(test_bounds_of_draws),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
