/* SPDX-License-Identifier: Apache-2.0
 *
 * The numeric text as it is, compiled with CWN_LANES of 1, 4 or 8.
 */
#include "numeric/normal.h"
#include "numeric/philox.h"
#include "numeric/uniform.h"

#include "lanes.h"

#define NAME_(lanes) lanes_##lanes
#define NAME(lanes) NAME_(lanes)

CWN_FN void put_float(cwn_f32 f, uint32_t *to) { memcpy(to, &f, sizeof f); }
CWN_FN void put_word(cwn_u64 w, uint32_t *to) {
    const cwn_u32 low = cwn_low(w);
    memcpy(to, &low, sizeof low);
}

CWN_FN void put_normals(cwn_u64 w0, cwn_u64 w1, lanes_result *r, int i) {
    const cwn_pair turn = cwn_turn(w1), pair = cwn_normal(w0, w1);
    const cwn_u32 outside = cwn_is_outside(pair.first);
    put_float(cwn_radius(w0), r->radius + i);
    put_float(turn.first, r->sine + i);
    put_float(turn.second, r->cosine + i);
    put_float(pair.first, r->first + i);
    put_float(pair.second, r->second + i);
    memcpy(r->outside + i, &outside, sizeof outside);
    put_float(cwn_affine(pair.first, CWN_F(0.05), CWN_F(0.25), 0), r->scaled + i);
    put_float(cwn_affine(pair.first, CWN_F(2e-38), CWN_F(0.0), 1), r->flushed + i);
    put_float(cwn_affine(pair.first, CWN_F(2e-38), CWN_F(-1.2e-38), 1), r->flushed_sum + i);
}

/* The words are a counter here, and carry when the steps are added. */
CWN_FN void put_block(cwn_u64 w0, cwn_u64 w1, lanes_result *r, int i) {
    const cwn_counter counter = {w0, w1}, steps = {w1, w0};
    const cwn_block x = cwn_philox(cwn_skip(counter, steps), 0x89e74cef, 0x53939b05);
    put_word(x.w0, r->word0 + i);
    put_word(x.w1, r->word1 + i);
    put_word(x.w2, r->word2 + i);
    put_word(x.w3, r->word3 + i);
}

void NAME(CWN_LANES)(const uint64_t *w0, const uint64_t *w1, lanes_result *result) {
    for (int i = 0; i < LANES_MOST; i += CWN_LANES) {
        cwn_u64 a, b;
        memcpy(&a, w0 + i, sizeof a);
        memcpy(&b, w1 + i, sizeof b);
        put_float(cwn_uniform(cwn_low(a)), result->uniform + i);
        put_normals(a, b, result, i);
        put_block(a, b, result, i);
    }
}
