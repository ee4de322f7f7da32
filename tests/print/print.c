/* SPDX-License-Identifier: Apache-2.0
 *
 * print FOLDER: for every dtype the arrays of FOLDER/DTYPE.safetensors, printed as DTYPE.txt and DTYPE.exact.txt say,
 * byte for byte.
 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli.h"
#include "print.h"
#include "safetensors.h"
#include "text.h"

static const char *folder;

typedef void printer(FILE *file, cw_dtype dtype, const void *data, uint32_t rank, const uint64_t *shape);

/* Prints one array below its name and compares it with what comes next; returns what comes after that. */
static const char *check(const char *expected, const cw_tensor *t, printer *print) {
    char *found = NULL;
    size_t length = 0;
    FILE *file = open_memstream(&found, &length);
    fprintf(file, "== %s\n", t->name);
    print(file, t->dtype, t->data, t->rank, t->shape);
    fclose(file);
    if (strncmp(expected, found, length) != 0)
        fail_msg("%s\nprinted:\n%sexpected:\n%.*s", cw_dtype_name(t->dtype), found, (int)length + 80, expected);
    free(found);
    return expected + length;
}

static void check_all(const char *dtype, const char *ending, const cw_safetensors *s, printer *print) {
    const text expected = text_of(folder, dtype, ending);
    const char *rest = expected.bytes;
    for (size_t i = 0; i < s->count; i++) {
        assert_string_equal(cw_dtype_name(s->tensor[i].dtype), dtype);
        rest = check(rest, &s->tensor[i], print);
    }
    assert_string_equal(rest, "");
    free(expected.bytes);
}

static void test_dtype(void **state) {
    const char *dtype = *state;
    char path[4096];
    cw_safetensors s = {0};
    snprintf(path, sizeof path, "%s/%s.safetensors", folder, dtype);
    assert_int_equal(cw_safetensors_open(path, &s), EXIT_GOOD);
    assert_true(s.count > 0);
    check_all(dtype, ".txt", &s, cw_print_array);
    check_all(dtype, ".exact.txt", &s, cw_print_exact);
    printf("%zu arrays printed in both ways\n", s.count);
    cw_safetensors_close(&s);
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
