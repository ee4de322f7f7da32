/* SPDX-License-Identifier: Apache-2.0
 *
 * cw plan: everything that is decided before a device is needed, explained.
 */
#include "cli.h"
#include "commands.h"
#include "options.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const cw_usage usage = {"cw plan [options]\n"
                               "cw plan MODEL.json\n\n"
                               "Prints fans, limit or stddev, key, counter range, bytes and launches. No device is "
                               "needed: --device is not looked for.\n",
                               CW_OPT_TENSOR | CW_OPT_DEVICE | CW_OPT_JSON, 1};

/* ------------------------------------------------------------------------------------------------------ as JSON */

/* One field a line. The description holds numbers and fixed names only, so every comma and colon is punctuation. */
static void put_fields(const char *text) {
    int inside = 0; /* a list */
    for (const char *c = text; *c; c++) {
        inside += (*c == '[') - (*c == ']');
        if (*c == '}') putchar('\n');
        putchar(*c);
        if (*c == ':' || (*c == ',' && inside)) putchar(' ');
        else if (*c == ',' || *c == '{') fputs("\n  ", stdout);
    }
}

static void put_description(const char *name, const char *text) {
    if (name) printf("{\n  \"name\": %s,\n  ", name);
    put_fields(name ? text + 1 : text);
}

/* The description goes on with what is stored, where that is not the whole tensor as it is drawn. */
static void stored_of(const cw_entry *entry, char *end, size_t room) {
    const cw_tensor t = cw_entry_tensor(entry);
    int n = snprintf(end, room, ",\"stored_dtype\":\"%s\",\"stored_shape\":[", cw_dtype_name(t.dtype));
    for (uint32_t i = 0; i < t.rank; i++)
        n += snprintf(end + n, room - (size_t)n, i ? ",%" PRIu64 : "%" PRIu64, t.shape[i]);
    snprintf(end + n, room - (size_t)n, "],\"stored_elements\":%" PRIu64 ",\"stored_bytes\":%" PRIu64 "}",
             entry->extent.elements, t.bytes);
}

/* The library's own description, to which a manifest's tensor adds its name. It is not read as JSON: its unsigned
 * 64-bit numbers would have to fit jansson's signed ones. */
static int put_json(const cw_entry *entry, bool named) {
    enum { STORED = 1024 }; /* room for what stored_of writes */
    size_t needed = 0;
    cw_plan_describe(&entry->plan, NULL, 0, &needed);
    char *text = malloc(needed + STORED);
    json_t *word = named ? json_string(entry->name) : NULL;
    char *name = word ? json_dumps(word, JSON_ENCODE_ANY) : NULL;
    const int good = text && (name || !named) && cw_plan_describe(&entry->plan, text, needed, NULL) == CW_OK;
    if (good && !entry->whole) stored_of(entry, strrchr(text, '}'), STORED);
    if (good) put_description(name, text);
    json_decref(word);
    free(name);
    free(text);
    return good ? EXIT_GOOD : cw_complain_memory();
}

/* Of a tensor with parts those stand in the list. */
static int print_json(const cw_model *model) {
    int status = EXIT_GOOD;
    if (!model->one) putchar('[');
    for (size_t i = 0; i < model->count && status == EXIT_GOOD; i++)
        for (size_t part = 0; part < cw_entry_plans(&model->entry[i]) && status == EXIT_GOOD; part++) {
            if (i || part) fputs(", ", stdout);
            status = put_json(cw_entry_planned(&model->entry[i], part), !model->one);
        }
    puts(model->one ? "" : "]");
    return status;
}

/* ---------------------------------------------------------------------------------------------- a tensor, in words */

static void put(const char *left, const char *right) { printf("  %-10s %s\n", left, right); }

static void put_number(const char *left, double number, const char *why) {
    printf("  %-10s %.9g%s%s\n", left, number, *why ? " = " : "", why);
}

static void put_fans_of_axes(const cw_plan *plan) {
    printf("  %-10s %" PRIu64 " = the product of input_axes\n", "fan_in", cw_plan_fan_in(plan));
    printf("  %-10s %" PRIu64 " = the product of output_axes\n", "fan_out", cw_plan_fan_out(plan));
}

/* "3 * 3" for the axes in front of the last two; "" if there are none. */
static void receptive_field(const cw_spec *s, char *text, size_t room) {
    size_t n = 0;
    text[0] = 0;
    for (uint32_t i = 0; i + 2 < s->rank && n < room; i++)
        n += (size_t)snprintf(text + n, room - n, i ? " * %" PRIu64 : "%" PRIu64, s->shape[i]);
}

static void put_fans(const cw_plan *plan) {
    const cw_spec s = cw_plan_spec(plan);
    char field[512], in[600] = "the only axis", out[600] = "the only axis";
    if (s.input_axes.given && s.output_axes.given) {
        put_fans_of_axes(plan);
        return;
    }
    receptive_field(&s, field, sizeof field);
    if (s.rank == 0) snprintf(in, sizeof in, "a scalar counts as 1"), snprintf(out, sizeof out, "a scalar counts as 1");
    if (s.rank == 2) snprintf(in, sizeof in, "rows"), snprintf(out, sizeof out, "columns");
    if (s.rank > 2) {
        snprintf(in, sizeof in, "%s * %" PRIu64 ", receptive field * input channels: what one output sees", field,
                 s.shape[s.rank - 2]);
        snprintf(out, sizeof out, "%s * %" PRIu64 ", receptive field * output channels: what one input feeds", field,
                 s.shape[s.rank - 1]);
    }
    printf("  %-10s %" PRIu64 " = %s\n", "fan_in", cw_plan_fan_in(plan), in);
    printf("  %-10s %" PRIu64 " = %s\n", "fan_out", cw_plan_fan_out(plan), out);
}

/* scale / n, where the initializer has a scale. */
static void put_variance(const cw_plan *plan) {
    const cw_spec s = cw_plan_spec(plan);
    const int64_t mode = s.argument[CW_MODE].integer;
    const cw_number scale = s.argument[CW_SCALE];
    const double in = (double)cw_plan_fan_in(plan), out = (double)cw_plan_fan_out(plan);
    const double n = mode == CW_FAN_IN ? in : mode == CW_FAN_OUT ? out : (in + out) / 2;
    const double value = scale.kind == CW_NUMBER_INTEGER ? (double)scale.integer : scale.real;
    char why[256];
    if (!scale.kind) return;
    snprintf(why, sizeof why, "scale / %s = %g / %g%s",
             mode == CW_FAN_AVG ? "((fan_in + fan_out) / 2)" : cw_mode_name((cw_mode)mode), value, n < 1 ? 1 : n,
             n < 1 ? " (at least 1)" : "");
    put_number("variance", value / (n < 1 ? 1 : n), why);
}

static const char *u_of(cw_dtype dtype) {
    switch (dtype) {
    case CW_FLOAT64:
        return "u * (maxval - minval) + minval, both steps rounded; u is k / 2^52, k 52 bits of two Philox words";
    case CW_FLOAT16:
        return "u * (maxval - minval) + minval, both steps rounded; u is k / 2^10, k 10 bits of a Philox word";
    case CW_BFLOAT16:
        return "u * (maxval - minval) + minval, both steps rounded; u is k / 2^7, k 7 bits of a Philox word";
    default: return "u * (maxval - minval) + minval, both steps rounded; u is k / 2^23, k 23 bits of a Philox word";
    }
}

static void put_uniform(const cw_plan *plan, bool scaled) {
    const double low = cw_plan_shift(plan), high = low + cw_plan_scale(plan);
    if (scaled) put_number("limit", high, "sqrt(3 * variance)");
    else {
        put_number("minval", low, "");
        put_number("maxval", high, "");
    }
    put("element", u_of(cw_plan_spec(plan).dtype));
}

static void put_normal(const cw_plan *plan, bool scaled, bool truncated) {
    put_number("mean", cw_plan_shift(plan), "");
    put_number("stddev", cw_plan_scale(plan),
               !scaled     ? ""
               : truncated ? "sqrt(variance) / 0.87962566103423978"
                           : "sqrt(variance)");
    put("element", truncated ? "z * stddev + mean, both steps rounded; z is normal with |z| < 2, drawn until it is"
                             : "z * stddev + mean, both steps rounded; z is normal, by Box and Muller from two words");
}

static bool is_matrix(cw_initializer i) {
    return i == CW_ORTHOGONAL || (i >= CW_CONVOLUTION_DELTA_ORTHOGONAL && i <= CW_CONVOLUTION_ORTHOGONAL_3D);
}

static void put_orthogonal(const cw_plan *plan) {
    const cw_matrix m = cw_plan_matrix(plan);
    const cw_initializer i = cw_plan_spec(plan).initializer;
    put_number("gain", cw_plan_scale(plan), "");
    put("element", "gain * q, rounded; Q is that of a matrix of normal draws, the diagonal of R made positive");
    if (i == CW_CONVOLUTION_DELTA_ORTHOGONAL) put("kernel", "the first rows of Q at the center, zeros around it");
    else if (i != CW_ORTHOGONAL)
        put("kernel", "the first rows of a Q times products of projections, each of a Q of its own");
    if (m.method == CW_METHOD_NONE) return;
    printf("  %-10s %" PRIu64 " x %" PRIu64 "%s, by %s\n", "matrix", m.rows, m.columns,
           m.transposed ? ", transposed" : "",
           m.method == CW_METHOD_HOUSEHOLDER ? "Householder's reflections, with TensorFlow's bits"
                                             : "Cholesky's method done twice in double");
    printf("  %-10s %" PRIu64 " bytes\n", "scratch", cw_plan_scratch(plan));
}

static void put_stft(const cw_plan *plan) {
    const cw_spec s = cw_plan_spec(plan);
    const int64_t window = s.argument[CW_WINDOW].integer;
    char text[128];
    snprintf(text, sizeof text,
             "%s of -2 pi i j / N, each step rounded; i is the row, j the column, N 2 * (columns - 1)",
             s.argument[CW_SIDE].integer == CW_SIDE_REAL ? "the cosine" : "the sine");
    put("element", text);
    if (window == CW_WINDOW_NONE) return;
    printf("  %-10s %s%s, a factor of row i\n", "window", cw_window_name((cw_window)window),
           s.argument[CW_PERIODIC].integer ? ", periodic" : "");
    snprintf(text, sizeof text, "what all is divided by, for %s",
             cw_scaling_name((cw_scaling)s.argument[CW_SCALING].integer));
    put_number("scale", cw_plan_scale(plan), text);
}

static void put_values(const cw_plan *plan) {
    if (is_matrix(cw_plan_spec(plan).initializer)) {
        put_orthogonal(plan);
        return;
    }
    const bool scaled = cw_plan_spec(plan).argument[CW_SCALE].kind != CW_NUMBER_NONE;
    switch (cw_plan_distribution(plan)) {
    case CW_DISTRIBUTION_CONSTANT: put_number("value", cw_plan_scale(plan), ""); break;
    case CW_DISTRIBUTION_IDENTITY: put_number("gain", cw_plan_scale(plan), "the diagonal"); break;
    case CW_DISTRIBUTION_UNIFORM: put_uniform(plan, scaled); break;
    case CW_DISTRIBUTION_NORMAL: put_normal(plan, scaled, false); break;
    case CW_DISTRIBUTION_TRUNCATED_NORMAL: put_normal(plan, scaled, true); break;
    case CW_DISTRIBUTION_INTEGER:
        put("element", "minval + bits % (maxval - minval), the limits cut to integers");
        break;
    case CW_DISTRIBUTION_STFT: put_stft(plan); break;
    case CW_DISTRIBUTION_FULL_INTEGER: put("element", "the bits of one Philox word, or of two for 64 bits"); break;
    }
}

static const char *reserved_for(bool truncated, bool wide) {
    if (truncated) return wide ? ", 128 reserved for each 2 elements" : ", 256 reserved for each 4 elements";
    return wide ? ", one for each 2 elements" : ", one for each 4 elements";
}

static void put_philox(const cw_plan *plan, const cw_fields *fields) {
    const cw_philox p = cw_plan_spec(plan).philox;
    printf("  %-10s 0x%08" PRIx32 " 0x%08" PRIx32 ", from the seed by the rule %s\n", "key", p.key[0], p.key[1],
           fields->seed_rule);
    printf("  %-10s 0x%08" PRIx32 " 0x%08" PRIx32 " 0x%08" PRIx32 " 0x%08" PRIx32 ", least significant word first\n",
           "counter", p.counter[0], p.counter[1], p.counter[2], p.counter[3]);
    printf("  %-10s %" PRIu64 "%s\n", "blocks", cw_plan_blocks(plan),
           reserved_for(cw_plan_distribution(plan) == CW_DISTRIBUTION_TRUNCATED_NORMAL,
                        cw_dtype_size(cw_plan_spec(plan).dtype) == 8));
}

static void print_one(const cw_entry *entry) {
    const cw_plan *plan = &entry->plan;
    const cw_spec s = cw_plan_spec(plan);
    const uint64_t launches = cw_plan_launches(plan);
    printf("%s of shape %s, %s, dialect %s\n", cw_initializer_name(s.initializer),
           cw_shape_text_of(s.rank, s.shape).text, cw_dtype_name(s.dtype), cw_dialect_name(s.dialect));
    put_fans(plan);
    put_variance(plan);
    put_values(plan);
    if (cw_initializer_is_random(s.initializer)) put_philox(plan, &entry->fields);
    printf("  %-10s %" PRIu64 ", %" PRIu64 " bytes, %" PRIu64 " kernel launch%s\n", "elements", cw_plan_elements(plan),
           cw_plan_bytes(plan), launches, launches == 1 ? "" : "es");
    if (entry->whole) return;
    const cw_tensor t = cw_entry_tensor(entry);
    printf("  %-10s shape %s, %s, %" PRIu64 " bytes\n", "stored", cw_shape_text_of(t.rank, t.shape).text,
           cw_dtype_name(t.dtype), t.bytes);
}

/* ------------------------------------------------------------------------------------------------ a model, as a table
 */

static int name_width(const cw_model *model) {
    size_t width = 8; /* of "  stored" */
    for (size_t i = 0; i < model->count; i++)
        for (size_t part = 0; part < cw_entry_plans(&model->entry[i]); part++) {
            const size_t length = strlen(cw_entry_planned(&model->entry[i], part)->name);
            if (length > width) width = length;
        }
    return width > 48 ? 48 : (int)width;
}

static void print_row(const cw_entry *entry, int width) {
    const cw_plan *plan = &entry->plan;
    const cw_spec s = cw_plan_spec(plan);
    const int written = cw_put_name(entry->name);
    printf("%*s  %-20s %-18s %9" PRIu64 " %9" PRIu64 " %12" PRIu64 "\n", written < width ? width - written : 0, "",
           cw_shape_text_of(s.rank, s.shape).text, cw_initializer_name(s.initializer), cw_plan_fan_in(plan),
           cw_plan_fan_out(plan), cw_plan_elements(plan));
}

/* Below the tensor, or its parts, of which something is left out, moved or rounded. */
static void print_stored(const cw_entry *entry, int width) {
    const cw_tensor t = cw_entry_tensor(entry);
    if (entry->whole) return;
    printf("%-*s  %-20s %-18s %32" PRIu64 "\n", width, "  stored", cw_shape_text_of(t.rank, t.shape).text,
           cw_dtype_name(t.dtype), entry->extent.elements);
}

static void print_table(const cw_model *model) {
    const int width = name_width(model);
    uint64_t elements = 0, launches = 0;
    printf("%-*s  %-20s %-18s %9s %9s %12s\n", width, "name", "shape", "initializer", "fan_in", "fan_out", "elements");
    for (size_t i = 0; i < model->count; i++) {
        const cw_entry *entry = &model->entry[i];
        for (size_t part = 0; part < cw_entry_plans(entry); part++) {
            print_row(cw_entry_planned(entry, part), width);
            launches += entry->whole || entry->part ? cw_plan_launches(&cw_entry_planned(entry, part)->plan)
                                                    : entry->extent.launches;
        }
        print_stored(entry, width);
        elements += entry->extent.elements;
    }
    printf("%zu tensor%s, %" PRIu64 " elements, %" PRIu64 " bytes, %" PRIu64 " kernel launch%s\n", model->count,
           model->count == 1 ? "" : "s", elements, cw_model_bytes(model), launches, launches == 1 ? "" : "es");
}

int cw_plan_command(int argc, char **argv) {
    cw_options options;
    cw_model model = {0};
    int status = cw_options_read(argc, argv, &usage, &options);
    if (status != EXIT_GOOD || options.answered) return status;
    status = cw_options_model(&options, options.operands ? options.operand[0] : NULL, &model);
    if (status != EXIT_GOOD) return status;
    if (options.json) status = print_json(&model);
    else if (model.one) print_one(model.entry);
    else print_table(&model);
    cw_model_free(&model);
    return status;
}
