/* SPDX-License-Identifier: Apache-2.0 */
#include "number.h"

#include "cli.h"

#include <stdlib.h>
#include <string.h>

static const char blanks[] = " \t\n";

int cw_take_whole(const char *label, const char *text, cw_whole *whole) {
    cw_whole n;
    const char *end = cw_whole_read(text, &n);
    if (!end || *end) return cw_complain(EXIT_USAGE, "%s: \"%s\" is no integer (such as 42 or -1)", label, text);
    *whole = n;
    return EXIT_GOOD;
}

/* ----------------------------------------------------------------------------------------------- single numbers */

static int complain_range(const char *label, const char *text) {
    return cw_complain(
        EXIT_USAGE, "%s: %s does not fit in 64 bits (choose a smaller integer, or write it with a point)", label, text);
}

int cw_take_integer(const char *label, const char *text, int64_t *integer) {
    cw_whole n;
    int64_t narrow;
    const int status = cw_take_whole(label, text, &n);
    if (status != EXIT_GOOD) return status;
    if (!cw_whole_fits(&n, &narrow)) return complain_range(label, text);
    *integer = narrow;
    return EXIT_GOOD;
}

/* strtod would also take hexadecimal floats, which Python does not; an overflow is infinite, as there. */
static bool read_real(const char *text, double *real) {
    char *end;
    if (!*text || strpbrk(text, "xXpP(_ \t\n")) return false;
    *real = strtod(text, &end);
    return *end == 0;
}

int cw_take_number(const char *label, const char *text, cw_number *number) {
    const char *digits = text + (*text == '-' || *text == '+');
    cw_number found;
    cw_whole n;
    double real;
    if (*digits && strspn(digits, "0123456789") == strlen(digits)) {
        cw_whole_read(text, &n);
        if (!cw_whole_number(&n, &found)) return complain_range(label, text);
        *number = found;
        return EXIT_GOOD;
    }
    if (!read_real(text, &real))
        return cw_complain(EXIT_USAGE, "%s: \"%s\" is no number (such as 2, 0.05 or 1e-3)", label, text);
    *number = cw_real(real);
    return EXIT_GOOD;
}

/* -------------------------------------------------------------------------------------------------------- lists */

static const char *skip_blanks(const char *at) { return at + strspn(at, blanks); }

enum { MOST_INTEGERS = 64 };

/* The integers up to `close`, which is 0 for a list without brackets. Returns what follows, or NULL. */
static const char *read_list(const char *at, char close, cw_whole list[MOST_INTEGERS], uint32_t *count) {
    bool comma = true;
    for (at = skip_blanks(at); *at != close; at = skip_blanks(at)) {
        if (!comma || *count == MOST_INTEGERS) return NULL;
        const char *end = cw_whole_read(at, &list[(*count)++]);
        if (!end) return NULL;
        at = skip_blanks(end);
        comma = *at == ',';
        at += comma;
    }
    return close ? skip_blanks(at + 1) : at;
}

int cw_take_wholes(const char *label, const char *text, const char *example, cw_whole *list, uint32_t room,
                   uint32_t *count) {
    cw_whole found[MOST_INTEGERS];
    uint32_t n = 0;
    const char *at = skip_blanks(text);
    const char close = *at == '(' ? ')' : *at == '[' ? ']' : 0;
    at = read_list(at + (close != 0), close, found, &n);
    if (!at || *at || (!close && n == 0))
        return cw_complain(EXIT_USAGE, "%s: \"%s\" is no list of integers (such as %s)", label, text, example);
    if (n > room) return cw_complain(EXIT_USAGE, "%s: there are %u numbers (give at most %u)", label, n, room);
    memcpy(list, found, n * sizeof *list);
    *count = n;
    return EXIT_GOOD;
}

int cw_take_integers(const char *label, const char *text, const char *example, int64_t *list, uint32_t room,
                     uint32_t *count) {
    cw_whole found[MOST_INTEGERS];
    int64_t narrow[MOST_INTEGERS];
    uint32_t n = 0;
    const int status = cw_take_wholes(label, text, example, found, room < MOST_INTEGERS ? room : MOST_INTEGERS, &n);
    if (status != EXIT_GOOD) return status;
    for (uint32_t i = 0; i < n; i++)
        if (!cw_whole_fits(&found[i], &narrow[i]))
            return cw_complain(EXIT_USAGE, "%s: a number of %s does not fit in 64 bits (choose a smaller integer)",
                               label, text);
    memcpy(list, narrow, n * sizeof *list);
    *count = n;
    return EXIT_GOOD;
}
