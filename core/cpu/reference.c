/* SPDX-License-Identifier: Apache-2.0 */
#include "reference.h"

#include <stddef.h>

#include "numeric/group.h"

/* Part of one group: a range may start and end inside it. */
CWN_FN void put_part(const cwn_launch *l, cwn_word distribution, uint64_t first, uint64_t count, uint32_t *data) {
    const cwn_group g = cwn_group_of(*l, distribution, first / CWN_GROUP);
    const uint32_t e[CWN_GROUP] = {g.e0, g.e1, g.e2, g.e3};
    memcpy(data, e + first % CWN_GROUP, count * sizeof *data);
}

CWN_FN void fill(const cwn_launch *l, cwn_word distribution, uint64_t first, uint64_t count, uint32_t *data) {
    while (count) {
        const uint64_t room = CWN_GROUP - first % CWN_GROUP, n = count < room ? count : room;
        put_part(l, distribution, first, n, data);
        first += n;
        count -= n;
        data += n;
    }
}

/* The distribution is named in each call, so that the compiler makes a loop for each. */
void cw_reference_fill(const cwn_launch *l, uint64_t first, uint64_t count, uint32_t *data) {
    switch (l->distribution) {
    case CWN_CONSTANT: fill(l, CWN_CONSTANT, first, count, data); break;
    case CWN_IDENTITY: fill(l, CWN_IDENTITY, first, count, data); break;
    case CWN_UNIFORM: fill(l, CWN_UNIFORM, first, count, data); break;
    case CWN_NORMAL: fill(l, CWN_NORMAL, first, count, data); break;
    case CWN_TRUNCATED_NORMAL: fill(l, CWN_TRUNCATED_NORMAL, first, count, data); break;
    default: fill(l, l->distribution, first, count, data); break;
    }
}
