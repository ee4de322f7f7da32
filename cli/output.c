/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* flock */
#include "output.h"

#include "cli.h"
#include "progress.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE = 4 << 20 }; /* bytes that are written at a time */

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
    free(o->present);
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

/* A link is not followed, and a pipe is not waited for. */
static int open_file(const char *path, int create) {
    return open(path, O_RDWR | create | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
}

static void lock(int fd) {
    while (flock(fd, LOCK_EX) != 0 && errno == EINTR) continue;
}

/* What a killed run left behind is removed and not cut off: someone may still be at it without a lock. */
static bool is_stale(int fd, bool keep) {
    struct stat s;
    return !keep && fstat(fd, &s) == 0 && S_ISREG(s.st_mode) && s.st_size > 0;
}

/* Two runs that write the same FILE take turns, or one would rename what the other has half written. Where a file
 * system has no locks, or no lasting inode numbers, they are on their own. */
static int open_locked(const char *path, bool keep) {
    enum { TRIES = 1000 };
    for (int i = 1;; i++) {
        const int fd = open_file(path, O_CREAT);
        if (fd < 0) return fd;
        lock(fd);
        const bool named = is_named(fd, path), stale = named && is_stale(fd, keep);
        if ((named && !stale) || i == TRIES) return fd;
        if (stale) unlink(path);
        close(fd);
    }
}

static int take_file(cw_output *o, int fd) {
    struct stat s;
    const int why = errno;
    if (fd < 0 && lstat(o->part, &s) == 0 && !S_ISREG(s.st_mode)) return complain_part(o, "not a regular file", true);
    if (fd < 0) return complain_part(o, strerror(why), false);
    o->file = fd;
    if (fstat(fd, &s) == 0 && S_ISREG(s.st_mode)) return EXIT_GOOD;
    close(fd);
    return complain_part(o, "not a regular file", true);
}

/* PATH.part is this process's, that of several, or another's. */
typedef enum holder { OWN, SHARED, OTHERS } holder;

static int open_part(cw_output *o, holder whose, bool resume) {
    o->part = with_ending(o->path, ".part");
    if (resume) o->present = malloc(PIECE);
    if (!o->part || (resume && !o->present)) return cw_complain_memory();
    return take_file(o, whose == OTHERS ? open_file(o->part, 0) : open_locked(o->part, resume || whose == SHARED));
}

static int open_output(cw_output *output, const char *path, holder whose, bool resume) {
    struct stat s;
    /* The final rename would replace a device or a pipe by a file. */
    if (stat(path, &s) == 0 && !S_ISREG(s.st_mode))
        return cw_complain(EXIT_IO, "%s is there and not a regular file (choose another name)", path);
    cw_output o = {.path = with_ending(path, "")};
    const int status = o.path ? open_part(&o, whose, resume) : cw_complain_memory();
    if (status == EXIT_GOOD) *output = o;
    else forget(&o);
    return status;
}

int cw_output_open(cw_output *output, const char *path, bool resume) {
    if (strcmp(path, "-") != 0) return open_output(output, path, OWN, resume);
    *output = (cw_output){.file = STDOUT_FILENO};
    return EXIT_GOOD;
}

int cw_output_share(cw_output *output, const char *path, bool resume) {
    return open_output(output, path, SHARED, resume);
}

int cw_output_join(cw_output *output, const char *path, bool resume) {
    return open_output(output, path, OTHERS, resume);
}

/* ------------------------------------------------------------------------------------------------------ content */

/* 0, or errno. */
static int write_all(const cw_output *o, uint64_t at, const char *from, uint64_t bytes) {
    while (bytes > 0) {
        const ssize_t n =
            o->part ? pwrite(o->file, from, (size_t)bytes, (off_t)at) : write(o->file, from, (size_t)bytes);
        if (n < 0 && errno != EINTR) return errno;
        if (n < 0) continue;
        at += (uint64_t)n;
        from += n;
        bytes -= (uint64_t)n;
    }
    return 0;
}

bool cw_output_read(const cw_output *o, uint64_t at, void *data, uint64_t bytes) {
    for (char *to = data; bytes > 0;) {
        const ssize_t n = pread(o->file, to, (size_t)bytes, (off_t)at);
        if (n == 0 || (n < 0 && errno != EINTR)) return false;
        if (n < 0) continue;
        at += (uint64_t)n;
        to += n;
        bytes -= (uint64_t)n;
    }
    return true;
}

static bool is_present(cw_output *o, uint64_t at, const char *from, uint64_t bytes) {
    if (!o->present || !cw_output_read(o, at, o->present, bytes) || memcmp(o->present, from, (size_t)bytes) != 0)
        return false;
    o->kept += bytes;
    return true;
}

int cw_output_write(cw_output *output, uint64_t at, const void *data, uint64_t bytes) {
    const char *from = data;
    cw_progress_stage(bytes, 1);
    for (uint64_t done = 0, n; done < bytes && !output->why; done += n) {
        n = bytes - done < PIECE ? bytes - done : PIECE;
        if (!is_present(output, at + done, from + done, n)) output->why = write_all(output, at + done, from + done, n);
        cw_progress_part((double)(done + n) / (double)bytes);
    }
    if (output->bytes < at + bytes) output->bytes = at + bytes;
    return !output->why;
}

void cw_output_resize(cw_output *output, uint64_t bytes) {
    if (ftruncate(output->file, (off_t)bytes) != 0 && !output->why) output->why = errno;
}

/* -------------------------------------------------------------------------------------------------------- the end */

static int complain(const cw_output *o) {
    const char *why = strerror(o->why);
    if (!o->part) return cw_complain(EXIT_IO, "stdout cannot be written: %s (check where it goes)", why);
    return cw_complain(EXIT_IO, "%s cannot be written: %s (free some space, or choose another folder)", o->path, why);
}

int cw_output_sync(cw_output *output) {
    if (output->part && !output->why && fsync(output->file) != 0) output->why = errno;
    return output->why ? complain(output) : EXIT_GOOD;
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

/* Where a file system has no locks, another of several processes may have been faster. */
static int give_name(cw_output *o) {
    if (rename(o->part, o->path) != 0) o->why = errno;
    if (o->why && (o->why != ENOENT || !is_named(o->file, o->path))) return complain(o);
    keep_name(o->path);
    return EXIT_GOOD;
}

/* The name is given, or the file removed, while it is locked: closing it lets the next run in. */
int cw_output_finish(cw_output *output) {
    if (output->part) cw_output_resize(output, output->bytes);
    int status = cw_output_sync(output);
    if (status == EXIT_GOOD && output->part) status = give_name(output);
    if (status == EXIT_GOOD) cw_output_leave(output);
    else cw_output_abandon(output);
    return status;
}

void cw_output_abandon(cw_output *output) {
    if (output->part) unlink(output->part);
    cw_output_leave(output);
}

/* ----------------------------------------------------------------------- one of several processes at the same file */

void cw_output_unlock(cw_output *output) { flock(output->file, LOCK_UN); }

bool cw_output_lock(cw_output *output) {
    lock(output->file);
    return is_named(output->file, output->part);
}

bool cw_output_is_finished(const cw_output *output) { return is_named(output->file, output->path); }

void cw_output_leave(cw_output *output) {
    if (output->part) close(output->file);
    forget(output);
}
