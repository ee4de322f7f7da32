/* SPDX-License-Identifier: Apache-2.0
 *
 * Named tensors in one file: https://github.com/huggingface/safetensors#format
 *
 *     8 bytes: length of the header, then the header as JSON filled up with spaces, then the tensors without gaps
 */
#ifndef CW_CLI_SAFETENSORS_H
#define CW_CLI_SAFETENSORS_H

#include "tensor.h"

#include <stddef.h>
#include <stdio.h>

/* One entry of "__metadata__": UTF-8, zero-terminated. */
typedef struct cw_metadata {
    char *key, *value;
} cw_metadata;

/* What a file holds, with the tensors in the order in which its header names them. Starts as {0}. */
typedef struct cw_safetensors {
    cw_tensor *tensor;
    size_t count;
    cw_metadata *metadata;
    size_t metadata_count;
} cw_safetensors;

/* Writes everything before the data: then follow the tensors' `bytes`, in this order and without gaps. Their `data`
 * is not looked at. Write errors stay in the FILE, where cw_output_finish finds them.
 * EXIT_GOOD; EXIT_USAGE if a name is missing, not UTF-8 or there twice, or the header gets too long; EXIT_IO. */
int cw_safetensors_write_header(FILE *file, const cw_tensor *tensor, size_t count, const cw_metadata *metadata,
                                size_t metadata_count);

/* Reads a whole file. Whatever is not exactly as the format demands, holes, overlaps and bytes at the end included,
 * is refused. EXIT_GOOD; EXIT_USAGE for the content; EXIT_IO. *s is untouched on failure. */
int cw_safetensors_open(const char *path, cw_safetensors *s);

/* The value of a metadata key, or NULL. It belongs to *s. */
const char *cw_safetensors_metadata(const cw_safetensors *s, const char *key);

void cw_safetensors_close(cw_safetensors *s);

#endif
