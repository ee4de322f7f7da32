/* SPDX-License-Identifier: Apache-2.0
 *
 * spec -> fans -> constants -> philox -> plan. Everything that can be decided once is decided here, in double, as
 * Python does, and then rounded to the dtype.
 */
#include "plan.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "backend.h"
#include "constant.h"
#include "matrix.h"
#include "names.h"
#include "shape.h"
#include "stft.h"

static cw_status refuse_unless_finite(const cw_decided *p, double x, const char *name, cw_error *why) {
    if (isfinite(x)) return CW_OK;
    return cw_fail(why, CW_ERROR_ARGUMENT, 0, "%s is not a finite %s (choose a smaller number)", name,
                   cw_dtype_name(p->spec.dtype));
}

/* Keras 3 casts limits and constants; TensorFlow's own initializers convert them. */
static cw_road road_of(const cw_spec *spec) {
    return spec->dialect == CW_DIALECT_KERAS3 ? CW_ROAD_CAST : CW_ROAD_CONVERT;
}

/* Below this scale a product of a draw and the scale, or a sum with a small shift, may be denormal. The smallest draw
 * that is not 0 is over 2^-38 in float32 and over 2^-80 in float64, and a sum can be denormal only if both terms are
 * less than 2^24, or 2^53, times the least normal number. float16 keeps its denormals. */
static uint32_t needs_flush(double scale, cw_dtype dtype) {
    const double least = dtype == CW_FLOAT64 ? 0x1p-500 : 0x1p-60;
    return dtype != CW_FLOAT16 && scale != 0.0 && fabs(scale) < least;
}

/* What an element is to a kernel. The floating point types have the dtypes' numbers. */
static cwn_word bits_type(cw_dtype dtype) {
    const size_t size = cw_dtype_size(dtype);
    return size == 2 ? CWN_BITS16 : size == 4 ? CWN_BITS32 : CWN_BITS64;
}

static void set_launch(cw_decided *p, cw_distribution distribution, cwn_word type, uint64_t scale, uint64_t shift) {
    p->launch.distribution = (cwn_word)distribution;
    p->launch.type = type;
    p->launch.scale = scale;
    p->launch.shift = shift;
}

static void set_affine(cw_decided *p, cw_distribution distribution, double scale, double shift) {
    const cw_dtype dtype = p->spec.dtype;
    set_launch(p, distribution, (cwn_word)dtype, cw_constant_operand(scale, dtype), cw_constant_operand(shift, dtype));
    p->launch.flush = needs_flush(scale, dtype);
}

/* low + bits % (high - low). TensorFlow looks at the limits only where there is an element. */
static cw_status plan_integer(cw_decided *p, cw_number minval, cw_number maxval, cw_error *why) {
    uint64_t low, high;
    const cw_dtype dtype = p->spec.dtype;
    cw_status status = cw_constant_integer(minval, dtype, road_of(&p->spec), "minval", &low, why);
    if (!status) status = cw_constant_integer(maxval, dtype, road_of(&p->spec), "maxval", &high, why);
    if (status) return status;
    if (p->elements && (int64_t)low >= (int64_t)high)
        return cw_fail(why, CW_ERROR_ARGUMENT, 0, "Need minval < maxval, got %" PRId64 " >= %" PRId64, (int64_t)low,
                       (int64_t)high);
    set_launch(p, CW_DISTRIBUTION_INTEGER, bits_type(dtype), high - low, low);
    return CW_OK;
}

/* rnd * (maxval - minval) + minval, each an operation of the dtype. */
static cw_status plan_uniform(cw_decided *p, cw_number minval, cw_number maxval, cw_error *why) {
    const cw_dtype dtype = p->spec.dtype;
    p->scale = cw_number_real(maxval) - cw_number_real(minval);
    p->shift = cw_number_real(minval);
    if (!cw_dtype_is_float(dtype)) return plan_integer(p, minval, maxval, why);
    const double low = cw_constant_read(cw_constant_real(minval, dtype, road_of(&p->spec)), dtype);
    const double high = cw_constant_read(cw_constant_real(maxval, dtype, road_of(&p->spec)), dtype);
    const double range = cw_constant_minus(high, low, dtype);
    if (refuse_unless_finite(p, low, "minval", why) || refuse_unless_finite(p, high, "maxval", why) ||
        refuse_unless_finite(p, range, "maxval - minval", why))
        return CW_ERROR_ARGUMENT;
    set_affine(p, CW_DISTRIBUTION_UNIFORM, range, low);
    return CW_OK;
}

/* rnd * stddev + mean. */
static cw_status plan_normal(cw_decided *p, cw_distribution distribution, cw_number mean, cw_number stddev,
                             cw_error *why) {
    const cw_dtype dtype = p->spec.dtype;
    const double scale = cw_constant_read(cw_constant_real(stddev, dtype, CW_ROAD_CONVERT), dtype);
    const double shift = cw_constant_read(cw_constant_real(mean, dtype, CW_ROAD_CONVERT), dtype);
    if (refuse_unless_finite(p, scale, "stddev", why) || refuse_unless_finite(p, shift, "mean", why))
        return CW_ERROR_ARGUMENT;
    p->scale = cw_number_real(stddev);
    p->shift = cw_number_real(mean);
    set_affine(p, distribution, scale, shift);
    return CW_OK;
}

static void set_bits(cw_decided *p, cw_distribution distribution, double scale, double shift) {
    const cw_dtype dtype = p->spec.dtype;
    set_launch(p, distribution, bits_type(dtype), cw_constant_element(scale, dtype), cw_constant_element(shift, dtype));
}

/* Keras 3 multiplies the value by a tensor of ones, which flushes a denormal; TensorFlow's own does not. */
static cw_status plan_constant(cw_decided *p, cw_number value, cw_error *why) {
    const cw_dtype dtype = p->spec.dtype;
    const cw_road road = road_of(&p->spec);
    p->scale = cw_number_real(value);
    if (!cw_dtype_is_float(dtype)) {
        uint64_t integer;
        const cw_status status = cw_constant_integer(value, dtype, road, "value", &integer, why);
        if (!status) set_launch(p, CW_DISTRIBUTION_CONSTANT, bits_type(dtype), integer, 0);
        return status;
    }
    const double x = cw_constant_real(value, dtype, road);
    if (refuse_unless_finite(p, x, "value", why)) return CW_ERROR_ARGUMENT;
    set_bits(p, CW_DISTRIBUTION_CONSTANT, road == CW_ROAD_CAST ? cw_constant_read(x, dtype) : x, 0.0);
    return CW_OK;
}

/* gain * eye: off the diagonal that is gain * 0, which is -0 for a negative gain. */
static cw_status plan_gain(cw_decided *p, cw_number gain, cw_error *why) {
    const cw_dtype dtype = p->spec.dtype;
    if (!cw_dtype_is_float(dtype)) {
        uint64_t integer;
        const cw_status status = cw_constant_integer(gain, dtype, CW_ROAD_CONVERT, "gain", &integer, why);
        if (!status) set_launch(p, CW_DISTRIBUTION_IDENTITY, bits_type(dtype), integer, 0);
        return status;
    }
    const double x = cw_constant_read(cw_constant_real(gain, dtype, CW_ROAD_CONVERT), dtype);
    if (refuse_unless_finite(p, x, "gain", why)) return CW_ERROR_ARGUMENT;
    set_bits(p, CW_DISTRIBUTION_IDENTITY, x, x * 0.0);
    return CW_OK;
}

static cw_status plan_identity(cw_decided *p, cw_number gain, cw_error *why) {
    if (p->spec.rank != 2)
        return cw_fail(why, CW_ERROR_SHAPE, 0, "identity needs a matrix, not a shape of rank %u (give two axes)",
                       (unsigned)p->spec.rank);
    const cw_status status = plan_gain(p, gain, why);
    if (status) return status;
    p->scale = cw_number_real(gain);
    const uint64_t rows = p->spec.shape[0], columns = p->spec.shape[1];
    p->launch.diagonal_step = columns == UINT64_MAX ? columns : columns + 1;
    p->launch.diagonal_end = rows > columns ? columns * (columns + 1) : p->elements;
    return CW_OK;
}

/* Draws are normals of the dtype, with mean 0 and standard deviation 1. */
static cw_status plan_draws(cw_decided *p, cw_number gain, cw_road road, cw_error *why) {
    const cw_dtype dtype = p->spec.dtype;
    const double x = cw_constant_read(cw_constant_real(gain, dtype, road), dtype);
    if (refuse_unless_finite(p, x, "gain", why)) return CW_ERROR_ARGUMENT;
    set_affine(p, CW_DISTRIBUTION_NORMAL, 1.0, 0.0);
    p->scale = cw_number_real(gain);
    p->matrix.gain = cw_constant_operand(x, dtype);
    /* An element of the matrix may be less than any draw; times a gain of 1 and more it is denormal only if it was. */
    p->matrix.flush = dtype == CW_FLOAT32 ? fabs(x) < 1.0 : needs_flush(x, dtype);
    return CW_OK;
}

/* TensorFlow's own words. */
static cw_status check_kernel_rank(const cw_spec *s, uint32_t dimensions, cw_error *why) {
    static const char *const ranks[] = {"three", "four", "five"};
    if (dimensions == 0 && (s->rank < 3 || s->rank > 5))
        return cw_fail(why, CW_ERROR_SHAPE, 0, "The tensor to initialize, specified by argument `shape` must be at least "
                       "three-dimensional and at most five-dimensional (not of rank %u)", (unsigned)s->rank);
    if (dimensions && s->rank != dimensions + 2)
        return cw_fail(why, CW_ERROR_SHAPE, 0, "The tensor to initialize, specified by argument `shape` must be "
                       "%s-dimensional (not of rank %u)", ranks[dimensions - 1], (unsigned)s->rank);
    return CW_OK;
}

static cw_status check_kernel(const cw_decided *p, uint32_t dimensions, cw_error *why) {
    const cw_spec *s = &p->spec;
    const cw_status status = check_kernel_rank(s, dimensions, why);
    if (status) return status;
    const uint64_t in = s->shape[s->rank - 2], out = s->shape[s->rank - 1];
    if (in > out)
        return cw_fail(why, CW_ERROR_SHAPE, 0, "In_filters, specified by shape[-2]=%" PRIu64 " cannot be greater than "
                       "out_filters, specified by shape[-1]=%" PRIu64 " (swap them)", in, out);
    for (uint32_t i = 1; i < dimensions; i++)
        if (s->shape[i] != s->shape[0])
            return cw_fail(why, CW_ERROR_SHAPE, 0, "Kernel sizes, specified by shape[0]=%" PRIu64 " and shape[%u]=%" PRIu64
                           " must be equal.", s->shape[0], (unsigned)i, s->shape[i]);
    if (dimensions == 0 && p->elements == 0)
        return cw_fail(why, CW_ERROR_SHAPE, 0, "Indices and updates specified for empty output (give sizes of 1 or more)");
    if (dimensions && s->shape[0] == 0)
        return cw_fail(why, CW_ERROR_SHAPE, 0, "a kernel of size 0 has another shape in TensorFlow, (0,) (give 1 or more)");
    return CW_OK;
}

static cw_status plan_kernel(cw_decided *p, uint32_t dimensions, cw_number gain, cw_error *why) {
    cw_status status = check_kernel(p, dimensions, why);
    if (!status) status = plan_draws(p, gain, CW_ROAD_CAST, why); /* math_ops.cast(self.gain) */
    return status || !p->elements ? status : cw_matrix_plan_kernel(&p->matrix, &p->spec, p->elements, dimensions, why);
}

/* gain * Q. */
static cw_status plan_orthogonal(cw_decided *p, cw_number gain, cw_error *why) {
    if (p->spec.rank < 2)
        return cw_fail(why, CW_ERROR_SHAPE, 0, "The tensor to initialize must be at least two-dimensional. Received: a "
                       "shape of rank %u (give two axes)", (unsigned)p->spec.rank);
    const cw_status status = plan_draws(p, gain, CW_ROAD_CONVERT, why);
    if (status) return status;
    return p->elements ? cw_matrix_plan(&p->matrix, &p->spec, p->elements, why) : CW_OK;
}

static cw_status plan_full_integer(cw_decided *p) {
    set_launch(p, CW_DISTRIBUTION_FULL_INTEGER, bits_type(p->spec.dtype), 0, 0);
    return CW_OK;
}

/* An instruction in every build: gcc without optimization would call sqrt, and so need libm. */
static double square_root(double x) { return __builtin_sqrt(x); }

/* a / b, b > 0, as Python divides integers: rounded once, also where a double holds neither. */
static double divide(uint64_t a, uint64_t b) {
    uint64_t quotient = a / b, rest = a % b;
    double unit = 1.0;
    for (; quotient < UINT64_C(1) << 62 && rest; unit *= 0.5) {
        const uint64_t carry = rest >> 63;
        rest <<= 1;
        const uint64_t bit = carry || rest >= b;
        if (bit) rest -= b;
        quotient = quotient << 1 | bit;
    }
    return (double)(quotient | (rest != 0)) * unit;
}

/* scale / max(1.0, fan): fan_in and fan_out are Python integers, and their mean is a float. */
static double variance(cw_number scale, const cw_decided *p, int64_t mode) {
    if (mode == CW_FAN_AVG) {
        const double fan = (double)(p->fan_in + p->fan_out) / 2.0;
        return cw_number_real(scale) / (fan < 1.0 ? 1.0 : fan);
    }
    const uint64_t fan = mode == CW_FAN_IN ? p->fan_in : p->fan_out;
    if (scale.kind != CW_NUMBER_REAL && fan > 1) return divide((uint64_t)scale.integer, fan);
    return cw_number_real(scale) / (fan < 1 ? 1.0 : (double)fan);
}

/* Variance scale / n. The truncated normal is widened by the standard deviation of N(0, 1) cut at +-2, as Keras
 * writes it. */
static cw_status plan_scaling(cw_decided *p, const cw_number *argument, cw_error *why) {
    const double scale = cw_number_real(argument[CW_SCALE]);
    const int64_t mode = argument[CW_MODE].integer, distribution = argument[CW_DISTRIBUTION].integer;
    if (!(scale > 0.0)) return cw_fail(why, CW_ERROR_ARGUMENT, 0, "scale must be a positive number");
    const double spread = variance(argument[CW_SCALE], p, mode);
    if (distribution == CW_DISTRIBUTION_UNIFORM) {
        const double limit = square_root(3.0 * spread);
        return plan_uniform(p, cw_real(-limit), cw_real(limit), why);
    }
    const double stddev = square_root(spread);
    const int truncated = distribution == CW_DISTRIBUTION_TRUNCATED_NORMAL;
    return plan_normal(p, (cw_distribution)distribution, cw_real(0.0),
                       cw_real(truncated ? stddev / 0.87962566103423978 : stddev), why);
}

/* The product of all axes but the last; tensorflow/python/ops/init_ops.py (UniformUnitScaling), which multiplies floats. */
static cw_status plan_unit_scaling(cw_decided *p, const cw_number *argument, cw_error *why) {
    double n = 1.0;
    for (uint32_t i = 0; i + 1 < p->spec.rank; i++) n *= (double)p->spec.shape[i];
    const double limit = square_root(3.0 / (n < 1.0 ? 1.0 : n)) * cw_number_real(argument[CW_FACTOR]);
    return plan_uniform(p, cw_real(-limit), cw_real(limit), why);
}

static cw_status plan_values(cw_decided *p, const cw_initializer_row *row, cw_error *why) {
    const cw_number *a = p->spec.argument;
    switch (row->rule) {
    case CW_RULE_CONSTANT: return plan_constant(p, a[CW_VALUE], why);
    case CW_RULE_IDENTITY: return plan_identity(p, a[CW_GAIN], why);
    case CW_RULE_UNIFORM: return plan_uniform(p, a[CW_MINVAL], a[CW_MAXVAL], why);
    case CW_RULE_NORMAL: return plan_normal(p, CW_DISTRIBUTION_NORMAL, a[CW_MEAN], a[CW_STDDEV], why);
    case CW_RULE_TRUNCATED_NORMAL:
        return plan_normal(p, CW_DISTRIBUTION_TRUNCATED_NORMAL, a[CW_MEAN], a[CW_STDDEV], why);
    case CW_RULE_UNIT_SCALING: return plan_unit_scaling(p, a, why);
    case CW_RULE_FULL_INTEGER: return plan_full_integer(p);
    case CW_RULE_ORTHOGONAL: return plan_orthogonal(p, a[CW_GAIN], why);
    case CW_RULE_DELTA_KERNEL: return plan_kernel(p, 0, a[CW_GAIN], why);
    case CW_RULE_KERNEL_1D: return plan_kernel(p, 1, a[CW_GAIN], why);
    case CW_RULE_KERNEL_2D: return plan_kernel(p, 2, a[CW_GAIN], why);
    case CW_RULE_KERNEL_3D: return plan_kernel(p, 3, a[CW_GAIN], why);
    case CW_RULE_STFT: return cw_stft_plan(p, why);
    default: return plan_scaling(p, a, why);
    }
}

/* The arguments that hold enumerators. */
static const struct {
    cw_argument argument;
    int64_t first, last;
} enumerated[] = {
    {CW_MODE, CW_FAN_IN, CW_FAN_AVG},
    {CW_DISTRIBUTION, CW_DISTRIBUTION_UNIFORM, CW_DISTRIBUTION_TRUNCATED_NORMAL},
    {CW_SIDE, CW_SIDE_REAL, CW_SIDE_IMAG},
    {CW_WINDOW, CW_WINDOW_NONE, CW_WINDOW_FLATTOP},
    {CW_SCALING, CW_SCALING_NONE, CW_SCALING_SPECTRUM},
    {CW_PERIODIC, 0, 1},
};

static int is_well_formed(cw_argument a, cw_number n) {
    for (size_t i = 0; i < sizeof enumerated / sizeof *enumerated; i++)
        if (enumerated[i].argument == a)
            return n.kind == CW_NUMBER_INTEGER && n.integer >= enumerated[i].first && n.integer <= enumerated[i].last;
    return n.kind == CW_NUMBER_INTEGER || n.kind == CW_NUMBER_REAL || n.kind == CW_NUMBER_UNSIGNED;
}

/* Fills in the defaults, and refuses what the initializer does not take. */
static cw_status resolve_arguments(cw_spec *spec, const cw_initializer_row *row, cw_error *why) {
    for (uint32_t i = 0; i < CW_ARGUMENTS; i++) {
        const cw_argument a = (cw_argument)i;
        if (spec->argument[i].kind == CW_NUMBER_NONE) {
            spec->argument[i] = row->defaults[i];
            continue;
        }
        if (!cw_initializer_takes(row->id, a))
            return cw_fail(why, CW_ERROR_ARGUMENT, 0, "%s does not take %s", row->name,
                           cw_argument_name(a) ? cw_argument_name(a) : "an argument of that number");
        if (!is_well_formed(a, spec->argument[i]))
            return cw_fail(why, CW_ERROR_ARGUMENT, 0, "%s is not one of its values", cw_argument_name(a));
    }
    if ((spec->input_axes.given || spec->output_axes.given) && !cw_initializer_takes_axes(row->id))
        return cw_fail(why, CW_ERROR_ARGUMENT, 0, "%s does not take input_axes and output_axes", row->name);
    return CW_OK;
}

/* Blocks reserved per group: one, and for truncated normals 256 in float32, 128 in float64. */
static uint64_t blocks_per_group(const cwn_launch *launch) {
    if (launch->distribution == CWN_TRUNCATED_NORMAL) return cwn_is_64(launch->type) ? 128 : 256;
    return launch->distribution >= CWN_UNIFORM && launch->distribution != CWN_STFT;
}

/* Of a kernel: those of every matrix and every mask, whose draws have counters of their own. */
static uint64_t kernel_blocks(const cwn_matrix *m) {
    const uint64_t size = cwn_group_elements(m->type), n = m->columns;
    const uint64_t projections = m->dimensions ? (m->taps - 1) * m->dimensions : 0;
    return (1 + projections) * ((n * n + size - 1) / size) + projections * ((n + 3) / 4);
}

static cw_status count_blocks(cw_decided *p, cw_error *why) {
    if (p->matrix.inputs) {
        p->blocks = kernel_blocks(&p->matrix);
        return CW_OK;
    }
    const uint64_t size = cwn_group_elements(p->launch.type), each = blocks_per_group(&p->launch);
    const uint64_t groups = p->elements / size + (p->elements % size != 0);
    if (each && groups > UINT64_MAX / each)
        return cw_fail(why, CW_ERROR_OVERFLOW, 0, "the tensor reserves more than 2^64 Philox blocks (make it smaller)");
    p->blocks = groups * each;
    p->launch.inverse = cwn_inverse_of(p->launch);
    return CW_OK;
}

static void set_philox(cwn_launch *launch, const cw_philox *philox) {
    launch->key0 = philox->key[0];
    launch->key1 = philox->key[1];
    launch->counter_low = philox->counter[0] | (uint64_t)philox->counter[1] << 32;
    launch->counter_high = philox->counter[2] | (uint64_t)philox->counter[3] << 32;
}

static cw_status check_spec(const cw_spec *spec, const cw_initializer_row *row, cw_error *why) {
    if (!row) return cw_fail(why, CW_ERROR_ARGUMENT, 0, "unknown initializer number %d", (int)spec->initializer);
    if (!cw_dtype_name(spec->dtype)) return cw_fail(why, CW_ERROR_ARGUMENT, 0, "unknown dtype number %d", (int)spec->dtype);
    if (!cw_dialect_name(spec->dialect))
        return cw_fail(why, CW_ERROR_ARGUMENT, 0, "unknown dialect number %d", (int)spec->dialect);
    return CW_OK;
}

/* Which dtypes an initializer draws; Keras's own words where it raises. */
static cw_status check_dtype(const cw_spec *spec, const cw_initializer_row *row, cw_error *why) {
    const char *dtype = cw_dtype_name(spec->dtype);
    const int real = cw_dtype_is_float(spec->dtype), integer = cw_dtype_is_signed(spec->dtype);
    if (row->rule >= CW_RULE_ORTHOGONAL && row->rule <= CW_RULE_KERNEL_3D && spec->dtype == CW_BFLOAT16)
        return cw_fail(why, CW_ERROR_ARGUMENT, 0, "Value for attr 'T' of bfloat16 is not in the list of allowed values: "
                       "double, float, half (use one of these)");
    if (row->rule >= CW_RULE_DELTA_KERNEL && row->rule <= CW_RULE_KERNEL_3D && !real)
        return cw_fail(why, CW_ERROR_ARGUMENT, 0, "Argument `dtype` is expected to be floating point. Received: %s", dtype);
    const int uniform = row->rule == CW_RULE_UNIFORM ||
                        (row->rule == CW_RULE_VARIANCE_SCALING && spec->dialect == CW_DIALECT_KERAS3 &&
                         spec->argument[CW_DISTRIBUTION].integer == CW_DISTRIBUTION_UNIFORM);
    /* Keras 3 multiplies a Python integer into any eye; with a float it fails, and TensorFlow's own want a float dtype. */
    const int eye = row->rule == CW_RULE_IDENTITY && spec->dialect == CW_DIALECT_KERAS3 &&
                    spec->argument[CW_GAIN].kind != CW_NUMBER_REAL;
    if (row->rule == CW_RULE_CONSTANT || eye || (real && row->rule != CW_RULE_FULL_INTEGER) || (integer && uniform)) return CW_OK;
    if (row->rule == CW_RULE_FULL_INTEGER)
        return real ? cw_fail(why, CW_ERROR_ARGUMENT, 0, "%s gives integers, not %s (use int32, int64, uint32 or uint64)",
                              row->name, dtype)
                    : CW_OK;
    if (uniform)
        return cw_fail(why, CW_ERROR_ARGUMENT, 0, "Argument `dtype` got invalid value %s (use uniform_full_int)", dtype);
    return cw_fail(why, CW_ERROR_ARGUMENT, 0, "Cannot convert %s to EagerTensor of dtype %s (use a floating point dtype)",
                   row->rule == CW_RULE_IDENTITY ? "1.0" : "0.0", dtype);
}

static cw_status decide(cw_decided *p, const cw_initializer_row *row, cw_error *why) {
    cw_status status = check_spec(&p->spec, row, why);
    if (!status) status = cw_shape_elements(&p->spec, &p->elements, why);
    if (!status) status = resolve_arguments(&p->spec, row, why);
    if (!status) status = check_dtype(&p->spec, row, why);
    if (!status) status = cw_shape_fans(&p->spec, &p->fan_in, &p->fan_out, why);
    if (!status) status = plan_values(p, row, why);
    if (!status) status = count_blocks(p, why);
    p->bytes = p->elements * cw_dtype_size(p->spec.dtype);
    p->launch.count = p->matrix.inputs ? p->matrix.columns * p->matrix.columns : p->elements;
    set_philox(&p->launch, &p->spec.philox);
    if (!status) p->launches = p->matrix.columns ? cw_matrix_launches(&p->launch, &p->matrix) : p->elements != 0;
    return status;
}

cw_status cw_plan_make(const cw_spec *spec, cw_plan *plan, cw_error *why) {
    if (!spec || !plan) return cw_fail(why, CW_ERROR_ARGUMENT, 0, "cw_plan_make needs a spec and a plan");
    if (spec->struct_size != sizeof(cw_spec))
        return cw_fail(why, CW_ERROR_STRUCT, 0, "the spec was not started from CW_SPEC_INIT of this version");
    cw_decided decided = {.struct_size = sizeof(cw_plan), .made = CW_PLAN_MADE, .spec = *spec};
    const cw_status status = decide(&decided, cw_initializer_row_of(spec->initializer), why);
    if (status) return status;
    memset(plan, 0, sizeof *plan);
    memcpy(plan, &decided, sizeof decided);
    return CW_OK;
}

const cw_decided *cw_decided_of(const cw_plan *plan) {
    const cw_decided *p = (const cw_decided *)(const void *)plan;
    return p && p->struct_size == sizeof(cw_plan) && p->made == CW_PLAN_MADE ? p : NULL;
}

int cw_plan_is_made(const cw_plan *plan) { return cw_decided_of(plan) != NULL; }
uint64_t cw_plan_elements(const cw_plan *plan) { return cw_decided_of(plan)->elements; }
uint64_t cw_plan_bytes(const cw_plan *plan) { return cw_decided_of(plan)->bytes; }
uint64_t cw_plan_fan_in(const cw_plan *plan) { return cw_decided_of(plan)->fan_in; }
uint64_t cw_plan_fan_out(const cw_plan *plan) { return cw_decided_of(plan)->fan_out; }
uint64_t cw_plan_blocks(const cw_plan *plan) { return cw_decided_of(plan)->blocks; }
uint64_t cw_plan_launches(const cw_plan *plan) { return cw_decided_of(plan)->launches; }
uint64_t cw_plan_scratch(const cw_plan *plan) { return cw_decided_of(plan)->matrix.scratch; }
double cw_plan_scale(const cw_plan *plan) { return cw_decided_of(plan)->scale; }
double cw_plan_shift(const cw_plan *plan) { return cw_decided_of(plan)->shift; }
cw_spec cw_plan_spec(const cw_plan *plan) { return cw_decided_of(plan)->spec; }
cw_distribution cw_plan_distribution(const cw_plan *plan) {
    return (cw_distribution)cw_decided_of(plan)->launch.distribution;
}

cw_matrix cw_plan_matrix(const cw_plan *plan) {
    const cwn_matrix *m = &cw_decided_of(plan)->matrix;
    const cw_matrix matrix = {m->rows, m->columns, cw_matrix_method(m), (int)m->transposed};
    return matrix;
}
