/* SPDX-License-Identifier: Apache-2.0
 *
 * Python's integers, of any size, as far as seeds need them.
 */
#ifndef CW_CLI_WHOLE_H
#define CW_CLI_WHOLE_H

#include "counterweight/counterweight.h"

#include <stdbool.h>

/* The lowest 192 bits, and whether they are not all of it. */
typedef struct cw_whole {
    cw_int192 bits;
    bool cut;
} cw_whole;

cw_whole cw_whole_of(int64_t integer);

/* False, and *integer is meaningless, if it has over 64 bits, sign included. */
bool cw_whole_fits(const cw_whole *n, int64_t *integer);

/* Digits with an optional sign, and hexadecimal ones behind 0x. Returns what is behind them, or NULL if there are none.
 */
const char *cw_whole_read(const char *text, cw_whole *n);

/* Hexadecimal, with sign and 0x: what cw_whole_read gives the same bits for. */
typedef struct cw_whole_text {
    char text[56];
} cw_whole_text;
cw_whole_text cw_whole_text_of(const cw_whole *n);

#endif
