/* SPDX-License-Identifier: Apache-2.0
 *
 * Instructions in which the lanes of a warp see each other.
 */
#include "warp.h"

static sg_outcome fail(sg_warp *w, const sg_instruction *i, uint32_t lanes, const char *what) {
    return sg_warp_fault(w, i, __builtin_ctz(lanes), CUDA_ERROR_LAUNCH_FAILED, "%s (lanes %08x of %08x)", what, lanes,
                         w->live);
}

/* All that the mask names and that live must be here together. Hardware would wait for the others; here they come
 * late only in code that this scheduler cannot join, which is refused. */
static bool all_here(const sg_warp *w, uint32_t slot, uint32_t lanes) {
    const sg_word *mask = sg_lanes(w, slot);
    for (uint32_t left = lanes; left; left &= left - 1)
        if ((mask[__builtin_ctz(left)].u32 & w->live) != lanes) return false;
    return true;
}

/* c holds the last lane of a segment (5 bits) and, from bit 8 on, the bits of a lane's number that name its segment. */
static int shuffle_source(char mode, int lane, uint32_t b, uint32_t c, bool *inside) {
    const int segment = c >> 8 & 31, first = lane & segment, last = first | ((int)(c & 31) & ~segment);
    const int by = (int)(b & 31);
    const int from = mode == 'u'   ? lane - by
                     : mode == 'd' ? lane + by
                     : mode == 'b' ? lane ^ by
                                   : first | (by & ~segment);
    *inside = mode == 'u' ? from >= last : from <= last;
    return *inside ? from : lane;
}

static sg_outcome shuffle(sg_warp *w, const sg_instruction *i, uint32_t lanes) {
    const sg_word *a = sg_lanes(w, i->s[0]), *b = sg_lanes(w, i->s[1]), *c = sg_lanes(w, i->s[2]);
    sg_word value[SG_LANES], inside[SG_LANES];
    if (!all_here(w, i->s[3], lanes)) return fail(w, i, lanes, "a shuffle without all lanes of its mask");
    for (uint32_t left = lanes; left; left &= left - 1) {
        const int lane = __builtin_ctz(left);
        bool in;
        const int from = shuffle_source((char)i->operation, lane, b[lane].u32, c[lane].u32, &in);
        if (!(lanes >> from & 1)) return fail(w, i, lanes, "a shuffle from a lane that is not there");
        value[lane].u64 = a[from].u32;
        inside[lane].u64 = in;
    }
    for (; lanes; lanes &= lanes - 1) {
        const int lane = __builtin_ctz(lanes);
        sg_lanes(w, i->d[0])[lane] = value[lane];
        sg_lanes(w, i->d[1])[lane] = inside[lane];
    }
    return SG_RUNNING;
}

static sg_outcome vote(sg_warp *w, const sg_instruction *i, uint32_t lanes) {
    const sg_word *p = sg_lanes(w, i->s[0]);
    uint32_t yes = 0;
    sg_word r = {0};
    if (!all_here(w, i->s[1], lanes)) return fail(w, i, lanes, "a vote without all lanes of its mask");
    for (uint32_t left = lanes; left; left &= left - 1) yes |= (p[__builtin_ctz(left)].u32 & 1) << __builtin_ctz(left);
    switch (i->operation) {
    case SG_VOTE_ALL: r.u64 = yes == lanes; break;
    case SG_VOTE_ANY: r.u64 = yes != 0; break;
    case SG_VOTE_UNI: r.u64 = yes == 0 || yes == lanes; break;
    default: r.u64 = yes; break;
    }
    for (; lanes; lanes &= lanes - 1) sg_lanes(w, i->d[0])[__builtin_ctz(lanes)] = r;
    return SG_RUNNING;
}

sg_outcome sg_warp_exchange(sg_warp *w, const sg_instruction *i, uint32_t lanes) {
    if (i->kind == SG_SHUFFLE) return shuffle(w, i, lanes);
    if (i->kind == SG_VOTE) return vote(w, i, lanes);
    if (i->kind == SG_WARP_BARRIER)
        return all_here(w, i->s[0], lanes) ? SG_RUNNING : fail(w, i, lanes, "a warp's barrier without all its lanes");
    for (uint32_t left = lanes; left; left &= left - 1)
        sg_lanes(w, i->d[0])[__builtin_ctz(left)] = (sg_word){.u64 = lanes};
    return SG_RUNNING;
}
