/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SECOND_H
#define SECOND_H

int second_unit_agrees(const float *found);

#endif
