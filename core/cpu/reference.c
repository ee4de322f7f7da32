/* SPDX-License-Identifier: Apache-2.0 */
#include "reference.h"

#include <stddef.h>

#include "numeric/group.h"

/* The elements of one group as they lie in memory. Hosts are little-endian. */
CWN_FN void write_group(cwn_group g, cwn_word type, void *bytes) {
    const uint16_t halves[4] = {(uint16_t)g.e0, (uint16_t)g.e1, (uint16_t)g.e2, (uint16_t)g.e3};
    const uint32_t words[4] = {g.e0, g.e1, g.e2, g.e3};
    if (cwn_is_16(type)) memcpy(bytes, halves, sizeof halves);
    else memcpy(bytes, words, sizeof words);
}

/* Part of one group: a range may start and end inside it. */
CWN_FN void put_part(const cwn_launch *l, cwn_word distribution, cwn_word type, uint64_t first, uint64_t count, char *data) {
    const cwn_word elements = cwn_group_elements(type), bytes = cwn_bytes_of(type);
    char group[16];
    write_group(cwn_group_of(*l, distribution, type, first / elements), type, group);
    memcpy(data, group + first % elements * bytes, count * bytes);
}

CWN_FN void fill(const cwn_launch *l, cwn_word distribution, cwn_word type, uint64_t first, uint64_t count, char *data) {
    const cwn_word elements = cwn_group_elements(type), bytes = cwn_bytes_of(type);
    while (count) {
        const uint64_t room = elements - first % elements, n = count < room ? count : room;
        put_part(l, distribution, type, first, n, data);
        first += n;
        count -= n;
        data += n * bytes;
    }
}

/* A loop for each kernel, so that the compiler knows distribution and type. */
#define CW_ROW(name, distribution, type) \
    static void fill_##name(const cwn_launch *l, uint64_t first, uint64_t count, void *data) { \
        fill(l, distribution, type, first, count, data); \
    }
CWN_KERNEL_TABLE(CW_ROW)
CWN_PROOF_TABLE(CW_ROW)
#undef CW_ROW

cw_fill_range *cw_reference_of(const cwn_launch *l) {
#define CW_ROW(name, d, t) \
    if (l->distribution == d && l->type == t) return fill_##name;
    CWN_KERNEL_TABLE(CW_ROW)
    CWN_PROOF_TABLE(CW_ROW)
#undef CW_ROW
    return NULL;
}

void cw_reference_fill(const cwn_launch *l, uint64_t first, uint64_t count, void *data) {
    cw_fill_range *its = cw_reference_of(l);
    if (its) its(l, first, count, data);
}
