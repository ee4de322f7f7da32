/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading PTX text: tokens, with the line they stand on. The first error stops everything: after it the text is at its
 * end, and every function returns what it returns there.
 */
#ifndef SG_SCAN_H
#define SG_SCAN_H

#include "ptx.h"

enum { SG_NAME = 128 };

typedef struct sg_scan {
    const char *at;
    uint32_t line;
    char *error; /* room for `capacity`; "" so far */
    size_t capacity;
} sg_scan;

/* Writes the first error, with the line, and moves to the end. Returns false. */
__attribute__((format(printf, 2, 3))) bool sg_scan_fail(sg_scan *s, const char *format, ...);
bool sg_scan_unexpected(sg_scan *s, const char *wanted); /* "WANTED expected, not ..." */
bool sg_scan_failed(const sg_scan *s);
/* Skips white space and comments; the next character, 0 at the end. */
char sg_scan_peek(sg_scan *s);
/* Takes that punctuation if it is next. */
bool sg_scan_accept(sg_scan *s, char c);
bool sg_scan_expect(sg_scan *s, char c);
/* Takes a name: letters, digits, _ $ % and, where `dots`, also . and : ; "" and false if there is none. */
bool sg_scan_word(sg_scan *s, char word[SG_NAME], bool dots);
/* Takes a directive such as .reg if it is next. */
bool sg_scan_directive(sg_scan *s, const char *name);
void sg_scan_skip_line(sg_scan *s);
/* Skips to and over that character, braces and strings included. */
void sg_scan_skip_past(sg_scan *s, char c);

typedef struct sg_number {
    uint64_t integer; /* two's complement; the bits of a float */
    bool is_float, is_single, negative;
    double real;
} sg_number;

/* Takes a number: 1, -0x1F, 7U, 0f3F800000, 0d3FF0000000000000, 1.5. */
bool sg_scan_number(sg_scan *s, sg_number *number);
/* A number that is an unsigned integer. */
uint64_t sg_scan_count(sg_scan *s);

#endif
