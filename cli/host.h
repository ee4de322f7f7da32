/* SPDX-License-Identifier: Apache-2.0
 *
 * Digests, and the definition itself, on the host: cut into ranges for all threads, a stage of the progress each.
 */
#ifndef CW_CLI_HOST_H
#define CW_CLI_HOST_H

#include "model.h"

/* The digest of a tensor in host memory. */
cw_sums cw_tensor_digest(const cw_tensor *tensor, const void *data);

/* Whether `data`, as many bytes as planned, are what the definition gives. EXIT_GOOD, or a complaint. */
int cw_host_check(const cw_entry *entry, const void *data, bool *same);

/* Every element as it is planned; NULL after a complaint. */
void *cw_host_expected(const cw_entry *entry);

#endif
