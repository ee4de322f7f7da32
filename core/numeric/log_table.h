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

#endif
