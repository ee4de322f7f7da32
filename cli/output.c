/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* flock */
#include "output.h"

#include "cli.h"
#include "progress.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
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

/* The folder's fault, as a rule, and then that of the name that was given; something may lie in the way of the other.
 */
static int complain_part(const cw_output *o, const char *why, bool in_the_way) {
    if (in_the_way) return cw_complain(EXIT_IO, "%s is there and %s (move it away)", o->part, why);
    return cw_complain(EXIT_IO, "%s cannot be written: %s (check the folder and its permissions)", o->path, why);
}

/* Whether the name still is that of the open file: the run that had it locked may have renamed or removed it. */
static bool is_named(int fd, const char *path) {
    struct stat opened, named;
    return fstat(fd, &opened) == 0 && lstat(path, &named) == 0 && opened.st_ino == named.st_ino &&
           opened.st_dev == named.st_dev;
}

/* Two runs that write the same FILE take turns, or one would rename what the other has half written. Where a file
 * system has no locks, or no lasting inode numbers, they are on their own. A link is not followed, and a pipe is not
 * waited for. */
static int open_locked(const char *path) {
    enum { TRIES = 1000 };
    for (int i = 1;; i++) {
        const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
        if (fd < 0) return fd;
        while (flock(fd, LOCK_EX) != 0 && errno == EINTR) continue;
        if (is_named(fd, path) || i == TRIES) return fd;
        close(fd);
    }
}

static int open_part(cw_output *o) {
    struct stat s;
    const int fd = open_locked(o->part);
    const int why = errno;
    if (fd < 0 && lstat(o->part, &s) == 0 && !S_ISREG(s.st_mode)) return complain_part(o, "not a regular file", true);
    if (fd < 0) return complain_part(o, strerror(why), false);
    if (fstat(fd, &s) == 0 && S_ISREG(s.st_mode) && ftruncate(fd, 0) == 0) o->file = fdopen(fd, "wb");
    if (o->file) return EXIT_GOOD;
    close(fd);
    return complain_part(o, "not a regular file", true);
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

int cw_output_write(cw_output *output, const void *data, uint64_t bytes) {
    enum { PIECE = 16 << 20 };
    const char *from = data;
    cw_progress_stage(bytes, 1);
    for (uint64_t at = 0, n; at < bytes; at += n) {
        n = bytes - at < PIECE ? bytes - at : PIECE;
        if (fwrite(from + at, 1, (size_t)n, output->file) != n) {
            output->why = errno;
            return 0;
        }
        cw_progress_part((double)(at + n) / (double)bytes);
    }
    return 1;
}

/* Everything written and, in a file, on the disk. errno is the reason, or 0 where an earlier write lost it. */
static bool flush(const cw_output *o) {
    errno = 0;
    const bool failed = ferror(o->file);
    const bool good = fflush(o->file) == 0 && !failed && (!o->part || fsync(fileno(o->file)) == 0);
    if (o->why) errno = o->why;
    return good;
}

static int finish_stdout(cw_output *o) {
    const bool good = flush(o);
    const char *why = errno ? strerror(errno) : "a write failed";
    forget(o);
    return good ? EXIT_GOOD : cw_complain(EXIT_IO, "stdout cannot be written: %s (check where it goes)", why);
}

/* The name itself must outlast a loss of power as well. Where a folder cannot be opened or brought to the disk, as on
 * some file systems, nothing is lost but that. */
static void keep_name(const char *path) {
    char *folder = with_ending(path, "");
    char *slash = folder ? strrchr(folder, '/') : NULL;
    if (slash) slash[slash == folder] = 0;
    const int fd = folder ? open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(folder);
}

/* The name is given, or the file removed, while it is locked: closing it lets the next run in. */
int cw_output_finish(cw_output *output) {
    if (!output->part) return finish_stdout(output);
    const bool good = flush(output) && rename(output->part, output->path) == 0;
    const char *why = errno ? strerror(errno) : "a write failed";
    if (good) keep_name(output->path);
    else {
        unlink(output->part);
        cw_complain(EXIT_IO, "%s cannot be written: %s (free some space, or choose another folder)", output->path, why);
    }
    fclose(output->file);
    forget(output);
    return good ? EXIT_GOOD : EXIT_IO;
}

void cw_output_abandon(cw_output *output) {
    if (output->part) {
        unlink(output->part);
        fclose(output->file);
    }
    forget(output);
}
