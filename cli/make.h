/* SPDX-License-Identifier: Apache-2.0
 *
 * Fills every tensor of a model on a device and brings it to the host, one after the other.
 */
#ifndef CW_CLI_MAKE_H
#define CW_CLI_MAKE_H

#include "model.h"

/* What came of it. `seconds` is the time of the fills alone, waited for, without the way to the host. */
typedef struct cw_made {
    size_t tensors;
    uint64_t elements, bytes;
    double seconds;
    cw_sums total;           /* digest of the tensors and their names */
    size_t wrong;            /* tensors whose digest is not the one that the manifest expects */
    const char *first_wrong; /* the name of the first; it belongs to the model */
} cw_made;

/* Gets each tensor's elements in host memory, which are gone after the call. EXIT_GOOD, or a complaint that ends it. */
typedef int cw_sink(void *user, const cw_entry *entry, const void *data, cw_sums digest);

/* Two stages of the progress for each tensor: the fill and the digest. The sink may be NULL. EXIT_GOOD, EXIT_NO_DEVICE,
 * EXIT_IO, or what the sink returned. */
int cw_make(cw_device *device, const cw_model *model, cw_sink *sink, void *user, cw_made *made);

/* EXIT_DIFFERS and a complaint if a digest of the manifest was not met, the total included. */
int cw_made_check(const cw_made *made, const cw_model *model);

double cw_made_gbps(const cw_made *made);

#endif
