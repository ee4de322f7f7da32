/* SPDX-License-Identifier: Apache-2.0
 *
 * Numeric text: the 16 rows of logf. Row i serves the mantissas z whose index is i (normal.h): 1/c rounded so that
 * z/c - 1 is small, and -2 log(c), twice the tabulated logarithm with its sign turned, which is exact.
 * Source: the table of logf in Arm Optimized Routines (math/logf_data.c, MIT), which is also glibc's since 2.27.
 */
#ifndef CWN_LOG_TABLE_H
#define CWN_LOG_TABLE_H

#define CWN_LOG_TABLE(ROW) \
    ROW(0x1.661ec79f8f3bep+0, 0x1.57bf7808caadep-1) \
    ROW(0x1.571ed4aaf883dp+0, 0x1.2bef0a7c06ddbp-1) \
    ROW(0x1.49539f0f010bp+0, 0x1.01eae7f513a67p-1) \
    ROW(0x1.3c995b0b80385p+0, 0x1.b31d8a68224e9p-2) \
    ROW(0x1.30d190c8864a5p+0, 0x1.6574f0ac07758p-2) \
    ROW(0x1.25e227b0b8eap+0, 0x1.1aa2bc79c81p-2) \
    ROW(0x1.1bb4a4a1a343fp+0, 0x1.a4e76ce8c0e5ep-3) \
    ROW(0x1.12358f08ae5bap+0, 0x1.1973c5a611cccp-3) \
    ROW(0x1.0953f419900a7p+0, 0x1.252f438e10c1ep-4) \
    ROW(0x1p+0, 0.0) \
    ROW(0x1.e608cfd9a47acp-1, -0x1.aa5aa5df25984p-4) \
    ROW(0x1.ca4b31f026aap-1, -0x1.c5e53aa362eb4p-3) \
    ROW(0x1.b2036576afce6p-1, -0x1.526e57720db08p-2) \
    ROW(0x1.9c2d163a1aa2dp-1, -0x1.bc2860d22477p-2) \
    ROW(0x1.886e6037841edp-1, -0x1.1058bc8a07ee1p-1) \
    ROW(0x1.767dcf5534862p-1, -0x1.4043057b6ee09p-1)

/* The same rows as integers, exact: 1/c times 2^63, and the logarithm times 2^58 modulo 2^64. */
#define CWN_LOG_INTEGER_TABLE(ROW) \
    ROW(0xb30f63cfc79df000, 0x02af7ef011955bc0) \
    ROW(0xab8f6a557c41e800, 0x0257de14f80dbb60) \
    ROW(0xa4a9cf8780858000, 0x0203d5cfea274ce0) \
    ROW(0x9e4cad85c01c2800, 0x01b31d8a68224e90) \
    ROW(0x9868c86443252800, 0x016574f0ac077580) \
    ROW(0x92f113d85c750000, 0x011aa2bc79c81000) \
    ROW(0x8dda5250d1a1f800, 0x00d273b6746072f0) \
    ROW(0x891ac784572dd000, 0x008cb9e2d308e660) \
    ROW(0x84a9fa0cc8053800, 0x00494bd0e3843078) \
    ROW(0x8000000000000000, 0x0000000000000000) \
    ROW(0x798233f6691eb000, 0xff956956883699f0) \
    ROW(0x7292cc7c09aa8000, 0xff1d0d62ae4e8a60) \
    ROW(0x6c80d95dabf39800, 0xfead91a88df24f80) \
    ROW(0x670b458e86a8b400, 0xfe43d79f2ddb8900) \
    ROW(0x621b980de107b400, 0xfddf4e86ebf023e0) \
    ROW(0x5d9f73d54d218800, 0xfd7f79f509223ee0)

#endif
