/* SPDX-License-Identifier: Apache-2.0
 *
 * Whole files, and what the tool said on stderr.
 */
#ifndef CW_TEST_TEXT_H
#define CW_TEST_TEXT_H

#include <stddef.h>

typedef struct text {
    char *bytes; /* followed by a 0, which does not count; the caller frees it */
    size_t length;
} text;

/* The file FOLDER/NAME+ENDING. Fails the test if it cannot be read. */
text text_of(const char *folder, const char *name, const char *ending);

/* Writes a file. */
void text_write(const char *path, const void *bytes, size_t length);

/* From here on, stderr goes to a file. */
void hear(void);

/* stderr is itself again; what was said meanwhile. */
text heard(void);

/* One line, "cw: what is wrong (what to do)", and nothing that drives a terminal. */
int is_complaint(text said);

#endif
