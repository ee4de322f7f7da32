/* SPDX-License-Identifier: Apache-2.0
 *
 * Ranks that fill one file and know of each other only by what stands in FILE.part.
 *
 * Behind the place of the elements FILE.part has what is to be made, by whom, and a slot for each rank: whether its
 * elements are on the disk, and their sums. Elements depend on nothing but the manifest, so a slot stays right whoever
 * else is killed or started again; and a FILE.part of another manifest, version or number of ranks is replaced. No rank
 * waits for another: the one that finds all slots filled finishes the file.
 */
#ifndef CW_CLI_RANKS_H
#define CW_CLI_RANKS_H

#include "save.h"
#include "shard.h"

/* Starts as {0}. */
typedef struct cw_ranks {
    const cw_shard *shard;
    cw_save *save;
    char *claim; /* what FILE.part says of itself */
    size_t length;
    uint32_t missing, first_missing; /* ranks whose slot is empty */
    bool last;                       /* this rank found all slots filled */
} cw_ranks;

/* Takes part in FILE.part, which is there afterwards; the rank's slot is empty. To be freed also after a failure.
 * EXIT_GOOD, or a complaint. */
int cw_ranks_open(cw_ranks *ranks, cw_save *save, const cw_shard *shard, const char *path, bool resume);

/* Once the rank's elements are written: fills its slot. For the last rank the sums in `save` then are those of all, and
 * cw_save_finish is next; for others the output is closed. EXIT_GOOD, or a complaint. */
int cw_ranks_close(cw_ranks *ranks);

void cw_ranks_free(cw_ranks *ranks);

#endif
