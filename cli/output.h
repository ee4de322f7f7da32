/* SPDX-License-Identifier: Apache-2.0
 *
 * A result file that is either whole or not there: it is written as PATH.part and gets its name by rename.
 */
#ifndef CW_CLI_OUTPUT_H
#define CW_CLI_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

/* Starts as {0}. Path "-" is stdout, and then path and part are NULL. */
typedef struct cw_output {
    int file;
    char *path, *part;
    void *present;  /* --resume: room for what lies there already */
    uint64_t bytes; /* of the whole: as far as was written; longer if the owner says so */
    uint64_t kept;  /* bytes that were there and right, and so were not written */
    int why;        /* errno of the first write that failed */
} cw_output;

/* Opens PATH.part and locks it; one that a living run writes is waited for. One that a killed run left behind is
 * replaced; with `resume` it stays, and only what differs from it is written. EXIT_GOOD, EXIT_IO. */
int cw_output_open(cw_output *output, const char *path, bool resume);

/* Writes data at byte `at` of the file, as a stage of the progress; on stdout `at` is not looked at. 0 if that failed:
 * nothing more needs to be written, and what ends the output says why. */
int cw_output_write(cw_output *output, uint64_t at, const void *data, uint64_t bytes);

/* Brings everything to the disk, PATH.part to its name, and the name to the disk. After a failure, a full disk
 * included, neither file is there and an older PATH is as it was. EXIT_GOOD, EXIT_IO; the output is {0} again in both
 * cases. */
int cw_output_finish(cw_output *output);

/* Removes PATH.part. For an output that is {0} nothing happens. */
void cw_output_abandon(cw_output *output);

/* ----------------------------------------------------------------------- one of several processes at the same file */

/* The same, but what is there stays whoever made it. */
int cw_output_share(cw_output *output, const char *path, bool resume);

/* Opens the PATH.part that another process holds locked, to write a part of it. EXIT_GOOD, EXIT_IO. */
int cw_output_join(cw_output *output, const char *path, bool resume);

/* Lets others lock PATH.part, and waits until it is locked for this process again: false if it then is no longer the
 * file of that name, for another run has finished, removed or replaced it. */
void cw_output_unlock(cw_output *output);
bool cw_output_lock(cw_output *output);

/* Whether PATH is what was PATH.part when it was opened. */
bool cw_output_is_finished(const cw_output *output);

/* What lies at byte `at`; false if there are no `bytes` bytes of it. */
bool cw_output_read(const cw_output *output, uint64_t at, void *data, uint64_t bytes);

/* Cuts PATH.part off, or fills it up with zeros. */
void cw_output_resize(cw_output *output, uint64_t bytes);

/* Brings what was written to the disk. EXIT_GOOD; EXIT_IO after a complaint, also if a write failed before. */
int cw_output_sync(cw_output *output);

/* Closes PATH.part and leaves it to the others. */
void cw_output_leave(cw_output *output);

#endif
