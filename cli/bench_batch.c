/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_batch.h"

#include "cli.h"
#include "json.h"
#include "piece.h"
#include "timing.h"

#include <inttypes.h>
#include <stdlib.h>

/* What is filled lies one behind the other, each as an allocation of its own would. */
enum { ALIGNMENT = 64 };

typedef struct fills {
    cw_device *device;
    const char *word;
    cw_model model;
    uint64_t count, bytes, scratch, launches;
    cw_batch_item *item;
    cw_patch *patch;
    cw_destination memory, lent;
    cw_batch *batch;
} fills;

/* ------------------------------------------------------------------------------------------------------------ items */

static void add_patch(fills *f, const cw_entry *entry, size_t plan) {
    const cw_piece all = cw_piece_all(entry);
    cw_patch *p = &f->patch[f->count];
    *p = cw_patch_of(entry, &all, plan);
    f->item[f->count].plan = &p->made->plan;
    f->item[f->count].slice = cw_patch_slice(p);
    f->item[f->count].destination.offset = f->bytes + p->at;
    f->item[f->count].destination.bytes = p->bytes;
    f->launches += p->launches;
    if (p->scratch > f->scratch) f->scratch = p->scratch;
    f->count++;
}

static int take_model(fills *f, const char *path) {
    size_t plans = 0;
    const int status = cw_model_read(path, &f->model);
    if (status != EXIT_GOOD) return status;
    for (size_t i = 0; i < f->model.count; i++) plans += cw_entry_plans(&f->model.entry[i]);
    f->item = calloc(plans + 1, sizeof *f->item);
    f->patch = calloc(plans + 1, sizeof *f->patch);
    if (!f->item || !f->patch) return cw_complain_memory();
    for (size_t i = 0; i < f->model.count; i++) {
        const cw_entry *entry = &f->model.entry[i];
        for (size_t plan = 0; plan < cw_entry_plans(entry); plan++) add_patch(f, entry, plan);
        f->bytes = (f->bytes + entry->extent.bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
    return EXIT_GOOD;
}

static cw_status place(fills *f, cw_error *why) {
    cw_status status = cw_allocate(f->device, f->bytes, &f->memory, why);
    if (!status && f->scratch) status = cw_allocate(f->device, f->scratch, &f->lent, why);
    if (status) return status;
    if (f->scratch) cw_lend(&f->memory, &f->lent);
    for (uint64_t i = 0; i < f->count; i++) {
        const uint64_t offset = f->item[i].destination.offset, bytes = f->item[i].destination.bytes;
        f->item[i].destination = f->memory;
        f->item[i].destination.offset += offset;
        f->item[i].destination.bytes = bytes;
    }
    return cw_batch_make(f->device, f->item, f->count, &f->batch, why);
}

/* ----------------------------------------------------------------------------------------------------------- timing */

static cw_status one_by_one(const void *user, uint64_t times, double *seconds, cw_error *why) {
    const fills *f = user;
    cw_status status = cw_timer_start(f->device, &f->memory, why);
    for (uint64_t n = 0; n < times; n++)
        for (uint64_t i = 0; i < f->count && !status; i++)
            status = cw_fill_slice(f->device, f->item[i].plan, f->item[i].slice, &f->item[i].destination, why);
    return status ? status : cw_timer_stop(f->device, &f->memory, seconds, why);
}

static cw_status in_batch(const void *user, uint64_t times, double *seconds, cw_error *why) {
    const fills *f = user;
    cw_status status = cw_timer_start(f->device, &f->memory, why);
    for (uint64_t n = 0; n < times && !status; n++) status = cw_batch_fill(f->batch, &f->memory, why);
    return status ? status : cw_timer_stop(f->device, &f->memory, seconds, why);
}

/* ---------------------------------------------------------------------------------------------------------- results */

static int print_json(const fills *f, const char *path, const double *seconds) {
    return cw_json_print(json_pack("{s:s, s:s, s:I, s:I, s:I, s:f, s:I, s:f, s:f}", "model", path, "device", f->word,
                                   "tensors", (json_int_t)f->model.count, "bytes",
                                   (json_int_t)cw_model_bytes(&f->model), "fill_launches", (json_int_t)f->launches,
                                   "fills_s", seconds[0], "batch_launches", (json_int_t)cw_batch_launches(f->batch),
                                   "batch_s", seconds[1], "ratio", seconds[0] / seconds[1]));
}

static void print_line(const char *how, uint64_t launches, uint64_t bytes, double seconds) {
    printf("%-20s %8" PRIu64 " launch%-2s %10s %9s GB/s\n", how, launches, launches == 1 ? "" : "es",
           cw_time_of(seconds).text, cw_digits_of((double)bytes * 1e-9 / seconds).text);
}

static int print_result(const fills *f, const char *path, const double *seconds) {
    const uint64_t bytes = cw_model_bytes(&f->model);
    printf("%s on %s: %zu tensors, %" PRIu64 " bytes; medians of %d\n", path, f->word, f->model.count, bytes,
           CW_ROUNDS);
    print_line("one fill per tensor", f->launches, bytes, seconds[0]);
    print_line("one batch", cw_batch_launches(f->batch), bytes, seconds[1]);
    printf("the batch is %.2f times as fast\n", seconds[0] / seconds[1]);
    return EXIT_GOOD;
}

static int run(fills *f, const char *path, double row, bool json) {
    cw_act *const acts[] = {one_by_one, in_batch};
    double seconds[2];
    cw_error why;
    const int status = take_model(f, path);
    if (status != EXIT_GOOD) return status;
    if (f->bytes == 0) return cw_complain(EXIT_USAGE, "%s has no elements to fill (choose another model)", path);
    if (place(f, &why) || cw_time_in_turn(acts, 2, f, row, seconds, &why)) return cw_complain_library(f->word, &why);
    return json ? print_json(f, path, seconds) : print_result(f, path, seconds);
}

int cw_bench_batch(cw_device *device, const char *word, const char *path, double row, bool json) {
    fills f = {.device = device, .word = word};
    const int status = run(&f, path, row, json);
    cw_batch_free(f.batch);
    if (f.lent.struct_size) cw_release(device, &f.lent);
    if (f.memory.struct_size) cw_release(device, &f.memory);
    free(f.item);
    free(f.patch);
    cw_model_free(&f.model);
    return status;
}
