/* SPDX-License-Identifier: Apache-2.0
 *
 * The kernels' fat binary: one PTX and the machine code that ptxas made from it.
 */
#ifndef CW_CUDA_IMAGE_H
#define CW_CUDA_IMAGE_H

extern const unsigned char cw_cuda_image[];
const unsigned char *cw_cuda_kernels(void);

#endif
