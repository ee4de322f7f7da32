/* SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int cw_complain(int status, const char *format, ...) {
    char message[2048]; /* a longer one, from a very long name, is cut */
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    for (char *c = message; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f) *c = '?';
    fprintf(stderr, "cw: %s\n", message);
    return status;
}

int cw_complain_memory(void) { return cw_complain(EXIT_IO, "memory is exhausted (make the tensor smaller)"); }

/* The exit status of each failure, and what to do where the library's text does not say. */
static const struct {
    cw_status status;
    int exit_status;
    const char *advice;
} rows[] = {
    {CW_DIFFERS, EXIT_DIFFERS, "see cw diff"},
    {CW_ERROR_ARGUMENT, EXIT_USAGE, "see cw init --help"},
    {CW_ERROR_STRUCT, EXIT_USAGE, "install the library and cw of one version"},
    {CW_ERROR_SHAPE, EXIT_USAGE, "see cw init --help"},
    {CW_ERROR_OVERFLOW, EXIT_USAGE, "make the tensor smaller"},
    {CW_ERROR_UNSUPPORTED, EXIT_USAGE, "see cw init --help"},
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
    const char *advice = length && why->text[length - 1] == ')' ? NULL : rows[row].advice;
    return cw_complain(rows[row].exit_status, "%s%s%s%s%s%s", label ? label : "", label ? ": " : "", why->text,
                       advice ? " (" : "", advice ? advice : "", advice ? ")" : "");
}
