/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric text: 64-bit quotient and remainder by a divisor of which the host made the inverse (cwn_inverse_of), floor((2^64
 * - 1) / divisor). The high half of n * inverse is the quotient or one less: n / divisor - n * inverse / 2^64 < 1.
 */
#ifndef CWN_DIVIDE_H
#define CWN_DIVIDE_H

#include "dialect.h"

typedef struct { cwn_long quotient, rest; } cwn_division;

CWN_FN cwn_division cwn_divided(cwn_long n, cwn_long divisor, cwn_long inverse) {
    const cwn_long quotient = cwn_high(n, inverse), rest = n - quotient * divisor;
    const cwn_division d = {quotient + (rest >= divisor ? 1 : 0), rest >= divisor ? rest - divisor : rest};
    return d;
}

/* The remainder of 32 bits. The inverse's upper half is floor((2^32 - 1) / divisor). */
CWN_FN cwn_word cwn_rest_of(cwn_word n, cwn_word divisor, cwn_long inverse) {
    const cwn_word quotient = (cwn_word)((cwn_long)n * (cwn_word)(inverse >> 32) >> 32), rest = n - quotient * divisor;
    return rest >= divisor ? rest - divisor : rest;
}

#endif
