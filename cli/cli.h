/* SPDX-License-Identifier: Apache-2.0
 *
 * What every file of the command line shares: its exit statuses and the one way in which it complains.
 */
#ifndef CW_CLI_H
#define CW_CLI_H

#include "counterweight/counterweight.h"

#include <stdbool.h>

enum { EXIT_GOOD = 0, EXIT_DIFFERS = 1, EXIT_USAGE = 2, EXIT_NO_DEVICE = 3, EXIT_IO = 4 };

/* Prints the line "cw: MESSAGE" to stderr and returns `status`, so that a failure is one return statement. A message
 * says what is wrong and then, in parentheses, what to do. Control characters in it, which may come from a hostile
 * file or argument, become '?': it stays one line and cannot drive a terminal. One of over 2 KiB loses its middle. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
int cw_complain(int status, const char *format, ...);

/* The subcommand whose --help a complaint shall name. Static text. */
void cw_complain_subcommand(const char *name);

/* The same for a failure of the library: "cw: LABEL: TEXT (what to do)". `label` may be NULL. Returns the exit status
 * that belongs to the library's status. */
int cw_complain_library(const char *label, const cw_error *why);

/* Prints the versions of the tool and of its numerics. */
void cw_print_version(void);

/* Prints a tensor's name to stdout, its control characters as '?', and returns the bytes that were written. */
int cw_put_name(const char *name);
/* Whether that is what it prints. */
bool cw_is_put_name(const char *text, const char *name);

/* Prints bytes to stdout as people read them: "1 byte", "4.208 kB", "102.547 MB". */
void cw_put_size(uint64_t bytes);

/* The exit status at the end: a result that did not get out is no result. */
int cw_close_stdout(int status);

/* "cw: memory is exhausted ..."; EXIT_IO. */
int cw_complain_memory(void);

#endif
