/* SPDX-License-Identifier: Apache-2.0 */
#include "store.h"

#include "numeric/narrow.h"

CWN_FN void narrow_float32(char *values, uint64_t count, cwn_word store) {
    for (uint64_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, values + 4 * i, sizeof bits);
        const uint16_t half = (uint16_t)cwn_narrow_float32(bits, store);
        memcpy(values + 2 * i, &half, sizeof half);
    }
}

CWN_FN void narrow_float64(char *values, uint64_t count, cwn_word store) {
    for (uint64_t i = 0; i < count; i++) {
        uint64_t bits;
        memcpy(&bits, values + 8 * i, sizeof bits);
        const uint32_t word = cwn_narrow_float64(bits, store);
        memcpy(values + cwn_bytes_of(store) * i, &word, cwn_bytes_of(store)); /* little-endian */
    }
}

/* A loop for each type. */
void cw_narrow_values(void *values, uint64_t count, cwn_word type, cwn_word store) {
    if (type == CWN_FLOAT64 && store == CWN_FLOAT32) narrow_float64(values, count, CWN_FLOAT32);
    else if (type == CWN_FLOAT64 && store == CWN_FLOAT16) narrow_float64(values, count, CWN_FLOAT16);
    else if (type == CWN_FLOAT64) narrow_float64(values, count, CWN_BFLOAT16);
    else if (store == CWN_FLOAT16) narrow_float32(values, count, CWN_FLOAT16);
    else narrow_float32(values, count, CWN_BFLOAT16);
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
