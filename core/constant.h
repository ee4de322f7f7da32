/* SPDX-License-Identifier: Apache-2.0
 *
 * How a Python number becomes a number of a dtype, with every rounding on its way. A number of a floating point dtype is
 * held in the double that equals it. Private to core/.
 */
#ifndef CW_CONSTANT_H
#define CW_CONSTANT_H

#include "counterweight/counterweight.h"

/* CONVERT is tf.convert_to_tensor(x, dtype): a Python int goes through double (but to bfloat16 directly), and integer
 * dtypes take integers only.
 * CAST is tf.cast(x, dtype), as Keras 3 does with limits and constants: a Python float goes through float32 first, even
 * to float64, a Python int directly, and a float to an integer dtype loses its fraction.
 * Source: tensorflow/core/lib or python/lib/core/py_seq_tensor.cc, tensorflow/python/ops/math_ops.py (cast). */
typedef enum cw_road { CW_ROAD_CONVERT, CW_ROAD_CAST } cw_road;

int cw_dtype_is_float(cw_dtype dtype);
int cw_dtype_is_signed(cw_dtype dtype);

/* To a floating point dtype. It may become infinite or NaN. -0.0 counts as +0.0; what merely rounds to -0.0 does not. */
double cw_constant_real(cw_number number, cw_dtype dtype, cw_road road);

/* What an operation sees of it: TensorFlow's CPU reads denormals as zeros of their sign, but for those of float16. */
double cw_constant_read(double constant, cw_dtype dtype);

/* a - b and a * b as operations of the dtype, whose denormal results are zeros. */
double cw_constant_minus(double a, double b, cw_dtype dtype);
double cw_constant_times(double a, double b, cw_dtype dtype);

/* The bits of an element, and of a launch's scale and shift: those of a double for float64, of a float for the others. */
uint64_t cw_constant_element(double constant, cw_dtype dtype);
uint64_t cw_constant_operand(double constant, cw_dtype dtype);

/* To an integer dtype: the value as 64 bits, with the sign extended. CW_ERROR_ARGUMENT, with a text that begins with
 * `name`, where it does not fit or the road has no way for it. */
cw_status cw_constant_integer(cw_number number, cw_dtype dtype, cw_road road, const char *name, uint64_t *integer,
                              cw_error *why);

/* The number as a double, for people. */
double cw_number_real(cw_number number);

#endif
