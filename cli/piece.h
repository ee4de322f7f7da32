/* SPDX-License-Identifier: Apache-2.0
 *
 * A tensor as it is stored, in pieces that lie one behind the other and each are a slice of the tensor; and what of a
 * slice one initializer makes.
 */
#ifndef CW_CLI_PIECE_H
#define CW_CLI_PIECE_H

#include "model.h"

typedef struct cw_pieces {
    const cw_entry *entry;
    uint64_t count;
    uint32_t axis;              /* of what is stored: that which is cut; single members of those before it */
    uint64_t rows, inner, each; /* members of it in a piece, elements of a member, pieces of all its members */
} cw_pieces;

/* Elements `first` to `first` + `elements` of what is stored. */
typedef struct cw_piece {
    cw_slice slice;
    uint64_t first, elements;
} cw_piece;

/* Pieces of at most `bytes` bytes; one for all of a matrix, which has no part without the whole, and for `bytes` 0.
 * None where nothing is stored. */
cw_pieces cw_pieces_of(const cw_entry *entry, uint64_t bytes);
cw_piece cw_piece_at(const cw_pieces *pieces, uint64_t i);

/* Whether a matrix initializer, which works in scratch memory, makes some of it. */
bool cw_entry_has_matrix(const cw_entry *entry);

/* All of the entry. */
cw_piece cw_piece_all(const cw_entry *entry);

/* What a slice's `count` members of the stored axis, from number `from` on, are. */
void cw_slice_narrow(const cw_entry *entry, cw_slice *slice, uint32_t stored, uint64_t from, uint64_t count);

/* What one of the entry's plans makes of a piece. */
typedef struct cw_patch {
    const cw_entry *made;
    cw_slice slice;
    bool whole;
    uint64_t at, bytes; /* where its first element lies in the piece, and how far it reaches from there */
    uint64_t elements, scratch, launches;
} cw_patch;

/* `plan` counts to cw_entry_plans(entry). */
cw_patch cw_patch_of(const cw_entry *entry, const cw_piece *piece, size_t plan);

/* For functions of the library: NULL for the whole. */
static inline const cw_slice *cw_patch_slice(const cw_patch *patch) { return patch->whole ? NULL : &patch->slice; }

#endif
