/* SPDX-License-Identifier: Apache-2.0
 *
 * Every text that the CPU backend has for some kind of processor, by CW_CPU: random ranges of every kernel are the
 * definition's, at the sizes where lanes begin, go round and end, and where the counter's words wrap inside a range. What
 * this processor has not is printed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "counterweight/cpu.h"
#include "device.h"
#include "reference.h"

static const char *const words[] = {"avx512", "avx2", "portable"};
enum { WORDS = 3, RANGES = 40, MOST_GROUPS = 2600, MOST_BYTES = 16 * MOST_GROUPS, BEFORE = 64 };

static cw_status open_with(const char *word, cw_device **device, cw_error *why) {
    cw_cpu_options options = CW_CPU_OPTIONS_INIT;
    options.threads = 1;
    assert_int_equal(setenv("CW_CPU", word, 1), 0);
    const cw_status status = cw_cpu_open(&options, device, why);
    assert_int_equal(unsetenv("CW_CPU"), 0);
    return status;
}

/* -------------------------------------------------------------------------------------------------------- random */

static uint64_t state = 88172645463325252ull;

static uint64_t random64(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state * 2685821657736338717ull;
}

static uint64_t below(uint64_t n) { return (random64() >> 11) % n; }

/* Lengths in elements: few, about a vector or a step, about a tile, and several tiles. */
static uint64_t random_count(void) {
    static const uint64_t most[] = {12, 300, 1100, 4 * MOST_GROUPS};
    return 1 + below(most[below(4)]);
}

/* A counter that wraps, in some word, within a few thousand blocks of its start. */
static void random_counter(cwn_launch *l) {
    const uint64_t back = below(2) ? below(600) : below(300000);
    const uint32_t bits = 32 * (uint32_t)below(5);
    l->counter_low = bits == 0 ? random64() : bits == 32 ? (1ull << 32) - 1 - back : 0 - 1 - back;
    l->counter_high = bits <= 32 ? random64() : bits == 64 ? 7 : bits == 96 ? UINT32_MAX : UINT64_MAX;
    if (bits == 96) l->counter_high |= (uint64_t)below(9) << 32;
}

/* Scales as plans make them, and small ones with the flush. */
static void random_constants(cwn_launch *l) {
    const float scale = (float)below(1000) * 0.001f + 0.01f, shift = (float)below(3) - 1.0f;
    const double scale64 = scale, shift64 = shift;
    uint32_t bits;
    l->flush = l->type != CWN_FLOAT16 && (l->distribution == CWN_UNIFORM || l->distribution == CWN_NORMAL ||
                                          l->distribution == CWN_TRUNCATED_NORMAL) && below(4) == 0;
    if (l->type == CWN_FLOAT64) {
        const double tiny = scale64 * (l->flush ? 0x1p-1022 : 1.0), moved = l->flush ? 0.0 : shift64;
        memcpy(&l->scale, &tiny, sizeof tiny);
        memcpy(&l->shift, &moved, sizeof moved);
    } else {
        const float tiny = scale * (l->flush ? 0x1p-126f : 1.0f), moved = l->flush ? 0.0f : shift;
        memcpy(&bits, &tiny, sizeof bits);
        l->scale = bits;
        memcpy(&bits, &moved, sizeof bits);
        l->shift = bits;
    }
    if (l->distribution == CWN_INTEGER) l->scale = 1 + random64() % (below(2) ? 1000 : l->type == CWN_BITS64 ? UINT64_MAX : UINT32_MAX);
    if (l->distribution == CWN_INTEGER && l->type == CWN_BITS32) l->scale = 1 + (uint32_t)(l->scale - 1) % UINT32_MAX;
    if (l->distribution == CWN_CONSTANT || l->distribution == CWN_IDENTITY) l->scale = below(2) ? random64() : 0;
}

static cwn_launch random_launch(const cw_kernel_row *row) {
    cwn_launch l = {.distribution = row->distribution, .type = row->type, .key0 = (uint32_t)random64(), .key1 = (uint32_t)random64()};
    random_counter(&l);
    random_constants(&l);
    l.diagonal_step = 1 + below(50);
    l.inverse = cwn_inverse_of(l);
    l.diagonal_end = below(3) ? UINT64_MAX : below(20000);
    l.count = random_count();
    if (l.count * cwn_bytes_of(l.type) > MOST_BYTES) l.count = MOST_BYTES / cwn_bytes_of(l.type);
    const uint64_t far = l.distribution >= CWN_RADIUS ? 1u << 22 : below(2) ? 20000 : 1ull << 40;
    l.first = below(far);
    return l;
}

/* -------------------------------------------------------------------------------------------------------- ranges */

static unsigned char area[BEFORE + MOST_BYTES + 128], expected[MOST_BYTES];

static void check_range(cw_device *device, const char *word, const cwn_launch *l, const char *name) {
    const uint64_t size = cwn_bytes_of(l->type), bytes = l->count * size, offset = BEFORE + size * below(64 / size);
    const cw_destination to = cw_cpu_at(area + offset, bytes);
    memset(area, TEST_CANARY, sizeof area);
    assert_int_equal(device->ops->fill(device, l, &to, NULL), CW_OK);
    cw_reference_fill(l, l->first, l->count, expected);
    for (uint64_t i = 0; i < sizeof area; i++) {
        const unsigned char wanted = i < offset || i >= offset + bytes ? TEST_CANARY : expected[i - offset];
        if (area[i] != wanted)
            fail_msg("%s, %s, elements %llu + %llu, counter %llx %llx, flush %u: byte %lld of %llu is wrong", word, name,
                     (unsigned long long)l->first, (unsigned long long)l->count, (unsigned long long)l->counter_high,
                     (unsigned long long)l->counter_low, l->flush, (long long)(i - offset), (unsigned long long)bytes);
    }
}

/* stft takes its launch's other fields, and is not made in lanes: conformance.c has it. */
static void check_path(cw_device *device, const char *word) {
    for (int k = 0; k < CW_KERNELS && cw_kernels[k].kind == CW_RANGE; k++)
        for (int i = 0; i < RANGES && cw_kernels[k].distribution != CWN_STFT; i++) {
            const cwn_launch l = random_launch(&cw_kernels[k]);
            check_range(device, word, &l, cw_kernels[k].name);
        }
}

static void test_ranges(void **unused) {
    (void)unused;
    for (int w = 0; w < WORDS; w++) {
        cw_device *device;
        cw_error why;
        const cw_status status = open_with(words[w], &device, &why);
        if (status == CW_ERROR_UNSUPPORTED) {
            printf("without %s: %s\n", words[w], why.text);
            continue;
        }
        test_ok(status, &why);
        check_path(device, words[w]);
        cw_device_close(device);
    }
}

/* -------------------------------------------------------------------------------------------------------- choice */

static const char *driver_with(const char *word, cw_device_info *info) {
    setenv("CW_CPU", word, 1);
    cw_cpu_info(info);
    unsetenv("CW_CPU");
    return info->driver;
}

static void test_choice(void **unused) {
    cw_device *device = NULL;
    cw_device_info info, best;
    cw_error why = {CW_OK, 0, ""};
    (void)unused;
    assert_int_equal(open_with("sse9", &device, &why), CW_ERROR_ARGUMENT);
    assert_non_null(strstr(why.text, "CW_CPU"));
    assert_non_null(strstr(why.text, "sse9"));
    assert_null(device);
    driver_with("sse9", &info);
    assert_non_null(strstr(info.why_not, "sse9"));
    assert_non_null(strstr(driver_with("portable", &info), "portable")); /* every processor has it */
    assert_string_equal(info.why_not, "");
    driver_with("", &info);
    cw_cpu_info(&best);
    assert_string_equal(info.driver, best.driver);
    for (int w = WORDS; w-- > 0;) /* the best one is the first that can be opened */
        if (!open_with(words[w], &device, &why)) {
            cw_device_close(device);
            driver_with(words[w], &info);
        }
    assert_string_equal(info.driver, best.driver);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_choice), cmocka_unit_test(test_ranges)};
    unsetenv("CW_CPU");
    unsetenv("CW_CPU_FP64");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
