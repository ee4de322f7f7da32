/* SPDX-License-Identifier: Apache-2.0
 *
 * Weights in a CUDA program that has a context and a stream already: fills are captured in a graph like any other work.
 * Every launch of the graph writes the starting weights once more, with no host copy of them and no synchronization.
 *
 *     memory: [ kernel of a dense layer, 784 to 128 | bias, zeros ]
 */
#include <cuda.h>
#include <counterweight/cuda.h>

#include <stdio.h>
#include <stdlib.h>

enum { KERNEL = 784 * 128 * sizeof(float), BIAS = 128 * sizeof(float), RESTARTS = 2 };

static void check(CUresult error, const char *what) {
    const char *name = "an unknown error";
    if (error == CUDA_SUCCESS) return;
    cuGetErrorName(error, &name);
    fprintf(stderr, "cuda_own_stream: %s gave %s\n", what, name);
    exit(1);
}

static void check_cw(cw_status status, const cw_error *why) {
    if (status == CW_OK) return;
    fprintf(stderr, "cuda_own_stream: %s: %s\n", cw_status_name(status), why->text);
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

/* Both fills as a graph. Neither plans nor destinations are needed once it is made; the memory is. */
static CUgraphExec graph_of(cw_device *device, CUstream stream, CUdeviceptr memory, const cw_plan *kernel,
                            const cw_plan *bias) {
    CUgraph graph;
    CUgraphExec made;
    cw_error why;
    const cw_destination first = cw_cuda_at(memory, KERNEL, stream);
    const cw_destination second = cw_cuda_at(memory + KERNEL, BIAS, stream);
    check(cuStreamBeginCapture(stream, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL), "cuStreamBeginCapture");
    check_cw(cw_fill(device, kernel, &first, &why), &why);
    check_cw(cw_fill(device, bias, &second, &why), &why);
    check(cuStreamEndCapture(stream, &graph), "cuStreamEndCapture");
    check(cuGraphInstantiate(&made, graph, 0), "cuGraphInstantiate");
    check(cuGraphDestroy(graph), "cuGraphDestroy");
    return made;
}

int main(void) {
    CUdevice id;
    CUcontext context;
    CUstream stream;
    CUdeviceptr memory;
    check(cuInit(0), "cuInit");
    check(cuDeviceGet(&id, 0), "cuDeviceGet");
    check(cuCtxCreate(&context, NULL, 0, id), "cuCtxCreate");
    check(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING), "cuStreamCreate");
    check(cuMemAlloc(&memory, KERNEL + BIAS), "cuMemAlloc");

    const cw_plan kernel = plan_of(CW_GLOROT_UNIFORM, 2, (const uint64_t[]){784, 128});
    const cw_plan bias = plan_of(CW_ZEROS, 1, (const uint64_t[]){128});
    cw_device *device;
    cw_error why;
    check_cw(cw_cuda_open(context, &device, &why), &why); /* loads the kernels: before any capture */
    CUgraphExec restart = graph_of(device, stream, memory, &kernel, &bias);

    static float host[(KERNEL + BIAS) / sizeof(float)];
    for (int i = 0; i < RESTARTS; i++) {
        /* Training would change the weights; here it is NaN that does. */
        check(cuMemsetD32Async(memory, 0x7fc00000, (KERNEL + BIAS) / 4, stream), "cuMemsetD32Async");
        check(cuGraphLaunch(restart, stream), "cuGraphLaunch");
        check(cuMemcpyDtoHAsync(host, memory, sizeof host, stream), "cuMemcpyDtoHAsync");
        check(cuStreamSynchronize(stream), "cuStreamSynchronize");
        check_cw(cw_verify(&kernel, host, KERNEL, NULL, &why), &why);
        check_cw(cw_verify(&bias, host + KERNEL / sizeof(float), BIAS, NULL, &why), &why);
        printf("start %d: kernel %.9g %.9g ... %.9g, bias %g\n", i + 1, host[0], host[1],
               host[KERNEL / sizeof(float) - 1], host[KERNEL / sizeof(float)]);
    }

    check(cuGraphExecDestroy(restart), "cuGraphExecDestroy");
    cw_device_close(device);
    check(cuMemFree(memory), "cuMemFree");
    check(cuStreamDestroy(stream), "cuStreamDestroy");
    check(cuCtxDestroy(context), "cuCtxDestroy");
    return 0;
}
