/* SPDX-License-Identifier: Apache-2.0
 *
 * slices DEVICE [CASES [SEED]]: random tensors, cut at random, are the whole tensor again, bit for bit; and random slices
 * write their elements where they should and nothing anywhere else. What is expected is found element by element, with
 * arithmetic of this file's own, from the whole tensor's values.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "device.h"
#include "drawn.h"
#include "plan.h"
#include "reference.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
enum { MOST_ELEMENTS = 2000, MOST_BYTES = 1 << 20, MOST_PIECES = 8 };

static cw_device *device;
static test_area area;
static uint64_t cases = 1000, seed = 1;
static int has_doubles = 1;

/* ------------------------------------------------------------------------------------------------------ randomness */

static uint64_t state;

/* SplitMix64. */
static uint64_t draw(void) {
    uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static uint64_t below(uint64_t n) { return n ? draw() % n : 0; }
static uint64_t between(uint64_t low, uint64_t high) { return low + below(high - low + 1); }
static int one_in(uint64_t n) { return below(n) == 0; }

/* ---------------------------------------------------------------------------------------------------------- tensors */

static cw_plan plan;
static cw_spec spec;
static unsigned char *whole; /* of a matrix initializer, else NULL */

static const drawn matrices[] = {{CW_ORTHOGONAL, CW_FLOAT32}, {CW_ORTHOGONAL, CW_FLOAT16}, {CW_ORTHOGONAL, CW_FLOAT64}};

static cw_spec random_spec(uint64_t most) {
    const drawn d = one_in(40) ? matrices[below(COUNT(matrices))] : each[below(COUNT(each))];
    const int is_matrix = d.initializer == CW_ORTHOGONAL;
    cw_spec s = spec_of(d, 6);
    s.rank = d.initializer == CW_IDENTITY ? 2 : (uint32_t)between(is_matrix ? 2 : 0, is_matrix ? 3 : 8);
    s.philox.counter[0] = one_in(2) ? (uint32_t)draw() : 0u - (uint32_t)below(one_in(2) ? 600 : 300000); /* wraps in the tensor */
    s.philox.counter[1] = one_in(4) ? UINT32_MAX : 0;
    s.philox.key[0] = (uint32_t)draw();
    for (uint32_t k = 0; k < s.rank; k++) {
        const uint64_t size = one_in(60) ? 0 : one_in(3) ? 1 : between(1, one_in(3) ? 300 : 9);
        s.shape[k] = size > most ? most : size;
        most /= size ? size : 1;
        if (is_matrix && s.shape[k] > 12) s.shape[k] = 12;
    }
    return s;
}

static void take_tensor(const cw_spec *s) {
    cw_error why = {CW_OK, 0, ""};
    free(whole);
    whole = NULL;
    test_ok(cw_plan_make(s, &plan, &why), &why);
    spec = cw_plan_spec(&plan);
    if (spec.initializer != CW_ORTHOGONAL || cw_plan_elements(&plan) == 0) return;
    whole = malloc(cw_plan_bytes(&plan));
    assert_non_null(whole);
    test_ok(cw_reference(&plan, 0, cw_plan_elements(&plan), whole, &why), &why);
}

static const cwn_launch *launch(void) { return &((const cw_decided *)(const void *)&plan)->launch; }

static uint64_t element(uint64_t index) {
    const size_t size = cw_dtype_size(spec.dtype);
    uint64_t bits = 0;
    if (whole) memcpy(&bits, whole + size * index, size);
    else cw_reference_fill(launch(), index, 1, &bits);
    return bits;
}

/* --------------------------------------------------------------------------------------------------------- rounding */

static double value_of(uint64_t bits, cw_dtype dtype) {
    float f;
    double d;
    const uint32_t word = (uint32_t)bits;
    memcpy(&f, &word, sizeof f);
    memcpy(&d, &bits, sizeof d);
    return dtype == CW_FLOAT64 ? d : (double)f;
}

/* x to the nearest with `precision` bits and no exponent under `least`: scaled by a power of two, that is an integer. */
static uint64_t round_to(double x, int precision, int least, int exponent_bits) {
    int exponent;
    const uint64_t sign = (uint64_t)(signbit(x) != 0) << (exponent_bits + precision - 1);
    const uint64_t infinity = ((UINT64_C(1) << exponent_bits) - 1) << (precision - 1);
    if (isinf(x)) return sign | infinity;
    frexp(x, &exponent); /* x = 0.1... * 2^exponent */
    if (exponent - 1 < least || x == 0.0) exponent = least + 1;
    const uint64_t units = (uint64_t)nearbyint(ldexp(fabs(x), precision - exponent));
    const uint64_t bits = ((uint64_t)(exponent - 1 - least) << (precision - 1)) + units;
    return sign | (bits < infinity ? bits : infinity);
}

static uint64_t stored(uint64_t bits, cw_dtype store) {
    if (store == spec.dtype) return bits;
    const double x = value_of(bits, spec.dtype);
    switch (store) {
    case CW_FLOAT16: return round_to(x, 11, -14, 5);
    case CW_BFLOAT16: return round_to(x, 8, -126, 8);
    default: return round_to(x, 24, -126, 8);
    }
}

static cw_dtype random_store(void) {
    static const cw_dtype smaller[] = {CW_FLOAT16, CW_BFLOAT16, CW_FLOAT32};
    if (spec.dtype == CW_FLOAT32 && one_in(2)) return smaller[below(2)];
    if (spec.dtype == CW_FLOAT64 && one_in(2)) return smaller[below(3)];
    return one_in(2) ? (cw_dtype)0 : spec.dtype;
}

/* ----------------------------------------------------------------------------------------------------------- slices */

/* A slice as this file understands it. */
typedef struct view {
    uint32_t rank;
    cw_dtype store;
    uint64_t shape[CW_MAX_RANK], start[CW_MAX_RANK], step[CW_MAX_RANK], count[CW_MAX_RANK], to[CW_MAX_RANK];
    uint64_t elements, bytes;
} view;

static void random_axis(cw_slice *s, view *v, uint32_t k, uint64_t most) {
    const uint64_t shape = v->shape[k];
    const uint64_t extent = one_in(5) ? shape + below(4) : shape;
    if (extent != shape) s->extent[k] = extent;
    v->step[k] = 1;
    v->count[k] = extent;
    if (extent <= most && one_in(3)) return; /* nothing said */
    v->step[k] = one_in(2) ? 1 : between(1, one_in(4) ? extent + 2 : 4);
    v->start[k] = between(0, extent);
    const uint64_t left = extent - v->start[k], length = left > most ? between(0, most) : between(0, left);
    s->start[k] = v->start[k];
    s->stop[k] = v->start[k] + length == extent && one_in(2) ? CW_END : v->start[k] + length;
    s->step[k] = v->step[k];
    v->count[k] = (length + v->step[k] - 1) / v->step[k];
}

static void shuffle(uint32_t n, int8_t *order) {
    for (uint32_t i = 0; i < n; i++) order[i] = (int8_t)i;
    for (uint32_t i = n; i > 1; i--) {
        const uint32_t k = (uint32_t)below(i);
        const int8_t kept = order[i - 1];
        order[i - 1] = order[k];
        order[k] = kept;
    }
}

/* Strides in a random order, with gaps if there are to be strides. Returns the elements spanned. */
static uint64_t random_strides(view *v, const int8_t *order, int gaps) {
    uint64_t span = 1;
    for (uint32_t j = v->rank; j-- > 0;) {
        const uint32_t k = (uint32_t)order[j];
        const uint64_t stride = span + (gaps ? below(4) : 0);
        v->to[k] = stride;
        if (v->count[k] > 1) span = (gaps ? span : 0) + stride * (v->count[k] - (gaps ? 1 : 0));
    }
    return span;
}

static void random_layout(cw_slice *s, view *v) {
    int8_t order[CW_MAX_RANK];
    const uint64_t kind = below(3);
    shuffle(v->rank, order);
    for (uint32_t k = 0; kind == 0 && k < v->rank; k++) order[k] = (int8_t)k;
    v->elements = 1;
    for (uint32_t k = 0; k < v->rank; k++) v->elements *= v->count[k];
    const uint64_t span = random_strides(v, order, kind == 2);
    v->bytes = v->elements ? span * cw_dtype_size(v->store) : 0;
    if (kind == 2) memcpy(s->stride, v->to, sizeof v->to);
    for (uint32_t k = 0; k < v->rank && one_in(2); k++) order[k] = (int8_t)(order[k] - (int)v->rank);
    if (kind == 1) cw_slice_layout(s, v->rank, order);
}

/* `most` members per axis. */
static view random_view(cw_slice *s, uint64_t most) {
    view v = {.rank = spec.rank};
    *s = (cw_slice)CW_SLICE_INIT;
    memcpy(v.shape, spec.shape, sizeof v.shape);
    if (one_in(5)) {
        s->flat = 1;
        v.rank = 1;
        memset(v.shape, 0, sizeof v.shape);
        v.shape[0] = cw_plan_elements(&plan);
    }
    s->store = random_store();
    v.store = s->store ? s->store : spec.dtype;
    for (uint32_t k = 0; k < v.rank; k++) random_axis(s, &v, k, most);
    random_layout(s, &v);
    return v;
}

/* Calls for each element of a view: its index in the tensor, or UINT64_MAX for padding, and its place in the destination. */
static void each_element(const view *v, void (*call)(void *user, uint64_t index, uint64_t to), void *user) {
    uint64_t place[CW_MAX_RANK] = {0};
    for (uint64_t n = 0; n < v->elements; n++) {
        uint64_t index = 0, to = 0;
        int padding = 0;
        for (uint32_t k = 0; k < v->rank; k++) {
            const uint64_t at = v->start[k] + place[k] * v->step[k];
            padding |= at >= v->shape[k];
            index = index * v->shape[k] + at;
            to += place[k] * v->to[k];
        }
        call(user, padding ? UINT64_MAX : index, to);
        for (uint32_t k = v->rank; k-- > 0 && ++place[k] == v->count[k];) place[k] = 0;
    }
}

/* ---------------------------------------------------------------------------------------------------- random slices */

typedef struct painter {
    const view *v;
    cw_sums sums;
} painter;

static void paint(void *user, uint64_t index, uint64_t to) {
    painter *p = user;
    const size_t size = cw_dtype_size(p->v->store);
    const uint64_t bits = index == UINT64_MAX ? 0 : stored(element(index), p->v->store);
    memcpy(area.expected + size * to, &bits, size);
    if (index != UINT64_MAX) cw_digest_add(&p->sums, p->v->store, &bits, index, 1);
}

static const char *about(const view *v, const cw_slice *s) {
    static char text[1024];
    int n = snprintf(text, sizeof text, "case %llu: %s %s store %s flat %d:", (unsigned long long)state,
                     cw_initializer_name(spec.initializer), cw_dtype_name(spec.dtype), cw_dtype_name(v->store), s->flat);
    for (uint32_t k = 0; k < v->rank; k++)
        n += snprintf(text + n, sizeof text - (size_t)n, " %llu/%llu[%llu+%llu*%llu]>%llu", (unsigned long long)v->shape[k],
                      (unsigned long long)s->extent[k], (unsigned long long)v->start[k], (unsigned long long)v->count[k],
                      (unsigned long long)v->step[k], (unsigned long long)v->to[k]);
    return text;
}

static void expect_bytes(const void *found, uint64_t bytes, const view *v, const cw_slice *s, const char *what) {
    for (uint64_t i = 0; i < bytes; i++)
        if (((const unsigned char *)found)[i] != area.expected[i])
            fail_msg("%s: byte %llu of %llu differs; %s", what, (unsigned long long)i, (unsigned long long)bytes, about(v, s));
}

/* Scratch memory for matrices, lent to every fill. */
static cw_destination scratch;

static void fill_piece(const cw_slice *s, uint64_t offset, uint64_t bytes) {
    cw_destination to = test_area_at(&area, offset, bytes);
    cw_error why = {CW_OK, 0, ""};
    cw_lend(&to, &scratch);
    test_ok(cw_fill_slice(device, &plan, s, &to, &why), &why);
}

/* cw_verify_slice finds the slice right, and one changed element of it at its place. */
static void check_verify(const cw_slice *s, const view *v, unsigned char *data) {
    cw_difference d;
    cw_error why = {CW_OK, 0, ""};
    test_ok(cw_verify_slice(&plan, s, data, v->bytes, &d, &why), &why);
    assert_int_equal(d.count, 0);
    if (!v->elements) return;
    uint64_t to = 0;
    for (uint32_t k = 0; k < v->rank; k++) to += below(v->count[k]) * v->to[k];
    data[to * cw_dtype_size(v->store)] ^= 4;
    assert_int_equal(cw_verify_slice(&plan, s, data, v->bytes, &d, &why), CW_DIFFERS);
    assert_int_equal(d.count, 1);
    assert_int_equal(d.first, to);
    assert_int_equal(d.worst, to);
    assert_int_equal(d.elements, v->bytes / cw_dtype_size(v->store));
    data[to * cw_dtype_size(v->store)] ^= 4;
}

/* Sums over what lies in memory, and over the definition, are those of the elements one by one. */
static void check_digest(const cw_slice *s, const view *v, const void *data, cw_sums sums) {
    cw_sums of_data = {{0, 0}}, of_plan = {{0, 0}};
    cw_error why = {CW_OK, 0, ""};
    test_ok(cw_digest_add_slice(&of_data, &plan, s, data, v->bytes, &why), &why);
    test_ok(cw_digest_slice(&of_plan, &plan, s, &why), &why);
    assert_memory_equal(&of_data, &sums, sizeof sums);
    assert_memory_equal(&of_plan, &sums, sizeof sums);
}

static void check_measure(const cw_slice *s, const view *v) {
    cw_extent extent;
    cw_error why = {CW_OK, 0, ""};
    test_ok(cw_slice_measure(&plan, s, &extent, &why), &why);
    if (extent.elements != v->elements || extent.bytes != v->bytes)
        fail_msg("%llu elements, %llu bytes; %s", (unsigned long long)extent.elements, (unsigned long long)extent.bytes, about(v, s));
    assert_true(extent.scratch <= scratch.bytes);
    assert_int_equal(extent.scratch != 0, whole != NULL && extent.launches > v->rank);
}

static int refused(void) { return !has_doubles && (spec.dtype == CW_FLOAT64 || spec.initializer == CW_ORTHOGONAL); }

static void check_slice(const cw_slice *s, const view *v) {
    const uint64_t offset = below(4) * cw_dtype_size(v->store), launches = cw_device_launches(device);
    painter p = {v, {{0, 0}}};
    cw_extent extent;
    if (v->bytes > MOST_BYTES || refused()) return;
    memset(area.expected, TEST_CANARY, v->bytes);
    each_element(v, paint, &p);
    check_measure(s, v);
    test_area_clean(&area, offset, v->bytes);
    fill_piece(s, offset, v->bytes);
    test_ok(cw_slice_measure(&plan, s, &extent, NULL), NULL);
    assert_int_equal(cw_device_launches(device) - launches, extent.launches);
    unsigned char *found = (unsigned char *)(uintptr_t)test_area_read(&area, offset, v->bytes);
    expect_bytes(found, v->bytes, v, s, "the device");
    if (!one_in(4)) return;
    check_verify(s, v, found);
    check_digest(s, v, found, p.sums);
    memset(found, TEST_CANARY, v->bytes);
    test_ok(cw_reference_slice(&plan, s, found, v->bytes, NULL), NULL);
    expect_bytes(found, v->bytes, v, s, "cw_reference_slice");
}

static void test_random_slices(void **unused) {
    (void)unused;
    for (uint64_t n = 0; n < cases; n++) {
        state = seed * 1000003 + n;
        const cw_spec s = random_spec(MOST_ELEMENTS);
        cw_slice slice;
        take_tensor(&s);
        const view v = random_view(&slice, UINT64_MAX);
        check_slice(&slice, &v);
    }
}

/* Enough for several threads. */
static void test_large_slices(void **unused) {
    (void)unused;
    for (uint64_t n = 0; n < cases / 50; n++) {
        state = seed * 4000037 + n;
        cw_spec s = random_spec(MOST_ELEMENTS);
        cw_slice slice;
        if (s.initializer == CW_ORTHOGONAL || s.rank < 2) continue;
        for (uint32_t k = 0; k < s.rank; k++) s.shape[k] = s.rank < 4 ? between(30, 300) : between(3, 9);
        for (uint32_t k = 3; k < s.rank; k++) s.shape[k] = between(1, 6);
        if (s.rank == 3) s.shape[below(3)] = 2;
        take_tensor(&s);
        const view v = random_view(&slice, UINT64_MAX);
        check_slice(&slice, &v);
    }
}

/* A float64, or a float32, about halfway between two neighbours of `precision` bits: exactly there, or next to it. The
 * exponent is anywhere that the smaller dtype has numbers, denormals included, and a little beyond. */
static double near_a_tie(cw_dtype dtype, int precision, int least, int most) {
    const int own = dtype == CW_FLOAT64 ? 53 : 24, exponent = (int)between(0, (uint64_t)(most - least + precision + 3)) + least - precision - 1;
    const int kept = exponent < least ? (precision - (least - exponent) > 1 ? precision - (least - exponent) : 1) : precision;
    const uint64_t cut = (uint64_t)(own - kept), rest = UINT64_C(1) << (cut - 1);
    const uint64_t lead = UINT64_C(1) << (own - 1), fraction = (draw() & (lead - 1)) >> cut << cut | rest;
    const double x = ldexp((double)((lead | fraction) + between(0, 2) - 1), exponent + 1 - own);
    return one_in(2) ? -x : x;
}

/* Runs of several tiles and less, that begin and end anywhere in one. */
static void test_long_runs(void **unused) {
    (void)unused;
    for (uint64_t n = 0; n < cases / 50; n++) {
        state = seed * 5000011 + n;
        cw_spec s = random_spec(MOST_ELEMENTS);
        cw_slice slice = CW_SLICE_INIT;
        if (s.initializer == CW_ORTHOGONAL) continue;
        const uint64_t rows = between(2, 3), columns = between(700, 10000), start = below(300), run = between(350, columns - start);
        memset(s.shape, 0, sizeof s.shape);
        s.rank = 2;
        s.shape[0] = rows;
        s.shape[1] = columns;
        take_tensor(&s);
        view v = {.rank = 2, .shape = {rows, columns}, .start = {0, start}, .step = {1, 1}, .count = {rows, run}, .store = spec.dtype};
        cw_slice_axis(&slice, 1, start, start + run);
        random_layout(&slice, &v);
        check_slice(&slice, &v);
    }
}

/* Uniform in no range at all is one number, by the kernel that draws. */
static void test_rounding(void **unused) {
    static const struct { cw_dtype store; int precision, least, most; } to[] = {
        {CW_FLOAT16, 11, -14, 15}, {CW_BFLOAT16, 8, -126, 127}, {CW_FLOAT32, 24, -126, 127}};
    (void)unused;
    for (uint64_t n = 0; n < cases; n++) {
        state = seed * 5000011 + n;
        const int wide = one_in(2), which = (int)below(wide ? 3 : 2);
        cw_spec s = spec_of((drawn){CW_RANDOM_UNIFORM, wide ? CW_FLOAT64 : CW_FLOAT32}, 5);
        cw_slice slice = CW_SLICE_INIT;
        double x = near_a_tie(s.dtype, to[which].precision, to[which].least, to[which].most);
        if (!wide && !(fabs(x) <= 3.4e38)) x = 65519.996;
        s.dialect = CW_DIALECT_TF;
        s.argument[CW_MINVAL] = s.argument[CW_MAXVAL] = cw_real(x);
        take_tensor(&s);
        slice.store = to[which].store;
        const view v = {1, slice.store, {5}, {0}, {1}, {5}, {1}, 5, 5 * cw_dtype_size(slice.store)};
        check_slice(&slice, &v);
    }
}

/* More items than OpenCL's work-items and the threads of a GPU's grid: each takes several. */
static void test_grid_goes_round(void **unused) {
    cw_spec s = spec_of((drawn){CW_UNIFORM_FULL_INT, CW_UINT32}, 1);
    cw_slice slice = CW_SLICE_INIT;
    cw_extent extent;
    cw_error why = {CW_OK, 0, ""};
    (void)unused;
    s.rank = 2;
    s.shape[0] = 2101;
    s.shape[1] = 2055;
    take_tensor(&s);
    cw_slice_axis(&slice, 1, 3, 2054);
    test_ok(cw_slice_measure(&plan, &slice, &extent, &why), &why);
    test_area large = test_area_make(device, extent.bytes);
    const cw_destination to = test_area_at(&large, 4, extent.bytes);
    test_area_clean(&large, 4, extent.bytes);
    test_ok(cw_fill_slice(device, &plan, &slice, &to, &why), &why);
    const void *found = test_area_read(&large, 4, extent.bytes);
    const cw_status status = cw_verify_slice(&plan, &slice, found, extent.bytes, NULL, &why);
    test_area_free(&large);
    test_ok(status, &why);
}

/* Tensors that no memory holds: indices past 2^32, and almost 2^63 bytes. */
static void test_far_slices(void **unused) {
    (void)unused;
    for (uint64_t n = 0; n < cases / 4; n++) {
        state = seed * 2000003 + n;
        const drawn d = each[below(COUNT(each))];
        cw_spec s = spec_of(d, 6);
        uint32_t bits = (uint32_t)between(33, d.initializer == CW_TRUNCATED_NORMAL ? 55 : 58);
        s.rank = d.initializer == CW_IDENTITY ? 2 : (uint32_t)between(1, 6);
        for (uint32_t k = 0; k < s.rank; k++) {
            const uint32_t now = k + 1 == s.rank ? bits : (uint32_t)between(0, bits);
            s.shape[k] = (UINT64_C(1) << now) - below((UINT64_C(1) << now) / 8);
            bits -= now;
        }
        cw_slice slice;
        take_tensor(&s);
        const view v = random_view(&slice, s.rank > 4 ? 3 : 9);
        check_slice(&slice, &v);
    }
}

/* ------------------------------------------------------------------------------------------------------------- cuts */

/* Pieces of a tensor: axes are halved, or dealt out by turns. A piece's start, stop and step are given as they are, with
 * the whole's strides, and its place is the destination's offset. */
static void cut_axis(cw_slice *pieces, uint32_t *count, uint32_t which, uint32_t k) {
    cw_slice *a = &pieces[which], *b = &pieces[*count];
    const uint64_t length = a->stop[k] > a->start[k] ? a->stop[k] - a->start[k] : 0;
    if (*count == MOST_PIECES || length < 2) return;
    *b = *a;
    if (one_in(2)) { /* every second element goes to b */
        b->start[k] += a->step[k];
        if (b->start[k] > b->stop[k]) b->start[k] = b->stop[k];
        b->step[k] = a->step[k] *= 2;
        b->stride[k] = a->stride[k] *= 2;
    } else {
        const uint64_t members = (length - 1) / a->step[k] + 1, first = between(0, members);
        b->start[k] = a->start[k] + first * a->step[k];
        if (b->start[k] > b->stop[k]) b->start[k] = b->stop[k];
        a->stop[k] = b->start[k];
    }
    ++*count;
}

static uint32_t random_cut(cw_slice *pieces, const view *v, cw_slice first) {
    uint32_t count = 1;
    for (uint32_t k = 0; k < v->rank; k++) cw_slice_axis(&first, k, 0, v->shape[k]);
    pieces[0] = first;
    for (uint64_t n = below(MOST_PIECES); n > 0 && v->rank; n--)
        cut_axis(pieces, &count, (uint32_t)below(count), (uint32_t)below(v->rank));
    return count;
}

/* The piece's bytes in the destination of the whole, and where they begin. */
static void fill_cut(const cw_slice *piece, const view *v, uint64_t offset, cw_sums *sums) {
    const size_t size = cw_dtype_size(v->store);
    uint64_t to = 0;
    cw_extent extent;
    for (uint32_t k = 0; k < v->rank; k++) to += piece->start[k] * v->to[k];
    test_ok(cw_slice_measure(&plan, piece, &extent, NULL), NULL);
    test_ok(cw_digest_slice(sums, &plan, piece, NULL), NULL);
    fill_piece(piece, extent.elements ? offset + to * size : offset, extent.bytes);
}

static void check_cut(void) {
    view v = {.rank = spec.rank};
    cw_slice pieces[MOST_PIECES], first = CW_SLICE_INIT;
    int8_t order[CW_MAX_RANK];
    cw_sums sums = {{0, 0}};
    painter p = {&v, {{0, 0}}};
    first.store = random_store();
    v.store = first.store ? first.store : spec.dtype;
    v.elements = cw_plan_elements(&plan);
    for (uint32_t k = 0; k < v.rank; k++) v.shape[k] = v.count[k] = spec.shape[k], v.step[k] = 1;
    shuffle(v.rank, order);
    const uint64_t span = random_strides(&v, order, one_in(2)), offset = below(4) * cw_dtype_size(v.store);
    memcpy(first.stride, v.to, sizeof v.to);
    v.bytes = v.elements ? span * cw_dtype_size(v.store) : 0;
    if (v.bytes > MOST_BYTES || refused()) return;
    const uint32_t count = random_cut(pieces, &v, first);
    memset(area.expected, TEST_CANARY, v.bytes);
    each_element(&v, paint, &p);
    test_area_clean(&area, offset, v.bytes);
    for (uint32_t i = 0; i < count; i++) fill_cut(&pieces[i], &v, offset, &sums);
    expect_bytes(test_area_read(&area, offset, v.bytes), v.bytes, &v, &first, "the pieces together");
    assert_memory_equal(&sums, &p.sums, sizeof sums);
}

static void test_random_cuts(void **unused) {
    (void)unused;
    for (uint64_t n = 0; n < cases; n++) {
        state = seed * 3000017 + n;
        const cw_spec s = random_spec(MOST_ELEMENTS);
        take_tensor(&s);
        check_cut();
    }
}

/* ------------------------------------------------------------------------------------------------------------- main */

static int make_area(void **unused) {
    cw_error why = {CW_OK, 0, ""};
    (void)unused;
    area = test_area_make(device, MOST_BYTES + 64);
    test_ok(cw_allocate(device, 1 << 22, &scratch, &why), &why);
    return 0;
}

static int free_area(void **unused) {
    (void)unused;
    test_area_free(&area);
    cw_release(device, &scratch);
    free(whole);
    return 0;
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_slices),
        cmocka_unit_test(test_large_slices),
        cmocka_unit_test(test_long_runs),
        cmocka_unit_test(test_rounding),
        cmocka_unit_test(test_grid_goes_round),
        cmocka_unit_test(test_far_slices),
        cmocka_unit_test(test_random_cuts),
    };
    if (argc < 2) return fprintf(stderr, "usage: slices DEVICE [CASES [SEED [integers]]]\n"), 2;
    if (argc > 2) cases = strtoull(argv[2], NULL, 10);
    if (argc > 3) seed = strtoull(argv[3], NULL, 10);
    has_doubles = argc <= 4;
    device = test_open(argv[1]);
    const int failed = cmocka_run_group_tests_name(argv[1], tests, make_area, free_area);
    cw_device_close(device);
    return failed;
}
