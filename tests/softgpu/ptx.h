/* SPDX-License-Identifier: Apache-2.0
 *
 * PTX, decoded: what the parser makes and the warps execute.
 *
 * A warp's registers, constants and special registers are slots of one file, each slot one word per lane, so that an
 * instruction is decoded once and run for 32 threads.
 */
#ifndef SG_PTX_H
#define SG_PTX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SG_LANES = 32, SG_SOURCES = 4 };

/* One register of one thread. Every write fills it: what is narrower than 64 bits is extended. */
typedef union sg_word {
    uint64_t u64;
    int64_t s64;
    double f64;
    uint32_t u32;
    int32_t s32;
    float f32;
    uint16_t u16;
    int16_t s16;
    uint8_t u8;
    int8_t s8;
} sg_word;

/* An arithmetic instruction: `shape` is the destination and then the sources, a letter each: p predicate, h 16 bits,
 * w 32 bits, d 64 bits; B, H, W take a register of 8, 16, 32 bits or more, as cvt does. */
typedef struct sg_form {
    const char *name, *shape;
    void (*run)(sg_word *d, const sg_word *const *s);
} sg_form;

/* The form of that name for this processor, or NULL. */
const sg_form *sg_form_find(const char *name);
/* Form number i in the order of the table; NULL after the last. */
const sg_form *sg_form_at(size_t i);

/* clang-format off */

/* Slots that every kernel has. Slot 0 is never written and stands for sources that are not there. */
enum {
    SG_SLOT_ZERO, SG_SLOT_SINK, SG_SLOT_CARRY,
    SG_SLOT_TID, SG_SLOT_NTID = SG_SLOT_TID + 3, SG_SLOT_CTAID = SG_SLOT_NTID + 3, SG_SLOT_NCTAID = SG_SLOT_CTAID + 3,
    SG_SLOT_LANE = SG_SLOT_NCTAID + 3, SG_SLOT_WARP, SG_SLOT_WARPS,
    SG_SLOT_EQ, SG_SLOT_LT, SG_SLOT_LE, SG_SLOT_GT, SG_SLOT_GE,
    SG_SLOTS
};

/* clang-format on */

typedef enum sg_space { SG_GENERIC, SG_GLOBAL, SG_CONST, SG_SHARED, SG_LOCAL, SG_PARAM } sg_space;

/* Where a generic address says shared, local or param; everything else is global. */
#define SG_WINDOW_SHARED UINT64_C(0x100000000000)
#define SG_WINDOW_LOCAL UINT64_C(0x110000000000)
#define SG_WINDOW_PARAM UINT64_C(0x120000000000)
#define SG_WINDOW_BYTES UINT64_C(0x010000000000)

/* clang-format off */

typedef enum sg_kind {
    SG_ALU, SG_LOAD, SG_STORE, SG_ATOMIC, SG_BRANCH, SG_EXIT, SG_TRAP, SG_FENCE, SG_BARRIER, SG_WARP_BARRIER,
    SG_SHUFFLE, SG_VOTE, SG_ACTIVE_MASK
} sg_kind;

typedef enum sg_atomic {
    SG_ADD, SG_MIN, SG_MAX, SG_AND, SG_OR, SG_XOR, SG_EXCHANGE, SG_COMPARE, SG_INCREMENT, SG_DECREMENT
} sg_atomic;

/* clang-format on */

typedef enum sg_vote { SG_VOTE_ALL, SG_VOTE_ANY, SG_VOTE_UNI, SG_VOTE_BALLOT } sg_vote;

/* Of a value in memory. */
typedef struct sg_type {
    const char *name;
    uint8_t bytes;
    char sign; /* u, s, f, b */
} sg_type;

typedef struct sg_instruction {
    sg_kind kind;
    uint32_t line;           /* in the PTX text */
    uint32_t guard;          /* slot of a predicate, or SG_SLOT_ZERO: always */
    bool unless;             /* @!p */
    uint32_t d[4];           /* destinations of a load; of everything else only the first */
    uint32_t s[SG_SOURCES];  /* sources; the values of a store */
    const sg_form *form;     /* SG_ALU */
    uint32_t target;         /* SG_BRANCH */
    sg_space space;          /* memory */
    const sg_type *type;     /* memory */
    uint32_t address, count; /* memory: slot, values */
    int64_t offset;          /* memory: bytes */
    bool narrow;             /* memory: the address is in a register of 32 bits */
    int operation;           /* SG_ATOMIC: sg_atomic; SG_VOTE: sg_vote; SG_SHUFFLE: u d b i; SG_BARRIER: number */
} sg_instruction;

/* A slot whose word is the same in every thread. If there is a variable, its address is added. */
typedef struct sg_constant {
    uint32_t slot;
    uint64_t value;
    int32_t variable; /* of the module, or -1 */
} sg_constant;

/* A .global or .const variable. */
typedef struct sg_variable {
    char name[128];
    sg_space space;
    uint64_t bytes, align;
    uint8_t *initial; /* `bytes` bytes; NULL if it has no initializer */
    uint64_t address; /* set by the module's loader */
} sg_variable;

typedef struct sg_parameter {
    uint32_t offset, bytes;
} sg_parameter;

typedef struct sg_kernel {
    char name[128];
    sg_instruction *code;
    size_t length;
    sg_constant *constants;
    size_t constant_count;
    sg_parameter *parameters;
    size_t parameter_count;
    uint32_t slots, parameter_bytes, shared_bytes, local_bytes;
    uint32_t required_block[3], most_threads; /* .reqntid, .maxntid; 0: not given */
    bool has_barrier;
} sg_kernel;

typedef struct sg_program {
    sg_kernel *kernels;
    size_t kernel_count;
    sg_variable *variables;
    size_t variable_count;
    unsigned target; /* 75 for sm_75 */
    char error[512]; /* "" or what is wrong, with the line */
} sg_program;

/* Parses zero-terminated PTX. Never NULL unless memory is exhausted; look at `error`. */
sg_program *sg_parse(const char *text);
void sg_program_free(sg_program *program);

/* A copy of the PTX in an image: PTX text, a fat binary, or the wrapper that points to one. The PTX of the highest
 * architecture not above `capability` (75) is taken. NULL if there is none, and *why says why. The caller frees it. */
char *sg_fatbin_ptx(const void *image, unsigned capability, const char **why);

#endif
