/* SPDX-License-Identifier: Apache-2.0
 *
 * Modules and their functions. Modules load lazily, as in CUDA's default mode: the kernel of a function is loaded by
 * cuFuncLoad or by its first launch, which cannot happen during capture.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "device.h"
#include "memory.h"
#include "report.h"
#include "stream.h"

/* ------------------------------------------------------------------------------------------------------ load */

static bool loads_eagerly(void) {
    const char *mode = getenv("CUDA_MODULE_LOADING");
    return mode && !strcmp(mode, "EAGER");
}

static CUresult place_variable(const sg_module *m, sg_variable *v) {
    const sg_context *c = m->object.context;
    sg_allocation *a = sg_memory_allocate(c->object.number, v->space, v->bytes, v->align);
    if (!a) return CUDA_ERROR_OUT_OF_MEMORY;
    a->module = m->object.number;
    v->address = a->address;
    memcpy(a->data, v->initial, v->bytes);
    memset(a->known, 1, v->bytes);
    return CUDA_SUCCESS;
}

static void place_constants(sg_program *p, sg_kernel *k) {
    for (size_t i = 0; i < k->constant_count; i++)
        if (k->constants[i].variable >= 0) k->constants[i].value += p->variables[k->constants[i].variable].address;
}

static void new_functions(sg_module *m) {
    m->functions = calloc(m->program->kernel_count + 1, sizeof(sg_function *));
    if (!m->functions) sg_abort("the host's memory is exhausted");
    for (size_t i = 0; i < m->program->kernel_count; i++) {
        sg_function *f = sg_object_new(SG_A_FUNCTION, sizeof *f, m->object.context);
        f->kernel = &m->program->kernels[i];
        f->module = m;
        f->loaded = loads_eagerly();
        m->functions[i] = f;
        place_constants(m->program, &m->program->kernels[i]);
    }
}

static void free_module(sg_module *m) {
    sg_allocation *a;
    for (size_t i = 0; (a = sg_memory_at(i)) != NULL; i++)
        if (a->data && a->module == m->object.number) sg_memory_free(a);
    for (size_t i = 0; m->functions && i < m->program->kernel_count; i++) m->functions[i]->object.alive = false;
    sg_program_free(m->program);
    m->program = NULL;
    m->object.alive = false;
}

static CUresult finish_load(CUmodule *handle, sg_program *program) {
    CUresult code = CUDA_SUCCESS;
    sg_module *m = sg_object_new(SG_A_MODULE, sizeof *m, sg_current());
    m->program = program;
    for (size_t i = 0; i < program->variable_count && !code; i++) code = place_variable(m, &program->variables[i]);
    if (code) {
        free_module(m);
        return code;
    }
    new_functions(m);
    *handle = sg_handle(m);
    return CUDA_SUCCESS;
}

/* What is wrong goes to stderr and to the caller's log, as the driver's compiler does. */
static CUresult complain(CUresult code, const char *what, char *log, size_t capacity) {
    sg_report("module not loaded: %s", what);
    if (log && capacity) snprintf(log, capacity, "%s", what);
    return code;
}

static CUresult load(CUmodule *handle, const void *image, char *log, size_t capacity) {
    const char *why = "";
    char *text = handle && image ? sg_fatbin_ptx(image, sg_capability(), &why) : NULL;
    if (!handle || !image) return CUDA_ERROR_INVALID_VALUE;
    if (!text) return complain(CUDA_ERROR_NO_BINARY_FOR_GPU, why, log, capacity);
    sg_program *program = sg_parse(text);
    CUresult code = CUDA_SUCCESS;
    free(text);
    if (!program) return CUDA_ERROR_OUT_OF_MEMORY;
    if (program->error[0]) code = complain(CUDA_ERROR_INVALID_PTX, program->error, log, capacity);
    else if (program->target > sg_capability())
        code = complain(CUDA_ERROR_INVALID_PTX, "the PTX is for a newer architecture", log, capacity);
    if (!code) return finish_load(handle, program);
    sg_program_free(program);
    return code;
}

CUresult cuModuleLoadData(CUmodule *module, const void *image) {
    const CUresult code = sg_enter(SG_cuModuleLoadData);
    return sg_leave(code ? code : load(module, image, NULL, 0));
}

CUresult cuModuleLoadFatBinary(CUmodule *module, const void *image) {
    const CUresult code = sg_enter(SG_cuModuleLoadFatBinary);
    return sg_leave(code ? code : load(module, image, NULL, 0));
}

/* Of the options only the error log is looked at. */
CUresult cuModuleLoadDataEx(CUmodule *module, const void *image, unsigned int count, CUjit_option *options,
                            void **values) {
    const CUresult code = sg_enter(SG_cuModuleLoadDataEx);
    char *log = NULL;
    size_t capacity = 0;
    for (unsigned i = 0; i < count; i++) {
        if (options[i] == CU_JIT_ERROR_LOG_BUFFER) log = values[i];
        if (options[i] == CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES) capacity = (uintptr_t)values[i];
    }
    return sg_leave(code ? code : load(module, image, log, capacity));
}

/* Kernels of the module may still be waiting in a stream: they run first. */
CUresult cuModuleUnload(CUmodule module) {
    CUresult code = sg_enter(SG_cuModuleUnload);
    sg_module *m = code ? NULL : sg_object_find(SG_A_MODULE, module);
    if (!code && !m) code = CUDA_ERROR_INVALID_HANDLE;
    if (code) return sg_leave(code);
    code = sg_context_run(m->object.context);
    free_module(m);
    return sg_leave(code);
}

CUresult cuModuleGetLoadingMode(CUmoduleLoadingMode *mode) {
    CUresult code = sg_enter(SG_cuModuleGetLoadingMode);
    if (!code && !mode) code = CUDA_ERROR_INVALID_VALUE;
    if (!code) *mode = loads_eagerly() ? CU_MODULE_EAGER_LOADING : CU_MODULE_LAZY_LOADING;
    return sg_leave(code);
}

/* ------------------------------------------------------------------------------------------------- functions */

static CUresult get_function(CUfunction *handle, CUmodule module, const char *name) {
    const sg_module *m = sg_object_find(SG_A_MODULE, module);
    if (!handle || !name) return CUDA_ERROR_INVALID_VALUE;
    if (!m) return CUDA_ERROR_INVALID_HANDLE;
    for (size_t i = 0; i < m->program->kernel_count; i++)
        if (!strcmp(m->program->kernels[i].name, name)) return *handle = sg_handle(m->functions[i]), CUDA_SUCCESS;
    return CUDA_ERROR_NOT_FOUND;
}

CUresult cuModuleGetFunction(CUfunction *function, CUmodule module, const char *name) {
    const CUresult code = sg_enter(SG_cuModuleGetFunction);
    return sg_leave(code ? code : get_function(function, module, name));
}

static CUresult get_global(CUdeviceptr *address, size_t *bytes, CUmodule module, const char *name) {
    const sg_module *m = sg_object_find(SG_A_MODULE, module);
    if (!name) return CUDA_ERROR_INVALID_VALUE;
    if (!m) return CUDA_ERROR_INVALID_HANDLE;
    for (size_t i = 0; i < m->program->variable_count; i++) {
        if (strcmp(m->program->variables[i].name, name)) continue;
        if (address) *address = m->program->variables[i].address;
        if (bytes) *bytes = m->program->variables[i].bytes;
        return CUDA_SUCCESS;
    }
    return CUDA_ERROR_NOT_FOUND;
}

CUresult cuModuleGetGlobal_v2(CUdeviceptr *address, size_t *bytes, CUmodule module, const char *name) {
    const CUresult code = sg_enter(SG_cuModuleGetGlobal_v2);
    return sg_leave(code ? code : get_global(address, bytes, module, name));
}

CUresult cuFuncLoad(CUfunction function) {
    CUresult code = sg_enter(SG_cuFuncLoad);
    sg_function *f = code ? NULL : sg_object_find(SG_A_FUNCTION, function);
    if (!code && !f) code = CUDA_ERROR_INVALID_HANDLE;
    if (f) f->loaded = true;
    return sg_leave(code);
}

CUresult cuFuncIsLoaded(CUfunctionLoadingState *state, CUfunction function) {
    CUresult code = sg_enter(SG_cuFuncIsLoaded);
    const sg_function *f = code ? NULL : sg_object_find(SG_A_FUNCTION, function);
    if (!code && (!f || !state)) code = f ? CUDA_ERROR_INVALID_VALUE : CUDA_ERROR_INVALID_HANDLE;
    if (!code) *state = f->loaded ? CU_FUNCTION_LOADING_STATE_LOADED : CU_FUNCTION_LOADING_STATE_UNLOADED;
    return sg_leave(code);
}

CUresult cuFuncGetModule(CUmodule *module, CUfunction function) {
    CUresult code = sg_enter(SG_cuFuncGetModule);
    const sg_function *f = code ? NULL : sg_object_find(SG_A_FUNCTION, function);
    if (!code && (!f || !module)) code = f ? CUDA_ERROR_INVALID_VALUE : CUDA_ERROR_INVALID_HANDLE;
    if (!code) *module = sg_handle(f->module);
    return sg_leave(code);
}

static CUresult function_attribute(int *value, CUfunction_attribute which, const sg_kernel *k) {
    switch (which) {
    case CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK: *value = k->most_threads ? (int)k->most_threads : 1024; break;
    case CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES: *value = (int)k->shared_bytes; break;
    case CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES: *value = (int)k->local_bytes; break;
    default: return CUDA_ERROR_INVALID_VALUE;
    }
    return CUDA_SUCCESS;
}

CUresult cuFuncGetAttribute(int *value, CUfunction_attribute which, CUfunction function) {
    CUresult code = sg_enter(SG_cuFuncGetAttribute);
    const sg_function *f = code ? NULL : sg_object_find(SG_A_FUNCTION, function);
    if (!code && (!f || !value)) code = f ? CUDA_ERROR_INVALID_VALUE : CUDA_ERROR_INVALID_HANDLE;
    return sg_leave(code ? code : function_attribute(value, which, f->kernel));
}
