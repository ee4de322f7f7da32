/* SPDX-License-Identifier: Apache-2.0
 *
 * cuda.h, with its functions exported: the compiler checks every definition here against NVIDIA's declaration.
 */
#ifndef SG_API_H
#define SG_API_H

#pragma GCC visibility push(default)
#include <cuda.h>
/* Names of older headers, which the library exports for ever. */
#undef cuEventElapsedTime
CUresult CUDAAPI cuEventElapsedTime(float *milliseconds, CUevent start, CUevent end);
CUresult CUDAAPI cuCtxCreate_v2(CUcontext *context, unsigned int flags, CUdevice device);
#pragma GCC visibility pop

#endif
