/* SPDX-License-Identifier: Apache-2.0 */
#include "element.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static const struct {
    cw_dtype dtype;
    cw_binary binary;
} reals[] = {{CW_FLOAT32, {24, -149}}, {CW_FLOAT64, {53, -1074}}, {CW_FLOAT16, {11, -24}}, {CW_BFLOAT16, {8, -133}}};
enum { REALS = sizeof reals / sizeof *reals };

cw_binary cw_dtype_binary(cw_dtype dtype) {
    for (int i = 0; i < REALS; i++)
        if (reals[i].dtype == dtype) return reals[i].binary;
    return (cw_binary){0, 0};
}

bool cw_dtype_is_real(cw_dtype dtype) { return cw_dtype_binary(dtype).bits != 0; }

/* ------------------------------------------------------------------------------------------------------- values */

/* Files and devices are little-endian. */
static uint64_t bits_of(cw_dtype dtype, const void *data, uint64_t index) {
    const size_t size = cw_dtype_size(dtype);
    uint64_t bits = 0;
    memcpy(&bits, (const char *)data + index * size, size);
    return bits;
}

static double half_of(uint64_t bits) {
    const int exponent = (int)(bits >> 10 & 31), fraction = (int)(bits & 1023);
    double magnitude = exponent ? ldexp(fraction + 1024, exponent - 25) : ldexp(fraction, -24);
    if (exponent == 31) magnitude = fraction ? NAN : INFINITY;
    return bits >> 15 ? -magnitude : magnitude;
}

static double single_of(uint64_t bits) {
    const uint32_t low = (uint32_t)bits;
    float x;
    memcpy(&x, &low, sizeof x);
    return x;
}

double cw_element_real(cw_dtype dtype, const void *data, uint64_t index) {
    const uint64_t bits = bits_of(dtype, data, index);
    double x;
    if (dtype == CW_FLOAT16) return half_of(bits);
    if (dtype == CW_BFLOAT16) return single_of(bits << 16);
    if (dtype == CW_FLOAT32) return single_of(bits);
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* --------------------------------------------------------------------------------------------------------- text */

/* Decimals of n digits lie closer together than binary numbers of p bits where 10^(n-1) > 2^p. */
static int digits_of(cw_binary format) { return (int)ceil(format.bits * log10(2)) + 1; }

cw_element_text cw_element_text_of(cw_dtype dtype, const void *data, uint64_t index) {
    const uint64_t bits = bits_of(dtype, data, index);
    cw_element_text t;
    if (cw_dtype_is_real(dtype)) {
        const double x = cw_element_real(dtype, data, index);
        if (isfinite(x)) snprintf(t.text, sizeof t.text, "%.*g", digits_of(cw_dtype_binary(dtype)), x);
        else snprintf(t.text, sizeof t.text, "%s", isnan(x) ? "nan" : x < 0 ? "-inf" : "inf");
    } else if (dtype == CW_INT32) snprintf(t.text, sizeof t.text, "%" PRId32, (int32_t)bits);
    else if (dtype == CW_INT64) snprintf(t.text, sizeof t.text, "%" PRId64, (int64_t)bits);
    else snprintf(t.text, sizeof t.text, "%" PRIu64, bits);
    return t;
}

/* --------------------------------------------------------------------------------------------------------- JSON */

static void put_json(FILE *file, cw_dtype dtype, const void *data, uint64_t index) {
    const cw_element_text t = cw_element_text_of(dtype, data, index);
    const bool real = cw_dtype_is_real(dtype);
    if (real && !isfinite(cw_element_real(dtype, data, index))) fprintf(file, "\"%s\"", t.text);
    else fprintf(file, "%s%s", t.text, real && !strpbrk(t.text, ".e") ? ".0" : "");
}

/* The elements of an axis that begin at `first`; returns the index after them. */
static uint64_t put_list(FILE *file, cw_dtype dtype, const void *data, uint64_t first, uint32_t rank,
                         const uint64_t *shape) {
    if (rank == 0) {
        put_json(file, dtype, data, first);
        return first + 1;
    }
    fputc('[', file);
    for (uint64_t i = 0; i < shape[0]; i++) {
        if (i > 0) fputs(", ", file);
        first = put_list(file, dtype, data, first, rank - 1, shape + 1);
    }
    fputc(']', file);
    return first;
}

void cw_elements_json(FILE *file, cw_dtype dtype, const void *data, uint32_t rank, const uint64_t *shape) {
    bool empty = false;
    for (uint32_t axis = 0; axis < rank; axis++) empty |= shape[axis] == 0;
    if (empty) fputs("[]", file);
    else put_list(file, dtype, data, 0, rank, shape);
}
