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
#define ENUMERATOR(x) {x, 0.0, CW_NUMBER_INTEGER, 0}
#define NOTHING {0, 0.0, CW_NUMBER_NONE, 0}
#define VALUE(x) [CW_VALUE] = REAL(x)
#define GAIN(x) [CW_GAIN] = REAL(x)
#define FACTOR(x) [CW_FACTOR] = REAL(x)
#define LIMITS(low, high) [CW_MINVAL] = REAL(low), [CW_MAXVAL] = REAL(high)
#define MOMENTS(mean, stddev) [CW_MEAN] = REAL(mean), [CW_STDDEV] = REAL(stddev)
#define SCALING(scale, mode, distribution) \
    [CW_SCALE] = REAL(scale), [CW_MODE] = ENUMERATOR(CW_##mode), \
    [CW_DISTRIBUTION] = ENUMERATOR(CW_DISTRIBUTION_##distribution)

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

cw_initializer cw_initializer_from_name(const char *name) {
    for (size_t i = 0; name && i < COUNT(initializers); i++) {
        const cw_initializer_row *row = &initializers[i];
        if (!strcmp(name, row->name) || !strcmp(name, row->class_name)) return row->id;
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
    return row && row->rule != CW_RULE_CONSTANT && row->rule != CW_RULE_IDENTITY;
}
