/* SPDX-License-Identifier: Apache-2.0
 *
 * PTX declarations: the module, its variables, its kernels, their registers.
 */
#include "parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *sg_push(void *array, size_t *count, size_t size) {
    char *base;
    memcpy(&base, array, sizeof base);
    if ((*count & (*count - 1)) == 0) base = realloc(base, (*count ? 2 * *count : 1) * size);
    if (!base) {
        fputs("softgpu: the host's memory is exhausted\n", stderr);
        abort();
    }
    memcpy(array, &base, sizeof base);
    return memset(base + (*count)++ * size, 0, size);
}

static const sg_type types[] = {
    {"b8", 1, 'b'},  {"u8", 1, 'u'},  {"s8", 1, 's'},  {"b16", 2, 'b'}, {"u16", 2, 'u'}, {"s16", 2, 's'},
    {"f16", 2, 'f'}, {"b32", 4, 'b'}, {"u32", 4, 'u'}, {"s32", 4, 's'}, {"f32", 4, 'f'}, {"f16x2", 4, 'f'},
    {"b64", 8, 'b'}, {"u64", 8, 'u'}, {"s64", 8, 's'}, {"f64", 8, 'f'},
};

const sg_type *sg_type_find(const char *name, size_t length) {
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strlen(types[i].name) == length && !strncmp(types[i].name, name, length)) return &types[i];
    return NULL;
}

char sg_type_width(const sg_type *type) { return type->bytes == 8 ? 'd' : type->bytes == 4 ? 'w' : 'h'; }

static uint64_t round_up(uint64_t x, uint64_t to) { return to ? (x + to - 1) / to * to : x; }

static bool take_type(sg_parser *p, const sg_type **type) {
    char word[SG_NAME];
    if (!sg_scan_expect(&p->scan, '.') || !sg_scan_word(&p->scan, word, false)) return false;
    *type = sg_type_find(word, strlen(word));
    return *type || sg_scan_fail(&p->scan, "unknown type .%s", word);
}

/* ------------------------------------------------------------------------------------------------- variables */

typedef struct declaration {
    char name[SG_NAME];
    const sg_type *type;
    uint64_t align, elements;
    bool unsized;
} declaration;

/* What follows .ptr promises something about the memory that a parameter points to. */
static void skip_pointer(sg_parser *p) {
    char word[SG_NAME];
    while (sg_scan_peek(&p->scan) == '.') {
        if (sg_scan_directive(&p->scan, ".align")) sg_scan_count(&p->scan);
        else sg_scan_word(&p->scan, word, true);
    }
}

/* .align N .v4 .type and, for parameters, .ptr .global .align N. */
static bool take_attributes(sg_parser *p, declaration *d) {
    uint64_t vector = 1;
    if (sg_scan_directive(&p->scan, ".align")) d->align = sg_scan_count(&p->scan);
    if (sg_scan_directive(&p->scan, ".v2")) vector = 2;
    else if (sg_scan_directive(&p->scan, ".v4")) vector = 4;
    if (!take_type(p, &d->type)) return false;
    if (sg_scan_directive(&p->scan, ".ptr")) skip_pointer(p);
    if (!d->align) d->align = vector * d->type->bytes;
    d->elements = vector;
    return true;
}

static bool take_name(sg_parser *p, declaration *d) {
    if (!sg_scan_word(&p->scan, d->name, false)) return sg_scan_fail(&p->scan, "a name expected");
    while (sg_scan_accept(&p->scan, '[')) {
        if (sg_scan_accept(&p->scan, ']')) {
            d->unsized = true;
            continue;
        }
        d->elements *= sg_scan_count(&p->scan);
        if (!sg_scan_expect(&p->scan, ']')) return false;
    }
    return true;
}

static uint64_t bytes_of(const declaration *d) { return d->unsized ? 0 : d->elements * d->type->bytes; }

static void store_initial(sg_parser *p, sg_variable *v, const sg_type *type, uint64_t *at) {
    sg_number n;
    if (sg_scan_accept(&p->scan, '{')) {
        do store_initial(p, v, type, at);
        while (sg_scan_accept(&p->scan, ','));
        sg_scan_expect(&p->scan, '}');
        return;
    }
    if (!sg_scan_number(&p->scan, &n)) return;
    const float single = (float)n.real;
    const double twice = n.is_float ? n.real : (double)(int64_t)n.integer;
    if (*at + type->bytes > v->bytes) sg_scan_fail(&p->scan, "%s has too many initializers", v->name);
    else if (type->sign == 'f' && type->bytes == 4) memcpy(v->initial + *at, &single, 4);
    else if (type->sign == 'f' && type->bytes == 8) memcpy(v->initial + *at, &twice, 8);
    else memcpy(v->initial + *at, &n.integer, type->bytes);
    *at += type->bytes;
}

/* CUDA zeroes variables that have no initializer, and the rest of those that have one. */
static void add_variable(sg_parser *p, sg_space space, const declaration *d) {
    uint64_t at = 0;
    sg_variable *v = sg_push(&p->program->variables, &p->program->variable_count, sizeof *v);
    memcpy(v->name, d->name, sizeof v->name);
    v->space = space;
    v->bytes = bytes_of(d);
    v->align = d->align;
    v->initial = calloc(1, v->bytes + 1);
    if (v->initial && sg_scan_accept(&p->scan, '=')) store_initial(p, v, d->type, &at);
}

static void add_symbol(sg_parser *p, const char *name, uint64_t value, int32_t variable) {
    sg_symbol *s = sg_push(&p->symbols, &p->symbol_count, sizeof *s);
    snprintf(s->name, sizeof s->name, "%s", name);
    s->value = value;
    s->variable = variable;
}

static void place(sg_parser *p, uint32_t *total, const declaration *d) {
    *total = (uint32_t)round_up(*total, d->align);
    add_symbol(p, d->name, *total, SG_NO_VARIABLE);
    *total += (uint32_t)bytes_of(d);
}

static void declare(sg_parser *p, sg_space space, const declaration *d) {
    if (space == SG_GLOBAL || space == SG_CONST) {
        add_symbol(p, d->name, 0, (int32_t)p->program->variable_count);
        add_variable(p, space, d);
    } else if (space == SG_SHARED && d->unsized) {
        add_symbol(p, d->name, 0, SG_DYNAMIC_SHARED);
    } else if (space == SG_SHARED) {
        place(p, p->kernel ? &p->kernel->shared_bytes : &p->shared_bytes, d);
    } else {
        place(p, &p->kernel->local_bytes, d);
    }
}

static void parse_variables(sg_parser *p, sg_space space) {
    declaration first = {.elements = 1};
    if (!take_attributes(p, &first)) return;
    do {
        declaration d = first;
        if (!take_name(p, &d)) return;
        declare(p, space, &d);
    } while (sg_scan_accept(&p->scan, ','));
    sg_scan_expect(&p->scan, ';');
}

static bool parse_if_variables(sg_parser *p) {
    /* clang-format off */
    static const struct { const char *name; sg_space space; } spaces[] = {
        {".global", SG_GLOBAL}, {".const", SG_CONST}, {".shared", SG_SHARED}, {".local", SG_LOCAL}};
    /* clang-format on */
    for (size_t i = 0; i < sizeof spaces / sizeof spaces[0]; i++) {
        if (!sg_scan_directive(&p->scan, spaces[i].name)) continue;
        if (spaces[i].space == SG_LOCAL && !p->kernel) sg_scan_fail(&p->scan, ".local outside a kernel");
        else parse_variables(p, spaces[i].space);
        return true;
    }
    return false;
}

/* ------------------------------------------------------------------------------------------------- registers */

uint32_t sg_constant_slot(sg_parser *p, uint64_t value, int32_t variable) {
    sg_kernel *k = p->kernel;
    for (size_t i = 0; i < k->constant_count; i++)
        if (k->constants[i].value == value && k->constants[i].variable == variable) return k->constants[i].slot;
    sg_constant *c = sg_push(&k->constants, &k->constant_count, sizeof *c);
    c->slot = k->slots++;
    c->value = value;
    c->variable = variable;
    return c->slot;
}

static void take_register(sg_parser *p, char width) {
    sg_register *r = sg_push(&p->registers, &p->register_count, sizeof *r);
    if (!sg_scan_word(&p->scan, r->name, false)) sg_scan_fail(&p->scan, "a register expected");
    if (sg_scan_accept(&p->scan, '<')) {
        r->count = (uint32_t)sg_scan_count(&p->scan);
        sg_scan_expect(&p->scan, '>');
    }
    if (r->count > 1u << 20) sg_scan_fail(&p->scan, "%u registers", r->count);
    r->width = width;
    r->slot = p->kernel->slots;
    p->kernel->slots += r->count ? r->count : 1;
}

static void parse_registers(sg_parser *p) {
    const sg_type *type = NULL;
    const bool predicate = sg_scan_directive(&p->scan, ".pred");
    if (!predicate && !take_type(p, &type)) return;
    do take_register(p, predicate ? 'p' : sg_type_width(type));
    while (sg_scan_accept(&p->scan, ',') && !sg_scan_failed(&p->scan));
    sg_scan_expect(&p->scan, ';');
}

/* --------------------------------------------------------------------------------------------------- kernels */

static void parse_parameters(sg_parser *p) {
    if (!sg_scan_accept(&p->scan, '(')) return;
    while (sg_scan_directive(&p->scan, ".param")) {
        declaration d = {.elements = 1};
        if (!take_attributes(p, &d) || !take_name(p, &d)) return;
        place(p, &p->kernel->parameter_bytes, &d);
        sg_parameter *last = sg_push(&p->kernel->parameters, &p->kernel->parameter_count, sizeof *last);
        last->bytes = (uint32_t)bytes_of(&d);
        last->offset = p->kernel->parameter_bytes - last->bytes;
        if (!sg_scan_accept(&p->scan, ',')) break;
    }
    sg_scan_expect(&p->scan, ')');
}

static void take_block(sg_parser *p, uint32_t block[3]) {
    block[1] = block[2] = 1;
    for (int i = 0; i < 3; i++) {
        block[i] = (uint32_t)sg_scan_count(&p->scan);
        if (!sg_scan_accept(&p->scan, ',')) break;
    }
}

static void parse_kernel_directives(sg_parser *p) {
    uint32_t most[3] = {0};
    for (;;) {
        if (sg_scan_directive(&p->scan, ".reqntid")) take_block(p, p->kernel->required_block);
        else if (sg_scan_directive(&p->scan, ".maxntid")) take_block(p, most);
        else if (sg_scan_directive(&p->scan, ".minnctapersm")) sg_scan_count(&p->scan);
        else if (sg_scan_directive(&p->scan, ".maxnreg")) sg_scan_count(&p->scan);
        else if (sg_scan_directive(&p->scan, ".pragma")) sg_scan_skip_past(&p->scan, ';');
        else break;
    }
    p->kernel->most_threads = most[0] * most[1] * most[2];
}

static void add_label(sg_parser *p, const char *name) {
    for (size_t i = 0; i < p->label_count; i++)
        if (!strcmp(p->labels[i].name, name)) sg_scan_fail(&p->scan, "label %s stands here a second time", name);
    sg_label *label = sg_push(&p->labels, &p->label_count, sizeof *label);
    snprintf(label->name, sizeof label->name, "%s", name);
    label->at = (uint32_t)p->kernel->length;
}

static void parse_statement(sg_parser *p) {
    char word[SG_NAME];
    uint32_t guard = SG_SLOT_ZERO;
    bool unless = false;
    if (sg_scan_accept(&p->scan, '@')) {
        unless = sg_scan_accept(&p->scan, '!');
        if (!sg_decode_predicate(p, &guard)) return;
    }
    if (!sg_scan_word(&p->scan, word, true)) {
        sg_scan_unexpected(&p->scan, "an instruction");
        return;
    }
    const size_t length = strlen(word);
    if (word[length - 1] != ':') {
        sg_decode(p, word, guard, unless);
        return;
    }
    word[length - 1] = 0;
    add_label(p, word);
}

/* Registers and variables of a scope go out of sight at its end; a loop over scopes, for they nest. */
static void parse_body(sg_parser *p) {
    struct {
        size_t registers, symbols;
    } scopes[32];
    int depth = 0;
    do {
        if (sg_scan_accept(&p->scan, '{')) {
            if (depth == 32) sg_scan_fail(&p->scan, "too many nested scopes");
            else scopes[depth].registers = p->register_count, scopes[depth++].symbols = p->symbol_count;
        } else if (sg_scan_accept(&p->scan, '}')) {
            p->register_count = scopes[--depth].registers, p->symbol_count = scopes[depth].symbols;
        } else if (sg_scan_directive(&p->scan, ".reg")) parse_registers(p);
        else if (sg_scan_directive(&p->scan, ".loc")) sg_scan_skip_line(&p->scan);
        else if (sg_scan_directive(&p->scan, ".pragma")) sg_scan_skip_past(&p->scan, ';');
        else if (!parse_if_variables(p)) parse_statement(p);
    } while (depth && sg_scan_peek(&p->scan));
    if (depth) sg_scan_fail(&p->scan, "the kernel has no end");
}

static void resolve_jumps(sg_parser *p) {
    for (size_t i = 0; i < p->jump_count; i++) {
        size_t found = 0;
        while (found < p->label_count && strcmp(p->labels[found].name, p->jumps[i].name)) found++;
        if (found < p->label_count) p->kernel->code[p->jumps[i].at].target = p->labels[found].at;
        else p->scan.line = p->jumps[i].line, sg_scan_fail(&p->scan, "there is no label %s", p->jumps[i].name);
    }
}

/* A kernel may end without ret; the last instruction then is one. */
static void finish_kernel(sg_parser *p) {
    sg_kernel *k = p->kernel;
    sg_instruction *end = sg_push(&k->code, &k->length, sizeof *end);
    end->kind = SG_EXIT;
    end->line = p->scan.line;
    resolve_jumps(p);
    k->shared_bytes = (uint32_t)round_up(k->shared_bytes, 16);
    for (size_t i = 0; i < k->constant_count; i++)
        if (k->constants[i].variable == SG_DYNAMIC_SHARED) {
            k->constants[i].value += k->shared_bytes;
            k->constants[i].variable = SG_NO_VARIABLE;
        }
}

static void parse_kernel(sg_parser *p) {
    const size_t symbols = p->symbol_count;
    p->kernel = sg_push(&p->program->kernels, &p->program->kernel_count, sizeof *p->kernel);
    p->kernel->slots = SG_SLOTS;
    p->kernel->shared_bytes = p->shared_bytes;
    if (!sg_scan_word(&p->scan, p->kernel->name, false)) sg_scan_fail(&p->scan, "the name of a kernel expected");
    parse_parameters(p);
    parse_kernel_directives(p);
    if (sg_scan_accept(&p->scan, ';')) p->program->kernel_count--;
    else if (sg_scan_peek(&p->scan) == '{') parse_body(p), finish_kernel(p);
    else sg_scan_unexpected(&p->scan, "'{'");
    p->kernel = NULL;
    p->symbol_count = symbols;
    p->register_count = p->label_count = p->jump_count = 0;
}

/* ---------------------------------------------------------------------------------------------------- module */

static void parse_target(sg_parser *p) {
    char word[SG_NAME];
    sg_scan_word(&p->scan, word, false);
    if (strncmp(word, "sm_", 3)) sg_scan_fail(&p->scan, "the target is %s, not sm_ and a number", word);
    else p->program->target = (unsigned)strtoul(word + 3, NULL, 10);
    sg_scan_skip_line(&p->scan);
}

static void parse_function(sg_parser *p) {
    sg_scan_fail(&p->scan, "device functions (.func and call) are not supported");
}

static void parse_top(sg_parser *p) {
    static const char *const linking[] = {".visible", ".extern", ".weak", ".common"};
    for (size_t i = 0; i < sizeof linking / sizeof linking[0]; i++)
        if (sg_scan_directive(&p->scan, linking[i])) return;
    if (sg_scan_directive(&p->scan, ".version")) sg_scan_skip_line(&p->scan);
    else if (sg_scan_directive(&p->scan, ".target")) parse_target(p);
    else if (sg_scan_directive(&p->scan, ".address_size")) {
        if (sg_scan_count(&p->scan) != 64) sg_scan_fail(&p->scan, "addresses of 64 bits expected");
    } else if (sg_scan_directive(&p->scan, ".entry")) parse_kernel(p);
    else if (sg_scan_directive(&p->scan, ".func")) parse_function(p);
    else if (sg_scan_directive(&p->scan, ".file")) sg_scan_skip_line(&p->scan);
    else if (sg_scan_directive(&p->scan, ".pragma")) sg_scan_skip_past(&p->scan, ';');
    else if (sg_scan_directive(&p->scan, ".section")) sg_scan_skip_past(&p->scan, '}');
    else if (!parse_if_variables(p)) sg_scan_unexpected(&p->scan, "a directive");
}

sg_program *sg_parse(const char *text) {
    sg_program *program = calloc(1, sizeof *program);
    if (!program) return NULL;
    sg_parser p = {.scan = {text, 1, program->error, sizeof program->error}, .program = program};
    while (sg_scan_peek(&p.scan)) parse_top(&p);
    if (!program->target) sg_scan_fail(&p.scan, "there is no .target");
    free(p.registers);
    free(p.symbols);
    free(p.labels);
    free(p.jumps);
    return program;
}

void sg_program_free(sg_program *program) {
    if (!program) return;
    for (size_t i = 0; i < program->kernel_count; i++) {
        free(program->kernels[i].code);
        free(program->kernels[i].constants);
        free(program->kernels[i].parameters);
    }
    for (size_t i = 0; i < program->variable_count; i++) free(program->variables[i].initial);
    free(program->kernels);
    free(program->variables);
    free(program);
}
