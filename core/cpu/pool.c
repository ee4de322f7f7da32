/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE
#include "pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

struct cw_pool {
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t work, done;
    void (*task)(void *argument, uint32_t i);
    void *argument;
    uint32_t tasks, next, finished;
    int over;
    pid_t owner;
    uint32_t threads; /* besides the caller's */
    pthread_t thread[];
};

/* Takes tasks until none is left. Called and left with the lock held, which is free while a task runs. */
static void take_tasks(cw_pool *p) {
    while (p->next < p->tasks) {
        const uint32_t i = p->next++;
        pthread_mutex_unlock(&p->lock);
        p->task(p->argument, i);
        pthread_mutex_lock(&p->lock);
        if (++p->finished == p->tasks) pthread_cond_signal(&p->done);
    }
}

static void *serve(void *pool) {
    cw_pool *p = pool;
    pthread_mutex_lock(&p->lock);
    while (!p->over) {
        take_tasks(p);
        if (!p->over) pthread_cond_wait(&p->work, &p->lock);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

/* Signals are for the caller's threads. */
static void start_threads(cw_pool *p, uint32_t threads) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (p->threads < threads && pthread_create(&p->thread[p->threads], NULL, serve, p) == 0) p->threads++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

cw_pool *cw_pool_open(uint32_t threads) {
    cw_pool *p = calloc(1, sizeof *p + threads * sizeof *p->thread);
    if (!p) return NULL;
    p->owner = getpid();
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->work, NULL);
    pthread_cond_init(&p->done, NULL);
    start_threads(p, threads - 1);
    return p;
}

void cw_pool_run(void *pool, uint32_t tasks, void (*task)(void *argument, uint32_t i), void *argument) {
    cw_pool *p = pool;
    if (p->threads == 0 || p->owner != getpid()) {
        for (uint32_t i = 0; i < tasks; i++) task(argument, i);
        return;
    }
    pthread_mutex_lock(&p->lock);
    p->task = task;
    p->argument = argument;
    p->tasks = tasks;
    p->next = p->finished = 0;
    pthread_cond_broadcast(&p->work);
    take_tasks(p);
    while (p->finished < tasks) pthread_cond_wait(&p->done, &p->lock);
    pthread_mutex_unlock(&p->lock);
}

void cw_pool_close(cw_pool *pool) {
    if (!pool) return;
    if (pool->owner == getpid()) {
        pthread_mutex_lock(&pool->lock);
        pool->over = 1;
        pthread_cond_broadcast(&pool->work);
        pthread_mutex_unlock(&pool->lock);
        for (uint32_t i = 0; i < pool->threads; i++) pthread_join(pool->thread[i], NULL);
        pthread_cond_destroy(&pool->done);
        pthread_cond_destroy(&pool->work);
        pthread_mutex_destroy(&pool->lock);
    }
    free(pool);
}
