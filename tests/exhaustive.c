/* SPDX-License-Identifier: Apache-2.0
 *
 * The proof behind every float32 normal: on all 2^23 inputs the numeric text gives the bits of the C library's logf,
 * sqrtf, sinf and cosf, evaluated as TensorFlow does, and nothing is left out. Prints the digests of the library's
 * results, which proof.c expects of every device. Built also for one rounding and two, without doubles, and in lanes.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "counterweight/counterweight.h"
#include "numeric/normal.h"

typedef struct function {
    const char *name;
    uint32_t differ;
    cw_sums sums;
} function;

/* Of words w to w + CWN_LANES. */
static void compare(function *f, uint32_t w, const float *library, cwn_f32 text) {
    float found[CWN_LANES];
    memcpy(found, &text, sizeof found);
    for (int i = 0; i < CWN_LANES; i++) f->differ += memcmp(&library[i], &found[i], sizeof *found) != 0;
    cw_digest_add(&f->sums, CW_FLOAT32, library, w, CWN_LANES);
}

static void try_words(function *f, uint32_t w) {
    float radius[CWN_LANES], sine[CWN_LANES], cosine[CWN_LANES];
    uint64_t words[CWN_LANES];
    cwn_u64 all;
    for (uint32_t i = 0; i < CWN_LANES; i++) {
        const float u = (float)(w + i) * 0x1p-23f, v = (float)(6.283185307179586476925286766559 * (double)u);
        radius[i] = sqrtf(-2.0f * logf(u < 1.0e-7f ? 1.0e-7f : u));
        sine[i] = sinf(v);
        cosine[i] = cosf(v);
        words[i] = w + i;
    }
    memcpy(&all, words, sizeof all);
    const cwn_pair turn = cwn_turn(all);
    compare(&f[0], w, radius, cwn_radius(all));
    compare(&f[1], w, sine, turn.first);
    compare(&f[2], w, cosine, turn.second);
}

int main(void) {
    function f[3] = {{"radius", 0, {{0, 0}}}, {"sine", 0, {{0, 0}}}, {"cosine", 0, {{0, 0}}}};
    for (uint32_t w = 0; w < CW_PROOF_INPUTS; w += CWN_LANES) try_words(f, w);
    for (int i = 0; i < 3; i++)
        printf("%-6s  %u of %u inputs differ  {0x%016" PRIx64 ", 0x%016" PRIx64 "}\n", f[i].name, f[i].differ,
               CW_PROOF_INPUTS, f[i].sums.word[0], f[i].sums.word[1]);
    return f[0].differ || f[1].differ || f[2].differ;
}
