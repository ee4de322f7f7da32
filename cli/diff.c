/* SPDX-License-Identifier: Apache-2.0
 *
 * cw diff: two files, or what two devices write.
 */
#include "cli.h"
#include "commands.h"
#include "compare.h"
#include "device.h"
#include "make.h"
#include "options.h"
#include "progress.h"
#include "tensors.h"

static const cw_usage usage = {"cw diff FILE1 FILE2\n"
                               "cw diff [options] --device D1 --device D2\n"
                               "cw diff MODEL.json --device D1 --device D2\n\n"
                               "Compares the bits: how many elements differ, the first and the worst, the distance in "
                               "units in the last place, and\n"
                               "the likely cause. Tensors pair by name; one without a name, as in .npy or made from "
                               "options, with the only one of\n"
                               "the other file. Exit status 1: something differs.\n",
                               CW_OPT_TENSOR | CW_OPT_DEVICE | CW_OPT_DEVICES | CW_OPT_JSON, 2};

/* -------------------------------------------------------------------------------------------------- two files */

static int diff_pair(cw_tally *tally, const cw_tensor *a, const cw_tensor *b) {
    cw_tensor t = *a;
    char what[2 * sizeof(cw_shape_text) + 64], unnamed[] = CW_UNNAMED;
    if (!t.name) t.name = unnamed;
    if (!b) return cw_tally_whole(tally, t.name, "is only in the first file", NULL);
    if (cw_tensor_same_form(a, b)) return cw_tally_pair(tally, &t, NULL, a->data, b->data);
    snprintf(what, sizeof what, "%s %s and %s %s", cw_dtype_name(a->dtype), cw_shape_text_of(a->rank, a->shape).text,
             cw_dtype_name(b->dtype), cw_shape_text_of(b->rank, b->shape).text);
    const cw_cause cause = cw_cause_of_form(a, b);
    return cw_tally_whole(tally, t.name, what, &cause);
}

static int diff_tensors(cw_tally *tally, const cw_tensors *a, const cw_tensors *b) {
    int status = EXIT_GOOD;
    for (size_t i = 0; i < a->count && status == EXIT_GOOD; i++)
        status = diff_pair(tally, &a->tensor[i], cw_tensors_partner(b, a, &a->tensor[i]));
    for (size_t i = 0; i < b->count && status == EXIT_GOOD; i++)
        if (!cw_tensors_partner(a, b, &b->tensor[i]))
            status = cw_tally_whole(tally, cw_tensor_name(&b->tensor[i]), "is only in the second file", NULL);
    return status;
}

static int diff_files(const cw_options *options, cw_tally *tally) {
    cw_tensors a = {0}, b = {0};
    char what[512];
    snprintf(what, sizeof what, "%.240s and %.240s", options->operand[0], options->operand[1]);
    if (options->tensor_option || options->devices)
        return cw_complain(EXIT_USAGE, "--%s does not go with files (see cw diff --help)",
                           options->tensor_option ? options->tensor_option : "device");
    cw_progress_start(cw_file_bytes(options->operand[0]) + cw_file_bytes(options->operand[1]), 2);
    int status = cw_tensors_read(options->operand[0], &a);
    if (status == EXIT_GOOD) status = cw_tensors_read(options->operand[1], &b);
    if (status == EXIT_GOOD) status = diff_tensors(tally, &a, &b);
    if (status == EXIT_GOOD) status = cw_tally_end(tally, what);
    cw_tensors_free(&a);
    cw_tensors_free(&b);
    return status;
}

/* ------------------------------------------------------------------------------------------------- two devices */

/* The second device makes each tensor while the first one's is in memory. */
typedef struct pair {
    cw_device *second;
    cw_tally *tally;
    const void *expected;
} pair;

static int second_sink(void *user, const cw_entry *entry, const cw_made_piece *made) {
    const pair *p = user;
    const cw_tensor t = cw_entry_tensor(entry);
    return cw_tally_pair(p->tally, &t, entry, p->expected, made->data);
}

static int first_sink(void *user, const cw_entry *entry, const cw_made_piece *first) {
    pair *p = user;
    cw_model one = {.entry = (cw_entry *)(uintptr_t)entry, .count = 1};
    cw_made made;
    p->expected = first->data;
    return cw_make(p->second, &one, 0, second_sink, p, &made);
}

static int diff_devices(const cw_options *options, const cw_model *model, cw_tally *tally) {
    cw_device *first = NULL;
    pair p = {.tally = tally};
    cw_made made;
    char what[128];
    snprintf(what, sizeof what, "%s and %s", options->device[0], options->device[1]);
    int status = cw_device_open(options->device[0], &first);
    if (status == EXIT_GOOD) status = cw_device_open(options->device[1], &p.second);
    cw_progress_start(2 * cw_model_bytes(model), 3);
    if (status == EXIT_GOOD) status = cw_make(first, model, 0, first_sink, &p, &made);
    if (status == EXIT_GOOD) status = cw_tally_end(tally, what);
    cw_device_close(first);
    cw_device_close(p.second);
    return status;
}

/* ----------------------------------------------------------------------------------------------------- together */

static int diff_made(const cw_options *options, cw_tally *tally) {
    cw_model model = {0};
    if (options->devices != CW_MAX_DEVICES)
        return cw_complain(EXIT_USAGE, "two files or two devices are compared (see cw diff --help)");
    int status = cw_options_model(options, options->operands ? options->operand[0] : NULL, &model);
    if (status == EXIT_GOOD) status = diff_devices(options, &model, tally);
    cw_model_free(&model);
    return status;
}

int cw_diff_command(int argc, char **argv) {
    cw_options options;
    int status = cw_options_read(argc, argv, &usage, &options);
    if (status != EXIT_GOOD || options.answered) return status;
    cw_tally tally = {.json = options.json};
    status = options.operands == 2 ? diff_files(&options, &tally) : diff_made(&options, &tally);
    cw_tally_free(&tally);
    return status;
}
