/* SPDX-License-Identifier: Apache-2.0 */
#include "runs.h"

#include "numeric/slice.h"

enum { CHUNK = 1024 };

typedef struct cw_runs {
    void (*fill)(const cwn_launch *launch, uint64_t first, uint64_t count, void *data);
    const cwn_launch *l;
    const cwn_slice *s;
    char *data;
    cwn_word stored; /* the type in memory */
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

static void scatter(const cw_runs *w, const char *values, uint64_t count, uint64_t to) {
    const cwn_word bytes = cwn_bytes_of(w->stored);
    if (w->s->step == 1) {
        memcpy(w->data + to * bytes, values, count * bytes);
        return;
    }
    for (uint64_t i = 0; i < count; i++) memcpy(w->data + (to + i * w->s->step) * bytes, values + i * bytes, bytes);
}

/* Elements `first` and on of the tensor to element `to` of the destination and on. */
static void put_range(const cw_runs *w, uint64_t first, uint64_t count, uint64_t to) {
    uint64_t values[CHUNK];
    if (w->stored == w->l->type && w->s->step == 1) {
        w->fill(w->l, first, count, w->data + to * cwn_bytes_of(w->stored));
        return;
    }
    for (uint64_t i = 0; i < count; i += CHUNK) {
        const uint64_t n = count - i < CHUNK ? count - i : CHUNK;
        w->fill(w->l, first + i, n, values);
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

void cw_fill_runs(void (*fill)(const cwn_launch *launch, uint64_t first, uint64_t count, void *data), const cwn_launch *l,
                  const cwn_slice *s, uint64_t item, uint64_t end, void *data) {
    const int is_float = l->type == CWN_FLOAT32 || l->type == CWN_FLOAT64;
    const cw_runs w = {fill, l, s, data, is_float ? (cwn_word)s->store : l->type};
    const uint64_t extent = s->axis[0].extent;
    uint64_t row = item / extent, i = item % extent;
    for (; item < end; row++, i = 0) {
        const uint64_t n = extent - i < end - item ? extent - i : end - item;
        cwn_spot p = cwn_spot_of(row, s->first);
        for (uint32_t k = 1; k < s->axes; k++) p = cwn_passed(p, s->axis[k], 0);
        put_groups(&w, cwn_moved(p, cwn_along(s->axis[0], i, 1)), n);
        item += n;
    }
}
