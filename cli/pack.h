/* SPDX-License-Identifier: Apache-2.0
 *
 * A model on its way into an .npz: numpy.savez's zip archive of one .npy for each tensor, not compressed.
 */
#ifndef CW_CLI_PACK_H
#define CW_CLI_PACK_H

#include "make.h"
#include "output.h"

/* Makes the model on the device and writes it, piece by piece; the same bytes in each run. The sink gets each piece when it
 * is made. The manifest with the digests goes along in comments (docs/MANIFEST.md). The output is left to the caller.
 * EXIT_GOOD; EXIT_USAGE if a name, or what the manifest says of a tensor, cannot be held; EXIT_IO, and what cw_make has. */
int cw_pack(cw_output *output, cw_device *device, const cw_model *model, cw_sink *sink, void *user, cw_made *made);

#endif
