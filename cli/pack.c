/* SPDX-License-Identifier: Apache-2.0 */
#include "pack.h"

#include "cli.h"
#include "npy.h"
#include "npz.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

/* Bytes of the file that are in memory; the longest name and comment; the day that NumPy gives members, 1980-01-01. */
enum { WINDOW = 4 << 20, LONGEST = 65535, DAY = 1 << 5 | 1 };

typedef struct packer packer;

/* What libzip knows a tensor by. */
typedef struct member {
    packer *packer;
    size_t number;
} member;

/* libzip asks for one member after the other, and writes what it got into the window: bytes `begin` to `begin` +
 * `filled` of the file. It goes back to complete the header of a member, which often is there still. */
struct packer {
    cw_output *output;
    const cw_model *model;
    cw_sink *sink;
    void *user;
    cw_maker *maker;
    zip_t *zip;
    zip_error_t error;
    int status; /* of the first failure that was complained of */
    char *window;
    uint64_t begin, filled, at;
    member *member;
    cw_sums *digest; /* of each tensor that is made */
    cw_npy_header header;
    cw_made_piece piece;
    const char *next; /* of the header or of the piece */
    uint64_t left;
};

static zip_int64_t fail(packer *p, int why) {
    zip_error_set(&p->error, why, 0);
    return -1;
}

static int complain_archive(const packer *p) {
    return cw_complain(EXIT_IO, "%s cannot be written: %s (see docs/MANIFEST.md)", p->output->path,
                       zip_strerror(p->zip));
}

/* ----------------------------------------------------------------------------------------------- the archive's file */

static bool flush(packer *p) {
    const bool good = cw_output_write(p->output, p->begin, p->window, p->filled);
    p->begin += p->filled;
    p->filled = 0;
    return good;
}

static bool move_window(packer *p) {
    const bool good = flush(p);
    p->begin = p->at;
    return good;
}

static zip_int64_t put(packer *p, const char *data, uint64_t bytes) {
    for (uint64_t done = 0, n; done < bytes; done += n) {
        const bool inside = p->at >= p->begin && p->at <= p->begin + p->filled && p->at < p->begin + WINDOW;
        if (!inside && !move_window(p)) return fail(p, ZIP_ER_WRITE);
        const uint64_t place = p->at - p->begin;
        n = bytes - done < WINDOW - place ? bytes - done : WINDOW - place;
        memcpy(p->window + place, data + done, n);
        p->at += n;
        if (p->filled < place + n) p->filled = place + n;
    }
    return (zip_int64_t)bytes;
}

static zip_int64_t seek(packer *p, void *data, uint64_t bytes) {
    const zip_source_args_seek_t *to = ZIP_SOURCE_GET_ARGS(zip_source_args_seek_t, data, bytes, &p->error);
    if (!to || to->whence != SEEK_SET || to->offset < 0) return fail(p, ZIP_ER_SEEK);
    p->at = (uint64_t)to->offset;
    return 0;
}

static zip_int64_t tell_nothing(zip_stat_t *stat) {
    zip_stat_init(stat);
    return sizeof *stat;
}

/* An empty file that is opened and cut off: nothing in it is read. */
static zip_int64_t on_archive(void *user, void *data, zip_uint64_t bytes, zip_source_cmd_t command) {
    packer *p = user;
    switch ((int)command) {
    case ZIP_SOURCE_SUPPORTS: return ZIP_SOURCE_SUPPORTS_WRITABLE;
    case ZIP_SOURCE_STAT: return tell_nothing(data);
    case ZIP_SOURCE_ERROR: return zip_error_to_data(&p->error, data, bytes);
    case ZIP_SOURCE_OPEN:
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_BEGIN_WRITE:
    case ZIP_SOURCE_ROLLBACK_WRITE:
    case ZIP_SOURCE_FREE: return 0;
    case ZIP_SOURCE_TELL_WRITE: return (zip_int64_t)p->at;
    case ZIP_SOURCE_SEEK_WRITE: return seek(p, data, bytes);
    case ZIP_SOURCE_WRITE: return put(p, data, bytes);
    case ZIP_SOURCE_COMMIT_WRITE: return flush(p) ? 0 : fail(p, ZIP_ER_WRITE);
    default: return fail(p, ZIP_ER_OPNOTSUPP);
    }
}

/* ---------------------------------------------------------------------------------------------------- the manifest */

/* The object as a comment, to be freed. */
static int comment_of(const json_t *object, const char *name, char **text) {
    *text = object ? json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;
    if (!*text) return cw_complain_memory();
    if (strlen(*text) <= LONGEST) return EXIT_GOOD;
    free(*text);
    return cw_complain(EXIT_USAGE, "the manifest says more than %d bytes of \"%s\" (write a .safetensors file)",
                       LONGEST, name);
}

static int set_comment(packer *p, size_t number, const json_t *object) {
    char *text;
    const int status = comment_of(object, p->model->entry[number].name, &text);
    if (status != EXIT_GOOD) return status;
    const bool good = zip_file_set_comment(p->zip, number, text, (zip_uint16_t)strlen(text), 0) == 0;
    free(text);
    return good ? EXIT_GOOD : complain_archive(p);
}

/* Of what a manifest has beside its tensors, only the source can be long. */
static int set_archive_comment(packer *p, json_t *manifest) {
    char numerics[11], *text;
    snprintf(numerics, sizeof numerics, "%u", (unsigned)cw_numerics_version());
    json_object_del(manifest, "tensors");
    json_t *all = json_pack("{s:O, s:s, s:s}", CW_MANIFEST_KEY, manifest, CW_VERSION_KEY, cw_version(), CW_NUMERICS_KEY,
                            numerics);
    const int status = comment_of(all, "source", &text);
    json_decref(all);
    if (status != EXIT_GOOD) return status;
    const bool good = zip_set_archive_comment(p->zip, text, (zip_uint16_t)strlen(text)) == 0;
    free(text);
    return good ? EXIT_GOOD : complain_archive(p);
}

/* libzip writes the comments behind all tensors, and so they can tell digests. They are set before as well, with
 * digests of the same length: what is too long is refused before anything is made. */
static int describe(packer *p) {
    json_t *manifest = cw_model_manifest(p->model, p->digest);
    int status = manifest ? EXIT_GOOD : EXIT_IO;
    for (size_t i = 0; i < p->model->count && status == EXIT_GOOD; i++)
        status = set_comment(p, i, json_array_get(json_object_get(manifest, "tensors"), i));
    if (status == EXIT_GOOD) status = set_archive_comment(p, manifest);
    json_decref(manifest);
    return status;
}

/* ----------------------------------------------------------------------------------------------- a member's content */

static const cw_entry *entry_of(const member *m) { return &m->packer->model->entry[m->number]; }

static cw_npy_header header_of(const member *m) {
    const cw_tensor t = cw_entry_tensor(entry_of(m));
    return cw_npy_header_of(t.dtype, t.rank, t.shape);
}

static zip_int64_t begin_member(const member *m) {
    packer *p = m->packer;
    p->header = header_of(m);
    p->next = p->header.bytes;
    p->left = p->header.length;
    p->piece.last = false;
    cw_maker_begin(p->maker, entry_of(m));
    return 0;
}

static int make_piece(const member *m) {
    packer *p = m->packer;
    int status = cw_maker_next(p->maker, &p->piece);
    if (status == EXIT_GOOD) status = p->sink(p->user, entry_of(m), &p->piece);
    p->next = p->piece.data;
    p->left = p->piece.bytes;
    if (status != EXIT_GOOD || !p->piece.last) return status;
    p->digest[m->number] = p->piece.digest;
    return m->number + 1 == p->model->count ? describe(p) : EXIT_GOOD;
}

static zip_int64_t get(const member *m, char *data, uint64_t bytes) {
    packer *p = m->packer;
    uint64_t done = 0;
    while (done < bytes && (p->left || !p->piece.last)) {
        if (p->left == 0 && (p->status = make_piece(m)) != EXIT_GOOD) return fail(p, ZIP_ER_READ);
        const uint64_t n = p->left < bytes - done ? p->left : bytes - done;
        memcpy(data + done, p->next, n);
        p->next += n;
        p->left -= n;
        done += n;
    }
    return (zip_int64_t)done;
}

static zip_int64_t tell_size(const member *m, zip_stat_t *stat) {
    zip_stat_init(stat);
    stat->size = header_of(m).length + entry_of(m)->extent.bytes;
    stat->valid = ZIP_STAT_SIZE;
    return sizeof *stat;
}

static zip_int64_t on_member(void *user, void *data, zip_uint64_t bytes, zip_source_cmd_t command) {
    const member *m = user;
    switch ((int)command) {
    case ZIP_SOURCE_SUPPORTS: return ZIP_SOURCE_SUPPORTS_READABLE;
    case ZIP_SOURCE_STAT: return tell_size(m, data);
    case ZIP_SOURCE_ERROR: return zip_error_to_data(&m->packer->error, data, bytes);
    case ZIP_SOURCE_OPEN: return begin_member(m);
    case ZIP_SOURCE_READ: return get(m, data, bytes);
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_FREE: return 0;
    default: return fail(m->packer, ZIP_ER_OPNOTSUPP);
    }
}

/* ------------------------------------------------------------------------------------------------------ the members */

/* Readers take names as paths: what would be another, or no, path to them is not written. */
static bool is_path(const char *name) {
    for (const char *segment = name;; segment++) {
        const size_t n = strcspn(segment, "/\\");
        const bool dots = n <= 2 && strspn(segment, ".") >= n; /* or nothing */
        if (dots || segment[n] == '\\') return false;
        segment += n;
        if (!*segment) return strlen(name) <= LONGEST - strlen(CW_NPY_ENDING);
    }
}

static int complain_name(const char *name, const char *why) {
    return cw_complain(EXIT_USAGE, "the tensor name \"%s\" cannot be written: %s (write a .safetensors file)", name,
                       why);
}

/* Members get the numbers of their tensors. A source that was not added is still ours. */
static int add_source(packer *p, const char *name, member *m) {
    char *path = malloc(strlen(name) + sizeof CW_NPY_ENDING);
    zip_source_t *source = path ? zip_source_function(p->zip, on_member, m) : NULL;
    if (source) strcat(strcpy(path, name), CW_NPY_ENDING);
    const bool added = source && zip_file_add(p->zip, path, source, ZIP_FL_ENC_UTF_8) >= 0;
    if (!added) zip_source_free(source);
    free(path);
    if (!source) return cw_complain_memory();
    return added ? EXIT_GOOD : complain_name(name, zip_strerror(p->zip));
}

static int add_member(packer *p, size_t number) {
    const char *name = p->model->entry[number].name;
    p->member[number] = (member){p, number};
    if (!is_path(name)) return complain_name(name, "it is no path in a zip archive");
    const int status = add_source(p, name, &p->member[number]);
    if (status != EXIT_GOOD) return status;
    const bool good = zip_set_file_compression(p->zip, number, ZIP_CM_STORE, 0) == 0 &&
                      zip_file_set_dostime(p->zip, number, 0, DAY, 0) == 0;
    return good ? EXIT_GOOD : complain_archive(p);
}

/* NumPy takes a["w.npy"] for the tensor "w" if there is one. */
static int check_names(const packer *p) {
    for (size_t i = 0; i < p->model->count; i++)
        if (zip_name_locate(p->zip, p->model->entry[i].name, 0) >= 0)
            return complain_name(p->model->entry[i].name, "NumPy takes it for another");
    return EXIT_GOOD;
}

/* --------------------------------------------------------------------------------------------------------- together */

static int open_archive(packer *p) {
    zip_source_t *source = zip_source_function_create(on_archive, p, &p->error);
    if (!source) return cw_complain_memory();
    p->zip = zip_open_from_source(source, ZIP_CREATE | ZIP_TRUNCATE, &p->error);
    if (p->zip) return EXIT_GOOD;
    zip_source_free(source);
    return cw_complain(EXIT_IO, "%s cannot be written: %s (free some memory)", p->output->path,
                       zip_error_strerror(&p->error));
}

static int add_members(packer *p) {
    int status = EXIT_GOOD;
    for (size_t i = 0; i < p->model->count && status == EXIT_GOOD; i++) status = add_member(p, i);
    if (status == EXIT_GOOD) status = check_names(p);
    return status == EXIT_GOOD ? describe(p) : status;
}

/* What failed first is what is told, if it was not yet. */
static int close_archive(packer *p) {
    if (zip_close(p->zip) == 0) {
        p->zip = NULL;
        return EXIT_GOOD;
    }
    if (p->status != EXIT_GOOD) return p->status;
    return p->output->why ? cw_output_sync(p->output) : complain_archive(p);
}

static int allocate(packer *p) {
    p->window = malloc(WINDOW);
    p->member = calloc(p->model->count, sizeof *p->member);
    p->digest = calloc(p->model->count, sizeof *p->digest);
    return p->window && p->member && p->digest ? EXIT_GOOD : cw_complain_memory();
}

int cw_pack(cw_output *output, cw_device *device, const cw_model *model, cw_sink *sink, void *user, cw_made *made) {
    packer p = {.output = output, .model = model, .sink = sink, .user = user};
    if (model->count == 0) /* libzip writes no such archive */
        return cw_complain(EXIT_USAGE, "there are no tensors (write a .safetensors file)");
    zip_error_init(&p.error);
    int status = allocate(&p);
    if (status == EXIT_GOOD) status = open_archive(&p);
    if (status == EXIT_GOOD) status = add_members(&p);
    if (status == EXIT_GOOD) status = cw_maker_open(device, model, CW_PIECE, &p.maker);
    if (status == EXIT_GOOD) status = close_archive(&p);
    if (p.zip) zip_discard(p.zip);
    cw_maker_close(p.maker, made);
    zip_error_fini(&p.error);
    free(p.window);
    free(p.member);
    free(p.digest);
    return status;
}
