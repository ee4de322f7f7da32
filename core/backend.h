/* SPDX-License-Identifier: Apache-2.0
 *
 * For authors of backends: what a device is made of. A backend is a folder that fills in one cw_backend_ops and
 * embeds a cw_device as the first member of its own struct. It sees launches, never specs or plans.
 *
 * Header-only on purpose: a backend needs nothing from libcounterweight that is not public.
 */
#ifndef CW_BACKEND_H
#define CW_BACKEND_H

#include <stdarg.h>
#include <stdio.h>

#include "counterweight/counterweight.h"
#include "numeric/launch.h"

typedef struct cw_backend_ops {
    uint32_t backend; /* a cw_backend; destinations must carry the same */
    /* Enqueues the elements launch->first .. + count to the destination, whose size, alignment and backend were
     * checked. `count` is not 0. */
    cw_status (*fill)(cw_device *device, const cwn_launch *launch, const cw_destination *to, cw_error *why);
    cw_status (*sync)(cw_device *device, const cw_destination *on, cw_error *why);
    cw_status (*allocate)(cw_device *device, uint64_t bytes, cw_destination *to, cw_error *why);
    /* Both wait. `bytes` is not over to->bytes. */
    cw_status (*write)(cw_device *device, const cw_destination *to, const void *host, uint64_t bytes, cw_error *why);
    cw_status (*read)(cw_device *device, const cw_destination *from, void *host, uint64_t bytes, cw_error *why);
    void (*release)(cw_device *device, cw_destination *allocated);
    void (*close)(cw_device *device);
} cw_backend_ops;

struct cw_device {
    const cw_backend_ops *ops;
    uint64_t launches; /* kernels launched; counted by the backend */
};

/* The kernels of a backend that has them, in any language: one per distribution. */
/* clang-format off */
#define CW_KERNEL_TABLE(ROW) /* launch->distribution, the kernel's name */ \
    ROW(CWN_CONSTANT,         "cw_fill_constant") \
    ROW(CWN_IDENTITY,         "cw_fill_identity") \
    ROW(CWN_UNIFORM,          "cw_fill_uniform") \
    ROW(CWN_NORMAL,           "cw_fill_normal") \
    ROW(CWN_TRUNCATED_NORMAL, "cw_fill_truncated_normal") \
    ROW(CWN_RADIUS,           "cw_fill_radius") \
    ROW(CWN_SINE,             "cw_fill_sine") \
    ROW(CWN_COSINE,           "cw_fill_cosine")
/* clang-format on */

/* Fills *why, if there is one, and returns status: `return cw_fail(why, CW_ERROR_SHAPE, 0, "...", ...)`. */
__attribute__((format(printf, 4, 5), unused)) static cw_status cw_fail(cw_error *why, cw_status status, int32_t native,
                                                                      const char *format, ...) {
    if (why) {
        va_list arguments;
        why->status = status;
        why->native = native;
        va_start(arguments, format);
        vsnprintf(why->text, sizeof why->text, format, arguments);
        va_end(arguments);
    }
    return status;
}

#endif
