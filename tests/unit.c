/* SPDX-License-Identifier: Apache-2.0
 *
 * The core by itself: names, philox, shapes, fans, plans, verification, digests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "counterweight/cpu.h"
#include "numeric/philox.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static cw_spec spec_of(cw_initializer initializer, uint32_t rank, const uint64_t *shape) {
    cw_spec spec = CW_SPEC_INIT;
    spec.initializer = initializer;
    spec.rank = rank;
    for (uint32_t i = 0; i < rank && i < CW_MAX_RANK; i++) spec.shape[i] = shape[i];
    spec.philox = cw_philox_keras(0, 0);
    return spec;
}

static cw_plan plan_of(const cw_spec *spec) {
    cw_plan plan;
    cw_error why = {CW_OK, 0, ""};
    if (cw_plan_make(spec, &plan, &why)) fail_msg("%s", why.text);
    return plan;
}

/* Known answers of Philox4x32-10 from Random123's test vectors: zeros, ones, and digits of pi. */
static void test_philox_known_answers(void **state) {
    static const struct { uint32_t counter[4], key[2], block[4]; } known[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(known); i++) {
        const uint32_t *c = known[i].counter;
        const cwn_counter counter = {c[0] | (uint64_t)c[1] << 32, c[2] | (uint64_t)c[3] << 32};
        const cwn_block b = cwn_philox(counter, known[i].key[0], known[i].key[1]);
        const uint32_t words[4] = {(uint32_t)b.w0, (uint32_t)b.w1, (uint32_t)b.w2, (uint32_t)b.w3};
        assert_memory_equal(words, known[i].block, sizeof words);
    }
}

static void test_counter_carries(void **state) {
    (void)state;
    const cwn_counter one = {1, 0}, all = {UINT64_MAX, 0}, top = {UINT64_MAX, UINT64_MAX}, half = {1ull << 63, 0};
    assert_int_equal(cwn_skip(all, one).low, 0);
    assert_int_equal(cwn_skip(all, one).high, 1);
    assert_int_equal(cwn_skip(half, half).high, 1);
    assert_int_equal(cwn_skip(half, one).high, 0);
    assert_int_equal(cwn_skip(top, one).high, 0);
    assert_int_equal(cwn_skip(all, all).low, UINT64_MAX - 1);
    assert_int_equal(cwn_skip(all, all).high, 1);
}

/* Key and counter of the seed [42, 0], and of a negative one, as TensorFlow 2.21 makes them. */
static void test_stateless_seed(void **state) {
    (void)state;
    const cw_philox p = cw_philox_stateless(42, 0), q = cw_philox_stateless(-1, 5);
    const uint32_t expected_p[6] = {0x89e74cef, 0x53939b05, 0, 0, 0x8e9181c6, 0xb2ca7bfa};
    const uint32_t expected_q[6] = {0x039442c8, 0xce61931c, 0, 0, 0xd65507ac, 0xb48f290f};
    assert_memory_equal(&p, expected_p, sizeof p);
    assert_memory_equal(&q, expected_q, sizeof q);
}

static void test_keras_seed_is_reduced(void **state) {
    (void)state;
    const int64_t equal[][2] = {{2147483646, 0}, {-1, 2147483645}, {-2147483646, 0}, {INT64_MIN, INT64_MIN + 2147483646}};
    for (size_t i = 0; i < COUNT(equal); i++) {
        const cw_philox a = cw_philox_keras(equal[i][0], 0), b = cw_philox_keras(equal[i][1], 0);
        assert_memory_equal(&a, &b, sizeof a);
    }
}

static void test_fans(void **state) {
    static const struct { uint32_t rank; uint64_t shape[5], fan_in, fan_out; } known[] = {
        {0, {0}, 1, 1}, {1, {7}, 7, 7}, {2, {3, 5}, 3, 5}, {3, {2, 3, 4}, 6, 8},
        {4, {3, 3, 64, 128}, 576, 1152}, {5, {2, 3, 4, 5, 6}, 120, 144}, {2, {0, 3}, 0, 3},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(known); i++) {
        const cw_spec spec = spec_of(CW_GLOROT_UNIFORM, known[i].rank, known[i].shape);
        const cw_plan plan = plan_of(&spec);
        assert_int_equal(cw_plan_fan_in(&plan), known[i].fan_in);
        assert_int_equal(cw_plan_fan_out(&plan), known[i].fan_out);
    }
}

static void test_large_tensors_are_planned(void **state) {
    (void)state;
    const cw_spec spec = spec_of(CW_TRUNCATED_NORMAL, 2, (const uint64_t[]){1ull << 20, (1ull << 17) + 1});
    const cw_plan plan = plan_of(&spec);
    assert_int_equal(cw_plan_elements(&plan), (1ull << 37) + (1ull << 20));
    assert_int_equal(cw_plan_bytes(&plan), 4 * ((1ull << 37) + (1ull << 20)));
    assert_int_equal(cw_plan_blocks(&plan), 64 * ((1ull << 37) + (1ull << 20)));
}

static void expect_failure(const cw_spec *spec, cw_status status) {
    cw_plan plan, untouched;
    cw_error why = {CW_OK, 0, ""};
    memset(&plan, 0xca, sizeof plan);
    untouched = plan;
    assert_int_equal(cw_plan_make(spec, &plan, &why), status);
    assert_int_equal(why.status, status);
    assert_true(strlen(why.text) > 0);
    assert_memory_equal(&plan, &untouched, sizeof plan);
    assert_int_equal(cw_plan_make(spec, &plan, NULL), status);
}

static void test_overflow_is_a_status(void **state) {
    (void)state;
    cw_spec spec = spec_of(CW_ZEROS, 2, (const uint64_t[]){1ull << 31, 1ull << 30});
    expect_failure(&spec, CW_ERROR_OVERFLOW);
    spec = spec_of(CW_ZEROS, 3, (const uint64_t[]){1ull << 40, 1ull << 40, 0});
    expect_failure(&spec, CW_ERROR_OVERFLOW);
    spec = spec_of(CW_TRUNCATED_NORMAL, 1, (const uint64_t[]){1ull << 60});
    expect_failure(&spec, CW_ERROR_OVERFLOW);
}

/* Normals, identity and uniform_full_int have their dtypes; limits of integers must fit and leave something between. */
static void expect_bad_dtypes(const uint64_t *shape) {
    static const struct { cw_initializer initializer; cw_dtype dtype; } bad[] = {
        {CW_RANDOM_NORMAL, CW_INT32},   {CW_HE_NORMAL, CW_INT64},         {CW_IDENTITY, CW_UINT32},
        {CW_RANDOM_UNIFORM, CW_UINT64}, {CW_UNIFORM_FULL_INT, CW_FLOAT16}, {CW_RANDOM_UNIFORM, CW_INT32},
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        cw_spec spec = spec_of(bad[i].initializer, 2, shape);
        spec.dtype = bad[i].dtype;
        expect_failure(&spec, CW_ERROR_ARGUMENT);
    }
    cw_spec spec = spec_of(CW_CONSTANT, 2, shape);
    spec.dtype = CW_INT32;
    spec.argument[CW_VALUE] = cw_integer(1ll << 31);
    expect_failure(&spec, CW_ERROR_ARGUMENT);
    spec.argument[CW_VALUE] = cw_real(1e30);
    expect_failure(&spec, CW_ERROR_ARGUMENT);
    spec.dtype = CW_FLOAT16;
    spec.argument[CW_VALUE] = cw_real(65520.0);
    expect_failure(&spec, CW_ERROR_ARGUMENT);
    spec.argument[CW_VALUE] = cw_real(65519.0);
    (void)plan_of(&spec);
}

static void test_bad_specs(void **state) {
    (void)state;
    const uint64_t shape[] = {2, 2, 2};
    cw_spec spec = spec_of(CW_IDENTITY, 3, shape);
    expect_failure(&spec, CW_ERROR_SHAPE);
    spec = spec_of(CW_GLOROT_UNIFORM, 2, shape);
    spec.argument[CW_STDDEV] = cw_real(1.0);
    expect_failure(&spec, CW_ERROR_ARGUMENT);
    spec = spec_of(CW_VARIANCE_SCALING, 2, shape);
    spec.argument[CW_SCALE] = cw_real(-1.0);
    expect_failure(&spec, CW_ERROR_ARGUMENT);
    spec.argument[CW_SCALE] = cw_real(1.0);
    spec.argument[CW_MODE] = cw_integer(9);
    expect_failure(&spec, CW_ERROR_ARGUMENT);
    spec = spec_of(CW_RANDOM_NORMAL, 2, shape);
    spec.argument[CW_STDDEV] = cw_real(1e39);
    expect_failure(&spec, CW_ERROR_ARGUMENT);
    spec = spec_of(CW_RANDOM_UNIFORM, 2, shape);
    spec.argument[CW_MINVAL] = cw_real(-3e38);
    spec.argument[CW_MAXVAL] = cw_real(3e38);
    expect_failure(&spec, CW_ERROR_ARGUMENT);
    spec = spec_of(CW_GLOROT_UNIFORM, 2, shape);
    spec.dtype = (cw_dtype)99;
    expect_failure(&spec, CW_ERROR_ARGUMENT);
    expect_bad_dtypes(shape);
    spec = spec_of((cw_initializer)99, 2, shape);
    expect_failure(&spec, CW_ERROR_ARGUMENT);
    spec = spec_of(CW_ZEROS, 2, shape);
    spec.struct_size = 8;
    expect_failure(&spec, CW_ERROR_STRUCT);
    spec = spec_of(CW_ZEROS, 17, (const uint64_t[17]){0});
    expect_failure(&spec, CW_ERROR_SHAPE);
}

/* -0.0 counts as 0.0; an argument that only rounds to -0.0, or is a negative denormal, keeps its sign. */
static void test_signs_of_zero_arguments(void **state) {
    static const struct { double value; uint32_t keras, tf; } known[] = {
        {-0.0, 0, 0}, {-1e-50, 0x80000000, 0x80000000}, {-1e-40, 0x80000000, 0x800116c2}, {1e-40, 0, 0x000116c2},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(known); i++) {
        cw_spec spec = spec_of(CW_CONSTANT, 0, NULL);
        spec.argument[CW_VALUE] = cw_real(known[i].value);
        for (int tf = 0; tf < 2; tf++) {
            uint32_t bits = 1;
            spec.dialect = tf ? CW_DIALECT_TF : CW_DIALECT_KERAS3;
            const cw_plan plan = plan_of(&spec);
            assert_int_equal(cw_reference(&plan, 0, 1, &bits, NULL), CW_OK);
            assert_int_equal(bits, tf ? known[i].tf : known[i].keras);
        }
    }
}

static void test_named_axes(void **state) {
    (void)state;
    cw_spec spec = spec_of(CW_HE_NORMAL, 3, (const uint64_t[]){0, 1ull << 40, 6});
    spec.output_axes = (cw_axes){1, 3, {-1, 2, 0}};
    spec.input_axes = (cw_axes){1, 2, {1, -1}};
    const cw_plan plan = plan_of(&spec);
    assert_int_equal(cw_plan_fan_in(&plan), 6ull << 40);
    assert_int_equal(cw_plan_fan_out(&plan), 0);
    spec.input_axes = (cw_axes){1, 3, {1, 1, 0}};
    expect_failure(&spec, CW_ERROR_OVERFLOW);
    spec.input_axes = (cw_axes){1, 3, {0, 1, 1}};
    expect_failure(&spec, CW_ERROR_OVERFLOW);
    spec.input_axes = (cw_axes){1, CW_MAX_RANK + 1, {0}};
    expect_failure(&spec, CW_ERROR_ARGUMENT);
    spec.input_axes = (cw_axes){1, 1, {3}};
    expect_failure(&spec, CW_ERROR_ARGUMENT);
    spec.input_axes = (cw_axes){1, 1, {-4}};
    expect_failure(&spec, CW_ERROR_ARGUMENT);
}

static void test_names(void **state) {
    (void)state;
#define CW_ROW(id, value, name, class_name, alias, ...) \
    assert_int_equal(cw_initializer_from_name(name), id); \
    assert_int_equal(cw_initializer_from_name(class_name), id); \
    assert_string_equal(cw_initializer_name(id), name);
    CW_INITIALIZER_TABLE(CW_ROW)
#undef CW_ROW
    assert_int_equal(cw_initializer_from_name("one"), CW_ONES);
    assert_int_equal(cw_initializer_from_name("Glorot_Uniform"), 0);
    assert_int_equal(cw_initializer_from_name("HeNormalV2"), CW_HE_NORMAL);
    assert_int_equal(cw_initializer_from_name("HeNormalV3"), 0);
    assert_int_equal(cw_initializer_from_name("STFTInitializer"), CW_STFT);
    assert_int_equal(cw_initializer_from_name("convolutional_orthogonal_2d"), CW_CONVOLUTION_ORTHOGONAL_2D);
    assert_int_equal(cw_initializer_from_name(NULL), 0);
    assert_int_equal(cw_distribution_from_name("Normal"), CW_DISTRIBUTION_TRUNCATED_NORMAL);
    assert_int_equal(cw_mode_from_name("Fan_in"), 0);
    assert_string_equal(cw_status_name(CW_ERROR_SHAPE), "CW_ERROR_SHAPE");
    assert_string_equal(cw_status_name((cw_status)99), "CW_ERROR_UNKNOWN");
}

/* A digest adds up over any cut, and sees a moved, changed or reshaped element. */
static void test_digest(void **state) {
    (void)state;
    const float x[6] = {1, 2, 3, 4, 5, 6};
    const uint64_t shape[2] = {2, 3}, other[2] = {3, 2};
    for (uint64_t cut = 0; cut <= 6; cut++) {
        cw_sums whole = {{0, 0}}, parts = {{0, 0}};
        cw_digest_add(&whole, CW_FLOAT32, x, 0, 6);
        cw_digest_add(&parts, CW_FLOAT32, x + cut, cut, 6 - cut);
        cw_digest_add(&parts, CW_FLOAT32, x, 0, cut);
        assert_memory_equal(&whole, &parts, sizeof whole);
        const cw_sums a = cw_digest_finish(whole, CW_FLOAT32, 2, shape), b = cw_digest_finish(whole, CW_FLOAT32, 2, other);
        assert_memory_not_equal(&a, &b, sizeof a);
    }
}

static void test_verify_finds_the_first(void **state) {
    (void)state;
    const cw_spec spec = spec_of(CW_HE_NORMAL, 2, (const uint64_t[]){100, 101});
    const cw_plan plan = plan_of(&spec);
    static float x[10100];
    cw_difference d;
    assert_int_equal(cw_reference(&plan, 0, 10100, x, NULL), CW_OK);
    assert_int_equal(cw_verify(&plan, x, sizeof x, &d, NULL), CW_OK);
    assert_int_equal(d.first, 10100);
    x[5000] = -x[5000];
    uint32_t bits;
    memcpy(&bits, &x[9000], 4);
    bits++;
    memcpy(&x[9000], &bits, 4);
    assert_int_equal(cw_verify(&plan, x, sizeof x, &d, NULL), CW_DIFFERS);
    assert_int_equal(d.count, 2);
    assert_int_equal(d.first, 5000);
    assert_int_equal(d.worst, 5000);
    assert_int_equal(cw_verify(&plan, x, sizeof x - 4, &d, NULL), CW_ERROR_ARGUMENT);
}

/* Neighbours are 1 apart in every dtype, over zero and over the sign of an integer too. */
static void test_distances(void **state) {
    static const struct { cw_dtype dtype; uint64_t a, b, distance; } known[] = {
        {CW_FLOAT32, 0x80000000, 0, 1}, {CW_FLOAT32, 0x3f800000, 0x3f800001, 1}, {CW_FLOAT32, 0xbf800000, 0x3f800000, 0x7f000001},
        {CW_FLOAT64, 0x8000000000000001, 1, 3}, {CW_FLOAT16, 0x8000, 0x0001, 2}, {CW_BFLOAT16, 0xbf80, 0xbf82, 2},
        {CW_INT32, 0xffffffff, 1, 2}, {CW_INT64, UINT64_MAX, 0, 1}, {CW_UINT32, 0xffffffff, 1, 0xfffffffe},
        {CW_UINT64, UINT64_MAX, 0, UINT64_MAX},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(known); i++) {
        cw_difference d;
        assert_int_equal(cw_compare(known[i].dtype, &known[i].a, &known[i].b, 1, &d, NULL), CW_DIFFERS);
        assert_int_equal(d.max_ulp, known[i].distance);
        assert_int_equal(cw_compare(known[i].dtype, &known[i].a, &known[i].a, 1, &d, NULL), CW_OK);
    }
    assert_int_equal(cw_compare((cw_dtype)99, &known, &known, 1, NULL, NULL), CW_ERROR_ARGUMENT);
}

static void test_describe(void **state) {
    (void)state;
    const cw_spec spec = spec_of(CW_GLOROT_UNIFORM, 4, (const uint64_t[]){3, 3, 64, 128});
    const cw_plan plan = plan_of(&spec);
    char text[2048], small[8];
    size_t needed = 0;
    assert_int_equal(cw_plan_describe(&plan, text, sizeof text, &needed), CW_OK);
    assert_int_equal(needed, strlen(text) + 1);
    assert_non_null(strstr(text, "\"fan_in\":576,\"fan_out\":1152,"));
    assert_int_equal(cw_plan_describe(&plan, small, sizeof small, &needed), CW_ERROR_ARGUMENT);
    assert_int_equal(needed, strlen(text) + 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_philox_known_answers), cmocka_unit_test(test_counter_carries),
        cmocka_unit_test(test_stateless_seed),       cmocka_unit_test(test_keras_seed_is_reduced),
        cmocka_unit_test(test_fans),                 cmocka_unit_test(test_large_tensors_are_planned),
        cmocka_unit_test(test_overflow_is_a_status), cmocka_unit_test(test_bad_specs),
        cmocka_unit_test(test_names),                cmocka_unit_test(test_digest),
        cmocka_unit_test(test_verify_finds_the_first), cmocka_unit_test(test_distances),
        cmocka_unit_test(test_describe),
        cmocka_unit_test(test_signs_of_zero_arguments), cmocka_unit_test(test_named_axes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
