/* SPDX-License-Identifier: Apache-2.0
 *
 * What of Keras's STFT is decided once: its constants in the dtype, and what its window is divided by, a sum in the order in
 * which TensorFlow adds on a CPU with AVX.
 */
#include "stft.h"

#include <math.h>

#include "backend.h"
#include "constant.h"
#include "numeric/stft.h"

/* (rows - 1) * pi must stay below what the reduction of normal64.h takes. */
#define MOST_ROWS 33554429u

/* ------------------------------------------------------------------------------------------------------- the scale */

enum { LANES = 8 };

/* A window's elements, squared or not, on their way to one sum. */
typedef struct cw_adding {
    cwn_word form, type;
    uint64_t rows;
    int squared;
} cw_adding;

/* What one addition or product is rounded to; bfloat16 adds in float and rounds the sum. */
static double rounded(const cw_adding *a, double x) {
    if (a->type == CWN_FLOAT64) return x;
    return a->type == CWN_FLOAT16 ? (double)cwn_round_float16((float)x) : (double)(float)x;
}

static double in_dtype(cwn_word type, double x) {
    if (type == CWN_FLOAT64) return x;
    return type == CWN_BFLOAT16 ? (double)cwn_round_bfloat16((float)x) : type == CWN_FLOAT16 ? (double)cwn_round_float16((float)x) : (double)(float)x;
}

static double term(const cw_adding *a, uint64_t i) {
    const double w = a->type == CWN_FLOAT64 ? cwn_window(a->form, i, a->rows)
                                            : (double)cwn_window32(a->form, a->type, i, a->rows);
    return a->squared ? in_dtype(a->type, w * w) : fabs(w);
}

/* 8 lanes are folded to 4, these to 2 that lie 2 apart, and those to 1; float16 rounds only what comes out. */
static double fold(const cw_adding *a, const double *lane) {
    const cw_adding wide = {a->form, a->type == CWN_FLOAT16 ? CWN_FLOAT32 : a->type, 0, 0};
    double four[4];
    for (int i = 0; i < 4; i++) four[i] = a->type == CWN_FLOAT64 ? lane[i] : rounded(&wide, lane[i] + lane[i + 4]);
    return rounded(a, rounded(&wide, rounded(&wide, four[0] + four[2]) + rounded(&wide, four[1] + four[3])));
}

/* Up to four packets side by side, then packet by packet, then what is left one by one. */
static double sum_leaf(const cw_adding *a, uint64_t first, uint64_t count) {
    const uint64_t width = a->type == CWN_FLOAT64 ? 4 : LANES, packed = count / width * width;
    const uint64_t wide = count >= 4 * width ? count / (4 * width) * (4 * width) : 0;
    double lane[4][LANES] = {{0}}, rest = 0;
    for (uint64_t i = 0; i < wide; i++) {
        double *at = &lane[i / width % 4][i % width];
        *at = rounded(a, *at + term(a, first + i));
    }
    for (int k = 1; k < 4; k++)
        for (uint64_t i = 0; i < width; i++) lane[0][i] = rounded(a, lane[0][i] + lane[k][i]);
    for (uint64_t i = wide; i < packed; i++) lane[0][i % width] = rounded(a, lane[0][i % width] + term(a, first + i));
    for (uint64_t i = packed; i < count; i++) rest = rounded(a, rest + term(a, first + i));
    return rounded(a, rest + fold(a, lane[0]));
}

/* Halves of more than so many packets are added by themselves. */
static double sum(const cw_adding *a, uint64_t first, uint64_t count) {
    const uint64_t width = a->type == CWN_FLOAT64 ? 4 : LANES, leaf = a->type == CWN_FLOAT16 ? 200 : 1024;
    if (count <= width * leaf) return sum_leaf(a, first, count);
    const uint64_t half = ((count + 1) / 2 + width - 1) / width * width;
    const double left = sum(a, first, half);
    return rounded(a, left + sum(a, first + half, count - half));
}

static double scale_of(const cw_decided *p) {
    const int64_t scaling = p->spec.argument[CW_SCALING].integer;
    const cwn_word type = p->launch.type;
    const cw_adding a = {p->launch.form, type, p->launch.rows, scaling == CW_SCALING_DENSITY};
    if (scaling == CW_SCALING_NONE || (p->launch.form & CWN_WINDOW) == CWN_WINDOW_NONE) return 1.0;
    const double total = in_dtype(type, sum(&a, 0, a.rows));
    return a.squared ? in_dtype(type, __builtin_sqrt(total)) : total;
}

/* -------------------------------------------------------------------------------------------------------- the plan */

/* Keras counts in the dtype: a size that is no number of it gives a row of another length. */
static int is_number(cw_dtype dtype, uint64_t n) {
    return cw_constant_read(cw_constant_real(cw_integer((int64_t)n), dtype, CW_ROAD_CONVERT), dtype) == (double)n;
}

static cw_status check_shape(const cw_spec *s, cw_error *why) {
    if (s->rank != 3)
        return cw_fail(why, CW_ERROR_SHAPE, 0, "%s (stft has the shape frame_length, 1, fft_length)",
                       s->rank < 3 ? "not enough values to unpack: expected 3" : "too many values to unpack: expected 3");
    if (s->shape[1] != 1)
        return cw_fail(why, CW_ERROR_SHAPE, 0, "Keras gives stft the shape (frame_length, 1, fft_length) whatever its channels "
                       "are (write 1)");
    if (s->shape[2] == 1)
        return cw_fail(why, CW_ERROR_SHAPE, 0, "an fft_length of 1 divides 0 by 0, which Keras makes NaN of (give 2 or more)");
    if (s->shape[0] == 0 && s->argument[CW_WINDOW].integer != CW_WINDOW_NONE)
        return cw_fail(why, CW_ERROR_SHAPE, 0, "Parameter Nx=0 is not a positive integer (give a frame_length, or no window)");
    if (s->shape[0] > MOST_ROWS || s->shape[2] > INT32_MAX)
        return cw_fail(why, CW_ERROR_SHAPE, 0, "stft has more than %u rows or 2^31 - 1 columns (give less)", MOST_ROWS);
    return CW_OK;
}

static cw_status check_numbers(const cw_spec *s, double last_time, cw_error *why) {
    const int narrow = s->dtype == CW_FLOAT16 || s->dtype == CW_BFLOAT16;
    if (narrow && !(is_number(s->dtype, s->shape[0]) && is_number(s->dtype, s->shape[2])))
        return cw_fail(why, CW_ERROR_SHAPE, 0, "a size of stft is no number of %s, so Keras counts to another one and fails: "
                       "Input to reshape is a tensor with other values (use float32)", cw_dtype_name(s->dtype));
    if (s->dtype == CW_FLOAT16 && (last_time > 32752.0 || s->shape[2] > 32753))
        return cw_fail(why, CW_ERROR_SHAPE, 0, "stft of that shape has infinite steps in float16 (use float32)");
    return CW_OK;
}

static cwn_word form_of(const cw_spec *s) {
    return (cwn_word)s->argument[CW_WINDOW].integer |
           (s->argument[CW_SIDE].integer == CW_SIDE_IMAG ? CWN_IMAGINARY : 0) |
           (s->argument[CW_PERIODIC].integer ? CWN_PERIODIC : 0);
}

cw_status cw_stft_plan(cw_decided *p, cw_error *why) {
    const cw_spec *s = &p->spec;
    cw_status status = check_shape(s, why);
    p->launch.distribution = CWN_STFT;
    p->launch.type = (cwn_word)s->dtype;
    if (status || !p->elements) return status;
    status = check_numbers(s, (double)s->shape[0] - 1.0, why);
    if (status) return status;
    const double divisor = cw_constant_real(cw_integer(2 * ((int64_t)s->shape[2] - 1)), s->dtype, CW_ROAD_CONVERT);
    p->launch.form = form_of(s);
    p->launch.rows = s->shape[0];
    p->launch.columns = s->shape[2];
    p->scale = scale_of(p);
    p->shift = divisor;
    p->launch.scale = cw_constant_operand(p->scale, s->dtype);
    p->launch.shift = cw_constant_operand(divisor, s->dtype);
    if (p->scale > 0.0) return CW_OK;
    return cw_fail(why, CW_ERROR_ARGUMENT, 0, "the window's elements are all 0, and Keras divides by their sum (choose another "
                   "window, or more rows)");
}
