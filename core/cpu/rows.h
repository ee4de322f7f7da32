/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs of elements on the CPU, from wherever they are in the tensor to wherever they belong in memory.
 */
#ifndef CW_ROWS_H
#define CW_ROWS_H

#include "lanes.h"
#include "reference.h"
#include "store.h"

/* Both have the same bits. */
typedef struct cw_way {
    cw_fill_range *definition; /* NULL of copies */
    cw_fill_stretches *lanes;  /* or NULL */
    cw_narrow *narrow;
} cw_way;

/* Groups of a bundle, and so few that they are made sooner one by one; stretches. */
enum { CW_BUNDLE = 512, CW_FEW = 3, CW_STRETCHES = 64 };

/* Of each of `rows` runs, which begin `from` elements of the tensor and `next` of the destination after the one before,
 * `count` neighbours: of the first, elements `first` and on, to element `to` and on. */
typedef struct cw_rows {
    uint64_t first, count, to, rows, from, next;
} cw_rows;

/* The same, made: values from element `at` of a bundle on, so many groups for each run. */
typedef struct cw_piece {
    uint64_t to, next;
    uint32_t at, count, rows, groups;
} cw_piece;

/* What is made in lanes at once: stretches that go straight to memory, and groups of any runs, `group` + number[i],
 * which go there in pieces. Numbers are less than `room`, so that of their counters only the low words differ. */
typedef struct cw_bundle {
    uint64_t group, room;
    uint32_t groups, pieces, stretches;
    uint32_t number[CW_BUNDLE + CW_SPARE_NUMBERS];
    cw_piece piece[CW_BUNDLE];
    cw_stretch stretch[CW_STRETCHES + 1];
    char values[16 * CW_BUNDLE + 64] __attribute__((aligned(64)));
} cw_bundle;

/* A fill of a range or a slice, as far as it has come. Powers of two are kept as exponents, for divisions take as long
 * as some groups. */
typedef struct cw_writer {
    cw_way way;
    const cwn_launch *l;
    char *data;
    const char *source;   /* of copies: the whole tensor; else NULL */
    cwn_word type, store; /* drawn and in memory */
    uint64_t step;        /* in the destination, from an element of a run to its next one */
    uint64_t size, bits;  /* elements of a group, and the exponent */
    uint64_t least;       /* groups of a run go straight to memory; after whole steps a quarter of them does not */
    uint64_t apart;       /* the exponent of the distance of neighbouring groups' counters */
    cw_bundle bundle;     /* without lanes only room for values */
} cw_writer;

/* Elements go side by side, and as they are drawn. */
void cw_writer_start(cw_writer *w, const cw_way *way, const cwn_launch *launch, void *data);

/* Nothing is sure to be in memory before the end. */
void cw_writer_put(cw_writer *w, const cw_rows *rows);
void cw_writer_end(cw_writer *w);

#endif
