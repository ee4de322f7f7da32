/* SPDX-License-Identifier: Apache-2.0
 *
 * A folder's files of built programs, one for each key: what the source, the options, the device and the driver say of
 * themselves. Nothing here fails: what cannot be read or written is as good as not there.
 *
 * Asking a driver for a program's binary may take far longer than building it (PoCL 3.1: 31 s instead of 3), and many
 * drivers keep what they have built. So a file is first a note of how long the build took, without a program; only if
 * the next build takes as long again is the program asked for, and that when the device is closed. A driver that turns
 * out to keep it, or refuses its own binary, is not asked again.
 */
#define _GNU_SOURCE /* mkstemp, clock_gettime */
#include "internal.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Seconds that nobody minds. */
static const double short_build = 0.5;

typedef struct header {
    char magic[8];
    cw_sums key;
    double seconds; /* of the first build; HUGE_VAL: there will be no program */
    uint64_t bytes; /* of the program, behind this; 0: there is none */
    cw_sums sums;   /* of these */
} header;

static const char magic[8] = "cw-cl-1";

/* This thread's processor time: on a busy machine anything may take long by a clock on the wall. */
static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ------------------------------------------------------------------------------------------------------------- key */

/* As words, and their number of bytes. */
static void add_bytes(cw_sums *sums, uint64_t *at, const void *data, size_t bytes) {
    const char *from = data;
    for (size_t i = 0; i < bytes; i += 8) {
        uint64_t word = 0;
        memcpy(&word, from + i, bytes - i < 8 ? bytes - i : 8);
        cw_digest_add(sums, CW_UINT64, &word, (*at)++, 1);
    }
    const uint64_t length = bytes;
    cw_digest_add(sums, CW_UINT64, &length, (*at)++, 1);
}

static cw_sums sums_of(const void *data, size_t bytes) {
    cw_sums sums = {{0, 0}};
    uint64_t at = 0;
    add_bytes(&sums, &at, data, bytes);
    return sums;
}

static void add_text(cw_sums *sums, uint64_t *at, const char *text) { add_bytes(sums, at, text, strlen(text)); }

static void add_device(cw_sums *sums, uint64_t *at, cl_device_id id) {
    static const cl_device_info of_device[] = {CL_DEVICE_NAME, CL_DEVICE_VENDOR, CL_DEVICE_VERSION, CL_DRIVER_VERSION};
    static const cl_platform_info of_platform[] = {CL_PLATFORM_NAME, CL_PLATFORM_VENDOR, CL_PLATFORM_VERSION};
    cl_platform_id platform = NULL;
    char text[1024];
    clGetDeviceInfo(id, CL_DEVICE_PLATFORM, sizeof platform, &platform, NULL);
    for (size_t i = 0; i < sizeof of_device / sizeof *of_device; i++) {
        memset(text, 0, sizeof text);
        clGetDeviceInfo(id, of_device[i], sizeof text - 1, text, NULL);
        add_text(sums, at, text);
    }
    for (size_t i = 0; i < sizeof of_platform / sizeof *of_platform; i++) {
        memset(text, 0, sizeof text);
        clGetPlatformInfo(platform, of_platform[i], sizeof text - 1, text, NULL);
        add_text(sums, at, text);
    }
}

void cw_opencl_cache_open(cw_opencl_cache *cache, const char *folder, cl_device_id id, const char *options,
                          const char *const *lines, cl_uint count) {
    enum { ROOM = 64 }; /* for the name */
    uint64_t at = 0;
    if (!folder || !folder[0]) return;
    add_text(&cache->key, &at, options);
    add_device(&cache->key, &at, id);
    for (cl_uint i = 0; i < count; i++) add_text(&cache->key, &at, lines[i]);
    cache->file = malloc(strlen(folder) + ROOM);
    if (cache->file)
        sprintf(cache->file, "%s/opencl-%016llx%016llx", folder, (unsigned long long)cache->key.word[0],
                (unsigned long long)cache->key.word[1]);
}

/* ----------------------------------------------------------------------------------------------------------- files */

static int is_right(const cw_opencl_cache *cache, const header *h, const unsigned char *program, size_t bytes) {
    const cw_sums sums = sums_of(program, bytes);
    return !memcmp(h->magic, magic, sizeof magic) && !memcmp(&h->key, &cache->key, sizeof h->key) &&
           h->bytes == bytes && !memcmp(&h->sums, &sums, sizeof sums) && h->seconds > 0;
}

/* The file's bytes, which the caller frees; NULL if there are none. */
static unsigned char *bytes_of(const char *path, size_t *bytes) {
    struct stat s;
    FILE *f = fopen(path, "rb");
    unsigned char *all = NULL;
    if (f && !fstat(fileno(f), &s) && S_ISREG(s.st_mode) && (all = malloc((size_t)s.st_size + 1)))
        *bytes = fread(all, 1, (size_t)s.st_size, f);
    if (f) fclose(f);
    return all;
}

unsigned char *cw_opencl_cache_read(cw_opencl_cache *cache, size_t *bytes) {
    size_t size = 0;
    header h;
    unsigned char *all = cache->file ? bytes_of(cache->file, &size) : NULL;
    if (all && size >= sizeof h) {
        memcpy(&h, all, sizeof h);
        *bytes = size - sizeof h;
        if (is_right(cache, &h, all + sizeof h, *bytes)) {
            cache->seconds = h.seconds;
            memmove(all, all + sizeof h, *bytes);
            if (*bytes) return all;
        }
    }
    free(all);
    cache->start = now();
    return NULL;
}

/* The folder and those above it, for the user alone. */
static void make_folders(char *path) {
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        mkdir(path, 0700);
        *slash = '/';
    }
}

static int write_all(int file, const void *data, size_t bytes) {
    const char *from = data;
    while (bytes) {
        const ssize_t n = write(file, from, bytes);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return 0;
        from += n;
        bytes -= (size_t)n;
    }
    return 1;
}

/* Appears under its name when it is whole, whoever else writes it. */
static void write_file(cw_opencl_cache *cache, double seconds, const void *program, size_t bytes) {
    header h = {.key = cache->key, .seconds = seconds, .bytes = bytes, .sums = sums_of(program, bytes)};
    char *part = malloc(strlen(cache->file) + sizeof ".XXXXXX");
    if (!part) return;
    make_folders(strcat(strcpy(part, cache->file), ".XXXXXX"));
    const int file = mkstemp(part);
    if (file >= 0) {
        memcpy(h.magic, magic, sizeof magic);
        const int whole = write_all(file, &h, sizeof h) && write_all(file, program, bytes);
        if (close(file) || !whole || rename(part, cache->file)) unlink(part);
    }
    free(part);
}

/* ------------------------------------------------------------------------------------------------------- decisions */

void cw_opencl_cache_refuse(cw_opencl_cache *cache) {
    write_file(cache, HUGE_VAL, NULL, 0);
    cache->seconds = HUGE_VAL;
    cache->start = now();
}

/* The driver may have kept it if this took less than half of the first time. */
void cw_opencl_cache_built(cw_opencl_cache *cache) {
    const double seconds = now() - cache->start, before = cache->seconds;
    const int is_short = seconds < short_build || seconds < before / 2;
    if (!cache->file || before >= HUGE_VAL) return;
    if (before > 0 && is_short) write_file(cache, HUGE_VAL, NULL, 0);
    else if (before > 0) cache->keep = 1;
    else if (!is_short) write_file(cache, seconds, NULL, 0);
}

/* The binary for the device, one of those that the program is for; NULL without one. The caller frees it. */
static unsigned char *binary_of(cl_program program, cl_device_id id, size_t *bytes) {
    enum { MOST = 64 };
    cl_device_id devices[MOST];
    size_t sizes[MOST], used = 0;
    unsigned char *binaries[MOST] = {NULL}, *binary = NULL;
    if (clGetProgramInfo(program, CL_PROGRAM_DEVICES, sizeof devices, devices, &used)) return NULL;
    const size_t count = used / sizeof *devices;
    if (clGetProgramInfo(program, CL_PROGRAM_BINARY_SIZES, count * sizeof *sizes, sizes, NULL)) return NULL;
    for (size_t i = 0; i < count; i++)
        if (devices[i] == id && sizes[i]) binary = binaries[i] = malloc(*bytes = sizes[i]);
    if (binary && !clGetProgramInfo(program, CL_PROGRAM_BINARIES, count * sizeof *binaries, binaries, NULL))
        return binary;
    free(binary);
    return NULL;
}

void cw_opencl_cache_close(cw_opencl_cache *cache, cl_program program, cl_device_id id) {
    size_t bytes = 0;
    unsigned char *binary = cache->keep ? binary_of(program, id, &bytes) : NULL;
    if (binary) write_file(cache, cache->seconds, binary, bytes);
    else if (cache->keep) cw_opencl_cache_refuse(cache);
    free(binary);
    free(cache->file);
}
