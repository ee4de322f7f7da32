/* SPDX-License-Identifier: Apache-2.0
 *
 * The kernels: one per row of CWN_KERNEL_TABLE, each the same loop over groups. They own the stores; the values are the
 * numeric text's. And one per row of CWN_MATRIX_TABLE, which are all numeric text. One text for all architectures: no
 * __CUDA_ARCH__.
 */
#include "numeric/group.h"
#ifndef CWN_NO_FP64
#include "numeric/orthogonal.h"
#endif

/* Words `first` to `end` of the tensor are memory's; word `at` is the first of the group. Neighbours of a group that is
 * only partly in the range stay untouched. */
static __device__ __forceinline__ void cw_store_words(uint32_t *memory, uint64_t first, uint64_t end, uint64_t at, cwn_group g) {
    uint32_t *to = memory + (at - first);
    if (at >= first && at + 4 <= end && ((uintptr_t)to & 15) == 0) {
        *(uint4 *)to = make_uint4(g.e0, g.e1, g.e2, g.e3);
        return;
    }
    if (at >= first && at < end) to[0] = g.e0;
    if (at + 1 >= first && at + 1 < end) to[1] = g.e1;
    if (at + 2 >= first && at + 2 < end) to[2] = g.e2;
    if (at + 3 >= first && at + 3 < end) to[3] = g.e3;
}

static __device__ __forceinline__ void cw_store_halves(uint16_t *memory, uint64_t first, uint64_t end, uint64_t at, cwn_group g) {
    uint16_t *to = memory + (at - first);
    if (at >= first && at + 4 <= end && ((uintptr_t)to & 7) == 0) {
        *(uint2 *)to = make_uint2(g.e0 | g.e1 << 16, g.e2 | g.e3 << 16);
        return;
    }
    if (at >= first && at < end) to[0] = (uint16_t)g.e0;
    if (at + 1 >= first && at + 1 < end) to[1] = (uint16_t)g.e1;
    if (at + 2 >= first && at + 2 < end) to[2] = (uint16_t)g.e2;
    if (at + 3 >= first && at + 3 < end) to[3] = (uint16_t)g.e3;
}

/* Element l.first goes to memory[0]. Elements of 64 bits are pairs of words. */
static __device__ __forceinline__ void cw_fill(cwn_launch l, cwn_word distribution, cwn_word type, void *memory) {
    const uint64_t units = cwn_is_64(type) ? 2 : 1, first = l.first * units, end = (l.first + l.count) * units;
    const uint64_t step = (uint64_t)gridDim.x * blockDim.x;
    uint64_t group = first / 4 + (uint64_t)blockIdx.x * blockDim.x + threadIdx.x;
    for (; group < (end + 3) / 4; group += step) {
        const cwn_group g = cwn_group_of(l, distribution, type, group);
        if (cwn_is_16(type)) cw_store_halves((uint16_t *)memory, first, end, group * 4, g);
        else cw_store_words((uint32_t *)memory, first, end, group * 4, g);
    }
}

#define CW_ROW(name, distribution, type) \
    extern "C" __global__ void name(const __grid_constant__ cwn_launch l, void *memory) { cw_fill(l, distribution, type, memory); }
CWN_KERNEL_TABLE(CW_ROW)
#undef CW_ROW

#ifndef CWN_NO_FP64
#define CW_ROW(name, step, type, real) \
    extern "C" __global__ void name(const __grid_constant__ cwn_matrix m, void *memory, unsigned char *scratch) { \
        const cwn_crew crew = {(uint64_t)blockIdx.x * blockDim.x + threadIdx.x, (uint64_t)gridDim.x * blockDim.x}; \
        cwn_do_step(step, type, real, m, memory, scratch, crew); \
    }
CWN_MATRIX_TABLE(CW_ROW)
#endif
