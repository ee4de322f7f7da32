/* SPDX-License-Identifier: Apache-2.0
 *
 * Every arithmetic instruction against what expected.py says PTX gives.
 *
 * instructions LIBRARY EXPECTED; on the software GPU it also fails if an instruction that it knows has no case. LIBRARY
 * may be libcuda.so.1: then it is the oracle and the GPU that are compared.
 */
#include "gpu.h"

enum { OPERANDS = 4, NAME = 64 };

typedef struct test_case {
    uint64_t operand[OPERANDS], low, high;
    char kind;
} test_case;

typedef struct test_form {
    char name[NAME], shape[8];
    size_t count;
    test_case *cases;
} test_form;

static test_form *forms;
static size_t form_count;

/* ------------------------------------------------------------------------------------------------------ read */

static int read_case(FILE *f, test_case *c) {
    unsigned long long n[OPERANDS + 2];
    if (fscanf(f, "%llx %llx %llx %llx %c %llx %llx ", &n[0], &n[1], &n[2], &n[3], &c->kind, &n[4], &n[5]) != 7)
        return 0;
    for (int i = 0; i < OPERANDS; i++) c->operand[i] = n[i];
    c->low = n[4];
    c->high = n[5];
    return 1;
}

static int read_form(FILE *f) {
    test_form form;
    int n = fscanf(f, "form %63s %7s %zu ", form.name, form.shape, &form.count);
    if (n != 3) return 0;
    form.cases = calloc(form.count, sizeof *form.cases);
    for (size_t i = 0; i < form.count; i++)
        if (!read_case(f, &form.cases[i])) exit(2);
    forms = realloc(forms, (form_count + 1) * sizeof *forms);
    forms[form_count++] = form;
    return 1;
}

static void read_expected(const char *file) {
    FILE *f = fopen(file, "r");
    if (!f) exit(2);
    while (read_form(f)) continue;
    if (!feof(f) || !form_count) {
        printf("%s: cannot be read after %zu forms\n", file, form_count);
        exit(2);
    }
    fclose(f);
}

/* ------------------------------------------------------------------------------------------------------- run */

/* Thread i takes operands 4i to 4i + 3 as 64 bits each and stores one word. */
static const char prologue[] =
    ".version 6.4\n.target sm_75\n.address_size 64\n"
    ".visible .entry test(.param .u64 in, .param .u64 out)\n{\n"
    ".reg .pred %p<8>;\n.reg .b16 %h<8>;\n.reg .b32 %w<8>;\n.reg .b64 %d<8>;\n.reg .b64 %in, %out, %i;\n"
    "ld.param.u64 %in, [in];\nld.param.u64 %out, [out];\nmov.u32 %w7, %tid.x;\ncvt.u64.u32 %i, %w7;\n"
    "mad.lo.u64 %in, %i, 32, %in;\nmad.lo.u64 %out, %i, 8, %out;\n"
    "ld.global.u64 %d1, [%in];\nld.global.u64 %d2, [%in+8];\nld.global.u64 %d3, [%in+16];\nld.global.u64 %d4, "
    "[%in+24];\n"
    "cvt.u32.u64 %w1, %d1;\ncvt.u32.u64 %w2, %d2;\ncvt.u32.u64 %w3, %d3;\ncvt.u32.u64 %w4, %d4;\n"
    "cvt.u16.u64 %h1, %d1;\ncvt.u16.u64 %h2, %d2;\ncvt.u16.u64 %h3, %d3;\ncvt.u16.u64 %h4, %d4;\n"
    "setp.ne.u64 %p1, %d1, 0;\nsetp.ne.u64 %p2, %d2, 0;\nsetp.ne.u64 %p3, %d3, 0;\n";

static const char *epilogue(char letter) {
    switch (letter) {
    case 'p': return "selp.u64 %d0, 1, 0, %p0;\nst.global.u64 [%out], %d0;\nret;\n}\n";
    case 'h': return "cvt.u64.u16 %d0, %h0;\nst.global.u64 [%out], %d0;\nret;\n}\n";
    case 'w': return "cvt.u64.u32 %d0, %w0;\nst.global.u64 [%out], %d0;\nret;\n}\n";
    default: return "st.global.u64 [%out], %d0;\nret;\n}\n";
    }
}

/* The table of lop3 is a number in the instruction, not a register. */
static void write_ptx(const test_form *form, uint64_t table, char *ptx, size_t capacity) {
    const int is_lop3 = !strncmp(form->name, "lop3", 4);
    int n = snprintf(ptx, capacity, "%s%s %%%c0", prologue, form->name, form->shape[0]);
    for (int i = 1; form->shape[i]; i++)
        n += is_lop3 && i == 4 ? snprintf(ptx + n, capacity - (size_t)n, ", %llu", (unsigned long long)table)
                               : snprintf(ptx + n, capacity - (size_t)n, ", %%%c%d", form->shape[i], i);
    snprintf(ptx + n, capacity - (size_t)n, ";\n%s", epilogue(form->shape[0]));
}

static void run(const test_form *form, uint64_t table, uint64_t *results) {
    char ptx[4096];
    write_ptx(form, table, ptx, sizeof ptx);
    const gpu_place place = gpu_enter(ptx);
    CUdeviceptr in = gpu_allocate(form->count * 32), out = gpu_allocate(form->count * 8);
    for (size_t i = 0; i < form->count; i++) OK(gpu.cuMemcpyHtoD_v2(in + 32 * i, form->cases[i].operand, 32));
    OK(gpu_launch(gpu_function(place, "test"), 1, (unsigned)form->count, NULL, (void *[]){&in, &out}));
    OK(gpu.cuMemcpyDtoH_v2(results, out, form->count * 8));
    OK(gpu.cuMemFree_v2(in));
    OK(gpu.cuMemFree_v2(out));
    gpu_leave(place);
}

static double as_real(uint64_t bits, char kind) {
    const uint32_t low = (uint32_t)bits;
    double twice;
    float single;
    memcpy(&twice, &bits, sizeof twice);
    memcpy(&single, &low, sizeof single);
    return kind == 'r' ? (double)single : twice;
}

static int is_right(const test_case *c, uint64_t found) {
    const double x = as_real(found, c->kind);
    if (c->kind == 'x') return found == c->low;
    return c->kind == 'n' ? x != x : x >= as_real(c->low, c->kind) && x <= as_real(c->high, c->kind);
}

/* Of lop3 only the cases with this table are looked at. */
static size_t compare(const test_form *form, uint64_t table, const uint64_t *results) {
    size_t wrong = 0;
    for (size_t i = 0; i < form->count; i++) {
        const test_case *c = &form->cases[i];
        if ((!strncmp(form->name, "lop3", 4) && c->operand[3] != table) || is_right(c, results[i])) continue;
        if (!wrong++)
            print_error(
                "%s of %llx %llx %llx %llx: %llx, not %c %llx %llx\n", form->name, (unsigned long long)c->operand[0],
                (unsigned long long)c->operand[1], (unsigned long long)c->operand[2], (unsigned long long)c->operand[3],
                (unsigned long long)results[i], c->kind, (unsigned long long)c->low, (unsigned long long)c->high);
    }
    return wrong;
}

static size_t check(const test_form *form) {
    static const uint64_t tables[] = {0, 0x96, 0xE8, 0xCA, 0x80, 0xFE, 0xFF};
    const size_t n = strncmp(form->name, "lop3", 4) ? 1 : sizeof tables / sizeof tables[0];
    uint64_t *results = calloc(form->count, sizeof *results);
    size_t wrong = 0;
    for (size_t i = 0; i < n; i++) {
        run(form, tables[i], results);
        wrong += compare(form, tables[i], results);
    }
    free(results);
    return wrong;
}

static void test_every_form(void **state) {
    size_t wrong = 0, cases = 0;
    (void)state;
    for (size_t i = 0; i < form_count; i++) {
        wrong += check(&forms[i]);
        cases += forms[i].count;
    }
    print_message("%zu forms, %zu cases, %zu wrong\n", form_count, cases, wrong);
    assert_int_equal(wrong, 0);
}

/* Any value within the bound means: other seeds, other values, and all of them right. */
static void test_approximations(void **state) {
    static const char *const choices[] = {"low", "high", "1", "2", "3"};
    enum { CHOICES = sizeof choices / sizeof choices[0], MOST = 1024 };
    static uint64_t results[CHOICES][MOST];
    (void)state;
    for (size_t i = 0; i < form_count; i++) {
        const test_form *form = &forms[i];
        if (form->cases[0].kind != 'r' && form->cases[0].kind != 'R') continue;
        for (int k = 0; k < CHOICES; k++) {
            setenv("SOFTGPU_APPROX", choices[k], 1);
            OK(gpu.cuInit(0));
            run(form, 0, results[k]);
            assert_int_equal(compare(form, 0, results[k]), 0);
            for (int other = 0; other < k; other++)
                if (!memcmp(results[k], results[other], form->count * 8))
                    fail_msg("%s is the same for %s and %s", form->name, choices[k], choices[other]);
        }
    }
    unsetenv("SOFTGPU_APPROX");
    OK(gpu.cuInit(0));
}

static int is_tested(const char *name) {
    size_t i = 0;
    while (i < form_count && strcmp(forms[i].name, name)) i++;
    /* Where the windows of shared, local and param memory lie is nobody's business: spaces.ptx goes there and back. */
    return i < form_count || !strncmp(name, "cvta.", 5);
}

static void test_every_form_has_a_case(void **state) {
    const char *name;
    size_t n = 0, missing = 0;
    (void)state;
    for (; (name = gpu.form(n)) != NULL; n++)
        if (!is_tested(name)) {
            print_error("%s has no case\n", name);
            missing++;
        }
    assert_true(n > 400);
    assert_int_equal(missing, 0);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_form), cmocka_unit_test(test_approximations),
                                       cmocka_unit_test(test_every_form_has_a_case)};
    if (argc != 3) return 2;
    gpu_open(argv[1]);
    read_expected(argv[2]);
    return gpu.form
               ? cmocka_run_group_tests(tests, NULL, NULL)
               : cmocka_run_group_tests(((const struct CMUnitTest[]){cmocka_unit_test(test_every_form)}), NULL, NULL);
}
