/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric text: Keras's STFT filter bank. Element (i, j) of L rows and F columns is, every operation rounded to the dtype,
 *     cos(a) or sin(a), times window(i), over a scale,   a = ((-2 i) * (j / N)) * pi,  N = 2 (F - 1)
 * so each element is a function of its index alone: nothing is made on the host and copied. Cosine and sine are
 *     float64            glibc's (normal64.h), for |a| < 105414350
 *     float32            Eigen's polynomials for packets of 8, as TensorFlow's CPU has them, and glibc's cosf and sinf for
 *                        the tensor's last elements that fill no packet
 *     float16, bfloat16  glibc's cosf and sinf, rounded
 * and windows are SciPy's (scipy.signal.windows), in double, rounded to the dtype. Doubles are needed for all of it.
 * docs/NUMERICS.md, section "STFT". Sources: keras/src/initializers/constant_initializers.py; the reduction and the
 * polynomials of cosf and sinf in Arm Optimized Routines (MIT); the polynomials of Eigen 3.4 (MPL-2.0), of which only the
 * coefficients and their order were taken.
 */
#ifndef CWN_STFT_H
#define CWN_STFT_H

#include "divide.h"
#include "launch.h"
#include "normal64.h"
#include "uniform.h"

#if !defined(CWN_NO_FP64) && CWN_LANES == 1

/* ------------------------------------------------------------------------------------------- cosine and sine, float */

typedef struct { cwn_f64 angle; cwn_word quadrant; } cwn_reduced32;

/* x = |x| >= 120, below 2^27, less a multiple of pi/2: times 2/pi in fixed point with 62 bits behind the point. Of 2/pi come
 * three words, from the byte on that the exponent says. */
CWN_FN cwn_reduced32 cwn_reduce_large(cwn_f32 x) {
    const cwn_u64 high = CWN_U(0xa2f9836e4e441529), low = CWN_U(0x4e441529fc2757d1);
    const cwn_word bits = cwn_bits32(x), byte = (bits >> 26) & 15;
    const cwn_word m = ((bits & 0xffffff) | 0x800000) << ((bits >> 23) & 7);
    const cwn_word w0 = cwn_low(high >> (56 - 8 * byte)), w1 = cwn_low(high >> (24 - 8 * byte));
    const cwn_word w2 = cwn_low(low >> (24 - 8 * byte));
    const cwn_u64 p = ((cwn_extend(m * w0) << 32) | (cwn_mul(m, w2) >> 32)) + cwn_mul(m, w1);
    const cwn_u64 n = (p + (CWN_U(1) << 61)) >> 62, rest = p - (n << 62);
    const cwn_u64 size = rest >> 63 ? CWN_U(0) - rest : rest;
    const cwn_f64 angle = (cwn_f64)size * CWN_D(0x1.921fb54442d18p-62);
    const cwn_reduced32 r = {rest >> 63 ? -angle : angle, cwn_low(n)};
    return r;
}

/* The polynomials of glibc's cosf and sinf, every step rounded. */
CWN_FN cwn_f32 cwn_sine_poly(cwn_f64 x) {
    const cwn_f64 x2 = x * x, x3 = x * x2;
    const cwn_f64 s1 = CWN_D(0x1.1107605230bc4p-7) + x2 * CWN_D(-0x1.994eb3774cf24p-13);
    return cwn_round((x + x3 * CWN_D(-0x1.555545995a603p-3)) + (x3 * x2) * s1);
}

CWN_FN cwn_f32 cwn_cosine_poly(cwn_f64 x) {
    const cwn_f64 x2 = x * x, x4 = x2 * x2;
    const cwn_f64 c1 = CWN_D(1.0) + x2 * CWN_D(-0x1.ffffffd0c621cp-2);
    const cwn_f64 c2 = CWN_D(-0x1.6c087e89a359dp-10) + x2 * CWN_D(0x1.99343027bf8c3p-16);
    return cwn_round((c1 + x4 * CWN_D(0x1.55553e1068f19p-5)) + (x4 * x2) * c2);
}

/* A quarter turn further is the cosine: sine and cosine by the quadrant's low bits. */
CWN_FN cwn_f32 cwn_by_quadrant(cwn_f64 x, cwn_word quadrant) {
    const cwn_f32 value = quadrant & 1 ? cwn_cosine_poly(x) : cwn_sine_poly(x);
    return quadrant & 2 ? -value : value;
}

/* cosf(a), or sinf(a): below 0.75 as it is, below 120 by a product with 2/pi cut to an integer. */
CWN_FN cwn_f32 cwn_circle(cwn_f32 a, cwn_word sine) {
    const cwn_f64 wide = cwn_wide(a);
    const cwn_word top = (cwn_bits32(a) >> 20) & 0x7ff, turn = sine ? 0 : 1;
    if (top < 0x398) return sine ? a : 1.0f;
    if (top < 0x3f4) return cwn_by_quadrant(wide, turn);
    if (top < 0x42f) {
        const int n = ((int)(wide * CWN_D(0x1.45f306dc9c883p+23)) + 0x800000) >> 24;
        return cwn_by_quadrant(wide - (cwn_f64)n * CWN_D(0x1.921fb54442d18p0), (cwn_word)n + turn);
    }
    const cwn_reduced32 r = cwn_reduce_large(cwn_float(cwn_bits32(a) & 0x7fffffff));
    const cwn_f32 value = cwn_by_quadrant(r.angle, r.quadrant + turn);
    return sine && cwn_bits32(a) >> 31 ? -value : value;
}

/* The same by Eigen's polynomials in float, every step rounded. */
CWN_FN cwn_f32 cwn_packet_circle(cwn_f32 a, cwn_word sine) {
    const cwn_f32 size = cwn_float(cwn_bits32(a) & 0x7fffffff);
    const cwn_f32 shifted = size * 0x1.45f306p-1f + 12582912.0f, n = shifted - 12582912.0f;
    cwn_word quadrant = cwn_bits32(shifted);
    cwn_f32 x = n * -1.5703125f + size;
    x = n * -0.000483989715576171875f + x;
    x = n * 1.62865035235881805419921875e-07f + x;
    x = n * 5.5644315544167710640977020375430583953857421875e-11f + x;
    if (size >= (sine ? 25966.0f : 18838.0f)) {
        const cwn_reduced32 r = cwn_reduce_large(size);
        quadrant = r.quadrant;
        x = cwn_round(r.angle);
    }
    const cwn_f32 x2 = x * x;
    cwn_f32 c = 2.4372266125283204019069671630859375e-05f * x2 + -0.00138865201734006404876708984375f;
    c = (c * x2 + 0.041666619479656219482421875f) * x2 + -0.5f;
    c = c * x2 + 1.0f;
    cwn_f32 s = -0.0001959234114083f * x2 + 0.0083326873655616851693794799871284f;
    s = (s * x2 + -0.16666662039822982555f) * x2;
    s = s * x + x;
    const cwn_word turn = sine ? 0 : 1, negative = (((quadrant + turn) >> 1) ^ (sine ? cwn_bits32(a) >> 31 : 0)) & 1;
    return cwn_float(cwn_bits32((quadrant + turn) & 1 ? c : s) ^ negative << 31);
}

/* -------------------------------------------------------------------------------------------------------- windows */

/* a[k] of SciPy's general cosine windows, by the window's number less CWN_WINDOW_HANN. */
CWN_TABLE(double, cwn_window_terms)[6][5] = {
    {0.5, 0.5, 0.0, 0.0, 0.0},                     {0.54, 1.0 - 0.54, 0.0, 0.0, 0.0},
    {0.42, 0.50, 0.08, 0.0, 0.0},                  {0.3635819, 0.4891775, 0.1365995, 0.0106411, 0.0},
    {0.35875, 0.48829, 0.14128, 0.01168, 0.0},     {0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368},
};

/* The sum of a[k] cos(k v), k ascending. */
CWN_FN cwn_f64 cwn_cosine_window(cwn_word window, cwn_f64 v) {
    cwn_f64 sum = 0.0;
    CWN_NO_UNROLL
    for (cwn_word k = 0; k < 5; k++) {
        const cwn_f64 term = cwn_window_terms[window - CWN_WINDOW_HANN][k];
        if (k > 1 && term == 0.0) break;
        sum += term * cwn_circle64(cwn_magnitude64((cwn_f64)k * v)).second;
    }
    return sum;
}

CWN_FN cwn_f64 cwn_triangle(cwn_long i, cwn_long m) {
    const cwn_f64 n = (cwn_f64)(i < (m + 1) / 2 ? i + 1 : m - i);
    return m % 2 ? cwn_divide64(2.0 * n, (cwn_f64)(m + 1)) : cwn_divide64(2.0 * n - 1.0, (cwn_f64)m);
}

/* Element i of a window of `length`, which for a periodic one is cut from a longer one. */
CWN_FN cwn_f64 cwn_window(cwn_word form, cwn_long i, cwn_long length) {
    const cwn_word window = form & CWN_WINDOW;
    const cwn_long m = length + (form & CWN_PERIODIC ? 1 : 0);
    const cwn_f64 pi = 0x1.921fb54442d18p+1, x = (cwn_f64)i, last = (cwn_f64)(m - 1);
    if (length <= 1 || window <= CWN_WINDOW_BOXCAR) return 1.0;
    if (window == CWN_WINDOW_TRIANG) return cwn_triangle(i, m);
    if (window == CWN_WINDOW_BARTLETT) return x <= last / 2.0 ? cwn_divide64(2.0 * x, last) : 2.0 - cwn_divide64(2.0 * x, last);
    if (window == CWN_WINDOW_COSINE) return cwn_circle64(cwn_divide64(pi, (cwn_f64)m) * (x + 0.5)).first;
    return cwn_cosine_window(window, i + 1 == m ? pi : x * cwn_divide64(2.0 * pi, last) + -pi);
}

/* A double in float, cut, with the last bit set where something was cut off: rounding that to 16 bits rounds once. */
CWN_FN cwn_f32 cwn_round_to_odd(cwn_f64 x) {
    const cwn_u64 bits = cwn_bits64(x), rest = bits & 0x1fffffff;
    const cwn_f32 cut = cwn_round(cwn_double(bits - rest));
    return rest ? cwn_float(cwn_bits32(cut) | 1) : cut;
}

/* The window's element as a number of the type: bfloat16 by way of float. */
CWN_FN cwn_f32 cwn_window32(cwn_word form, cwn_word type, cwn_long i, cwn_long length) {
    const cwn_f64 w = cwn_window(form, i, length);
    if (type == CWN_FLOAT16) return cwn_round_float16(cwn_round_to_odd(w));
    return type == CWN_BFLOAT16 ? cwn_round_bfloat16(cwn_round(w)) : cwn_round(w);
}

/* -------------------------------------------------------------------------------------------------------- elements */

CWN_FN cwn_f32 cwn_narrow(cwn_word type, cwn_f32 x) {
    return type == CWN_FLOAT16 ? cwn_round_float16(x) : type == CWN_BFLOAT16 ? cwn_round_bfloat16(x) : x;
}

CWN_FN cwn_f32 cwn_stft_angle(cwn_launch l, cwn_word type, cwn_long i) {
    const cwn_f32 pi = type == CWN_FLOAT32 ? 0x1.921fb6p+1f : 3.140625f, n = cwn_float(cwn_low(l.shift));
    const cwn_division d = cwn_divided(i, l.columns, l.inverse);
    const cwn_f32 time = cwn_narrow(type, cwn_from_integer(d.quotient));
    const cwn_f32 step = cwn_narrow(type, cwn_from_integer(d.rest));
    const cwn_f32 frequency = cwn_narrow(type, cwn_divide(step, n));
    return cwn_narrow(type, cwn_narrow(type, -2.0f * time * frequency) * pi);
}

/* Whole packets come first, then what is left of the tensor. */
CWN_FN cwn_f32 cwn_stft(cwn_launch l, cwn_word type, cwn_long i) {
    const cwn_word sine = l.form & CWN_IMAGINARY;
    const cwn_f32 a = cwn_stft_angle(l, type, i);
    const cwn_long packed = l.rows * l.columns / 8 * 8;
    const cwn_f32 k = type == CWN_FLOAT32 && i < packed ? cwn_packet_circle(a, sine) : cwn_narrow(type, cwn_circle(a, sine));
    if ((l.form & CWN_WINDOW) == CWN_WINDOW_NONE) return k;
    const cwn_f32 product = cwn_narrow(type, k * cwn_window32(l.form, type, cwn_divided(i, l.columns, l.inverse).quotient, l.rows));
    return cwn_narrow(type, cwn_divide(product, cwn_float(cwn_low(l.scale))));
}

CWN_FN cwn_f64 cwn_stft_angle64(cwn_launch l, cwn_long i) {
    const cwn_division d = cwn_divided(i, l.columns, l.inverse);
    const cwn_f64 time = (cwn_f64)d.quotient, frequency = cwn_divide64((cwn_f64)d.rest, cwn_double(l.shift));
    return -2.0 * time * frequency * 0x1.921fb54442d18p+1;
}

CWN_FN cwn_f64 cwn_stft64(cwn_launch l, cwn_long i) {
    const cwn_f64 a = cwn_stft_angle64(l, i);
    const cwn_pair64 turn = cwn_circle64(cwn_magnitude64(a));
    const cwn_f64 k = l.form & CWN_IMAGINARY ? cwn_negate_if(turn.first, cwn_bits64(a)) : turn.second;
    if ((l.form & CWN_WINDOW) == CWN_WINDOW_NONE) return k;
    return cwn_divide64(k * cwn_window(l.form, cwn_divided(i, l.columns, l.inverse).quotient, l.rows), cwn_double(l.scale));
}

/* The bits of an element. */
CWN_FN cwn_u64 cwn_stft_bits(cwn_launch l, cwn_word type, cwn_long i) {
    if (type == CWN_FLOAT64) return cwn_bits64(cwn_stft64(l, i));
    const cwn_f32 x = cwn_stft(l, type, i);
    if (type == CWN_FLOAT16) return cwn_bits_float16(x);
    return type == CWN_BFLOAT16 ? cwn_bits_bfloat16(x) : cwn_bits32(x);
}

#endif
#endif
