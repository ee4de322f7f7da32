/* SPDX-License-Identifier: Apache-2.0
 *
 * The rows of forms.h as functions over the lanes of a warp. Compiled once for any processor and, where there is one
 * with FMA and AVX2, once for that; SG_ALU_TABLE names the result. Lanes that are switched off compute too: nothing
 * here may trap.
 */
#include "approx.h"
#include "ptx.h"

typedef uint8_t u8_t;
typedef int8_t s8_t;
typedef uint16_t u16_t;
typedef int16_t s16_t;
typedef uint32_t u32_t;
typedef int32_t s32_t;
typedef uint64_t u64_t;
typedef int64_t s64_t;
__extension__ typedef unsigned __int128 u128_t;
__extension__ typedef __int128 s128_t;

#define HELPER static inline __attribute__((unused))

/* ----------------------------------------------------------------------------------------------------- bits */

HELPER uint64_t pair(uint32_t low, uint32_t high) { return low | (uint64_t)high << 32; }
HELPER uint32_t highest(uint64_t x) { return x ? 63 - (uint32_t)__builtin_clzll(x) : UINT32_MAX; }
HELPER uint64_t ones(uint32_t n) { return n < 64 ? (UINT64_C(1) << n) - 1 : UINT64_MAX; }

HELPER uint64_t reverse(uint64_t x) {
    x = (x & UINT64_C(0x5555555555555555)) << 1 | (x >> 1 & UINT64_C(0x5555555555555555));
    x = (x & UINT64_C(0x3333333333333333)) << 2 | (x >> 2 & UINT64_C(0x3333333333333333));
    x = (x & UINT64_C(0x0f0f0f0f0f0f0f0f)) << 4 | (x >> 4 & UINT64_C(0x0f0f0f0f0f0f0f0f));
    return __builtin_bswap64(x);
}

/* The sign of a field that ends beyond the register is the register's. */
HELPER uint64_t extract(uint64_t x, uint32_t at, uint32_t length, uint32_t bits, int is_signed) {
    const uint32_t sign_at = at + length - 1 < bits ? at + length - 1 : bits - 1;
    const uint32_t left = at >= bits ? 0 : at + length > bits ? bits - at : length;
    const int negative = is_signed && length && (x >> sign_at & 1);
    const uint64_t field = left ? x >> at & ones(left) : 0;
    return negative ? field | ~ones(left) : field;
}

HELPER uint64_t insert(uint64_t x, uint64_t into, uint32_t at, uint32_t length, uint32_t bits) {
    if (at >= bits) return into;
    const uint64_t mask = ones(length < bits - at ? length : bits - at) << at;
    return (into & ~mask) | (x << at & mask);
}

HELPER uint32_t truth(uint32_t a, uint32_t b, uint32_t c, uint32_t table) {
    uint32_t r = 0;
    for (uint32_t i = 0; i < 8; i++)
        if (table >> i & 1) r |= (i & 4 ? a : ~a) & (i & 2 ? b : ~b) & (i & 1 ? c : ~c);
    return r;
}

HELPER uint32_t permute(uint32_t a, uint32_t b, uint32_t selector) {
    const uint64_t bytes = pair(a, b);
    uint32_t r = 0;
    for (int i = 0; i < 4; i++) {
        const uint32_t pick = selector >> 4 * i & 15, byte = bytes >> 8 * (pick & 7) & 255;
        r |= (pick & 8 ? (byte & 128 ? 255u : 0) : byte) << 8 * i;
    }
    return r;
}

/* --------------------------------------------------------------------------------------------------- floats */

HELPER float from_bits32(uint32_t bits) { return (sg_word){.u32 = bits}.f32; }

/* f32 results have one NaN; f64 keeps the payload of the processor, which PTX does not define. */
HELPER float nan32(float x) { return x == x ? x : from_bits32(0x7fffffff); }
HELPER double nan64(double x) { return x; }
HELPER float flush(float x) { return __builtin_fabsf(x) < 0x1p-126f ? __builtin_copysignf(0, x) : x; }
#define keep(x) (x)
HELPER float root_f32(float x) { return __builtin_sqrtf(x); }
HELPER double root_f64(double x) { return __builtin_sqrt(x); }
HELPER float magnitude_f32(float x) { return __builtin_fabsf(x); }
HELPER double magnitude_f64(double x) { return __builtin_fabs(x); }

/* max: a number beats a NaN, and +0 beats -0. */
HELPER float greater_f32(float a, float b) {
    if (a != a) return b;
    if (b != b) return a;
    return a > b || (a == b && !__builtin_signbit(a)) ? a : b;
}

HELPER double greater_f64(double a, double b) {
    if (a != a) return b;
    if (b != b) return a;
    return a > b || (a == b && !__builtin_signbit(a)) ? a : b;
}

/* ---------------------------------------------------------------------------------------------- conversions */

HELPER int32_t to_s32(double x, uint32_t if_nan) {
    if (x != x) return (int32_t)if_nan;
    return x >= 0x1p31 ? INT32_MAX : x < -0x1p31 ? INT32_MIN : (int32_t)x;
}

HELPER uint32_t to_u32(double x, uint32_t if_nan) {
    if (x != x) return if_nan;
    return x >= 0x1p32 ? UINT32_MAX : x < 0 ? 0 : (uint32_t)x;
}

HELPER int64_t to_s64(double x) { return x != x || x < -0x1p63 ? INT64_MIN : x >= 0x1p63 ? INT64_MAX : (int64_t)x; }

HELPER uint64_t to_u64(double x) {
    if (x != x) return UINT64_C(1) << 63;
    return x >= 0x1p64 ? UINT64_MAX : x < 0 ? 0 : (uint64_t)x;
}

/* Rounds towards 0 (way 0), down (-1) or up (1): the nearest float, moved by one where that went the other way. */
HELPER float towards(double x, int way) {
    const float near = (float)x;
    const int up = way ? way > 0 : x < 0;
    sg_word r = {.f32 = near};
    if (x != x || (double)near == x || ((double)near > x) == up) return near;
    if (near == 0) return from_bits32(up ? 1 : 0x80000001);
    r.u32 += (near > 0) == up ? 1 : UINT32_MAX;
    return r.f32;
}

HELPER uint16_t half_from(float x) {
    const uint32_t all = (sg_word){.f32 = x}.u32, bits = all & 0x7fffffff;
    const uint16_t sign = all >> 16 & 0x8000;
    const float m = __builtin_fabsf(x);
    if (x != x) return 0x7fff;
    if (m >= 65520) return sign | 0x7c00;
    if (m < 0x1p-14f) return sign | (uint16_t)__builtin_rintf(m * 0x1p24f);
    return (uint16_t)(sign | (((bits + 0xfff + (bits >> 13 & 1)) >> 13) - (112 << 10)));
}

HELPER float half_to(uint16_t h) {
    const uint32_t exponent = h >> 10 & 31, fraction = h & 1023;
    float m = exponent == 31  ? from_bits32(0x7f800000 | fraction << 13)
              : exponent == 0 ? (float)fraction * 0x1p-24f
                              : from_bits32((exponent + 112) << 23 | fraction << 13);
    return h & 0x8000 ? -m : m;
}

/* ---------------------------------------------------------------------------------------------------- table */

#include "forms.h"

#define SG_FUNCTION(id, name, shape, field, expression)                                                                \
    static void id(sg_word *d, const sg_word *const *s) {                                                              \
        const sg_word *sa = s[0], *sb = s[1], *sc = s[2], *se = s[3];                                                  \
        for (int lane = 0; lane < SG_LANES; lane++) {                                                                  \
            __attribute__((unused)) const sg_word a = sa[lane], b = sb[lane], c = sc[lane], e = se[lane];              \
            sg_word r = {0};                                                                                           \
            r.field = (__typeof__(r.field))(expression);                                                               \
            d[lane] = r;                                                                                               \
        }                                                                                                              \
    }
#define SG_UNIQUE(id, name, shape, field, expression) SG_FUNCTION(run_##id, name, shape, field, expression)
SG_FORM_TABLE(SG_UNIQUE)

#define SG_ENTRY(id, name, shape, field, expression) {name, shape, run_##id},
extern const sg_form SG_ALU_TABLE[];
const sg_form SG_ALU_TABLE[] = {SG_FORM_TABLE(SG_ENTRY){NULL, NULL, NULL}};
