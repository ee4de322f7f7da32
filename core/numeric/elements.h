/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric text: numbers of any type in memory, as doubles. This text loads and stores.
 */
#ifndef CWN_ELEMENTS_H
#define CWN_ELEMENTS_H
#ifndef CWN_NO_FP64

#include "matrix.h"
#include "uniform.h"

CWN_FN float cwn_wide_float16(cwn_word bits) {
    const cwn_word magnitude = bits & 0x7fff;
    const float x = magnitude < 0x400 ? (float)magnitude * 0x1p-24f : cwn_float((magnitude << 13) + 0x38000000u);
    return bits & 0x8000 ? -x : x;
}

CWN_FN double cwn_element(cwn_word type, CWN_GLOBAL const void *memory, cwn_long i) {
    if (type == CWN_FLOAT64) return ((CWN_GLOBAL const double *)memory)[i];
    if (type == CWN_FLOAT16) return (double)cwn_wide_float16(((CWN_GLOBAL const unsigned short *)memory)[i]);
    return (double)((CWN_GLOBAL const float *)memory)[i];
}

/* x rounded to the type, then gain times as much; both round, and a float16 is rounded to float before. */
CWN_FN void cwn_put_element(cwn_matrix m, cwn_word type, CWN_GLOBAL void *memory, cwn_long i, double x) {
    const double gain = cwn_double(m.gain);
    const float narrow = cwn_round(x), narrow_gain = cwn_float(cwn_low(m.gain));
    if (type == CWN_FLOAT64) {
        ((CWN_GLOBAL double *)memory)[i] = m.flush ? cwn_flushed_product64(x, gain) : x * gain;
    } else if (type == CWN_FLOAT16) {
        const float product = cwn_round_float16(cwn_round_float16(narrow) * narrow_gain);
        ((CWN_GLOBAL unsigned short *)memory)[i] = (unsigned short)cwn_bits_float16(product);
    } else ((CWN_GLOBAL float *)memory)[i] = m.flush ? cwn_flushed_product(narrow, narrow_gain) : narrow * narrow_gain;
}

/* A number of the type as it is. */
CWN_FN void cwn_put(cwn_word type, CWN_GLOBAL void *memory, cwn_long i, double x) {
    if (type == CWN_FLOAT64) ((CWN_GLOBAL double *)memory)[i] = x;
    else if (type == CWN_FLOAT16)
        ((CWN_GLOBAL unsigned short *)memory)[i] = (unsigned short)cwn_bits_float16(cwn_round(x));
    else ((CWN_GLOBAL float *)memory)[i] = cwn_round(x);
}

/* A float or a double rounded to the type, and a sum of two numbers of the type. */
CWN_FN double cwn_round_to(cwn_word type, double x) {
    if (type == CWN_FLOAT64) return x;
    return (double)(type == CWN_FLOAT16 ? cwn_round_float16(cwn_round(x)) : cwn_round(x));
}

CWN_FN double cwn_sum_of(cwn_word type, double a, double b) { return cwn_round_to(type, a + b); }

#endif
#endif
