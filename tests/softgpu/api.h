/* SPDX-License-Identifier: Apache-2.0
 *
 * cuda.h, with its functions exported: the compiler checks every definition here against NVIDIA's declaration.
 */
#ifndef SG_API_H
#define SG_API_H

#pragma GCC visibility push(default)
#include <cuda.h>
#pragma GCC visibility pop

#endif
