/* SPDX-License-Identifier: Apache-2.0
 *
 * Short words for tests.
 */
#include "gpu.h"

#include <dlfcn.h>

gpu_driver gpu;

static void *find(void *library, const char *name) {
    void *function = dlsym(library, name);
    if (function || !strncmp(name, "softgpu", 7)) return function;
    printf("no %s in the library\n", name);
    exit(2);
}

void gpu_open(const char *name) {
    void *library = dlopen(name, RTLD_NOW);
    if (!library) {
        printf("%s\n", dlerror());
        exit(2);
    }
#define GPU_ROW(function) *(void **)&gpu.function = find(library, #function);
    GPU_FUNCTIONS(GPU_ROW)
#undef GPU_ROW
    *(void **)&gpu.counters_now = find(library, "softgpu_counters_now");
    *(void **)&gpu.message = find(library, "softgpu_message");
    *(void **)&gpu.live = find(library, "softgpu_live");
    *(void **)&gpu.form = find(library, "softgpu_form");
    OK(gpu.cuInit(0));
}

static const char *name_of(CUresult code) {
    const char *name = NULL;
    return gpu.cuGetErrorName(code, &name) || !name ? "an unknown error" : name;
}

void gpu_expect(CUresult code, CUresult expected, const char *call, const char *file, int line) {
    if (code == expected) return;
    print_error("%s: %s, not %s (%s)\n", call, name_of(code), name_of(expected), gpu.message ? gpu.message() : "");
    _fail(file, line);
}

gpu_place gpu_enter(const char *ptx) {
    gpu_place p = {NULL, NULL, gpu.live ? gpu.live() : 0};
    OK(gpu.cuCtxCreate_v4(&p.context, NULL, 0, 0));
    if (ptx) OK(gpu.cuModuleLoadData(&p.module, ptx));
    return p;
}

void gpu_leave(gpu_place p) {
    if (p.module) OK(gpu.cuModuleUnload(p.module));
    OK(gpu.cuCtxDestroy_v2(p.context));
    if (gpu.live) assert_int_equal(gpu.live(), p.live);
}

CUfunction gpu_function(gpu_place p, const char *name) {
    CUfunction f = NULL;
    OK(gpu.cuModuleGetFunction(&f, p.module, name));
    return f;
}

CUdeviceptr gpu_allocate(size_t bytes) {
    CUdeviceptr address = 0;
    OK(gpu.cuMemAlloc_v2(&address, bytes));
    return address;
}

CUresult gpu_launch(CUfunction f, unsigned blocks, unsigned threads, CUstream stream, void **arguments) {
    return gpu.cuLaunchKernel(f, blocks, 1, 1, threads, 1, 1, 0, stream, arguments, NULL);
}

char *gpu_fixture(const char *name) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", SG_FIXTURES, name);
    FILE *f = fopen(path, "rb");
    if (!f) fail_msg("cannot open %s", path);
    fseek(f, 0, SEEK_END);
    const size_t bytes = (size_t)ftell(f);
    char *text = calloc(1, bytes + 1);
    rewind(f);
    if (!text || fread(text, 1, bytes, f) != bytes) fail_msg("cannot read %s", path);
    fclose(f);
    return text;
}
