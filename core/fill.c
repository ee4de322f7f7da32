/* SPDX-License-Identifier: Apache-2.0
 *
 * plan -> launch -> backend: checks what every backend would have to check, then calls it.
 */
#include <inttypes.h>
#include <string.h>

#include "fill.h"
#include "slice.h"

cw_status cw_check_device(const cw_device *device, cw_error *why) {
    return device && device->ops ? CW_OK : cw_fail(why, CW_ERROR_ARGUMENT, 0, "no device was given");
}

cw_status cw_check_destination(const cw_device *device, const cw_destination *d, cw_error *why) {
    const cw_status status = cw_check_device(device, why);
    if (status) return status;
    if (!d) return cw_fail(why, CW_ERROR_DESTINATION, 0, "no destination was given");
    if (d->struct_size != sizeof *d)
        return cw_fail(why, CW_ERROR_STRUCT, 0, "the destination was not made by this version of the library");
    if (d->backend != device->ops->backend)
        return cw_fail(why, CW_ERROR_DESTINATION, 0, "the destination belongs to another backend than the device");
    return CW_OK;
}

cw_status cw_check_room(const cw_destination *d, uint64_t bytes, uint64_t size, cw_error *why) {
    if (bytes == 0) return CW_OK;
    if (!d->memory) return cw_fail(why, CW_ERROR_DESTINATION, 0, "the destination's memory is NULL");
    if (d->bytes < bytes)
        return cw_fail(why, CW_ERROR_DESTINATION, 0, "the destination has %" PRIu64 " bytes, and %" PRIu64 " are needed",
                       d->bytes, bytes);
    /* A cl_mem is a handle: only its offset says anything of alignment. */
    const uint64_t base = d->backend == CW_BACKEND_OPENCL ? 0 : (uint64_t)(uintptr_t)d->memory;
    if ((base + d->offset) % size)
        return cw_fail(why, CW_ERROR_DESTINATION, 0, "the destination is not aligned to %" PRIu64 " bytes", size);
    return CW_OK;
}

cw_status cw_check_scratch(const cw_destination *d, uint64_t bytes, cw_error *why) {
    const uint64_t base = d->backend == CW_BACKEND_OPENCL ? 0 : (uint64_t)(uintptr_t)d->scratch;
    if (!d->scratch)
        return cw_fail(why, CW_ERROR_DESTINATION, 0, "the initializer works in scratch memory, and none was lent (%" PRIu64
                       " bytes, as cw_plan_scratch says, by cw_lend)", bytes);
    if (d->scratch_bytes < bytes)
        return cw_fail(why, CW_ERROR_DESTINATION, 0, "%" PRIu64 " bytes of scratch memory were lent, and %" PRIu64
                       " are needed", d->scratch_bytes, bytes);
    if ((base + d->scratch_offset) % 8)
        return cw_fail(why, CW_ERROR_DESTINATION, 0, "the scratch memory is not aligned to 8 bytes");
    return CW_OK;
}

static cw_status fill_matrix(cw_device *device, const cw_decided *p, const cw_destination *to, cw_error *why) {
    cw_status status = cw_check_room(to, p->bytes, cw_dtype_size(p->spec.dtype), why);
    if (!status) status = cw_check_scratch(to, p->matrix.scratch, why);
    return status ? status : device->ops->fill_matrix(device, &p->launch, &p->matrix, to, why);
}

static cw_status fill(cw_device *device, const cwn_launch *launch, const cw_destination *to, cw_error *why) {
    const uint64_t size = cwn_bytes_of(launch->type);
    const cw_status status = cw_check_room(to, launch->count * size, size, why);
    return status || launch->count == 0 ? status : device->ops->fill(device, launch, to, why);
}

cw_status cw_fill(cw_device *device, const cw_plan *plan, const cw_destination *destination, cw_error *why) {
    const cw_decided *p = cw_decided_of(plan);
    const cw_status status = cw_check_destination(device, destination, why);
    if (status) return status;
    if (!p) return cw_fail(why, CW_ERROR_STRUCT, 0, "the plan was not made by cw_plan_make of this version");
    if (p->matrix.columns) return fill_matrix(device, p, destination, why);
    return fill(device, &p->launch, destination, why);
}

static cw_status fill_job(cw_device *device, const cw_box *box, const cw_job *job, const cw_destination *to, cw_error *why) {
    cw_status status = cw_check_room(to, box->bytes, cw_dtype_size(box->store), why);
    if (!status && job->matrix) status = cw_check_scratch(to, job->scratch, why);
    if (status || job->parts == 0) return status;
    if (job->parts == 1 && !job->matrix && !job->part[0].slice.rows) return device->ops->fill(device, &job->part[0].launch, to, why);
    return device->ops->fill_slice(device, job, to, why);
}

cw_status cw_fill_slice(cw_device *device, const cw_plan *plan, const cw_slice *slice, const cw_destination *destination,
                        cw_error *why) {
    const cw_decided *p = cw_decided_of(plan);
    cw_job job;
    cw_box box;
    if (!slice) return cw_fill(device, plan, destination, why);
    cw_status status = cw_check_destination(device, destination, why);
    if (!status) status = cw_box_make(p, slice, &box, why);
    if (status) return status;
    cw_job_make(p, &box, &job);
    return fill_job(device, &box, &job, destination, why);
}

cw_status cw_fill_proof(cw_device *device, cw_proof proof, const cw_destination *destination, cw_error *why) {
    const cwn_launch launch = {.count = CW_PROOF_INPUTS, .distribution = 16 + (cwn_word)proof, .type = CWN_FLOAT32};
    const cw_status status = cw_check_destination(device, destination, why);
    if (status) return status;
    if (proof < CW_PROOF_RADIUS || proof > CW_PROOF_COSINE)
        return cw_fail(why, CW_ERROR_ARGUMENT, 0, "unknown proof number %d", (int)proof);
    return fill(device, &launch, destination, why);
}

cw_status cw_sync(cw_device *device, const cw_destination *destination, cw_error *why) {
    const cw_status status = cw_check_destination(device, destination, why);
    return status ? status : device->ops->sync(device, destination, why);
}

cw_status cw_timer_start(cw_device *device, const cw_destination *destination, cw_error *why) {
    cw_status status = cw_check_destination(device, destination, why);
    if (status) return status;
    status = device->ops->timer_start(device, destination, why);
    device->timed = !status;
    return status;
}

cw_status cw_timer_stop(cw_device *device, const cw_destination *destination, double *seconds, cw_error *why) {
    const cw_status status = cw_check_destination(device, destination, why);
    if (status) return status;
    if (!seconds) return cw_fail(why, CW_ERROR_ARGUMENT, 0, "no place for the seconds was given");
    if (!device->timed) return cw_fail(why, CW_ERROR_ARGUMENT, 0, "the device's timer was not started");
    device->timed = 0;
    return device->ops->timer_stop(device, destination, seconds, why);
}

cw_status cw_allocate(cw_device *device, uint64_t bytes, cw_destination *destination, cw_error *why) {
    const cw_status status = cw_check_device(device, why);
    if (status) return status;
    if (!destination) return cw_fail(why, CW_ERROR_DESTINATION, 0, "no place for the destination was given");
    return device->ops->allocate(device, bytes, destination, why);
}

static cw_status check_copy(const cw_device *device, const cw_destination *destination, const void *host,
                            uint64_t bytes, cw_error *why) {
    const cw_status status = cw_check_destination(device, destination, why);
    if (status) return status;
    if (!host && bytes) return cw_fail(why, CW_ERROR_DESTINATION, 0, "the host's memory is NULL");
    return cw_check_room(destination, bytes, 1, why);
}

cw_status cw_write(cw_device *device, const cw_destination *destination, const void *host, uint64_t bytes,
                   cw_error *why) {
    const cw_status status = check_copy(device, destination, host, bytes, why);
    return status || bytes == 0 ? status : device->ops->write(device, destination, host, bytes, why);
}

cw_status cw_read(cw_device *device, const cw_destination *destination, void *host, uint64_t bytes, cw_error *why) {
    const cw_status status = check_copy(device, destination, host, bytes, why);
    return status || bytes == 0 ? status : device->ops->read(device, destination, host, bytes, why);
}

void cw_release(cw_device *device, cw_destination *destination) {
    if (cw_check_destination(device, destination, NULL)) return;
    device->ops->release(device, destination);
    memset(destination, 0, sizeof *destination);
}

void cw_device_close(cw_device *device) {
    if (device) device->ops->close(device);
}

uint64_t cw_device_launches(const cw_device *device) { return device ? device->launches : 0; }
