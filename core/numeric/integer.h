/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric text: words to integers, all of their range or low <= n < low + range by a plain remainder, whose bias is part
 * of TensorFlow's bits.
 * Source: tensorflow/core/lib/random/random_distributions.h (UniformDistribution for int32 and int64).
 */
#ifndef CWN_INTEGER_H
#define CWN_INTEGER_H

#include "dialect.h"

CWN_FN cwn_u32 cwn_integer(cwn_u32 w, cwn_u32 low, cwn_u32 range) { return low + w % range; }

/* The first word is the low half, other than in a double. */
CWN_FN cwn_u64 cwn_bits64_of(cwn_u64 w0, cwn_u64 w1) { return (w0 & CWN_U(0xffffffff)) | (w1 << 32); }

CWN_FN cwn_u64 cwn_integer64(cwn_u64 bits, cwn_u64 low, cwn_u64 range) { return low + bits % range; }

#endif
