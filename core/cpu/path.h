/* SPDX-License-Identifier: Apache-2.0
 *
 * Which text the CPU backend runs: the widest that the processor has, or the one that CW_CPU in the environment names.
 */
#ifndef CW_PATH_H
#define CW_PATH_H

#include "counterweight/counterweight.h"
#include "lanes.h"
#include "matrix.h"
#include "store.h"

typedef struct cw_path {
    const char *name;        /* "avx512", "avx2", "portable" */
    int (*has)(void);        /* NULL: every processor */
    cw_find_stretches *find; /* what it has in lanes; all have the definition's bits */
    cw_narrow *narrow;
    cw_do_step *step;        /* of matrices; all have the same bits */
} cw_path;

/* CW_ERROR_ARGUMENT if CW_CPU names none, CW_ERROR_UNSUPPORTED if this processor or this build has not what it names.
 */
cw_status cw_path_choose(const cw_path **path, cw_error *why);

/* The widest that the processor has. */
const cw_path *cw_path_widest(void);

#endif
