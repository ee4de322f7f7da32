/* SPDX-License-Identifier: Apache-2.0
 *
 * One line on stderr for work that takes longer than half a second, only where stderr is a terminal.
 */
#ifndef CW_CLI_PROGRESS_H
#define CW_CLI_PROGRESS_H

#include "model.h"

#include <stdbool.h>

typedef struct cw_progress {
    uint64_t bytes; /* of all tensors */
    double start, shown;
    bool terminal;
} cw_progress;

/* Seconds of a clock that only moves forward. */
double cw_now(void);

cw_progress cw_progress_start(const cw_model *model);
/* At most ten times a second. */
void cw_progress_show(cw_progress *progress, uint64_t bytes);
/* Removes the line. */
void cw_progress_end(const cw_progress *progress);

#endif
