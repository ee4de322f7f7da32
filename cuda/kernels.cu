/* SPDX-License-Identifier: Apache-2.0
 *
 * The kernels: one per distribution, each the same loop over groups. They own the stores; the values are the numeric
 * text's. One text for all architectures: no __CUDA_ARCH__.
 */
#include "numeric/group.h"

/* Element `first` goes to memory[0]; neighbours of a group that is only partly in the range stay untouched. */
static __device__ __forceinline__ void cw_store(uint32_t *memory, cwn_launch l, uint64_t group, cwn_group g) {
    const uint64_t i = group * CWN_GROUP, end = l.first + l.count, at = i - l.first;
    const bool whole = i >= l.first && i + CWN_GROUP <= end;
    if (whole && ((uintptr_t)(memory + at) & 15) == 0) {
        *(uint4 *)(memory + at) = make_uint4(g.e0, g.e1, g.e2, g.e3);
        return;
    }
    if (i >= l.first && i < end) memory[at] = g.e0;
    if (i + 1 >= l.first && i + 1 < end) memory[at + 1] = g.e1;
    if (i + 2 >= l.first && i + 2 < end) memory[at + 2] = g.e2;
    if (i + 3 >= l.first && i + 3 < end) memory[at + 3] = g.e3;
}

static __device__ __forceinline__ void cw_fill(cwn_launch l, cwn_word distribution, uint32_t *memory) {
    const uint64_t end = (l.first + l.count + CWN_GROUP - 1) / CWN_GROUP;
    const uint64_t step = (uint64_t)gridDim.x * blockDim.x;
    uint64_t group = l.first / CWN_GROUP + (uint64_t)blockIdx.x * blockDim.x + threadIdx.x;
    for (; group < end; group += step) cw_store(memory, l, group, cwn_group_of(l, distribution, group));
}

extern "C" __global__ void cw_fill_constant(const __grid_constant__ cwn_launch l, uint32_t *memory) {
    cw_fill(l, CWN_CONSTANT, memory);
}

extern "C" __global__ void cw_fill_identity(const __grid_constant__ cwn_launch l, uint32_t *memory) {
    cw_fill(l, CWN_IDENTITY, memory);
}

extern "C" __global__ void cw_fill_uniform(const __grid_constant__ cwn_launch l, uint32_t *memory) {
    cw_fill(l, CWN_UNIFORM, memory);
}

extern "C" __global__ void cw_fill_normal(const __grid_constant__ cwn_launch l, uint32_t *memory) {
    cw_fill(l, CWN_NORMAL, memory);
}

extern "C" __global__ void cw_fill_truncated_normal(const __grid_constant__ cwn_launch l, uint32_t *memory) {
    cw_fill(l, CWN_TRUNCATED_NORMAL, memory);
}

extern "C" __global__ void cw_fill_radius(const __grid_constant__ cwn_launch l, uint32_t *memory) {
    cw_fill(l, CWN_RADIUS, memory);
}

extern "C" __global__ void cw_fill_sine(const __grid_constant__ cwn_launch l, uint32_t *memory) {
    cw_fill(l, CWN_SINE, memory);
}

extern "C" __global__ void cw_fill_cosine(const __grid_constant__ cwn_launch l, uint32_t *memory) {
    cw_fill(l, CWN_COSINE, memory);
}
