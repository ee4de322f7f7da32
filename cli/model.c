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
    json_t *entry = cw_fields_entry(fields, cw_initializer_name(fields->spec.initializer));
    json_t *manifest = json_pack("{s:i, s:[o]}", "counterweight", 1, "tensors", entry);
    char *text = manifest ? json_dumps(manifest, JSON_COMPACT) : NULL;
    json_decref(manifest);
    return text;
}

int cw_model_of_fields(const cw_fields *fields, cw_model *model) {
    cw_model m = {.one = true};
    if (!fields->has_shape) return cw_complain(EXIT_USAGE, "there is no shape (give --shape, or a MODEL.json)");
    m.entry = calloc(1, sizeof *m.entry);
    if (!m.entry) return cw_complain_memory();
    m.count = 1;
    m.entry->fields = *fields;
    m.entry->name = strdup(cw_initializer_name(fields->spec.initializer));
    m.text = text_of(fields);
    int status = cw_fields_plan(fields, NULL, &m.entry->plan);
    if (status == EXIT_GOOD && !(m.entry->name && m.text)) status = cw_complain_memory();
    if (status == EXIT_GOOD) *model = m;
    else cw_model_free(&m);
    return status;
}

cw_tensor cw_entry_tensor(const cw_entry *entry) {
    const cw_spec spec = cw_plan_spec(&entry->plan);
    cw_tensor t = {.name = entry->name, .dtype = spec.dtype, .rank = spec.rank, .bytes = cw_plan_bytes(&entry->plan)};
    memcpy(t.shape, spec.shape, sizeof t.shape);
    return t;
}

int cw_is_manifest(const char *path) {
    const size_t length = strlen(path);
    return length > 5 && strcmp(path + length - 5, ".json") == 0;
}
