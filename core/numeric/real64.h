/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric text: householder.h in double. The lanes are those of Eigen's AVX packets.
 */
#undef CWN_REAL
#undef CWN_R
#undef CWN_PACKET
#undef CWN_HALF_PACKET
#undef CWN_LEAST
#undef CWN_QUOTIENT
#undef CWN_ROOT
#define CWN_REAL double
#define CWN_R(name) name##_64
#define CWN_PACKET 4
#define CWN_HALF_PACKET 2
#define CWN_LEAST 0x1p-1022
#define CWN_QUOTIENT(a, b) ((a) / (b))
#define CWN_ROOT(x) cwn_sqrt64(x)
