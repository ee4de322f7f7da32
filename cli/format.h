/* SPDX-License-Identifier: Apache-2.0
 *
 * Tensors going out: the file formats by the ending of their names.
 */
#ifndef CW_CLI_FORMAT_H
#define CW_CLI_FORMAT_H

#include "model.h"

#include <stdio.h>

typedef struct cw_format {
    const char *ending; /* "-" for stdout */
    /* What comes before the elements of all tensors. EXIT_GOOD, or a complaint. */
    int (*begin)(FILE *file, const cw_model *model);
} cw_format;

/* NULL after a complaint if the name has no known ending. */
const cw_format *cw_format_of(const char *path);

/* EXIT_USAGE and a complaint if the format cannot hold the model. */
int cw_format_check(const cw_format *format, const cw_model *model, const char *path);

#endif
