/* SPDX-License-Identifier: Apache-2.0
 *
 * Devices by the words of --device: cpu, cuda[:N], opencl[:P.D].
 */
#ifndef CW_CLI_DEVICE_H
#define CW_CLI_DEVICE_H

#include "counterweight/counterweight.h"

/* EXIT_GOOD if the word names a device that might be there, EXIT_USAGE if it cannot be one. */
int cw_device_check(const char *word);

/* Opens it; the CPU with the threads of crew.h, which show how far they are. EXIT_GOOD, EXIT_USAGE, EXIT_NO_DEVICE,
 * EXIT_IO. Close it with cw_device_close. */
int cw_device_open(const char *word, cw_device **device);

/* The CPU with the same threads, each of which gets one share of all work, as suits the steps of a matrix. */
int cw_device_open_shared(cw_device **device);

/* As cw_device_open; the CPU with the library's own threads, 0 for one on each core, as a program has it that uses the
 * library. */
int cw_device_open_bare(const char *word, uint32_t threads, cw_device **device);

enum { CW_MOST_DEVICES = 64 };

/* A backend of this build: its devices, or why there are none. */
typedef struct cw_device_list {
    const char *backend;
    cw_device_info device[CW_MOST_DEVICES];
    size_t count;
    char why_not[256], note[128];
} cw_device_list;

enum { CW_DEVICE_LISTS = 3 };
void cw_device_lists(cw_device_list list[CW_DEVICE_LISTS]);

#endif
