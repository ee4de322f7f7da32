/* SPDX-License-Identifier: Apache-2.0
 *
 * proof DEVICE: the radius, sine and cosine of all 2^23 inputs, computed by the device's own kernels, have the digests
 * of glibc 2.36's results. exhaustive.c, on Debian 12, printed them: the sums of cw_digest_add over the results of
 * logf with sqrtf, of sinf and of cosf, with nothing of this library's arithmetic in them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "counterweight/cpu.h"
#include "device.h"

static const cw_sums glibc_2_36[] = {
    [CW_PROOF_RADIUS] = {{0x2339c6ed317b19ad, 0x60a169bd7060e581}},
    [CW_PROOF_SINE] = {{0xc6a9d12141e40a63, 0xeffa78582a9f4bdb}},
    [CW_PROOF_COSINE] = {{0x5d0c0159e51e9a35, 0x98a2ae7b2b7880eb}},
};
enum { BYTES = 4 * CW_PROOF_INPUTS };

static cw_device *device;
static test_area area;

/* Where the device leaves the CPU, for the message. */
static void fail_with_first(cw_proof proof, const void *found) {
    cw_device *cpu = NULL;
    cw_error why = {CW_OK, 0, "the same as on the CPU"};
    void *expected = malloc(BYTES);
    assert_non_null(expected);
    test_ok(cw_cpu_open(NULL, &cpu, NULL), NULL);
    const cw_destination to = cw_cpu_at(expected, BYTES);
    test_ok(cw_fill_proof(cpu, proof, &to, NULL), NULL);
    cw_compare(CW_FLOAT32, expected, found, CW_PROOF_INPUTS, NULL, &why);
    fail_msg("proof %d is not glibc's: %s", (int)proof, why.text);
}

static void prove(cw_proof proof) {
    const cw_destination to = test_area_at(&area, 0, BYTES);
    const uint64_t launches = cw_device_launches(device);
    cw_error why = {CW_OK, 0, ""};
    cw_sums sums = {{0, 0}};
    test_area_clean(&area, 0, BYTES);
    test_ok(cw_fill_proof(device, proof, &to, &why), &why);
    assert_int_equal(cw_device_launches(device), launches + 1);
    const void *found = test_area_read(&area, 0, BYTES);
    cw_digest_add(&sums, CW_FLOAT32, found, 0, CW_PROOF_INPUTS);
    if (memcmp(&sums, &glibc_2_36[proof], sizeof sums) != 0) fail_with_first(proof, found);
}

static void test_radius(void **state) { (void)state, prove(CW_PROOF_RADIUS); }
static void test_sine(void **state) { (void)state, prove(CW_PROOF_SINE); }
static void test_cosine(void **state) { (void)state, prove(CW_PROOF_COSINE); }

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_radius),
        cmocka_unit_test(test_sine),
        cmocka_unit_test(test_cosine),
    };
    if (argc != 2) return fprintf(stderr, "usage: proof DEVICE\n"), 2;
    return TEST_RUN(argv[1], tests, &device, &area, BYTES);
}
