/* SPDX-License-Identifier: Apache-2.0
 *
 * cw devices: every backend of this build, and what it found.
 */
#include "cli.h"
#include "commands.h"
#include "device.h"
#include "json.h"
#include "options.h"

#include <stdlib.h>
#include <string.h>

static const cw_usage usage = {
    "cw devices [--json]\n\n"
    "Lists the devices for --device, with the properties that matter for the bits. Normals come from doubles (fp64) "
    "or, with\n"
    "the same bits, from integers, where a device has no doubles or CW_OPENCL_FP64 or CW_CPU_FP64 is \"off\".\n",
    CW_OPT_JSON, 0};

static const char *normals_from(const cw_device_info *d) { return d->from_integers ? "integers" : "doubles"; }

static void print_device(const cw_device_info *d) {
    printf("%-12s %s\n", d->id, d->name);
    printf("%-12s driver %s; %u units, %.1f GiB, at most %.1f GiB in one piece; fp64 %s, normals from %s, float32 "
           "denormals "
           "%s\n",
           "", d->driver, d->units, (double)d->memory_bytes / 0x1p30, (double)d->max_allocation_bytes / 0x1p30,
           d->fp64 ? "yes" : "no", normals_from(d), d->denormals ? "kept" : "flushed");
    if (d->why_not[0]) printf("%-12s cannot be used: %s\n", "", d->why_not);
}

static void print_list(const cw_device_list *list) {
    for (size_t i = 0; i < list->count; i++) print_device(&list->device[i]);
    if (!list->count) printf("%-12s none: %s\n", list->backend, list->why_not);
    else if (list->note[0]) printf("%-12s %s\n", "", list->note);
}

static json_t *device_json(const cw_device_info *d) {
    return json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:b, s:s, s:b, s:s*}", "id", d->id, "name", d->name, "driver",
                     d->driver, "memory_bytes", (json_int_t)d->memory_bytes, "max_allocation_bytes",
                     (json_int_t)d->max_allocation_bytes, "units", (json_int_t)d->units, "fp64", d->fp64, "normals",
                     normals_from(d), "denormals", d->denormals, "why_not", d->why_not[0] ? d->why_not : NULL);
}

static json_t *list_json(const cw_device_list *list) {
    json_t *devices = json_array();
    for (size_t i = 0; i < list->count; i++) json_array_append_new(devices, device_json(&list->device[i]));
    return json_pack("{s:s, s:o, s:s*, s:s*}", "backend", list->backend, "devices", devices, "why_not",
                     list->why_not[0] ? list->why_not : NULL, "note", list->note[0] ? list->note : NULL);
}

static int print_json(const cw_device_list *lists) {
    json_t *all = json_array();
    for (int i = 0; i < CW_DEVICE_LISTS; i++) json_array_append_new(all, list_json(&lists[i]));
    json_t *result =
        json_pack("{s:s, s:i, s:o}", "version", cw_version(), "numerics", (int)cw_numerics_version(), "backends", all);
    return cw_json_print(result);
}

int cw_devices_command(int argc, char **argv) {
    cw_options options;
    int status = cw_options_read(argc, argv, &usage, &options);
    if (status != EXIT_GOOD || options.answered) return status;
    cw_device_list *lists = calloc(CW_DEVICE_LISTS, sizeof *lists);
    if (!lists) return cw_complain_memory();
    cw_device_lists(lists);
    if (options.json) status = print_json(lists);
    else
        for (int i = 0; i < CW_DEVICE_LISTS; i++) print_list(&lists[i]);
    free(lists);
    return status;
}
