/* SPDX-License-Identifier: Apache-2.0 */
#include "draws.h"

#include "cli.h"

#include <stdlib.h>

void cw_draws_start(cw_draws *draws, uint32_t seed) {
    draws->started = true;
    draws->twister = cw_mersenne_seed(cw_wide(seed));
}

static int make_room(cw_draws *draws, size_t room) {
    if (room <= draws->room) return EXIT_GOOD;
    if (room < 2 * draws->room) room = 2 * draws->room;
    int64_t *seed = realloc(draws->seed, room * sizeof *seed);
    if (!seed) return cw_complain_memory();
    draws->seed = seed;
    draws->room = room;
    return EXIT_GOOD;
}

int cw_draws_take(cw_draws *draws, int64_t k, int64_t *seed) {
    const int status = make_room(draws, (size_t)k + 1);
    if (status != EXIT_GOOD) return status;
    while (draws->count <= (size_t)k) draws->seed[draws->count++] = cw_mersenne_keras_seed(&draws->twister);
    *seed = draws->seed[k];
    draws->next = k + 1;
    return EXIT_GOOD;
}

void cw_draws_free(cw_draws *draws) { free(draws->seed); }
