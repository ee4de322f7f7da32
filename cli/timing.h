/* SPDX-License-Identifier: Apache-2.0
 *
 * How long acts take, measured in turn, so that what else the machine does meets all of them.
 */
#ifndef CW_CLI_TIMING_H
#define CW_CLI_TIMING_H

#include "counterweight/counterweight.h"

enum { CW_ROUNDS = 9, CW_MOST_ACTS = 4 };

/* Does something so many times in a row, waits for the last, and says how many seconds all of them took. */
typedef cw_status cw_act(const void *user, uint64_t times, double *seconds, cw_error *why);

/* Medians over CW_ROUNDS rows of each of `count` acts, after a warm-up, of one. A row is as many as take `row` seconds. */
cw_status cw_time_in_turn(cw_act *const *acts, int count, const void *user, double row, double *seconds, cw_error *why);

/* Sorts them. */
double cw_median(double *values, int count);

/* Three digits and a unit: "1.23", "45.6 us". */
typedef struct cw_digits {
    char text[32];
} cw_digits;
cw_digits cw_digits_of(double x);
cw_digits cw_time_of(double seconds);

#endif
