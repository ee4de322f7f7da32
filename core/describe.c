/* SPDX-License-Identifier: Apache-2.0
 *
 * The plan as JSON. Numbers and fixed names only, so nothing needs escaping.
 */
#include <inttypes.h>

#include "matrix.h"

typedef struct cw_text {
    char *to;
    size_t capacity, length;
} cw_text;

__attribute__((format(printf, 2, 3))) static void put(cw_text *t, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const size_t room = t->length < t->capacity ? t->capacity - t->length : 0;
    const int n = vsnprintf(room ? t->to + t->length : NULL, room, format, arguments);
    va_end(arguments);
    t->length += n > 0 ? (size_t)n : 0;
}

static void put_shape(cw_text *t, const cw_spec *spec) {
    put(t, "\"shape\":[");
    for (uint32_t i = 0; i < spec->rank; i++) put(t, "%s%" PRIu64, i ? "," : "", spec->shape[i]);
    put(t, "],");
}

static void put_argument(cw_text *t, cw_argument a, cw_number n) {
    if (a == CW_MODE) put(t, "\"mode\":\"%s\",", cw_mode_name((cw_mode)n.integer));
    else if (a == CW_DISTRIBUTION)
        put(t, "\"distribution\":\"%s\",", cw_distribution_name((cw_distribution)n.integer));
    else if (a == CW_SIDE) put(t, "\"side\":\"%s\",", cw_side_name((cw_side)n.integer));
    else if (a == CW_WINDOW) put(t, "\"window\":\"%s\",", cw_window_name((cw_window)n.integer));
    else if (a == CW_SCALING) put(t, "\"scaling\":\"%s\",", cw_scaling_name((cw_scaling)n.integer));
    else if (a == CW_PERIODIC) put(t, "\"periodic\":%s,", n.integer ? "true" : "false");
    else if (n.kind == CW_NUMBER_UNSIGNED) put(t, "\"%s\":%" PRIu64 ",", cw_argument_name(a), (uint64_t)n.integer);
    else if (n.kind == CW_NUMBER_INTEGER) put(t, "\"%s\":%" PRId64 ",", cw_argument_name(a), n.integer);
    else put(t, "\"%s\":%.17g,", cw_argument_name(a), n.real);
}

static void put_constants(cw_text *t, const cw_decided *p) {
    switch (p->launch.distribution) {
    case CWN_UNIFORM:
        put(t, "\"low\":%.17g,\"high\":%.17g,", p->shift, p->shift + p->scale);
        break;
    case CWN_INTEGER:
        put(t, "\"low\":%" PRId64 ",\"high\":%" PRId64 ",", (int64_t)p->launch.shift, (int64_t)(p->launch.shift + p->launch.scale));
        break;
    case CWN_NORMAL:
    case CWN_TRUNCATED_NORMAL:
        put(t, "\"draw_mean\":%.17g,\"draw_stddev\":%.17g,", p->shift, p->scale);
        break;
    case CWN_STFT: put(t, "\"divisor\":%.17g,", p->scale); break;
    default: break;
    }
}

static void put_philox(cw_text *t, const cw_philox *x) {
    put(t, "\"key\":[%" PRIu32 ",%" PRIu32 "],\"counter\":[%" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%" PRIu32 "],",
        x->key[0], x->key[1], x->counter[0], x->counter[1], x->counter[2], x->counter[3]);
}

static void put_matrix(cw_text *t, const cwn_matrix *m) {
    put(t, "\"matrix\":{\"rows\":%" PRIu64 ",\"columns\":%" PRIu64 ",\"transposed\":%s,\"method\":\"%s\",\"scratch\":%" PRIu64 "},",
        m->rows, m->columns, m->transposed ? "true" : "false",
        cw_matrix_method(m) == CW_METHOD_CHOLESKY ? "cholesky" : "householder", m->scratch);
}

static void put_plan(cw_text *t, const cw_decided *p) {
    put(t, "{\"initializer\":\"%s\",\"dtype\":\"%s\",\"dialect\":\"%s\",", cw_initializer_name(p->spec.initializer),
        cw_dtype_name(p->spec.dtype), cw_dialect_name(p->spec.dialect));
    put_shape(t, &p->spec);
    for (uint32_t a = 0; a < CW_ARGUMENTS; a++)
        if (p->spec.argument[a].kind) put_argument(t, (cw_argument)a, p->spec.argument[a]);
    put(t, "\"fan_in\":%" PRIu64 ",\"fan_out\":%" PRIu64 ",", p->fan_in, p->fan_out);
    put(t, "\"element\":\"%s\",", cw_distribution_name((cw_distribution)p->launch.distribution));
    put_constants(t, p);
    put_philox(t, &p->spec.philox);
    put(t, "\"blocks\":%" PRIu64 ",\"elements\":%" PRIu64 ",\"bytes\":%" PRIu64 ",", p->blocks, p->elements, p->bytes);
    if (p->matrix.columns) put_matrix(t, &p->matrix);
    put(t, "\"launches\":%" PRIu64 ",\"numerics\":%" PRIu32 "}", p->launches, cw_numerics_version());
}

cw_status cw_plan_describe(const cw_plan *plan, char *text, size_t capacity, size_t *needed) {
    const cw_decided *p = cw_decided_of(plan);
    if (!p || (!text && capacity)) return p ? CW_ERROR_ARGUMENT : CW_ERROR_STRUCT;
    cw_text t = {text, capacity, 0};
    put_plan(&t, p);
    if (needed) *needed = t.length + 1;
    return t.length < capacity ? CW_OK : CW_ERROR_ARGUMENT;
}
