/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "tensors.h"

#include "cli.h"
#include "npy.h"
#include "npz.h"
#include "safetensors.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int read_npy(const char *path, cw_tensors *tensors) {
    cw_tensor *one = cw_memory(path, sizeof *one);
    if (!one) return EXIT_IO;
    const int status = cw_npy_read(path, one);
    if (status != EXIT_GOOD) {
        free(one);
        return status;
    }
    const cw_tensors read = {one, 1, NULL};
    *tensors = read;
    return EXIT_GOOD;
}

/* The array of tensors moves over; what is left in `s` is released. */
static int read_safetensors(const char *path, cw_tensors *tensors) {
    cw_safetensors s = {0};
    const int status = cw_safetensors_open(path, &s);
    if (status != EXIT_GOOD) return status;
    const char *text = cw_safetensors_metadata(&s, CW_MANIFEST_KEY);
    char *manifest = text ? strdup(text) : NULL;
    if (text && !manifest) {
        cw_safetensors_close(&s);
        return cw_complain(EXIT_IO, "memory is exhausted by %s (close other programs)", path);
    }
    const cw_tensors read = {s.tensor, s.count, manifest};
    *tensors = read;
    s.tensor = NULL;
    s.count = 0;
    cw_safetensors_close(&s);
    return EXIT_GOOD;
}

int cw_tensors_read(const char *path, cw_tensors *tensors) {
    static const struct {
        const char *text;
        int (*read)(const char *, cw_tensors *);
    } endings[] = {{".npy", read_npy}, {".npz", cw_npz_read}, {".safetensors", read_safetensors}};
    const size_t length = strlen(path);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        const size_t n = strlen(endings[i].text);
        if (length > n && strcmp(path + length - n, endings[i].text) == 0) return endings[i].read(path, tensors);
    }
    return cw_complain(EXIT_USAGE, "%s has an unknown ending (known are .npy, .npz and .safetensors)", path);
}

static bool has_name(const cw_tensor *t, const cw_tensor *of) { return strcmp(cw_tensor_name(t), cw_tensor_name(of)) == 0; }

static bool is_unnamed(const cw_tensor *t) { return strcmp(cw_tensor_name(t), CW_UNNAMED) == 0; }

/* As a rule both have the same order. */
const cw_tensor *cw_tensors_partner(const cw_tensors *other, const cw_tensors *of, const cw_tensor *tensor) {
    if (other->count == 1 && of->count == 1 && (is_unnamed(tensor) || is_unnamed(other->tensor))) return other->tensor;
    const size_t number = (size_t)(tensor - of->tensor);
    if (number < other->count && has_name(&other->tensor[number], tensor)) return &other->tensor[number];
    for (size_t i = 0; i < other->count; i++)
        if (has_name(&other->tensor[i], tensor)) return &other->tensor[i];
    return NULL;
}

void cw_tensors_free(cw_tensors *tensors) {
    for (size_t i = 0; i < tensors->count; i++) cw_tensor_free(&tensors->tensor[i]);
    free(tensors->tensor);
    free(tensors->manifest);
    memset(tensors, 0, sizeof *tensors);
}
