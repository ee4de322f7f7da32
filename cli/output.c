/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "output.h"

#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *with_ending(const char *path, const char *ending) {
    const size_t n = strlen(path), m = strlen(ending);
    char *text = malloc(n + m + 1);
    if (!text) return NULL;
    memcpy(text, path, n);
    memcpy(text + n, ending, m + 1);
    return text;
}

/* Forgets the output without touching any file. */
static void forget(cw_output *o) {
    free(o->path);
    free(o->part);
    memset(o, 0, sizeof *o);
}

static int open_part(cw_output *o) {
    const int fd = open(o->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    o->file = fd >= 0 ? fdopen(fd, "wb") : NULL;
    if (o->file) return EXIT_GOOD;
    const int why = errno;
    if (fd >= 0) close(fd);
    return cw_complain(EXIT_IO, "%s cannot be opened: %s (check the folder and its permissions)", o->part,
                       strerror(why));
}

int cw_output_open(cw_output *output, const char *path) {
    struct stat s;
    cw_output o = {0};
    if (strcmp(path, "-") == 0) {
        o.file = stdout;
        *output = o;
        return EXIT_GOOD;
    }
    /* The final rename would replace a device or a pipe by a file. */
    if (stat(path, &s) == 0 && !S_ISREG(s.st_mode))
        return cw_complain(EXIT_IO, "%s is there and not a regular file (choose another name)", path);
    o.path = with_ending(path, "");
    o.part = with_ending(path, ".part");
    const int status =
        o.path && o.part ? open_part(&o) : cw_complain(EXIT_IO, "memory is exhausted (close other programs)");
    if (status == EXIT_GOOD) *output = o;
    else forget(&o);
    return status;
}

FILE *cw_output_file(const cw_output *output) { return output->file; }

/* Everything written and, in a file, on the disk. errno is the reason, or 0 where an earlier write lost it. */
static bool flush(const cw_output *o) {
    errno = 0;
    const bool failed = ferror(o->file);
    return fflush(o->file) == 0 && !failed && (!o->part || fsync(fileno(o->file)) == 0);
}

static int finish_stdout(cw_output *o) {
    const bool good = flush(o);
    const char *why = errno ? strerror(errno) : "a write failed";
    forget(o);
    return good ? EXIT_GOOD : cw_complain(EXIT_IO, "stdout cannot be written: %s (check where it goes)", why);
}

int cw_output_finish(cw_output *output) {
    if (!output->part) return finish_stdout(output);
    bool good = flush(output);
    int why = errno;
    if (fclose(output->file) != 0 && good) {
        good = false;
        why = errno;
    }
    if (good && rename(output->part, output->path) != 0) {
        good = false;
        why = errno;
    }
    if (!good) {
        unlink(output->part);
        cw_complain(EXIT_IO, "%s cannot be written: %s (free some space, or choose another folder)", output->path,
                    why ? strerror(why) : "a write failed");
    }
    forget(output);
    return good ? EXIT_GOOD : EXIT_IO;
}

void cw_output_abandon(cw_output *output) {
    if (output->part) {
        fclose(output->file);
        unlink(output->part);
    }
    forget(output);
}
