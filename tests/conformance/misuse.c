/* SPDX-License-Identifier: Apache-2.0
 *
 * misuse DEVICE: every public function, called wrongly. The documented status comes back, with and without a cw_error,
 * nothing is written, and the device still works afterwards.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
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

enum { ELEMENTS = 1003, BYTES = 4 * ELEMENTS };

static cw_device *device;
static test_area area;
static cw_destination good;
static cw_plan plan;
static cw_slice part = CW_SLICE_INIT; /* all of it */
static cw_error why;

/* The status is this one, `why` tells a person something on one line, and is empty again. */
static void refused(cw_status found, cw_status expected) {
    assert_string_equal(cw_status_name(found), cw_status_name(expected));
    assert_int_equal(why.status, expected);
    assert_true(strlen(why.text) > 0);
    assert_null(strchr(why.text, '\n'));
    memset(&why, 0, sizeof why);
}

static void refuse_fill(const cw_plan *p, const cw_destination *to, cw_status expected) {
    refused(cw_fill(device, p, to, &why), expected);
    assert_int_equal(cw_fill(device, p, to, NULL), expected);
    refused(cw_fill_slice(device, p, &part, to, &why), expected);
    assert_int_equal(cw_fill_slice(device, p, NULL, to, NULL), expected);
}

static void refuse_proof(cw_proof proof, const cw_destination *to, cw_status expected) {
    refused(cw_fill_proof(device, proof, to, &why), expected);
    assert_int_equal(cw_fill_proof(device, proof, to, NULL), expected);
}

/* A destination that no call takes. */
static void refuse_everywhere(const cw_destination *to, cw_status expected) {
    unsigned char host[4] = {1, 2, 3, 4};
    refuse_fill(&plan, to, expected);
    refuse_proof(CW_PROOF_SINE, to, expected);
    refused(cw_write(device, to, host, sizeof host, &why), expected);
    assert_int_equal(cw_write(device, to, host, sizeof host, NULL), expected);
    refused(cw_read(device, to, host, sizeof host, &why), expected);
    assert_int_equal(cw_read(device, to, host, sizeof host, NULL), expected);
    assert_memory_equal(host, "\1\2\3\4", 4);
}

/* What needs a queue and no memory. */
static void refuse_queue(const cw_destination *on, cw_status expected) {
    double seconds = -1;
    refused(cw_sync(device, on, &why), expected);
    assert_int_equal(cw_sync(device, on, NULL), expected);
    refused(cw_timer_start(device, on, &why), expected);
    assert_int_equal(cw_timer_start(device, on, NULL), expected);
    refused(cw_timer_stop(device, on, &seconds, &why), expected);
    assert_int_equal(cw_timer_stop(device, on, NULL, NULL), expected);
    assert_true(seconds == -1);
}

/* -------------------------------------------------------------------------------------------------- before, after */

static int prepare(void **state) {
    (void)state;
    memset(&why, 0, sizeof why);
    test_area_clean(&area, 4, BYTES);
    good = test_area_at(&area, 4, BYTES);
    return 0;
}

/* Nothing was written; then a good fill is, and leaves the error alone. */
static int still_works(void **state) {
    cw_error untouched;
    (void)state;
    const unsigned char *bytes = test_area_read(&area, 4, BYTES);
    for (int i = 0; i < BYTES; i++) assert_int_equal(bytes[i], TEST_CANARY);
    memset(&why, TEST_CANARY, sizeof why);
    untouched = why;
    good = test_area_at(&area, 4, BYTES);
    assert_int_equal(cw_fill(device, &plan, &good, &why), CW_OK);
    assert_int_equal(cw_sync(device, &good, &why), CW_OK);
    assert_int_equal(cw_verify(&plan, test_area_read(&area, 4, BYTES), BYTES, NULL, &why), CW_OK);
    assert_memory_equal(&why, &untouched, sizeof why);
    return 0;
}

/* ------------------------------------------------------------------------------------------------------ devices */

static void test_no_device(void **state) {
    cw_destination to = good;
    unsigned char host[4];
    double seconds;
    (void)state;
    refused(cw_fill(NULL, &plan, &good, &why), CW_ERROR_ARGUMENT);
    refused(cw_fill_slice(NULL, &plan, &part, &good, &why), CW_ERROR_ARGUMENT);
    refused(cw_fill_slice(NULL, &plan, NULL, &good, &why), CW_ERROR_ARGUMENT);
    refused(cw_fill_proof(NULL, CW_PROOF_SINE, &good, &why), CW_ERROR_ARGUMENT);
    refused(cw_sync(NULL, &good, &why), CW_ERROR_ARGUMENT);
    refused(cw_timer_start(NULL, &good, &why), CW_ERROR_ARGUMENT);
    refused(cw_timer_stop(NULL, &good, &seconds, &why), CW_ERROR_ARGUMENT);
    refused(cw_allocate(NULL, 4, &to, &why), CW_ERROR_ARGUMENT);
    refused(cw_write(NULL, &good, host, 4, &why), CW_ERROR_ARGUMENT);
    refused(cw_read(NULL, &good, host, 4, &why), CW_ERROR_ARGUMENT);
    cw_release(NULL, &to);
    assert_memory_equal(&to, &good, sizeof to);
    cw_device_close(NULL);
    assert_int_equal(cw_device_launches(NULL), 0);
}

static void test_opening_the_cpu(void **state) {
    cw_cpu_options options = CW_CPU_OPTIONS_INIT;
    cw_device *opened = NULL;
    (void)state;
    refused(cw_cpu_open(NULL, NULL, &why), CW_ERROR_ARGUMENT);
    options.threads = UINT32_MAX;
    refused(cw_cpu_open(&options, &opened, &why), CW_ERROR_ARGUMENT);
    options.threads = 1;
    options.struct_size--;
    refused(cw_cpu_open(&options, &opened, &why), CW_ERROR_STRUCT);
    assert_int_equal(cw_cpu_open(&options, &opened, NULL), CW_ERROR_STRUCT);
    cw_cpu_info(NULL);
    assert_null(opened);
}

static void test_opening_opencl(void **state) {
    (void)state;
#ifdef CW_HAVE_OPENCL
    cw_device *opened = NULL;
    size_t count = 77;
    refused(cw_opencl_open(NULL, NULL, &opened, &why), CW_ERROR_ARGUMENT);
    refused(cw_opencl_open_index(0, 0, NULL, &why), CW_ERROR_ARGUMENT);
    refused(cw_opencl_open_index(63, 0, &opened, &why), CW_ERROR_NO_DEVICE);
    refused(cw_opencl_open_index(UINT32_MAX, 0, &opened, &why), CW_ERROR_NO_DEVICE);
    refused(cw_opencl_open_index(0, UINT32_MAX, &opened, &why), CW_ERROR_NO_DEVICE);
    assert_int_equal(cw_opencl_open_index(0, UINT32_MAX, &opened, NULL), CW_ERROR_NO_DEVICE);
    refused(cw_opencl_devices(NULL, 1, &count, &why), CW_ERROR_ARGUMENT);
    refused(cw_opencl_devices(NULL, 0, NULL, &why), CW_ERROR_ARGUMENT);
    assert_int_equal(count, 77);
    assert_null(opened);
#else
    skip();
#endif
}

/* On any machine: with a driver there is no such device, without one there is no runtime, and both leave all as is. */
static void test_opening_cuda(void **state) {
    (void)state;
#ifdef CW_HAVE_CUDA
    cw_device *opened = NULL;
    size_t count = 77;
    refused(cw_cuda_open(NULL, &opened, &why), CW_ERROR_ARGUMENT);
    refused(cw_cuda_open_index(0, NULL, &why), CW_ERROR_ARGUMENT);
    refused(cw_cuda_devices(NULL, 1, &count, &why), CW_ERROR_ARGUMENT);
    refused(cw_cuda_devices(NULL, 0, NULL, &why), CW_ERROR_ARGUMENT);
    const cw_status runtime = cw_cuda_devices(NULL, 0, &count, NULL);
    refused(cw_cuda_open_index(UINT32_MAX, &opened, &why), runtime ? runtime : CW_ERROR_NO_DEVICE);
    if (runtime) assert_int_equal(count, 77);
    assert_null(opened);
#else
    skip();
#endif
}

/* ------------------------------------------------------------------------------------------------- destinations */

static void test_no_destination(void **state) {
    (void)state;
    refuse_everywhere(NULL, CW_ERROR_DESTINATION);
    refuse_queue(NULL, CW_ERROR_DESTINATION);
    refused(cw_allocate(device, 4, NULL, &why), CW_ERROR_DESTINATION);
    cw_release(device, NULL);
}

static void test_destination_of_another_version(void **state) {
    (void)state;
    for (uint32_t size = 0; size <= 2 * sizeof good; size += 4) {
        if (size == sizeof good) continue;
        good.struct_size = size;
        refuse_everywhere(&good, CW_ERROR_STRUCT);
        refuse_queue(&good, CW_ERROR_STRUCT);
    }
}

static void test_destination_of_another_backend(void **state) {
    const uint32_t own = good.backend;
    (void)state;
    for (uint32_t backend = 0; backend <= 4; backend++) {
        if (backend == own) continue;
        good.backend = backend;
        refuse_everywhere(&good, CW_ERROR_DESTINATION);
        refuse_queue(&good, CW_ERROR_DESTINATION);
        cw_release(device, &good); /* not ours to release */
    }
}

static void test_destination_without_memory(void **state) {
    (void)state;
    good.memory = NULL;
    good.offset = 0;
    refuse_everywhere(&good, CW_ERROR_DESTINATION);
}

static void test_destination_too_small(void **state) {
    (void)state;
    static const uint64_t sizes[] = {0, 1, 4, BYTES - 4, BYTES - 1};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        good.bytes = sizes[i];
        refuse_fill(&plan, &good, CW_ERROR_DESTINATION);
        refuse_proof(CW_PROOF_COSINE, &good, CW_ERROR_DESTINATION);
    }
    good.bytes = 3;
    refused(cw_write(device, &good, "1234", 4, &why), CW_ERROR_DESTINATION);
}

static void test_destination_misaligned(void **state) {
    const uint64_t offset = good.offset;
    (void)state;
    for (uint64_t by = 1; by < 4; by++) {
        good.offset = offset + by;
        refuse_fill(&plan, &good, CW_ERROR_DESTINATION);
        good.bytes = 4ull * CW_PROOF_INPUTS;
        refuse_proof(CW_PROOF_RADIUS, &good, CW_ERROR_DESTINATION);
        good.bytes = BYTES;
    }
}

static void test_copies_without_host_memory(void **state) {
    (void)state;
    refused(cw_write(device, &good, NULL, 4, &why), CW_ERROR_DESTINATION);
    refused(cw_read(device, &good, NULL, 4, &why), CW_ERROR_DESTINATION);
    assert_int_equal(cw_write(device, &good, NULL, 0, &why), CW_OK); /* nothing is needed for nothing */
    assert_int_equal(cw_read(device, &good, NULL, 0, &why), CW_OK);
}

static void test_timer_that_was_not_started(void **state) {
    double seconds = -1;
    (void)state;
    refused(cw_timer_stop(device, &good, &seconds, &why), CW_ERROR_ARGUMENT);
    test_ok(cw_timer_start(device, &good, &why), &why);
    refused(cw_timer_stop(device, &good, NULL, &why), CW_ERROR_ARGUMENT);
    test_ok(cw_timer_start(device, &good, &why), &why); /* once more */
    assert_true(seconds == -1);
    test_ok(cw_timer_stop(device, &good, &seconds, &why), &why);
    assert_true(seconds >= 0);
    refused(cw_timer_stop(device, &good, &seconds, &why), CW_ERROR_ARGUMENT);
}

static void test_allocation_too_large(void **state) {
    const cw_destination untouched = good;
    (void)state;
    refused(cw_allocate(device, 1ull << 62, &good, &why), CW_ERROR_MEMORY);
    refused(cw_allocate(device, UINT64_MAX, &good, &why), CW_ERROR_MEMORY);
    assert_int_equal(cw_allocate(device, 1ull << 62, &good, NULL), CW_ERROR_MEMORY);
    assert_memory_equal(&good, &untouched, sizeof good);
}

/* ------------------------------------------------------------------------------------------- plans and proofs */

/* By every function that takes one, none of which writes anything. */
static void refuse_slice_of(const cw_plan *p, const cw_slice *slice, cw_status expected) {
    cw_difference d = {1, 2, 3, 4, 5};
    cw_sums sums = {{6, 7}};
    float x[4] = {0};
    cw_extent extent, untouched;
    memset(&extent, TEST_CANARY, sizeof extent);
    untouched = extent;
    refused(cw_slice_measure(p, slice, &extent, &why), expected);
    refused(cw_fill_slice(device, p, slice, &good, &why), expected);
    refused(cw_verify_slice(p, slice, x, sizeof x, &d, &why), expected);
    refused(cw_reference_slice(p, slice, x, sizeof x, &why), expected);
    refused(cw_digest_slice(&sums, p, slice, &why), expected);
    refused(cw_digest_add_slice(&sums, p, slice, x, sizeof x, &why), expected);
    assert_int_equal(cw_slice_measure(p, slice, &extent, NULL), expected);
    assert_int_equal(cw_fill_slice(device, p, slice, &good, NULL), expected);
    assert_int_equal(cw_verify_slice(p, slice, x, sizeof x, NULL, NULL), expected);
    assert_int_equal(cw_reference_slice(p, slice, x, sizeof x, NULL), expected);
    assert_int_equal(cw_digest_slice(&sums, p, slice, NULL), expected);
    assert_memory_equal(&extent, &untouched, sizeof extent);
    assert_int_equal(d.worst + sums.word[1], 11);
    assert_true(x[0] == 0.0f && x[3] == 0.0f);
}

static void refuse_slice(const cw_slice *slice, cw_status expected) { refuse_slice_of(&plan, slice, expected); }

static void refuse_plan(const cw_plan *p) {
    cw_difference d = {1, 2, 3, 4, 5};
    cw_sums sums = {{6, 7}};
    char text[8] = "as it is";
    float x[4] = {0};
    refuse_fill(p, &good, CW_ERROR_STRUCT);
    refused(cw_verify(p, x, sizeof x, &d, &why), CW_ERROR_STRUCT);
    refused(cw_reference(p, 0, 1, x, &why), CW_ERROR_STRUCT);
    refused(cw_digest(p, &sums, &why), CW_ERROR_STRUCT);
    refuse_slice_of(p, &part, CW_ERROR_STRUCT);
    assert_int_equal(cw_plan_describe(p, text, sizeof text, NULL), CW_ERROR_STRUCT);
    assert_int_equal(cw_plan_is_made(p), 0);
    assert_memory_equal(text, "as it is", 8);
    assert_int_equal(d.worst + sums.word[1], 11);
}

static void test_plans_that_were_not_made(void **state) {
    cw_plan p;
    (void)state;
    refuse_plan(NULL);
    memset(&p, 0, sizeof p);
    refuse_plan(&p);
    memset(&p, 0xff, sizeof p);
    refuse_plan(&p);
    p = plan;
    p.struct_size += 8;
    refuse_plan(&p);
    memset(&p, 0, sizeof p);
    p.struct_size = sizeof p;
    refuse_plan(&p);
}

/* ------------------------------------------------------------------------------------------------------- slices */

static void test_slices_of_another_version(void **state) {
    cw_slice s = part;
    (void)state;
    for (uint32_t size = 0; size <= 2 * sizeof s; size += 8) {
        s.struct_size = size;
        if (size != sizeof s) refuse_slice(&s, CW_ERROR_STRUCT);
    }
}

static void refuse_range(uint64_t start, uint64_t stop, uint64_t step, uint64_t extent) {
    for (uint8_t flat = 0; flat < 2; flat++) {
        cw_slice s = part;
        s.flat = flat;
        s.start[0] = start;
        s.stop[0] = stop;
        s.step[0] = step;
        s.extent[0] = extent;
        refuse_slice(&s, CW_ERROR_ARGUMENT);
    }
}

static void test_slices_out_of_the_tensor(void **state) {
    (void)state;
    refuse_range(0, ELEMENTS + 1, 1, 0);
    refuse_range(5, 4, 1, 0);
    refuse_range(ELEMENTS + 1, CW_END, 1, 0);
    refuse_range(UINT64_MAX - 1, UINT64_MAX - 1, 1, 0);
    refuse_range(0, UINT64_MAX - 1, 1, 0);
    refuse_range(1, 0, 0, 0); /* step 0 goes with nothing else */
    refuse_range(0, CW_END, 0, 0);
    refuse_range(0, 0, 0, ELEMENTS - 1);
    refuse_range(0, ELEMENTS + 3, 1, ELEMENTS + 2);
    refused(cw_slice_measure(&plan, &part, NULL, &why), CW_ERROR_ARGUMENT);
}

static void test_slices_of_axes_that_are_not_there(void **state) {
    (void)state;
    for (int axis = 1; axis < CW_MAX_RANK; axis++)
        for (int what = 0; what < 5; what++) {
            cw_slice s = part;
            uint64_t *const field[] = {s.start, s.stop, s.step, s.extent, s.stride};
            field[what][axis] = 1;
            refuse_slice(&s, CW_ERROR_ARGUMENT);
        }
    cw_slice s = part;
    cw_slice_axis(&s, UINT32_MAX, 0, 1);
    refuse_slice(&s, CW_ERROR_ARGUMENT);
    s = part;
    s.flat = 2;
    refuse_slice(&s, CW_ERROR_ARGUMENT);
    s.flat = 0;
    s.reserved[2] = 1;
    refuse_slice(&s, CW_ERROR_ARGUMENT);
}

static void refuse_layout(uint32_t rank, const int8_t *axes) {
    cw_slice s = part;
    cw_slice_layout(&s, rank, axes);
    refuse_slice(&s, CW_ERROR_ARGUMENT);
}

static void test_layouts(void **state) {
    cw_slice s = part;
    (void)state;
    refuse_layout(0, (const int8_t[]){0});
    refuse_layout(1, (const int8_t[]){1});
    refuse_layout(1, (const int8_t[]){-2});
    refuse_layout(2, (const int8_t[]){0, 0});
    cw_slice_layout(&s, 1, (const int8_t[]){0});
    s.stride[0] = 2;
    refuse_slice(&s, CW_ERROR_ARGUMENT);
    s.stride[0] = 0;
    s.layout.given = 2;
    refuse_slice(&s, CW_ERROR_ARGUMENT);
}

/* Elements that would meet, and destinations that no memory is. */
static void test_strides(void **state) {
    static const uint64_t shape[] = {3, 4, 5};
    static const struct { uint64_t stride[3]; cw_status status; } wrong[] = {
        {{0, 5, 1}, CW_ERROR_ARGUMENT},  {{20, 5, 0}, CW_ERROR_ARGUMENT}, {{20, 4, 1}, CW_ERROR_ARGUMENT},
        {{1, 1, 1}, CW_ERROR_ARGUMENT},  {{7, 7, 1}, CW_ERROR_ARGUMENT},  {{1, 3, 11}, CW_ERROR_ARGUMENT},
        {{1ull << 60, 5, 1}, CW_ERROR_OVERFLOW}, {{UINT64_MAX, 5, 1}, CW_ERROR_OVERFLOW}, {{20, 5, UINT64_MAX / 4}, CW_ERROR_OVERFLOW},
    };
    cw_spec spec = CW_SPEC_INIT;
    cw_plan p;
    (void)state;
    spec.rank = 3;
    memcpy(spec.shape, shape, sizeof shape);
    assert_int_equal(cw_plan_make(&spec, &p, NULL), CW_OK);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cw_slice s = part;
        memcpy(s.stride, wrong[i].stride, sizeof wrong[i].stride);
        refuse_slice_of(&p, &s, wrong[i].status);
    }
    cw_slice padded = part;
    padded.extent[0] = 1ull << 60;
    refuse_slice_of(&p, &padded, CW_ERROR_OVERFLOW);
}

static void test_stores(void **state) {
    static const struct { cw_dtype drawn, store; cw_status status; } wrong[] = {
        {CW_FLOAT32, CW_FLOAT64, CW_ERROR_UNSUPPORTED}, {CW_FLOAT16, CW_FLOAT32, CW_ERROR_UNSUPPORTED},
        {CW_FLOAT16, CW_BFLOAT16, CW_ERROR_UNSUPPORTED}, {CW_FLOAT32, CW_INT32, CW_ERROR_UNSUPPORTED},
        {CW_FLOAT64, CW_UINT64, CW_ERROR_UNSUPPORTED}, {CW_FLOAT32, (cw_dtype)99, CW_ERROR_ARGUMENT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cw_spec spec = CW_SPEC_INIT;
        cw_slice s = part;
        cw_plan p;
        spec.dtype = wrong[i].drawn;
        s.store = wrong[i].store;
        assert_int_equal(cw_plan_make(&spec, &p, NULL), CW_OK);
        refuse_slice_of(&p, &s, wrong[i].status);
    }
}

/* Memory that does not hold the slice. */
static void test_memory_for_slices(void **state) {
    cw_slice s = cw_slice_range(3, 5);
    float x[8] = {0};
    (void)state;
    refused(cw_reference_slice(&plan, &s, x, 19, &why), CW_ERROR_DESTINATION);
    refused(cw_reference_slice(&plan, &s, NULL, 20, &why), CW_ERROR_DESTINATION);
    refused(cw_reference_slice(&plan, &s, (char *)x + 1, 20, &why), CW_ERROR_DESTINATION);
    refused(cw_verify_slice(&plan, &s, x, 24, NULL, &why), CW_ERROR_ARGUMENT);
    refused(cw_verify_slice(&plan, &s, NULL, 20, NULL, &why), CW_ERROR_ARGUMENT);
    refused(cw_digest_slice(NULL, &plan, &s, &why), CW_ERROR_ARGUMENT);
    refused(cw_digest_add_slice(NULL, &plan, &s, x, 20, &why), CW_ERROR_ARGUMENT);
    refused(cw_digest_add_slice(&(cw_sums){{0, 0}}, &plan, &s, x, 16, &why), CW_ERROR_ARGUMENT);
    refused(cw_digest_add_slice(&(cw_sums){{0, 0}}, &plan, &s, NULL, 20, &why), CW_ERROR_ARGUMENT);
    for (int i = 0; i < 8; i++) assert_true(x[i] == 0.0f);
    s.step[0] = 2; /* the first of 3 elements is at 0, the last at 2 */
    good.bytes = 11;
    refused(cw_fill_slice(device, &plan, &s, &good, &why), CW_ERROR_DESTINATION);
    s.stride[0] = 7;
    good.bytes = 4 * 14 + 3;
    refused(cw_fill_slice(device, &plan, &s, &good, &why), CW_ERROR_DESTINATION);
    s.store = CW_FLOAT16;
    good.bytes = 2 * 14 + 1;
    refused(cw_fill_slice(device, &plan, &s, &good, &why), CW_ERROR_DESTINATION);
    good.bytes = 2 * 14 + 2;
    good.offset++;
    refused(cw_fill_slice(device, &plan, &s, &good, &why), CW_ERROR_DESTINATION);
}

/* Scratch memory for the whole is more than what the plan asks for. */
static void test_matrices_in_part(void **state) {
    cw_spec spec = CW_SPEC_INIT;
    cw_slice s = part;
    cw_plan p;
    cw_destination scratch;
    cw_extent extent;
    (void)state;
    spec.initializer = CW_ORTHOGONAL;
    spec.rank = 2;
    spec.shape[0] = spec.shape[1] = 8;
    cw_slice_axis(&s, 0, 1, 3);
    assert_int_equal(cw_plan_make(&spec, &p, NULL), CW_OK);
    assert_int_equal(cw_slice_measure(&p, &s, &extent, NULL), CW_OK);
    assert_true(extent.scratch >= cw_plan_scratch(&p) + cw_plan_bytes(&p));
    refused(cw_fill_slice(device, &p, &s, &good, &why), CW_ERROR_DESTINATION);
    assert_int_equal(cw_allocate(device, extent.scratch, &scratch, NULL), CW_OK);
    scratch.bytes--;
    cw_lend(&good, &scratch);
    refused(cw_fill_slice(device, &p, &s, &good, &why), CW_ERROR_DESTINATION);
    scratch.bytes++;
    cw_release(device, &scratch);
}

static void test_unknown_proofs(void **state) {
    (void)state;
    good.bytes = 4ull * CW_PROOF_INPUTS; /* it is never looked at */
    refuse_proof((cw_proof)0, &good, CW_ERROR_ARGUMENT);
    refuse_proof((cw_proof)4, &good, CW_ERROR_ARGUMENT);
    refuse_proof((cw_proof)0x7fffffff, &good, CW_ERROR_ARGUMENT);
    refuse_proof((cw_proof)(CWN_UNIFORM - 16), &good, CW_ERROR_ARGUMENT); /* another kernel of the table */
}

static void refuse_spec(const cw_spec *spec, cw_status expected) {
    cw_plan made = plan;
    refused(cw_plan_make(spec, &made, &why), expected);
    assert_int_equal(cw_plan_make(spec, &made, NULL), expected);
    assert_memory_equal(&made, &plan, sizeof made);
}

static void test_specs(void **state) {
    const cw_spec ok = CW_SPEC_INIT;
    cw_spec spec = ok;
    (void)state;
    refuse_spec(NULL, CW_ERROR_ARGUMENT);
    refused(cw_plan_make(&ok, NULL, &why), CW_ERROR_ARGUMENT);
    spec.struct_size = 0;
    refuse_spec(&spec, CW_ERROR_STRUCT);
    spec = ok;
    spec.initializer = (cw_initializer)0;
    refuse_spec(&spec, CW_ERROR_ARGUMENT);
    spec = ok;
    spec.dtype = (cw_dtype)99;
    refuse_spec(&spec, CW_ERROR_ARGUMENT);
    spec = ok;
    spec.dialect = (cw_dialect)3;
    refuse_spec(&spec, CW_ERROR_ARGUMENT);
    spec = ok;
    spec.rank = UINT32_MAX;
    refuse_spec(&spec, CW_ERROR_SHAPE);
}

static void refuse_argument(cw_initializer initializer, uint32_t argument, cw_number n) {
    cw_spec spec = CW_SPEC_INIT;
    spec.initializer = initializer;
    spec.argument[argument] = n;
    refuse_spec(&spec, CW_ERROR_ARGUMENT);
}

static void test_arguments(void **state) {
    const cw_number odd = {0, 0.0, 4, 0};
    (void)state;
    refuse_argument(CW_CONSTANT, CW_VALUE, odd);
    refuse_argument(CW_CONSTANT, CW_VALUE, cw_real(1e39));
    refuse_argument(CW_CONSTANT, CW_ARGUMENTS - 1, cw_real(1.0));
    refuse_argument(CW_ZEROS, CW_VALUE, cw_real(0.0));
    refuse_argument(CW_VARIANCE_SCALING, CW_MODE, cw_real(1.0));
    refuse_argument(CW_VARIANCE_SCALING, CW_MODE, cw_integer(0));
    refuse_argument(CW_VARIANCE_SCALING, CW_DISTRIBUTION, cw_integer(CW_DISTRIBUTION_CONSTANT));
    refuse_argument(CW_VARIANCE_SCALING, CW_DISTRIBUTION, cw_integer(CW_DISTRIBUTION_INTEGER));
    refuse_argument(CW_VARIANCE_SCALING, CW_SCALE, cw_integer(0));
}

/* ------------------------------------------------------------------------------------ verification, digest, names */

static void test_verification(void **state) {
    float x[ELEMENTS + 1];
    (void)state;
    memset(x, 0, sizeof x);
    refused(cw_verify(&plan, NULL, BYTES, NULL, &why), CW_ERROR_ARGUMENT);
    refused(cw_verify(&plan, x, BYTES + 4, NULL, &why), CW_ERROR_ARGUMENT);
    refused(cw_verify(&plan, x, BYTES, NULL, &why), CW_DIFFERS);
    refused(cw_reference(&plan, 0, ELEMENTS + 1, x, &why), CW_ERROR_ARGUMENT);
    refused(cw_reference(&plan, ELEMENTS + 1, 0, x, &why), CW_ERROR_ARGUMENT);
    refused(cw_reference(&plan, 1, UINT64_MAX, x, &why), CW_ERROR_ARGUMENT);
    refused(cw_reference(&plan, 0, 1, NULL, &why), CW_ERROR_DESTINATION);
    refused(cw_reference(&plan, 0, 1, (char *)x + 1, &why), CW_ERROR_DESTINATION);
    refused(cw_compare(CW_FLOAT32, NULL, x, 1, NULL, &why), CW_ERROR_ARGUMENT);
    refused(cw_compare(CW_FLOAT32, x, NULL, 1, NULL, &why), CW_ERROR_ARGUMENT);
    refused(cw_compare((cw_dtype)99, x, x, 1, NULL, &why), CW_ERROR_ARGUMENT);
    for (int i = 0; i <= ELEMENTS; i++) assert_true(x[i] == 0.0f);
}

static void test_digests(void **state) {
    cw_sums sums = {{1, 2}};
    float x = 0.0f;
    (void)state;
    refused(cw_digest(&plan, NULL, &why), CW_ERROR_ARGUMENT);
    assert_int_equal(cw_digest_add(NULL, CW_FLOAT32, &x, 0, 1), CW_ERROR_ARGUMENT);
    assert_int_equal(cw_digest_add(&sums, CW_FLOAT32, NULL, 0, 1), CW_ERROR_ARGUMENT);
    assert_int_equal(cw_digest_add(&sums, (cw_dtype)0, &x, 0, 1), CW_ERROR_ARGUMENT);
    assert_int_equal(sums.word[0] + sums.word[1], 3);
    cw_digest_total(NULL, "a", sums);
}

static void test_describe(void **state) {
    char text[4] = "abc";
    size_t needed = 0;
    (void)state;
    assert_int_equal(cw_plan_describe(&plan, NULL, 9, &needed), CW_ERROR_ARGUMENT);
    assert_int_equal(cw_plan_describe(&plan, NULL, 0, &needed), CW_ERROR_ARGUMENT); /* it asks for the size */
    assert_true(needed > 1);
    assert_int_equal(cw_plan_describe(&plan, text, 2, NULL), CW_ERROR_ARGUMENT);
    assert_string_equal(text + 2, "c");
}

static void test_names_of_nothing(void **state) {
    (void)state;
    assert_null(cw_dtype_name((cw_dtype)0));
    assert_null(cw_initializer_name((cw_initializer)0));
    assert_null(cw_argument_name(CW_ARGUMENTS));
    assert_null(cw_mode_name((cw_mode)4));
    assert_null(cw_distribution_name((cw_distribution)0));
    assert_null(cw_dialect_name((cw_dialect)3));
    assert_int_equal(cw_dtype_size((cw_dtype)9), 0);
    assert_int_equal(cw_dtype_from_name(NULL) + cw_initializer_from_name("") + cw_mode_from_name(NULL), 0);
    assert_int_equal(cw_distribution_from_name(NULL) + cw_dialect_from_name("Keras3"), 0);
    assert_int_equal(cw_initializer_takes((cw_initializer)99, CW_MEAN), 0);
    assert_int_equal(cw_initializer_takes(CW_RANDOM_NORMAL, (cw_argument)-1), 0);
    assert_int_equal(cw_initializer_takes_axes((cw_initializer)99) + cw_initializer_is_random((cw_initializer)99), 0);
    assert_non_null(cw_status_text((cw_status)-1));
}

/* --------------------------------------------------------------------------------------------------------- main */

static int open_area(void **state) {
    cw_spec spec = CW_SPEC_INIT;
    (void)state;
    spec.initializer = CW_HE_NORMAL;
    spec.rank = 1;
    spec.shape[0] = ELEMENTS;
    spec.philox = cw_philox_keras(3, 0);
    area = test_area_make(device, BYTES);
    return cw_plan_make(&spec, &plan, NULL);
}

static int close_area(void **state) {
    (void)state;
    test_area_free(&area);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, prepare, still_works)

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        TEST(test_no_device),
        TEST(test_opening_the_cpu),
        TEST(test_opening_opencl),
        TEST(test_opening_cuda),
        TEST(test_no_destination),
        TEST(test_destination_of_another_version),
        TEST(test_destination_of_another_backend),
        TEST(test_destination_without_memory),
        TEST(test_destination_too_small),
        TEST(test_destination_misaligned),
        TEST(test_copies_without_host_memory),
        TEST(test_timer_that_was_not_started),
        TEST(test_allocation_too_large),
        TEST(test_plans_that_were_not_made),
        TEST(test_slices_of_another_version),
        TEST(test_slices_out_of_the_tensor),
        TEST(test_slices_of_axes_that_are_not_there),
        TEST(test_layouts),
        TEST(test_strides),
        TEST(test_stores),
        TEST(test_memory_for_slices),
        TEST(test_matrices_in_part),
        TEST(test_unknown_proofs),
        TEST(test_specs),
        TEST(test_arguments),
        TEST(test_verification),
        TEST(test_digests),
        TEST(test_describe),
        TEST(test_names_of_nothing),
    };
    if (argc != 2) return fprintf(stderr, "usage: misuse DEVICE\n"), 2;
    device = test_open(argv[1]);
    const int failed = cmocka_run_group_tests_name(argv[1], tests, open_area, close_area);
    cw_device_close(device);
    return failed;
}
