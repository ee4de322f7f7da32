/* SPDX-License-Identifier: Apache-2.0 */
#include "compare.h"

#include "cli.h"
#include "element.h"
#include "json.h"
#include "progress.h"

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

static int add_row(json_t **rows, json_t *row) {
    if (!*rows) *rows = json_array();
    return json_array_append_new(*rows, row) == 0 ? EXIT_GOOD : cw_complain_memory();
}

static int count_pair(cw_tally *tally, const cw_evidence *c) {
    tally->tensors++;
    tally->elements += c->difference.elements;
    tally->differing_tensors += c->difference.count != 0;
    tally->differing_elements += c->difference.count;
    if (tally->json) return add_row(&tally->rows, json_of(c));
    cw_progress_hide();
    if (c->difference.count) print_pair(c);
    return EXIT_GOOD;
}

static uint64_t elements_of(const cw_tensor *t) { return t->bytes / cw_dtype_size(t->dtype); }

int cw_tally_pair(cw_tally *tally, const cw_tensor *tensor, const cw_entry *entry, const void *expected,
                  const void *found) {
    cw_evidence c = {.tensor = tensor, .expected = expected, .found = found, .entry = entry};
    if (entry && entry->part) c.entry = NULL; /* its plan is not that of these values */
    cw_error why;
    cw_progress_stage(2 * tensor->bytes, 1);
    const cw_status status = cw_compare(tensor->dtype, expected, found, elements_of(tensor), &c.difference, &why);
    if (status && status != CW_DIFFERS) return cw_complain_library(tensor->name, &why);
    return count_pair(tally, &c);
}

int cw_tally_same(cw_tally *tally, const cw_tensor *tensor) {
    const cw_evidence c = {.tensor = tensor, .difference = {.elements = elements_of(tensor)}};
    return count_pair(tally, &c);
}

int cw_tally_digest(cw_tally *tally, const char *name, cw_sums manifest, cw_sums definition) {
    const cw_hex says = cw_hex_of(manifest), is = cw_hex_of(definition);
    tally->wrong_digests++;
    if (tally->json)
        return add_row(&tally->digests,
                       json_pack("{s:s?, s:s, s:s}", "name", name, "manifest", says.text, "definition", is.text));
    cw_progress_hide();
    cw_put_name(name ? name : "total");
    printf(": the manifest has the digest %s, and the definition %s\n", says.text, is.text);
    return EXIT_GOOD;
}

int cw_tally_whole(cw_tally *tally, const char *name, const char *what, const cw_cause *cause) {
    const bool known = cause && cause->name;
    tally->tensors++;
    tally->differing_tensors++;
    if (tally->json) {
        json_t *row = json_pack("{s:s, s:s}", "name", name, "form", what);
        if (known) set_cause(row, *cause);
        return add_row(&tally->rows, row);
    }
    cw_progress_hide();
    cw_put_name(name);
    printf(": %s\n", what);
    if (known) print_cause(*cause);
    return EXIT_GOOD;
}

/* --------------------------------------------------------------------------------------------------------- sum */

static bool is_equal(const cw_tally *t) { return t->differing_tensors == 0 && t->wrong_digests == 0; }

static json_t *take_rows(json_t **rows) {
    json_t *taken = *rows ? *rows : json_array();
    *rows = NULL;
    return taken;
}

static int print_json(cw_tally *t, const char *what) {
    json_t *result =
        json_pack("{s:o, s:b, s:I, s:I, s:I, s:I, s:o, s:o}", "compared", cw_json_text(what), "equal", is_equal(t),
                  "tensors", (json_int_t)t->tensors, "elements", (json_int_t)t->elements, "differing_tensors",
                  (json_int_t)t->differing_tensors, "differing_elements", (json_int_t)t->differing_elements, "results",
                  take_rows(&t->rows), "wrong_digests", take_rows(&t->digests));
    return cw_json_print(result);
}

static void print_sum(const cw_tally *t, const char *what) {
    if (t->differing_tensors)
        printf("%s: %" PRIu64 " of %" PRIu64 " tensors differ\n", what, t->differing_tensors, t->tensors);
    else if (t->wrong_digests)
        printf("%s: %" PRIu64 " digest%s differ%s between the manifest and the definition, which all elements meet\n",
               what, t->wrong_digests, t->wrong_digests == 1 ? "" : "s", t->wrong_digests == 1 ? "s" : "");
    else
        printf("%s: %" PRIu64 " tensor%s, %" PRIu64 " elements, 0 bits differ\n", what, t->tensors,
               t->tensors == 1 ? "" : "s", t->elements);
}

int cw_tally_end(cw_tally *tally, const char *what) {
    cw_progress_end();
    const int status = tally->json ? print_json(tally, what) : EXIT_GOOD;
    if (!tally->json) print_sum(tally, what);
    return status != EXIT_GOOD || is_equal(tally) ? status : EXIT_DIFFERS;
}

void cw_tally_free(cw_tally *tally) {
    json_decref(tally->rows);
    json_decref(tally->digests);
}
