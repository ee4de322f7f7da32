/* SPDX-License-Identifier: Apache-2.0
 *
 * What the two halves of the parser share: parse.c reads declarations, decode.c instructions.
 */
#ifndef SG_PARSE_H
#define SG_PARSE_H

#include "scan.h"

/* `name` or, if count is not 0, name0 ... name(count - 1). width: p h w d. */
typedef struct sg_register {
    char name[SG_NAME];
    uint32_t count, slot;
    char width;
} sg_register;

/* A name for an address; `variable` as in sg_constant, and SG_DYNAMIC_SHARED is where the static shared memory ends. */
typedef struct sg_symbol {
    char name[SG_NAME];
    uint64_t value;
    int32_t variable;
} sg_symbol;
enum { SG_NO_VARIABLE = -1, SG_DYNAMIC_SHARED = -2 };

typedef struct sg_label {
    char name[SG_NAME];
    uint32_t at, line;
} sg_label;

typedef struct sg_parser {
    sg_scan scan;
    sg_program *program;
    sg_kernel *kernel;
    sg_register *registers;
    sg_symbol *symbols;
    sg_label *labels, *jumps; /* jumps: instruction `at` goes to `name` */
    size_t register_count, symbol_count, label_count, jump_count;
    uint32_t shared_bytes; /* of the module's own .shared variables */
} sg_parser;

/* A new zeroed element at the end of an array that is realloc'd; the process ends if memory is exhausted. */
void *sg_push(void *array, size_t *count, size_t size);

const sg_type *sg_type_find(const char *name, size_t length);
/* h, w or d: the register that holds the type. */
char sg_type_width(const sg_type *type);

/* The slot of a constant. */
uint32_t sg_constant_slot(sg_parser *p, uint64_t value, int32_t variable);

/* Reads one instruction, from its opcode (already taken) to its semicolon. */
void sg_decode(sg_parser *p, const char *opcode, uint32_t guard, bool unless);
/* Reads the register of a guard; false if there is no such predicate. */
bool sg_decode_predicate(sg_parser *p, uint32_t *slot);

#endif
