/* SPDX-License-Identifier: Apache-2.0
 *
 * conformance DEVICE [small|integers]: what a device writes is, bit for bit, what cw_reference defines, wherever a fill
 * begins and ends, and nothing around it is touched. One body for every backend; `small` leaves out all that takes more
 * than a thousand elements, for tools under which a device is thousands of times slower; with `integers` the device uses
 * no doubles, and refuses random float64 values.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "device.h"
#include "drawn.h"
#include "plan.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static cw_device *device;
static int is_small, has_no_doubles;
static test_area area;

/* ------------------------------------------------------------------------------------------------------- plans */

static uint64_t size_of(const cw_plan *plan) { return cw_dtype_size(cw_plan_spec(plan).dtype); }

static cw_plan plan_of(const cw_spec *spec) {
    cw_plan plan;
    cw_error why = {CW_OK, 0, ""};
    test_ok(cw_plan_make(spec, &plan, &why), &why);
    return plan;
}

static cw_plan simple_plan(drawn d, uint64_t elements) {
    const cw_spec spec = spec_of(d, elements);
    return plan_of(&spec);
}

/* A philox whose 128-bit counter is 2^bits - before; no key has anything special. */
static cw_philox philox_before(uint32_t bits, uint32_t before) {
    cw_philox p = {{0x89e74cef, 0x53939b05}, {0u - before, 0, 0, 0}};
    for (uint32_t word = 1; word < 4; word++) p.counter[word] = 32 * word < bits ? UINT32_MAX : 0;
    return p;
}

/* ------------------------------------------------------------------------------------------------------ checks */

/* `found` is elements first .. first + count of the plan. */
static void expect_elements(const cw_plan *plan, uint64_t first, uint64_t count, const void *found) {
    const cw_spec spec = cw_plan_spec(plan);
    cw_difference d;
    cw_error why = {CW_OK, 0, ""};
    test_ok(cw_reference(plan, first, count, area.expected, &why), &why);
    if (cw_compare(spec.dtype, area.expected, found, count, &d, &why))
        fail_msg("%s %s, %llu elements from %llu: %s", cw_dtype_name(spec.dtype), cw_initializer_name(spec.initializer),
                 (unsigned long long)count,
                 (unsigned long long)first, why.text);
}

/* What the device returns for a launch: without doubles, a refusal of all that would need them. */
static cw_status due(const cwn_launch *launch) {
    return has_no_doubles && cw_needs_fp64(launch->distribution, launch->type) && launch->count ? CW_ERROR_UNSUPPORTED : CW_OK;
}

static void expect_untouched(uint64_t bytes, const unsigned char *found) {
    for (uint64_t i = 0; i < bytes; i++) assert_int_equal(found[i], TEST_CANARY);
}

static void check_fill(const cw_plan *plan, uint64_t offset) {
    const uint64_t bytes = cw_plan_bytes(plan);
    const cw_status wanted = due(&((const cw_decided *)(const void *)plan)->launch);
    const cw_destination to = test_area_at(&area, offset, bytes);
    const uint64_t launches = cw_device_launches(device);
    cw_error why = {CW_OK, 0, ""};
    test_area_clean(&area, offset, bytes);
    assert_int_equal(cw_fill(device, plan, &to, &why), wanted);
    assert_int_equal(cw_device_launches(device), launches + (bytes != 0 && !wanted));
    const void *found = test_area_read(&area, offset, bytes);
    if (wanted) expect_untouched(bytes, found);
    else expect_elements(plan, 0, cw_plan_elements(plan), found);
}

/* Only elements first .. first + count: what a slice will ask of a backend. */
static void check_range(const cw_plan *plan, uint64_t first, uint64_t count, uint64_t offset) {
    const cwn_launch range = test_range_of(plan, first, count);
    const cw_status wanted = due(&range);
    const void *found = test_area_fill(&area, &range, offset, wanted);
    if (wanted) expect_untouched(size_of(plan) * count, found);
    else expect_elements(plan, first, count, found);
}

/* ------------------------------------------------------------------------------------------------------- sizes */

static void check_sizes(const drawn *list, size_t count, uint64_t from, uint64_t to) {
    for (size_t i = 0; i < count; i++)
        for (uint64_t n = from; n <= to && !test_is_matrix(list[i].initializer); n++) {
            const cw_plan plan = simple_plan(list[i], n);
            check_fill(&plan, n * size_of(&plan) % 16);
        }
}

static void test_every_initializer(void **state) {
    static const drawn all[] = {
#define CW_ROW(id, ...) {id, id == CW_UNIFORM_FULL_INT ? CW_INT32 : CW_FLOAT32},
        CW_INITIALIZER_TABLE(CW_ROW)
#undef CW_ROW
    };
    (void)state;
    if (is_small) check_sizes(all, COUNT(all), 13, 13);
    else check_sizes(all, COUNT(all), 0, 40);
}

static void test_small_sizes(void **state) {
    (void)state;
    check_sizes(each, COUNT(each), 0, is_small ? 9 : 40);
}

/* Around a work-group, the CPU's least task and its multiples, and a million. */
static void test_edges(void **state) {
    static const uint64_t edges[] = {256, 1024, 16384, 32768, 49152, 65536, 1000003};
    (void)state;
    for (size_t i = 0; i < (is_small ? 2 : COUNT(edges)); i++)
        check_sizes(each, edges[i] < 100000 ? COUNT(each) : FLOAT32S, edges[i] - 1, edges[i] + 1);
}

static void test_offsets(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(each); i++)
        for (uint64_t offset = 0; offset <= 16; offset += cw_dtype_size(each[i].dtype)) {
            const cw_plan plan = simple_plan(each[i], is_small ? 11 : 1026);
            check_fill(&plan, offset);
        }
}

/* More groups than OpenCL's work-items and an H100's threads: each takes several. */
static void test_grid_goes_round(void **state) {
    (void)state;
    if (is_small) skip();
    const cw_plan uniform = simple_plan(each[2], (1u << 24) + 5),
                  normal = simple_plan(each[3], (1u << 22) + 5);
    check_fill(&uniform, 4);
    check_fill(&normal, 8);
}

static void test_identity_shapes(void **state) {
    const uint64_t most = is_small ? 3 : 9;
    (void)state;
    for (uint64_t rows = 0; rows <= most; rows++)
        for (uint64_t columns = 0; columns <= most; columns++) {
            cw_spec spec = spec_of(each[1], 0);
            spec.shape[0] = rows;
            spec.shape[1] = columns;
            spec.argument[CW_GAIN] = cw_real(-1.5); /* and -0 elsewhere */
            const cw_plan plan = plan_of(&spec);
            check_fill(&plan, 4 * (columns % 4));
        }
}

/* ---------------------------------------------------------------------------------------------------- counters */

/* The counter passes 2^32, 2^64, 2^96 and 2^128 between two groups, and for truncated normals also between the 256
 * blocks of a group. */
static void test_counter_carries(void **state) {
    static const uint32_t before[] = {0, 1, 2, 3, 255, 256, 257, 512, 40 * 256 + 7};
    (void)state;
    for (size_t i = 2; i < COUNT(each); i++)
        for (uint32_t bits = 32; bits <= 128; bits += 32)
            for (size_t b = 0; b < (is_small ? 3 : COUNT(before)); b++) {
                cw_spec spec = spec_of(each[i], b < 3 ? 21 : 2801);
                spec.philox = philox_before(bits, before[b]);
                const cw_plan plan = plan_of(&spec);
                check_fill(&plan, 0);
            }
}

/* Group g of a tensor is group 0 of the one whose counter starts g blocks later, by the compiler's 128 bits. */
static void test_counter_is_a_128_bit_number(void **state) {
    (void)state;
    for (uint32_t bits = 32; bits <= 128; bits += 32) {
        cw_spec spec = spec_of(each[2], 4 * 9);
        spec.philox = philox_before(bits, 5);
        const cw_plan plan = plan_of(&spec);
        unsigned __int128 counter;
        memcpy(&counter, spec.philox.counter, sizeof counter);
        check_fill(&plan, 0);
        for (uint32_t g = 0; g < 9; g++, counter++) {
            float group[4];
            memcpy(spec.philox.counter, &counter, sizeof counter);
            const cw_plan later = plan_of(&spec);
            test_ok(cw_reference(&later, 0, 4, group, NULL), NULL);
            assert_memory_equal(group, area.host + TEST_MARGIN + 16 * g, sizeof group);
        }
    }
}

/* ------------------------------------------------------------------------------------------------------ ranges */

static void check_ranges(const cw_plan *plan, uint64_t first, uint64_t lasts) {
    const uint64_t most = is_small ? 3 : 9;
    for (uint64_t f = first; f < first + lasts; f++)
        for (uint64_t count = 1; count <= most; count++) check_range(plan, f, count, f * size_of(plan) % 16);
}

/* Beginning and ending inside a group. */
static void test_ranges(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(each); i++) {
        const cw_plan plan = simple_plan(each[i], 120000);
        check_ranges(&plan, 0, is_small ? 4 : i < FLOAT32S ? 9 : 5);
        if (is_small) continue;
        check_range(&plan, 3, 1022, size_of(&plan));
        check_range(&plan, 4, 1021, 2 * size_of(&plan));
        check_range(&plan, 1, 99998, 3 * size_of(&plan)); /* and cut over threads */
    }
}

/* Element numbers, group numbers and, for truncated normals, block numbers past 2^32: far into tensors that no memory
 * holds. The identity has an element of the diagonal in each of these ranges. */
static void test_far_ranges(void **state) {
    static const uint64_t far[] = {1ull << 32, 1ull << 34, 1ull << 42, 1ull << 56};
    (void)state;
    for (size_t i = 0; i < COUNT(each); i++)
        for (size_t f = 0; f < COUNT(far); f++) {
            cw_spec spec = spec_of(each[i], 2 * far[f]);
            if (each[i].initializer == CW_IDENTITY) {
                spec.shape[0] = far[f];
                spec.shape[1] = 2;
            }
            const cw_plan plan = plan_of(&spec);
            check_ranges(&plan, far[f] - 2, is_small ? 1 : i < FLOAT32S ? 6 : 2);
        }
}

static void test_far_diagonal(void **state) {
    (void)state;
    for (uint64_t row = (1u << 17) - 2; row < (1u << 17) + 2; row++) {
        cw_spec spec = spec_of(each[1], 0);
        spec.shape[0] = spec.shape[1] = 1u << 18;
        const cw_plan plan = plan_of(&spec);
        check_range(&plan, row * ((1u << 18) + 1) - 3, 7, 4);
        assert_int_equal(((const uint32_t *)(const void *)(area.host + TEST_MARGIN + 4))[3], 0x3f800000);
    }
}

/* Every window, side, scaling and dtype, whole and from inside: packets and groups begin where they do in the whole. */
static void test_filters(void **state) {
    (void)state;
    for (int window = CW_WINDOW_NONE; window <= CW_WINDOW_FLATTOP; window += is_small ? 5 : 1)
        for (cw_dtype dtype = CW_FLOAT32; dtype <= CW_BFLOAT16; dtype++) {
            cw_spec spec = spec_of((drawn){CW_STFT, dtype}, 2 * (uint64_t)(9 + window % 4));
            spec.shape[2] = (uint64_t)(5 + window % 3);
            spec.argument[CW_WINDOW] = cw_integer(window);
            spec.argument[CW_SIDE] = cw_integer(1 + window % 2);
            spec.argument[CW_SCALING] = cw_integer(1 + (window + (int)dtype) % 3);
            spec.argument[CW_PERIODIC] = cw_integer(window % 2);
            const cw_plan plan = plan_of(&spec);
            check_fill(&plan, size_of(&plan));
            for (uint64_t first = 0; first < 9; first += is_small ? 4 : 1) check_range(&plan, first, 31 - first, 8);
        }
}

/* Angles past what the quick reductions of sine and cosine take. */
static void test_long_filters(void **state) {
    (void)state;
    for (int side = CW_SIDE_REAL; side <= CW_SIDE_IMAG && !is_small; side++)
        for (cw_dtype dtype = CW_FLOAT32; dtype <= CW_BFLOAT16; dtype++) {
            cw_spec spec = spec_of((drawn){CW_STFT, dtype}, 2 * 9984);
            spec.shape[2] = 3;
            spec.argument[CW_SIDE] = cw_integer(side);
            const cw_plan plan = plan_of(&spec);
            check_fill(&plan, 0);
        }
}

/* -------------------------------------------------------------------------------------------------- denormals */

static uint64_t count_denormals(const float *x, uint64_t n, uint64_t *zeros) {
    uint64_t denormals = 0;
    for (uint64_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, x + i, sizeof bits);
        denormals += (bits & 0x7f800000u) == 0 && (bits & 0x7fffffffu) != 0;
        *zeros += (bits & 0x7fffffffu) == 0;
    }
    return denormals;
}

/* The products are denormal now and then, the sums always or never, and no denormal reaches memory. */
static void check_flush(cw_initializer initializer, cw_argument scale, double s, cw_argument shift, double m) {
    cw_spec spec = spec_of((drawn){initializer, CW_FLOAT32}, is_small ? 41 : 4001);
    uint64_t zeros = 0;
    spec.argument[scale] = cw_real(s);
    spec.argument[shift] = cw_real(m);
    const cw_plan plan = plan_of(&spec);
    check_fill(&plan, 4);
    assert_int_equal(count_denormals((const float *)(const void *)area.expected, cw_plan_elements(&plan), &zeros), 0);
    if (s != 0.0 && m == 0.0) assert_true(zeros > 0);
}

static void test_denormals_are_flushed(void **state) {
    static const double scale[] = {2e-38, 0x1p-126, 0x1.8p-126, -2e-38, 1e-38, 1e-45};
    static const double shift[] = {0.0, 1.2e-38, -1.2e-38, 0x1p-126, -0x1p-126, 1e-40};
    (void)state;
    for (size_t s = 0; s < COUNT(scale); s++)
        for (size_t m = 0; m < COUNT(shift); m++) {
            check_flush(CW_RANDOM_NORMAL, CW_STDDEV, scale[s], CW_MEAN, shift[m]);
            check_flush(CW_TRUNCATED_NORMAL, CW_STDDEV, scale[s], CW_MEAN, shift[m]);
            check_flush(CW_RANDOM_UNIFORM, CW_MAXVAL, shift[m] + scale[s], CW_MINVAL, shift[m]);
        }
}

static void check_moments(drawn d, double stddev, double mean) {
    cw_spec spec = spec_of(d, is_small ? 41 : 4001);
    spec.argument[CW_STDDEV] = cw_real(stddev);
    spec.argument[CW_MEAN] = cw_real(mean);
    const cw_plan plan = plan_of(&spec);
    check_fill(&plan, 0);
}

/* The largest scale that asks for the flush, the least that does not, and a shift that the scale vanishes in. */
static void test_scales_around_the_flush(void **state) {
    static const double scale[] = {0x1p-60, 0x1.fffffep-61, 1e-30, 1.0, 3e38};
    static const double scale64[] = {0x1p-500, 0x1.fffffep-501, 0x1p-1022, 4e-308, 1e300};
    (void)state;
    for (size_t i = 0; i < COUNT(each); i++)
        for (size_t s = 0; s < COUNT(scale); s++) {
            const double *list = each[i].dtype == CW_FLOAT64 ? scale64 : scale;
            if (!cw_initializer_takes(each[i].initializer, CW_STDDEV) || each[i].dtype == CW_FLOAT16) continue;
            check_moments(each[i], list[s], 1.0);
            check_moments(each[i], list[s], 0.0);
        }
}

/* -------------------------------------------------------------------------------------------------------- timer */

static double wall(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* What share of the wall clock's time the device says that a fill took. */
static double timed_share(const cw_plan *plan, const cw_destination *to) {
    cw_error why;
    double seconds = -1;
    const double start = wall();
    test_ok(cw_timer_start(device, to, &why), &why);
    test_ok(cw_fill(device, plan, to, &why), &why);
    test_ok(cw_timer_stop(device, to, &seconds, &why), &why);
    assert_true(seconds > 0);
    return seconds / (wall() - start);
}

/* Never more than all of it, and most of it at least once, for other programs may come between the clocks. */
static void test_timer(void **state) {
    const uint64_t n = is_small ? 1000 : 1u << 20;
    const cw_plan plan = simple_plan(each[4], n);
    const cw_destination to = test_area_at(&area, 0, 4 * n);
    double most = 0;
    (void)state;
    for (int i = 0; i < 100 && most <= 0.5; i++) {
        const double share = timed_share(&plan, &to);
        assert_true(share < 1.01);
        if (share > most) most = share;
    }
    assert_true(most > 0.5);
}

/* --------------------------------------------------------------------------------------------- order and digest */

/* Two fills on one queue, the second over the middle of the first, without a wait between them. */
static void test_fills_run_in_order(void **state) {
    const uint64_t n = is_small ? 101 : 300001, from = n / 3, count = n / 3;
    const cw_plan first = simple_plan(each[4], n), second = simple_plan(each[0], count);
    const cw_destination all = test_area_at(&area, 0, 4 * n), middle = test_area_at(&area, 4 * from, 4 * count);
    cw_error why = {CW_OK, 0, ""};
    (void)state;
    test_area_clean(&area, 0, 4 * n);
    test_ok(cw_fill(device, &first, &all, &why), &why);
    test_ok(cw_fill(device, &second, &middle, &why), &why);
    test_ok(cw_sync(device, &all, &why), &why);
    const float *found = test_area_read(&area, 0, 4 * n);
    expect_elements(&first, 0, from, found);
    expect_elements(&second, 0, count, found + from);
    expect_elements(&first, from + count, n - from - count, found + from + count);
}

static void test_digests_are_equal(void **state) {
    const uint64_t n = is_small ? 101 : 100003;
    (void)state;
    for (size_t i = 0; i < COUNT(each); i++) {
        const cw_plan plan = simple_plan(each[i], n);
        const cw_spec spec = cw_plan_spec(&plan);
        cw_sums sums = {{0, 0}}, digest;
        check_fill(&plan, 8);
        if (due(&((const cw_decided *)(const void *)&plan)->launch)) continue;
        test_ok(cw_digest_add(&sums, spec.dtype, area.host + TEST_MARGIN + 8, 0, n), NULL);
        sums = cw_digest_finish(sums, spec.dtype, spec.rank, spec.shape);
        test_ok(cw_digest(&plan, &digest, NULL), NULL);
        assert_memory_equal(&sums, &digest, sizeof sums);
    }
}

/* -------------------------------------------------------------------------------------------------------- main */

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_initializer),
        cmocka_unit_test(test_small_sizes),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_offsets),
        cmocka_unit_test(test_grid_goes_round),
        cmocka_unit_test(test_identity_shapes),
        cmocka_unit_test(test_counter_carries),
        cmocka_unit_test(test_counter_is_a_128_bit_number),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_far_ranges),
        cmocka_unit_test(test_far_diagonal),
        cmocka_unit_test(test_filters),
        cmocka_unit_test(test_long_filters),
        cmocka_unit_test(test_denormals_are_flushed),
        cmocka_unit_test(test_scales_around_the_flush),
        cmocka_unit_test(test_timer),
        cmocka_unit_test(test_fills_run_in_order),
        cmocka_unit_test(test_digests_are_equal),
    };
    is_small = argc == 3 && !strcmp(argv[2], "small");
    has_no_doubles = argc == 3 && !strcmp(argv[2], "integers");
    if (argc != 2 && !is_small && !has_no_doubles)
        return fprintf(stderr, "usage: conformance DEVICE [small|integers]\n"), 2;
    return TEST_RUN(argv[1], tests, &device, &area, is_small ? 8192 : 4ull * ((1u << 24) + 5));
}
