/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "ranks.h"

#include "cli.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A slot: a word that says whether it is filled, and two for each tensor. */
static const uint64_t filled = 0x64656c6c6966u;

static uint64_t slot_bytes(const cw_ranks *r) { return 8 + 16 * (uint64_t)r->save->model->count; }

static uint64_t slot_at(const cw_ranks *r, uint32_t rank) {
    return cw_save_end(r->save) + r->length + rank * slot_bytes(r);
}

/* Everything that the elements' bits and their division depend on. */
static int write_claim(cw_ranks *r) {
    const cw_shard *s = r->shard;
    FILE *text = open_memstream(&r->claim, &r->length);
    if (!text) return cw_complain_memory();
    fprintf(text, "counterweight %s, numerics %u, %" PRIu32 " ranks, ", cw_version(), (unsigned)cw_numerics_version(),
            s->world);
    if (s->has_axis) fprintf(text, "axis %" PRId64, s->axis);
    fprintf(text, "\n%s\n", r->save->model->text);
    const bool good = !ferror(text);
    return fclose(text) == 0 && good ? EXIT_GOOD : cw_complain_memory();
}

static bool is_ours(const cw_ranks *r) {
    char *found = malloc(r->length);
    const bool same = found && cw_output_read(&r->save->output, cw_save_end(r->save), found, r->length) &&
                      memcmp(found, r->claim, r->length) == 0;
    free(found);
    return same;
}

static void write_slot(const cw_ranks *r, uint64_t state) {
    cw_output_write(&r->save->output, slot_at(r, r->shard->rank), &state, sizeof state);
}

static bool is_empty(const cw_ranks *r) {
    char first;
    return !cw_output_read(&r->save->output, 0, &first, 1);
}

/* Elements that are there may be right, whoever made them; the slots behind them begin empty. */
static void begin(const cw_ranks *r) {
    cw_output *o = &r->save->output;
    cw_output_resize(o, cw_save_end(r->save));
    cw_output_write(o, cw_save_end(r->save), r->claim, r->length);
    cw_output_resize(o, slot_at(r, r->shard->world));
}

static int open_part(cw_ranks *r, const char *path, bool resume) {
    cw_output *o = &r->save->output;
    int status;
    while ((status = cw_output_share(o, path, resume)) == EXIT_GOOD) {
        if (is_ours(r)) return EXIT_GOOD;
        if (!resume && !is_empty(r)) {
            cw_output_abandon(o);
            continue;
        }
        begin(r);
        return EXIT_GOOD;
    }
    return status;
}

int cw_ranks_open(cw_ranks *ranks, cw_save *save, const cw_shard *shard, const char *path, bool resume) {
    *ranks = (cw_ranks){.shard = shard, .save = save};
    int status = write_claim(ranks);
    if (status == EXIT_GOOD) status = open_part(ranks, path, resume);
    if (status != EXIT_GOOD) return status;
    write_slot(ranks, 0);
    save->output.kept = 0; /* of elements none yet */
    cw_output_unlock(&save->output);
    return EXIT_GOOD;
}

/* ------------------------------------------------------------------------------------------------------ the end */

/* The sums before the word that vouches for them. */
static int fill_slot(const cw_ranks *r) {
    cw_output *o = &r->save->output;
    cw_output_write(o, slot_at(r, r->shard->rank) + 8, r->save->sums, 16 * r->save->model->count);
    const int status = cw_output_sync(o);
    if (status != EXIT_GOOD) return status;
    write_slot(r, filled);
    return cw_output_sync(o);
}

static void find_missing(cw_ranks *r) {
    for (uint32_t rank = 0; rank < r->shard->world; rank++) {
        uint64_t state;
        const bool there = cw_output_read(&r->save->output, slot_at(r, rank), &state, sizeof state);
        if (there && state == filled) continue;
        if (r->missing++ == 0) r->first_missing = rank;
    }
}

/* Of all ranks, into the place of this rank's own. False where a slot has gone. */
static bool read_sums(cw_ranks *r, cw_sums *slot) {
    const size_t tensors = r->save->model->count;
    memset(r->save->sums, 0, tensors * sizeof *slot);
    for (uint32_t rank = 0; rank < r->shard->world; rank++) {
        if (!cw_output_read(&r->save->output, slot_at(r, rank) + 8, slot, tensors * sizeof *slot)) return false;
        for (size_t i = 0; i < tensors; i++)
            for (int w = 0; w < 2; w++) r->save->sums[i].word[w] += slot[i].word[w];
    }
    return true;
}

static int add_sums(cw_ranks *r) {
    find_missing(r);
    if (r->missing) return EXIT_GOOD;
    cw_sums *slot = calloc(r->save->model->count + 1, sizeof *slot);
    const int status = !slot ? cw_complain_memory()
                       : read_sums(r, slot)
                           ? EXIT_GOOD
                           : cw_complain(EXIT_IO, "%s was cut off (start this rank again)", r->save->output.part);
    free(slot);
    return status;
}

/* Another process may have been started for the same rank. */
static int complain_replaced(const cw_ranks *r) {
    if (cw_output_is_finished(&r->save->output)) return EXIT_GOOD;
    return cw_complain(EXIT_IO, "%s was replaced while rank %" PRIu32 " wrote to it (let one run at a time write %s)",
                       r->save->output.part, r->shard->rank, r->save->output.path);
}

int cw_ranks_close(cw_ranks *ranks) {
    cw_output *o = &ranks->save->output;
    int status = cw_output_sync(o); /* without the lock, for it may take long */
    const bool named = status == EXIT_GOOD && cw_output_lock(o);
    if (status == EXIT_GOOD) status = named ? fill_slot(ranks) : complain_replaced(ranks);
    if (status == EXIT_GOOD && named) status = add_sums(ranks);
    ranks->last = status == EXIT_GOOD && named && ranks->missing == 0;
    if (!ranks->last) cw_output_leave(o);
    return status;
}

void cw_ranks_free(cw_ranks *ranks) { free(ranks->claim); }
