/* SPDX-License-Identifier: Apache-2.0
 *
 * Weights in an OpenCL program that has a context, a queue and a buffer already: a fill is one more command. It waits
 * for an event of ours and gives one that our next command waits for; nothing comes from or returns to the host but
 * what we read.
 *
 *     buffer: [ kernel of a 7 x 7 convolution, 3 to 64 channels | bias, zeros ]
 */
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <counterweight/opencl.h>

#include <stdio.h>
#include <stdlib.h>

enum { KERNEL = 7 * 7 * 3 * 64 * sizeof(float), BIAS = 64 * sizeof(float) };

static void check(cl_int error, const char *what) {
    if (error == CL_SUCCESS) return;
    fprintf(stderr, "opencl_own_queue: %s gave %d\n", what, error);
    exit(1);
}

static void check_cw(cw_status status, const cw_error *why) {
    if (status == CW_OK) return;
    fprintf(stderr, "opencl_own_queue: %s: %s\n", cw_status_name(status), why->text);
    exit(1);
}

static cw_plan plan_of(cw_initializer initializer, uint32_t rank, const uint64_t *shape) {
    cw_spec spec = CW_SPEC_INIT;
    cw_plan plan;
    cw_error why;
    spec.initializer = initializer;
    spec.rank = rank;
    for (uint32_t i = 0; i < rank; i++) spec.shape[i] = shape[i];
    spec.philox = cw_philox_keras(1, 0);
    check_cw(cw_plan_make(&spec, &plan, &why), &why);
    return plan;
}

int main(void) {
    cl_platform_id platform;
    cl_device_id id;
    cl_int error;
    check(clGetPlatformIDs(1, &platform, NULL), "clGetPlatformIDs");
    check(clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 1, &id, NULL), "clGetDeviceIDs");
    cl_context context = clCreateContext(NULL, 1, &id, NULL, NULL, &error);
    check(error, "clCreateContext");
    cl_command_queue queue = clCreateCommandQueue(context, id, CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE, &error);
    check(error, "clCreateCommandQueue");
    cl_mem buffer = clCreateBuffer(context, CL_MEM_READ_WRITE, KERNEL + BIAS, NULL, &error);
    check(error, "clCreateBuffer");

    const cw_plan kernel = plan_of(CW_HE_NORMAL, 4, (const uint64_t[]){7, 7, 3, 64});
    const cw_plan bias = plan_of(CW_ZEROS, 1, (const uint64_t[]){64});
    cw_device *device;
    cw_error why;
    check_cw(cw_opencl_open(context, id, &device, &why), &why);

    /* Something of ours that has to be done first, and the two fills, which may run at the same time. */
    const cl_uint nan = 0x7fc00000;
    cl_event cleared, filled[2];
    check(clEnqueueFillBuffer(queue, buffer, &nan, sizeof nan, 0, KERNEL + BIAS, 0, NULL, &cleared),
          "clEnqueueFillBuffer");
    const cw_destination first = cw_opencl_at(buffer, 0, KERNEL, queue, 1, &cleared, &filled[0]);
    const cw_destination second = cw_opencl_at(buffer, KERNEL, BIAS, queue, 1, &cleared, &filled[1]);
    check_cw(cw_fill(device, &kernel, &first, &why), &why);
    check_cw(cw_fill(device, &bias, &second, &why), &why);

    static float host[(KERNEL + BIAS) / sizeof(float)];
    check(clEnqueueReadBuffer(queue, buffer, CL_TRUE, 0, sizeof host, host, 2, filled, NULL), "clEnqueueReadBuffer");
    check_cw(cw_verify(&kernel, host, KERNEL, NULL, &why), &why);
    check_cw(cw_verify(&bias, host + KERNEL / sizeof(float), BIAS, NULL, &why), &why);
    printf("kernel %.9g %.9g ... %.9g\nbias %g\n", host[0], host[1], host[KERNEL / sizeof(float) - 1],
           host[KERNEL / sizeof(float)]);

    cw_device_close(device);
    for (int i = 0; i < 2; i++) clReleaseEvent(filled[i]);
    clReleaseEvent(cleared);
    clReleaseMemObject(buffer);
    clReleaseCommandQueue(queue);
    clReleaseContext(context);
    return 0;
}
