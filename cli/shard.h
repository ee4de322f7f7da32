/* SPDX-License-Identifier: Apache-2.0
 *
 * Which part of each tensor one of many ranks makes.
 */
#ifndef CW_CLI_SHARD_H
#define CW_CLI_SHARD_H

#include "model.h"

/* Rank `rank` of `world`. Of n members of the axis that is cut, each rank has the next ceil(n / world), the last ones
 * fewer or none, as torch.chunk has it. */
typedef struct cw_shard {
    uint32_t rank, world; /* world 0: not given */
    bool has_axis;
    int64_t axis; /* of what is stored; negative: from the end */
} cw_shard;

/* What the rank makes, in the order of the model. The axis of a tensor that lacks it, or of all where none is given, is
 * the first along which no part is more than a sixteenth larger than an even one would be, or else that along which the
 * largest part is smallest. A scalar belongs to rank 0, and without an axis a tensor that is a matrix initializer's, of
 * which no part can be made without the whole, to one rank, in turn. Free the array of entries alone: the rest stays
 * the model's. EXIT_GOOD, or a complaint. */
int cw_shard_model(const cw_shard *shard, const cw_model *model, cw_model *part);

#endif
