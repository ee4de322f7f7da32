/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static text rest_of(FILE *file) {
    text t = {NULL, 0};
    fseek(file, 0, SEEK_END);
    t.length = (size_t)ftell(file);
    rewind(file);
    t.bytes = calloc(1, t.length + 1);
    assert_non_null(t.bytes);
    assert_int_equal(fread(t.bytes, 1, t.length, file), t.length);
    fclose(file);
    return t;
}

text text_of(const char *folder, const char *name, const char *ending) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s%s", folder, name, ending);
    FILE *file = fopen(path, "rb");
    if (!file) fail_msg("%s cannot be read", path);
    return rest_of(file);
}

/* Where a file is cut off and written again, some file systems wait for the disk. */
void text_write(const char *path, const void *bytes, size_t length) {
    remove(path);
    FILE *file = fopen(path, "wb");
    if (!file) fail_msg("%s cannot be written", path);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

static FILE *ear;
static int mouth;

void hear(void) {
    fflush(stderr);
    mouth = dup(STDERR_FILENO);
    ear = tmpfile();
    assert_non_null(ear);
    dup2(fileno(ear), STDERR_FILENO);
}

text heard(void) {
    fflush(stderr);
    dup2(mouth, STDERR_FILENO);
    close(mouth);
    return rest_of(ear);
}

int is_complaint(text said) {
    for (size_t i = 0; i + 1 < said.length; i++)
        if ((unsigned char)said.bytes[i] < 0x20 || said.bytes[i] == 0x7f) return 0;
    return said.length > 6 && strncmp(said.bytes, "cw: ", 4) == 0 && strchr(said.bytes, '(') &&
           strcmp(said.bytes + said.length - 2, ")\n") == 0;
}
