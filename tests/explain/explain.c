/* SPDX-License-Identifier: Apache-2.0
 *
 * cw_explain: the last step is the element that a fill writes, for every distribution and dtype; the steps between hang
 * together; misuse is refused.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "counterweight/counterweight.h"

static const cw_dtype reals[] = {CW_FLOAT32, CW_FLOAT64, CW_FLOAT16, CW_BFLOAT16};
static const cw_dtype integers[] = {CW_INT32, CW_INT64, CW_UINT32, CW_UINT64};
#define COUNT(table) (sizeof(table) / sizeof *(table))

static const cw_step *find(const cw_explanation *e, const char *name) {
    for (uint32_t i = e->count; i-- > 0;)
        if (strcmp(e->step[i].name, name) == 0) return &e->step[i];
    return NULL;
}

static float float_of(const cw_explanation *e, const char *name) {
    const cw_step *s = find(e, name);
    assert_non_null(s);
    assert_int_equal(s->kind, CW_FLOAT32);
    const uint32_t bits = (uint32_t)s->bits[0];
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static double double_of(const cw_explanation *e, const char *name) {
    const cw_step *s = find(e, name);
    assert_non_null(s);
    assert_int_equal(s->kind, CW_FLOAT64);
    double x;
    memcpy(&x, s->bits, sizeof x);
    return x;
}

static uint64_t reference(const cw_plan *plan, uint64_t index) {
    uint64_t element = 0;
    assert_int_equal(cw_reference(plan, index, 1, &element, NULL), CW_OK);
    return element;
}

/* The last step of element `index`, and that no step is without its words. */
static void check_element(const cw_plan *plan, uint64_t index) {
    cw_explanation e;
    assert_int_equal(cw_explain(plan, index, &e, NULL), CW_OK);
    assert_in_range(e.count, 2, CW_MAX_STEPS);
    const cw_step *last = &e.step[e.count - 1];
    assert_string_equal(last->name, "value");
    assert_int_equal(last->kind, cw_plan_spec(plan).dtype);
    assert_int_equal(last->bits[0], reference(plan, index));
    assert_int_equal(find(&e, "index")->bits[0], index);
    for (uint32_t i = 0; i < e.count; i++) {
        assert_true(e.step[i].name && *e.step[i].name && e.step[i].how && *e.step[i].how);
        assert_int_equal(e.step[i].words != 0, e.step[i].kind == CW_STEP_WORDS);
    }
}

static cw_plan plan_of(cw_spec spec) {
    cw_plan plan;
    cw_error why = {0};
    if (cw_plan_make(&spec, &plan, &why)) fail_msg("%s", why.text);
    return plan;
}

static void check_spec(cw_spec spec) {
    spec.rank = 2;
    spec.shape[0] = 61;
    spec.shape[1] = 67;
    for (int seed = -1; seed < 3; seed++) {
        spec.philox = cw_philox_keras(seed, 0);
        if (seed < 0) memset(spec.philox.counter, 0xff, sizeof spec.philox.counter); /* carries into every word */
        const cw_plan plan = plan_of(spec);
        for (uint64_t i = 0; i < cw_plan_elements(&plan); i++) check_element(&plan, i);
    }
}

static cw_spec spec_of(cw_initializer initializer, cw_dtype dtype) {
    cw_spec spec = CW_SPEC_INIT;
    spec.initializer = initializer;
    spec.dtype = dtype;
    return spec;
}

static void explains_every_real_dtype(void **state) {
    static const cw_initializer initializers[] = {CW_GLOROT_UNIFORM, CW_RANDOM_NORMAL, CW_HE_NORMAL, CW_IDENTITY,
                                                  CW_ONES};
    (void)state;
    for (size_t i = 0; i < COUNT(initializers); i++)
        for (size_t d = 0; d < COUNT(reals); d++) check_spec(spec_of(initializers[i], reals[d]));
}

/* Scales and shifts at which TensorFlow flushes denormals; in float16 it does not. */
static void explains_denormals(void **state) {
    static const double scales[] = {1.2e-38, 3e-38, 2e-37, 2.3e-308, 1e-307, 1e-7};
    (void)state;
    for (size_t i = 0; i < COUNT(scales); i++)
        for (size_t d = 0; d < COUNT(reals); d++)
            for (int normal = 0; normal < 2; normal++) {
                cw_spec spec = spec_of(normal ? CW_RANDOM_NORMAL : CW_RANDOM_UNIFORM, reals[d]);
                spec.argument[normal ? CW_STDDEV : CW_MAXVAL] = cw_real(scales[i]);
                spec.argument[normal ? CW_MEAN : CW_MINVAL] = cw_real(-scales[i] / 2);
                check_spec(spec);
            }
}

static void explains_integers(void **state) {
    (void)state;
    for (size_t d = 0; d < COUNT(integers); d++) {
        check_spec(spec_of(CW_UNIFORM_FULL_INT, integers[d]));
        if (integers[d] != CW_INT32 && integers[d] != CW_INT64) continue;
        cw_spec spec = spec_of(CW_RANDOM_UNIFORM, integers[d]);
        spec.argument[CW_MINVAL] = cw_integer(-1000003);
        spec.argument[CW_MAXVAL] = cw_integer(2000000011);
        check_spec(spec);
    }
}

/* Beyond 2^32 groups, where the counter's second word counts. */
static void explains_large_tensors(void **state) {
    static const cw_initializer initializers[] = {CW_RANDOM_UNIFORM, CW_RANDOM_NORMAL, CW_TRUNCATED_NORMAL};
    (void)state;
    for (size_t i = 0; i < COUNT(initializers); i++)
        for (size_t d = 0; d < COUNT(reals); d++) {
            cw_spec spec = spec_of(initializers[i], reals[d]);
            spec.rank = 1;
            spec.shape[0] = UINT64_C(1) << 57;
            const cw_plan plan = plan_of(spec);
            for (uint64_t back = 1; back <= 9; back++) check_element(&plan, spec.shape[0] - back);
            for (uint64_t k = 0; k < 8; k++) check_element(&plan, (UINT64_C(1) << 34) - 4 + k);
        }
}

/* Each step follows from the ones before it. */
static void steps_hang_together(void **state) {
    cw_spec spec = spec_of(CW_RANDOM_NORMAL, CW_FLOAT32);
    (void)state;
    spec.rank = 1;
    spec.shape[0] = 1000;
    spec.argument[CW_MEAN] = cw_real(0.3);
    spec.philox = cw_philox_keras(42, 0);
    const cw_plan plan = plan_of(spec);
    for (uint64_t i = 0; i < 1000; i++) {
        cw_explanation e;
        assert_int_equal(cw_explain(&plan, i, &e, NULL), CW_OK);
        assert_int_equal(find(&e, "group")->bits[0] * 4 + find(&e, "lane")->bits[0], i);
        assert_memory_equal(find(&e, "key")->bits, spec.philox.key, 8);
        assert_memory_equal(find(&e, "start")->bits, spec.philox.counter, 16);
        assert_int_equal(find(&e, "counter")->bits[0], i / 4 + find(&e, "start")->bits[0]);
        const uint64_t *words = find(&e, "words")->bits;
        assert_int_equal(find(&e, "own words")->bits[0], words[i % 4 / 2]);
        const float turn = float_of(&e, i % 2 ? "cosine" : "sine"), draw = turn * float_of(&e, "radius");
        assert_true(draw == float_of(&e, "draw"));
        assert_true(float_of(&e, "angle") == (float)(6.283185307179586 * (double)float_of(&e, "turn")));
        assert_true(fabs(double_of(&e, "given mean") - 0.3) == 0 && float_of(&e, "mean") == 0.3f);
        const float product = draw * float_of(&e, "stddev");
        assert_true(product == float_of(&e, "product"));
        const float sum = product + float_of(&e, "mean");
        assert_true(sum == float_of(&e, "sum"));
    }
}

/* Lane n has the number that is kept after n others, and everything that is dropped lies outside. */
static void trials_are_told(void **state) {
    cw_spec spec = spec_of(CW_TRUNCATED_NORMAL, CW_FLOAT32);
    uint64_t most = 0, drops = 0;
    (void)state;
    spec.rank = 1;
    spec.shape[0] = 4000;
    const cw_plan plan = plan_of(spec);
    for (uint64_t i = 0; i < 4000; i++) {
        cw_explanation e;
        uint64_t kept = 0;
        assert_int_equal(cw_explain(&plan, i, &e, NULL), CW_OK);
        for (uint32_t k = 0; k < e.count; k++) {
            float z;
            memcpy(&z, e.step[k].bits, sizeof z);
            if (strcmp(e.step[k].name, "kept") == 0) assert_true(fabsf(z) < 2 && ++kept);
            if (strcmp(e.step[k].name, "dropped") == 0) assert_true(fabsf(z) >= 2 && ++drops);
        }
        assert_int_equal(kept, i % 4 + 1);
        assert_true(float_of(&e, "kept") == float_of(&e, "draw"));
        const cw_step *last = find(&e, "counter");
        assert_int_equal(last->bits[0], i / 4 * 256 + last->trial + find(&e, "start")->bits[0]);
        if (last->trial > most) most = last->trial;
    }
    assert_true(most > 0 && drops > 0);
}

/* The flush is a step of its own, and only where the plan asks for one. */
static void flush_is_shown(void **state) {
    cw_spec spec = spec_of(CW_RANDOM_NORMAL, CW_FLOAT32);
    uint64_t flushed = 0;
    cw_explanation e;
    (void)state;
    spec.rank = 1;
    spec.shape[0] = 100;
    cw_plan plan = plan_of(spec);
    assert_int_equal(cw_explain(&plan, 0, &e, NULL), CW_OK);
    assert_null(find(&e, "product flushed"));
    spec.argument[CW_STDDEV] = cw_real(1.2e-38);
    plan = plan_of(spec);
    for (uint64_t i = 0; i < 100; i++) {
        assert_int_equal(cw_explain(&plan, i, &e, NULL), CW_OK);
        const float before = float_of(&e, "product"), after = float_of(&e, "product flushed");
        flushed += before != 0 && after == 0;
        assert_true(after == (fabsf(before) < 0x1p-126f ? 0.0f : before));
    }
    assert_in_range(flushed, 10, 90);
}

static void misuse_is_refused(void **state) {
    cw_spec spec = spec_of(CW_GLOROT_UNIFORM, CW_FLOAT32);
    cw_explanation e, before;
    cw_error why;
    (void)state;
    spec.rank = 1;
    spec.shape[0] = 3;
    const cw_plan plan = plan_of(spec);
    const cw_plan unmade = {0};
    memset(&e, 0xa5, sizeof e);
    before = e;
    assert_int_equal(cw_explain(NULL, 0, &e, &why), CW_ERROR_STRUCT);
    assert_int_equal(cw_explain(&unmade, 0, &e, &why), CW_ERROR_STRUCT);
    assert_int_equal(cw_explain(&plan, 3, &e, &why), CW_ERROR_ARGUMENT);
    assert_int_equal(why.status, CW_ERROR_ARGUMENT);
    assert_int_equal(cw_explain(&plan, UINT64_MAX, &e, NULL), CW_ERROR_ARGUMENT);
    spec.initializer = CW_ORTHOGONAL;
    spec.rank = 2;
    spec.shape[0] = spec.shape[1] = 3;
    const cw_plan matrix = plan_of(spec);
    assert_int_equal(cw_explain(&matrix, 0, &e, &why), CW_ERROR_UNSUPPORTED);
    assert_memory_equal(&e, &before, sizeof e);
    assert_int_equal(cw_explain(&plan, 0, NULL, &why), CW_ERROR_ARGUMENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(explains_every_real_dtype),
        cmocka_unit_test(explains_denormals),
        cmocka_unit_test(explains_integers),
        cmocka_unit_test(explains_large_tensors),
        cmocka_unit_test(steps_hang_together),
        cmocka_unit_test(trials_are_told),
        cmocka_unit_test(flush_is_shown),
        cmocka_unit_test(misuse_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
