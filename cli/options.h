/* SPDX-License-Identifier: Apache-2.0
 *
 * The command line of one subcommand, read but not yet acted on.
 */
#ifndef CW_CLI_OPTIONS_H
#define CW_CLI_OPTIONS_H

#include "fields.h"
#include "model.h"
#include "shard.h"

/* Which options a subcommand has, besides --help and --version. */
enum {
    CW_OPT_TENSOR = 1,  /* what is to be made: --initializer, --shape, ... */
    CW_OPT_DEVICE = 2,  /* --device, --threads */
    CW_OPT_OUTPUT = 4,  /* -o, --exact, --resume */
    CW_OPT_JSON = 8,
    CW_OPT_HELP = 16,
    CW_OPT_AT = 32,       /* --at, --tensor */
    CW_OPT_BENCH = 64,    /* --quick, --markdown, --batch */
    CW_OPT_DEVICES = 128, /* two --device, not one */
    CW_OPT_CHECK = 256,   /* --check */
    CW_OPT_SHARD = 512,   /* --shard */
    CW_OPT_RANK = 1024,   /* --rank, --world */
};

enum { CW_MAX_DEVICES = 2 };

typedef struct cw_options {
    cw_fields fields;
    const char *tensor_option; /* the first one that was given, or NULL */
    const char *device[CW_MAX_DEVICES];
    int devices; /* given */
    uint32_t threads;
    const char *output;
    const char *check; /* a list of digests */
    const char *batch; /* a model */
    cw_shard shard;
    bool has_rank;
    const char *tensor; /* the one that is meant, of a manifest */
    int64_t at[CW_MAX_RANK];
    uint32_t at_count;
    bool has_at;
    bool exact, resume, json, quick, markdown, help, version;
    bool answered; /* --help or --version was there and is printed: nothing is left to do */
    char **operand; /* what is no option */
    int operands;
} cw_options;

/* What a subcommand takes. `synopsis` is what --help begins with. */
typedef struct cw_usage {
    const char *synopsis;
    unsigned have; /* of CW_OPT_... */
    int operands;  /* at most */
} cw_usage;

/* `argv[0]` is the subcommand. Option names are whole. Sets the size of the crew. EXIT_GOOD, EXIT_USAGE. */
int cw_options_read(int argc, char **argv, const cw_usage *usage, cw_options *options);

/* The device that was named, or "cpu". */
const char *cw_options_device(const cw_options *options);

/* The model that the options describe: that of the manifest at `path` or, if that is NULL, one tensor. */
int cw_options_model(const cw_options *options, const char *path, cw_model *model);

#endif
