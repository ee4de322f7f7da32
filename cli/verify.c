/* SPDX-License-Identifier: Apache-2.0
 *
 * cw verify: a file, or what a device writes, against the definition, recomputed on the host.
 */
#include "cli.h"
#include "commands.h"
#include "compare.h"
#include "device.h"
#include "make.h"
#include "options.h"
#include "tensors.h"

#include <stdlib.h>
#include <string.h>

static const cw_usage usage = {
    "cw verify FILE.safetensors [MODEL.json]\n"
    "cw verify FILE [options]\n"
    "cw verify MODEL.json [--device D]\n"
    "cw verify [options] [--device D]\n\n"
    "Recomputes every element on the host and compares the bits with those in FILE, or with those that a device writes.\n"
    "A .safetensors file that cw wrote says itself what it should hold. Exit status 1: something differs.\n",
    CW_OPT_TENSOR | CW_OPT_DEVICE | CW_OPT_JSON, 2};

/* ------------------------------------------------------------------------------------- against the definition */

static cw_status make_expected(const cw_entry *entry, char *expected, cw_error *why) {
    cw_status status = CW_OK;
    for (size_t i = 0; i < cw_entry_plans(entry) && !status; i++) {
        const cw_plan *plan = &cw_entry_planned(entry, i)->plan;
        status = cw_reference(plan, 0, cw_plan_elements(plan), expected, why);
        expected += cw_plan_bytes(plan);
    }
    return status;
}

/* Every element as it is planned; NULL after a complaint. */
static void *expected_of(const cw_entry *entry) {
    void *expected = cw_memory(entry->name, cw_plan_bytes(&entry->plan));
    cw_error why;
    if (!expected || make_expected(entry, expected, &why) == CW_OK) return expected;
    cw_complain_library(entry->name, &why);
    free(expected);
    return NULL;
}

static cw_status verify_all(const cw_entry *entry, const char *data, cw_error *why) {
    cw_status status = CW_OK;
    for (size_t i = 0; i < cw_entry_plans(entry) && !status; i++) {
        const cw_plan *plan = &cw_entry_planned(entry, i)->plan;
        status = cw_verify(plan, data, cw_plan_bytes(plan), NULL, why);
        data += cw_plan_bytes(plan);
    }
    return status;
}

/* The expected values are made only for a report. */
static int compare(cw_tally *tally, const cw_entry *entry, const void *data) {
    const cw_tensor t = cw_entry_tensor(entry);
    cw_error why;
    const cw_status status = verify_all(entry, data, &why);
    if (status == CW_OK) return cw_tally_pair(tally, &t, entry, data, data);
    if (status != CW_DIFFERS) return cw_complain_library(entry->name, &why);
    void *expected = expected_of(entry);
    if (!expected) return EXIT_IO;
    const int result = cw_tally_pair(tally, &t, entry, expected, data);
    free(expected);
    return result;
}

static int compare_sink(void *user, const cw_entry *entry, const void *data, cw_sums digest) {
    (void)digest;
    return compare(user, entry, data);
}

static int verify_device(const cw_options *options, const cw_model *model, cw_tally *tally) {
    cw_device *device = NULL;
    cw_made made;
    int status = cw_device_open(cw_options_device(options), options->threads, &device);
    if (status == EXIT_GOOD) status = cw_make(device, model, compare_sink, tally, &made);
    if (status == EXIT_GOOD) status = cw_tally_end(tally, cw_options_device(options));
    if (status == EXIT_GOOD) status = cw_made_check(&made, model);
    cw_device_close(device);
    return status;
}

/* ------------------------------------------------------------------------------------------------------- a file */

/* What is expected is made only where it may explain something: as many elements in another order or dtype. */
static int report_form(cw_tally *tally, const cw_entry *entry, const cw_tensor *found, const char *what) {
    cw_tensor t = cw_entry_tensor(entry);
    if (found->bytes / cw_dtype_size(found->dtype) != cw_plan_elements(&entry->plan))
        return cw_tally_whole(tally, entry->name, what, NULL);
    t.data = expected_of(entry);
    if (!t.data) return EXIT_IO;
    const cw_cause cause = cw_cause_of_form(&t, found);
    free(t.data);
    return cw_tally_whole(tally, entry->name, what, &cause);
}

/* `made` gets the digest, for which the manifest may expect a value of its own. */
static int compare_tensor(cw_tally *tally, cw_made *made, const cw_model *model, const cw_entry *entry,
                          const cw_tensor *found) {
    const cw_tensor t = cw_entry_tensor(entry);
    char what[2 * sizeof(cw_shape_text) + 64];
    if (!found) return cw_tally_whole(tally, entry->name, "is not in the file", NULL);
    if (cw_tensor_same_form(&t, found)) {
        cw_made_add(made, model, entry, cw_tensor_digest(&t, found->data));
        return compare(tally, entry, found->data);
    }
    snprintf(what, sizeof what, "should be %s %s and is %s %s", cw_dtype_name(t.dtype),
             cw_shape_text_of(t.rank, t.shape).text, cw_dtype_name(found->dtype),
             cw_shape_text_of(found->rank, found->shape).text);
    return report_form(tally, entry, found, what);
}

static bool is_planned(const cw_model *model, const char *name) {
    for (size_t i = 0; i < model->count; i++)
        if (strcmp(model->entry[i].name, name) == 0) return true;
    return false;
}

/* One tensor from options is compared with the only one of the file, whatever its name. */
static int compare_file(cw_tally *tally, cw_made *made, const cw_model *model, const cw_tensors *file) {
    int status = EXIT_GOOD;
    if (model->one && file->count == 1) return compare_tensor(tally, made, model, model->entry, file->tensor);
    for (size_t i = 0; i < model->count && status == EXIT_GOOD; i++)
        status = compare_tensor(tally, made, model, &model->entry[i], cw_tensors_find(file, model->entry[i].name));
    for (size_t i = 0; i < file->count && status == EXIT_GOOD; i++)
        if (!file->tensor[i].name || !is_planned(model, file->tensor[i].name))
            status = cw_tally_whole(tally, file->tensor[i].name ? file->tensor[i].name : "the array",
                                    "is in the file and not in the manifest", NULL);
    return status;
}

/* What the file should hold: the manifest that is named, the options, or what the file itself says. */
static int expected_model(const cw_options *options, const char *path, const char *manifest, const cw_tensors *file,
                          cw_model *model) {
    if (manifest || options->tensor_option) return cw_options_model(options, manifest, model);
    if (file->manifest) return cw_model_parse(path, file->manifest, strlen(file->manifest), model);
    return cw_complain(EXIT_USAGE, "%s does not say what it should hold (give the options, or a MODEL.json)", path);
}

static int verify_file(const cw_options *options, const char *path, const char *manifest, cw_tally *tally) {
    cw_tensors file = {0};
    cw_model model = {0};
    cw_made made = {0};
    if (options->devices)
        return cw_complain(EXIT_USAGE, "--device does not go with a file (it is compared on the host)");
    int status = cw_tensors_read(path, &file);
    if (status == EXIT_GOOD) status = expected_model(options, path, manifest, &file, &model);
    if (status == EXIT_GOOD) status = compare_file(tally, &made, &model, &file);
    if (status == EXIT_GOOD) status = cw_tally_end(tally, path);
    if (status == EXIT_GOOD) status = cw_made_check(&made, &model);
    cw_model_free(&model);
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
    cw_model model = {0};
    const char *file = NULL, *manifest = NULL;
    int status = cw_options_read(argc, argv, &usage, &options);
    if (status != EXIT_GOOD || options.answered) return status;
    cw_tally tally = {.json = options.json};
    status = sort_operands(&options, &file, &manifest);
    if (status == EXIT_GOOD && file) status = verify_file(&options, file, manifest, &tally);
    else if (status == EXIT_GOOD) {
        status = cw_options_model(&options, manifest, &model);
        if (status == EXIT_GOOD) status = verify_device(&options, &model, &tally);
    }
    json_decref(tally.rows);
    cw_model_free(&model);
    return status;
}
