/* SPDX-License-Identifier: Apache-2.0
 *
 * files FOLDER: reads what make_files.py wrote there, good and bad, and writes the good again.
 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli.h"
#include "npy.h"
#include "safetensors.h"
#include "tensors.h"
#include "text.h"

static const char *folder;

static const char *path_of(const char *file) {
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    return path;
}

static bool is_npy(const char *file) { return strstr(file, ".npy") != NULL; }

/* --------------------------------------------------------------------- either format, with a canary around results */

typedef struct content {
    cw_tensor one;       /* of .npy */
    cw_safetensors many; /* of .safetensors */
} content;

static int read_file(const char *file, content *c) {
    return is_npy(file) ? cw_npy_read(path_of(file), &c->one) : cw_safetensors_open(path_of(file), &c->many);
}

static void close_file(const char *file, content *c) {
    if (is_npy(file)) cw_tensor_free(&c->one);
    else cw_safetensors_close(&c->many);
}

/* Reads a file that may be damaged: it is whole, or there is one complaint and not a byte was written. */
static int try_file(const char *file, const char *words) {
    content c, canary;
    memset(&canary, 0xa5, sizeof canary);
    memcpy(&c, &canary, sizeof c);
    hear();
    const int status = read_file(file, &c);
    const text said = heard();
    if (status == EXIT_GOOD) {
        if (said.length) fail_msg("%s was read with the words %s", file, said.bytes);
        close_file(file, &c);
    } else {
        if (memcmp(&c, &canary, sizeof c) != 0) fail_msg("%s was refused, but the result was written to", file);
        if (!is_complaint(said)) fail_msg("%s: this is no complaint: %s", file, said.bytes);
        if (!strstr(said.bytes, words)) fail_msg("%s: \"%s\" is not in %s", file, words, said.bytes);
    }
    free(said.bytes);
    return status;
}

/* ------------------------------------------------------------------------------------------------------ good files */

static void describe(FILE *out, const cw_tensor *t) {
    fprintf(out, "%s %s (", t->name ? t->name : "-", cw_dtype_name(t->dtype));
    for (uint32_t i = 0; i < t->rank; i++) fprintf(out, i ? ",%" PRIu64 : "%" PRIu64, t->shape[i]);
    fprintf(out, ") ");
    assert_int_equal((uintptr_t)t->data % cw_dtype_size(t->dtype), 0);
    for (uint64_t i = 0; i < t->bytes; i++) fprintf(out, "%02x", ((const unsigned char *)t->data)[i]);
    fprintf(out, "\n");
}

static void describe_all(FILE *out, const cw_safetensors *s) {
    for (size_t i = 0; i < s->metadata_count; i++) fprintf(out, "%s=%s\n", s->metadata[i].key, s->metadata[i].value);
    for (size_t i = 0; i < s->count; i++) describe(out, &s->tensor[i]);
}

static void write_data(FILE *out, const cw_tensor *t) { fwrite(t->data, 1, (size_t)t->bytes, out); }

static void write_again(FILE *out, const char *file, const content *c) {
    if (is_npy(file)) {
        const cw_npy_header h = cw_npy_header_of(c->one.dtype, c->one.rank, c->one.shape);
        fwrite(h.bytes, 1, h.length, out);
        write_data(out, &c->one);
        return;
    }
    const cw_safetensors *s = &c->many;
    assert_int_equal(cw_safetensors_write_header(out, s->tensor, s->count, s->metadata, s->metadata_count), EXIT_GOOD);
    for (size_t i = 0; i < s->count; i++) write_data(out, &s->tensor[i]);
}

static void expect(const char *file, const char *ending, const char *found, size_t length) {
    const text expected = text_of(folder, file, ending);
    if (length != expected.length || memcmp(found, expected.bytes, length) != 0)
        fail_msg("%s%s: found %zu bytes, %.200s, expected %zu, %.200s", file, ending, length, found, expected.length,
                 expected.bytes);
    free(expected.bytes);
}

static void check_good(const char *file, bool again) {
    content c;
    char *found;
    size_t length;
    if (read_file(file, &c) != EXIT_GOOD) fail_msg("%s was refused", file);
    FILE *out = open_memstream(&found, &length);
    if (is_npy(file)) describe(out, &c.one);
    else describe_all(out, &c.many);
    fclose(out);
    expect(file, ".txt", found, length);
    free(found);
    out = open_memstream(&found, &length);
    if (again) write_again(out, file, &c);
    fclose(out);
    if (again) expect(file, "", found, length);
    free(found);
    close_file(file, &c);
}

/* Calls visit(line) for each line of a list. */
static int each_line(const char *list, void (*visit)(char *line)) {
    const text lines = text_of(folder, list, "");
    int count = 0;
    char *rest;
    for (char *line = strtok_r(lines.bytes, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest), count++)
        visit(line);
    free(lines.bytes);
    return count;
}

static void visit_good(char *line) {
    const bool again = strncmp(line, "again ", 6) == 0;
    check_good(line + (again ? 6 : 0), again);
}

static void test_good_files(void **state) {
    (void)state;
    const int count = each_line("good.txt", visit_good);
    assert_true(count > 0);
    printf("%d good files\n", count);
}

/* ------------------------------------------------------------------------------------------------------- bad files */

static void visit_bad(char *line) {
    char *tab = strchr(line, '\t');
    assert_non_null(tab);
    *tab = 0;
    if (try_file(line, tab + 1) != EXIT_USAGE) fail_msg("%s was not refused for its content", line);
}

static void test_bad_files(void **state) {
    (void)state;
    const int count = each_line("bad.txt", visit_bad);
    assert_true(count > 0);
    printf("%d bad files\n", count);
}

/* Every cut through a good file is a bad file, and so is one byte more. */
static void cut(const char *file) {
    char name[64];
    const text whole = text_of(folder, file, "");
    snprintf(name, sizeof name, "cut%s", is_npy(file) ? ".npy" : ".safetensors");
    for (size_t n = 0; n <= whole.length + 1; n++) {
        if (n == whole.length) continue;
        text_write(path_of(name), whole.bytes, n); /* the 0 behind the bytes is the one more */
        if (try_file(name, "") != EXIT_USAGE) fail_msg("%s was read when cut to %zu bytes", file, n);
    }
    free(whole.bytes);
}

static void test_cut_files(void **state) {
    (void)state;
    cut("float32_3.npy");
    cut("float64_0.npy");
    cut("bfloat16_5.npy");
    cut("version_2.npy");
    cut("fortran_2_3.npy");
    cut("one.safetensors");
    cut("unaligned.safetensors");
    cut("metadata.safetensors");
    cut("empty.safetensors");
}

/* A flipped bit makes another file or a bad one, but nothing else happens: the sanitizers watch. */
static void flip(const char *file) {
    char name[64];
    int refused = 0;
    const text whole = text_of(folder, file, "");
    snprintf(name, sizeof name, "flipped%s", is_npy(file) ? ".npy" : ".safetensors");
    for (size_t i = 0; i < 8 * whole.length; i++) {
        whole.bytes[i / 8] ^= (char)(1 << i % 8);
        text_write(path_of(name), whole.bytes, whole.length);
        refused += try_file(name, "") == EXIT_USAGE;
        whole.bytes[i / 8] ^= (char)(1 << i % 8);
    }
    assert_true(refused > 0);
    free(whole.bytes);
}

static void test_flipped_bits(void **state) {
    (void)state;
    flip("float32_3.npy");
    flip("fortran_2_3.npy");
    flip("other_order.safetensors");
}

/* A pipe that nobody writes to must not be waited for. */
static void test_what_is_no_file(void **state) {
    (void)state;
    assert_int_equal(mkfifo(path_of("pipe.npy"), 0600) + mkfifo(path_of("pipe.safetensors"), 0600), 0);
    assert_int_equal(mkdir(path_of("folder.npy"), 0700) + mkdir(path_of("folder.safetensors"), 0700), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(try_file(i ? "pipe.npy" : "pipe.safetensors", "not a regular file"), EXIT_IO);
        assert_int_equal(try_file(i ? "folder.npy" : "folder.safetensors", "not a regular file"), EXIT_IO);
        assert_int_equal(try_file(i ? "missing.npy" : "missing.safetensors", "No such file"), EXIT_IO);
    }
}

/* -------------------------------------------------------------------------------------------- writing and endings */

static int write_names(const char *first, const char *second) {
    char names[2][16];
    char *found;
    size_t length;
    cw_tensor t[2] = {{.dtype = CW_FLOAT32}, {.dtype = CW_FLOAT32}};
    snprintf(names[0], sizeof names[0], "%s", first);
    snprintf(names[1], sizeof names[1], "%s", second);
    for (int i = 0; i < 2; i++) t[i].name = names[i];
    FILE *out = open_memstream(&found, &length);
    hear();
    const int status = cw_safetensors_write_header(out, t, 2, NULL, 0);
    const text said = heard();
    fclose(out);
    if (status != EXIT_GOOD) {
        assert_true(is_complaint(said));
        assert_int_equal(length, 0);
    }
    free(said.bytes);
    free(found);
    return status;
}

static void test_names_that_cannot_be_written(void **state) {
    (void)state;
    assert_int_equal(write_names("a", "b"), EXIT_GOOD);
    assert_int_equal(write_names("a", "a"), EXIT_USAGE);
    assert_int_equal(write_names("a", ""), EXIT_USAGE);
    assert_int_equal(write_names("a", "__metadata__"), EXIT_USAGE);
    assert_int_equal(write_names("a", "\xff"), EXIT_USAGE);
}

static void test_endings(void **state) {
    cw_tensors t = {0};
    (void)state;
    assert_int_equal(cw_tensors_read(path_of("float32_3.npy"), &t), EXIT_GOOD);
    assert_int_equal(t.count, 1);
    assert_null(t.tensor[0].name);
    assert_null(t.manifest);
    cw_tensors_free(&t);
    assert_int_equal(cw_tensors_read(path_of("manifest.safetensors"), &t), EXIT_GOOD);
    assert_int_equal(t.count, 1);
    assert_string_equal(t.tensor[0].name, "w");
    assert_string_equal(t.manifest, "{\"tensors\": []}");
    cw_tensors_free(&t);
    hear();
    const int status = cw_tensors_read(path_of("good.txt"), &t);
    const text said = heard();
    assert_int_equal(status, EXIT_USAGE);
    assert_true(is_complaint(said));
    assert_null(t.tensor);
    free(said.bytes);
}

int main(int argc, char **argv) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_files),      cmocka_unit_test(test_bad_files),
        cmocka_unit_test(test_cut_files),       cmocka_unit_test(test_flipped_bits),
        cmocka_unit_test(test_what_is_no_file), cmocka_unit_test(test_names_that_cannot_be_written),
        cmocka_unit_test(test_endings),
    };
    if (argc != 2) return 2;
    folder = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
