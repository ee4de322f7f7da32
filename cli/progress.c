/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

double cw_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

cw_progress cw_progress_start(const cw_model *model) {
    cw_progress p = {.start = cw_now(), .terminal = isatty(STDERR_FILENO) != 0};
    for (size_t i = 0; i < model->count; i++) p.bytes += cw_plan_bytes(&model->entry[i].plan);
    return p;
}

void cw_progress_show(cw_progress *p, uint64_t bytes) {
    const double now = cw_now(), elapsed = now - p->start;
    if (!p->terminal || elapsed < 0.5 || now - p->shown < 0.1) return;
    const double rate = (double)bytes / elapsed, left = rate > 0 ? (double)(p->bytes - bytes) / rate : 0;
    fprintf(stderr, "\r\033[K%.1f of %.1f MB, %.1f MB/s, %.0f s left", (double)bytes * 1e-6, (double)p->bytes * 1e-6,
            rate * 1e-6, left);
    fflush(stderr);
    p->shown = now;
}

void cw_progress_end(const cw_progress *p) {
    if (p->shown > 0) fputs("\r\033[K", stderr);
}
