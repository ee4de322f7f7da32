/* SPDX-License-Identifier: Apache-2.0 */
#include "runs.h"

#include "numeric/slice.h"
#include "plain.h"

void cw_fill_run(const cw_way *way, const cwn_launch *launch, uint64_t first, uint64_t count, void *data) {
    cw_writer w;
    if (!way->lanes || count < CW_FEW * cwn_group_elements(launch->type)) {
        cw_fill_plain(way->definition, launch, first, count, data);
        return;
    }
    cw_writer_start(&w, way, launch, data);
    w.least = CW_FEW + 1; /* there are no other runs to share a step with */
    cw_writer_put(&w, &(cw_rows){first, count, 0, 1, 0, 0});
    cw_writer_end(&w);
}

/* Of each of `runs` runs along an axis, those elements that are in `groups` of its groups, from the spot's on. */
static void put_groups(cw_writer *w, uint64_t run, cwn_spot p, uint64_t groups, uint64_t runs, cwn_axis along) {
    const uint64_t before = p.from & (w->size - 1), begin = p.group ? (p.group << w->bits) - before : 0;
    const uint64_t past = ((p.group + groups) << w->bits) - before, end = past < run ? past : run;
    const cw_rows rows = {p.from + begin, end - begin, p.to + begin * w->step, runs, along.from, along.to};
    if (begin < end) cw_writer_put(w, &rows);
}

/* One group of each of `n` runs along axis 0. Where those begin in other lanes other elements are in it. */
static void put_row(cw_writer *w, const cwn_slice *s, cwn_spot p, uint64_t n) {
    const cwn_axis along = s->axis[0];
    const uint64_t runs = along.from & (w->size - 1) ? 1 : n;
    for (uint64_t k = 0; k < n; k += runs, p = cwn_moved(p, cwn_along(along, runs, 0)))
        put_groups(w, s->run, p, 1, runs, along);
}

/* Rows that follow one another along axis 1, from this one on and no more than `most`. */
static uint64_t neighbours(const cwn_slice *s, uint64_t row, uint64_t most) {
    const uint64_t left = s->axes > 1 ? s->axis[1].extent - row % s->axis[1].extent : 1;
    return left < most ? left : most;
}

/* Where the groups of a run are the items of a row: whole runs at once, or part of one. Returns how many items. */
static uint64_t put_runs(cw_writer *w, const cwn_slice *s, cwn_spot p, uint64_t row, uint64_t i, uint64_t items) {
    const uint64_t extent = s->axis[0].extent, rows = i ? 0 : neighbours(s, row, items / extent);
    const uint64_t n = extent - i < items ? extent - i : items;
    if (!rows) p.group = i;
    put_groups(w, s->run, p, rows ? extent : n, rows ? rows : 1, s->axis[1]);
    return rows ? rows * extent : n;
}

void cw_fill_items(const cw_way *way, const cwn_launch *launch, const cwn_slice *s, uint64_t item, uint64_t end,
                   void *data, const void *source) {
    const int is_float = launch->type == CWN_FLOAT32 || launch->type == CWN_FLOAT64;
    const uint64_t extent = s->axis[0].extent;
    uint64_t row = item / extent, i = item % extent;
    cw_writer w;
    cw_writer_start(&w, way, launch, data);
    w.source = source;
    w.step = s->step;
    if (is_float) w.store = (cwn_word)s->store;
    while (item < end) {
        const cwn_spot p = cwn_spot_of_row(s, row);
        const uint64_t left = end - item, n = extent - i < left ? extent - i : left;
        const uint64_t done = s->groups ? n : put_runs(&w, s, p, row, i, left);
        if (s->groups) put_row(&w, s, cwn_moved(p, cwn_along(s->axis[0], i, 0)), n);
        item += done;
        row += s->groups || done < extent ? 1 : done / extent;
        i = 0;
    }
    cw_writer_end(&w);
}
