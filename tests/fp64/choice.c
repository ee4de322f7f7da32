/* SPDX-License-Identifier: Apache-2.0
 *
 * choice DEVICE: doubles are used or not as the options and the environment say, and without them a device gives the same
 * bits for everything but random float64 values, which it refuses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "counterweight/cpu.h"
#include "device.h"
#include "plan.h"
#ifdef CW_HAVE_OPENCL
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>

#include "counterweight/opencl.h"
#endif

enum { ELEMENTS = 5003, MOST_BYTES = 8 * ELEMENTS };

static int on_cpu;
static const char *variable;

/* ------------------------------------------------------------------------------------------------------ opening */

static cw_status open_cpu(uint32_t fp64, cw_device **device, cw_error *why) {
    cw_cpu_options options = CW_CPU_OPTIONS_INIT;
    options.fp64 = fp64;
    return cw_cpu_open(&options, device, why);
}

static cw_status open_opencl(uint32_t fp64, cw_device **device, cw_error *why) {
#ifdef CW_HAVE_OPENCL
    cw_opencl_options options = CW_OPENCL_OPTIONS_INIT;
    cl_platform_id platform;
    cl_device_id id;
    assert_int_equal(clGetPlatformIDs(1, &platform, NULL), CL_SUCCESS);
    assert_int_equal(clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 1, &id, NULL), CL_SUCCESS);
    const cl_context context = clCreateContext(NULL, 1, &id, NULL, NULL, NULL);
    options.fp64 = fp64;
    const cw_status status = cw_opencl_open_with(&options, context, id, device, why);
    clReleaseContext(context);
    options.struct_size--;
    assert_int_equal(cw_opencl_open_with(&options, context, id, device, NULL), CW_ERROR_STRUCT);
    return status;
#else
    (void)fp64, (void)device, (void)why;
    return CW_ERROR_UNSUPPORTED;
#endif
}

static cw_status try_open(uint32_t fp64, const char *environment, cw_device **device, cw_error *why) {
    if (environment) setenv(variable, environment, 1);
    else unsetenv(variable);
    return on_cpu ? open_cpu(fp64, device, why) : open_opencl(fp64, device, why);
}

static cw_device *opened(uint32_t fp64, const char *environment) {
    cw_device *device = NULL;
    cw_error why = {CW_OK, 0, ""};
    test_ok(try_open(fp64, environment, &device, &why), &why);
    return device;
}

/* As `cw devices` would say it. */
static cw_device_info info_with(const char *environment) {
    cw_device_info info;
    if (environment) setenv(variable, environment, 1);
    else unsetenv(variable);
    if (on_cpu) cw_cpu_info(&info);
#ifdef CW_HAVE_OPENCL
    size_t count;
    if (!on_cpu) test_ok(cw_opencl_devices(&info, 1, &count, NULL), NULL);
#endif
    return info;
}

/* ------------------------------------------------------------------------------------------------------ filling */

static uint32_t rank_of(cw_initializer initializer) {
    if (initializer == CW_ORTHOGONAL) return 2;
    return initializer == CW_CONVOLUTION_ORTHOGONAL_2D ? 4 : initializer == CW_CONVOLUTION_ORTHOGONAL_3D ? 5 : 3;
}

static cw_plan plan_of(cw_initializer initializer, cw_dtype dtype) {
    cw_spec spec = CW_SPEC_INIT;
    cw_plan plan;
    cw_error why = {CW_OK, 0, ""};
    spec.initializer = initializer;
    spec.dtype = dtype;
    spec.rank = 2;
    spec.shape[0] = 1;
    spec.shape[1] = ELEMENTS;
    for (uint32_t axis = 0; axis < 5 && (initializer == CW_STFT || test_is_matrix(initializer)); axis++) {
        spec.rank = rank_of(initializer);
        spec.shape[axis] = axis + 2 < spec.rank || initializer == CW_STFT ? 1 : 3;
        if (initializer == CW_STFT && axis == 2) spec.shape[axis] = 3;
    }
    spec.philox = cw_philox_keras(42, 0);
    test_ok(cw_plan_make(&spec, &plan, &why), &why);
    return plan;
}

/* CW_OK only with the right elements, and any other status only with the destination untouched. */
static cw_status fill(test_area *area, cw_initializer initializer, cw_dtype dtype, cw_error *why) {
    const cw_plan plan = plan_of(initializer, dtype);
    const uint64_t bytes = cw_plan_bytes(&plan);
    cw_destination to = test_area_at(area, 0, bytes), scratch = {0};
    const uint64_t room = cw_plan_scratch(&plan);
    test_area_clean(area, 0, bytes);
    if (room) {
        test_ok(cw_allocate(area->device, room, &scratch, why), why);
        cw_lend(&to, &scratch);
    }
    const cw_status status = cw_fill(area->device, &plan, &to, why);
    cw_release(area->device, &scratch);
    const unsigned char *found = test_area_read(area, 0, bytes);
    if (status)
        for (uint64_t i = 0; i < bytes; i++) assert_int_equal(found[i], TEST_CANARY);
    else test_ok(cw_verify(&plan, found, bytes, NULL, why), why);
    return status;
}

static int uses_doubles(cw_device *device) {
    test_area area = test_area_make(device, MOST_BYTES);
    cw_error why = {CW_OK, 0, ""};
    const cw_status status = fill(&area, CW_RANDOM_NORMAL, CW_FLOAT64, &why);
    test_area_free(&area);
    cw_device_close(device);
    if (status) assert_int_equal(status, CW_ERROR_UNSUPPORTED);
    return status == CW_OK;
}

/* -------------------------------------------------------------------------------------------------------- tests */

static void test_choice(void **state) {
    (void)state;
    assert_true(uses_doubles(opened(CW_FP64_AUTO, NULL)));
    assert_true(uses_doubles(opened(CW_FP64_AUTO, "")));
    assert_true(uses_doubles(opened(CW_FP64_AUTO, "on")));
    assert_false(uses_doubles(opened(CW_FP64_AUTO, "off")));
    assert_true(uses_doubles(opened(CW_FP64_ON, "off")));
    assert_false(uses_doubles(opened(CW_FP64_OFF, "on")));
    assert_false(uses_doubles(opened(CW_FP64_OFF, NULL)));
    assert_true(uses_doubles(opened(CW_FP64_ON, "nonsense")));
}

static void test_wrong_choice(void **state) {
    cw_device *device = NULL;
    cw_error why = {CW_OK, 0, ""};
    (void)state;
    assert_int_equal(try_open(3, NULL, &device, &why), CW_ERROR_ARGUMENT);
    assert_int_equal(try_open(CW_FP64_AUTO, "of", &device, &why), CW_ERROR_ARGUMENT);
    assert_non_null(strstr(why.text, variable));
    assert_non_null(strstr(why.text, "\"of\""));
    assert_int_equal(try_open(CW_FP64_AUTO, "offf", &device, NULL), CW_ERROR_ARGUMENT);
    assert_null(device);
}

/* What the devices that there are cannot show: one that has no doubles. */
static void test_device_without(void **state) {
    int use = 7;
    cw_error why = {CW_OK, 0, ""};
    (void)state;
    assert_int_equal(cw_decide_fp64(CW_FP64_ON, "X", NULL, 0, &use, &why), CW_ERROR_UNSUPPORTED);
    assert_int_equal(cw_decide_fp64(CW_FP64_AUTO, "X", "on", 0, &use, &why), CW_ERROR_UNSUPPORTED);
    assert_int_equal(use, 7);
    assert_int_equal(cw_decide_fp64(CW_FP64_AUTO, "X", NULL, 0, &use, &why), CW_OK);
    assert_int_equal(use, 0);
}

static void test_info(void **state) {
    (void)state;
    assert_int_equal(info_with(NULL).from_integers, 0);
    assert_int_equal(info_with("on").from_integers, 0);
    assert_int_equal(info_with("off").from_integers, 1);
    assert_int_equal(info_with("off").fp64, 1);
    assert_string_equal(info_with("off").why_not, "");
    assert_non_null(strstr(info_with("of").why_not, variable));
}

/* Every initializer in every dtype that has it, as far as the plan takes both. */
static void test_everything_else(void **state) {
    static const cw_initializer all[] = {
#define CW_ROW(id, ...) id,
        CW_INITIALIZER_TABLE(CW_ROW)
#undef CW_ROW
    };
    test_area area = test_area_make(opened(CW_FP64_OFF, NULL), MOST_BYTES);
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        for (int dtype = CW_FLOAT32; dtype <= CW_BFLOAT16; dtype++) {
            const int refused = (dtype == CW_FLOAT64 && cw_initializer_is_random(all[i])) || test_is_matrix(all[i]) ||
                                all[i] == CW_STFT;
            cw_error why = {CW_OK, 0, ""};
            if (all[i] == CW_UNIFORM_FULL_INT || (test_is_matrix(all[i]) && dtype == CW_BFLOAT16)) continue;
            assert_int_equal(fill(&area, all[i], (cw_dtype)dtype, &why), refused ? CW_ERROR_UNSUPPORTED : CW_OK);
            if (refused) assert_non_null(strstr(why.text, "float64"));
        }
    assert_int_equal(fill(&area, CW_UNIFORM_FULL_INT, CW_INT64, NULL), CW_OK);
    assert_int_equal(fill(&area, CW_UNIFORM_FULL_INT, CW_UINT32, NULL), CW_OK);
    cw_device *device = area.device;
    test_area_free(&area);
    cw_device_close(device);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_choice),         cmocka_unit_test(test_wrong_choice),   cmocka_unit_test(test_device_without),
        cmocka_unit_test(test_info),           cmocka_unit_test(test_everything_else),
    };
    if (argc != 2) return fprintf(stderr, "usage: choice DEVICE\n"), 2;
    on_cpu = !strcmp(argv[1], "cpu");
    variable = on_cpu ? "CW_CPU_FP64" : "CW_OPENCL_FP64";
    cw_device_close(test_open(argv[1]));
    return cmocka_run_group_tests_name(argv[1], tests, NULL, NULL);
}
