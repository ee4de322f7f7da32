/* SPDX-License-Identifier: Apache-2.0
 *
 * The CPU backend: a fill cut into ranges, one a task.
 */
#define _GNU_SOURCE
#include "backend.h"

#include <inttypes.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "counterweight/cpu.h"
#include "matrix.h"
#include "path.h"
#include "pool.h"
#include "runs.h"

#define MAX_THREADS 1024u
/* Below these a thread costs more than it saves. */
#define LEAST_ELEMENTS_PER_TASK 16384u
#define LEAST_WORK_PER_TASK 262144u
#define TASKS_PER_THREAD 4u

typedef struct cw_cpu {
    cw_device device;
    uint32_t threads;
    cw_parallel_for *parallel_for;
    void *user;
    cw_pool *pool; /* NULL with the caller's own parallel-for, or one thread */
    const cw_path *path;
    double started; /* the timer */
} cw_cpu;

/* ------------------------------------------------------------------------------------------------------------ ops */

typedef struct cw_cut {
    const cwn_launch *launch;
    char *data;
    uint32_t tasks;
    cw_way way;
} cw_cut;

/* Where task i of the cut begins, counted from the launch's first element: at a multiple of 64 elements of the tensor,
 * so that no group and, in aligned memory, no cache line is shared. */
static uint64_t edge(const cw_cut *cut, uint32_t i) {
    const uint64_t count = cut->launch->count, even = count / cut->tasks * i, over = (cut->launch->first + even) % 64;
    return i == 0 ? 0 : i == cut->tasks ? count : even - over;
}

static void fill_range(void *argument, uint32_t i) {
    const cw_cut *cut = argument;
    const uint64_t begin = edge(cut, i), end = edge(cut, i + 1);
    cw_fill_run(&cut->way, cut->launch, cut->launch->first + begin, end - begin,
                cut->data + begin * cwn_bytes_of(cut->launch->type));
}

static cw_way way_of(const cw_cpu *cpu, const cwn_launch *l) {
    if (!cpu->device.fp64) return (cw_way){cw_reference_of_without_fp64(l), NULL, cw_narrow_portable};
    return (cw_way){cw_reference_of(l), cpu->path->find(l), cpu->path->narrow};
}

static void *address(const cw_destination *d) { return (char *)d->memory + d->offset; }

/* Threads of our own take several tasks each, so that one which others keep from running delays less. */
static uint32_t most_tasks(const cw_cpu *cpu) { return cpu->pool ? cpu->threads * TASKS_PER_THREAD : cpu->threads; }

static cw_status cpu_fill(cw_device *device, const cwn_launch *launch, const cw_destination *to, cw_error *why) {
    const cw_cpu *cpu = (const cw_cpu *)device;
    const uint64_t useful = launch->count / LEAST_ELEMENTS_PER_TASK + 1;
    const uint32_t most = most_tasks(cpu);
    cw_cut cut = {launch, address(to), useful < most ? (uint32_t)useful : most, way_of(cpu, launch)};
    if (!cpu->device.fp64 && cw_needs_fp64(launch->distribution, launch->type)) return cw_refuse_float64(why);
    if (cut.tasks == 1) fill_range(&cut, 0);
    else cpu->parallel_for(cpu->user, cut.tasks, fill_range, &cut);
    device->launches++;
    return CW_OK;
}

/* A slice's items, shared out. */
typedef struct cw_share {
    const cw_part *part;
    cw_way way;
    char *data;
    const char *source;
    uint32_t tasks;
} cw_share;

static uint64_t items_of(const cw_part *part) { return part->slice.rows * part->slice.axis[0].extent; }

static void fill_items(void *argument, uint32_t i) {
    const cw_share *c = argument;
    const cw_part *p = c->part;
    const uint64_t each = items_of(p) / c->tasks, rest = items_of(p) % c->tasks;
    const uint64_t begin = each * i + (i < rest ? i : rest), end = begin + each + (i < rest);
    cw_fill_items(&c->way, &p->launch, &p->slice, begin, end, c->data, c->source);
}

static void run_slice(cw_cpu *cpu, const cw_part *part, const cw_destination *to, const char *source) {
    const uint64_t useful = items_of(part) / (LEAST_ELEMENTS_PER_TASK / 4) + 1;
    const int copies = part->launch.distribution == CWN_COPY;
    const uint32_t most = most_tasks(cpu);
    cw_share share = {part, way_of(cpu, &part->launch), address(to), copies ? source : NULL,
                      useful < most ? (uint32_t)useful : most};
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
    cw_do_step *take;
    const cw_work *step;
    char *memory, *scratch;
    uint32_t tasks;
} cw_crew;

static void take_share(void *argument, uint32_t i) {
    const cw_crew *c = argument;
    c->take(c->step, c->memory, c->scratch, i, c->tasks);
}

typedef struct cw_matrix_fill {
    cw_cpu *cpu;
    const cw_destination *to;
} cw_matrix_fill;

static cw_status run_step(void *user, const cw_work *step) {
    const cw_matrix_fill *f = user;
    char *scratch = (char *)f->to->scratch + f->to->scratch_offset,
         *memory = step->in_scratch ? scratch + step->at : address(f->to);
    const cw_destination to = cw_cpu_at(memory, UINT64_MAX);
    if (step->draws.count) return cpu_fill(&f->cpu->device, &step->draws, &to, NULL);
    const uint64_t useful = step->shares ? step->work / LEAST_WORK_PER_TASK + 1 : 1;
    cw_crew crew = {f->cpu->path->step, step, memory, scratch,
                    useful < f->cpu->threads ? (uint32_t)useful : f->cpu->threads};
    if (crew.tasks == 1) take_share(&crew, 0);
    else f->cpu->parallel_for(f->cpu->user, crew.tasks, take_share, &crew);
    f->cpu->device.launches++;
    return CW_OK;
}

static cw_status cpu_fill_matrix(cw_device *device, const cwn_launch *draws, const cwn_matrix *matrix,
                                 const cw_destination *to, cw_error *why) {
    cw_matrix_fill f = {(cw_cpu *)device, to};
    if (!f.cpu->device.fp64) return cw_refuse_float64(why);
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
    for (uint32_t i = 0; i < job->parts && !cpu->device.fp64; i++)
        if (cw_needs_fp64(job->part[i].launch.distribution, job->part[i].launch.type)) return cw_refuse_float64(why);
    const cw_status status = job->matrix ? cpu_fill_matrix(device, job->draws, job->matrix, &whole, why) : CW_OK;
    for (uint32_t i = 0; i < job->parts && !status; i++) run_part(cpu, &job->part[i], to, source);
    return status;
}

/* A batch's tiles, shared out. */
typedef struct cw_tiles {
    const cw_cpu *cpu;
    const cwn_entry *entries;
    uint64_t count, tiles;
    uint32_t tasks;
} cw_tiles;

static uint64_t first_tile(const cw_tiles *t, uint32_t task) {
    const uint64_t rest = t->tiles % t->tasks;
    return t->tiles / t->tasks * task + (task < rest ? task : rest);
}

/* Neighbouring tiles of one entry are one stretch of items. */
static void fill_tiles(void *argument, uint32_t task) {
    const cw_tiles *t = argument;
    const uint64_t end = first_tile(t, task + 1);
    for (uint64_t tile = first_tile(t, task), stop; tile < end; tile = stop) {
        const cwn_entry *e = &t->entries[cwn_entry_of(t->entries, t->count, tile)];
        stop = e->end < end ? e->end : end;
        const cw_way way = way_of(t->cpu, &e->launch);
        cw_fill_items(&way, &e->launch, &e->slice, cwn_items_of(e->items, e->end, tile).begin,
                      cwn_items_of(e->items, e->end, stop - 1).end, (void *)(uintptr_t)e->memory, NULL);
    }
}

static void fill_entries(cw_cpu *cpu, const cw_batch_work *batch) {
    const char *table = address(&batch->table);
    const uint64_t tiles = batch->launch->tiles;
    const uint32_t most = most_tasks(cpu);
    cw_tiles t = {cpu, (const cwn_entry *)(const void *)(table + sizeof(cwn_table)), batch->launch->entries, tiles,
                  tiles < most ? (uint32_t)tiles : most};
    if (t.tasks == 1) fill_tiles(&t, 0);
    else cpu->parallel_for(cpu->user, t.tasks, fill_tiles, &t);
    cpu->device.launches++;
}

static cw_status cpu_fill_batch(cw_device *device, const cw_batch_work *batch, const cw_destination *on,
                                cw_error *why) {
    cw_status status = CW_OK;
    if (batch->launches) fill_entries((cw_cpu *)device, batch);
    for (const cw_batch_matrix *m = batch->matrices; m && !status; m = m->next) {
        const cw_destination to = cw_matrix_on(m, on);
        status = m->job.parts ? cpu_fill_slice(device, &m->job, &to, why)
                              : cpu_fill_matrix(device, m->job.draws, m->job.matrix, &to, why);
    }
    return status;
}

static cw_status cpu_sync(cw_device *device, const cw_destination *on, cw_error *why) {
    (void)device, (void)on, (void)why;
    return CW_OK;
}

static double seconds_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static cw_status cpu_timer_start(cw_device *device, const cw_destination *on, cw_error *why) {
    (void)on, (void)why;
    ((cw_cpu *)device)->started = seconds_now();
    return CW_OK;
}

static cw_status cpu_timer_stop(cw_device *device, const cw_destination *on, double *seconds, cw_error *why) {
    (void)on, (void)why;
    *seconds = seconds_now() - ((cw_cpu *)device)->started;
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

static cw_status cpu_write(cw_device *device, const cw_destination *to, const void *host, uint64_t bytes,
                           cw_error *why) {
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

static void cpu_close(cw_device *device) {
    cw_pool_close(((cw_cpu *)device)->pool);
    free(device);
}

static const cw_backend_ops cpu_ops = {
    .backend = CW_BACKEND_CPU,
    .fill = cpu_fill,
    .fill_matrix = cpu_fill_matrix,
    .fill_slice = cpu_fill_slice,
    .fill_batch = cpu_fill_batch,
    .sync = cpu_sync,
    .timer_start = cpu_timer_start,
    .timer_stop = cpu_timer_stop,
    .allocate = cpu_allocate,
    .write = cpu_write,
    .read = cpu_read,
    .release = cpu_release,
    .close = cpu_close,
};

/* ----------------------------------------------------------------------------------------------------------- open */

/* Cores that this process may use, not those of the machine. */
static uint32_t usable_cores(void) {
    int n = 0;
    /* The kernel refuses a set that is smaller than its own. */
    for (int room = CPU_SETSIZE; n == 0 && room <= 1 << 20; room *= 2) {
        const size_t size = CPU_ALLOC_SIZE(room);
        cpu_set_t *set = CPU_ALLOC(room);
        if (set && sched_getaffinity(0, size, set) == 0) n = CPU_COUNT_S(size, set);
        CPU_FREE(set);
    }
    return n < 1 ? 1 : (uint32_t)n > MAX_THREADS ? MAX_THREADS : (uint32_t)n;
}

static cw_status decide_fp64(uint32_t asked, int *use, cw_error *why) {
    return cw_decide_fp64(asked, "CW_CPU_FP64", secure_getenv("CW_CPU_FP64"), 1, use, why);
}

static cw_status check_options(const cw_cpu_options *options, cw_error *why) {
    if (options->struct_size != sizeof *options)
        return cw_fail(why, CW_ERROR_STRUCT, 0,
                       "the options were not started from CW_CPU_OPTIONS_INIT of this version");
    if (options->threads > MAX_THREADS)
        return cw_fail(why, CW_ERROR_ARGUMENT, 0, "%u threads are over %u", options->threads, MAX_THREADS);
    return CW_OK;
}

/* The caller's parallel-for or, where more than one thread is asked for, a pool. */
static cw_status find_threads(cw_cpu *cpu, const cw_cpu_options *o) {
    cpu->parallel_for = o->parallel_for;
    cpu->user = o->user;
    if (cpu->parallel_for || cpu->threads == 1) return CW_OK;
    cpu->parallel_for = cw_pool_run;
    cpu->user = cpu->pool = cw_pool_open(cpu->threads);
    return cpu->pool ? CW_OK : CW_ERROR_MEMORY;
}

cw_status cw_cpu_open(const cw_cpu_options *options, cw_device **device, cw_error *why) {
    const cw_cpu_options defaults = CW_CPU_OPTIONS_INIT;
    const cw_cpu_options *o = options ? options : &defaults;
    if (!device) return cw_fail(why, CW_ERROR_ARGUMENT, 0, "cw_cpu_open needs a place for the device");
    int fp64 = 1;
    const cw_path *path = NULL;
    cw_status status = check_options(o, why);
    if (!status) status = decide_fp64(o->fp64, &fp64, why);
    if (!status) status = cw_path_choose(&path, why);
    if (status) return status;
    cw_cpu *cpu = calloc(1, sizeof *cpu);
    if (!cpu) return cw_fail(why, CW_ERROR_MEMORY, 0, "no host memory for a device");
    cpu->device.ops = &cpu_ops;
    cpu->threads = o->threads ? o->threads : usable_cores();
    cpu->device.fp64 = fp64;
    cpu->path = path;
    if (find_threads(cpu, o)) {
        free(cpu);
        return cw_fail(why, CW_ERROR_MEMORY, 0, "no host memory for threads");
    }
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
        colon += 1 + strspn(colon + 1, " \t");
        if (*colon) snprintf(name, capacity, "%s", colon);
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
    const cw_path *path = NULL;
    cw_status status = cw_path_choose(&path, &why);
    snprintf(info->driver, sizeof info->driver, "counterweight %s, %s", cw_version(), path ? path->name : "no path");
    info->memory_bytes = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGE_SIZE);
    info->max_allocation_bytes = info->memory_bytes;
    info->units = usable_cores();
    info->fp64 = 1;
    info->denormals = 1;
    if (!status) status = decide_fp64(CW_FP64_AUTO, &fp64, &why);
    if (status) snprintf(info->why_not, sizeof info->why_not, "%.127s", why.text);
    info->from_integers = !fp64;
}
