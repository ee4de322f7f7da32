/* SPDX-License-Identifier: Apache-2.0 */
#include "reference.h"

#include <stddef.h>

#include "numeric/group.h"
#include "numeric/slice.h"

/* The elements of one group as they lie in memory. Hosts are little-endian. */
CWN_FN void write_group(cwn_group g, cwn_word type, void *bytes) {
    const uint16_t halves[4] = {(uint16_t)g.e0, (uint16_t)g.e1, (uint16_t)g.e2, (uint16_t)g.e3};
    const uint32_t words[4] = {g.e0, g.e1, g.e2, g.e3};
    if (cwn_is_16(type)) memcpy(bytes, halves, sizeof halves);
    else memcpy(bytes, words, sizeof words);
}

/* Part of one group: a range may start and end inside it. */
CWN_FN void put_part(const cwn_launch *l, cwn_word distribution, cwn_word type, uint64_t first, uint64_t count, char *data) {
    const cwn_word elements = cwn_group_elements(type), bytes = cwn_bytes_of(type);
    char group[16];
    write_group(cwn_group_of(*l, distribution, type, first / elements), type, group);
    memcpy(data, group + first % elements * bytes, count * bytes);
}

CWN_FN void fill(const cwn_launch *l, cwn_word distribution, cwn_word type, uint64_t first, uint64_t count, char *data) {
    const cwn_word elements = cwn_group_elements(type), bytes = cwn_bytes_of(type);
    while (count) {
        const uint64_t room = elements - first % elements, n = count < room ? count : room;
        put_part(l, distribution, type, first, n, data);
        first += n;
        count -= n;
        data += n * bytes;
    }
}

/* A loop for each kernel, so that the compiler knows distribution and type. */
#define CW_ROW(name, distribution, type) \
    static void fill_##name(const cwn_launch *l, uint64_t first, uint64_t count, char *data) { \
        fill(l, distribution, type, first, count, data); \
    }
CWN_KERNEL_TABLE(CW_ROW)
CWN_PROOF_TABLE(CW_ROW)
#undef CW_ROW

void cw_reference_fill(const cwn_launch *l, uint64_t first, uint64_t count, void *data) {
#define CW_ROW(name, d, t) \
    if (l->distribution == d && l->type == t) fill_##name(l, first, count, data);
    CWN_KERNEL_TABLE(CW_ROW)
    CWN_PROOF_TABLE(CW_ROW)
#undef CW_ROW
}

/* ---------------------------------------------------------------------------------------------------------- slices */

/* What the loops below know when they are compiled, and what they are given. */
typedef struct cw_sliced {
    const cwn_launch *l;
    const cwn_slice *s;
    cwn_word distribution, type, store;
    char *data;
    const char *source;
} cw_sliced;

/* The elements of a group that lie in memory, as they would be drawn; what is beyond the tensor is not read. */
CWN_FN cwn_group load_group(const cw_sliced *w, uint64_t group) {
    const cwn_word elements = cwn_group_elements(w->type), bytes = cwn_bytes_of(w->type);
    const uint64_t at = group * elements, left = w->s->source - at, n = left < elements ? left : elements;
    uint16_t halves[4] = {0};
    uint32_t words[4] = {0};
    if (!cwn_is_16(w->type)) memcpy(words, w->source + at * bytes, n * bytes);
    else memcpy(halves, w->source + at * bytes, n * bytes);
    for (int i = 0; cwn_is_16(w->type) && i < 4; i++) words[i] = halves[i];
    return (cwn_group){words[0], words[1], words[2], words[3]};
}

CWN_FN void put_item(const cw_sliced *w, cwn_spot p) {
    const cwn_word lanes = cwn_group_elements(w->type), bytes = cwn_bytes_of(w->store);
    const cwn_span span = cwn_span_in_run(p, w->type, w->s->run, w->s->step);
    const uint64_t group = cwn_group_at(p, w->type);
    char elements[16];
    const cwn_group g = w->distribution == CWN_COPY ? load_group(w, group) : cwn_group_of(*w->l, w->distribution, w->type, group);
    write_group(cwn_narrowed(g, w->type, w->store), w->store, elements);
    for (cwn_word lane = 0; lane < lanes; lane++)
        if (cwn_has(span, lane)) memcpy(w->data + (span.to + lane * span.step) * bytes, elements + lane * bytes, bytes);
}

CWN_FN cwn_spot find_row(const cwn_slice *s, uint64_t row) {
    cwn_spot p = cwn_spot_of(row, s->first);
    for (uint32_t k = 1; k < s->axes; k++) p = cwn_passed(p, s->axis[k], k == s->groups);
    return p;
}

/* Items are counted along rows. */
CWN_FN void put_items(const cw_sliced *w, uint64_t item, uint64_t end) {
    const cwn_axis along = w->s->axis[0];
    const int is_run = w->s->groups == 0;
    uint64_t row = item / along.extent, i = item % along.extent;
    for (; item < end; row++, i = 0) {
        const uint64_t left = along.extent - i, n = left < end - item ? left : end - item;
        cwn_spot p = cwn_moved(find_row(w->s, row), cwn_along(along, i, is_run));
        for (uint64_t k = 0; k < n; k++, p = cwn_moved(p, cwn_along(along, 1, is_run))) put_item(w, p);
        item += n;
    }
}

CWN_FN void put_stored(cw_sliced w, cwn_word store, uint64_t item, uint64_t end) {
    w.store = store;
    put_items(&w, item, end);
}

CWN_FN void put_rounded(cw_sliced w, uint64_t item, uint64_t end) {
    if (w.s->store == CWN_FLOAT16) put_stored(w, CWN_FLOAT16, item, end);
    else if (w.s->store == CWN_BFLOAT16) put_stored(w, CWN_BFLOAT16, item, end);
    else put_stored(w, CWN_FLOAT32, item, end);
}

#define CW_ROW(name, d, t) \
    static void slice_##name(cw_sliced w, uint64_t item, uint64_t end) { \
        w.distribution = d; \
        w.type = t; \
        put_stored(w, t, item, end); \
    }
CWN_KERNEL_TABLE(CW_ROW)
CWN_COPY_TABLE(CW_ROW)
#undef CW_ROW
#define CW_ROW(name, d, t) \
    static void round_##name(cw_sliced w, uint64_t item, uint64_t end) { \
        w.distribution = d; \
        w.type = t; \
        put_rounded(w, item, end); \
    }
CWN_ROUND_TABLE(CW_ROW)
CWN_ROUND_COPY_TABLE(CW_ROW)
#undef CW_ROW

void cw_reference_items(const cwn_launch *l, const cwn_slice *s, uint64_t item, uint64_t end, void *data, const void *source) {
    const cw_sliced w = {l, s, 0, 0, 0, data, source};
    const cwn_word is_float = l->type == CWN_FLOAT32 || l->type == CWN_FLOAT64, rounds = is_float && s->store != l->type;
#define CW_ROW(name, d, t) \
    if (!rounds && l->distribution == d && l->type == t) slice_##name(w, item, end);
    CWN_KERNEL_TABLE(CW_ROW)
    CWN_COPY_TABLE(CW_ROW)
#undef CW_ROW
#define CW_ROW(name, d, t) \
    if (rounds && l->distribution == d && l->type == t) round_##name(w, item, end);
    CWN_ROUND_TABLE(CW_ROW)
    CWN_ROUND_COPY_TABLE(CW_ROW)
#undef CW_ROW
}
