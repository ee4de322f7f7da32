/* SPDX-License-Identifier: Apache-2.0 */
#include "timing.h"

#include <stdio.h>
#include <stdlib.h>

enum { MOST_IN_A_ROW = 1 << 16 };

/* Seconds of one. */
static cw_status time_row(cw_act *act, const void *user, uint64_t times, double *seconds, cw_error *why) {
    const cw_status status = act(user, times, seconds, why);
    if (!status) *seconds /= (double)times;
    return status;
}

/* How many make a row long enough for the clock; also the warm-up. */
static cw_status enough(cw_act *act, const void *user, double row, uint64_t *times, cw_error *why) {
    double seconds = 0;
    cw_status status = time_row(act, user, 1, &seconds, why);
    for (*times = 1; !status && seconds * (double)*times < row && *times < MOST_IN_A_ROW;) {
        *times *= 2;
        status = time_row(act, user, *times, &seconds, why);
    }
    return status;
}

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double cw_median(double *values, int count) {
    qsort(values, (size_t)count, sizeof *values, ascending);
    return values[count / 2];
}

cw_status cw_time_in_turn(cw_act *const *acts, int count, const void *user, double row, double *seconds,
                          cw_error *why) {
    double each[CW_MOST_ACTS][CW_ROUNDS];
    uint64_t times[CW_MOST_ACTS];
    cw_status status = CW_OK;
    for (int a = 0; a < count && !status; a++) status = enough(acts[a], user, row, &times[a], why);
    for (int i = 0; i < CW_ROUNDS; i++)
        for (int a = 0; a < count && !status; a++) status = time_row(acts[a], user, times[a], &each[a][i], why);
    for (int a = 0; a < count && !status; a++) seconds[a] = cw_median(each[a], CW_ROUNDS);
    return status;
}

cw_digits cw_digits_of(double x) {
    cw_digits d;
    snprintf(d.text, sizeof d.text, x < 9.995 ? "%.2f" : x < 99.95 ? "%.1f" : "%.0f", x);
    return d;
}

cw_digits cw_time_of(double seconds) {
    cw_digits d;
    const char *unit = seconds < 1e-6 ? "ns" : seconds < 1e-3 ? "us" : seconds < 1 ? "ms" : "s";
    const double scale = seconds < 1e-6 ? 1e9 : seconds < 1e-3 ? 1e6 : seconds < 1 ? 1e3 : 1;
    snprintf(d.text, sizeof d.text, "%.16s %s", cw_digits_of(seconds * scale).text, unit);
    return d;
}
