/* SPDX-License-Identifier: Apache-2.0
 *
 * A model on its way into a file, in which the place of every element is known before any is made, unless the format
 * writes all of the file itself: then the places are meaningless.
 */
#ifndef CW_CLI_SAVE_H
#define CW_CLI_SAVE_H

#include "format.h"
#include "make.h"
#include "output.h"

/* Starts as {0}; `output` belongs to whoever opens it. */
typedef struct cw_save {
    const cw_model *model; /* all of it, also where this process makes a part */
    const cw_format *format;
    cw_output output;
    uint64_t *at;  /* where each tensor begins in the file, and where the file ends */
    cw_sums *sums; /* of each tensor's elements that were written, by their numbers in what is stored of it */
    size_t header; /* bytes */
} cw_save;

/* EXIT_GOOD, or a complaint; to be freed in both cases. */
int cw_save_plan(cw_save *save, const cw_format *format, const cw_model *model);

/* cw_make of the model, or of a part of it, for a sink that gives each piece to cw_save_piece. */
int cw_save_make(cw_save *save, cw_device *device, const cw_model *part, cw_sink *sink, void *user, cw_made *made);

/* Where the file ends. */
uint64_t cw_save_end(const cw_save *save);

/* Writes a piece of entry number `i` to its place, and keeps its sums. EXIT_GOOD, or a complaint; what ends the output
 * is left to the caller. */
int cw_save_piece(cw_save *save, size_t i, const cw_entry *entry, const cw_made_piece *piece);

/* Once all tensors are there: their digests are looked at, the header is written, if any, and the file gets its name;
 * else it is removed. *whole gets the digests and the size of the model, but no time. EXIT_GOOD, or a complaint. */
int cw_save_finish(cw_save *save, cw_made *whole);

void cw_save_free(cw_save *save);

#endif
