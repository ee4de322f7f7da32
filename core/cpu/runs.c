/* SPDX-License-Identifier: Apache-2.0 */
#include "runs.h"

#include "numeric/slice.h"

enum { CHUNK = 1024 };

typedef struct cw_runs {
    cw_fill_range *fill;
    const cwn_launch *l;
    const cwn_slice *s;
    char *data;
    const char *source; /* of copies, else NULL */
    cwn_word stored;    /* the type in memory */
} cw_runs;

/* In place, for an element never grows. */
static void narrow_float32(char *values, uint64_t count, cwn_word store) {
    for (uint64_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, values + 4 * i, sizeof bits);
        const uint16_t half = (uint16_t)(store == CWN_FLOAT16 ? cwn_narrow_float32(bits, CWN_FLOAT16) : cwn_narrow_float32(bits, CWN_BFLOAT16));
        memcpy(values + 2 * i, &half, sizeof half);
    }
}

static void narrow_float64(char *values, uint64_t count, cwn_word store) {
    for (uint64_t i = 0; i < count; i++) {
        uint64_t bits;
        memcpy(&bits, values + 8 * i, sizeof bits);
        const uint32_t word = cwn_narrow_float64(bits, store);
        const uint16_t half = (uint16_t)word;
        if (store == CWN_FLOAT32) memcpy(values + 4 * i, &word, sizeof word);
        else memcpy(values + 2 * i, &half, sizeof half);
    }
}

CWN_FN void scatter_each(const cw_runs *w, const char *values, uint64_t count, uint64_t to, cwn_word bytes) {
    char *place = w->data + to * bytes;
    for (uint64_t i = 0; i < count; i++, place += w->s->step * bytes) memcpy(place, values + i * bytes, bytes);
}

/* A loop for each size, which is a move then and no call. */
static void scatter(const cw_runs *w, const char *values, uint64_t count, uint64_t to) {
    const cwn_word bytes = cwn_bytes_of(w->stored);
    if (w->s->step == 1) memcpy(w->data + to * bytes, values, count * bytes);
    else if (bytes == 2) scatter_each(w, values, count, to, 2);
    else if (bytes == 4) scatter_each(w, values, count, to, 4);
    else scatter_each(w, values, count, to, 8);
}

static void make_range(const cw_runs *w, uint64_t first, uint64_t count, void *values) {
    const cwn_word bytes = cwn_bytes_of(w->l->type);
    if (w->source) memcpy(values, w->source + first * bytes, count * bytes);
    else w->fill(w->l, first, count, values);
}

/* Elements `first` and on of the tensor to element `to` of the destination and on. */
static void put_range(const cw_runs *w, uint64_t first, uint64_t count, uint64_t to) {
    uint64_t values[CHUNK];
    if (w->stored == w->l->type && w->s->step == 1) {
        make_range(w, first, count, w->data + to * cwn_bytes_of(w->stored));
        return;
    }
    for (uint64_t i = 0; i < count; i += CHUNK) {
        const uint64_t n = count - i < CHUNK ? count - i : CHUNK;
        make_range(w, first + i, n, values);
        if (w->stored != w->l->type && w->l->type == CWN_FLOAT32) narrow_float32((char *)values, n, w->stored);
        if (w->stored != w->l->type && w->l->type == CWN_FLOAT64) narrow_float64((char *)values, n, w->stored);
        scatter(w, (const char *)values, n, to + i * w->s->step);
    }
}

/* `groups` groups of a run, from the spot's on. */
static void put_groups(const cw_runs *w, cwn_spot p, uint64_t groups) {
    const cwn_span span = cwn_span_in_run(p, w->l->type, w->s->run, 1);
    const uint64_t begin = p.group ? span.at : 0, end = span.at + groups * cwn_group_elements(w->l->type);
    const uint64_t last = end < w->s->run ? end : w->s->run;
    if (begin < last) put_range(w, p.from + begin, last - begin, p.to + begin * w->s->step);
}

static cwn_spot find_row(const cwn_slice *s, uint64_t row) {
    cwn_spot p = cwn_spot_of(row, s->first);
    for (uint32_t k = 1; k < s->axes; k++) p = cwn_passed(p, s->axis[k], k == s->groups);
    return p;
}

/* `n` items of a row. Where they are the groups of one run they are one range of the tensor. */
static void put_row(const cw_runs *w, cwn_spot p, uint64_t n) {
    const cwn_axis along = w->s->axis[0];
    if (w->s->groups == 0) put_groups(w, p, n);
    else
        for (uint64_t k = 0; k < n; k++, p = cwn_moved(p, cwn_along(along, 1, 0))) put_groups(w, p, 1);
}

void cw_fill_items(cw_fill_range *fill, const cwn_launch *l, const cwn_slice *s, uint64_t item, uint64_t end, void *data,
                   const void *source) {
    const int is_float = l->type == CWN_FLOAT32 || l->type == CWN_FLOAT64;
    const cw_runs w = {fill, l, s, data, source, is_float ? (cwn_word)s->store : l->type};
    const uint64_t extent = s->axis[0].extent;
    uint64_t row = item / extent, i = item % extent;
    for (; item < end; row++, i = 0) {
        const uint64_t n = extent - i < end - item ? extent - i : end - item;
        put_row(&w, cwn_moved(find_row(s, row), cwn_along(s->axis[0], i, s->groups == 0)), n);
        item += n;
    }
}
