/* SPDX-License-Identifier: Apache-2.0
 *
 * What the files of the OpenCL backend share.
 */
#ifndef CW_OPENCL_INTERNAL_H
#define CW_OPENCL_INTERNAL_H

#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>

#include "backend.h"
#include "counterweight/opencl.h"

/* "CL_INVALID_VALUE"; "an unknown error" for a number that has no name. */
const char *cw_opencl_error_name(cl_int code);

/* CW_OK for CL_SUCCESS. Otherwise fills *why with "`what`: the name of `code`" and returns the status for that code,
 * which is `other` unless memory is exhausted. */
cw_status cw_opencl_check(cl_int code, cw_status other, const char *what, cw_error *why);

/* Writes why the device cannot be used, or "". */
void cw_opencl_why_not(cl_device_id id, char *text, size_t capacity);

/* Whether its doubles are used, where `asked` is a cw_fp64. */
cw_status cw_opencl_decide_fp64(cl_device_id id, uint32_t asked, int *use, cw_error *why);

/* How the numeric text is run: in tiles and squares by work-groups (numeric/tile.h, square.h); in the lanes of a CPU's processor,
 * or of a device without room for squares, which needs doubles; or one group after the other where it has none.
 * CW_OPENCL_LANES says "1" for the first, "8" for one of the others. */
typedef enum cw_opencl_way { CW_ONE_BY_ONE, CW_IN_TILES, CW_IN_LANES } cw_opencl_way;
cw_status cw_opencl_decide_way(cl_device_id id, int fp64, cw_opencl_way *way, cw_error *why);

/* What is kept on disk of the program that is being built (cache.c). Zero is none. */
typedef struct cw_opencl_cache {
    char *file;     /* NULL: the disk is left alone */
    cw_sums key;
    double seconds; /* what the file says that the build took; 0: there is no file */
    double start;   /* of the build */
    int keep;       /* whether the program is to be written when the device is closed */
} cw_opencl_cache;

/* `folder` NULL or "": none. */
void cw_opencl_cache_open(cw_opencl_cache *cache, const char *folder, cl_device_id id, const char *options,
                          const char *const *lines, cl_uint count);

/* The program, which the caller frees. NULL: it is to be built from source, from now on. */
unsigned char *cw_opencl_cache_read(cw_opencl_cache *cache, size_t *bytes);

/* The driver did not take what was read. It is built from source, from now on. */
void cw_opencl_cache_refuse(cw_opencl_cache *cache);

/* It was built from source. */
void cw_opencl_cache_built(cw_opencl_cache *cache);

void cw_opencl_cache_close(cw_opencl_cache *cache, cl_program program, cl_device_id id);

#endif
