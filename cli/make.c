/* SPDX-License-Identifier: Apache-2.0 */
#include "make.h"

#include "cli.h"
#include "progress.h"

#include <stdlib.h>
#include <string.h>

cw_sums cw_tensor_digest(const cw_tensor *tensor, const void *data) {
    cw_sums sums = {{0, 0}};
    cw_digest_add(&sums, tensor->dtype, data, 0, tensor->bytes / cw_dtype_size(tensor->dtype));
    return cw_digest_finish(sums, tensor->dtype, tensor->rank, tensor->shape);
}

/* One destination, large enough for every tensor, and scratch memory for it, and host memory for its copy, which the CPU does not need. */
typedef struct maker {
    cw_device *device;
    cw_destination destination, scratch;
    void *copy;
    cw_sink *sink;
    void *user;
    cw_made made;
} maker;

static uint64_t largest(const cw_model *model, uint64_t (*bytes_of)(const cw_plan *plan)) {
    uint64_t most = 0;
    for (size_t i = 0; i < model->count; i++) {
        const cw_entry *entry = &model->entry[i];
        if (bytes_of(&entry->plan) > most) most = bytes_of(&entry->plan);
        for (size_t part = 0; part < entry->parts; part++)
            if (bytes_of(&entry->part[part].plan) > most) most = bytes_of(&entry->part[part].plan);
    }
    return most;
}

/* What matrix initializers work in, where there are any. */
static int allocate_scratch(maker *m, uint64_t bytes) {
    cw_error why;
    if (bytes == 0) return EXIT_GOOD;
    if (cw_allocate(m->device, bytes, &m->scratch, &why)) return cw_complain_library(NULL, &why);
    cw_lend(&m->destination, &m->scratch);
    return EXIT_GOOD;
}

static int allocate(maker *m, uint64_t bytes) {
    cw_error why;
    if (cw_allocate(m->device, bytes, &m->destination, &why)) return cw_complain_library(NULL, &why);
    if (m->destination.backend == CW_BACKEND_CPU) return EXIT_GOOD;
    m->copy = malloc(bytes ? (size_t)bytes : 1);
    return m->copy ? EXIT_GOOD : cw_complain_memory();
}

/* Parts lie one behind the other. */
static cw_status fill_all(const maker *m, const cw_entry *entry, cw_error *why) {
    cw_destination to = m->destination;
    for (size_t i = 0; i < cw_entry_plans(entry); i++) {
        const cw_plan *plan = &cw_entry_planned(entry, i)->plan;
        const cw_status status = cw_fill(m->device, plan, &to, why);
        if (status) return status;
        to.offset += cw_plan_bytes(plan);
        to.bytes -= cw_plan_bytes(plan);
    }
    return CW_OK;
}

static int fill(maker *m, const cw_entry *entry) {
    cw_error why;
    const double start = cw_now();
    if (fill_all(m, entry, &why) || cw_sync(m->device, &m->destination, &why))
        return cw_complain_library(entry->name, &why);
    m->made.seconds += cw_now() - start;
    if (m->copy && cw_read(m->device, &m->destination, m->copy, cw_plan_bytes(&entry->plan), &why))
        return cw_complain_library(entry->name, &why);
    return EXIT_GOOD;
}

void cw_made_add(cw_made *made, const cw_model *model, const cw_entry *entry, cw_sums digest) {
    made->tensors++;
    made->elements += cw_plan_elements(&entry->plan);
    made->bytes += cw_plan_bytes(&entry->plan);
    cw_digest_total(&made->total, model->one ? "" : entry->name, digest);
    if (!entry->has_digest || memcmp(&digest, &entry->digest, sizeof digest) == 0) return;
    if (made->wrong++ == 0) made->first_wrong = entry->name;
}

static int make_one(maker *m, const cw_model *model, const cw_entry *entry) {
    const int status = fill(m, entry);
    if (status != EXIT_GOOD) return status;
    const cw_tensor tensor = cw_entry_tensor(entry);
    const void *data = m->copy ? m->copy : m->destination.memory;
    const cw_sums digest = cw_tensor_digest(&tensor, data);
    cw_made_add(&m->made, model, entry, digest);
    return m->sink ? m->sink(m->user, entry, data, digest) : EXIT_GOOD;
}

static int make_all(maker *m, const cw_model *model) {
    cw_progress progress = cw_progress_start(model);
    int status = EXIT_GOOD;
    for (size_t i = 0; i < model->count && status == EXIT_GOOD; i++) {
        status = make_one(m, model, &model->entry[i]);
        cw_progress_show(&progress, m->made.bytes);
    }
    cw_progress_end(&progress);
    return status;
}

int cw_make(cw_device *device, const cw_model *model, cw_sink *sink, void *user, cw_made *made) {
    maker m = {.device = device, .sink = sink, .user = user};
    int status = allocate(&m, largest(model, cw_plan_bytes));
    if (status == EXIT_GOOD) status = allocate_scratch(&m, largest(model, cw_plan_scratch));
    if (status == EXIT_GOOD) status = make_all(&m, model);
    free(m.copy);
    cw_release(device, &m.destination);
    cw_release(device, &m.scratch);
    *made = m.made;
    return status;
}

int cw_made_check(const cw_made *made, const cw_model *model) {
    if (made->wrong)
        return cw_complain(EXIT_DIFFERS, "%zu of %zu tensors have another digest than the manifest says, first %s (see cw verify)",
                           made->wrong, made->tensors, made->first_wrong);
    if (model->has_digest && memcmp(&made->total, &model->digest, sizeof made->total) != 0)
        return cw_complain(EXIT_DIFFERS, "the total digest is %s and the manifest says %s (is a tensor missing or renamed?)",
                           cw_hex_of(made->total).text, cw_hex_of(model->digest).text);
    return EXIT_GOOD;
}

double cw_made_gbps(const cw_made *made) { return made->seconds > 0 ? (double)made->bytes * 1e-9 / made->seconds : 0; }
