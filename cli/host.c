/* SPDX-License-Identifier: Apache-2.0 */
#include "host.h"

#include "cli.h"
#include "crew.h"
#include "progress.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* A matrix initializer, which works in scratch memory, has no part without the whole. */
static bool has_ranges(const cw_plan *plan) { return cw_plan_scratch(plan) == 0; }

/* --------------------------------------------------------------------------------------------------------- digest */

typedef struct digest_job {
    cw_dtype dtype;
    const char *data;
    _Atomic uint64_t word[2];
} digest_job;

static void add_piece(void *argument, uint64_t first, uint64_t count) {
    digest_job *j = argument;
    cw_sums sums = {{0, 0}};
    cw_digest_add(&sums, j->dtype, j->data + first * cw_dtype_size(j->dtype), first, count);
    for (int w = 0; w < 2; w++) atomic_fetch_add(&j->word[w], sums.word[w]);
}

cw_sums cw_tensor_digest(const cw_tensor *tensor, const void *data) {
    digest_job j = {.dtype = tensor->dtype, .data = data};
    const size_t size = cw_dtype_size(tensor->dtype);
    cw_progress_stage(tensor->bytes, 1);
    cw_crew_cut(tensor->bytes / size, size, add_piece, &j);
    const cw_sums sums = {{atomic_load(&j.word[0]), atomic_load(&j.word[1])}};
    return cw_digest_finish(sums, tensor->dtype, tensor->rank, tensor->shape);
}

/* ------------------------------------------------------------------------------------------------------ definition */

typedef struct check_job {
    const cw_plan *plan;
    const char *data;
    size_t size;
    atomic_bool differs;
} check_job;

static void check_piece(void *argument, uint64_t first, uint64_t count) {
    enum { CHUNK = 4096 };
    check_job *j = argument;
    uint64_t expected[CHUNK], n;
    for (uint64_t i = 0; i < count && !atomic_load(&j->differs); i += n) {
        n = count - i < CHUNK ? count - i : CHUNK;
        if (cw_reference(j->plan, first + i, n, expected, NULL) ||
            memcmp(expected, j->data + (first + i) * j->size, n * j->size) != 0)
            atomic_store(&j->differs, true);
    }
}

static int check_matrix(const cw_entry *entry, const void *data, bool *same) {
    cw_error why;
    const cw_status status = cw_verify(&entry->plan, data, cw_plan_bytes(&entry->plan), NULL, &why);
    *same = status == CW_OK;
    return status == CW_OK || status == CW_DIFFERS ? EXIT_GOOD : cw_complain_library(entry->name, &why);
}

static int check_planned(const cw_entry *entry, const void *data, bool *same) {
    const cw_tensor t = cw_entry_tensor(entry);
    check_job j = {.plan = &entry->plan, .data = data, .size = cw_dtype_size(t.dtype)};
    cw_progress_stage(t.bytes, 1);
    if (!has_ranges(&entry->plan)) return check_matrix(entry, data, same);
    cw_crew_cut(t.bytes / j.size, j.size, check_piece, &j);
    *same = !atomic_load(&j.differs);
    return EXIT_GOOD;
}

int cw_host_check(const cw_entry *entry, const void *data, bool *same) {
    const char *at = data;
    int status = EXIT_GOOD;
    *same = true;
    for (size_t i = 0; i < cw_entry_plans(entry) && *same && status == EXIT_GOOD; i++) {
        const cw_entry *planned = cw_entry_planned(entry, i);
        status = check_planned(planned, at, same);
        at += cw_plan_bytes(&planned->plan);
    }
    return status;
}

typedef struct make_job {
    const cw_plan *plan;
    char *to;
    size_t size;
    _Atomic(int) status;
    cw_error why;
} make_job;

static void make_piece(void *argument, uint64_t first, uint64_t count) {
    make_job *j = argument;
    cw_error why;
    int good = CW_OK;
    const cw_status status = cw_reference(j->plan, first, count, j->to + first * j->size, &why);
    if (status != CW_OK && atomic_compare_exchange_strong(&j->status, &good, (int)status)) j->why = why;
}

static int make_planned(const cw_entry *entry, char *to) {
    const cw_tensor t = cw_entry_tensor(entry);
    make_job j = {.plan = &entry->plan, .to = to, .size = cw_dtype_size(t.dtype)};
    cw_progress_stage(t.bytes, 1);
    if (has_ranges(&entry->plan)) cw_crew_cut(t.bytes / j.size, j.size, make_piece, &j);
    else make_piece(&j, 0, t.bytes / j.size);
    return j.status == CW_OK ? EXIT_GOOD : cw_complain_library(entry->name, &j.why);
}

void *cw_host_expected(const cw_entry *entry) {
    char *expected = cw_memory(entry->name, cw_plan_bytes(&entry->plan)), *at = expected;
    int status = expected ? EXIT_GOOD : EXIT_IO;
    for (size_t i = 0; i < cw_entry_plans(entry) && status == EXIT_GOOD; i++) {
        const cw_entry *planned = cw_entry_planned(entry, i);
        status = make_planned(planned, at);
        at += cw_plan_bytes(&planned->plan);
    }
    if (status == EXIT_GOOD) return expected;
    free(expected);
    return NULL;
}
