/* SPDX-License-Identifier: Apache-2.0
 *
 * NumPy's file format for one array: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
#ifndef CW_CLI_NPY_H
#define CW_CLI_NPY_H

#include "tensor.h"

#include <stdio.h>

/* The bytes that numpy.save writes before the elements of a C-ordered array; bfloat16 is "<V2" there. Write errors
 * stay in the FILE, where cw_output_finish finds them. */
void cw_npy_write_header(FILE *file, cw_dtype dtype, uint32_t rank, const uint64_t *shape);

/* Reads a file of version 1, 2 or 3; its tensor has no name. Fortran order becomes C order.
 * EXIT_GOOD; EXIT_USAGE if the content is not a whole array of a dtype of ours; EXIT_IO. Untouched on failure. */
int cw_npy_read(const char *path, cw_tensor *tensor);

#endif
