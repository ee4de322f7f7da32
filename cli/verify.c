/* SPDX-License-Identifier: Apache-2.0
 *
 * cw verify: a file, or what a device writes, against the definition, recomputed on the host.
 */
#include "cli.h"
#include "commands.h"
#include "compare.h"
#include "device.h"
#include "host.h"
#include "make.h"
#include "options.h"
#include "progress.h"
#include "tensors.h"

#include <stdlib.h>
#include <string.h>

static const cw_usage usage = {
    "cw verify FILE [MODEL.json]\n"
    "cw verify FILE [options]\n"
    "cw verify MODEL.json [--device D]\n"
    "cw verify [options] [--device D]\n\n"
    "Recomputes every element on the host and compares the bits with those in FILE, or with those that a device "
    "writes.\n"
    "A .npz or .safetensors file that cw wrote says itself what it should hold. Tensors pair by name; one without a name,\n"
    "as in .npy or from options, with the only one of the other side. Exit status 1: something differs, or a digest of\n"
    "the manifest is not that of the definition.\n",
    CW_OPT_TENSOR | CW_OPT_DEVICE | CW_OPT_JSON, 2};

/* What is verified, and what came of it: the total of the tensors that are as defined. */
typedef struct job {
    const cw_options *options;
    cw_model model;
    cw_tally tally;
    cw_sums total;
} job;

/* ------------------------------------------------------------------------------------- against the definition */

/* Bits that are as defined must also have the digest that the manifest names. */
static int check_digest(job *j, const cw_entry *entry, cw_sums digest) {
    cw_digest_total(&j->total, entry->name, digest);
    if (!entry->has_digest || memcmp(&digest, &entry->digest, sizeof digest) == 0) return EXIT_GOOD;
    return cw_tally_digest(&j->tally, entry->name, entry->digest, digest);
}

/* The expected values are made only for a report. */
static int report(job *j, const cw_entry *entry, const void *data) {
    const cw_tensor t = cw_entry_tensor(entry);
    void *expected = cw_host_expected(entry);
    if (!expected) return EXIT_IO;
    const int status = cw_tally_pair(&j->tally, &t, entry, expected, data);
    free(expected);
    return status;
}

static int compare(job *j, const cw_entry *entry, const void *data, cw_sums digest) {
    const cw_piece all = cw_piece_all(entry);
    const cw_tensor t = cw_entry_tensor(entry);
    bool same = false;
    int status = cw_host_check(entry, &all, data, &same);
    if (status != EXIT_GOOD) return status;
    if (!same) return report(j, entry, data);
    status = cw_tally_same(&j->tally, &t);
    return status == EXIT_GOOD ? check_digest(j, entry, digest) : status;
}

static int compare_sink(void *user, const cw_entry *entry, const cw_made_piece *made) {
    return compare(user, entry, made->data, made->digest);
}

/* A total says something only of tensors that all are there and as defined. */
static int finish(job *j, const char *what) {
    int status = EXIT_GOOD;
    if (j->model.has_digest && j->tally.differing_tensors == 0 &&
        memcmp(&j->total, &j->model.digest, sizeof j->total) != 0)
        status = cw_tally_digest(&j->tally, NULL, j->model.digest, j->total);
    return status == EXIT_GOOD ? cw_tally_end(&j->tally, what) : status;
}

static int verify_device(job *j, const char *manifest) {
    cw_device *device = NULL;
    cw_made made;
    int status = cw_options_model(j->options, manifest, &j->model);
    if (status == EXIT_GOOD) status = cw_device_open(cw_options_device(j->options), &device);
    cw_progress_start(cw_model_bytes(&j->model), 3);
    if (status == EXIT_GOOD) status = cw_make(device, &j->model, 0, compare_sink, j, &made);
    if (status == EXIT_GOOD) status = finish(j, cw_options_device(j->options));
    cw_device_close(device);
    return status;
}

/* ------------------------------------------------------------------------------------------------------- a file */

/* What is expected is made only where it may explain something: as many elements in another order or dtype. */
static int report_form(job *j, const cw_entry *entry, const cw_tensor *found, const char *what) {
    cw_tensor t = cw_entry_tensor(entry);
    if (found->bytes / cw_dtype_size(found->dtype) != entry->extent.elements)
        return cw_tally_whole(&j->tally, entry->name, what, NULL);
    t.data = cw_host_expected(entry);
    if (!t.data) return EXIT_IO;
    const cw_cause cause = cw_cause_of_form(&t, found);
    free(t.data);
    return cw_tally_whole(&j->tally, entry->name, what, &cause);
}

static int compare_tensor(job *j, const cw_entry *entry, const cw_tensor *found) {
    const cw_tensor t = cw_entry_tensor(entry);
    char what[2 * sizeof(cw_shape_text) + 64];
    if (!found) return cw_tally_whole(&j->tally, entry->name, "is not in the file", NULL);
    if (cw_tensor_same_form(&t, found)) return compare(j, entry, found->data, cw_tensor_digest(&t, found->data));
    snprintf(what, sizeof what, "should be %s %s and is %s %s", cw_dtype_name(t.dtype),
             cw_shape_text_of(t.rank, t.shape).text, cw_dtype_name(found->dtype),
             cw_shape_text_of(found->rank, found->shape).text);
    return report_form(j, entry, found, what);
}

static int compare_file(job *j, const cw_tensors *file) {
    const cw_tensors planned = {cw_model_tensors(&j->model), j->model.count, NULL};
    int status = planned.tensor ? EXIT_GOOD : EXIT_IO;
    for (size_t i = 0; i < planned.count && status == EXIT_GOOD; i++)
        status = compare_tensor(j, &j->model.entry[i], cw_tensors_partner(file, &planned, &planned.tensor[i]));
    for (size_t i = 0; i < file->count && status == EXIT_GOOD; i++)
        if (!cw_tensors_partner(&planned, file, &file->tensor[i]))
            status = cw_tally_whole(&j->tally, cw_tensor_name(&file->tensor[i]),
                                    "is in the file and not in the manifest", NULL);
    free(planned.tensor);
    return status;
}

/* What the file should hold: the manifest that is named, the options, or what the file itself says. */
static int expected_model(const cw_options *options, const char *path, const char *manifest, const cw_tensors *file,
                          cw_model *model) {
    if (manifest || options->tensor_option) return cw_options_model(options, manifest, model);
    if (file->manifest) return cw_model_parse(path, file->manifest, strlen(file->manifest), model);
    return cw_complain(EXIT_USAGE, "%s does not say what it should hold (give the options, or a MODEL.json)", path);
}

static int verify_file(job *j, const char *path, const char *manifest) {
    cw_tensors file = {0};
    if (j->options->devices)
        return cw_complain(EXIT_USAGE, "--device does not go with a file (it is compared on the host)");
    cw_progress_start(cw_file_bytes(path), 3);
    int status = cw_tensors_read(path, &file);
    if (status == EXIT_GOOD) status = expected_model(j->options, path, manifest, &file, &j->model);
    if (status == EXIT_GOOD) status = compare_file(j, &file);
    if (status == EXIT_GOOD) status = finish(j, path);
    cw_tensors_free(&file);
    return status;
}

/* ----------------------------------------------------------------------------------------------------- together */

/* Sorts the operands: at most one file and at most one manifest. */
static int sort_operands(const cw_options *options, const char **file, const char **manifest) {
    for (int i = 0; i < options->operands; i++) {
        const char **slot = cw_is_manifest(options->operand[i]) ? manifest : file;
        if (*slot) return cw_complain(EXIT_USAGE, "%s is one too many (see cw verify --help)", options->operand[i]);
        *slot = options->operand[i];
    }
    return EXIT_GOOD;
}

int cw_verify_command(int argc, char **argv) {
    cw_options options;
    const char *file = NULL, *manifest = NULL;
    int status = cw_options_read(argc, argv, &usage, &options);
    if (status != EXIT_GOOD || options.answered) return status;
    job j = {.options = &options, .tally = {.json = options.json}};
    status = sort_operands(&options, &file, &manifest);
    if (status == EXIT_GOOD) status = file ? verify_file(&j, file, manifest) : verify_device(&j, manifest);
    cw_tally_free(&j.tally);
    cw_model_free(&j.model);
    return status;
}
