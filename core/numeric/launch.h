/* SPDX-License-Identifier: Apache-2.0
 *
 * The launch: a distribution with all its constants decided. It is the kernels' argument, byte for byte the same in
 * C, CUDA C++ and OpenCL C: 64-bit fields first, no padding. The plan makes it; kernels only read it.
 */
#ifndef CWN_LAUNCH_H
#define CWN_LAUNCH_H

#include "dialect.h"

enum {
    /* cw_distribution, and the same numbers */
    CWN_CONSTANT = 1,
    CWN_IDENTITY = 2,
    CWN_UNIFORM = 3,
    CWN_NORMAL = 4,
    CWN_TRUNCATED_NORMAL = 5,
    CWN_INTEGER = 6,
    CWN_FULL_INTEGER = 7,
    CWN_STFT = 8,
    /* 16 + cw_proof: element i is the function of the word i */
    CWN_RADIUS = 17,
    CWN_SINE = 18,
    CWN_COSINE = 19,
    /* elements of a tensor that lies in memory; slices only */
    CWN_COPY = 32
};

/* What an element is to a kernel: a float of some kind, or just so many bits. */
enum {
    CWN_FLOAT32 = 1,
    CWN_FLOAT64 = 2,
    CWN_FLOAT16 = 3,
    CWN_BFLOAT16 = 4,
    CWN_BITS16 = 5,
    CWN_BITS32 = 6,
    CWN_BITS64 = 7
};

/* What a launch's `form` says of stft: the window, which is a cw_window, and two flags. */
enum {
    CWN_WINDOW_NONE = 1,
    CWN_WINDOW_BOXCAR = 2,
    CWN_WINDOW_TRIANG = 3,
    CWN_WINDOW_BARTLETT = 4,
    CWN_WINDOW_COSINE = 5,
    CWN_WINDOW_HANN = 6, /* from here on: sums of cosines, in the order of cwn_window_terms */
    CWN_WINDOW_HAMMING = 7,
    CWN_WINDOW_BLACKMAN = 8,
    CWN_WINDOW_NUTTALL = 9,
    CWN_WINDOW_BLACKMANHARRIS = 10,
    CWN_WINDOW_FLATTOP = 11,
    CWN_WINDOW = 0xff, /* a mask */
    CWN_IMAGINARY = 0x100,
    CWN_PERIODIC = 0x200
};

typedef struct {
    cwn_long first, count;              /* the elements to write: global indices [first, first + count) */
    cwn_long counter_low, counter_high; /* of the block of element 0 */
    cwn_long diagonal_step;             /* identity: element i is on the diagonal if this divides i ... */
    cwn_long diagonal_end;              /* ... and i is less than this */
    cwn_long rows, columns;             /* of stft's whole tensor */
    cwn_long inverse;                   /* of what divides here: cwn_inverse_of */
    cwn_long scale, shift;              /* constants, below */
    cwn_word key0, key1;
    cwn_word distribution, type;
    cwn_word flush; /* 1 if a denormal can arise, which TensorFlow's CPU operations flush to zero */
    cwn_word form;  /* of stft, above */
} cwn_launch;

/* What scale and shift hold:
 *   uniform, normals   element = draw * scale + shift, as bits of a double for float64, of a float for the others
 *   integer            element = shift + bits % scale
 *   constant           the bits of every element are scale
 *   identity           scale on the diagonal, shift elsewhere
 *   stft               shift is 2 (columns - 1), scale what the window is divided by; bits as of uniform */

/* Every combination of distribution and type that there is: ROW(name, distribution, type). Each is two kernels, cw_fill_NAME
 * for ranges and cw_slice_NAME for slices; a proof is the first, and a copy (of a matrix) the second of them. Those of
 * CWN_ROUND_TABLE are drawn or copied so, too, and stored in a smaller type: cw_round_NAME. Those of float64 and of
 * stft need doubles. */
/* clang-format off */
#ifndef CWN_NO_FP64
#define CWN_WIDE_TABLE(ROW) \
    ROW(stft_float32,              CWN_STFT,             CWN_FLOAT32) \
    ROW(stft_float64,              CWN_STFT,             CWN_FLOAT64) \
    ROW(uniform_float64,           CWN_UNIFORM,          CWN_FLOAT64) \
    ROW(normal_float64,            CWN_NORMAL,           CWN_FLOAT64) \
    ROW(truncated_normal_float64,  CWN_TRUNCATED_NORMAL, CWN_FLOAT64)
#define CWN_FLOAT64_TABLE(ROW) \
    CWN_WIDE_TABLE(ROW) \
    ROW(stft_float16,              CWN_STFT,             CWN_FLOAT16) \
    ROW(stft_bfloat16,             CWN_STFT,             CWN_BFLOAT16)
#define CWN_COPY_TABLE(ROW) \
    ROW(copy_float32,              CWN_COPY,             CWN_FLOAT32) \
    ROW(copy_float64,              CWN_COPY,             CWN_FLOAT64) \
    ROW(copy_float16,              CWN_COPY,             CWN_FLOAT16)
#define CWN_ROUND_COPY_TABLE(ROW) \
    ROW(copy_float32,              CWN_COPY,             CWN_FLOAT32) \
    ROW(copy_float64,              CWN_COPY,             CWN_FLOAT64)
#else
#define CWN_WIDE_TABLE(ROW)
#define CWN_FLOAT64_TABLE(ROW)
#define CWN_COPY_TABLE(ROW)
#define CWN_ROUND_COPY_TABLE(ROW)
#endif
#define CWN_KERNEL_TABLE(ROW) \
    CWN_FLOAT64_TABLE(ROW) \
    ROW(constant_16,               CWN_CONSTANT,         CWN_BITS16) \
    ROW(constant_32,               CWN_CONSTANT,         CWN_BITS32) \
    ROW(constant_64,               CWN_CONSTANT,         CWN_BITS64) \
    ROW(identity_16,               CWN_IDENTITY,         CWN_BITS16) \
    ROW(identity_32,               CWN_IDENTITY,         CWN_BITS32) \
    ROW(identity_64,               CWN_IDENTITY,         CWN_BITS64) \
    ROW(uniform_float32,           CWN_UNIFORM,          CWN_FLOAT32) \
    ROW(uniform_float16,           CWN_UNIFORM,          CWN_FLOAT16) \
    ROW(uniform_bfloat16,          CWN_UNIFORM,          CWN_BFLOAT16) \
    ROW(normal_float32,            CWN_NORMAL,           CWN_FLOAT32) \
    ROW(normal_float16,            CWN_NORMAL,           CWN_FLOAT16) \
    ROW(normal_bfloat16,           CWN_NORMAL,           CWN_BFLOAT16) \
    ROW(truncated_normal_float32,  CWN_TRUNCATED_NORMAL, CWN_FLOAT32) \
    ROW(truncated_normal_float16,  CWN_TRUNCATED_NORMAL, CWN_FLOAT16) \
    ROW(truncated_normal_bfloat16, CWN_TRUNCATED_NORMAL, CWN_BFLOAT16) \
    ROW(integer_32,                CWN_INTEGER,          CWN_BITS32) \
    ROW(integer_64,                CWN_INTEGER,          CWN_BITS64) \
    ROW(full_integer_32,           CWN_FULL_INTEGER,     CWN_BITS32) \
    ROW(full_integer_64,           CWN_FULL_INTEGER,     CWN_BITS64)
#define CWN_ROUND_TABLE(ROW) \
    CWN_WIDE_TABLE(ROW) \
    ROW(uniform_float32,           CWN_UNIFORM,          CWN_FLOAT32) \
    ROW(normal_float32,            CWN_NORMAL,           CWN_FLOAT32) \
    ROW(truncated_normal_float32,  CWN_TRUNCATED_NORMAL, CWN_FLOAT32)
#define CWN_PROOF_TABLE(ROW) \
    ROW(radius,                    CWN_RADIUS,           CWN_FLOAT32) \
    ROW(sine,                      CWN_SINE,             CWN_FLOAT32) \
    ROW(cosine,                    CWN_COSINE,           CWN_FLOAT32)
/* Those ranges of which OpenCL has kernels in lanes, too. */
#define CWN_LANES_DRAWN_TABLE(ROW) \
    ROW(uniform_float32,           CWN_UNIFORM,          CWN_FLOAT32) \
    ROW(uniform_float64,           CWN_UNIFORM,          CWN_FLOAT64) \
    ROW(uniform_float16,           CWN_UNIFORM,          CWN_FLOAT16) \
    ROW(uniform_bfloat16,          CWN_UNIFORM,          CWN_BFLOAT16) \
    ROW(normal_float32,            CWN_NORMAL,           CWN_FLOAT32) \
    ROW(normal_float64,            CWN_NORMAL,           CWN_FLOAT64) \
    ROW(normal_float16,            CWN_NORMAL,           CWN_FLOAT16) \
    ROW(normal_bfloat16,           CWN_NORMAL,           CWN_BFLOAT16) \
    ROW(truncated_normal_float32,  CWN_TRUNCATED_NORMAL, CWN_FLOAT32) \
    ROW(truncated_normal_float16,  CWN_TRUNCATED_NORMAL, CWN_FLOAT16) \
    ROW(truncated_normal_bfloat16, CWN_TRUNCATED_NORMAL, CWN_BFLOAT16) \
    ROW(integer_32,                CWN_INTEGER,          CWN_BITS32) \
    ROW(full_integer_32,           CWN_FULL_INTEGER,     CWN_BITS32)
#define CWN_LANES_TABLE(ROW) CWN_LANES_DRAWN_TABLE(ROW) CWN_PROOF_TABLE(ROW)
/* clang-format on */

CWN_FN cwn_word cwn_is_16(cwn_word type) { return type == CWN_FLOAT16 || type == CWN_BFLOAT16 || type == CWN_BITS16; }
CWN_FN cwn_word cwn_is_64(cwn_word type) { return type == CWN_FLOAT64 || type == CWN_BITS64; }
CWN_FN cwn_word cwn_bytes_of(cwn_word type) { return cwn_is_16(type) ? 2 : cwn_is_64(type) ? 8 : 4; }

/* A group is what one generator call gives, four words: two elements of 64 bits, or four smaller ones. */
CWN_FN cwn_word cwn_group_elements(cwn_word type) { return cwn_is_64(type) ? 2 : 4; }

/* Groups that a launch touches, from the one that holds its first element on. */
CWN_FN cwn_long cwn_first_group(cwn_launch l) { return l.first / cwn_group_elements(l.type); }
CWN_FN cwn_long cwn_end_group(cwn_launch l) {
    const cwn_long size = cwn_group_elements(l.type);
    return (l.first + l.count + size - 1) / size;
}

/* For cwn_divided: floor((2^64 - 1) / n), where integers are divided by their range, indices by the diagonal's step or by stft's
 * columns. */
CWN_FN cwn_long cwn_inverse_of(cwn_launch l) {
    const cwn_long n = l.distribution == CWN_INTEGER    ? l.scale
                       : l.distribution == CWN_IDENTITY ? l.diagonal_step
                       : l.distribution == CWN_STFT     ? l.columns
                                                        : 0;
    const cwn_long all = 0;
    return n ? (all - 1) / n : 0;
}

#endif
