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

/* Not in order: what is written says where it belongs. */
static void write_newer(cw_output *o) {
    assert_int_equal(cw_output_write(o, 3, "er", 2), 1);
    assert_int_equal(cw_output_write(o, 0, "new", 3), 1);
}

static void test_finish_renames(void **state) {
    cw_output o = {0};
    (void)state;
    assert_int_equal(cw_output_open(&o, path, false), EXIT_GOOD);
    write_newer(&o);
    const text before = text_of(folder, "result", "");
    assert_string_equal(before.bytes, "older");
    free(before.bytes);
    assert_int_equal(access(part, F_OK), 0);
    assert_int_equal(cw_output_finish(&o), EXIT_GOOD);
    assert_null(o.part);
    assert_null(o.path);
    expect_content("newer");
}

static void test_abandon_keeps_the_older(void **state) {
    cw_output o = {0};
    (void)state;
    cw_output_abandon(&o);
    assert_int_equal(cw_output_open(&o, path, false), EXIT_GOOD);
    write_newer(&o);
    cw_output_abandon(&o);
    assert_null(o.part);
    expect_content("older");
}

static void test_part_of_a_killed_run_is_replaced(void **state) {
    cw_output o = {0};
    (void)state;
    text_write(part, "longer than what follows", 24);
    assert_int_equal(cw_output_open(&o, path, false), EXIT_GOOD);
    write_newer(&o);
    assert_int_equal(cw_output_finish(&o), EXIT_GOOD);
    expect_content("newer");
}

static void test_part_of_a_killed_run_is_kept(void **state) {
    cw_output o = {0};
    (void)state;
    text_write(part, "nowER, and what follows it", 26);
    assert_int_equal(cw_output_open(&o, path, true), EXIT_GOOD);
    write_newer(&o);
    assert_int_equal(o.kept, 0);
    assert_int_equal(cw_output_write(&o, 0, "newer", 5), 1);
    assert_int_equal(o.kept, 5);
    assert_int_equal(cw_output_finish(&o), EXIT_GOOD);
    expect_content("newer");
}

/* What is longer than one piece is compared piece by piece. */
static void test_only_what_differs_is_written(void **state) {
    enum { PIECE = 4 << 20, BYTES = 3 * PIECE + 5 };
    cw_output o = {0};
    char *content = calloc(1, BYTES);
    (void)state;
    text_write(part, content, BYTES - 1);
    content[PIECE + 7] = 1;
    assert_int_equal(cw_output_open(&o, path, true), EXIT_GOOD);
    assert_int_equal(cw_output_write(&o, 0, content, BYTES), 1);
    assert_int_equal(o.kept, 2 * PIECE);
    assert_int_equal(cw_output_finish(&o), EXIT_GOOD);
    const text found = text_of(folder, "result", "");
    assert_int_equal(found.length, BYTES);
    assert_memory_equal(found.bytes, content, BYTES);
    free(found.bytes);
    free(content);
}

/* One process holds the file, another writes a part of it, and the first finishes it. */
static void test_two_at_one_file(void **state) {
    cw_output o = {0}, other = {0};
    (void)state;
    hear();
    assert_int_equal(cw_output_join(&other, path, false), EXIT_IO);
    const text said = heard();
    assert_true(is_complaint(said));
    free(said.bytes);
    assert_int_equal(cw_output_open(&o, path, false), EXIT_GOOD);
    assert_int_equal(cw_output_join(&other, path, false), EXIT_GOOD);
    assert_int_equal(cw_output_write(&other, 3, "er", 2), 1);
    assert_int_equal(cw_output_sync(&other), EXIT_GOOD);
    assert_int_equal(cw_output_write(&o, 0, "new", 3), 1);
    o.bytes = 5;
    cw_output_unlock(&o);
    assert_true(cw_output_lock(&other));
    cw_output_unlock(&other);
    assert_false(cw_output_is_finished(&other));
    assert_int_equal(cw_output_finish(&o), EXIT_GOOD);
    assert_false(cw_output_lock(&other));
    assert_true(cw_output_is_finished(&other));
    cw_output_leave(&other);
    expect_content("newer");
}

/* A part that someone may still be writing without a lock gets no other content under their hands. */
static void test_replaced_part_is_another_file(void **state) {
    cw_output o = {0}, other = {0};
    (void)state;
    text_write(part, "killed", 6);
    assert_int_equal(cw_output_join(&other, path, false), EXIT_GOOD);
    assert_int_equal(cw_output_open(&o, path, false), EXIT_GOOD);
    assert_int_equal(cw_output_write(&other, 0, "xxxxxxxxx", 9), 1);
    write_newer(&o);
    assert_int_equal(cw_output_finish(&o), EXIT_GOOD);
    assert_false(cw_output_lock(&other));
    assert_false(cw_output_is_finished(&other));
    cw_output_leave(&other);
    expect_content("newer");
}

/* A limit on the size of files stands for a full disk. */
static void write_too_much(size_t bytes) {
    cw_output o = {0};
    struct rlimit before, limit;
    char *zeros = calloc(1, bytes);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = 2000; /* what is said on stderr goes to a file as well */
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(cw_output_open(&o, path, false), EXIT_GOOD);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(cw_output_write(&o, 0, zeros, bytes), 0);
    hear();
    const int status = cw_output_finish(&o);
    setrlimit(RLIMIT_FSIZE, &before);
    const text said = heard();
    assert_int_equal(status, EXIT_IO);
    assert_non_null(strstr(said.bytes, "File too large"));
    assert_null(o.part);
    expect_content("older");
    free(said.bytes);
    free(zeros);
}

static void test_full_disk(void **state) {
    (void)state;
    write_too_much(10000000);
    write_too_much(3000);
}

static void expect_no_output(const char *to) {
    cw_output o = {0};
    hear();
    const int status = cw_output_open(&o, to, false);
    const text said = heard();
    assert_int_equal(status, EXIT_IO);
    assert_true(is_complaint(said));
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
    assert_int_equal(cw_output_open(&o, "-", false), EXIT_GOOD);
    assert_int_equal(cw_output_write(&o, 0, "to stdout\n", 10), 1);
    assert_int_equal(cw_output_finish(&o), EXIT_GOOD);
    assert_null(o.part);
    assert_true(fputs("stdout is still open\n", stdout) >= 0 && fflush(stdout) == 0);
}

int main(int argc, char **argv) {
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_finish_renames, set_up),
        cmocka_unit_test_setup(test_abandon_keeps_the_older, set_up),
        cmocka_unit_test_setup(test_part_of_a_killed_run_is_replaced, set_up),
        cmocka_unit_test_setup(test_part_of_a_killed_run_is_kept, set_up),
        cmocka_unit_test_setup(test_only_what_differs_is_written, set_up),
        cmocka_unit_test_setup(test_two_at_one_file, set_up),
        cmocka_unit_test_setup(test_replaced_part_is_another_file, set_up),
        cmocka_unit_test_setup(test_full_disk, set_up),
        cmocka_unit_test_setup(test_places_that_cannot_be_written, set_up),
        cmocka_unit_test_setup(test_stdout, set_up),
    };
    if (argc != 2) return 2;
    snprintf(folder, sizeof folder, "%s/output", argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
