/* SPDX-License-Identifier: Apache-2.0
 *
 * What handles name. A handle is a number in disguise that is never given twice, so a stale or foreign one is
 * recognized, not followed.
 */
#ifndef SG_OBJECT_H
#define SG_OBJECT_H

#include "api.h"
#include "ptx.h"

/* clang-format off */
typedef enum sg_object_kind {
    SG_A_CONTEXT = 1, SG_A_STREAM, SG_AN_EVENT, SG_A_MODULE, SG_A_FUNCTION, SG_A_GRAPH, SG_A_GRAPH_EXEC, SG_A_PINNED,
    SG_OBJECT_KINDS
} sg_object_kind;
/* clang-format on */

struct sg_context;

/* Objects stay in memory after they were destroyed; only `alive` changes. */
typedef struct sg_object {
    sg_object_kind kind;
    uint32_t number;
    struct sg_context *context;
    bool alive;
} sg_object;

typedef struct sg_function {
    sg_object object;
    const sg_kernel *kernel;
    struct sg_module *module;
    bool loaded;
} sg_function;

typedef struct sg_module {
    sg_object object;
    sg_program *program;
    sg_function **functions; /* one per kernel */
} sg_module;

/* Memory of the host that copies read and write when they run, not when they are enqueued. */
typedef struct sg_pinned {
    sg_object object;
    void *memory;
    size_t bytes;
} sg_pinned;

/* Where an event was recorded last: the operation `order` of `stream`, or the capture; NULL both: nowhere. */
typedef struct sg_event {
    sg_object object;
    struct sg_stream *stream;
    struct sg_capture *capture;
    uint64_t order;
    double time; /* milliseconds, when the record ran */
    bool done, timed;
} sg_event;

/* clang-format off */
typedef enum sg_operation_kind {
    SG_DO_LAUNCH, SG_DO_COPY_IN, SG_DO_COPY_OUT, SG_DO_COPY, SG_DO_SET, SG_DO_RECORD, SG_DO_WAIT
} sg_operation_kind;
/* clang-format on */

/* Something to do on a stream. `order` counts over all streams. */
typedef struct sg_operation {
    sg_operation_kind kind;
    uint64_t order;
    sg_function *function;                    /* launch */
    uint32_t grid[3], block[3], shared_bytes; /* launch */
    uint8_t *owned;                           /* launch: parameters; copy in: what was in pageable memory */
    size_t owned_bytes;
    uint64_t to, from, bytes; /* device addresses */
    void *host;               /* copies: the host's side, where not `owned` */
    uint32_t value, width;    /* set: a value of so many bytes */
    sg_event *event;          /* record */
    struct sg_stream *other;  /* wait: until that stream has done its operation `until` */
    uint64_t until;
} sg_operation;

typedef struct sg_graph {
    sg_object object;
    sg_operation *nodes; /* in an order in which they may run */
    size_t count;
} sg_graph;

typedef struct sg_capture {
    struct sg_stream *origin;
    CUstreamCaptureMode mode;
    unsigned long thread;
    bool invalid, ended;
    sg_graph *graph;
} sg_capture;

typedef struct sg_stream {
    sg_object object;
    bool non_blocking, is_default;
    unsigned flags;
    sg_operation *queue; /* from `done` to `count` is still to do */
    size_t done, count;
    sg_capture *capture;
    bool unjoined; /* captured work that the origin does not wait for yet */
    struct sg_stream *next;
} sg_stream;

typedef struct sg_context {
    sg_object object;
    CUdevice device;
    bool primary;
    unsigned references; /* of a primary context */
    CUresult fault;      /* sticky */
    sg_stream default_stream, *streams;
} sg_context;

/* A new object of `size` bytes, alive, in that context (NULL for a context). */
void *sg_object_new(sg_object_kind kind, size_t size, sg_context *context);
void *sg_handle(const void *object);
/* The living object of that kind, or NULL. */
void *sg_object_find(sg_object_kind kind, const void *handle);
/* Object number i (from 1); NULL after the last. */
sg_object *sg_object_at(uint32_t i);
const char *sg_object_name(sg_object_kind kind); /* "stream" */

/* The calling thread's current context, or NULL. */
sg_context *sg_current(void);
/* Ends a context: its work is done, what is still open in it is reported, its memory is freed. */
void sg_context_end(sg_context *c);
/* Reports what lives in the context (NULL: everywhere) and counts it. */
void sg_report_leaks(const sg_context *c, const char *when);

#endif
