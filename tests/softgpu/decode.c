/* SPDX-License-Identifier: Apache-2.0
 *
 * PTX instructions: from the text to sg_instruction. Arithmetic is looked up in the table of forms by its full name;
 * the others have a row and a reader here. What has neither is an error that names it.
 */
#include <stdio.h>
#include <string.h>

#include "parse.h"

/* The instruction being read. */
typedef struct reading {
    sg_parser *p;
    sg_scan *scan;
    const char *opcode;
    sg_instruction base; /* guard and line */
    char width;          /* of the source that was read last */
    bool in_address;     /* between brackets, where the opcode's type does not count */
} reading;

/* `list`: words with a space between. */
static bool is_listed(const char *list, const char *word, size_t length) {
    for (size_t n; *list; list += n + (list[n] == ' ')) {
        n = strcspn(list, " ");
        if (n == length && !strncmp(list, word, n)) return true;
    }
    return false;
}

static bool is_one_of(const reading *r, const char *list) { return is_listed(list, r->opcode, strlen(r->opcode)); }

static bool refuse(reading *r) { return sg_scan_fail(r->scan, "unknown instruction %s", r->opcode); }

static sg_instruction *emit(reading *r, sg_kind kind) {
    sg_kernel *k = r->p->kernel;
    sg_instruction *i = sg_push(&k->code, &k->length, sizeof *i);
    *i = r->base;
    i->kind = kind;
    return i;
}

static sg_instruction *emit_alu(reading *r, const char *name, uint32_t d, const uint32_t s[SG_SOURCES]) {
    const sg_form *form = sg_form_find(name);
    if (!form) {
        sg_scan_fail(r->scan, "unknown instruction %s", name);
        return NULL;
    }
    sg_instruction *i = emit(r, SG_ALU);
    i->form = form;
    i->d[0] = d;
    memcpy(i->s, s, sizeof i->s);
    return i;
}

/* -------------------------------------------------------------------------------------------------- operands */

static bool special_register(const char *name, uint32_t *slot) {
    /* clang-format off */
    static const struct { const char *name; uint32_t slot; } table[] = {
        {"%tid.x", SG_SLOT_TID},       {"%tid.y", SG_SLOT_TID + 1},       {"%tid.z", SG_SLOT_TID + 2},
        {"%ntid.x", SG_SLOT_NTID},     {"%ntid.y", SG_SLOT_NTID + 1},     {"%ntid.z", SG_SLOT_NTID + 2},
        {"%ctaid.x", SG_SLOT_CTAID},   {"%ctaid.y", SG_SLOT_CTAID + 1},   {"%ctaid.z", SG_SLOT_CTAID + 2},
        {"%nctaid.x", SG_SLOT_NCTAID}, {"%nctaid.y", SG_SLOT_NCTAID + 1}, {"%nctaid.z", SG_SLOT_NCTAID + 2},
        {"%laneid", SG_SLOT_LANE},     {"%warpid", SG_SLOT_WARP},         {"%nwarpid", SG_SLOT_WARPS},
        {"%lanemask_eq", SG_SLOT_EQ},  {"%lanemask_lt", SG_SLOT_LT},      {"%lanemask_le", SG_SLOT_LE},
        {"%lanemask_gt", SG_SLOT_GT},  {"%lanemask_ge", SG_SLOT_GE}};
    /* clang-format on */
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (!strcmp(table[i].name, name)) return *slot = table[i].slot, true;
    return false;
}

/* %r12 is number 12 of %r<100>; %r012 is not. */
static bool numbered(const sg_register *reg, const char *name, uint32_t *slot) {
    const size_t stem = strlen(reg->name);
    unsigned n = 0;
    char again[SG_NAME];
    if (strncmp(name, reg->name, stem) || sscanf(name + stem, "%9u", &n) != 1 || n >= reg->count) return false;
    snprintf(again, sizeof again, "%u", n);
    *slot = reg->slot + n;
    return !strcmp(again, name + stem);
}

static char find_register(const sg_parser *p, const char *name, uint32_t *slot) {
    for (size_t i = p->register_count; i-- > 0;) {
        const sg_register *reg = &p->registers[i];
        if (reg->count ? numbered(reg, name, slot) : !strcmp(reg->name, name)) {
            if (!reg->count) *slot = reg->slot;
            return reg->width;
        }
    }
    return special_register(name, slot) ? 'w' : 0;
}

static const sg_symbol *find_symbol(const sg_parser *p, const char *name) {
    for (size_t i = p->symbol_count; i-- > 0;)
        if (!strcmp(p->symbols[i].name, name)) return &p->symbols[i];
    return NULL;
}

/* `letter` is that of a form's shape. */
static bool fits(char width, char letter) {
    switch (letter) {
    case 'B':
    case 'H': return width == 'h' || width == 'w' || width == 'd';
    case 'W': return width == 'w' || width == 'd';
    default: return width == letter;
    }
}

bool sg_decode_predicate(sg_parser *p, uint32_t *slot) {
    char word[SG_NAME];
    sg_scan_word(&p->scan, word, false);
    return find_register(p, word, slot) == 'p' || sg_scan_fail(&p->scan, "%s is not a predicate", word);
}

static uint64_t within(reading *r, uint64_t value, unsigned bits) {
    const int64_t top = bits < 64 ? (int64_t)value >> bits : 0;
    if (top != 0 && (int64_t)value >> (bits - 1) != -1)
        sg_scan_fail(r->scan, "%lld does not fit in %u bits", (long long)value, bits);
    return bits < 64 ? value & ((UINT64_C(1) << bits) - 1) : value;
}

/* Only where the operands' type, the last word of the opcode, is a float or has no arithmetic. */
static uint64_t float_bits(reading *r, const sg_number *n, char letter) {
    if (strrchr(r->opcode, '.') && strchr("fb", strrchr(r->opcode, '.')[1])) {
        if (letter == 'w' || letter == 'W') return n->is_single ? n->integer : (sg_word){.f32 = (float)n->real}.u32;
        if (letter == 'd') return n->is_single ? (sg_word){.f64 = n->real}.u64 : n->integer;
    }
    sg_scan_fail(r->scan, "a float where %s takes none", r->opcode);
    return 0;
}

static uint64_t immediate_bits(reading *r, char letter) {
    sg_number n;
    if (!sg_scan_number(r->scan, &n)) return 0;
    if (n.is_float) return float_bits(r, &n, letter);
    if (letter != 'p' && strrchr(r->opcode, '.') && strrchr(r->opcode, '.')[1] == 'f' && !r->in_address)
        sg_scan_fail(r->scan, "an integer where %s takes a float", r->opcode);
    if (letter == 'p') return n.integer != 0;
    return within(r, n.integer, letter == 'w' || letter == 'W' ? 32 : letter == 'h' ? 16 : 64);
}

static uint32_t take_address_constant(reading *r, const sg_symbol *symbol) {
    uint64_t value = symbol->value;
    if (sg_scan_accept(r->scan, '+')) value += sg_scan_count(r->scan);
    return sg_constant_slot(r->p, value, symbol->variable);
}

/* A register, a special register, a number, or the address of a variable. */
static uint32_t take_source(reading *r, char letter) {
    char word[SG_NAME];
    uint32_t slot = 0;
    const char next = sg_scan_peek(r->scan);
    r->width = 'd';
    if (next == '-' || (next >= '0' && next <= '9'))
        return sg_constant_slot(r->p, immediate_bits(r, letter), SG_NO_VARIABLE);
    if (!sg_scan_word(r->scan, word, next == '%')) sg_scan_fail(r->scan, "an operand expected");
    const char width = find_register(r->p, word, &slot);
    const sg_symbol *symbol = width ? NULL : find_symbol(r->p, word);
    if (symbol && strchr("wWd", letter)) return take_address_constant(r, symbol);
    if (!width) sg_scan_fail(r->scan, "unknown operand %s", word);
    else if (!fits(width, letter)) sg_scan_fail(r->scan, "%s has the wrong size for %s", word, r->opcode);
    r->width = width;
    return slot;
}

static uint32_t take_destination(reading *r, char letter) {
    char word[SG_NAME];
    uint32_t slot = SG_SLOT_SINK;
    sg_scan_word(r->scan, word, false);
    if (!strcmp(word, "_")) return slot;
    const char width = find_register(r->p, word, &slot);
    if (slot < SG_SLOTS) sg_scan_fail(r->scan, "%s is not a register to write", word);
    else if (!fits(width, letter)) sg_scan_fail(r->scan, "%s has the wrong size for %s", word, r->opcode);
    return slot;
}

/* Predicates may be negated where PTX says {!}p. */
static uint32_t take_predicate(reading *r) {
    const bool negated = sg_scan_accept(r->scan, '!');
    const uint32_t slot = take_source(r, 'p');
    if (!negated) return slot;
    emit_alu(r, "not.pred", SG_SLOT_SINK, (const uint32_t[SG_SOURCES]){slot});
    return SG_SLOT_SINK;
}

static bool comma(reading *r) { return sg_scan_expect(r->scan, ','); }

/* ------------------------------------------------------------------------------------------------ arithmetic */

static void read_form(reading *r) {
    const sg_form *form = sg_form_find(r->opcode);
    uint32_t s[SG_SOURCES] = {0};
    if (!form || strpbrk(r->opcode, "{}")) {
        refuse(r);
        return;
    }
    const uint32_t d = take_destination(r, form->shape[0]);
    for (int i = 0; form->shape[i + 1] && !sg_scan_failed(r->scan); i++)
        if (comma(r)) s[i] = form->shape[i + 1] == 'p' ? take_predicate(r) : take_source(r, form->shape[i + 1]);
    emit_alu(r, form->name, d, s);
}

/* mov.b64 {a, b}, c takes apart, mov.b64 c, {a, b} puts together. */
static int take_parts(reading *r, uint32_t parts[4], uint32_t (*take)(reading *, char), char letter) {
    int n = 0;
    do parts[n++] = take(r, letter);
    while (n < 4 && sg_scan_accept(r->scan, ','));
    sg_scan_expect(r->scan, '}');
    return n;
}

/* A half of 64 bits has 32, everything else in parts has 16. How many parts there are is known only at the end. */
static char part_letter(reading *r) {
    int commas = 0;
    for (const char *c = r->scan->at; *c && *c != '}'; c++) commas += *c == ',';
    return strcmp(r->opcode, "mov.b64") || commas == 3 ? 'h' : 'w';
}

static void take_apart(reading *r) {
    uint32_t parts[4] = {0};
    char name[SG_NAME + 8];
    const int n = take_parts(r, parts, take_destination, part_letter(r));
    const uint32_t whole = comma(r) ? take_source(r, strcmp(r->opcode, "mov.b64") ? 'w' : 'd') : 0;
    snprintf(name, sizeof name, "%s}%d", r->opcode, n);
    for (int i = 0; i < n && !sg_scan_failed(r->scan); i++)
        emit_alu(r, name, parts[i],
                 (const uint32_t[SG_SOURCES]){whole, sg_constant_slot(r->p, (uint64_t)i, SG_NO_VARIABLE)});
}

static void put_together(reading *r, uint32_t d) {
    uint32_t parts[4] = {0};
    char name[SG_NAME + 8];
    const int n = take_parts(r, parts, take_source, part_letter(r));
    snprintf(name, sizeof name, "%s{%d", r->opcode, n);
    emit_alu(r, name, d, parts);
}

static void read_mov(reading *r) {
    const sg_scan before = *r->scan;
    if (!strcmp(r->opcode, "mov.b64") || !strcmp(r->opcode, "mov.b32")) {
        if (sg_scan_accept(r->scan, '{')) {
            take_apart(r);
            return;
        }
        const uint32_t d = take_destination(r, strcmp(r->opcode, "mov.b64") ? 'w' : 'd');
        if (comma(r) && sg_scan_accept(r->scan, '{')) {
            put_together(r, d);
            return;
        }
        if (!sg_scan_failed(r->scan)) *r->scan = before;
    }
    read_form(r);
}

/* add.cc addc sub.cc subc mad.lo.cc madc.hi and so on: the carry is a slot of its own. First the carry out, for the
 * destination may be one of the sources. */
static void read_carry(reading *r) {
    char operation[16] = "", rest[16] = "", name[64];
    const char *dot = strchr(r->opcode, '.'), *type = strrchr(r->opcode, '.') + 1;
    const bool out = strstr(r->opcode, ".cc.") != NULL, in = dot[-1] == 'c';
    const bool mad = r->opcode[0] == 'm';
    const char letter = !strcmp(type, "u64") || !strcmp(type, "s64") ? 'd' : 'w';
    uint32_t s[SG_SOURCES] = {0, 0, 0, in ? SG_SLOT_CARRY : SG_SLOT_ZERO};
    if (letter == 'w' && strcmp(type, "u32") && strcmp(type, "s32")) refuse(r);
    if (mad) snprintf(rest, sizeof rest, "%.3s", dot);
    snprintf(operation, sizeof operation, "%.3s%s", r->opcode, rest);
    const uint32_t d = take_destination(r, letter);
    for (int i = 0; i < (mad ? 3 : 2); i++) s[i] = comma(r) ? take_source(r, letter) : 0;
    snprintf(name, sizeof name, "%s{carry}.%s", operation, letter == 'd' ? "u64" : "u32");
    if (out) emit_alu(r, name, SG_SLOT_SINK, s);
    snprintf(name, sizeof name, "%s{value}.%s", operation, letter == 'd' ? "u64" : "u32");
    emit_alu(r, name, d, s);
    if (out) emit_alu(r, "mov.pred", SG_SLOT_CARRY, (const uint32_t[SG_SOURCES]){SG_SLOT_SINK});
}

/* ---------------------------------------------------------------------------------------------------- memory */

/* Modifiers that change nothing here: all memory is coherent, and caches and scopes do not exist. */
static const char no_effect[] =
    "weak volatile relaxed acquire release acq_rel cta cluster gpu sys ca cg cs lu cv wb wt nc "
    "L2::64B L2::128B L2::256B L1::evict_normal L1::evict_unchanged L1::evict_first "
    "L1::evict_last L1::no_allocate";

static bool take_space(sg_instruction *i, const char *word, size_t n) {
    /* clang-format off */
    static const struct { const char *name; sg_space space; } spaces[] = {
        {"global", SG_GLOBAL}, {"const", SG_CONST}, {"shared", SG_SHARED}, {"shared::cta", SG_SHARED},
        {"local", SG_LOCAL}, {"param", SG_PARAM}, {"param::entry", SG_PARAM}};
    /* clang-format on */
    for (size_t k = 0; k < sizeof spaces / sizeof spaces[0]; k++)
        if (strlen(spaces[k].name) == n && !strncmp(spaces[k].name, word, n)) return i->space = spaces[k].space, true;
    return false;
}

static bool take_atomic(sg_instruction *i, const char *word, size_t n) {
    /* clang-format off */
    static const struct { const char *name; sg_atomic operation; } operations[] = {
        {"add", SG_ADD}, {"min", SG_MIN}, {"max", SG_MAX}, {"and", SG_AND}, {"or", SG_OR}, {"xor", SG_XOR},
        {"exch", SG_EXCHANGE}, {"cas", SG_COMPARE}, {"inc", SG_INCREMENT}, {"dec", SG_DECREMENT}};
    /* clang-format on */
    for (size_t k = 0; k < sizeof operations / sizeof operations[0]; k++)
        if (strlen(operations[k].name) == n && !strncmp(operations[k].name, word, n))
            return i->operation = operations[k].operation, true;
    return false;
}

/* The words of the opcode after the first. */
static bool take_modifiers(reading *r, sg_instruction *i) {
    i->count = 1;
    i->operation = -1;
    for (const char *word = strchr(r->opcode, '.'); word && *word;) {
        const size_t n = strcspn(++word, ".");
        const sg_type *type = sg_type_find(word, n);
        if (type) i->type = type;
        else if (n == 2 && (!strncmp(word, "v2", 2) || !strncmp(word, "v4", 2))) i->count = (uint32_t)word[1] - '0';
        else if (!take_space(i, word, n) && !is_listed(no_effect, word, n) &&
                 !(i->kind == SG_ATOMIC && take_atomic(i, word, n)))
            return refuse(r);
        word += n;
    }
    return i->type ? true : refuse(r);
}

/* [register+4], [variable+4], [1234] */
static void take_address(reading *r, sg_instruction *i) {
    sg_number n = {0};
    if (!sg_scan_expect(r->scan, '[')) return;
    r->in_address = true;
    i->address = take_source(r, 'W');
    r->in_address = false;
    i->narrow = r->width == 'w';
    const bool minus = sg_scan_peek(r->scan) == '-';
    if (minus || sg_scan_accept(r->scan, '+')) sg_scan_number(r->scan, &n);
    if (n.is_float) sg_scan_fail(r->scan, "an offset expected");
    i->offset = (int64_t)n.integer;
    sg_scan_expect(r->scan, ']');
}

/* A register as wide as the type or wider. */
static char value_letter(const sg_type *type) { return type->bytes == 8 ? 'd' : type->bytes == 4 ? 'W' : 'H'; }

static void take_values(reading *r, uint32_t *values, uint32_t count, const sg_type *type,
                        uint32_t (*take)(reading *, char)) {
    if (count > 1 && !sg_scan_expect(r->scan, '{')) return;
    for (uint32_t i = 0; i < count; i++)
        if (!i || comma(r)) values[i] = take(r, value_letter(type));
    if (count > 1) sg_scan_expect(r->scan, '}');
}

static void read_load(reading *r) {
    sg_instruction i = r->base;
    i.kind = SG_LOAD;
    if (!take_modifiers(r, &i)) return;
    take_values(r, i.d, i.count, i.type, take_destination);
    if (comma(r)) take_address(r, &i);
    *emit(r, SG_LOAD) = i;
}

static void read_store(reading *r) {
    sg_instruction i = r->base;
    i.kind = SG_STORE;
    if (!take_modifiers(r, &i)) return;
    if (i.space == SG_CONST || i.space == SG_PARAM) refuse(r);
    take_address(r, &i);
    if (comma(r)) take_values(r, i.s, i.count, i.type, take_source);
    *emit(r, SG_STORE) = i;
}

/* Floats, 16 bits and vectors are left out. */
static bool is_known_atomic(const sg_instruction *i) {
    const bool bits = i->operation == SG_AND || i->operation == SG_OR || i->operation == SG_XOR ||
                      i->operation == SG_EXCHANGE || i->operation == SG_COMPARE;
    const bool counts = i->operation == SG_INCREMENT || i->operation == SG_DECREMENT;
    if (i->operation < 0 || i->count != 1 || i->type->bytes < 4 || i->type->sign == 'f') return false;
    if (counts) return i->type->sign == 'u' && i->type->bytes == 4;
    return bits == (i->type->sign == 'b') && i->space != SG_CONST && i->space != SG_PARAM && i->space != SG_LOCAL;
}

/* atom returns what was there; red does not. */
static void read_atomic(reading *r) {
    sg_instruction i = r->base;
    i.kind = SG_ATOMIC;
    i.d[0] = SG_SLOT_SINK;
    if (!take_modifiers(r, &i)) return;
    if (!is_known_atomic(&i)) refuse(r);
    if (!strncmp(r->opcode, "atom", 4)) {
        i.d[0] = take_destination(r, value_letter(i.type));
        comma(r);
    }
    take_address(r, &i);
    for (int k = 0; k < (i.operation == SG_COMPARE ? 2 : 1); k++)
        if (comma(r)) i.s[k] = take_source(r, value_letter(i.type));
    *emit(r, SG_ATOMIC) = i;
}

/* --------------------------------------------------------------------------------------------------- control */

static void read_branch(reading *r) {
    sg_label *jump = sg_push(&r->p->jumps, &r->p->jump_count, sizeof *jump);
    if (strcmp(r->opcode, "bra") && strcmp(r->opcode, "bra.uni")) refuse(r);
    if (!sg_scan_word(r->scan, jump->name, false)) sg_scan_fail(r->scan, "a label expected");
    jump->line = r->base.line;
    jump->at = (uint32_t)r->p->kernel->length;
    emit(r, SG_BRANCH);
}

static void read_exit(reading *r) {
    if (is_one_of(r, "ret ret.uni exit")) emit(r, SG_EXIT);
    else refuse(r);
}

static void read_trap(reading *r) {
    if (strcmp(r->opcode, "trap")) refuse(r);
    else emit(r, SG_TRAP);
}

static void read_fence(reading *r) {
    if (is_one_of(r, "membar.cta membar.gl membar.sys fence.acq_rel.cta fence.acq_rel.gpu fence.acq_rel.sys "
                     "fence.sc.cta fence.sc.gpu fence.sc.sys fence.cta fence.gpu fence.sys"))
        emit(r, SG_FENCE);
    else refuse(r);
}

/* Barrier of the whole block. With a number of threads as a second operand it would be of a part: refused. */
static void read_barrier(reading *r) {
    if (!strcmp(r->opcode, "bar.warp.sync")) {
        const uint32_t mask = take_source(r, 'w');
        emit(r, SG_WARP_BARRIER)->s[0] = mask;
        return;
    }
    if (!is_one_of(r, "bar.sync bar.cta.sync barrier.sync barrier.sync.aligned barrier.cta.sync "
                      "barrier.cta.sync.aligned"))
        refuse(r);
    const uint64_t number = sg_scan_count(r->scan);
    if (number > 15 || sg_scan_peek(r->scan) == ',') refuse(r);
    r->p->kernel->has_barrier = true;
    emit(r, SG_BARRIER)->operation = (int)number;
}

/* ---------------------------------------------------------------------------------------------- across lanes */

static void read_shuffle(reading *r) {
    if (!is_one_of(r, "shfl.sync.up.b32 shfl.sync.down.b32 shfl.sync.bfly.b32 shfl.sync.idx.b32")) {
        refuse(r);
        return;
    }
    sg_instruction i = r->base;
    i.kind = SG_SHUFFLE;
    i.operation = r->opcode[10];
    i.d[0] = take_destination(r, 'w');
    i.d[1] = sg_scan_accept(r->scan, '|') ? take_destination(r, 'p') : SG_SLOT_SINK;
    for (int k = 0; k < SG_SOURCES; k++)
        if (comma(r)) i.s[k] = take_source(r, 'w');
    *emit(r, SG_SHUFFLE) = i;
}

static void read_vote(reading *r) {
    static const char *const names[] = {"vote.sync.all.pred", "vote.sync.any.pred", "vote.sync.uni.pred",
                                        "vote.sync.ballot.b32"};
    sg_instruction i = r->base;
    i.kind = SG_VOTE;
    while (i.operation <= SG_VOTE_BALLOT && strcmp(r->opcode, names[i.operation])) i.operation++;
    if (i.operation > SG_VOTE_BALLOT) {
        refuse(r);
        return;
    }
    i.d[0] = take_destination(r, i.operation == SG_VOTE_BALLOT ? 'w' : 'p');
    if (comma(r)) i.s[0] = take_predicate(r);
    if (comma(r)) i.s[1] = take_source(r, 'w');
    *emit(r, SG_VOTE) = i;
}

static void read_active_mask(reading *r) {
    if (strcmp(r->opcode, "activemask.b32")) refuse(r);
    const uint32_t d = take_destination(r, 'w');
    emit(r, SG_ACTIVE_MASK)->d[0] = d;
}

/* ----------------------------------------------------------------------------------------------------- table */

/* clang-format off */
static const struct {
    const char *name; /* the first word of the opcode */
    void (*read)(reading *r);
} readers[] = {
    {"mov", read_mov},       {"ld", read_load},        {"ldu", read_load},          {"st", read_store},
    {"atom", read_atomic},   {"red", read_atomic},     {"bra", read_branch},        {"ret", read_exit},
    {"exit", read_exit},     {"trap", read_trap},      {"membar", read_fence},      {"fence", read_fence},
    {"bar", read_barrier},   {"barrier", read_barrier}, {"shfl", read_shuffle},     {"vote", read_vote},
    {"addc", read_carry},    {"subc", read_carry},     {"madc", read_carry},
    {"activemask", read_active_mask},
};
/* clang-format on */

void sg_decode(sg_parser *p, const char *opcode, uint32_t guard, bool unless) {
    reading r = {p, &p->scan, opcode, {.line = p->scan.line, .guard = guard, .unless = unless}, 0, false};
    const size_t n = strcspn(opcode, ".");
    void (*read)(reading *) = strstr(opcode, ".cc.") ? read_carry : read_form;
    for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++)
        if (strlen(readers[i].name) == n && !strncmp(readers[i].name, opcode, n)) read = readers[i].read;
    read(&r);
    sg_scan_expect(&p->scan, ';');
}
