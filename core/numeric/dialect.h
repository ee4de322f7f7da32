/* SPDX-License-Identifier: Apache-2.0
 *
 * One numeric text, three languages: the only file under numeric/ that knows which one is being compiled. It gives
 * the text its type names and the few operations that the languages spell differently, and holds no arithmetic of its
 * own.
 *
 *   cwn_u64  64-bit words, the bits of doubles, and each 32-bit Philox word in the low half of one
 *   cwn_u32  32-bit words and the bits of floats        cwn_f64 cwn_f32  doubles and floats
 *   cwn_long cwn_word                                   64 and 32 bits, always scalar: the fields of a launch
 *
 * The first four hold one element, or CWN_LANES of them: the text uses only operators and the names below, so that
 * it means the same for a scalar and for a vector. Comparisons and `?:` on them are therefore not part of it. With
 * CWN_PACKED a cwn_u32 or cwn_f32 fills a register and so holds twice as many: for text that does not go from 32 bits to
 * 64 or back.
 *
 *   CWN_U(c) CWN_W(c) CWN_D(c) CWN_F(c)  constants as cwn_u64, cwn_u32, cwn_f64, cwn_f32
 *   cwn_mul(a, b)      low half times low half, 64-bit product
 *   CWN_UNROLL         in front of a loop that is short, of known length, and worth it
 *   cwn_high(a, b)     high half of the 128-bit product of two cwn_long
 *   cwn_ma(a, b, c)    a * b + c in double with one rounding or with two: only where either gives the same result
 *   cwn_bits64 cwn_double cwn_bits32 cwn_float   bit casts
 *   cwn_low(a)         the low half                     cwn_extend(a)  a word as the low half
 *   cwn_all32(n) cwn_all64(n)  the low half of a cwn_long, or all of it, in every lane
 *   cwn_wide(f)        float to double, exact
 *   cwn_round(d)       double to float, to nearest, ties to even
 *   cwn_from_integer(a) cwn_to_integer(f)  64 bits to float, to nearest, ties to even; a float >= 0 cut to 64 bits
 *   cwn_sqrt(f)        correctly rounded                cwn_sqrt64(d)  the same of doubles
 *   cwn_sqrt32(x)      of one float, also where a cwn_f32 holds more
 *   cwn_root(f) cwn_root64(d)  the same in [2^-23, 2^6); in [2^-500, 2^500]
 *   cwn_about_sqrt(f)  off by a few units in the last place
 *   cwn_fma(a, b, c)   a * b + c in double with one rounding (fma.h)
 *   cwn_fma32(a, b, c) the same in float
 *   cwn_less(a, b)     all bits set where the double a is less than b, else none
 *   cwn_at_least(d, c) max(d, c) of doubles that are not NaN
 *   cwn_raised(d, c)   the same where d is 0 or not less than c, and the low half of c is 0
 *   cwn_count_times(n, c)  (n - 2^52) * c for n in [2^52, 2^53) and a number c, rounded once
 *   cwn_minus_high(a, b)  a - b where the low half of b is 0
 *   cwn_nearest(d)     d rounded to float, as a double; d is not halfway between two
 *   cwn_splice(w, mask, bits)  (w & mask) | bits
 *   cwn_if_odd(n, a, b)  a where the integer n is odd, else b; floats
 *   cwn_divide(a, b)   a / b in float, correctly rounded; cwn_divide64(a, b) in double, of numbers as in exact.h
 *   cwn_log_row(i)     row i mod 16 of the float logarithm's table; cwn_log_integer_row(i) the same as integers
 *   cwn_log64_row(i)   row i mod 128 of the double logarithm's
 *   cwn_turn64_row(k)  row k mod 128 of the table of sines and cosines; 109 is the last
 *
 * Matrices (matrix.h, householder.h, cholesky.h) lie in memory, so their text loads and stores. It is written for a crew:
 * each of `items` members does its share of a step, told by its number.
 *
 *   cwn_crew           a member's number and how many there are
 *   CWN_GLOBAL         the address space of such memory
 *   CWN_BARRIER()      all members of the crew come here before any goes on; what they stored is seen by all. Only in
 *                      steps whose crew is one work-group or block, or one thread, and never where they may part ways
 *   CWN_SQUARES        defined where the threads of a block have memory in common: CWN_COMMON, its address space, and
 *   CWN_COMMON_BARRIER()  a barrier for that alone; cwn_two  a pair of doubles, x and y
 *   CWN_SOLVERS        threads of a block of the crew, which is one thread where there is no such memory
 *   CWN_IN_REGISTERS   before loops that index what is to be in registers
 *   CWN_WIDTH          columns that one member takes at a time in loops that a compiler may vectorize
 *   CWN_NO_UNROLL      before a loop whose body is long: as it is written, if the language can say so
 *   cwn_strip          CWN_STRIP doubles of neighbouring columns or rows
 *   cwn_strip_of(x)    all of them x
 *   cwn_strip_ma(x, s, t) cwn_strip_less(x, s, t)    x * s + t and -x * s + t, one rounding; x is one double
 *   cwn_strip_at(p) cwn_strip_put(p, s)       neighbours in memory
 *   CWN_TILE CWN_STRIPS  rows of a tile of numbers, and strips that are its columns
 *   cwn_strip_gather(p, step) cwn_strip_scatter(p, step, s)    `step` doubles apart
 *
 * With CWN_NO_FP64 there are no doubles: nothing here or in the text names one, float32 normals are made by integers
 * (normal_integer.h) with the same bits, and the float64 draws and the matrices are left out.
 *
 * Contraction: the text says fma where it may be one (cwn_ma) and everything else rounds at every step, so each
 * compiler is told not to contract: -ffp-contract=off, --fmad=false, FP_CONTRACT OFF.
 */
#ifndef CWN_DIALECT_H
#define CWN_DIALECT_H

#include "log64_table.h"
#include "log_table.h"
#include "sincos64_table.h"
#define CWN_PAIR(inverse, logarithm) inverse, logarithm,
#define CWN_QUAD(sine, sine_rest, cosine, cosine_rest) sine, sine_rest, cosine, cosine_rest,
#define CWN_INTEGERS(inverse, logarithm) CWN_TABLE_U(inverse), CWN_TABLE_U(logarithm),

/* ---------------------------------------------------------------------------------------------- OpenCL C 1.2 */
#if defined(__OPENCL_VERSION__)

#pragma OPENCL FP_CONTRACT OFF
#define CWN_NO_UNROLL _Pragma("unroll 1")
#define CWN_UNROLL _Pragma("unroll") /* LLVM, which most drivers are made of, does not where the loop is deep inside others */
#ifndef CWN_LANES
#define CWN_LANES 1
#endif
#if CWN_LANES > 1 && defined(__OPTIMIZE__)
#define CWN_FN static inline __attribute__((always_inline)) /* LLVM does not where there are many calls */
#else
#define CWN_FN static inline
#endif
typedef uint cwn_word;
typedef ulong cwn_long;
#define CWN_TABLE_U(c) c##UL
#define CWN_TABLE(type, name) __constant type name
#define cwn_high(a, b) mul_hi((a), (b))
#define CWN_GLOBAL global
#if CWN_LANES == 1
typedef ulong cwn_u64;
typedef uint cwn_u32;
typedef float cwn_f32;
#define CWN_U(c) c##UL
#define CWN_W(c) c##U
#define CWN_F(c) c##f
#define cwn_mul(a, b) ((ulong)(uint)(a) * (uint)(b))
#define cwn_bits32(x) as_uint(x)
#define cwn_float(x) as_float(x)
#define cwn_low(x) ((uint)(x))
#define cwn_extend(x) ((ulong)(x))
#define cwn_all32(x) ((uint)(x))
#define cwn_all64(x) ((ulong)(x))
#define cwn_from_integer(x) convert_float_rte(x)
#define cwn_to_integer(x) convert_ulong_rtz(x)
#define cwn_about_sqrt(x) sqrt(x)
#define cwn_if_odd(n, a, b) (((n) & 1) ? (a) : (b))
#else /* eight, on devices with doubles */
typedef ulong8 cwn_u64;
typedef uint8 cwn_u32;
typedef float8 cwn_f32;
#define CWN_U(c) ((ulong8)(c##UL))
#define CWN_W(c) ((uint8)(c##U))
#define CWN_F(c) ((float8)(c##f))
#define cwn_mul(a, b) (((a) & CWN_U(0xffffffff)) * ((b) & CWN_U(0xffffffff)))
#define cwn_bits32(x) as_uint8(x)
#define cwn_float(x) as_float8(x)
#define cwn_low(x) convert_uint8(x)
#define cwn_extend(x) convert_ulong8(x)
#define cwn_all32(x) ((uint8)((uint)(x)))
#define cwn_all64(x) ((ulong8)((ulong)(x)))
#define cwn_if_odd(n, a, b) bitselect((b), (a), as_float8(CWN_W(0) - ((n) & 1)))
#if defined(__F16C__) && defined(__has_builtin)
#if __has_builtin(__builtin_ia32_vcvtps2ph256) && __has_builtin(__builtin_ia32_vcvtph2ps256)
#define CWN_HALVES /* nearest, ties to even, denormals kept; not every driver for CPUs has OpenCL's halves */
#define cwn_halves(x) __builtin_ia32_vcvtps2ph256((x), 0)
CWN_FN cwn_f32 cwn_round_float16(cwn_f32 x) { return __builtin_ia32_vcvtph2ps256(cwn_halves(x)); }
CWN_FN cwn_u32 cwn_bits_float16(cwn_f32 x) { return convert_uint8(as_ushort8(cwn_halves(x))); }
#endif
#endif
#endif
#ifndef CWN_NO_FP64
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#define cwn_ma(a, b, c) fma((a), (b), (c))
#define cwn_at_least(x, c) fmax((x), (c))
#define cwn_fma(a, b, c) fma((a), (b), (c))
#if CWN_LANES == 1
typedef double cwn_f64;
#define CWN_D(c) c
#define cwn_bits64(x) as_ulong(x)
#define cwn_double(x) as_double(x)
#define cwn_wide(x) ((double)(x))
#define cwn_round(x) convert_float_rte(x)
#define cwn_less(a, b) (0UL - (ulong)((a) < (b)))
#else /* to nearest without saying so: it is the rounding of all devices here */
#if defined(__AVX512F__) && defined(__has_builtin)
#if __has_builtin(__builtin_ia32_vpermi2varpd512)
#define CWN_PERMUTES /* OpenCL C has no name for what looks up rows of a short table soonest */
#endif
#endif
typedef double8 cwn_f64;
#define CWN_D(c) ((double8)(c))
#define cwn_bits64(x) as_ulong8(x)
#define cwn_double(x) as_double8(x)
#define cwn_wide(x) convert_double8(x)
#define cwn_round(x) convert_float8(x)
#define cwn_less(a, b) as_ulong8((a) < (b))
#endif
#ifdef CWN_EXACT_SQRT /* the device can, and was told to */
#define cwn_sqrt(x) sqrt(x)
#else
#define cwn_sqrt(x) cwn_round(sqrt(cwn_wide(x))) /* a float sqrt need not be correctly rounded here */
#endif
#define cwn_fma32(a, b, c) fma((float)(a), (float)(b), (float)(c))
#define cwn_sqrt64(x) sqrt(x)
#define cwn_divide(a, b) convert_float_rte((double)(a) / (double)(b)) /* nor need a float quotient be */
#define cwn_divide64(a, b) ((a) / (b))
#define cwn_sqrt32(x) convert_float_rte(sqrt((double)(x)))
#if CWN_LANES > 1
#define CWN_BARRIER() ((void)0) /* the crew is one work-item */
#else
/* Twice: with one barrier after a loop that few work-items enter, PoCL 3.1 leaves out work of steps with many barriers. */
#define CWN_BARRIER() (barrier(CLK_GLOBAL_MEM_FENCE), barrier(CLK_GLOBAL_MEM_FENCE))
#endif
#endif

/* -------------------------------------------------------------------------------------------------- CUDA C++ */
#elif defined(__CUDACC__)

#include <stdint.h>
#define CWN_FN static __device__ __forceinline__
#define CWN_GLOBAL
#define CWN_UNROLL _Pragma("unroll")
#define CWN_NO_UNROLL _Pragma("unroll 1")
#define CWN_LANES 1
typedef uint32_t cwn_word;
typedef uint64_t cwn_long;
typedef uint64_t cwn_u64;
typedef uint32_t cwn_u32;
typedef float cwn_f32;
#define CWN_U(c) c##ull
#define CWN_W(c) c##u
#define CWN_F(c) c##f
#define CWN_TABLE_U(c) c##ull
#define CWN_TABLE(type, name) static __device__ const type name
#define cwn_high(a, b) __umul64hi((a), (b))
CWN_FN cwn_u64 cwn_mul(cwn_u64 a, cwn_u32 b) { /* said in PTX: from C, ptxas adds a zero to every high half */
    cwn_u64 product;
    asm("mul.wide.u32 %0, %1, %2;" : "=l"(product) : "r"((cwn_u32)a), "r"(b));
    return product;
}
CWN_FN cwn_u32 cwn_splice(cwn_u32 w, cwn_u32 mask, cwn_u32 bits) { /* one instruction, with `bits` kept in a register */
    cwn_u32 spliced;
    asm("mov.b32 %0, %1;" : "=r"(bits) : "r"(bits));
    asm("lop3.b32 %0, %1, %2, %3, 0xea;" : "=r"(spliced) : "r"(w), "r"(mask), "r"(bits));
    return spliced;
}
#define CWN_HALVES /* the instruction rounds to nearest, ties to even, and keeps denormals */
CWN_FN cwn_u32 cwn_bits_float16(cwn_f32 x) {
    uint16_t half;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(half) : "f"(x));
    return half;
}
CWN_FN cwn_f32 cwn_round_float16(cwn_f32 x) {
    cwn_f32 rounded;
    asm("cvt.f32.f16 %0, %1;" : "=f"(rounded) : "h"((uint16_t)cwn_bits_float16(x)));
    return rounded;
}
#define cwn_bits32(x) __float_as_uint(x)
#define cwn_float(x) __uint_as_float(x)
#define cwn_low(x) ((uint32_t)(x))
#define cwn_extend(x) ((uint64_t)(x))
#define cwn_all32(x) ((uint32_t)(x))
#define cwn_all64(x) ((uint64_t)(x))
#define cwn_from_integer(x) __ull2float_rn(x)
#define cwn_to_integer(x) __float2ull_rz(x)
#define cwn_about_sqrt(x) __fsqrt_rn(x)
#define cwn_if_odd(n, a, b) (((n) & 1) ? (a) : (b))
#ifndef CWN_NO_FP64
typedef double cwn_f64;
#define CWN_D(c) c
#define cwn_ma(a, b, c) __fma_rn((a), (b), (c))
#define cwn_bits64(x) ((uint64_t)__double_as_longlong(x))
#define cwn_double(x) __longlong_as_double((long long)(x))
#define cwn_wide(x) ((double)(x))
#define cwn_round(x) __double2float_rn(x)
#define cwn_sqrt(x) cwn_round(cwn_exact_root(cwn_wide(x)))
#define cwn_root(x) cwn_root_by((x), cwn_about_inverse_root(x))
#define cwn_root64(x) cwn_exact_root(x)
CWN_FN cwn_f32 cwn_about_inverse_root(cwn_f32 x) {
    cwn_f32 y;
    asm("rsqrt.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}
#define cwn_at_least(x, c) ((x) < (c) ? (c) : (x))
#define cwn_raised(x, c) __hiloint2double(max(__double2hiint(x), __double2hiint(c)), __double2loint(x))
#define cwn_nearest(x) cwn_wide(cwn_round(x))
CWN_FN cwn_u64 cwn_minus_high(cwn_u64 a, cwn_u64 b) { /* from C, ptxas looks for a carry */
    cwn_u32 low, high;
    asm("mov.b64 {%0, %1}, %2;" : "=r"(low), "=r"(high) : "l"(a));
    asm("mov.b64 %0, {%1, %2};" : "=l"(a) : "r"(low), "r"(high - (cwn_u32)(b >> 32)));
    return a;
}
#define cwn_fma(a, b, c) __fma_rn((a), (b), (c))
#define cwn_fma32(a, b, c) __fmaf_rn((a), (b), (c))
#define cwn_sqrt64(x) __dsqrt_rn(x)
#define cwn_sqrt32(x) cwn_sqrt(x)
#define cwn_divide(a, b) cwn_round(cwn_exact_quotient((double)(a), (double)(b)))
#define cwn_divide64(a, b) cwn_exact_quotient((a), (b))
#define CWN_BARRIER() __syncthreads()
#define cwn_less(a, b) (0ull - (uint64_t)((a) < (b)))
#endif

/* ------------------------------------------------------------------------------------------------------- C11 */
#else

#include <stdint.h>
#include <string.h>
#define CWN_FN static inline __attribute__((always_inline, unused))
#define CWN_UNROLL _Pragma("GCC unroll 16")
typedef uint32_t cwn_word;
typedef uint64_t cwn_long;
#define CWN_TABLE_U(c) UINT64_C(c)
#define CWN_TABLE(type, name) static const type name
CWN_FN cwn_long cwn_high(cwn_long a, cwn_long b) { return (cwn_long)((unsigned __int128)a * b >> 64); }

#ifndef CWN_LANES
#define CWN_LANES 1
#endif
#define CWN_GLOBAL
#define CWN_NO_UNROLL
#define CWN_BARRIER() ((void)0) /* the crew is one thread */
#define cwn_sqrt32(x) __builtin_sqrtf(x)
#define cwn_divide(a, b) ((a) / (b))
#define cwn_divide64(a, b) ((a) / (b))
#if CWN_LANES == 1
typedef uint64_t cwn_u64;
typedef uint32_t cwn_u32;
typedef float cwn_f32;
#define CWN_U(c) UINT64_C(c)
#define CWN_W(c) UINT32_C(c)
#define CWN_F(c) c##f
#define cwn_mul(a, b) ((uint64_t)(uint32_t)(a) * (uint32_t)(b))
CWN_FN cwn_u32 cwn_bits32(cwn_f32 x) { cwn_u32 b; memcpy(&b, &x, sizeof b); return b; }
CWN_FN cwn_f32 cwn_float(cwn_u32 x) { cwn_f32 b; memcpy(&b, &x, sizeof b); return b; }
#define cwn_low(x) ((cwn_u32)(x))
#define cwn_extend(x) ((cwn_u64)(x))
#define cwn_all32(x) ((cwn_u32)(x))
#define cwn_all64(x) ((cwn_u64)(x))
#define cwn_from_integer(x) ((cwn_f32)(x))
#define cwn_to_integer(x) ((cwn_u64)(x))
#define cwn_about_sqrt(x) __builtin_sqrtf(x)
#define cwn_if_odd(n, a, b) (((n) & 1) ? (a) : (b))
#ifndef CWN_NO_FP64
typedef double cwn_f64;
#define CWN_D(c) c
CWN_FN cwn_u64 cwn_bits64(cwn_f64 x) { cwn_u64 b; memcpy(&b, &x, sizeof b); return b; }
CWN_FN cwn_f64 cwn_double(cwn_u64 x) { cwn_f64 b; memcpy(&b, &x, sizeof b); return b; }
#define cwn_wide(x) ((cwn_f64)(x))
#define cwn_round(x) ((cwn_f32)(x))
#define cwn_sqrt(x) __builtin_sqrtf(x)
#define cwn_sqrt64(x) __builtin_sqrt(x)
#define cwn_less(a, b) (UINT64_C(0) - (uint64_t)((a) < (b)))
#define cwn_at_least(x, c) ((x) < (c) ? (c) : (x))
#endif
#else
/* Vectors of gcc and clang, without an intrinsic: the text runs in lanes on any processor. x86.h replaces some of this. */
#ifdef CWN_PACKED
#define CWN_LANES32 (2 * CWN_LANES)
#else
#define CWN_LANES32 CWN_LANES
#endif
typedef uint64_t cwn_u64 __attribute__((vector_size(8 * CWN_LANES)));
typedef uint32_t cwn_u32 __attribute__((vector_size(4 * CWN_LANES32)));
typedef float cwn_f32 __attribute__((vector_size(4 * CWN_LANES32)));
#define CWN_U(c) (UINT64_C(c) - (cwn_u64){0})
#define CWN_W(c) (UINT32_C(c) - (cwn_u32){0})
#define CWN_F(c) (c##f - (cwn_f32){0})
#define cwn_mul(a, b) (((a) & 0xffffffff) * ((b) & 0xffffffff))
#define cwn_bits32(x) ((cwn_u32)(x))
#define cwn_float(x) ((cwn_f32)(x))
#define cwn_low(x) __builtin_convertvector((x), cwn_u32)
#define cwn_extend(x) __builtin_convertvector((x), cwn_u64)
#define cwn_all32(x) ((cwn_u32){0} + (uint32_t)(x))
#define cwn_all64(x) ((cwn_u64){0} + (uint64_t)(x))
#define cwn_from_integer(x) __builtin_convertvector((x), cwn_f32)
#define cwn_to_integer(x) __builtin_convertvector((x), cwn_u64)
CWN_FN cwn_f32 cwn_about_sqrt(cwn_f32 x) { for (int i = 0; i < CWN_LANES32; i++) x[i] = __builtin_sqrtf(x[i]); return x; }
CWN_FN cwn_f32 cwn_if_odd(cwn_u32 n, cwn_f32 a, cwn_f32 b) { cwn_u32 odd = -(n & 1); return (cwn_f32)(((cwn_u32)a & odd) | ((cwn_u32)b & ~odd)); }
#ifndef CWN_NO_FP64
typedef double cwn_f64 __attribute__((vector_size(8 * CWN_LANES)));
#define CWN_D(c) ((c) - (cwn_f64){0})
#define cwn_bits64(x) ((cwn_u64)(x))
#define cwn_double(x) ((cwn_f64)(x))
#define cwn_wide(x) __builtin_convertvector((x), cwn_f64)
#define cwn_round(x) __builtin_convertvector((x), cwn_f32)
#define cwn_sqrt(x) cwn_about_sqrt(x)
CWN_FN cwn_f64 cwn_sqrt64(cwn_f64 x) { for (int i = 0; i < CWN_LANES; i++) x[i] = __builtin_sqrt(x[i]); return x; }
#define cwn_less(a, b) ((cwn_u64)((a) < (b)))
CWN_FN cwn_f64 cwn_at_least(cwn_f64 x, cwn_f64 c) { cwn_u64 less = (cwn_u64)(x < c); return (cwn_f64)(((cwn_u64)c & less) | ((cwn_u64)x & ~less)); }
#endif
#endif
#ifndef CWN_FMA /* tests prove both */
#ifdef __FMA__
#define CWN_FMA 1
#else
#define CWN_FMA 0
#endif
#endif
/* Whether there are instructions for all lanes. */
#if CWN_FMA && !defined(CWN_NO_FP64) && defined(__x86_64__)
#if (CWN_LANES == 4 && defined(__AVX2__) && defined(__F16C__)) || \
    (CWN_LANES == 8 && defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__))
#define CWN_X86
#endif
#endif
#if CWN_FMA && CWN_LANES == 1
#define cwn_ma(a, b, c) __builtin_fma((a), (b), (c))
#define cwn_fma(a, b, c) __builtin_fma((a), (b), (c))
#define cwn_fma32(a, b, c) __builtin_fmaf((a), (b), (c))
#else
#define cwn_ma(a, b, c) ((a) * (b) + (c))
#define cwn_fma(a, b, c) cwn_exact_ma((a), (b), (c))
#define cwn_fma32(a, b, c) cwn_exact_ma32((a), (b), (c))
#endif

#endif

#ifndef CWN_NO_FP64
#if defined(__OPENCL_VERSION__) && CWN_LANES > 1
#define CWN_WIDTH 16
#define CWN_STRIPS 2
#ifdef __AVX512F__
#define CWN_STRIP 8
#define CWN_TILE 8
typedef double8 cwn_strip;
#define cwn_strip_of(x) ((double8)(x))
#define cwn_strip_at(p) vload8(0, (p))
#define cwn_strip_put(p, s) vstore8((s), 0, (p))
#else
#define CWN_STRIP 4
#define CWN_TILE 4
typedef double4 cwn_strip;
#define cwn_strip_of(x) ((double4)(x))
#define cwn_strip_at(p) vload4(0, (p))
#define cwn_strip_put(p, s) vstore4((s), 0, (p))
#endif
CWN_FN cwn_strip cwn_strip_gather(global const double *p, cwn_long step) {
    double each[CWN_STRIP];
    CWN_UNROLL for (int lane = 0; lane < CWN_STRIP; lane++) each[lane] = p[lane * step];
    return cwn_strip_at(each);
}
CWN_FN void cwn_strip_scatter(global double *p, cwn_long step, cwn_strip s) {
    double each[CWN_STRIP];
    cwn_strip_put(each, s);
    CWN_UNROLL for (int lane = 0; lane < CWN_STRIP; lane++) p[lane * step] = each[lane];
}
#define cwn_strip_ma(x, s, t) fma(cwn_strip_of(x), (s), (t))
#define cwn_strip_less(x, s, t) fma(cwn_strip_of(-(x)), (s), (t))
#elif defined(__OPENCL_VERSION__) || defined(__CUDACC__)
#define CWN_WIDTH 1
#define CWN_STRIP 1
#define CWN_TILE 4
#define CWN_STRIPS 4
typedef double cwn_strip;
#define cwn_strip_of(x) (x)
#define cwn_strip_at(p) (*(p))
#define cwn_strip_put(p, s) (*(p) = (s))
#define cwn_strip_gather(p, step) (*(p))
#define cwn_strip_scatter(p, step, s) (*(p) = (s))
#define cwn_strip_ma(x, s, t) cwn_fma((x), (s), (t))
#define cwn_strip_less(x, s, t) cwn_fma(-(x), (s), (t))
#define CWN_SQUARES
#define CWN_SOLVERS CWN_STEP_THREADS
#define CWN_IN_REGISTERS _Pragma("unroll")
typedef double2 cwn_two;
#ifdef __CUDACC__
#define CWN_COMMON
#define CWN_COMMON_BARRIER() __syncthreads()
#else
#define CWN_COMMON local
#define CWN_COMMON_BARRIER() barrier(CLK_LOCAL_MEM_FENCE)
#endif
#elif CWN_LANES == 1
#include "strip.h"
#endif
#ifndef CWN_SQUARES
#define CWN_COMMON
#define CWN_COMMON_BARRIER() ((void)0)
#define CWN_SOLVERS 1
#define CWN_IN_REGISTERS
#endif

typedef struct { cwn_long item, items; } cwn_crew; /* a member's number, and how many there are */
#endif

/* The subtraction is exact, so that both forms round the same number. */
#if defined(__OPENCL_VERSION__) || defined(__CUDACC__) || CWN_FMA && CWN_LANES == 1 || defined(CWN_X86)
#define cwn_count_times(n, c) cwn_fma((n), CWN_D(c), CWN_D(-0x1p52 * (c)))
#else
#define cwn_count_times(n, c) (((n) - CWN_D(0x1p52)) * CWN_D(c))
#endif

#ifndef __CUDACC__
#define cwn_minus_high(a, b) ((a) - (b))
#define cwn_nearest(x) cwn_double((cwn_bits64(x) + CWN_U(0x10000000)) & CWN_U(0xffffffffe0000000))
#define cwn_root(x) cwn_sqrt(x)
#define cwn_root64(x) cwn_sqrt64(x)
#define cwn_raised(x, c) cwn_at_least((x), (c))
#define cwn_splice(w, mask, bits) (((w) & (mask)) | (bits))
#endif

typedef struct { cwn_f32 first, second; } cwn_pair;

/* ----------------------------------------------------------------------------------------------------- tables */

#ifdef CWN_NO_FP64
typedef struct { cwn_u64 inverse, logarithm; } cwn_integer_row;
CWN_TABLE(cwn_long, cwn_log_integer_table)[32] = {CWN_LOG_INTEGER_TABLE(CWN_INTEGERS)};
#else
typedef struct { cwn_f64 inverse, logarithm; } cwn_row;
typedef struct { cwn_f64 sine, sine_rest, cosine, cosine_rest; } cwn_turn_row;
CWN_TABLE(double, cwn_log_table)[32] = {CWN_LOG_TABLE(CWN_PAIR)};
#ifdef CWN_PERMUTES
#define CWN_FIRST(inverse, logarithm) inverse,
#define CWN_SECOND(inverse, logarithm) logarithm,
CWN_TABLE(double, cwn_log_inverse)[16] = {CWN_LOG_TABLE(CWN_FIRST)};
CWN_TABLE(double, cwn_log_logarithm)[16] = {CWN_LOG_TABLE(CWN_SECOND)};
#endif
CWN_TABLE(double, cwn_log64_table)[256] = {CWN_LOG64_TABLE(CWN_PAIR)};
CWN_TABLE(double, cwn_sincos64_table)[512] = {CWN_SINCOS64_TABLE(CWN_QUAD)};
#endif

#if CWN_LANES == 1
#define cwn_gather(table, index) (table)[index]
#elif defined(CWN_X86) /* by rows */
#elif defined(__OPENCL_VERSION__)
#define CWN_BY_ROWS /* of two numbers, and of four, by the indices of the first */
CWN_FN double16 cwn_two_rows(__constant double *table, ulong8 i) {
    return (double16)(vload2(0, table + i.s0), vload2(0, table + i.s1), vload2(0, table + i.s2), vload2(0, table + i.s3),
                      vload2(0, table + i.s4), vload2(0, table + i.s5), vload2(0, table + i.s6), vload2(0, table + i.s7));
}
CWN_FN double16 cwn_four_rows(__constant double *table, ulong4 i) {
    return (double16)(vload4(0, table + i.s0), vload4(0, table + i.s1), vload4(0, table + i.s2), vload4(0, table + i.s3));
}
#elif defined(CWN_NO_FP64)
CWN_FN cwn_u64 cwn_gather(const cwn_long *table, cwn_u64 index) {
    for (int lane = 0; lane < CWN_LANES; lane++) index[lane] = table[index[lane]];
    return index;
}
#else
CWN_FN cwn_f64 cwn_gather(const double *table, cwn_u64 index) {
    cwn_f64 row;
    for (int lane = 0; lane < CWN_LANES; lane++) row[lane] = table[index[lane]];
    return row;
}
#endif

#ifdef CWN_NO_FP64
CWN_FN cwn_integer_row cwn_log_integer_row(cwn_u64 i) {
    const cwn_u64 at = 2 * (i & 15);
    const cwn_integer_row row = {cwn_gather(cwn_log_integer_table, at), cwn_gather(cwn_log_integer_table, at + 1)};
    return row;
}
#elif defined(CWN_X86)
#include "x86.h"
#else
#ifdef __CUDACC__
__shared__ double2 cwn_shared_rows[16]; /* of cwn_log_table: every kernel fills it first */
CWN_FN cwn_row cwn_log_row(cwn_u64 i) {
    const double2 both = cwn_shared_rows[i & 15];
    const cwn_row row = {both.x, both.y};
    return row;
}
#elif defined(CWN_PERMUTES)
/* A permutation looks at four bits of the index. */
CWN_FN double8 cwn_permuted(__constant double *table, cwn_u64 i) {
    return __builtin_ia32_vpermi2varpd512(vload8(0, table), as_long8(i), vload8(1, table));
}
CWN_FN cwn_row cwn_log_row(cwn_u64 i) {
    const cwn_row row = {cwn_permuted(cwn_log_inverse, i), cwn_permuted(cwn_log_logarithm, i)};
    return row;
}
#elif defined(CWN_BY_ROWS)
CWN_FN cwn_row cwn_log_row(cwn_u64 i) {
    const double16 rows = cwn_two_rows(cwn_log_table, 2 * (i & 15));
    const cwn_row row = {rows.even, rows.odd};
    return row;
}
#else
CWN_FN cwn_row cwn_log_row(cwn_u64 i) {
    const cwn_u64 at = 2 * (i & 15);
    const cwn_row row = {cwn_gather(cwn_log_table, at), cwn_gather(cwn_log_table, at + 1)};
    return row;
}
#endif
#ifdef CWN_BY_ROWS
CWN_FN cwn_row cwn_log64_row(cwn_u64 i) {
    const double16 rows = cwn_two_rows(cwn_log64_table, 2 * (i & 127));
    const cwn_row row = {rows.even, rows.odd};
    return row;
}
CWN_FN cwn_turn_row cwn_turn64_row(cwn_u64 k) {
    const cwn_u64 at = 4 * (k & 127);
    const double16 r = cwn_four_rows(cwn_sincos64_table, at.lo), s = cwn_four_rows(cwn_sincos64_table, at.hi);
    const cwn_turn_row row = {(double8)(r.s048c, s.s048c), (double8)(r.s159d, s.s159d), (double8)(r.s26ae, s.s26ae),
                              (double8)(r.s37bf, s.s37bf)};
    return row;
}
#else
CWN_FN cwn_row cwn_log64_row(cwn_u64 i) {
    const cwn_u64 at = 2 * (i & 127);
    const cwn_row row = {cwn_gather(cwn_log64_table, at), cwn_gather(cwn_log64_table, at + 1)};
    return row;
}
CWN_FN cwn_turn_row cwn_turn64_row(cwn_u64 k) {
    const cwn_u64 at = 4 * (k & 127);
    const cwn_turn_row row = {cwn_gather(cwn_sincos64_table, at), cwn_gather(cwn_sincos64_table, at + 1),
                              cwn_gather(cwn_sincos64_table, at + 2), cwn_gather(cwn_sincos64_table, at + 3)};
    return row;
}
#endif
#endif

#endif
