/* SPDX-License-Identifier: Apache-2.0
 *
 * Device memory: allocations that know which of their bytes were written, at addresses that are never used twice. What
 * is freed keeps its place, so that a stale pointer is recognized for ever.
 */
#ifndef SG_MEMORY_H
#define SG_MEMORY_H

#include "ptx.h"

typedef struct sg_allocation {
    uint64_t address, bytes;
    uint8_t *data, *known; /* known: 1 where a byte was written. Both NULL once freed */
    sg_space space;        /* SG_GLOBAL or SG_CONST */
    uint32_t context;      /* the number of the context */
    uint32_t module;       /* the number of the module whose variable it is, or 0 */
} sg_allocation;

/* NULL if the host's memory is exhausted. `align` is a power of two, or 0 for that of cuMemAlloc. */
sg_allocation *sg_memory_allocate(uint32_t context, sg_space space, uint64_t bytes, uint64_t align);
void sg_memory_free(sg_allocation *a);
/* The last allocation that begins at or before the address, dead or alive, or NULL. */
sg_allocation *sg_memory_before(uint64_t address);
/* The allocation, alive, that holds all these bytes, or NULL. */
sg_allocation *sg_memory_holding(uint64_t address, uint64_t bytes);
sg_allocation *sg_memory_at(size_t i); /* number i; NULL after the last */
uint64_t sg_memory_in_use(uint32_t context);
/* What is wrong with the address, for a report. */
void sg_memory_explain(uint64_t address, uint64_t bytes, uint32_t context, char *text, size_t capacity);

#endif
