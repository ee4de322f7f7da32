/* SPDX-License-Identifier: Apache-2.0
 *
 * Tensors going out: the file formats by the ending of their names.
 */
#ifndef CW_CLI_FORMAT_H
#define CW_CLI_FORMAT_H

#include "make.h"
#include "output.h"

#include <stdio.h>

typedef struct cw_format {
    const char *ending; /* "-" for stdout */
    /* What comes before the elements of all tensors. EXIT_GOOD, or a complaint. */
    int (*begin)(FILE *file, const cw_model *model, const cw_sums *digest);
    /* NULL if the elements follow as they are. Else there is no `begin`: makes the model and writes all of the file,
     * and the sink gets each piece. EXIT_GOOD, or a complaint. */
    int (*write)(cw_output *output, cw_device *device, const cw_model *model, cw_sink *sink, void *user, cw_made *made);
} cw_format;

/* NULL after a complaint if the name has no known ending. */
const cw_format *cw_format_of(const char *path);

/* EXIT_USAGE and a complaint if the format cannot hold the model. */
int cw_format_check(const cw_format *format, const cw_model *model, const char *path);

/* EXIT_USAGE and a complaint if processes cannot write a part of the file each. */
int cw_format_check_parts(const cw_format *format, const char *path);

/* What comes before the elements, to be freed; one digest for each tensor. Its length is the same for any digests, so
 * that it is known before they are. EXIT_GOOD, or a complaint. */
int cw_format_header(const cw_format *format, const cw_model *model, const cw_sums *digest, char **header,
                     size_t *length);

#endif
