/* SPDX-License-Identifier: Apache-2.0
 *
 * long DEVICE [TILES [once]]: fills that are long enough for a GPU's tiles (2048 groups each, at least one for every
 * multiprocessor), which must not be seen in the bits: wherever a fill begins and ends in a group and in memory, and
 * wherever the counter's words wrap in it. TILES is 6; the software GPU has 4 multiprocessors. With `once` one fill of each
 * initializer and dtype, for tools under which a device is thousands of times slower.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "device.h"
#include "drawn.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { TILE = 2048 };

static cw_device *device;
static test_area area;
static uint64_t tiles = 6, turn;

/* Elements of a group, or 0 for what CPUs and GPUs take group by group anyhow. */
static uint64_t group_of(drawn d) {
    if (d.initializer == CW_IDENTITY || test_is_matrix(d.initializer)) return 0;
    return d.dtype == CW_FLOAT64 || d.dtype == CW_INT64 ? 2 : 4;
}

/* Elements first .. first + count of a tensor whose counter is 2^bits - before at element 0, `offset` bytes into
 * memory. */
static void check(drawn d, uint32_t bits, uint64_t before, uint64_t first, uint64_t count, uint64_t offset) {
    cw_spec spec = spec_of(d, first + count);
    cw_plan plan;
    cw_error why = {CW_OK, 0, ""};
    cw_difference difference;
    const unsigned __int128 counter = (bits == 128 ? 0 : (unsigned __int128)1 << bits) - before;
    memcpy(spec.philox.counter, &counter, sizeof counter);
    test_ok(cw_plan_make(&spec, &plan, &why), &why);
    const cwn_launch range = test_range_of(&plan, first, count);
    const void *found = test_area_fill(&area, &range, offset, CW_OK);
    test_ok(cw_reference(&plan, first, count, area.expected, &why), &why);
    if (cw_compare(d.dtype, area.expected, found, count, &difference, &why))
        fail_msg("%s %s, %llu elements from %llu, %llu bytes in, 2^%u - %llu: %s", cw_dtype_name(d.dtype),
                 cw_initializer_name(d.initializer), (unsigned long long)count, (unsigned long long)first,
                 (unsigned long long)offset, bits, (unsigned long long)before, why.text);
}

static void test_beginnings(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(each); i++) {
        const uint64_t group = group_of(each[i]), size = cw_dtype_size(each[i].dtype);
        for (uint64_t first = 0; group && first <= 5; first++)
            for (uint64_t offset = 0; offset < 16; offset += first < 2 && i < FLOAT32S ? size : 8)
                check(each[i], 64, 1ull << 40, first, group * TILE * tiles, offset + first % 2 * size);
    }
}

/* As many whole tiles as there are, and a group or an element less or more. */
static void test_endings(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(each); i++) {
        const uint64_t group = group_of(each[i]), all = group * TILE * tiles;
        if (!group) continue;
        for (uint64_t count = all - group - 1; count <= all + group + 1; count += i < FLOAT32S ? 1 : group)
            check(each[i], 96, 1ull << 40, group, count, 0);
    }
}

/* Word 0 wraps so many groups after the beginning; the one before it, in the bits above, too. `turn` groups are one turn
 * of the device's largest grid, and 2^8 blocks a group of truncated normals. */
static void test_wraps(void **state) {
    const uint64_t all = tiles * TILE;
    const uint64_t before[] = {
        1,        TILE - 1,   TILE,           TILE + 1,       3 * TILE + 77, all - 1,         all,
        all << 8, turn + all, turn + all - 1, turn + all + 1, turn + TILE,   turn + 4 * TILE, (turn + all) << 8};
    (void)state;
    for (size_t i = 0; i < COUNT(each); i++)
        for (size_t b = 0; group_of(each[i]) && b < COUNT(before); b++)
            check(each[i], 32 + 32 * (uint32_t)(b % 4), before[b], 0, group_of(each[i]) * all + 3, 0);
}

/* Tiles with groups before and after them; those of truncated normals begin at a multiple of TILE groups. */
static void test_once(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(each); i++)
        if (group_of(each[i])) check(each[i], 64, 1ull << 40, (TILE - 1) * group_of(each[i]), group_of(each[i]) * (TILE * tiles + 2), 0);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_beginnings),
        cmocka_unit_test(test_endings),
        cmocka_unit_test(test_wraps),
    };
    const struct CMUnitTest once[] = {cmocka_unit_test(test_once)};
    if (argc >= 3) tiles = strtoull(argv[2], NULL, 10);
    if (argc < 2 || argc > 4 || tiles < 1 || tiles > 10000 || (argc == 4 && strcmp(argv[3], "once")))
        return fprintf(stderr, "usage: long DEVICE [TILES [once]]\n"), 2;
    turn = strncmp(argv[1], "opencl", 6) ? 1 << 19 : 1 << 21; /* of the software GPU, of PoCL */
    if (argc == 4) return TEST_RUN(argv[1], once, &device, &area, 16 * TILE * (tiles + 1));
    return TEST_RUN(argv[1], tests, &device, &area, 16 * TILE * (tiles + 1));
}
