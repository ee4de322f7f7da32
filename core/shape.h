/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CW_SHAPE_H
#define CW_SHAPE_H

#include "counterweight/counterweight.h"

/* Elements of the shape. CW_ERROR_SHAPE for a rank over CW_MAX_RANK, CW_ERROR_OVERFLOW where the elements, or the
 * product of the axes that are not empty, take more than 2^63 - 1 bytes. */
cw_status cw_shape_elements(const cw_spec *spec, uint64_t *elements, cw_error *why);

/* fan_in and fan_out of the whole tensor, after Keras's compute_fans (keras/src/initializers/random_initializers.py):
 * the receptive field times the last axis but one, or the last; the axes that are named where both are given. Call it
 * for shapes that cw_shape_elements accepts. CW_ERROR_ARGUMENT for an axis outside the shape, CW_ERROR_OVERFLOW. */
cw_status cw_shape_fans(const cw_spec *spec, uint64_t *fan_in, uint64_t *fan_out, cw_error *why);

#endif
