/* SPDX-License-Identifier: Apache-2.0
 *
 * The kernels: one per row of CWN_KERNEL_TABLE, each the same loop over groups. They own the stores; the values are the
 * numeric text's, which the build puts in front of this file in place of the #include. And one per row of
 * CWN_MATRIX_TABLE, which are all numeric text.
 */
#include "numeric/group.h"
#ifndef CWN_NO_FP64
#include "numeric/orthogonal.h"
#endif

/* Words `first` to `end` of the tensor are memory's; word `at` is the first of the group. Neighbours of a group that is
 * only partly in the range stay untouched. */
static inline void cw_store_words(global uint *memory, ulong first, ulong end, ulong at, cwn_group g) {
    if (at >= first && at + 4 <= end) {
        vstore4((uint4)(g.e0, g.e1, g.e2, g.e3), 0, memory + (at - first));
        return;
    }
    if (at >= first && at < end) memory[at - first] = g.e0;
    if (at + 1 >= first && at + 1 < end) memory[at + 1 - first] = g.e1;
    if (at + 2 >= first && at + 2 < end) memory[at + 2 - first] = g.e2;
    if (at + 3 >= first && at + 3 < end) memory[at + 3 - first] = g.e3;
}

static inline void cw_store_halves(global ushort *memory, ulong first, ulong end, ulong at, cwn_group g) {
    if (at >= first && at + 4 <= end) {
        vstore4((ushort4)(g.e0, g.e1, g.e2, g.e3), 0, memory + (at - first));
        return;
    }
    if (at >= first && at < end) memory[at - first] = (ushort)g.e0;
    if (at + 1 >= first && at + 1 < end) memory[at + 1 - first] = (ushort)g.e1;
    if (at + 2 >= first && at + 2 < end) memory[at + 2 - first] = (ushort)g.e2;
    if (at + 3 >= first && at + 3 < end) memory[at + 3 - first] = (ushort)g.e3;
}

/* Element l.first goes to memory[offset], in bytes. Elements of 64 bits are pairs of words. */
static inline void cw_fill(cwn_launch l, cwn_word distribution, cwn_word type, global uchar *memory, ulong offset) {
    const ulong units = cwn_is_64(type) ? 2 : 1, first = l.first * units, end = (l.first + l.count) * units;
    for (ulong group = first / 4 + get_global_id(0); group < (end + 3) / 4; group += get_global_size(0)) {
        const cwn_group g = cwn_group_of(l, distribution, type, group);
        if (cwn_is_16(type)) cw_store_halves((global ushort *)(memory + offset), first, end, group * 4, g);
        else cw_store_words((global uint *)(memory + offset), first, end, group * 4, g);
    }
}

#define CW_ROW(name, distribution, type) \
    kernel void name(cwn_launch l, global uchar *memory, ulong offset) { cw_fill(l, distribution, type, memory, offset); }
CWN_KERNEL_TABLE(CW_ROW)
#undef CW_ROW

#ifndef CWN_NO_FP64
#define CW_ROW(name, step, type, real) \
    kernel void name(cwn_matrix m, global uchar *memory, ulong offset, global uchar *scratch, ulong scratch_offset) { \
        const cwn_crew crew = {get_global_id(0), get_global_size(0)}; \
        cwn_do_step(step, type, real, m, memory + offset, scratch + scratch_offset, crew); \
    }
CWN_MATRIX_TABLE(CW_ROW)
#endif
