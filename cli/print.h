/* SPDX-License-Identifier: Apache-2.0
 *
 * Tensors of every dtype as text, byte for byte as NumPy 2.4 writes them, with a final newline; bfloat16, which NumPy
 * does not have, as its values in float32.
 *
 * Only the elements that are shown are read. Write errors stay in the FILE, as ferror tells.
 */
#ifndef CW_CLI_PRINT_H
#define CW_CLI_PRINT_H

#include "counterweight/counterweight.h"

#include <stdio.h>

/* print(a) with NumPy's default options: at most 8 digits after the point, and only the three first and last items
 * of an axis once there are more than 1000 elements. `data` holds the elements in row-major order. */
void cw_print_array(FILE *file, cw_dtype dtype, const void *data, uint32_t rank, const uint64_t *shape);

/* print(np.array2string(a, threshold=sys.maxsize, floatmode='unique')): every element, each with the fewest digits
 * that read back as the same number. */
void cw_print_exact(FILE *file, cw_dtype dtype, const void *data, uint32_t rank, const uint64_t *shape);

#endif
