/* SPDX-License-Identifier: Apache-2.0
 *
 * The kernels: one per distribution, each the same loop over groups. They own the stores; the values are the numeric
 * text's, which the build puts in front of this file in place of the #include.
 */
#include "numeric/group.h"

/* Element `first` goes to memory[offset]; neighbours of a group that is only partly in the range stay untouched. */
static inline void cw_store(global uint *memory, cwn_launch l, ulong offset, ulong group, cwn_group g) {
    const ulong i = group * CWN_GROUP, end = l.first + l.count, at = offset + i - l.first;
    if (i >= l.first && i + CWN_GROUP <= end) {
        vstore4((uint4)(g.e0, g.e1, g.e2, g.e3), 0, memory + at);
        return;
    }
    if (i >= l.first && i < end) memory[at] = g.e0;
    if (i + 1 >= l.first && i + 1 < end) memory[at + 1] = g.e1;
    if (i + 2 >= l.first && i + 2 < end) memory[at + 2] = g.e2;
    if (i + 3 >= l.first && i + 3 < end) memory[at + 3] = g.e3;
}

static inline void cw_fill(cwn_launch l, cwn_word distribution, global uint *memory, ulong offset) {
    const ulong end = (l.first + l.count + CWN_GROUP - 1) / CWN_GROUP;
    for (ulong group = l.first / CWN_GROUP + get_global_id(0); group < end; group += get_global_size(0))
        cw_store(memory, l, offset, group, cwn_group_of(l, distribution, group));
}

kernel void cw_fill_constant(cwn_launch l, global uint *memory, ulong offset) {
    cw_fill(l, CWN_CONSTANT, memory, offset);
}

kernel void cw_fill_identity(cwn_launch l, global uint *memory, ulong offset) {
    cw_fill(l, CWN_IDENTITY, memory, offset);
}

kernel void cw_fill_uniform(cwn_launch l, global uint *memory, ulong offset) {
    cw_fill(l, CWN_UNIFORM, memory, offset);
}

kernel void cw_fill_normal(cwn_launch l, global uint *memory, ulong offset) {
    cw_fill(l, CWN_NORMAL, memory, offset);
}

kernel void cw_fill_truncated_normal(cwn_launch l, global uint *memory, ulong offset) {
    cw_fill(l, CWN_TRUNCATED_NORMAL, memory, offset);
}

kernel void cw_fill_radius(cwn_launch l, global uint *memory, ulong offset) {
    cw_fill(l, CWN_RADIUS, memory, offset);
}

kernel void cw_fill_sine(cwn_launch l, global uint *memory, ulong offset) {
    cw_fill(l, CWN_SINE, memory, offset);
}

kernel void cw_fill_cosine(cwn_launch l, global uint *memory, ulong offset) {
    cw_fill(l, CWN_COSINE, memory, offset);
}
