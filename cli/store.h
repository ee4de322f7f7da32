/* SPDX-License-Identifier: Apache-2.0
 *
 * The ceiling of a fill in host memory: memset, by as many threads as the fill has. Independent of the library's own.
 */
#ifndef CW_CLI_STORE_H
#define CW_CLI_STORE_H

#include <stdint.h>

typedef struct cw_team cw_team;

/* Starts threads that wait, the calling one being one of `threads`; fewer where the system has no more. NULL if memory is
 * exhausted. */
cw_team *cw_team_start(uint32_t threads);

/* Sets all bytes, each thread a piece of its own; small pieces are not worth a thread. */
void cw_team_store(cw_team *team, void *memory, uint64_t bytes, int value);

/* NULL is allowed. */
void cw_team_end(cw_team *team);

#endif
