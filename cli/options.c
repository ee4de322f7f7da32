/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* getopt_long */
#include "options.h"

#include "cli.h"
#include "device.h"
#include "number.h"

#include <getopt.h>
#include <string.h>
#include <strings.h>

/* One row an option. A row without a function is an argument of initializers, whose field is the option's name with
 * an underscore for each hyphen. */
typedef struct option_row {
    const char *name, *value, *help; /* value NULL: the option takes none */
    unsigned group;
    int (*take)(cw_options *, const char *label, const char *text);
} option_row;

static int take_seed(cw_options *o, const char *label, const char *text) {
    cw_whole seed[CW_MAX_SEEDS];
    uint32_t count = 0;
    const int status = cw_take_wholes(label, text, seed, CW_MAX_SEEDS, &count);
    return status != EXIT_GOOD ? status : cw_fields_seed(&o->fields, label, seed, count);
}

static int take_shape(cw_options *o, const char *label, const char *text) {
    int64_t axis[CW_MAX_RANK];
    uint32_t rank = 0;
    const int status = cw_take_integers(label, text, axis, CW_MAX_RANK, &rank);
    return status != EXIT_GOOD ? status : cw_fields_shape(&o->fields, label, axis, rank);
}

static int take_axes(cw_axes *axes, const char *label, const char *text) {
    int64_t axis[CW_MAX_RANK];
    uint32_t count = 0;
    const int status = cw_take_integers(label, text, axis, CW_MAX_RANK, &count);
    return status != EXIT_GOOD ? status : cw_fields_axes(axes, label, axis, count);
}

static int take_input_axes(cw_options *o, const char *label, const char *text) {
    return take_axes(&o->fields.spec.input_axes, label, text);
}

static int take_output_axes(cw_options *o, const char *label, const char *text) {
    return take_axes(&o->fields.spec.output_axes, label, text);
}

static int take_call(cw_options *o, const char *label, const char *text) {
    o->fields.has_call = true;
    return cw_take_integer(label, text, &o->fields.call);
}

static int take_device(cw_options *o, const char *label, const char *text) {
    (void)label;
    if (o->devices == CW_MAX_DEVICES) o->device[0] = o->device[1];
    else o->devices++;
    o->device[o->devices - 1] = text;
    return cw_device_check(text);
}

static int take_threads(cw_options *o, const char *label, const char *text) {
    int64_t n;
    const int status = cw_take_integer(label, text, &n);
    if (status != EXIT_GOOD) return status;
    if (n < 1 || n > UINT32_MAX) return cw_complain(EXIT_USAGE, "%s: %s threads cannot be (give 1 or more)", label, text);
    o->threads = (uint32_t)n;
    return EXIT_GOOD;
}

static int take_output(cw_options *o, const char *label, const char *text) {
    o->output = text;
    return *text ? EXIT_GOOD : cw_complain(EXIT_USAGE, "%s: the name is empty (name a file, or - for stdout)", label);
}

static int take_at(cw_options *o, const char *label, const char *text) {
    o->has_at = true;
    return cw_take_integers(label, text, o->at, CW_MAX_RANK, &o->at_count);
}

static int take_tensor(cw_options *o, const char *label, const char *text) {
    (void)label;
    o->tensor = text;
    return EXIT_GOOD;
}

static int take_exact(cw_options *o, const char *label, const char *text) {
    (void)label, (void)text;
    o->exact = true;
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
    {"initializer",  "NAME",  "Keras's name (glorot_uniform)",                                CW_OPT_TENSOR, NULL},
    {"shape",        "S",     "3,3,64,128 or (3, 3, 64, 128) or [3,3,64,128]; () is a scalar", CW_OPT_TENSOR, take_shape},
    {"dtype",        "D",     "float32 (default), float64, float16, bfloat16, int32, int64, uint32, uint64",                                                  CW_OPT_TENSOR, NULL},
    {"seed",         "N,...", "an integer, or as many as the seed rule takes (0)",            CW_OPT_TENSOR, take_seed},
    {"seed-rule",    "R",     "keras (default), keras2, generator: N; stateless, stateful: N,M; raw: key0,key1,counter0,...,counter3", CW_OPT_TENSOR, NULL},
    {"call",         "K",     "keras: the K-th use of SeedGenerator(N); stateful, generator: after K calls of the same shape (0)", CW_OPT_TENSOR, take_call},
    {"dialect",      "D",     "keras3 (default for keras and raw) or tf (default for the other seed rules)", CW_OPT_TENSOR, NULL},
    {"minval",       "X",     "random_uniform: lower limit (-0.05)",                          CW_OPT_TENSOR, NULL},
    {"maxval",       "X",     "random_uniform: upper limit (0.05)",                           CW_OPT_TENSOR, NULL},
    {"mean",         "X",     "random_normal, truncated_normal (0.0)",                        CW_OPT_TENSOR, NULL},
    {"stddev",       "X",     "random_normal, truncated_normal (0.05)",                       CW_OPT_TENSOR, NULL},
    {"scale",        "X",     "variance_scaling (1.0)",                                       CW_OPT_TENSOR, NULL},
    {"mode",         "M",     "variance_scaling: fan_in (default), fan_out, fan_avg",         CW_OPT_TENSOR, NULL},
    {"distribution", "D",     "variance_scaling: truncated_normal (default), untruncated_normal, uniform", CW_OPT_TENSOR, NULL},
    {"gain",         "X",     "identity, orthogonal, convolution_ (1.0)",                                               CW_OPT_TENSOR, NULL},
    {"value",        "X",     "constant (0.0)",                                               CW_OPT_TENSOR, NULL},
    {"factor",       "X",     "uniform_unit_scaling (1.0)",                                   CW_OPT_TENSOR, NULL},
    {"side",         "S",     "stft: real (default) or imag",                                 CW_OPT_TENSOR, NULL},
    {"window",       "W",     "stft: hann (default), hamming, blackman, nuttall, blackmanharris, flattop, boxcar, triang, bartlett, cosine, none", CW_OPT_TENSOR, NULL},
    {"scaling",      "S",     "stft: density (default), spectrum, none",                      CW_OPT_TENSOR, NULL},
    {"periodic",     "B",     "stft: true or false (default); alone it is true",              CW_OPT_TENSOR, NULL},
    {"input-axes",   "A",     "axes whose product is fan_in, with --output-axes",             CW_OPT_TENSOR, take_input_axes},
    {"output-axes",  "A",     "axes whose product is fan_out, with --input-axes",             CW_OPT_TENSOR, take_output_axes},
    {"device",       "D",     "cpu (default), cuda[:N], opencl[:P.D]",                        CW_OPT_DEVICE, take_device},
    {"threads",      "N",     "of the cpu; default: all cores that the process may use",      CW_OPT_DEVICE, take_threads},
    {"output",       "FILE",  ".npy, .safetensors, or - for raw little-endian bytes; also -o FILE", CW_OPT_OUTPUT, take_output},
    {"exact",        NULL,    "print every element, with the fewest digits that read back",   CW_OPT_OUTPUT, take_exact},
    {"at",           "I,...", "the element: one index for each axis, negative ones from the end; () of a scalar", CW_OPT_AT, take_at},
    {"tensor",       "NAME",  "which tensor of MODEL.json",                                   CW_OPT_AT,     take_tensor},
    {"quick",        NULL,    "fewer sizes, shorter rows: a few seconds",                     CW_OPT_BENCH,  take_quick},
    {"markdown",     NULL,    "print the table as Markdown",                                  CW_OPT_BENCH,  take_markdown},
    {"json",         NULL,    "print the result as JSON",                                     CW_OPT_JSON,   take_json},
    {"help",         NULL,    "print this",                                                   CW_OPT_HELP,   take_help},
    {"version",      NULL,    "print the version",                                            CW_OPT_HELP,   take_version},
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
        if (rows[i].group & have) list[n++] = (struct option){rows[i].name, is_optional(&rows[i]) ? 2 : rows[i].value ? 1 : 0, NULL, FIRST + i};
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

static int check(const cw_options *o, const cw_usage *usage, const char *subcommand) {
    if (o->operands > usage->operands)
        return cw_complain(EXIT_USAGE, "\"%s\" is too much (see cw %s --help)", o->operand[usage->operands], subcommand);
    if (o->threads && strcmp(cw_options_device(o), "cpu") != 0 && strcmp(o->device[0], "cpu") != 0)
        return cw_complain(EXIT_USAGE, "--threads goes with the device cpu (leave it out)");
    return EXIT_GOOD;
}

const char *cw_options_device(const cw_options *options) {
    return options->devices ? options->device[options->devices - 1] : "cpu";
}

int cw_options_read(int argc, char **argv, const cw_usage *usage, cw_options *options) {
    struct option list[ROWS + 1];
    cw_options o = {.fields = cw_fields_start()};
    const char *short_options = usage->have & CW_OPT_OUTPUT ? ":o:" : ":";
    long_options(usage->have | CW_OPT_HELP, list);
    opterr = 0;
    for (int code; (code = getopt_long(argc, argv, short_options, list, NULL)) != -1;) {
        const int row = code == 'o' ? row_index("output") : code - FIRST;
        const bool known = code != ':' && code != '?';
        const char *value = known && is_optional(&rows[row]) ? optional_value(argc, argv) : optarg;
        const int status = known ? take(&o, &rows[row], value) : complain_option(code, argv, argv[0]);
        if (status != EXIT_GOOD) return status;
    }
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
    if (options->tensor_option)
        return cw_complain(EXIT_USAGE, "--%s does not go with a manifest (write it into %s)", options->tensor_option, path);
    return cw_model_read(path, model);
}
