/* SPDX-License-Identifier: Apache-2.0 */
#include "plain.h"

#include <string.h>

static void fill_same(cwn_word bytes, uint64_t bits, uint64_t count, void *data) {
    uint64_t each = bytes == 8   ? bits
                    : bytes == 4 ? (uint32_t)bits * UINT64_C(0x100000001)
                                 : (uint16_t)bits * UINT64_C(0x1000100010001);
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

void cw_fill_plain(cw_fill_range *definition, const cwn_launch *launch, uint64_t first, uint64_t count, void *data) {
    if (launch->distribution == CWN_CONSTANT) fill_same(cwn_bytes_of(launch->type), launch->scale, count, data);
    else if (launch->distribution == CWN_IDENTITY) fill_identity(launch, first, count, data);
    else definition(launch, first, count, data);
}
