/* SPDX-License-Identifier: Apache-2.0
 *
 * What the tests of fills draw: one initializer for each kernel.
 */
#ifndef CW_TESTS_DRAWN_H
#define CW_TESTS_DRAWN_H

#include "counterweight/counterweight.h"

/* One initializer for each kernel: every distribution in every size and kind of element. */
typedef struct drawn {
    cw_initializer initializer;
    cw_dtype dtype;
} drawn;

__attribute__((unused)) static const drawn each[] = {
    {CW_ONES, CW_FLOAT32},           {CW_IDENTITY, CW_FLOAT32},          {CW_RANDOM_UNIFORM, CW_FLOAT32},
    {CW_RANDOM_NORMAL, CW_FLOAT32},  {CW_TRUNCATED_NORMAL, CW_FLOAT32},  {CW_ONES, CW_FLOAT64},
    {CW_IDENTITY, CW_FLOAT64},       {CW_RANDOM_UNIFORM, CW_FLOAT64},    {CW_RANDOM_NORMAL, CW_FLOAT64},
    {CW_TRUNCATED_NORMAL, CW_FLOAT64}, {CW_ONES, CW_FLOAT16},            {CW_IDENTITY, CW_BFLOAT16},
    {CW_RANDOM_UNIFORM, CW_FLOAT16}, {CW_RANDOM_UNIFORM, CW_BFLOAT16},   {CW_RANDOM_NORMAL, CW_FLOAT16},
    {CW_RANDOM_NORMAL, CW_BFLOAT16}, {CW_TRUNCATED_NORMAL, CW_FLOAT16},  {CW_TRUNCATED_NORMAL, CW_BFLOAT16},
    {CW_RANDOM_UNIFORM, CW_INT32},   {CW_RANDOM_UNIFORM, CW_INT64},      {CW_UNIFORM_FULL_INT, CW_UINT32},
    {CW_UNIFORM_FULL_INT, CW_INT64},
};

/* The float32 ones, first in the list, are tried in more places than the others. */
enum { FLOAT32S = 5 };

__attribute__((unused)) static cw_spec spec_of(drawn d, uint64_t elements) {
    cw_spec spec = CW_SPEC_INIT;
    spec.initializer = d.initializer;
    spec.dtype = d.dtype;
    spec.rank = 1;
    spec.shape[0] = elements;
    spec.philox = cw_philox_keras(42, 0);
    if (d.initializer == CW_IDENTITY) { /* some of the diagonal is in any 7 elements */
        spec.rank = 2;
        spec.shape[1] = elements % 6 ? 1 : 6;
        spec.shape[0] = elements / spec.shape[1];
    }
    if (d.initializer == CW_STFT) {
        spec.rank = 3;
        spec.shape[0] = elements / 2;
        spec.shape[1] = 1;
        spec.shape[2] = 2;
        spec.argument[CW_WINDOW] = cw_integer(elements / 2 ? CW_WINDOW_HAMMING : CW_WINDOW_NONE);
    }
    if (cw_initializer_takes(d.initializer, CW_VALUE)) spec.argument[CW_VALUE] = cw_real(-2.5);
    if (d.dtype == CW_INT32 || d.dtype == CW_INT64) /* the default limits of uniform leave no integer between */
        if (cw_initializer_takes(d.initializer, CW_MINVAL)) {
            spec.argument[CW_MINVAL] = cw_integer(-1000000);
            spec.argument[CW_MAXVAL] = cw_integer(d.dtype == CW_INT64 ? 1ll << 62 : 1 << 30);
        }
    return spec;
}

#endif
