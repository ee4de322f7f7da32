/* SPDX-License-Identifier: Apache-2.0
 *
 * orthogonal DEVICE [small]: what a device makes of a matrix initializer is, bit for bit, what cw_reference defines; it is
 * orthogonal; matrices that Cholesky's way cannot do are done by Householder's; scratch memory is checked, and nothing
 * around it or the destination is touched. `small` leaves out all matrices over a few hundred elements.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "device.h"
#include "matrix.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

cw_do_step test_plain_step;

static cw_device *device;
static int is_small;
static test_area area, scratch;

static cw_plan plan_with(cw_initializer initializer, cw_dtype dtype, uint32_t rank, const uint64_t *shape, double gain) {
    cw_spec spec = CW_SPEC_INIT;
    cw_plan plan;
    cw_error why = {CW_OK, 0, ""};
    spec.initializer = initializer;
    spec.dtype = dtype;
    spec.rank = rank;
    memcpy(spec.shape, shape, rank * sizeof *shape);
    spec.philox = cw_philox_keras(42, 0);
    spec.argument[CW_GAIN] = cw_real(gain);
    test_ok(cw_plan_make(&spec, &plan, &why), &why);
    return plan;
}

static cw_plan plan_of(cw_dtype dtype, uint32_t rank, const uint64_t *shape, double gain) {
    return plan_with(CW_ORTHOGONAL, dtype, rank, shape, gain);
}

static cw_plan matrix_plan(cw_dtype dtype, uint64_t rows, uint64_t columns) {
    return plan_of(dtype, 2, (const uint64_t[]){rows, columns}, 1.0);
}

/* The destination and its scratch memory, both exactly as large as they must be, between canaries. */
static cw_destination prepare(const cw_plan *plan, uint64_t offset) {
    const uint64_t bytes = cw_plan_bytes(plan), room = cw_plan_scratch(plan);
    cw_destination to;
    area = test_area_make(device, bytes);
    scratch = test_area_make(device, room);
    test_area_clean(&area, offset, bytes);
    test_area_clean(&scratch, 8, room);
    to = test_area_at(&area, offset, bytes);
    const cw_destination lent = test_area_at(&scratch, 8, room);
    cw_lend(&to, &lent);
    return to;
}

/* The elements; checks the canaries. cw_read waits. */
static const void *finish(const cw_plan *plan, uint64_t offset) {
    const void *found = test_area_read(&area, offset, cw_plan_bytes(plan));
    test_area_read(&scratch, 8, cw_plan_scratch(plan));
    return found;
}

static void release(void) {
    test_area_free(&area);
    test_area_free(&scratch);
}

static uint32_t bad_word(void) {
    uint32_t bad;
    memcpy(&bad, scratch.host + TEST_MARGIN + 8, sizeof bad);
    return bad;
}

/* ---------------------------------------------------------------------------------------------------- conformance */

static void check_fill(const cw_plan *plan, uint64_t offset) {
    const cw_destination to = prepare(plan, offset);
    const uint64_t launches = cw_device_launches(device);
    cw_error why = {CW_OK, 0, ""};
    test_ok(cw_fill(device, plan, &to, &why), &why);
    assert_int_equal(cw_device_launches(device) - launches, cw_plan_launches(plan));
    test_ok(cw_verify(plan, finish(plan, offset), cw_plan_bytes(plan), NULL, &why), &why);
    release();
}

static void check_matrix(uint64_t rows, uint64_t columns) {
    static const cw_dtype dtypes[] = {CW_FLOAT32, CW_FLOAT64, CW_FLOAT16};
    for (size_t i = 0; i < COUNT(dtypes); i++) {
        const cw_plan plan = matrix_plan(dtypes[i], rows, columns);
        check_fill(&plan, cw_dtype_size(dtypes[i]) * ((rows + columns) % 2));
    }
}

static void test_small_matrices(void **state) {
    (void)state;
    for (uint64_t rows = 1; rows <= (is_small ? 3 : 10); rows++)
        for (uint64_t columns = 1; columns <= (is_small ? 2 : 10); columns++) check_matrix(rows, columns);
}

/* Around blocks of 16 rows, 128 rows, packets, 48 columns, tiles, blocks of 32 columns, squares of 64 and chunks of 256 rows. */
static void test_edges(void **state) {
    static const uint64_t shapes[][2] = {{17, 16}, {128, 5}, {129, 5}, {130, 2}, {131, 3}, {47, 47}, {48, 47}, {47, 200},
                                         {48, 48}, {49, 48}, {49, 49}, {57, 56}, {64, 63}, {64, 64}, {65, 64}, {65, 65},
                                         {96, 96}, {97, 97}, {48, 300}, {256, 50}, {257, 50}, {513, 60}, {70, 600},
                                         {129, 128}, {130, 129}, {161, 160}, {193, 192}};
    (void)state;
    if (is_small) skip();
    for (size_t i = 0; i < COUNT(shapes); i++) check_matrix(shapes[i][0], shapes[i][1]);
}

static void test_large_matrices(void **state) {
    static const uint64_t shapes[][2] = {{512, 512}, {2304, 32}, {4000, 70}, {128, 1152}};
    (void)state;
    if (is_small) skip();
    for (size_t i = 0; i < COUNT(shapes); i++) {
        const cw_plan plan = matrix_plan(CW_FLOAT32, shapes[i][0], shapes[i][1]);
        check_fill(&plan, 4);
    }
}

static void test_kernels_and_gains(void **state) {
    static const uint64_t shape[] = {3, 3, 4, 16}, larger[] = {2, 3, 2, 5, 50};
    static const double gains[] = {0.0, -1.3, 1e-39, 2e-38, 1e30};
    (void)state;
    for (size_t i = 0; i < COUNT(gains); i++) {
        const cw_plan a = plan_of(CW_FLOAT32, 4, shape, gains[i]), b = plan_of(CW_FLOAT64, 4, shape, gains[i] * 1e-270);
        check_fill(&a, 0);
        check_fill(&b, 8);
        const cw_plan c = plan_of(CW_FLOAT64, 5, larger, gains[i]);
        if (!is_small) check_fill(&c, 0);
    }
}

/* Kernels of convolutions: every size of matrix in float64's order of sums, around 48 outputs, and several taps. */
static void check_kernels(cw_initializer initializer, uint64_t taps, uint64_t inputs, uint64_t outputs) {
    static const cw_dtype dtypes[] = {CW_FLOAT32, CW_FLOAT64, CW_FLOAT16};
    uint64_t shape[5] = {taps, taps, taps, taps, taps};
    const uint32_t rank = initializer == CW_CONVOLUTION_ORTHOGONAL_1D   ? 3
                          : initializer == CW_CONVOLUTION_ORTHOGONAL_3D ? 5
                                                                        : 4;
    shape[rank - 2] = inputs;
    shape[rank - 1] = outputs;
    for (size_t i = 0; i < COUNT(dtypes); i++) {
        const cw_plan plan = plan_with(initializer, dtypes[i], rank, shape, i ? -1.3 : 1.0);
        check_fill(&plan, cw_dtype_size(dtypes[i]) * (outputs % 2));
    }
}

static void test_convolutions(void **state) {
    (void)state;
    for (uint64_t n = 1; n <= (is_small ? 3 : 17); n += is_small ? 2 : 1)
        for (cw_initializer i = CW_CONVOLUTION_DELTA_ORTHOGONAL; i <= CW_CONVOLUTION_ORTHOGONAL_3D; i++)
            check_kernels(i, is_small ? 2 : 1 + n % 3, (n + 1) / 2, n);
    if (is_small) return;
    check_kernels(CW_CONVOLUTION_ORTHOGONAL_1D, 7, 4, 9);
    check_kernels(CW_CONVOLUTION_ORTHOGONAL_2D, 5, 3, 6);
    check_kernels(CW_CONVOLUTION_ORTHOGONAL_3D, 4, 2, 4);
    check_kernels(CW_CONVOLUTION_ORTHOGONAL_2D, 3, 47, 47);
    check_kernels(CW_CONVOLUTION_DELTA_ORTHOGONAL, 3, 40, 48);
    check_kernels(CW_CONVOLUTION_ORTHOGONAL_1D, 3, 52, 52);
}

/* A kernel of 1 x 1 is the orthogonal matrix of the same draws. */
static void test_a_kernel_of_one_tap(void **state) {
    static const uint64_t shape[] = {1, 1, 7, 7};
    const cw_plan matrix = matrix_plan(CW_FLOAT32, 7, 7), kernel = plan_with(CW_CONVOLUTION_ORTHOGONAL_2D, CW_FLOAT32, 4, shape, 1.0);
    float a[49], b[49];
    (void)state;
    test_ok(cw_reference(&matrix, 0, 49, a, NULL), NULL);
    test_ok(cw_reference(&kernel, 0, 49, b, NULL), NULL);
    assert_memory_equal(a, b, sizeof a);
}

/* The words are TensorFlow's. */
static void test_kernels_that_are_refused(void **state) {
    static const struct { cw_initializer initializer; cw_dtype dtype; uint32_t rank; uint64_t shape[5]; cw_status status; const char *text; } bad[] = {
        {CW_CONVOLUTION_DELTA_ORTHOGONAL, CW_FLOAT32, 2, {3, 4}, CW_ERROR_SHAPE, "must be at least three-dimensional and at most five-dimensional"},
        {CW_CONVOLUTION_DELTA_ORTHOGONAL, CW_FLOAT32, 3, {3, 5, 4}, CW_ERROR_SHAPE, "In_filters, specified by shape[-2]=5 cannot be greater than out_filters, specified by shape[-1]=4"},
        {CW_CONVOLUTION_DELTA_ORTHOGONAL, CW_FLOAT32, 3, {3, 0, 4}, CW_ERROR_SHAPE, "Indices and updates specified for empty output"},
        {CW_CONVOLUTION_ORTHOGONAL_1D, CW_FLOAT32, 4, {3, 3, 2, 4}, CW_ERROR_SHAPE, "must be three-dimensional"},
        {CW_CONVOLUTION_ORTHOGONAL_2D, CW_FLOAT32, 3, {3, 2, 4}, CW_ERROR_SHAPE, "must be four-dimensional"},
        {CW_CONVOLUTION_ORTHOGONAL_3D, CW_FLOAT32, 3, {3, 2, 4}, CW_ERROR_SHAPE, "must be five-dimensional"},
        {CW_CONVOLUTION_ORTHOGONAL_2D, CW_FLOAT32, 4, {3, 2, 2, 4}, CW_ERROR_SHAPE, "Kernel sizes, specified by shape[0]=3 and shape[1]=2 must be equal"},
        {CW_CONVOLUTION_ORTHOGONAL_1D, CW_BFLOAT16, 3, {3, 2, 4}, CW_ERROR_ARGUMENT, "Value for attr 'T' of bfloat16 is not in the list of allowed values"},
        {CW_CONVOLUTION_ORTHOGONAL_1D, CW_INT32, 3, {3, 2, 4}, CW_ERROR_ARGUMENT, "Argument `dtype` is expected to be floating point"},
        {CW_CONVOLUTION_ORTHOGONAL_3D, CW_FLOAT32, 5, {1 << 20, 1 << 20, 1 << 20, 1, 1}, CW_ERROR_OVERFLOW, ""},
        {CW_CONVOLUTION_ORTHOGONAL_1D, CW_FLOAT32, 3, {1 << 20, 1, 1 << 24}, CW_ERROR_OVERFLOW, "scratch"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        cw_spec spec = CW_SPEC_INIT;
        cw_plan plan;
        cw_error why = {CW_OK, 0, ""};
        spec.initializer = bad[i].initializer;
        spec.dtype = bad[i].dtype;
        spec.rank = bad[i].rank;
        memcpy(spec.shape, bad[i].shape, sizeof bad[i].shape);
        assert_int_equal(cw_plan_make(&spec, &plan, &why), bad[i].status);
        assert_non_null(strstr(why.text, bad[i].text));
        assert_null(strchr(why.text, '\n'));
    }
}

/* A fill of nothing needs no scratch memory, no memory at all. */
static void test_empty_tensors(void **state) {
    static const uint64_t shapes[][2] = {{0, 3}, {3, 0}, {0, 0}, {0, 100}};
    (void)state;
    for (size_t i = 0; i < COUNT(shapes); i++) {
        const cw_plan plan = matrix_plan(CW_FLOAT32, shapes[i][0], shapes[i][1]);
        cw_destination to;
        cw_error why = {CW_OK, 0, ""};
        assert_int_equal(cw_plan_bytes(&plan) + cw_plan_scratch(&plan) + cw_plan_launches(&plan), 0);
        area = test_area_make(device, 0);
        to = test_area_at(&area, 0, 0);
        test_ok(cw_fill(device, &plan, &to, &why), &why);
        test_ok(cw_verify(&plan, NULL, 0, NULL, &why), &why);
        test_area_free(&area);
    }
}

/* ---------------------------------------------------------------------------------------------------- orthogonality */

/* The largest distance of Q'Q from the identity, for the columns of the matrix with at least as many rows. */
static double distance(const double *q, uint64_t rows, uint64_t columns) {
    double most = 0;
    for (uint64_t i = 0; i < columns; i++)
        for (uint64_t j = i; j < columns; j++) {
            double dot = i == j ? -1.0 : 0.0;
            for (uint64_t k = 0; k < rows; k++) dot += q[k * columns + i] * q[k * columns + j];
            if (!(dot < most && -dot < most)) most = dot < 0 ? -dot : dot;
        }
    return most;
}

static double distance_of(const cw_plan *plan, const void *elements) {
    const cw_matrix m = cw_plan_matrix(plan);
    const cw_dtype dtype = cw_plan_spec(plan).dtype;
    double *q = malloc(8 * m.rows * m.columns), most;
    assert_non_null(q);
    for (uint64_t i = 0; i < m.rows; i++)
        for (uint64_t j = 0; j < m.columns; j++) {
            const uint64_t at = m.transposed ? j * m.rows + i : i * m.columns + j;
            q[i * m.columns + j] = dtype == CW_FLOAT64 ? ((const double *)elements)[at] : (double)((const float *)elements)[at];
        }
    most = distance(q, m.rows, m.columns);
    free(q);
    return most;
}

static void test_orthogonal_to_rounding(void **state) {
    static const uint64_t shapes[][2] = {{20, 20}, {47, 200}, {64, 64}, {300, 100}, {60, 90}, {200, 200}};
    (void)state;
    for (size_t i = 0; i < (is_small ? 1 : COUNT(shapes)); i++)
        for (cw_dtype dtype = CW_FLOAT32; dtype <= CW_FLOAT64; dtype++) {
            const cw_plan plan = matrix_plan(dtype, shapes[i][0], shapes[i][1]);
            const cw_destination to = prepare(&plan, 0);
            test_ok(cw_fill(device, &plan, &to, NULL), NULL);
            const double found = distance_of(&plan, finish(&plan, 0));
            assert_true(found < (dtype == CW_FLOAT32 ? 2e-6 : 4e-15));
            release();
        }
}

/* --------------------------------------------------------------------------------------------------- given matrices */

static void fill_given(const cw_plan *plan, const void *given, const void **found) {
    const cw_destination to = prepare(plan, 0);
    cw_error why = {CW_OK, 0, ""};
    test_ok(cw_write(device, &to, given, cw_plan_bytes(plan), &why), &why);
    test_ok(device->ops->fill_matrix(device, NULL, &cw_decided_of(plan)->matrix, &to, &why), &why);
    *found = finish(plan, 0);
}

/* Only the steps of Householder's way, as for a matrix that Cholesky's way found bad. */
static void householder(const cw_plan *plan, void *elements) {
    static const cwn_word steps[] = {CWN_LOAD, CWN_HOUSEHOLDER, CWN_STORE};
    uint32_t *room = malloc(cw_plan_scratch(plan));
    assert_non_null(room);
    room[0] = 1;
    for (size_t i = 0; i < COUNT(steps); i++) {
        cw_work step = {.matrix = cw_decided_of(plan)->matrix};
        step.matrix.when = CWN_IF_BAD;
        step.kernel = cw_matrix_kernel_of(steps[i], step.matrix.type, step.matrix.real);
        test_plain_step(&step, elements, room, 0, 1);
    }
    free(room);
}

/* A matrix of draws with its column `to` replaced by column `from` and `part` of itself. */
static double *dependent(const cw_plan *plan, uint64_t from, uint64_t to, double part) {
    const cw_decided *p = cw_decided_of(plan);
    const uint64_t n = p->matrix.columns;
    double *x = malloc(p->bytes);
    cw_spec spec = p->spec;
    cw_plan draws;
    assert_non_null(x);
    spec.initializer = CW_RANDOM_NORMAL;
    memset(spec.argument, 0, sizeof spec.argument);
    spec.argument[CW_STDDEV] = cw_real(1.0);
    test_ok(cw_plan_make(&spec, &draws, NULL), NULL);
    test_ok(cw_reference(&draws, 0, p->elements, x, NULL), NULL);
    for (uint64_t i = 0; i < p->matrix.rows && part != 1.0; i++) x[i * n + to] = x[i * n + from] + part * x[i * n + to];
    return x;
}

static void check_dependent(uint64_t rows, uint64_t columns, uint64_t to, double part, uint32_t bad) {
    const cw_plan plan = matrix_plan(CW_FLOAT64, rows, columns);
    double *x = dependent(&plan, 1, to, part);
    const void *found;
    fill_given(&plan, x, &found);
    assert_int_equal(bad_word(), bad);
    if (part != 0.0) assert_true(distance_of(&plan, found) < 1e-14);
    householder(&plan, x);
    assert_int_equal(memcmp(x, found, cw_plan_bytes(&plan)) == 0, bad);
    free(x);
    release();
}

/* Equal columns have a pivot that is nothing but rounding; columns that are nearly equal pass that, and G of the first Q is
 * far from the identity; others are good, and then the bits are not Householder's. */
static void test_bad_matrices(void **state) {
    (void)state;
    if (is_small) skip();
    check_dependent(60, 50, 20, 1.0, 0);
    check_dependent(60, 50, 20, 1e-4, 0);
    check_dependent(60, 50, 20, 1e-5, 0);
    check_dependent(60, 50, 45, 3e-8, 1);
    check_dependent(60, 50, 20, 1e-9, 1);
    check_dependent(300, 100, 99, 0.0, 1);
    check_dependent(300, 100, 3, 0.0, 1);
}

static void test_a_matrix_of_zeros(void **state) {
    const cw_plan plan = matrix_plan(CW_FLOAT32, 52, 48);
    float *x = calloc(1, cw_plan_bytes(&plan));
    const void *found;
    (void)state;
    if (is_small) {
        free(x);
        skip();
    }
    fill_given(&plan, x, &found);
    assert_int_equal(bad_word(), 1);
    assert_memory_equal(found, x, cw_plan_bytes(&plan)); /* the sign of R's zeros is 0 */
    free(x);
    release();
}

/* A bad matrix leaves nothing behind in scratch memory that the next fill would believe. */
static void test_scratch_may_hold_anything(void **state) {
    const cw_plan plan = matrix_plan(CW_FLOAT64, 60, 50);
    const void *found;
    cw_error why = {CW_OK, 0, ""};
    (void)state;
    if (is_small) skip();
    double *x = dependent(&plan, 1, 20, 0.0);
    fill_given(&plan, x, &found);
    cw_destination to = test_area_at(&area, 0, cw_plan_bytes(&plan));
    const cw_destination lent = test_area_at(&scratch, 8, cw_plan_scratch(&plan));
    cw_lend(&to, &lent);
    test_ok(cw_fill(device, &plan, &to, &why), &why);
    test_ok(cw_verify(&plan, finish(&plan, 0), cw_plan_bytes(&plan), NULL, &why), &why);
    assert_int_equal(bad_word(), 0);
    free(x);
    release();
}

/* --------------------------------------------------------------------------------------------------------- refusals */

static void refuse(const cw_plan *plan, const cw_destination *to) {
    const uint64_t launches = cw_device_launches(device);
    cw_error why = {CW_OK, 0, ""};
    assert_int_equal(cw_fill(device, plan, to, &why), CW_ERROR_DESTINATION);
    assert_non_null(strstr(why.text, "scratch"));
    assert_int_equal(cw_device_launches(device), launches);
    const unsigned char *found = test_area_read(&area, 0, cw_plan_bytes(plan));
    for (uint64_t i = 0; i < cw_plan_bytes(plan); i++) assert_int_equal(found[i], TEST_CANARY);
}

static void test_scratch_is_checked(void **state) {
    const cw_plan plan = matrix_plan(CW_FLOAT32, 5, 3);
    const cw_destination good = prepare(&plan, 0);
    cw_destination to = good;
    (void)state;
    to.scratch = NULL;
    refuse(&plan, &to);
    to = good;
    to.scratch_bytes--;
    refuse(&plan, &to);
    to = good;
    to.scratch_offset += 4;
    refuse(&plan, &to);
    test_ok(cw_fill(device, &plan, &good, NULL), NULL);
    finish(&plan, 0);
    release();
}

static void test_plans_that_are_refused(void **state) {
    static const struct { cw_dtype dtype; uint32_t rank; cw_status status; const char *text; } bad[] = {
        {CW_BFLOAT16, 2, CW_ERROR_ARGUMENT, "Value for attr 'T' of bfloat16 is not in the list of allowed values"},
        {CW_INT32, 2, CW_ERROR_ARGUMENT, "Cannot convert 0.0 to EagerTensor of dtype int32"},
        {CW_FLOAT32, 1, CW_ERROR_SHAPE, "The tensor to initialize must be at least two-dimensional"},
        {CW_FLOAT32, 0, CW_ERROR_SHAPE, "The tensor to initialize must be at least two-dimensional"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        cw_spec spec = CW_SPEC_INIT;
        cw_plan plan;
        cw_error why = {CW_OK, 0, ""};
        spec.initializer = CW_ORTHOGONAL;
        spec.dtype = bad[i].dtype;
        spec.rank = bad[i].rank;
        spec.shape[0] = spec.shape[1] = 4;
        assert_int_equal(cw_plan_make(&spec, &plan, &why), bad[i].status);
        assert_ptr_equal(strstr(why.text, bad[i].text), why.text);
        assert_null(strchr(why.text, '\n'));
    }
    cw_spec spec = CW_SPEC_INIT;
    cw_plan plan;
    spec.initializer = CW_ORTHOGONAL;
    spec.rank = 2;
    spec.shape[0] = spec.shape[1] = 1ull << 30;
    assert_int_equal(cw_plan_make(&spec, &plan, NULL), CW_ERROR_OVERFLOW);
}

/* ----------------------------------------------------------------------------------------- the two texts of the CPU */

typedef struct cw_room {
    void *memory, *scratch;
} cw_room;

static cw_status plain_step(void *user, const cw_work *step) {
    const cw_room *room = user;
    for (uint64_t i = 0; i < (step->shares ? 3u : 1u); i++)
        test_plain_step(step, room->memory, room->scratch, i, step->shares ? 3 : 1);
    return CW_OK;
}

/* Without fused multiply-adds in hardware, and with another crew, the bits are the same. */
static void test_without_hardware_fma(void **state) {
    static const uint64_t shapes[][2] = {{64, 64}, {300, 70}, {48, 100}, {100, 20}};
    (void)state;
    for (size_t i = 0; i < (is_small ? 0 : COUNT(shapes)); i++) {
        const cw_plan plan = matrix_plan(i % 2 ? CW_FLOAT32 : CW_FLOAT64, shapes[i][0], shapes[i][1]);
        const cw_decided *p = cw_decided_of(&plan);
        cw_plan draws;
        cw_spec spec = p->spec;
        cw_room room = {malloc(p->bytes), malloc(p->matrix.scratch)};
        spec.initializer = CW_RANDOM_NORMAL;
        memset(spec.argument, 0, sizeof spec.argument);
        spec.argument[CW_STDDEV] = cw_real(1.0);
        test_ok(cw_plan_make(&spec, &draws, NULL), NULL);
        test_ok(cw_reference(&draws, 0, p->elements, room.memory, NULL), NULL);
        cw_walk_matrix(NULL, &p->matrix, plain_step, &room);
        test_ok(cw_verify(&plan, room.memory, p->bytes, NULL, NULL), NULL);
        free(room.memory);
        free(room.scratch);
    }
}

/* Any range is part of the whole. */
static void test_reference_of_a_range(void **state) {
    const cw_plan plan = matrix_plan(CW_FLOAT16, 9, 7);
    uint16_t all[63], some[20];
    cw_sums sums = {{0, 0}}, digest;
    const cw_spec spec = cw_plan_spec(&plan);
    (void)state;
    test_ok(cw_reference(&plan, 0, 63, all, NULL), NULL);
    test_ok(cw_reference(&plan, 30, 20, some, NULL), NULL);
    assert_memory_equal(some, all + 30, sizeof some);
    test_ok(cw_digest(&plan, &digest, NULL), NULL);
    test_ok(cw_digest_add(&sums, CW_FLOAT16, all, 0, 63), NULL);
    sums = cw_digest_finish(sums, CW_FLOAT16, 2, spec.shape);
    assert_memory_equal(&sums, &digest, sizeof sums);
    all[62] ^= 1;
    assert_int_equal(cw_verify(&plan, all, sizeof all, NULL, NULL), CW_DIFFERS);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_matrices),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_large_matrices),
        cmocka_unit_test(test_kernels_and_gains),
        cmocka_unit_test(test_convolutions),
        cmocka_unit_test(test_a_kernel_of_one_tap),
        cmocka_unit_test(test_kernels_that_are_refused),
        cmocka_unit_test(test_empty_tensors),
        cmocka_unit_test(test_orthogonal_to_rounding),
        cmocka_unit_test(test_bad_matrices),
        cmocka_unit_test(test_a_matrix_of_zeros),
        cmocka_unit_test(test_scratch_may_hold_anything),
        cmocka_unit_test(test_scratch_is_checked),
        cmocka_unit_test(test_plans_that_are_refused),
        cmocka_unit_test(test_without_hardware_fma),
        cmocka_unit_test(test_reference_of_a_range),
    };
    if (argc < 2 || argc > 3 || (argc == 3 && strcmp(argv[2], "small")))
        return fprintf(stderr, "usage: orthogonal DEVICE [small]\n"), 2;
    is_small = argc == 3;
    device = test_open(argv[1]);
    const int failed = cmocka_run_group_tests_name(argv[1], tests, NULL, NULL);
    cw_device_close(device);
    return failed;
}
