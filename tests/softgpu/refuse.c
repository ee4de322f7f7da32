/* SPDX-License-Identifier: Apache-2.0
 *
 * Machines on which the CUDA backend cannot work, or with more than one device: what opening says there.
 *
 * refuse LIBRARY; LIBRARY is libsoftgpu.so. It runs itself again in each machine's environment.
 */
#include "driver.h"

#include <stdlib.h>
#include <string.h>

#include "counterweight/cuda.h"

enum { ELEMENTS = 5000 };
static int failures;

static void expect(int holds, const char *what, const char *found) {
    if (holds) return;
    printf("FAIL %s: %s\n", what, found);
    failures++;
}

/* Opens a device there; "STATUS native text". */
static void open_in(const char *environment, char *said, size_t capacity, const char *program, const char *library) {
    char command[4096];
    snprintf(command, sizeof command, "CW_CUDA_LIBRARY='%s' %s '%s' '%s' open", library, environment, program, library);
    FILE *f = popen(command, "r");
    const size_t n = f ? fread(said, 1, capacity - 1, f) : 0;
    said[n] = 0;
    if (f) pclose(f);
}

static int open_here(uint32_t ordinal) {
    cw_device *device = NULL;
    cw_error why = {CW_OK, 0, "opened"};
    const cw_status status = cw_cuda_open_index(ordinal, &device, &why);
    printf("%s %d %s\n", cw_status_name(status), why.native, why.text);
    cw_device_close(device);
    return 0;
}

static void check_machines(const char *program, const char *library) {
    static const struct {
        const char *environment, *said;
    } machines[] = {
        {"", "CW_OK 0 opened"},
        {"SOFTGPU_DEVICES=0", "CW_ERROR_NO_DEVICE 100 cuInit: CUDA_ERROR_NO_DEVICE (100)"},
        {"SOFTGPU_DRIVER_VERSION=12000", "CW_ERROR_NO_RUNTIME 0 the CUDA driver is too old: CUDA 12.0 (least driver: "},
        {"SOFTGPU_CAPABILITY=7.2", "CW_ERROR_UNSUPPORTED 0 compute capability 7.2 is below 7.5"},
        {"SOFTGPU_CAPABILITY=12.0", "CW_OK 0 opened"},
        {"CW_CUDA_LIBRARY=/nowhere/libcuda.so.1", "CW_ERROR_NO_RUNTIME 0 no CUDA driver: /nowhere/libcuda.so.1: "},
        {"CUDA_MODULE_LOADING=EAGER", "CW_OK 0 opened"},
    };
    for (size_t i = 0; i < sizeof machines / sizeof machines[0]; i++) {
        char said[1024];
        open_in(machines[i].environment, said, sizeof said, program, library);
        expect(!strncmp(said, machines[i].said, strlen(machines[i].said)), machines[i].environment, said);
    }
}

/* A driver without one of the functions is too old, and says which. */
static void check_missing(const char *program, const char *library) {
    static const char *const names[] = {
#define CW_ROW(name) #name,
        CW_DRIVER_TABLE(CW_ROW)
#undef CW_ROW
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char setting[128], said[1024], wanted[128];
        snprintf(setting, sizeof setting, "SOFTGPU_MISSING=%s", names[i]);
        snprintf(wanted, sizeof wanted, " has no %s (least driver: ", names[i]);
        open_in(setting, said, sizeof said, program, library);
        expect(!strncmp(said, "CW_ERROR_NO_RUNTIME 0 ", 22) && strstr(said, wanted), setting, said);
    }
}

static void check_fill(cw_device *device, const cw_destination *to, const cw_plan *plan, const char *name) {
    static uint32_t values[ELEMENTS];
    cw_error why = {CW_OK, 0, ""};
    expect(!cw_read(device, to, values, sizeof values, &why), name, why.text);
    expect(!cw_verify(plan, values, sizeof values, NULL, &why), name, "the values differ");
}

/* Both at once: neither knows of the other, and memory of one is not memory of the other. */
static void check_two_devices(const char *library) {
    cw_device *device[3] = {NULL};
    cw_destination to[2];
    cw_plan plan[2];
    cw_error why = {CW_OK, 0, ""};
    setenv("CW_CUDA_LIBRARY", library, 1);
    setenv("SOFTGPU_DEVICES", "2", 1);
    for (uint32_t i = 0; i < 2; i++) {
        cw_spec spec = CW_SPEC_INIT;
        spec.initializer = i ? CW_TRUNCATED_NORMAL : CW_RANDOM_UNIFORM;
        spec.rank = 1;
        spec.shape[0] = ELEMENTS;
        expect(!cw_plan_make(&spec, &plan[i], &why), "plan", why.text);
        expect(!cw_cuda_open_index(i, &device[i], &why), "open", why.text);
        expect(!cw_allocate(device[i], 4 * ELEMENTS, &to[i], &why), "allocate", why.text);
    }
    expect(cw_cuda_open_index(2, &device[2], &why) == CW_ERROR_NO_DEVICE, "device 2 of 2", why.text);
    if (failures) return;
    for (int i = 0; i < 2; i++) expect(!cw_fill(device[i], &plan[i], &to[i], &why), "fill", why.text);
    for (int i = 1; i >= 0; i--) check_fill(device[i], &to[i], &plan[i], i ? "device 1" : "device 0");
    for (int i = 0; i < 2; i++) {
        cw_release(device[i], &to[i]);
        cw_device_close(device[i]);
    }
}

int main(int argc, char **argv) {
    if (argc < 2) return 2;
    if (argc > 2) return open_here(0);
    check_machines(argv[0], argv[1]);
    check_missing(argv[0], argv[1]);
    check_two_devices(argv[1]);
    printf("%d failures\n", failures);
    return failures != 0;
}
