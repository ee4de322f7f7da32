/* SPDX-License-Identifier: Apache-2.0
 *
 * print FOLDER: every NAME.npy there, printed as NAME.txt and NAME.exact.txt, byte for byte; no file without the
 * others.
 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli.h"
#include "npy.h"
#include "print.h"
#include "text.h"

static const char *folder;

typedef void printer(FILE *file, const float *data, uint32_t rank, const uint64_t *shape);

static void check(const char *name, const char *ending, const cw_tensor *t, printer *print) {
    char *found = NULL;
    size_t length = 0;
    const text expected = text_of(folder, name, ending);
    FILE *file = open_memstream(&found, &length);
    print(file, t->data, t->rank, t->shape);
    fclose(file);
    if (length != expected.length || memcmp(found, expected.bytes, length) != 0)
        fail_msg("%s%s\nprinted:\n%sexpected:\n%s", name, ending, found, expected.bytes);
    free(found);
    free(expected.bytes);
}

static void check_both(const char *name) {
    char path[4096];
    cw_tensor t = {0};
    snprintf(path, sizeof path, "%s/%s.npy", folder, name);
    assert_int_equal(cw_npy_read(path, &t), EXIT_GOOD);
    assert_int_equal(t.dtype, CW_FLOAT32);
    check(name, ".txt", &t, cw_print_array);
    check(name, ".exact.txt", &t, cw_print_exact);
    cw_tensor_free(&t);
}

static bool cut_ending(char *name, const char *ending) {
    const size_t n = strlen(name), m = strlen(ending);
    if (n <= m || strcmp(name + n - m, ending) != 0) return false;
    name[n - m] = 0;
    return true;
}

/* A text without its array would be a case that nobody looks at. */
static void test_every_case(void **state) {
    int arrays = 0, texts = 0;
    char name[256];
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    (void)state;
    for (const struct dirent *e; (e = readdir(dir)) != NULL;) {
        snprintf(name, sizeof name, "%s", e->d_name);
        if (cut_ending(name, ".txt")) texts++;
        if (!cut_ending(name, ".npy")) continue;
        check_both(name);
        arrays++;
    }
    closedir(dir);
    assert_true(arrays > 0);
    assert_int_equal(texts, 2 * arrays);
    printf("%d arrays printed in both ways\n", arrays);
}

int main(int argc, char **argv) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_case),
    };
    if (argc != 2) return 2;
    folder = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
