/* SPDX-License-Identifier: Apache-2.0
 *
 * NumPy's file format for one array: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
#ifndef CW_CLI_NPY_H
#define CW_CLI_NPY_H

#include "tensor.h"

#include <stddef.h>

/* The bytes that numpy.save writes before the elements of a C-ordered array; bfloat16 is "<V2" there. */
typedef struct cw_npy_header {
    char bytes[1024];
    size_t length;
} cw_npy_header;
cw_npy_header cw_npy_header_of(cw_dtype dtype, uint32_t rank, const uint64_t *shape);

/* Where an .npy of `bytes` bytes is: in a file, or in an archive. */
typedef struct cw_npy_source {
    const char *name; /* in complaints */
    uint64_t bytes;
    void *from;
    int (*read)(void *from, const char *name, void *data, uint64_t bytes); /* the next ones; EXIT_GOOD or a complaint */
} cw_npy_source;

/* Reads version 1, 2 or 3; the tensor has no name. Fortran order becomes C order. No memory is taken for more elements than
 * the source has bytes. EXIT_GOOD; EXIT_USAGE if the content is not a whole array of a dtype of ours; EXIT_IO. Untouched on
 * failure. */
int cw_npy_read_from(const cw_npy_source *source, cw_tensor *tensor);

/* The same for a file. */
int cw_npy_read(const char *path, cw_tensor *tensor);

#endif
