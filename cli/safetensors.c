/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "safetensors.h"

#include "cli.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { PREFIX = 8, ALIGNMENT = 8, HEADER_LIMIT = 100000000 };

static const struct {
    cw_dtype dtype;
    const char *name;
} dtypes[] = {{CW_FLOAT32, "F32"}, {CW_FLOAT64, "F64"}, {CW_FLOAT16, "F16"}, {CW_BFLOAT16, "BF16"},
              {CW_INT32, "I32"},   {CW_INT64, "I64"},   {CW_UINT32, "U32"},  {CW_UINT64, "U64"}};
enum { DTYPES = sizeof dtypes / sizeof *dtypes };

/* ----------------------------------------------------------------------------------------------------- writing */

static const char *name_of(cw_dtype dtype) {
    for (int i = 0; i < DTYPES; i++)
        if (dtypes[i].dtype == dtype) return dtypes[i].name;
    return NULL;
}

/* NULL for an axis that jansson's integers cannot hold, as a tensor without elements may have. */
static json_t *shape_of(const cw_tensor *t) {
    json_t *shape = json_array();
    for (uint32_t axis = 0; axis < t->rank; axis++) {
        if (t->shape[axis] > INT64_MAX) {
            json_decref(shape);
            return NULL;
        }
        json_array_append_new(shape, json_integer((json_int_t)t->shape[axis]));
    }
    return shape;
}

/* Takes the next `bytes` bytes of the data. */
static int add_tensor(json_t *all, const cw_tensor *t, uint64_t *offset) {
    const char *name = t->name ? t->name : "";
    if (!*name || strcmp(name, "__metadata__") == 0 || json_object_get(all, name))
        return cw_complain(EXIT_USAGE, "the tensor name \"%s\" cannot be written (use each name once)", name);
    if (t->bytes > INT64_MAX - *offset)
        return cw_complain(EXIT_USAGE, "the tensors take over 2^63 bytes (write fewer into one file)");
    json_t *shape = shape_of(t);
    if (!shape || !name_of(t->dtype)) {
        json_decref(shape);
        return cw_complain(EXIT_USAGE,
                           "the tensor \"%s\" has an axis over 2^63 - 1 or an unknown dtype (write it as .npy)", name);
    }
    const json_int_t begin = (json_int_t)*offset, end = (json_int_t)(*offset += t->bytes);
    json_t *entry =
        json_pack("{s:s, s:o, s:[I, I]}", "dtype", name_of(t->dtype), "shape", shape, "data_offsets", begin, end);
    if (entry && json_object_set_new(all, name, entry) == 0) return EXIT_GOOD;
    return cw_complain(EXIT_USAGE, "the tensor name \"%s\" cannot be written (is it UTF-8?)", name);
}

static int add_metadata(json_t *all, const cw_metadata *metadata, size_t count) {
    if (count == 0) return EXIT_GOOD;
    json_t *object = json_object();
    for (size_t i = 0; i < count; i++)
        if (json_object_set_new(object, metadata[i].key, json_string(metadata[i].value)) != 0) {
            json_decref(object);
            return cw_complain(EXIT_USAGE, "the metadata \"%s\" cannot be written (is it UTF-8?)", metadata[i].key);
        }
    return json_object_set_new(all, "__metadata__", object) == 0
               ? EXIT_GOOD
               : cw_complain(EXIT_IO, "memory is exhausted (close other programs)");
}

/* The data start at a multiple of 8 bytes, as readers that map the file like it. */
static int write_text(FILE *file, const char *text) {
    const uint64_t n = strlen(text), spaces = (ALIGNMENT - n % ALIGNMENT) % ALIGNMENT, length = n + spaces;
    if (length > HEADER_LIMIT)
        return cw_complain(EXIT_USAGE, "the .safetensors header would take over %d bytes (write fewer tensors)",
                           HEADER_LIMIT);
    unsigned char prefix[PREFIX];
    for (int i = 0; i < PREFIX; i++) prefix[i] = (unsigned char)(length >> 8 * i);
    fwrite(prefix, 1, sizeof prefix, file);
    fprintf(file, "%s%*s", text, (int)spaces, "");
    return EXIT_GOOD;
}

int cw_safetensors_write_header(FILE *file, const cw_tensor *tensor, size_t count, const cw_metadata *metadata,
                                size_t metadata_count) {
    uint64_t offset = 0;
    json_t *all = json_object();
    int status = add_metadata(all, metadata, metadata_count);
    for (size_t i = 0; i < count && status == EXIT_GOOD; i++) status = add_tensor(all, &tensor[i], &offset);
    if (status == EXIT_GOOD) {
        char *text = json_dumps(all, JSON_COMPACT);
        status = text ? write_text(file, text) : cw_complain(EXIT_IO, "memory is exhausted (close other programs)");
        free(text);
    }
    json_decref(all);
    return status;
}

/* --------------------------------------------------------------------------------------------- reading a header */

/* A tensor's place in the data, for finding holes. */
typedef struct span {
    uint64_t begin, end;
    size_t tensor;
} span;

typedef struct reader {
    const char *path;
    FILE *file;
    uint64_t start, bytes; /* of the data */
    span *span;            /* one per tensor */
    cw_safetensors found;
} reader;

static int complain_entry(const reader *r, const char *name, const char *what) {
    return cw_complain(EXIT_USAGE, "%s: tensor \"%s\": %s (write the file again)", r->path, name, what);
}

static int take_dtype(const reader *r, const char *name, const json_t *value, cw_tensor *t) {
    const char *text = json_string_value(value);
    for (int i = 0; text && i < DTYPES; i++) {
        if (strcmp(dtypes[i].name, text) != 0) continue;
        t->dtype = dtypes[i].dtype;
        return EXIT_GOOD;
    }
    return cw_complain(EXIT_USAGE, "%s: tensor \"%s\" has the dtype %s (known are F32 F64 F16 BF16 I32 I64 U32 U64)",
                       r->path, name, text ? text : "of no text");
}

static int take_shape(const reader *r, const char *name, const json_t *value, cw_tensor *t) {
    if (!json_is_array(value)) return complain_entry(r, name, "its shape is no list");
    if (json_array_size(value) > CW_MAX_RANK) return complain_entry(r, name, "it has more than 16 axes");
    for (; t->rank < json_array_size(value); t->rank++) {
        const json_t *n = json_array_get(value, t->rank);
        if (!json_is_integer(n) || json_integer_value(n) < 0) return complain_entry(r, name, "an axis is no count");
        t->shape[t->rank] = (uint64_t)json_integer_value(n);
    }
    if (!cw_tensor_count(t->dtype, t->rank, t->shape, &t->bytes))
        return complain_entry(r, name, "it has over 2^63 bytes");
    return EXIT_GOOD;
}

static int take_span(const reader *r, const char *name, const json_t *value, uint64_t bytes, span *s) {
    const json_t *begin = json_array_get(value, 0), *end = json_array_get(value, 1);
    if (json_array_size(value) != 2 || !json_is_integer(begin) || !json_is_integer(end))
        return complain_entry(r, name, "its data_offsets are not two counts");
    const json_int_t b = json_integer_value(begin), e = json_integer_value(end);
    if (b < 0 || e < b || (uint64_t)e > r->bytes) return complain_entry(r, name, "its data lie outside the file");
    if ((uint64_t)(e - b) != bytes) return complain_entry(r, name, "its data_offsets do not suit its shape and dtype");
    s->begin = (uint64_t)b;
    s->end = (uint64_t)e;
    return EXIT_GOOD;
}

static int take_tensor(reader *r, const char *name, const json_t *entry) {
    cw_tensor *t = &r->found.tensor[r->found.count];
    span *s = &r->span[r->found.count];
    const json_t *dtype = json_object_get(entry, "dtype"), *shape = json_object_get(entry, "shape");
    const json_t *offsets = json_object_get(entry, "data_offsets");
    if (json_object_size(entry) != 3 || !dtype || !shape || !offsets)
        return complain_entry(r, name, "it has not exactly dtype, shape and data_offsets");
    int status = take_dtype(r, name, dtype, t);
    if (status == EXIT_GOOD) status = take_shape(r, name, shape, t);
    if (status == EXIT_GOOD) status = take_span(r, name, offsets, t->bytes, s);
    if (status != EXIT_GOOD) return status;
    t->name = strdup(name);
    if (!t->name) return cw_complain(EXIT_IO, "memory is exhausted by %s (close other programs)", r->path);
    s->tensor = r->found.count++;
    return EXIT_GOOD;
}

static int take_metadata(reader *r, json_t *object) {
    const char *key;
    json_t *value;
    if (!json_is_object(object))
        return cw_complain(EXIT_USAGE, "%s: __metadata__ is no object (write the file again)", r->path);
    r->found.metadata = calloc(json_object_size(object) + 1, sizeof *r->found.metadata);
    if (!r->found.metadata) return cw_complain(EXIT_IO, "memory is exhausted by %s (close other programs)", r->path);
    json_object_foreach(object, key, value) {
        if (!json_is_string(value))
            return cw_complain(EXIT_USAGE, "%s: the metadata \"%s\" is no text (write the file again)", r->path, key);
        cw_metadata *m = &r->found.metadata[r->found.metadata_count++];
        m->key = strdup(key);
        m->value = strdup(json_string_value(value));
        if (!m->key || !m->value)
            return cw_complain(EXIT_IO, "memory is exhausted by %s (close other programs)", r->path);
    }
    return EXIT_GOOD;
}

static int take_header(reader *r, json_t *all) {
    const char *name;
    json_t *entry;
    int status = EXIT_GOOD;
    r->found.tensor = calloc(json_object_size(all) + 1, sizeof *r->found.tensor);
    r->span = calloc(json_object_size(all) + 1, sizeof *r->span);
    if (!r->found.tensor || !r->span)
        return cw_complain(EXIT_IO, "memory is exhausted by %s (close other programs)", r->path);
    json_object_foreach(all, name, entry) {
        status = strcmp(name, "__metadata__") == 0 ? take_metadata(r, entry) : take_tensor(r, name, entry);
        if (status != EXIT_GOOD) break;
    }
    return status;
}

/* An empty tensor lies between its neighbours, so of two that begin together the shorter is first. */
static int by_place(const void *a, const void *b) {
    const span *x = a, *y = b;
    if (x->begin != y->begin) return x->begin < y->begin ? -1 : 1;
    return (x->end > y->end) - (x->end < y->end);
}

/* Sorts the spans: they must follow one another and end with the file. */
static int check_spans(reader *r) {
    uint64_t at = 0;
    qsort(r->span, r->found.count, sizeof *r->span, by_place);
    for (size_t i = 0; i < r->found.count; i++) {
        const char *name = r->found.tensor[r->span[i].tensor].name;
        if (r->span[i].begin > at) return complain_entry(r, name, "there is a hole before its data");
        if (r->span[i].begin < at) return complain_entry(r, name, "its data overlap those of another");
        at = r->span[i].end;
    }
    if (at == r->bytes) return EXIT_GOOD;
    return cw_complain(EXIT_USAGE, "%s has %" PRIu64 " bytes after its last tensor (write it again)", r->path,
                       r->bytes - at);
}

/* ------------------------------------------------------------------------------------------------ reading a file */

static int parse(reader *r, const char *text, size_t length) {
    json_error_t why;
    if (length == 0 || text[0] != '{')
        return cw_complain(EXIT_USAGE, "%s: the header is no JSON object (is it a .safetensors file?)", r->path);
    json_t *all = json_loadb(text, length, JSON_REJECT_DUPLICATES, &why);
    if (!all && json_error_code(&why) == json_error_out_of_memory)
        return cw_complain(EXIT_IO, "memory is exhausted by %s (close other programs)", r->path);
    if (!all) return cw_complain(EXIT_USAGE, "%s: the header is damaged: %s (write it again)", r->path, why.text);
    int status = take_header(r, all);
    if (status == EXIT_GOOD) status = check_spans(r);
    json_decref(all);
    return status;
}

static int read_length(reader *r, uint64_t size, uint64_t *length) {
    unsigned char prefix[PREFIX];
    if (size < PREFIX)
        return cw_complain(EXIT_USAGE, "%s is too short for a .safetensors file (write it again)", r->path);
    const int status = cw_file_read(r->path, r->file, prefix, PREFIX);
    if (status != EXIT_GOOD) return status;
    *length = 0;
    for (int i = PREFIX; i-- > 0;) *length = *length << 8 | prefix[i];
    if (*length > HEADER_LIMIT)
        return cw_complain(EXIT_USAGE, "%s announces a header of over %d bytes (is it a .safetensors file?)", r->path,
                           HEADER_LIMIT);
    if (*length > size - PREFIX)
        return cw_complain(EXIT_USAGE, "%s is truncated within its header (write it again)", r->path);
    r->start = PREFIX + *length;
    r->bytes = size - r->start;
    return EXIT_GOOD;
}

static int read_header(reader *r, uint64_t size) {
    uint64_t length = 0;
    int status = read_length(r, size, &length);
    if (status != EXIT_GOOD) return status;
    char *text = cw_memory(r->path, length);
    if (!text) return EXIT_IO;
    status = cw_file_read(r->path, r->file, text, length);
    if (status == EXIT_GOOD) status = parse(r, text, (size_t)length);
    free(text);
    return status;
}

/* The spans are in the order of the file by now, which stands at the first of them. Each tensor gets memory of its
 * own because the format does not align them. */
static int read_data(reader *r) {
    int status = EXIT_GOOD;
    for (size_t i = 0; i < r->found.count && status == EXIT_GOOD; i++) {
        cw_tensor *t = &r->found.tensor[r->span[i].tensor];
        t->data = cw_memory(r->path, t->bytes);
        status = t->data ? cw_file_read(r->path, r->file, t->data, t->bytes) : EXIT_IO;
    }
    return status;
}

int cw_safetensors_open(const char *path, cw_safetensors *s) {
    uint64_t size;
    reader r = {.path = path};
    int status = cw_file_open(path, &r.file, &size);
    if (status != EXIT_GOOD) return status;
    status = read_header(&r, size);
    if (status == EXIT_GOOD) status = read_data(&r);
    fclose(r.file);
    free(r.span);
    if (status == EXIT_GOOD) *s = r.found;
    else cw_safetensors_close(&r.found);
    return status;
}

const char *cw_safetensors_metadata(const cw_safetensors *s, const char *key) {
    for (size_t i = 0; i < s->metadata_count; i++)
        if (strcmp(s->metadata[i].key, key) == 0) return s->metadata[i].value;
    return NULL;
}

void cw_safetensors_close(cw_safetensors *s) {
    for (size_t i = 0; i < s->count; i++) cw_tensor_free(&s->tensor[i]);
    for (size_t i = 0; i < s->metadata_count; i++) {
        free(s->metadata[i].key);
        free(s->metadata[i].value);
    }
    free(s->tensor);
    free(s->metadata);
    memset(s, 0, sizeof *s);
}
