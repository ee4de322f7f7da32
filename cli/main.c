/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "commands.h"

static const struct {
    const char *name, *help;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"init", "make one tensor, or a model, on a device; write or print it", cw_init_command},
    {"plan", "fans, limit or stddev, key, counter range, bytes, launches; no device needed", cw_plan_command},
    {"verify", "recompute on the host; compare with a file, or with what a device wrote", cw_verify_command},
    {"diff", "compare two files, or what two devices write", cw_diff_command},
    {"digest", "digests per tensor and in total", cw_digest_command},
    {"explain", "one element: counter, key, words, uniform, every rounding step, value", cw_explain_command},
    {"devices", "backends and devices, and the properties that matter for the bits", cw_devices_command},
    {"selftest", "goldens of TensorFlow, and the exhaustive proof, on a device", cw_selftest_command},
    {"bench", "GB/s per distribution, dtype and size beside the store-only ceiling of the same run", cw_bench_command},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static int help(void) {
    printf("cw: starting weights of neural networks, with the bits that TensorFlow and Keras give\n\n"
           "  cw init --shape 3,3,64,128 --initializer he_normal --seed 42 -o kernel.npy\n"
           "  cw init MODEL.json --device opencl -o model.safetensors\n\n");
    for (int i = 0; i < COMMANDS; i++) printf("  cw %-9s %s\n", commands[i].name, commands[i].help);
    printf(
        "\ncw SUBCOMMAND --help shows its options. Exit status: 0 good, 1 differs, 2 wrong usage or bad content,\n"
        "3 no such device, driver or runtime, 4 a file cannot be opened, read or written, or memory is exhausted.\n"
        "What an OpenCL driver takes long to build, and does not keep itself, is kept in $XDG_CACHE_HOME/counterweight, which\n"
        "is ~/.cache/counterweight if that is not set; with CW_CACHE=off nothing is.\n");
    return EXIT_GOOD;
}

static int version(void) {
    cw_print_version();
    return EXIT_GOOD;
}

static int run(int argc, char **argv) {
    if (argc < 2) return cw_complain(EXIT_USAGE, "there is no subcommand (see cw --help)");
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) return help();
    if (strcmp(argv[1], "--version") == 0) return version();
    for (int i = 0; i < COMMANDS; i++)
        if (strcmp(argv[1], commands[i].name) == 0) {
            cw_complain_subcommand(commands[i].name);
            return commands[i].run(argc - 1, argv + 1);
        }
    return cw_complain(EXIT_USAGE, "there is no subcommand \"%s\" (see cw --help)", argv[1]);
}

/* A closed stdin, stdout or stderr would be the number of the next file that is opened, and results or errors would be
 * written into that. Read only, so that writing fails as it does on a closed one. */
static void occupy_closed(void) {
    int fd;
    while ((fd = open("/dev/null", O_RDONLY)) >= 0 && fd <= STDERR_FILENO) continue;
    if (fd >= 0) close(fd);
}

int main(int argc, char **argv) {
    occupy_closed();
    return cw_close_stdout(run(argc, argv));
}
