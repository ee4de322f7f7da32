/* SPDX-License-Identifier: Apache-2.0
 *
 * From top to bottom: one number - the look that all numbers of an array share - words on lines - nested axes.
 */
#include "print.h"

#include "counterweight/counterweight.h"
#include "decimal.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { LINE_WIDTH = 75, EDGE_ITEMS = 3, THRESHOLD = 1000, PRECISION = 8, WORD = 128 };

/* ------------------------------------------------------------------------------------------------- one number */

/* The pieces of a number's text: "-12" "." "5" "e+03". NumPy aligns the first two piece by piece. */
typedef struct pieces {
    char whole[32], fraction[64], exponent[8];
} pieces;

static int digit_at(const cw_decimal *d, int place) {
    const int i = d->exponent - place;
    return i >= 0 && i < d->count ? d->digit[i] : '0';
}

/* Digits of the places `from` down to `to`. */
static void write_places(char *text, const cw_decimal *d, int from, int to) {
    for (int place = from; place >= to; place--) *text++ = (char)digit_at(d, place);
    *text = 0;
}

static void trim_zeros(char *fraction) {
    for (size_t n = strlen(fraction); n > 0 && fraction[n - 1] == '0'; n--) fraction[n - 1] = 0;
}

static pieces positional(float x, int precision, int min_digits) {
    const cw_cut cut = {0, precision < 0 ? CW_NO_LAST : -precision, min_digits < 0 ? CW_NO_FIRST_END : -min_digits};
    const cw_decimal d = cw_decimal_of(x, cut);
    pieces p = {{0}, {0}, {0}};
    if (d.negative) p.whole[0] = '-';
    write_places(p.whole + d.negative, &d, d.exponent > 0 ? d.exponent : 0, 0);
    write_places(p.fraction, &d, -1, d.exponent - d.count + 1);
    trim_zeros(p.fraction);
    return p;
}

/* With `min_digits` the fraction is filled up with zeros to that many digits, without (-1) it is trimmed. */
static pieces scientific(float x, int precision, int min_digits) {
    const cw_cut cut = {1, precision < 0 ? CW_NO_LAST : -precision, min_digits < 0 ? CW_NO_FIRST_END : -min_digits};
    const cw_decimal d = cw_decimal_of(x, cut);
    const int digits = d.count - 1 > min_digits ? d.count - 1 : min_digits;
    pieces p = {{0}, {0}, {0}};
    if (d.negative) p.whole[0] = '-';
    p.whole[d.negative] = d.digit[0];
    write_places(p.fraction, &d, d.exponent - 1, d.exponent - digits);
    if (min_digits < 0) trim_zeros(p.fraction);
    snprintf(p.exponent, sizeof p.exponent, "e%+03d", d.exponent);
    return p;
}

/* ---------------------------------------------------------------------------------------------------- the look */

/* How all numbers of an array are written, decided from the ones that are shown. */
typedef struct look {
    bool exponent;
    int precision, min_digits;            /* digits after the point, -1 without a bound */
    int left, right;                      /* characters before and after the point */
    bool any_special, any_minus_infinity; /* special: NaN or infinite */
    float least, greatest;                /* of the magnitudes that are not zero */
} look;

static void see_magnitude(look *l, float x) {
    if (!isfinite(x)) {
        l->any_special = true;
        if (x < 0) l->any_minus_infinity = true;
        return;
    }
    const float m = fabsf(x);
    if (m == 0) return;
    if (l->greatest == 0 || m < l->least) l->least = m;
    if (m > l->greatest) l->greatest = m;
}

/* NumPy compares in float32, where the quotient may overflow to infinity. */
static bool needs_exponent(const look *l) {
    if (l->greatest == 0) return false;
    const float quotient = l->greatest / l->least;
    return l->greatest >= 1e6f || l->least < 0.0001f || quotient > 1000.0f;
}

static int longer(int length, const char *text) {
    const int n = (int)strlen(text);
    return n > length ? n : length;
}

static void see_width(look *l, float x) {
    if (!isfinite(x)) return;
    const pieces p = l->exponent ? scientific(x, l->precision, -1) : positional(x, l->precision, -1);
    l->left = longer(l->left, p.whole);
    l->right = longer(l->right, p.fraction);
}

/* After see_width of every number: the exponent form writes the same number of digits everywhere, and "nan", "inf"
 * and "-inf" may need more room than any number. Exponents of float32 have two digits, so e+00 is 4 characters. */
static void settle(look *l) {
    if (l->exponent) l->precision = l->min_digits = l->right;
    else l->min_digits = 0;
    const int beside = l->right + (l->exponent ? 4 : 0) + 1;
    const int special = l->any_special ? 3 + l->any_minus_infinity : 0;
    if (special - beside > l->left) l->left = special - beside;
}

static void write_number(char word[WORD], const look *l, float x) {
    if (!isfinite(x)) {
        const char *name = isnan(x) ? "nan" : x < 0 ? "-inf" : "inf";
        snprintf(word, WORD, "%*s", l->left + l->right + (l->exponent ? 4 : 0) + 1, name);
        return;
    }
    const pieces p =
        l->exponent ? scientific(x, l->precision, l->min_digits) : positional(x, l->precision, l->min_digits);
    snprintf(word, WORD, "%*s.%-*s%s", l->left, p.whole, l->exponent ? 0 : l->right, p.fraction, p.exponent);
}

/* str(np.float32(x)): all digits, and no point without a digit after it. The lower bound is a double there. */
static void write_scalar(char word[WORD], float x) {
    const double magnitude = fabs((double)x);
    if (isnan(x)) snprintf(word, WORD, "nan");
    else if (isinf(x)) snprintf(word, WORD, x < 0 ? "-inf" : "inf");
    else if (magnitude == 0 || (magnitude >= 1e-4 && magnitude < 1e6)) {
        const pieces p = positional(x, -1, -1);
        snprintf(word, WORD, "%s.%s", p.whole, p.fraction[0] ? p.fraction : "0");
    } else {
        const pieces p = scientific(x, -1, -1);
        snprintf(word, WORD, "%s%s%s%s", p.whole, p.fraction[0] ? "." : "", p.fraction, p.exponent);
    }
}

/* ---------------------------------------------------------------------------------------------- words on lines */

typedef struct page {
    FILE *file;
    int column, blanks; /* blanks are counted in the column but not yet written: a line never ends in them */
    look look;
    bool summary;
    const float *data;
    uint32_t rank;
    const uint64_t *shape;
    uint64_t stride[CW_MAX_RANK];
} page;

static void put_blanks(page *p, int count) {
    p->column += count;
    p->blanks += count;
}

static void put_text(page *p, const char *text, int length) {
    fprintf(p->file, "%*s%.*s", p->blanks, "", length, text);
    p->column += length;
    p->blanks = 0;
}

static void new_line(page *p, int indent) {
    fputc('\n', p->file);
    p->column = p->blanks = 0;
    put_blanks(p, indent);
}

/* A word that does not fit goes to the next line, unless it is the first of its line anyway. */
static void put_word(page *p, const char *word, int indent, int width) {
    const int length = (int)strlen(word);
    if (p->column + length > width && p->column > indent) new_line(p, indent);
    int lead = 0, end = length;
    while (lead < end && word[lead] == ' ') lead++;
    while (end > lead && word[end - 1] == ' ') end--;
    put_blanks(p, lead);
    put_text(p, word + lead, end - lead);
    put_blanks(p, length - end);
}

/* ------------------------------------------------------------------------------------------------- nested axes */

/* The item shown after item i of an axis; where some are left out this is not i + 1. */
static uint64_t next_shown(const page *p, uint32_t axis, uint64_t i) {
    const uint64_t n = p->shape[axis];
    return p->summary && n > 2 * EDGE_ITEMS && i == EDGE_ITEMS - 1 ? n - EDGE_ITEMS : i + 1;
}

static void look_at(page *p, void (*see)(look *, float), uint32_t axis, uint64_t first) {
    if (axis == p->rank) {
        see(&p->look, p->data[first]);
        return;
    }
    for (uint64_t i = 0; i < p->shape[axis]; i = next_shown(p, axis, i))
        look_at(p, see, axis + 1, first + i * p->stride[axis]);
}

/* The last axis, wrapped. Every open bracket shifts the text by one column and costs one at the right. */
static void put_row(page *p, uint64_t first) {
    const uint32_t axis = p->rank - 1;
    const int indent = (int)p->rank, width = LINE_WIDTH - (int)axis - 1;
    char word[WORD];
    for (uint64_t i = 0, next; i < p->shape[axis]; i = next) {
        next = next_shown(p, axis, i);
        write_number(word, &p->look, p->data[first + i]);
        put_word(p, word, indent, width);
        if (next < p->shape[axis]) put_blanks(p, 1);
        if (next == i + 1) continue;
        put_word(p, "...", indent, width);
        put_blanks(p, 1);
    }
}

/* Items of outer axes are separated by as many newlines as axes are left inside. */
static void put_separator(page *p, uint32_t axis) {
    for (uint32_t left = p->rank - axis; left > 2; left--) fputc('\n', p->file);
    new_line(p, (int)axis + 1);
}

static void put_axis(page *p, uint32_t axis, uint64_t first) {
    put_text(p, "[", 1);
    if (axis + 1 == p->rank) put_row(p, first);
    else {
        for (uint64_t i = 0, next; i < p->shape[axis]; i = next) {
            next = next_shown(p, axis, i);
            put_axis(p, axis + 1, first + i * p->stride[axis]);
            if (next < p->shape[axis]) put_separator(p, axis);
            if (next == i + 1) continue;
            put_text(p, "...", 3);
            put_separator(p, axis);
        }
    }
    put_text(p, "]", 1);
}

static uint64_t set_strides(page *p) {
    uint64_t elements = 1;
    for (uint32_t axis = p->rank; axis-- > 0;) {
        p->stride[axis] = elements;
        elements *= p->shape[axis];
    }
    return elements;
}

static void put_array(page *p, int precision) {
    p->look.precision = precision;
    look_at(p, see_magnitude, 0, 0);
    p->look.exponent = needs_exponent(&p->look);
    look_at(p, see_width, 0, 0);
    settle(&p->look);
    if (p->rank > 0) {
        put_axis(p, 0, 0);
        return;
    }
    char word[WORD];
    write_number(word, &p->look, p->data[0]);
    fputs(word, p->file);
}

static bool has_no_elements(uint32_t rank, const uint64_t *shape) {
    for (uint32_t axis = 0; axis < rank; axis++)
        if (shape[axis] == 0) return true;
    return false;
}

static void print(FILE *file, const float *data, uint32_t rank, const uint64_t *shape, uint64_t threshold,
                  int precision) {
    page p = {.file = file, .data = data, .rank = rank, .shape = shape};
    if (has_no_elements(rank, shape)) fputs("[]", file);
    else {
        p.summary = set_strides(&p) > threshold;
        put_array(&p, precision);
    }
    fputc('\n', file);
}

void cw_print_array(FILE *file, const float *data, uint32_t rank, const uint64_t *shape) {
    char word[WORD];
    if (rank > 0) {
        print(file, data, rank, shape, THRESHOLD, PRECISION);
        return;
    }
    write_scalar(word, data[0]);
    fprintf(file, "%s\n", word);
}

void cw_print_exact(FILE *file, const float *data, uint32_t rank, const uint64_t *shape) {
    print(file, data, rank, shape, UINT64_MAX, -1);
}
