/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "npz.h"

#include "cli.h"
#include "npy.h"
#include "progress.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

/* Deflate makes at most so many bytes of one: 258 of 2 bits. */
enum { MOST = 1032 };

typedef struct reader {
    const char *path;
    zip_t *zip;
    uint64_t left; /* bytes of the file that are no member's yet */
    cw_tensors found;
} reader;

/* A member while it is read. */
typedef struct member {
    char label[1024];
    zip_stat_t stat;
    zip_file_t *file;
} member;

static int complain(const char *label, const char *what) {
    return cw_complain(EXIT_USAGE, "%s %s (write it again)", label, what);
}

/* The content is to blame, if it is not the system. */
static int complain_zip(const char *label, zip_error_t *why) {
    const bool system = zip_error_system_type(why) == ZIP_ET_SYS || zip_error_code_zip(why) == ZIP_ER_MEMORY;
    return cw_complain(system ? EXIT_IO : EXIT_USAGE, "%s cannot be read: %s (is it a whole .npz file?)", label,
                       zip_error_strerror(why));
}

/* ------------------------------------------------------------------------------------------------------- a member */

static int read_member(void *from, const char *name, void *data, uint64_t bytes) {
    enum { PIECE = 16 << 20 };
    member *m = from;
    char *to = data;
    cw_progress_stage(bytes, 1);
    for (uint64_t at = 0; at < bytes;) {
        const zip_int64_t n = zip_fread(m->file, to + at, bytes - at < PIECE ? bytes - at : PIECE);
        if (n < 0) return complain_zip(name, zip_file_get_error(m->file));
        if (n == 0) return complain(name, "is shorter than it says");
        at += (uint64_t)n;
        cw_progress_part((double)at / (double)bytes);
    }
    return EXIT_GOOD;
}

/* The checksum is compared where the member ends. */
static int read_end(member *m) {
    char more;
    const zip_int64_t n = zip_fread(m->file, &more, 1);
    if (n < 0) return complain_zip(m->label, zip_file_get_error(m->file));
    return n ? complain(m->label, "is longer than it says") : EXIT_GOOD;
}

/* Before anything is allocated: whether so many bytes can be in the file. */
static int check_size(reader *r, const member *m) {
    const zip_stat_t *s = &m->stat;
    if (s->encryption_method != ZIP_EM_NONE) return complain(m->label, "is encrypted");
    if (s->comp_method != ZIP_CM_STORE && s->comp_method != ZIP_CM_DEFLATE)
        return complain(m->label, "is compressed as NumPy does not");
    const uint64_t most = s->comp_method == ZIP_CM_STORE ? 1 : MOST;
    if (s->comp_size > r->left) return complain(m->label, "lies outside of the file, or in another member");
    if (s->size / most > s->comp_size) return complain(m->label, "announces more bytes than the file can hold");
    r->left -= s->comp_size;
    return EXIT_GOOD;
}

static int take_name(const reader *r, member *m, cw_tensor *t) {
    const size_t length = strlen(m->stat.name), ending = strlen(CW_NPY_ENDING);
    snprintf(m->label, sizeof m->label, "%.480s: member %.480s", r->path, m->stat.name);
    if (length < ending || strcmp(m->stat.name + length - ending, CW_NPY_ENDING) != 0)
        return complain(m->label, "is no .npy file");
    t->name = strndup(m->stat.name, length - ending);
    return t->name ? EXIT_GOOD : cw_complain_memory();
}

static int read_array(reader *r, member *m, zip_uint64_t index, cw_tensor *t) {
    const cw_npy_source source = {m->label, m->stat.size, m, read_member};
    char *name = t->name;
    m->file = zip_fopen_index(r->zip, index, 0);
    if (!m->file) return complain_zip(m->label, zip_get_error(r->zip));
    int status = cw_npy_read_from(&source, t);
    t->name = name;
    if (status == EXIT_GOOD) status = read_end(m);
    zip_fclose(m->file);
    return status;
}

static int take_member(reader *r, zip_uint64_t index) {
    member m;
    cw_tensor *t = &r->found.tensor[r->found.count++];
    if (zip_stat_index(r->zip, index, 0, &m.stat) != 0) return complain_zip(r->path, zip_get_error(r->zip));
    int status = take_name(r, &m, t);
    if (status == EXIT_GOOD) status = check_size(r, &m);
    return status == EXIT_GOOD ? read_array(r, &m, index, t) : status;
}

/* ---------------------------------------------------------------------------------------------------- the manifest */

/* NULL for what is no JSON: a comment of somebody else's. */
static json_t *comment_of(const char *text, size_t length) {
    return text ? json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL) : NULL;
}

/* Of the tensors that have a comment. */
static json_t *described(const reader *r) {
    json_t *tensors = json_array();
    for (zip_uint64_t i = 0; i < r->found.count; i++) {
        zip_uint32_t length = 0;
        const char *text = zip_file_get_comment(r->zip, i, &length, ZIP_FL_ENC_RAW);
        json_t *object = comment_of(text, length);
        if (object) json_array_append_new(tensors, object);
    }
    return tensors;
}

/* There is none where the archive's comment is not ours. */
static int take_manifest(reader *r) {
    int length = 0;
    const char *text = zip_get_archive_comment(r->zip, &length, ZIP_FL_ENC_RAW);
    json_t *ours = comment_of(text, (size_t)length), *manifest = json_object_get(ours, CW_MANIFEST_KEY);
    int status = EXIT_GOOD;
    if (json_is_object(manifest)) {
        json_object_set_new(manifest, "tensors", described(r));
        r->found.manifest = json_dumps(manifest, JSON_COMPACT);
        if (!r->found.manifest) status = cw_complain_memory();
    }
    json_decref(ours);
    return status;
}

/* --------------------------------------------------------------------------------------------------------- together */

static int read_archive(reader *r) {
    const zip_int64_t count = zip_get_num_entries(r->zip, 0);
    int status = EXIT_GOOD;
    r->found.tensor = calloc((size_t)count + 1, sizeof *r->found.tensor);
    if (!r->found.tensor) return cw_complain_memory();
    for (zip_int64_t i = 0; i < count && status == EXIT_GOOD; i++) status = take_member(r, (zip_uint64_t)i);
    return status == EXIT_GOOD ? take_manifest(r) : status;
}

/* The archive owns the source, and the source the file. */
static int open_archive(reader *r) {
    FILE *file;
    zip_error_t why;
    int status = cw_file_open(r->path, &file, &r->left);
    if (status != EXIT_GOOD) return status;
    zip_error_init(&why);
    zip_source_t *source = zip_source_filep_create(file, 0, -1, &why);
    if (source) r->zip = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &why);
    if (!r->zip) {
        status = complain_zip(r->path, &why);
        if (source) zip_source_free(source);
        else fclose(file);
    }
    zip_error_fini(&why);
    return status;
}

int cw_npz_read(const char *path, cw_tensors *tensors) {
    reader r = {.path = path};
    int status = open_archive(&r);
    if (status != EXIT_GOOD) return status;
    status = read_archive(&r);
    zip_discard(r.zip);
    if (status == EXIT_GOOD) *tensors = r.found;
    else cw_tensors_free(&r.found);
    return status;
}
