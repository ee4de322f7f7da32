/* SPDX-License-Identifier: Apache-2.0
 *
 * What every call goes through, and what is said at exit.
 */
#define _GNU_SOURCE /* dladdr1 */
#include "calls.h"

#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "error_names.h"
#include "memory.h"
#include "report.h"
#include "stream.h"

#define EXPORT __attribute__((visibility("default")))

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
bool sg_initialized;
softgpu_counters sg_counters;
static char message[512];

static const struct {
    const char *name;
    unsigned conditions;
    void (*function)(void);
} calls[] = {
#define SG_ROW(name, conditions) {#name, conditions, (void (*)(void))name},
    SG_CALL_TABLE(SG_ROW)
#undef SG_ROW
};

/* -------------------------------------------------------------------------------------------------- reports */

void sg_report(const char *format, ...) {
    static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;
    va_list arguments;
    va_start(arguments, format);
    pthread_mutex_lock(&one);
    vsnprintf(message, sizeof message, format, arguments);
    fprintf(stderr, "softgpu: %s\n", message);
    pthread_mutex_unlock(&one);
    va_end(arguments);
}

_Noreturn void sg_abort(const char *what) {
    sg_report("%s", what);
    abort();
}

EXPORT const softgpu_counters *softgpu_counters_now(void);
const softgpu_counters *softgpu_counters_now(void) { return &sg_counters; }
EXPORT const char *softgpu_message(void);
const char *softgpu_message(void) { return message; }

/* Forms that only the parser uses have a brace in their name. */
EXPORT const char *softgpu_form(size_t i);
const char *softgpu_form(size_t i) {
    for (size_t form = 0;; form++) {
        const sg_form *f = sg_form_at(form);
        if (!f) return NULL;
        if (!strpbrk(f->name, "{}") && i-- == 0) return f->name;
    }
}

static size_t count_live(const sg_context *c, sg_object_kind kind) {
    size_t n = 0;
    const sg_object *o;
    for (uint32_t i = 1; (o = sg_object_at(i)) != NULL; i++)
        n += o->alive && o->kind == kind && kind != SG_A_FUNCTION && (!c || o->context == c);
    return n;
}

static size_t count_memory(const sg_context *c) {
    size_t n = 0;
    const sg_allocation *a;
    for (size_t i = 0; (a = sg_memory_at(i)) != NULL; i++)
        n += a->data && !a->module && (!c || a->context == c->object.number);
    return n;
}

EXPORT size_t softgpu_live(void);
size_t softgpu_live(void) {
    size_t n = count_memory(NULL);
    for (int kind = 1; kind < SG_OBJECT_KINDS; kind++) n += count_live(NULL, (sg_object_kind)kind);
    return n;
}

void sg_report_leaks(const sg_context *c, const char *when) {
    for (int kind = 1; kind < SG_OBJECT_KINDS; kind++) {
        const size_t n = count_live(c, (sg_object_kind)kind);
        sg_counters.leaks += n;
        if (n) sg_report("%s: not closed: %s, %zu in all", when, sg_object_name((sg_object_kind)kind), n);
    }
    const size_t n = count_memory(c);
    sg_counters.leaks += n;
    if (n) sg_report("%s: not freed: device memory, %zu allocations in all", when, n);
}

/* -------------------------------------------------------------------------------------------------- settings */

uint64_t sg_setting(const char *name, uint64_t otherwise) {
    const char *text = getenv(name);
    return text && text[0] ? strtoull(text, NULL, 10) : otherwise;
}

CUresult sg_error_by_name(const char *name) {
    char *end;
    const unsigned long number = strtoul(name, &end, 10);
    if (end != name && !*end) return (CUresult)number;
#define SG_ROW(code)                                                                                                   \
    if (!strcmp(name, #code)) return code;
    SG_ERROR_TABLE(SG_ROW)
#undef SG_ROW
    return CUDA_ERROR_UNKNOWN;
}

/* ---------------------------------------------------------------------------------------------------- faults */

enum { MOST_FAULTS = 16, NAME = 64 };
static struct {
    char name[NAME], error[NAME];
    unsigned long after; /* calls left until it fails */
} faults[MOST_FAULTS];
static int fault_count;
static char armed[1024];
static const char *last_injected = "";

EXPORT const char *softgpu_injected(void);
const char *softgpu_injected(void) { return last_injected; }

/* NAME[:N]=ERROR */
static void arm_one(const char *text) {
    char name[2 * NAME] = "", error[NAME] = "";
    unsigned long n = 1;
    if (sscanf(text, "%127[^=]=%63s", name, error) != 2 || fault_count == MOST_FAULTS) {
        sg_report("SOFTGPU_FAIL: \"%s\" is not NAME[:N]=ERROR", text);
        return;
    }
    char *colon = strchr(name, ':');
    if (colon) n = strtoul(colon + 1, NULL, 10), *colon = 0;
    snprintf(faults[fault_count].name, NAME, "%.63s", name);
    snprintf(faults[fault_count].error, NAME, "%s", error);
    faults[fault_count++].after = n;
}

static void arm(const char *text) {
    char copy[sizeof armed], *rest = copy, *one;
    snprintf(armed, sizeof armed, "%s", text);
    memcpy(copy, armed, sizeof copy);
    fault_count = 0;
    while ((one = strtok_r(rest, ",", &rest)) != NULL) arm_one(one);
}

/* cuMemAlloc means cuMemAlloc_v2 too. */
static bool is_named(const char *wanted, const char *name) {
    const size_t n = strlen(wanted);
    return !strcmp(wanted, "*") || !strcmp(wanted, name) || (!strncmp(wanted, name, n) && !strncmp(name + n, "_v", 2));
}

/* Faults of the hardware stop the context, whoever finds them. */
static bool is_sticky(CUresult code) {
    return code == CUDA_ERROR_ILLEGAL_ADDRESS || code == CUDA_ERROR_LAUNCH_TIMEOUT ||
           code == CUDA_ERROR_ECC_UNCORRECTABLE ||
           (code >= CUDA_ERROR_ASSERT && code <= CUDA_ERROR_LAUNCH_FAILED && code != CUDA_ERROR_TOO_MANY_PEERS &&
            code != CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED && code != CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED);
}

static CUresult fault_on_demand(sg_call call) {
    const char *name = calls[call].name;
    const bool touches_work = calls[call].conditions & 4;
    const char *text = getenv("SOFTGPU_FAIL");
    if (strcmp(text ? text : "", armed)) arm(text ? text : "");
    for (int i = 0; i < fault_count; i++) {
        if (!is_named(faults[i].name, name) || !faults[i].after || --faults[i].after) continue;
        const CUresult code = sg_error_by_name(faults[i].error);
        sg_counters.injected++;
        last_injected = name;
        if (touches_work && is_sticky(code) && sg_current()) sg_current()->fault = code;
        return code;
    }
    return CUDA_SUCCESS;
}

CUresult sg_enter(sg_call call) {
    const unsigned conditions = calls[call].conditions;
    pthread_mutex_lock(&lock);
    sg_counters.calls++;
    const CUresult injected = fault_on_demand(call);
    if (injected) return injected;
    if (conditions & 1 && !sg_initialized) return CUDA_ERROR_NOT_INITIALIZED;
    if (conditions & 2 && !sg_current()) return CUDA_ERROR_INVALID_CONTEXT;
    if (conditions & 4 && sg_current()->fault) return sg_current()->fault;
    return conditions & SG_UNSAFE ? sg_capture_forbids() : CUDA_SUCCESS;
}

CUresult sg_leave(CUresult code) {
    pthread_mutex_unlock(&lock);
    return code;
}

/* ------------------------------------------------------------------------------------------ load and exit */

/* Takes a function out of this library's symbols, before anyone has looked for it. */
static void remove_symbol(void (*function)(void)) {
    ElfW(Sym) *symbol = NULL;
    Dl_info info;
    void *address, *extra = NULL;
    memcpy(&address, &function, sizeof address);
    if (!dladdr1(address, &info, &extra, RTLD_DL_SYMENT) || !extra) sg_abort("SOFTGPU_MISSING: no symbol table");
    symbol = extra;
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), start = (uintptr_t)symbol / page * page;
    if (mprotect((void *)start, (uintptr_t)(symbol + 1) - start, PROT_READ | PROT_WRITE))
        sg_abort("SOFTGPU_MISSING: the symbol table cannot be written");
    symbol->st_shndx = SHN_UNDEF;
    symbol->st_value = 0;
}

static void remove_missing(void) {
    char names[1024], *rest = names, *one;
    snprintf(names, sizeof names, "%s", getenv("SOFTGPU_MISSING") ? getenv("SOFTGPU_MISSING") : "");
    while ((one = strtok_r(rest, ",", &rest)) != NULL)
        for (int i = 0; i < SG_CALLS; i++)
            if (!strcmp(calls[i].name, one)) remove_symbol(calls[i].function);
}

__attribute__((constructor)) static void at_load(void) { remove_missing(); }

static void write_report(const char *file) {
    const softgpu_counters *c = &sg_counters;
    FILE *f = fopen(file, "w");
    if (!f) {
        sg_report("cannot write %s", file);
        return;
    }
#define SG_COUNTER(name) (unsigned long long)c->name
    fprintf(f,
            "{\"calls\":%llu,\"injected\":%llu,\"launches\":%llu,\"instructions\":%llu,\"host_to_device\":%llu,"
            "\"device_to_host\":%llu,\"unknown_to_host\":%llu,\"faults\":%llu,\"leaks\":%llu}\n",
            SG_COUNTER(calls), SG_COUNTER(injected), SG_COUNTER(launches), SG_COUNTER(instructions),
            SG_COUNTER(host_to_device), SG_COUNTER(device_to_host), SG_COUNTER(unknown_to_host), SG_COUNTER(faults),
            SG_COUNTER(leaks));
    fclose(f);
}

__attribute__((destructor)) static void at_exit(void) {
    const char *file = getenv("SOFTGPU_REPORT");
    sg_report_leaks(NULL, "at exit");
    if (file && file[0]) write_report(file);
}
