/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric text, for C only: the dialect's names in lanes by instructions of x86, where compilers do not find them: four
 * lanes by AVX2, FMA and F16C, eight by AVX-512. Which rows of tables are looked up how was measured (bench/README.md).
 */
#ifndef CWN_X86_H
#define CWN_X86_H

#ifdef CWN_X86

#include <immintrin.h>
#if CWN_LANES == 8
typedef __m512i cwn_mi;
typedef __m512d cwn_md;
typedef __m256 cwn_mf;
#define CWN_M(name) _mm512_##name
#define CWN_MF(name) _mm256_##name
#else
typedef __m256i cwn_mi;
typedef __m256d cwn_md;
typedef __m128 cwn_mf;
#define CWN_M(name) _mm256_##name
#define CWN_MF(name) _mm_##name
#endif

#undef cwn_mul
#undef cwn_ma
#undef cwn_fma
#undef cwn_sqrt
#undef cwn_sqrt64
#undef cwn_at_least
#undef cwn_round
#define cwn_mul(a, b) ((cwn_u64)CWN_M(mul_epu32)((cwn_mi)(a), (cwn_mi)(b)))
#define cwn_fma(a, b, c) ((cwn_f64)CWN_M(fmadd_pd)((cwn_md)(a), (cwn_md)(b), (cwn_md)(c)))
#define cwn_ma(a, b, c) cwn_fma(a, b, c)
#define cwn_sqrt(x) ((cwn_f32)CWN_MF(sqrt_ps)((cwn_mf)(x)))
#define cwn_sqrt64(x) ((cwn_f64)CWN_M(sqrt_pd)((cwn_md)(x)))
#define cwn_at_least(x, c) ((cwn_f64)CWN_M(max_pd)((cwn_md)(x), (cwn_md)(c)))
#define cwn_round(x) ((cwn_f32)CWN_M(cvtpd_ps)((cwn_md)(x)))

/* The nearest float16, ties to even, denormals kept: of as many floats as a cwn_f32 holds. */
#define CWN_HALVES
#if CWN_LANES32 == 16
#define cwn_halves(x) _mm512_cvtps_ph((__m512)(x), _MM_FROUND_TO_NEAREST_INT)
#define cwn_of_halves(h) ((cwn_f32)_mm512_cvtph_ps(h))
#define cwn_words_of_halves(h) ((cwn_u32)_mm512_cvtepu16_epi32(h))
#elif CWN_LANES32 == 8
#define cwn_halves(x) _mm256_cvtps_ph((__m256)(x), _MM_FROUND_TO_NEAREST_INT)
#define cwn_of_halves(h) ((cwn_f32)_mm256_cvtph_ps(h))
#define cwn_words_of_halves(h) ((cwn_u32)_mm256_cvtepu16_epi32(h))
#else
#define cwn_halves(x) _mm_cvtps_ph((__m128)(x), _MM_FROUND_TO_NEAREST_INT)
#define cwn_of_halves(h) ((cwn_f32)_mm_cvtph_ps(h))
#define cwn_words_of_halves(h) ((cwn_u32)_mm_cvtepu16_epi32(h))
#endif
CWN_FN cwn_f32 cwn_round_float16(cwn_f32 x) { return cwn_of_halves(cwn_halves(x)); }
CWN_FN cwn_u32 cwn_bits_float16(cwn_f32 x) { return cwn_words_of_halves(cwn_halves(x)); }

/* Two neighbouring doubles. */
CWN_FN __m128d cwn_two_at(const double *p) { return _mm_loadu_pd(p); }

/* Rows of two doubles, by the indices of their first ones. */
CWN_FN cwn_row cwn_two_rows(const double *table, cwn_u64 at) {
#if CWN_LANES == 8
    const __m512d p = _mm512_insertf64x2(
        _mm512_insertf64x2(_mm512_insertf64x2(_mm512_castpd128_pd512(cwn_two_at(table + at[0])), cwn_two_at(table + at[2]), 1),
                           cwn_two_at(table + at[4]), 2),
        cwn_two_at(table + at[6]), 3);
    const __m512d q = _mm512_insertf64x2(
        _mm512_insertf64x2(_mm512_insertf64x2(_mm512_castpd128_pd512(cwn_two_at(table + at[1])), cwn_two_at(table + at[3]), 1),
                           cwn_two_at(table + at[5]), 2),
        cwn_two_at(table + at[7]), 3);
#else
    const __m256d p = _mm256_insertf128_pd(_mm256_castpd128_pd256(cwn_two_at(table + at[0])), cwn_two_at(table + at[2]), 1);
    const __m256d q = _mm256_insertf128_pd(_mm256_castpd128_pd256(cwn_two_at(table + at[1])), cwn_two_at(table + at[3]), 1);
#endif
    const cwn_row row = {(cwn_f64)CWN_M(unpacklo_pd)(p, q), (cwn_f64)CWN_M(unpackhi_pd)(p, q)};
    return row;
}

CWN_FN cwn_row cwn_log64_row(cwn_u64 i) { return cwn_two_rows(cwn_log64_table, 2 * (i & 127)); }

#if CWN_LANES == 8
#define CWN_FIRST(inverse, logarithm) inverse,
#define CWN_SECOND(inverse, logarithm) logarithm,
CWN_TABLE(double, cwn_log_inverse)[16] __attribute__((aligned(64))) = {CWN_LOG_TABLE(CWN_FIRST)};
CWN_TABLE(double, cwn_log_logarithm)[16] __attribute__((aligned(64))) = {CWN_LOG_TABLE(CWN_SECOND)};

/* A permutation looks at four bits of the index. */
CWN_FN cwn_f64 cwn_permuted(const double *table, cwn_u64 i) {
    return (cwn_f64)_mm512_permutex2var_pd(_mm512_load_pd(table), (__m512i)i, _mm512_load_pd(table + 8));
}

CWN_FN cwn_row cwn_log_row(cwn_u64 i) {
    const cwn_row row = {cwn_permuted(cwn_log_inverse, i), cwn_permuted(cwn_log_logarithm, i)};
    return row;
}

CWN_FN __m512d cwn_quads_at(const double *table, uint64_t low, uint64_t high) {
    return _mm512_insertf64x4(_mm512_castpd256_pd512(_mm256_loadu_pd(table + low)), _mm256_loadu_pd(table + high), 1);
}

#define CWN_COLUMNS_EVEN(s, t) ((cwn_f64)__builtin_shufflevector((cwn_f64)(s), (cwn_f64)(t), 0, 1, 8, 9, 4, 5, 12, 13))
#define CWN_COLUMNS_ODD(s, t) ((cwn_f64)__builtin_shufflevector((cwn_f64)(s), (cwn_f64)(t), 2, 3, 10, 11, 6, 7, 14, 15))
#else
CWN_FN cwn_row cwn_log_row(cwn_u64 i) { return cwn_two_rows(cwn_log_table, 2 * (i & 15)); }

#define CWN_COLUMNS_EVEN(s, t) ((cwn_f64)__builtin_shufflevector((cwn_f64)(s), (cwn_f64)(t), 0, 1, 4, 5))
#define CWN_COLUMNS_ODD(s, t) ((cwn_f64)__builtin_shufflevector((cwn_f64)(s), (cwn_f64)(t), 2, 3, 6, 7))
#endif

/* Four doubles a row, transposed. */
CWN_FN cwn_turn_row cwn_turn64_row(cwn_u64 k) {
    const double *table = cwn_sincos64_table;
    const cwn_u64 at = 4 * (k & 127);
#if CWN_LANES == 8
    const __m512d r0 = cwn_quads_at(table, at[0], at[4]), r1 = cwn_quads_at(table, at[1], at[5]);
    const __m512d r2 = cwn_quads_at(table, at[2], at[6]), r3 = cwn_quads_at(table, at[3], at[7]);
#else
    const __m256d r0 = _mm256_loadu_pd(table + at[0]), r1 = _mm256_loadu_pd(table + at[1]);
    const __m256d r2 = _mm256_loadu_pd(table + at[2]), r3 = _mm256_loadu_pd(table + at[3]);
#endif
    const cwn_md a = CWN_M(unpacklo_pd)(r0, r1), b = CWN_M(unpackhi_pd)(r0, r1);
    const cwn_md c = CWN_M(unpacklo_pd)(r2, r3), d = CWN_M(unpackhi_pd)(r2, r3);
    const cwn_turn_row row = {CWN_COLUMNS_EVEN(a, c), CWN_COLUMNS_EVEN(b, d), CWN_COLUMNS_ODD(a, c), CWN_COLUMNS_ODD(b, d)};
    return row;
}

#endif
#endif
