/* SPDX-License-Identifier: Apache-2.0
 *
 * For authors of backends: which part of a fill is tiles, and what is the same in all of them. Header-only, as backend.h.
 */
#ifndef CW_TILES_H
#define CW_TILES_H

#include <stdint.h>

#include "numeric/tile.h"

/* Those of a fill at an address. A turn of the grid is at most `most` tiles; with fewer than `least` there is but a rest. */
__attribute__((unused)) static cw_tiles cw_tiles_of(const cwn_launch *l, uint64_t address, uint64_t least, uint64_t most) {
    return cw_tiles_in(*l, l->distribution, l->type, address, least, most);
}

#endif
