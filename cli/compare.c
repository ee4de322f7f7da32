/* SPDX-License-Identifier: Apache-2.0 */
#include "compare.h"

#include "cli.h"
#include "json.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* ------------------------------------------------------------------------------------------------------- causes */

static bool holds_only_zeros(const unsigned char *bytes, uint64_t count) {
    for (uint64_t i = 0; i < count; i++)
        if (bytes[i]) return false;
    return true;
}

/* What such a difference mostly comes from. */
static const char *cause_of(const cw_comparison *c) {
    const cw_difference *d = &c->difference;
    const uint64_t bytes = c->tensor->bytes;
    if (holds_only_zeros(c->found, bytes)) return "the second holds only zeros: memory that was never filled?";
    if (holds_only_zeros(c->expected, bytes)) return "the first holds only zeros: memory that was never filled?";
    if (d->max_ulp <= 4) return "rounding: a contracted multiply-add, or another log, sin, cos or sqrt?";
    if (d->count * 2 > d->elements) return "other values altogether: another seed, seed rule, initializer or shape?";
    return "single elements: written afterwards, or by another kernel?";
}

/* ------------------------------------------------------------------------------------------------------- pairs */

/* The element in full digits and as bits. */
typedef struct element_text {
    char text[64];
} element_text;

static element_text element_of(const cw_tensor *t, const void *data, uint64_t index) {
    const size_t size = cw_dtype_size(t->dtype);
    element_text e;
    uint64_t bits = 0;
    memcpy(&bits, (const char *)data + index * size, size);
    if (t->dtype == CW_FLOAT32) {
        float x;
        memcpy(&x, &bits, sizeof x);
        snprintf(e.text, sizeof e.text, "%.9g (0x%08" PRIx64 ")", (double)x, bits);
    } else snprintf(e.text, sizeof e.text, "0x%0*" PRIx64, (int)size * 2, bits);
    return e;
}

static void print_element(const cw_comparison *c, const char *which, uint64_t index) {
    printf("  %-6s %s: %s and %s\n", which, cw_index_text_of(c->tensor->rank, c->tensor->shape, index).text,
           element_of(c->tensor, c->expected, index).text, element_of(c->tensor, c->found, index).text);
}

static void print_pair(const cw_comparison *c) {
    const cw_difference *d = &c->difference;
    cw_put_name(c->tensor->name);
    printf(": %" PRIu64 " of %" PRIu64 " elements differ, by at most %" PRIu64 " ulp\n", d->count, d->elements, d->max_ulp);
    print_element(c, "first", d->first);
    if (d->worst != d->first) print_element(c, "worst", d->worst);
    printf("  likely %s\n", cause_of(c));
}

static json_t *json_of(const cw_comparison *c) {
    const cw_difference *d = &c->difference;
    json_t *row = json_pack("{s:s, s:I, s:I}", "name", c->tensor->name, "elements", (json_int_t)d->elements, "count",
                            (json_int_t)d->count);
    if (!d->count) return row;
    json_object_set_new(row, "first", json_integer((json_int_t)d->first));
    json_object_set_new(row, "worst", json_integer((json_int_t)d->worst));
    /* 64 bits wide, and JSON's integers have a sign */
    json_object_set_new(row, "max_ulp", json_integer(d->max_ulp > INT64_MAX ? INT64_MAX : (json_int_t)d->max_ulp));
    json_object_set_new(row, "cause", json_string(cause_of(c)));
    return row;
}

static int add_row(cw_tally *tally, json_t *row) {
    if (!tally->rows) tally->rows = json_array();
    return json_array_append_new(tally->rows, row) == 0 ? EXIT_GOOD : cw_complain_memory();
}

int cw_tally_pair(cw_tally *tally, const cw_tensor *tensor, const void *expected, const void *found) {
    cw_comparison c = {.tensor = tensor, .expected = expected, .found = found};
    cw_error why;
    const uint64_t elements = tensor->bytes / cw_dtype_size(tensor->dtype);
    const cw_status status = cw_compare(tensor->dtype, expected, found, elements, &c.difference, &why);
    if (status && status != CW_DIFFERS) return cw_complain_library(tensor->name, &why);
    tally->tensors++;
    tally->elements += elements;
    tally->differing_tensors += c.difference.count != 0;
    tally->differing_elements += c.difference.count;
    if (tally->json) return add_row(tally, json_of(&c));
    if (c.difference.count) print_pair(&c);
    return EXIT_GOOD;
}

int cw_tally_whole(cw_tally *tally, const char *name, const char *what) {
    tally->tensors++;
    tally->differing_tensors++;
    if (tally->json) return add_row(tally, json_pack("{s:s, s:s}", "name", name, "cause", what));
    cw_put_name(name);
    printf(": %s\n", what);
    return EXIT_GOOD;
}

/* --------------------------------------------------------------------------------------------------------- sum */

static int print_json(cw_tally *t, const char *what) {
    json_t *result = json_pack("{s:o, s:b, s:I, s:I, s:I, s:I, s:o}", "compared", cw_json_text(what), "equal", t->differing_tensors == 0,
                               "tensors", (json_int_t)t->tensors, "elements", (json_int_t)t->elements, "differing_tensors",
                               (json_int_t)t->differing_tensors, "differing_elements", (json_int_t)t->differing_elements,
                               "results", t->rows ? t->rows : json_array());
    t->rows = NULL;
    return cw_json_print(result);
}

int cw_tally_end(cw_tally *tally, const char *what) {
    const int differ = tally->differing_tensors != 0;
    if (tally->json) {
        const int status = print_json(tally, what);
        if (status != EXIT_GOOD) return status;
    } else if (differ)
        printf("%s: %" PRIu64 " of %" PRIu64 " tensors differ\n", what, tally->differing_tensors, tally->tensors);
    else
        printf("%s: %" PRIu64 " tensor%s, %" PRIu64 " elements, 0 bits differ\n", what, tally->tensors,
               tally->tensors == 1 ? "" : "s", tally->elements);
    return differ ? EXIT_DIFFERS : EXIT_GOOD;
}
