/* SPDX-License-Identifier: Apache-2.0
 *
 * cw digest: of the tensors in files, or of those that a device makes.
 */
#include "cli.h"
#include "commands.h"
#include "device.h"
#include "host.h"
#include "json.h"
#include "make.h"
#include "options.h"
#include "progress.h"
#include "tensors.h"

#include <string.h>

static const cw_usage usage = {
    "cw digest FILE...\n"
    "cw digest MODEL.json [--device D]\n"
    "cw digest [options] [--device D]\n\n"
    "Prints the digest of each tensor, 32 hexadecimal digits that depend on dtype, shape and every bit, and the total "
    "of\n"
    "all, which also depends on their names. A tensor without a name, as in .npy or from options, is called "
    "\"" CW_UNNAMED "\".\nNot cryptographic. With --json, \"sums\" are those of the elements by their numbers in the whole tensor: those of slices\nadd up. FILE is .npy or .safetensors; digests in a manifest must be met.\n",
    CW_OPT_TENSOR | CW_OPT_DEVICE | CW_OPT_JSON, INT32_MAX};

/* What was found so far; `tensors` only for --json. */
typedef struct result {
    json_t *tensors;
    cw_sums total;
    bool json;
} result;

/* `sums` may be NULL. */
static int add(result *r, const char *name, cw_sums digest, const cw_sums *sums) {
    const cw_hex hex = cw_hex_of(digest);
    if (!r->json) {
        cw_progress_hide();
        printf("%s  ", hex.text);
        cw_put_name(name);
        putchar('\n');
        return EXIT_GOOD;
    }
    json_t *row = json_pack("{s:o, s:s}", "name", cw_json_text(name), "digest", hex.text);
    if (row && sums) json_object_set_new(row, "sums", json_string(cw_hex_of(*sums).text));
    return row && json_array_append_new(r->tensors, row) == 0 ? EXIT_GOOD : cw_complain_memory();
}

enum { PIECE = 64 << 20 }; /* bytes that are made at a time */

static int add_sink(void *user, const cw_entry *entry, const cw_made_piece *made) {
    return made->last ? add(user, entry->name, made->digest, &made->sums) : EXIT_GOOD;
}

static int add_made(result *r, const cw_options *options, const char *manifest) {
    cw_model model = {0};
    cw_device *device = NULL;
    cw_made made;
    int status = cw_options_model(options, manifest, &model);
    if (status == EXIT_GOOD) status = cw_device_open(cw_options_device(options), &device);
    cw_progress_start(cw_model_bytes(&model), 2);
    if (status == EXIT_GOOD) status = cw_make(device, &model, PIECE, add_sink, r, &made);
    if (status == EXIT_GOOD) status = cw_made_check(&made, &model);
    if (status == EXIT_GOOD) r->total = made.total;
    cw_device_close(device);
    cw_model_free(&model);
    return status;
}

static int add_file(result *r, const char *path) {
    cw_tensors t = {0};
    int status = cw_tensors_read(path, &t);
    for (size_t i = 0; i < t.count && status == EXIT_GOOD; i++) {
        const cw_sums digest = cw_tensor_digest(&t.tensor[i], t.tensor[i].data);
        cw_digest_total(&r->total, cw_tensor_name(&t.tensor[i]), digest);
        status = add(r, t.tensor[i].name ? t.tensor[i].name : path, digest, NULL);
    }
    cw_tensors_free(&t);
    return status;
}

static int add_files(result *r, const cw_options *options) {
    int status = EXIT_GOOD;
    if (options->tensor_option || options->devices)
        return cw_complain(EXIT_USAGE, "--%s does not go with files (see cw digest --help)",
                           options->tensor_option ? options->tensor_option : "device");
    uint64_t bytes = 0;
    for (int i = 0; i < options->operands; i++) bytes += cw_file_bytes(options->operand[i]);
    cw_progress_start(bytes, 2);
    for (int i = 0; i < options->operands && status == EXIT_GOOD; i++) status = add_file(r, options->operand[i]);
    return status;
}

static int finish(const result *r) {
    const cw_hex hex = cw_hex_of(r->total);
    cw_progress_end();
    if (!r->json) {
        printf("%s  total\n", hex.text);
        return EXIT_GOOD;
    }
    return cw_json_print(json_pack("{s:O, s:s}", "tensors", r->tensors, "digest", hex.text));
}

int cw_digest_command(int argc, char **argv) {
    cw_options options;
    int status = cw_options_read(argc, argv, &usage, &options);
    if (status != EXIT_GOOD || options.answered) return status;
    result r = {.tensors = json_array(), .json = options.json};
    const char *first = options.operands ? options.operand[0] : NULL;
    if (!first || (options.operands == 1 && cw_is_manifest(first))) status = add_made(&r, &options, first);
    else status = add_files(&r, &options);
    if (status == EXIT_GOOD) status = finish(&r);
    json_decref(r.tensors);
    return status;
}
