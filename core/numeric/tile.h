/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric text: tiles, which are whole groups of a fill, CW_TILE at a time, whose elements begin at a multiple of 16 bytes and
 * whose blocks of Philox differ in word 0 of the counter alone. All that the other words and the key give is made by the
 * host (tiles.h): what goes into the second round of cwn_philox and comes out of it, and the keys of the eight others.
 */
#ifndef CWN_TILE_H
#define CWN_TILE_H

#include "launch.h"
#include "philox.h"

enum { CW_THREADS = 256, CW_TILE = 8 * CW_THREADS }; /* threads of a block, or work-items of a group, and groups that these do at a time */

/* Groups of truncated normals that are begun together, and the local memory, in bytes, that these need. */
enum { CW_HALF = CW_TILE / 2, CW_HALF_ROOM = 18 * CW_HALF + 16 };

typedef struct {
    cwn_word counter;    /* word 0 of a tile's first block */
    cwn_word in2, in0;   /* to be combined with the high halves of the products of the first two rounds */
    cwn_word out2, out3; /* of the second round; what goes to the high half of a product of the third, its key in it */
} cw_folded;

typedef struct {
    cwn_long first;   /* the group that the first tile begins with */
    cwn_word tiles;   /* 0: the fill has none, and all groups are done one by one */
    cw_folded philox; /* word 0 does not wrap in a tile, nor one turn of the grid later; truncated normals fold anew in each */
    cwn_word key0[8], key1[8]; /* of the third round and on; key1[0] is 0, being in out3 */
} cw_tiles;

/* Whether kernels of a distribution do tiles: where no element needs its own index. */
CWN_FN cwn_word cw_has_tiles(cwn_word distribution, cwn_word type) {
    if (distribution == CWN_NORMAL || distribution == CWN_TRUNCATED_NORMAL) return type != CWN_FLOAT64;
    return distribution == CWN_CONSTANT || distribution == CWN_UNIFORM || distribution == CWN_INTEGER ||
           distribution == CWN_FULL_INTEGER;
}

/* All that the counter's other words and the key give. */
CWN_FN cw_folded cw_fold(cwn_counter c, cwn_word key0, cwn_word key1) {
    const cwn_word raise0 = 0x9E3779B9u, raise1 = 0xBB67AE85u;
    const cwn_u64 q = cwn_mul(c.high, 0xCD9E8D57u), p = cwn_mul((q >> 32) ^ (c.low >> 32) ^ key0, 0xD2511F53u);
    const cw_folded f = {cwn_low(c.low), cwn_low(c.high >> 32) ^ key1, cwn_low(q) ^ (key0 + raise0),
                         cwn_low(p >> 32) ^ (key1 + raise1), cwn_low(p) ^ (key1 + 2 * raise1)};
    return f;
}

/* cwn_philox of a counter that differs from the folded one in word 0 alone. */
CWN_FN cwn_block cw_tile_block(cw_tiles t, cw_folded f, cwn_word counter) {
    const cwn_u64 p = cwn_mul(counter, 0xD2511F53u), q = cwn_mul((p >> 32) ^ f.in2, 0xCD9E8D57u);
    cwn_block x = {(q >> 32) ^ f.in0, q, p ^ f.out2, f.out3};
    CWN_UNROLL for (int i = 0; i < 8; i++) x = cwn_philox_round(x, t.key0[i], t.key1[i]);
    return x;
}

#endif
