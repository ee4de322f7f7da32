/* SPDX-License-Identifier: Apache-2.0
 *
 * Which part of a fill is tiles, and what is the same in all of them.
 */
#include "tile.h"

#include "numeric/philox.h"

static cw_tiles folded(cwn_counter c, uint32_t key0, uint32_t key1) {
    const uint32_t raise0 = 0x9E3779B9, raise1 = 0xBB67AE85;
    const uint64_t q = cwn_mul(c.high, 0xCD9E8D57), p = cwn_mul((q >> 32) ^ (c.low >> 32) ^ key0, 0xD2511F53);
    cw_tiles t = {.counter = (uint32_t)c.low};
    for (uint32_t i = 0; i < 8; i++) {
        t.key0[i] = key0 + (i + 2) * raise0;
        t.key1[i] = key1 + (i + 2) * raise1;
    }
    t.in2 = (uint32_t)(c.high >> 32) ^ key1;
    t.in0 = (uint32_t)q ^ (key0 + raise0);
    t.out2 = (uint32_t)(p >> 32) ^ (key1 + raise1);
    t.out3 = (uint32_t)p ^ t.key1[0];
    t.key1[0] = 0;
    return t;
}

/* The first whole group at a multiple of 16 bytes, or UINT64_MAX if no group is. */
static uint64_t first_aligned(const cwn_launch *l, uint64_t address) {
    const uint64_t size = cwn_group_elements(l->type), bytes = cwn_bytes_of(l->type);
    for (uint64_t group = (l->first + size - 1) / size, i = 0; i < 2; group++, i++)
        if ((address + (group * size - l->first) * bytes) % 16 == 0) return group;
    return UINT64_MAX;
}

/* Tiles before word 0 of the counter may wrap. */
static uint64_t before_wrap(uint32_t counter, uint64_t most) {
    const uint64_t blocks = (UINT64_C(1) << 32) - counter, turn = most * CW_TILE;
    return blocks < turn ? 0 : (blocks - turn) / CW_TILE;
}

cw_tiles cw_tiles_of(const cwn_launch *l, uint64_t address, uint64_t least, uint64_t most) {
    const cw_tiles none = {0};
    const uint64_t first = first_aligned(l, address), end = (l->first + l->count) / cwn_group_elements(l->type);
    if (l->flush || !cw_has_tiles(l->distribution, l->type) || first >= end) return none;
    const cwn_counter start = {l->counter_low, l->counter_high}, steps = {first, 0};
    cw_tiles t = folded(cwn_skip(start, steps), l->key0, l->key1);
    const uint64_t whole = (end - first) / CW_TILE, safe = before_wrap(t.counter, most),
                   tiles = whole < safe ? whole : safe;
    if (tiles < least) return none;
    t.first = first;
    t.tiles = (uint32_t)tiles;
    return t;
}
