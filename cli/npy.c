/* SPDX-License-Identifier: Apache-2.0 */
#include "npy.h"

#include "cli.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Magic string, version, and the length of the header in 2 bytes, from version 2 on in 4. */
enum { MAGIC = 6, PREFIX_1 = 10, PREFIX_2 = 12, ALIGNMENT = 64, HEADER_LIMIT = 65536 };
static const char magic[] = "\x93NUMPY";

static const struct {
    cw_dtype dtype;
    const char *code;
} dtypes[] = {{CW_FLOAT32, "f4"}, {CW_FLOAT64, "f8"}, {CW_FLOAT16, "f2"}, {CW_BFLOAT16, "V2"},
              {CW_INT32, "i4"},   {CW_INT64, "i8"},   {CW_UINT32, "u4"},  {CW_UINT64, "u8"}};
enum { DTYPES = sizeof dtypes / sizeof *dtypes };

/* ----------------------------------------------------------------------------------------------------- writing */

static const char *code_of(cw_dtype dtype) {
    for (int i = 0; i < DTYPES; i++)
        if (dtypes[i].dtype == dtype) return dtypes[i].code;
    return "V0";
}

/* NumPy leaves room for the first axis to grow to 21 digits, and then fills up to a multiple of 64 bytes, at least
 * by one space. With 16 axes that stays far below the 64 KiB of version 1. */
cw_npy_header cw_npy_header_of(cw_dtype dtype, uint32_t rank, const uint64_t *shape) {
    cw_npy_header h = {.length = 0};
    char first[24] = "", *text = h.bytes + PREFIX_1;
    const cw_shape_text dims = cw_shape_text_of(rank, shape);
    const int digits = rank ? snprintf(first, sizeof first, "%" PRIu64, shape[0]) : 21;
    const int n = snprintf(text, sizeof h.bytes - PREFIX_1 - ALIGNMENT - 1,
                           "{'descr': '<%s', 'fortran_order': False, 'shape': %s, }%*s", code_of(dtype), dims.text,
                           21 - digits, "");
    const int spaces = ALIGNMENT - (PREFIX_1 + n + 1) % ALIGNMENT, length = n + spaces + 1;
    snprintf(text + n, ALIGNMENT + 2, "%*s\n", spaces, "");
    const char prefix[] = {1, 0, (char)(length & 0xff), (char)(length >> 8)};
    memcpy(h.bytes, magic, MAGIC);
    memcpy(h.bytes + MAGIC, prefix, sizeof prefix);
    h.length = (size_t)(PREFIX_1 + length);
    return h;
}

/* -------------------------------------------------------------------------------------- the header as a literal */

/* What is left of the header, a Python dict of three entries, and what was found. */
typedef struct header {
    const char *path, *at;
    cw_tensor *tensor;
    bool fortran, has_dtype, has_order, has_shape;
} header;

static int complain_header(const header *h) {
    return cw_complain(EXIT_USAGE, "%s has a damaged .npy header (write it again with numpy.save)", h->path);
}

static void skip_space(header *h) { h->at += strspn(h->at, " \t\n\r"); }

static bool take(header *h, const char *token) {
    skip_space(h);
    const size_t n = strlen(token);
    if (strncmp(h->at, token, n) != 0) return false;
    h->at += n;
    return true;
}

/* A string without escapes; NumPy writes no others for what we can read. */
static bool take_string(header *h, char *text, size_t room) {
    skip_space(h);
    const char quote = *h->at;
    if (quote != '\'' && quote != '"') return false;
    const char *end = strchr(h->at + 1, quote);
    if (!end || (size_t)(end - h->at) > room) return false;
    const size_t n = (size_t)(end - h->at) - 1;
    memcpy(text, h->at + 1, n);
    text[n] = 0;
    h->at = end + 1;
    return !strchr(text, '\\');
}

static int take_dtype(header *h) {
    char text[64];
    if (take(h, "[") || take(h, "("))
        return cw_complain(EXIT_USAGE, "%s holds a structured array (save one field of it alone)", h->path);
    if (!take_string(h, text, sizeof text)) return complain_header(h);
    if (text[0] == '>')
        return cw_complain(EXIT_USAGE, "%s is big-endian, \"%s\" (convert it with a.astype('<%s'))", h->path, text,
                           text + 1);
    const char *code = text + (text[0] && strchr("<=|", text[0]) != NULL);
    for (int i = 0; i < DTYPES; i++) {
        if (strcmp(dtypes[i].code, code) != 0) continue;
        h->tensor->dtype = dtypes[i].dtype;
        return EXIT_GOOD;
    }
    return cw_complain(EXIT_USAGE, "%s has the dtype \"%s\" (known are <f4 <f8 <f2 <V2 <i4 <i8 <u4 <u8)", h->path,
                       text);
}

static int take_order(header *h) {
    h->fortran = take(h, "True");
    return h->fortran || take(h, "False") ? EXIT_GOOD : complain_header(h);
}

static int take_length(header *h) {
    cw_tensor *t = h->tensor;
    skip_space(h);
    if (*h->at < '0' || *h->at > '9') return complain_header(h);
    uint64_t n = 0;
    for (; *h->at >= '0' && *h->at <= '9'; h->at++) {
        const uint64_t digit = (uint64_t)(*h->at - '0');
        if (n > (UINT64_MAX - digit) / 10)
            return cw_complain(EXIT_USAGE, "%s has an axis over 2^64 - 1 (write it again)", h->path);
        n = n * 10 + digit;
    }
    take(h, "L"); /* Python 2 */
    if (t->rank == CW_MAX_RANK)
        return cw_complain(EXIT_USAGE, "%s has more than %d axes (reshape it)", h->path, CW_MAX_RANK);
    t->shape[t->rank++] = n;
    return EXIT_GOOD;
}

/* Without the comma, "(5)" would be a number in Python, not a shape. */
static int take_shape(header *h) {
    bool comma = true;
    h->tensor->rank = 0;
    if (!take(h, "(")) return complain_header(h);
    while (!take(h, ")")) {
        if (!comma) return complain_header(h);
        const int status = take_length(h);
        if (status != EXIT_GOOD) return status;
        comma = take(h, ",");
    }
    return h->tensor->rank == 1 && !comma ? complain_header(h) : EXIT_GOOD;
}

static bool first_time(bool *seen) {
    const bool first = !*seen;
    *seen = true;
    return first;
}

static int take_entry(header *h) {
    char key[32];
    if (!take_string(h, key, sizeof key) || !take(h, ":")) return complain_header(h);
    if (strcmp(key, "descr") == 0 && first_time(&h->has_dtype)) return take_dtype(h);
    if (strcmp(key, "fortran_order") == 0 && first_time(&h->has_order)) return take_order(h);
    if (strcmp(key, "shape") == 0 && first_time(&h->has_shape)) return take_shape(h);
    return complain_header(h);
}

static int take_header(header *h) {
    bool comma = true;
    if (!take(h, "{")) return complain_header(h);
    while (!take(h, "}")) {
        if (!comma) return complain_header(h);
        const int status = take_entry(h);
        if (status != EXIT_GOOD) return status;
        comma = take(h, ",");
    }
    skip_space(h);
    return *h->at || !h->has_dtype || !h->has_order || !h->has_shape ? complain_header(h) : EXIT_GOOD;
}

/* ----------------------------------------------------------------------------------------------------- reading */

/* The length of the header and, by standing behind them, of the bytes in front of it. */
static int read_prefix(const cw_npy_source *s, uint64_t *start, uint64_t *length) {
    const char *path = s->name;
    unsigned char b[PREFIX_2] = {0};
    if (s->bytes < PREFIX_1) return cw_complain(EXIT_USAGE, "%s is too short for an .npy file (write it again)", path);
    int status = s->read(s->from, path, b, PREFIX_1);
    if (status != EXIT_GOOD) return status;
    if (memcmp(b, magic, MAGIC) != 0)
        return cw_complain(EXIT_USAGE, "%s is not an .npy file (write it with numpy.save)", path);
    if (b[6] < 1 || b[6] > 3 || b[7] != 0)
        return cw_complain(EXIT_USAGE, "%s has .npy version %d.%d (known are 1.0, 2.0 and 3.0)", path, b[6], b[7]);
    *start = b[6] == 1 ? PREFIX_1 : PREFIX_2;
    if (s->bytes < *start) return cw_complain(EXIT_USAGE, "%s is too short for an .npy file (write it again)", path);
    status = s->read(s->from, path, b + PREFIX_1, *start - PREFIX_1);
    *length = b[8] | (uint64_t)b[9] << 8 | (uint64_t)b[10] << 16 | (uint64_t)b[11] << 24;
    return status;
}

static int read_header(header *h, const cw_npy_source *s, uint64_t length) {
    char *text = cw_memory(h->path, length + 1);
    if (!text) return EXIT_IO;
    int status = s->read(s->from, h->path, text, length);
    text[length] = 0;
    h->at = text;
    if (status == EXIT_GOOD) status = strlen(text) == length ? take_header(h) : complain_header(h);
    free(text);
    return status;
}

/* The elements must fill the file exactly: this is also what bounds the memory that a header can ask for. */
static int check_size(const char *path, cw_tensor *t, uint64_t found) {
    if (!cw_tensor_count(t->dtype, t->rank, t->shape, &t->bytes))
        return cw_complain(EXIT_USAGE, "%s has a shape of over 2^63 bytes (write it again)", path);
    if (found < t->bytes)
        return cw_complain(EXIT_USAGE,
                           "%s is truncated: its header announces %" PRIu64 " bytes and %" PRIu64
                           " follow (write it again)",
                           path, t->bytes, found);
    if (found > t->bytes)
        return cw_complain(EXIT_USAGE, "%s has %" PRIu64 " bytes after its array (write it again)", path,
                           found - t->bytes);
    return EXIT_GOOD;
}

/* Where element `index` of the row-major order, counted up by the caller, lies in the column-major one. */
static void count_up(const cw_tensor *t, const uint64_t *stride, uint64_t *index, uint64_t *from) {
    for (uint32_t axis = t->rank; axis-- > 0;) {
        *from += stride[axis];
        if (++index[axis] < t->shape[axis]) return;
        *from -= stride[axis] * t->shape[axis];
        index[axis] = 0;
    }
}

static int reorder(const char *path, cw_tensor *t) {
    const size_t size = cw_dtype_size(t->dtype);
    uint64_t stride[CW_MAX_RANK] = {0}, index[CW_MAX_RANK] = {0}, from = 0, step = size;
    for (uint32_t axis = 0; axis < t->rank; axis++) {
        stride[axis] = step;
        step *= t->shape[axis];
    }
    char *ordered = cw_memory(path, t->bytes);
    if (!ordered) return EXIT_IO;
    for (uint64_t to = 0; to < t->bytes; to += size) {
        memcpy(ordered + to, (const char *)t->data + from, size);
        count_up(t, stride, index, &from);
    }
    free(t->data);
    t->data = ordered;
    return EXIT_GOOD;
}

static int read_array(const cw_npy_source *s, cw_tensor *t) {
    uint64_t start = 0, length = 0;
    int status = read_prefix(s, &start, &length);
    if (status != EXIT_GOOD) return status;
    header h = {.path = s->name, .tensor = t};
    if (length > HEADER_LIMIT || length > s->bytes - start) return complain_header(&h);
    status = read_header(&h, s, length);
    if (status == EXIT_GOOD) status = check_size(s->name, t, s->bytes - start - length);
    if (status != EXIT_GOOD) return status;
    t->data = cw_memory(s->name, t->bytes);
    if (!t->data) return EXIT_IO;
    status = s->read(s->from, s->name, t->data, t->bytes);
    return status == EXIT_GOOD && h.fortran ? reorder(s->name, t) : status;
}

int cw_npy_read_from(const cw_npy_source *source, cw_tensor *tensor) {
    cw_tensor t = {0};
    const int status = read_array(source, &t);
    if (status == EXIT_GOOD) *tensor = t;
    else cw_tensor_free(&t);
    return status;
}

static int read_file(void *file, const char *path, void *data, uint64_t bytes) {
    return cw_file_read(path, file, data, bytes);
}

int cw_npy_read(const char *path, cw_tensor *tensor) {
    FILE *file;
    uint64_t size;
    int status = cw_file_open(path, &file, &size);
    if (status != EXIT_GOOD) return status;
    const cw_npy_source source = {path, size, file, read_file};
    status = cw_npy_read_from(&source, tensor);
    fclose(file);
    return status;
}
