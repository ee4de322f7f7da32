/* SPDX-License-Identifier: Apache-2.0
 *
 * The CPU backend: a fill cut into ranges, one a task.
 */
#define _GNU_SOURCE
#include "backend.h"

#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "counterweight/cpu.h"
#include "matrix.h"
#include "reference.h"

#define MAX_THREADS 1024u
/* Below these a thread costs more than it saves. */
#define LEAST_ELEMENTS_PER_TASK 16384u
#define LEAST_WORK_PER_TASK 262144u

typedef struct cw_cpu {
    cw_device device;
    uint32_t threads;
    cw_parallel_for *parallel_for;
    void *user;
    int fp64;
} cw_cpu;

/* ------------------------------------------------------------------------------------------- our own parallel-for */

typedef struct cw_task {
    void (*run)(void *argument, uint32_t i);
    void *argument;
    uint32_t i;
} cw_task;

static void *run_task(void *task) {
    const cw_task *t = task;
    t->run(t->argument, t->i);
    return NULL;
}

/* A task whose thread cannot be made runs here, so nothing can fail. */
static void spawn(void *user, uint32_t tasks, void (*task)(void *argument, uint32_t i), void *argument) {
    pthread_t thread[MAX_THREADS];
    cw_task t[MAX_THREADS];
    uint8_t started[MAX_THREADS] = {0};
    (void)user;
    for (uint32_t i = 1; i < tasks; i++) {
        t[i] = (cw_task){task, argument, i};
        started[i] = pthread_create(&thread[i], NULL, run_task, &t[i]) == 0;
    }
    for (uint32_t i = 0; i < tasks; i++)
        if (!started[i]) task(argument, i);
    for (uint32_t i = 1; i < tasks; i++)
        if (started[i]) pthread_join(thread[i], NULL);
}

/* ------------------------------------------------------------------------------------------------------------ ops */

typedef struct cw_cut {
    const cwn_launch *launch;
    char *data;
    uint32_t tasks;
    void (*fill)(const cwn_launch *launch, uint64_t first, uint64_t count, void *data);
} cw_cut;

/* Range i of the cut, on whole groups where the launch starts on one. */
static void fill_range(void *argument, uint32_t i) {
    const cw_cut *cut = argument;
    const uint64_t count = cut->launch->count, each = (count / cut->tasks + 15) / 16 * 16;
    const uint64_t begin = each * i < count ? each * i : count;
    const uint64_t end = i + 1 == cut->tasks || begin + each > count ? count : begin + each;
    cut->fill(cut->launch, cut->launch->first + begin, end - begin, cut->data + begin * cwn_bytes_of(cut->launch->type));
}

static void *address(const cw_destination *d) { return (char *)d->memory + d->offset; }

static cw_status cpu_fill(cw_device *device, const cwn_launch *launch, const cw_destination *to, cw_error *why) {
    const cw_cpu *cpu = (const cw_cpu *)device;
    const uint64_t useful = launch->count / LEAST_ELEMENTS_PER_TASK + 1;
    cw_cut cut = {launch, address(to), useful < cpu->threads ? (uint32_t)useful : cpu->threads,
                  cpu->fp64 ? cw_reference_fill : cw_reference_fill_without_fp64};
    if (!cpu->fp64 && cw_needs_fp64(launch->distribution, launch->type)) return cw_refuse_float64(why);
    if (cut.tasks == 1) fill_range(&cut, 0);
    else cpu->parallel_for(cpu->user, cut.tasks, fill_range, &cut);
    device->launches++;
    return CW_OK;
}

/* A slice's items, shared out. */
typedef struct cw_share {
    const cw_part *part;
    char *data;
    const char *source;
    uint32_t tasks;
    void (*fill)(const cwn_launch *launch, const cwn_slice *slice, uint64_t item, uint64_t end, void *data, const void *source);
} cw_share;

static void fill_items(void *argument, uint32_t i) {
    const cw_share *c = argument;
    const cwn_slice *slice = &c->part->slice;
    const uint64_t items = slice->rows * slice->axis[0].extent, each = items / c->tasks, rest = items % c->tasks;
    const uint64_t begin = each * i + (i < rest ? i : rest);
    c->fill(&c->part->launch, slice, begin, begin + each + (i < rest), c->data, c->source);
}

static void run_slice(cw_cpu *cpu, const cw_part *part, const cw_destination *to, const char *source) {
    const uint64_t useful = part->slice.rows * part->slice.axis[0].extent / (LEAST_ELEMENTS_PER_TASK / 4) + 1;
    cw_share share = {part, address(to), source, useful < cpu->threads ? (uint32_t)useful : cpu->threads,
                      cpu->fp64 ? cw_reference_items : cw_reference_items_without_fp64};
    if (share.tasks == 1) fill_items(&share, 0);
    else cpu->parallel_for(cpu->user, share.tasks, fill_items, &share);
    cpu->device.launches++;
}

static void run_part(cw_cpu *cpu, const cw_part *part, const cw_destination *to, const char *source) {
    cw_destination at = *to;
    at.offset += part->offset;
    if (part->slice.rows) run_slice(cpu, part, &at, source);
    else cpu_fill(&cpu->device, &part->launch, &at, NULL);
}

/* One step, shared out. */
typedef struct cw_crew {
    const cw_work *step;
    char *memory, *scratch;
    uint32_t tasks;
} cw_crew;

static void take_share(void *argument, uint32_t i) {
    const cw_crew *c = argument;
    cw_matrix_step(c->step, c->memory, c->scratch, i, c->tasks);
}

typedef struct cw_matrix_fill {
    cw_cpu *cpu;
    const cw_destination *to;
} cw_matrix_fill;

static cw_status run_step(void *user, const cw_work *step) {
    const cw_matrix_fill *f = user;
    char *scratch = (char *)f->to->scratch + f->to->scratch_offset, *memory = step->in_scratch ? scratch + step->at : address(f->to);
    const cw_destination to = cw_cpu_at(memory, UINT64_MAX);
    if (step->draws.count) return cpu_fill(&f->cpu->device, &step->draws, &to, NULL);
    const uint64_t useful = step->shares ? step->work / LEAST_WORK_PER_TASK + 1 : 1;
    cw_crew crew = {step, memory, scratch,
                    useful < f->cpu->threads ? (uint32_t)useful : f->cpu->threads};
    if (crew.tasks == 1) take_share(&crew, 0);
    else f->cpu->parallel_for(f->cpu->user, crew.tasks, take_share, &crew);
    f->cpu->device.launches++;
    return CW_OK;
}

static cw_status cpu_fill_matrix(cw_device *device, const cwn_launch *draws, const cwn_matrix *matrix,
                                 const cw_destination *to, cw_error *why) {
    cw_matrix_fill f = {(cw_cpu *)device, to};
    if (!f.cpu->fp64) return cw_refuse_float64(why);
    return cw_walk_matrix(draws, matrix, run_step, &f);
}

/* The scratch memory's part from `at` on, as a destination. */
static cw_destination in_scratch(const cw_destination *to, uint64_t at) {
    cw_destination whole = *to;
    whole.memory = to->scratch;
    whole.offset = to->scratch_offset + at;
    return whole;
}

static cw_status cpu_fill_slice(cw_device *device, const cw_job *job, const cw_destination *to, cw_error *why) {
    cw_cpu *cpu = (cw_cpu *)device;
    cw_destination whole = in_scratch(to, job->whole);
    const char *source = job->matrix ? address(&whole) : NULL;
    for (uint32_t i = 0; i < job->parts && !cpu->fp64; i++)
        if (cw_needs_fp64(job->part[i].launch.distribution, job->part[i].launch.type)) return cw_refuse_float64(why);
    const cw_status status = job->matrix ? cpu_fill_matrix(device, job->draws, job->matrix, &whole, why) : CW_OK;
    for (uint32_t i = 0; i < job->parts && !status; i++) run_part(cpu, &job->part[i], to, source);
    return status;
}

static cw_status cpu_sync(cw_device *device, const cw_destination *on, cw_error *why) {
    (void)device, (void)on, (void)why;
    return CW_OK;
}

static cw_status cpu_allocate(cw_device *device, uint64_t bytes, cw_destination *to, cw_error *why) {
    void *memory = NULL;
    (void)device;
    if (bytes > SIZE_MAX || posix_memalign(&memory, 64, bytes ? (size_t)bytes : 1))
        return cw_fail(why, CW_ERROR_MEMORY, 0, "no host memory for %" PRIu64 " bytes", bytes);
    *to = cw_cpu_at(memory, bytes);
    return CW_OK;
}

static cw_status cpu_write(cw_device *device, const cw_destination *to, const void *host, uint64_t bytes, cw_error *why) {
    (void)device, (void)why;
    memcpy(address(to), host, (size_t)bytes);
    return CW_OK;
}

static cw_status cpu_read(cw_device *device, const cw_destination *from, void *host, uint64_t bytes, cw_error *why) {
    (void)device, (void)why;
    memcpy(host, address(from), (size_t)bytes);
    return CW_OK;
}

static void cpu_release(cw_device *device, cw_destination *allocated) {
    (void)device;
    free(allocated->memory);
}

static void cpu_close(cw_device *device) { free(device); }

static const cw_backend_ops cpu_ops = {
    .backend = CW_BACKEND_CPU,
    .fill = cpu_fill,
    .fill_matrix = cpu_fill_matrix,
    .fill_slice = cpu_fill_slice,
    .sync = cpu_sync,
    .allocate = cpu_allocate,
    .write = cpu_write,
    .read = cpu_read,
    .release = cpu_release,
    .close = cpu_close,
};

/* ----------------------------------------------------------------------------------------------------------- open */

/* Cores that this process may use, not those of the machine. */
static uint32_t usable_cores(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set)) return 1;
    const int n = CPU_COUNT(&set);
    return n < 1 ? 1 : (uint32_t)n > MAX_THREADS ? MAX_THREADS : (uint32_t)n;
}

static cw_status decide_fp64(uint32_t asked, int *use, cw_error *why) {
    return cw_decide_fp64(asked, "CW_CPU_FP64", secure_getenv("CW_CPU_FP64"), 1, use, why);
}

static cw_status check_options(const cw_cpu_options *options, cw_error *why) {
    if (options->struct_size != sizeof *options)
        return cw_fail(why, CW_ERROR_STRUCT, 0, "the options were not started from CW_CPU_OPTIONS_INIT of this version");
    if (options->threads > MAX_THREADS)
        return cw_fail(why, CW_ERROR_ARGUMENT, 0, "%u threads are over %u", options->threads, MAX_THREADS);
    return CW_OK;
}

cw_status cw_cpu_open(const cw_cpu_options *options, cw_device **device, cw_error *why) {
    const cw_cpu_options defaults = CW_CPU_OPTIONS_INIT;
    const cw_cpu_options *o = options ? options : &defaults;
    if (!device) return cw_fail(why, CW_ERROR_ARGUMENT, 0, "cw_cpu_open needs a place for the device");
    int fp64;
    cw_status status = check_options(o, why);
    if (!status) status = decide_fp64(o->fp64, &fp64, why);
    if (status) return status;
    cw_cpu *cpu = calloc(1, sizeof *cpu);
    if (!cpu) return cw_fail(why, CW_ERROR_MEMORY, 0, "no host memory for a device");
    cpu->device.ops = &cpu_ops;
    cpu->threads = o->threads ? o->threads : usable_cores();
    cpu->parallel_for = o->parallel_for ? o->parallel_for : spawn;
    cpu->user = o->user;
    cpu->fp64 = fp64;
    *device = &cpu->device;
    return CW_OK;
}

static void processor_name(char *name, size_t capacity) {
    char line[256];
    FILE *f = fopen("/proc/cpuinfo", "r");
    snprintf(name, capacity, "CPU");
    while (f && fgets(line, sizeof line, f)) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, "model name", 10) || !colon) continue;
        line[strcspn(line, "\n")] = 0;
        snprintf(name, capacity, "%s", colon + 2);
        break;
    }
    if (f) fclose(f);
}

void cw_cpu_info(cw_device_info *info) {
    int fp64 = 1;
    cw_error why;
    if (!info) return;
    memset(info, 0, sizeof *info);
    snprintf(info->id, sizeof info->id, "cpu");
    processor_name(info->name, sizeof info->name);
    snprintf(info->driver, sizeof info->driver, "counterweight %s, scalar", cw_version());
    info->memory_bytes = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGE_SIZE);
    info->max_allocation_bytes = info->memory_bytes;
    info->units = usable_cores();
    info->fp64 = 1;
    info->denormals = 1;
    if (decide_fp64(CW_FP64_AUTO, &fp64, &why)) snprintf(info->why_not, sizeof info->why_not, "%.127s", why.text);
    info->from_integers = !fp64;
}
