/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* getopt_long */
#include "options.h"

#include "cli.h"
#include "crew.h"
#include "device.h"
#include "number.h"

#include <getopt.h>
#include <string.h>
#include <strings.h>

/* One row an option. A row without a function is an argument of initializers, whose field is the option's name with
 * an underscore for each hyphen. */
typedef struct option_row {
    const char *name, *value; /* value NULL: the option takes none */
    unsigned group;
    int (*take)(cw_options *, const char *label, const char *text);
    const char *help;
} option_row;

static int take_seed(cw_options *o, const char *label, const char *text) {
    cw_whole seed[CW_MAX_SEEDS];
    uint32_t count = 0;
    const int status =
        cw_take_wholes(label, text, "42, or as many as the seed rule takes: 1,2", seed, CW_MAX_SEEDS, &count);
    return status != EXIT_GOOD ? status : cw_fields_seed(&o->fields, label, seed, count);
}

static int take_shape(cw_options *o, const char *label, const char *text) {
    int64_t axis[CW_MAX_RANK];
    uint32_t rank = 0;
    const int status = cw_take_integers(label, text, "3,3,64,128", axis, CW_MAX_RANK, &rank);
    return status != EXIT_GOOD ? status : cw_fields_shape(&o->fields, label, axis, rank);
}

static int take_axes(cw_axes *axes, const char *label, const char *text) {
    int64_t axis[CW_MAX_RANK];
    uint32_t count = 0;
    const int status = cw_take_integers(label, text, "0,1", axis, CW_MAX_RANK, &count);
    return status != EXIT_GOOD ? status : cw_fields_axes(axes, label, axis, count);
}

static int take_input_axes(cw_options *o, const char *label, const char *text) {
    return take_axes(&o->fields.spec.input_axes, label, text);
}

static int take_output_axes(cw_options *o, const char *label, const char *text) {
    return take_axes(&o->fields.spec.output_axes, label, text);
}

static int take_slice(cw_options *o, const char *label, const char *text) {
    return cw_cut_read(&o->fields.cut, label, text);
}

static int take_layout(cw_options *o, const char *label, const char *text) {
    return take_axes(&o->fields.cut.layout, label, text);
}

static int take_call(cw_options *o, const char *label, const char *text) {
    o->fields.has_call = true;
    return cw_take_integer(label, text, &o->fields.call);
}

static int take_device(cw_options *o, const char *label, const char *text) {
    (void)label;
    if (o->devices < CW_MAX_DEVICES) o->device[o->devices] = text;
    o->devices++;
    return cw_device_check(text);
}

static int take_threads(cw_options *o, const char *label, const char *text) {
    int64_t n;
    const int status = cw_take_integer(label, text, &n);
    if (status != EXIT_GOOD) return status;
    if (n < 1 || n > CW_CREW_MOST)
        return cw_complain(EXIT_USAGE, "%s: %s threads cannot be (give 1 to %d)", label, text, CW_CREW_MOST);
    o->threads = (uint32_t)n;
    return EXIT_GOOD;
}

static int take_output(cw_options *o, const char *label, const char *text) {
    o->output = text;
    return *text ? EXIT_GOOD : cw_complain(EXIT_USAGE, "%s: the name is empty (name a file, or - for stdout)", label);
}

static int take_at(cw_options *o, const char *label, const char *text) {
    o->has_at = true;
    return cw_take_integers(label, text, "0,0,1", o->at, CW_MAX_RANK, &o->at_count);
}

static int take_tensor(cw_options *o, const char *label, const char *text) {
    (void)label;
    o->tensor = text;
    return EXIT_GOOD;
}

static int take_check(cw_options *o, const char *label, const char *text) {
    (void)label;
    o->check = text;
    return EXIT_GOOD;
}

static int take_batch(cw_options *o, const char *label, const char *text) {
    (void)label;
    o->batch = text;
    return EXIT_GOOD;
}

/* 2^20 ranks are more than any machine has. */
static int take_ranks(const char *label, const char *text, int64_t least, int64_t most, uint32_t *number) {
    int64_t n;
    const int status = cw_take_integer(label, text, &n);
    if (status != EXIT_GOOD) return status;
    if (n < least || n > most)
        return cw_complain(EXIT_USAGE, "%s: %s cannot be (give %d to %d)", label, text, (int)least, (int)most);
    *number = (uint32_t)n;
    return EXIT_GOOD;
}

static int take_rank(cw_options *o, const char *label, const char *text) {
    o->has_rank = true;
    return take_ranks(label, text, 0, (1 << 20) - 1, &o->shard.rank);
}

static int take_world(cw_options *o, const char *label, const char *text) {
    return take_ranks(label, text, 1, 1 << 20, &o->shard.world);
}

static int take_shard(cw_options *o, const char *label, const char *text) {
    o->shard.has_axis = strcmp(text, "auto") != 0;
    if (!o->shard.has_axis) return EXIT_GOOD;
    const int status = cw_take_integer(label, text, &o->shard.axis);
    if (status != EXIT_GOOD || (o->shard.axis >= -CW_MAX_RANK && o->shard.axis < CW_MAX_RANK)) return status;
    return cw_complain(EXIT_USAGE, "%s: %s is no axis of any tensor (give -%d to %d, or auto)", label, text, CW_MAX_RANK,
                       CW_MAX_RANK - 1);
}

static int take_exact(cw_options *o, const char *label, const char *text) {
    (void)label, (void)text;
    o->exact = true;
    return EXIT_GOOD;
}

static int take_resume(cw_options *o, const char *label, const char *text) {
    (void)label, (void)text;
    o->resume = true;
    return EXIT_GOOD;
}

static int take_json(cw_options *o, const char *label, const char *text) {
    (void)label, (void)text;
    o->json = true;
    return EXIT_GOOD;
}

static int take_quick(cw_options *o, const char *label, const char *text) {
    (void)label, (void)text;
    o->quick = true;
    return EXIT_GOOD;
}

static int take_markdown(cw_options *o, const char *label, const char *text) {
    (void)label, (void)text;
    o->markdown = true;
    return EXIT_GOOD;
}

static int take_help(cw_options *o, const char *label, const char *text) {
    (void)label, (void)text;
    o->help = true;
    return EXIT_GOOD;
}

static int take_version(cw_options *o, const char *label, const char *text) {
    (void)label, (void)text;
    o->version = true;
    return EXIT_GOOD;
}

/* clang-format off */
static const option_row rows[] = {
    {"initializer", "NAME",  CW_OPT_TENSOR, NULL,             "Keras's name (glorot_uniform)"},
    {"shape",       "S",     CW_OPT_TENSOR, take_shape,
     "3,3,64,128 or (3, 3, 64, 128) or [3,3,64,128]; () is a scalar"},
    {"dtype",       "D",     CW_OPT_TENSOR, NULL,
     "float32 (default), float64, float16, bfloat16, int32, int64, uint32, uint64"},
    {"seed",        "N,...", CW_OPT_TENSOR, take_seed,        "an integer, or as many as the seed rule takes (0)"},
    {"seed-rule",   "R",     CW_OPT_TENSOR, NULL,
     "keras (default), keras2, generator: N; stateless, stateful: N,M; raw: key0,key1,counter0,...,counter3"},
    {"call",        "K",     CW_OPT_TENSOR, take_call,
     "keras: use number K, from 0, of SeedGenerator(N); stateful, generator: after K calls of the same shape (0)"},
    {"dialect",     "D",     CW_OPT_TENSOR, NULL,
     "keras3 (default for keras and raw) or tf (default for the other seed rules)"},
    {"minval",      "X",     CW_OPT_TENSOR, NULL,             "random_uniform: lower limit (-0.05)"},
    {"maxval",      "X",     CW_OPT_TENSOR, NULL,             "random_uniform: upper limit (0.05)"},
    {"mean",        "X",     CW_OPT_TENSOR, NULL,             "random_normal, truncated_normal (0.0)"},
    {"stddev",      "X",     CW_OPT_TENSOR, NULL,             "random_normal, truncated_normal (0.05)"},
    {"scale",       "X",     CW_OPT_TENSOR, NULL,             "variance_scaling (1.0)"},
    {"mode",        "M",     CW_OPT_TENSOR, NULL,             "variance_scaling: fan_in (default), fan_out, fan_avg"},
    {"distribution","D",     CW_OPT_TENSOR, NULL,
     "variance_scaling: truncated_normal (default), untruncated_normal, uniform"},
    {"gain",        "X",     CW_OPT_TENSOR, NULL,             "identity, orthogonal, convolution_ (1.0)"},
    {"value",       "X",     CW_OPT_TENSOR, NULL,             "constant (0.0)"},
    {"factor",      "X",     CW_OPT_TENSOR, NULL,             "uniform_unit_scaling (1.0)"},
    {"side",        "S",     CW_OPT_TENSOR, NULL,             "stft: real (default) or imag"},
    {"window",      "W",     CW_OPT_TENSOR, NULL,
     "stft: hann (default), hamming, blackman, nuttall, blackmanharris, flattop, boxcar, triang, bartlett, cosine, "
     "none"},
    {"scaling",     "S",     CW_OPT_TENSOR, NULL,             "stft: density (default), spectrum, none"},
    {"periodic",    "B",     CW_OPT_TENSOR, NULL,             "stft: true or false (default); alone it is true"},
    {"input-axes",  "A",     CW_OPT_TENSOR, take_input_axes,  "axes whose product is fan_in, with --output-axes"},
    {"output-axes", "A",     CW_OPT_TENSOR, take_output_axes, "axes whose product is fan_out, with --input-axes"},
    {"slice",       "T",     CW_OPT_TENSOR, take_slice,       "which part of it: one start:stop:step for each axis, as in Python"},
    {"layout",      "P",     CW_OPT_TENSOR, take_layout,      "the order of its axes when it is stored, as in numpy.transpose"},
    {"store-dtype", "D",     CW_OPT_TENSOR, NULL,             "what it is rounded to when it is stored (as --dtype)"},
    {"device",      "D",     CW_OPT_DEVICE, take_device,      "cpu (default), cuda[:N], opencl[:P.D]"},
    {"threads",     "N",     CW_OPT_DEVICE, take_threads,
     "of the cpu; default: all cores that the process may use"},
    {"output",      "FILE",  CW_OPT_OUTPUT, take_output,
     ".npy, .npz, .safetensors, or - for raw little-endian bytes; also -o FILE"},
    {"rank",        "R",     CW_OPT_RANK,   take_rank,        "write part R, from 0, of --world N into FILE"},
    {"world",       "N",     CW_OPT_RANK,   take_world,       "how many ranks there are; the last to finish completes FILE"},
    {"shard",       "AXIS",  CW_OPT_SHARD,  take_shard,
     "which axis is cut, negative ones from the end; auto (default): the first with a member for each rank"},
    {"exact",       NULL,    CW_OPT_OUTPUT, take_exact,
     "print every element, with the fewest digits that read back"},
    {"resume",      NULL,    CW_OPT_OUTPUT, take_resume,
     "keep what a killed run left right in FILE.part"},
    {"at",          "I,...", CW_OPT_AT,     take_at,
     "the element: one index for each axis, negative ones from the end; () of a scalar"},
    {"tensor",      "NAME",  CW_OPT_AT,     take_tensor,      "which tensor of MODEL.json"},
    {"check",       "LIST",  CW_OPT_CHECK,  take_check,       "compare with what cw digest printed before"},
    {"batch",       "MODEL.json", CW_OPT_BENCH, take_batch,   "a model's tensors in one batch beside one fill for each"},
    {"quick",       NULL,    CW_OPT_BENCH,  take_quick,       "fewer sizes, shorter rows: a few seconds"},
    {"markdown",    NULL,    CW_OPT_BENCH,  take_markdown,    "print the table as Markdown"},
    {"json",        NULL,    CW_OPT_JSON,   take_json,        "print the result as JSON"},
    {"help",        NULL,    CW_OPT_HELP,   take_help,        "print this; also -h"},
    {"version",     NULL,    CW_OPT_HELP,   take_version,     "print the version"},
};
/* clang-format on */
enum { ROWS = sizeof rows / sizeof *rows, FIRST = 256 };

/* A field that both command line and manifest have, by the manifest's name. */
static int take_field(cw_options *o, const char *name, const char *label, const char *text) {
    char field[32];
    snprintf(field, sizeof field, "%s", name);
    for (char *c = field; *c; c++)
        if (*c == '-') *c = '_';
    if (cw_field_is_word(field)) return cw_fields_word(&o->fields, label, field, text);
    return cw_take_number(label, text, &o->fields.spec.argument[cw_field_argument(field)]);
}

static int take(cw_options *o, const option_row *row, const char *text) {
    char label[40];
    snprintf(label, sizeof label, "--%s", row->name);
    if (row->group == CW_OPT_TENSOR && !o->tensor_option) o->tensor_option = row->name;
    return row->take ? row->take(o, label, text) : take_field(o, row->name, label, text);
}

/* The word of argv that getopt_long took the option from: its value is part of it, or is the word after it. */
static const char *option_word(char *const *argv) {
    return argv[optind - (optarg && optarg == argv[optind - 1] ? 2 : 1)];
}

/* getopt_long takes any beginning of a name that no other name has, which would be another option once there are more.
 */
static bool is_whole(const char *word, const option_row *row) {
    return strncmp(word, "--", 2) != 0 || strcspn(word + 2, "=") == strlen(row->name);
}

static int complain_abbreviation(const char *word, const option_row *row, const char *subcommand) {
    return cw_complain(EXIT_USAGE, "%.*s: no such option here, but --%s is (see cw %s --help)", (int)strcspn(word, "="),
                       word, row->name, subcommand);
}

static int complain_option(int code, char *const *argv, const char *subcommand) {
    const char *given = argv[optind - 1];
    if (code == ':') return cw_complain(EXIT_USAGE, "%s needs a value (see cw %s --help)", given, subcommand);
    if (optopt > 0 && optopt < FIRST)
        return cw_complain(EXIT_USAGE, "there is no option -%c (see cw %s --help)", optopt, subcommand);
    if (optopt >= FIRST)
        return cw_complain(EXIT_USAGE, "--%s takes no value (see cw %s --help)", rows[optopt - FIRST].name, subcommand);
    return cw_complain(EXIT_USAGE, "%s: no such option here (see cw %s --help)", given, subcommand);
}

/* Keras's one Boolean: its value may be left out. */
static bool is_optional(const option_row *row) { return strcmp(row->name, "periodic") == 0; }

static const char *optional_value(int argc, char **argv) {
    const char *next = optind < argc ? argv[optind] : "";
    if (optarg) return optarg;
    if (strcasecmp(next, "true") != 0 && strcasecmp(next, "false") != 0) return "true";
    return argv[optind++];
}

/* The rows of the subcommand for getopt_long; val - FIRST is the index of the row. */
static void long_options(unsigned have, struct option *list) {
    int n = 0;
    for (int i = 0; i < ROWS; i++)
        if (rows[i].group & have)
            list[n++] =
                (struct option){rows[i].name, is_optional(&rows[i]) ? 2 : rows[i].value != NULL, NULL, FIRST + i};
    memset(&list[n], 0, sizeof list[n]);
}

static int row_index(const char *name) {
    int i = 0;
    while (strcmp(rows[i].name, name) != 0) i++;
    return i;
}

static void print_help(const cw_usage *usage) {
    printf("%s\n", usage->synopsis);
    for (int i = 0; i < ROWS; i++) {
        char left[40];
        if (!(rows[i].group & (usage->have | CW_OPT_HELP))) continue;
        snprintf(left, sizeof left, "--%s %s", rows[i].name, rows[i].value ? rows[i].value : "");
        printf("  %-22s %s\n", left, rows[i].help);
    }
}

static int check_ranks(const cw_options *o) {
    if (o->has_rank != (o->shard.world > 0))
        return cw_complain(EXIT_USAGE, "--rank and --world go together (give both, or none)");
    if (o->shard.has_axis && !o->has_rank)
        return cw_complain(EXIT_USAGE, "--shard goes with --rank and --world (a part of a tensor is --slice)");
    if (o->has_rank && o->shard.rank >= o->shard.world)
        return cw_complain(EXIT_USAGE, "there is no rank %u of %u (ranks count from 0)", o->shard.rank, o->shard.world);
    return EXIT_GOOD;
}

static int check(const cw_options *o, const cw_usage *usage, const char *subcommand) {
    const int devices = usage->have & CW_OPT_DEVICES ? CW_MAX_DEVICES : 1;
    if (o->operands > usage->operands)
        return cw_complain(EXIT_USAGE, "\"%s\" is too much (see cw %s --help)", o->operand[usage->operands],
                           subcommand);
    if (o->devices > devices)
        return cw_complain(EXIT_USAGE, "--device is there %d times (give it %s)", o->devices,
                           devices == 1 ? "once" : "twice");
    if (o->threads && strcmp(cw_options_device(o), "cpu") != 0 && strcmp(o->device[o->devices - 1], "cpu") != 0)
        return cw_complain(EXIT_USAGE, "--threads goes with the device cpu (leave it out)");
    return usage->have & CW_OPT_RANK ? check_ranks(o) : EXIT_GOOD;
}

const char *cw_options_device(const cw_options *options) { return options->devices ? options->device[0] : "cpu"; }

/* What getopt_long returned. */
static int take_code(cw_options *o, int code, int argc, char **argv) {
    if (code == ':' || code == '?') return complain_option(code, argv, argv[0]);
    const option_row *row = &rows[code == 'o' ? row_index("output") : code == 'h' ? row_index("help") : code - FIRST];
    const char *word = option_word(argv);
    if (code >= FIRST && !is_whole(word, row)) return complain_abbreviation(word, row, argv[0]);
    return take(o, row, is_optional(row) ? optional_value(argc, argv) : optarg);
}

int cw_options_read(int argc, char **argv, const cw_usage *usage, cw_options *options) {
    struct option list[ROWS + 1];
    cw_options o = {.fields = cw_fields_start()};
    const char *short_options = usage->have & CW_OPT_OUTPUT ? ":ho:" : ":h";
    long_options(usage->have | CW_OPT_HELP, list);
    opterr = 0;
    for (int code; (code = getopt_long(argc, argv, short_options, list, NULL)) != -1;) {
        const int status = take_code(&o, code, argc, argv);
        if (status != EXIT_GOOD) return status;
    }
    cw_crew_resize(o.threads);
    o.operand = argv + optind;
    o.operands = argc - optind;
    *options = o;
    options->answered = o.help || o.version;
    if (!options->answered) return check(&o, usage, argv[0]);
    if (o.help) print_help(usage);
    else cw_print_version();
    return EXIT_GOOD;
}

int cw_options_model(const cw_options *options, const char *path, cw_model *model) {
    if (!path) return cw_model_of_fields(&options->fields, model);
    if (options->tensor_option && !cw_is_manifest(path))
        return cw_complain(EXIT_USAGE,
                           "\"%s\" is no option and no MODEL.json (lists have commas and no blanks: 3,3,64,128)", path);
    if (options->tensor_option)
        return cw_complain(EXIT_USAGE, "--%s does not go with a manifest (write it into %s)", options->tensor_option,
                           path);
    return cw_model_read(path, model);
}
