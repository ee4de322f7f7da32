/* SPDX-License-Identifier: Apache-2.0
 *
 * Names and numbers of dtypes, initializers, arguments, modes, distributions and dialects: tables and look-ups.
 */
#include "names.h"

#include <string.h>
#include <strings.h>

#define TAKES(argument) (1u << (argument))
#define TAKES_AXES (1u << CW_ARGUMENTS)
#define REAL(x) {0, x, CW_NUMBER_REAL, 0}
#define INTEGER(x) {x, 0.0, CW_NUMBER_INTEGER, 0}
#define NOTHING {0, 0.0, CW_NUMBER_NONE, 0}
#define VALUE(x) [CW_VALUE] = INTEGER(x)
#define GAIN(x) [CW_GAIN] = REAL(x)
#define FACTOR(x) [CW_FACTOR] = REAL(x)
#define LIMITS(low, high) [CW_MINVAL] = REAL(low), [CW_MAXVAL] = REAL(high)
#define MOMENTS(mean, stddev) [CW_MEAN] = REAL(mean), [CW_STDDEV] = REAL(stddev)
#define FILTERS(side, window, scaling) \
    [CW_SIDE] = INTEGER(CW_SIDE_##side), [CW_WINDOW] = INTEGER(CW_WINDOW_##window), \
    [CW_SCALING] = INTEGER(CW_SCALING_##scaling), [CW_PERIODIC] = INTEGER(0)
#define SCALING(scale, mode, distribution) \
    [CW_SCALE] = REAL(scale), [CW_MODE] = INTEGER(CW_##mode), \
    [CW_DISTRIBUTION] = INTEGER(CW_DISTRIBUTION_##distribution)

static const cw_initializer_row initializers[] = {
#define CW_ROW(id, value, name, class_name, alias, rule, takes, ...) \
    {id, name, class_name, alias, CW_RULE_##rule, takes, {__VA_ARGS__}},
    CW_INITIALIZER_TABLE(CW_ROW)
#undef CW_ROW
};

typedef struct cw_name_row {
    int id;
    const char *name;
} cw_name_row;

static const cw_name_row dtypes[] = {
#define CW_ROW(id, value, name, bytes) {id, name},
    CW_DTYPE_TABLE(CW_ROW)
#undef CW_ROW
};
static const cw_name_row arguments[] = {
#define CW_ROW(id, value, name) {id, name},
    CW_ARGUMENT_TABLE(CW_ROW)
#undef CW_ROW
};
static const cw_name_row modes[] = {{CW_FAN_IN, "fan_in"}, {CW_FAN_OUT, "fan_out"}, {CW_FAN_AVG, "fan_avg"}};
static const cw_name_row distributions[] = {
    {CW_DISTRIBUTION_CONSTANT, "constant"},
    {CW_DISTRIBUTION_IDENTITY, "identity"},
    {CW_DISTRIBUTION_UNIFORM, "uniform"},
    {CW_DISTRIBUTION_NORMAL, "untruncated_normal"},
    {CW_DISTRIBUTION_TRUNCATED_NORMAL, "truncated_normal"},
    {CW_DISTRIBUTION_TRUNCATED_NORMAL, "normal"}, /* Keras's older spelling */
    {CW_DISTRIBUTION_INTEGER, "integer"},
    {CW_DISTRIBUTION_FULL_INTEGER, "full_integer"},
    {CW_DISTRIBUTION_STFT, "stft"},
};
static const cw_name_row sides[] = {{CW_SIDE_REAL, "real"}, {CW_SIDE_IMAG, "imag"}};
static const cw_name_row scalings[] = {{CW_SCALING_NONE, "none"}, {CW_SCALING_DENSITY, "density"}, {CW_SCALING_SPECTRUM, "spectrum"}};
static const cw_name_row windows[] = { /* the first name of each is what is printed */
    {CW_WINDOW_NONE, "none"}, {CW_WINDOW_BOXCAR, "boxcar"}, {CW_WINDOW_TRIANG, "triang"}, {CW_WINDOW_BARTLETT, "bartlett"},
    {CW_WINDOW_COSINE, "cosine"}, {CW_WINDOW_HANN, "hann"}, {CW_WINDOW_HAMMING, "hamming"}, {CW_WINDOW_BLACKMAN, "blackman"},
    {CW_WINDOW_NUTTALL, "nuttall"}, {CW_WINDOW_BLACKMANHARRIS, "blackmanharris"}, {CW_WINDOW_FLATTOP, "flattop"},
    {CW_WINDOW_BOXCAR, "box"}, {CW_WINDOW_BOXCAR, "ones"}, {CW_WINDOW_BOXCAR, "rect"}, {CW_WINDOW_BOXCAR, "rectangular"},
    {CW_WINDOW_TRIANG, "triangle"}, {CW_WINDOW_TRIANG, "tri"}, {CW_WINDOW_BARTLETT, "bart"}, {CW_WINDOW_BARTLETT, "brt"},
    {CW_WINDOW_COSINE, "halfcosine"}, {CW_WINDOW_HANN, "han"}, {CW_WINDOW_HAMMING, "hamm"}, {CW_WINDOW_HAMMING, "ham"},
    {CW_WINDOW_BLACKMAN, "black"}, {CW_WINDOW_BLACKMAN, "blk"}, {CW_WINDOW_NUTTALL, "nutl"}, {CW_WINDOW_NUTTALL, "nut"},
    {CW_WINDOW_BLACKMANHARRIS, "blackharr"}, {CW_WINDOW_BLACKMANHARRIS, "bkh"}, {CW_WINDOW_FLATTOP, "flat"},
    {CW_WINDOW_FLATTOP, "flt"},
};
static const cw_name_row dialects[] = {{CW_DIALECT_KERAS3, "keras3"}, {CW_DIALECT_TF, "tf"}};

#define COUNT(table) (sizeof(table) / sizeof *(table))

static const char *name_of(const cw_name_row *rows, size_t count, int id) {
    for (size_t i = 0; i < count; i++)
        if (rows[i].id == id) return rows[i].name;
    return NULL;
}

static int id_of(const cw_name_row *rows, size_t count, const char *name, int (*compare)(const char *, const char *)) {
    for (size_t i = 0; name && i < count; i++)
        if (compare(rows[i].name, name) == 0) return rows[i].id;
    return 0;
}

const char *cw_dtype_name(cw_dtype dtype) { return name_of(dtypes, COUNT(dtypes), (int)dtype); }

size_t cw_dtype_size(cw_dtype dtype) {
    switch (dtype) {
#define CW_ROW(id, value, name, bytes) case id: return bytes;
        CW_DTYPE_TABLE(CW_ROW)
#undef CW_ROW
    }
    return 0;
}

cw_dtype cw_dtype_from_name(const char *name) { return (cw_dtype)id_of(dtypes, COUNT(dtypes), name, strcmp); }

const char *cw_argument_name(cw_argument argument) { return name_of(arguments, COUNT(arguments), (int)argument); }

cw_mode cw_mode_from_name(const char *name) { return (cw_mode)id_of(modes, COUNT(modes), name, strcmp); }

const char *cw_mode_name(cw_mode mode) { return name_of(modes, COUNT(modes), (int)mode); }

cw_distribution cw_distribution_from_name(const char *name) {
    return (cw_distribution)id_of(distributions, COUNT(distributions), name, strcasecmp);
}

const char *cw_distribution_name(cw_distribution distribution) {
    return name_of(distributions, COUNT(distributions), (int)distribution);
}

cw_side cw_side_from_name(const char *name) { return (cw_side)id_of(sides, COUNT(sides), name, strcmp); }

const char *cw_side_name(cw_side side) { return name_of(sides, COUNT(sides), (int)side); }

cw_window cw_window_from_name(const char *name) { return (cw_window)id_of(windows, COUNT(windows), name, strcmp); }

const char *cw_window_name(cw_window window) { return name_of(windows, COUNT(windows), (int)window); }

cw_scaling cw_scaling_from_name(const char *name) { return (cw_scaling)id_of(scalings, COUNT(scalings), name, strcmp); }

const char *cw_scaling_name(cw_scaling scaling) { return name_of(scalings, COUNT(scalings), (int)scaling); }

cw_dialect cw_dialect_from_name(const char *name) { return (cw_dialect)id_of(dialects, COUNT(dialects), name, strcmp); }

const char *cw_dialect_name(cw_dialect dialect) { return name_of(dialects, COUNT(dialects), (int)dialect); }

const cw_initializer_row *cw_initializer_row_of(cw_initializer initializer) {
    for (size_t i = 0; i < COUNT(initializers); i++)
        if (initializers[i].id == initializer) return &initializers[i];
    return NULL;
}

const char *cw_initializer_name(cw_initializer initializer) {
    const cw_initializer_row *row = cw_initializer_row_of(initializer);
    return row ? row->name : NULL;
}

/* tf_keras also knows its classes with V2 behind their names. */
static int is_class(const char *name, const char *class_name) {
    const size_t length = strlen(class_name);
    return !strncmp(name, class_name, length) && (!name[length] || !strcmp(name + length, "V2"));
}

cw_initializer cw_initializer_from_name(const char *name) {
    for (size_t i = 0; name && i < COUNT(initializers); i++) {
        const cw_initializer_row *row = &initializers[i];
        if (!strcmp(name, row->name) || is_class(name, row->class_name)) return row->id;
        if (row->alias && !strcmp(name, row->alias)) return row->id;
    }
    return (cw_initializer)0;
}

int cw_initializer_takes(cw_initializer initializer, cw_argument argument) {
    const cw_initializer_row *row = cw_initializer_row_of(initializer);
    return row && (unsigned)argument < CW_ARGUMENTS && (row->takes & TAKES(argument)) != 0;
}

int cw_initializer_takes_axes(cw_initializer initializer) {
    const cw_initializer_row *row = cw_initializer_row_of(initializer);
    return row && (row->takes & TAKES_AXES) != 0;
}

int cw_initializer_is_random(cw_initializer initializer) {
    const cw_initializer_row *row = cw_initializer_row_of(initializer);
    return row && row->rule != CW_RULE_CONSTANT && row->rule != CW_RULE_IDENTITY && row->rule != CW_RULE_STFT;
}
