/* SPDX-License-Identifier: Apache-2.0
 *
 * For test programs that take a device as their argument: opening it, and memory on it between canaries.
 */
#ifndef CW_TESTS_DEVICE_H
#define CW_TESTS_DEVICE_H

#include "backend.h"

/* Opens `cpu`, `opencl[:P.D]` or `cuda[:N]`. Ends the program where it cannot: with 77, which CTest shows as skipped,
 * where this build lacks the backend or the machine has no CUDA; else with 1, for the CPU and OpenCL are everywhere
 * that setup.sh ran, and a library that CW_CUDA_LIBRARY names is meant to work. */
cw_device *test_open(const char *word);

#define TEST_CANARY 0xca
#define TEST_MARGIN 256u /* bytes of canaries before and after what a test writes */

/* Memory on a device, a copy of it on the host, and room for the bytes that a test expects there. */
typedef struct test_area {
    cw_device *device;
    cw_destination memory;
    unsigned char *host, *expected;
} test_area;

/* Room for `bytes` bytes, 16 more for an offset and both margins. Fails the test if there is none. */
test_area test_area_make(cw_device *device, uint64_t bytes);
void test_area_free(test_area *area);

/* `bytes` bytes, `offset` bytes after the first margin. */
cw_destination test_area_at(const test_area *area, uint64_t offset, uint64_t bytes);

/* Canaries over all that a fill at this place could touch; afterwards: the host's copy of it, and the elements there.
 * Fails the test if a canary around the `bytes` bytes has changed. */
void test_area_clean(test_area *area, uint64_t offset, uint64_t bytes);
const void *test_area_read(test_area *area, uint64_t offset, uint64_t bytes);

/* Elements first .. first + count of a plan. */
cwn_launch test_range_of(const cw_plan *plan, uint64_t first, uint64_t count);

/* Has the device fill that range, between canaries, and reads it. Fails the test unless the fill returns `wanted`. */
const void *test_area_fill(test_area *area, const cwn_launch *range, uint64_t offset, cw_status wanted);

/* Runs the tests of a program on the device that the word names, with one area of that size, and returns how many failed: both
 * are there while a test runs. */
struct CMUnitTest;
int test_run(const char *word, const struct CMUnitTest *tests, size_t count, cw_device **device, test_area *area,
             uint64_t bytes);
#define TEST_RUN(word, tests, device, area, bytes) \
    test_run(word, tests, sizeof(tests) / sizeof *(tests), device, area, bytes)

/* Whether an initializer needs scratch memory: tests/orthogonal has those. */
int test_is_matrix(cw_initializer initializer);

/* Fails the test unless the status is CW_OK. */
void test_ok(cw_status status, const cw_error *why);

#endif
