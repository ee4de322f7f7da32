/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "model.h"

#include "cli.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

cw_hex cw_hex_of(cw_sums digest) {
    cw_hex hex;
    snprintf(hex.text, sizeof hex.text, "%016" PRIx64 "%016" PRIx64, digest.word[0], digest.word[1]);
    return hex;
}

int cw_hex_read(const char *text, cw_sums *digest) {
    char half[17] = "";
    if (strlen(text) != 32 || strspn(text, "0123456789abcdef") != 32) return 0;
    memcpy(half, text, 16);
    digest->word[0] = strtoull(half, NULL, 16);
    digest->word[1] = strtoull(text + 16, NULL, 16);
    return 1;
}

static void free_entries(cw_entry *entry, size_t count) {
    for (size_t i = 0; i < count; i++) {
        for (size_t part = 0; part < entry[i].parts; part++) free(entry[i].part[part].name);
        free(entry[i].part);
        free(entry[i].name);
    }
    free(entry);
}

void cw_model_free(cw_model *model) {
    free_entries(model->entry, model->count);
    free(model->text);
    memset(model, 0, sizeof *model);
}

/* The manifest of one tensor, so that a file made from options says as much as one made from a manifest. */
static char *text_of(const cw_fields *fields) {
    json_t *entry = cw_fields_entry(fields, CW_UNNAMED);
    json_t *manifest = json_pack("{s:i, s:[o]}", "counterweight", 1, "tensors", entry);
    char *text = manifest ? json_dumps(manifest, JSON_COMPACT) : NULL;
    json_decref(manifest);
    return text;
}

static int set_digest(json_t *object, cw_sums digest) {
    return json_object_set_new(object, "digest", json_string(cw_hex_of(digest).text));
}

/* The text was a manifest when the model was read. */
json_t *cw_model_manifest(const cw_model *model, const cw_sums *digest) {
    json_t *manifest = json_loads(model->text, 0, NULL);
    const json_t *tensors = json_object_get(manifest, "tensors");
    cw_sums total = {{0, 0}};
    int failed = 0;
    for (size_t i = 0; i < model->count; i++) {
        cw_digest_total(&total, model->entry[i].name, digest[i]);
        failed |= set_digest(json_array_get(tensors, i), digest[i]);
    }
    failed |= set_digest(manifest, total);
    if (!failed) return manifest;
    json_decref(manifest);
    cw_complain_memory();
    return NULL;
}

static bool is_whole(const cw_entry *e) {
    const cw_spec s = cw_plan_spec(&e->plan);
    for (uint32_t i = 0; i < s.rank; i++)
        if (e->slice.start[i] || e->slice.stop[i] != s.shape[i] || e->slice.step[i] != 1) return false;
    for (uint32_t i = 0; e->slice.layout.given && i < s.rank; i++)
        if (cw_entry_axis(e, i) != i) return false;
    return !e->slice.store || e->slice.store == s.dtype;
}

int cw_entry_plan(cw_entry *entry, const char *label) {
    int status = cw_fields_plan(&entry->fields, label, &entry->plan);
    if (status == EXIT_GOOD)
        status = cw_fields_slice(&entry->fields, label, &entry->plan, &entry->slice, &entry->extent);
    if (status != EXIT_GOOD) return status;
    entry->whole = entry->as_whole = is_whole(entry);
    entry->place = (cw_place){0, entry->extent.elements, entry->extent.elements};
    return EXIT_GOOD;
}

uint32_t cw_entry_axis(const cw_entry *entry, uint32_t stored) {
    const cw_axes *l = &entry->slice.layout;
    if (!l->given) return stored;
    return (uint32_t)(l->axis[stored] + (l->axis[stored] < 0 ? l->count : 0));
}

int cw_model_of_fields(const cw_fields *fields, cw_model *model) {
    cw_model m = {.one = true};
    if (!fields->has_shape) return cw_complain(EXIT_USAGE, "there is no shape (give --shape, or a MODEL.json)");
    m.entry = calloc(1, sizeof *m.entry);
    if (!m.entry) return cw_complain_memory();
    m.count = 1;
    m.entry->fields = *fields;
    m.entry->name = strdup(CW_UNNAMED);
    m.text = text_of(fields);
    int status = cw_entry_plan(m.entry, NULL);
    if (status == EXIT_GOOD && !(m.entry->name && m.text)) status = cw_complain_memory();
    if (status == EXIT_GOOD) *model = m;
    else cw_model_free(&m);
    return status;
}

size_t cw_entry_size(const cw_entry *entry) { return cw_dtype_size(cw_entry_tensor(entry).dtype); }

cw_tensor cw_entry_tensor(const cw_entry *entry) {
    const cw_spec spec = cw_plan_spec(&entry->plan);
    const cw_extent *e = &entry->extent;
    cw_tensor t = {.name = entry->name,
                   .dtype = entry->slice.store ? entry->slice.store : spec.dtype,
                   .rank = e->rank,
                   .bytes = e->bytes};
    memcpy(t.shape, e->shape, sizeof t.shape);
    return t;
}

cw_tensor *cw_model_tensors(const cw_model *model) {
    cw_tensor *tensor = calloc(model->count + 1, sizeof *tensor);
    if (!tensor) cw_complain_memory();
    for (size_t i = 0; tensor && i < model->count; i++) tensor[i] = cw_entry_tensor(&model->entry[i]);
    return tensor;
}

uint64_t cw_model_bytes(const cw_model *model) {
    uint64_t bytes = 0;
    for (size_t i = 0; i < model->count; i++) bytes += model->entry[i].extent.bytes;
    return bytes;
}

int cw_is_manifest(const char *path) {
    const size_t length = strlen(path);
    return length > 5 && strcmp(path + length - 5, ".json") == 0;
}
