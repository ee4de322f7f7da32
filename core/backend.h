/* SPDX-License-Identifier: Apache-2.0
 *
 * For authors of backends: what a device is made of. A backend is a folder that fills in one cw_backend_ops and
 * embeds a cw_device as the first member of its own struct. It sees launches and matrices, never specs or plans.
 *
 * Header-only on purpose: a backend needs nothing from libcounterweight that is not public.
 */
#ifndef CW_BACKEND_H
#define CW_BACKEND_H

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "counterweight/counterweight.h"
#include "numeric/batch.h"
#include "numeric/matrix.h"

/* One launch of a fill of a slice. `offset` is where its destination begins, in bytes from the fill's. */
typedef struct cw_part {
    cwn_launch launch; /* with `first` and `count` where it is a range, and then it has no slice */
    cwn_slice slice;   /* rows 0: it is a range */
    uint64_t offset;
} cw_part;

/* What a fill of a slice does, in this order: the elements of the tensor, and then what is padding along each axis. */
enum { CW_PARTS = 1 + CW_MAX_RANK };
typedef struct cw_job {
    const cwn_launch *draws;  /* of a matrix initializer, or NULL: the whole tensor is made in the scratch memory first, */
    const cwn_matrix *matrix; /* and the parts copy from there, or write zeros */
    uint64_t whole, scratch;  /* where in the scratch memory, and how much of it in all, in bytes */
    uint32_t parts;
    cw_part part[CW_PARTS];
} cw_job;

/* One launch of a batch: entries of its table, by tiles. */
typedef struct cw_batch_launch {
    void *buffer;                   /* OpenCL's, with `bytes` bytes at least; elsewhere NULL, for entries have addresses */
    uint64_t bytes, first, entries, tiles;
} cw_batch_launch;

/* A matrix of a batch: a job, which has no parts where the tensor is made in the destination itself. */
typedef struct cw_batch_matrix {
    struct cw_batch_matrix *next;
    cw_plan plan; /* job.draws and job.matrix are in it */
    cw_job job;
    cw_destination to;
} cw_batch_matrix;

typedef struct cw_batch_work {
    cw_destination table; /* a cwn_table and its entries, in the device's memory */
    uint64_t launches;
    cw_batch_launch *launch;
    cw_batch_matrix *matrices;
} cw_batch_work;

/* Where a matrix of a batch goes, with the queue and the scratch memory that the fill was given. */
__attribute__((unused)) static cw_destination cw_matrix_on(const cw_batch_matrix *m, const cw_destination *on) {
    cw_destination to = *on;
    to.memory = m->to.memory;
    to.offset = m->to.offset;
    to.bytes = m->to.bytes;
    return to;
}

typedef struct cw_backend_ops {
    uint32_t backend; /* a cw_backend; destinations must carry the same */
    /* Enqueues the elements launch->first .. + count to the destination, whose size, alignment and backend were
     * checked. `count` is not 0. */
    cw_status (*fill)(cw_device *device, const cwn_launch *launch, const cw_destination *to, cw_error *why);
    /* Enqueues all steps of steps.h from the draws on; without draws (NULL), of a matrix of the destination's type that lies
     * there already. The scratch memory was checked as the destination was. */
    cw_status (*fill_matrix)(cw_device *device, const cwn_launch *draws, const cwn_matrix *matrix, const cw_destination *to,
                             cw_error *why);
    /* Enqueues a job of one part or more. Destination and scratch memory were checked as for the others. */
    cw_status (*fill_slice)(cw_device *device, const cw_job *job, const cw_destination *to, cw_error *why);
    /* Enqueues what there is in a batch, which is not nothing. `on` has no memory; its scratch memory was checked. */
    cw_status (*fill_batch)(cw_device *device, const cw_batch_work *batch, const cw_destination *on, cw_error *why);
    cw_status (*sync)(cw_device *device, const cw_destination *on, cw_error *why);
    /* Mark places in the queue. A stop comes after a start, and waits. */
    cw_status (*timer_start)(cw_device *device, const cw_destination *on, cw_error *why);
    cw_status (*timer_stop)(cw_device *device, const cw_destination *on, double *seconds, cw_error *why);
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
    int fp64;          /* whether it uses doubles; set by the backend */
    int timed;         /* whether its timer was started */
};

/* The kernels of ranges, of slices, and of slices that are rounded when they are stored. */
typedef enum cw_kind { CW_RANGE, CW_SLICED, CW_ROUNDED } cw_kind;

typedef struct cw_kernel_row {
    const char *name;
    cw_kind kind;
    uint32_t distribution, type;
} cw_kernel_row;

/* clang-format off */
__attribute__((unused)) static const cw_kernel_row cw_kernels[] = {
#define CW_ROW(name, distribution, type) {"cw_fill_" #name, CW_RANGE, distribution, type},
    CWN_KERNEL_TABLE(CW_ROW)
    CWN_PROOF_TABLE(CW_ROW)
#undef CW_ROW
#define CW_ROW(name, distribution, type) {"cw_slice_" #name, CW_SLICED, distribution, type},
    CWN_KERNEL_TABLE(CW_ROW)
    CWN_COPY_TABLE(CW_ROW)
#undef CW_ROW
#define CW_ROW(name, distribution, type) {"cw_round_" #name, CW_ROUNDED, distribution, type},
    CWN_ROUND_TABLE(CW_ROW)
    CWN_ROUND_COPY_TABLE(CW_ROW)
#undef CW_ROW
};
/* clang-format on */
enum { CW_KERNELS = sizeof cw_kernels / sizeof *cw_kernels };

/* Whether a kernel needs doubles. */
__attribute__((unused)) static int cw_needs_fp64(uint32_t distribution, uint32_t type) {
    return type == CWN_FLOAT64 || distribution == CWN_STFT || distribution == CWN_COPY;
}

/* Which kernel does a launch, of a slice where that is not NULL: an index in cw_kernels; CW_KERNELS if there is none. */
__attribute__((unused)) static int cw_kernel_of(const cwn_launch *launch, const cwn_slice *slice) {
    const int narrows = slice && (launch->type == CWN_FLOAT32 || launch->type == CWN_FLOAT64) && slice->store != launch->type;
    const cw_kind kind = !slice ? CW_RANGE : narrows ? CW_ROUNDED : CW_SLICED;
    int i = 0;
    while (i < CW_KERNELS && (cw_kernels[i].kind != kind || cw_kernels[i].distribution != launch->distribution ||
                              cw_kernels[i].type != launch->type))
        i++;
    return i;
}

/* The rows of CWN_MATRIX_TABLE as values. */
typedef struct cw_matrix_row {
    const char *name;
    uint32_t step, type, real;
} cw_matrix_row;

#define CW_ROW(name, step, type, real) {#name, step, type, real},
__attribute__((unused)) static const cw_matrix_row cw_matrix_kernels[] = {CWN_MATRIX_TABLE(CW_ROW)};
#undef CW_ROW
enum { CW_MATRIX_KERNELS = sizeof cw_matrix_kernels / sizeof *cw_matrix_kernels };

/* The index in cw_matrix_kernels. There is one for every matrix that a plan makes. */
__attribute__((unused)) static int cw_matrix_kernel_of(uint32_t step, uint32_t type, uint32_t real) {
    const cw_matrix_row *row = cw_matrix_kernels;
    while (row->step != step || (row->real && row->real != real) || (row->type && row->type != type)) row++;
    return (int)(row - cw_matrix_kernels);
}

/* How many squares a step has, where threads with common memory make it by squares; 0 where it is not such a step. */
__attribute__((unused)) static uint64_t cw_squares_of(int kernel, const cwn_matrix *matrix) {
    const uint32_t step = cw_matrix_kernels[kernel].step;
    const int in_squares = step == CWN_GRAM || step == CWN_UPDATE_TRIANGLE || step == CWN_UPDATE_COLUMNS;
    return in_squares ? cwn_squares(cwn_area_of(*matrix, step)) : 0;
}

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

/* Whether to use doubles, on a device that has them or not. AUTO looks at `text`, what the environment's `variable` says;
 * NULL where it is unset. CW_ERROR_ARGUMENT, CW_ERROR_UNSUPPORTED. */
__attribute__((unused)) static cw_status cw_decide_fp64(uint32_t asked, const char *variable, const char *text, int has,
                                                        int *use, cw_error *why) {
    if (asked > CW_FP64_OFF) return cw_fail(why, CW_ERROR_ARGUMENT, 0, "fp64 is %u, which is no cw_fp64", (unsigned)asked);
    if (asked == CW_FP64_AUTO && text && text[0]) {
        if (strcmp(text, "on") && strcmp(text, "off"))
            return cw_fail(why, CW_ERROR_ARGUMENT, 0, "%s is \"%.32s\", neither \"on\" nor \"off\"", variable, text);
        asked = strcmp(text, "on") ? CW_FP64_OFF : CW_FP64_ON;
    }
    if (asked == CW_FP64_ON && !has)
        return cw_fail(why, CW_ERROR_UNSUPPORTED, 0, "the device has no doubles (cl_khr_fp64), and was to use them");
    *use = asked == CW_FP64_AUTO ? has : asked == CW_FP64_ON;
    return CW_OK;
}

/* What a fill returns for a kernel that needs doubles where none are used. */
__attribute__((unused)) static cw_status cw_refuse_float64(cw_error *why) {
    return cw_fail(why, CW_ERROR_UNSUPPORTED, 0, "random float64 values, matrices and stft need doubles, and this device has or uses none");
}

#endif
