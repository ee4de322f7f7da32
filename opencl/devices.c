/* SPDX-License-Identifier: Apache-2.0
 *
 * Which OpenCL devices there are, and opening one by its number.
 */
#define _GNU_SOURCE /* secure_getenv */
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include "numeric/tile.h"

enum { MOST_PLATFORMS = 64, MOST_DEVICES = 256 };

static void copy_text(char *to, size_t capacity, const char *from) { snprintf(to, capacity, "%s", from); }

/* A text property, cut to fit; "" if the driver does not give it. */
static void device_text(cl_device_id id, cl_device_info what, char *text, size_t capacity) {
    char whole[1024] = "";
    if (clGetDeviceInfo(id, what, sizeof whole, whole, NULL)) whole[0] = 0;
    whole[sizeof whole - 1] = 0;
    copy_text(text, capacity, whole);
}

/* A number of 1, 2, 4 or 8 bytes; 0 if the driver does not give it. The hosts that we build for are little-endian. */
static uint64_t device_number(cl_device_id id, cl_device_info what) {
    uint64_t number = 0;
    return clGetDeviceInfo(id, what, sizeof number, &number, NULL) ? 0 : number;
}

static int has_opencl_c_1_2(cl_device_id id) {
    char text[64];
    unsigned major = 0, minor = 0;
    device_text(id, CL_DEVICE_OPENCL_C_VERSION, text, sizeof text);
    return sscanf(text, "OpenCL C %u.%u", &major, &minor) == 2 && (major > 1 || (major == 1 && minor >= 2));
}

void cw_opencl_why_not(cl_device_id id, char *text, size_t capacity) {
    const char *why = "";
    if (!device_number(id, CL_DEVICE_AVAILABLE)) why = "the device is not available";
    else if (!device_number(id, CL_DEVICE_COMPILER_AVAILABLE)) why = "the driver has no compiler";
    else if (!has_opencl_c_1_2(id)) why = "the device has no OpenCL C 1.2";
    else if (!(device_number(id, CL_DEVICE_SINGLE_FP_CONFIG) & CL_FP_ROUND_TO_NEAREST)) why = "its floats do not round to nearest";
    else if (!device_number(id, CL_DEVICE_ENDIAN_LITTLE)) why = "the device is big-endian";
    copy_text(text, capacity, why);
}

cw_status cw_opencl_decide_fp64(cl_device_id id, uint32_t asked, int *use, cw_error *why) {
    const int has = device_number(id, CL_DEVICE_DOUBLE_FP_CONFIG) != 0;
    return cw_decide_fp64(asked, "CW_OPENCL_FP64", secure_getenv("CW_OPENCL_FP64"), has, use, why);
}

/* Work-groups large enough, and local memory, for squares of matrices (numeric/square.h). */
static int has_squares(cl_device_id id) {
    enum { BYTES = 2 * 8 * CWN_PANEL * (CWN_SQUARE + 2) };
    return device_number(id, CL_DEVICE_MAX_WORK_GROUP_SIZE) >= CWN_THREADS && device_number(id, CL_DEVICE_LOCAL_MEM_SIZE) >= BYTES;
}

cw_status cw_opencl_decide_way(cl_device_id id, int fp64, cw_opencl_way *way, cw_error *why) {
    const char *word = secure_getenv("CW_OPENCL_LANES");
    const cw_opencl_way without_tiles = fp64 ? CW_IN_LANES : CW_ONE_BY_ONE;
    *way = device_number(id, CL_DEVICE_TYPE) & CL_DEVICE_TYPE_CPU || !has_squares(id) ? without_tiles : CW_IN_TILES;
    if (!word || !word[0]) return CW_OK;
    if (strcmp(word, "1") && strcmp(word, "8"))
        return cw_fail(why, CW_ERROR_ARGUMENT, 0, "CW_OPENCL_LANES is \"%.32s\", neither \"1\" nor \"8\"", word);
    *way = word[0] == '8' ? without_tiles : CW_IN_TILES;
    return CW_OK;
}

static void describe(cl_device_id id, uint32_t platform, uint32_t device, cw_device_info *info) {
    int fp64 = 1;
    cw_error why;
    memset(info, 0, sizeof *info);
    snprintf(info->id, sizeof info->id, "opencl:%u.%u", platform, device);
    device_text(id, CL_DEVICE_NAME, info->name, sizeof info->name);
    device_text(id, CL_DRIVER_VERSION, info->driver, sizeof info->driver);
    info->memory_bytes = device_number(id, CL_DEVICE_GLOBAL_MEM_SIZE);
    info->max_allocation_bytes = device_number(id, CL_DEVICE_MAX_MEM_ALLOC_SIZE);
    info->units = (uint32_t)device_number(id, CL_DEVICE_MAX_COMPUTE_UNITS);
    info->fp64 = device_number(id, CL_DEVICE_DOUBLE_FP_CONFIG) != 0;
    info->denormals = (device_number(id, CL_DEVICE_SINGLE_FP_CONFIG) & CL_FP_DENORM) != 0;
    cw_opencl_why_not(id, info->why_not, sizeof info->why_not);
    if (cw_opencl_decide_fp64(id, CW_FP64_AUTO, &fp64, &why)) snprintf(info->why_not, sizeof info->why_not, "%.127s", why.text);
    info->from_integers = !fp64;
}

static cw_status find_platforms(cl_platform_id *list, cl_uint *count, cw_error *why) {
    const cl_int code = clGetPlatformIDs(MOST_PLATFORMS, list, count);
    if (code == CL_SUCCESS && *count > MOST_PLATFORMS) *count = MOST_PLATFORMS;
    if (code == CL_SUCCESS && *count > 0) return CW_OK;
    return cw_fail(why, CW_ERROR_NO_RUNTIME, code,
                   "no OpenCL driver (ICD) is installed; on Debian pocl-opencl-icd serves the CPU (%s)",
                   code ? cw_opencl_error_name(code) : "0 platforms");
}

/* A platform without devices is no failure. */
static cw_status find_devices(cl_platform_id platform, cl_device_id *list, cl_uint *count, cw_error *why) {
    const cl_int code = clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, MOST_DEVICES, list, count);
    if (code) *count = 0;
    if (*count > MOST_DEVICES) *count = MOST_DEVICES;
    return code == CL_DEVICE_NOT_FOUND ? CW_OK : cw_opencl_check(code, CW_ERROR_DEVICE, "clGetDeviceIDs", why);
}

cw_status cw_opencl_devices(cw_device_info *list, size_t capacity, size_t *count, cw_error *why) {
    cl_platform_id platforms[MOST_PLATFORMS];
    cl_device_id devices[MOST_DEVICES];
    cl_uint platform_count, device_count;
    size_t found = 0;
    if (!count || (!list && capacity))
        return cw_fail(why, CW_ERROR_ARGUMENT, 0, "cw_opencl_devices: a pointer is NULL");
    cw_status status = find_platforms(platforms, &platform_count, why);
    if (status) return status;
    for (cl_uint p = 0; p < platform_count; p++) {
        if ((status = find_devices(platforms[p], devices, &device_count, why))) return status;
        for (cl_uint d = 0; d < device_count; d++, found++)
            if (found < capacity) describe(devices[d], p, d, &list[found]);
    }
    *count = found;
    return CW_OK;
}

static cw_status find(uint32_t platform, uint32_t device, cl_platform_id *of, cl_device_id *id, cw_error *why) {
    cl_platform_id platforms[MOST_PLATFORMS];
    cl_device_id devices[MOST_DEVICES];
    cl_uint count;
    cw_status status = find_platforms(platforms, &count, why);
    if (status) return status;
    if (platform >= count)
        return cw_fail(why, CW_ERROR_NO_DEVICE, 0, "there is no OpenCL platform %u, only %u in all", platform, count);
    if ((status = find_devices(platforms[platform], devices, &count, why))) return status;
    if (device >= count)
        return cw_fail(why, CW_ERROR_NO_DEVICE, 0, "OpenCL platform %u has no device %u, only %u in all", platform,
                       device, count);
    *of = platforms[platform];
    *id = devices[device];
    return CW_OK;
}

cw_status cw_opencl_open_index_with(const cw_opencl_options *options, uint32_t platform_index, uint32_t device_index,
                                    cw_device **device, cw_error *why) {
    cl_platform_id platform;
    cl_device_id id;
    cl_int code;
    if (!device) return cw_fail(why, CW_ERROR_ARGUMENT, 0, "cw_opencl_open_index: `device` is NULL");
    cw_status status = find(platform_index, device_index, &platform, &id, why);
    if (status) return status;
    const cl_context_properties properties[] = {CL_CONTEXT_PLATFORM, (cl_context_properties)platform, 0};
    cl_context context = clCreateContext(properties, 1, &id, NULL, NULL, &code);
    if (code) return cw_opencl_check(code, CW_ERROR_DEVICE, "clCreateContext", why);
    status = cw_opencl_open_with(options, context, id, device, why);
    clReleaseContext(context); /* the device has retained it, or failed */
    return status;
}

cw_status cw_opencl_open_index(uint32_t platform_index, uint32_t device_index, cw_device **device, cw_error *why) {
    return cw_opencl_open_index_with(NULL, platform_index, device_index, device, why);
}
