/* SPDX-License-Identifier: Apache-2.0
 *
 * The CUDA driver, loaded by name: nothing here is linked, and nothing is kept outside the struct.
 */
#ifndef CW_CUDA_DRIVER_H
#define CW_CUDA_DRIVER_H

#include <cuda.h>

#include "backend.h"

/* Functions with the names that the library exports: where cuda.h maps a name to a version, that version. */
/* clang-format off */
#define CW_DRIVER_TABLE(ROW) \
    ROW(cuGetErrorName) \
    ROW(cuInit) \
    ROW(cuDriverGetVersion) \
    ROW(cuDeviceGetCount) \
    ROW(cuDeviceGet) \
    ROW(cuDeviceGetName) \
    ROW(cuDeviceTotalMem_v2) \
    ROW(cuDeviceGetAttribute) \
    ROW(cuDevicePrimaryCtxRetain) \
    ROW(cuDevicePrimaryCtxRelease_v2) \
    ROW(cuCtxPushCurrent_v2) \
    ROW(cuCtxPopCurrent_v2) \
    ROW(cuCtxGetDevice) \
    ROW(cuModuleLoadData) \
    ROW(cuModuleUnload) \
    ROW(cuModuleGetFunction) \
    ROW(cuFuncLoad) \
    ROW(cuLaunchKernel) \
    ROW(cuStreamCreate) \
    ROW(cuStreamDestroy_v2) \
    ROW(cuStreamSynchronize) \
    ROW(cuEventCreate) \
    ROW(cuEventDestroy_v2) \
    ROW(cuEventRecord) \
    ROW(cuEventSynchronize) \
    ROW(cuEventElapsedTime_v2) \
    ROW(cuMemAlloc_v2) \
    ROW(cuMemFree_v2) \
    ROW(cuMemcpyHtoDAsync_v2) \
    ROW(cuMemcpyDtoHAsync_v2)
/* clang-format on */

typedef struct cw_cuda_driver {
    void *library;
    int version; /* 13000 is 13.0 */
#define CW_ROW(name) __typeof__(name) *name;
    CW_DRIVER_TABLE(CW_ROW)
#undef CW_ROW
} cw_cuda_driver;

/* Loads and initializes the driver. On failure there is nothing to unload.
 * CW_ERROR_NO_RUNTIME, CW_ERROR_NO_DEVICE */
cw_status cw_cuda_load(cw_cuda_driver *driver, cw_error *why);
void cw_cuda_unload(cw_cuda_driver *driver);

/* CW_OK for CUDA_SUCCESS. Otherwise fills *why with "`what`: the name of `code`" and returns the status for that code,
 * which is `other` unless memory is exhausted. */
cw_status cw_cuda_check(const cw_cuda_driver *driver, CUresult code, cw_status other, const char *what, cw_error *why);

/* The least compute capability of the kernels. */
enum { CW_CUDA_LEAST_MAJOR = 7, CW_CUDA_LEAST_MINOR = 5 };

/* An attribute of a device; 0 if the driver does not give it. */
int cw_cuda_attribute(const cw_cuda_driver *driver, CUdevice device, CUdevice_attribute attribute);

/* Writes why the device cannot be used, or "". Returns the driver's error if it does not tell. */
CUresult cw_cuda_why_not(const cw_cuda_driver *driver, CUdevice device, char *text, size_t capacity);

#endif
