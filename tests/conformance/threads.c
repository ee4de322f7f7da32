/* SPDX-License-Identifier: Apache-2.0
 *
 * The CPU's cut over threads: the same bits for every number of threads, and over a caller's own parallel-for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "counterweight/cpu.h"
#include "device.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static cw_device *open_cpu(uint32_t threads, cw_parallel_for *parallel_for, void *user) {
    cw_cpu_options options = CW_CPU_OPTIONS_INIT;
    cw_device *device = NULL;
    cw_error why = {CW_OK, 0, ""};
    options.threads = threads;
    options.parallel_for = parallel_for;
    options.user = user;
    test_ok(cw_cpu_open(&options, &device, &why), &why);
    return device;
}

static void check_fill(cw_device *device, cw_initializer initializer, uint64_t elements, uint64_t offset) {
    cw_spec spec = CW_SPEC_INIT;
    cw_plan plan;
    cw_error why = {CW_OK, 0, ""};
    spec.initializer = initializer;
    spec.rank = 1;
    spec.shape[0] = elements;
    spec.philox = cw_philox_keras(7, 0);
    test_ok(cw_plan_make(&spec, &plan, &why), &why);
    test_area area = test_area_make(device, 4 * elements);
    const cw_destination to = test_area_at(&area, offset, 4 * elements);
    test_area_clean(&area, offset, 4 * elements);
    test_ok(cw_fill(device, &plan, &to, &why), &why);
    test_ok(cw_verify(&plan, test_area_read(&area, offset, 4 * elements), 4 * elements, NULL, &why), &why);
    test_area_free(&area);
}

/* Sizes at which the number of tasks changes (a task has at least 16384 elements), and larger ones that no number of
 * tasks divides. */
static void check_sizes(cw_device *device) {
    static const uint64_t sizes[] = {1, 16383, 16384, 16385, 32767, 32768, 49151, 49153, 98303, 114689, 300007};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        check_fill(device, CW_GLOROT_UNIFORM, sizes[i], 4 * (i % 4));
        check_fill(device, CW_TRUNCATED_NORMAL, sizes[i], 4 * (i % 4));
    }
    cw_device_close(device);
}

static void test_numbers_of_threads(void **state) {
    static const uint32_t threads[] = {0, 1, 2, 3, 7, 64, 1024};
    (void)state;
    for (size_t i = 0; i < COUNT(threads); i++) check_sizes(open_cpu(threads[i], NULL, NULL));
}

typedef struct calls {
    uint32_t loops, most;
} calls;

static void count(calls *c, uint32_t tasks) {
    c->loops++;
    if (tasks > c->most) c->most = tasks;
}

static void backwards(void *user, uint32_t tasks, void (*task)(void *argument, uint32_t i), void *argument) {
    count(user, tasks);
    for (uint32_t i = tasks; i-- > 0;) task(argument, i);
}

static void odd_first(void *user, uint32_t tasks, void (*task)(void *argument, uint32_t i), void *argument) {
    count(user, tasks);
    for (uint32_t i = 1; i < tasks; i += 2) task(argument, i);
    for (uint32_t i = 0; i < tasks; i += 2) task(argument, i);
}

/* It gets its argument, never more tasks than were asked for, and as many as that for a large fill. */
static void test_own_parallel_for(void **state) {
    cw_parallel_for *own[] = {backwards, odd_first};
    (void)state;
    for (size_t i = 0; i < COUNT(own); i++)
        for (uint32_t threads = 1; threads <= 7; threads += 3) {
            calls c = {0, 0};
            check_sizes(open_cpu(threads, own[i], &c));
            if (threads == 1) assert_int_equal(c.loops, 0); /* nothing to share out */
            else assert_int_equal(c.most, threads);
        }
}

/* A child has none of its parent's threads: its fills still end, and so does its close. */
static void test_fork(void **state) {
    cw_device *device = open_cpu(4, NULL, NULL);
    int status = -1;
    (void)state;
    check_fill(device, CW_GLOROT_UNIFORM, 300007, 0);
    const pid_t child = fork();
    if (child == 0) {
        alarm(60);
        check_fill(device, CW_GLOROT_UNIFORM, 300007, 0);
        cw_device_close(device);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    check_fill(device, CW_GLOROT_UNIFORM, 300007, 0);
    cw_device_close(device);
}

/* Where the system gives no more threads, those that are there do the work. */
static void test_threads_that_cannot_be_made(void **state) {
    struct rlimit before, none;
    (void)state;
#ifdef __SANITIZE_ADDRESS__
    print_message("left out: the sanitizer needs more address space than the limit\n");
    skip();
#endif
    assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
    none = before;
    none.rlim_cur = (rlim_t)1 << 30; /* the stacks of 1023 threads do not go into that */
    if (setrlimit(RLIMIT_AS, &none)) skip();
    cw_device *device = open_cpu(1024, NULL, NULL);
    check_fill(device, CW_TRUNCATED_NORMAL, 300007, 0);
    cw_device_close(device);
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_of_threads),
        cmocka_unit_test(test_fork),
        cmocka_unit_test(test_threads_that_cannot_be_made),
        cmocka_unit_test(test_own_parallel_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
