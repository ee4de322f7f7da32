/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading a manifest: docs/MANIFEST.md.
 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "model.h"

#include "cli.h"
#include "draws.h"
#include "number.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL = 512, LARGEST = 100000000 };

/* The tensor, or part of one, that is being read. `label` names file and tensor in complaints. */
typedef struct reader {
    char label[LABEL];
    cw_entry *entry;
    cw_draws *draws; /* of the model */
    bool has_config; /* the object form: arguments are in its config */
    bool is_part, has_draw;
    int64_t draw;
} reader;

static int complain(const reader *r, const char *field, const char *what) {
    return cw_complain(EXIT_USAGE, "%s: %s %s (see docs/MANIFEST.md)", r->label, field, what);
}

/* ------------------------------------------------------------------------------------------------ single fields */

static int take_text(const reader *r, const char *field, const json_t *value, const char **text) {
    *text = json_string_value(value);
    return *text ? EXIT_GOOD : complain(r, field, "is no text");
}

static int take_list(const reader *r, const char *field, const json_t *value, int64_t *list, uint32_t room,
                     uint32_t *count) {
    if (!json_is_array(value)) return complain(r, field, "is no list of integers");
    if (json_array_size(value) > room) return complain(r, field, "has too many numbers");
    *count = (uint32_t)json_array_size(value);
    for (uint32_t i = 0; i < *count; i++) {
        const json_t *item = json_array_get(value, i);
        if (!json_is_integer(item)) return complain(r, field, "is no list of integers");
        list[i] = json_integer_value(item);
    }
    return EXIT_GOOD;
}

static int take_name(reader *r, const char *field, const json_t *value) {
    const char *text;
    const int status = take_text(r, field, value, &text);
    if (status != EXIT_GOOD) return status;
    if (!*text) return complain(r, field, "is empty");
    r->entry->name = strdup(text);
    return r->entry->name ? EXIT_GOOD : cw_complain_memory();
}

static int take_shape(reader *r, const char *field, const json_t *value) {
    int64_t axis[CW_MAX_RANK];
    uint32_t rank = 0;
    const int status = take_list(r, field, value, axis, CW_MAX_RANK, &rank);
    return status != EXIT_GOOD ? status : cw_fields_shape(&r->entry->fields, r->label, axis, rank);
}

/* An integer, or a text with one where JSON's integers, of 64 bits, are too small. */
static int take_whole(const reader *r, const char *field, const json_t *value, cw_whole *n) {
    if (json_is_string(value)) return cw_take_whole(r->label, json_string_value(value), n);
    if (!json_is_integer(value)) return complain(r, field, "is no integer and no list of integers");
    *n = cw_whole_of(json_integer_value(value));
    return EXIT_GOOD;
}

static int take_seed(reader *r, const char *field, const json_t *value) {
    cw_whole seed[CW_MAX_SEEDS];
    const bool is_list = json_is_array(value);
    const size_t count = is_list ? json_array_size(value) : 1;
    if (count > CW_MAX_SEEDS) return complain(r, field, "has too many numbers");
    for (size_t i = 0; i < count; i++) {
        const int status = take_whole(r, field, is_list ? json_array_get(value, i) : value, &seed[i]);
        if (status != EXIT_GOOD) return status;
    }
    return cw_fields_seed(&r->entry->fields, r->label, seed, (uint32_t)count);
}

static int take_call(reader *r, const char *field, const json_t *value) {
    if (!json_is_integer(value)) return complain(r, field, "is no integer");
    r->entry->fields.call = json_integer_value(value);
    r->entry->fields.has_call = true;
    return EXIT_GOOD;
}

static int take_draw(reader *r, const char *field, const json_t *value) {
    if (!r->draws->started) return complain(r, field, "goes with set_random_seed, which is missing");
    if (!json_is_integer(value)) return complain(r, field, "is no integer");
    r->draw = json_integer_value(value);
    r->has_draw = true;
    return r->draw >= 0 && r->draw < CW_MOST_DRAWS ? EXIT_GOOD : complain(r, field, "is not 0 to 999999");
}

static int take_slice(reader *r, const char *field, const json_t *value) {
    const char *text;
    const int status = take_text(r, field, value, &text);
    return status != EXIT_GOOD ? status : cw_cut_read(&r->entry->fields.cut, r->label, text);
}

static int take_digest(reader *r, const char *field, const json_t *value) {
    const char *text;
    const int status = take_text(r, field, value, &text);
    if (status != EXIT_GOOD) return status;
    r->entry->has_digest = true;
    return cw_hex_read(text, &r->entry->digest) ? EXIT_GOOD : complain(r, field, "is not 32 hexadecimal digits");
}

static int take_word(reader *r, const char *field, const json_t *value) {
    const char *text;
    const int status = take_text(r, field, value, &text);
    return status != EXIT_GOOD ? status : cw_fields_word(&r->entry->fields, r->label, field, text);
}

static int take_axes(reader *r, const char *field, const json_t *value, cw_axes *axes) {
    int64_t axis[CW_MAX_RANK];
    uint32_t count = 0;
    if (json_is_null(value)) return EXIT_GOOD; /* as Keras writes an argument that was not given */
    const int status = take_list(r, field, value, axis, CW_MAX_RANK, &count);
    return status != EXIT_GOOD ? status : cw_fields_axes(axes, r->label, axis, count);
}

static int take_layout(reader *r, const char *field, const json_t *value) {
    return take_axes(r, field, value, &r->entry->fields.cut.layout);
}

static int take_number(reader *r, const char *field, const json_t *value) {
    if (json_is_string(value))
        return cw_take_number(r->label, json_string_value(value),
                              &r->entry->fields.spec.argument[cw_field_argument(field)]);
    if (!json_is_number(value)) return complain(r, field, "is no number");
    r->entry->fields.spec.argument[cw_field_argument(field)] =
        json_is_integer(value) ? cw_integer(json_integer_value(value)) : cw_real(json_real_value(value));
    return EXIT_GOOD;
}

static bool is_argument_word(const char *field) {
    static const char *const words[] = {"mode", "distribution", "side", "window", "scaling"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], field) == 0) return true;
    return false;
}

/* An argument of an initializer: a field in the short form, a part of `config` in the other. */
static int take_argument(reader *r, const char *field, const json_t *value) {
    cw_spec *spec = &r->entry->fields.spec;
    if (strcmp(field, "input_axes") == 0) return take_axes(r, field, value, &spec->input_axes);
    if (strcmp(field, "output_axes") == 0) return take_axes(r, field, value, &spec->output_axes);
    if (json_is_boolean(value) && strcmp(field, "periodic") == 0)
        return cw_fields_word(&r->entry->fields, r->label, field, json_is_true(value) ? "true" : "false");
    if (json_is_null(value) && (strcmp(field, "window") == 0 || strcmp(field, "scaling") == 0))
        return cw_fields_word(&r->entry->fields, r->label, field, "none"); /* Keras's None */
    if (is_argument_word(field)) return take_word(r, field, value);
    if (cw_field_argument(field) != CW_ARGUMENTS) return take_number(r, field, value);
    return complain(r, field, "is no field that is known here");
}

/* -------------------------------------------------------------------------------------------------- initializer */

/* The drawn seed is in no config that Keras writes, so an empty one means that nobody has put it there. */
static int take_config_seed(reader *r, const json_t *value) {
    if (r->entry->fields.has_seed || (json_is_null(value) && r->draws->started)) return EXIT_GOOD;
    if (json_is_null(value)) return complain(r, "seed", "is null: Keras would draw one");
    return take_seed(r, "seed", value);
}

static int take_config(reader *r, json_t *config) {
    const char *key;
    json_t *value;
    int status = EXIT_GOOD;
    if (!json_is_object(config)) return complain(r, "config", "is no object");
    json_object_foreach(config, key, value) {
        if (strcmp(key, "dtype") == 0) status = take_word(r, key, value); /* TensorFlow's; a tensor's own comes later */
        else status = strcmp(key, "seed") == 0 ? take_config_seed(r, value) : take_argument(r, key, value);
        if (status != EXIT_GOOD) break;
    }
    return status;
}

static int take_initializer(reader *r, const char *field, const json_t *value) {
    const char *key;
    json_t *part;
    int status = EXIT_GOOD;
    if (!json_is_object(value)) return take_word(r, field, value);
    r->has_config = true;
    if (!json_object_get(value, "class_name")) return complain(r, field, "has no class_name");
    json_object_foreach((json_t *)value, key, part) {
        if (strcmp(key, "class_name") == 0) status = take_word(r, field, part);
        else if (strcmp(key, "config") == 0) status = take_config(r, part);
        else if (strcmp(key, "module") != 0 && strcmp(key, "registered_name") != 0)
            status = complain(r, key, "is no field of an initializer");
        if (status != EXIT_GOOD) break;
    }
    return status;
}

/* The seed that Keras would draw, where set_random_seed is given and a seed is not. */
static int draw_seed(reader *r) {
    cw_fields *f = &r->entry->fields;
    int64_t seed;
    const bool is_random = cw_initializer_is_random(f->spec.initializer) != 0;
    if (r->has_draw && f->has_seed) return complain(r, "draw", "and a seed are both given");
    if (r->has_draw && !is_random) return complain(r, "draw", "does not go with an initializer that is not random");
    if (!r->draws->started || f->has_seed || !is_random) return EXIT_GOOD;
    if (strcmp(f->seed_rule, "keras") != 0 && strcmp(f->seed_rule, "keras2") != 0)
        return complain(r, "seed", "is missing, and only the seed rules keras and keras2 draw one");
    if (!r->has_draw) r->draw = r->draws->next;
    if (r->draw >= CW_MOST_DRAWS) return complain(r, "draw", "would be over 999999");
    const int status = cw_draws_take(r->draws, r->draw, &seed);
    const cw_whole whole = cw_whole_of(seed);
    return status == EXIT_GOOD ? cw_fields_seed(f, r->label, &whole, 1) : status;
}

/* ------------------------------------------------------------------------------------------------------ tensors */

static int take_parts(reader *r, const char *field, const json_t *value);

/* Who has a field: the tensor, its parts if it has some, or what is made by one initializer, which is either. */
typedef enum place { OF_TENSOR, OF_MADE, OF_BOTH } place;

/* Name first, for complaints; the tensor's own seed before that of a config, which it overrides; parts last, which
 * shape and dtype hold for. */
/* clang-format off */
static const struct {
    const char *name;
    int (*take)(reader *, const char *, const json_t *);
    place place;
    bool required;
} tensor_fields[] = {
    {"name", take_name, OF_TENSOR, true},
    {"shape", take_shape, OF_BOTH, true},
    {"seed", take_seed, OF_MADE, false},
    {"initializer", take_initializer, OF_MADE, true},
    {"dtype", take_word, OF_TENSOR, false},
    {"seed_rule", take_word, OF_MADE, false},
    {"call", take_call, OF_MADE, false},
    {"draw", take_draw, OF_MADE, false},
    {"dialect", take_word, OF_MADE, false},
    {"slice", take_slice, OF_TENSOR, false},
    {"layout", take_layout, OF_TENSOR, false},
    {"store_dtype", take_word, OF_TENSOR, false},
    {"digest", take_digest, OF_TENSOR, false},
    {"parts", take_parts, OF_TENSOR, false},
};
/* clang-format on */
enum { TENSOR_FIELDS = sizeof tensor_fields / sizeof *tensor_fields };

static bool has_parts(const json_t *object) { return json_object_get(object, "parts") != NULL; }

static bool has_place(const reader *r, const json_t *object, place where) {
    return where == OF_BOTH || (where == OF_TENSOR ? !r->is_part : r->is_part || !has_parts(object));
}

static bool is_tensor_field(const reader *r, const json_t *object, const char *key) {
    for (int i = 0; i < TENSOR_FIELDS; i++)
        if (strcmp(tensor_fields[i].name, key) == 0) return has_place(r, object, tensor_fields[i].place);
    return false;
}

static int take_tensor_fields(reader *r, const json_t *object, const char *path) {
    for (int i = 0; i < TENSOR_FIELDS; i++) {
        if (!has_place(r, object, tensor_fields[i].place)) continue;
        const json_t *value = json_object_get(object, tensor_fields[i].name);
        if (!value && tensor_fields[i].required) return complain(r, tensor_fields[i].name, "is missing");
        const int status = value ? tensor_fields[i].take(r, tensor_fields[i].name, value) : EXIT_GOOD;
        if (status != EXIT_GOOD) return status;
        if (i == 0) snprintf(r->label, sizeof r->label, "%.200s: tensor \"%.200s\"", path, r->entry->name);
    }
    return EXIT_GOOD;
}

static int take_short_arguments(reader *r, json_t *object) {
    const char *key;
    json_t *value;
    int status = EXIT_GOOD;
    json_object_foreach(object, key, value) {
        if (is_tensor_field(r, object, key)) continue;
        if (!r->is_part && has_parts(object)) return complain(r, key, "is no field of a tensor that has parts");
        status = r->has_config ? complain(r, key, "is no field of a tensor whose initializer is an object")
                               : take_argument(r, key, value);
        if (status != EXIT_GOOD) break;
    }
    return status;
}

/* Whose label says already what it is. */
static int take_made(reader *r, json_t *object, const char *path) {
    int status = take_tensor_fields(r, object, path);
    if (status == EXIT_GOOD) status = take_short_arguments(r, object);
    if (status == EXIT_GOOD) status = draw_seed(r);
    return status == EXIT_GOOD ? cw_entry_plan(r->entry, r->label) : status;
}

/* "name[2:5]", and whether the part begins where the one before it ended and differs from the tensor in the first axis
 * alone. */
static int place_part(const reader *r, const cw_spec *whole, uint64_t *at) {
    const cw_spec *part = &r->entry->fields.spec;
    const size_t room = strlen(r->entry->name) + 64;
    char *name = malloc(room);
    if (!name) return cw_complain_memory();
    if (part->rank == 0 || part->rank != whole->rank || part->shape[0] > whole->shape[0] - *at ||
        memcmp(part->shape + 1, whole->shape + 1, (part->rank - 1) * sizeof *part->shape) != 0) {
        free(name);
        return complain(r, "shape", "does not suit its tensor's: parts lie one behind the other along the first axis");
    }
    snprintf(name, room, "%s[%" PRIu64 ":%" PRIu64 "]", r->entry->name, *at, *at + part->shape[0]);
    free(r->entry->name);
    r->entry->name = name;
    *at += part->shape[0];
    return EXIT_GOOD;
}

static int take_part(const reader *whole, json_t *object, cw_entry *entry, uint64_t *at) {
    reader r = {.entry = entry, .draws = whole->draws, .is_part = true};
    snprintf(r.label, sizeof r.label, "%.400s, part number %td", whole->label, entry - whole->entry->part);
    if (!json_is_object(object)) return complain(&r, "it", "is no object");
    entry->fields = cw_fields_start();
    entry->fields.spec.dtype = whole->entry->fields.spec.dtype;
    if (!(entry->name = strdup(whole->entry->name))) return cw_complain_memory();
    const int status = take_made(&r, object, NULL);
    return status == EXIT_GOOD ? place_part(&r, &whole->entry->fields.spec, at) : status;
}

static int take_parts(reader *r, const char *field, const json_t *value) {
    cw_entry *entry = r->entry;
    uint64_t at = 0;
    int status = EXIT_GOOD;
    if (!json_is_array(value) || json_array_size(value) == 0) return complain(r, field, "is no list, or empty");
    entry->part = calloc(json_array_size(value), sizeof *entry->part);
    if (!entry->part) return cw_complain_memory();
    while (entry->parts < json_array_size(value) && status == EXIT_GOOD) {
        json_t *object = json_array_get(value, entry->parts);
        status = take_part(r, object, &entry->part[entry->parts++], &at);
    }
    entry->fields.spec.initializer = CW_ZEROS; /* for dtype and shape alone */
    if (status == EXIT_GOOD && at != entry->fields.spec.shape[0])
        status = complain(r, field, "leave a rest of the tensor");
    return status;
}

static int take_tensor(const reader *model, size_t index, json_t *object, cw_entry *entry) {
    reader r = {.entry = entry, .draws = model->draws};
    snprintf(r.label, sizeof r.label, "%.200s: tensor number %zu", model->label, index);
    if (!json_is_object(object)) return complain(&r, "it", "is no object");
    entry->fields = cw_fields_start();
    return take_made(&r, object, model->label);
}

/* -------------------------------------------------------------------------------------------------------- model */

static int by_name(const void *a, const void *b) {
    return strcmp((*(cw_entry *const *)a)->name, (*(cw_entry *const *)b)->name);
}

static int check_names(const reader *r, const cw_model *m) {
    const cw_entry **sorted = malloc((m->count + 1) * sizeof *sorted);
    int status = EXIT_GOOD;
    if (!sorted) return cw_complain_memory();
    for (size_t i = 0; i < m->count; i++) sorted[i] = &m->entry[i];
    qsort(sorted, m->count, sizeof *sorted, by_name);
    for (size_t i = 1; i < m->count && status == EXIT_GOOD; i++)
        if (strcmp(sorted[i - 1]->name, sorted[i]->name) == 0)
            status = cw_complain(EXIT_USAGE, "%s: the name \"%s\" is there twice (use each name once)", r->label,
                                 sorted[i]->name);
    free(sorted);
    return status;
}

static int take_tensors(const reader *r, const json_t *array, cw_model *m) {
    int status = EXIT_GOOD;
    if (!json_is_array(array)) return complain(r, "tensors", "is missing or no list");
    m->entry = calloc(json_array_size(array) + 1, sizeof *m->entry);
    if (!m->entry) return cw_complain_memory();
    for (; m->count < json_array_size(array) && status == EXIT_GOOD; m->count++)
        status = take_tensor(r, m->count, json_array_get(array, m->count), &m->entry[m->count]);
    return status == EXIT_GOOD ? check_names(r, m) : status;
}

static int check_source(const reader *r, json_t *source) {
    const char *key;
    json_t *value;
    if (source && !json_is_object(source)) return complain(r, "source", "is no object");
    json_object_foreach(source, key, value) {
        if (!json_is_string(value)) return complain(r, "source", "holds something that is no text");
    }
    return EXIT_GOOD;
}

static int check_fields(const reader *r, json_t *object) {
    const char *key;
    json_t *value;
    if (!json_is_object(object)) return complain(r, "it", "is no object");
    json_object_foreach(object, key, value) {
        if (strcmp(key, "counterweight") && strcmp(key, "source") && strcmp(key, "digest") && strcmp(key, "tensors") &&
            strcmp(key, "set_random_seed"))
            return complain(r, key, "is no field of a model");
    }
    const json_t *version = json_object_get(object, "counterweight");
    if (!json_is_integer(version)) return complain(r, "counterweight", "is missing or no integer");
    if (json_integer_value(version) != 1)
        return cw_complain(EXIT_USAGE, "%s: the manifest has version %lld (this cw reads version 1)", r->label,
                           (long long)json_integer_value(version));
    return check_source(r, json_object_get(object, "source"));
}

static int take_total(const reader *r, const json_t *value, cw_model *m) {
    const char *text = json_string_value(value);
    if (!value) return EXIT_GOOD;
    m->has_digest = true;
    return text && cw_hex_read(text, &m->digest) ? EXIT_GOOD : complain(r, "digest", "is not 32 hexadecimal digits");
}

static int start_draws(const reader *r, const json_t *value) {
    const json_int_t seed = json_integer_value(value);
    if (!value) return EXIT_GOOD;
    if (!json_is_integer(value) || seed < 0 || seed > UINT32_MAX)
        return complain(r, "set_random_seed", "is no integer from 0 to 2**32 - 1, which Keras takes");
    cw_draws_start(r->draws, (uint32_t)seed);
    return EXIT_GOOD;
}

static int take_model(const char *path, json_t *object, cw_model *m) {
    cw_draws draws = {0};
    reader r = {.draws = &draws};
    snprintf(r.label, sizeof r.label, "%.200s", path);
    int status = check_fields(&r, object);
    if (status == EXIT_GOOD) status = take_total(&r, json_object_get(object, "digest"), m);
    if (status == EXIT_GOOD) status = start_draws(&r, json_object_get(object, "set_random_seed"));
    if (status == EXIT_GOOD) status = take_tensors(&r, json_object_get(object, "tensors"), m);
    cw_draws_free(&draws);
    return status;
}

int cw_model_parse(const char *path, const char *text, size_t length, cw_model *model) {
    json_error_t why;
    cw_model m = {0};
    json_t *object = json_loadb(text, length, JSON_REJECT_DUPLICATES, &why);
    if (!object && json_error_code(&why) == json_error_out_of_memory) return cw_complain_memory();
    if (!object)
        return cw_complain(EXIT_USAGE, "%s: line %d is no JSON: %s (see docs/MANIFEST.md)", path, why.line, why.text);
    int status = take_model(path, object, &m);
    json_decref(object);
    if (status == EXIT_GOOD && !(m.text = strndup(text, length))) status = cw_complain_memory();
    if (status == EXIT_GOOD) *model = m;
    else cw_model_free(&m);
    return status;
}

int cw_model_read(const char *path, cw_model *model) {
    FILE *file;
    uint64_t size;
    int status = cw_file_open(path, &file, &size);
    if (status != EXIT_GOOD) return status;
    char *text = NULL;
    if (size > LARGEST)
        status = cw_complain(EXIT_USAGE, "%s has over %d bytes (a manifest holds no weights)", path, LARGEST);
    else if (!(text = cw_memory(path, size))) status = EXIT_IO;
    if (status == EXIT_GOOD) status = cw_file_read(path, file, text, size);
    fclose(file);
    if (status == EXIT_GOOD) status = cw_model_parse(path, text, (size_t)size, model);
    free(text);
    return status;
}
