/* SPDX-License-Identifier: Apache-2.0
 *
 * Loaded into cw by LD_PRELOAD: a machine that is not at hand. Each variable of the environment changes one thing.
 *
 *     CW_TEST_CPUS=N       the kernel's set of CPUs has room for 8192, and this process may use the last N of them
 *     CW_TEST_CPUINFO=FILE is /proc/cpuinfo
 *     CW_TEST_FSYNC=FILE   gets a line for each folder that is brought to the disk
 *     CW_TEST_CLOCK=MS     the time since start goes on by so many milliseconds whenever it is asked, and only then
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#pragma GCC visibility push(default)

enum { ROOM = 8192 };

int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set) {
    const char *cpus = getenv("CW_TEST_CPUS");
    if (!cpus) {
        const long bytes = syscall(SYS_sched_getaffinity, pid, size, set);
        if (bytes < 0) return -1;
        memset((char *)set + bytes, 0, size - (size_t)bytes);
        return 0;
    }
    if (size < ROOM / 8) {
        errno = EINVAL;
        return -1;
    }
    CPU_ZERO_S(size, set);
    for (int i = ROOM - atoi(cpus); i < ROOM; i++) CPU_SET_S((size_t)i, size, set);
    return 0;
}

FILE *fopen(const char *path, const char *mode) {
    FILE *(*real)(const char *, const char *);
    *(void **)&real = dlsym(RTLD_NEXT, "fopen");
    const char *instead = getenv("CW_TEST_CPUINFO");
    return real(instead && strcmp(path, "/proc/cpuinfo") == 0 ? instead : path, mode);
}

int clock_gettime(clockid_t clock, struct timespec *t) {
    static long long milliseconds;
    const char *step = getenv("CW_TEST_CLOCK");
    if (!step || clock != CLOCK_MONOTONIC) return (int)syscall(SYS_clock_gettime, clock, t);
    milliseconds += atoi(step);
    t->tv_sec = milliseconds / 1000;
    t->tv_nsec = milliseconds % 1000 * 1000000;
    return 0;
}

int fsync(int fd) {
    const char *log = getenv("CW_TEST_FSYNC");
    struct stat s;
    if (log && fstat(fd, &s) == 0 && S_ISDIR(s.st_mode)) {
        FILE *file = fopen(log, "a");
        if (file) fprintf(file, "%ju\n", (uintmax_t)s.st_ino);
        if (file) fclose(file);
    }
    return (int)syscall(SYS_fsync, fd);
}
