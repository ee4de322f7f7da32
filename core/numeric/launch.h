/* SPDX-License-Identifier: Apache-2.0
 *
 * The launch: a distribution with all its constants decided. It is the kernels' argument, byte for byte the same in
 * C, CUDA C++ and OpenCL C: 64-bit fields first, no padding. The plan makes it; kernels only read it.
 */
#ifndef CWN_LAUNCH_H
#define CWN_LAUNCH_H

#include "dialect.h"

enum {
    /* cw_distribution, and the same numbers */
    CWN_CONSTANT = 1,
    CWN_IDENTITY = 2,
    CWN_UNIFORM = 3,
    CWN_NORMAL = 4,
    CWN_TRUNCATED_NORMAL = 5,
    /* 16 + cw_proof: element i is the function of the word i */
    CWN_RADIUS = 17,
    CWN_SINE = 18,
    CWN_COSINE = 19
};

typedef struct {
    cwn_long first, count;             /* the elements to write: global indices [first, first + count) */
    cwn_long counter_low, counter_high; /* of the block of element 0 */
    cwn_long diagonal_step;            /* identity: element i is on the diagonal if this divides i ... */
    cwn_long diagonal_end;             /* ... and i is less than this */
    cwn_word key0, key1;
    cwn_word distribution;
    cwn_word flush;        /* 1 if a denormal can arise, which TensorFlow's CPU operations flush to zero */
    cwn_word scale, shift; /* bits of a float: element = draw * scale + shift; scale alone for constant and identity */
} cwn_launch;

#endif
