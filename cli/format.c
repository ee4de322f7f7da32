/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "format.h"

#include "cli.h"
#include "npy.h"
#include "pack.h"
#include "safetensors.h"

#include <stdlib.h>
#include <string.h>

static int begin_npy(FILE *file, const cw_model *model, const cw_sums *digest) {
    (void)digest;
    const cw_tensor t = cw_entry_tensor(model->entry);
    const cw_npy_header h = cw_npy_header_of(t.dtype, t.rank, t.shape);
    fwrite(h.bytes, 1, h.length, file);
    return EXIT_GOOD;
}

static int begin_raw(FILE *file, const cw_model *model, const cw_sums *digest) {
    (void)file, (void)model, (void)digest;
    return EXIT_GOOD;
}

static char *manifest_text(const cw_model *model, const cw_sums *digest) {
    json_t *manifest = cw_model_manifest(model, digest);
    char *text = manifest ? json_dumps(manifest, JSON_COMPACT) : NULL;
    if (manifest && !text) cw_complain_memory();
    json_decref(manifest);
    return text;
}

/* The manifest goes along with the digests of what there is, so that the file can be verified by itself. */
static int begin_safetensors(FILE *file, const cw_model *model, const cw_sums *digest) {
    char numerics[11];
    snprintf(numerics, sizeof numerics, "%u", (unsigned)cw_numerics_version());
    char *manifest = manifest_text(model, digest);
    cw_tensor *tensor = manifest ? cw_model_tensors(model) : NULL;
    cw_metadata metadata[] = {
        {CW_MANIFEST_KEY, manifest}, {CW_VERSION_KEY, (char *)(uintptr_t)cw_version()}, {CW_NUMERICS_KEY, numerics}};
    const int status =
        !tensor ? EXIT_IO
                : cw_safetensors_write_header(file, tensor, model->count, metadata, sizeof metadata / sizeof *metadata);
    free(manifest);
    free(tensor);
    return status;
}

static const cw_format formats[] = {{"-", begin_raw, NULL},
                                    {".npy", begin_npy, NULL},
                                    {".npz", NULL, cw_pack},
                                    {".safetensors", begin_safetensors, NULL}};
enum { FORMATS = sizeof formats / sizeof *formats };

const cw_format *cw_format_of(const char *path) {
    const size_t length = strlen(path);
    for (int i = 0; i < FORMATS; i++) {
        const size_t n = strlen(formats[i].ending);
        const int whole = formats[i].begin == begin_raw;
        if ((whole ? length == n : length > n) && strcmp(path + length - n, formats[i].ending) == 0) return &formats[i];
    }
    cw_complain(EXIT_USAGE, "%s has an unknown ending (known are .npy, .npz and .safetensors, and - for stdout)", path);
    return NULL;
}

int cw_format_check(const cw_format *format, const cw_model *model, const char *path) {
    if (format->begin != begin_npy || model->count == 1) return EXIT_GOOD;
    return cw_complain(EXIT_USAGE, "%s can hold one tensor, and there are %zu (write a .npz or .safetensors file)",
                       path, model->count);
}

int cw_format_check_parts(const cw_format *format, const char *path) {
    if (!format->write) return EXIT_GOOD;
    return cw_complain(EXIT_USAGE, "%s cannot be written by several processes (write a .npy or .safetensors file)",
                       path);
}

int cw_format_header(const cw_format *format, const cw_model *model, const cw_sums *digest, char **header,
                     size_t *length) {
    FILE *file = open_memstream(header, length);
    if (!file) return cw_complain_memory();
    int status = format->begin(file, model, digest);
    const bool good = !ferror(file);
    if ((fclose(file) != 0 || !good) && status == EXIT_GOOD) status = cw_complain_memory();
    if (status != EXIT_GOOD) free(*header);
    return status;
}
