/* SPDX-License-Identifier: Apache-2.0
 *
 * For the tests of the software GPU: a driver library, its functions, and short words for what tests do with them. The
 * tests that know nothing of the software GPU run on libcuda.so.1 as well.
 */
#ifndef SG_TEST_GPU_H
#define SG_TEST_GPU_H

#include <cuda.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "softgpu.h"

/* clang-format off */
#define GPU_FUNCTIONS(ROW) \
    ROW(cuInit) ROW(cuDriverGetVersion) ROW(cuGetErrorName) ROW(cuDeviceGet) ROW(cuDeviceGetCount) \
    ROW(cuDeviceGetAttribute) ROW(cuDevicePrimaryCtxRetain) ROW(cuDevicePrimaryCtxRelease_v2) \
    ROW(cuCtxCreate_v4) ROW(cuCtxDestroy_v2) ROW(cuCtxPushCurrent_v2) ROW(cuCtxPopCurrent_v2) ROW(cuCtxSetCurrent) \
    ROW(cuCtxGetCurrent) ROW(cuCtxGetDevice) ROW(cuCtxSynchronize) \
    ROW(cuModuleLoadData) ROW(cuModuleLoadDataEx) ROW(cuModuleUnload) ROW(cuModuleGetFunction) \
    ROW(cuModuleGetGlobal_v2) ROW(cuFuncLoad) ROW(cuFuncIsLoaded) ROW(cuLaunchKernel) \
    ROW(cuStreamCreate) ROW(cuStreamDestroy_v2) ROW(cuStreamSynchronize) ROW(cuStreamQuery) ROW(cuStreamWaitEvent) \
    ROW(cuStreamBeginCapture_v2) ROW(cuStreamEndCapture) ROW(cuStreamIsCapturing) \
    ROW(cuGraphInstantiateWithFlags) ROW(cuGraphLaunch) ROW(cuGraphGetNodes) ROW(cuGraphDestroy) \
    ROW(cuGraphExecDestroy) \
    ROW(cuEventCreate) ROW(cuEventDestroy_v2) ROW(cuEventRecord) ROW(cuEventQuery) ROW(cuEventSynchronize) \
    ROW(cuMemAlloc_v2) ROW(cuMemFree_v2) ROW(cuMemGetInfo_v2) ROW(cuMemAllocHost_v2) ROW(cuMemFreeHost) \
    ROW(cuMemcpyHtoD_v2) ROW(cuMemcpyDtoH_v2) ROW(cuMemcpyHtoDAsync_v2) ROW(cuMemcpyDtoHAsync_v2) \
    ROW(cuMemcpyDtoDAsync_v2) ROW(cuMemsetD8Async) ROW(cuMemsetD32Async)
/* clang-format on */

typedef struct gpu_driver {
#define GPU_ROW(name) __typeof__(name) *name;
    GPU_FUNCTIONS(GPU_ROW)
#undef GPU_ROW
    /* NULL where the library is not the software GPU */
    softgpu_counters_now_fn *counters_now;
    softgpu_message_fn *message;
    softgpu_live_fn *live;
    softgpu_form_fn *form;
} gpu_driver;

extern gpu_driver gpu;

/* Loads the library and initializes it; ends the test program if that fails. */
void gpu_open(const char *library);

/* Fails the test with the name of the code unless it is the one expected. */
#define OK(call) gpu_expect(call, CUDA_SUCCESS, #call, __FILE__, __LINE__)
#define FAILS(code, call) gpu_expect(call, code, #call, __FILE__, __LINE__)
void gpu_expect(CUresult code, CUresult expected, const char *call, const char *file, int line);

/* A context of its own, current; a module in it. */
typedef struct gpu_place {
    CUcontext context;
    CUmodule module;
    size_t live; /* what lived before */
} gpu_place;
gpu_place gpu_enter(const char *ptx); /* text of PTX, or NULL: no module */
void gpu_leave(gpu_place place);      /* after which nothing lives that did not before */

CUfunction gpu_function(gpu_place place, const char *name);
CUdeviceptr gpu_allocate(size_t bytes);
/* Launches blocks x threads with the arguments, on that stream. */
CUresult gpu_launch(CUfunction f, unsigned blocks, unsigned threads, CUstream stream, void **arguments);
/* The text of a file beside the tests; the caller frees it. */
char *gpu_fixture(const char *name);

#endif
