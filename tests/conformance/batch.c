/* SPDX-License-Identifier: Apache-2.0
 *
 * batch DEVICE: every kind of element in every kind of slice, in one batch, is written as the definition says, in the launches
 * that were told, and nothing around it. What is refused names the item and touches nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "device.h"
#include "drawn.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
enum { MOST_ITEMS = 400, ARENA = 8 << 20, GAP = 40, TILE = 2048 };

static cw_device *device;
static test_area area;
static cw_plan plans[MOST_ITEMS];
static cw_slice slices[MOST_ITEMS];
static cw_batch_item items[MOST_ITEMS];
static uint64_t places[MOST_ITEMS]; /* in the arena */
static uint64_t count, used;
static cw_error why;

/* ------------------------------------------------------------------------------------------------------------- items */

static void start(void) {
    count = used = 0;
    memset(area.expected, TEST_CANARY, ARENA);
}

/* NULL: the whole. Its place is `beyond` bytes from a multiple of `alignment`. */
static void add_at(const cw_spec *spec, const cw_slice *slice, uint64_t alignment, uint64_t beyond) {
    cw_extent extent;
    assert_true(count < MOST_ITEMS);
    test_ok(cw_plan_make(spec, &plans[count], &why), &why);
    if (slice) slices[count] = *slice;
    const cw_slice *its = slice ? &slices[count] : NULL;
    test_ok(cw_slice_measure(&plans[count], its, &extent, &why), &why);
    const uint64_t at = (used + GAP + count) / alignment * alignment + beyond;
    assert_true(at + extent.bytes + GAP < ARENA);
    test_ok(cw_reference_slice(&plans[count], its, area.expected + at, extent.bytes, &why), &why);
    items[count] = (cw_batch_item){&plans[count], its, test_area_at(&area, at, extent.bytes)};
    places[count] = at;
    used = at + extent.bytes;
    count++;
}

/* Aligned to its elements and to no more. */
static void add(const cw_spec *spec, const cw_slice *slice) {
    add_at(spec, slice, cw_dtype_size(slice && slice->store ? slice->store : spec->dtype), 0);
}

static cw_dtype smaller(cw_dtype dtype) {
    return dtype == CW_FLOAT32 ? CW_BFLOAT16 : dtype == CW_FLOAT64 ? CW_FLOAT32 : (cw_dtype)0;
}

static void add_wholes(drawn d) {
    static const uint64_t sizes[] = {0, 1, 3, 7, 1000, 4099};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        const cw_spec spec = spec_of(d, sizes[i]);
        add(&spec, NULL);
    }
}

static void add_slices(drawn d) {
    cw_spec spec = spec_of(d, 1000);
    const cw_slice range = cw_slice_range(5, 983);
    cw_slice part = CW_SLICE_INIT;
    add(&spec, &range);
    spec.rank = 2;
    spec.shape[0] = 37;
    spec.shape[1] = 29;
    cw_slice_axis(&part, 0, 2, 35);
    part.step[0] = 3;
    cw_slice_axis(&part, 1, 1, 28);
    add(&spec, &part);
    cw_slice_layout(&part, 2, (int8_t[]){1, 0});
    part.store = smaller(d.dtype);
    add(&spec, &part);
    cw_slice padded = CW_SLICE_INIT;
    padded.extent[0] = 40;
    add(&spec, &padded);
}

static void add_everything(void) {
    for (size_t i = 0; i < COUNT(each); i++) {
        add_wholes(each[i]);
        add_slices(each[i]);
    }
    add_wholes((drawn){CW_STFT, CW_FLOAT32});
    const cw_spec large = spec_of((drawn){CW_RANDOM_UNIFORM, CW_FLOAT32}, 300001);
    add(&large, NULL);
}

/* ------------------------------------------------------------------------------------------------------------- fills */

static cw_destination on(void) {
    cw_destination to = area.memory;
    to.memory = NULL;
    to.offset = to.bytes = 0;
    return to;
}

static void expect_written(void) {
    const unsigned char *found = test_area_read(&area, 0, used);
    for (uint64_t i = 0; i < used; i++)
        if (found[i] != area.expected[i]) fail_msg("byte %llu of %llu differs", (unsigned long long)i, (unsigned long long)used);
}

static void fill(const cw_batch *batch, const cw_destination *to) {
    const uint64_t launches = cw_device_launches(device);
    test_area_clean(&area, 0, used);
    test_ok(cw_batch_fill(batch, to, &why), &why);
    assert_int_equal(cw_device_launches(device) - launches, cw_batch_launches(batch));
    test_ok(cw_sync(device, to, &why), &why);
    expect_written();
}

static void test_one_launch_fills_everything(void **state) {
    cw_batch *batch = NULL;
    const cw_destination to = on();
    (void)state;
    start();
    add_everything();
    test_ok(cw_batch_make(device, items, count, &batch, &why), &why);
    memset(plans, 0, sizeof plans); /* they were copied */
    memset(slices, 0, sizeof slices);
    memset(items, 0, sizeof items);
    assert_int_equal(cw_batch_launches(batch), 1);
    assert_int_equal(cw_batch_scratch(batch), 0);
    fill(batch, &to);
    fill(batch, &to);
    cw_batch_free(batch);
}

/* Four and a half of CUDA's tiles and more, from element `first` of a tensor whose counter is 2^32 - before at element 0,
 * `beyond` bytes from a multiple of 16. */
static void add_long(drawn d, uint64_t before, uint64_t first, uint64_t beyond, double largest) {
    const uint64_t group = d.dtype == CW_FLOAT64 || d.dtype == CW_INT64 ? 2 : 4, elements = group * (9 * TILE / 2 + 77) + 1;
    const cw_slice range = cw_slice_range(first, elements);
    cw_spec spec = spec_of(d, first + elements);
    spec.philox.counter[0] = (uint32_t)(0 - before);
    if (largest != 0.0) {
        spec.argument[CW_MINVAL] = cw_real(0.0);
        spec.argument[CW_MAXVAL] = cw_real(largest);
    }
    add_at(&spec, first ? &range : NULL, 16, beyond);
}

/* Of the last many elements are denormal before they are flushed. */
static void fill_long(uint64_t before, uint64_t first, uint64_t beyond) {
    cw_batch *batch = NULL;
    const cw_destination to = on();
    start();
    for (size_t i = 0; i < COUNT(each); i++) add_long(each[i], before, first, beyond, 0.0);
    add_long((drawn){CW_RANDOM_UNIFORM, CW_FLOAT32}, before, first, beyond, 2e-38);
    test_ok(cw_batch_make(device, items, count, &batch, &why), &why);
    fill(batch, &to);
    cw_batch_free(batch);
}

static void test_tiles(void **state) {
    (void)state;
    fill_long(1u << 31, 0, 0);
    fill_long(3 * TILE + 5, 29, 0);
    fill_long(1u << 31, 30, 8);
}

/* Whole, and cut and transposed, beside what is elementwise. */
static void test_matrices_come_along(void **state) {
    cw_spec spec = spec_of((drawn){CW_ORTHOGONAL, CW_FLOAT32}, 20), other = spec_of((drawn){CW_RANDOM_NORMAL, CW_FLOAT32}, 100);
    cw_slice part = CW_SLICE_INIT;
    cw_batch *batch = NULL;
    cw_destination to = on(), scratch, small;
    (void)state;
    start();
    spec.rank = 2;
    spec.shape[1] = 8;
    cw_slice_axis(&part, 0, 3, 17);
    cw_slice_layout(&part, 2, (int8_t[]){1, 0});
    add(&spec, NULL);
    add(&other, NULL);
    add(&spec, &part);
    test_ok(cw_batch_make(device, items, count, &batch, &why), &why);
    assert_true(cw_batch_launches(batch) > 3);
    test_ok(cw_allocate(device, cw_batch_scratch(batch), &scratch, &why), &why);
    small = scratch;
    small.bytes--;
    cw_lend(&to, &small);
    assert_int_equal(cw_batch_fill(batch, &to, &why), CW_ERROR_DESTINATION);
    cw_lend(&to, &scratch);
    fill(batch, &to);
    cw_batch_free(batch);
    cw_release(device, &scratch);
}

/* In OpenCL each buffer is a launch. */
static void test_two_allocations(void **state) {
    const cw_spec spec = spec_of((drawn){CW_TRUNCATED_NORMAL, CW_FLOAT32}, 3001);
    cw_batch *batch = NULL;
    cw_destination second;
    const cw_destination to = on();
    float *found = malloc(3001 * sizeof *found);
    (void)state;
    start();
    add(&spec, NULL);
    add(&spec, NULL);
    add(&spec, NULL);
    test_ok(cw_allocate(device, 3001 * sizeof *found, &second, &why), &why);
    items[1].destination = second;
    memset(area.expected + places[1], TEST_CANARY, 3001 * sizeof *found);
    test_ok(cw_batch_make(device, items, count, &batch, &why), &why);
    assert_int_equal(cw_batch_launches(batch), second.backend == CW_BACKEND_OPENCL ? 2 : 1);
    fill(batch, &to);
    test_ok(cw_read(device, &second, found, 3001 * sizeof *found, &why), &why);
    test_ok(cw_verify(&plans[1], found, 3001 * sizeof *found, NULL, &why), &why);
    cw_batch_free(batch);
    cw_release(device, &second);
    free(found);
}

static void test_nothing_at_all(void **state) {
    const cw_destination to = on();
    cw_batch *batch = NULL;
    (void)state;
    test_ok(cw_batch_make(device, NULL, 0, &batch, &why), &why);
    assert_int_equal(cw_batch_launches(batch), 0);
    test_ok(cw_batch_fill(batch, &to, &why), &why);
    cw_batch_free(batch);
    cw_batch_free(NULL);
}

/* ----------------------------------------------------------------------------------------------------------- refusals */

static void expect_refusal(cw_status status, uint64_t item) {
    cw_batch *batch = NULL;
    char name[32];
    assert_int_equal(cw_batch_make(device, items, count, &batch, &why), status);
    assert_null(batch);
    snprintf(name, sizeof name, "item %llu of the batch", (unsigned long long)item);
    assert_non_null(strstr(why.text, name));
}

static void test_refusals_name_the_item(void **state) {
    const cw_spec spec = spec_of((drawn){CW_RANDOM_UNIFORM, CW_FLOAT32}, 100);
    cw_batch *batch = NULL;
    (void)state;
    start();
    add(&spec, NULL);
    add(&spec, NULL);
    const cw_batch_item good = items[1];
    test_area_clean(&area, 0, used);
    memset(area.expected, TEST_CANARY, used);
    items[1].destination.bytes--;
    expect_refusal(CW_ERROR_DESTINATION, 1);
    items[1] = good;
    items[1].destination.offset++;
    expect_refusal(CW_ERROR_DESTINATION, 1);
    items[1] = good;
    items[1].plan = NULL;
    expect_refusal(CW_ERROR_STRUCT, 1);
    items[1] = good;
    items[1].destination.backend = 77;
    expect_refusal(CW_ERROR_DESTINATION, 1);
    items[1] = good;
    slices[1] = (cw_slice)CW_SLICE_INIT;
    slices[1].start[5] = 1;
    items[1].slice = &slices[1];
    expect_refusal(CW_ERROR_ARGUMENT, 1);
    assert_int_equal(cw_batch_make(device, NULL, 1, &batch, &why), CW_ERROR_ARGUMENT);
    assert_int_equal(cw_batch_make(device, items, 1, NULL, &why), CW_ERROR_ARGUMENT);
    assert_int_equal(cw_batch_make(NULL, items, 1, &batch, &why), CW_ERROR_ARGUMENT);
    const cw_destination to = on();
    assert_int_equal(cw_batch_fill(NULL, &to, &why), CW_ERROR_ARGUMENT);
    test_ok(cw_batch_make(device, items, 1, &batch, &why), &why);
    assert_int_equal(cw_batch_fill(batch, NULL, &why), CW_ERROR_DESTINATION);
    cw_batch_free(batch);
    expect_written();
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_launch_fills_everything), cmocka_unit_test(test_tiles),
        cmocka_unit_test(test_matrices_come_along),         cmocka_unit_test(test_two_allocations),
        cmocka_unit_test(test_nothing_at_all),              cmocka_unit_test(test_refusals_name_the_item),
    };
    if (argc != 2) return fprintf(stderr, "usage: batch DEVICE\n"), 2;
    return TEST_RUN(argv[1], tests, &device, &area, ARENA);
}
