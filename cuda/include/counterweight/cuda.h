/* SPDX-License-Identifier: Apache-2.0
 *
 * The CUDA backend: fills device memory through the driver API, which is loaded when it is first asked for.
 *
 * A program that is linked with it starts on a machine without a GPU. The driver is libcuda.so.1, or the file that the
 * environment variable CW_CUDA_LIBRARY names (ignored in set-uid programs). This header needs none of CUDA's; the
 * types are those behind CUcontext, CUstream and CUdeviceptr, so both fit together in either order.
 *
 * Every function leaves the calling thread's current context as it found it.
 */
#ifndef COUNTERWEIGHT_CUDA_H
#define COUNTERWEIGHT_CUDA_H

#include "counterweight/counterweight.h"

struct CUctx_st;
struct CUstream_st;

#ifdef __cplusplus
extern "C" {
#endif

/* The least driver that runs the kernels in this library, such as "R580 for CUDA 13.0 kernels". A static string; no
 * driver is needed to ask. */
CW_API const char *cw_cuda_least_driver(void);

/* Opens the device of the caller's context, which must outlive the device opened. Loads all kernels there, lazy
 * loading or not, so that a fill only enqueues and its stream may be captured in a graph. Do not open while a stream
 * of the context is being captured. Any thread may open; afterwards one host thread at a time may use the device.
 * *device is written on success only.
 * CW_ERROR_ARGUMENT     NULL, or no live context
 * CW_ERROR_NO_RUNTIME   no driver library, or one older than cw_cuda_least_driver
 * CW_ERROR_NO_DEVICE    the driver finds no GPU
 * CW_ERROR_UNSUPPORTED  the GPU's compute capability is below 7.5
 * CW_ERROR_DEVICE, CW_ERROR_MEMORY */
CW_API cw_status cw_cuda_open(struct CUctx_st *context, cw_device **device, cw_error *why);

/* Opens device number `ordinal` in its primary context, the one that the CUDA runtime uses, and keeps that alive until
 * cw_device_close. As cw_cuda_open, and CW_ERROR_NO_DEVICE if there is no device of that number. */
CW_API cw_status cw_cuda_open_index(uint32_t ordinal, cw_device **device, cw_error *why);

/* Lists the devices in the driver's order, "cuda:N". Writes at most `capacity` entries to `list`, which may be NULL if
 * capacity is 0, and the number of devices to *count. A device that cannot be opened is listed and says why. On
 * failure *count is untouched.
 * CW_ERROR_ARGUMENT, CW_ERROR_NO_RUNTIME, CW_ERROR_NO_DEVICE, CW_ERROR_DEVICE */
CW_API cw_status cw_cuda_devices(cw_device_info *list, size_t capacity, size_t *count, cw_error *why);

/* Device memory as a destination: `bytes` bytes at the CUdeviceptr `memory`, a multiple of the dtype's size (16 is
 * fastest). `stream` is of the same context; NULL is its default stream. Fills on one stream run in order. The memory
 * must live until the work is done, or as long as a graph that captured it. cw_sync waits for the whole stream. */
static inline cw_destination cw_cuda_at(unsigned long long memory, uint64_t bytes, struct CUstream_st *stream) {
    cw_destination d = {sizeof(cw_destination), CW_BACKEND_CUDA, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    d.memory = (void *)(uintptr_t)memory;
    d.bytes = bytes;
    d.queue = stream;
    return d;
}

#ifdef __cplusplus
}
#endif
#endif
