/* SPDX-License-Identifier: Apache-2.0
 *
 * Which table of forms this processor runs, and finding a form by its name.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "ptx.h"

extern const sg_form sg_alu_any[];
#if SG_HAVE_ALU_FMA
extern const sg_form sg_alu_fma[];
static const sg_form *table(void) {
    const bool plain = getenv("SOFTGPU_PLAIN") || !__builtin_cpu_supports("fma") || !__builtin_cpu_supports("avx2");
    return plain ? sg_alu_any : sg_alu_fma;
}
#else
static const sg_form *table(void) { return sg_alu_any; }
#endif

enum { MOST_FORMS = 2048 };
static const sg_form *by_name[MOST_FORMS];
static size_t forms;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static int compare(const void *a, const void *b) {
    return strcmp((*(const sg_form *const *)a)->name, (*(const sg_form *const *)b)->name);
}

static void sort(void) {
    for (const sg_form *form = table(); form->name && forms < MOST_FORMS; form++) by_name[forms++] = form;
    qsort(by_name, forms, sizeof by_name[0], compare);
}

const sg_form *sg_form_find(const char *name) {
    const sg_form key = {name, NULL, NULL}, *wanted = &key;
    pthread_once(&once, sort);
    const sg_form **found = bsearch(&wanted, by_name, forms, sizeof by_name[0], compare);
    return found ? *found : NULL;
}

const sg_form *sg_form_at(size_t i) {
    pthread_once(&once, sort);
    return i < forms ? by_name[i] : NULL;
}
