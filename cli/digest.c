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

#include <stdlib.h>
#include <string.h>

static const cw_usage usage = {
    "cw digest FILE...\n"
    "cw digest MODEL.json [--device D]\n"
    "cw digest [options] [--device D]\n"
    "cw digest --check LIST ...\n\n"
    "Prints the digest of each tensor, 32 hexadecimal digits that depend on dtype, shape and every bit, and the total "
    "of\n"
    "all, which also depends on their names. A tensor without a name, as in .npy or from options, is called "
    "\"" CW_UNNAMED
    "\".\nNot cryptographic. With --json, \"sums\" are those of the elements by their numbers in the whole tensor: "
    "those of slices\nadd up. FILE is .npy, .npz or .safetensors; digests in a manifest must be met.\nLIST is what cw "
    "digest printed of the same before, as with sha256sum -c; exit status 1: something differs.\n",
    CW_OPT_TENSOR | CW_OPT_DEVICE | CW_OPT_JSON | CW_OPT_CHECK, INT32_MAX};

/* What was found so far; `tensors` only for --json. */
typedef struct result {
    json_t *tensors;
    cw_sums total;
    bool json;
    char *list; /* --check: lines of a digest, two blanks and a name; a line that was met has its first byte set to 0 */
    size_t failed;
} result;

/* ------------------------------------------------------------------------------------------------------- --check */

enum { NAME_AT = 34, LARGEST = 100000000 };

static int read_list(result *r, const char *path) {
    FILE *file;
    uint64_t size;
    int status = cw_file_open(path, &file, &size);
    if (status != EXIT_GOOD) return status;
    if (size > LARGEST)
        status = cw_complain(EXIT_USAGE, "%s has over %d bytes (name what cw digest printed)", path, LARGEST);
    else if (!(r->list = cw_memory(path, size + 2))) status = EXIT_IO;
    if (status == EXIT_GOOD) status = cw_file_read(path, file, r->list, size);
    fclose(file);
    if (status != EXIT_GOOD) return status;
    r->list[size] = r->list[size + 1] = 0;
    cw_sums digest;
    for (char *line = r->list, *end; *line; line = end + 1) {
        char hex[33] = "";
        end = strchr(line, '\n');
        if (end) strncpy(hex, line, 32);
        if (!end || end - line <= NAME_AT || memcmp(line + 32, "  ", 2) != 0 || !cw_hex_read(hex, &digest))
            return cw_complain(EXIT_USAGE, "%s is no list of digests (name what cw digest printed)", path);
        *end = 0;
    }
    return status;
}

static void tell(result *r, const char *name, const char *what) {
    cw_progress_hide();
    cw_put_name(name);
    printf(": %s\n", what);
    r->failed += strcmp(what, "OK") != 0;
}

/* The lines follow one another, each with its end as a 0; two of them end the list. A line is met once. */
static void check(result *r, const char *name, const char *hex) {
    for (char *line = r->list; line[1]; line += strlen(line + 1) + 2) {
        if (!*line || !cw_is_put_name(line + NAME_AT, name)) continue;
        const bool same = strncmp(line, hex, 32) == 0;
        *line = 0;
        tell(r, name, same ? "OK" : "FAILED");
        return;
    }
    tell(r, name, "FAILED, it is not in the list");
}

static int finish_check(result *r) {
    for (char *line = r->list; line[1]; line += strlen(line + 1) + 2)
        if (*line) tell(r, line + NAME_AT, "FAILED, it is only in the list");
    return r->failed ? EXIT_DIFFERS : EXIT_GOOD;
}

/* --------------------------------------------------------------------------------------------------------- digests */

/* `sums` may be NULL. */
static int add(result *r, const char *name, cw_sums digest, const cw_sums *sums) {
    const cw_hex hex = cw_hex_of(digest);
    if (r->list) {
        check(r, name, hex.text);
        return EXIT_GOOD;
    }
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
    if (status == EXIT_GOOD) status = cw_make(device, &model, CW_PIECE, add_sink, r, &made);
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

static int finish(result *r) {
    const cw_hex hex = cw_hex_of(r->total);
    cw_progress_end();
    if (r->list) {
        check(r, "total", hex.text);
        return finish_check(r);
    }
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
    if (options.check && options.json) return cw_complain(EXIT_USAGE, "--check prints no JSON (leave out --json)");
    result r = {.tensors = json_array(), .json = options.json};
    const char *first = options.operands ? options.operand[0] : NULL;
    if (options.check) status = read_list(&r, options.check);
    if (status != EXIT_GOOD) {
        json_decref(r.tensors);
        free(r.list);
        return status;
    }
    if (!first || (options.operands == 1 && cw_is_manifest(first))) status = add_made(&r, &options, first);
    else status = add_files(&r, &options);
    if (status == EXIT_GOOD) status = finish(&r);
    json_decref(r.tensors);
    free(r.list);
    return status;
}
