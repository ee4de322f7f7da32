/* SPDX-License-Identifier: Apache-2.0
 *
 * Capturing a stream into a graph, and running graphs.
 *
 * While a stream is captured nothing runs. A call that cannot be captured fails, and ends the capture: later calls on
 * the stream, and the end of the capture, say that it is invalid.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "parse.h"
#include "report.h"
#include "stream.h"

static sg_capture **captures;
static size_t capture_count;

static unsigned long this_thread(void) { return (unsigned long)pthread_self(); }

CUresult sg_capture_break(sg_stream *s, CUresult code) {
    if (s->capture) s->capture->invalid = true;
    return code;
}

/* CU_STREAM_CAPTURE_MODE_GLOBAL forbids unsafe calls to all threads, THREAD_LOCAL to the one that captures. */
CUresult sg_capture_forbids(void) {
    CUresult code = CUDA_SUCCESS;
    for (size_t i = 0; i < capture_count; i++) {
        sg_capture *c = captures[i];
        const bool concerned = c->mode == CU_STREAM_CAPTURE_MODE_GLOBAL ||
                               (c->mode == CU_STREAM_CAPTURE_MODE_THREAD_LOCAL && c->thread == this_thread());
        if (c->ended || !concerned) continue;
        c->invalid = true;
        code = CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    }
    return code;
}

/* --------------------------------------------------------------------------------------------------- capture */

static CUresult begin(sg_stream *s, CUstreamCaptureMode mode) {
    if (!s) return CUDA_ERROR_INVALID_HANDLE;
    if (s->is_default) return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
    if (s->capture) return sg_capture_break(s, CUDA_ERROR_ILLEGAL_STATE);
    if (mode > CU_STREAM_CAPTURE_MODE_RELAXED) return CUDA_ERROR_INVALID_VALUE;
    sg_capture *c = calloc(1, sizeof *c);
    if (!c) return CUDA_ERROR_OUT_OF_MEMORY;
    sg_capture **place = sg_push(&captures, &capture_count, sizeof *place);
    *place = s->capture = c;
    c->origin = s;
    c->mode = mode;
    c->thread = this_thread();
    c->graph = sg_object_new(SG_A_GRAPH, sizeof *c->graph, s->object.context);
    c->graph->object.alive = false; /* until the capture ends well */
    return CUDA_SUCCESS;
}

CUresult cuStreamBeginCapture_v2(CUstream stream, CUstreamCaptureMode mode) {
    const CUresult code = sg_enter(SG_cuStreamBeginCapture_v2);
    return sg_leave(code ? code : begin(sg_stream_find(stream), mode));
}

/* All streams leave the capture; false if work of one of them was not joined to the origin. */
static bool leave_capture(sg_capture *c) {
    bool joined = true;
    for (sg_stream *s = c->origin->object.context->streams; s; s = s->next) {
        if (s->capture != c) continue;
        joined &= !s->unjoined;
        s->capture = NULL;
        s->unjoined = false;
    }
    c->ended = true;
    return joined;
}

static CUresult end(sg_stream *s, CUgraph *graph) {
    if (!s) return CUDA_ERROR_INVALID_HANDLE;
    if (!graph) return CUDA_ERROR_INVALID_VALUE;
    *graph = NULL;
    sg_capture *c = s->capture;
    if (!c) return CUDA_ERROR_ILLEGAL_STATE;
    if (c->origin != s) return sg_capture_break(s, CUDA_ERROR_STREAM_CAPTURE_UNMATCHED);
    if (c->mode != CU_STREAM_CAPTURE_MODE_RELAXED && c->thread != this_thread())
        return sg_capture_break(s, CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD);
    const bool joined = leave_capture(c);
    if (c->invalid) return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
    if (!joined) return CUDA_ERROR_STREAM_CAPTURE_UNJOINED;
    c->graph->object.alive = true;
    *graph = sg_handle(c->graph);
    return CUDA_SUCCESS;
}

CUresult cuStreamEndCapture(CUstream stream, CUgraph *graph) {
    const CUresult code = sg_enter(SG_cuStreamEndCapture);
    return sg_leave(code ? code : end(sg_stream_find(stream), graph));
}

CUresult cuStreamIsCapturing(CUstream stream, CUstreamCaptureStatus *status) {
    CUresult code = sg_enter(SG_cuStreamIsCapturing);
    const sg_stream *s = code ? NULL : sg_stream_find(stream);
    if (!code) code = !s ? CUDA_ERROR_INVALID_HANDLE : !status ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS;
    if (code) return sg_leave(code);
    *status = !s->capture           ? CU_STREAM_CAPTURE_STATUS_NONE
              : s->capture->invalid ? CU_STREAM_CAPTURE_STATUS_INVALIDATED
                                    : CU_STREAM_CAPTURE_STATUS_ACTIVE;
    return sg_leave(CUDA_SUCCESS);
}

/* ---------------------------------------------------------------------------------------------------- graphs */

static CUresult instantiate(CUgraphExec *handle, const sg_graph *g) {
    if (!handle) return CUDA_ERROR_INVALID_VALUE;
    if (!g) return CUDA_ERROR_INVALID_HANDLE;
    sg_graph *x = sg_object_new(SG_A_GRAPH_EXEC, sizeof *x, g->object.context);
    for (size_t i = 0; i < g->count; i++) {
        sg_operation *node = sg_push(&x->nodes, &x->count, sizeof *node);
        *node = sg_operation_copy(&g->nodes[i]);
    }
    *handle = sg_handle(x);
    return CUDA_SUCCESS;
}

CUresult cuGraphInstantiateWithFlags(CUgraphExec *exec, CUgraph graph, unsigned long long flags) {
    const CUresult code = sg_enter(SG_cuGraphInstantiateWithFlags);
    (void)flags;
    return sg_leave(code ? code : instantiate(exec, sg_object_find(SG_A_GRAPH, graph)));
}

static CUresult launch(const sg_graph *x, sg_stream *s) {
    CUresult code = CUDA_SUCCESS;
    if (!x || !s || s->object.context != x->object.context) return CUDA_ERROR_INVALID_HANDLE;
    for (size_t i = 0; i < x->count && !code; i++) {
        if (x->nodes[i].kind == SG_DO_LAUNCH && !x->nodes[i].function->object.alive) return CUDA_ERROR_INVALID_HANDLE;
        code = sg_stream_enqueue(s, sg_operation_copy(&x->nodes[i]));
    }
    return code;
}

CUresult cuGraphLaunch(CUgraphExec exec, CUstream stream) {
    const CUresult code = sg_enter(SG_cuGraphLaunch);
    return sg_leave(code ? code : launch(sg_object_find(SG_A_GRAPH_EXEC, exec), sg_stream_find(stream)));
}

/* Only how many nodes there are. */
CUresult cuGraphGetNodes(CUgraph graph, CUgraphNode *nodes, size_t *count) {
    CUresult code = sg_enter(SG_cuGraphGetNodes);
    const sg_graph *g = code ? NULL : sg_object_find(SG_A_GRAPH, graph);
    if (!code) code = !g ? CUDA_ERROR_INVALID_HANDLE : !count ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS;
    if (!code && nodes) code = CUDA_ERROR_NOT_SUPPORTED;
    if (!code) *count = g->count;
    return sg_leave(code);
}

static CUresult destroy(sg_graph *g) {
    if (!g) return CUDA_ERROR_INVALID_HANDLE;
    for (size_t i = 0; i < g->count; i++) sg_operation_free(&g->nodes[i]);
    free(g->nodes);
    g->nodes = NULL;
    g->count = 0;
    g->object.alive = false;
    return CUDA_SUCCESS;
}

CUresult cuGraphDestroy(CUgraph graph) {
    const CUresult code = sg_enter(SG_cuGraphDestroy);
    return sg_leave(code ? code : destroy(sg_object_find(SG_A_GRAPH, graph)));
}

CUresult cuGraphExecDestroy(CUgraphExec exec) {
    const CUresult code = sg_enter(SG_cuGraphExecDestroy);
    return sg_leave(code ? code : destroy(sg_object_find(SG_A_GRAPH_EXEC, exec)));
}
