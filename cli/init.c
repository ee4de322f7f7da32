/* SPDX-License-Identifier: Apache-2.0
 *
 * cw init: makes tensors and prints them or writes them to a file.
 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "cli.h"
#include "commands.h"
#include "device.h"
#include "element.h"
#include "json.h"
#include "make.h"
#include "options.h"
#include "print.h"
#include "progress.h"
#include "ranks.h"

#include <stdlib.h>
#include <string.h>

static const cw_usage usage = {
    "cw init [options] [-o FILE]\n"
    "cw init MODEL.json [-o FILE]\n"
    "cw init MODEL.json --rank R --world N [--shard AXIS|auto] -o FILE\n\n"
    "Makes one tensor, or all tensors of a manifest, on a device. Prints them as NumPy does, or writes them to FILE.\n"
    "With --rank each process writes a part of each tensor into the same FILE.part, in any order, with no other word\n"
    "between them; the last names it FILE. The file is the same for any number of ranks.\n"
    "The digest in the summary is the total that cw digest prints. With --json, values read back to the same bits; "
    "nan,\n"
    "inf and -inf are strings, and integers may need 64 bits.\n",
    CW_OPT_TENSOR | CW_OPT_DEVICE | CW_OPT_OUTPUT | CW_OPT_JSON | CW_OPT_SHARD | CW_OPT_RANK, 1};

typedef struct job {
    const cw_options *options;
    cw_model model;
    cw_device *device;
    cw_model part; /* what this process makes of the model: all, or a rank's part */
    cw_made made, whole;
    cw_save save;
    uint64_t kept; /* bytes that --resume found */
    cw_ranks ranks;
    FILE *tensors; /* for --json: their objects, collected in `text` */
    char *text;
    size_t length;
} job;

/* -------------------------------------------------------------------------------------------------- to a person */

static int print_sink(void *user, const cw_entry *entry, const cw_made_piece *made) {
    const job *j = user;
    const cw_tensor t = cw_entry_tensor(entry);
    cw_progress_hide();
    if (!j->model.one) {
        cw_put_name(entry->name);
        putchar('\n');
    }
    (j->options->exact ? cw_print_exact : cw_print_array)(stdout, t.dtype, made->data, t.rank, t.shape);
    return EXIT_GOOD;
}

/* ------------------------------------------------------------------------------------------------------ as JSON */

static json_t *shape_of(const cw_tensor *t) {
    json_t *list = json_array();
    for (uint32_t i = 0; i < t->rank; i++) json_array_append_new(list, json_integer((json_int_t)t->shape[i]));
    return list;
}

/* The values are no json_t: jansson has no integers from 2^63 on, and writes every number with the same precision. */
static int json_sink(void *user, const cw_entry *entry, const cw_made_piece *made) {
    const job *j = user;
    const cw_tensor t = cw_entry_tensor(entry);
    json_t *object =
        json_pack("{s:s?, s:s, s:o, s:s, s:I, s:s}", "name", entry->name, "initializer",
                  cw_initializer_name(entry->fields.spec.initializer), "shape", shape_of(&t), "dtype",
                  cw_dtype_name(t.dtype), "bytes", (json_int_t)t.bytes, "digest", cw_hex_of(made->digest).text);
    if (!object) return cw_complain_memory();
    fputs(entry == j->model.entry ? "\n{" : ",\n{", j->tensors);
    json_dumpf(object, j->tensors, JSON_EMBED);
    json_decref(object);
    if (!j->options->output) {
        fputs(", \"values\": ", j->tensors);
        cw_elements_json(j->tensors, t.dtype, made->data, t.rank, t.shape);
    }
    fputc('}', j->tensors);
    return ferror(j->tensors) ? cw_complain_memory() : EXIT_GOOD;
}

static json_t *result_of(const job *j) {
    json_t *file = j->options->output ? cw_json_text(j->options->output) : json_null();
    const bool all = !j->options->has_rank || j->ranks.last;
    return json_pack("{s:s, s:o, s:I, s:f, s:f, s:o, s:o}", "device", cw_options_device(j->options), "file", file,
                     "bytes", (json_int_t)j->made.bytes, "seconds", j->made.seconds, "gbps", cw_made_gbps(&j->made),
                     "digest", all ? json_string(cw_hex_of(j->whole.total).text) : json_null(), "matches_manifest",
                     all && j->model.has_digest ? json_true() : json_null());
}

static void add_rank(const job *j, json_t *result) {
    const cw_shard *s = &j->options->shard;
    if (!j->options->has_rank) return;
    json_object_set_new(result, "rank", json_integer(s->rank));
    json_object_set_new(result, "world", json_integer(s->world));
    json_object_set_new(result, "missing", json_integer(j->ranks.missing));
}

static int print_json(const job *j) {
    json_t *result = result_of(j);
    if (!result || fflush(j->tensors) != 0) return cw_complain_memory();
    if (j->options->resume) json_object_set_new(result, "kept", json_integer((json_int_t)j->kept));
    add_rank(j, result);
    putchar('{');
    json_dumpf(result, stdout, JSON_EMBED | JSON_REAL_PRECISION(9));
    printf(", \"tensors\": [%s\n]}\n", j->text);
    json_decref(result);
    return EXIT_GOOD;
}

/* ---------------------------------------------------------------------------------------------------- to a file */

static int file_sink(void *user, const cw_entry *entry, const cw_made_piece *made) {
    job *j = user;
    const int status = cw_save_piece(&j->save, (size_t)(entry - j->part.entry), entry, made);
    const bool tell = j->tensors && made->last && !j->options->has_rank;
    return status == EXIT_GOOD && tell ? json_sink(user, entry, made) : status;
}

static void print_kept(const job *j) {
    if (!j->options->resume) return;
    printf(", ");
    cw_put_size(j->kept);
    printf(" of it were there");
}

/* The digest is the total of all tensors and their names, as in --json and in the last line of `cw digest`. */
static void print_summary(const job *j) {
    printf("%s: %zu tensor%s, ", j->options->output, j->made.tensors, j->made.tensors == 1 ? "" : "s");
    cw_put_size(j->made.bytes);
    printf(", %.3g s on %s (%.3g GB/s), ", j->made.seconds, cw_options_device(j->options), cw_made_gbps(&j->made));
    cw_made_put_digest(&j->whole, &j->model);
    print_kept(j);
    putchar('\n');
}

static int write_file(job *j) {
    int status = cw_output_open(&j->save.output, j->options->output, j->options->resume);
    if (status != EXIT_GOOD) return status;
    status = cw_save_make(&j->save, j->device, &j->part, file_sink, j, &j->made);
    j->kept = j->save.output.kept;
    if (status == EXIT_GOOD) return cw_save_finish(&j->save, &j->whole);
    cw_output_abandon(&j->save.output);
    return status;
}

/* ------------------------------------------------------------------------------------------------ a rank's part */

static void print_rank(const job *j) {
    const cw_shard *s = &j->options->shard;
    printf("%s: rank %u of %u, ", j->options->output, s->rank, s->world);
    cw_put_size(j->made.bytes);
    printf(", %.3g s on %s", j->made.seconds, cw_options_device(j->options));
    print_kept(j);
    if (j->ranks.last) {
        printf("; all ranks are there, ");
        cw_made_put_digest(&j->whole, &j->model);
    } else if (j->ranks.missing == 0) printf("; another process finished the file");
    else
        printf("; %u rank%s still to come, first rank %u", j->ranks.missing, j->ranks.missing == 1 ? " is" : "s are",
               j->ranks.first_missing);
    putchar('\n');
}

static int write_part(job *j) {
    int status = cw_ranks_open(&j->ranks, &j->save, &j->options->shard, j->options->output, j->options->resume);
    if (status != EXIT_GOOD) return status;
    status = cw_make(j->device, &j->part, CW_PIECE, file_sink, j, &j->made);
    j->kept = j->save.output.kept;
    if (status == EXIT_GOOD) status = cw_ranks_close(&j->ranks);
    else cw_output_leave(&j->save.output);
    return status == EXIT_GOOD && j->ranks.last ? cw_save_finish(&j->save, &j->whole) : status;
}

/* --------------------------------------------------------------------------------------------------------- either */

static int write_and_tell(job *j, const cw_format *format) {
    const bool to_stdout = strcmp(j->options->output, "-") == 0;
    if (to_stdout && j->options->json) return cw_complain(EXIT_USAGE, "-o - and --json both want stdout (name a file)");
    int status = cw_save_plan(&j->save, format, &j->model);
    if (status == EXIT_GOOD) status = j->options->has_rank ? write_part(j) : write_file(j);
    cw_ranks_free(&j->ranks);
    cw_save_free(&j->save);
    cw_progress_end();
    if (status != EXIT_GOOD || to_stdout) return status;
    if (j->options->json) return print_json(j);
    (j->options->has_rank ? print_rank : print_summary)(j);
    return EXIT_GOOD;
}

static int print(job *j) {
    int status = cw_make(j->device, &j->model, 0, j->tensors ? json_sink : print_sink, j, &j->made);
    if (status == EXIT_GOOD) status = cw_made_check(&j->made, &j->model);
    cw_progress_end();
    j->whole = j->made;
    return status == EXIT_GOOD && j->tensors ? print_json(j) : status;
}

/* ----------------------------------------------------------------------------------------------------- together */

/* What has reached stdout cannot be taken back, as a file and collected JSON can: digests are looked at before. */
static bool must_check_first(const job *j) {
    bool digests = j->model.has_digest;
    for (size_t i = 0; i < j->model.count; i++) digests |= j->model.entry[i].has_digest;
    return digests && !j->options->json && (!j->options->output || strcmp(j->options->output, "-") == 0);
}

static int check_first(job *j) {
    const int status = cw_make(j->device, &j->model, CW_PIECE, NULL, NULL, &j->made);
    return status == EXIT_GOOD ? cw_made_check(&j->made, &j->model) : status;
}

static int run(job *j, const cw_format *format) {
    const bool first = must_check_first(j);
    if (j->options->json && !(j->tensors = open_memstream(&j->text, &j->length))) return cw_complain_memory();
    cw_progress_start(cw_model_bytes(&j->part), (first ? 4 : 2) + (format ? 1 : 0));
    int status = first ? check_first(j) : EXIT_GOOD;
    if (status == EXIT_GOOD) status = format ? write_and_tell(j, format) : print(j);
    if (j->tensors) fclose(j->tensors);
    free(j->text);
    return status;
}

static int take_part(job *j) {
    if (j->options->has_rank) return cw_shard_model(&j->options->shard, &j->model, &j->part);
    j->part = j->model;
    return EXIT_GOOD;
}

int cw_init_command(int argc, char **argv) {
    cw_options options;
    job j = {.options = &options};
    const cw_format *format = NULL;
    int status = cw_options_read(argc, argv, &usage, &options);
    if (status != EXIT_GOOD || options.answered) return status;
    if (options.exact && (options.json || options.output))
        return cw_complain(EXIT_USAGE, "--exact is for what is printed (leave out %s)", options.json ? "--json" : "-o");
    if (options.resume && (!options.output || strcmp(options.output, "-") == 0))
        return cw_complain(EXIT_USAGE, "--resume is for a file that a killed run left (name it with -o)");
    if (options.has_rank && (!options.output || strcmp(options.output, "-") == 0))
        return cw_complain(EXIT_USAGE, "--rank is for a part of a file (name it with -o)");
    if (options.output && !(format = cw_format_of(options.output))) return EXIT_USAGE;
    status = cw_options_model(&options, options.operands ? options.operand[0] : NULL, &j.model);
    if (status == EXIT_GOOD && format) status = cw_format_check(format, &j.model, options.output);
    if (status == EXIT_GOOD && options.has_rank) status = cw_format_check_parts(format, options.output);
    if (status == EXIT_GOOD) status = take_part(&j);
    if (status == EXIT_GOOD) status = cw_device_open(cw_options_device(&options), &j.device);
    if (status == EXIT_GOOD) status = run(&j, format);
    cw_device_close(j.device);
    if (options.has_rank) free(j.part.entry);
    cw_model_free(&j.model);
    return status;
}
