/* SPDX-License-Identifier: Apache-2.0 */
#include "compare.h"

#include "cli.h"
#include "element.h"
#include "json.h"

#include <inttypes.h>

/* ------------------------------------------------------------------------------------------------------- pairs */

/* The element in full digits and as bits. */
typedef struct element_text {
    char text[64];
} element_text;

static element_text element_of(const cw_tensor *t, const void *data, uint64_t index) {
    element_text e;
    snprintf(e.text, sizeof e.text, "%s (0x%0*" PRIx64 ")", cw_element_text_of(t->dtype, data, index).text,
             (int)cw_dtype_size(t->dtype) * 2, cw_element_bits(t->dtype, data, index));
    return e;
}

static void print_element(const cw_evidence *c, const char *which, uint64_t index) {
    printf("  %-6s %s: %s and %s\n", which, cw_index_text_of(c->tensor->rank, c->tensor->shape, index).text,
           element_of(c->tensor, c->expected, index).text, element_of(c->tensor, c->found, index).text);
}

static void print_cause(cw_cause cause) { printf("  likely %s: %s\n", cause.name, cause.text); }

static void print_pair(const cw_evidence *c) {
    const cw_difference *d = &c->difference;
    cw_put_name(c->tensor->name);
    printf(": %" PRIu64 " of %" PRIu64 " elements differ, by at most %" PRIu64 " ulp\n", d->count, d->elements,
           d->max_ulp);
    print_element(c, "first", d->first);
    if (d->worst != d->first) print_element(c, "worst", d->worst);
    print_cause(cw_cause_of(c));
}

static void set_cause(json_t *row, cw_cause cause) {
    json_object_set_new(row, "cause", json_string(cause.name));
    json_object_set_new(row, "why", json_string(cause.text));
}

static json_t *json_of(const cw_evidence *c) {
    const cw_difference *d = &c->difference;
    json_t *row = json_pack("{s:s, s:I, s:I}", "name", c->tensor->name, "elements", (json_int_t)d->elements, "count",
                            (json_int_t)d->count);
    if (!d->count) return row;
    json_object_set_new(row, "first", json_integer((json_int_t)d->first));
    json_object_set_new(row, "worst", json_integer((json_int_t)d->worst));
    /* 64 bits wide, and JSON's integers have a sign */
    json_object_set_new(row, "max_ulp", json_integer(d->max_ulp > INT64_MAX ? INT64_MAX : (json_int_t)d->max_ulp));
    set_cause(row, cw_cause_of(c));
    return row;
}

static int add_row(cw_tally *tally, json_t *row) {
    if (!tally->rows) tally->rows = json_array();
    return json_array_append_new(tally->rows, row) == 0 ? EXIT_GOOD : cw_complain_memory();
}

int cw_tally_pair(cw_tally *tally, const cw_tensor *tensor, const cw_entry *entry, const void *expected,
                  const void *found) {
    cw_evidence c = {.tensor = tensor, .expected = expected, .found = found, .entry = entry};
    if (entry && entry->part) c.entry = NULL; /* its plan is none of these values' */
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

int cw_tally_whole(cw_tally *tally, const char *name, const char *what, const cw_cause *cause) {
    const bool known = cause && cause->name;
    tally->tensors++;
    tally->differing_tensors++;
    if (tally->json) {
        json_t *row = json_pack("{s:s, s:s}", "name", name, "form", what);
        if (known) set_cause(row, *cause);
        return add_row(tally, row);
    }
    cw_put_name(name);
    printf(": %s\n", what);
    if (known) print_cause(*cause);
    return EXIT_GOOD;
}

/* --------------------------------------------------------------------------------------------------------- sum */

static int print_json(cw_tally *t, const char *what) {
    json_t *result =
        json_pack("{s:o, s:b, s:I, s:I, s:I, s:I, s:o}", "compared", cw_json_text(what), "equal",
                  t->differing_tensors == 0, "tensors", (json_int_t)t->tensors, "elements", (json_int_t)t->elements,
                  "differing_tensors", (json_int_t)t->differing_tensors, "differing_elements",
                  (json_int_t)t->differing_elements, "results", t->rows ? t->rows : json_array());
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
