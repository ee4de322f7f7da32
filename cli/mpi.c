/* SPDX-License-Identifier: Apache-2.0
 *
 * cw-mpi: cw init by many ranks of an MPI program, which write one file.
 *
 * What they tell each other is one barrier, after rank 0 made FILE.part, and one reduction: the sums of what each rank
 * wrote, and how many failed. No element travels, and none is written twice.
 */
#include <mpi.h>

#include "cli.h"
#include "device.h"
#include "json.h"
#include "options.h"
#include "progress.h"
#include "save.h"

#include <stdlib.h>
#include <string.h>

static const cw_usage usage = {"mpirun -n N cw-mpi MODEL.json [--shard AXIS|auto] [--device D] -o FILE\n\n"
                               "Makes all tensors of a manifest, each rank a part of each, and writes them to one "
                               "FILE, which is the same for any number "
                               "of\nranks. Rank 0 compares the digests with those of the manifest.\n",
                               CW_OPT_TENSOR | CW_OPT_DEVICE | CW_OPT_OUTPUT | CW_OPT_JSON | CW_OPT_SHARD, 1};

typedef struct job {
    cw_options options;
    cw_model model, part;
    cw_device *device;
    cw_save save;
    cw_made made, whole;
} job;

static bool is_first(const job *j) { return j->options.shard.rank == 0; }

/* ---------------------------------------------------------------------------------------------- before MPI is there */

static int check(const cw_options *o) {
    if (!o->output || strcmp(o->output, "-") == 0)
        return cw_complain(EXIT_USAGE, "there is no file that ranks can write (name one with -o)");
    return o->exact ? cw_complain(EXIT_USAGE, "--exact is for what is printed (leave it out)") : EXIT_GOOD;
}

/* What fails here fails without the others waiting. */
static int prepare(job *j) {
    const cw_options *o = &j->options;
    const cw_format *format = NULL;
    int status = check(o);
    if (status == EXIT_GOOD && !(format = cw_format_of(o->output))) status = EXIT_USAGE;
    if (status == EXIT_GOOD) status = cw_options_model(o, o->operands ? o->operand[0] : NULL, &j->model);
    if (status == EXIT_GOOD) status = cw_format_check(format, &j->model, o->output);
    if (status == EXIT_GOOD) status = cw_format_check_parts(format, o->output);
    if (status == EXIT_GOOD) status = cw_save_plan(&j->save, format, &j->model);
    if (status == EXIT_GOOD) status = cw_device_open(cw_options_device(o), &j->device);
    return status;
}

/* ------------------------------------------------------------------------------------------------------- each rank */

static int write_sink(void *user, const cw_entry *entry, const cw_made_piece *made) {
    job *j = user;
    return cw_save_piece(&j->save, (size_t)(entry - j->part.entry), entry, made);
}

static int write_part(job *j) {
    int status = cw_shard_model(&j->options.shard, &j->model, &j->part);
    if (status != EXIT_GOOD) return status;
    if (is_first(j)) cw_progress_start(cw_model_bytes(&j->part), 3);
    status = cw_make(j->device, &j->part, CW_PIECE, write_sink, j, &j->made);
    cw_progress_end();
    return status == EXIT_GOOD ? cw_output_sync(&j->save.output) : status;
}

static int open_part(job *j) {
    const cw_options *o = &j->options;
    int status = is_first(j) ? cw_output_open(&j->save.output, o->output, o->resume) : EXIT_GOOD;
    MPI_Barrier(MPI_COMM_WORLD);
    return is_first(j) ? status : cw_output_join(&j->save.output, o->output, o->resume);
}

/* Adds up the sums of all ranks in rank 0, and counts those that failed: there, and only there, they are known after.
 */
static uint64_t reduce(job *j, bool failed) {
    const size_t words = 2 * j->model.count;
    uint64_t *own = calloc(2 * (words + 1), sizeof *own), *all = own + words + 1;
    if (!own) MPI_Abort(MPI_COMM_WORLD, cw_complain_memory());
    memcpy(own, j->save.sums, words * sizeof *own);
    own[words] = failed;
    MPI_Reduce(own, all, (int)words + 1, MPI_UINT64_T, MPI_SUM, 0, MPI_COMM_WORLD);
    memcpy(j->save.sums, all, words * sizeof *all);
    const uint64_t count = all[words];
    free(own);
    return count;
}

/* --------------------------------------------------------------------------------------------------------- rank 0 */

static int tell(const job *j) {
    const cw_options *o = &j->options;
    const cw_hex digest = cw_hex_of(j->whole.total);
    if (o->json)
        return cw_json_print(json_pack("{s:o, s:i, s:I, s:s, s:o}", "file", cw_json_text(o->output), "world",
                                       (int)o->shard.world, "bytes", (json_int_t)j->whole.bytes, "digest", digest.text,
                                       "matches_manifest", j->model.has_digest ? json_true() : json_null()));
    printf("%s: %zu tensor%s, ", o->output, j->whole.tensors, j->whole.tensors == 1 ? "" : "s");
    cw_put_size(j->whole.bytes);
    printf(" from %u rank%s, ", o->shard.world, o->shard.world == 1 ? "" : "s");
    cw_made_put_digest(&j->whole, &j->model);
    putchar('\n');
    return EXIT_GOOD;
}

static int finish(job *j, int status, uint64_t failed) {
    if (status == EXIT_GOOD && failed)
        status = cw_complain(EXIT_IO, "%s is not finished: %u of %u ranks failed (see what they say)",
                             j->options.output, (unsigned)failed, j->options.shard.world);
    if (status == EXIT_GOOD) status = cw_save_finish(&j->save, &j->whole);
    else cw_output_abandon(&j->save.output);
    if (status == EXIT_GOOD) status = tell(j);
    return status;
}

static int run(job *j) {
    int rank, world, given;
    MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &given);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &world);
    j->options.shard.rank = (uint32_t)rank;
    j->options.shard.world = (uint32_t)world;
    int status = open_part(j);
    if (status == EXIT_GOOD) status = write_part(j);
    const uint64_t failed = reduce(j, status != EXIT_GOOD);
    if (is_first(j)) status = finish(j, status, failed);
    else cw_output_leave(&j->save.output);
    MPI_Finalize();
    return status;
}

int main(int argc, char **argv) {
    job j = {.device = NULL};
    int status = cw_options_read(argc, argv, &usage, &j.options);
    if (status == EXIT_GOOD && !j.options.answered) {
        status = prepare(&j);
        if (status == EXIT_GOOD) status = run(&j);
    }
    cw_save_free(&j.save);
    cw_device_close(j.device);
    free(j.part.entry);
    cw_model_free(&j.model);
    return cw_close_stdout(status);
}
