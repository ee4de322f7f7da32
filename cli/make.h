/* SPDX-License-Identifier: Apache-2.0
 *
 * Fills the tensors of a model on a device and brings them to the host, piece by piece.
 */
#ifndef CW_CLI_MAKE_H
#define CW_CLI_MAKE_H

#include "piece.h"

/* Bytes that are worth making, or bringing to the host, at a time. */
enum { CW_PIECE = 64 << 20 };

/* What came of it. `seconds` is the time of the fills alone, waited for, without the way to the host. */
typedef struct cw_made {
    size_t tensors;
    uint64_t elements, bytes;
    double seconds;
    cw_sums total;           /* digest of the tensors and their names */
    size_t wrong;            /* tensors whose digest is not the one that the manifest expects */
    const char *first_wrong; /* the name of the first; it belongs to the model */
} cw_made;

/* A piece in host memory, which is gone when the next is made. With a tensor's last piece, which may be empty, come its
 * digest and its sums: those of its elements by their numbers in the whole tensor, which add up over slices, and its
 * own by their numbers in what is stored of it, which add up over ranks. What one rank makes has no digest. */
typedef struct cw_made_piece {
    cw_piece piece;
    const void *data;
    uint64_t bytes;
    bool last;
    cw_sums digest, sums, own;
} cw_made_piece;

/* Gets the pieces in their order. EXIT_GOOD, or a complaint that ends it. */
typedef int cw_sink(void *user, const cw_entry *entry, const cw_made_piece *piece);

/* Pieces of at most `bytes` bytes, 0 for whole tensors. Two stages of the progress for each piece: the fill and the
 * digest. The sink may be NULL. EXIT_GOOD, EXIT_NO_DEVICE, EXIT_IO, or what the sink returned. */
int cw_make(cw_device *device, const cw_model *model, uint64_t bytes, cw_sink *sink, void *user, cw_made *made);

/* The same, piece by piece at the caller's pace. Starts from cw_maker_open; after cw_maker_begin, cw_maker_next makes
 * the pieces of the entry until it made the last. */
typedef struct cw_maker cw_maker;
int cw_maker_open(cw_device *device, const cw_model *model, uint64_t bytes, cw_maker **maker);
void cw_maker_begin(cw_maker *maker, const cw_entry *entry);
int cw_maker_next(cw_maker *maker, cw_made_piece *piece);
/* Puts what came of it into *made; NULL is allowed. */
void cw_maker_close(cw_maker *maker, cw_made *made);

/* Counts a tensor of which no more is known than its digest. */
void cw_made_count(cw_made *made, const cw_entry *entry, cw_sums digest);

/* EXIT_DIFFERS and a complaint if a digest of the manifest was not met, the total included. */
int cw_made_check(const cw_made *made, const cw_model *model);

double cw_made_gbps(const cw_made *made);

/* Prints the total digest, and whether the manifest has it, which was looked at. */
void cw_made_put_digest(const cw_made *made, const cw_model *model);

#endif
