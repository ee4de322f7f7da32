/* SPDX-License-Identifier: Apache-2.0
 *
 * Handles and the objects behind them.
 */
#include "object.h"

#include <stdlib.h>

#include "parse.h"
#include "report.h"

/* Handles look like pointers that are not mapped. */
#define FIRST_HANDLE UINT64_C(0x5f0000000000)
enum { HANDLE_STEP = 64 };

static sg_object **objects;
static size_t count;

void *sg_object_new(sg_object_kind kind, size_t size, sg_context *context) {
    sg_object *o = calloc(1, size);
    if (!o) sg_abort("the host's memory is exhausted");
    sg_object **place = sg_push(&objects, &count, sizeof *place);
    *place = o;
    o->kind = kind;
    o->number = (uint32_t)count;
    o->context = context;
    o->alive = true;
    return o;
}

void *sg_handle(const void *object) {
    const sg_object *o = object;
    return (void *)(uintptr_t)(FIRST_HANDLE + (uint64_t)o->number * HANDLE_STEP);
}

sg_object *sg_object_at(uint32_t i) { return i >= 1 && i <= count ? objects[i - 1] : NULL; }

void *sg_object_find(sg_object_kind kind, const void *handle) {
    const uint64_t offset = (uint64_t)(uintptr_t)handle - FIRST_HANDLE;
    sg_object *o =
        offset % HANDLE_STEP || offset / HANDLE_STEP > count ? NULL : sg_object_at((uint32_t)(offset / HANDLE_STEP));
    return o && o->alive && o->kind == kind ? o : NULL;
}

const char *sg_object_name(sg_object_kind kind) {
    static const char *const names[SG_OBJECT_KINDS] = {
        "", "context", "stream", "event", "module", "function", "graph", "executable graph", "pinned memory"};
    return names[kind];
}
