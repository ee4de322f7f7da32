/* SPDX-License-Identifier: Apache-2.0 */
#include "cut.h"

#include "cli.h"
#include "tensor.h"
#include "whole.h"

#include <inttypes.h>
#include <string.h>

/* ----------------------------------------------------------------------------------------------------- reading */

static const char *skip_blanks(const char *at) { return at + strspn(at, " \t\n"); }

/* Python cuts start and stop to the axis and takes a step of any size: what has over 64 bits is as good as the largest
 * that has not. */
static const char *read_number(const char *at, int64_t *number, bool *found) {
    cw_whole n;
    const char *end = cw_whole_read(at, &n);
    *found = end != NULL;
    if (!end) return at;
    if (!cw_whole_fits(&n, number)) *number = *at == '-' ? INT64_MIN : INT64_MAX;
    return skip_blanks(end);
}

/* Returns what follows, or NULL. */
static const char *read_range(const char *at, cw_range *r) {
    bool has_step = false;
    *r = (cw_range){.step = 1};
    at = read_number(skip_blanks(at), &r->start, &r->has_start);
    if (*at != ':') return NULL;
    at = read_number(skip_blanks(at + 1), &r->stop, &r->has_stop);
    if (*at != ':') return at;
    return read_number(skip_blanks(at + 1), &r->step, &has_step);
}

/* The ranges up to `close`, which is 0 for a list without brackets. */
static bool read_list(const char *at, char close, cw_ranges *c) {
    while ((at = read_range(at, &c->range[c->count++])) != NULL) {
        if (*at == close) return *skip_blanks(at + (close != 0)) == 0;
        if (*at++ != ',' || c->count == CW_MAX_RANK) return false;
    }
    return false;
}

int cw_cut_read(cw_ranges *cut, const char *label, const char *text) {
    cw_ranges c = *cut;
    const char *at = skip_blanks(text);
    const char close = *at == '(' ? ')' : *at == '[' ? ']' : 0, *inside = skip_blanks(at + (close != 0));
    c.count = 0;
    c.has_ranges = true;
    const bool empty = close && *inside == close && *skip_blanks(inside + 1) == 0;
    if (!empty && !read_list(inside, close, &c))
        return cw_complain(EXIT_USAGE,
                           "%s: \"%s\" is not one start:stop:step for each of at most %d axes (such as :,10:33,::2)",
                           label, text, CW_MAX_RANK);
    for (uint32_t i = 0; i < c.count; i++)
        if (c.range[i].step < 1)
            return cw_complain(EXIT_USAGE, "%s: the step %" PRId64 " is less than 1 (go forwards)", label,
                               c.range[i].step);
    *cut = c;
    return EXIT_GOOD;
}

/* ------------------------------------------------------------------------------------------------ back to a text */

cw_cut_text cw_cut_text_of(const cw_ranges *cut) {
    cw_cut_text t = {"()"};
    int n = 0;
    for (uint32_t i = 0; i < cut->count; i++) {
        const cw_range *r = &cut->range[i];
        char *at = t.text;
        const size_t room = sizeof t.text;
        if (i) n += snprintf(at + n, room - (size_t)n, ",");
        if (r->has_start) n += snprintf(at + n, room - (size_t)n, "%" PRId64, r->start);
        n += snprintf(at + n, room - (size_t)n, ":");
        if (r->has_stop) n += snprintf(at + n, room - (size_t)n, "%" PRId64, r->stop);
        if (r->step != 1) n += snprintf(at + n, room - (size_t)n, ":%" PRId64, r->step);
    }
    return t;
}

/* ------------------------------------------------------------------------------------------------- for a tensor */

/* Counted from the front, and cut to the axis. */
static uint64_t place(int64_t at, uint64_t size) {
    const uint64_t back = (uint64_t)0 - (uint64_t)at;
    if (at >= 0) return (uint64_t)at < size ? (uint64_t)at : size;
    return back < size ? size - back : 0;
}

static void set_axis(cw_slice *slice, uint32_t axis, const cw_range *r, uint64_t size) {
    const uint64_t start = r->has_start ? place(r->start, size) : 0, stop = r->has_stop ? place(r->stop, size) : size;
    cw_slice_axis(slice, axis, start, stop < start ? start : stop);
    slice->step[axis] = (uint64_t)r->step < size ? (uint64_t)r->step : size ? size : 1;
}

int cw_cut_slice(const cw_ranges *cut, const char *label, uint32_t rank, const uint64_t *shape, cw_slice *slice) {
    const cw_slice start = CW_SLICE_INIT;
    const cw_range all = {.step = 1};
    if (cut->has_ranges && cut->count != rank)
        return cw_complain(EXIT_USAGE, "%s: %u range%s not fit the shape %s (give one start:stop:step for each axis)",
                           label, cut->count, cut->count == 1 ? " does" : "s do", cw_shape_text_of(rank, shape).text);
    *slice = start;
    for (uint32_t i = 0; i < rank; i++) set_axis(slice, i, cut->has_ranges ? &cut->range[i] : &all, shape[i]);
    slice->layout = cut->layout;
    slice->store = cut->store;
    return EXIT_GOOD;
}
