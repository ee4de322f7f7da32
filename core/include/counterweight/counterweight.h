/* SPDX-License-Identifier: Apache-2.0
 *
 * Counterweight: starting weights, filled where they live, with the bits TensorFlow and Keras give.
 *
 * In reading order:  status and error - types - philox - spec - plan - slice - device and fill - verify - digest - explain.
 *
 *     spec --cw_plan_make--> plan --cw_fill--> memory          (cpu.h, opencl.h, cuda.h open devices)
 *                             \-----cw_verify, cw_digest, cw_explain-----> is it right?
 *
 * Threads: a plan is a plain value, read by any number of threads at once. One host thread at a time uses a
 * device; different devices are independent. The library has no global state, never prints and never exits.
 *
 * Every function that can fail returns a cw_status. CW_OK is 0. Where it takes a cw_error, that struct is the
 * caller's, may be NULL, and is written only on failure. After a failure the destination is as it was.
 */
#ifndef COUNTERWEIGHT_H
#define COUNTERWEIGHT_H

#include <stddef.h>
#include <stdint.h>

#include "counterweight/initializers.h"

#define CW_VERSION_MAJOR 0
#define CW_VERSION_MINOR 1
#define CW_VERSION_PATCH 0

#if defined(__GNUC__)
#define CW_API __attribute__((visibility("default")))
#else
#define CW_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* "MAJOR.MINOR.PATCH" of the library that is linked, as opposed to the header that was compiled. */
CW_API const char *cw_version(void);

/* Changes exactly when an output bit changes: the version of docs/NUMERICS.md that this library implements. */
CW_API uint32_t cw_numerics_version(void);

/* ------------------------------------------------------------------------------------------- status and error */

/* clang-format off */
#define CW_STATUS_TABLE(ROW) \
    ROW(CW_OK,                 0, "success") \
    ROW(CW_DIFFERS,            1, "the values are not those of the plan") \
    ROW(CW_ERROR_ARGUMENT,     2, "an argument is missing or out of its range") \
    ROW(CW_ERROR_STRUCT,       3, "a struct was not initialized, or belongs to another version of the library") \
    ROW(CW_ERROR_SHAPE,        4, "the shape does not suit the initializer") \
    ROW(CW_ERROR_OVERFLOW,     5, "the tensor is too large to be counted in 64 bits") \
    ROW(CW_ERROR_UNSUPPORTED,  6, "this combination is not supported") \
    ROW(CW_ERROR_DESTINATION,  7, "the destination is missing, misaligned, too small or of another backend") \
    ROW(CW_ERROR_NO_RUNTIME,   8, "the driver or runtime of this backend is not installed or too old") \
    ROW(CW_ERROR_NO_DEVICE,    9, "there is no such device") \
    ROW(CW_ERROR_DEVICE,      10, "the device or its driver reported a failure") \
    ROW(CW_ERROR_MEMORY,      11, "memory is exhausted")
/* clang-format on */

typedef enum cw_status {
#define CW_ROW(id, value, text) id = value,
    CW_STATUS_TABLE(CW_ROW)
#undef CW_ROW
} cw_status;

/* "CW_OK" and "success"; "CW_ERROR_UNKNOWN" for a number that is no status. Static strings. */
CW_API const char *cw_status_name(cw_status status);
CW_API const char *cw_status_text(cw_status status);

/* Why a call failed: one line of text without a final newline. `native` is the driver's own error number
 * (CUresult, cl_int, errno), 0 where there is none. */
typedef struct cw_error {
    cw_status status;
    int32_t native;
    char text[256];
} cw_error;

/* ------------------------------------------------------------------------------------------------------ types */

/* clang-format off */
#define CW_DTYPE_TABLE(ROW) /* id, value, name, bytes of an element */ \
    ROW(CW_FLOAT32,  1, "float32",  4) \
    ROW(CW_FLOAT64,  2, "float64",  8) \
    ROW(CW_FLOAT16,  3, "float16",  2) \
    ROW(CW_BFLOAT16, 4, "bfloat16", 2) \
    ROW(CW_INT32,    5, "int32",    4) \
    ROW(CW_INT64,    6, "int64",    8) \
    ROW(CW_UINT32,   7, "uint32",   4) \
    ROW(CW_UINT64,   8, "uint64",   8)
/* clang-format on */

typedef enum cw_dtype {
#define CW_ROW(id, value, name, bytes) id = value,
    CW_DTYPE_TABLE(CW_ROW)
#undef CW_ROW
} cw_dtype;

typedef enum cw_initializer {
#define CW_ROW(id, value, ...) id = value,
    CW_INITIALIZER_TABLE(CW_ROW)
#undef CW_ROW
} cw_initializer;

/* What one element is. variance_scaling's `distribution` may be uniform or one of the normals. */
typedef enum cw_distribution {
    CW_DISTRIBUTION_CONSTANT = 1,
    CW_DISTRIBUTION_IDENTITY = 2,
    CW_DISTRIBUTION_UNIFORM = 3,
    CW_DISTRIBUTION_NORMAL = 4, /* "untruncated_normal" in Keras */
    CW_DISTRIBUTION_TRUNCATED_NORMAL = 5,
    CW_DISTRIBUTION_INTEGER = 6,     /* minval <= n < maxval */
    CW_DISTRIBUTION_FULL_INTEGER = 7, /* all values of the dtype */
    CW_DISTRIBUTION_STFT = 8          /* cosines or sines under a window; not random */
} cw_distribution;

typedef enum cw_mode { CW_FAN_IN = 1, CW_FAN_OUT = 2, CW_FAN_AVG = 3 } cw_mode;

/* Of stft: which part of the complex filters, under which of scipy.signal.windows, divided by its 2-norm (density), its
 * 1-norm (spectrum) or 1. CW_WINDOW_NONE is Keras's None: neither window nor scaling. */
typedef enum cw_side { CW_SIDE_REAL = 1, CW_SIDE_IMAG = 2 } cw_side;
typedef enum cw_scaling { CW_SCALING_NONE = 1, CW_SCALING_DENSITY = 2, CW_SCALING_SPECTRUM = 3 } cw_scaling;
typedef enum cw_window {
    CW_WINDOW_NONE = 1,
    CW_WINDOW_BOXCAR = 2,
    CW_WINDOW_TRIANG = 3,
    CW_WINDOW_BARTLETT = 4,
    CW_WINDOW_COSINE = 5,
    CW_WINDOW_HANN = 6,
    CW_WINDOW_HAMMING = 7,
    CW_WINDOW_BLACKMAN = 8,
    CW_WINDOW_NUTTALL = 9,
    CW_WINDOW_BLACKMANHARRIS = 10,
    CW_WINDOW_FLATTOP = 11
} cw_window;

/* Whose arithmetic is followed where TensorFlow's own initializers and Keras 3 differ. */
typedef enum cw_dialect { CW_DIALECT_KERAS3 = 1, CW_DIALECT_TF = 2 } cw_dialect;

/* The arguments of initializers that are one number; mode, distribution, side, window and scaling hold their enumerator,
 * periodic 0 or 1. */
/* clang-format off */
#define CW_ARGUMENT_TABLE(ROW) /* id, value, Keras's name */ \
    ROW(CW_MINVAL,       0, "minval") \
    ROW(CW_MAXVAL,       1, "maxval") \
    ROW(CW_MEAN,         2, "mean") \
    ROW(CW_STDDEV,       3, "stddev") \
    ROW(CW_SCALE,        4, "scale") \
    ROW(CW_MODE,         5, "mode") \
    ROW(CW_DISTRIBUTION, 6, "distribution") \
    ROW(CW_GAIN,         7, "gain") \
    ROW(CW_VALUE,        8, "value") \
    ROW(CW_FACTOR,       9, "factor") \
    ROW(CW_SIDE,        10, "side") \
    ROW(CW_WINDOW,      11, "window") \
    ROW(CW_SCALING,     12, "scaling") \
    ROW(CW_PERIODIC,    13, "periodic")
/* clang-format on */

typedef enum cw_argument {
#define CW_ROW(id, value, name) id = value,
    CW_ARGUMENT_TABLE(CW_ROW)
#undef CW_ROW
    CW_ARGUMENTS = 16 /* room in cw_spec */
} cw_argument;

/* A Python number: integers and floats reach a dtype by different roads. `kind` 0 means "not given"; an integer of
 * 2^63 and more is UNSIGNED, with its 64 bits in `integer`. */
typedef enum cw_number_kind {
    CW_NUMBER_NONE = 0,
    CW_NUMBER_INTEGER = 1,
    CW_NUMBER_REAL = 2,
    CW_NUMBER_UNSIGNED = 3
} cw_number_kind;
typedef struct cw_number {
    int64_t integer;
    double real;
    int32_t kind; /* a cw_number_kind */
    int32_t reserved;
} cw_number;

static inline cw_number cw_real(double x) {
    cw_number n = {0, 0.0, CW_NUMBER_REAL, 0};
    n.real = x;
    return n;
}

static inline cw_number cw_integer(int64_t x) {
    cw_number n = {0, 0.0, CW_NUMBER_INTEGER, 0};
    n.integer = x;
    return n;
}

/* Names, as Keras and NumPy write them. The first three of each group return NULL, 0 or 0 for an unknown id;
 * the `_from_name` functions return 0 for an unknown or NULL name. Static strings. Initializers are also found
 * by Keras's class name and aliases; distributions by Keras's spellings ("normal" is "truncated_normal" there)
 * in any case, modes in lower case only, as in Keras. */
CW_API const char *cw_dtype_name(cw_dtype dtype);
CW_API size_t cw_dtype_size(cw_dtype dtype);
CW_API cw_dtype cw_dtype_from_name(const char *name);
CW_API const char *cw_initializer_name(cw_initializer initializer);
CW_API cw_initializer cw_initializer_from_name(const char *name);
CW_API const char *cw_argument_name(cw_argument argument);
CW_API cw_mode cw_mode_from_name(const char *name);
CW_API const char *cw_mode_name(cw_mode mode);
CW_API cw_distribution cw_distribution_from_name(const char *name);
CW_API const char *cw_distribution_name(cw_distribution distribution);
CW_API cw_side cw_side_from_name(const char *name);
CW_API const char *cw_side_name(cw_side side);
CW_API cw_window cw_window_from_name(const char *name); /* also SciPy's aliases; "none" is Keras's None */
CW_API const char *cw_window_name(cw_window window);
CW_API cw_scaling cw_scaling_from_name(const char *name);
CW_API const char *cw_scaling_name(cw_scaling scaling);
CW_API cw_dialect cw_dialect_from_name(const char *name);
CW_API const char *cw_dialect_name(cw_dialect dialect);

/* 1 if a caller may give this argument to this initializer, else 0. */
CW_API int cw_initializer_takes(cw_initializer initializer, cw_argument argument);
CW_API int cw_initializer_takes_axes(cw_initializer initializer);
/* 1 if its values depend on the philox: false for zeros, ones, constant, identity and stft. */
CW_API int cw_initializer_is_random(cw_initializer initializer);

/* ----------------------------------------------------------------------------------------------------- philox */

/* Key and start counter of Philox4x32-10, least significant word first. */
typedef struct cw_philox {
    uint32_t key[2];
    uint32_t counter[4];
} cw_philox;

/* Seed rules: how a seed becomes a philox. Where TensorFlow takes 64-bit integers a rule takes int64_t, where it takes
 * Python integers of any size a cw_int192. No rule can fail. */

/* A Python integer: two's complement, least significant limb first. Larger ones lose their upper bits, as they do in
 * tf.random.Generator.from_seed. */
typedef struct cw_int192 {
    uint64_t limb[3];
} cw_int192;

static inline cw_int192 cw_wide(int64_t x) {
    cw_int192 n = {{0, 0, 0}};
    n.limb[0] = (uint64_t)x;
    if (x < 0) n.limb[1] = n.limb[2] = UINT64_MAX;
    return n;
}

/* keras.initializers.*(seed=seed) in Keras 3.5 and later; `call` is 0 for an integer seed and k for the k-th use of
 * keras.random.SeedGenerator(seed), which draws from [seed, k]. Both words are reduced by Python's modulo 2147483646
 * (keras/src/backend/tensorflow/random.py, _cast_seed) and then are a stateless seed. */
CW_API cw_philox cw_philox_keras(int64_t seed, int64_t call);

/* keras.initializers.*(seed=seed) in Keras 2.10 to 2.15 and in tf_keras: the stateless seed [seed, 0]
 * (tf_keras/src/backend.py, RandomGenerator). */
CW_API cw_philox cw_philox_keras2(int64_t seed);

/* As cw_philox_keras2, for one shard of a variable: `offset`, of `rank` numbers, is where in the whole it begins (the
 * partition_offset of tf_keras's initializers). CPython's hash of that tuple is folded in, also for the first shard,
 * not for rank 0. The spec's shape, and so its fans, are the shard's. */
CW_API cw_philox cw_philox_keras2_shard(int64_t seed, uint32_t rank, const uint64_t *offset);

/* tf.random.stateless_*(seed=[seed0, seed1]): one Philox block with a fixed key scrambles the two numbers
 * (StatelessRandomGetKeyCounter, tensorflow/core/kernels/stateless_random_ops_v2.cc). */
CW_API cw_philox cw_philox_stateless(int64_t seed0, int64_t seed1);

/* tf.random.uniform, .normal, .truncated_normal with seed=op_seed after tf.random.set_seed(graph_seed), first call.
 * Both are reduced modulo 2^31 - 1; 0, 0 then counts as 0, 2^31 - 1 (tensorflow/python/framework/random_seed.py).
 * Where no graph seed was set, TensorFlow takes CW_DEFAULT_GRAPH_SEED; for an op without a seed see
 * cw_mersenne_op_seed. */
#define CW_DEFAULT_GRAPH_SEED 87654321
CW_API cw_philox cw_philox_stateful(cw_int192 graph_seed, cw_int192 op_seed);

/* tf.random.Generator.from_seed(seed) for a Python integer, first call: its limbs are the generator's state, that is
 * counter, counter and key. So {{c0, c1, k}} also is from_state([c0, c1, k]) and from_key_counter(k, [c0, c1])
 * (tensorflow/python/ops/stateful_random_ops.py). */
CW_API cw_philox cw_philox_generator(cw_int192 seed);

/* The philox after `calls` earlier calls for `elements` elements each, for the rules stateful and generator: every
 * element of any dtype and distribution moves the counter by 256 blocks (tensorflow/core/kernels/random_op.cc,
 * stateful_random_ops.cc). Calls of other sizes are so many steps of their own. */
CW_API cw_philox cw_philox_after_calls(cw_philox philox, uint64_t calls, uint64_t elements);

/* The counter moved by blocks_high * 2^64 + blocks_low, modulo 2^128; two's complement moves it back. */
CW_API cw_philox cw_philox_skip(cw_philox philox, uint64_t blocks_low, uint64_t blocks_high);

/* A stateless seed: cw_philox_stateless takes its two words. */
typedef struct cw_seed {
    int64_t word[2];
} cw_seed;

/* Row `index` of tf.random.split(seed, num), which does not depend on num. The seed's dtype decides: a Python list is
 * int32 if its numbers fit there, else int64 (tensorflow/python/ops/stateless_random_ops.py). */
CW_API cw_seed cw_seed_split_int32(cw_seed seed, uint64_t index);
CW_API cw_seed cw_seed_split_int64(cw_seed seed, uint64_t index);

/* tf.random.fold_in(seed, data), by the dtype of data: a Python int is int32 if it fits there, else int64. */
CW_API cw_seed cw_seed_fold_in_int32(cw_seed seed, int32_t data);
CW_API cw_seed cw_seed_fold_in_int64(cw_seed seed, int64_t data);

/* The state after keras.random.SeedGenerator.next(ordered=False), which returns the state before. keras.random.* with
 * seed=None draw so, from a generator that starts at [drawn seed, 0]; a state is used by cw_philox_keras. */
CW_API cw_seed cw_seed_next_unordered(cw_seed state);

/* Python's random.Random: 2.5 kB that the caller owns. Starts from cw_mersenne_seed. */
#define CW_MERSENNE_WORDS 624
typedef struct cw_mersenne {
    uint32_t word[CW_MERSENNE_WORDS];
    uint32_t next;
} cw_mersenne;

/* random.seed(seed), random.Random(seed); keras.utils.set_random_seed(seed) does the same. The sign is dropped. */
CW_API cw_mersenne cw_mersenne_seed(cw_int192 seed);
/* random.getrandbits(32). `mersenne` is not NULL, here and below. */
CW_API uint32_t cw_mersenne_next(cw_mersenne *mersenne);
/* random.randint(1, 10**9): the seed that a Keras initializer or SeedGenerator without one draws, in Keras 3 when it
 * is constructed, in Keras 2.10 and later when it is first called. */
CW_API int64_t cw_mersenne_keras_seed(cw_mersenne *mersenne);
/* random.randint(0, 2**31 - 1): the op seed that eager TensorFlow draws, from random.Random(graph seed), for each call
 * of a stateful op without seed. Every such call is a first call. */
CW_API int64_t cw_mersenne_op_seed(cw_mersenne *mersenne);

/* ------------------------------------------------------------------------------------------------------- spec */

#define CW_MAX_RANK 16

/* Axes of the shape; negative ones count from the end, as in Python. `given` 0 means None. */
typedef struct cw_axes {
    uint8_t given, count;
    int8_t axis[CW_MAX_RANK];
} cw_axes;

/* What the user asks for. Start from CW_SPEC_INIT: glorot_uniform, float32, a scalar. */
typedef struct cw_spec {
    uint32_t struct_size;
    cw_initializer initializer;
    cw_dtype dtype;
    cw_dialect dialect;
    uint32_t rank; /* 0 to CW_MAX_RANK */
    uint32_t reserved;
    uint64_t shape[CW_MAX_RANK];       /* elements per axis, last axis fastest; 0 is fine */
    cw_philox philox;                  /* ignored by initializers that are not random */
    cw_number argument[CW_ARGUMENTS];  /* by cw_argument; those not given take Keras's defaults */
    cw_axes input_axes, output_axes;   /* used for the fans only if both are given, as in Keras 3.15 */
} cw_spec;

#define CW_SPEC_INIT \
    { sizeof(cw_spec), CW_GLOROT_UNIFORM, CW_FLOAT32, CW_DIALECT_KERAS3, 0, 0, {0}, {{0}, {0}}, {{0, 0.0, 0, 0}}, {0, 0, {0}}, {0, 0, {0}} }

/* ------------------------------------------------------------------------------------------------------- plan */

/* A spec with everything decided: a plain value of fixed size. Copy it, keep it, share it; nothing to free. */
typedef struct cw_plan {
    uint32_t struct_size;
    uint32_t reserved;
    uint64_t decided[127];
} cw_plan;

/* Decides fans, constants and counter range. No device is needed.
 * CW_ERROR_ARGUMENT  unknown initializer, a dtype that it does not draw, an argument that it does not take, NaN, infinity, scale <= 0, bad axes
 * CW_ERROR_STRUCT    spec->struct_size is not sizeof(cw_spec)
 * CW_ERROR_SHAPE     rank over CW_MAX_RANK; identity and a rank that is not 2, orthogonal and a rank below 2
 * CW_ERROR_OVERFLOW  the bytes, those of the scratch memory or a product of named axes are over 2^63 - 1, or the reserved
 *                    Philox blocks over 2^64 - 1
 * On failure *plan is untouched. */
CW_API cw_status cw_plan_make(const cw_spec *spec, cw_plan *plan, cw_error *why);

/* 1 if `plan` was made by cw_plan_make of this version. The accessors below are for such plans only. */
CW_API int cw_plan_is_made(const cw_plan *plan);
CW_API uint64_t cw_plan_elements(const cw_plan *plan);
CW_API uint64_t cw_plan_bytes(const cw_plan *plan);
CW_API uint64_t cw_plan_fan_in(const cw_plan *plan);
CW_API uint64_t cw_plan_fan_out(const cw_plan *plan);
/* Philox blocks reserved: one per group of 4 elements, or 2 of 64 bits; 256 for truncated normals, 128 for those of 64
 * bits; 0 where nothing is random. */
CW_API uint64_t cw_plan_blocks(const cw_plan *plan);
/* What one element is; of a matrix initializer: what its draws are. */
CW_API cw_distribution cw_plan_distribution(const cw_plan *plan);
/* Kernels that a fill launches. */
CW_API uint64_t cw_plan_launches(const cw_plan *plan);
/* The two constants of element = draw * scale + shift, before they were rounded to the dtype: limit or stddev and
 * mean. For uniform: maxval - minval and minval. For constant, identity and matrix initializers: the value or gain
 * and 0. */
CW_API double cw_plan_scale(const cw_plan *plan);
CW_API double cw_plan_shift(const cw_plan *plan);
/* Bytes of scratch memory that a fill must be lent: 0 but for matrix initializers. See cw_lend. */
CW_API uint64_t cw_plan_scratch(const cw_plan *plan);

/* How an orthogonal matrix is made: below 48 columns with TensorFlow's own bits, else by the definition of
 * docs/NUMERICS.md, "Orthogonal". */
typedef enum cw_method { CW_METHOD_NONE = 0, CW_METHOD_HOUSEHOLDER = 1, CW_METHOD_CHOLESKY = 2 } cw_method;

/* The matrix behind a matrix initializer: at least as many rows as columns, and transposed where the tensor has it the
 * other way round. All 0 for a plan that has none, or no elements. */
typedef struct cw_matrix {
    uint64_t rows, columns;
    cw_method method;
    int transposed;
} cw_matrix;
CW_API cw_matrix cw_plan_matrix(const cw_plan *plan);

/* The spec, with the defaults filled in. */
CW_API cw_spec cw_plan_spec(const cw_plan *plan);

/* The plan as one JSON object, zero-terminated. Writes at most `capacity` bytes to `text` and the length that is
 * needed, terminator included, to *needed (may be NULL). CW_ERROR_ARGUMENT if it did not fit. */
CW_API cw_status cw_plan_describe(const cw_plan *plan, char *text, size_t capacity, size_t *needed);

/* ------------------------------------------------------------------------------------------------------ slice */

#define CW_END UINT64_MAX

/* Which part of a tensor goes where. Start from CW_SLICE_INIT, which is the whole tensor in row-major order, and set what
 * differs. Fans, seeds and every value stay those of the whole tensor.
 *
 *   start, stop, step  per axis of the tensor, as in Python but without negative numbers: start <= stop, or stop is CW_END.
 *                      step 0 is an axis that nothing was said of: all of it (start and stop are 0, too)
 *   extent             per axis: the tensor is padded to so many, and every element beyond its shape is zero; 0: no padding.
 *                      Starts and stops count in the padded axis, and CW_END is its end. Padding has no part in a digest
 *   flat               1: the tensor, padded at its end, is one axis of its elements in row-major order; all that is said
 *                      per axis is said of axis 0
 *   layout             the order of the destination's axes, as numpy.transpose takes it: the destination is the slice,
 *                      transposed, without gaps. Not given: the tensor's order
 *   stride             instead of a layout: per axis of the tensor, how far apart two neighbours of the slice lie in the
 *                      destination, in elements; all 0: not given. Elements must not meet: each stride is greater than what
 *                      the axes of smaller strides span. Axes of one member or none need no stride. What lies between is
 *                      not touched, and where the first element lies the destination's offset says
 *   store              each value, drawn in the plan's dtype, is rounded once to this one (to nearest, ties to even): float32
 *                      to float16 or bfloat16, float64 to these or to float32. Denormals of the smaller dtype are kept. 0, or
 *                      the plan's: as it is
 *
 *     cw_slice shard = CW_SLICE_INIT;                   columns 1024 to 2048 of a matrix: one of a tensor-parallel layer
 *     cw_slice_axis(&shard, 1, 1024, 2048);
 *     cw_slice rank = cw_slice_range(begin, count);     a shard of a flat parameter, as FSDP has it; with
 *     rank.extent[0] = world * count;                   zeros at the end of the last one
 *     cw_slice oihw = CW_SLICE_INIT;                    a kernel of Keras (HWIO) as PyTorch keeps it (OIHW)
 *     cw_slice_layout(&oihw, 4, (int8_t[]){3, 2, 0, 1});
 */
typedef struct cw_slice {
    uint32_t struct_size;
    cw_dtype store;
    uint8_t flat, reserved[3];
    cw_axes layout;
    uint64_t start[CW_MAX_RANK], stop[CW_MAX_RANK], step[CW_MAX_RANK];
    uint64_t extent[CW_MAX_RANK];
    uint64_t stride[CW_MAX_RANK];
} cw_slice;

#define CW_SLICE_INIT \
    { sizeof(cw_slice), (cw_dtype)0, 0, {0, 0, 0}, {0, 0, {0}}, {0}, {0}, {0}, {0}, {0} }

/* Elements start to stop of an axis. An axis that there is not is refused by what the slice is given to. */
static inline void cw_slice_axis(cw_slice *slice, uint32_t axis, uint64_t start, uint64_t stop) {
    if (axis >= CW_MAX_RANK) axis = CW_MAX_RANK - 1;
    slice->start[axis] = start;
    slice->stop[axis] = stop;
    slice->step[axis] = 1;
}

/* Elements [first, first + count) in row-major order. */
static inline cw_slice cw_slice_range(uint64_t first, uint64_t count) {
    cw_slice slice = CW_SLICE_INIT;
    slice.flat = 1;
    cw_slice_axis(&slice, 0, first, first + count);
    return slice;
}

/* The layout numpy.transpose(slice, axes) has; `rank` numbers. */
static inline void cw_slice_layout(cw_slice *slice, uint32_t rank, const int8_t *axes) {
    slice->layout.given = 1;
    slice->layout.count = (uint8_t)rank;
    for (uint32_t i = 0; i < rank && i < CW_MAX_RANK; i++) slice->layout.axis[i] = axes[i];
}

/* What a slice comes to. Without strides of the caller's `shape` is that of the destination, in its order, else that of the
 * slice, in the tensor's. */
typedef struct cw_extent {
    uint64_t elements; /* padding included */
    uint64_t bytes;    /* from the destination's first element to the end of its last */
    uint64_t scratch;  /* bytes of scratch memory that a fill must be lent */
    uint64_t launches; /* kernels that a fill launches */
    uint32_t rank, reserved;
    uint64_t shape[CW_MAX_RANK];
} cw_extent;

/* Every function that takes a slice takes NULL for the whole tensor, and may return
 * CW_ERROR_STRUCT       the plan was not made by this version, or the slice not started from CW_SLICE_INIT of it
 * CW_ERROR_ARGUMENT     start over stop, stop over the axis, something for an axis that there is not, an extent below the
 *                       shape, a layout that is no permutation, strides with which elements meet, layout and strides
 * CW_ERROR_UNSUPPORTED  a store dtype that the plan's is not rounded to
 * CW_ERROR_OVERFLOW     the destination would have more than 2^63 - 1 bytes
 * On failure *extent is untouched. */
CW_API cw_status cw_slice_measure(const cw_plan *plan, const cw_slice *slice, cw_extent *extent, cw_error *why);

/* --------------------------------------------------------------------------------------------- device and fill */

/* An opened backend with its kernels loaded; see cpu.h, opencl.h, cuda.h. */
typedef struct cw_device cw_device;

/* Where a fill writes, and what it is enqueued on. Made by cw_cpu_at, cw_opencl_at, cw_cuda_at or cw_allocate;
 * the memory, queue and events stay the caller's. */
typedef struct cw_destination {
    uint32_t struct_size;
    uint32_t backend;      /* a cw_backend */
    void *memory;          /* host pointer, cl_mem, or CUdeviceptr cast to a pointer */
    uint64_t offset;       /* bytes from the start of `memory`, a multiple of the dtype's size */
    uint64_t bytes;        /* how many bytes from there may be written */
    void *queue;           /* cl_command_queue or CUstream; NULL on the CPU */
    const void *wait_list; /* cl_event array, or NULL */
    uint32_t wait_count;
    uint32_t reserved;
    void *event; /* cl_event *, or NULL; the caller releases what is stored there */
    void *scratch;           /* memory that a matrix initializer works in, of the same kind as `memory`, or NULL */
    uint64_t scratch_offset; /* bytes from its start, a multiple of 8 */
    uint64_t scratch_bytes;  /* how many bytes from there may be used */
} cw_destination;

typedef enum cw_backend { CW_BACKEND_CPU = 1, CW_BACKEND_OPENCL = 2, CW_BACKEND_CUDA = 3 } cw_backend;

/* Every function from here to cw_fill_proof that returns a status may return
 * CW_ERROR_ARGUMENT     no device
 * CW_ERROR_STRUCT       the destination or the plan was not made by this version
 * CW_ERROR_DESTINATION  no destination, one of another backend, without memory (or, in OpenCL, a queue), too small,
 *                       misaligned, or of another context; host memory of NULL
 * and those named with it. */

/* Lends `scratch`, a destination of the same backend (made by cw_cpu_at, cw_allocate ...), as the memory that fills of
 * *destination may work in: at least cw_plan_scratch bytes, aligned to 8, apart from the destination's. Its contents before
 * do not matter, and those after mean nothing. It must live as long as the fill's memory must; fills that run one after the
 * other may share it. */
static inline void cw_lend(cw_destination *destination, const cw_destination *scratch) {
    destination->scratch = scratch->memory;
    destination->scratch_offset = scratch->offset;
    destination->scratch_bytes = scratch->bytes;
}

/* Fills the destination with the planned tensor, in row-major order. On the CPU it returns when that is done;
 * on OpenCL and CUDA when it is enqueued, and faults that come later appear in cw_sync. It never allocates device
 * memory, synchronizes, compiles or loads.
 * A matrix initializer's destination must have been lent scratch memory; while it is filled, it holds the draws.
 * CW_ERROR_DESTINATION also where the scratch memory is missing, too small, misaligned or of another context;
 * CW_ERROR_DEVICE, CW_ERROR_MEMORY
 * CW_ERROR_UNSUPPORTED  random float64 values, a matrix initializer or stft, on a device that uses no doubles */
CW_API cw_status cw_fill(cw_device *device, const cw_plan *plan, const cw_destination *destination, cw_error *why);

/* As cw_fill, of a part of the tensor: cw_slice_measure says how many bytes there must be. The work is in proportion to the
 * slice, and nothing outside of it is written. A slice that comes to a range of the tensor in row-major order, in its dtype,
 * is filled as fast as the whole; another is one launch of a kernel, and one more per padded axis. A Philox block is used
 * once for all its outputs that are neighbours in the slice along the tensor's last axis.
 * There is no part of a matrix initializer's tensor without the whole. The whole is made in the scratch memory, of which it
 * needs the tensor's bytes more than cw_plan_scratch, and the part is copied from there: cw_extent.scratch bytes in all. */
CW_API cw_status cw_fill_slice(cw_device *device, const cw_plan *plan, const cw_slice *slice, const cw_destination *destination,
                               cw_error *why);

/* Many tensors, or slices of them, prepared once and filled together: all that is elementwise in one launch of one kernel (in
 * OpenCL, one per buffer), whatever their dtypes, distributions, slices and layouts; matrix initializers after it, one by one.
 * Tensors of one element and of billions share the device evenly. */
typedef struct cw_batch cw_batch;

/* One of them. Only memory, offset and bytes of the destination count: queue, events and scratch memory come with a fill. */
typedef struct cw_batch_item {
    const cw_plan *plan;   /* copied, as the slice is */
    const cw_slice *slice; /* NULL: the whole */
    cw_destination destination;
} cw_batch_item;

/* Prepares `count` items: allocates memory on the host, and on the device a table of about 840 bytes per item, which is copied
 * there before it returns. So not while a stream of the device's context is being captured. No two items may write to the
 * same bytes. *batch is written on success only, and freed with cw_batch_free before the device is closed.
 * CW_ERROR_ARGUMENT also for NULL; all that cw_fill_slice returns, of the first item that is wrong, which the text names;
 * CW_ERROR_MEMORY, CW_ERROR_DEVICE */
CW_API cw_status cw_batch_make(cw_device *device, const cw_batch_item *items, uint64_t count, cw_batch **batch, cw_error *why);

/* Fills all of them, as often as wanted. `on` is a destination without memory, cw_cpu_at(NULL, 0), cw_opencl_at(NULL, 0, 0,
 * queue, ...) or cw_cuda_at(0, 0, stream): where to enqueue, what to wait for, and the scratch memory that cw_batch_scratch
 * asks for, lent by cw_lend. On the CPU it returns when that is done; elsewhere when it is enqueued. It never allocates,
 * synchronizes, compiles or loads, so that a CUDA stream may be captured. The batch, its destinations and the scratch memory
 * must live until the work is done, or as long as a graph that captured it. One host thread at a time per device.
 * All that cw_fill returns; in OpenCL buffers are checked here again, before anything is enqueued. */
CW_API cw_status cw_batch_fill(const cw_batch *batch, const cw_destination *on, cw_error *why);

/* Bytes of scratch memory that a fill must be lent, 0 without matrix initializers; the most that one of them needs. */
CW_API uint64_t cw_batch_scratch(const cw_batch *batch);
/* Kernels that a fill launches. */
CW_API uint64_t cw_batch_launches(const cw_batch *batch);
/* NULL is fine. */
CW_API void cw_batch_free(cw_batch *batch);

/* Waits until the work on the destination's queue is done. CW_ERROR_DEVICE if any of it failed. */
CW_API cw_status cw_sync(cw_device *device, const cw_destination *destination, cw_error *why);

/* How long the device takes, by its own clock: cw_timer_start marks a place in the destination's queue, cw_timer_stop marks
 * another, waits until the work before it is done, and gives the seconds between both. A device has one timer; starting it
 * once more forgets the first start. CUDA records events (resolution about 0.5 microseconds), so the stream must not be
 * captured. OpenCL takes the profile of two markers, so the queue must be in order and have CL_QUEUE_PROFILING_ENABLE, as
 * those of cw_allocate have. On the CPU, where a fill is done when it returns, it is the system's monotonic clock.
 * CW_ERROR_ARGUMENT     no place for the seconds, or a timer that was not started
 * CW_ERROR_UNSUPPORTED  an OpenCL queue without profiling
 * CW_ERROR_DEVICE, CW_ERROR_MEMORY */
CW_API cw_status cw_timer_start(cw_device *device, const cw_destination *destination, cw_error *why);
CW_API cw_status cw_timer_stop(cw_device *device, const cw_destination *destination, double *seconds, cw_error *why);

/* Memory for callers that have none of their own (tools, tests): allocated on the device, read back, released.
 * On a device opened from a caller's OpenCL or CUDA context a queue or stream is made with it.
 * CW_ERROR_MEMORY, CW_ERROR_DEVICE; cw_read waits for earlier work on the destination's queue. */
CW_API cw_status cw_allocate(cw_device *device, uint64_t bytes, cw_destination *destination, cw_error *why);
CW_API cw_status cw_write(cw_device *device, const cw_destination *destination, const void *host, uint64_t bytes, cw_error *why);
CW_API cw_status cw_read(cw_device *device, const cw_destination *destination, void *host, uint64_t bytes, cw_error *why);
CW_API void cw_release(cw_device *device, cw_destination *destination);

/* Closes the device; NULL is allowed. Work that is still enqueued is the caller's to wait for. */
CW_API void cw_device_close(cw_device *device);

/* Whether a device's doubles are used. Without them float32, float16 and bfloat16 normals come from integers, with the
 * same bits, and a fill with random float64 values returns CW_ERROR_UNSUPPORTED. AUTO is what the environment variable
 * CW_CPU_FP64 or CW_OPENCL_FP64 says, "on" or "off", and without it: where the device has doubles. */
typedef enum cw_fp64 { CW_FP64_AUTO = 0, CW_FP64_ON = 1, CW_FP64_OFF = 2 } cw_fp64;

/* What `cw devices` shows. A device that cannot be used says so in `why_not`, which is empty otherwise. */
typedef struct cw_device_info {
    char id[32]; /* "cpu", "opencl:0.0", "cuda:0" */
    char name[128];
    char driver[128];
    uint64_t memory_bytes, max_allocation_bytes;
    uint32_t units;      /* cores, compute units, multiprocessors */
    uint8_t fp64;        /* has IEEE doubles */
    uint8_t denormals;   /* keeps float32 denormals */
    uint8_t from_integers; /* its normals come from integers, not from doubles: see cw_fp64 */
    uint8_t reserved;
    char why_not[128];
} cw_device_info;

/* How many times each device has launched a kernel since it was opened. */
CW_API uint64_t cw_device_launches(const cw_device *device);

/* Proofs: the three float32 functions behind every normal, on all 2^23 inputs they have. Element i of the
 * destination is the function of the word i: radius sqrt(-2 log u), or sine or cosine of 2 pi u. */
typedef enum cw_proof { CW_PROOF_RADIUS = 1, CW_PROOF_SINE = 2, CW_PROOF_COSINE = 3 } cw_proof;
#define CW_PROOF_INPUTS 8388608u
/* As cw_fill, and CW_ERROR_ARGUMENT for a number that is no proof. */
CW_API cw_status cw_fill_proof(cw_device *device, cw_proof proof, const cw_destination *destination, cw_error *why);

/* ------------------------------------------------------------------------------------------ verify and digest */

/* Where two arrays differ. An index is `elements` where there is none. Distances are in units in the last place:
 * floats as ordered integers, so that neighbours are 1 apart and -0 and +0 are 1 apart; of integers the distance. */
typedef struct cw_difference {
    uint64_t elements, count, first, worst, max_ulp;
} cw_difference;

/* cw_verify, cw_reference and cw_digest allocate nothing, but for the plan of a matrix initializer: there is no part of it
 * without the whole, so they make all of it, in as much host memory as it and its scratch memory need, and may return
 * CW_ERROR_MEMORY.
 *
 * Compares host bytes with the definition, on the calling thread and without any device. `bytes` must be
 * cw_plan_bytes. CW_OK, CW_DIFFERS, CW_ERROR_ARGUMENT, CW_ERROR_STRUCT. *difference may be NULL and is written
 * for CW_OK and CW_DIFFERS. */
CW_API cw_status cw_verify(const cw_plan *plan, const void *data, uint64_t bytes, cw_difference *difference, cw_error *why);

/* Compares a slice as it lies in memory: `bytes` must be cw_extent.bytes. What lies between its elements is not looked at. An
 * index counts elements from the start of `data`, and `elements` in *difference those from there to the last. */
CW_API cw_status cw_verify_slice(const cw_plan *plan, const cw_slice *slice, const void *data, uint64_t bytes,
                                 cw_difference *difference, cw_error *why);

/* Compares two arrays of any dtype bit by bit. CW_OK, CW_DIFFERS, CW_ERROR_ARGUMENT. */
CW_API cw_status cw_compare(cw_dtype dtype, const void *expected, const void *found, uint64_t elements,
                            cw_difference *difference, cw_error *why);

/* Elements `first` to `first` + `count` of the planned tensor, computed on the calling thread: the definition. */
CW_API cw_status cw_reference(const cw_plan *plan, uint64_t first, uint64_t count, void *data, cw_error *why);

/* A slice as a fill would write it, computed on the calling thread: the definition. `bytes` must be cw_extent.bytes or more;
 * CW_ERROR_DESTINATION where they are not, or not aligned. */
CW_API cw_status cw_reference_slice(const cw_plan *plan, const cw_slice *slice, void *data, uint64_t bytes, cw_error *why);

/* Two 64-bit sums over elements of mix(bits, global index): docs/NUMERICS.md, "Digest". Sums of parts add up
 * whatever the cut. Not cryptographic. */
typedef struct cw_sums {
    uint64_t word[2];
} cw_sums;

/* Adds elements `first` to `first` + `count` of a tensor to *sums, which starts as {{0, 0}}.
 * CW_ERROR_ARGUMENT for NULL, or an unknown dtype. */
CW_API cw_status cw_digest_add(cw_sums *sums, cw_dtype dtype, const void *data, uint64_t first, uint64_t count);
/* Adds a slice as it lies in memory, `bytes` of cw_extent.bytes: each of its elements, but for padding, with its index in the
 * tensor. So the sums of any cut of a tensor add up to the whole's, however each slice is laid out. */
CW_API cw_status cw_digest_add_slice(cw_sums *sums, const cw_plan *plan, const cw_slice *slice, const void *data, uint64_t bytes,
                                     cw_error *why);
/* The same of a slice that is computed from the definition on the calling thread. */
CW_API cw_status cw_digest_slice(cw_sums *sums, const cw_plan *plan, const cw_slice *slice, cw_error *why);
/* Mixes in dtype and shape: the digest of the tensor whose elements were added. */
CW_API cw_sums cw_digest_finish(cw_sums sums, cw_dtype dtype, uint32_t rank, const uint64_t *shape);
/* Adds a named tensor's digest to a model's total, which starts as {{0, 0}}. Any order gives the same total. */
CW_API void cw_digest_total(cw_sums *total, const char *name, cw_sums digest);
/* The digest of the planned tensor, computed from the definition on the calling thread. */
CW_API cw_status cw_digest(const cw_plan *plan, cw_sums *digest, cw_error *why);

/* ---------------------------------------------------------------------------------------------------- explain */

/* One step on an element's way. A value's kind is the cw_dtype that it has there, its bits are in bits[0]. */
typedef enum cw_step_kind {
    CW_STEP_NUMBER = 16, /* bits[0] as a number */
    CW_STEP_WORDS = 17   /* `words` 32-bit words, two to each of bits, the low half first */
} cw_step_kind;

typedef struct cw_step {
    const char *name, *how; /* static; `how` says in a few words what was done */
    uint32_t kind;          /* a cw_dtype or a cw_step_kind */
    uint32_t words;
    uint64_t trial; /* of a truncated normal: which block of its group, from 0 */
    uint64_t bits[2];
} cw_step;

/* Room for every step there is: trials after a group's fifteenth block would be left out, and fewer than one group in
 * 10^60 needs so many. */
#define CW_MAX_STEPS 128
typedef struct cw_explanation {
    uint32_t count, reserved;
    cw_step step[CW_MAX_STEPS];
} cw_explanation;

/* The whole way of element `index` of the planned tensor: index, group, key, counter, words, numbers in [0, 1), every
 * step that rounds, and last the step "value", whose bits are those that a fill writes. Computed on the calling thread by
 * the text that defines the values; nothing is allocated.
 * CW_ERROR_STRUCT, CW_ERROR_ARGUMENT for NULL or an index that the tensor does not have, CW_ERROR_UNSUPPORTED where an
 * element has no way of its own. */
CW_API cw_status cw_explain(const cw_plan *plan, uint64_t index, cw_explanation *explanation, cw_error *why);

#ifdef __cplusplus
}
#endif
#endif
