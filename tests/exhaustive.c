/* SPDX-License-Identifier: Apache-2.0
 *
 * The proof behind every float32 normal: on all 2^23 inputs the numeric text gives the bits of the C library's logf,
 * sqrtf, sinf and cosf, evaluated as TensorFlow does, and nothing is left out. Prints the digests of the library's
 * results, which proof.c expects of every device.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "counterweight/counterweight.h"
#include "numeric/group.h"

typedef struct function {
    const char *name;
    uint32_t differ;
    cw_sums sums;
} function;

static void compare(function *f, uint32_t w, float library, cwn_f32 text) {
    f->differ += cwn_bits32(library) != cwn_bits32(text);
    cw_digest_add(&f->sums, CW_FLOAT32, &library, w, 1);
}

int main(void) {
    function f[3] = {{"radius", 0, {{0, 0}}}, {"sine", 0, {{0, 0}}}, {"cosine", 0, {{0, 0}}}};
    for (uint32_t w = 0; w < CW_PROOF_INPUTS; w++) {
        const float u = (float)w * 0x1p-23f, v = (float)(6.283185307179586476925286766559 * (double)u);
        const cwn_pair turn = cwn_turn(w);
        compare(&f[0], w, sqrtf(-2.0f * logf(u < 1.0e-7f ? 1.0e-7f : u)), cwn_radius(w));
        compare(&f[1], w, sinf(v), turn.first);
        compare(&f[2], w, cosf(v), turn.second);
    }
    for (int i = 0; i < 3; i++)
        printf("%-6s  %u of %u inputs differ  {0x%016" PRIx64 ", 0x%016" PRIx64 "}\n", f[i].name, f[i].differ,
               CW_PROOF_INPUTS, f[i].sums.word[0], f[i].sums.word[1]);
    return f[0].differ || f[1].differ || f[2].differ;
}
