/* SPDX-License-Identifier: Apache-2.0
 *
 * slices DEVICE [MEBIBYTES [DTYPE]]: how fast a slice is filled, byte for byte, beside a whole tensor of as many bytes;
 * of all dtypes or of one. A row of the table is the slice of every second run of so many elements. Both are filled by
 * turns into the same warm memory; the time of each is the median. On the host's own cores (cpu, and opencl where that
 * is PoCL) it is the time of all cores together, which a busy machine lengthens least. No shortest time: now and then
 * the system forgets what one of the cores has done.
 */
#include <stdlib.h>
#include <time.h>

#include "constant.h"
#include "device.h"

enum { ROUNDS = 15 };

typedef struct drawn {
    cw_initializer initializer;
    cw_dtype dtype, store;
} drawn;

static const drawn all[] = {
    {CW_RANDOM_UNIFORM, CW_FLOAT32, CW_FLOAT32},
    {CW_RANDOM_NORMAL, CW_FLOAT32, CW_FLOAT32},
    {CW_TRUNCATED_NORMAL, CW_FLOAT32, CW_FLOAT32},
    {CW_RANDOM_UNIFORM, CW_BFLOAT16, CW_BFLOAT16},
    {CW_RANDOM_NORMAL, CW_BFLOAT16, CW_BFLOAT16},
    {CW_TRUNCATED_NORMAL, CW_BFLOAT16, CW_BFLOAT16},
    {CW_RANDOM_UNIFORM, CW_FLOAT16, CW_FLOAT16},
    {CW_RANDOM_NORMAL, CW_FLOAT16, CW_FLOAT16},
    {CW_TRUNCATED_NORMAL, CW_FLOAT16, CW_FLOAT16},
    {CW_RANDOM_UNIFORM, CW_FLOAT64, CW_FLOAT64},
    {CW_RANDOM_NORMAL, CW_FLOAT64, CW_FLOAT64},
    {CW_TRUNCATED_NORMAL, CW_FLOAT64, CW_FLOAT64},
    {CW_RANDOM_UNIFORM, CW_INT32, CW_INT32},
    {CW_RANDOM_UNIFORM, CW_INT64, CW_INT64},
    {CW_UNIFORM_FULL_INT, CW_INT32, CW_INT32},
    {CW_UNIFORM_FULL_INT, CW_UINT64, CW_UINT64},
    {CW_ONES, CW_FLOAT32, CW_FLOAT32},
    {CW_IDENTITY, CW_FLOAT32, CW_FLOAT32},
};
static const drawn stores[] = {
    {CW_RANDOM_UNIFORM, CW_FLOAT32, CW_BFLOAT16},
    {CW_TRUNCATED_NORMAL, CW_FLOAT32, CW_FLOAT16},
    {CW_RANDOM_NORMAL, CW_FLOAT64, CW_FLOAT32},
    {CW_RANDOM_NORMAL, CW_FLOAT64, CW_BFLOAT16},
};

static cw_device *device;
static cw_destination memory;

static void must(cw_status status, const cw_error *why) {
    if (!status) return;
    printf("FAIL: %s\n", why->text);
    exit(1);
}

static clockid_t watch = CLOCK_PROCESS_CPUTIME_ID;

static double now(void) {
    struct timespec t;
    clock_gettime(watch, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* A matrix of `columns` columns and as many rows as `elements` need. */
static cw_plan plan_of(drawn d, uint64_t elements, uint64_t columns) {
    cw_spec spec = CW_SPEC_INIT;
    cw_error why = {CW_OK, 0, ""};
    cw_plan plan;
    spec.initializer = d.initializer;
    spec.dtype = d.dtype;
    spec.rank = 2;
    spec.shape[0] = elements / columns;
    spec.shape[1] = columns;
    spec.philox = cw_philox_keras(1, 0);
    if (d.initializer == CW_RANDOM_UNIFORM && !cw_dtype_is_float(d.dtype)) {
        spec.argument[CW_MINVAL] = cw_integer(0);
        spec.argument[CW_MAXVAL] = cw_integer(1000);
    }
    must(cw_plan_make(&spec, &plan, &why), &why);
    return plan;
}

static double seconds(const cw_plan *plan, const cw_slice *slice) {
    cw_error why = {CW_OK, 0, ""};
    const double start = now();
    must(cw_fill_slice(device, plan, slice, &memory, &why), &why);
    must(cw_sync(device, &memory, &why), &why);
    return now() - start;
}

static int by_value(const void *left, const void *right) {
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double median(double *times) {
    qsort(times, ROUNDS, sizeof *times, by_value);
    return times[ROUNDS / 2];
}

static void print_row(drawn d, const char *what, uint64_t bytes, double whole, double part) {
    printf("%-16s %-8s %-8s %-26s %8.3f %8.3f %6.2f\n", cw_initializer_name(d.initializer), cw_dtype_name(d.dtype),
           cw_dtype_name(d.store), what, 1e-9 * (double)bytes / whole, 1e-9 * (double)bytes / part, whole / part);
}

/* The slice has as many elements as the tensor `whole`. */
static void compare(drawn d, const char *what, const cw_plan *whole, const cw_plan *plan, cw_slice slice) {
    double of_whole[ROUNDS], of_part[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        of_whole[i] = seconds(whole, NULL);
        of_part[i] = seconds(plan, &slice);
    }
    print_row(d, what, cw_plan_elements(whole) * cw_dtype_size(d.store), median(of_whole), median(of_part));
}

static void compare_runs(drawn d, uint64_t elements, uint64_t run, uint64_t start) {
    const cw_plan whole = plan_of(d, elements, run), plan = plan_of(d, 2 * elements, 2 * run);
    cw_slice slice = CW_SLICE_INIT;
    char what[64];
    snprintf(what, sizeof what, "runs of %llu from %llu", (unsigned long long)run, (unsigned long long)start);
    cw_slice_axis(&slice, 1, start, start + run);
    compare(d, what, &whole, &plan, slice);
}

static void compare_all(drawn d, uint64_t bytes) {
    const uint64_t elements = bytes / cw_dtype_size(d.dtype) / 8192 * 8192;
    const cw_plan square = plan_of(d, elements, 4096);
    cw_slice slice = CW_SLICE_INIT;
    compare_runs(d, elements, 4096, 0);
    compare_runs(d, elements, 1024, 0);
    compare_runs(d, elements, 1024, 3);
    compare_runs(d, elements, 64, 0);
    compare_runs(d, elements, 64, 3);
    compare_runs(d, elements, 4, 0);
    cw_slice_layout(&slice, 2, (const int8_t[]){1, 0});
    compare(d, "whole, transposed", &square, &square, slice);
}

static void compare_store(drawn d, uint64_t bytes) {
    const uint64_t elements = bytes / cw_dtype_size(d.dtype) / 8192 * 8192;
    const cw_plan whole = plan_of(d, elements, 4096);
    cw_slice slice = CW_SLICE_INIT;
    slice.store = d.store;
    compare(d, "whole, stored smaller", &whole, &whole, slice);
}

static int is_asked(drawn d, int argc, char **argv) { return argc < 4 || !strcmp(argv[3], cw_dtype_name(d.dtype)); }

int main(int argc, char **argv) {
    cw_error why = {CW_OK, 0, ""};
    if (argc < 2) return fprintf(stderr, "usage: slices DEVICE [MEBIBYTES [DTYPE]]\n"), 2;
    const uint64_t bytes = (argc > 2 ? strtoull(argv[2], NULL, 10) : 16) << 20;
    if (argv[1][0] == 'c' && argv[1][1] == 'u') watch = CLOCK_MONOTONIC;
    device = test_open(argv[1]);
    must(cw_allocate(device, bytes, &memory, &why), &why);
    printf("%-16s %-8s %-8s %-26s %8s %8s %6s\n", "initializer", "dtype", "stored", "slice", "whole", "slice", "ratio");
    printf("%-16s %-8s %-8s %-26s %8s %8s\n", "", "", "", "", "GB/s", "GB/s");
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (is_asked(all[i], argc, argv)) compare_all(all[i], bytes);
    for (size_t i = 0; i < sizeof stores / sizeof *stores; i++)
        if (is_asked(stores[i], argc, argv)) compare_store(stores[i], bytes);
    cw_release(device, &memory);
    cw_device_close(device);
    return 0;
}
