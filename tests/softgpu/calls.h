/* SPDX-License-Identifier: Apache-2.0
 *
 * Every function of the driver that is exported, and what each call goes through: one lock, the count, the fault on
 * demand, and the conditions of its row.
 */
#ifndef SG_CALLS_H
#define SG_CALLS_H

#include "api.h"
#include "object.h"

enum {
    SG_INITIALIZED = 1,          /* cuInit was called */
    SG_CURRENT = 2 | 1,          /* and a context is current */
    SG_HEALTHY = 4 | SG_CURRENT, /* which no fault has stopped */
    SG_UNSAFE = 8                /* may not be called while a stream is captured */
};

/* clang-format off */
#define SG_CALL_TABLE(ROW) \
    ROW(cuGetErrorName, 0) ROW(cuGetErrorString, 0) ROW(cuInit, 0) ROW(cuDriverGetVersion, 0) \
    ROW(cuDeviceGetCount, SG_INITIALIZED) ROW(cuDeviceGet, SG_INITIALIZED) ROW(cuDeviceGetName, SG_INITIALIZED) \
    ROW(cuDeviceGetUuid_v2, SG_INITIALIZED) ROW(cuDeviceTotalMem_v2, SG_INITIALIZED) \
    ROW(cuDeviceGetAttribute, SG_INITIALIZED) \
    ROW(cuDevicePrimaryCtxRetain, SG_INITIALIZED) ROW(cuDevicePrimaryCtxRelease_v2, SG_INITIALIZED) \
    ROW(cuDevicePrimaryCtxReset_v2, SG_INITIALIZED) ROW(cuDevicePrimaryCtxGetState, SG_INITIALIZED) \
    ROW(cuCtxCreate_v2, SG_INITIALIZED) ROW(cuCtxCreate_v4, SG_INITIALIZED) ROW(cuCtxDestroy_v2, SG_INITIALIZED) \
    ROW(cuCtxPushCurrent_v2, SG_INITIALIZED) ROW(cuCtxPopCurrent_v2, SG_INITIALIZED) \
    ROW(cuCtxSetCurrent, SG_INITIALIZED) ROW(cuCtxGetCurrent, SG_INITIALIZED) \
    ROW(cuCtxGetDevice, SG_CURRENT) ROW(cuCtxSynchronize, SG_HEALTHY | SG_UNSAFE) \
    ROW(cuModuleLoadData, SG_HEALTHY | SG_UNSAFE) ROW(cuModuleLoadDataEx, SG_HEALTHY | SG_UNSAFE) \
    ROW(cuModuleLoadFatBinary, SG_HEALTHY | SG_UNSAFE) ROW(cuModuleUnload, SG_CURRENT | SG_UNSAFE) \
    ROW(cuModuleGetFunction, SG_HEALTHY) ROW(cuModuleGetGlobal_v2, SG_HEALTHY) \
    ROW(cuModuleGetLoadingMode, SG_INITIALIZED) \
    ROW(cuFuncLoad, SG_HEALTHY | SG_UNSAFE) ROW(cuFuncIsLoaded, SG_HEALTHY) ROW(cuFuncGetAttribute, SG_HEALTHY) \
    ROW(cuFuncGetModule, SG_HEALTHY) \
    ROW(cuLaunchKernel, SG_HEALTHY) ROW(cuLaunchKernelEx, SG_HEALTHY) \
    ROW(cuStreamCreate, SG_HEALTHY) ROW(cuStreamCreateWithPriority, SG_HEALTHY) ROW(cuStreamDestroy_v2, SG_CURRENT) \
    ROW(cuStreamSynchronize, SG_HEALTHY) ROW(cuStreamQuery, SG_HEALTHY) ROW(cuStreamWaitEvent, SG_HEALTHY) \
    ROW(cuStreamGetCtx, SG_CURRENT) ROW(cuStreamGetFlags, SG_CURRENT) \
    ROW(cuStreamBeginCapture_v2, SG_HEALTHY) ROW(cuStreamEndCapture, SG_HEALTHY) ROW(cuStreamIsCapturing, SG_HEALTHY) \
    ROW(cuGraphInstantiateWithFlags, SG_HEALTHY) ROW(cuGraphLaunch, SG_HEALTHY) ROW(cuGraphGetNodes, SG_CURRENT) \
    ROW(cuGraphDestroy, SG_CURRENT) ROW(cuGraphExecDestroy, SG_CURRENT) \
    ROW(cuEventCreate, SG_HEALTHY) ROW(cuEventDestroy_v2, SG_CURRENT) ROW(cuEventRecord, SG_HEALTHY) \
    ROW(cuEventQuery, SG_HEALTHY) ROW(cuEventSynchronize, SG_HEALTHY) ROW(cuEventElapsedTime, SG_HEALTHY) \
    ROW(cuEventElapsedTime_v2, SG_HEALTHY) \
    ROW(cuMemAlloc_v2, SG_HEALTHY | SG_UNSAFE) ROW(cuMemFree_v2, SG_HEALTHY | SG_UNSAFE) \
    ROW(cuMemGetInfo_v2, SG_HEALTHY) ROW(cuMemGetAddressRange_v2, SG_HEALTHY) \
    ROW(cuMemAllocHost_v2, SG_HEALTHY | SG_UNSAFE) ROW(cuMemHostAlloc, SG_HEALTHY | SG_UNSAFE) \
    ROW(cuMemFreeHost, SG_HEALTHY | SG_UNSAFE) \
    ROW(cuMemcpyHtoD_v2, SG_HEALTHY | SG_UNSAFE) ROW(cuMemcpyDtoH_v2, SG_HEALTHY | SG_UNSAFE) \
    ROW(cuMemcpyDtoD_v2, SG_HEALTHY | SG_UNSAFE) \
    ROW(cuMemcpyHtoDAsync_v2, SG_HEALTHY) ROW(cuMemcpyDtoHAsync_v2, SG_HEALTHY) ROW(cuMemcpyDtoDAsync_v2, SG_HEALTHY) \
    ROW(cuMemsetD8_v2, SG_HEALTHY) ROW(cuMemsetD16_v2, SG_HEALTHY) ROW(cuMemsetD32_v2, SG_HEALTHY) \
    ROW(cuMemsetD8Async, SG_HEALTHY) ROW(cuMemsetD16Async, SG_HEALTHY) ROW(cuMemsetD32Async, SG_HEALTHY)
/* clang-format on */

typedef enum sg_call {
#define SG_ROW(name, conditions) SG_##name,
    SG_CALL_TABLE(SG_ROW)
#undef SG_ROW
        SG_CALLS
} sg_call;

/* Takes the lock; CUDA_SUCCESS, or why the call fails before it does anything. */
CUresult sg_enter(sg_call call);
/* Gives the lock back and returns the code. */
CUresult sg_leave(CUresult code);

/* The code by name or number, or CUDA_ERROR_UNKNOWN. */
CUresult sg_error_by_name(const char *name);

extern bool sg_initialized;

#endif
