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

#endif
