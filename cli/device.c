/* SPDX-License-Identifier: Apache-2.0 */
#include "device.h"

#include "cli.h"
#include "crew.h"
#if CW_HAVE_CUDA
#include "counterweight/cuda.h"
#endif
#if CW_HAVE_OPENCL
#include "counterweight/opencl.h"
#endif

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The numbers behind the colon: none, one for cuda, two for opencl. */
typedef struct address {
    uint32_t number[2];
} address;

typedef struct backend_row {
    const char *name, *form; /* how the numbers are written, for sscanf with a check of the end */
    int numbers;
    cw_status (*open)(address at, const cw_cpu_options *cpu, cw_device **device, cw_error *why);
    cw_status (*list)(cw_device_info *list, size_t capacity, size_t *count, cw_error *why);
    const char *(*note)(void);
} backend_row;

static cw_status open_cpu(address at, const cw_cpu_options *cpu, cw_device **device, cw_error *why) {
    (void)at;
    return cw_cpu_open(cpu, device, why);
}

static cw_status list_cpu(cw_device_info *list, size_t capacity, size_t *count, cw_error *why) {
    (void)why;
    if (capacity) cw_cpu_info(list);
    *count = 1;
    return CW_OK;
}

#if CW_HAVE_CUDA
static cw_status open_cuda(address at, const cw_cpu_options *cpu, cw_device **device, cw_error *why) {
    (void)cpu;
    return cw_cuda_open_index(at.number[0], device, why);
}
#endif

#if CW_HAVE_OPENCL
/* Where built programs are kept, by the XDG Base Directory Specification; NULL: nowhere. */
static const char *cache_folder(char *path, size_t capacity) {
    const char *word = getenv("CW_CACHE"), *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    int length = 0;
    if (word && strcmp(word, "off") == 0) return NULL;
    if (base && base[0] == '/') length = snprintf(path, capacity, "%s/counterweight", base);
    else if (home && home[0] == '/') length = snprintf(path, capacity, "%s/.cache/counterweight", home);
    return length > 0 && (size_t)length < capacity ? path : NULL;
}

static cw_status open_opencl(address at, const cw_cpu_options *cpu, cw_device **device, cw_error *why) {
    char path[4096];
    cw_opencl_options options = CW_OPENCL_OPTIONS_INIT;
    options.cache_folder = cache_folder(path, sizeof path);
    (void)cpu;
    return cw_opencl_open_index_with(&options, at.number[0], at.number[1], device, why);
}
#endif

/* A backend without functions is known, but not in this build. */
static const backend_row backends[CW_DEVICE_LISTS] = {
    {"cpu", "%n", 0, open_cpu, list_cpu, NULL},
#if CW_HAVE_OPENCL
    {"opencl", ":%9u.%9u%n", 2, open_opencl, cw_opencl_devices, NULL},
#else
    {"opencl", ":%9u.%9u%n", 2, NULL, NULL, NULL},
#endif
#if CW_HAVE_CUDA
    {"cuda", ":%9u%n", 1, open_cuda, cw_cuda_devices, cw_cuda_least_driver},
#else
    {"cuda", ":%9u%n", 1, NULL, NULL, NULL},
#endif
};

/* Digits only: sscanf would take signs and blanks. */
static int read_numbers(const backend_row *b, const char *text, address *at) {
    int end = -1;
    if (!*text) return 1;
    if (b->numbers == 0 || strspn(text, ":.0123456789") != strlen(text)) return 0;
    if (b->numbers == 2) sscanf(text, b->form, &at->number[0], &at->number[1], &end);
    else sscanf(text, b->form, &at->number[0], &end);
    return end >= 0 && text[end] == 0;
}

/* NULL if the word is no device. */
static const backend_row *find(const char *word, address *at) {
    const size_t length = strcspn(word, ":");
    for (int i = 0; i < CW_DEVICE_LISTS; i++) {
        const backend_row *b = &backends[i];
        if (strlen(b->name) == length && strncmp(b->name, word, length) == 0)
            return read_numbers(b, word + length, at) ? b : NULL;
    }
    return NULL;
}

int cw_device_check(const char *word) {
    address at = {{0, 0}};
    if (find(word, &at)) return EXIT_GOOD;
    return cw_complain(EXIT_USAGE, "\"%s\" is no device (known are cpu, cuda[:N], opencl[:P.D])", word);
}

static int open_device(const char *word, const cw_cpu_options *cpu, cw_device **device) {
    address at = {{0, 0}};
    cw_error why;
    const backend_row *b = find(word, &at);
    if (!b) return cw_device_check(word);
    if (!b->open)
        return cw_complain(EXIT_NO_DEVICE, "%s: this build has no such backend (build with what ./setup.sh installs)",
                           word);
    const cw_status status = b->open(at, cpu, device, &why);
    if (status == CW_OK) return EXIT_GOOD;
    /* A device that lacks something is as good as none. */
    if (status == CW_ERROR_UNSUPPORTED) why.status = CW_ERROR_NO_DEVICE;
    return cw_complain_library(word, &why);
}

static int open_with_crew(const char *word, uint32_t tasks, cw_device **device) {
    cw_cpu_options cpu = CW_CPU_OPTIONS_INIT;
    cpu.threads = tasks;
    cpu.parallel_for = cw_crew_run;
    return open_device(word, &cpu, device);
}

int cw_device_open(const char *word, cw_device **device) { return open_with_crew(word, CW_CREW_MOST, device); }

int cw_device_open_shared(cw_device **device) { return open_with_crew("cpu", cw_crew_size(), device); }

int cw_device_open_bare(const char *word, uint32_t threads, cw_device **device) {
    cw_cpu_options cpu = CW_CPU_OPTIONS_INIT;
    cpu.threads = threads;
    return open_device(word, &cpu, device);
}

static void list_backend(const backend_row *b, cw_device_list *list) {
    cw_error why = {CW_OK, 0, "this build has no such backend"};
    memset(list, 0, sizeof *list);
    list->backend = b->name;
    if (b->note) snprintf(list->note, sizeof list->note, "least driver: %s", b->note());
    if (b->list && b->list(list->device, CW_MOST_DEVICES, &list->count, &why) == CW_OK) {
        if (list->count > CW_MOST_DEVICES) list->count = CW_MOST_DEVICES;
        if (list->count) return;
        snprintf(why.text, sizeof why.text, "no device");
    }
    snprintf(list->why_not, sizeof list->why_not, "%s", why.text);
}

void cw_device_lists(cw_device_list list[CW_DEVICE_LISTS]) {
    for (int i = 0; i < CW_DEVICE_LISTS; i++) list_backend(&backends[i], &list[i]);
}
