/* SPDX-License-Identifier: Apache-2.0
 *
 * Causes that show where the plan is known: other plans are tried, and other arithmetic on the same draws.
 */
#include "cause_rows.h"
#include "element.h"
#include "piece.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAY(...) snprintf(seen->text, sizeof seen->text, __VA_ARGS__)

static double real_at(const cw_evidence *e, uint64_t i) { return cw_element_real(e->tensor->dtype, e->found, i); }

static cw_spec spec_of(const cw_evidence *e) { return cw_plan_spec(&e->entry->plan); }

static bool is_random(const cw_evidence *e) { return cw_initializer_is_random(spec_of(e).initializer); }

/* A matrix has to be made whole to see one element of it, so few others are tried. */
static bool is_matrix(const cw_evidence *e) { return cw_plan_matrix(&e->entry->plan).columns != 0; }

/* The arguments as they were given: defaults would be refused where the initializer does not take them. */
static cw_spec given_spec(const cw_evidence *e) {
    cw_spec s = e->entry->fields.spec;
    const cw_spec planned = spec_of(e);
    s.philox = planned.philox;
    s.dialect = planned.dialect;
    return s;
}

/* ------------------------------------------------------------------------------------------------- other plans */

/* The first elements of what is stored, which mostly tell that it was made otherwise. */
static bool begins_with(const cw_evidence *e, const cw_plan *plan, const cw_slice *slice) {
    enum { HEAD = 4 };
    const uint32_t rank = e->tensor->rank;
    uint64_t head[HEAD];
    cw_slice first = *slice;
    for (uint32_t d = 0; d < rank; d++) {
        const uint64_t most = d + 1 == rank ? HEAD : 1, members = e->tensor->shape[d];
        cw_slice_narrow(e->entry, &first, d, 0, members < most ? members : most);
    }
    cw_extent x;
    return cw_slice_measure(plan, &first, &x, NULL) == CW_OK && x.bytes <= sizeof head &&
           cw_reference_slice(plan, &first, head, sizeof head, NULL) == CW_OK && memcmp(head, e->found, x.bytes) == 0;
}

/* Whether found is this slice of what the spec makes. */
static bool is_slice_of(const cw_evidence *e, const cw_spec *spec, const cw_slice *slice) {
    cw_plan plan;
    cw_extent x;
    if (cw_plan_make(spec, &plan, NULL) || cw_slice_measure(&plan, slice, &x, NULL) || x.bytes != e->tensor->bytes)
        return false;
    return begins_with(e, &plan, slice) &&
           cw_verify_slice(&plan, e->entry->whole ? NULL : slice, e->found, x.bytes, NULL, NULL) == CW_OK;
}

static bool is_made_by(const cw_evidence *e, const cw_spec *spec) { return is_slice_of(e, spec, &e->entry->slice); }

bool cw_seen_dialect(const cw_evidence *e, cw_seen *seen) {
    cw_spec spec = given_spec(e);
    const cw_dialect planned = spec.dialect;
    spec.dialect = planned == CW_DIALECT_TF ? CW_DIALECT_KERAS3 : CW_DIALECT_TF;
    if (!is_made_by(e, &spec)) return false;
    SAY("%%s has the values of the dialect %s instead of %s", cw_dialect_name(spec.dialect), cw_dialect_name(planned));
    return true;
}

/* Both dialects, of which the planned one comes first. */
static bool is_made_by_philox(const cw_evidence *e, cw_philox philox) {
    cw_spec spec = given_spec(e);
    spec.philox = philox;
    if (is_made_by(e, &spec)) return true;
    spec.dialect = spec.dialect == CW_DIALECT_TF ? CW_DIALECT_KERAS3 : CW_DIALECT_TF;
    return is_made_by(e, &spec);
}

/* -------------------------------------------------------------------------------------------------------- seed */

/* What every rule makes of one or two numbers; other programs too take a seed for the key. */
static int64_t low(cw_int192 n) { return (int64_t)n.limb[0]; }

static cw_philox rule_keras(cw_int192 a, cw_int192 b) {
    (void)b;
    return cw_philox_keras(low(a), 0);
}

static cw_philox rule_keras2(cw_int192 a, cw_int192 b) {
    (void)b;
    return cw_philox_keras2(low(a));
}

static cw_philox rule_stateless(cw_int192 a, cw_int192 b) { return cw_philox_stateless(low(a), low(b)); }

static cw_philox rule_stateless_exchanged(cw_int192 a, cw_int192 b) { return cw_philox_stateless(low(b), low(a)); }

static cw_philox rule_stateful(cw_int192 a, cw_int192 b) { return cw_philox_stateful(a, b); }

static cw_philox rule_stateful_exchanged(cw_int192 a, cw_int192 b) { return cw_philox_stateful(b, a); }

static cw_philox rule_op_seed(cw_int192 a, cw_int192 b) {
    (void)b;
    return cw_philox_stateful(cw_wide(CW_DEFAULT_GRAPH_SEED), a);
}

static cw_philox rule_generator(cw_int192 a, cw_int192 b) {
    (void)b;
    return cw_philox_generator(a);
}

/* `seeds` is 0 for what is no rule of its own. */
static const struct {
    const char *name, *text;
    uint32_t seeds;
    cw_philox (*philox)(cw_int192 a, cw_int192 b);
} rules[] = {
    {"keras", "the seed rule keras", 1, rule_keras},
    {"keras2", "the seed rule keras2", 1, rule_keras2},
    {"stateless", "the seed rule stateless", 2, rule_stateless},
    {"stateful", "the seed rule stateful: the seed is the key", 2, rule_stateful},
    {"generator", "the seed rule generator", 1, rule_generator},
    {"", "the seed rule stateless with the two numbers exchanged", 0, rule_stateless_exchanged},
    {"", "the seed rule stateful with the two numbers exchanged", 0, rule_stateful_exchanged},
    {"", "the seed rule stateful with no graph seed, and the seed as that of the op", 0, rule_op_seed},
};
enum { RULES = sizeof rules / sizeof *rules, MOST_SEEDS = 65536, MOST_CALLS = 64 };

static cw_int192 seed_of(const cw_evidence *e, uint32_t i) {
    return i < e->entry->fields.seed_count ? e->entry->fields.seed[i].bits : cw_wide(0);
}

static bool seen_rule(const cw_evidence *e, cw_seen *seen) {
    for (int i = 0; i < RULES; i++) {
        if (!is_made_by_philox(e, rules[i].philox(seed_of(e, 0), seed_of(e, 1)))) continue;
        SAY("%%s has the values of %s", rules[i].text);
        return true;
    }
    return false;
}

/* Other uses of the same SeedGenerator; those of the other rules are a matter of the counter. */
static bool seen_call(const cw_evidence *e, cw_seen *seen) {
    if (strcmp(e->entry->fields.seed_rule, "keras") != 0) return false;
    for (int64_t call = 0; call < MOST_CALLS; call++)
        if (is_made_by_philox(e, cw_philox_keras(low(seed_of(e, 0)), call))) {
            SAY("%%s has the values of --call %" PRId64 " instead of %" PRId64, call, e->entry->fields.call);
            return true;
        }
    return false;
}

/* Small numbers, as people choose them, for either number of the seed. */
static bool seen_number(const cw_evidence *e, cw_seen *seen) {
    int rule = 0;
    while (rule < RULES && strcmp(rules[rule].name, e->entry->fields.seed_rule) != 0) rule++;
    for (int64_t n = 0; rule < RULES && n < MOST_SEEDS; n++)
        for (uint32_t k = 0; k < rules[rule].seeds; k++) {
            const cw_int192 a = k == 0 ? cw_wide(n) : seed_of(e, 0), b = k == 1 ? cw_wide(n) : seed_of(e, 1);
            if (!is_made_by_philox(e, rules[rule].philox(a, b))) continue;
            SAY("%%s has the values of %s %" PRId64,
                k                        ? "the second seed"
                : rules[rule].seeds == 2 ? "the first seed"
                                         : "the seed",
                n);
            return true;
        }
    return false;
}

bool cw_seen_seed(const cw_evidence *e, cw_seen *seen) {
    return is_random(e) && (seen_rule(e, seen) || (!is_matrix(e) && (seen_call(e, seen) || seen_number(e, seen))));
}

/* ----------------------------------------------------------------------------------------------------- counter */

/* By single blocks, by whole tensors, and by 256 blocks an element, as tf.random's generators go on. */
bool cw_seen_counter(const cw_evidence *e, cw_seen *seen) {
    const uint64_t steps[] = {1, cw_plan_blocks(&e->entry->plan), 256 * cw_plan_elements(&e->entry->plan)};
    const cw_philox start = spec_of(e).philox;
    for (int s = 0; s < 3 && is_random(e) && !is_matrix(e); s++)
        for (uint64_t i = 2; i < 2 * 256 + 2; i++) {
            const uint64_t k = i / 2 * steps[s];
            if (!is_made_by_philox(e, cw_philox_skip(start, i % 2 ? 0 - k : k, i % 2 ? UINT64_MAX : 0))) continue;
            SAY("%%s starts %" PRIu64 " Philox blocks %s", k, i % 2 ? "too early" : "too late");
            return true;
        }
    return false;
}

/* ------------------------------------------------------------------------------------------------------- shard */

typedef struct shard {
    cw_plan plan;
    uint32_t axis;
    uint64_t parts;
} shard;

/* Whether part `index` of found along the axis is what the part's own plan makes. */
static bool is_own_part(const cw_evidence *e, const shard *s, const char *part, uint64_t index) {
    uint64_t run = cw_dtype_size(e->tensor->dtype);
    for (uint32_t i = s->axis; i < e->tensor->rank; i++) run *= cw_plan_spec(&s->plan).shape[i];
    for (uint64_t at = 0; at < cw_plan_bytes(&s->plan); at += run)
        if (memcmp(part + at, (const char *)e->found + at * s->parts + index * run, run) != 0) return false;
    return true;
}

/* The first elements, which spare making the part. */
static bool begins_so(const cw_evidence *e, const shard *s) {
    const uint64_t row =
        s->axis + 1 == e->tensor->rank ? cw_plan_spec(&s->plan).shape[s->axis] : e->tensor->shape[e->tensor->rank - 1];
    uint64_t head[4];
    const uint64_t n = row < 4 ? row : 4;
    return cw_reference(&s->plan, 0, n, head, NULL) == CW_OK &&
           memcmp(head, e->found, n * cw_dtype_size(e->tensor->dtype)) == 0;
}

/* The first part alone would prove nothing: it may be that of the whole tensor. */
static bool holds_own_parts(const cw_evidence *e, const shard *s) {
    if (!begins_so(e, s)) return false;
    char *part = malloc(cw_plan_bytes(&s->plan) + 1);
    const bool same = part && cw_reference(&s->plan, 0, cw_plan_elements(&s->plan), part, NULL) == CW_OK &&
                      is_own_part(e, s, part, 0) && is_own_part(e, s, part, s->parts - 1);
    free(part);
    return same;
}

/* Part after part along the last axes first, which are the ones that are cut in practice. */
static bool find_shard(const cw_evidence *e, bool (*fits)(const cw_evidence *, const shard *), shard *s) {
    enum { MOST_PARTS = 64 };
    for (s->axis = e->tensor->rank; s->axis-- > 0;)
        for (s->parts = 2; s->parts <= MOST_PARTS; s->parts++) {
            cw_spec spec = given_spec(e);
            if (spec.shape[s->axis] % s->parts) continue;
            spec.shape[s->axis] /= s->parts;
            if (cw_plan_make(&spec, &s->plan, NULL) == CW_OK && fits(e, s)) return true;
        }
    return false;
}

static double factor_of(const cw_evidence *e, const shard *s) {
    return cw_plan_scale(&s->plan) / cw_plan_scale(&e->entry->plan);
}

/* A ratio of fans, up to the roundings of the scales. */
static bool has_factor(const cw_evidence *e, const shard *s) {
    const double unit = ldexp(1, 3 - cw_dtype_binary(e->tensor->dtype).bits);
    return fabs(cw_find_factor(e) / factor_of(e, s) - 1) <= unit;
}

static uint64_t members_of(const cw_evidence *e, uint32_t axis) {
    for (uint32_t d = 0; d < e->tensor->rank; d++)
        if (cw_entry_axis(e->entry, d) == axis) return e->tensor->shape[d];
    return 0;
}

/* The slice as a tensor of its own, with its fans, from the start of the stream. */
static bool is_planned_alone(const cw_evidence *e, cw_seen *seen) {
    const cw_slice *stored = &e->entry->slice;
    cw_slice all = CW_SLICE_INIT;
    cw_spec spec = given_spec(e);
    all.layout = stored->layout;
    all.store = stored->store;
    for (uint32_t axis = 0; axis < spec.rank; axis++) {
        spec.shape[axis] = members_of(e, axis);
        cw_slice_axis(&all, axis, 0, spec.shape[axis]);
    }
    if (!is_slice_of(e, &spec, &all)) return false;
    SAY("%%s was planned as a tensor of its own: its fans are those of the part, and it starts anew");
    return true;
}

bool cw_seen_shard(const cw_evidence *e, cw_seen *seen) {
    shard s;
    if (!e->entry->whole) return is_random(e) && !is_matrix(e) && is_planned_alone(e, seen);
    if (!is_random(e) || is_matrix(e) || e->difference.elements < 2) return false;
    if (cw_find_factor(e) != 0 && find_shard(e, has_factor, &s))
        SAY("%%s is %.7g times the other: the fans are those of a part, such as axis %u cut into %" PRIu64,
            factor_of(e, &s), s.axis, s.parts);
    else if (find_shard(e, holds_own_parts, &s))
        SAY("%%s was planned part by part: axis %u is cut into %" PRIu64 ", and each starts anew", s.axis, s.parts);
    else return false;
    return true;
}

/* ----------------------------------------------------------------------------------------------------- another part */

/* Other parts of the same size along one axis, which other ranks have. */
bool cw_seen_slice(const cw_evidence *e, cw_seen *seen) {
    const cw_spec spec = given_spec(e);
    if (e->entry->whole || is_matrix(e)) return false;
    for (uint32_t axis = 0; axis < spec.rank; axis++) {
        cw_slice other = e->entry->slice;
        const uint64_t length = other.stop[axis] - other.start[axis];
        for (uint64_t at = 0; length && at + length <= spec.shape[axis]; at += length) {
            cw_slice_axis(&other, axis, at, at + length);
            other.step[axis] = e->entry->slice.step[axis];
            if (!is_slice_of(e, &spec, &other)) continue;
            SAY("%%s holds %" PRIu64 ":%" PRIu64 " of axis %u instead of %" PRIu64 ":%" PRIu64, at, at + length, axis,
                e->entry->slice.start[axis], e->entry->slice.stop[axis]);
            return true;
        }
    }
    return false;
}

/* ------------------------------------------------------------------------------------------------- another dtype */

/* Drawn in float32 and rounded once at the end. */
bool cw_seen_store(const cw_evidence *e, cw_seen *seen) {
    enum { CHUNK = 1024 };
    const cw_dtype dtype = e->tensor->dtype;
    cw_spec spec = given_spec(e);
    float drawn[CHUNK];
    cw_plan plan;
    spec.dtype = CW_FLOAT32;
    if (is_matrix(e) || (dtype != CW_FLOAT16 && dtype != CW_BFLOAT16) || cw_plan_make(&spec, &plan, NULL)) return false;
    for (uint64_t i = 0; i < e->difference.elements; i++) {
        const uint64_t left = e->difference.elements - i;
        if (i % CHUNK == 0 && cw_reference(&plan, i, left < CHUNK ? left : CHUNK, drawn, NULL)) return false;
        if (cw_rounded((double)drawn[i % CHUNK], dtype) != real_at(e, i)) return false;
    }
    SAY("%%s was drawn in float32 and then rounded to %s", cw_dtype_name(dtype));
    return true;
}

/* -------------------------------------------------------------------------------------------- other arithmetic */

/* An element's numbers as doubles, all of them exact. The ones of normals are 0 for others. */
typedef struct steps {
    cw_dtype dtype;
    double draw, rounded_draw, u, turn, angle, radius, scale, shift;
    bool is_cosine;
} steps;

static double find_real(const cw_explanation *x, const char *name) {
    for (uint32_t i = 0; i < x->count; i++)
        if (strcmp(x->step[i].name, name) == 0) return cw_element_real((cw_dtype)x->step[i].kind, x->step[i].bits, 0);
    return 0;
}

static steps steps_of(const cw_evidence *e, uint64_t index) {
    const bool normal = cw_plan_distribution(&e->entry->plan) != CW_DISTRIBUTION_UNIFORM;
    steps s = {.dtype = e->tensor->dtype};
    cw_explanation x;
    if (cw_explain(&e->entry->plan, index, &x, NULL)) return s;
    s.u = find_real(&x, "u");
    s.turn = find_real(&x, "turn");
    s.angle = find_real(&x, "angle");
    s.radius = find_real(&x, "radius");
    s.draw = normal ? find_real(&x, "draw") : s.u;
    s.rounded_draw = cw_rounded(s.draw, s.dtype);
    s.scale = find_real(&x, normal ? "stddev" : "range");
    s.shift = find_real(&x, normal ? "mean" : "minval");
    for (uint32_t i = 0; i < x.count; i++) s.is_cosine |= strncmp(x.step[i].how, "cosine", 6) == 0;
    return s;
}

/* How a draw becomes a value: with both steps rounded, with one rounding for both, or, in 16 bits, only at the end. */
typedef enum ending { ROUNDED, FUSED, LATE } ending;

static double end_of(const steps *s, double draw, ending how) {
    if (s->dtype == CW_FLOAT64) return how == FUSED ? fma(draw, s->scale, s->shift) : draw * s->scale + s->shift;
    const float x = (float)draw, scale = (float)s->scale, shift = (float)s->shift;
    if (how == FUSED) return cw_rounded((double)fmaf(x, scale, shift), s->dtype);
    const float product = x * scale;
    const double kept = how == LATE ? (double)product : cw_rounded((double)product, s->dtype);
    return cw_rounded((double)((float)kept + shift), s->dtype);
}

/* Other ways from words to a normal in float32. */
static double as_it_is(const steps *s) { return s->rounded_draw; }
static double unrounded(const steps *s) { return s->draw; }

static float other_radius(const steps *s) { return sqrtf(-2.0f * (float)log((double)fmaxf((float)s->u, 1.0e-7f))); }

static double turned(const steps *s, float radius, double angle, bool exact) {
    const float v = (float)angle;
    const float f =
        s->is_cosine ? (exact ? (float)cos((double)v) : cosf(v)) : (exact ? (float)sin((double)v) : sinf(v));
    return cw_rounded((double)(f * radius), s->dtype);
}

static double float_angle(const steps *s) {
    return turned(s, (float)s->radius, (double)(6.28318530717958647692f * (float)s->turn), false);
}
static double exact_log(const steps *s) { return turned(s, other_radius(s), s->angle, false); }
static double exact_turn(const steps *s) { return turned(s, (float)s->radius, s->angle, true); }
static double exact_both(const steps *s) { return turned(s, other_radius(s), s->angle, true); }
static double float_angle_exact(const steps *s) {
    return turned(s, other_radius(s), (double)(6.28318530717958647692f * (float)s->turn), true);
}

/* All of Box and Muller in double. */
static double in_double(const steps *s) {
    const double radius = sqrt(-2.0 * log(fmax(s->u, 1e-7))), angle = 6.283185307179586476925 * s->turn;
    return cw_rounded((double)(float)(radius * (s->is_cosine ? cos(angle) : sin(angle))), s->dtype);
}

/* Whether this arithmetic gives what was found: in every element that differs, of so many, and in as many of those that
 * do not. */
static bool is_computed_by(const cw_evidence *e, double (*draw)(const steps *), ending how) {
    enum { ENOUGH = 1024 };
    uint64_t equal = 0, unequal = 0;
    for (uint64_t i = 0; i < e->difference.elements; i++) {
        const bool differs =
            cw_element_bits(e->tensor->dtype, e->expected, i) != cw_element_bits(e->tensor->dtype, e->found, i);
        uint64_t *count = differs ? &unequal : &equal;
        if (*count == ENOUGH) continue;
        const steps s = steps_of(e, i);
        const double x = end_of(&s, draw(&s), how), y = real_at(e, i);
        if (x != y || signbit(x) != signbit(y)) return false;
        ++*count;
    }
    return unequal != 0;
}

static bool is_affine(const cw_evidence *e) {
    const cw_distribution d = cw_plan_distribution(&e->entry->plan);
    if (is_matrix(e)) return false;
    return d == CW_DISTRIBUTION_UNIFORM || d == CW_DISTRIBUTION_NORMAL || d == CW_DISTRIBUTION_TRUNCATED_NORMAL;
}

static bool is_narrow(const cw_evidence *e) {
    return e->tensor->dtype == CW_FLOAT16 || e->tensor->dtype == CW_BFLOAT16;
}

bool cw_seen_fused(const cw_evidence *e, cw_seen *seen) {
    if (!is_affine(e) || !cw_dtype_is_real(e->tensor->dtype) || !is_computed_by(e, as_it_is, FUSED)) return false;
    SAY("%%s scales and shifts with one fused multiply-add instead of two roundings");
    return true;
}

bool cw_seen_steps(const cw_evidence *e, cw_seen *seen) {
    if (!is_affine(e) || !is_narrow(e)) return false;
    /* A rounded draw's product is exact in float32: rounding that late is one rounding, as if fused. */
    if (!is_computed_by(e, unrounded, LATE) && !is_computed_by(e, unrounded, FUSED) &&
        !is_computed_by(e, unrounded, ROUNDED))
        return false;
    SAY("%%s computes in float32 and does not round every step to %s", cw_dtype_name(e->tensor->dtype));
    return true;
}

/* Whether other arithmetic for the draw explains it; `how` says so if a fused multiply-add is part of it. */
static bool is_drawn_by(const cw_evidence *e, double (*draw)(const steps *), const char **how) {
    const bool rounded = is_computed_by(e, draw, ROUNDED), fused = !rounded && is_computed_by(e, draw, FUSED);
    *how = fused ? ", and scales with a fused multiply-add" : "";
    return rounded || fused;
}

static bool is_float_normal(const cw_evidence *e) {
    return is_affine(e) && cw_plan_distribution(&e->entry->plan) != CW_DISTRIBUTION_UNIFORM &&
           e->tensor->dtype != CW_FLOAT64 && cw_dtype_is_real(e->tensor->dtype);
}

bool cw_seen_angle(const cw_evidence *e, cw_seen *seen) {
    const char *how;
    if (!is_float_normal(e)) return false;
    if (!is_drawn_by(e, float_angle, &how) && !is_drawn_by(e, float_angle_exact, &how)) return false;
    SAY("%%s multiplies the angle by 2 pi in float32%s", how);
    return true;
}

bool cw_seen_exact(const cw_evidence *e, cw_seen *seen) {
    static const struct {
        double (*draw)(const steps *);
        const char *text;
    } kinds[] = {
        {exact_log, "has a correctly rounded log"},
        {exact_turn, "has a correctly rounded sin and cos"},
        {exact_both, "has a correctly rounded log, sin and cos"},
        {in_double, "computes normals in double and rounds them once"},
    };
    const char *how;
    for (size_t i = 0; is_float_normal(e) && i < sizeof kinds / sizeof *kinds; i++) {
        if (!is_drawn_by(e, kinds[i].draw, &how)) continue;
        SAY("%%s %s%s", kinds[i].text, how);
        return true;
    }
    return false;
}
