/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric text, for C only: a strip of doubles as a vector of gcc and clang (dialect.h says what for).
 */
#ifndef CWN_STRIP_H
#define CWN_STRIP_H

#include "fma.h"

#define CWN_WIDTH 16
#define CWN_STRIP 4
typedef double cwn_strip __attribute__((vector_size(8 * CWN_STRIP)));
#define cwn_strip_of(x) ((cwn_strip){(x), (x), (x), (x)})
#define cwn_strip_at(p) cwn_strip_gather((p), 1)
#define cwn_strip_put(p, s) memcpy((p), &(s), sizeof(cwn_strip))
#define cwn_strip_gather(p, step) ((cwn_strip){(p)[0], (p)[step], (p)[2 * (step)], (p)[3 * (step)]})
#define cwn_strip_scatter(p, step, s) \
    ((p)[0] = (s)[0], (p)[step] = (s)[1], (p)[2 * (step)] = (s)[2], (p)[3 * (step)] = (s)[3])

#if CWN_FMA && defined(__AVX2__)
#include <immintrin.h>
#define cwn_strip_ma(x, s, t) ((cwn_strip)_mm256_fmadd_pd((__m256d)cwn_strip_of(x), (__m256d)(s), (__m256d)(t)))
#else
#define cwn_strip_ma(x, s, t) \
    ((cwn_strip){cwn_fma((x), (s)[0], (t)[0]), cwn_fma((x), (s)[1], (t)[1]), cwn_fma((x), (s)[2], (t)[2]), \
                 cwn_fma((x), (s)[3], (t)[3])})
#endif

#endif
