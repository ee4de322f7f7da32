/* SPDX-License-Identifier: Apache-2.0
 *
 * The OpenCL backend: fills cl_mem buffers with kernels that are built when the device is opened.
 *
 * Needs OpenCL 1.2. Doubles (cl_khr_fp64) are used where they are, but only random float64 values need them. This header needs none of OpenCL's; the struct names below are those
 * behind cl_context, cl_device_id, cl_mem, cl_command_queue and cl_event, so both fit together in either order.
 */
#ifndef COUNTERWEIGHT_OPENCL_H
#define COUNTERWEIGHT_OPENCL_H

#include "counterweight/counterweight.h"

struct _cl_context;
struct _cl_device_id;
struct _cl_mem;
struct _cl_command_queue;
struct _cl_event;

#ifdef __cplusplus
extern "C" {
#endif

/* Opens a device of the caller's context, which is retained until cw_device_close. Builds the program and makes every
 * kernel, which takes seconds on some drivers; fills compile nothing. Any thread may open; afterwards one host thread
 * at a time may use the device. *device is written on success only.
 * A CPU with doubles fills ranges with vectors of eight, other devices by work-groups; the environment variable CW_OPENCL_LANES,
 * "8" or "1", asks for one or the other on any device. The bits are the same.
 * CW_ERROR_ARGUMENT     NULL, or the device does not belong to the context; another CW_OPENCL_FP64 than cw_fp64 names, another
 *                       CW_OPENCL_LANES than above
 * CW_ERROR_UNSUPPORTED  the device has no OpenCL C 1.2, no compiler, does not round floats to nearest, or is big-endian;
 *                       or it is to use doubles that it does not have
 * CW_ERROR_DEVICE       the program does not build: the text is the first line of the build log
 * CW_ERROR_MEMORY */
CW_API cw_status cw_opencl_open(struct _cl_context *context, struct _cl_device_id *id, cw_device **device,
                                cw_error *why);

/* How to use it. Start from CW_OPENCL_OPTIONS_INIT.
 * `cache_folder` is where the built program may be kept, so that the next one to open the device need not build it. It is
 * made with its first file, and is the user's alone. NULL: the disk is left alone. A file is for one source, device, driver
 * and set of build options. What is damaged, or what the driver refuses, is built from source as if it were not there:
 * nothing about it is ever an error. Any number of processes may share a folder; a file appears by rename.
 * A driver is asked for a program only if building took over 0.5 s of processor time and, at the next open, nearly as much
 * again: many keep what they have built. It is asked in cw_device_close, which then takes as long as the driver needs. */
typedef struct cw_opencl_options {
    uint32_t struct_size;
    uint32_t fp64;            /* a cw_fp64 */
    const char *cache_folder; /* read while the device is opened */
} cw_opencl_options;

#define CW_OPENCL_OPTIONS_INIT \
    { sizeof(cw_opencl_options), CW_FP64_AUTO, 0 }

/* As cw_opencl_open, which is this with NULL for the options, and CW_ERROR_STRUCT. */
CW_API cw_status cw_opencl_open_with(const cw_opencl_options *options, struct _cl_context *context,
                                     struct _cl_device_id *id, cw_device **device, cw_error *why);

/* Opens device `device_index` of platform `platform_index`, as counted by cw_opencl_devices, in a context of its own.
 * Memory for it comes from cw_allocate. As cw_opencl_open, and
 * CW_ERROR_NO_RUNTIME  no OpenCL driver (ICD) is installed
 * CW_ERROR_NO_DEVICE   there is no such platform or device */
CW_API cw_status cw_opencl_open_index(uint32_t platform_index, uint32_t device_index, cw_device **device,
                                      cw_error *why);

/* The same, and CW_ERROR_STRUCT; `options` NULL means the defaults. */
CW_API cw_status cw_opencl_open_index_with(const cw_opencl_options *options, uint32_t platform_index, uint32_t device_index,
                                           cw_device **device, cw_error *why);

/* Lists the devices of all platforms in the driver's order, "opencl:P.D". Writes at most `capacity` entries to `list`,
 * which may be NULL if capacity is 0, and the number of devices to *count. A device that cannot be opened is listed
 * and says why.
 * CW_ERROR_ARGUMENT, CW_ERROR_DEVICE
 * CW_ERROR_NO_RUNTIME  no OpenCL driver (ICD) is installed; *count is untouched */
CW_API cw_status cw_opencl_devices(cw_device_info *list, size_t capacity, size_t *count, cw_error *why);

/* A buffer of the device's context as a destination: `bytes` bytes from byte `offset`, a multiple of the dtype's size. A
 * fill refuses one that is CL_MEM_READ_ONLY.
 * `queue` is any command queue, in or out of order, of that context and device. The fill waits for the `wait_count`
 * events of `wait_list` (0 and NULL: none) and stores its own in *event unless event is NULL; that event is the
 * caller's to release. A fill that fails, or has nothing to write, stores none: set *event to NULL before. Nothing is
 * retained: buffer, queue, list and `event` must live until cw_fill returns, as for clEnqueueNDRangeKernel.
 * cw_sync is clFinish on the queue, so it ignores both. */
static inline cw_destination cw_opencl_at(struct _cl_mem *buffer, uint64_t offset, uint64_t bytes,
                                          struct _cl_command_queue *queue, uint32_t wait_count,
                                          struct _cl_event *const *wait_list, struct _cl_event **event) {
    cw_destination d = {sizeof(cw_destination), CW_BACKEND_OPENCL, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    d.memory = buffer;
    d.offset = offset;
    d.bytes = bytes;
    d.queue = queue;
    d.wait_list = wait_list;
    d.wait_count = wait_count;
    d.event = event;
    return d;
}

#ifdef __cplusplus
}
#endif
#endif
