/* SPDX-License-Identifier: Apache-2.0 */
#include "fields.h"

#include "cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ------------------------------------------------------------------------------------------------- seed rules */

/* How large each number of a seed may be. */
typedef enum seed_size { SIZE_WORD, SIZE_64, SIZE_192, SIZE_ANY } seed_size;

static const char *const size_names[] = {"words from 0 to 0xffffffff", "integers of 64 bits", "integers of 192 bits"};

typedef struct seed_rule {
    const char *name;
    uint32_t seeds; /* how many numbers a seed has */
    seed_size size;
    bool has_calls;
    cw_dialect dialect;
    cw_philox (*philox)(const cw_int192 *seed, int64_t call, uint64_t elements);
} seed_rule;

static int64_t narrow(cw_int192 n) { return (int64_t)n.limb[0]; }

static cw_philox keras(const cw_int192 *seed, int64_t call, uint64_t elements) {
    (void)elements;
    return cw_philox_keras(narrow(seed[0]), call);
}

static cw_philox keras2(const cw_int192 *seed, int64_t call, uint64_t elements) {
    (void)call, (void)elements;
    return cw_philox_keras2(narrow(seed[0]));
}

static cw_philox stateless(const cw_int192 *seed, int64_t call, uint64_t elements) {
    (void)call, (void)elements;
    return cw_philox_stateless(narrow(seed[0]), narrow(seed[1]));
}

static cw_philox stateful(const cw_int192 *seed, int64_t call, uint64_t elements) {
    return cw_philox_after_calls(cw_philox_stateful(seed[0], seed[1]), (uint64_t)call, elements);
}

static cw_philox generator(const cw_int192 *seed, int64_t call, uint64_t elements) {
    return cw_philox_after_calls(cw_philox_generator(seed[0]), (uint64_t)call, elements);
}

static cw_philox raw(const cw_int192 *seed, int64_t call, uint64_t elements) {
    (void)call, (void)elements;
    cw_philox p;
    for (int i = 0; i < 2; i++) p.key[i] = (uint32_t)seed[i].limb[0];
    for (int i = 0; i < 4; i++) p.counter[i] = (uint32_t)seed[2 + i].limb[0];
    return p;
}

static const seed_rule seed_rules[] = {
    {"keras", 1, SIZE_64, true, CW_DIALECT_KERAS3, keras},
    {"keras2", 1, SIZE_64, false, CW_DIALECT_TF, keras2},
    {"stateless", 2, SIZE_64, false, CW_DIALECT_TF, stateless},
    {"stateful", 2, SIZE_192, true, CW_DIALECT_TF, stateful},
    {"generator", 1, SIZE_ANY, true, CW_DIALECT_TF, generator},
    {"raw", 6, SIZE_WORD, false, CW_DIALECT_KERAS3, raw},
};
enum { SEED_RULES = sizeof seed_rules / sizeof *seed_rules };

static const seed_rule *seed_rule_of(const char *name) {
    for (int i = 0; i < SEED_RULES; i++)
        if (strcmp(seed_rules[i].name, name) == 0) return &seed_rules[i];
    return NULL;
}

/* ------------------------------------------------------------------------------------------------------- words */

cw_fields cw_fields_start(void) {
    const cw_spec spec = CW_SPEC_INIT;
    cw_fields f = {.spec = spec, .seed_rule = seed_rules[0].name};
    return f;
}

static bool take_initializer(cw_fields *f, const char *word) {
    return (f->spec.initializer = cw_initializer_from_name(word)) != 0;
}

static bool take_dtype(cw_fields *f, const char *word) { return (f->spec.dtype = cw_dtype_from_name(word)) != 0; }

static bool take_store(cw_fields *f, const char *word) { return (f->cut.store = cw_dtype_from_name(word)) != 0; }

static bool take_seed_rule(cw_fields *f, const char *word) {
    const seed_rule *rule = seed_rule_of(word);
    f->seed_rule = rule ? rule->name : NULL;
    return rule != NULL;
}

static bool take_dialect(cw_fields *f, const char *word) {
    f->has_dialect = true;
    return (f->spec.dialect = cw_dialect_from_name(word)) != 0;
}

static bool take_mode(cw_fields *f, const char *word) {
    f->spec.argument[CW_MODE] = cw_integer(cw_mode_from_name(word));
    return cw_mode_from_name(word) != 0;
}

/* The distributions that variance_scaling may draw from; "constant" and "identity" are none of them. */
static bool take_distribution(cw_fields *f, const char *word) {
    const cw_distribution d = cw_distribution_from_name(word);
    f->spec.argument[CW_DISTRIBUTION] = cw_integer(d);
    return d >= CW_DISTRIBUTION_UNIFORM && d <= CW_DISTRIBUTION_TRUNCATED_NORMAL;
}

static bool take_side(cw_fields *f, const char *word) {
    f->spec.argument[CW_SIDE] = cw_integer(cw_side_from_name(word));
    return cw_side_from_name(word) != 0;
}

static bool take_window(cw_fields *f, const char *word) {
    f->spec.argument[CW_WINDOW] = cw_integer(cw_window_from_name(word));
    return cw_window_from_name(word) != 0;
}

static bool take_scaling(cw_fields *f, const char *word) {
    f->spec.argument[CW_SCALING] = cw_integer(cw_scaling_from_name(word));
    return cw_scaling_from_name(word) != 0;
}

static bool take_periodic(cw_fields *f, const char *word) {
    const bool yes = strcasecmp(word, "true") == 0;
    f->spec.argument[CW_PERIODIC] = cw_integer(yes);
    return yes || strcasecmp(word, "false") == 0;
}

static const struct {
    const char *field;
    bool (*take)(cw_fields *, const char *);
    const char *known;
} words[] = {
    {"initializer", take_initializer, NULL},
    {"dtype", take_dtype, "float32 float64 float16 bfloat16 int32 int64 uint32 uint64"},
    {"store_dtype", take_store, "float32 float64 float16 bfloat16 int32 int64 uint32 uint64"},
    {"seed_rule", take_seed_rule, "keras keras2 stateless stateful generator raw"},
    {"dialect", take_dialect, "keras3 tf"},
    {"mode", take_mode, "fan_in fan_out fan_avg"},
    {"distribution", take_distribution, "truncated_normal untruncated_normal uniform"},
    {"side", take_side, "real imag"},
    {"window", take_window, "hann hamming blackman nuttall blackmanharris flattop boxcar triang bartlett cosine none"},
    {"scaling", take_scaling, "density spectrum none"},
    {"periodic", take_periodic, "true false"},
};
enum { WORDS = sizeof words / sizeof *words };

static int word_index(const char *field) {
    for (int i = 0; i < WORDS; i++)
        if (strcmp(words[i].field, field) == 0) return i;
    return -1;
}

int cw_field_is_word(const char *field) { return word_index(field) >= 0; }

static const char *known_initializers(void) {
#define CW_ROW(id, value, name, ...) " " name
    return &CW_INITIALIZER_TABLE(CW_ROW)[1];
#undef CW_ROW
}

int cw_fields_word(cw_fields *fields, const char *label, const char *field, const char *word) {
    const int i = word_index(field);
    if (words[i].take(fields, word)) return EXIT_GOOD;
    return cw_complain(EXIT_USAGE, "%s: \"%s\" is unknown (known are %s)", label, word,
                       words[i].known ? words[i].known : known_initializers());
}

cw_argument cw_field_argument(const char *field) {
    for (int a = 0; a < CW_ARGUMENTS; a++) {
        const char *name = cw_argument_name((cw_argument)a);
        if (name && strcmp(name, field) == 0 && !cw_field_is_word(field)) return (cw_argument)a;
    }
    return CW_ARGUMENTS;
}

/* -------------------------------------------------------------------------------------------- lists of integers */

int cw_fields_shape(cw_fields *fields, const char *label, const int64_t *axis, uint32_t rank) {
    for (uint32_t i = 0; i < rank; i++)
        if (axis[i] < 0)
            return cw_complain(EXIT_USAGE, "%s: the axis %lld is negative (sizes are 0 or more)", label,
                               (long long)axis[i]);
    for (uint32_t i = 0; i < rank; i++) fields->spec.shape[i] = (uint64_t)axis[i];
    fields->spec.rank = rank;
    fields->has_shape = true;
    return EXIT_GOOD;
}

int cw_fields_axes(cw_axes *axes, const char *label, const int64_t *axis, uint32_t count) {
    cw_axes a = {.given = 1, .count = (uint8_t)count};
    for (uint32_t i = 0; i < count; i++) {
        if (axis[i] < -CW_MAX_RANK || axis[i] >= CW_MAX_RANK)
            return cw_complain(EXIT_USAGE, "%s: there is no axis %lld (axes count from 0, or from -1 backwards)", label,
                               (long long)axis[i]);
        a.axis[i] = (int8_t)axis[i];
    }
    *axes = a;
    return EXIT_GOOD;
}

int cw_fields_seed(cw_fields *fields, const char *label, const cw_whole *seed, uint32_t count) {
    if (count == 0) return cw_complain(EXIT_USAGE, "%s: the seed is empty (give an integer)", label);
    memcpy(fields->seed, seed, count * sizeof *seed);
    fields->seed_count = count;
    fields->has_seed = true;
    return EXIT_GOOD;
}

/* -------------------------------------------------------------------------------------------------------- plan */

static bool has_size(const cw_whole *n, seed_size size) {
    int64_t integer;
    if (size >= SIZE_192) return size == SIZE_ANY || !n->cut;
    return cw_whole_fits(n, &integer) && (size == SIZE_64 || (integer >= 0 && integer <= UINT32_MAX));
}

static int check_sizes(const cw_fields *f, const seed_rule *rule, const char *label) {
    for (uint32_t i = 0; i < f->seed_count; i++)
        if (!has_size(&f->seed[i], rule->size))
            return cw_complain(EXIT_USAGE, "%s: number %u of the seed is out of range (the seed rule %s takes %s)",
                               label, i + 1, rule->name, size_names[rule->size]);
    return EXIT_GOOD;
}

static bool is_kernel(cw_initializer i) {
    return i == CW_CONVOLUTION_ORTHOGONAL_1D || i == CW_CONVOLUTION_ORTHOGONAL_2D || i == CW_CONVOLUTION_ORTHOGONAL_3D;
}

static int check_seed(const cw_fields *f, const seed_rule *rule, const char *label) {
    if (f->has_seed && f->seed_count != rule->seeds)
        return cw_complain(EXIT_USAGE, "%s: the seed has %u numbers (the seed rule %s takes %u)", label, f->seed_count,
                           rule->name, rule->seeds);
    if (f->has_call && !rule->has_calls)
        return cw_complain(EXIT_USAGE, "%s: call does not go with the seed rule %s (leave it out)", label, rule->name);
    if (f->call > 0 && is_kernel(f->spec.initializer))
        return cw_complain(EXIT_USAGE, "%s: call does not go with %s, whose every draw has a seed of its own (leave it out)",
                           label, cw_initializer_name(f->spec.initializer));
    if (f->call < 0) return cw_complain(EXIT_USAGE, "%s: call is negative (it counts from 0)", label);
    return check_sizes(f, rule, label);
}

/* How many numbers a call draws: the tensor's, but for a delta kernel those of a square matrix. Where the product wraps, the
 * plan refuses the shape. */
static uint64_t drawn_of(const cw_spec *spec) {
    uint64_t product = 1;
    if (spec->initializer == CW_CONVOLUTION_DELTA_ORTHOGONAL && spec->rank)
        return spec->shape[spec->rank - 1] * spec->shape[spec->rank - 1];
    for (uint32_t i = 0; i < spec->rank; i++) product *= spec->shape[i];
    return product;
}

static cw_philox philox_of(const cw_fields *f, const seed_rule *rule) {
    cw_int192 seed[CW_MAX_SEEDS];
    for (int i = 0; i < CW_MAX_SEEDS; i++) seed[i] = f->seed[i].bits;
    return rule->philox(seed, f->call, drawn_of(&f->spec));
}

int cw_fields_plan(const cw_fields *fields, const char *label, cw_plan *plan) {
    const seed_rule *rule = seed_rule_of(fields->seed_rule);
    cw_spec spec = fields->spec;
    cw_error why;
    int status = check_seed(fields, rule, label ? label : "--seed");
    if (status != EXIT_GOOD) return status;
    spec.philox = philox_of(fields, rule);
    if (!fields->has_dialect) spec.dialect = rule->dialect;
    return cw_plan_make(&spec, plan, &why) ? cw_complain_library(label, &why) : EXIT_GOOD;
}

int cw_fields_slice(const cw_fields *fields, const char *label, const cw_plan *plan, cw_slice *slice, cw_extent *extent) {
    const cw_spec spec = cw_plan_spec(plan);
    cw_error why;
    cw_slice s;
    const int status = cw_cut_slice(&fields->cut, label ? label : "--slice", spec.rank, spec.shape, &s);
    if (status != EXIT_GOOD) return status;
    if (cw_slice_measure(plan, &s, extent, &why)) return cw_complain_library(label, &why);
    *slice = s;
    return EXIT_GOOD;
}

/* ------------------------------------------------------------------------------------------------ back to a text */

/* A JSON integer where it fits in one, else a text. */
static json_t *seed_number(const cw_whole *n) {
    int64_t integer;
    return cw_whole_fits(n, &integer) ? json_integer(integer) : json_string(cw_whole_text_of(n).text);
}

static json_t *seed_of(const cw_fields *f) {
    if (f->seed_count == 1) return seed_number(f->seed);
    json_t *array = json_array();
    for (uint32_t i = 0; i < f->seed_count; i++) json_array_append_new(array, seed_number(&f->seed[i]));
    return array;
}

static json_t *shape_of(const cw_spec *spec) {
    json_t *array = json_array();
    for (uint32_t i = 0; i < spec->rank; i++) json_array_append_new(array, json_integer((json_int_t)spec->shape[i]));
    return array;
}

static json_t *axes_of(const cw_axes *axes) {
    json_t *array = json_array();
    for (uint32_t i = 0; i < axes->count; i++) json_array_append_new(array, json_integer(axes->axis[i]));
    return array;
}

static json_t *argument_of(cw_argument a, cw_number n) {
    if (a == CW_MODE) return json_string(cw_mode_name((cw_mode)n.integer));
    if (a == CW_DISTRIBUTION) return json_string(cw_distribution_name((cw_distribution)n.integer));
    if (a == CW_SIDE) return json_string(cw_side_name((cw_side)n.integer));
    if (a == CW_WINDOW) return json_string(cw_window_name((cw_window)n.integer));
    if (a == CW_SCALING) return json_string(cw_scaling_name((cw_scaling)n.integer));
    if (a == CW_PERIODIC) return json_boolean(n.integer);
    if (n.kind == CW_NUMBER_UNSIGNED) return json_sprintf("%" PRIu64, (uint64_t)n.integer); /* over JSON's integers */
    return n.kind == CW_NUMBER_INTEGER ? json_integer(n.integer) : json_real(n.real);
}

static void add_seed(json_t *entry, const cw_fields *f) {
    if (!f->has_seed) return;
    json_object_set_new(entry, "seed", seed_of(f));
    json_object_set_new(entry, "seed_rule", json_string(f->seed_rule));
    if (f->has_call) json_object_set_new(entry, "call", json_integer(f->call));
}

static void add_cut(json_t *entry, const cw_ranges *c) {
    if (c->has_ranges) json_object_set_new(entry, "slice", json_string(cw_cut_text_of(c).text));
    if (c->layout.given) json_object_set_new(entry, "layout", axes_of(&c->layout));
    if (c->store) json_object_set_new(entry, "store_dtype", json_string(cw_dtype_name(c->store)));
}

json_t *cw_fields_entry(const cw_fields *fields, const char *name) {
    const cw_spec *s = &fields->spec;
    json_t *entry = json_pack("{s:s, s:o, s:s, s:s}", "name", name, "shape", shape_of(s), "dtype",
                              cw_dtype_name(s->dtype), "initializer", cw_initializer_name(s->initializer));
    for (int a = 0; a < CW_ARGUMENTS; a++)
        if (s->argument[a].kind)
            json_object_set_new(entry, cw_argument_name((cw_argument)a), argument_of((cw_argument)a, s->argument[a]));
    if (s->input_axes.given) json_object_set_new(entry, "input_axes", axes_of(&s->input_axes));
    if (s->output_axes.given) json_object_set_new(entry, "output_axes", axes_of(&s->output_axes));
    if (fields->has_dialect) json_object_set_new(entry, "dialect", json_string(cw_dialect_name(s->dialect)));
    add_seed(entry, fields);
    add_cut(entry, &fields->cut);
    return entry;
}
