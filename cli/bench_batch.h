/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CW_CLI_BENCH_BATCH_H
#define CW_CLI_BENCH_BATCH_H

#include "counterweight/counterweight.h"

#include <stdbool.h>

/* cw bench --batch: the model's tensors in one batch beside one fill for each, into the same warm memory. `word` is that of
 * --device. EXIT_GOOD, or a complaint. */
int cw_bench_batch(cw_device *device, const char *word, const char *path, double row, bool json);

#endif
