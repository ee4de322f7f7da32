/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "tensor.h"

#include "cli.h"
#include "progress.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void cw_tensor_free(cw_tensor *tensor) {
    free(tensor->name);
    free(tensor->data);
    memset(tensor, 0, sizeof *tensor);
}

const char *cw_tensor_name(const cw_tensor *tensor) { return tensor->name ? tensor->name : CW_UNNAMED; }

/* An axis of 0 makes every size 0, however long the other axes are. */
int cw_tensor_count(cw_dtype dtype, uint32_t rank, const uint64_t *shape, uint64_t *bytes) {
    *bytes = 0;
    for (uint32_t axis = 0; axis < rank; axis++)
        if (shape[axis] == 0) return 1;
    uint64_t product = cw_dtype_size(dtype);
    for (uint32_t axis = 0; axis < rank; axis++) {
        if (product > INT64_MAX / shape[axis]) return 0;
        product *= shape[axis];
    }
    *bytes = product;
    return 1;
}

int cw_tensor_same_form(const cw_tensor *a, const cw_tensor *b) {
    return a->dtype == b->dtype && a->rank == b->rank && memcmp(a->shape, b->shape, a->rank * sizeof *a->shape) == 0;
}

cw_shape_text cw_shape_text_of(uint32_t rank, const uint64_t *shape) {
    cw_shape_text t;
    int n = snprintf(t.text, sizeof t.text, "(");
    for (uint32_t i = 0; i < rank; i++)
        n += snprintf(t.text + n, sizeof t.text - (size_t)n, i ? ", %" PRIu64 : "%" PRIu64, shape[i]);
    snprintf(t.text + n, sizeof t.text - (size_t)n, rank == 1 ? ",)" : ")");
    return t;
}

cw_shape_text cw_index_text_of(uint32_t rank, const uint64_t *shape, uint64_t index) {
    uint64_t at[CW_MAX_RANK];
    for (uint32_t axis = rank; axis-- > 0; index /= shape[axis]) at[axis] = index % shape[axis];
    return cw_shape_text_of(rank, at);
}

int cw_file_open(const char *path, FILE **file, uint64_t *bytes) {
    struct stat s;
    /* Asked before opening, which would wait for ever on a pipe that nobody writes to. */
    if (stat(path, &s) != 0)
        return cw_complain(EXIT_IO, "%s cannot be opened: %s (check the path)", path, strerror(errno));
    if (!S_ISREG(s.st_mode)) return cw_complain(EXIT_IO, "%s is not a regular file (name one)", path);
    *file = fopen(path, "rbe");
    if (!*file) return cw_complain(EXIT_IO, "%s cannot be opened: %s (check its permissions)", path, strerror(errno));
    *bytes = (uint64_t)s.st_size;
    return EXIT_GOOD;
}

int cw_file_read(const char *path, FILE *file, void *data, uint64_t bytes) {
    enum { PIECE = 16 << 20 };
    char *to = data;
    errno = 0;
    cw_progress_stage(bytes, 1);
    for (uint64_t at = 0, n = 0, got = 0; got == n; at += n) {
        if (at == bytes) return EXIT_GOOD;
        n = bytes - at < PIECE ? bytes - at : PIECE;
        got = fread(to + at, 1, (size_t)n, file);
        cw_progress_part((double)(at + got) / (double)bytes);
    }
    const char *why = errno ? strerror(errno) : "it became shorter";
    return cw_complain(EXIT_IO, "%s cannot be read: %s (check the disk, and that nobody writes to it)", path, why);
}

uint64_t cw_file_bytes(const char *path) {
    struct stat s;
    return stat(path, &s) == 0 && S_ISREG(s.st_mode) ? (uint64_t)s.st_size : 0;
}

void *cw_memory(const char *path, uint64_t bytes) {
    void *memory = bytes <= SIZE_MAX ? malloc(bytes ? (size_t)bytes : 1) : NULL;
    if (!memory)
        cw_complain(EXIT_IO, "memory is exhausted by %s (it needs %llu bytes)", path, (unsigned long long)bytes);
    return memory;
}
