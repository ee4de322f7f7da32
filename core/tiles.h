/* SPDX-License-Identifier: Apache-2.0
 *
 * For authors of backends: which part of a fill is tiles, and what is the same in all of them. Header-only, as backend.h.
 */
#ifndef CW_TILES_H
#define CW_TILES_H

#include <stdint.h>

#include "numeric/tile.h"

__attribute__((unused)) static void cw_raise_keys(cw_tiles *t, uint32_t key0, uint32_t key1) {
    for (uint32_t i = 0; i < 8; i++) {
        t->key0[i] = key0 + (i + 2) * 0x9E3779B9u;
        t->key1[i] = key1 + (i + 2) * 0xBB67AE85u;
    }
    t->key1[0] = 0;
}

/* The first whole group at a multiple of 16 bytes, or UINT64_MAX if no group is. */
__attribute__((unused)) static uint64_t cw_first_aligned(const cwn_launch *l, uint64_t address) {
    const uint64_t size = cwn_group_elements(l->type), bytes = cwn_bytes_of(l->type);
    for (uint64_t group = (l->first + size - 1) / size, i = 0; i < 2; group++, i++)
        if ((address + (group * size - l->first) * bytes) % 16 == 0) return group;
    return UINT64_MAX;
}

/* How many tiles there are before word 0 of the counter may wrap. Truncated normals fold in each tile, so that theirs
 * only have to begin where a tile's 2^19 blocks do. */
__attribute__((unused)) static uint64_t cw_before_wrap(const cwn_launch *l, uint32_t counter, uint64_t most) {
    const uint64_t blocks = (UINT64_C(1) << 32) - counter, turn = most * CW_TILE;
    if (l->distribution == CWN_TRUNCATED_NORMAL) return UINT32_MAX;
    return blocks < turn ? 0 : (blocks - turn) / CW_TILE;
}

__attribute__((unused)) static uint64_t cw_first_in_tiles(const cwn_launch *l, uint64_t address) {
    const uint64_t first = cw_first_aligned(l, address);
    if (l->distribution != CWN_TRUNCATED_NORMAL || first == UINT64_MAX) return first;
    return first + (0 - ((l->counter_low >> 8) + first)) % CW_TILE;
}

/* Those of a fill at an address. A turn of the grid is at most `most` tiles; with fewer than `least` there are none. */
__attribute__((unused)) static cw_tiles cw_tiles_of(const cwn_launch *l, uint64_t address, uint64_t least, uint64_t most) {
    const uint64_t first = cw_first_in_tiles(l, address), end = (l->first + l->count) / cwn_group_elements(l->type);
    cw_tiles t = {0};
    if (l->flush || !cw_has_tiles(l->distribution, l->type) || first >= end) return t;
    const cwn_counter start = {l->counter_low, l->counter_high}, steps = {first, 0};
    const cw_folded folded = cw_fold(cwn_skip(start, steps), l->key0, l->key1);
    const uint64_t whole = (end - first) / CW_TILE, safe = cw_before_wrap(l, folded.counter, most),
                   tiles = whole < safe ? whole : safe;
    if (tiles < least) return t;
    t.first = first;
    t.tiles = (uint32_t)tiles;
    t.philox = folded;
    cw_raise_keys(&t, l->key0, l->key1);
    return t;
}

#endif
