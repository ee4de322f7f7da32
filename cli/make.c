/* SPDX-License-Identifier: Apache-2.0 */
#include "make.h"

#include "cli.h"
#include "device.h"
#include "host.h"
#include "progress.h"

#include <stdlib.h>
#include <string.h>

/* One destination, large enough for every piece, and scratch memory for it, and host memory for its copy, which the
 * CPU does not need. */
struct cw_maker {
    cw_device *device, *shared; /* the second for matrices, where the first is the CPU cut into many tasks */
    cw_destination destination, scratch;
    void *copy;
    uint64_t bytes;
    cw_pieces pieces; /* of the present entry */
    uint64_t at;
    cw_sums own, whole; /* of its elements, by their numbers in what is stored and in the tensor */
    cw_made made;
};

typedef struct needs {
    uint64_t bytes, scratch;
} needs;

static void at_least(uint64_t *most, uint64_t n) {
    if (n > *most) *most = n;
}

/* No piece is larger than the first, and none needs more scratch memory. */
static needs needs_of(const cw_model *model, uint64_t bytes) {
    needs n = {0, 0};
    for (size_t i = 0; i < model->count; i++) {
        const cw_entry *entry = &model->entry[i];
        const cw_pieces pieces = cw_pieces_of(entry, bytes);
        if (pieces.count == 0) continue;
        const cw_piece first = cw_piece_at(&pieces, 0);
        at_least(&n.bytes, first.elements * cw_entry_size(entry));
        for (size_t plan = 0; plan < cw_entry_plans(entry); plan++)
            at_least(&n.scratch, cw_patch_of(entry, &first, plan).scratch);
    }
    return n;
}

/* What matrix initializers work in, where there are any. */
static int allocate_scratch(cw_maker *m, uint64_t bytes) {
    cw_error why;
    if (bytes == 0) return EXIT_GOOD;
    if (cw_allocate(m->device, bytes, &m->scratch, &why)) return cw_complain_library(NULL, &why);
    cw_lend(&m->destination, &m->scratch);
    return m->copy ? EXIT_GOOD : cw_device_open_shared(&m->shared);
}

static int allocate(cw_maker *m, uint64_t bytes) {
    cw_error why;
    if (cw_allocate(m->device, bytes, &m->destination, &why)) return cw_complain_library(NULL, &why);
    if (m->destination.backend == CW_BACKEND_CPU) return EXIT_GOOD;
    m->copy = malloc(bytes ? (size_t)bytes : 1);
    return m->copy ? EXIT_GOOD : cw_complain_memory();
}

int cw_maker_open(cw_device *device, const cw_model *model, uint64_t bytes, cw_maker **maker) {
    cw_maker *m = calloc(1, sizeof *m);
    if (!m) return cw_complain_memory();
    m->device = device;
    m->bytes = bytes;
    const needs n = needs_of(model, bytes);
    int status = allocate(m, n.bytes);
    if (status == EXIT_GOOD) status = allocate_scratch(m, n.scratch);
    if (status == EXIT_GOOD) *maker = m;
    else cw_maker_close(m, NULL);
    return status;
}

void cw_maker_close(cw_maker *m, cw_made *made) {
    if (!m) return;
    free(m->copy);
    cw_release(m->device, &m->destination);
    cw_release(m->device, &m->scratch);
    cw_device_close(m->shared);
    if (made) *made = m->made;
    free(m);
}

/* ------------------------------------------------------------------------------------------------------ one piece */

/* In parts, for the progress. */
static int bring(cw_maker *m, const char *name, uint64_t bytes) {
    cw_destination from = m->destination;
    cw_error why;
    for (uint64_t at = 0, n; at < bytes; at += n) {
        n = bytes - at < CW_PIECE ? bytes - at : CW_PIECE;
        from.offset = m->destination.offset + at;
        from.bytes = m->destination.bytes - at;
        if (cw_read(m->device, &from, (char *)m->copy + at, n, &why)) return cw_complain_library(name, &why);
        cw_progress_part((double)(at + n) / (double)bytes);
    }
    return EXIT_GOOD;
}

static cw_status fill_patch(const cw_maker *m, const cw_patch *p, cw_error *why) {
    const bool share = m->shared && p->scratch > 0;
    cw_destination to = m->destination;
    to.offset += p->at;
    to.bytes -= p->at;
    return cw_fill_slice(share ? m->shared : m->device, &p->made->plan, cw_patch_slice(p), &to, why);
}

static cw_status fill_all(const cw_maker *m, const cw_piece *piece, cw_error *why) {
    const cw_entry *entry = m->pieces.entry;
    cw_status status = CW_OK;
    for (size_t i = 0; i < cw_entry_plans(entry) && !status; i++) {
        const cw_patch p = cw_patch_of(entry, piece, i);
        if (p.elements) status = fill_patch(m, &p, why);
    }
    return status;
}

static uint64_t launches_of(const cw_entry *entry, const cw_piece *piece) {
    uint64_t launches = 0;
    for (size_t i = 0; i < cw_entry_plans(entry); i++) launches += cw_patch_of(entry, piece, i).launches;
    return launches;
}

/* On the CPU each launch is a part of the stage, elsewhere what is brought to the host is all of it. */
static int fill(cw_maker *m, const cw_made_piece *made) {
    const cw_entry *entry = m->pieces.entry;
    cw_error why;
    cw_progress_stage(made->bytes, m->copy ? 1 : launches_of(entry, &made->piece));
    const double start = cw_now();
    if (fill_all(m, &made->piece, &why) || cw_sync(m->device, &m->destination, &why))
        return cw_complain_library(entry->name, &why);
    m->made.seconds += cw_now() - start;
    return m->copy ? bring(m, entry->name, made->bytes) : EXIT_GOOD;
}

static void add(cw_sums *sums, cw_sums more) {
    for (int w = 0; w < 2; w++) sums->word[w] += more.word[w];
}

/* Both are the same of a whole tensor. */
static void digest(cw_maker *m, const cw_made_piece *made) {
    const cw_entry *entry = m->pieces.entry;
    const cw_dtype dtype = cw_entry_tensor(entry).dtype;
    add(&m->own, cw_host_sums(dtype, made->data, &entry->place, made->piece.first, made->piece.elements));
    if (!entry->as_whole) add(&m->whole, cw_host_whole_sums(entry, &made->piece, made->data));
}

void cw_made_count(cw_made *made, const cw_entry *entry, cw_sums digest) {
    made->tensors++;
    made->elements += entry->extent.elements;
    made->bytes += entry->extent.bytes;
    cw_digest_total(&made->total, entry->name, digest);
    if (!entry->has_digest || memcmp(&digest, &entry->digest, sizeof digest) == 0) return;
    if (made->wrong++ == 0) made->first_wrong = entry->name;
}

static void finish(cw_maker *m, cw_made_piece *made) {
    const cw_entry *entry = m->pieces.entry;
    const cw_tensor t = cw_entry_tensor(entry);
    made->last = true;
    made->own = m->own;
    made->sums = entry->as_whole ? m->own : m->whole;
    made->digest = cw_digest_finish(m->own, t.dtype, t.rank, t.shape);
    cw_made_count(&m->made, entry, made->digest);
}

/* -------------------------------------------------------------------------------------------------------- together */

void cw_maker_begin(cw_maker *m, const cw_entry *entry) {
    m->pieces = cw_pieces_of(entry, m->bytes);
    m->at = 0;
    m->own = m->whole = (cw_sums){{0, 0}};
}

int cw_maker_next(cw_maker *m, cw_made_piece *made) {
    const cw_entry *entry = m->pieces.entry;
    int status = EXIT_GOOD;
    *made = (cw_made_piece){.piece = cw_piece_all(entry), .data = m->copy ? m->copy : m->destination.memory};
    if (m->at < m->pieces.count) {
        made->piece = cw_piece_at(&m->pieces, m->at++);
        made->bytes = made->piece.elements * cw_entry_size(entry);
        status = fill(m, made);
        if (status == EXIT_GOOD) digest(m, made);
    }
    if (status == EXIT_GOOD && m->at == m->pieces.count) finish(m, made);
    return status;
}

static int make_one(cw_maker *m, const cw_entry *entry, cw_sink *sink, void *user) {
    cw_made_piece piece = {.last = false};
    int status = EXIT_GOOD;
    cw_maker_begin(m, entry);
    while (status == EXIT_GOOD && !piece.last) {
        status = cw_maker_next(m, &piece);
        if (status == EXIT_GOOD && sink) status = sink(user, entry, &piece);
    }
    return status;
}

int cw_make(cw_device *device, const cw_model *model, uint64_t bytes, cw_sink *sink, void *user, cw_made *made) {
    cw_maker *m = NULL;
    int status = cw_maker_open(device, model, bytes, &m);
    for (size_t i = 0; i < model->count && status == EXIT_GOOD; i++) status = make_one(m, &model->entry[i], sink, user);
    cw_maker_close(m, made);
    return status;
}

int cw_made_check(const cw_made *made, const cw_model *model) {
    if (made->wrong)
        return cw_complain(EXIT_DIFFERS,
                           "%zu of %zu tensors have another digest than the manifest says, first %s (see cw verify)",
                           made->wrong, made->tensors, made->first_wrong);
    if (model->has_digest && memcmp(&made->total, &model->digest, sizeof made->total) != 0)
        return cw_complain(EXIT_DIFFERS,
                           "the total digest is %s and the manifest says %s (is a tensor missing or renamed?)",
                           cw_hex_of(made->total).text, cw_hex_of(model->digest).text);
    return EXIT_GOOD;
}

double cw_made_gbps(const cw_made *made) { return made->seconds > 0 ? (double)made->bytes * 1e-9 / made->seconds : 0; }

void cw_made_put_digest(const cw_made *made, const cw_model *model) {
    printf("digest %s%s", cw_hex_of(made->total).text, model->has_digest ? ", as the manifest says" : "");
}
