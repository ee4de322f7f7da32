/* SPDX-License-Identifier: Apache-2.0 */
#include "host.h"

#include "cli.h"
#include "crew.h"
#include "progress.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------------------------ sums of an array */

typedef struct sums_job {
    cw_dtype dtype;
    const char *data;
    const cw_place *place;
    uint64_t first;
    _Atomic uint64_t word[2];
} sums_job;

static void add_piece(void *argument, uint64_t first, uint64_t count) {
    sums_job *j = argument;
    const char *data = j->data + first * cw_dtype_size(j->dtype);
    cw_sums sums = {{0, 0}};
    for (uint64_t i = 0, n, at; i < count; i += n) {
        n = cw_place_run(j->place, j->first + first + i, count - i, &at);
        cw_digest_add(&sums, j->dtype, data + i * cw_dtype_size(j->dtype), at, n);
    }
    for (int w = 0; w < 2; w++) atomic_fetch_add(&j->word[w], sums.word[w]);
}

cw_sums cw_host_sums(cw_dtype dtype, const void *data, const cw_place *place, uint64_t first, uint64_t elements) {
    sums_job j = {.dtype = dtype, .data = data, .place = place, .first = first};
    const size_t size = cw_dtype_size(dtype);
    cw_progress_stage(elements * size, 1);
    cw_crew_cut(elements, size, add_piece, &j);
    return (cw_sums){{atomic_load(&j.word[0]), atomic_load(&j.word[1])}};
}

cw_sums cw_tensor_digest(const cw_tensor *t, const void *data) {
    const uint64_t elements = t->bytes / cw_dtype_size(t->dtype);
    const cw_place all = {0, elements, elements};
    const cw_sums sums = cw_host_sums(t->dtype, data, &all, 0, elements);
    return cw_digest_finish(sums, t->dtype, t->rank, t->shape);
}

/* ------------------------------------------------------------------------------------- a piece, cut for all threads */

enum { CUT = 4 << 20 }; /* bytes */

/* `entry` is the piece as if it were all that is stored. */
typedef struct job {
    cw_entry entry;
    cw_pieces pieces;
    char *data;
    size_t size;
    cw_status (*work)(struct job *, const cw_patch *, char *data, cw_error *why);
    atomic_bool over; /* nothing more needs to be done */
    _Atomic(int) status;
    cw_error why;
    _Atomic uint64_t word[2];
} job;

static void work_on_patch(job *j, const cw_patch *p, char *data) {
    cw_error why;
    int good = CW_OK;
    const cw_status status = p->elements ? j->work(j, p, data + p->at, &why) : CW_OK;
    if (status == CW_OK) return;
    if (atomic_compare_exchange_strong(&j->status, &good, (int)status)) j->why = why;
    atomic_store(&j->over, true);
}

static void work_on_piece(void *argument, uint32_t i) {
    job *j = argument;
    const cw_piece piece = cw_piece_at(&j->pieces, i);
    for (size_t plan = 0; plan < cw_entry_plans(&j->entry) && !atomic_load(&j->over); plan++) {
        const cw_patch p = cw_patch_of(&j->entry, &piece, plan);
        work_on_patch(j, &p, j->data + piece.first * j->size);
    }
}

static void cut(job *j, const cw_entry *entry, const cw_piece *piece) {
    j->entry = *entry;
    j->entry.slice = piece->slice;
    j->entry.whole = entry->whole && piece->elements == entry->extent.elements;
    cw_slice_measure(&entry->plan, &piece->slice, &j->entry.extent, NULL); /* a part of what was measured before */
    j->pieces = cw_pieces_of(&j->entry, CUT);
    j->size = cw_entry_size(entry);
}

/* CW_OK, or what a piece first gave. */
static cw_status run(job *j, const cw_entry *entry, const cw_piece *piece) {
    cut(j, entry, piece);
    cw_progress_stage(piece->elements * j->size, 1);
    cw_crew_run(NULL, (uint32_t)j->pieces.count, work_on_piece, j);
    return (cw_status)atomic_load(&j->status);
}

/* ------------------------------------------------------------------------------------------ sums of the whole tensor
 */

/* By the tensor's own plan, whose values are not looked at: a part's counts from the part's first element. */
static void add_whole(void *argument, uint32_t i) {
    job *j = argument;
    const cw_piece piece = cw_piece_at(&j->pieces, i);
    cw_sums sums = {{0, 0}};
    cw_digest_add_slice(&sums, &j->entry.plan, &piece.slice, j->data + piece.first * j->size, piece.elements * j->size,
                        NULL);
    for (int w = 0; w < 2; w++) atomic_fetch_add(&j->word[w], sums.word[w]);
}

cw_sums cw_host_whole_sums(const cw_entry *entry, const cw_piece *piece, const void *data) {
    job j = {.data = (char *)(uintptr_t)data};
    cut(&j, entry, piece);
    cw_crew_run(NULL, (uint32_t)j.pieces.count, add_whole, &j);
    return (cw_sums){{atomic_load(&j.word[0]), atomic_load(&j.word[1])}};
}

/* ------------------------------------------------------------------------------------------------------ definition */

static cw_status check(job *j, const cw_patch *p, char *data, cw_error *why) {
    (void)j;
    return cw_verify_slice(&p->made->plan, cw_patch_slice(p), data, p->bytes, NULL, why);
}

int cw_host_check(const cw_entry *entry, const cw_piece *piece, const void *data, bool *same) {
    job j = {.data = (char *)(uintptr_t)data, .work = check};
    const cw_status status = run(&j, entry, piece);
    *same = status == CW_OK;
    return status == CW_OK || status == CW_DIFFERS ? EXIT_GOOD : cw_complain_library(entry->name, &j.why);
}

static cw_status make(job *j, const cw_patch *p, char *data, cw_error *why) {
    (void)j;
    return cw_reference_slice(&p->made->plan, cw_patch_slice(p), data, p->bytes, why);
}

void *cw_host_expected(const cw_entry *entry) {
    const cw_piece all = cw_piece_all(entry);
    job j = {.data = cw_memory(entry->name, entry->extent.bytes), .work = make};
    if (!j.data) return NULL;
    if (run(&j, entry, &all) == CW_OK) return j.data;
    cw_complain_library(entry->name, &j.why);
    free(j.data);
    return NULL;
}
