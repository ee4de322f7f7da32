/* SPDX-License-Identifier: Apache-2.0
 *
 * cw bench: how fast this machine fills, beside what it can store at all. bench/README.md says how to read it.
 */
#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include "bench_batch.h"
#include "cli.h"
#include "commands.h"
#include "counterweight/cpu.h"
#include "device.h"
#include "json.h"
#include "options.h"
#include "store.h"
#include "timing.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static const cw_usage usage = {
    "cw bench [--device D] [--threads N] [--quick] [--json | --markdown]\n"
    "cw bench --batch MODEL.json [--device D] [--threads N] [--quick] [--json]\n\n"
    "Fills warm memory and prints GB/s per initializer, dtype and size, each beside the ceiling: what storing alone\n"
    "takes, measured in turn with the fills, on the same memory with the same threads. On the CPU that is memset; on a\n"
    "device it is this library's own constant kernel, which does nothing but store. Times are medians of the device's own\n"
    "timer around as many fills in a row as take a few milliseconds; on the CPU, of the system's monotonic clock.\n"
    "With --batch, a model's tensors in one batch beside one fill for each.\n",
    CW_OPT_DEVICE | CW_OPT_JSON | CW_OPT_BENCH, 0};

enum { TOUCHES = 3 };

/* What is measured. Only some in every size. */
typedef struct subject {
    cw_initializer initializer;
    cw_dtype dtype;
    bool every_size;
    int64_t maxval; /* of integers, from 0; 0: not given */
} subject;

static const subject subjects[] = {
    {CW_RANDOM_UNIFORM, CW_FLOAT32, true, 0},
    {CW_RANDOM_NORMAL, CW_FLOAT32, true, 0},
    {CW_TRUNCATED_NORMAL, CW_FLOAT32, true, 0},
    {CW_RANDOM_UNIFORM, CW_BFLOAT16, false, 0},
    {CW_RANDOM_NORMAL, CW_BFLOAT16, false, 0},
    {CW_TRUNCATED_NORMAL, CW_BFLOAT16, false, 0},
    {CW_RANDOM_UNIFORM, CW_FLOAT16, false, 0},
    {CW_RANDOM_NORMAL, CW_FLOAT16, false, 0},
    {CW_TRUNCATED_NORMAL, CW_FLOAT16, false, 0},
    {CW_RANDOM_UNIFORM, CW_FLOAT64, false, 0},
    {CW_RANDOM_NORMAL, CW_FLOAT64, false, 0},
    {CW_TRUNCATED_NORMAL, CW_FLOAT64, false, 0},
    {CW_RANDOM_UNIFORM, CW_INT32, false, 1000},
    {CW_RANDOM_UNIFORM, CW_INT64, false, 1000},
    {CW_UNIFORM_FULL_INT, CW_INT32, false, 0},
    {CW_UNIFORM_FULL_INT, CW_UINT64, false, 0},
    {CW_ONES, CW_FLOAT32, false, 0},
    {CW_ORTHOGONAL, CW_FLOAT32, false, 0},
};
enum { SUBJECTS = sizeof subjects / sizeof *subjects };

/* Powers of two. A matrix is square. */
static const int sizes[] = {2, 10, 16, 20, 22, 24, 26, 28, 30};
enum {
    SIZES = sizeof sizes / sizeof *sizes,
    MATRIX_SIZE = 20,
    QUICK_MATRIX = 16,
    COMMON_SIZE = 24,
    OTHERS_SIZE = 26,
    QUICK_SIZE = 22
};

/* A larger size is left out where the smaller one took so many seconds, or where it would take this share of the
 * memory. */
static const double longest_before = 0.25;
enum { LARGEST_SHARE = 8 };

typedef enum form { FORM_TABLE, FORM_MARKDOWN, FORM_JSON } form;

typedef struct bench {
    cw_device *device;
    const char *word; /* of --device */
    cw_device_info info;
    uint32_t threads; /* 0 on devices */
    bool quick;
    form form;
    cw_team *team; /* NULL on devices */
    cw_destination memory, scratch;
    int stored;            /* the last value */
    double first_touch[2]; /* GB/s of fills and of stores */
    json_t *results;
} bench;

typedef struct result {
    const char *initializer, *dtype;
    uint64_t elements, bytes;
    double seconds, gbps, store_gbps;
} result;

/* -------------------------------------------------------------------------------------------------------- plans */

static cw_status plan_of(const subject *s, int bits, cw_plan *plan, cw_error *why) {
    cw_spec spec = CW_SPEC_INIT;
    spec.initializer = s->initializer;
    spec.dtype = s->dtype;
    spec.philox = cw_philox_keras(0, 0);
    spec.rank = s->initializer == CW_ORTHOGONAL ? 2 : 1;
    spec.shape[0] = UINT64_C(1) << bits / (int)spec.rank;
    spec.shape[1] = spec.rank == 2 ? spec.shape[0] : 0;
    if (s->maxval) {
        spec.argument[CW_MINVAL] = cw_integer(0);
        spec.argument[CW_MAXVAL] = cw_integer(s->maxval);
    }
    return cw_plan_make(&spec, plan, why);
}

/* What only stores, as many bytes. */
static cw_status plan_of_store(uint64_t bytes, cw_plan *plan, cw_error *why) {
    cw_spec spec = CW_SPEC_INIT;
    spec.initializer = CW_ONES;
    spec.rank = 1;
    spec.shape[0] = (bytes + 3) / 4;
    return cw_plan_make(&spec, plan, why);
}

/* ------------------------------------------------------------------------------------------------------- timing */

/* Seconds that a row takes. */
static double row_of(const bench *b) { return b->quick ? 0.002 : 0.01; }

typedef struct work {
    bench *bench;
    const cw_plan *plan, *store; /* store NULL: memset */
    const cw_destination *to;
    uint64_t bytes;
} work;

static cw_status fill(const void *user, uint64_t times, double *seconds, cw_error *why) {
    const work *w = user;
    cw_status status = cw_timer_start(w->bench->device, w->to, why);
    for (uint64_t i = 0; i < times && !status; i++) status = cw_fill(w->bench->device, w->plan, w->to, why);
    return status ? status : cw_timer_stop(w->bench->device, w->to, seconds, why);
}

static cw_status store(const void *user, uint64_t times, double *seconds, cw_error *why) {
    const work *w = user;
    work s = *w;
    s.plan = w->store;
    if (s.plan) return fill(&s, times, seconds, why);
    const cw_status status = cw_timer_start(w->bench->device, w->to, why);
    for (uint64_t i = 0; i < times && !status; i++)
        cw_team_store(w->bench->team, w->to->memory, w->bytes, ++w->bench->stored & 0xff);
    return status ? status : cw_timer_stop(w->bench->device, w->to, seconds, why);
}

/* Rows of fills and rows of stores in turn. */
static cw_status measure(const work *w, double *fill_seconds, double *store_seconds, cw_error *why) {
    cw_act *const acts[] = {fill, store};
    double seconds[2];
    const cw_status status = cw_time_in_turn(acts, 2, w, row_of(w->bench), seconds, why);
    if (status) return status;
    *fill_seconds = seconds[0];
    *store_seconds = seconds[1];
    return CW_OK;
}

/* -------------------------------------------------------------------------------------------------- first touch */

/* Memory that no one has written to yet. malloc may give back what was used. */
static cw_status fresh(bench *b, uint64_t bytes, cw_destination *to, cw_error *why) {
    if (!b->team) return cw_allocate(b->device, bytes, to, why);
    void *memory = mmap(NULL, (size_t)bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *to = cw_cpu_at(memory, bytes);
    if (memory != MAP_FAILED) return CW_OK;
    *why = (cw_error){CW_ERROR_MEMORY, 0, "no fresh host memory"};
    return CW_ERROR_MEMORY;
}

static void give_back(bench *b, cw_destination *to) {
    if (b->team) munmap(to->memory, (size_t)to->bytes);
    else cw_release(b->device, to);
}

static cw_status touch(bench *b, cw_act *a, work *w, double *seconds, cw_error *why) {
    cw_destination to;
    cw_status status = fresh(b, w->bytes, &to, why);
    if (status) return status;
    w->to = &to;
    status = a(w, 1, seconds, why);
    give_back(b, &to);
    return status;
}

/* Of the first subject in its common size. */
static cw_status measure_first_touch(bench *b, cw_error *why) {
    cw_plan plan, store_plan;
    double fills[TOUCHES], stores[TOUCHES];
    cw_status status = plan_of(&subjects[0], COMMON_SIZE, &plan, why);
    if (status) return status;
    work w = {b, &plan, NULL, NULL, cw_plan_bytes(&plan)};
    if (!b->team) {
        status = plan_of_store(w.bytes, &store_plan, why);
        w.store = &store_plan;
    }
    for (int i = 0; i < TOUCHES && !status; i++) {
        status = touch(b, fill, &w, &fills[i], why);
        if (!status) status = touch(b, store, &w, &stores[i], why);
    }
    if (status) return status;
    b->first_touch[0] = (double)w.bytes * 1e-9 / cw_median(fills, TOUCHES);
    b->first_touch[1] = (double)w.bytes * 1e-9 / cw_median(stores, TOUCHES);
    return CW_OK;
}

/* ------------------------------------------------------------------------------------------------------ results */

static int add_json(bench *b, const result *r) {
    json_t *row = json_pack("{s:s, s:s, s:s, s:I, s:I, s:i, s:f, s:f, s:f, s:f}", "device", b->word, "initializer",
                            r->initializer, "dtype", r->dtype, "elements", (json_int_t)r->elements, "bytes",
                            (json_int_t)r->bytes, "threads", (int)b->threads, "median_s", r->seconds, "gbps", r->gbps,
                            "store_gbps", r->store_gbps, "ratio", r->gbps / r->store_gbps);
    return row && json_array_append_new(b->results, row) == 0 ? EXIT_GOOD : cw_complain_memory();
}

static int show(bench *b, const result *r) {
    const char *format = b->form == FORM_MARKDOWN ? "| %s | %s | %" PRIu64 " | %s | %s | %s | %.3f |\n"
                                                  : "%-20s %-9s %12" PRIu64 " %10s %9s %9s %7.3f\n";
    if (b->form == FORM_JSON) return add_json(b, r);
    printf(format, r->initializer, r->dtype, r->elements, cw_time_of(r->seconds).text, cw_digits_of(r->gbps).text,
           cw_digits_of(r->store_gbps).text, r->gbps / r->store_gbps);
    fflush(stdout);
    return EXIT_GOOD;
}

static const char *ceiling(const bench *b) { return b->team ? "memset" : "this library's constant kernel"; }

static void print_head(const bench *b) {
    const char *line = b->form == FORM_MARKDOWN
                           ? "\n| initializer | dtype | elements | time | GB/s | store GB/s | ratio |\n"
                             "|---|---|---|---|---|---|---|\n"
                           : "initializer          dtype         elements       time      GB/s     store   ratio\n";
    printf("cw %s on %s: %s; %s", cw_version(), b->word, b->info.name, b->info.driver);
    if (b->threads) printf("; %u thread%s", b->threads, b->threads == 1 ? "" : "s");
    printf("\nstore: %s; medians of %d\n", ceiling(b), CW_ROUNDS);
    printf("first touch of fresh memory, %d elements of float32: %s GB/s, stores alone %s GB/s\n", 1 << COMMON_SIZE,
           cw_digits_of(b->first_touch[0]).text, cw_digits_of(b->first_touch[1]).text);
    fputs(line, stdout);
    fflush(stdout);
}

static int print_json(bench *b) {
    json_t *touched = json_pack("{s:i, s:f, s:f}", "elements", 1 << COMMON_SIZE, "gbps", b->first_touch[0],
                                "store_gbps", b->first_touch[1]);
    json_t *machine = json_pack(
        "{s:s, s:s, s:I, s:I, s:s, s:i, s:s, s:s, s:i, s:o}", "name", b->info.name, "driver", b->info.driver, "units",
        (json_int_t)b->info.units, "memory_bytes", (json_int_t)b->info.memory_bytes, "version", cw_version(),
        "numerics", (int)cw_numerics_version(), "store", ceiling(b), "clock",
        b->team ? "monotonic" : "the device's", "medians_of", CW_ROUNDS, "first_touch", touched);
    return cw_json_print(json_pack("{s:o, s:O}", "machine", machine, "results", b->results));
}

/* ------------------------------------------------------------------------------------------------------- memory */

/* Scratch for a matrix initializer lives as long as its fill. */
static cw_status lend(bench *b, const cw_plan *plan, cw_error *why) {
    const uint64_t bytes = cw_plan_scratch(plan);
    const cw_status status = bytes ? cw_allocate(b->device, bytes, &b->scratch, why) : CW_OK;
    if (!status && bytes) cw_lend(&b->memory, &b->scratch);
    return status;
}

static cw_status run(bench *b, const subject *s, int bits, result *r, cw_error *why) {
    cw_plan plan, store_plan;
    double store_seconds = 1;
    cw_status status = plan_of(s, bits, &plan, why);
    work w = {b, &plan, NULL, &b->memory, status ? 0 : cw_plan_bytes(&plan)};
    if (!status) status = lend(b, &plan, why);
    if (!status && !b->team) {
        status = plan_of_store(w.bytes, &store_plan, why);
        w.store = &store_plan;
    }
    if (!status) status = measure(&w, &r->seconds, &store_seconds, why);
    if (b->scratch.memory) cw_release(b->device, &b->scratch);
    if (status) return status;
    r->initializer = cw_initializer_name(s->initializer);
    r->dtype = cw_dtype_name(s->dtype);
    r->elements = cw_plan_elements(&plan);
    r->bytes = w.bytes;
    r->gbps = (double)w.bytes * 1e-9 / r->seconds;
    r->store_gbps = (double)w.bytes * 1e-9 / store_seconds;
    return CW_OK;
}

/* The whole of a size, or what the device has of it. */
static int allocate(bench *b) {
    cw_error why;
    uint64_t bytes = b->quick  ? UINT64_C(4) << COMMON_SIZE
                     : b->team ? UINT64_C(8) << OTHERS_SIZE
                               : UINT64_C(4) << sizes[SIZES - 1];
    while (bytes > b->info.memory_bytes / LARGEST_SHARE || bytes > b->info.max_allocation_bytes) bytes /= 2;
    while (cw_allocate(b->device, bytes, &b->memory, &why)) {
        if (why.status != CW_ERROR_MEMORY || bytes < 4096) return cw_complain_library(NULL, &why);
        bytes /= 2;
    }
    if (b->team) cw_team_store(b->team, b->memory.memory, bytes, 0);
    return EXIT_GOOD;
}

/* ---------------------------------------------------------------------------------------------------- what to run */

/* Whether this subject is measured in this size. */
static bool is_wanted(const bench *b, const subject *s, int bits) {
    if ((cw_dtype_size(s->dtype) << bits) > b->memory.bytes) return false;
    if (s->initializer == CW_ORTHOGONAL) return bits == (b->quick ? QUICK_MATRIX : MATRIX_SIZE);
    if (s->every_size) return b->quick ? bits == COMMON_SIZE : true;
    return bits == (b->quick ? QUICK_SIZE : OTHERS_SIZE);
}

/* What a device cannot do is left out, and said. */
static int run_and_show(bench *b, const subject *s, int bits, double *seconds) {
    result r = {0};
    cw_error why;
    const cw_status status = run(b, s, bits, &r, &why);
    *seconds = r.seconds;
    if (!status) return show(b, &r);
    if (status != CW_ERROR_UNSUPPORTED && status != CW_ERROR_MEMORY) return cw_complain_library(b->word, &why);
    fprintf(stderr, "left out: %s %s: %s\n", cw_initializer_name(s->initializer), cw_dtype_name(s->dtype), why.text);
    return EXIT_GOOD;
}

static int run_subject(bench *b, const subject *s) {
    double seconds = 0;
    int status = EXIT_GOOD;
    for (int i = 0; i < SIZES && status == EXIT_GOOD && seconds < longest_before; i++)
        if (is_wanted(b, s, sizes[i])) status = run_and_show(b, s, sizes[i], &seconds);
    return status;
}

static int run_all(bench *b) {
    cw_error why;
    int status = allocate(b);
    if (status != EXIT_GOOD) return status;
    if (measure_first_touch(b, &why)) return cw_complain_library(b->word, &why);
    if (b->form != FORM_JSON) print_head(b);
    for (int i = 0; i < SUBJECTS && status == EXIT_GOOD; i++) status = run_subject(b, &subjects[i]);
    return status == EXIT_GOOD && b->form == FORM_JSON ? print_json(b) : status;
}

/* ---------------------------------------------------------------------------------------------------------- start */

/* "opencl" and "cuda" are the first of theirs. */
static int describe(bench *b) {
    const size_t length = strlen(b->word);
    cw_device_list *lists = calloc(CW_DEVICE_LISTS, sizeof *lists);
    if (!lists) return cw_complain_memory();
    cw_device_lists(lists);
    for (int i = CW_DEVICE_LISTS; i-- > 0;)
        for (size_t d = lists[i].count; d-- > 0;) {
            const cw_device_info *info = &lists[i].device[d];
            if (strncmp(info->id, b->word, length) == 0 && (info->id[length] == 0 || info->id[length] == ':'))
                b->info = *info;
        }
    free(lists);
    return EXIT_GOOD;
}

static int start(bench *b, uint32_t threads) {
    int status = cw_device_open_bare(b->word, threads, &b->device);
    if (status == EXIT_GOOD) status = describe(b);
    if (status != EXIT_GOOD || strcmp(b->word, "cpu") != 0) return status;
    b->threads = threads ? threads : b->info.units;
    b->team = cw_team_start(b->threads);
    return b->team ? EXIT_GOOD : cw_complain_memory();
}

int cw_bench_command(int argc, char **argv) {
    cw_options o;
    int status = cw_options_read(argc, argv, &usage, &o);
    if (status != EXIT_GOOD || o.answered) return status;
    if (o.json && o.markdown) return cw_complain(EXIT_USAGE, "--json and --markdown are two forms (choose one)");
    if (o.batch && o.markdown) return cw_complain(EXIT_USAGE, "--batch prints no table (leave out --markdown)");
    bench b = {.word = cw_options_device(&o), .quick = o.quick, .results = json_array()};
    b.form = o.json ? FORM_JSON : o.markdown ? FORM_MARKDOWN : FORM_TABLE;
    status = start(&b, o.threads);
    if (status == EXIT_GOOD)
        status = o.batch ? cw_bench_batch(b.device, b.word, o.batch, row_of(&b), o.json) : run_all(&b);
    if (b.memory.memory) cw_release(b.device, &b.memory);
    json_decref(b.results);
    cw_team_end(b.team);
    cw_device_close(b.device);
    return status;
}
