/* SPDX-License-Identifier: Apache-2.0
 *
 * All tensors of a file, whatever its format.
 */
#ifndef CW_CLI_TENSORS_H
#define CW_CLI_TENSORS_H

#include "tensor.h"

#include <stddef.h>

/* What files say of themselves: the manifest that the tensors were made from, and by what. */
#define CW_MANIFEST_KEY "counterweight.manifest"
#define CW_VERSION_KEY "counterweight.version"
#define CW_NUMERICS_KEY "counterweight.numerics_version"

/* In the order of the file. `manifest` is JSON text, or NULL where the file has none. Starts as {0}. */
typedef struct cw_tensors {
    cw_tensor *tensor;
    size_t count;
    char *manifest;
} cw_tensors;

/* Chooses the format by the ending: .npy (one tensor whose name is NULL), .npz or .safetensors.
 * EXIT_GOOD; EXIT_USAGE for another ending or bad content; EXIT_IO. Untouched on failure. */
int cw_tensors_read(const char *path, cw_tensors *tensors);

/* The tensor of `other` that is compared with `tensor`, which is one of `of`: that of the same name. Where both have
 * one tensor, and one of the two was given no name, it is the other. NULL if there is none. */
const cw_tensor *cw_tensors_partner(const cw_tensors *other, const cw_tensors *of, const cw_tensor *tensor);

void cw_tensors_free(cw_tensors *tensors);

#endif
