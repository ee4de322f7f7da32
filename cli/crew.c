/* SPDX-License-Identifier: Apache-2.0 */
#include "crew.h"

#include "progress.h"

#include <pthread.h>
#include <stdatomic.h>

enum { PIECE = 4 << 20 }; /* bytes */

static uint32_t threads;

void cw_crew_resize(uint32_t wanted) { threads = wanted; }

uint32_t cw_crew_size(void) {
    if (threads == 0) {
        cw_device_info cpu;
        cw_cpu_info(&cpu);
        threads = cpu.units;
    }
    return threads < CW_CREW_MOST ? threads : CW_CREW_MOST;
}

typedef struct crew {
    void (*task)(void *argument, uint32_t i);
    void *argument;
    uint32_t tasks;
    atomic_uint next, done;
} crew;

/* 1 if there was a task left to do. */
static int do_one(crew *c) {
    const uint32_t i = atomic_fetch_add(&c->next, 1);
    if (i >= c->tasks) return 0;
    c->task(c->argument, i);
    atomic_fetch_add(&c->done, 1);
    return 1;
}

static void *work(void *c) {
    while (do_one(c)) continue;
    return NULL;
}

/* Where no further thread can be made, those that there are do all of it. */
void cw_crew_run(void *user, uint32_t tasks, void (*task)(void *argument, uint32_t i), void *argument) {
    pthread_t helper[CW_CREW_MOST];
    crew c = {.task = task, .argument = argument, .tasks = tasks};
    const uint32_t size = cw_crew_size();
    uint32_t helpers = 0;
    (void)user;
    while (helpers + 1 < size && helpers + 1 < tasks && pthread_create(&helper[helpers], NULL, work, &c) == 0)
        helpers++;
    while (do_one(&c)) cw_progress_part((double)(atomic_load(&c.done) - 1) / tasks);
    for (uint32_t i = 0; i < helpers; i++) pthread_join(helper[i], NULL);
    cw_progress_part(1);
}

/* ---------------------------------------------------------------------------------------------------------- pieces */

typedef struct cut {
    void (*piece)(void *argument, uint64_t first, uint64_t count);
    void *argument;
    uint64_t elements, each;
} cut;

static void do_piece(void *argument, uint32_t i) {
    const cut *c = argument;
    const uint64_t first = c->each * i, left = c->elements - first;
    c->piece(c->argument, first, left < c->each ? left : c->each);
}

/* An array in memory has far fewer than 2^32 pieces. */
void cw_crew_cut(uint64_t elements, size_t size, void (*piece)(void *argument, uint64_t first, uint64_t count),
                 void *argument) {
    cut c = {piece, argument, elements, PIECE / size};
    cw_crew_run(NULL, (uint32_t)((elements + c.each - 1) / c.each), do_piece, &c);
}
