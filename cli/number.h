/* SPDX-License-Identifier: Apache-2.0
 *
 * Numbers as the user types them. Each function complains in one line that begins with `label`, the option or field
 * that the text belongs to, and then leaves its result untouched. EXIT_GOOD or EXIT_USAGE.
 */
#ifndef CW_CLI_NUMBER_H
#define CW_CLI_NUMBER_H

#include "whole.h"

/* Decimal, or hexadecimal with 0x. */
int cw_take_whole(const char *label, const char *text, cw_whole *whole);
int cw_take_integer(const char *label, const char *text, int64_t *integer);

/* As Python reads it: an integer where there is neither point nor exponent, else a float. */
int cw_take_number(const char *label, const char *text, cw_number *number);

/* "3,4", "(3, 4)", "[3, 4]", "(3,)", "()". At most `room` integers; `example` is what a complaint suggests. */
int cw_take_integers(const char *label, const char *text, const char *example, int64_t *list, uint32_t room,
                     uint32_t *count);
int cw_take_wholes(const char *label, const char *text, const char *example, cw_whole *list, uint32_t room,
                   uint32_t *count);

#endif
