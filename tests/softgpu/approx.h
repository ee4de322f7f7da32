/* SPDX-License-Identifier: Apache-2.0
 *
 * PTX's approximate instructions. Each returns a value within the error that the PTX manual documents, chosen by
 * SOFTGPU_APPROX: `low` or `high`, an end of the bound, or a number, the seed of a choice that depends on the operands
 * alone. What is exact by the manual (infinities, zeros, NaN) is exact here.
 */
#ifndef SG_APPROX_H
#define SG_APPROX_H

void sg_approx_configure(const char *text); /* NULL: seed 0 */
float sg_approx_rcp(float x);
float sg_approx_sqrt(float x);
float sg_approx_rsqrt(float x);
float sg_approx_sin(float x);
float sg_approx_cos(float x);
float sg_approx_lg2(float x);
float sg_approx_ex2(float x);
float sg_approx_div(float x, float y);
double sg_approx_rsqrt64(double x);

#endif
