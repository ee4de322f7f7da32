/* SPDX-License-Identifier: Apache-2.0 */
#include "store.h"

#include "numeric/narrow.h"

void cw_narrow_portable(void *values, uint64_t count, cwn_word type, cwn_word store) {
    const cwn_word from = cwn_bytes_of(type), to = cwn_bytes_of(store);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t bits = 0;
        memcpy(&bits, (char *)values + from * i, from); /* little-endian */
        bits = type == CWN_FLOAT64 ? cwn_narrow_float64(bits, store) : cwn_narrow_float32((uint32_t)bits, store);
        memcpy((char *)values + to * i, &bits, to);
    }
}

CWN_FN void scatter_each(const char *from, uint64_t from_step, char *to, uint64_t to_step, uint64_t count,
                         cwn_word bytes) {
    for (uint64_t i = 0; i < count; i++) memcpy(to + i * to_step * bytes, from + i * from_step * bytes, bytes);
}

/* A loop for each size, which is a move then and no call. */
void cw_scatter(const char *from, uint64_t from_step, char *to, uint64_t to_step, uint64_t count, cwn_word bytes) {
    if (from_step == 1 && to_step == 1) memcpy(to, from, count * bytes);
    else if (bytes == 2) scatter_each(from, from_step, to, to_step, count, 2);
    else if (bytes == 4) scatter_each(from, from_step, to, to_step, count, 4);
    else scatter_each(from, from_step, to, to_step, count, 8);
}
