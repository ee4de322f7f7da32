/* SPDX-License-Identifier: Apache-2.0
 *
 * The part of a plan that a matrix initializer adds, and the matrix by the definition. Private to core/.
 */
#ifndef CW_MATRIX_H
#define CW_MATRIX_H

#include "backend.h"
#include "plan.h"
#include "steps.h"

/* Decides rows, columns, method and scratch memory of a tensor that has elements. CW_ERROR_OVERFLOW. */
cw_status cw_matrix_plan(cwn_matrix *matrix, const cw_spec *spec, uint64_t elements, cw_error *why);

/* The same of the kernel of a convolution of so many dimensions, or of a delta kernel, 0. */
cw_status cw_matrix_plan_kernel(cwn_matrix *matrix, const cw_spec *spec, uint64_t elements, uint32_t dimensions, cw_error *why);

cw_method cw_matrix_method(const cwn_matrix *matrix);

/* The number of its steps, draws among them. */
uint64_t cw_matrix_launches(const cwn_launch *draws, const cwn_matrix *matrix);

/* One member's share of a step, on this thread; `scratch` is aligned to 8 bytes. */
typedef void cw_do_step(const cw_work *step, void *memory, void *scratch, uint64_t item, uint64_t items);

/* The whole tensor in memory of its own, made on the calling thread; the caller frees it. NULL: CW_ERROR_MEMORY. */
void *cw_matrix_make(const cw_decided *plan, cw_error *why);

#endif
