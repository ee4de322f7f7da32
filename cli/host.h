/* SPDX-License-Identifier: Apache-2.0
 *
 * Digests, and the definition itself, on the host: cut into ranges for all threads, a stage of the progress each.
 */
#ifndef CW_CLI_HOST_H
#define CW_CLI_HOST_H

#include "piece.h"

/* The digest of a tensor in host memory. */
cw_sums cw_tensor_digest(const cw_tensor *tensor, const void *data);

/* What elements `first` to `first` + `elements` of a part of an array, which begin at `data`, add to the array's sums.
 */
cw_sums cw_host_sums(cw_dtype dtype, const void *data, const cw_place *place, uint64_t first, uint64_t elements);

/* What a piece of the entry adds to the sums of the whole tensor, each element by its number there. */
cw_sums cw_host_whole_sums(const cw_entry *entry, const cw_piece *piece, const void *data);

/* Whether `data` are what the definition gives for the piece. EXIT_GOOD, or a complaint. */
int cw_host_check(const cw_entry *entry, const cw_piece *piece, const void *data, bool *same);

/* Every element as it is stored; NULL after a complaint. */
void *cw_host_expected(const cw_entry *entry);

#endif
