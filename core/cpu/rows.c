/* SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

#include <string.h>

#include "plain.h"

enum {
    LEAST = 96,  /* groups of a slice's run that go straight to memory */
    STEP = 32,   /* lanes make at a time */
    ALIGN = 256, /* from so many groups on it pays to begin at a boundary of 64 bytes */
    BLOCK = 8    /* long runs in step, so that what bundles write to memory is near what stretches do */
};

/* --------------------------------------------------------------------------------------------------- without lanes */

static void make_plain(const cw_writer *w, uint64_t first, uint64_t count, void *values) {
    const cwn_word bytes = cwn_bytes_of(w->type);
    if (w->source) memcpy(values, w->source + first * bytes, count * bytes);
    else cw_fill_plain(w->way.definition, w->l, first, count, values);
}

static void put_plain(cw_writer *w, uint64_t first, uint64_t count, uint64_t to) {
    const cwn_word bytes = cwn_bytes_of(w->store);
    const uint64_t most = 2 * CW_BUNDLE;
    if (w->store == w->type && w->step == 1) {
        make_plain(w, first, count, w->data + to * bytes);
        return;
    }
    for (uint64_t i = 0; i < count; i += most) {
        const uint64_t n = count - i < most ? count - i : most;
        make_plain(w, first + i, n, w->bundle.values);
        if (w->store != w->type) w->way.narrow(w->bundle.values, n, w->type, w->store);
        cw_scatter(w->bundle.values, 1, w->data + (to + i * w->step) * bytes, w->step, n, bytes);
    }
}

/* --------------------------------------------------------------------------------------------------------- bundles */

static void make_bundle(cw_writer *w) {
    cw_bundle *b = &w->bundle;
    const uint64_t bytes = w->size * cwn_bytes_of(w->type);
    memset(b->number + b->groups, 0, CW_SPARE_NUMBERS * sizeof *b->number);
    if (b->groups >= CW_FEW) b->stretch[b->stretches++] = (cw_stretch){b->group, b->groups, b->number, b->values};
    if (b->stretches) w->way.lanes(w->l, b->stretch, b->stretches);
    for (uint32_t i = 0; b->groups < CW_FEW && i < b->groups; i++)
        w->way.definition(w->l, (b->group + b->number[i]) << w->bits, w->size, b->values + i * bytes);
}

/* The inner loop is the one that goes through memory in shorter steps, unless it ends too soon. */
static void put_piece(const cw_writer *w, const cw_piece *p) {
    const cwn_word bytes = cwn_bytes_of(w->store);
    const uint64_t length = (uint64_t)p->groups << w->bits;
    const char *from = w->bundle.values + p->at * bytes;
    char *to = w->data + p->to * bytes;
    if (p->count == length && w->step == 1 && p->next == length) memcpy(to, from, p->rows * length * bytes);
    else if (p->rows == 1 || (p->count > w->size && w->step <= p->next))
        for (uint64_t i = 0; i < p->rows; i++)
            cw_scatter(from + i * length * bytes, 1, to + i * p->next * bytes, w->step, p->count, bytes);
    else
        for (uint64_t i = 0; i < p->count; i++)
            cw_scatter(from + i * bytes, length, to + i * w->step * bytes, p->next, p->rows, bytes);
}

static void put_bundle(cw_writer *w) {
    cw_bundle *b = &w->bundle;
    if (b->groups == 0 && b->stretches == 0) return;
    make_bundle(w);
    if (w->store != w->type) w->way.narrow(b->values, b->groups * w->size, w->type, w->store);
    for (uint32_t i = 0; i < b->pieces; i++) put_piece(w, &b->piece[i]);
    b->groups = b->pieces = b->stretches = 0;
}

/* How many groups from this one on have first blocks whose counters differ in the low word alone. */
static uint64_t room_from(const cw_writer *w, uint64_t group) {
    const uint32_t low = (uint32_t)(w->l->counter_low + (group << w->apart));
    return ((UINT64_C(1) << 32) - low + (UINT64_C(1) << w->apart) - 1) >> w->apart;
}

/* A bundle that this group can be in, and all whose counters differ from its in the low word alone. */
static void start_bundle(cw_writer *w, uint64_t group) {
    const uint64_t before = (uint32_t)(w->l->counter_low + (group << w->apart)) >> w->apart;
    put_bundle(w);
    w->bundle.group = group - (before < group ? before : group);
    w->bundle.room = room_from(w, w->bundle.group);
}

/* Takes `groups` groups of each of as many as it can of the runs that begin `from` groups after one another; how many.
 */
static uint32_t take_runs(cw_writer *w, uint64_t group, uint64_t groups, uint64_t runs, uint64_t from) {
    cw_bundle *b = &w->bundle;
    if (group - b->group >= b->room) start_bundle(w, group);
    if (b->groups + groups > CW_BUNDLE) put_bundle(w);
    const uint64_t first = group - b->group, most = runs == 1 ? 1 : (CW_BUNDLE - b->groups) / (uint32_t)groups;
    uint64_t n = runs < most ? runs : most;
    if (first + (n - 1) * from + groups > b->room) n = first + groups > b->room ? 0 : 1;
    uint32_t *number = b->number + b->groups;
    for (uint64_t k = 0; groups == 1 && k < n; k++) number[k] = (uint32_t)first + (uint32_t)k * (uint32_t)from;
    for (uint64_t k = 0; groups > 1 && k < n; k++, number += groups)
        for (uint64_t i = 0; i < groups; i++) number[i] = (uint32_t)(first + k * from) + (uint32_t)i;
    b->groups += (uint32_t)(n * groups);
    return (uint32_t)n;
}

/* Runs of no more groups than a bundle holds. The definition makes one in which a counter's low word wraps. */
static void bundle_rows(cw_writer *w, const cw_rows *r) {
    cw_bundle *b = &w->bundle;
    const int same_lane = (r->from & (w->size - 1)) == 0;
    uint64_t first = r->first, to = r->to, left = r->count ? r->rows : 0;
    while (left) {
        const uint64_t lane = first & (w->size - 1), groups = (lane + r->count + w->size - 1) >> w->bits;
        uint32_t n = take_runs(w, first >> w->bits, groups, same_lane ? left : 1, r->from >> w->bits);
        const uint32_t at = ((b->groups - n * (uint32_t)groups) << w->bits) + (uint32_t)lane;
        if (n) b->piece[b->pieces++] = (cw_piece){to, r->next, at, (uint32_t)r->count, n, (uint32_t)groups};
        else put_plain(w, first, r->count, to), n = 1;
        first += n * r->from;
        to += n * r->next;
        left -= n;
    }
}

/* A run of any length. */
static void bundle_run(cw_writer *w, uint64_t first, uint64_t count, uint64_t to) {
    while (count) {
        const uint64_t room = (CW_BUNDLE << w->bits) - (first & (w->size - 1)), n = count < room ? count : room;
        bundle_rows(w, &(cw_rows){first, n, to, 1, n, n});
        first += n;
        count -= n;
        to += n * w->step;
    }
}

/* ------------------------------------------------------------------------------------------------------- long runs */

/* Whole groups, straight to memory. */
static void add_stretch(cw_writer *w, uint64_t group, uint64_t groups, char *to) {
    cw_bundle *b = &w->bundle;
    while (groups) {
        const uint64_t room = room_from(w, group), n = groups < room ? groups : room;
        if (b->stretches == CW_STRETCHES) put_bundle(w);
        b->stretch[b->stretches++] = (cw_stretch){group, n, NULL, to};
        group += n;
        groups -= n;
        to += (n << w->bits) * cwn_bytes_of(w->type);
    }
}

/* Elements before the first whole group that goes straight to memory. */
static uint64_t head_of(const cw_writer *w, const cw_rows *r) {
    const uint64_t bytes = cwn_bytes_of(w->type), group = bytes << w->bits;
    uint64_t head = (0 - r->first) & (w->size - 1);
    const uint64_t at = (uintptr_t)w->data + (r->to + head) * bytes;
    if (r->rows > 1 || r->count < (uint64_t)ALIGN << w->bits || at & (group - 1)) return head;
    for (uint64_t i = at; i & 63; i += group) head += w->size;
    return head;
}

/* Runs of the same lanes. Their groups go straight to memory, what is before and after them in bundles. */
static void put_long(cw_writer *w, cw_rows r) {
    const uint64_t head = head_of(w, &r), all = (r.count - head) >> w->bits, rest = all % STEP;
    const uint64_t groups = rest > w->least / 4 ? all : all - rest;
    const uint64_t done = head + (groups << w->bits), bytes = cwn_bytes_of(w->type);
    bundle_rows(w, &(cw_rows){r.first, head, r.to, r.rows, r.from, r.next});
    for (uint64_t k = 0; k < r.rows; k++)
        add_stretch(w, (r.first + k * r.from + head) >> w->bits, groups, w->data + (r.to + k * r.next + head) * bytes);
    bundle_rows(w, &(cw_rows){r.first + done, r.count - done, r.to + done, r.rows, r.from, r.next});
}

/* ------------------------------------------------------------------------------------------------------------- rows */

void cw_writer_put(cw_writer *w, const cw_rows *r) {
    const int are_long = w->way.lanes && r->count >= w->least << w->bits,
              straight = w->store == w->type && w->step == 1;
    const uint64_t block = are_long && straight && (r->from & (w->size - 1)) == 0 ? BLOCK : 1;
    if (w->way.lanes && !are_long) {
        bundle_rows(w, r);
        return;
    }
    for (uint64_t k = 0; k < r->rows; k += block) {
        const uint64_t first = r->first + k * r->from, to = r->to + k * r->next, left = r->rows - k;
        if (!w->way.lanes) put_plain(w, first, r->count, to);
        else if (!straight) bundle_run(w, first, r->count, to);
        else put_long(w, (cw_rows){first, r->count, to, left < block ? left : block, r->from, r->next});
    }
}

void cw_writer_start(cw_writer *w, const cw_way *way, const cwn_launch *l, void *data) {
    w->way = *way;
    w->l = l;
    w->data = data;
    w->source = NULL;
    w->type = w->store = l->type;
    w->step = 1;
    w->least = LEAST;
    w->bits = cwn_is_64(l->type) ? 1 : 2;
    w->size = UINT64_C(1) << w->bits;
    w->apart = l->distribution != CWN_TRUNCATED_NORMAL ? 0 : l->type == CWN_FLOAT64 ? 7 : 8;
    w->bundle.groups = w->bundle.pieces = w->bundle.stretches = 0;
    w->bundle.group = w->bundle.room = 0;
}

void cw_writer_end(cw_writer *w) { put_bundle(w); }
