/* SPDX-License-Identifier: Apache-2.0
 *
 * OpenCL with a caller's own context, buffers, queues and events, as opencl.h describes them.
 */
#define CL_TARGET_OPENCL_VERSION 120
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <CL/cl.h>
#include <cmocka.h>

#include "counterweight/opencl.h"
#include "device.h"

enum { ELEMENTS = 5003, BYTES = 4 * ELEMENTS, OFFSET = 20, SIZE = BYTES + 64 };

static cl_device_id id;
static cl_context context, other_context;
static cl_command_queue queue, unordered;
static cl_mem buffer;
static cw_device *device;
static cw_plan plan;
static cw_error why;

static cl_command_queue new_queue(cl_context of, cl_command_queue_properties properties) {
    cl_int code;
    cl_command_queue made = clCreateCommandQueue(of, id, properties, &code);
    assert_int_equal(code, CL_SUCCESS);
    return made;
}

static cl_context new_context(void) {
    cl_int code;
    cl_context made = clCreateContext(NULL, 1, &id, NULL, NULL, &code);
    assert_int_equal(code, CL_SUCCESS);
    return made;
}

static cl_mem new_buffer(cl_context of, size_t bytes) {
    cl_int code;
    cl_mem made = clCreateBuffer(of, CL_MEM_READ_WRITE, bytes, NULL, &code);
    assert_int_equal(code, CL_SUCCESS);
    return made;
}

static cl_event new_user_event(cl_context of) {
    cl_int code;
    cl_event made = clCreateUserEvent(of, &code);
    assert_int_equal(code, CL_SUCCESS);
    return made;
}

static cl_int state_of(cl_event event) {
    cl_int state = CL_QUEUED;
    assert_int_equal(clGetEventInfo(event, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof state, &state, NULL), CL_SUCCESS);
    return state;
}

/* ------------------------------------------------------------------------------------------------------ buffer */

static int clean(void **state) {
    static unsigned char canaries[SIZE];
    (void)state;
    memset(&why, 0, sizeof why);
    memset(canaries, TEST_CANARY, SIZE);
    return clEnqueueWriteBuffer(queue, buffer, CL_TRUE, 0, SIZE, canaries, 0, NULL, NULL);
}

/* The planned tensor from byte `offset`, canaries elsewhere; no tensor if the offset is past the end. */
static void expect_tensor_at(size_t offset) {
    static unsigned char found[SIZE];
    assert_int_equal(clEnqueueReadBuffer(queue, buffer, CL_TRUE, 0, SIZE, found, 0, NULL, NULL), CL_SUCCESS);
    for (size_t i = 0; i < SIZE; i++)
        if (i < offset || i >= offset + BYTES) assert_int_equal(found[i], TEST_CANARY);
    if (offset < SIZE) test_ok(cw_verify(&plan, found + offset, BYTES, NULL, &why), &why);
}

static void refuse(const cw_destination *to, cw_status expected) {
    assert_string_equal(cw_status_name(cw_fill(device, &plan, to, &why)), cw_status_name(expected));
    assert_int_equal(why.status, expected);
    assert_true(strlen(why.text) > 0);
    assert_int_equal(cw_fill(device, &plan, to, NULL), expected);
    expect_tensor_at(SIZE);
}

/* -------------------------------------------------------------------------------------------------------- good */

static void test_own_context_and_offset(void **state) {
    const cw_destination to = cw_opencl_at(buffer, OFFSET, BYTES, queue, 0, NULL, NULL);
    (void)state;
    test_ok(cw_fill(device, &plan, &to, &why), &why);
    test_ok(cw_sync(device, &to, &why), &why);
    expect_tensor_at(OFFSET);
}

static void test_the_event_is_the_callers(void **state) {
    cl_event done = NULL;
    const cw_destination to = cw_opencl_at(buffer, OFFSET, BYTES, queue, 0, NULL, &done);
    (void)state;
    test_ok(cw_fill(device, &plan, &to, &why), &why);
    assert_non_null(done);
    assert_int_equal(clWaitForEvents(1, &done), CL_SUCCESS);
    assert_int_equal(state_of(done), CL_COMPLETE);
    assert_int_equal(clReleaseEvent(done), CL_SUCCESS);
    expect_tensor_at(OFFSET);
}

/* The fill does not start before the caller's event, and returns without it. */
static void check_wait_list(cl_command_queue on) {
    cl_event start = new_user_event(context), done = NULL;
    const cw_destination to = cw_opencl_at(buffer, OFFSET, BYTES, on, 1, &start, &done);
    test_ok(cw_fill(device, &plan, &to, &why), &why);
    assert_int_equal(clFlush(on), CL_SUCCESS);
    assert_int_not_equal(state_of(done), CL_COMPLETE);
    assert_int_equal(clSetUserEventStatus(start, CL_COMPLETE), CL_SUCCESS);
    assert_int_equal(clWaitForEvents(1, &done), CL_SUCCESS);
    expect_tensor_at(OFFSET);
    clReleaseEvent(start);
    clReleaseEvent(done);
}

static void test_wait_list(void **state) { (void)state, check_wait_list(queue); }

static void test_out_of_order_queue(void **state) {
    (void)state;
    if (!unordered) skip();
    check_wait_list(unordered);
}

/* Two fills of the same place on a queue without an order: the second waits for the first's event. */
static void test_fills_in_a_chain(void **state) {
    cl_event first = NULL, second = NULL;
    cl_command_queue on = unordered ? unordered : queue;
    cw_destination to = cw_opencl_at(buffer, 0, BYTES, on, 0, NULL, &first);
    (void)state;
    test_ok(cw_fill(device, &plan, &to, &why), &why);
    to = cw_opencl_at(buffer, 0, BYTES, on, 1, &first, &second);
    test_ok(cw_fill(device, &plan, &to, &why), &why);
    test_ok(cw_sync(device, &to, &why), &why);
    assert_int_equal(state_of(second), CL_COMPLETE);
    expect_tensor_at(0);
    clReleaseEvent(first);
    clReleaseEvent(second);
}

static void test_cw_read_waits_on_any_queue(void **state) {
    static unsigned char found[BYTES];
    const cw_destination to = cw_opencl_at(buffer, 4, BYTES, unordered ? unordered : queue, 0, NULL, NULL);
    (void)state;
    test_ok(cw_fill(device, &plan, &to, &why), &why);
    test_ok(cw_read(device, &to, found, BYTES, &why), &why);
    test_ok(cw_verify(&plan, found, BYTES, NULL, &why), &why);
}

static void test_nothing_to_write_makes_no_event(void **state) {
    cl_event done = NULL;
    cw_spec spec = cw_plan_spec(&plan);
    cw_plan empty;
    const cw_destination to = cw_opencl_at(buffer, 0, 0, queue, 0, NULL, &done);
    (void)state;
    spec.shape[0] = 0;
    test_ok(cw_plan_make(&spec, &empty, &why), &why);
    test_ok(cw_fill(device, &empty, &to, &why), &why);
    assert_null(done);
    expect_tensor_at(SIZE);
}

/* --------------------------------------------------------------------------------------------------------- bad */

static void test_opening(void **state) {
    cw_device *opened = NULL;
    (void)state;
    assert_int_equal(cw_opencl_open(context, NULL, &opened, &why), CW_ERROR_ARGUMENT);
    assert_int_equal(cw_opencl_open(NULL, id, &opened, &why), CW_ERROR_ARGUMENT);
    assert_int_equal(cw_opencl_open(context, id, NULL, &why), CW_ERROR_ARGUMENT);
    setenv("CW_OPENCL_LANES", "4", 1);
    assert_int_equal(cw_opencl_open(context, id, &opened, &why), CW_ERROR_ARGUMENT);
    unsetenv("CW_OPENCL_LANES");
    assert_non_null(strstr(why.text, "CW_OPENCL_LANES"));
    assert_null(opened);
}

static void test_no_queue(void **state) {
    const cw_destination to = cw_opencl_at(buffer, OFFSET, BYTES, NULL, 0, NULL, NULL);
    unsigned char host[4];
    (void)state;
    refuse(&to, CW_ERROR_DESTINATION);
    assert_int_equal(cw_sync(device, &to, &why), CW_ERROR_DESTINATION);
    assert_int_equal(cw_write(device, &to, "abcd", 4, &why), CW_ERROR_DESTINATION);
    assert_int_equal(cw_read(device, &to, host, 4, &why), CW_ERROR_DESTINATION);
    expect_tensor_at(SIZE);
}

static void test_queue_of_another_context(void **state) {
    cl_command_queue wrong = new_queue(other_context, 0);
    const cw_destination to = cw_opencl_at(buffer, OFFSET, BYTES, wrong, 0, NULL, NULL);
    (void)state;
    refuse(&to, CW_ERROR_DESTINATION);
    assert_int_equal(cw_write(device, &to, "abcd", 4, &why), CW_ERROR_DESTINATION);
    expect_tensor_at(SIZE);
    clReleaseCommandQueue(wrong);
}

static void test_buffer_of_another_context(void **state) {
    cl_mem wrong = new_buffer(other_context, SIZE);
    const cw_destination to = cw_opencl_at(wrong, OFFSET, BYTES, queue, 0, NULL, NULL);
    (void)state;
    refuse(&to, CW_ERROR_DESTINATION);
    clReleaseMemObject(wrong);
}

static void test_event_of_another_context(void **state) {
    cl_event wrong = new_user_event(other_context), none = NULL, done = NULL;
    cw_destination to = cw_opencl_at(buffer, OFFSET, BYTES, queue, 1, &wrong, &done);
    (void)state;
    refuse(&to, CW_ERROR_DESTINATION);
    to = cw_opencl_at(buffer, OFFSET, BYTES, queue, 1, &none, &done);
    refuse(&to, CW_ERROR_DESTINATION);
    assert_null(done);
    clSetUserEventStatus(wrong, CL_COMPLETE);
    clReleaseEvent(wrong);
}

static void test_wait_count_without_a_list(void **state) {
    cl_event done = NULL;
    const cw_destination to = cw_opencl_at(buffer, OFFSET, BYTES, queue, 2, NULL, &done);
    (void)state;
    refuse(&to, CW_ERROR_DESTINATION);
    assert_null(done);
}

static void test_buffer_that_kernels_may_only_read(void **state) {
    cl_int code;
    cl_mem constant = clCreateBuffer(context, CL_MEM_READ_ONLY, SIZE, NULL, &code);
    cl_mem scratch = clCreateBuffer(context, CL_MEM_READ_ONLY, 4096, NULL, &code);
    const cw_destination to = cw_opencl_at(constant, 0, BYTES, queue, 0, NULL, NULL);
    const cw_destination lent = cw_opencl_at(scratch, 0, 4096, queue, 0, NULL, NULL);
    cw_destination matrix = cw_opencl_at(buffer, 0, BYTES, queue, 0, NULL, NULL);
    cw_spec spec = CW_SPEC_INIT;
    cw_plan orthogonal;
    (void)state;
    refuse(&to, CW_ERROR_DESTINATION);
    assert_non_null(strstr(why.text, "CL_MEM_READ_ONLY"));
    spec.initializer = CW_ORTHOGONAL;
    spec.rank = 2;
    spec.shape[0] = spec.shape[1] = 4;
    test_ok(cw_plan_make(&spec, &orthogonal, &why), &why);
    assert_true(cw_plan_scratch(&orthogonal) <= 4096);
    cw_lend(&matrix, &lent);
    assert_int_equal(cw_fill(device, &orthogonal, &matrix, &why), CW_ERROR_DESTINATION);
    assert_non_null(strstr(why.text, "the scratch memory is CL_MEM_READ_ONLY"));
    clReleaseMemObject(constant);
    clReleaseMemObject(scratch);
}

/* A device's buffer may be the host's memory, wherever that begins; then work-groups cannot store 16 bytes at once. */
static void test_memory_of_the_host(void **state) {
    enum { MANY = 30003 };
    static float memory[MANY + 4] __attribute__((aligned(64)));
    cw_spec spec = CW_SPEC_INIT;
    cw_device *in_tiles = NULL;
    cw_plan many;
    (void)state;
    setenv("CW_OPENCL_LANES", "1", 1); /* as GPUs do it */
    test_ok(cw_opencl_open(context, id, &in_tiles, &why), &why);
    unsetenv("CW_OPENCL_LANES");
    spec.initializer = CW_RANDOM_UNIFORM;
    spec.rank = 1;
    spec.shape[0] = MANY;
    test_ok(cw_plan_make(&spec, &many, &why), &why);
    for (size_t begin = 0; begin < 4; begin++) {
        cl_int code;
        cl_mem wrapped = clCreateBuffer(context, CL_MEM_READ_WRITE | CL_MEM_USE_HOST_PTR, 4 * MANY, memory + begin, &code);
        assert_int_equal(code, CL_SUCCESS);
        const cw_destination to = cw_opencl_at(wrapped, 0, 4 * MANY, queue, 0, NULL, NULL);
        test_ok(cw_fill(in_tiles, &many, &to, &why), &why);
        test_ok(cw_read(in_tiles, &to, memory + begin, 4 * MANY, &why), &why);
        test_ok(cw_verify(&many, memory + begin, 4 * MANY, NULL, &why), &why);
        clReleaseMemObject(wrapped);
    }
    cw_device_close(in_tiles);
}

/* Only a queue that keeps profiles can be timed; one that another device made was never started. */
static void test_timer(void **state) {
    cl_command_queue profiled = new_queue(context, CL_QUEUE_PROFILING_ENABLE), wrong = new_queue(other_context, CL_QUEUE_PROFILING_ENABLE);
    const cw_destination without = cw_opencl_at(buffer, OFFSET, BYTES, queue, 0, NULL, NULL);
    const cw_destination with = cw_opencl_at(buffer, OFFSET, BYTES, profiled, 0, NULL, NULL);
    const cw_destination elsewhere = cw_opencl_at(buffer, OFFSET, BYTES, wrong, 0, NULL, NULL);
    double seconds = 0;
    (void)state;
    assert_int_equal(cw_timer_start(device, &without, &why), CW_ERROR_UNSUPPORTED);
    assert_non_null(strstr(why.text, "CL_QUEUE_PROFILING_ENABLE"));
    assert_int_equal(cw_timer_stop(device, &with, &seconds, &why), CW_ERROR_ARGUMENT);
    assert_int_equal(cw_timer_start(device, &elsewhere, &why), CW_ERROR_DESTINATION);
    test_ok(cw_timer_start(device, &with, &why), &why);
    assert_int_equal(cw_timer_stop(device, &elsewhere, &seconds, &why), CW_ERROR_DESTINATION);
    test_ok(cw_timer_start(device, &with, &why), &why);
    test_ok(cw_fill(device, &plan, &with, &why), &why);
    test_ok(cw_timer_stop(device, &with, &seconds, &why), &why);
    assert_true(seconds > 0);
    expect_tensor_at(OFFSET);
    clReleaseCommandQueue(profiled);
    clReleaseCommandQueue(wrong);
}

/* The caller says that more bytes may be written than the buffer has. */
static void test_buffer_too_small(void **state) {
    const uint64_t offsets[] = {SIZE - BYTES + 4, SIZE, SIZE + 4, UINT64_MAX - 3};
    (void)state;
    for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
        const cw_destination to = cw_opencl_at(buffer, offsets[i], BYTES, queue, 0, NULL, NULL);
        refuse(&to, CW_ERROR_DESTINATION);
    }
}

static void test_offset_misaligned(void **state) {
    (void)state;
    for (uint64_t offset = 1; offset < 4; offset++) {
        const cw_destination to = cw_opencl_at(buffer, offset, BYTES, queue, 0, NULL, NULL);
        refuse(&to, CW_ERROR_DESTINATION);
    }
}

/* -------------------------------------------------------------------------------------------------------- main */

static int find_device(void) {
    cl_platform_id platform;
    if (clGetPlatformIDs(1, &platform, NULL)) return 0;
    return clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 1, &id, NULL) == CL_SUCCESS;
}

static int make_objects(void **state) {
    cl_command_queue_properties can = 0;
    cw_spec spec = CW_SPEC_INIT;
    (void)state;
    if (!find_device()) return 1;
    context = new_context();
    other_context = new_context();
    queue = new_queue(context, 0);
    clGetDeviceInfo(id, CL_DEVICE_QUEUE_PROPERTIES, sizeof can, &can, NULL);
    if (can & CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE)
        unordered = new_queue(context, CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE);
    buffer = new_buffer(context, SIZE);
    spec.initializer = CW_TRUNCATED_NORMAL;
    spec.rank = 1;
    spec.shape[0] = ELEMENTS;
    test_ok(cw_plan_make(&spec, &plan, &why), &why);
    test_ok(cw_opencl_open(context, id, &device, &why), &why);
    return 0;
}

/* The device has kept the context alive for itself; all that is the caller's can be released before it. */
static int free_objects(void **state) {
    (void)state;
    clReleaseMemObject(buffer);
    clReleaseCommandQueue(queue);
    if (unordered) clReleaseCommandQueue(unordered);
    clReleaseContext(context);
    clReleaseContext(other_context);
    cw_device_close(device);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_own_context_and_offset, clean),
        cmocka_unit_test_setup(test_the_event_is_the_callers, clean),
        cmocka_unit_test_setup(test_wait_list, clean),
        cmocka_unit_test_setup(test_out_of_order_queue, clean),
        cmocka_unit_test_setup(test_fills_in_a_chain, clean),
        cmocka_unit_test_setup(test_cw_read_waits_on_any_queue, clean),
        cmocka_unit_test_setup(test_nothing_to_write_makes_no_event, clean),
        cmocka_unit_test_setup(test_opening, clean),
        cmocka_unit_test_setup(test_no_queue, clean),
        cmocka_unit_test_setup(test_queue_of_another_context, clean),
        cmocka_unit_test_setup(test_buffer_of_another_context, clean),
        cmocka_unit_test_setup(test_event_of_another_context, clean),
        cmocka_unit_test_setup(test_wait_count_without_a_list, clean),
        cmocka_unit_test_setup(test_buffer_that_kernels_may_only_read, clean),
        cmocka_unit_test_setup(test_memory_of_the_host, clean),
        cmocka_unit_test_setup(test_timer, clean),
        cmocka_unit_test_setup(test_buffer_too_small, clean),
        cmocka_unit_test_setup(test_offset_misaligned, clean),
    };
    return cmocka_run_group_tests(tests, make_objects, free_objects);
}
