/* SPDX-License-Identifier: Apache-2.0 */
#include "save.h"

#include "cli.h"

#include <stdlib.h>

/* The length is all that is asked for. */
static int measure_header(cw_save *s) {
    char *header;
    if (s->format->write) return EXIT_GOOD;
    const int status = cw_format_header(s->format, s->model, s->sums, &header, &s->header);
    if (status == EXIT_GOOD) free(header);
    return status;
}

int cw_save_plan(cw_save *save, const cw_format *format, const cw_model *model) {
    cw_save s = {.format = format, .model = model};
    s.at = calloc(model->count + 1, sizeof *s.at);
    s.sums = calloc(model->count + 1, sizeof *s.sums);
    *save = s;
    const int status = s.at && s.sums ? measure_header(save) : cw_complain_memory();
    if (status != EXIT_GOOD) return status;
    s.at[0] = save->header;
    for (size_t i = 0; i < model->count; i++) s.at[i + 1] = s.at[i] + model->entry[i].extent.bytes;
    return EXIT_GOOD;
}

int cw_save_make(cw_save *save, cw_device *device, const cw_model *part, cw_sink *sink, void *user, cw_made *made) {
    if (save->format->write) return save->format->write(&save->output, device, part, sink, user, made);
    return cw_make(device, part, CW_PIECE, sink, user, made);
}

uint64_t cw_save_end(const cw_save *save) { return save->at[save->model->count]; }

static bool write_runs(cw_save *s, uint64_t start, const cw_entry *entry, const cw_made_piece *made) {
    const size_t size = cw_entry_size(entry);
    const char *data = made->data;
    bool good = true;
    for (uint64_t i = 0, n, at; i < made->piece.elements && good; i += n) {
        n = cw_place_run(&entry->place, made->piece.first + i, made->piece.elements - i, &at);
        good = cw_output_write(&s->output, start + at * size, data + i * size, n * size);
    }
    return good;
}

int cw_save_piece(cw_save *save, size_t i, const cw_entry *entry, const cw_made_piece *made) {
    if (!save->format->write && !write_runs(save, save->at[i], entry, made)) return cw_output_sync(&save->output);
    if (made->last) save->sums[i] = made->own;
    return EXIT_GOOD;
}

/* From here on `sums` are the digests. */
static int check(cw_save *s, cw_made *whole) {
    *whole = (cw_made){.tensors = 0};
    for (size_t i = 0; i < s->model->count; i++) {
        const cw_tensor t = cw_entry_tensor(&s->model->entry[i]);
        s->sums[i] = cw_digest_finish(s->sums[i], t.dtype, t.rank, t.shape);
        cw_made_count(whole, &s->model->entry[i], s->sums[i]);
    }
    return cw_made_check(whole, s->model);
}

static int write_header(cw_save *s) {
    char *header;
    size_t length;
    s->output.bytes = cw_save_end(s);
    int status = cw_format_header(s->format, s->model, s->sums, &header, &length);
    if (status != EXIT_GOOD) return status;
    if (!cw_output_write(&s->output, 0, header, length)) status = cw_output_sync(&s->output);
    free(header);
    return status;
}

int cw_save_finish(cw_save *save, cw_made *whole) {
    int status = check(save, whole);
    if (status == EXIT_GOOD && !save->format->write) status = write_header(save);
    if (status == EXIT_GOOD) return cw_output_finish(&save->output);
    cw_output_abandon(&save->output);
    return status;
}

void cw_save_free(cw_save *save) {
    free(save->at);
    free(save->sums);
}
