/* SPDX-License-Identifier: Apache-2.0 */
#include "cause.h"

#include "cause_rows.h"
#include "element.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What a cause needs to know: the values alone, the plan that they are stored of, or that they are all of it. */
typedef enum needs { VALUES, PLAN, WHOLE } needs;

/* From the most telling to the least: the first that fits is named. A value that every
 * element has fits many causes, so what looks at all elements stands in front of what looks at their distances. */
/* clang-format off */
static const struct {
    const char *name;
    needs needs;
    bool (*seen)(const cw_evidence *, cw_seen *);
    const char *advice;
} causes[] = {
    {"denormals", VALUES, cw_seen_denormals, "TensorFlow's CPU flushes them except in float16: check the denormal mode"},
    {"unwritten", VALUES, cw_seen_unwritten, "was the fill enqueued, waited for and checked for an error?"},
    {"cut",       VALUES, cw_seen_part,      "check the number of bytes, the offset and whether all parts were written"},
    {"cut",       VALUES, cw_seen_cut,       "check the number of bytes, the offset and whether all parts were written"},
    {"layout",    VALUES, cw_seen_axes,      "transpose it, or fill it with the shape's axes in this order"},
    {"slice",     PLAN,   cw_seen_slice,     "check which part the rank, or --slice, stands for"},
    {"shift",     VALUES, cw_seen_shift,     "each part starts at the counter of its first element in the whole tensor"},
    {"dialect",   PLAN,   cw_seen_dialect,   "choose with --dialect whose arithmetic is followed"},
    {"seed",      PLAN,   cw_seen_seed,      "check --seed, --seed-rule and --call"},
    {"counter",   PLAN,   cw_seen_counter,   "check the start counter, and what the generator drew before"},
    {"shard",     PLAN,   cw_seen_shard,     "plan the whole tensor and fill slices of it: its fans, its counters"},
    {"store",     WHOLE,  cw_seen_store,     "draw in the dtype itself, or compare with what is drawn in float32"},
    {"fused",     WHOLE,  cw_seen_fused,     "compile with contraction off: -ffp-contract=off, --fmad=false"},
    {"steps",     WHOLE,  cw_seen_steps,     "round to the dtype after every step, as TensorFlow does"},
    {"angle",     WHOLE,  cw_seen_angle,     "multiply by 2 pi in double, and round the product to float32"},
    {"libm",      WHOLE,  cw_seen_exact,     "TensorFlow's are those of glibc, which are not correctly rounded"},
    {"rounded",   VALUES, cw_seen_rounded,   "keep the values in their own dtype until they are compared"},
    {"scale",     VALUES, cw_seen_scaled,    "compare the arguments, and the fans, which are those of the whole tensor"},
    {"rounding",  VALUES, cw_seen_ulps,      "a contracted multiply-add, or another log, sin, cos or sqrt?"},
    {"values",    VALUES, cw_seen_other,     "another seed, seed rule, initializer, dtype or shape?"},
    {"elements",  VALUES, cw_seen_single,    "written afterwards, or by another kernel?"},
};
/* clang-format on */
enum { CAUSES = sizeof causes / sizeof *causes };

static cw_cause cause(const char *name, const cw_seen *seen, const char *which, const char *advice) {
    cw_cause c = {.name = name};
    const char *place = strstr(seen->text, "%s");
    const int before = place ? (int)(place - seen->text) : (int)strlen(seen->text);
    snprintf(c.text, sizeof c.text, "%.*s%s%s (%s)", before, seen->text, place ? which : "", place ? place + 2 : "",
             advice);
    return c;
}

/* Whether these are the planned values. */
static bool is_planned(const cw_evidence *e, const void *data) {
    const cw_slice *slice = e->entry && !e->entry->whole ? &e->entry->slice : NULL;
    return e->entry && cw_verify_slice(&e->entry->plan, slice, data, e->tensor->bytes, NULL, NULL) == CW_OK;
}

static bool is_known(const cw_evidence *e, needs what) {
    return what == VALUES || (e->entry && (what == PLAN || e->entry->whole));
}

/* The one of the two that is to blame comes second; where neither is as planned, both have their turn. */
cw_cause cw_cause_of(const cw_evidence *evidence) {
    cw_evidence back = *evidence;
    back.expected = evidence->found;
    back.found = evidence->expected;
    const bool good = is_planned(evidence, evidence->expected),
               swapped = !good && is_planned(evidence, evidence->found);
    cw_seen seen = {""};
    for (int i = 0; i < CAUSES; i++) {
        if (!is_known(evidence, causes[i].needs) || (causes[i].needs != VALUES && !good && !swapped)) continue;
        if (!swapped && causes[i].seen(evidence, &seen))
            return cause(causes[i].name, &seen, "the second", causes[i].advice);
        if (!good && causes[i].seen(&back, &seen)) return cause(causes[i].name, &seen, "the first", causes[i].advice);
    }
    return (cw_cause){"unknown", "unknown"}; /* not reached: the last one always fits */
}

/* ------------------------------------------------------------------------------------------------ another form */

/* Whether the second is the first with its axes in another order. */
static bool is_permuted(const cw_tensor *a, const cw_tensor *b, cw_seen *seen) {
    uint32_t p[CW_MAX_RANK];
    if (a->dtype != b->dtype || a->rank != b->rank || a->bytes != b->bytes || !a->bytes) return false;
    if (!cw_find_axes(cw_dtype_size(a->dtype), a->rank, a->shape, a->data, b->data, p)) return false;
    for (uint32_t i = 0; i < a->rank; i++)
        if (b->shape[i] != a->shape[p[i]]) return false;
    cw_axes_say(a->rank, p, seen);
    return true;
}

/* Whether b is a in another dtype, with the values rounded once. */
static bool is_converted(const cw_tensor *a, const cw_tensor *b) {
    const uint64_t elements = a->bytes / cw_dtype_size(a->dtype);
    if (a->dtype == b->dtype || !cw_dtype_is_real(a->dtype) || !cw_dtype_is_real(b->dtype) || a->rank != b->rank ||
        memcmp(a->shape, b->shape, a->rank * sizeof *a->shape) != 0)
        return false;
    for (uint64_t i = 0; i < elements; i++) {
        const double x = cw_element_real(a->dtype, a->data, i);
        if (cw_rounded(x, b->dtype) != cw_element_real(b->dtype, b->data, i)) return false;
    }
    return elements != 0;
}

/* Whether it is the same bytes under another shape. */
static bool is_reshaped(const cw_tensor *a, const cw_tensor *b) {
    return a->dtype == b->dtype && a->bytes && a->bytes == b->bytes && memcmp(a->data, b->data, a->bytes) == 0;
}

cw_cause cw_cause_of_form(const cw_tensor *a, const cw_tensor *b) {
    cw_seen seen = {""};
    if (is_reshaped(a, b)) {
        snprintf(seen.text, sizeof seen.text, "%%s has the values of the other in another shape");
        return cause("shape", &seen, "the second", "give it the other shape");
    }
    if (is_permuted(a, b, &seen)) return cause("layout", &seen, "the second", "transpose it");
    const bool forth = is_converted(a, b);
    if (forth || is_converted(b, a)) {
        snprintf(seen.text, sizeof seen.text, "%%s has the values of the other, rounded to %s",
                 cw_dtype_name(forth ? b->dtype : a->dtype));
        return cause("dtype", &seen, forth ? "the second" : "the first", "compare the same dtypes");
    }
    return (cw_cause){NULL, ""};
}
