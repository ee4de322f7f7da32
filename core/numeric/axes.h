/* SPDX-License-Identifier: Apache-2.0
 *
 * A slice as kernels get it, beside the launch: slice.h is what they do with it.
 */
#ifndef CWN_AXES_H
#define CWN_AXES_H

#include "launch.h"

enum { CWN_AXES = 16 };

typedef struct {
    cwn_long extent;            /* members */
    cwn_long multiplier, shift; /* n / extent is the high half of n * multiplier, shifted right, for n < 2^63; extent 1: n is 0 */
    cwn_long from, to;          /* from one member to the next, in elements of the tensor and of the destination */
} cwn_axis;

/* Byte for byte the same in every language, as a launch is: fields of 64 bits, no padding. */
typedef struct {
    cwn_long rows;        /* work items in all, divided by the extent of axis 0 */
    cwn_long first;       /* index in the tensor of the first run's first element */
    cwn_long run;         /* elements of a run */
    cwn_long step;        /* from one of its elements to the next in the destination, in elements */
    cwn_long axes;        /* how many of axis[] there are, 1 or more */
    cwn_long groups;      /* the axis whose members are the groups of a run; CWN_AXES where a run is never in two groups */
    cwn_long store;       /* the type of the destination, to which elements are rounded */
    cwn_long source;      /* of copies: elements of the tensor */
    cwn_axis axis[CWN_AXES];
} cwn_slice;

/* A group's way through the axes: starts with the number of its row, goes past axis after axis, and along axis 0 last. */
typedef struct { cwn_long item, from, to, group; } cwn_spot;

CWN_FN cwn_spot cwn_spot_of(cwn_long item, cwn_long first) {
    const cwn_spot p = {item, first, 0, 0};
    return p;
}

/* i members along an axis, from anywhere. */
CWN_FN cwn_spot cwn_along(cwn_axis a, cwn_long i, cwn_word counts_groups) {
    const cwn_spot way = {0, i * a.from, i * a.to, counts_groups ? i : 0};
    return way;
}

CWN_FN cwn_spot cwn_moved(cwn_spot p, cwn_spot way) {
    const cwn_spot next = {p.item, p.from + way.from, p.to + way.to, p.group + way.group};
    return next;
}

CWN_FN cwn_long cwn_quotient(cwn_long n, cwn_axis a) { return cwn_high(n, a.multiplier) >> a.shift; }

CWN_FN cwn_spot cwn_passed(cwn_spot p, cwn_axis a, cwn_word counts_groups) {
    const cwn_long rest = cwn_quotient(p.item, a);
    const cwn_spot left = {rest, p.from, p.to, p.group};
    return cwn_moved(left, cwn_along(a, p.item - rest * a.extent, counts_groups));
}

/* How many rows from this one on are neighbours along axis 1. */
CWN_FN cwn_long cwn_rows_left(cwn_long row, cwn_long axes, cwn_axis along) {
    return axes < 2 ? 1 : along.extent - (row - cwn_quotient(row, along) * along.extent);
}

/* Where row `row` begins. */
CWN_FN cwn_spot cwn_spot_of_row(const cwn_slice *s, cwn_long row) {
    cwn_spot p = cwn_spot_of(row, s->first);
    CWN_NO_UNROLL
    for (cwn_word k = 1; k < s->axes; k++) p = cwn_passed(p, s->axis[k], k == s->groups);
    return p;
}

#endif
