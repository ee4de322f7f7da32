/* SPDX-License-Identifier: Apache-2.0
 *
 * The host's threads: work in many more tasks than threads, so that none of them waits long and the progress line
 * moves.
 */
#ifndef CW_CLI_CREW_H
#define CW_CLI_CREW_H

#include "counterweight/cpu.h"

enum { CW_CREW_MOST = 1024 }; /* threads */

/* How many threads there are to be; 0, as at the start, for one on each core that the process may use. */
void cw_crew_resize(uint32_t threads);
uint32_t cw_crew_size(void);

/* `user` is not looked at. Reports the tasks as one part of the present stage of the progress. */
cw_parallel_for cw_crew_run;

/* Calls piece(argument, first, count) for pieces of a few megabytes that make up `elements` elements of `size` bytes.
 */
void cw_crew_cut(uint64_t elements, size_t size, void (*piece)(void *argument, uint64_t first, uint64_t count),
                 void *argument);

#endif
