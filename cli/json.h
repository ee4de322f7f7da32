/* SPDX-License-Identifier: Apache-2.0
 *
 * What the subcommands' --json have in common.
 */
#ifndef CW_CLI_JSON_H
#define CW_CLI_JSON_H

#include <jansson.h>

/* The text, or NULL if memory is exhausted. JSON is UTF-8 and a file's name need not be: other bytes become '?'. */
json_t *cw_json_text(const char *text);

/* Prints the result, which may be NULL if memory was exhausted, and releases it. EXIT_GOOD, EXIT_IO. */
int cw_json_print(json_t *result);

#endif
