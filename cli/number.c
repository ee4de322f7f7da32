/* SPDX-License-Identifier: Apache-2.0 */
#include "number.h"

#include "cli.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char blanks[] = " \t\n";

/* Digits with an optional sign, and hexadecimal ones behind 0x; *end is behind them, or NULL if there are none. */
static int64_t read_integer(const char *text, const char **end) {
    const char *digits = text + (*text == '-' || *text == '+');
    const bool hexadecimal = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
    const size_t length = hexadecimal ? strspn(digits + 2, "0123456789abcdefABCDEF") : strspn(digits, "0123456789");
    *end = length ? digits + length + (hexadecimal ? 2 : 0) : NULL;
    errno = 0;
    return length ? strtoll(text, NULL, hexadecimal ? 16 : 10) : 0;
}

static int complain_range(const char *label, const char *text) {
    return cw_complain(EXIT_USAGE, "%s: %s does not fit in 64 bits (choose a smaller integer)", label, text);
}

int cw_take_integer(const char *label, const char *text, int64_t *integer) {
    const char *end;
    const int64_t n = read_integer(text, &end);
    if (!end || *end) return cw_complain(EXIT_USAGE, "%s: \"%s\" is no integer (such as 42 or -1)", label, text);
    if (errno == ERANGE) return complain_range(label, text);
    *integer = n;
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
    double real;
    if (*digits && strspn(digits, "0123456789") == strlen(digits)) {
        int64_t integer;
        const int status = cw_take_integer(label, text, &integer);
        if (status == EXIT_GOOD) *number = cw_integer(integer);
        return status;
    }
    if (!read_real(text, &real))
        return cw_complain(EXIT_USAGE, "%s: \"%s\" is no number (such as 2, 0.05 or 1e-3)", label, text);
    *number = cw_real(real);
    return EXIT_GOOD;
}

static int complain_list(const char *label, const char *text) {
    return cw_complain(EXIT_USAGE, "%s: \"%s\" is no list of 64-bit integers (such as 3,3,64,128)", label, text);
}

static const char *skip_blanks(const char *at) { return at + strspn(at, blanks); }

enum { MOST_INTEGERS = 64 };

/* The integers up to `close`, which is 0 for a list without brackets. Returns what follows, or NULL. */
static const char *read_list(const char *at, char close, int64_t list[MOST_INTEGERS], uint32_t *count) {
    bool comma = true;
    for (at = skip_blanks(at); *at != close; at = skip_blanks(at)) {
        const char *end;
        if (!comma || *count == MOST_INTEGERS) return NULL;
        list[(*count)++] = read_integer(at, &end);
        if (!end || errno == ERANGE) return NULL;
        at = skip_blanks(end);
        comma = *at == ',';
        at += comma;
    }
    return close ? skip_blanks(at + 1) : at;
}

int cw_take_integers(const char *label, const char *text, int64_t *list, uint32_t room, uint32_t *count) {
    int64_t found[MOST_INTEGERS];
    uint32_t n = 0;
    const char *at = skip_blanks(text);
    const char close = *at == '(' ? ')' : *at == '[' ? ']' : 0;
    at = read_list(at + (close != 0), close, found, &n);
    if (!at || *at || (!close && n == 0)) return complain_list(label, text);
    if (n > room) return cw_complain(EXIT_USAGE, "%s: there are %u numbers (give at most %u)", label, n, room);
    memcpy(list, found, n * sizeof *list);
    *count = n;
    return EXIT_GOOD;
}
