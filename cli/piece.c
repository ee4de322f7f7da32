/* SPDX-License-Identifier: Apache-2.0 */
#include "piece.h"

#include <string.h>

bool cw_entry_has_matrix(const cw_entry *entry) {
    for (size_t i = 0; i < cw_entry_plans(entry); i++)
        if (cw_plan_scratch(&cw_entry_planned(entry, i)->plan) > 0) return true;
    return false;
}

/* The first axis one member of which is not too large. */
static void choose_axis(cw_pieces *p, uint64_t room) {
    const cw_extent *e = &p->entry->extent;
    p->inner = e->elements;
    for (p->axis = 0; p->axis < e->rank; p->axis++) {
        p->inner /= e->shape[p->axis];
        if (p->inner <= room) return;
    }
}

cw_pieces cw_pieces_of(const cw_entry *entry, uint64_t bytes) {
    const cw_extent *e = &entry->extent;
    cw_pieces p = {.entry = entry, .count = e->elements > 0, .rows = 1, .inner = e->elements, .each = 1};
    if (e->elements == 0 || bytes == 0 || e->bytes <= bytes || cw_entry_has_matrix(entry)) {
        if (e->rank && e->elements) p.rows = e->shape[0], p.inner /= p.rows;
        return p;
    }
    const uint64_t room = bytes / cw_entry_size(entry);
    choose_axis(&p, room);
    const uint64_t members = e->shape[p.axis];
    p.rows = room / p.inner < members ? room / p.inner : members;
    p.each = (members - 1) / p.rows + 1;
    p.count = e->elements / (p.inner * members) * p.each;
    return p;
}

void cw_slice_narrow(const cw_entry *entry, cw_slice *slice, uint32_t stored, uint64_t from, uint64_t count) {
    const uint32_t axis = cw_entry_axis(entry, stored);
    if (count == 0) {
        slice->stop[axis] = slice->start[axis];
        return;
    }
    slice->start[axis] += from * slice->step[axis];
    slice->stop[axis] = slice->start[axis] + (count - 1) * slice->step[axis] + 1;
}

cw_piece cw_piece_all(const cw_entry *entry) { return (cw_piece){entry->slice, 0, entry->extent.elements}; }

cw_piece cw_piece_at(const cw_pieces *p, uint64_t i) {
    const cw_extent *e = &p->entry->extent;
    cw_piece piece = cw_piece_all(p->entry);
    if (e->rank == 0) return piece;
    const uint64_t members = e->shape[p->axis], row = i % p->each * p->rows;
    const uint64_t rows = members - row < p->rows ? members - row : p->rows;
    uint64_t outer = i / p->each;
    piece.first = (outer * members + row) * p->inner;
    piece.elements = rows * p->inner;
    cw_slice_narrow(p->entry, &piece.slice, p->axis, row, rows);
    for (uint32_t d = p->axis; d-- > 0; outer /= e->shape[d])
        cw_slice_narrow(p->entry, &piece.slice, d, outer % e->shape[d], 1);
    return piece;
}

/* ------------------------------------------------------------------------------------------------------- patches */

static uint64_t members_of(const cw_slice *s, uint32_t axis) {
    return s->stop[axis] > s->start[axis] ? (s->stop[axis] - s->start[axis] - 1) / s->step[axis] + 1 : 0;
}

/* Strides instead of the layout, because a part does not fill the piece. */
static void lay_apart(const cw_entry *entry, cw_slice *s) {
    uint64_t stride = 1;
    for (uint32_t d = entry->extent.rank; d-- > 0;) {
        const uint32_t axis = cw_entry_axis(entry, d);
        s->stride[axis] = stride;
        stride *= members_of(s, axis);
    }
    s->layout.given = 0;
}

/* How many members of axis 0 lie before index `end`. */
static uint64_t members_before(const cw_slice *s, uint64_t end) {
    const uint64_t all = members_of(s, 0);
    const uint64_t n = end > s->start[0] ? (end - s->start[0] - 1) / s->step[0] + 1 : 0;
    return n < all ? n : all;
}

/* Part `plan` has indices `begin` to `end` of axis 0. */
static void take_part(const cw_entry *entry, size_t plan, cw_patch *p) {
    uint64_t begin = 0;
    for (size_t i = 0; i < plan; i++) begin += cw_plan_spec(&entry->part[i].plan).shape[0];
    const uint64_t end = begin + cw_plan_spec(&p->made->plan).shape[0];
    cw_slice *s = &p->slice;
    lay_apart(entry, s);
    const uint64_t from = members_before(s, begin), to = members_before(s, end);
    p->at = from * s->stride[0];
    s->stop[0] = s->start[0] = from < to ? s->start[0] + from * s->step[0] - begin : 0;
    if (from < to) s->stop[0] += (to - from - 1) * s->step[0] + 1;
}

cw_patch cw_patch_of(const cw_entry *entry, const cw_piece *piece, size_t plan) {
    cw_patch p = {.made = cw_entry_planned(entry, plan), .slice = piece->slice};
    cw_extent e = {0};
    if (entry->part) take_part(entry, plan, &p);
    p.whole = !entry->part && entry->whole && piece->elements == entry->extent.elements;
    cw_slice_measure(&p.made->plan, &p.slice, &e, NULL); /* of a part of what was measured before */
    p.elements = e.elements;
    p.bytes = e.bytes;
    p.scratch = p.whole ? cw_plan_scratch(&p.made->plan) : e.scratch;
    p.launches = p.whole ? cw_plan_launches(&p.made->plan) : e.launches;
    p.at *= cw_entry_size(entry);
    return p;
}
