/* SPDX-License-Identifier: Apache-2.0
 *
 * cw init: makes tensors and prints them or writes them to a file.
 */
#include "cli.h"
#include "commands.h"
#include "device.h"
#include "format.h"
#include "json.h"
#include "make.h"
#include "options.h"
#include "output.h"
#include "print.h"

#include <math.h>
#include <string.h>

static const cw_usage usage = {
    "cw init [options] [-o FILE]\n"
    "cw init MODEL.json [-o FILE]\n\n"
    "Makes one tensor, or all tensors of a manifest, on a device. Prints them as NumPy does, or writes them to FILE.\n",
    CW_OPT_TENSOR | CW_OPT_DEVICE | CW_OPT_OUTPUT | CW_OPT_JSON, 1};

typedef struct job {
    const cw_options *options;
    cw_model model;
    cw_device *device;
    cw_made made;
    cw_output output;
    cw_sums last;    /* digest of the tensor that was written last */
    json_t *tensors; /* for --json */
} job;

/* -------------------------------------------------------------------------------------------------- to a person */

static int print_sink(void *user, const cw_entry *entry, const void *data, cw_sums digest) {
    const job *j = user;
    const cw_tensor t = cw_entry_tensor(entry);
    (void)digest;
    if (!j->model.one) {
        cw_put_name(entry->name);
        putchar('\n');
    }
    (j->options->exact ? cw_print_exact : cw_print_array)(stdout, data, t.rank, t.shape);
    return EXIT_GOOD;
}

/* ------------------------------------------------------------------------------------------------------ as JSON */

/* JSON has no infinity: it is written as text. */
static json_t *number_of(float x) { return isfinite(x) ? json_real((double)x) : json_string(x < 0 ? "-inf" : "inf"); }

static json_t *values_of(const cw_tensor *t, uint32_t axis, const float **data) {
    if (axis == t->rank) return number_of(*(*data)++);
    json_t *list = json_array();
    for (uint64_t i = 0; i < t->shape[axis]; i++) json_array_append_new(list, values_of(t, axis + 1, data));
    return list;
}

static json_t *shape_of(const cw_tensor *t) {
    json_t *list = json_array();
    for (uint32_t i = 0; i < t->rank; i++) json_array_append_new(list, json_integer((json_int_t)t->shape[i]));
    return list;
}

/* An empty array can have axes of any length around the empty one: it has no values to list. */
static int json_sink(void *user, const cw_entry *entry, const void *data, cw_sums digest) {
    const job *j = user;
    const cw_tensor t = cw_entry_tensor(entry);
    const float *at = data;
    json_t *object = json_pack("{s:s?, s:s, s:o, s:s, s:I, s:s}", "name", entry->name, "initializer",
                               cw_initializer_name(entry->fields.spec.initializer), "shape", shape_of(&t), "dtype",
                               cw_dtype_name(t.dtype), "bytes", (json_int_t)t.bytes, "digest", cw_hex_of(digest).text);
    if (!j->options->output) json_object_set_new(object, "values", t.bytes ? values_of(&t, 0, &at) : json_array());
    return json_array_append_new(j->tensors, object) == 0 ? EXIT_GOOD : cw_complain_memory();
}

static int print_json(const job *j) {
    json_t *file = j->options->output ? cw_json_text(j->options->output) : json_null();
    json_t *result = json_pack("{s:s, s:o, s:O, s:I, s:f, s:f, s:s, s:o}", "device", cw_options_device(j->options), "file",
                               file, "tensors", j->tensors, "bytes", (json_int_t)j->made.bytes, "seconds",
                               j->made.seconds, "gbps", cw_made_gbps(&j->made), "digest", cw_hex_of(j->made.total).text,
                               "matches_manifest", j->model.has_digest ? json_true() : json_null());
    return cw_json_print(result);
}

/* ---------------------------------------------------------------------------------------------------- to a file */

static int file_sink(void *user, const cw_entry *entry, const void *data, cw_sums digest) {
    job *j = user;
    j->last = digest;
    if (!cw_output_write(&j->output, data, cw_plan_bytes(&entry->plan))) return cw_output_finish(&j->output);
    return j->tensors ? json_sink(user, entry, data, digest) : EXIT_GOOD;
}

/* A tensor without a name has its own digest, which `cw digest` gives for it whatever the file. */
static void print_summary(const job *j) {
    const cw_sums digest = j->model.one ? j->last : j->made.total;
    printf("%s: %zu tensor%s, %.6g MB, %.3f s on %s (%.2f GB/s), digest %s%s\n", j->options->output, j->made.tensors,
           j->made.tensors == 1 ? "" : "s", (double)j->made.bytes * 1e-6, j->made.seconds, cw_options_device(j->options),
           cw_made_gbps(&j->made), cw_hex_of(digest).text, j->model.has_digest ? ", as the manifest says" : "");
}

static int write_file(job *j, const cw_format *format) {
    int status = cw_output_open(&j->output, j->options->output);
    if (status == EXIT_GOOD) status = format->begin(cw_output_file(&j->output), &j->model);
    if (status == EXIT_GOOD) status = cw_make(j->device, &j->model, file_sink, j, &j->made);
    if (status == EXIT_GOOD) status = cw_made_check(&j->made, &j->model);
    if (status == EXIT_GOOD) return cw_output_finish(&j->output);
    cw_output_abandon(&j->output);
    return status;
}

static int write_and_tell(job *j, const cw_format *format) {
    const bool to_stdout = strcmp(j->options->output, "-") == 0;
    if (to_stdout && j->options->json) return cw_complain(EXIT_USAGE, "-o - and --json both want stdout (name a file)");
    const int status = write_file(j, format);
    if (status != EXIT_GOOD || to_stdout) return status;
    if (j->options->json) return print_json(j);
    print_summary(j);
    return EXIT_GOOD;
}

static int print(job *j) {
    int status = cw_make(j->device, &j->model, j->tensors ? json_sink : print_sink, j, &j->made);
    if (status == EXIT_GOOD) status = cw_made_check(&j->made, &j->model);
    return status == EXIT_GOOD && j->tensors ? print_json(j) : status;
}

/* ----------------------------------------------------------------------------------------------------- together */

static int run(job *j, const cw_format *format) {
    if (j->options->json && !(j->tensors = json_array())) return cw_complain_memory();
    const int status = format ? write_and_tell(j, format) : print(j);
    json_decref(j->tensors);
    return status;
}

int cw_init_command(int argc, char **argv) {
    cw_options options;
    job j = {.options = &options};
    const cw_format *format = NULL;
    int status = cw_options_read(argc, argv, &usage, &options);
    if (status != EXIT_GOOD || options.answered) return status;
    if (options.output && !(format = cw_format_of(options.output))) return EXIT_USAGE;
    status = cw_options_model(&options, options.operands ? options.operand[0] : NULL, &j.model);
    if (status == EXIT_GOOD && format) status = cw_format_check(format, &j.model, options.output);
    if (status == EXIT_GOOD) status = cw_device_open(cw_options_device(&options), options.threads, &j.device);
    if (status == EXIT_GOOD) status = run(&j, format);
    cw_device_close(j.device);
    cw_model_free(&j.model);
    return status;
}
