/* SPDX-License-Identifier: Apache-2.0
 *
 * What two arrays differ in, as `cw verify` and `cw diff` tell it.
 */
#ifndef CW_CLI_COMPARE_H
#define CW_CLI_COMPARE_H

#include "cause.h"

#include <jansson.h>
#include <stdbool.h>

/* All pairs of a command. Starts as {0}. */
typedef struct cw_tally {
    bool json;
    json_t *rows; /* for --json */
    uint64_t tensors, elements, differing_tensors, differing_elements;
    json_t *digests; /* for --json: those that the manifest has wrong */
    uint64_t wrong_digests;
} cw_tally;

/* Compares and counts; a pair that differs is printed with a likely cause, for --json every pair. `entry` is what was
 * planned, or NULL. EXIT_GOOD, also where they differ. */
int cw_tally_pair(cw_tally *tally, const cw_tensor *tensor, const cw_entry *entry, const void *expected,
                  const void *found);

/* Counts a tensor that differs as a whole, such as by its shape: `what` says how. `cause` may be NULL or without a
 * name. */
int cw_tally_whole(cw_tally *tally, const char *name, const char *what, const cw_cause *cause);

/* Counts a tensor whose bits are known to be as expected. EXIT_GOOD, EXIT_IO. */
int cw_tally_same(cw_tally *tally, const cw_tensor *tensor);

/* Counts a digest that the manifest has and the definition has not; `name` NULL stands for the total. EXIT_GOOD,
 * EXIT_IO. */
int cw_tally_digest(cw_tally *tally, const char *name, cw_sums manifest, cw_sums definition);

/* Prints the sum of it; `what` says what was compared with what. EXIT_GOOD if nothing differs, else EXIT_DIFFERS. */
int cw_tally_end(cw_tally *tally, const char *what);

/* Releases what --json collected. */
void cw_tally_free(cw_tally *tally);

#endif
