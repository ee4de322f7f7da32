/* SPDX-License-Identifier: Apache-2.0
 *
 * A tensor in host memory, as files give it, and what the readers of all file formats share.
 */
#ifndef CW_CLI_TENSOR_H
#define CW_CLI_TENSOR_H

#include "counterweight/counterweight.h"

#include <stdio.h>

/* `name` is NULL in formats without names. `name` and `data` belong to the tensor and are never shared; `data` is
 * aligned for every dtype, in row-major order, little-endian, and may be NULL only while a reader is at work. */
typedef struct cw_tensor {
    char *name;
    cw_dtype dtype;
    uint32_t rank;
    uint64_t shape[CW_MAX_RANK];
    void *data;
    uint64_t bytes;
} cw_tensor;

void cw_tensor_free(cw_tensor *tensor);

/* What a tensor is called that was given no name: one from options, or in a format without names. It goes by this name
 * in files, in results, in complaints and in a total digest. */
#define CW_UNNAMED "tensor"

/* Its name, or CW_UNNAMED. */
const char *cw_tensor_name(const cw_tensor *tensor);

/* Elements times bytes of an element. 0 if that does not fit in 63 bits, else 1. */
int cw_tensor_count(cw_dtype dtype, uint32_t rank, const uint64_t *shape, uint64_t *bytes);

/* 1 if dtype and shape are the same. */
int cw_tensor_same_form(const cw_tensor *a, const cw_tensor *b);

/* A tuple as Python writes it: "()", "(5,)", "(2, 3)". The same for the index of an element. */
typedef struct cw_shape_text {
    char text[32 * (CW_MAX_RANK + 1)];
} cw_shape_text;
cw_shape_text cw_shape_text_of(uint32_t rank, const uint64_t *shape);
cw_shape_text cw_index_text_of(uint32_t rank, const uint64_t *shape, uint64_t index);

/* Opens a regular file and tells its size. EXIT_GOOD, EXIT_IO. */
int cw_file_open(const char *path, FILE **file, uint64_t *bytes);

/* The size of the regular file of that name; 0 if there is none. */
uint64_t cw_file_bytes(const char *path);

/* Reads `bytes` bytes from where the file stands, as a stage of the progress. EXIT_GOOD, EXIT_IO. */
int cw_file_read(const char *path, FILE *file, void *data, uint64_t bytes);

/* Memory for `bytes` bytes, or for one if there are none; NULL after a complaint. */
void *cw_memory(const char *path, uint64_t bytes);

#endif
