/* SPDX-License-Identifier: Apache-2.0
 *
 * A stand-in for libcuda.so.1 that executes PTX on the CPU, strictly: for testing code that uses the CUDA driver API
 * on machines without a GPU. Load the library where libcuda.so.1 would be loaded. Nothing here is needed for that;
 * what is below is for tests that want to look inside, by dlsym.
 *
 * The environment, read when it is needed, so that a test may change it between two calls:
 *
 *   SOFTGPU_FAIL=NAME[:N]=ERROR,...  the N-th call (default 1) of that function, or of any function if NAME is *, since
 *                                    the variable had this text, does nothing and returns ERROR, a CUresult by name or
 *                                    number. NAME may leave out a _v2. Errors that would be sticky are.
 *   SOFTGPU_MISSING=NAME,...         these functions are not exported (read once, when the library is loaded)
 *   SOFTGPU_DRIVER_VERSION=12040     what cuDriverGetVersion says; default: that of the cuda.h it was compiled with
 *   SOFTGPU_DEVICES=N                0, 1 (default) or 2 devices
 *   SOFTGPU_CAPABILITY=7.5           the compute capability (default); PTX for a higher one is refused
 *   SOFTGPU_MEMORY=BYTES             memory of a device; default 8 GiB
 *   SOFTGPU_APPROX=low|high|SEED     what approximate instructions return (read by cuInit)
 *   SOFTGPU_PLAIN=1                  no FMA and AVX2 of the processor, which change nothing (read once)
 *   SOFTGPU_PATIENCE=N               a kernel is stopped when one of its warps has executed about N instructions
 *   SOFTGPU_THREADS=N                cores to use; default all that the process may use
 *   SOFTGPU_REPORT=FILE              at exit, counters and leaks as JSON
 */
#ifndef SOFTGPU_H
#define SOFTGPU_H

#include <stddef.h>
#include <stdint.h>

typedef struct softgpu_counters {
    uint64_t calls;          /* of functions of the driver */
    uint64_t injected;       /* of them, those that failed on demand */
    uint64_t launches;       /* kernels that ran, those of graphs included */
    uint64_t instructions;   /* executed by their threads */
    uint64_t host_to_device; /* bytes copied */
    uint64_t device_to_host;
    uint64_t unknown_to_host; /* of them, those that nobody had written */
    uint64_t faults;          /* kernels that were stopped */
    uint64_t leaks;           /* objects that their context's end or the process's end found alive */
} softgpu_counters;

/* const softgpu_counters *softgpu_counters_now(void): live, never moves. */
typedef const softgpu_counters *softgpu_counters_now_fn(void);
/* const char *softgpu_message(void): the last line that was reported, without "softgpu: ". "" if there was none. */
typedef const char *softgpu_message_fn(void);
/* const char *softgpu_injected(void): the function that failed on demand last, or "". */
typedef const char *softgpu_injected_fn(void);
/* size_t softgpu_live(void): contexts, streams, events, modules, graphs and allocations that live. */
typedef size_t softgpu_live_fn(void);
/* const char *softgpu_form(size_t i): the i-th arithmetic instruction that is known; NULL after the last. */
typedef const char *softgpu_form_fn(size_t i);

#endif
