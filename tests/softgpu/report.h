/* SPDX-License-Identifier: Apache-2.0
 *
 * What the software GPU says and counts.
 */
#ifndef SG_REPORT_H
#define SG_REPORT_H

#include "softgpu.h"

/* A line on stderr that begins with "softgpu: ", also kept for softgpu_message. */
__attribute__((format(printf, 1, 2))) void sg_report(const char *format, ...);
/* The same, and the process ends. */
_Noreturn void sg_abort(const char *what);

extern softgpu_counters sg_counters;

/* An environment variable that is a number. */
uint64_t sg_setting(const char *name, uint64_t otherwise);

#endif
