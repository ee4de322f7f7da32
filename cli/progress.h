/* SPDX-License-Identifier: Apache-2.0
 *
 * One line on stderr for work that takes longer than half a second, only where stderr is a terminal. There is one
 * stderr, and so one progress: whoever does a part of the work reports it here, from the thread that started it.
 */
#ifndef CW_CLI_PROGRESS_H
#define CW_CLI_PROGRESS_H

#include <stdint.h>

/* Seconds of a clock that only moves forward. */
double cw_now(void);

/* So many bytes will be gone through so many times. Without a start the functions below do nothing. */
void cw_progress_start(uint64_t bytes, unsigned passes);

/* The stage before is done, and the next goes through `bytes` bytes once, in `parts` parts that take equally long. */
void cw_progress_stage(uint64_t bytes, uint64_t parts);

/* So much of the present part is done, 1 for all of it. */
void cw_progress_part(double share);

/* Takes the line away until there is something new to show: something else is about to be printed. */
void cw_progress_hide(void);

void cw_progress_end(void);

#endif
