/* SPDX-License-Identifier: Apache-2.0
 *
 * Which CUDA devices there are.
 */
#include <string.h>

#include "counterweight/cuda.h"
#include "driver.h"

static void describe(const cw_cuda_driver *driver, CUdevice device, uint32_t ordinal, cw_device_info *info) {
    size_t memory = 0;
    memset(info, 0, sizeof *info);
    snprintf(info->id, sizeof info->id, "cuda:%u", ordinal);
    snprintf(info->driver, sizeof info->driver, "CUDA %d.%d", driver->version / 1000, driver->version % 1000 / 10);
    if (driver->cuDeviceGetName(info->name, (int)sizeof info->name, device)) info->name[0] = 0;
    if (driver->cuDeviceTotalMem_v2(&memory, device)) memory = 0;
    info->memory_bytes = info->max_allocation_bytes = memory;
    info->units = (uint32_t)cw_cuda_attribute(driver, device, CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
    info->fp64 = 1;
    info->denormals = 1;
    cw_cuda_why_not(driver, device, info->why_not, sizeof info->why_not);
}

static cw_status list_devices(const cw_cuda_driver *driver, cw_device_info *list, size_t capacity, size_t *count,
                              cw_error *why) {
    CUdevice device;
    int found = 0;
    CUresult code = driver->cuDeviceGetCount(&found);
    cw_status status = cw_cuda_check(driver, code, CW_ERROR_DEVICE, "cuDeviceGetCount", why);
    for (int i = 0; i < found && (size_t)i < capacity && !status; i++) {
        code = driver->cuDeviceGet(&device, i);
        status = cw_cuda_check(driver, code, CW_ERROR_DEVICE, "cuDeviceGet", why);
        if (!status) describe(driver, device, (uint32_t)i, &list[i]);
    }
    if (!status) *count = (size_t)found;
    return status;
}

cw_status cw_cuda_devices(cw_device_info *list, size_t capacity, size_t *count, cw_error *why) {
    cw_cuda_driver driver;
    if (!count || (!list && capacity)) return cw_fail(why, CW_ERROR_ARGUMENT, 0, "cw_cuda_devices: a pointer is NULL");
    cw_status status = cw_cuda_load(&driver, why);
    if (status) return status;
    status = list_devices(&driver, list, capacity, count, why);
    cw_cuda_unload(&driver);
    return status;
}
