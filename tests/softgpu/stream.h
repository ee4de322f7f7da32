/* SPDX-License-Identifier: Apache-2.0
 *
 * Streams: queues of operations that run only when something waits for them.
 */
#ifndef SG_STREAM_H
#define SG_STREAM_H

#include "object.h"

/* The stream of a handle (NULL and CU_STREAM_LEGACY: the current context's default stream), or NULL. */
sg_stream *sg_stream_find(CUstream handle);
/* Takes over the operation and what it owns: to the queue, or to the graph that is being captured. */
CUresult sg_stream_enqueue(sg_stream *s, sg_operation operation);
/* Does what is in the queue up to that order, and what it waits for. Returns the context's fault. */
CUresult sg_stream_run(sg_stream *s, uint64_t until);
/* Does everything in the context. */
CUresult sg_context_run(sg_context *c);
/* CUDA_SUCCESS, or the error for a call that must not be made now because a stream is captured; that ends the
 * capture. */
CUresult sg_capture_forbids(void);
/* The error for an operation that a captured stream cannot take; marks its capture as invalid. */
CUresult sg_capture_break(sg_stream *s, CUresult code);

/* A copy that owns what it owns. */
sg_operation sg_operation_copy(const sg_operation *o);
void sg_operation_free(sg_operation *o);
/* Runs one operation. A fault is returned; the context is marked by the caller. */
CUresult sg_operation_run(const sg_stream *s, sg_operation *o);

#define SG_ALL UINT64_MAX

#endif
