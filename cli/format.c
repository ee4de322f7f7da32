/* SPDX-License-Identifier: Apache-2.0 */
#include "format.h"

#include "cli.h"
#include "npy.h"
#include "safetensors.h"

#include <stdlib.h>
#include <string.h>

static int begin_npy(FILE *file, const cw_model *model) {
    const cw_tensor t = cw_entry_tensor(model->entry);
    cw_npy_write_header(file, t.dtype, t.rank, t.shape);
    return EXIT_GOOD;
}

static int begin_raw(FILE *file, const cw_model *model) {
    (void)file, (void)model;
    return EXIT_GOOD;
}

/* The manifest goes along, so that the file can be verified by itself. */
static int begin_safetensors(FILE *file, const cw_model *model) {
    char numerics[11];
    snprintf(numerics, sizeof numerics, "%u", (unsigned)cw_numerics_version());
    cw_metadata metadata[] = {{CW_MANIFEST_KEY, model->text},
                              {"counterweight.version", (char *)(uintptr_t)cw_version()},
                              {"counterweight.numerics_version", numerics}};
    cw_tensor *tensor = cw_model_tensors(model);
    if (!tensor) return EXIT_IO;
    const int status =
        cw_safetensors_write_header(file, tensor, model->count, metadata, sizeof metadata / sizeof *metadata);
    free(tensor);
    return status;
}

static const cw_format formats[] = {{"-", begin_raw}, {".npy", begin_npy}, {".safetensors", begin_safetensors}};
enum { FORMATS = sizeof formats / sizeof *formats };

const cw_format *cw_format_of(const char *path) {
    const size_t length = strlen(path);
    for (int i = 0; i < FORMATS; i++) {
        const size_t n = strlen(formats[i].ending);
        const int whole = formats[i].begin == begin_raw;
        if ((whole ? length == n : length > n) && strcmp(path + length - n, formats[i].ending) == 0) return &formats[i];
    }
    cw_complain(EXIT_USAGE, "%s has an unknown ending (known are .npy and .safetensors, and - for stdout)", path);
    return NULL;
}

int cw_format_check(const cw_format *format, const cw_model *model, const char *path) {
    if (format->begin != begin_npy || model->count == 1) return EXIT_GOOD;
    return cw_complain(EXIT_USAGE, "%s can hold one tensor, and there are %zu (write a .safetensors file)", path,
                       model->count);
}
