/* SPDX-License-Identifier: Apache-2.0
 *
 * Which of two arrays is to blame where the plan is known: the one that is not as planned, whichever comes first. Two
 * devices, neither of which need be right, cannot be made to err from outside.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cause.h"

enum { COUNT = 640 };

static cw_entry entry_of(int64_t seed) {
    static char name[] = "kernel";
    cw_entry entry = {.name = name};
    const cw_spec spec = CW_SPEC_INIT;
    entry.fields.spec = spec;
    entry.fields.spec.rank = 1;
    entry.fields.spec.shape[0] = COUNT;
    entry.fields.spec.philox = cw_philox_keras(seed, 0);
    entry.fields.seed_rule = "keras";
    entry.fields.seed_count = 1;
    assert_int_equal(cw_plan_make(&entry.fields.spec, &entry.plan, NULL), CW_OK);
    entry.slice = (cw_slice)CW_SLICE_INIT;
    cw_slice_axis(&entry.slice, 0, 0, COUNT);
    entry.whole = true;
    return entry;
}

static cw_cause cause_of(const cw_entry *entry, const float *expected, const float *found) {
    cw_tensor t = {.dtype = CW_FLOAT32, .rank = 1, .shape = {COUNT}, .bytes = COUNT * sizeof(float)};
    cw_evidence e = {.tensor = &t, .expected = expected, .found = found, .entry = entry};
    assert_int_equal(cw_compare(CW_FLOAT32, expected, found, COUNT, &e.difference, NULL), CW_DIFFERS);
    return cw_cause_of(&e);
}

static void check(const cw_entry *entry, const float *a, const float *b, const char *name, const char *words) {
    const cw_cause cause = cause_of(entry, a, b);
    assert_string_equal(cause.name, name);
    if (!strstr(cause.text, words)) fail_msg("\"%s\" lacks \"%s\"", cause.text, words);
}

static void the_one_that_is_not_as_planned(void **state) {
    const cw_entry planned = entry_of(0), other = entry_of(5);
    float right[COUNT], wrong[COUNT], cut[COUNT];
    (void)state;
    assert_int_equal(cw_reference(&planned.plan, 0, COUNT, right, NULL), CW_OK);
    assert_int_equal(cw_reference(&other.plan, 0, COUNT, wrong, NULL), CW_OK);
    memcpy(cut, right, sizeof cut);
    memset(&cut[300], 0, sizeof cut - 300 * sizeof *cut);
    check(&planned, right, wrong, "seed", "the second has the values of the seed 5");
    check(&planned, wrong, right, "seed", "the first has the values of the seed 5");
    check(&planned, right, cut, "cut", "the second ends at element 300");
    check(&planned, cut, right, "cut", "the first ends at element 300");
    check(NULL, right, wrong, "values", "the second");
    check(&other, right, cut, "cut", "the second ends at element 300"); /* neither is as planned */
    check(&other, cut, right, "cut", "the first ends at element 300");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_one_that_is_not_as_planned)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
