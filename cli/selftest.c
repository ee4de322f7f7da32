/* SPDX-License-Identifier: Apache-2.0
 *
 * cw selftest: does this device give TensorFlow's bits? Goldens of real Keras, and the three functions behind every
 * float32 normal on all 2^23 inputs that they have.
 */
#include "cli.h"
#include "commands.h"
#include "device.h"
#include "host.h"
#include "json.h"
#include "make.h"
#include "options.h"
#include "progress.h"
#include "selftest_manifest.h" /* made from selftest.json: cw_selftest_manifest, line by line */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const cw_usage usage = {
    "cw selftest [--device D] [--json]\n\n"
    "Fills tensors whose digests real Keras gave, and proves by enumeration that radius, sine and cosine of the "
    "normals\n"
    "have the bits of the C library that TensorFlow uses. Exit status 1: this device gives other bits.\n",
    CW_OPT_DEVICE | CW_OPT_JSON, 0};

/* Digests of CW_PROOF_INPUTS elements, as tests/exhaustive.c takes them from logf, sqrtf, sinf and cosf of glibc
 * 2.36. */
static const struct {
    cw_proof proof;
    const char *name, *digest;
} proofs[] = {
    {CW_PROOF_RADIUS, "radius", "a7d9e772df8653baca82fca128e3223c"},
    {CW_PROOF_SINE, "sine", "8a016c143a2ae670f923b8767cd0a81a"},
    {CW_PROOF_COSINE, "cosine", "78670051494d9661d9b4137011ba5a8d"},
};
enum { PROOFS = sizeof proofs / sizeof *proofs };

typedef struct test {
    cw_device *device, *host; /* the CPU gives what each element should be, for counting */
    uint64_t launches;        /* of the device, before what is reported next */
    bool json, failed;
    json_t *rows;
} test;

/* The kernels that were launched since the last report, or since the start. */
static uint64_t take_launches(test *t) {
    const uint64_t before = t->launches;
    t->launches = cw_device_launches(t->device);
    return t->launches - before;
}

static int report(test *t, const char *name, uint64_t inputs, uint64_t mismatches, cw_sums digest, bool good) {
    const uint64_t launches = take_launches(t);
    t->failed |= !good;
    cw_progress_hide();
    if (!t->json) {
        printf("%-58s %8" PRIu64 " inputs, %" PRIu64 " wrong, digest %s, %" PRIu64 " launch%s: %s\n", name, inputs,
               mismatches, cw_hex_of(digest).text, launches, launches == 1 ? "" : "es", good ? "good" : "WRONG");
        return EXIT_GOOD;
    }
    json_t *row = json_pack("{s:s, s:I, s:I, s:s, s:I, s:b}", "name", name, "inputs", (json_int_t)inputs, "mismatches",
                            (json_int_t)mismatches, "digest", cw_hex_of(digest).text, "launches", (json_int_t)launches,
                            "good", good);
    return row && json_array_append_new(t->rows, row) == 0 ? EXIT_GOOD : cw_complain_memory();
}

/* ------------------------------------------------------------------------------------------------------- proofs */

/* Fills a destination of the device and brings it to `data`. */
static int enumerate(cw_device *device, cw_proof proof, void *data) {
    const uint64_t bytes = 4ull * CW_PROOF_INPUTS;
    cw_destination d;
    cw_error why;
    if (cw_allocate(device, bytes, &d, &why)) return cw_complain_library(NULL, &why);
    cw_progress_stage(bytes, 1);
    cw_status status = cw_fill_proof(device, proof, &d, &why);
    if (!status) status = cw_sync(device, &d, &why);
    if (!status) status = cw_read(device, &d, data, bytes, &why);
    cw_release(device, &d);
    return status ? cw_complain_library("proof", &why) : EXIT_GOOD;
}

static int prove_in(test *t, int i, float *found, float *expected) {
    const cw_tensor form = {
        .dtype = CW_FLOAT32, .rank = 1, .shape = {CW_PROOF_INPUTS}, .bytes = 4ull * CW_PROOF_INPUTS};
    cw_difference d;
    int status = enumerate(t->device, proofs[i].proof, found);
    if (status == EXIT_GOOD) status = enumerate(t->host, proofs[i].proof, expected);
    if (status != EXIT_GOOD) return status;
    cw_compare(CW_FLOAT32, expected, found, CW_PROOF_INPUTS, &d, NULL);
    const cw_sums digest = cw_tensor_digest(&form, found);
    const bool good = d.count == 0 && strcmp(cw_hex_of(digest).text, proofs[i].digest) == 0;
    return report(t, proofs[i].name, CW_PROOF_INPUTS, d.count, digest, good);
}

static int prove(test *t) {
    float *found = cw_memory("the proof", 8ull * CW_PROOF_INPUTS);
    int status = found ? EXIT_GOOD : EXIT_IO;
    for (int i = 0; i < PROOFS && status == EXIT_GOOD; i++) status = prove_in(t, i, found, found + CW_PROOF_INPUTS);
    free(found);
    return status;
}

/* ------------------------------------------------------------------------------------------------------ goldens */

static int golden_sink(void *user, const cw_entry *entry, const cw_made_piece *made) {
    const void *data = made->data;
    const cw_sums digest = made->digest;
    test *t = user;
    cw_difference d = {0};
    cw_error why;
    cw_progress_stage(cw_plan_bytes(&entry->plan), 1);
    const cw_status status = cw_verify(&entry->plan, data, cw_plan_bytes(&entry->plan), &d, &why);
    if (status && status != CW_DIFFERS) return cw_complain_library(entry->name, &why);
    const bool good = entry->has_digest && memcmp(&digest, &entry->digest, sizeof digest) == 0;
    return report(t, entry->name, d.elements, d.count, digest, good);
}

static char *manifest_text(void) {
    enum { LINES = sizeof cw_selftest_manifest / sizeof *cw_selftest_manifest };
    size_t length = 1;
    for (int i = 0; i < LINES; i++) length += strlen(cw_selftest_manifest[i]);
    char *text = malloc(length);
    if (!text) return NULL;
    text[0] = 0;
    for (int i = 0; i < LINES; i++) strcat(text, cw_selftest_manifest[i]);
    return text;
}

static int check_goldens(test *t) {
    cw_model model = {0};
    cw_made made;
    char *text = manifest_text();
    int status = text ? cw_model_parse("the goldens", text, strlen(text), &model) : cw_complain_memory();
    cw_progress_start(cw_model_bytes(&model) + 4ull * CW_PROOF_INPUTS * PROOFS, 3);
    if (status == EXIT_GOOD) status = cw_make(t->device, &model, 0, golden_sink, t, &made);
    cw_model_free(&model);
    free(text);
    return status;
}

/* ----------------------------------------------------------------------------------------------------- together */

static int finish(const test *t, const char *device) {
    cw_progress_end();
    if (!t->json) printf("%s: %s\n", device, t->failed ? "gives OTHER bits" : "gives TensorFlow's bits");
    else {
        json_t *result = json_pack("{s:s, s:b, s:O}", "device", device, "good", !t->failed, "proofs", t->rows);
        const int status = cw_json_print(result);
        if (status != EXIT_GOOD) return status;
    }
    return t->failed ? EXIT_DIFFERS : EXIT_GOOD;
}

int cw_selftest_command(int argc, char **argv) {
    cw_options options;
    int status = cw_options_read(argc, argv, &usage, &options);
    if (status != EXIT_GOOD || options.answered) return status;
    test t = {.json = options.json, .rows = json_array()};
    status = cw_device_open(cw_options_device(&options), &t.device);
    if (status == EXIT_GOOD) status = cw_device_open("cpu", &t.host);
    if (status == EXIT_GOOD) status = check_goldens(&t);
    if (status == EXIT_GOOD) status = prove(&t);
    if (status == EXIT_GOOD) status = finish(&t, cw_options_device(&options));
    json_decref(t.rows);
    cw_device_close(t.device);
    cw_device_close(t.host);
    return status;
}
