/* SPDX-License-Identifier: Apache-2.0
 *
 * Any range of elements, cut into what lanes take: whole groups, from a 64-byte boundary on where there is one. What is left
 * at the ends, and very small ranges, are the definition's.
 */
#include "lanes.h"

#include <string.h>

#include "reference.h"

/* Fewer groups are faster one by one. */
#define LEAST_GROUPS 3u
/* From here on it pays to begin at a boundary of 64 bytes. */
#define LEAST_GROUPS_TO_ALIGN 256u

/* ----------------------------------------------------------------------------------------- constant and identity */

static void fill_same(cwn_word bytes, uint64_t bits, uint64_t count, void *data) {
    uint64_t each = bytes == 8 ? bits : bytes == 4 ? (uint32_t)bits * UINT64_C(0x100000001) : (uint16_t)bits * UINT64_C(0x1000100010001);
    if (each == (each & 0xff) * UINT64_C(0x101010101010101)) {
        memset(data, (int)(each & 0xff), (size_t)(count * bytes));
        return;
    }
    char *to = data;
    const uint64_t all = count * bytes, whole = all / 8 * 8;
    for (uint64_t i = 0; i < whole; i += 8) memcpy(to + i, &each, 8);
    memcpy(to + whole, &each, (size_t)(all - whole));
}

static void fill_identity(const cwn_launch *l, uint64_t first, uint64_t count, void *data) {
    const cwn_word bytes = cwn_bytes_of(l->type);
    const uint64_t end = first + count < l->diagonal_end ? first + count : l->diagonal_end;
    const uint64_t before = first % l->diagonal_step;
    fill_same(bytes, l->shift, count, data);
    for (uint64_t i = before ? first + (l->diagonal_step - before) : first; i < end; i += l->diagonal_step)
        memcpy((char *)data + (i - first) * bytes, &l->scale, bytes); /* little-endian */
}

/* ------------------------------------------------------------------------------------------------------- groups */

/* How many groups from this one on have first blocks whose counters differ in the low word alone. */
static uint64_t room(const cwn_launch *l, uint64_t group) {
    const uint64_t stride = l->distribution != CWN_TRUNCATED_NORMAL ? 1 : l->type == CWN_FLOAT64 ? 128 : 256;
    const uint32_t low = (uint32_t)(l->counter_low + group * stride);
    return ((UINT64_C(1) << 32) - low + stride - 1) / stride;
}

static void fill_groups(const cw_lanes *lanes, const cwn_launch *l, uint64_t group, uint64_t groups, char *data) {
    const uint64_t bytes = cwn_is_16(l->type) ? 8 : 16;
    while (groups) {
        const uint64_t most = room(l, group), n = groups < most ? groups : most;
        if (!lanes->words(l, group, n, data) && !lanes->normals(l, group, n, data))
            cw_reference_fill(l, group * cwn_group_elements(l->type), n * cwn_group_elements(l->type), data);
        group += n;
        groups -= n;
        data += n * bytes;
    }
}

/* Elements before the first whole group that is to be done in lanes. */
static uint64_t head(const cwn_launch *l, uint64_t first, uint64_t count, const char *data) {
    const uint64_t elements = cwn_group_elements(l->type), bytes = cwn_bytes_of(l->type);
    uint64_t n = (elements - first % elements) % elements;
    if (count < n + elements * LEAST_GROUPS_TO_ALIGN || ((uintptr_t)data + n * bytes) % (elements * bytes)) return n;
    while (((uintptr_t)data + n * bytes) % 64) n += elements;
    return n;
}

void cw_lanes_fill(const cw_lanes *lanes, const cwn_launch *launch, uint64_t first, uint64_t count, void *data) {
    const uint64_t elements = cwn_group_elements(launch->type), bytes = cwn_bytes_of(launch->type);
    char *to = data;
    if (launch->distribution == CWN_CONSTANT) fill_same((cwn_word)bytes, launch->scale, count, data);
    else if (launch->distribution == CWN_IDENTITY) fill_identity(launch, first, count, data);
    else if (!lanes || count < elements * LEAST_GROUPS) cw_reference_fill(launch, first, count, data);
    else {
        const uint64_t before = head(launch, first, count, to), groups = (count - before) / elements;
        const uint64_t after = count - before - groups * elements;
        cw_reference_fill(launch, first, before, to);
        fill_groups(lanes, launch, (first + before) / elements, groups, to + before * bytes);
        cw_reference_fill(launch, first + count - after, after, to + (count - after) * bytes);
    }
}
