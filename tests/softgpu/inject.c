/* SPDX-License-Identifier: Apache-2.0
 *
 * Every call of the driver that the CUDA backend makes fails once, with each of several errors: the documented status
 * comes back with the driver's number and its name, nothing crashes, and afterwards everything works.
 *
 * inject LIBRARY; LIBRARY is libsoftgpu.so.
 */
#include <cuda.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "counterweight/cuda.h"
#include "softgpu.h"

enum { ELEMENTS = 1000, NO_MORE_CALLS = 3 };
static int failures;
static const softgpu_counters *counters;
static softgpu_live_fn *live;
static softgpu_injected_fn *injected;

static void complain(const char *error, const char *what, const cw_error *why) {
    printf("FAIL %s in %s: %s (%s, %d, \"%s\")\n", error, injected(), what, cw_status_name(why->status), why->native,
           why->text);
    failures++;
}

static cw_spec spec_to_fill(void) {
    cw_spec spec = CW_SPEC_INIT;
    spec.initializer = CW_RANDOM_NORMAL;
    spec.rank = 1;
    spec.shape[0] = ELEMENTS;
    return spec;
}

/* What a program does, until something fails. The device's own calls to clean up have no status to return. */
static cw_status use_open_device(cw_device *device, uint32_t *values, cw_error *why) {
    const cw_spec spec = spec_to_fill();
    cw_plan plan;
    cw_destination to;
    double seconds;
    cw_status status = cw_plan_make(&spec, &plan, why);
    if (!status) status = cw_allocate(device, 4 * ELEMENTS, &to, why);
    if (status) return status;
    status = cw_write(device, &to, values, 4 * ELEMENTS, why);
    if (!status) status = cw_timer_start(device, &to, why);
    if (!status) status = cw_fill(device, &plan, &to, why);
    if (!status) status = cw_timer_stop(device, &to, &seconds, why);
    if (!status) status = cw_sync(device, &to, why);
    if (!status) status = cw_read(device, &to, values, 4 * ELEMENTS, why);
    cw_release(device, &to);
    return status;
}

static cw_status use(uint32_t *values, cw_error *why) {
    cw_device *device = NULL;
    cw_device_info list[4];
    size_t count = 0;
    cw_status status = cw_cuda_devices(list, 4, &count, why);
    if (!status) status = cw_cuda_open_index(0, &device, why);
    if (status) return status;
    status = use_open_device(device, values, why);
    cw_device_close(device);
    return status;
}

/* The header's words, as far as they depend on the function. */
static int is_documented(cw_status status, CUresult code, const char *function) {
    if (code == CUDA_ERROR_OUT_OF_MEMORY) return status == CW_ERROR_MEMORY;
    if (!strcmp(function, "cuInit"))
        return status == (code == CUDA_ERROR_NO_DEVICE ? CW_ERROR_NO_DEVICE : CW_ERROR_NO_RUNTIME);
    if (!strcmp(function, "cuDriverGetVersion")) return status == CW_ERROR_NO_RUNTIME;
    if (!strcmp(function, "cuCtxPushCurrent_v2")) return status == CW_ERROR_ARGUMENT || status == CW_ERROR_DEVICE;
    return status == CW_ERROR_DEVICE;
}

/* Cleaning up cannot say that it failed, and a property that is only shown may be missing. */
static int may_be_ignored(const char *function) {
    static const char *const functions[] = {
        "cuMemFree_v2",        "cuStreamDestroy_v2",           "cuModuleUnload",     "cuEventDestroy_v2",
        "cuCtxPopCurrent_v2",  "cuDevicePrimaryCtxRelease_v2", "cuDeviceGetName",
        "cuDeviceTotalMem_v2", "cuDeviceGetAttribute",         "cuCtxPushCurrent_v2"};
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
        if (!strcmp(function, functions[i])) return 1;
    return 0;
}

static void check(cw_status status, const cw_error *why, CUresult code, const char *name) {
    if (!status) {
        if (!may_be_ignored(injected())) complain(name, "nobody noticed", why);
        return;
    }
    if (why->native != (int)code || !strstr(why->text, name)) complain(name, "the driver's error is not kept", why);
    if (status != why->status || !is_documented(status, code, injected()))
        complain(name, "not the documented status", why);
}

/* In a process of its own, so that no case knows of another. */
static int fail_one_call(unsigned n, CUresult code, const char *name, const uint32_t *expected) {
    static uint32_t values[ELEMENTS];
    cw_error why = {CW_OK, 0, ""};
    char setting[128];
    snprintf(setting, sizeof setting, "*:%u=%s", n, name);
    failures = 0; /* this process's own */
    setenv("SOFTGPU_FAIL", setting, 1);
    const cw_status status = use(values, &why);
    unsetenv("SOFTGPU_FAIL");
    if (!counters->injected) return NO_MORE_CALLS;
    check(status, &why, code, name);
    if (live() && !may_be_ignored(injected())) complain(name, "something was left open", &why);
    memset(values, 0, sizeof values);
    if (use(values, &why)) complain(name, "it does not work afterwards", &why);
    else if (memcmp(values, expected, sizeof values)) complain(name, "other values afterwards", &why);
    return failures ? 1 : 0;
}

/* Fails call after call, until one run needs fewer calls than that. */
static void fail_every_call(CUresult code, const char *name, const uint32_t *expected) {
    int status = 0;
    unsigned n = 0;
    while (++n < 1000) {
        fflush(NULL);
        const pid_t child = fork();
        if (!child) exit(fail_one_call(n, code, name, expected));
        if (child < 0 || waitpid(child, &status, 0) != child) exit(2);
        if (WIFEXITED(status) && WEXITSTATUS(status) == NO_MORE_CALLS) break;
        if (!WIFEXITED(status)) printf("FAIL call %u with %s: signal %d\n", n, name, WTERMSIG(status));
        failures += status != 0;
    }
    printf("%s: %u calls failed, one at a time\n", name, n - 1);
    failures += n < 30;
}

/* The values of a run without failures come from the definition, so that the driver is untouched before the forks. */
static void compute_expected(uint32_t *values) {
    const cw_spec spec = spec_to_fill();
    cw_plan plan;
    cw_error why = {CW_OK, 0, ""};
    if (cw_plan_make(&spec, &plan, &why) || cw_reference(&plan, 0, ELEMENTS, values, &why))
        complain("nothing", "no plan", &why);
}

int main(int argc, char **argv) {
    static uint32_t expected[ELEMENTS];
    void *library = argc > 1 ? dlopen(argv[1], RTLD_NOW) : NULL;
    softgpu_counters_now_fn *now;
    if (!library || setenv("CW_CUDA_LIBRARY", argv[1], 1)) return 2;
    *(void **)&now = dlsym(library, "softgpu_counters_now");
    *(void **)&live = dlsym(library, "softgpu_live");
    *(void **)&injected = dlsym(library, "softgpu_injected");
    counters = now();
    compute_expected(expected);
#define EACH(code) fail_every_call(code, #code, expected)
    EACH(CUDA_ERROR_OUT_OF_MEMORY);
    EACH(CUDA_ERROR_NO_DEVICE);
    EACH(CUDA_ERROR_SYSTEM_DRIVER_MISMATCH);
    EACH(CUDA_ERROR_LAUNCH_FAILED);
    EACH(CUDA_ERROR_CONTEXT_IS_DESTROYED);
    printf("%d failures\n", failures);
    return failures != 0;
}
