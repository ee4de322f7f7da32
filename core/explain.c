/* SPDX-License-Identifier: Apache-2.0
 *
 * One element, step by step. Every number comes from the functions of the numeric text that a fill is made of; a step
 * between two of them is their sum with a neutral operand: x * scale + -0 is the product, x * 1 + shift is the sum.
 */
#include <inttypes.h>
#include <string.h>

#include "backend.h"
#include "numeric/group.h"
#include "plan.h"

#define TAIL 32u /* steps kept free for what follows the trials */

typedef struct cw_way {
    cw_explanation *to;
    const cw_decided *plan;
    cwn_launch l;
    uint64_t index, group;
    uint32_t lane;
    uint64_t trial;
} cw_way;

/* ------------------------------------------------------------------------------------------------------------ steps */

static void add(cw_way *w, const char *name, const char *how, uint32_t kind, uint64_t bits) {
    const cw_step step = {name, how, kind, 0, w->trial, {bits, 0}};
    if (w->to->count < CW_MAX_STEPS) w->to->step[w->to->count++] = step;
}

static void add_words(cw_way *w, const char *name, const char *how, uint32_t words, uint64_t low, uint64_t high) {
    const cw_step step = {name, how, CW_STEP_WORDS, words, w->trial, {low, high}};
    if (w->to->count < CW_MAX_STEPS) w->to->step[w->to->count++] = step;
}

static void add_number(cw_way *w, const char *name, const char *how, uint64_t n) {
    add(w, name, how, CW_STEP_NUMBER, n);
}

static void add_float(cw_way *w, const char *name, const char *how, cwn_f32 x) {
    add(w, name, how, CW_FLOAT32, cwn_bits32(x));
}

static void add_double(cw_way *w, const char *name, const char *how, cwn_f64 x) {
    add(w, name, how, CW_FLOAT64, cwn_bits64(x));
}

/* A number of 16 bits that travels as a float; of the other types a float. */
static void add_narrow(cw_way *w, const char *name, const char *how, cwn_f32 x) {
    if (w->l.type == CWN_FLOAT16) add(w, name, how, CW_FLOAT16, cwn_bits_float16(x));
    else if (w->l.type == CWN_BFLOAT16) add(w, name, how, CW_BFLOAT16, cwn_bits_bfloat16(x));
    else add_float(w, name, how, x);
}

/* The value, with the bits as they lie in memory. */
static void add_value(cw_way *w, const char *how, uint64_t bits) {
    const uint32_t size = cwn_bytes_of(w->l.type);
    add(w, "value", how, (uint32_t)w->plan->spec.dtype, size == 8 ? bits : bits & ((UINT64_C(1) << (8 * size)) - 1));
}

/* --------------------------------------------------------------------------------------------------- scale and shift
 */

/* What the distribution calls its scale and its shift. */
typedef struct cw_names {
    const char *given_scale, *given_shift, *scale, *scale_is, *product, *shift, *sum;
} cw_names;

static const cw_names *names_of(const cw_way *w) {
    static const cw_names uniform = {
        "given range", "given minval", "range",           "maxval - minval, rounded to the dtype",
        "u * range",   "minval",       "product + minval"};
    static const cw_names normal = {"given stddev",  "given mean", "stddev",        "rounded to the dtype",
                                    "draw * stddev", "mean",       "product + mean"};
    return w->l.distribution == CWN_UNIFORM ? &uniform : &normal;
}

static void add_given(cw_way *w) {
    const cw_names *n = names_of(w);
    add_double(w, n->given_scale, "as it was given or follows from the fans", w->plan->scale);
    add_double(w, n->given_shift, "as it was given or follows from the fans", w->plan->shift);
}

static const char flushes[] = "a denormal number becomes zero";

static void scale_double(cw_way *w, cwn_f64 draw) {
    const cwn_f64 scale = cwn_double(w->l.scale), shift = cwn_double(w->l.shift);
    const cw_names *n = names_of(w);
    add_given(w);
    add_double(w, n->scale, n->scale_is, scale);
    add_double(w, n->shift, "rounded to the dtype", shift);
    add_double(w, "product", n->product, cwn_affine64(draw, scale, -0.0, 0));
    const cwn_f64 product = cwn_affine64(draw, scale, -0.0, w->l.flush);
    if (w->l.flush) add_double(w, "product flushed", flushes, product);
    add_double(w, "sum", n->sum, cwn_affine64(product, 1.0, shift, 0));
    const cwn_f64 sum = cwn_affine64(product, 1.0, shift, w->l.flush);
    if (w->l.flush) add_double(w, "sum flushed", flushes, sum);
    add_value(w, "the sum", cwn_bits64(sum));
}

/* To 16 bits, where the type has as many. */
static cwn_f32 narrow(cw_way *w, const char *name, cwn_f32 x) {
    if (!cwn_is_16(w->l.type)) return x;
    const cwn_f32 rounded = w->l.type == CWN_FLOAT16 ? cwn_round_float16(x) : cwn_round_bfloat16(x);
    add_narrow(w, name, "rounded to 16 bits", rounded);
    return rounded;
}

/* float16 has no flush, and then the launch does not ask for one. */
static void scale_float(cw_way *w, cwn_f32 wide_draw) {
    const cwn_f32 scale = cwn_float(cwn_low(w->l.scale)), shift = cwn_float(cwn_low(w->l.shift));
    const cwn_f32 draw = narrow(w, "draw rounded", wide_draw);
    const cw_names *n = names_of(w);
    add_given(w);
    add_narrow(w, n->scale, n->scale_is, scale);
    add_narrow(w, n->shift, "rounded to the dtype", shift);
    add_float(w, "product", n->product, cwn_affine(draw, scale, -0.0f, 0));
    const cwn_f32 flushed = cwn_affine(draw, scale, -0.0f, w->l.flush);
    if (w->l.flush) add_float(w, "product flushed", flushes, flushed);
    const cwn_f32 product = narrow(w, "product rounded", flushed);
    add_float(w, "sum", n->sum, cwn_affine(product, 1.0f, shift, 0));
    const cwn_f32 whole = cwn_affine(product, 1.0f, shift, w->l.flush);
    if (w->l.flush) add_float(w, "sum flushed", flushes, whole);
    const cwn_f32 sum = narrow(w, "sum rounded", whole);
    const uint32_t bits = w->l.type == CWN_FLOAT16    ? cwn_bits_float16(sum)
                          : w->l.type == CWN_BFLOAT16 ? cwn_bits_bfloat16(sum)
                                                      : cwn_bits32(sum);
    add_value(w, "the sum", bits);
}

/* ------------------------------------------------------------------------------------------------------------ words */

static void add_place(cw_way *w) {
    const cwn_launch *l = &w->l;
    const int wide = cwn_is_64(l->type);
    add_number(w, "index", "in row-major order", w->index);
    add_number(w, "group",
               wide ? "index / 2: a Philox block gives 2 elements" : "index / 4: a Philox block gives 4 elements",
               w->group);
    add_number(w, "lane", wide ? "index % 2" : "index % 4", w->lane);
    add_words(w, "key", "of the seed", 2, l->key0 | (uint64_t)l->key1 << 32, 0);
    add_words(w, "start", "counter of element 0, of the seed; least significant word first", 4, l->counter_low,
              l->counter_high);
}

static cwn_block add_block(cw_way *w, const char *how, cwn_counter counter) {
    const cwn_block x = cwn_philox(counter, w->l.key0, w->l.key1);
    add_words(w, "counter", how, 4, counter.low, counter.high);
    add_words(w, "words", "Philox4x32-10 of counter and key", 4, cwn_bits64_of(x.w0, x.w1), cwn_bits64_of(x.w2, x.w3));
    return x;
}

static cwn_block add_only_block(cw_way *w) { return add_block(w, "start + group", cwn_counter_of(w->l, w->group, 0)); }

static cwn_u64 word_of(cwn_block x, uint32_t i) {
    const cwn_u64 words[4] = {x.w0, x.w1, x.w2, x.w3};
    return words[i & 3] & 0xffffffff;
}

/* The lane's own: one word, or two for 64 bits. */
static cwn_u64 add_own_words(cw_way *w, cwn_block x) {
    if (cwn_is_64(w->l.type)) {
        const cwn_u64 both = cwn_bits64_of(word_of(x, 2 * w->lane), word_of(x, 2 * w->lane + 1));
        add_words(w, "own words", "those of the lane", 2, both, 0);
        return both;
    }
    add_words(w, "own word", "that of the lane", 1, word_of(x, w->lane), 0);
    return word_of(x, w->lane);
}

/* ---------------------------------------------------------------------------------------------------- distributions */

static void explain_uniform(cw_way *w) {
    const cwn_u64 own = add_own_words(w, add_only_block(w));
    if (cwn_is_64(w->l.type)) {
        const cwn_f64 u = cwn_uniform64(own, own >> 32);
        add_double(w, "u", "the first word's low 20 bits above all of the second, / 2^52", u);
        scale_double(w, u);
        return;
    }
    const cwn_f32 u = cwn_uniform_of(w->l.type, cwn_low(own));
    add_float(w, "u",
              w->l.type == CWN_FLOAT16    ? "low 10 bits of the word / 2^10"
              : w->l.type == CWN_BFLOAT16 ? "low 7 bits of the word / 2^7"
                                          : "low 23 bits of the word / 2^23",
              u);
    scale_float(w, u);
}

static const char draws_sine[] = "sine * radius", draws_cosine[] = "cosine * radius";

/* Number `i` of the two normals of a block of 64-bit numbers. */
static void explain_double_normal(cw_way *w, cwn_block x, uint32_t i) {
    const cwn_f64 u = cwn_uniform64(x.w0, x.w1), turn = cwn_uniform64(x.w2, x.w3);
    const cwn_pair64 both = cwn_turn64(turn), pair = cwn_normal64(x.w0, x.w1, x.w2, x.w3);
    add_double(w, "u", "the first word's low 20 bits above all of the second, / 2^52", u);
    add_double(w, "radius", "sqrt(-2 log(max(u, 1e-7)))", cwn_radius64(u));
    add_double(w, "turn", "the third word's low 20 bits above all of the fourth, / 2^52", turn);
    add_double(w, "angle", "2 pi turn", cwn_angle64(turn));
    add_double(w, "sine", "of the angle", both.first);
    add_double(w, "cosine", "of the angle", both.second);
    const cwn_f64 draw = i ? pair.second : pair.first;
    add_double(w, "draw", i ? draws_cosine : draws_sine, draw);
    scale_double(w, draw);
}

/* Number `i` of the four normals of a block: the first and second pair of words give two each. */
static void explain_float_normal(cw_way *w, cwn_block x, uint32_t i) {
    const cwn_u64 first = word_of(x, i & ~1u), second = word_of(x, i | 1u);
    const cwn_pair both = cwn_turn(second), pair = cwn_normal(first, second);
    add_words(w, "own words", i < 2 ? "the first two of the block" : "the last two of the block", 2,
              cwn_bits64_of(first, second), 0);
    add_float(w, "u", "low 23 bits of the first word / 2^23", cwn_uniform(cwn_low(first)));
    add_float(w, "radius", "sqrt(-2 log(max(u, 1e-7)))", cwn_radius(first));
    add_float(w, "turn", "low 23 bits of the second word / 2^23", cwn_uniform(cwn_low(second)));
    add_float(w, "angle", "2 pi turn in double, rounded to float32", cwn_round(cwn_angle(second)));
    add_float(w, "sine", "of the angle", both.first);
    add_float(w, "cosine", "of the angle", both.second);
    const cwn_f32 draw = i & 1 ? pair.second : pair.first;
    add_float(w, "draw", i & 1 ? draws_cosine : draws_sine, draw);
    scale_float(w, draw);
}

static void explain_normal(cw_way *w, cwn_block x, uint32_t i) {
    if (cwn_is_64(w->l.type)) explain_double_normal(w, x, i);
    else explain_float_normal(w, x, i);
}

/* Number `i` of the block's normals as a step of its trial. Whether it is kept. */
static int try_normal(cw_way *w, cwn_block x, uint32_t i) {
    static const char kept[] = "|z| < 2", dropped[] = "|z| >= 2: the next one instead";
    const int show = w->to->count < CW_MAX_STEPS - TAIL;
    if (cwn_is_64(w->l.type)) {
        const cwn_pair64 pair = cwn_normal64(x.w0, x.w1, x.w2, x.w3);
        const cwn_f64 z = i ? pair.second : pair.first;
        const int keep = !cwn_is_outside64(z);
        if (show) add_double(w, keep ? "kept" : "dropped", keep ? kept : dropped, z);
        return keep;
    }
    const cwn_pair pair = cwn_normal(word_of(x, i & ~1u), word_of(x, i | 1u));
    const cwn_f32 z = i & 1 ? pair.second : pair.first;
    const int keep = !cwn_is_outside(z);
    if (show) add_float(w, keep ? "kept" : "dropped", keep ? kept : dropped, z);
    return keep;
}

/* Blocks of the group until the lane has its number: lane n takes the one that is kept after n others. */
static void explain_truncated(cw_way *w) {
    const int wide = cwn_is_64(w->l.type);
    const uint32_t normals = cwn_group_elements(w->l.type), shift = wide ? 7 : 8;
    const char *how = wide ? "start + 128 group + trial" : "start + 256 group + trial";
    cwn_counter counter = cwn_counter_of(w->l, w->group << shift, w->group >> (64 - shift));
    const cwn_counter one = {1, 0};
    for (uint32_t kept = 0;; counter = cwn_skip(counter, one), w->trial++) {
        const cwn_block x =
            w->to->count < CW_MAX_STEPS - TAIL ? add_block(w, how, counter) : cwn_philox(counter, w->l.key0, w->l.key1);
        for (uint32_t i = 0; i < normals; i++) {
            if (!try_normal(w, x, i) || kept++ != w->lane) continue;
            explain_normal(w, x, i);
            return;
        }
    }
}

static void explain_integer(cw_way *w) {
    const cwn_u64 own = add_own_words(w, add_only_block(w));
    const int wide = cwn_is_64(w->l.type);
    const uint32_t low = cwn_low(w->l.shift), range = cwn_low(w->l.scale), bits = cwn_low(own);
    add_number(w, "bits", wide ? "of the two words, the first one low" : "of the word", own);
    add_number(w, "range", "maxval - minval", wide ? w->l.scale : range);
    add_number(w, "remainder", "bits % range", wide ? cwn_integer64(own, 0, w->l.scale, w->l.inverse) : cwn_integer(bits, 0, range, w->l.inverse));
    add(w, "minval", "the lower limit", (uint32_t)w->plan->spec.dtype, wide ? w->l.shift : low);
    add_value(w, "minval + remainder",
              wide ? cwn_integer64(own, w->l.shift, w->l.scale, w->l.inverse) : cwn_integer(bits, low, range, w->l.inverse));
}

static void explain_full_integer(cw_way *w) {
    const cwn_u64 own = add_own_words(w, add_only_block(w));
    add_value(w, cwn_is_64(w->l.type) ? "the two words, the first one low" : "the word", own);
}

static void explain_fixed(cw_way *w, const char *how, uint64_t bits) {
    add_number(w, "index", "in row-major order", w->index);
    add_value(w, how, bits);
}

static void explain_identity(cw_way *w) {
    const cw_spec *s = &w->plan->spec;
    const int diagonal = w->index / s->shape[1] == w->index % s->shape[1];
    explain_fixed(w, diagonal ? "on the diagonal: the gain" : "off the diagonal: the gain times 0",
                  cwn_identity(w->l, w->index));
}

/* a, its cosine or sine, the window, their product, and the product over the scale. */
static void explain_stft64(cw_way *w, int windowed) {
    cwn_launch bare = w->l;
    bare.form = (bare.form & ~(cwn_word)CWN_WINDOW) | CWN_WINDOW_NONE;
    const cwn_f64 k = cwn_stft64(bare, w->index);
    add_double(w, "angle", "-2 i * (j / N) * pi", cwn_stft_angle64(w->l, w->index));
    add_double(w, "filter", w->l.form & CWN_IMAGINARY ? "sin(angle)" : "cos(angle)", k);
    if (!windowed) return;
    const cwn_f64 window = cwn_window(w->l.form, w->index / w->l.columns, w->l.rows);
    add_double(w, "window", "element i of the window", window);
    add_double(w, "product", "filter * window", k * window);
    add_double(w, "scale", "what the window is divided by", cwn_double(w->l.scale));
}

static void explain_stft32(cw_way *w, int windowed) {
    cwn_launch bare = w->l;
    bare.form = (bare.form & ~(cwn_word)CWN_WINDOW) | CWN_WINDOW_NONE;
    const cwn_f32 k = cwn_stft(bare, w->l.type, w->index);
    add_narrow(w, "angle", "-2 i * (j / N) * pi, each step rounded", cwn_stft_angle(w->l, w->l.type, w->index));
    add_narrow(w, "filter", w->l.form & CWN_IMAGINARY ? "sin(angle)" : "cos(angle)", k);
    if (!windowed) return;
    const cwn_f32 window = cwn_window32(w->l.form, w->l.type, w->index / w->l.columns, w->l.rows);
    add_narrow(w, "window", "element i of the window, rounded from double", window);
    add_narrow(w, "product", "filter * window, rounded", cwn_narrow(w->l.type, k * window));
    add_narrow(w, "scale", "what the window is divided by", cwn_float(cwn_low(w->l.scale)));
}

static void explain_stft(cw_way *w) {
    const int windowed = (w->l.form & CWN_WINDOW) != CWN_WINDOW_NONE;
    add_number(w, "index", "in row-major order", w->index);
    add_number(w, "i", "its row, a time", w->index / w->l.columns);
    add_number(w, "j", "its column, a frequency", w->index % w->l.columns);
    if (w->l.type == CWN_FLOAT64) explain_stft64(w, windowed);
    else explain_stft32(w, windowed);
    add_value(w, windowed ? "product / scale, rounded" : "the filter", cwn_stft_bits(w->l, w->l.type, w->index));
}

static void explain(cw_way *w) {
    const cwn_word distribution = w->l.distribution;
    if (distribution != CWN_CONSTANT && distribution != CWN_IDENTITY && distribution != CWN_STFT) add_place(w);
    switch (distribution) {
    case CWN_CONSTANT: explain_fixed(w, "the same for every element", w->l.scale); break;
    case CWN_IDENTITY: explain_identity(w); break;
    case CWN_UNIFORM: explain_uniform(w); break;
    case CWN_NORMAL: explain_normal(w, add_only_block(w), w->lane); break;
    case CWN_TRUNCATED_NORMAL: explain_truncated(w); break;
    case CWN_STFT: explain_stft(w); break;
    case CWN_INTEGER: explain_integer(w); break;
    default: explain_full_integer(w); break;
    }
}

cw_status cw_explain(const cw_plan *plan, uint64_t index, cw_explanation *explanation, cw_error *why) {
    const cw_decided *p = cw_decided_of(plan);
    cw_explanation e = {0};
    if (!p) return cw_fail(why, CW_ERROR_STRUCT, 0, "the plan was not made by cw_plan_make of this version");
    if (!explanation) return cw_fail(why, CW_ERROR_ARGUMENT, 0, "cw_explain needs a place for the explanation");
    if (index >= p->elements)
        return cw_fail(why, CW_ERROR_ARGUMENT, 0, "there is no element %" PRIu64 " among the tensor's %" PRIu64, index,
                       p->elements);
    if (p->matrix.columns)
        return cw_fail(why, CW_ERROR_UNSUPPORTED, 0,
                       "an element of %s depends on the whole matrix (explain random_normal)",
                       cw_initializer_name(p->spec.initializer));
    const cwn_word size = cwn_group_elements(p->launch.type);
    cw_way w = {
        .to = &e, .plan = p, .l = p->launch, .index = index, .group = index / size, .lane = (uint32_t)(index % size)};
    explain(&w);
    *explanation = e;
    return CW_OK;
}
