/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric text: words to integers, all of their range or low <= n < low + range by a plain remainder, whose bias is part
 * of TensorFlow's bits.
 * Source: tensorflow/core/lib/random/random_distributions.h (UniformDistribution for int32 and int64).
 */
#ifndef CWN_INTEGER_H
#define CWN_INTEGER_H

#include "divide.h"

CWN_FN cwn_word cwn_integer(cwn_word w, cwn_word low, cwn_word range, cwn_long inverse) { return low + cwn_rest_of(w, range, inverse); }

/* The first word is the low half, other than in a double. */
CWN_FN cwn_u64 cwn_bits64_of(cwn_u64 w0, cwn_u64 w1) { return (w0 & CWN_U(0xffffffff)) | (w1 << 32); }

CWN_FN cwn_long cwn_integer64(cwn_long bits, cwn_long low, cwn_long range, cwn_long inverse) {
    return low + cwn_divided(bits, range, inverse).rest;
}

#endif
