/* SPDX-License-Identifier: Apache-2.0
 *
 * numbers FOLDER: prints what make_numbers.py wrote there and compares; writes NAME.json for read_json.py.
 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli.h"
#include "element.h"
#include "npy.h"
#include "print.h"
#include "text.h"

static const char *folder;

typedef void printer(FILE *file, cw_dtype dtype, const void *data, uint32_t rank, const uint64_t *shape);

/* The items of the first axis, one after the other. */
static void print_items(FILE *file, const cw_tensor *t, printer *print) {
    const uint64_t bytes = t->bytes / t->shape[0];
    for (uint64_t i = 0; i < t->shape[0]; i++)
        print(file, t->dtype, (const char *)t->data + i * bytes, t->rank - 1, t->shape + 1);
}

/* The line with the first byte that differs. */
static const char *differing_line(const char *found, const char *expected) {
    const char *line = found;
    for (; *found && *found == *expected; found++, expected++)
        if (*found == '\n') line = found + 1;
    return line;
}

static void compare(const char *name, const char *ending, const char *found) {
    const text expected = text_of(folder, name, ending);
    if (strcmp(found, expected.bytes) != 0) {
        const char *line = differing_line(found, expected.bytes);
        fail_msg("%s%s\nprinted:\n%.160s\nexpected:\n%.160s", name, ending, line, expected.bytes + (line - found));
    }
    free(expected.bytes);
}

static void check(const char *name, const char *ending, const cw_tensor *t, printer *print) {
    char *found = NULL;
    size_t length = 0;
    FILE *file = open_memstream(&found, &length);
    print_items(file, t, print);
    fclose(file);
    compare(name, ending, found);
    free(found);
}

static void write_json(const char *name, const cw_tensor *t) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s.json", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    cw_elements_json(file, t->dtype, t->data, t->rank, t->shape);
    assert_int_equal(fclose(file), 0);
}

static void check_file(const char *kind, const char *dtype) {
    char name[64], path[4096];
    cw_tensor t = {0};
    snprintf(name, sizeof name, "%s_%s", kind, dtype);
    snprintf(path, sizeof path, "%s/%s.npy", folder, name);
    assert_int_equal(cw_npy_read(path, &t), EXIT_GOOD);
    assert_string_equal(cw_dtype_name(t.dtype), dtype);
    check(name, ".txt", &t, cw_print_array);
    check(name, ".exact.txt", &t, cw_print_exact);
    write_json(name, &t);
    cw_tensor_free(&t);
}

static void test_dtype(void **state) {
    const char *dtype = *state;
    check_file("elements", dtype);
    check_file("rows", dtype);
}

/* clang-format off */
#define CW_ROW(id, value, name, bytes) {name, test_dtype, NULL, NULL, name},
/* clang-format on */

int main(int argc, char **argv) {
    static const struct CMUnitTest tests[] = {CW_DTYPE_TABLE(CW_ROW)};
    if (argc != 2) return 2;
    folder = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
