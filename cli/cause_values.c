/* SPDX-License-Identifier: Apache-2.0
 *
 * Causes that show in the values of two arrays alone.
 */
#include "cause_rows.h"
#include "element.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define SAY(...) snprintf(seen->text, sizeof seen->text, __VA_ARGS__)

static double real_at(const cw_evidence *e, const void *data, uint64_t i) {
    return cw_element_real(e->tensor->dtype, data, i);
}

static bool differs(const cw_evidence *e, uint64_t i) {
    return cw_element_bits(e->tensor->dtype, e->expected, i) != cw_element_bits(e->tensor->dtype, e->found, i);
}

/* --------------------------------------------------------------------------------------------------- denormals */

static double least_normal(cw_dtype dtype) {
    const cw_binary b = cw_dtype_binary(dtype);
    return ldexp(1, b.least + b.bits - 1);
}

/* Wherever they differ, one is a denormal number and the other the zero that it becomes. */
static bool is_flushed(const cw_evidence *e, const void *from, const void *to) {
    const double least = least_normal(e->tensor->dtype);
    for (uint64_t i = e->difference.first; i < e->difference.elements; i++) {
        if (!differs(e, i)) continue;
        const double x = real_at(e, from, i);
        if (real_at(e, to, i) != 0 || x == 0 || !(fabs(x) < least)) return false;
    }
    return true;
}

bool cw_seen_denormals(const cw_evidence *e, cw_seen *seen) {
    if (!cw_dtype_is_real(e->tensor->dtype)) return false;
    if (is_flushed(e, e->expected, e->found)) SAY("%%s has zeros where the other has denormal numbers");
    else if (is_flushed(e, e->found, e->expected)) SAY("%%s has denormal numbers where the other has zeros");
    else return false;
    return true;
}

/* -------------------------------------------------------------------------------------------------- unwritten */

/* The same bits in elements [from, to). */
static bool is_constant(const cw_evidence *e, const void *data, uint64_t from, uint64_t to) {
    for (uint64_t i = from + 1; i < to; i++)
        if (cw_element_bits(e->tensor->dtype, data, i) != cw_element_bits(e->tensor->dtype, data, from)) return false;
    return true;
}

static bool all_nan(const cw_evidence *e, const void *data, uint64_t from, uint64_t to) {
    if (!cw_dtype_is_real(e->tensor->dtype)) return false;
    for (uint64_t i = from; i < to; i++)
        if (!isnan(real_at(e, data, i))) return false;
    return true;
}

/* Every byte of an element is the same: what memset leaves. */
static bool is_one_byte(const cw_evidence *e, uint64_t bits) {
    const size_t size = cw_dtype_size(e->tensor->dtype);
    for (size_t i = 1; i < size; i++)
        if ((bits >> (8 * i) & 0xff) != (bits & 0xff)) return false;
    return true;
}

typedef struct filler {
    char text[48]; /* empty: it holds values */
} filler;

/* What fills elements [from, to) of memory that nobody wrote. A single pattern that is no zero wants some elements as
 * witnesses, and not to be what is expected: `constant` says whether that is one value too. */
static filler filler_of(const cw_evidence *e, uint64_t from, uint64_t to, bool constant) {
    filler f = {""};
    const uint64_t bits = cw_element_bits(e->tensor->dtype, e->found, from);
    if (is_constant(e, e->found, from, to) && !bits) snprintf(f.text, sizeof f.text, "zeros");
    else if (is_constant(e, e->found, from, to) && is_one_byte(e, bits) && (!constant || to - from >= 8))
        snprintf(f.text, sizeof f.text, "bytes 0x%02x", (unsigned)(bits & 0xff));
    else if (all_nan(e, e->found, from, to)) snprintf(f.text, sizeof f.text, "NaNs");
    else if (is_constant(e, e->found, from, to) && !constant && to - from >= 8)
        snprintf(f.text, sizeof f.text, "0x%" PRIx64 " in every element", bits);
    return f;
}

bool cw_seen_unwritten(const cw_evidence *e, cw_seen *seen) {
    const uint64_t n = e->difference.elements;
    const filler f = filler_of(e, 0, n, is_constant(e, e->expected, 0, n));
    if (!*f.text) return false;
    SAY("%%s holds only %s: memory that was never filled", f.text);
    return true;
}

/* -------------------------------------------------------------------------------------------------------- cut */

static uint64_t last_difference(const cw_evidence *e) {
    uint64_t i = e->difference.elements;
    while (!differs(e, i - 1)) i--;
    return i - 1;
}

enum { LEAST_HEAD = 16 }; /* as many equal elements are no accident */

/* A head or a tail that is right, and what nobody wrote after or before it. */
bool cw_seen_part(const cw_evidence *e, cw_seen *seen) {
    const uint64_t n = e->difference.elements, first = e->difference.first, last = last_difference(e);
    const filler tail = filler_of(e, first, n, is_constant(e, e->expected, first, n));
    const filler head = filler_of(e, 0, last + 1, is_constant(e, e->expected, 0, last + 1));
    const filler middle = filler_of(e, first, last + 1, is_constant(e, e->expected, first, last + 1));
    if (first && *tail.text)
        SAY("%%s ends at element %" PRIu64 " of %" PRIu64 ": the rest holds %s", first, n, tail.text);
    else if (last + 1 < n && *head.text)
        SAY("%%s begins at element %" PRIu64 " of %" PRIu64 ": before that it holds %s", last + 1, n, head.text);
    else if (last > first && *middle.text)
        SAY("%%s has a hole: elements %" PRIu64 " to %" PRIu64 " hold %s", first, last, middle.text);
    else return false;
    return true;
}

bool cw_seen_cut(const cw_evidence *e, cw_seen *seen) {
    const uint64_t first = e->difference.first, rest = e->difference.elements - first;
    if (first < LEAST_HEAD || rest < LEAST_HEAD || e->difference.count < rest - rest / 10) return false;
    SAY("%%s is right up to element %" PRIu64 " of %" PRIu64 " and has other values from there on", first,
        e->difference.elements);
    return true;
}

/* ------------------------------------------------------------------------------------------------------- axes */

/* Whether to, read in row-major order, is numpy.transpose(from, p). */
static bool is_transposed(size_t size, uint32_t rank, const uint64_t *shape, const uint32_t *p, const char *from,
                          const char *to) {
    uint64_t stride[CW_MAX_RANK], at[CW_MAX_RANK] = {0}, step = 1, source = 0;
    for (uint32_t i = rank; i-- > 0; step *= shape[i]) stride[i] = step;
    for (uint64_t i = 0; i < step; i++) {
        if (memcmp(from + source * size, to + i * size, size) != 0) return false;
        for (uint32_t axis = rank; axis-- > 0;) {
            source += stride[p[axis]];
            if (++at[axis] < shape[p[axis]]) break;
            source -= stride[p[axis]] * at[axis];
            at[axis] = 0;
        }
    }
    return true;
}

/* The next permutation in lexicographic order. */
static bool next(uint32_t *p, uint32_t n) {
    uint32_t i = n - 1, j = n - 1;
    while (i > 0 && p[i - 1] > p[i]) i--;
    if (i == 0) return false;
    while (p[j] < p[i - 1]) j--;
    const uint32_t pivot = p[i - 1];
    p[i - 1] = p[j];
    p[j] = pivot;
    for (uint32_t a = i, b = n - 1; a < b; a++, b--) {
        const uint32_t c = p[a];
        p[a] = p[b];
        p[b] = c;
    }
    return true;
}

enum { MOST_AXES = 6 }; /* 720 permutations, nearly all of which fail at the second element */

bool cw_find_axes(size_t size, uint32_t rank, const uint64_t *shape, const void *from, const void *to,
                  uint32_t p[CW_MAX_RANK]) {
    for (uint32_t i = 0; i < rank; i++) p[i] = i;
    if (rank < 2 || rank > MOST_AXES) return false;
    while (next(p, rank))
        if (is_transposed(size, rank, shape, p, from, to)) return true;
    return false;
}

static bool is_order(const uint32_t *p, uint32_t rank, const uint32_t *wanted, uint32_t wanted_rank) {
    return rank == wanted_rank && memcmp(p, wanted, rank * sizeof *p) == 0;
}

static const char *name_of_axes(uint32_t rank, const uint32_t *p) {
    if (is_order(p, rank, (const uint32_t[]){3, 2, 0, 1}, 4)) return ", HWIO to OIHW";
    if (is_order(p, rank, (const uint32_t[]){2, 3, 1, 0}, 4)) return ", OIHW to HWIO";
    for (uint32_t i = 0; i < rank; i++)
        if (p[i] != rank - 1 - i) return "";
    return rank == 2 ? ", the transposed matrix" : ", which is Fortran's order";
}

void cw_axes_say(uint32_t rank, const uint32_t *p, cw_seen *seen) {
    char order[3 * CW_MAX_RANK + 1] = "";
    for (uint32_t i = 0, n = 0; i < rank; i++)
        n += (uint32_t)snprintf(order + n, sizeof order - n, i ? ",%u" : "%u", p[i] % 100);
    SAY("%%s is the other with its axes in the order %s%s", order, name_of_axes(rank, p));
}

/* Either found is the expected data transposed, or it was transposed back out of a tensor that was filled in another
 * order: then transposing it gives what is expected. */
bool cw_seen_axes(const cw_evidence *e, cw_seen *seen) {
    const cw_tensor *t = e->tensor;
    const size_t size = cw_dtype_size(t->dtype);
    uint32_t p[CW_MAX_RANK];
    if (cw_find_axes(size, t->rank, t->shape, e->expected, e->found, p)) {
        cw_axes_say(t->rank, p, seen);
        return true;
    }
    if (!cw_find_axes(size, t->rank, t->shape, e->found, e->expected, p)) return false;
    cw_axes_say(t->rank, p, seen);
    char *place = strstr(seen->text, "is the other with");
    memmove(place, "becomes the other", strlen("becomes the other"));
    return true;
}

/* ------------------------------------------------------------------------------------------------------ shift */

/* b[i] = a[i + lag] as far as both go; 0 if there is no such lag. A constant stretch proves nothing. */
static uint64_t lag_of(const cw_evidence *e, const char *a, const char *b) {
    const uint64_t n = e->difference.elements;
    const size_t size = cw_dtype_size(e->tensor->dtype);
    int tries = 64; /* of data that repeats itself */
    if (n <= LEAST_HEAD || is_constant(e, b, 0, LEAST_HEAD)) return 0;
    for (uint64_t lag = 1; lag + LEAST_HEAD <= n && tries > 0; lag++) {
        if (memcmp(a + lag * size, b, LEAST_HEAD * size) != 0) continue;
        if (memcmp(a + lag * size, b, (n - lag) * size) == 0) return lag;
        tries--;
    }
    return 0;
}

bool cw_seen_shift(const cw_evidence *e, cw_seen *seen) {
    const unsigned group = cw_dtype_size(e->tensor->dtype) == 8 ? 2 : 4;
    const uint64_t ahead = lag_of(e, e->expected, e->found), behind = ahead ? 0 : lag_of(e, e->found, e->expected);
    const uint64_t lag = ahead ? ahead : behind;
    if (!lag) return false;
    const int n = SAY("%%s is the other's stream, %" PRIu64 " elements %s", lag, ahead ? "ahead" : "behind");
    if (lag % group == 0)
        snprintf(seen->text + n, sizeof seen->text - (size_t)n, ": the counter is off by %" PRIu64 " groups of %u",
                 lag / group, group);
    return true;
}

/* ---------------------------------------------------------------------------------------------------- rounded */

double cw_rounded(double x, cw_dtype dtype) {
    const cw_binary format = cw_dtype_binary(dtype);
    const double top = dtype == CW_FLOAT16 ? 0x1p16 : dtype == CW_FLOAT64 ? INFINITY : 0x1p128;
    const double r = isfinite(x) ? cw_binary_round(x, format) : x;
    return fabs(r) < top ? r : copysign(INFINITY, r);
}

/* Cut to the upper half of a float: what a shift by 16 bits makes. */
static double cut_to_bfloat16(double x) {
    const float f = (float)x;
    uint32_t bits;
    float cut;
    memcpy(&bits, &f, sizeof bits);
    bits &= 0xffff0000u;
    memcpy(&cut, &bits, sizeof cut);
    return (double)cut;
}

static bool is_rounded(const cw_evidence *e, cw_dtype to, bool cut) {
    for (uint64_t i = 0; i < e->difference.elements; i++) {
        const double x = real_at(e, e->expected, i);
        if ((cut ? cut_to_bfloat16(x) : cw_rounded(x, to)) != real_at(e, e->found, i)) return false;
    }
    return true;
}

bool cw_seen_rounded(const cw_evidence *e, cw_seen *seen) {
    static const cw_dtype narrower[] = {CW_FLOAT32, CW_FLOAT16, CW_BFLOAT16};
    const int bits = cw_dtype_binary(e->tensor->dtype).bits;
    for (int i = 0; i < 3; i++) {
        if (cw_dtype_binary(narrower[i]).bits >= bits || !is_rounded(e, narrower[i], false)) continue;
        SAY("%%s has the other's values rounded to %s", cw_dtype_name(narrower[i]));
        return true;
    }
    if (bits <= cw_dtype_binary(CW_BFLOAT16).bits || !is_rounded(e, CW_BFLOAT16, true)) return false;
    SAY("%%s has the other's values cut, not rounded, to bfloat16");
    return true;
}

/* ----------------------------------------------------------------------------------------------------- scaled */

/* found = factor * expected + offset by least squares. */
typedef struct line {
    double factor, offset, largest;
} line;

enum { POINTS = 4096 };

/* Through so many elements, evenly spread; the rest then lies on the line or does not. */
static line line_of(const cw_evidence *e, bool through_zero) {
    const uint64_t n = e->difference.elements, step = n / POINTS + 1, points = (n + step - 1) / step;
    double mean_x = 0, mean_y = 0, xx = 0, xy = 0;
    line l = {0};
    for (uint64_t i = 0; i < n && !through_zero; i += step) {
        mean_x += real_at(e, e->expected, i) / (double)points;
        mean_y += real_at(e, e->found, i) / (double)points;
    }
    for (uint64_t i = 0; i < n; i += step) {
        const double x = real_at(e, e->expected, i) - mean_x, y = real_at(e, e->found, i) - mean_y;
        xx += x * x;
        xy += x * y;
        l.largest = fmax(l.largest, fabs(real_at(e, e->found, i)));
    }
    l.factor = xy / xx;
    l.offset = mean_y - l.factor * mean_x;
    return l;
}

enum { LEAST_POINTS = 4 }; /* fewer lie on a line by accident */

/* Within the roundings of scale and shift in both arrays; they are relative to the largest value. */
static bool is_on(const cw_evidence *e, line l) {
    const double tolerance = ldexp(l.largest, 3 - cw_dtype_binary(e->tensor->dtype).bits);
    if (!isfinite(l.factor) || !isfinite(l.offset) || l.factor == 0) return false;
    for (uint64_t i = 0; i < e->difference.elements; i++)
        if (!(fabs(l.factor * real_at(e, e->expected, i) + l.offset - real_at(e, e->found, i)) <= tolerance))
            return false;
    return true;
}

/* A factor or an offset that roundings cannot make. */
static bool is_far(const cw_evidence *e, line l) {
    const double unit = ldexp(1, 5 - cw_dtype_binary(e->tensor->dtype).bits);
    return fabs(l.factor - 1) > unit || fabs(l.offset) > unit * l.largest;
}

double cw_find_factor(const cw_evidence *e) {
    if (!cw_dtype_is_real(e->tensor->dtype) || e->difference.elements < LEAST_POINTS) return 0;
    const line l = line_of(e, true);
    return is_on(e, l) && is_far(e, l) ? l.factor : 0;
}

bool cw_seen_scaled(const cw_evidence *e, cw_seen *seen) {
    const double factor = cw_find_factor(e);
    if (factor != 0) {
        SAY("%%s is %.7g times the other: the same draws with another scale, stddev or fans", factor);
        return true;
    }
    if (!cw_dtype_is_real(e->tensor->dtype) || e->difference.elements < LEAST_POINTS) return false;
    const line l = line_of(e, false);
    if (!is_on(e, l) || !is_far(e, l)) return false;
    SAY("%%s is %.7g times the other and %.7g: the same draws with other limits, stddev or mean", l.factor, l.offset);
    return true;
}

/* ----------------------------------------------------------------------------------------------------- the rest */

bool cw_seen_ulps(const cw_evidence *e, cw_seen *seen) {
    if (!cw_dtype_is_real(e->tensor->dtype) || e->difference.max_ulp > 4) return false;
    SAY("the values differ as roundings do");
    return true;
}

bool cw_seen_other(const cw_evidence *e, cw_seen *seen) {
    if (e->difference.count <= e->difference.elements / 2) return false;
    SAY("%%s has other values altogether");
    return true;
}

bool cw_seen_single(const cw_evidence *e, cw_seen *seen) {
    SAY("%%s differs in single elements");
    return e->difference.count != 0;
}
