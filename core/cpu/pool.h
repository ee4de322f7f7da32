/* SPDX-License-Identifier: Apache-2.0
 *
 * Threads that wait for work between a device's opening and its closing: the parallel-for of a caller who has none.
 */
#ifndef CW_POOL_H
#define CW_POOL_H

#include <stdint.h>

typedef struct cw_pool cw_pool;

/* With the calling thread there are `threads`, or as many as the system gives: whoever is there does all the work. NULL if
 * memory is exhausted. */
cw_pool *cw_pool_open(uint32_t threads);

/* A cw_parallel_for; its first argument is the pool. One call at a time. In a child after fork(), which has no threads of
 * the pool, the caller does all. */
void cw_pool_run(void *pool, uint32_t tasks, void (*task)(void *argument, uint32_t i), void *argument);

/* NULL is allowed. */
void cw_pool_close(cw_pool *pool);

#endif
