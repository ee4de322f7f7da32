/* SPDX-License-Identifier: Apache-2.0
 *
 * Streams and events.
 */
#include "stream.h"

#include <string.h>

#include "calls.h"
#include "parse.h"

static uint64_t last_order;

sg_stream *sg_stream_find(CUstream handle) {
    if (!handle || handle == CU_STREAM_LEGACY) return &sg_current()->default_stream;
    return sg_object_find(SG_A_STREAM, handle);
}

/* ----------------------------------------------------------------------------------------------------- queue */

/* The default stream waits for every blocking stream, and they for it: whatever was enqueued before. */
static CUresult run_neighbours(sg_stream *s, uint64_t before) {
    CUresult code = CUDA_SUCCESS;
    sg_context *c = s->object.context;
    if (s->non_blocking) return CUDA_SUCCESS;
    if (!s->is_default) return sg_stream_run(&c->default_stream, before);
    for (sg_stream *other = c->streams; other && !code; other = other->next)
        if (!other->non_blocking) code = sg_stream_run(other, before);
    return code;
}

static bool has_work(const sg_stream *s, uint64_t until) {
    return s->done < s->count && s->queue[s->done].order <= until;
}

static void drop_queue(sg_stream *s) {
    while (s->done < s->count) sg_operation_free(&s->queue[s->done++]);
}

/* The operation leaves the queue before it runs: what it waits for may lead back here. */
CUresult sg_stream_run(sg_stream *s, uint64_t until) {
    sg_context *c = s->object.context;
    while (!c->fault && has_work(s, until)) {
        sg_operation o = s->queue[s->done++];
        CUresult code = run_neighbours(s, o.order - 1);
        if (!code) code = sg_operation_run(s, &o);
        if (code && !c->fault) c->fault = code;
        sg_operation_free(&o);
    }
    if (c->fault) drop_queue(s);
    if (s->done == s->count) s->done = s->count = 0;
    return c->fault;
}

/* Waiting for the default stream waits for the blocking ones as well. */
static CUresult run_all(sg_stream *s) {
    const CUresult code = s->is_default ? run_neighbours(s, SG_ALL) : CUDA_SUCCESS;
    return code ? code : sg_stream_run(s, SG_ALL);
}

CUresult sg_context_run(sg_context *c) {
    CUresult code = sg_stream_run(&c->default_stream, SG_ALL);
    for (sg_stream *s = c->streams; s && !code; s = s->next) code = sg_stream_run(s, SG_ALL);
    return code;
}

/* Work on the default stream would have to wait for blocking streams that are captured. */
static CUresult forbid_implicit(sg_stream *s) {
    CUresult code = CUDA_SUCCESS;
    if (!s->is_default) return CUDA_SUCCESS;
    for (sg_stream *other = s->object.context->streams; other; other = other->next)
        if (other->capture && !other->non_blocking) code = sg_capture_break(other, CUDA_ERROR_STREAM_CAPTURE_IMPLICIT);
    return code;
}

static CUresult enqueue_captured(sg_stream *s, sg_operation o) {
    sg_graph *g = s->capture->graph;
    if (s->capture->invalid) return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
    sg_operation *node = sg_push(&g->nodes, &g->count, sizeof *node);
    *node = o;
    s->unjoined = s != s->capture->origin;
    return CUDA_SUCCESS;
}

CUresult sg_stream_enqueue(sg_stream *s, sg_operation operation) {
    CUresult code = s->capture ? enqueue_captured(s, operation) : forbid_implicit(s);
    if (code) sg_operation_free(&operation);
    if (code || s->capture) return code;
    operation.order = ++last_order;
    sg_operation *o = sg_push(&s->queue, &s->count, sizeof *o);
    *o = operation;
    return CUDA_SUCCESS;
}

/* --------------------------------------------------------------------------------------------------- streams */

static CUresult create(CUstream *handle, unsigned flags) {
    sg_context *c = sg_current();
    if (!handle || flags & ~(unsigned)CU_STREAM_NON_BLOCKING) return CUDA_ERROR_INVALID_VALUE;
    sg_stream *s = sg_object_new(SG_A_STREAM, sizeof *s, c);
    s->non_blocking = flags & CU_STREAM_NON_BLOCKING;
    s->flags = flags;
    s->next = c->streams;
    c->streams = s;
    *handle = sg_handle(s);
    return CUDA_SUCCESS;
}

CUresult cuStreamCreate(CUstream *stream, unsigned int flags) {
    const CUresult code = sg_enter(SG_cuStreamCreate);
    return sg_leave(code ? code : create(stream, flags));
}

CUresult cuStreamCreateWithPriority(CUstream *stream, unsigned int flags, int priority) {
    const CUresult code = sg_enter(SG_cuStreamCreateWithPriority);
    (void)priority;
    return sg_leave(code ? code : create(stream, flags));
}

/* What is in the queue will still be done, when the context is waited for. */
static CUresult destroy(CUstream handle) {
    sg_stream *s = handle ? sg_object_find(SG_A_STREAM, handle) : NULL;
    if (!s) return CUDA_ERROR_INVALID_HANDLE;
    if (s->capture) sg_capture_break(s, CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
    s->object.alive = false;
    return CUDA_SUCCESS;
}

CUresult cuStreamDestroy_v2(CUstream stream) {
    const CUresult code = sg_enter(SG_cuStreamDestroy_v2);
    return sg_leave(code ? code : destroy(stream));
}

static CUresult synchronize(CUstream handle) {
    sg_stream *s = sg_stream_find(handle);
    if (!s) return CUDA_ERROR_INVALID_HANDLE;
    if (s->capture) return sg_capture_break(s, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
    const CUresult code = forbid_implicit(s);
    return code ? code : run_all(s);
}

CUresult cuStreamSynchronize(CUstream stream) {
    const CUresult code = sg_enter(SG_cuStreamSynchronize);
    return sg_leave(code ? code : synchronize(stream));
}

/* Not ready the first time, so that nobody relies on it; but the work is done, so that whoever asks again ends. */
static CUresult query(CUstream handle) {
    sg_stream *s = sg_stream_find(handle);
    if (!s) return CUDA_ERROR_INVALID_HANDLE;
    if (s->capture) return sg_capture_break(s, CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
    const bool busy = has_work(s, SG_ALL);
    const CUresult code = run_all(s);
    return code ? code : busy ? CUDA_ERROR_NOT_READY : CUDA_SUCCESS;
}

CUresult cuStreamQuery(CUstream stream) {
    const CUresult code = sg_enter(SG_cuStreamQuery);
    return sg_leave(code ? code : query(stream));
}

CUresult cuStreamGetCtx(CUstream stream, CUcontext *context) {
    CUresult code = sg_enter(SG_cuStreamGetCtx);
    const sg_stream *s = code ? NULL : sg_stream_find(stream);
    if (!code && !s) code = CUDA_ERROR_INVALID_HANDLE;
    if (!code) *context = sg_handle(s->object.context);
    return sg_leave(code);
}

CUresult cuStreamGetFlags(CUstream stream, unsigned int *flags) {
    CUresult code = sg_enter(SG_cuStreamGetFlags);
    const sg_stream *s = code ? NULL : sg_stream_find(stream);
    if (!code && !s) code = CUDA_ERROR_INVALID_HANDLE;
    if (!code) *flags = s->flags;
    return sg_leave(code);
}

/* ---------------------------------------------------------------------------------------------------- events */

CUresult cuEventCreate(CUevent *event, unsigned int flags) {
    CUresult code = sg_enter(SG_cuEventCreate);
    if (!code && !event) code = CUDA_ERROR_INVALID_VALUE;
    if (code) return sg_leave(code);
    sg_event *e = sg_object_new(SG_AN_EVENT, sizeof *e, sg_current());
    e->timed = !(flags & CU_EVENT_DISABLE_TIMING);
    *event = sg_handle(e);
    return sg_leave(CUDA_SUCCESS);
}

CUresult cuEventDestroy_v2(CUevent event) {
    CUresult code = sg_enter(SG_cuEventDestroy_v2);
    sg_event *e = code ? NULL : sg_object_find(SG_AN_EVENT, event);
    if (!code && !e) code = CUDA_ERROR_INVALID_HANDLE;
    if (e) e->object.alive = false;
    return sg_leave(code);
}

/* During capture an event marks a place in the graph and leads other streams into it. */
static CUresult record(sg_event *e, sg_stream *s) {
    if (!e || !s || e->object.context != s->object.context) return CUDA_ERROR_INVALID_HANDLE;
    if (s->capture && s->capture->invalid) return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
    e->capture = s->capture;
    e->stream = s;
    e->done = false;
    if (s->capture) return CUDA_SUCCESS;
    e->order = last_order + 1;
    return sg_stream_enqueue(s, (sg_operation){.kind = SG_DO_RECORD, .event = e});
}

CUresult cuEventRecord(CUevent event, CUstream stream) {
    CUresult code = sg_enter(SG_cuEventRecord);
    if (!code) code = record(sg_object_find(SG_AN_EVENT, event), sg_stream_find(stream));
    return sg_leave(code);
}

/* Of a recorded event: does its work; *was_done tells if it had been done before. */
static CUresult finish(CUevent handle, bool *was_done) {
    sg_event *e = sg_object_find(SG_AN_EVENT, handle);
    if (!e) return CUDA_ERROR_INVALID_HANDLE;
    *was_done = !e->stream || e->done;
    if (e->capture) return sg_capture_break(e->stream, CUDA_ERROR_CAPTURED_EVENT);
    return *was_done ? CUDA_SUCCESS : sg_stream_run(e->stream, e->order);
}

CUresult cuEventQuery(CUevent event) {
    bool was_done = false;
    CUresult code = sg_enter(SG_cuEventQuery);
    if (!code) code = finish(event, &was_done);
    return sg_leave(code ? code : was_done ? CUDA_SUCCESS : CUDA_ERROR_NOT_READY);
}

CUresult cuEventSynchronize(CUevent event) {
    bool was_done;
    const CUresult code = sg_enter(SG_cuEventSynchronize);
    return sg_leave(code ? code : finish(event, &was_done));
}

static CUresult elapsed(float *milliseconds, CUevent start, CUevent end) {
    const sg_event *a = sg_object_find(SG_AN_EVENT, start), *b = sg_object_find(SG_AN_EVENT, end);
    if (!a || !b || !a->timed || !b->timed || !a->stream || !b->stream) return CUDA_ERROR_INVALID_HANDLE;
    if (!a->done || !b->done) return CUDA_ERROR_NOT_READY;
    *milliseconds = (float)(b->time - a->time);
    return CUDA_SUCCESS;
}

CUresult cuEventElapsedTime_v2(float *milliseconds, CUevent start, CUevent end) {
    const CUresult code = sg_enter(SG_cuEventElapsedTime_v2);
    return sg_leave(code ? code : elapsed(milliseconds, start, end));
}

CUresult cuEventElapsedTime(float *milliseconds, CUevent start, CUevent end) {
    const CUresult code = sg_enter(SG_cuEventElapsedTime);
    return sg_leave(code ? code : elapsed(milliseconds, start, end));
}

/* Waiting for an event of a capture brings the stream into it, or the other's work back to the origin. */
static CUresult wait_captured(sg_stream *s, sg_event *e) {
    if (s->capture && s->capture != e->capture) return sg_capture_break(s, CUDA_ERROR_STREAM_CAPTURE_MERGE);
    if (e->capture->ended || e->capture->invalid) return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
    if (s == e->capture->origin) e->stream->unjoined = false;
    else s->unjoined = true;
    s->capture = e->capture;
    return CUDA_SUCCESS;
}

static CUresult wait_event(sg_stream *s, sg_event *e) {
    if (!s || !e) return CUDA_ERROR_INVALID_HANDLE;
    if (e->capture) return wait_captured(s, e);
    if (s->capture && e->stream) return sg_capture_break(s, CUDA_ERROR_STREAM_CAPTURE_ISOLATION);
    if (!e->stream || e->done) return CUDA_SUCCESS;
    return sg_stream_enqueue(s, (sg_operation){.kind = SG_DO_WAIT, .other = e->stream, .until = e->order});
}

CUresult cuStreamWaitEvent(CUstream stream, CUevent event, unsigned int flags) {
    CUresult code = sg_enter(SG_cuStreamWaitEvent);
    (void)flags;
    if (!code) code = wait_event(sg_stream_find(stream), sg_object_find(SG_AN_EVENT, event));
    return sg_leave(code);
}
