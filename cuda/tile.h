/* SPDX-License-Identifier: Apache-2.0
 *
 * Tiles: whole groups of a fill, CW_TILE at a time, whose elements begin at a multiple of 16 bytes and whose blocks of
 * Philox differ in word 0 of the counter alone. All that the other words and the key give is made by the host: what
 * goes into the second round of cwn_philox and comes out of it, and the keys of the eight others. C and CUDA C++;
 * integers only.
 */
#ifndef CW_TILE_H
#define CW_TILE_H

#include "numeric/launch.h"

enum { CW_THREADS = 256, CW_TILE = 8 * CW_THREADS }; /* threads of a block, and groups that these do at a time */

typedef struct {
    cwn_long first;      /* the group that the first tile begins with */
    cwn_word tiles;      /* 0: the fill has none, and all groups are done one by one */
    cwn_word counter;    /* word 0 of that group's block: it does not wrap in a tile, nor one turn of the grid later */
    cwn_word in2, in0;   /* to be combined with the high halves of the products of the first two rounds */
    cwn_word out2, out3; /* of the second round */
    cwn_word key0[8], key1[8]; /* of the third round and on; key1[0] is 0, being in out3 */
} cw_tiles;

/* Whether kernels of a distribution do tiles: where nothing is rejected, and no element needs its own index. */
CWN_FN cwn_word cw_has_tiles(cwn_word distribution, cwn_word type) {
    if (distribution == CWN_NORMAL) return type != CWN_FLOAT64;
    return distribution == CWN_CONSTANT || distribution == CWN_UNIFORM || distribution == CWN_INTEGER ||
           distribution == CWN_FULL_INTEGER;
}

#ifndef __CUDACC__
/* Those of a fill at an address. A turn of the grid is at most `most` tiles; with fewer than `least` there are none. */
cw_tiles cw_tiles_of(const cwn_launch *launch, uint64_t address, uint64_t least, uint64_t most);
#endif

#endif
