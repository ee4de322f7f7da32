/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric text, for C only: a strip of doubles as a vector of gcc and clang (dialect.h says what for).
 */
#ifndef CWN_STRIP_H
#define CWN_STRIP_H

#include "fma.h"

#define CWN_WIDTH 16
#define CWN_STRIPS 2
#if CWN_FMA && defined(__AVX512F__)
#define CWN_STRIP 8
#define CWN_TILE 8
#define CWN_EACH(p, step) \
    (p)[0], (p)[step], (p)[2 * (step)], (p)[3 * (step)], (p)[4 * (step)], (p)[5 * (step)], (p)[6 * (step)], (p)[7 * (step)]
#else
#define CWN_STRIP 4
#define CWN_TILE 4
#define CWN_EACH(p, step) (p)[0], (p)[step], (p)[2 * (step)], (p)[3 * (step)]
#endif
typedef double cwn_strip __attribute__((vector_size(8 * CWN_STRIP)));
typedef cwn_strip cwn_strip_anywhere __attribute__((aligned(8), may_alias));
#define cwn_strip_of(x) ((x) - (cwn_strip){0})
#define cwn_strip_at(p) ((cwn_strip) * (const cwn_strip_anywhere *)(p))
#define cwn_strip_put(p, s) (*(cwn_strip_anywhere *)(p) = (s))
#define cwn_strip_gather(p, step) ((cwn_strip){CWN_EACH(p, step)})
#define cwn_strip_scatter(p, step, s) \
    do \
        for (int lane = 0; lane < CWN_STRIP; lane++) (p)[lane * (step)] = (s)[lane]; \
    while (0)

#if CWN_FMA && defined(__AVX2__)
#include <immintrin.h>
#if CWN_STRIP == 8
#define cwn_strip_ma(x, s, t) ((cwn_strip)_mm512_fmadd_pd(_mm512_set1_pd(x), (__m512d)(s), (__m512d)(t)))
#define cwn_strip_less(x, s, t) ((cwn_strip)_mm512_fnmadd_pd(_mm512_set1_pd(x), (__m512d)(s), (__m512d)(t)))
#else
#define cwn_strip_ma(x, s, t) ((cwn_strip)_mm256_fmadd_pd(_mm256_set1_pd(x), (__m256d)(s), (__m256d)(t)))
#define cwn_strip_less(x, s, t) ((cwn_strip)_mm256_fnmadd_pd(_mm256_set1_pd(x), (__m256d)(s), (__m256d)(t)))
#endif
#else
#define cwn_strip_ma(x, s, t) \
    ((cwn_strip){cwn_fma((x), (s)[0], (t)[0]), cwn_fma((x), (s)[1], (t)[1]), cwn_fma((x), (s)[2], (t)[2]), \
                 cwn_fma((x), (s)[3], (t)[3])})
#define cwn_strip_less(x, s, t) cwn_strip_ma(-(x), s, t)
#endif

#endif
