/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include "progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST = 2048 };

/* How many bytes at `c` are one control character: those of ASCII have one, U+0080 to U+009F two. */
static int control_bytes(const char *c) {
    const unsigned char first = (unsigned char)c[0], second = first ? (unsigned char)c[1] : 0;
    if (first < 0x20 || first == 0x7f) return first != 0;
    return first == 0xc2 && second >= 0x80 && second < 0xa0 ? 2 : 0;
}

int cw_put_name(const char *name) {
    int columns = 0;
    for (; *name; columns++) {
        const int control = control_bytes(name);
        putchar(control ? '?' : *name);
        name += control ? control : 1;
    }
    return columns;
}

void cw_print_version(void) { printf("cw %s, numerics version %u\n", cw_version(), (unsigned)cw_numerics_version()); }

void cw_put_size(uint64_t bytes) {
    if (bytes < 1000) printf("%d byte%s", (int)bytes, bytes == 1 ? "" : "s");
    else if (bytes < 1000000) printf("%.6g kB", (double)bytes * 1e-3);
    else printf("%.6g MB", (double)bytes * 1e-6);
}

int cw_close_stdout(int status) {
    if (status != EXIT_GOOD || (fflush(stdout) == 0 && !ferror(stdout))) return status;
    return cw_complain(EXIT_IO, "stdout cannot be written (check where it goes)");
}

bool cw_is_put_name(const char *text, const char *name) {
    while (*text && *name) {
        const int control = control_bytes(name);
        if (*text++ != (control ? '?' : *name)) return false;
        name += control ? control : 1;
    }
    return !*text && !*name;
}

static void disarm(char *text) {
    for (char *c = text; *c; c++)
        for (int i = control_bytes(c); i > 0; i--) c[i - 1] = '?';
}

/* What to do stands at the end, so a very long name loses its middle. */
static void print_line(const char *message) {
    const size_t length = strlen(message), half = LONGEST / 2;
    cw_progress_hide();
    if (length <= LONGEST) fprintf(stderr, "cw: %s\n", message);
    else fprintf(stderr, "cw: %.*s ... %s\n", (int)half, message, message + length - half);
}

int cw_complain(int status, const char *format, ...) {
    char cut[LONGEST];
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    const int length = vsnprintf(cut, sizeof cut, format, arguments);
    char *whole = length >= LONGEST ? malloc((size_t)length + 1) : NULL;
    if (whole) vsnprintf(whole, (size_t)length + 1, format, again);
    va_end(again);
    va_end(arguments);
    disarm(whole ? whole : cut);
    print_line(whole ? whole : cut);
    free(whole);
    return status;
}

int cw_complain_memory(void) { return cw_complain(EXIT_IO, "memory is exhausted (make the tensor smaller)"); }

static const char *subcommand = "init";

void cw_complain_subcommand(const char *name) { subcommand = name; }

/* The exit status of each failure, and what to do where the library's text does not say. */
static const char see_help[] = "see cw SUBCOMMAND --help";
static const struct {
    cw_status status;
    int exit_status;
    const char *advice;
} rows[] = {
    {CW_DIFFERS, EXIT_DIFFERS, "see cw diff"},
    {CW_ERROR_ARGUMENT, EXIT_USAGE, see_help},
    {CW_ERROR_STRUCT, EXIT_USAGE, "install the library and cw of one version"},
    {CW_ERROR_SHAPE, EXIT_USAGE, see_help},
    {CW_ERROR_OVERFLOW, EXIT_USAGE, "make the tensor smaller"},
    {CW_ERROR_UNSUPPORTED, EXIT_USAGE, see_help},
    {CW_ERROR_DESTINATION, EXIT_USAGE, "make the tensor smaller"},
    {CW_ERROR_NO_RUNTIME, EXIT_NO_DEVICE, "see cw devices"},
    {CW_ERROR_NO_DEVICE, EXIT_NO_DEVICE, "see cw devices"},
    {CW_ERROR_DEVICE, EXIT_NO_DEVICE, "see cw devices"},
    {CW_ERROR_MEMORY, EXIT_IO, "make the tensor smaller"},
};
enum { ROWS = sizeof rows / sizeof *rows };

int cw_complain_library(const char *label, const cw_error *why) {
    int row = 0;
    while (row < ROWS - 1 && rows[row].status != why->status) row++;
    const size_t length = strlen(why->text);
    char help[sizeof see_help + 16];
    const char *advice = length && why->text[length - 1] == ')' ? NULL : rows[row].advice;
    if (advice == see_help) {
        snprintf(help, sizeof help, "see cw %s --help", subcommand);
        advice = help;
    }
    return cw_complain(rows[row].exit_status, "%s%s%s%s%s%s", label ? label : "", label ? ": " : "", why->text,
                       advice ? " (" : "", advice ? advice : "", advice ? ")" : "");
}
