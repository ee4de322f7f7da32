/* SPDX-License-Identifier: Apache-2.0
 *
 * cw_tiles_of: which groups of a range are in tiles, and that folding is cwn_philox. tests/conformance/long.c has the
 * bits.
 */
#include "tiles.h"

#include <stdio.h>

#include "numeric/philox.h"

enum { UNITS = 4, MOST = 256 };

static int failures;

static void expect(int holds, const char *what, uint64_t a, uint64_t b) {
    if (holds) return;
    printf("FAIL %s: %llu, %llu\n", what, (unsigned long long)a, (unsigned long long)b);
    failures++;
}

static uint64_t random64(void) {
    static uint64_t state;
    uint64_t x = state += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static void try_folding(void) {
    for (int i = 0; i < 20000; i++) {
        const cwn_launch l = {.count = 1 << 20,
                              .counter_low = random64() & ~(UINT64_C(1) << 31),
                              .counter_high = random64(),
                              .key0 = (uint32_t)random64(),
                              .key1 = (uint32_t)random64(),
                              .distribution = CWN_UNIFORM,
                              .type = CWN_FLOAT32};
        const cwn_tiles t = cw_tiles_of(&l, 64, UNITS, MOST);
        const uint32_t group = (uint32_t)(random64() % cwn_groups_in(t));
        const cwn_counter c = {l.counter_low, l.counter_high}, steps = {group, 0};
        const cwn_block x = cwn_philox(cwn_skip(c, steps), l.key0, l.key1),
                        y = cwn_tile_block(t, t.philox, t.philox.counter + group);
        expect((uint32_t)x.w0 == (uint32_t)y.w0 && (uint32_t)x.w1 == (uint32_t)y.w1 &&
                   (uint32_t)x.w2 == (uint32_t)y.w2 && (uint32_t)x.w3 == (uint32_t)y.w3,
               "folding", l.counter_low, group);
    }
}

static uint64_t rest; /* of the last that tiles() was asked for */

static uint64_t tiles(cwn_word distribution, cwn_word type, uint64_t first, uint64_t count, uint64_t counter,
                      uint64_t address) {
    const cwn_launch l = {
        .first = first, .count = count, .counter_low = counter, .distribution = distribution, .type = type};
    const cwn_tiles t = cw_tiles_of(&l, address, UNITS, MOST);
    if (cwn_groups_in(t)) { /* at a multiple of 16, and inside */
        const uint64_t size = cwn_group_elements(type), begin = t.first * size - first, end = begin + cwn_groups_in(t) * size;
        expect((address + begin * cwn_bytes_of(type)) % 16 == 0, "alignment", first, address);
        expect(begin <= count && end <= count, "end", begin, end);
        expect(distribution == CWN_TRUNCATED_NORMAL ||
                   (uint64_t)t.philox.counter + cwn_groups_in(t) + MOST * CWN_TILE_GROUPS <= UINT64_C(1) << 32,
               "wrap", t.philox.counter, cwn_groups_in(t));
    }
    expect(t.rest % cwn_groups_of_16_bytes(type) == 0, "half of 16 bytes", t.rest, type);
    rest = t.rest;
    return t.tiles;
}

static void try_places(void) {
    const uint64_t turn = MOST * CWN_TILE_GROUPS, wrap = UINT64_C(1) << 32;
    expect(tiles(CWN_UNIFORM, CWN_FLOAT32, 0, 4 * CWN_TILE_GROUPS * 9, 0, 0) == 9, "all", 9, 0);
    expect(tiles(CWN_UNIFORM, CWN_FLOAT32, 0, 4 * CWN_TILE_GROUPS * 9 - 1, 0, 0) == 8 && rest == CWN_TILE_GROUPS - 1, "an element less", 8, rest);
    expect(tiles(CWN_UNIFORM, CWN_FLOAT32, 0, 4 * CWN_TILE_GROUPS * 4 - 1, 0, 0) == 0 && rest == 4 * CWN_TILE_GROUPS - 1, "too few", 0, rest);
    expect(tiles(CWN_UNIFORM, CWN_FLOAT16, 0, 4 * CWN_TILE_GROUPS * 4 - 1, 0, 0) == 0 && rest == 4 * CWN_TILE_GROUPS - 2, "in pairs", 0, rest);
    expect(tiles(CWN_TRUNCATED_NORMAL, CWN_FLOAT32, 0, 4 * CWN_TILE_GROUPS * 9 - 1, 0, 0) == 8 && rest == 0, "none of truncated", 8, rest);
    expect(tiles(CWN_UNIFORM, CWN_FLOAT32, 0, 4 * CWN_TILE_GROUPS * 9, 0, 4) == 0, "never aligned", 0, 4);
    expect(tiles(CWN_UNIFORM, CWN_FLOAT32, 1, 4 * CWN_TILE_GROUPS * 9, 0, 4) == 8, "aligned after a group's rest", 1, 4);
    expect(tiles(CWN_NORMAL, CWN_BFLOAT16, 0, 4 * CWN_TILE_GROUPS * 9, 0, 8) == 8, "aligned after a group", 0, 8);
    expect(tiles(CWN_UNIFORM, CWN_FLOAT64, 1, 2 * CWN_TILE_GROUPS * 9, 0, 8) == 8, "aligned after an element", 1, 8);
    expect(tiles(CWN_UNIFORM, CWN_FLOAT32, 0, 4 * CWN_TILE_GROUPS * 9, wrap - turn - 9 * CWN_TILE_GROUPS, 0) == 9, "before the wrap", 9,
           0);
    expect(tiles(CWN_UNIFORM, CWN_FLOAT32, 0, 4 * CWN_TILE_GROUPS * 9, wrap - turn - 9 * CWN_TILE_GROUPS + 1, 0) == 8, "to the wrap", 8,
           0);
    expect(tiles(CWN_UNIFORM, CWN_FLOAT32, 0, 4 * CWN_TILE_GROUPS * 9, wrap - 1, 0) == 0, "at the wrap", 0, 0);
    expect(tiles(CWN_UNIFORM, CWN_FLOAT32, 4, 4 * CWN_TILE_GROUPS * 9, wrap - 1, 0) == 9, "after the wrap", 9, 0);
    expect(tiles(CWN_TRUNCATED_NORMAL, CWN_FLOAT32, 0, 4 * CWN_TILE_GROUPS * 9, 3 << 8, 0) == 8, "truncated from 2^19 on", 8,
           0);
    expect(tiles(CWN_TRUNCATED_NORMAL, CWN_FLOAT16, 0, 4 * CWN_TILE_GROUPS * 9, 255, 0) == 9, "truncated anywhere in a group",
           9, 0);
    expect(tiles(CWN_IDENTITY, CWN_BITS32, 0, 4 * CWN_TILE_GROUPS * 9, 0, 0) == 0, "identity", 0, 0);
    for (int i = 0; i < 20000; i++)
        tiles(CWN_UNIFORM, 1 + random64() % 7, random64() >> random64() % 64 >> 1, random64() % 1000000, random64(),
              2 * (random64() % 1000));
}

/* Three rows of 100 elements, 1000 apart, from element 10 on: groups 2 to 527. */
static uint64_t groups_of_runs(cwn_word distribution, uint64_t counter, uint64_t step, uint64_t run) {
    const cwn_launch l = {.counter_low = counter, .distribution = distribution, .type = CWN_FLOAT32};
    const cwn_slice s = {.rows = 3, .first = 10, .run = run, .step = step, .axes = 2, .store = CWN_FLOAT32,
                         .axis = {{.extent = 26}, {.extent = 3, .from = 1000, .to = 100}}};
    const cwn_tiles t = cw_runs_of(&l, &s);
    expect(t.rest == 0 || (t.first == 2 && t.philox.counter == (uint32_t)(counter + 2)), "the first group", t.first, 2);
    return t.rest;
}

static void try_runs(void) {
    const uint64_t wrap = UINT64_C(1) << 32;
    expect(groups_of_runs(CWN_NORMAL, 0, 1, 100) == 526, "runs", 526, 0);
    expect(groups_of_runs(CWN_NORMAL, wrap - 529, 1, 100) == 526, "runs before the wrap", 526, 0);
    expect(groups_of_runs(CWN_NORMAL, wrap - 528 + 1, 1, 100) == 0, "runs over the wrap", 0, 0);
    expect(groups_of_runs(CWN_NORMAL, wrap, 1, 100) == 526, "runs after the wrap", 526, 0);
    expect(groups_of_runs(CWN_NORMAL, 0, 2, 100) == 0, "elements apart", 0, 0);
    expect(groups_of_runs(CWN_TRUNCATED_NORMAL, 0, 1, 100) == 0, "truncated runs", 0, 0);
    expect(groups_of_runs(CWN_NORMAL, 0, 1, CWN_LONGEST_RUN + UINT64_C(1)) == 0, "longer than is counted", 0, 0);
}

int main(void) {
    cwn_launch flushed = {.count = 1 << 20, .distribution = CWN_UNIFORM, .type = CWN_FLOAT32, .flush = 1};
    expect(cwn_groups_in(cw_tiles_of(&flushed, 0, UNITS, MOST)) == 0, "flush", 0, 0);
    try_folding();
    try_places();
    try_runs();
    printf("%d failures\n", failures);
    return failures != 0;
}
