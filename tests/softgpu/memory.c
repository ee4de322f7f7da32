/* SPDX-License-Identifier: Apache-2.0
 *
 * Device memory. The array is in the order of the addresses, because addresses only grow.
 */
#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parse.h"

enum { ALIGN = 512, GAP = 1 << 16, FRESH = 0xca };
static sg_allocation **allocations;
static size_t count;
static uint64_t next_address = UINT64_C(0x200000000000);

static uint8_t *fresh(uint64_t bytes) {
    uint8_t *data = aligned_alloc(64, (bytes + 63) / 64 * 64 + 64);
    return data ? memset(data, FRESH, bytes) : NULL;
}

sg_allocation *sg_memory_allocate(uint32_t context, sg_space space, uint64_t bytes, uint64_t align) {
    uint8_t *data = fresh(bytes), *known = calloc(1, bytes + 1);
    sg_allocation *a = calloc(1, sizeof *a);
    if (!data || !known || !a) {
        free(data);
        free(known);
        free(a);
        return NULL;
    }
    if (align < ALIGN) align = ALIGN;
    next_address = (next_address + align - 1) / align * align;
    *a = (sg_allocation){next_address, bytes, data, known, space, context, 0};
    next_address += bytes + GAP;
    sg_allocation **place = sg_push(&allocations, &count, sizeof *place);
    return *place = a;
}

void sg_memory_free(sg_allocation *a) {
    free(a->data);
    free(a->known);
    a->data = a->known = NULL;
}

sg_allocation *sg_memory_before(uint64_t address) {
    size_t low = 0, high = count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (allocations[middle]->address <= address) low = middle + 1;
        else high = middle;
    }
    return low ? allocations[low - 1] : NULL;
}

sg_allocation *sg_memory_holding(uint64_t address, uint64_t bytes) {
    sg_allocation *a = sg_memory_before(address);
    return a && a->data && address - a->address <= a->bytes && bytes <= a->bytes - (address - a->address) ? a : NULL;
}

sg_allocation *sg_memory_at(size_t i) { return i < count ? allocations[i] : NULL; }

uint64_t sg_memory_in_use(uint32_t context) {
    uint64_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        if (allocations[i]->data && allocations[i]->context == context) bytes += allocations[i]->bytes;
    return bytes;
}

void sg_memory_explain(uint64_t address, uint64_t bytes, uint32_t context, char *text, size_t capacity) {
    const sg_allocation *a = sg_memory_before(address);
    if (!a || address - a->address >= a->bytes + GAP) {
        snprintf(text, capacity, "outside every allocation");
        return;
    }
    const unsigned long long at = address - a->address, size = a->bytes;
    if (at + bytes > size) snprintf(text, capacity, "beyond an allocation of %llu bytes, at %llu", size, at);
    else if (!a->data) snprintf(text, capacity, "in freed memory, at %llu of %llu bytes", at, size);
    else if (a->context != context) snprintf(text, capacity, "in memory of another context");
    else if (a->space == SG_CONST) snprintf(text, capacity, "in constant memory");
    else snprintf(text, capacity, "in global memory");
}
