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
#include "names.h"
#include "numeric/uniform.h"
#include "shape.h"

/* Python float: one rounding; -0.0 counts as +0.0, but what merely rounds to -0.0 does not. Python int: rounded once
 * where it travels as an integer tensor (`direct`), else first to double and then to float. */
static float to_float(cw_number n, int direct) {
    if (n.kind != CW_NUMBER_INTEGER) return n.real == 0.0 ? 0.0f : (float)n.real;
    return direct ? (float)n.integer : (float)(double)n.integer;
}

static double to_double(cw_number n) { return n.kind == CW_NUMBER_INTEGER ? (double)n.integer : n.real; }

/* What an operation sees of an argument: TensorFlow's CPU reads denormals as zeros of the same sign. */
static float as_read(cw_number n, int direct) { return cwn_flush(to_float(n, direct)); }

static cw_status refuse_unless_finite(double x, const char *name, cw_error *why) {
    if (isfinite(x)) return CW_OK;
    return cw_fail(why, CW_ERROR_ARGUMENT, 0, "%s is not a finite float32 (choose a smaller number)", name);
}

/* Below this scale a product of a draw and the scale, or a sum with a small shift, may be denormal: the smallest draw
 * that is not 0 is over 2^-36, and a sum can be denormal only if both terms are under 2^-102. */
static uint32_t needs_flush(float scale) { return scale != 0.0f && fabsf(scale) < 0x1p-60f; }

static void set_affine(cw_decided *p, cw_distribution distribution, float scale, float shift) {
    p->launch.distribution = (cwn_word)distribution;
    p->launch.scale = cwn_bits32(scale);
    p->launch.shift = cwn_bits32(shift);
    p->launch.flush = needs_flush(scale);
}

/* rnd * (maxval - minval) + minval, each a float32 operation. */
static cw_status plan_uniform(cw_decided *p, cw_number minval, cw_number maxval, cw_error *why) {
    const int direct = p->spec.dialect == CW_DIALECT_KERAS3;
    const float low = as_read(minval, direct), high = as_read(maxval, direct);
    const float range = cwn_flush(high - low);
    if (refuse_unless_finite(low, "minval", why) || refuse_unless_finite(high, "maxval", why) ||
        refuse_unless_finite(range, "maxval - minval", why))
        return CW_ERROR_ARGUMENT;
    p->scale = to_double(maxval) - to_double(minval);
    p->shift = to_double(minval);
    set_affine(p, CW_DISTRIBUTION_UNIFORM, range, low);
    return CW_OK;
}

/* rnd * stddev + mean. */
static cw_status plan_normal(cw_decided *p, cw_distribution distribution, cw_number mean, cw_number stddev,
                             cw_error *why) {
    const float scale = as_read(stddev, 0), shift = as_read(mean, 0);
    if (refuse_unless_finite(scale, "stddev", why) || refuse_unless_finite(shift, "mean", why))
        return CW_ERROR_ARGUMENT;
    p->scale = to_double(stddev);
    p->shift = to_double(mean);
    set_affine(p, distribution, scale, shift);
    return CW_OK;
}

/* Keras 3 multiplies the value by a tensor of ones, which flushes a denormal; TensorFlow's own does not. */
static cw_status plan_constant(cw_decided *p, cw_number value, cw_error *why) {
    const int keras = p->spec.dialect == CW_DIALECT_KERAS3;
    const float x = keras ? as_read(value, 1) : to_float(value, 0);
    if (refuse_unless_finite(x, "value", why)) return CW_ERROR_ARGUMENT;
    p->scale = to_double(value);
    set_affine(p, CW_DISTRIBUTION_CONSTANT, x, 0.0f);
    return CW_OK;
}

/* gain * eye: off the diagonal that is gain * 0, which is -0 for a negative gain. */
static cw_status plan_identity(cw_decided *p, cw_number gain, cw_error *why) {
    if (p->spec.rank != 2)
        return cw_fail(why, CW_ERROR_SHAPE, 0, "identity needs a matrix, not a shape of rank %u (give two axes)",
                       (unsigned)p->spec.rank);
    const float x = as_read(gain, 0);
    if (refuse_unless_finite(x, "gain", why)) return CW_ERROR_ARGUMENT;
    p->scale = to_double(gain);
    set_affine(p, CW_DISTRIBUTION_IDENTITY, x, x * 0.0f);
    const uint64_t rows = p->spec.shape[0], columns = p->spec.shape[1];
    p->launch.diagonal_step = columns == UINT64_MAX ? columns : columns + 1;
    p->launch.diagonal_end = rows > columns ? columns * (columns + 1) : p->elements;
    return CW_OK;
}

/* An instruction in every build: gcc without optimization would call sqrt, and so need libm. */
static double square_root(double x) { return __builtin_sqrt(x); }

/* Variance scale / n. The truncated normal is widened by the standard deviation of N(0, 1) cut at +-2, as Keras
 * writes it. */
static cw_status plan_scaling(cw_decided *p, const cw_number *argument, cw_error *why) {
    const double scale = to_double(argument[CW_SCALE]);
    const int64_t mode = argument[CW_MODE].integer, distribution = argument[CW_DISTRIBUTION].integer;
    const double fan = mode == CW_FAN_IN    ? (double)p->fan_in
                       : mode == CW_FAN_OUT ? (double)p->fan_out
                                            : (double)(p->fan_in + p->fan_out) / 2.0;
    if (!(scale > 0.0)) return cw_fail(why, CW_ERROR_ARGUMENT, 0, "scale must be a positive number");
    const double variance = scale / (fan < 1.0 ? 1.0 : fan);
    if (distribution == CW_DISTRIBUTION_UNIFORM) {
        const double limit = square_root(3.0 * variance);
        return plan_uniform(p, cw_real(-limit), cw_real(limit), why);
    }
    const double stddev = square_root(variance);
    const int truncated = distribution == CW_DISTRIBUTION_TRUNCATED_NORMAL;
    return plan_normal(p, (cw_distribution)distribution, cw_real(0.0),
                       cw_real(truncated ? stddev / 0.87962566103423978 : stddev), why);
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
    default: return plan_scaling(p, a, why);
    }
}

/* Mode and distribution hold enumerators, within their range. */
static int is_well_formed(cw_argument a, cw_number n) {
    if (n.kind == CW_NUMBER_REAL) return a != CW_MODE && a != CW_DISTRIBUTION;
    if (n.kind != CW_NUMBER_INTEGER) return 0;
    if (a == CW_MODE) return n.integer >= CW_FAN_IN && n.integer <= CW_FAN_AVG;
    if (a == CW_DISTRIBUTION)
        return n.integer >= CW_DISTRIBUTION_UNIFORM && n.integer <= CW_DISTRIBUTION_TRUNCATED_NORMAL;
    return 1;
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

/* Elements per group: 4. Truncated normals reserve 256 blocks a group, the others 1. */
static cw_status count_blocks(cw_decided *p, cw_error *why) {
    const uint64_t groups = p->elements / 4 + (p->elements % 4 != 0);
    const uint64_t per_group = p->launch.distribution == CWN_TRUNCATED_NORMAL ? 256
                               : p->launch.distribution >= CWN_UNIFORM        ? 1
                                                                              : 0;
    if (per_group && groups > UINT64_MAX / per_group)
        return cw_fail(why, CW_ERROR_OVERFLOW, 0, "the tensor reserves more than 2^64 Philox blocks (make it smaller)");
    p->blocks = groups * per_group;
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
    if (spec->dtype != CW_FLOAT32)
        return cw_fail(why, CW_ERROR_UNSUPPORTED, 0, "dtype %s is not supported by this version (use float32)",
                       cw_dtype_name(spec->dtype));
    if (!cw_dialect_name(spec->dialect))
        return cw_fail(why, CW_ERROR_ARGUMENT, 0, "unknown dialect number %d", (int)spec->dialect);
    return CW_OK;
}

static cw_status decide(cw_decided *p, const cw_initializer_row *row, cw_error *why) {
    cw_status status = check_spec(&p->spec, row, why);
    if (!status) status = cw_shape_elements(&p->spec, &p->elements, why);
    if (!status) status = resolve_arguments(&p->spec, row, why);
    if (!status) status = cw_shape_fans(&p->spec, &p->fan_in, &p->fan_out, why);
    if (!status) status = plan_values(p, row, why);
    if (!status) status = count_blocks(p, why);
    p->bytes = p->elements * cw_dtype_size(p->spec.dtype);
    p->launch.count = p->elements;
    set_philox(&p->launch, &p->spec.philox);
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
double cw_plan_scale(const cw_plan *plan) { return cw_decided_of(plan)->scale; }
double cw_plan_shift(const cw_plan *plan) { return cw_decided_of(plan)->shift; }
cw_spec cw_plan_spec(const cw_plan *plan) { return cw_decided_of(plan)->spec; }
cw_distribution cw_plan_distribution(const cw_plan *plan) {
    return (cw_distribution)cw_decided_of(plan)->launch.distribution;
}
