/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric text: tiles, which are whole groups of a range, CWN_TILE_GROUPS at a time and then one by one, whose elements begin at a
 * multiple of 16 bytes and whose blocks of Philox differ in word 0 of the counter alone. All that the other words and the
 * key give is made before: what goes into the second round of cwn_philox and comes out of it, and the keys of the eight
 * others. The host does that for a fill (tiles.h), whoever takes part of a tensor does it for a batch.
 */
#ifndef CWN_TILE_H
#define CWN_TILE_H

#include "axes.h"
#include "group.h"

/* Threads of a block, or work-items of a work-group, and groups that these do at a time. */
enum { CWN_THREADS = 256, CWN_TILE_GROUPS = 8 * CWN_THREADS };

/* Groups of truncated normals that are begun together, and the local memory, in bytes, that these need. */
enum { CWN_HALF_TILE = CWN_TILE_GROUPS / 2, CWN_HALF_ROOM = 18 * CWN_HALF_TILE + 16 };

typedef struct {
    cwn_word counter;    /* word 0 of a tile's first block */
    cwn_word in2, in0;   /* to be combined with the high halves of the products of the first two rounds */
    cwn_word out2, out3; /* of the second round; what goes to the high half of a product of the third, its key in it */
} cwn_folded;

typedef struct {
    cwn_long first;   /* the group that the first tile begins with */
    cwn_word tiles;
    cwn_word rest;    /* groups after the tiles */
    cwn_folded philox; /* word 0 does not wrap in these, nor one turn of the grid later; truncated normals fold anew in each tile */
    cwn_word key0[8], key1[8]; /* of the third round and on; key1[0] is 0, being in out3 */
} cwn_tiles;

/* Whether kernels of a distribution do tiles: where no element needs its own index. */
CWN_FN cwn_word cwn_has_tiles(cwn_word distribution, cwn_word type) {
    if (distribution == CWN_TRUNCATED_NORMAL) return type != CWN_FLOAT64;
    return distribution == CWN_CONSTANT || distribution == CWN_UNIFORM || distribution == CWN_NORMAL ||
           distribution == CWN_INTEGER || distribution == CWN_FULL_INTEGER;
}

/* Whether whole tiles are made, eight groups of a thread at once. float64 normals have work enough in each, and would take too many
 * registers: of these there is but a rest. */
CWN_FN cwn_word cwn_makes_eight(cwn_word distribution, cwn_word type) { return distribution != CWN_NORMAL || type != CWN_FLOAT64; }

/* All that the counter's other words and the key give. */
CWN_FN cwn_folded cwn_fold(cwn_counter c, cwn_word key0, cwn_word key1) {
    const cwn_word raise0 = 0x9E3779B9u, raise1 = 0xBB67AE85u;
    const cwn_u64 q = cwn_mul(c.high, 0xCD9E8D57u), p = cwn_mul((q >> 32) ^ (c.low >> 32) ^ key0, 0xD2511F53u);
    const cwn_folded f = {cwn_low(c.low), cwn_low(c.high >> 32) ^ key1, cwn_low(q) ^ (key0 + raise0),
                         cwn_low(p >> 32) ^ (key1 + raise1), cwn_low(p) ^ (key1 + 2 * raise1)};
    return f;
}

/* cwn_philox of a counter that differs from the folded one in word 0 alone. */
CWN_FN cwn_block cwn_tile_block(cwn_tiles t, cwn_folded f, cwn_word counter) {
    const cwn_u64 p = cwn_mul(counter, 0xD2511F53u), q = cwn_mul((p >> 32) ^ f.in2, 0xCD9E8D57u);
    cwn_block x = {(q >> 32) ^ f.in0, q, p ^ f.out2, f.out3};
    CWN_UNROLL for (int i = 0; i < 8; i++) x = cwn_philox_round(x, t.key0[i], t.key1[i]);
    return x;
}

/* -------------------------------------------------------------------------------------------------------- 16 bytes */

/* Two groups of 16-bit elements in four words. */
CWN_FN cwn_group cwn_packed(cwn_group g, cwn_group h) {
    const cwn_group both = {g.e0 | g.e1 << 16, g.e2 | g.e3 << 16, h.e0 | h.e1 << 16, h.e2 | h.e3 << 16};
    return both;
}

CWN_FN cwn_group cwn_tile_group(cwn_launch l, cwn_tiles t, cwn_word distribution, cwn_word type, cwn_word counter) {
    if (!cwn_takes_block(distribution)) return cwn_group_of(l, distribution, type, 0);
    return cwn_group_of_block(l, distribution, type, cwn_tile_block(t, t.philox, counter));
}

/* What goes to memory at once, four words: one group, or two of 16-bit elements. */
CWN_FN cwn_group cwn_tile_words(cwn_launch l, cwn_tiles t, cwn_word distribution, cwn_word type, cwn_word counter) {
    const cwn_group g = cwn_tile_group(l, t, distribution, type, counter);
    return cwn_is_16(type) ? cwn_packed(g, cwn_tile_group(l, t, distribution, type, counter + 1)) : g;
}

/* ------------------------------------------------------------------------------------------------ truncated normals */

/* A group after its first block: complete, or begun. */
typedef struct { cwn_f32 e0, e1, e2, e3; } cwn_begun;

CWN_FN cwn_begun cwn_begin_truncated(cwn_block x) {
    const cwn_pair a = cwn_normal(x.w0, x.w1), b = cwn_normal(x.w2, x.w3);
    const cwn_begun n = {a.first, a.second, b.first, b.second};
    return n;
}

CWN_FN cwn_word cwn_is_complete(cwn_begun n) {
    return !(cwn_is_outside(n.e0) | cwn_is_outside(n.e1) | cwn_is_outside(n.e2) | cwn_is_outside(n.e3));
}

CWN_FN cwn_group cwn_scaled_begun(cwn_launch l, cwn_word type, cwn_begun n) {
    return cwn_scaled_32(l, type, n.e0, n.e1, n.e2, n.e3);
}

/* The group with the numbers of further blocks. */
CWN_FN cwn_group cwn_complete_truncated(cwn_launch l, cwn_word type, cwn_u64 group, cwn_begun n) {
    const cwn_pair a = {n.e0, n.e1}, b = {n.e2, n.e3};
    const cwn_kept begun = cwn_keep_pairs(cwn_none_kept(), a, b);
    const cwn_kept z = cwn_truncated(begun, cwn_counter_of(l, (group << 8) + 1, group >> 56), l.key0, l.key1);
    return cwn_scaled_32(l, type, z.e0, z.e1, z.e2, z.e3);
}

/* ------------------------------------------------------------------------------------------------- which groups */

CWN_FN cwn_long cwn_groups_in(cwn_tiles t) { return (cwn_long)t.tiles * CWN_TILE_GROUPS + t.rest; }

/* The number of an item that is not in tiles, which are `skipped` items after the first `head`. */
CWN_FN cwn_long cwn_beside_tiles(cwn_long i, cwn_long head, cwn_long skipped) {
    return i + (skipped && i >= head ? skipped : 0);
}

/* Groups whose elements fill 16 bytes. */
CWN_FN cwn_word cwn_groups_of_16_bytes(cwn_word type) { return cwn_is_16(type) ? 2 : 1; }

/* The first whole group at a multiple of 16 bytes; an end if no group is. Truncated normals fold in each tile, so that theirs
 * only have to begin where a tile's 2^19 blocks do. */
CWN_FN cwn_long cwn_first_in_tiles(cwn_launch l, cwn_word distribution, cwn_word type, cwn_long address, cwn_long end) {
    const cwn_long size = cwn_group_elements(type), whole = (l.first + size - 1) / size;
    const cwn_long offset = (address + (whole * size - l.first) * cwn_bytes_of(type)) % 16;
    if (offset && !(cwn_is_16(type) && offset == 8)) return end;
    const cwn_long first = whole + (offset != 0);
    return distribution == CWN_TRUNCATED_NORMAL ? first + (0 - ((l.counter_low >> 8) + first)) % CWN_TILE_GROUPS : first;
}

/* How many groups there are before word 0 of the counter may wrap. */
CWN_FN cwn_long cwn_before_wrap(cwn_word distribution, cwn_word counter, cwn_long most) {
    const cwn_long blocks = ((cwn_long)1 << 32) - counter, turn = most * CWN_TILE_GROUPS;
    if (distribution == CWN_TRUNCATED_NORMAL) return (cwn_long)0xffffffff * CWN_TILE_GROUPS;
    return blocks < turn ? 0 : blocks - turn;
}

CWN_FN cwn_tiles cwn_no_tiles(void) {
    const cwn_tiles none = {0, 0, 0, {0, 0, 0, 0, 0}, {0}, {0}};
    return none;
}

/* What is the same in group `first` and after it. */
CWN_FN cwn_tiles cwn_folded_at(cwn_launch l, cwn_long first) {
    const cwn_counter start = {l.counter_low, l.counter_high}, steps = {first, 0};
    cwn_tiles t = cwn_no_tiles();
    t.first = first;
    t.philox = cwn_fold(cwn_skip(start, steps), l.key0, l.key1);
    CWN_UNROLL for (cwn_word i = 0; i < 8; i++) {
        t.key0[i] = l.key0 + (i + 2) * 0x9E3779B9u;
        t.key1[i] = i ? l.key1 + (i + 2) * 0xBB67AE85u : 0;
    }
    return t;
}

/* Those of a range at an address. A turn of the grid is at most `most` tiles; with fewer than `least` there is but a rest, which
 * comes to more threads. Truncated normals have no rest. */
CWN_FN cwn_tiles cwn_tiles_in(cwn_launch l, cwn_word distribution, cwn_word type, cwn_long address, cwn_long least, cwn_long most) {
    const cwn_long end = (l.first + l.count) / cwn_group_elements(type);
    const cwn_long first = cwn_first_in_tiles(l, distribution, type, address, end);
    const cwn_long safe = cwn_before_wrap(distribution, cwn_low(l.counter_low + first), most);
    const cwn_long groups = end - first < safe ? end - first : safe;
    if (l.flush || !cwn_has_tiles(distribution, type) || first >= end || groups == 0) return cwn_no_tiles();
    cwn_tiles t = cwn_folded_at(l, first);
    if (cwn_makes_eight(distribution, type) && groups / CWN_TILE_GROUPS >= least) t.tiles = (cwn_word)(groups / CWN_TILE_GROUPS);
    if (distribution != CWN_TRUNCATED_NORMAL)
        t.rest = (cwn_word)(groups - (cwn_long)t.tiles * CWN_TILE_GROUPS) / cwn_groups_of_16_bytes(type) * cwn_groups_of_16_bytes(type);
    return t;
}

/* -------------------------------------------------------------------------------------------------- runs of a slice */

/* Whether runs are filled piece by piece: they lie in memory as in the tensor, and are longer than a group. */
CWN_FN cwn_word cwn_has_runs(cwn_word distribution, cwn_word type) {
    return distribution != CWN_TRUNCATED_NORMAL && cwn_has_tiles(distribution, type);
}

CWN_FN cwn_word cwn_is_in_runs(CWN_GLOBAL const cwn_slice *s, cwn_word type, cwn_word store) {
    return s->groups == 0 && s->step == 1 && store == type;
}

enum { CWN_LONGEST_RUN = 1 << 30 };

/* What is the same in all of a slice's groups, of which there are `rest` from group `first` on if all that is between is counted;
 * 0 if word 0 wraps among them, if denormals are flushed, or if more is to be counted than 32 bits can. */
CWN_FN cwn_tiles cwn_tiles_of_runs(cwn_launch l, cwn_word type, CWN_GLOBAL const cwn_slice *s) {
    const cwn_long size = cwn_group_elements(type), first = s->first / size;
    cwn_long last = s->first + s->run - 1;
    for (cwn_word k = 0; k < s->axes; k++) last += (s->axis[k].extent - 1) * s->axis[k].from;
    const cwn_long groups = last / size - first + 1, counter = cwn_low(l.counter_low + first);
    if (l.flush || s->run > CWN_LONGEST_RUN || groups >> 32 || (counter + groups) >> 32) return cwn_no_tiles();
    cwn_tiles t = cwn_folded_at(l, first);
    t.rest = (cwn_word)groups;
    return t;
}

#endif
