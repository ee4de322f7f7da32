/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "counterweight/cpu.h"
#ifdef CW_HAVE_OPENCL
#include "counterweight/opencl.h"
#endif
#ifdef CW_HAVE_CUDA
#include "counterweight/cuda.h"
#endif
#include "device.h"
#include "plan.h"

/* Whether the word asks for this backend: "cuda:1" is "cuda". */
static int is_of(const char *word, const char *backend) {
    const size_t n = strlen(backend);
    return !strncmp(word, backend, n) && (word[n] == 0 || word[n] == ':');
}

static cw_status open_opencl(const char *word, cw_device **device, cw_error *why) {
#ifdef CW_HAVE_OPENCL
    unsigned platform = 0, number = 0;
    if (sscanf(word, "opencl:%u.%u", &platform, &number) != 2 && strcmp(word, "opencl") != 0)
        return cw_fail(why, CW_ERROR_ARGUMENT, 0, "a device is opencl:P.D, not %s", word);
    return cw_opencl_open_index(platform, number, device, why);
#else
    (void)device;
    return cw_fail(why, CW_ERROR_UNSUPPORTED, 0, "%s: this build has no OpenCL backend", word);
#endif
}

static cw_status open_cuda(const char *word, cw_device **device, cw_error *why) {
#ifdef CW_HAVE_CUDA
    unsigned number = 0;
    if (sscanf(word, "cuda:%u", &number) != 1 && strcmp(word, "cuda") != 0)
        return cw_fail(why, CW_ERROR_ARGUMENT, 0, "a device is cuda:N, not %s", word);
    return cw_cuda_open_index(number, device, why);
#else
    (void)device;
    return cw_fail(why, CW_ERROR_UNSUPPORTED, 0, "%s: this build has no CUDA backend", word);
#endif
}

static cw_status open_word(const char *word, cw_device **device, cw_error *why) {
    if (!strcmp(word, "cpu")) return cw_cpu_open(NULL, device, why);
    if (is_of(word, "opencl")) return open_opencl(word, device, why);
    if (is_of(word, "cuda")) return open_cuda(word, device, why);
    return cw_fail(why, CW_ERROR_ARGUMENT, 0, "a device is cpu, opencl or cuda, not %s", word);
}

static int may_skip(const char *word, cw_status status) {
    const char *library = getenv("CW_CUDA_LIBRARY");
    if (is_of(word, "cpu")) return status == CW_ERROR_UNSUPPORTED; /* CW_CPU asks for more than this processor has */
    if (status == CW_ERROR_UNSUPPORTED) {
#ifndef CW_HAVE_OPENCL
        if (is_of(word, "opencl")) return 1;
#endif
#ifndef CW_HAVE_CUDA
        if (is_of(word, "cuda")) return 1;
#endif
    }
    return is_of(word, "cuda") && !(library && library[0]) &&
           (status == CW_ERROR_NO_RUNTIME || status == CW_ERROR_NO_DEVICE);
}

/* A log should say which device it is about. `opencl` and `cuda` are the first of theirs. */
static void print_name(const char *word) {
    cw_device_info list[16];
    size_t count = 0;
    cw_cpu_info(&list[0]);
    if (!strcmp(word, "cpu")) count = 1;
#ifdef CW_HAVE_OPENCL
    if (is_of(word, "opencl")) cw_opencl_devices(list, 16, &count, NULL);
#endif
#ifdef CW_HAVE_CUDA
    if (is_of(word, "cuda")) cw_cuda_devices(list, 16, &count, NULL);
#endif
    for (size_t i = 0; i < count && i < 16; i++)
        if (!strncmp(list[i].id, word, strlen(word))) {
            printf("%s: %s, %s\n", list[i].id, list[i].name, list[i].driver);
            return;
        }
}

cw_device *test_open(const char *word) {
    cw_device *device = NULL;
    cw_error why = {CW_OK, 0, ""};
    const cw_status status = open_word(word, &device, &why);
    if (!status) {
        print_name(word);
        return device;
    }
    const int skip = may_skip(word, status);
    printf("%s: %s\n", skip ? "SKIP" : "FAIL", why.text);
    exit(skip ? 77 : 1);
}

void test_ok(cw_status status, const cw_error *why) {
    if (status) fail_msg("%s: %s", cw_status_name(status), why ? why->text : "");
}

/* Address Sanitizer asks for these: an allocation that is too large fails, as without it. */
const char *__asan_default_options(void) __attribute__((visibility("default")));
const char *__asan_default_options(void) { return "allocator_may_return_null=1"; }

/* ------------------------------------------------------------------------------------------------------- areas */

test_area test_area_make(cw_device *device, uint64_t bytes) {
    test_area area = {.device = device, .host = malloc(bytes + 16 + 2 * TEST_MARGIN), .expected = malloc(bytes)};
    cw_error why = {CW_OK, 0, ""};
    assert_non_null(area.host);
    assert_non_null(area.expected);
    test_ok(cw_allocate(device, bytes + 16 + 2 * TEST_MARGIN, &area.memory, &why), &why);
    return area;
}

void test_area_free(test_area *area) {
    cw_release(area->device, &area->memory);
    free(area->host);
    free(area->expected);
}

/* What cmocka's functions, which take no argument of ours, make and free. */
static struct {
    cw_device *device;
    test_area *area;
    uint64_t bytes;
} run;

static int make_area(void **state) {
    (void)state;
    *run.area = test_area_make(run.device, run.bytes);
    return 0;
}

static int free_area(void **state) {
    (void)state;
    test_area_free(run.area);
    return 0;
}

/* cmocka's own macro wants an array. */
int test_run(const char *word, const struct CMUnitTest *tests, size_t count, cw_device **device, test_area *area,
             uint64_t bytes) {
    run.device = *device = test_open(word);
    run.area = area;
    run.bytes = bytes;
    const int failed = _cmocka_run_group_tests(word, tests, count, make_area, free_area);
    cw_device_close(*device);
    return failed;
}

cw_destination test_area_at(const test_area *area, uint64_t offset, uint64_t bytes) {
    cw_destination to = area->memory;
    to.offset += TEST_MARGIN + offset;
    to.bytes = bytes;
    return to;
}

void test_area_clean(test_area *area, uint64_t offset, uint64_t bytes) {
    const uint64_t all = TEST_MARGIN + offset + bytes + TEST_MARGIN;
    cw_error why = {CW_OK, 0, ""};
    memset(area->host, TEST_CANARY, all);
    test_ok(cw_write(area->device, &area->memory, area->host, all, &why), &why);
    memset(area->host, 0, all);
}

static void expect_canaries(const test_area *area, uint64_t from, uint64_t to) {
    for (uint64_t i = from; i < to; i++)
        if (area->host[i] != TEST_CANARY)
            fail_msg("byte %llu outside of the destination was written", (unsigned long long)i);
}

const void *test_area_read(test_area *area, uint64_t offset, uint64_t bytes) {
    const uint64_t begin = TEST_MARGIN + offset, end = begin + bytes;
    cw_error why = {CW_OK, 0, ""};
    test_ok(cw_read(area->device, &area->memory, area->host, end + TEST_MARGIN, &why), &why);
    expect_canaries(area, 0, begin);
    expect_canaries(area, end, end + TEST_MARGIN);
    return area->host + begin;
}

cwn_launch test_range_of(const cw_plan *plan, uint64_t first, uint64_t count) {
    cwn_launch range = ((const cw_decided *)(const void *)plan)->launch;
    range.first = first;
    range.count = count;
    return range;
}

const void *test_area_fill(test_area *area, const cwn_launch *range, uint64_t offset, cw_status wanted) {
    const uint64_t bytes = cwn_bytes_of(range->type) * range->count;
    const cw_destination to = test_area_at(area, offset, bytes);
    cw_error why = {CW_OK, 0, ""};
    test_area_clean(area, offset, bytes);
    const cw_status status = area->device->ops->fill(area->device, range, &to, &why);
    if (status != wanted) fail_msg("%s instead of %s: %s", cw_status_name(status), cw_status_name(wanted), why.text);
    return test_area_read(area, offset, bytes);
}

int test_is_matrix(cw_initializer initializer) {
    return initializer == CW_ORTHOGONAL ||
           (initializer >= CW_CONVOLUTION_DELTA_ORTHOGONAL && initializer <= CW_CONVOLUTION_ORTHOGONAL_3D);
}
