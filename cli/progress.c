/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "progress.h"

#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* Bytes are counted once for each pass over them. */
static struct {
    double start, shown; /* when */
    bool running, visible;
    unsigned passes;
    double bytes, done; /* all of it; what the stages before the present one had */
    double stage, part, parts;
} now_doing;

double cw_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void cw_progress_start(uint64_t bytes, unsigned passes) {
    now_doing.running = bytes > 0 && isatty(STDERR_FILENO);
    now_doing.start = cw_now();
    now_doing.shown = now_doing.done = now_doing.stage = 0;
    now_doing.passes = passes;
    now_doing.bytes = (double)bytes * passes;
}

/* A comparison that finds a difference goes through the bytes more often than was announced. */
static double bytes_done(double share) {
    const double done = now_doing.done + now_doing.stage * (now_doing.part + share) / now_doing.parts;
    return done < now_doing.bytes ? done : now_doing.bytes;
}

static void print_line(double done, double elapsed) {
    const double rate = done / elapsed, left = rate > 0 ? (now_doing.bytes - done) / rate : 0,
                 to_mb = 1e-6 / now_doing.passes;
    fprintf(stderr, "\r\033[K%.1f of %.1f MB, %.1f MB/s, %.0f s left", done * to_mb, now_doing.bytes * to_mb,
            rate * to_mb, left);
    fflush(stderr);
}

static void show(double share) {
    const double now = cw_now(), elapsed = now - now_doing.start;
    if (elapsed < 0.5 || now - now_doing.shown < 0.1) return;
    print_line(bytes_done(share), elapsed);
    now_doing.shown = now;
    now_doing.visible = true;
}

void cw_progress_stage(uint64_t bytes, uint64_t parts) {
    if (!now_doing.running) return;
    now_doing.done += now_doing.stage;
    now_doing.stage = (double)bytes;
    now_doing.part = 0;
    now_doing.parts = parts ? (double)parts : 1;
    show(0);
}

void cw_progress_part(double share) {
    if (!now_doing.running || now_doing.part >= now_doing.parts) return;
    show(share);
    if (share >= 1) now_doing.part++;
}

void cw_progress_hide(void) {
    if (!now_doing.visible) return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    now_doing.visible = false;
}

void cw_progress_end(void) {
    cw_progress_hide();
    now_doing.running = false;
}
