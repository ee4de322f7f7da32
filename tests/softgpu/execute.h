/* SPDX-License-Identifier: Apache-2.0
 *
 * Running a kernel: all blocks of a grid on all cores.
 */
#ifndef SG_EXECUTE_H
#define SG_EXECUTE_H

#include "api.h"

#include "ptx.h"

typedef struct sg_launch {
    const sg_kernel *kernel;
    uint32_t grid[3], block[3], dynamic_shared;
    uint32_t context; /* its number: whose memory may be touched */
    const uint8_t *parameters;
} sg_launch;

/* CUDA_SUCCESS, or the code of the first fault, which was reported. Adds to *instructions what the threads executed. */
CUresult sg_execute(const sg_launch *launch, uint64_t *instructions);

#endif
