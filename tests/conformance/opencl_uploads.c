/* SPDX-License-Identifier: Apache-2.0
 *
 * No fill copies anything to an OpenCL device: the functions of the runtime that could are replaced here by ones that count
 * and then call the runtime's own.
 */
#define _GNU_SOURCE
#define CL_TARGET_OPENCL_VERSION 120
#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <CL/cl.h>
#include <cmocka.h>

#include "device.h"

static unsigned uploads;

/* An exported function of this program is found before the library's. */
#define REPLACE(name, parameters, arguments) \
    CL_API_ENTRY cl_int CL_API_CALL name parameters { \
        cl_int(*real) parameters; \
        *(void **)&real = dlsym(RTLD_NEXT, #name); \
        uploads++; \
        return real arguments; \
    }

REPLACE(clEnqueueWriteBuffer,
        (cl_command_queue q, cl_mem b, cl_bool w, size_t o, size_t n, const void *p, cl_uint c, const cl_event *l, cl_event *e),
        (q, b, w, o, n, p, c, l, e))
REPLACE(clEnqueueWriteBufferRect,
        (cl_command_queue q, cl_mem b, cl_bool w, const size_t *bo, const size_t *ho, const size_t *r, size_t br, size_t bs, size_t hr,
         size_t hs, const void *p, cl_uint c, const cl_event *l, cl_event *e),
        (q, b, w, bo, ho, r, br, bs, hr, hs, p, c, l, e))
REPLACE(clEnqueueFillBuffer,
        (cl_command_queue q, cl_mem b, const void *p, size_t ps, size_t o, size_t n, cl_uint c, const cl_event *l, cl_event *e),
        (q, b, p, ps, o, n, c, l, e))
REPLACE(clEnqueueCopyBuffer,
        (cl_command_queue q, cl_mem from, cl_mem to, size_t fo, size_t o, size_t n, cl_uint c, const cl_event *l, cl_event *e),
        (q, from, to, fo, o, n, c, l, e))
REPLACE(clEnqueueUnmapMemObject, (cl_command_queue q, cl_mem b, void *p, cl_uint c, const cl_event *l, cl_event *e),
        (q, b, p, c, l, e))

/* A buffer may also be made of host memory, or be mapped. */
CL_API_ENTRY cl_mem CL_API_CALL clCreateBuffer(cl_context context, cl_mem_flags flags, size_t bytes, void *host, cl_int *code) {
    cl_mem (*real)(cl_context, cl_mem_flags, size_t, void *, cl_int *);
    *(void **)&real = dlsym(RTLD_NEXT, "clCreateBuffer");
    uploads++;
    return real(context, flags, bytes, host, code);
}

static cw_device *device;

static void shape_of(cw_spec *spec) {
    static const uint64_t kernel[] = {3, 3, 3, 2, 5};
    const int one = spec->initializer == CW_CONVOLUTION_ORTHOGONAL_1D, three = spec->initializer == CW_CONVOLUTION_ORTHOGONAL_3D;
    spec->rank = test_is_matrix(spec->initializer) && spec->initializer != CW_ORTHOGONAL ? (one ? 3 : three ? 5 : 4) : 2;
    memcpy(spec->shape, kernel + 5 - spec->rank, spec->rank * sizeof *kernel);
    if (spec->initializer != CW_STFT) return;
    spec->rank = 3;
    spec->shape[0] = 9;
    spec->shape[1] = 1;
    spec->shape[2] = 5;
}

static void check(cw_initializer initializer, cw_dtype dtype) {
    cw_spec spec = CW_SPEC_INIT;
    cw_plan plan;
    cw_error why = {CW_OK, 0, ""};
    spec.initializer = initializer;
    spec.dtype = dtype;
    spec.philox = cw_philox_keras(42, 0);
    shape_of(&spec);
    test_ok(cw_plan_make(&spec, &plan, &why), &why);
    test_area area = test_area_make(device, cw_plan_bytes(&plan)), scratch = test_area_make(device, cw_plan_scratch(&plan));
    cw_destination to = test_area_at(&area, 0, cw_plan_bytes(&plan));
    const cw_destination lent = test_area_at(&scratch, 0, cw_plan_scratch(&plan));
    test_area_clean(&area, 0, cw_plan_bytes(&plan));
    assert_true(uploads > 0); /* those of the two lines above: what counts is found */
    uploads = 0;
    cw_lend(&to, &lent);
    test_ok(cw_fill(device, &plan, &to, &why), &why);
    assert_int_equal(uploads, 0);
    test_ok(cw_verify(&plan, test_area_read(&area, 0, cw_plan_bytes(&plan)), cw_plan_bytes(&plan), NULL, &why), &why);
    test_area_free(&area);
    test_area_free(&scratch);
}

static void test_no_fill_uploads(void **state) {
    static const cw_initializer all[] = {
#define CW_ROW(id, ...) id,
        CW_INITIALIZER_TABLE(CW_ROW)
#undef CW_ROW
    };
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (all[i] == CW_UNIFORM_FULL_INT) check(all[i], CW_INT64);
        else for (cw_dtype dtype = CW_FLOAT32; dtype <= CW_FLOAT64; dtype++) check(all[i], dtype);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_no_fill_uploads)};
    device = test_open("opencl");
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cw_device_close(device);
    return failed;
}
