/* SPDX-License-Identifier: Apache-2.0
 *
 * The seeds that Keras draws after keras.utils.set_random_seed: draw k, from 0, is the k-th random.randint(1, 10**9).
 */
#ifndef CW_CLI_DRAWS_H
#define CW_CLI_DRAWS_H

#include "counterweight/counterweight.h"

#include <stdbool.h>

enum { CW_MOST_DRAWS = 1000000 };

/* Starts as {0}, and then from cw_draws_start. All draws so far are kept: they may be asked for in any order. */
typedef struct cw_draws {
    bool started;
    cw_mersenne twister;
    int64_t *seed;
    size_t count, room;
    int64_t next; /* the draw that follows the one that was taken last */
} cw_draws;

void cw_draws_start(cw_draws *draws, uint32_t seed);

/* Takes draw k, 0 <= k < CW_MOST_DRAWS. EXIT_GOOD, or a complaint if memory is exhausted. */
int cw_draws_take(cw_draws *draws, int64_t k, int64_t *seed);

void cw_draws_free(cw_draws *draws);

#endif
