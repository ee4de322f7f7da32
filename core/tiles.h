/* SPDX-License-Identifier: Apache-2.0
 *
 * For authors of backends: which part of a fill is tiles, and what is the same in all of them. Header-only, as backend.h.
 */
#ifndef CW_TILES_H
#define CW_TILES_H

#include <stdint.h>

#include "numeric/batch.h"
#include "numeric/tile.h"

/* Those of a fill at an address. A turn of the grid is at most `most` tiles; with fewer than `least` there is but a rest. */
__attribute__((unused)) static cwn_tiles cw_tiles_of(const cwn_launch *l, uint64_t address, uint64_t least, uint64_t most) {
    return cwn_tiles_in(*l, l->distribution, l->type, address, least, most);
}

/* How many blocks, or work-groups, of CWN_THREADS do `groups` groups, those among them that are in tiles: enough for each tile
 * and for each of the others, but no more than `most`, which go on with what is left. */
__attribute__((unused)) static uint64_t cw_blocks_of(const cwn_tiles *t, uint64_t groups, uint64_t most) {
    const uint64_t others = (groups - (uint64_t)t->tiles * CWN_TILE_GROUPS + CWN_THREADS - 1) / CWN_THREADS;
    const uint64_t blocks = others < t->tiles ? t->tiles : others;
    return blocks < most ? blocks : most;
}

/* Those of a slice, if it is in runs that are filled piece by piece; else its `rest` is 0. */
__attribute__((unused)) static cwn_tiles cw_runs_of(const cwn_launch *l, const cwn_slice *s) {
    const int in_runs = cwn_has_runs(l->distribution, l->type) && cwn_is_in_runs(s, l->type, CWN_STORE(l->type, s->store));
    return in_runs ? cwn_tiles_of_runs(*l, l->type, s) : cwn_no_tiles();
}

#endif
