/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric text: householder.h in float. The lanes are those of Eigen's AVX packets.
 */
#define CWN_REAL float
#define CWN_R(name) name##_32
#define CWN_PACKET 8
#define CWN_HALF_PACKET 4
#define CWN_LEAST 0x1p-126f
#define CWN_QUOTIENT(a, b) cwn_divide(a, b)
#define CWN_ROOT(x) cwn_sqrt32(x)
