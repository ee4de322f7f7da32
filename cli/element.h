/* SPDX-License-Identifier: Apache-2.0
 *
 * One element of a tensor of any dtype, as a value and as text.
 */
#ifndef CW_CLI_ELEMENT_H
#define CW_CLI_ELEMENT_H

#include "decimal.h"

#include "counterweight/counterweight.h"

#include <stdbool.h>
#include <stdio.h>

/* False for integers. */
bool cw_dtype_is_real(cw_dtype dtype);

/* Of a real dtype. */
cw_binary cw_dtype_binary(cw_dtype dtype);

/* Element `index` of an array of a real dtype; all of them are doubles as well. */
double cw_element_real(cw_dtype dtype, const void *data, uint64_t index);

typedef struct cw_element_text {
    char text[32];
} cw_element_text;

/* An integer; a real number with as many significant digits as read back to the same bits, also by way of a double;
 * "nan", "inf", "-inf". */
cw_element_text cw_element_text_of(cw_dtype dtype, const void *data, uint64_t index);

/* The elements as JSON: lists in lists, one for each axis; of an empty array only "[]", because the axes around the
 * empty one can have any length. Every integer is a JSON integer, however large. A real number has a point or an
 * exponent, so that no parser takes it for an integer and -0.0 for 0; NaN and infinities, which JSON does not know,
 * are the strings "nan", "inf" and "-inf". `data` is in row-major order. */
void cw_elements_json(FILE *file, cw_dtype dtype, const void *data, uint32_t rank, const uint64_t *shape);

#endif
