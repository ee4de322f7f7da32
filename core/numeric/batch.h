/* SPDX-License-Identifier: Apache-2.0
 *
 * A batch's table, byte for byte the same to the host and to kernels: a header, and an entry for each part of each tensor.
 * The work is counted in tiles, which are CWN_BATCH_TILE work items of one entry, so that whoever takes tiles in turn has an even
 * share of tensors of any size. Every entry is a slice, ranges too: of those axis 0 are the groups of one run.
 */
#ifndef CWN_BATCH_H
#define CWN_BATCH_H

#include "slice.h"

enum { CWN_BATCH_VERSION = 1, CWN_BATCH_TILE = 1024 };

typedef struct {
    cwn_long memory;   /* where the destination begins: an address, or bytes from the start of an OpenCL buffer */
    cwn_long items;    /* work items: all rows times the extent of axis 0 */
    cwn_long end;      /* tiles of this entry and of those before it in the same launch */
    cwn_long reserved;
    cwn_launch launch;
    cwn_slice slice;
} cwn_entry;

typedef struct { cwn_long version, entry_bytes, entries, reserved; } cwn_table;

/* Of version 1. Whoever changes what an entry is changes the version, too. */
typedef char cwn_entry_is_848_bytes[sizeof(cwn_entry) == 848 ? 1 : -1];

/* The entry that a tile is of: the first that ends after it. */
CWN_FN cwn_long cwn_entry_of(CWN_GLOBAL const cwn_entry *entries, cwn_long count, cwn_long tile) {
    cwn_long low = 0, high = count - 1;
    while (low < high) {
        const cwn_long middle = (low + high) / 2;
        if (entries[middle].end > tile) high = middle;
        else low = middle + 1;
    }
    return low;
}

typedef struct { cwn_long begin, end; } cwn_items;

/* The items of a tile of an entry that has `items` of them and ends before tile `end`. */
CWN_FN cwn_items cwn_items_of(cwn_long items, cwn_long end, cwn_long tile) {
    const cwn_long first = end - (items + CWN_BATCH_TILE - 1) / CWN_BATCH_TILE, begin = (tile - first) * CWN_BATCH_TILE;
    const cwn_items of = {begin, items - begin < CWN_BATCH_TILE ? items : begin + CWN_BATCH_TILE};
    return of;
}

/* Whether an entry's elements, drawn in a type, lie in memory as a range of the tensor does. Then items are groups. */
CWN_FN cwn_word cwn_is_range(CWN_GLOBAL const cwn_entry *e, cwn_word type, cwn_word store) {
    return e->slice.axes == 1 && e->slice.groups == 0 && e->slice.step == 1 && store == type;
}

/* Those elements of a range that some of its items are: a launch of their own. */
CWN_FN cwn_launch cwn_range_of(CWN_GLOBAL const cwn_entry *e, cwn_word type, cwn_items of) {
    const cwn_long size = cwn_group_elements(type), group = e->slice.first / size, end = (group + of.end) * size;
    cwn_launch l = e->launch;
    l.first = of.begin ? (group + of.begin) * size : e->slice.first;
    l.count = (end < e->slice.first + e->slice.run ? end : e->slice.first + e->slice.run) - l.first;
    return l;
}

/* A row of CWN_KERNEL_TABLE as a number, to be the case of a switch. */
#define CWN_CASE(distribution, type) ((distribution) << 8 | (type))

/* The type in memory: only floats are drawn in one and stored in another. */
#define CWN_STORE(type, store) ((type) == CWN_FLOAT32 || (type) == CWN_FLOAT64 ? (cwn_word)(store) : (cwn_word)(type))

#endif
