/* SPDX-License-Identifier: Apache-2.0
 *
 * output FOLDER: result files that are whole or not there.
 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli.h"
#include "output.h"
#include "text.h"

static char folder[4096], path[4200], part[4300];

/* A folder of its own, with an older result in it. */
static int set_up(void **state) {
    (void)state;
    mkdir(folder, 0700);
    snprintf(path, sizeof path, "%s/result", folder);
    snprintf(part, sizeof part, "%s.part", path);
    unlink(part);
    text_write(path, "older", 5);
    return 0;
}

static void expect_content(const char *content) {
    const text found = text_of(folder, "result", "");
    assert_string_equal(found.bytes, content);
    free(found.bytes);
    assert_int_equal(access(part, F_OK), -1);
}

static void test_finish_renames(void **state) {
    cw_output o = {0};
    (void)state;
    assert_int_equal(cw_output_open(&o, path), EXIT_GOOD);
    fputs("newer", cw_output_file(&o));
    const text before = text_of(folder, "result", "");
    assert_string_equal(before.bytes, "older");
    free(before.bytes);
    assert_int_equal(access(part, F_OK), 0);
    assert_int_equal(cw_output_finish(&o), EXIT_GOOD);
    assert_null(o.file);
    assert_null(o.path);
    expect_content("newer");
}

static void test_abandon_keeps_the_older(void **state) {
    cw_output o = {0};
    (void)state;
    cw_output_abandon(&o);
    assert_int_equal(cw_output_open(&o, path), EXIT_GOOD);
    fputs("newer", cw_output_file(&o));
    cw_output_abandon(&o);
    assert_null(o.file);
    expect_content("older");
}

static void test_part_of_a_killed_run_is_replaced(void **state) {
    cw_output o = {0};
    (void)state;
    text_write(part, "longer than what follows", 24);
    assert_int_equal(cw_output_open(&o, path), EXIT_GOOD);
    fputs("newer", cw_output_file(&o));
    assert_int_equal(cw_output_finish(&o), EXIT_GOOD);
    expect_content("newer");
}

/* A limit on the size of files stands for a full disk. The reason is known if the bytes fit in the FILE's buffer. */
static void write_too_much(size_t bytes) {
    cw_output o = {0};
    struct rlimit before, limit;
    char *zeros = calloc(1, bytes);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = 2000; /* what is said on stderr goes to a file as well */
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(cw_output_open(&o, path), EXIT_GOOD);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    fwrite(zeros, 1, bytes, cw_output_file(&o));
    hear();
    const int status = cw_output_finish(&o);
    setrlimit(RLIMIT_FSIZE, &before);
    const text said = heard();
    assert_int_equal(status, EXIT_IO);
    if (bytes < BUFSIZ) assert_non_null(strstr(said.bytes, "File too large"));
    assert_null(o.file);
    expect_content("older");
    free(said.bytes);
    free(zeros);
}

static void test_full_disk(void **state) {
    (void)state;
    write_too_much(1000000);
    write_too_much(3000);
}

static void expect_no_output(const char *to) {
    cw_output o = {0};
    hear();
    const int status = cw_output_open(&o, to);
    const text said = heard();
    assert_int_equal(status, EXIT_IO);
    assert_true(is_complaint(said));
    assert_null(o.file);
    assert_null(o.part);
    free(said.bytes);
}

static void test_places_that_cannot_be_written(void **state) {
    char deeper[4400];
    (void)state;
    snprintf(deeper, sizeof deeper, "%s/missing/result", folder);
    expect_no_output(deeper);
    expect_no_output(folder);
    expect_no_output("/dev/full");
    expect_content("older");
}

static void test_stdout(void **state) {
    cw_output o = {0};
    (void)state;
    assert_int_equal(cw_output_open(&o, "-"), EXIT_GOOD);
    assert_ptr_equal(cw_output_file(&o), stdout);
    assert_int_equal(cw_output_finish(&o), EXIT_GOOD);
    assert_null(o.file);
    assert_true(fputs("stdout is still open\n", stdout) >= 0);
}

int main(int argc, char **argv) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_finish_renames, set_up),
        cmocka_unit_test_setup(test_abandon_keeps_the_older, set_up),
        cmocka_unit_test_setup(test_part_of_a_killed_run_is_replaced, set_up),
        cmocka_unit_test_setup(test_full_disk, set_up),
        cmocka_unit_test_setup(test_places_that_cannot_be_written, set_up),
        cmocka_unit_test_setup(test_stdout, set_up),
    };
    if (argc != 2) return 2;
    snprintf(folder, sizeof folder, "%s/output", argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
