/* SPDX-License-Identifier: Apache-2.0
 *
 * The CPU backend: several elements at a time by AVX-512 or AVX2, whichever the processor has, over threads. The
 * environment variable CW_CPU, "avx512", "avx2" or "portable", asks for another way; the bits are the same.
 */
#ifndef COUNTERWEIGHT_CPU_H
#define COUNTERWEIGHT_CPU_H

#include "counterweight/counterweight.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Calls task(argument, i) once for each i in [0, tasks), in any order and on any threads, and returns when all are
 * done. */
typedef void cw_parallel_for(void *user, uint32_t tasks, void (*task)(void *argument, uint32_t i), void *argument);

/* How to use the CPU. Start from CW_CPU_OPTIONS_INIT: all cores that the process may use, threads of our own, which wait
 * between fills and end when the device is closed. */
typedef struct cw_cpu_options {
    uint32_t struct_size;
    uint32_t threads;              /* into how many tasks a large fill is cut; 0: one per core */
    cw_parallel_for *parallel_for; /* the caller's own, or NULL */
    void *user;                    /* its first argument */
    uint32_t fp64;                 /* a cw_fp64; OFF shows what a device without doubles computes */
    uint32_t reserved;
} cw_cpu_options;

#define CW_CPU_OPTIONS_INIT \
    { sizeof(cw_cpu_options), 0, 0, 0, CW_FP64_AUTO, 0 }

/* Opens the CPU; `options` NULL means the defaults. CW_ERROR_ARGUMENT, also for another CW_CPU_FP64 than cw_fp64 names or
 * another CW_CPU than above, CW_ERROR_UNSUPPORTED where CW_CPU asks for what the processor has not, CW_ERROR_STRUCT,
 * CW_ERROR_MEMORY.
 * Close it with cw_device_close. */
CW_API cw_status cw_cpu_open(const cw_cpu_options *options, cw_device **device, cw_error *why);

/* Host memory as a destination: `bytes` bytes at `memory`, aligned to the dtype's size. */
static inline cw_destination cw_cpu_at(void *memory, uint64_t bytes) {
    cw_destination d = {sizeof(cw_destination), CW_BACKEND_CPU, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    d.memory = memory;
    d.bytes = bytes;
    return d;
}

/* Fills *info; always succeeds. */
CW_API void cw_cpu_info(cw_device_info *info);

#ifdef __cplusplus
}
#endif
#endif
