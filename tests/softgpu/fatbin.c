/* SPDX-License-Identifier: Apache-2.0
 *
 * Finding the PTX in what cuModuleLoadData is given.
 */
#include <stdlib.h>
#include <string.h>

#include "ptx.h"

/* The layout that nvcc's fatbinary writes, as far as it is needed here. */
typedef struct container {
    uint32_t magic;
    uint16_t version, header_bytes;
    uint64_t bytes; /* of all entries */
} container;

typedef struct entry {
    uint16_t kind, version;
    uint32_t header_bytes;
    uint64_t bytes;
    uint32_t compressed_bytes, options;
    uint16_t minor, major;
    uint32_t architecture, name, name_bytes;
    uint64_t flags;
} entry;

typedef struct wrapper {
    uint32_t magic, version;
    const void *data;
} wrapper;

enum { CONTAINER_MAGIC = (int)0xba55ed50u, WRAPPER_MAGIC = 0x466243b1, ELF_MAGIC = 0x464c457f };
enum { KIND_PTX = 1, COMPRESSED = 0x2000 | 0x8000 };

static const unsigned char *better(const unsigned char *best, const unsigned char *candidate, unsigned capability) {
    entry e, b;
    memcpy(&e, candidate, sizeof e);
    if (e.kind != KIND_PTX || e.architecture > capability) return best;
    if (!best) return candidate;
    memcpy(&b, best, sizeof b);
    return e.architecture > b.architecture ? candidate : best;
}

static const unsigned char *find_entry(const unsigned char *image, unsigned capability) {
    const unsigned char *best = NULL;
    container c;
    memcpy(&c, image, sizeof c);
    for (uint64_t at = 0; at + sizeof(entry) <= c.bytes;) {
        const unsigned char *here = image + c.header_bytes + at;
        entry e;
        memcpy(&e, here, sizeof e);
        if (e.header_bytes < sizeof e) break;
        best = better(best, here, capability);
        at += e.header_bytes + e.bytes;
    }
    return best;
}

static char *from_container(const unsigned char *image, unsigned capability, const char **why) {
    const unsigned char *found = find_entry(image, capability);
    entry e;
    *why = "the fat binary has no PTX that this device can run";
    if (!found) return NULL;
    memcpy(&e, found, sizeof e);
    *why = "the PTX is compressed; build it with --no-compress";
    if (e.compressed_bytes || e.flags & COMPRESSED) return NULL;
    *why = "memory is exhausted";
    return strndup((const char *)found + e.header_bytes, e.bytes);
}

char *sg_fatbin_ptx(const void *image, unsigned capability, const char **why) {
    uint32_t magic;
    memcpy(&magic, image, sizeof magic);
    if (magic == WRAPPER_MAGIC) {
        wrapper w;
        memcpy(&w, image, sizeof w);
        return from_container(w.data, capability, why);
    }
    if (magic == (uint32_t)CONTAINER_MAGIC) return from_container(image, capability, why);
    *why = "machine code without PTX cannot be run by a software GPU";
    if (magic == ELF_MAGIC) return NULL;
    *why = "memory is exhausted";
    return strdup(image);
}
