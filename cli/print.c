/* SPDX-License-Identifier: Apache-2.0
 *
 * From top to bottom: one number - the look that all numbers of an array share - words on lines - nested axes.
 */
#include "print.h"

#include "decimal.h"
#include "element.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { LINE_WIDTH = 75, EDGE_ITEMS = 3, THRESHOLD = 1000, PRECISION = 8, WORD = 128 };

/* ------------------------------------------------------------------------------------------------- one number */

/* A dtype as it is shown, and from which magnitudes on with an exponent: in an array, and alone. */
typedef struct style {
    cw_binary format; /* no bits for integers */
    double in_array, alone;
} style;

static style style_of(cw_dtype dtype) {
    if (dtype == CW_BFLOAT16) dtype = CW_FLOAT32; /* NumPy has no bfloat16 */
    const style s = {cw_dtype_binary(dtype), 0, 0};
    switch (dtype) {
    case CW_FLOAT16: return (style){s.format, 1e3, 1e3};
    case CW_FLOAT32: return (style){s.format, 1e6, 1e6};
    case CW_FLOAT64: return (style){s.format, 1e8, 1e16};
    default: return s;
    }
}

/* The pieces of a number's text: "-12" "." "5" "e+03". NumPy aligns the first two piece by piece. */
typedef struct pieces {
    char whole[32], fraction[64], exponent[16];
} pieces;

/* How many digits: after the point at most `precision`, at least `min_digits`, each -1 without a bound; of the
 * exponent at least `exponent`. */
typedef struct digits {
    int precision, min_digits, exponent;
} digits;

static const digits all_digits = {-1, -1, 2};

static cw_decimal decimal_of(double x, cw_binary format, digits n, int scientific) {
    const cw_cut cut = {scientific, n.precision < 0 ? CW_NO_LAST : -n.precision,
                        n.min_digits < 0 ? CW_NO_FIRST_END : -n.min_digits};
    return cw_decimal_of(x, format, cut);
}

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

static pieces positional(double x, cw_binary format, digits n) {
    const cw_decimal d = decimal_of(x, format, n, 0);
    pieces p = {{0}, {0}, {0}};
    if (d.negative) p.whole[0] = '-';
    write_places(p.whole + d.negative, &d, d.exponent > 0 ? d.exponent : 0, 0);
    write_places(p.fraction, &d, -1, d.exponent - d.count + 1);
    trim_zeros(p.fraction);
    return p;
}

/* With `min_digits` the fraction is filled up with zeros to that many digits, without it is trimmed. */
static pieces scientific(double x, cw_binary format, digits n) {
    const cw_decimal d = decimal_of(x, format, n, 1);
    const int count = d.count - 1 > n.min_digits ? d.count - 1 : n.min_digits;
    pieces p = {{0}, {0}, {0}};
    if (d.negative) p.whole[0] = '-';
    p.whole[d.negative] = d.digit[0];
    write_places(p.fraction, &d, d.exponent - 1, d.exponent - count);
    if (n.min_digits < 0) trim_zeros(p.fraction);
    snprintf(p.exponent, sizeof p.exponent, "e%+0*d", n.exponent + 1, d.exponent);
    return p;
}

/* ---------------------------------------------------------------------------------------------------- the look */

/* How all numbers of an array are written, decided from the ones that are shown. */
typedef struct look {
    style style;
    bool exponent;
    digits digits;
    int left, right;                      /* characters before and after the point; integers have only the former */
    bool any_special, any_minus_infinity; /* special: NaN or infinite */
    double least, greatest;               /* of the magnitudes that are not zero */
} look;

static void see_magnitude(look *l, double x) {
    if (!isfinite(x)) {
        l->any_special = true;
        if (x < 0) l->any_minus_infinity = true;
        return;
    }
    const double m = fabs(x);
    if (m == 0) return;
    if (l->greatest == 0 || m < l->least) l->least = m;
    if (m > l->greatest) l->greatest = m;
}

/* NumPy calculates in the array's dtype. */
static bool needs_exponent(const look *l) {
    const cw_binary format = l->style.format;
    if (l->greatest == 0) return false;
    return l->greatest >= l->style.in_array || l->least < cw_binary_round(0.0001, format) ||
           cw_binary_round(l->greatest / l->least, format) > 1000;
}

static int longer(int length, const char *text) {
    const int n = (int)strlen(text);
    return n > length ? n : length;
}

static pieces pieces_of(const look *l, double x) {
    return (l->exponent ? scientific : positional)(x, l->style.format, l->digits);
}

static void see_width(look *l, double x) {
    if (!isfinite(x)) return;
    const pieces p = pieces_of(l, x);
    l->left = longer(l->left, p.whole);
    l->right = longer(l->right, p.fraction);
    l->digits.exponent = longer(l->digits.exponent + 2, p.exponent) - 2;
}

/* Characters after the point. */
static int tail(const look *l) { return l->right + (l->exponent ? l->digits.exponent + 2 : 0); }

/* After see_width of every number: the exponent form writes the same number of digits everywhere, and "nan", "inf"
 * and "-inf" may need more room than any number. */
static void settle(look *l) {
    if (l->exponent) l->digits.precision = l->digits.min_digits = l->right;
    else l->digits.min_digits = 0;
    const int special = l->any_special ? 3 + l->any_minus_infinity : 0, beside = tail(l) + 1;
    if (special - beside > l->left) l->left = special - beside;
}

static const char *name_of_special(double x) { return isnan(x) ? "nan" : x < 0 ? "-inf" : "inf"; }

static void write_number(char word[WORD], const look *l, double x) {
    if (!isfinite(x)) {
        snprintf(word, WORD, "%*s", l->left + tail(l) + 1, name_of_special(x));
        return;
    }
    const pieces p = pieces_of(l, x);
    snprintf(word, WORD, "%*s.%-*s%s", l->left, p.whole, l->exponent ? 0 : l->right, p.fraction, p.exponent);
}

/* str(np.float32(x)): all digits, and no point without a digit after it. The lower bound is a double there. */
static void write_scalar(char word[WORD], const style *s, double x) {
    const double magnitude = fabs(x);
    if (!isfinite(x)) snprintf(word, WORD, "%s", name_of_special(x));
    else if (magnitude == 0 || (magnitude >= 1e-4 && magnitude < s->alone)) {
        const pieces p = positional(x, s->format, all_digits);
        snprintf(word, WORD, "%s.%s", p.whole, p.fraction[0] ? p.fraction : "0");
    } else {
        const pieces p = scientific(x, s->format, all_digits);
        snprintf(word, WORD, "%s%s%s%s", p.whole, p.fraction[0] ? "." : "", p.fraction, p.exponent);
    }
}

/* ---------------------------------------------------------------------------------------------- words on lines */

typedef struct page {
    FILE *file;
    int column, blanks; /* blanks are counted in the column but not yet written: a line never ends in them */
    look look;
    bool summary;
    cw_dtype dtype;
    const void *data;
    uint32_t rank;
    const uint64_t *shape;
    uint64_t stride[CW_MAX_RANK];
} page;

static void see_real(page *p, uint64_t index) { see_magnitude(&p->look, cw_element_real(p->dtype, p->data, index)); }

static void see_pieces(page *p, uint64_t index) { see_width(&p->look, cw_element_real(p->dtype, p->data, index)); }

static void see_integer(page *p, uint64_t index) {
    p->look.left = longer(p->look.left, cw_element_text_of(p->dtype, p->data, index).text);
}

static void write_element(char word[WORD], const page *p, uint64_t index) {
    if (cw_dtype_is_real(p->dtype)) write_number(word, &p->look, cw_element_real(p->dtype, p->data, index));
    else snprintf(word, WORD, "%*s", p->look.left, cw_element_text_of(p->dtype, p->data, index).text);
}

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

static void look_at(page *p, void (*see)(page *, uint64_t), uint32_t axis, uint64_t first) {
    if (axis == p->rank) {
        see(p, first);
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
        write_element(word, p, first + i);
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

static void put_array(page *p) {
    if (cw_dtype_is_real(p->dtype)) {
        look_at(p, see_real, 0, 0);
        p->look.exponent = needs_exponent(&p->look);
        look_at(p, see_pieces, 0, 0);
        settle(&p->look);
    } else look_at(p, see_integer, 0, 0);
    if (p->rank > 0) {
        put_axis(p, 0, 0);
        return;
    }
    char word[WORD];
    write_element(word, p, 0);
    fputs(word, p->file);
}

static bool has_no_elements(uint32_t rank, const uint64_t *shape) {
    for (uint32_t axis = 0; axis < rank; axis++)
        if (shape[axis] == 0) return true;
    return false;
}

static void print(page *p, uint64_t threshold, int precision) {
    if (has_no_elements(p->rank, p->shape)) fputs("[]", p->file);
    else {
        p->summary = set_strides(p) > threshold;
        p->look.style = style_of(p->dtype);
        p->look.digits = all_digits;
        p->look.digits.precision = precision;
        put_array(p);
    }
    fputc('\n', p->file);
}

void cw_print_array(FILE *file, cw_dtype dtype, const void *data, uint32_t rank, const uint64_t *shape) {
    page p = {.file = file, .dtype = dtype, .data = data, .rank = rank, .shape = shape};
    if (rank > 0 || !cw_dtype_is_real(dtype)) {
        print(&p, THRESHOLD, PRECISION);
        return;
    }
    char word[WORD];
    const style s = style_of(dtype);
    write_scalar(word, &s, cw_element_real(dtype, data, 0));
    fprintf(file, "%s\n", word);
}

void cw_print_exact(FILE *file, cw_dtype dtype, const void *data, uint32_t rank, const uint64_t *shape) {
    page p = {.file = file, .dtype = dtype, .data = data, .rank = rank, .shape = shape};
    print(&p, UINT64_MAX, -1);
}
