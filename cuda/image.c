/* SPDX-License-Identifier: Apache-2.0
 *
 * The kernels' fat binary, placed in the library by the assembler.
 */
#include "image.h"

__asm__(".section .rodata\n"
        ".balign 16\n"
        ".globl cw_cuda_image\n"
        ".hidden cw_cuda_image\n"
        ".type cw_cuda_image, %object\n"
        "cw_cuda_image:\n"
        ".incbin \"" CW_CUDA_IMAGE_FILE "\"\n"
        ".size cw_cuda_image, . - cw_cuda_image\n"
        ".previous\n");

/* ISO C wants something in a file besides assembler. */
const unsigned char *cw_cuda_kernels(void) { return cw_cuda_image; }
