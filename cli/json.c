/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "json.h"

#include "cli.h"

#include <stdlib.h>
#include <string.h>

json_t *cw_json_text(const char *text) {
    json_t *whole = json_string(text);
    char *ascii = whole ? NULL : strdup(text);
    if (!ascii) return whole;
    for (char *c = ascii; *c; c++)
        if ((unsigned char)*c >= 0x80) *c = '?';
    whole = json_string(ascii);
    free(ascii);
    return whole;
}

/* Nine digits are enough to read the same float32 back. */
int cw_json_print(json_t *result) {
    if (!result) return cw_complain_memory();
    json_dumpf(result, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    putchar('\n');
    json_decref(result);
    return EXIT_GOOD;
}
