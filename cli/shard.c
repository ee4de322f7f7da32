/* SPDX-License-Identifier: Apache-2.0 */
#include "shard.h"

#include "cli.h"
#include "piece.h"

#include <stdlib.h>

/* Members of the largest part. */
static uint64_t most(uint64_t members, uint32_t world) { return members / world + (members % world != 0); }

static bool is_even(uint64_t members, uint32_t world) { return most(members, world) * world - members <= members / 16; }

static bool is_less(uint64_t part, uint64_t of, uint64_t part2, uint64_t of2) {
    return (double)part / (double)of < (double)part2 / (double)of2;
}

static uint32_t automatic_axis(uint32_t world, const cw_extent *e) {
    uint32_t axis = 0;
    for (uint32_t d = 0; d < e->rank; d++) {
        if (is_even(e->shape[d], world)) return d;
        if (is_less(most(e->shape[d], world), e->shape[d], most(e->shape[axis], world), e->shape[axis])) axis = d;
    }
    return axis;
}

static uint32_t axis_of(const cw_shard *s, const cw_extent *e) {
    const int64_t axis = s->axis + (s->axis < 0 ? e->rank : 0);
    if (s->has_axis && axis >= 0 && axis < e->rank) return (uint32_t)axis;
    return automatic_axis(s->world, e);
}

static void give_nothing(cw_entry *entry) {
    entry->whole = false;
    entry->extent.elements = entry->extent.bytes = 0;
}

/* Members `from` to `from` + `count` of a stored axis. */
static void cut(cw_entry *entry, uint32_t axis, uint64_t from, uint64_t count) {
    const uint64_t members = entry->extent.shape[axis];
    uint64_t inner = 1;
    if (count == members) return;
    if (count == 0) {
        give_nothing(entry);
        return;
    }
    for (uint32_t d = axis + 1; d < entry->extent.rank; d++) inner *= entry->extent.shape[d];
    entry->place = (cw_place){from * inner, count * inner, members * inner};
    entry->whole = false;
    cw_slice_narrow(entry, &entry->slice, axis, from, count);
    cw_slice_measure(&entry->plan, &entry->slice, &entry->extent, NULL); /* a part of what was measured before */
}

static void take(const cw_shard *s, size_t number, cw_entry *entry) {
    const cw_extent *e = &entry->extent;
    const bool in_turn = !s->has_axis && cw_entry_has_matrix(entry);
    entry->has_digest = false;
    if (e->elements == 0) return;
    if (e->rank == 0 || in_turn) {
        if ((in_turn ? number % s->world : 0) != s->rank) give_nothing(entry);
        return;
    }
    const uint32_t axis = axis_of(s, e);
    const uint64_t members = e->shape[axis], each = most(members, s->world);
    const uint64_t from = s->rank <= (members - 1) / each ? s->rank * each : members;
    cut(entry, axis, from, members - from < each ? members - from : each);
}

int cw_shard_model(const cw_shard *shard, const cw_model *model, cw_model *part) {
    cw_model m = {.count = model->count};
    m.entry = calloc(model->count + 1, sizeof *m.entry);
    if (!m.entry) return cw_complain_memory();
    for (size_t i = 0, matrices = 0; i < m.count; i++) {
        m.entry[i] = model->entry[i];
        take(shard, matrices, &m.entry[i]);
        matrices += cw_entry_has_matrix(&m.entry[i]);
    }
    *part = m;
    return EXIT_GOOD;
}
