/* SPDX-License-Identifier: Apache-2.0 */
#define _GNU_SOURCE /* secure_getenv */
#include "path.h"

#include <stdlib.h>
#include <string.h>

#include "backend.h"

#ifdef CW_HAVE_LANES
#include <cpuid.h>

/* What is made of words by few operations; normals and proofs. */
cw_find_stretches cw_find_words_avx2, cw_find_normals_avx2, cw_find_words_avx512, cw_find_normals_avx512;

cw_narrow cw_narrow_avx2, cw_narrow_avx512;
cw_do_step cw_matrix_step_avx2, cw_matrix_step_avx512;

/* clang 14 does not know the name. What "avx2" asks of the operating system is all that F16C needs. */
static int has_f16c(void) {
    unsigned a, b, c, d;
    return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_F16C);
}

static int has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && has_f16c(); }

static int has_avx512(void) {
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

static cw_fill_stretches *find_avx2(const cwn_launch *l) {
    cw_fill_stretches *words = cw_find_words_avx2(l);
    return words ? words : cw_find_normals_avx2(l);
}

static cw_fill_stretches *find_avx512(const cwn_launch *l) {
    cw_fill_stretches *words = cw_find_words_avx512(l);
    return words ? words : cw_find_normals_avx512(l);
}
#else
static int has_avx2(void) { return 0; }
static int has_avx512(void) { return 0; }
#define find_avx2 find_portable
#define find_avx512 find_portable
#define cw_narrow_avx2 cw_narrow_portable
#define cw_narrow_avx512 cw_narrow_portable
#define cw_matrix_step_avx2 cw_matrix_step_portable
#define cw_matrix_step_avx512 cw_matrix_step_portable
#endif

cw_do_step cw_matrix_step_portable;

static cw_fill_stretches *find_portable(const cwn_launch *l) {
    (void)l;
    return NULL;
}

/* The first that the processor has is the best. */
static const cw_path paths[] = {
    {"avx512", has_avx512, find_avx512, cw_narrow_avx512, cw_matrix_step_avx512},
    {"avx2", has_avx2, find_avx2, cw_narrow_avx2, cw_matrix_step_avx2},
    {"portable", NULL, find_portable, cw_narrow_portable, cw_matrix_step_portable},
};
enum { PATHS = sizeof paths / sizeof *paths };

static int is_there(const cw_path *p) { return !p->has || p->has(); }

const cw_path *cw_path_widest(void) {
    const cw_path *p = paths;
    while (!is_there(p)) p++;
    return p;
}

cw_status cw_path_choose(const cw_path **path, cw_error *why) {
    const char *word = secure_getenv("CW_CPU");
    const cw_path *p = cw_path_widest();
    if (word && word[0]) {
        p = paths;
        while (p < paths + PATHS && strcmp(p->name, word)) p++;
        if (p == paths + PATHS)
            return cw_fail(why, CW_ERROR_ARGUMENT, 0, "CW_CPU is \"%.32s\", none of \"avx512\", \"avx2\", \"portable\"",
                           word);
        if (!is_there(p))
            return cw_fail(why, CW_ERROR_UNSUPPORTED, 0, "CW_CPU is \"%s\", which this processor has not", word);
    }
    *path = p;
    return CW_OK;
}
