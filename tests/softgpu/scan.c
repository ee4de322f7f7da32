/* SPDX-License-Identifier: Apache-2.0
 *
 * Tokens of PTX.
 */
#include "scan.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool sg_scan_failed(const sg_scan *s) { return s->error[0] != 0; }

bool sg_scan_fail(sg_scan *s, const char *format, ...) {
    va_list arguments;
    if (sg_scan_failed(s)) return false;
    const int n = snprintf(s->error, s->capacity, "PTX line %u: ", s->line);
    va_start(arguments, format);
    vsnprintf(s->error + n, s->capacity - (size_t)n, format, arguments);
    va_end(arguments);
    s->at += strlen(s->at);
    return false;
}

bool sg_scan_unexpected(sg_scan *s, const char *wanted) {
    sg_scan_peek(s);
    const int n = (int)strcspn(s->at, "\n");
    return sg_scan_fail(s, "%s expected, not \"%.*s\"", wanted, n < 20 ? n : 20, s->at);
}

static void skip_until(sg_scan *s, const char *end) {
    while (*s->at && strncmp(s->at, end, strlen(end))) s->line += *s->at++ == '\n';
}

char sg_scan_peek(sg_scan *s) {
    for (;; s->at++) {
        if (*s->at == '\n') s->line++;
        else if (!strncmp(s->at, "//", 2)) skip_until(s, "\n"), s->at--;
        else if (!strncmp(s->at, "/*", 2)) skip_until(s, "*/"), s->at += *s->at ? 1 : -1;
        else if (!isspace((unsigned char)*s->at)) return *s->at;
    }
}

bool sg_scan_accept(sg_scan *s, char c) {
    if (sg_scan_peek(s) != c) return false;
    s->at++;
    return true;
}

bool sg_scan_expect(sg_scan *s, char c) {
    if (sg_scan_accept(s, c)) return true;
    return sg_scan_unexpected(s, (const char[]){'\'', c, '\'', 0});
}

static bool is_word(char c, bool dots) {
    return isalnum((unsigned char)c) || c == '_' || c == '$' || c == '%' || (dots && (c == '.' || c == ':'));
}

bool sg_scan_word(sg_scan *s, char word[SG_NAME], bool dots) {
    size_t n = 0;
    sg_scan_peek(s);
    while (is_word(s->at[n], dots)) n++;
    word[0] = 0;
    if (n >= SG_NAME) return sg_scan_fail(s, "a name of %zu letters", n);
    memcpy(word, s->at, n);
    word[n] = 0;
    s->at += n;
    return n > 0;
}

bool sg_scan_directive(sg_scan *s, const char *name) {
    const size_t n = strlen(name);
    sg_scan_peek(s);
    if (strncmp(s->at, name, n) || is_word(s->at[n], false)) return false;
    s->at += n;
    return true;
}

void sg_scan_skip_line(sg_scan *s) { skip_until(s, "\n"); }

void sg_scan_skip_past(sg_scan *s, char c) {
    char here = 0;
    while (here != c && (here = sg_scan_peek(s)) != 0) {
        s->at++;
        if (here == '"') skip_until(s, "\""), s->at += *s->at != 0;
        if (here == '{' && c != '{') sg_scan_skip_past(s, '}');
    }
}

/* 0f and 0d are followed by the bits. */
static bool bits(sg_scan *s, sg_number *n, int digits) {
    char text[17] = "", *end;
    sg_word word;
    snprintf(text, sizeof text, "%.*s", digits, s->at + 2);
    word.u64 = strtoull(text, &end, 16);
    if (end != text + digits) return sg_scan_fail(s, "%d hexadecimal digits expected after %.2s", digits, s->at);
    s->at += 2 + digits;
    n->is_float = true;
    n->is_single = digits == 8;
    n->real = n->is_single ? (double)word.f32 : word.f64;
    n->integer = n->negative ? word.u64 ^ UINT64_C(1) << (4 * digits - 1) : word.u64;
    if (n->negative) n->real = -n->real;
    return true;
}

static bool decimal(sg_scan *s, sg_number *n) {
    char *end, *real_end;
    n->real = strtod(s->at, &real_end);
    n->integer = strtoull(s->at, &end, 0);
    if (end == s->at) return sg_scan_unexpected(s, "a number");
    n->is_float = real_end > end && s->at[1] != 'x' && s->at[1] != 'X';
    s->at = n->is_float ? real_end : end;
    if (*s->at == 'U' && !n->is_float) s->at++;
    if (n->negative) n->real = -n->real;
    if (n->negative) n->integer = 0 - n->integer;
    if (n->is_float) memcpy(&n->integer, &n->real, sizeof n->integer);
    return true;
}

bool sg_scan_number(sg_scan *s, sg_number *n) {
    memset(n, 0, sizeof *n);
    n->negative = sg_scan_accept(s, '-');
    if (!isdigit((unsigned char)sg_scan_peek(s))) return sg_scan_unexpected(s, "a number");
    if (s->at[0] == '0' && (s->at[1] == 'f' || s->at[1] == 'F')) return bits(s, n, 8);
    if (s->at[0] == '0' && (s->at[1] == 'd' || s->at[1] == 'D')) return bits(s, n, 16);
    return decimal(s, n);
}

uint64_t sg_scan_count(sg_scan *s) {
    sg_number n = {0};
    if (!sg_scan_number(s, &n)) return 0;
    if (n.is_float || n.negative) sg_scan_fail(s, "a count expected");
    return n.integer;
}
