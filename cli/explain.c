/* SPDX-License-Identifier: Apache-2.0
 *
 * cw explain: one element, step by step, as the library tells it.
 */
#include "cli.h"
#include "commands.h"
#include "element.h"
#include "json.h"
#include "options.h"

#include <inttypes.h>
#include <string.h>

static const cw_usage usage = {"cw explain [options] --at I,J,...\n"
                               "cw explain MODEL.json --tensor NAME --at I,J,...\n\n"
                               "Shows how one element comes about: counter, key, words, uniform, every step that "
                               "rounds, value. The steps are computed\n"
                               "by the text that fills tensors, on the host: --device is not looked for.\n",
                               CW_OPT_TENSOR | CW_OPT_DEVICE | CW_OPT_JSON | CW_OPT_AT, 1};

/* ------------------------------------------------------------------------------------------------- which element */

static int complain_axis(int64_t i, uint32_t axis, uint64_t size) {
    if (size == 0)
        return cw_complain(EXIT_USAGE, "--at: axis %u is empty (a tensor of no elements explains none)", axis);
    return cw_complain(EXIT_USAGE, "--at: the index %" PRId64 " is outside axis %u (give -%" PRIu64 " to %" PRIu64 ")",
                       i, axis, size, size - 1);
}

/* The index in row-major order; `at` gets every index counted from the front. */
static int find_element(const cw_options *options, const cw_spec *s, uint64_t at[CW_MAX_RANK], uint64_t *index) {
    if (!options->has_at) return cw_complain(EXIT_USAGE, "there is no element (give --at, one index for each axis)");
    if (options->at_count != s->rank)
        return cw_complain(EXIT_USAGE,
                           "--at: %u %s not fit the shape %s (give one index for each axis, () for a scalar)",
                           options->at_count, options->at_count == 1 ? "index does" : "indices do",
                           cw_shape_text_of(s->rank, s->shape).text);
    *index = 0;
    for (uint32_t axis = 0; axis < s->rank; axis++) {
        const int64_t i = options->at[axis];
        const uint64_t size = s->shape[axis];
        at[axis] = i < 0 ? size + (uint64_t)i : (uint64_t)i;
        if (at[axis] >= size) return complain_axis(i, axis, size);
        *index = *index * size + at[axis];
    }
    return EXIT_GOOD;
}

static int find_entry(const cw_options *options, const cw_model *model, const cw_entry **entry) {
    const char *name = options->tensor;
    *entry = model->entry;
    if (model->one)
        return name ? cw_complain(EXIT_USAGE, "--tensor goes with a manifest (leave it out, or name a MODEL.json)")
                    : EXIT_GOOD;
    if (!name && model->count == 1) return EXIT_GOOD;
    for (size_t i = 0; name && i < model->count; i++)
        if (strcmp(model->entry[i].name, name) == 0) {
            *entry = &model->entry[i];
            return EXIT_GOOD;
        }
    return name ? cw_complain(EXIT_USAGE, "there is no tensor \"%s\" in %s (see cw plan)", name, options->operand[0])
                : cw_complain(EXIT_USAGE, "%s has %zu tensors (give --tensor NAME)", options->operand[0], model->count);
}

/* The part that the element is in, and where it is there. */
static const cw_entry *find_part(const cw_entry *entry, uint64_t at[CW_MAX_RANK], uint64_t *index) {
    for (size_t i = 0; i < entry->parts; i++) {
        const cw_plan *plan = &entry->part[i].plan;
        if (*index < cw_plan_elements(plan)) return &entry->part[i];
        *index -= cw_plan_elements(plan);
        at[0] -= cw_plan_spec(plan).shape[0];
    }
    return entry;
}

/* From where it is stored to where it is in the tensor. */
static void find_drawn(const cw_entry *entry, const cw_spec *s, uint64_t at[CW_MAX_RANK], uint64_t *index) {
    uint64_t stored[CW_MAX_RANK];
    memcpy(stored, at, sizeof stored);
    *index = 0;
    for (uint32_t d = 0; d < s->rank; d++) {
        const uint32_t axis = cw_entry_axis(entry, d);
        at[axis] = entry->slice.start[axis] + stored[d] * entry->slice.step[axis];
    }
    for (uint32_t axis = 0; axis < s->rank; axis++) *index = *index * s->shape[axis] + at[axis];
}

/* The last step of an element that is stored in a smaller dtype. */
static int add_stored(const cw_entry *entry, cw_dtype store, uint64_t const at[CW_MAX_RANK], cw_explanation *e) {
    const cw_spec s = cw_plan_spec(&entry->plan);
    cw_slice one = CW_SLICE_INIT;
    uint64_t bits = 0;
    cw_error why;
    if (!store || store == s.dtype || e->count == CW_MAX_STEPS) return EXIT_GOOD;
    for (uint32_t axis = 0; axis < s.rank; axis++) cw_slice_axis(&one, axis, at[axis], at[axis] + 1);
    one.store = store;
    if (cw_reference_slice(&entry->plan, &one, &bits, cw_dtype_size(store), &why))
        return cw_complain_library(entry->name, &why);
    e->step[e->count++] = (cw_step){"stored", "rounded once, to nearest, ties to even", (uint32_t)store, 0, 0, {bits, 0}};
    return EXIT_GOOD;
}

/* ------------------------------------------------------------------------------------------------------- as text */

static uint32_t word_of(const cw_step *s, uint32_t i) { return (uint32_t)(s->bits[i / 2] >> (32 * (i % 2))); }

/* What a number is to element.h. */
static cw_dtype dtype_of(const cw_step *s) { return s->kind == CW_STEP_NUMBER ? CW_UINT64 : (cw_dtype)s->kind; }

static void put_words(const cw_step *s) {
    int n = 0;
    for (uint32_t i = 0; i < s->words; i++) n += printf("%s0x%08" PRIx32, i ? " " : "", word_of(s, i));
    printf("%*s", n < 50 ? 50 - n : 1, "");
}

static void put_value(const cw_step *s) {
    char text[96];
    const cw_dtype dtype = dtype_of(s);
    int n = snprintf(text, sizeof text, "%s", cw_element_text_of(dtype, s->bits, 0).text);
    if (s->kind != CW_STEP_NUMBER)
        snprintf(text + n, sizeof text - (size_t)n, " (%s 0x%0*" PRIx64 ")", cw_dtype_name(dtype),
                 (int)cw_dtype_size(dtype) * 2, s->bits[0]);
    printf("%-49s ", text);
}

static void print_text(const cw_entry *entry, bool named, uint64_t const at[CW_MAX_RANK], const cw_explanation *e) {
    const cw_spec s = cw_plan_spec(&entry->plan);
    if (named) {
        cw_put_name(entry->name);
        printf(": ");
    }
    printf("%s of shape %s, %s, dialect %s", cw_initializer_name(s.initializer), cw_shape_text_of(s.rank, s.shape).text,
           cw_dtype_name(s.dtype), cw_dialect_name(s.dialect));
    if (cw_initializer_is_random(s.initializer)) printf(", seed rule %s", entry->fields.seed_rule);
    printf(", element %s\n", cw_shape_text_of(s.rank, at).text);
    for (uint32_t i = 0; i < e->count; i++) {
        const cw_step *step = &e->step[i];
        printf("  %-15s ", step->name);
        if (step->kind == CW_STEP_WORDS) put_words(step);
        else put_value(step);
        printf("%s\n", step->how);
    }
}

/* ------------------------------------------------------------------------------------------------------- as JSON */

static void put_json_bits(const cw_step *s) {
    const cw_dtype dtype = dtype_of(s);
    printf("\"bits\": \"0x%0*" PRIx64 "\", \"value\": ", (int)cw_dtype_size(dtype) * 2, s->bits[0]);
    cw_elements_json(stdout, dtype, s->bits, 0, NULL);
}

/* Names and ways are the library's own words, without a character that JSON would escape. */
static void put_json_step(const cw_step *s, bool trials) {
    const bool words = s->kind == CW_STEP_WORDS;
    printf("    {\"name\": \"%s\", \"how\": \"%s\", ", s->name, s->how);
    if (trials) printf("\"trial\": %" PRIu64 ", ", s->trial);
    printf("\"kind\": \"%s\", ", words                       ? "words"
                                 : s->kind == CW_STEP_NUMBER ? "number"
                                                             : cw_dtype_name((cw_dtype)s->kind));
    if (!words) put_json_bits(s);
    for (uint32_t i = 0; i < s->words; i++) printf("%s%" PRIu32, i ? ", " : "\"words\": [", word_of(s, i));
    printf(words ? "]}" : "}");
}

static json_t *integers(const uint64_t *list, uint32_t count) {
    json_t *array = json_array();
    for (uint32_t i = 0; i < count; i++) json_array_append_new(array, json_integer((json_int_t)list[i]));
    return array;
}

static int print_json(const cw_entry *entry, uint64_t const at[CW_MAX_RANK], const cw_explanation *e) {
    const cw_spec s = cw_plan_spec(&entry->plan);
    const cw_step *last = &e->step[e->count - 1];
    json_t *head = json_pack(
        "{s:s, s:s, s:s, s:s, s:s?, s:o, s:o, s:I}", "name", entry->name, "initializer",
        cw_initializer_name(s.initializer), "dtype", cw_dtype_name(s.dtype), "dialect", cw_dialect_name(s.dialect),
        "seed_rule", cw_initializer_is_random(s.initializer) ? entry->fields.seed_rule : NULL, "shape",
        integers(s.shape, s.rank), "at", integers(at, s.rank), "index", (json_int_t)e->step[0].bits[0]);
    if (!head) return cw_complain_memory();
    printf("{\n  ");
    json_dumpf(head, stdout, JSON_EMBED);
    json_decref(head);
    printf(",\n  \"steps\": [\n");
    for (uint32_t i = 0; i < e->count; i++) {
        put_json_step(&e->step[i], cw_plan_distribution(&entry->plan) == CW_DISTRIBUTION_TRUNCATED_NORMAL);
        printf(i + 1 < e->count ? ",\n" : "\n  ],\n  ");
    }
    put_json_bits(last);
    printf("\n}\n");
    return EXIT_GOOD;
}

/* ------------------------------------------------------------------------------------------------------ together */

static int explain(const cw_options *options, const cw_model *model) {
    const cw_entry *entry;
    cw_explanation e;
    cw_error why;
    uint64_t at[CW_MAX_RANK] = {0}, index = 0;
    int status = find_entry(options, model, &entry);
    if (status != EXIT_GOOD) return status;
    const cw_spec s = cw_plan_spec(&entry->plan);
    const cw_dtype store = entry->slice.store;
    cw_spec stored = s;
    memcpy(stored.shape, entry->extent.shape, sizeof stored.shape);
    status = find_element(options, &stored, at, &index);
    if (status != EXIT_GOOD) return status;
    find_drawn(entry, &s, at, &index);
    entry = find_part(entry, at, &index);
    if (cw_explain(&entry->plan, index, &e, &why)) return cw_complain_library(entry->name, &why);
    status = add_stored(entry, store, at, &e);
    if (status != EXIT_GOOD) return status;
    if (options->json) return print_json(entry, at, &e);
    print_text(entry, !model->one, at, &e);
    return EXIT_GOOD;
}

int cw_explain_command(int argc, char **argv) {
    cw_options options;
    cw_model model = {0};
    int status = cw_options_read(argc, argv, &usage, &options);
    if (status != EXIT_GOOD || options.answered) return status;
    status = cw_options_model(&options, options.operands ? options.operand[0] : NULL, &model);
    if (status != EXIT_GOOD) return status;
    status = explain(&options, &model);
    cw_model_free(&model);
    return status;
}
