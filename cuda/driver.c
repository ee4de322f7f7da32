/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding the CUDA driver and its functions.
 */
#define _GNU_SOURCE /* secure_getenv */
#include "driver.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "counterweight/cuda.h"

#ifndef CW_CUDA_LEAST_DRIVER
#error "CW_CUDA_LEAST_DRIVER comes from CMakeLists.txt, which knows the toolkit"
#endif

const char *cw_cuda_least_driver(void) { return CW_CUDA_LEAST_DRIVER; }

static const char *library_name(void) {
    const char *name = secure_getenv("CW_CUDA_LIBRARY");
    return name && name[0] ? name : "libcuda.so.1";
}

/* RTLD_NODELETE: the driver starts threads and leaves exit handlers, which must not lose their code. */
static cw_status open_library(cw_cuda_driver *driver, cw_error *why) {
    const char *name = library_name(), *reason;
    dlerror();
    driver->library = dlopen(name, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (driver->library) return CW_OK;
    reason = dlerror();
    return cw_fail(why, CW_ERROR_NO_RUNTIME, 0, "no CUDA driver: %.*s (least driver: %s)",
                   (int)strcspn(reason ? reason : name, "\n"), reason ? reason : name, CW_CUDA_LEAST_DRIVER);
}

/* POSIX wants a function's address to go through an object pointer; ISO C has no such cast. */
static int find_function(void *library, const char *name, void *function) {
    void *address = dlsym(library, name);
    memcpy(function, &address, sizeof address);
    return address != NULL;
}

static cw_status find_functions(cw_cuda_driver *driver, cw_error *why) {
    const char *missing = NULL;
#define CW_ROW(name)                                                                                                   \
    if (!find_function(driver->library, #name, &driver->name)) missing = #name;
    CW_DRIVER_TABLE(CW_ROW)
#undef CW_ROW
    if (!missing) return CW_OK;
    return cw_fail(why, CW_ERROR_NO_RUNTIME, 0, "%.120s has no %s (least driver: %s)", library_name(), missing,
                   CW_CUDA_LEAST_DRIVER);
}

/* Kernels of a newer toolkit would load on some older drivers only as machine code, and then not on every device. */
static cw_status check_version(cw_cuda_driver *driver, cw_error *why) {
    const CUresult code = driver->cuDriverGetVersion(&driver->version);
    if (code) return cw_cuda_check(driver, code, CW_ERROR_NO_RUNTIME, "cuDriverGetVersion", why);
    if (driver->version >= CUDA_VERSION) return CW_OK;
    return cw_fail(why, CW_ERROR_NO_RUNTIME, 0, "the CUDA driver is too old: CUDA %d.%d (least driver: %s)",
                   driver->version / 1000, driver->version % 1000 / 10, CW_CUDA_LEAST_DRIVER);
}

static cw_status initialize(cw_cuda_driver *driver, cw_error *why) {
    const CUresult code = driver->cuInit(0);
    const cw_status other = code == CUDA_ERROR_NO_DEVICE ? CW_ERROR_NO_DEVICE : CW_ERROR_NO_RUNTIME;
    return cw_cuda_check(driver, code, other, "cuInit", why);
}

cw_status cw_cuda_load(cw_cuda_driver *driver, cw_error *why) {
    memset(driver, 0, sizeof *driver);
    cw_status status = open_library(driver, why);
    if (!status) status = find_functions(driver, why);
    if (!status) status = check_version(driver, why);
    if (!status) status = initialize(driver, why);
    if (status) cw_cuda_unload(driver);
    return status;
}

void cw_cuda_unload(cw_cuda_driver *driver) {
    if (driver->library) dlclose(driver->library);
    driver->library = NULL;
}

cw_status cw_cuda_check(const cw_cuda_driver *driver, CUresult code, cw_status other, const char *what, cw_error *why) {
    const char *name = NULL;
    if (code == CUDA_SUCCESS) return CW_OK;
    if (driver->cuGetErrorName(code, &name) || !name) name = "an unknown error";
    return cw_fail(why, code == CUDA_ERROR_OUT_OF_MEMORY ? CW_ERROR_MEMORY : other, (int32_t)code, "%s: %s (%d)", what,
                   name, (int)code);
}

int cw_cuda_attribute(const cw_cuda_driver *driver, CUdevice device, CUdevice_attribute attribute) {
    int value = 0;
    return driver->cuDeviceGetAttribute(&value, attribute, device) ? 0 : value;
}

CUresult cw_cuda_why_not(const cw_cuda_driver *driver, CUdevice device, char *text, size_t capacity) {
    int major = 0, minor = 0;
    CUresult code = driver->cuDeviceGetAttribute(&major, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, device);
    if (!code) code = driver->cuDeviceGetAttribute(&minor, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, device);
    text[0] = 0;
    if (code) snprintf(text, capacity, "the driver does not tell the compute capability");
    else if (major < CW_CUDA_LEAST_MAJOR || (major == CW_CUDA_LEAST_MAJOR && minor < CW_CUDA_LEAST_MINOR))
        snprintf(text, capacity, "compute capability %d.%d is below %d.%d", major, minor, CW_CUDA_LEAST_MAJOR,
                 CW_CUDA_LEAST_MINOR);
    return code;
}
