/* SPDX-License-Identifier: Apache-2.0
 *
 * NumPy's file format for several arrays, a zip archive of .npy files, as numpy.savez and numpy.savez_compressed write it;
 * written by pack.h.
 */
#ifndef CW_CLI_NPZ_H
#define CW_CLI_NPZ_H

#include "tensors.h"

/* A tensor is called as its member without this ending. */
#define CW_NPY_ENDING ".npy"

/* Reads a whole file. No memory is taken for more than its bytes can hold. EXIT_GOOD; EXIT_USAGE if it is no sound archive,
 * or holds anything else than arrays of dtypes of ours; EXIT_IO. Untouched on failure. */
int cw_npz_read(const char *path, cw_tensors *tensors);

#endif
