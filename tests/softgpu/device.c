/* SPDX-License-Identifier: Apache-2.0
 *
 * The driver, its devices, and their contexts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "approx.h"
#include "calls.h"
#include "device.h"
#include "error_names.h"
#include "memory.h"
#include "report.h"
#include "stream.h"

enum { MOST_DEVICES = 2, STACK = 64, PROCESSORS = 4 };

static sg_context *primary[MOST_DEVICES];
static _Thread_local sg_context *stack[STACK];
static _Thread_local int depth;

/* ---------------------------------------------------------------------------------------------------- driver */

static const char *error_name(CUresult error) {
    switch ((int)error) { /* newer toolkits have more */
#define SG_ROW(id)                                                                                                     \
    case id: return #id;
        SG_ERROR_TABLE(SG_ROW)
#undef SG_ROW
    }
    return NULL;
}

CUresult cuGetErrorName(CUresult error, const char **name) {
    const CUresult code = sg_enter(SG_cuGetErrorName);
    if (code) return sg_leave(code);
    *name = error_name(error);
    return sg_leave(*name ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE);
}

/* The name without CUDA_ERROR_: as much as anyone may rely on. */
CUresult cuGetErrorString(CUresult error, const char **text) {
    const CUresult code = sg_enter(SG_cuGetErrorString);
    const size_t prefix = strlen("CUDA_ERROR_");
    if (code) return sg_leave(code);
    *text = error_name(error);
    if (*text && !strncmp(*text, "CUDA_ERROR_", prefix)) *text += prefix;
    return sg_leave(*text ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE);
}

static int device_count(void) {
    const uint64_t n = sg_setting("SOFTGPU_DEVICES", 1);
    return n > MOST_DEVICES ? MOST_DEVICES : (int)n;
}

CUresult cuInit(unsigned int flags) {
    CUresult code = sg_enter(SG_cuInit);
    if (!code && flags) code = CUDA_ERROR_INVALID_VALUE;
    if (!code && !device_count()) code = CUDA_ERROR_NO_DEVICE;
    if (!code) sg_initialized = true;
    sg_approx_configure(getenv("SOFTGPU_APPROX"));
    return sg_leave(code);
}

CUresult cuDriverGetVersion(int *version) {
    CUresult code = sg_enter(SG_cuDriverGetVersion);
    if (!code && !version) code = CUDA_ERROR_INVALID_VALUE;
    if (!code) *version = (int)sg_setting("SOFTGPU_DRIVER_VERSION", CUDA_VERSION);
    return sg_leave(code);
}

/* --------------------------------------------------------------------------------------------------- devices */

unsigned sg_capability(void) {
    unsigned major = 7, minor = 5;
    const char *text = getenv("SOFTGPU_CAPABILITY");
    if (text && sscanf(text, "%u.%u", &major, &minor) != 2) major = 7, minor = 5;
    return major * 10 + minor;
}

static uint64_t total_memory(void) { return sg_setting("SOFTGPU_MEMORY", UINT64_C(8) << 30); }

static CUresult check_device(CUdevice device) {
    return device >= 0 && device < device_count() ? CUDA_SUCCESS : CUDA_ERROR_INVALID_DEVICE;
}

CUresult cuDeviceGetCount(int *count) {
    CUresult code = sg_enter(SG_cuDeviceGetCount);
    if (!code && !count) code = CUDA_ERROR_INVALID_VALUE;
    if (!code) *count = device_count();
    return sg_leave(code);
}

CUresult cuDeviceGet(CUdevice *device, int ordinal) {
    CUresult code = sg_enter(SG_cuDeviceGet);
    if (!code) code = device ? check_device(ordinal) : CUDA_ERROR_INVALID_VALUE;
    if (!code) *device = ordinal;
    return sg_leave(code);
}

CUresult cuDeviceGetName(char *name, int length, CUdevice device) {
    CUresult code = sg_enter(SG_cuDeviceGetName);
    if (!code) code = name && length > 0 ? check_device(device) : CUDA_ERROR_INVALID_VALUE;
    if (!code) snprintf(name, (size_t)length, "Software GPU %d", device);
    return sg_leave(code);
}

CUresult cuDeviceGetUuid_v2(CUuuid *uuid, CUdevice device) {
    CUresult code = sg_enter(SG_cuDeviceGetUuid_v2);
    if (!code) code = uuid ? check_device(device) : CUDA_ERROR_INVALID_VALUE;
    if (!code) snprintf(uuid->bytes, sizeof uuid->bytes, "software gpu %d", device);
    return sg_leave(code);
}

CUresult cuDeviceTotalMem_v2(size_t *bytes, CUdevice device) {
    CUresult code = sg_enter(SG_cuDeviceTotalMem_v2);
    if (!code) code = bytes ? check_device(device) : CUDA_ERROR_INVALID_VALUE;
    if (!code) *bytes = total_memory();
    return sg_leave(code);
}

static CUresult attribute(int *value, CUdevice_attribute which) {
    static const struct {
        CUdevice_attribute which;
        int value;
    } table[] = {
        {CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK, 1024},
        {CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X, 1024},
        {CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y, 1024},
        {CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z, 64},
        {CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X, INT32_MAX},
        {CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y, 65535},
        {CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z, 65535},
        {CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK, 48 << 10},
        {CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN, 48 << 10},
        {CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR, 64 << 10},
        {CU_DEVICE_ATTRIBUTE_TOTAL_CONSTANT_MEMORY, 64 << 10},
        {CU_DEVICE_ATTRIBUTE_WARP_SIZE, SG_LANES},
        {CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, PROCESSORS},
        {CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR, 1024},
        {CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING, 1},
        {CU_DEVICE_ATTRIBUTE_CONCURRENT_KERNELS, 1},
        {CU_DEVICE_ATTRIBUTE_CLOCK_RATE, 1000000},
        {CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE, 1000000},
        {CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH, 64},
        {CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE, 1 << 20},
        {CU_DEVICE_ATTRIBUTE_COMPUTE_MODE, CU_COMPUTEMODE_DEFAULT},
    };
    if (which == CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR) return *value = (int)sg_capability() / 10, CUDA_SUCCESS;
    if (which == CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR) return *value = (int)sg_capability() % 10, CUDA_SUCCESS;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (table[i].which == which) return *value = table[i].value, CUDA_SUCCESS;
    return CUDA_ERROR_INVALID_VALUE;
}

CUresult cuDeviceGetAttribute(int *value, CUdevice_attribute which, CUdevice device) {
    CUresult code = sg_enter(SG_cuDeviceGetAttribute);
    if (!code) code = value ? check_device(device) : CUDA_ERROR_INVALID_VALUE;
    if (!code) code = attribute(value, which);
    return sg_leave(code);
}

CUresult cuMemGetInfo_v2(size_t *free_bytes, size_t *total) {
    CUresult code = sg_enter(SG_cuMemGetInfo_v2);
    if (!code && (!free_bytes || !total)) code = CUDA_ERROR_INVALID_VALUE;
    if (code) return sg_leave(code);
    *total = total_memory();
    *free_bytes = *total - sg_device_memory_in_use(sg_current()->device);
    return sg_leave(CUDA_SUCCESS);
}

uint64_t sg_device_memory_in_use(CUdevice device) {
    uint64_t bytes = 0;
    sg_object *o;
    for (uint32_t i = 1; (o = sg_object_at(i)) != NULL; i++)
        if (o->alive && o->kind == SG_A_CONTEXT && ((sg_context *)o)->device == device)
            bytes += sg_memory_in_use(o->number);
    return bytes;
}

bool sg_device_has_room(CUdevice device, uint64_t bytes) {
    const uint64_t used = sg_device_memory_in_use(device), all = total_memory();
    return used <= all && bytes <= all - used;
}

/* -------------------------------------------------------------------------------------------------- contexts */

sg_context *sg_current(void) {
    sg_context *c = depth ? stack[depth - 1] : NULL;
    return c && c->object.alive ? c : NULL;
}

static sg_context *new_context(CUdevice device) {
    sg_context *c = sg_object_new(SG_A_CONTEXT, sizeof *c, NULL);
    c->device = device;
    c->default_stream.object.context = c;
    c->default_stream.is_default = true;
    return c;
}

static void end_objects(const sg_context *c) {
    sg_object *o;
    sg_allocation *a;
    for (uint32_t i = 1; (o = sg_object_at(i)) != NULL; i++)
        if (o->context == c) o->alive = false;
    for (size_t i = 0; (a = sg_memory_at(i)) != NULL; i++)
        if (a->data && a->context == c->object.number) sg_memory_free(a);
}

void sg_context_end(sg_context *c) {
    sg_context_run(c);
    sg_report_leaks(c, "at the end of a context");
    c->object.alive = false;
    end_objects(c);
}

static CUresult push(sg_context *c) {
    if (!c) return CUDA_ERROR_INVALID_CONTEXT;
    if (depth == STACK) return CUDA_ERROR_OUT_OF_MEMORY;
    stack[depth++] = c;
    return CUDA_SUCCESS;
}

static CUresult create(CUcontext *context, CUdevice device) {
    const CUresult code = context ? check_device(device) : CUDA_ERROR_INVALID_VALUE;
    if (code) return code;
    sg_context *c = new_context(device);
    *context = sg_handle(c);
    return push(c);
}

CUresult cuCtxCreate_v2(CUcontext *context, unsigned int flags, CUdevice device) {
    const CUresult code = sg_enter(SG_cuCtxCreate_v2);
    (void)flags;
    return sg_leave(code ? code : create(context, device));
}

CUresult cuCtxCreate_v4(CUcontext *context, CUctxCreateParams *parameters, unsigned int flags, CUdevice device) {
    const CUresult code = sg_enter(SG_cuCtxCreate_v4);
    (void)flags;
    (void)parameters;
    return sg_leave(code ? code : create(context, device));
}

/* The current context of the calling thread is popped if it is the one that ends. */
static CUresult destroy(CUcontext handle) {
    sg_context *c = sg_object_find(SG_A_CONTEXT, handle);
    if (!c || c->primary) return CUDA_ERROR_INVALID_CONTEXT;
    if (sg_current() == c) depth--;
    sg_context_end(c);
    return CUDA_SUCCESS;
}

CUresult cuCtxDestroy_v2(CUcontext context) {
    const CUresult code = sg_enter(SG_cuCtxDestroy_v2);
    return sg_leave(code ? code : destroy(context));
}

CUresult cuCtxPushCurrent_v2(CUcontext context) {
    const CUresult code = sg_enter(SG_cuCtxPushCurrent_v2);
    return sg_leave(code ? code : push(sg_object_find(SG_A_CONTEXT, context)));
}

CUresult cuCtxPopCurrent_v2(CUcontext *context) {
    CUresult code = sg_enter(SG_cuCtxPopCurrent_v2);
    if (!code && !depth) code = CUDA_ERROR_INVALID_CONTEXT;
    if (code) return sg_leave(code);
    depth--;
    if (context) *context = sg_handle(stack[depth]);
    return sg_leave(CUDA_SUCCESS);
}

/* Replaces the top of the stack; NULL takes it away. */
CUresult cuCtxSetCurrent(CUcontext context) {
    CUresult code = sg_enter(SG_cuCtxSetCurrent);
    sg_context *c = code ? NULL : sg_object_find(SG_A_CONTEXT, context);
    if (!code && context && !c) code = CUDA_ERROR_INVALID_CONTEXT;
    if (code) return sg_leave(code);
    if (depth) depth--;
    return sg_leave(context ? push(c) : CUDA_SUCCESS);
}

CUresult cuCtxGetCurrent(CUcontext *context) {
    CUresult code = sg_enter(SG_cuCtxGetCurrent);
    if (!code && !context) code = CUDA_ERROR_INVALID_VALUE;
    if (!code) *context = sg_current() ? sg_handle(sg_current()) : NULL;
    return sg_leave(code);
}

CUresult cuCtxGetDevice(CUdevice *device) {
    CUresult code = sg_enter(SG_cuCtxGetDevice);
    if (!code && !device) code = CUDA_ERROR_INVALID_VALUE;
    if (!code) *device = sg_current()->device;
    return sg_leave(code);
}

CUresult cuCtxSynchronize(void) {
    const CUresult code = sg_enter(SG_cuCtxSynchronize);
    return sg_leave(code ? code : sg_context_run(sg_current()));
}

/* ----------------------------------------------------------------------------------------- primary contexts */

CUresult cuDevicePrimaryCtxRetain(CUcontext *context, CUdevice device) {
    CUresult code = sg_enter(SG_cuDevicePrimaryCtxRetain);
    if (!code) code = context ? check_device(device) : CUDA_ERROR_INVALID_VALUE;
    if (code) return sg_leave(code);
    if (!primary[device]) {
        primary[device] = new_context(device);
        primary[device]->primary = true;
    }
    primary[device]->references++;
    *context = sg_handle(primary[device]);
    return sg_leave(CUDA_SUCCESS);
}

static CUresult give_back(CUdevice device, bool whatever_the_count) {
    const CUresult code = check_device(device);
    if (code) return code;
    if (!primary[device]) return whatever_the_count ? CUDA_SUCCESS : CUDA_ERROR_INVALID_CONTEXT;
    if (!whatever_the_count && --primary[device]->references) return CUDA_SUCCESS;
    sg_context_end(primary[device]);
    primary[device] = NULL;
    return CUDA_SUCCESS;
}

CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device) {
    const CUresult code = sg_enter(SG_cuDevicePrimaryCtxRelease_v2);
    return sg_leave(code ? code : give_back(device, false));
}

CUresult cuDevicePrimaryCtxReset_v2(CUdevice device) {
    const CUresult code = sg_enter(SG_cuDevicePrimaryCtxReset_v2);
    return sg_leave(code ? code : give_back(device, true));
}

CUresult cuDevicePrimaryCtxGetState(CUdevice device, unsigned int *flags, int *active) {
    CUresult code = sg_enter(SG_cuDevicePrimaryCtxGetState);
    if (!code) code = flags && active ? check_device(device) : CUDA_ERROR_INVALID_VALUE;
    if (code) return sg_leave(code);
    *flags = 0;
    *active = primary[device] != NULL;
    return sg_leave(CUDA_SUCCESS);
}
