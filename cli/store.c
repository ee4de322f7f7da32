/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "store.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_BYTES = 65536, LINE = 64 };

typedef struct member {
    cw_team *team;
    pthread_t thread;
    uint32_t number; /* the caller is 0 */
} member;

struct cw_team {
    pthread_mutex_t gate; /* held until all who could be started are */
    pthread_barrier_t begin, end;
    char *memory;
    uint64_t bytes, piece;
    int value;
    bool over;
    uint32_t threads;
    member member[];
};

static void store_piece(const cw_team *t, uint32_t number) {
    const uint64_t first = t->piece * number, rest = first < t->bytes ? t->bytes - first : 0;
    if (rest) memset(t->memory + first, t->value, (size_t)(rest < t->piece ? rest : t->piece));
}

static void *serve(void *argument) {
    const member *m = argument;
    pthread_mutex_lock(&m->team->gate);
    pthread_mutex_unlock(&m->team->gate);
    for (;;) {
        pthread_barrier_wait(&m->team->begin);
        if (m->team->over) return NULL;
        store_piece(m->team, m->number);
        pthread_barrier_wait(&m->team->end);
    }
}

cw_team *cw_team_start(uint32_t threads) {
    cw_team *t = calloc(1, sizeof *t + threads * sizeof *t->member);
    if (!t) return NULL;
    pthread_mutex_init(&t->gate, NULL);
    pthread_mutex_lock(&t->gate);
    for (t->threads = 1; t->threads < threads; t->threads++) {
        member *m = &t->member[t->threads];
        *m = (member){.team = t, .number = t->threads};
        if (pthread_create(&m->thread, NULL, serve, m)) break;
    }
    pthread_barrier_init(&t->begin, NULL, t->threads);
    pthread_barrier_init(&t->end, NULL, t->threads);
    pthread_mutex_unlock(&t->gate);
    return t;
}

void cw_team_store(cw_team *team, void *memory, uint64_t bytes, int value) {
    team->memory = memory;
    team->bytes = bytes;
    team->piece = (bytes / team->threads / LINE + 1) * LINE;
    team->value = value;
    if (team->threads == 1 || bytes < 2 * LEAST_BYTES) {
        memset(memory, value, (size_t)bytes);
        return;
    }
    pthread_barrier_wait(&team->begin);
    store_piece(team, 0);
    pthread_barrier_wait(&team->end);
}

void cw_team_end(cw_team *team) {
    if (!team) return;
    team->over = true;
    if (team->threads > 1) pthread_barrier_wait(&team->begin);
    for (uint32_t i = 1; i < team->threads; i++) pthread_join(team->member[i].thread, NULL);
    pthread_barrier_destroy(&team->begin);
    pthread_barrier_destroy(&team->end);
    pthread_mutex_destroy(&team->gate);
    free(team);
}
