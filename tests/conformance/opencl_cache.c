/* SPDX-License-Identifier: Apache-2.0
 *
 * opencl_cache [real]: built programs on disk. The clock is this program's own, which building a program advances. So
 * is what a driver gives as a program's binary, which is its source here: asking PoCL takes half a minute. With "real"
 * it is the driver's.
 */
#define _GNU_SOURCE
#define CL_TARGET_OPENCL_VERSION 120
#include <dirent.h>
#include <dlfcn.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <CL/cl.h>
#include <cmocka.h>

#include "counterweight/opencl.h"
#include "device.h"

enum { ELEMENTS = 1000, PATH = 512, CHILDREN = 4, TIMES = 4 };

static int is_real, refuses;
static double clock_seconds = 1, build_seconds;
static unsigned from_source, from_binary, asked;
static char folder[PATH];

/* ------------------------------------------------------------------------------------- what stands for the system's */

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

int clock_gettime(clockid_t id, struct timespec *t) {
    if (id != CLOCK_THREAD_CPUTIME_ID) return (int)syscall(SYS_clock_gettime, id, t);
    t->tv_sec = (time_t)clock_seconds;
    t->tv_nsec = (long)((clock_seconds - (double)t->tv_sec) * 1e9);
    return 0;
}

CL_API_ENTRY cl_program CL_API_CALL clCreateProgramWithSource(cl_context context, cl_uint count, const char **text,
                                                              const size_t *length, cl_int *code) {
    cl_program (*create)(cl_context, cl_uint, const char **, const size_t *, cl_int *);
    *(void **)&create = real("clCreateProgramWithSource");
    from_source++;
    clock_seconds += build_seconds;
    return create(context, count, text, length, code);
}

CL_API_ENTRY cl_program CL_API_CALL clCreateProgramWithBinary(cl_context context, cl_uint count, const cl_device_id *id,
                                                              const size_t *bytes, const unsigned char **from,
                                                              cl_int *each, cl_int *code) {
    cl_program (*create)(cl_context, cl_uint, const cl_device_id *, const size_t *, const unsigned char **, cl_int *,
                         cl_int *);
    cl_program (*create_again)(cl_context, cl_uint, const char **, const size_t *, cl_int *);
    *(void **)&create = real("clCreateProgramWithBinary");
    *(void **)&create_again = real("clCreateProgramWithSource");
    from_binary++;
    if (!refuses && is_real) return create(context, count, id, bytes, from, each, code);
    *code = CL_INVALID_BINARY;
    if (refuses) return NULL;
    return create_again(context, 1, (const char **)from, bytes, code);
}

CL_API_ENTRY cl_int CL_API_CALL clGetProgramInfo(cl_program program, cl_program_info what, size_t room, void *to,
                                                 size_t *used) {
    cl_int (*get)(cl_program, cl_program_info, size_t, void *, size_t *);
    *(void **)&get = real("clGetProgramInfo");
    asked += what == CL_PROGRAM_BINARIES;
    if (!is_real && what == CL_PROGRAM_BINARY_SIZES) return get(program, CL_PROGRAM_SOURCE, 0, NULL, to);
    if (!is_real && what == CL_PROGRAM_BINARIES) {
        size_t bytes = 0;
        return get(program, CL_PROGRAM_SOURCE, 0, NULL, &bytes)
                   ? -1
                   : get(program, CL_PROGRAM_SOURCE, bytes, *(char **)to, NULL);
    }
    return get(program, what, room, to, used);
}

/* ------------------------------------------------------------------------------------------------------------ opening
 */

static void expect_right(cw_device *device) {
    static float found[ELEMENTS], expected[ELEMENTS];
    cw_spec spec = CW_SPEC_INIT;
    cw_destination to;
    cw_plan plan;
    spec.initializer = CW_TRUNCATED_NORMAL;
    spec.philox = cw_philox_keras(7, 0);
    spec.rank = 1;
    spec.shape[0] = ELEMENTS;
    test_ok(cw_plan_make(&spec, &plan, NULL), NULL);
    test_ok(cw_reference(&plan, 0, ELEMENTS, expected, NULL), NULL);
    test_ok(cw_allocate(device, sizeof found, &to, NULL), NULL);
    test_ok(cw_fill(device, &plan, &to, NULL), NULL);
    test_ok(cw_read(device, &to, found, sizeof found, NULL), NULL);
    cw_release(device, &to);
    assert_memory_equal(found, expected, sizeof found);
}

static void open_in(const char *in, double seconds) {
    cw_opencl_options options = CW_OPENCL_OPTIONS_INIT;
    cw_device *device = NULL;
    cw_error why = {CW_OK, 0, ""};
    options.cache_folder = in;
    build_seconds = seconds;
    from_source = from_binary = asked = 0;
    test_ok(cw_opencl_open_index_with(&options, 0, 0, &device, &why), &why);
    expect_right(device);
    cw_device_close(device);
}

/* Opens and closes, where building takes so long: from source or from a binary, and whether the driver is asked for
 * one. */
static void expect(double seconds, unsigned source, unsigned by_binary, unsigned is_asked) {
    open_in(folder, seconds);
    assert_int_equal(from_source, source);
    assert_int_equal(from_binary, by_binary);
    assert_int_equal(asked, is_asked);
}

static void expect_source(double seconds) { expect(seconds, 1, 0, 0); }
static void expect_source_and_keep(double seconds) { expect(seconds, 1, 0, 1); }
static void expect_binary(void) { expect(1, 0, 1, 0); }

/* Files in the folder; `path` gets the last one's. */
static unsigned files(char *path) {
    DIR *d = opendir(folder);
    unsigned n = 0;
    for (struct dirent *e; d && (e = readdir(d));)
        if (e->d_name[0] != '.') {
            n++;
            if (path) assert_true((size_t)snprintf(path, 2 * PATH, "%s/%s", folder, e->d_name) < 2 * PATH);
        }
    if (d) closedir(d);
    return n;
}

static int make_folder(void **state) {
    (void)state;
    strcpy(folder, "cache.XXXXXX");
    refuses = 0;
    unsetenv("CW_OPENCL_LANES");
    unsetenv("CW_OPENCL_FP64");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
    char path[2 * PATH];
    (void)state;
    while (files(path)) unlink(path);
    return rmdir(folder);
}

/* -------------------------------------------------------------------------------------------------------------- tests
 */

static void test_the_disk_is_left_alone(void **state) {
    (void)state;
    for (int i = 0; i < 3; i++) open_in(i ? "" : NULL, 1);
    assert_int_equal(from_source, 1);
    assert_int_equal(files(NULL), 0);
}

static void test_what_takes_long_twice_is_kept(void **state) {
    (void)state;
    expect_source(1);
    assert_int_equal(files(NULL), 1);
    expect_source_and_keep(0.75);
    expect_binary();
    expect_binary();
    assert_int_equal(files(NULL), 1);
}

static void test_what_takes_little_is_not(void **state) {
    (void)state;
    for (int i = 0; i < 3; i++) expect_source(0.375);
    assert_int_equal(files(NULL), 0);
}

/* It took less the second time, so that a third that takes long is nothing to go by: someone has removed what the
 * driver kept. */
static void test_a_driver_that_keeps_programs_is_not_asked(void **state) {
    static const double second[] = {0.375, 0.75};
    (void)state;
    for (int i = 0; i < 2; i++) {
        char path[2 * PATH];
        expect_source(2);
        expect_source(second[i]);
        expect_source(2);
        expect_source(2);
        assert_int_equal(files(path), 1);
        unlink(path);
    }
}

static void test_each_key_has_a_file(void **state) {
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        if (i < 2) setenv("CW_OPENCL_LANES", i ? "8" : "1", 1);
        else setenv("CW_OPENCL_FP64", "off", 1);
        expect_source(1);
        expect_source_and_keep(1);
        assert_int_equal(files(NULL), i + 1);
    }
    for (unsigned i = 3; i-- > 0;) {
        if (i < 2) setenv("CW_OPENCL_LANES", i ? "8" : "1", 1), unsetenv("CW_OPENCL_FP64");
        expect_binary();
    }
}

/* -------------------------------------------------------------------------------------------------------------- damage
 */

static long size_of(const char *path) {
    struct stat s;
    return stat(path, &s) ? -1 : (long)s.st_size;
}

static void flip(const char *path, long at) {
    FILE *f = fopen(path, "r+b");
    assert_non_null(f);
    fseek(f, at, SEEK_SET);
    const int byte = fgetc(f);
    fseek(f, at, SEEK_SET);
    fputc(byte ^ 0x40, f);
    fclose(f);
}

/* The file is as good as none, so it starts anew. */
static void expect_anew(void) {
    expect_source(1);
    expect_source_and_keep(1);
    expect_binary();
}

static void test_damaged_files_are_built_anew(void **state) {
    char path[2 * PATH];
    (void)state;
    expect_anew();
    assert_int_equal(files(path), 1);
    const long size = size_of(path);
    const long places[] = {0, 8, 32, 40, size - 1};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        flip(path, places[i]);
        expect_anew();
        assert_int_equal(size_of(path), size);
    }
    const long sizes[] = {0, 1, 55, size - 1, size + 1};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        assert_int_equal(truncate(path, sizes[i]), 0);
        expect_anew();
    }
    assert_int_equal(files(NULL), 1);
}

static void test_a_driver_that_refuses_its_binary_is_not_asked_again(void **state) {
    (void)state;
    expect_source(1);
    expect_source_and_keep(1);
    refuses = 1;
    expect(1, 1, 1, 0);
    refuses = 0;
    for (int i = 0; i < 3; i++) expect_source(1);
}

/* ------------------------------------------------------------------------------------------------------------- folders
 */

static void test_folders_are_made(void **state) {
    char above[PATH], path[2 * PATH];
    (void)state;
    strcpy(above, folder);
    strcat(folder, "/a/b");
    expect_anew();
    assert_int_equal(files(path), 1);
    struct stat s;
    assert_int_equal(stat(folder, &s), 0);
    assert_int_equal(s.st_mode & 0777, 0700);
    assert_int_equal(stat(path, &s), 0);
    assert_int_equal(s.st_mode & 0777, 0600);
    unlink(path);
    rmdir(folder);
    strcpy(strrchr(folder, '/'), "");
    rmdir(folder);
    strcpy(folder, above);
}

static void test_folders_that_cannot_be_written_do_no_harm(void **state) {
    static const char *const place[] = {"/dev/null/cache", "/proc/self"};
    (void)state;
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 3; k++) open_in(place[i], 1);
    if (geteuid() == 0) return; /* who may write anywhere */
    expect_source(1);
    chmod(folder, 0500);
    expect_source_and_keep(1);
    expect_source_and_keep(1);
    chmod(folder, 0700);
}

static const char *program;

static void test_many_processes_share_a_folder(void **state) {
    char path[2 * PATH], *arguments[] = {(char *)(uintptr_t)program, (char *)"child", folder, NULL};
    extern char **environ;
    pid_t child[CHILDREN];
    (void)state;
    for (int i = 0; i < CHILDREN; i++)
        assert_int_equal(posix_spawn(&child[i], "/proc/self/exe", NULL, NULL, arguments, environ), 0);
    for (int i = 0; i < CHILDREN; i++) {
        int status = -1;
        assert_int_equal(waitpid(child[i], &status, 0), child[i]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(files(path), 1);
    expect_binary();
}

/* What has been kept is used from then on: each build takes long here, whoever did the one before. */
static int be_child(const char *in) {
    for (int i = 0; i < TIMES; i++) open_in(in, 1);
    return 0;
}

int main(int count, char **arguments) {
    static const struct CMUnitTest real_tests[] = {
        cmocka_unit_test_setup_teardown(test_what_takes_long_twice_is_kept, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_each_key_has_a_file, make_folder, remove_folder),
    };
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_disk_is_left_alone, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_what_takes_long_twice_is_kept, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_what_takes_little_is_not, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_a_driver_that_keeps_programs_is_not_asked, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_each_key_has_a_file, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_damaged_files_are_built_anew, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_a_driver_that_refuses_its_binary_is_not_asked_again, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(test_folders_are_made, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_folders_that_cannot_be_written_do_no_harm, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_many_processes_share_a_folder, make_folder, remove_folder),
    };
    program = arguments[0];
    if (count == 3 && !strcmp(arguments[1], "child")) return be_child(arguments[2]);
    is_real = count == 2 && !strcmp(arguments[1], "real");
    cw_device_info info;
    size_t found = 0;
    if (cw_opencl_devices(&info, 1, &found, NULL) || !found) {
        puts("FAIL: there is no OpenCL device (run ./setup.sh)");
        return 1;
    }
    printf("%s: %s\n", info.id, info.name);
    return is_real ? cmocka_run_group_tests(real_tests, NULL, NULL) : cmocka_run_group_tests(tests, NULL, NULL);
}
