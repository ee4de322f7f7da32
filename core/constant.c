/* SPDX-License-Identifier: Apache-2.0 */
#include "constant.h"

#include <inttypes.h>
#include <math.h>

#include "backend.h"
#include "numeric/uniform.h"

int cw_dtype_is_float(cw_dtype dtype) {
    return dtype == CW_FLOAT32 || dtype == CW_FLOAT64 || dtype == CW_FLOAT16 || dtype == CW_BFLOAT16;
}

int cw_dtype_is_signed(cw_dtype dtype) { return dtype == CW_INT32 || dtype == CW_INT64; }

double cw_number_real(cw_number n) {
    if (n.kind == CW_NUMBER_UNSIGNED) return (double)(uint64_t)n.integer;
    return n.kind == CW_NUMBER_INTEGER ? (double)n.integer : n.real;
}

/* --------------------------------------------------------------------------------------------------- floating point */

/* An integer in float32, rounded once. */
static float integer_to_float(cw_number n) {
    return n.kind == CW_NUMBER_UNSIGNED ? (float)(uint64_t)n.integer : (float)n.integer;
}

/* A float in a dtype that is no wider. TensorFlow's cast to bfloat16 is an operation, which reads no denormals. */
static double narrow(float x, cw_dtype dtype) {
    if (dtype == CW_FLOAT16) return (double)cwn_round_float16(x);
    return dtype == CW_BFLOAT16 && isfinite(x) ? (double)cwn_round_bfloat16(cwn_flush(x)) : (double)x;
}

double cw_constant_real(cw_number n, cw_dtype dtype, cw_road road) {
    if (n.kind == CW_NUMBER_REAL && n.real == 0.0) return 0.0;
    if (dtype == CW_BFLOAT16 && n.kind != CW_NUMBER_REAL) return narrow(integer_to_float(n), dtype);
    if (road == CW_ROAD_CONVERT)
        return dtype == CW_FLOAT64 ? cw_number_real(n) : narrow((float)cw_number_real(n), dtype);
    if (n.kind == CW_NUMBER_REAL) {
        const float x = (float)n.real;
        return dtype == CW_FLOAT64 ? (double)cwn_flush(x) : narrow(x, dtype);
    }
    return dtype == CW_FLOAT64 ? cw_number_real(n) : narrow(integer_to_float(n), dtype);
}

double cw_constant_read(double constant, cw_dtype dtype) {
    if (dtype == CW_FLOAT16) return constant;
    return dtype == CW_FLOAT64 ? cwn_flush64(constant) : (double)cwn_flush((float)constant);
}

/* The result of an operation that is done in double for float64 and in float for the others. */
static double result(double in_double, float in_float, cw_dtype dtype) {
    if (dtype == CW_FLOAT64) return cwn_flush64(in_double);
    if (dtype == CW_FLOAT32) return (double)cwn_flush(in_float);
    return narrow(in_float, dtype);
}

double cw_constant_minus(double a, double b, cw_dtype dtype) { return result(a - b, (float)a - (float)b, dtype); }

double cw_constant_times(double a, double b, cw_dtype dtype) { return result(a * b, (float)a * (float)b, dtype); }

uint64_t cw_constant_element(double constant, cw_dtype dtype) {
    switch (dtype) {
    case CW_FLOAT64: return cwn_bits64(constant);
    case CW_FLOAT16: return cwn_bits_float16((float)constant);
    case CW_BFLOAT16: return cwn_bits_bfloat16((float)constant);
    default: return cwn_bits32((float)constant);
    }
}

uint64_t cw_constant_operand(double constant, cw_dtype dtype) {
    return dtype == CW_FLOAT64 ? cwn_bits64(constant) : cwn_bits32((float)constant);
}

/* ----------------------------------------------------------------------------------------------------------- integers */

/* -2^63 <= x < 2^64 without a fraction, as a Python int. 0 where it is outside. */
static int to_integer(double x, cw_number *n) {
    if (!(x >= -0x1p63 && x < 0x1p64)) return 0;
    *n = cw_integer(x < 0x1p63 ? (int64_t)x : (int64_t)(uint64_t)x);
    if (x >= 0x1p63) n->kind = CW_NUMBER_UNSIGNED;
    return 1;
}

static int fits(cw_number n, cw_dtype dtype) {
    const int large = n.kind == CW_NUMBER_UNSIGNED;
    switch (dtype) {
    case CW_INT32: return !large && n.integer >= INT32_MIN && n.integer <= INT32_MAX;
    case CW_INT64: return !large;
    case CW_UINT32: return !large && n.integer >= 0 && n.integer <= UINT32_MAX;
    default: return large || n.integer >= 0;
    }
}

cw_status cw_constant_integer(cw_number n, cw_dtype dtype, cw_road road, const char *name, uint64_t *integer,
                              cw_error *why) {
    if (n.kind == CW_NUMBER_REAL && road == CW_ROAD_CONVERT)
        return cw_fail(why, CW_ERROR_ARGUMENT, 0, "%s %.9g is no integer, as %s needs in the dialect tf (leave out the point)",
                       name, n.real, cw_dtype_name(dtype));
    cw_number whole = n;
    if (n.kind == CW_NUMBER_REAL && !to_integer(trunc((double)(float)n.real), &whole))
        return cw_fail(why, CW_ERROR_ARGUMENT, 0, "%s %.9g does not fit in 64 bits (choose a smaller number)", name, n.real);
    if (!fits(whole, dtype))
        return cw_fail(why, CW_ERROR_ARGUMENT, 0, "%s does not fit in %s (choose another number)", name, cw_dtype_name(dtype));
    *integer = (uint64_t)whole.integer;
    return CW_OK;
}
