/* SPDX-License-Identifier: Apache-2.0
 *
 * A result file that is either whole or not there: it is written as PATH.part and gets its name by rename.
 */
#ifndef CW_CLI_OUTPUT_H
#define CW_CLI_OUTPUT_H

#include <stdint.h>
#include <stdio.h>

/* Starts as {0}. Path "-" is stdout, and then path and part are NULL. */
typedef struct cw_output {
    FILE *file;
    char *path, *part;
    int why; /* errno of the first write that failed */
} cw_output;

/* Opens PATH.part, replacing one that a killed run left behind; one that a living run writes is waited for. EXIT_GOOD,
 * EXIT_IO. */
int cw_output_open(cw_output *output, const char *path);

/* Where to write a header. Errors of fwrite and fprintf need not be looked at: they stay in the FILE until the
 * finish. */
FILE *cw_output_file(const cw_output *output);

/* Writes data, as a stage of the progress. 0 if that failed: nothing more needs to be written, and the finish says why.
 * */
int cw_output_write(cw_output *output, const void *data, uint64_t bytes);

/* Brings everything to the disk, PATH.part to its name, and the name to the disk. After a failure, a full disk
 * included, neither file is there and an older PATH is as it was. EXIT_GOOD, EXIT_IO; the output is {0} again in both
 * cases. */
int cw_output_finish(cw_output *output);

/* Removes PATH.part. For an output that is {0} nothing happens. */
void cw_output_abandon(cw_output *output);

#endif
