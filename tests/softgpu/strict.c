/* SPDX-License-Identifier: Apache-2.0
 *
 * The software GPU by itself: kernels that are not this project's, and what it does not let pass.
 *
 * strict LIBRARY; it runs itself again for what is decided when the library is loaded or the process ends.
 */
#include "gpu.h"

#include <ctype.h>
#include <unistd.h>

static char *kernels, *faults;
static const char *program, *library;

/* ------------------------------------------------------------------------------------------------ good kernels */

/* Copies n words in, launches, copies n words back. */
static void run_words(const char *name, unsigned blocks, unsigned threads, unsigned shared, const void *in,
                      size_t in_bytes, void *out, size_t out_bytes) {
    const gpu_place place = gpu_enter(kernels);
    CUdeviceptr from = gpu_allocate(in_bytes ? in_bytes : 1), to = gpu_allocate(out_bytes);
    void *both[] = {&from, &to}, *one[] = {&to};
    if (in_bytes) OK(gpu.cuMemcpyHtoD_v2(from, in, in_bytes));
    OK(gpu.cuLaunchKernel(gpu_function(place, name), blocks, 1, 1, threads, 1, 1, shared, NULL, in_bytes ? both : one,
                          NULL));
    OK(gpu.cuMemcpyDtoH_v2(out, to, out_bytes));
    OK(gpu.cuMemFree_v2(from));
    OK(gpu.cuMemFree_v2(to));
    gpu_leave(place);
}

static void test_barriers(void **state) {
    enum { BLOCKS = 7, THREADS = 128 };
    uint32_t in[BLOCKS * THREADS], out[BLOCKS], sums[BLOCKS] = {0};
    (void)state;
    for (uint32_t i = 0; i < BLOCKS * THREADS; i++) sums[i / THREADS] += in[i] = i * i * 2654435761u;
    run_words("reduce", BLOCKS, THREADS, 0, in, sizeof in, out, sizeof out);
    assert_memory_equal(out, sums, sizeof sums);
}

static void test_dynamic_shared_memory(void **state) {
    enum { THREADS = 100 };
    uint16_t in[THREADS], out[THREADS];
    (void)state;
    for (uint16_t i = 0; i < THREADS; i++) in[i] = (uint16_t)(i * 601);
    run_words("reverse", 1, THREADS, 2 * THREADS, in, sizeof in, out, sizeof out);
    for (int i = 0; i < THREADS; i++) assert_int_equal(out[i], in[THREADS - 1 - i]);
}

static uint32_t collatz(uint32_t n) {
    uint32_t steps = 0;
    for (; n != 1; steps++) n = n % 2 ? 3 * n + 1 : n / 2;
    return steps;
}

static void test_divergence(void **state) {
    enum { COUNT = 1000 };
    static uint32_t out[COUNT];
    uint32_t count = COUNT;
    const gpu_place place = gpu_enter(kernels);
    CUdeviceptr to = gpu_allocate(sizeof out);
    (void)state;
    OK(gpu_launch(gpu_function(place, "collatz"), 8, 160, NULL, (void *[]){&count, &to}));
    OK(gpu.cuMemcpyDtoH_v2(out, to, sizeof out));
    for (uint32_t i = 0; i < COUNT; i++) assert_int_equal(out[i], collatz(i + 1));
    OK(gpu.cuMemFree_v2(to));
    gpu_leave(place);
}

static void test_widths(void **state) {
    uint8_t in[64];
    uint64_t out[13];
    float sum;
    uint32_t bits, word[4];
    (void)state;
    for (int i = 0; i < 64; i++) in[i] = (uint8_t)(0xf1 + 3 * i);
    memcpy(in + 32, (const float[]){1.5f, 0x1p-24f}, 8);
    run_words("widths", 1, 1, 0, in, sizeof in, out, sizeof out);
    assert_int_equal(out[0], in[0]);
    assert_int_equal(out[1], (uint64_t)(int8_t)in[0]);
    assert_int_equal(out[2], in[2] | in[3] << 8);
    assert_int_equal(out[3], (uint32_t)(int16_t)(in[2] | in[3] << 8));
    assert_int_equal(out[4], (uint64_t)(int32_t)(in[4] | in[5] << 8 | in[6] << 16 | (uint32_t)in[7] << 24));
    memcpy(word, in + 16, 16);
    assert_int_equal(out[6], word[3] | (uint64_t)word[2] << 32);
    assert_int_equal(out[7], word[1] | (uint64_t)word[0] << 32);
    sum = 1.5f; /* 2^-24 is half a unit of the last place, and 1.5 is even */
    memcpy(&bits, &sum, 4);
    assert_int_equal(out[5], bits | (uint64_t)word[0] << 32);
    const uint64_t low = word[0] & 0xffff, high = word[0] >> 16;
    assert_int_equal(out[8], high | low << 16 | high << 32 | low << 48);
    assert_int_equal((uint32_t)out[9], low | high << 16);
    assert_int_equal(out[9] >> 32, (low & 255) | 0xff00 | low << 16);
    assert_memory_equal(&out[10], in + 56, 8);
    assert_memory_equal(&out[11], in + 48, 8);
    assert_int_equal(out[12], 77 | (uint64_t)word[1] << 32); /* the inner %r2 is another one */
}

static void test_spaces(void **state) {
    enum { THREADS = 40 };
    const uint32_t many[4] = {11, 12, 13, 14};
    uint32_t out[THREADS][10];
    const gpu_place place = gpu_enter(kernels);
    CUdeviceptr to = gpu_allocate(sizeof out);
    (void)state;
    uint32_t argument[4];
    memcpy(argument, many, sizeof many);
    OK(gpu_launch(gpu_function(place, "spaces"), 1, THREADS, NULL, (void *[]){argument, &to}));
    OK(gpu.cuMemcpyDtoH_v2(out, to, sizeof out));
    for (uint32_t i = 0; i < THREADS; i++) {
        const uint32_t expected[10] = {12, 14, i, 99, 5, 5, 7, 0x08070605, 0, 3};
        assert_memory_equal(out[i], expected, sizeof expected);
    }
    OK(gpu.cuMemFree_v2(to));
    gpu_leave(place);
}

static void test_carries(void **state) {
    const uint64_t in[4] = {UINT64_MAX, 5, 3, UINT64_MAX};
    uint64_t out[6];
    (void)state;
    run_words("carries", 1, 1, 0, in, sizeof in, out, sizeof out);
    const uint64_t expected[6] = {2, 5, UINT64_MAX - 3, 6, 6, 0};
    assert_memory_equal(out, expected, sizeof expected);
    const uint64_t other[4] = {0xfedcba9876543210, 0, 0x8000000180000001, 0};
    run_words("carries", 1, 1, 0, other, sizeof other, out, sizeof out);
    __extension__ const unsigned __int128 product = (unsigned __int128)(other[0] + other[2]) * other[2];
    assert_int_equal(out[1], 1);
    assert_int_equal(out[4], (uint64_t)product);
    assert_int_equal(out[5], (uint64_t)(product >> 64));
}

static void test_atomics(void **state) {
    enum { BLOCKS = 33, THREADS = 96, ALL = BLOCKS * THREADS };
    const uint64_t sum = (uint64_t)ALL * (ALL - 1) / 2;
    uint32_t a[8] = {0};
    const gpu_place place = gpu_enter(kernels);
    CUdeviceptr to = gpu_allocate(sizeof a);
    (void)state;
    OK(gpu.cuMemcpyHtoD_v2(to, a, sizeof a));
    OK(gpu_launch(gpu_function(place, "atomics"), BLOCKS, THREADS, NULL, (void *[]){&to}));
    OK(gpu.cuMemcpyDtoH_v2(a, to, sizeof a));
    const uint32_t expected[6] = {(uint32_t)sum, ALL - 1, (uint32_t)(1 - ALL), UINT32_MAX, ALL % 10, 2 * ALL};
    assert_memory_equal(a, expected, sizeof expected);
    assert_int_equal(a[6] | (uint64_t)a[7] << 32, sum << 31);
    OK(gpu.cuMemFree_v2(to));
    gpu_leave(place);
}

static void test_lanes(void **state) {
    uint32_t out[32][8];
    (void)state;
    run_words("lanes", 1, 32, 0, NULL, 0, out, sizeof out);
    for (uint32_t i = 0; i < 32; i++) {
        const int inside = i % 8 + 2 < 8; /* 0x181f: segments of 8 */
        const uint32_t lt = (1u << i) - 1, ge = ~lt;
        const uint32_t expected[8] = {i ? 3 * i - 3 : 0,  inside ? 3 * i + 1006 : 3 * i,
                                      3 * (i ^ 5),        27,
                                      0xfffffc00,         1,
                                      i < 10 ? 0x3ff : 0, ge - lt};
        assert_memory_equal(out[i], expected, sizeof expected);
    }
}

static void test_indices(void **state) {
    enum { ALL = 2 * 3 * 4 * 5 * 3 * 2 };
    static uint32_t out[ALL];
    const gpu_place place = gpu_enter(kernels);
    CUdeviceptr to = gpu_allocate(sizeof out);
    (void)state;
    OK(gpu.cuLaunchKernel(gpu_function(place, "index"), 2, 3, 4, 5, 3, 2, 0, NULL, (void *[]){&to}, NULL));
    OK(gpu.cuMemcpyDtoH_v2(out, to, sizeof out));
    for (uint32_t i = 0; i < ALL; i++) assert_int_equal(out[i], 4000 + i);
    OK(gpu.cuMemFree_v2(to));
    gpu_leave(place);
}

static void test_variables(void **state) {
    gpu_place place = gpu_enter(kernels);
    CUdeviceptr address = 0;
    size_t bytes = 0;
    double half = 0;
    (void)state;
    OK(gpu.cuModuleGetGlobal_v2(&address, &bytes, place.module, "half"));
    assert_int_equal(bytes, 8);
    OK(gpu.cuMemcpyDtoH_v2(&half, address, 8));
    assert_true(half == 0.5);
    FAILS(CUDA_ERROR_NOT_FOUND, gpu.cuModuleGetGlobal_v2(&address, &bytes, place.module, "whole"));
    FAILS(CUDA_ERROR_INVALID_VALUE, gpu.cuMemFree_v2(address));
    OK(gpu.cuModuleUnload(place.module));
    FAILS(CUDA_ERROR_INVALID_VALUE, gpu.cuMemcpyDtoH_v2(&half, address, 8)); /* it went with the module */
    place.module = NULL;
    gpu_leave(place);
}

/* ---------------------------------------------------------------------------------------------------- refusals */

/* What the parser must not guess: a body and what its error names. */
static void test_refusals(void **state) {
    /* clang-format off */
    static const struct { const char *body, *named; } table[] = {
        {"frobnicate.u32 %r1, %r2;", "frobnicate.u32"},
        {"add.u33 %r1, %r2, %r3;", "add.u33"},
        {"add.rz.f32 %f1, %f2, %f3;", "add.rz.f32"},
        {"ld.global.bogus.u32 %r1, [%d1];", "ld.global.bogus.u32"},
        {"ld.global.u32 %r1, [%d1+];", "a number"},
        {"st.const.u32 [%d1], %r1;", "st.const.u32"},
        {"atom.global.add.f32 %f1, [%d1], %f2;", "atom.global.add.f32"},
        {"tex.2d.v4.f32.s32 {%f1, %f2, %f3, %f3}, [t, {%r1, %r2}];", "tex.2d.v4.f32.s32"},
        {"call f;", "call"},
        {"bra NOWHERE;", "NOWHERE"},
        {"add.u32 %r1, %r2, %d1;", "%d1"},
        {"add.u64 %d1, %d2, %r3;", "%r3"},
        {"add.u32 %r1, %r2, 4294967296;", "4294967296"},
        {"add.u32 %r1, %r2, 1.5;", "add.u32"},
        {"add.u16 %h1, %h2, 65536;", "65536"},
        {"{ .reg .b32 %inner; } mov.u32 %inner, 1;", "%inner"},
        {"add.rn.f32 %f1, %f2, 1;", "add.rn.f32"},
        {"add.u32 %r1, %r2;", "','"},
        {"add.u32 %r1, %r2, %r9;", "%r9"},
        {"mov.u32 %tid.x, 1;", "%tid"},
        {"mov.u32 %r1, %clock;", "%clock"},
        {"mov.u32 %r1, nothing;", "nothing"},
        {"bar.sync 0, 64;", "bar.sync"},
        {"setp.lt.u32 %p1|%p2, %r1, %r2;", "','"},
        {"mov.b64{2 %d1, %r1, %r2;", "register"},
        {"@%r1 ret;", "%r1"},
        {"L: add.u32 %r1, %r2, %r3; L: ret;", "L"},
        {"add.u32 %r1, %r2, %r3", "';'"},
    };
    /* clang-format on */
    const gpu_place place = gpu_enter(NULL);
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        char ptx[1024], log[512] = "";
        CUmodule module = NULL;
        CUjit_option options[] = {CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES};
        void *values[] = {log, (void *)sizeof log};
        snprintf(ptx, sizeof ptx,
                 ".version 6.4\n.target sm_75\n.address_size 64\n.entry k() {\n.reg .pred %%p<4>; .reg .b32 %%r<4>;\n"
                 ".reg .f32 %%f<4>; .reg .b64 %%d<4>; .reg .b16 %%h<4>;\n%s\n}\n",
                 table[i].body);
        FAILS(CUDA_ERROR_INVALID_PTX, gpu.cuModuleLoadDataEx(&module, ptx, 2, options, values));
        if (!strstr(log, table[i].named) || !strstr(log, "PTX line "))
            fail_msg("%s: \"%s\" does not name %s and its line", table[i].body, log, table[i].named);
    }
    gpu_leave(place);
}

static void test_images(void **state) {
    const gpu_place place = gpu_enter(NULL);
    CUmodule module = NULL;
    char newer[256];
    (void)state;
    snprintf(newer, sizeof newer, ".version 8.0\n.target sm_90\n.address_size 64\n.entry k() { ret; }\n");
    FAILS(CUDA_ERROR_INVALID_PTX, gpu.cuModuleLoadData(&module, newer));
    setenv("SOFTGPU_CAPABILITY", "9.0", 1);
    OK(gpu.cuModuleLoadData(&module, newer));
    OK(gpu.cuModuleUnload(module));
    unsetenv("SOFTGPU_CAPABILITY");
    FAILS(CUDA_ERROR_NO_BINARY_FOR_GPU, gpu.cuModuleLoadData(&module, "\177ELF and so on, machine code"));
    FAILS(CUDA_ERROR_INVALID_VALUE, gpu.cuModuleLoadData(&module, NULL));
    FAILS(CUDA_ERROR_INVALID_HANDLE, gpu.cuModuleUnload((CUmodule)0x1234));
    gpu_leave(place);
}

/* A fat binary of two kinds of PTX, as nvcc writes it, with these flags. */
static void make_fat(unsigned char *fat, uint64_t flags) {
    static const char *const texts[2] = {".version 6.4\n.target sm_75\n.address_size 64\n.entry old() { ret; }\n",
                                         ".version 8.0\n.target sm_90\n.address_size 64\n.entry new() { ret; }\n"};
    static const uint32_t architectures[2] = {75, 90};
    const uint32_t header = 64;
    uint64_t at = 16;
    memset(fat, 0, 512);
    memcpy(fat, (const uint32_t[]){0xba55ed50, 0x00100001}, 8);
    for (int i = 0; i < 2; i++) {
        const uint64_t bytes = (strlen(texts[i]) + 8) / 8 * 8;
        memcpy(fat + at, (const uint16_t[]){1, 0x101}, 4);
        memcpy(fat + at + 4, &header, 4);
        memcpy(fat + at + 8, &bytes, 8);
        memcpy(fat + at + 28, &architectures[i], 4);
        memcpy(fat + at + 40, &flags, 8);
        memcpy(fat + at + header, texts[i], strlen(texts[i]));
        at += header + bytes;
    }
    at -= 16;
    memcpy(fat + 8, &at, 8);
}

static void test_fat_binaries(void **state) {
    const gpu_place place = gpu_enter(NULL);
    unsigned char fat[512];
    const struct {
        uint32_t magic, version;
        const void *data, *unused;
    } wrapper = {0x466243b1, 1, fat, NULL};
    CUmodule module = NULL;
    CUfunction f = NULL;
    (void)state;
    make_fat(fat, 0x11);
    OK(gpu.cuModuleLoadData(&module, &wrapper));
    OK(gpu.cuModuleGetFunction(&f, module, "old"));
    OK(gpu.cuModuleUnload(module));
    setenv("SOFTGPU_CAPABILITY", "12.0", 1);
    OK(gpu.cuModuleLoadData(&module, fat));
    OK(gpu.cuModuleGetFunction(&f, module, "new"));
    OK(gpu.cuModuleUnload(module));
    setenv("SOFTGPU_CAPABILITY", "7.0", 1);
    FAILS(CUDA_ERROR_NO_BINARY_FOR_GPU, gpu.cuModuleLoadData(&module, fat));
    unsetenv("SOFTGPU_CAPABILITY");
    make_fat(fat, 0x2011);
    FAILS(CUDA_ERROR_NO_BINARY_FOR_GPU, gpu.cuModuleLoadData(&module, fat));
    assert_non_null(strstr(gpu.message(), "compressed"));
    gpu_leave(place);
}

/* ------------------------------------------------------------------------------------------------------ faults */

/* The line of the kernel that is marked "bad". */
static unsigned bad_line(const char *kernel) {
    char start[64];
    unsigned line = 1;
    snprintf(start, sizeof start, ".entry %s(", kernel);
    const char *begin = strstr(faults, start), *bad = strstr(begin, "// bad");
    for (const char *c = faults; c < bad; c++) line += *c == '\n';
    return line;
}

static void expect_report(const char *kernel, const char *thread, const char *text) {
    char expected[128];
    const char *said = gpu.message();
    snprintf(expected, sizeof expected, "kernel %s, PTX line %u, block (0, 0, 0), thread (%s", kernel, bad_line(kernel),
             thread);
    if (strncmp(said, expected, strlen(expected)) || !strstr(said, text))
        fail_msg("\"%s\" does not begin with \"%s\" and say \"%s\"", said, expected, text);
}

/* Launches in a context of its own, whose memory has 100 bytes of which the first 64 are written. */
static void expect_fault(const char *kernel, int64_t distance, CUresult code, const char *thread, const char *text) {
    const gpu_place place = gpu_enter(faults);
    CUdeviceptr p = gpu_allocate(100), other = 0;
    const uint64_t before = gpu.counters_now()->faults;
    char zeros[64] = {0};
    OK(gpu.cuMemcpyHtoD_v2(p, zeros, sizeof zeros));
    OK(gpu_launch(gpu_function(place, kernel), 1, 128, NULL, (void *[]){&p, &distance}));
    FAILS(code, gpu.cuStreamSynchronize(NULL));
    expect_report(kernel, thread, text);
    assert_int_equal(gpu.counters_now()->faults, before + 1);
    FAILS(code, gpu.cuStreamSynchronize(NULL));
    FAILS(code, gpu.cuMemAlloc_v2(&other, 4));
    FAILS(code, gpu.cuMemFree_v2(p));
    FAILS(code, gpu.cuModuleUnload(place.module));
    OK(gpu.cuCtxDestroy_v2(place.context));
    gpu_leave(gpu_enter(faults)); /* another context is healthy */
}

static void test_faults(void **state) {
    (void)state;
    expect_fault("store", 100, CUDA_ERROR_ILLEGAL_ADDRESS, "37, 0, 0", "beyond an allocation of 100 bytes, at 100");
    expect_fault("store", 98, CUDA_ERROR_MISALIGNED_ADDRESS, "37, 0, 0", "misaligned");
    expect_fault("store", -4, CUDA_ERROR_ILLEGAL_ADDRESS, "37, 0, 0", "store of 4 bytes");
    expect_fault("store", INT64_MIN, CUDA_ERROR_ILLEGAL_ADDRESS, "37, 0, 0", "outside every allocation");
    expect_fault("load", 64, CUDA_ERROR_ILLEGAL_ADDRESS, "0, 0, 0", "nothing was written yet");
    expect_fault("load", 100, CUDA_ERROR_ILLEGAL_ADDRESS, "0, 0, 0", "load of 4 bytes");
    expect_fault("vector", 96, CUDA_ERROR_ILLEGAL_ADDRESS, "0, 0, 0", "store of 16 bytes");
    expect_fault("vector", 8, CUDA_ERROR_MISALIGNED_ADDRESS, "0, 0, 0", "misaligned");
    expect_fault("shared", 64, CUDA_ERROR_ILLEGAL_ADDRESS, "0, 0, 0", "shared memory");
    expect_fault("shared", 1 << 20, CUDA_ERROR_ILLEGAL_ADDRESS, "0, 0, 0", "shared memory");
    expect_fault("straddle", 96, CUDA_ERROR_ILLEGAL_ADDRESS, "0, 0, 0", "store of 16 bytes");
    expect_fault("shared_unwritten", 0, CUDA_ERROR_ILLEGAL_ADDRESS, "0, 0, 0", "nothing was written yet");
    expect_fault("local_unwritten", 0, CUDA_ERROR_ILLEGAL_ADDRESS, "0, 0, 0", "nothing was written yet");
    expect_fault("parameter", 0, CUDA_ERROR_ILLEGAL_ADDRESS, "0, 0, 0", "the kernel's parameters");
    expect_fault("constant", 0, CUDA_ERROR_ILLEGAL_ADDRESS, "0, 0, 0", "constant memory");
    expect_fault("barrier", 0, CUDA_ERROR_LAUNCH_FAILED, "7, 0, 0", "at the barrier");
    expect_fault("shuffle", 0, CUDA_ERROR_LAUNCH_FAILED, "7, 0, 0", "a lane that is not there");
    expect_fault("shuffle_alone", 0, CUDA_ERROR_LAUNCH_FAILED, "7, 0, 0", "without all lanes of its mask");
    expect_fault("trapped", 0, CUDA_ERROR_LAUNCH_FAILED, "0, 0, 0", "trap");
    expect_fault("race", 0, CUDA_ERROR_ILLEGAL_ADDRESS, "0, 0, 0", "nothing was written yet");
}

static void test_shared_memory_is_the_blocks_own(void **state) {
    const gpu_place place = gpu_enter(faults);
    uint64_t unused = 0;
    (void)state;
    setenv("SOFTGPU_THREADS", "1", 1);
    OK(gpu_launch(gpu_function(place, "stale"), 2, 1, NULL, (void *[]){&unused, &unused}));
    FAILS(CUDA_ERROR_ILLEGAL_ADDRESS, gpu.cuCtxSynchronize());
    assert_non_null(strstr(gpu.message(), "block (1, 0, 0)"));
    unsetenv("SOFTGPU_THREADS");
    OK(gpu.cuCtxDestroy_v2(place.context));
}

static void test_endless_kernel(void **state) {
    const gpu_place place = gpu_enter(faults);
    uint64_t unused = 0;
    (void)state;
    setenv("SOFTGPU_PATIENCE", "1000000", 1);
    OK(gpu_launch(gpu_function(place, "endless"), 3, 64, NULL, (void *[]){&unused, &unused}));
    FAILS(CUDA_ERROR_LAUNCH_TIMEOUT, gpu.cuCtxSynchronize());
    unsetenv("SOFTGPU_PATIENCE");
    OK(gpu.cuCtxDestroy_v2(place.context));
}

static void test_freed_memory(void **state) {
    const gpu_place place = gpu_enter(faults);
    CUdeviceptr p = gpu_allocate(64);
    int64_t distance = 0;
    (void)state;
    OK(gpu.cuMemFree_v2(p));
    for (int i = 0; i < 100; i++) {
        const CUdeviceptr q = gpu_allocate(64);
        assert_true(q != p);
        OK(gpu.cuMemFree_v2(q));
    }
    FAILS(CUDA_ERROR_INVALID_VALUE, gpu.cuMemFree_v2(p));
    FAILS(CUDA_ERROR_INVALID_VALUE, gpu.cuMemcpyHtoD_v2(p, &distance, 8));
    OK(gpu_launch(gpu_function(place, "store"), 1, 64, NULL, (void *[]){&p, &distance}));
    FAILS(CUDA_ERROR_ILLEGAL_ADDRESS, gpu.cuCtxSynchronize());
    expect_report("store", "37, 0, 0", "in freed memory");
    OK(gpu.cuCtxDestroy_v2(place.context));
}

static void test_foreign_memory(void **state) {
    const gpu_place theirs = gpu_enter(NULL);
    CUdeviceptr p = gpu_allocate(64);
    const gpu_place ours = gpu_enter(faults);
    int64_t distance = 0;
    (void)state;
    OK(gpu_launch(gpu_function(ours, "store"), 1, 64, NULL, (void *[]){&p, &distance}));
    FAILS(CUDA_ERROR_ILLEGAL_ADDRESS, gpu.cuCtxSynchronize());
    expect_report("store", "37, 0, 0", "another context");
    OK(gpu.cuCtxDestroy_v2(ours.context));
    OK(gpu.cuMemFree_v2(p));
    gpu_leave(theirs);
}

static void test_unwritten_bytes_are_counted(void **state) {
    const gpu_place place = gpu_enter(NULL);
    CUdeviceptr p = gpu_allocate(8), q = gpu_allocate(8);
    const uint64_t before = gpu.counters_now()->unknown_to_host;
    uint64_t got = 0;
    (void)state;
    OK(gpu.cuMemsetD8Async(p + 2, 7, 5, NULL));
    OK(gpu.cuMemcpyDtoDAsync_v2(q, p, 8, NULL));
    OK(gpu.cuMemcpyDtoH_v2(&got, q, 8));
    assert_int_equal(got, 0xca0707070707caca);
    assert_int_equal(gpu.counters_now()->unknown_to_host, before + 3);
    OK(gpu.cuMemFree_v2(p));
    OK(gpu.cuMemFree_v2(q));
    gpu_leave(place);
}

static void test_bad_launches(void **state) {
    const gpu_place place = gpu_enter(kernels);
    CUfunction reduce = gpu_function(place, "reduce"), count = gpu_function(place, "count");
    CUdeviceptr p = gpu_allocate(4);
    void *arguments[] = {&p, &p};
    CUfunction none = NULL;
    (void)state;
    FAILS(CUDA_ERROR_INVALID_VALUE, gpu_launch(count, 0, 32, NULL, arguments));
    FAILS(CUDA_ERROR_INVALID_VALUE, gpu_launch(count, 1, 0, NULL, arguments));
    FAILS(CUDA_ERROR_INVALID_VALUE, gpu_launch(count, 1, 1025, NULL, arguments));
    FAILS(CUDA_ERROR_INVALID_VALUE, gpu.cuLaunchKernel(count, 1, 65536, 1, 1, 1, 1, 0, NULL, arguments, NULL));
    FAILS(CUDA_ERROR_INVALID_VALUE, gpu.cuLaunchKernel(count, 1, 1, 1, 1, 1, 1, 48 * 1024 + 1, NULL, arguments, NULL));
    FAILS(CUDA_ERROR_INVALID_VALUE, gpu_launch(reduce, 1, 129, NULL, arguments)); /* .maxntid 128 */
    FAILS(CUDA_ERROR_INVALID_VALUE, gpu_launch(count, 1, 1, NULL, NULL));
    FAILS(CUDA_ERROR_INVALID_HANDLE, gpu_launch(NULL, 1, 1, NULL, arguments));
    FAILS(CUDA_ERROR_INVALID_HANDLE, gpu_launch(count, 1, 1, (CUstream)0x5000, arguments));
    FAILS(CUDA_ERROR_NOT_FOUND, gpu.cuModuleGetFunction(&none, place.module, "nothing"));
    OK(gpu.cuMemFree_v2(p));
    gpu_leave(place);
}

/* ----------------------------------------------------------------------------------------------------- streams */

static void test_work_waits_for_synchronization(void **state) {
    const gpu_place place = gpu_enter(kernels);
    CUdeviceptr p = gpu_allocate(4);
    CUstream s = NULL;
    uint32_t in = 41, out = 0;
    (void)state;
    OK(gpu.cuStreamCreate(&s, CU_STREAM_NON_BLOCKING));
    OK(gpu.cuMemcpyHtoDAsync_v2(p, &in, 4, s));
    in = 0; /* pageable memory was read already */
    OK(gpu_launch(gpu_function(place, "count"), 1, 1, s, (void *[]){&p}));
    OK(gpu.cuMemcpyDtoHAsync_v2(&out, p, 4, s));
    OK(gpu.cuStreamSynchronize(NULL)); /* of another stream */
    assert_int_equal(out, 0);
    FAILS(CUDA_ERROR_NOT_READY, gpu.cuStreamQuery(s));
    OK(gpu.cuStreamQuery(s));
    assert_int_equal(out, 42);
    OK(gpu_launch(gpu_function(place, "count"), 1, 1, s, (void *[]){&p}));
    OK(gpu.cuMemcpyDtoHAsync_v2(&out, p, 4, s));
    assert_int_equal(out, 42);
    OK(gpu.cuStreamSynchronize(s));
    assert_int_equal(out, 43);
    OK(gpu.cuStreamDestroy_v2(s));
    FAILS(CUDA_ERROR_INVALID_HANDLE, gpu.cuStreamSynchronize(s));
    OK(gpu.cuMemFree_v2(p));
    gpu_leave(place);
}

static void test_pinned_memory_is_read_late(void **state) {
    const gpu_place place = gpu_enter(NULL);
    CUdeviceptr p = gpu_allocate(4);
    uint32_t *pinned = NULL, out = 0;
    (void)state;
    OK(gpu.cuMemAllocHost_v2((void **)&pinned, 4));
    *pinned = 1;
    OK(gpu.cuMemcpyHtoDAsync_v2(p, pinned, 4, NULL));
    *pinned = 2;
    OK(gpu.cuMemcpyDtoH_v2(&out, p, 4));
    assert_int_equal(out, 2);
    OK(gpu.cuMemFreeHost(pinned));
    OK(gpu.cuMemFree_v2(p));
    gpu_leave(place);
}

/* The default stream and blocking streams wait for each other; non-blocking ones for nobody. */
static void test_default_stream(void **state) {
    const gpu_place place = gpu_enter(NULL);
    CUdeviceptr p = gpu_allocate(4);
    CUstream blocking = NULL, free_one = NULL;
    uint32_t a = 0, b = 0;
    (void)state;
    OK(gpu.cuStreamCreate(&blocking, CU_STREAM_DEFAULT));
    OK(gpu.cuStreamCreate(&free_one, CU_STREAM_NON_BLOCKING));
    OK(gpu.cuMemsetD32Async(p, 1, 1, NULL));
    OK(gpu.cuMemcpyDtoHAsync_v2(&a, p, 4, blocking));
    OK(gpu.cuMemsetD32Async(p, 2, 1, NULL));
    OK(gpu.cuMemcpyDtoHAsync_v2(&b, p, 4, free_one));
    OK(gpu.cuStreamSynchronize(free_one));
    assert_int_equal(b, 0xcacacaca);
    OK(gpu.cuStreamSynchronize(NULL));
    assert_int_equal(a, 1);
    OK(gpu.cuMemcpyDtoHAsync_v2(&b, p, 4, blocking));
    OK(gpu.cuStreamSynchronize(blocking));
    assert_int_equal(b, 2);
    OK(gpu.cuStreamDestroy_v2(blocking));
    OK(gpu.cuStreamDestroy_v2(free_one));
    OK(gpu.cuMemFree_v2(p));
    gpu_leave(place);
}

static void test_events(void **state) {
    const gpu_place place = gpu_enter(NULL);
    CUdeviceptr p = gpu_allocate(4);
    CUstream s = NULL, t = NULL;
    CUevent e = NULL;
    uint32_t out = 0;
    (void)state;
    OK(gpu.cuStreamCreate(&s, CU_STREAM_NON_BLOCKING));
    OK(gpu.cuStreamCreate(&t, CU_STREAM_NON_BLOCKING));
    OK(gpu.cuEventCreate(&e, CU_EVENT_DISABLE_TIMING));
    OK(gpu.cuEventQuery(e)); /* never recorded */
    OK(gpu.cuMemsetD32Async(p, 5, 1, s));
    OK(gpu.cuEventRecord(e, s));
    OK(gpu.cuMemsetD32Async(p, 6, 1, s));
    OK(gpu.cuStreamWaitEvent(t, e, 0));
    OK(gpu.cuMemcpyDtoHAsync_v2(&out, p, 4, t));
    OK(gpu.cuStreamSynchronize(t));
    assert_int_equal(out, 5); /* what came after the event is not done yet */
    OK(gpu.cuEventRecord(e, s));
    FAILS(CUDA_ERROR_NOT_READY, gpu.cuEventQuery(e));
    OK(gpu.cuEventQuery(e));
    OK(gpu.cuEventSynchronize(e));
    OK(gpu.cuMemcpyDtoH_v2(&out, p, 4));
    assert_int_equal(out, 6);
    OK(gpu.cuEventDestroy_v2(e));
    OK(gpu.cuStreamDestroy_v2(s));
    OK(gpu.cuStreamDestroy_v2(t));
    OK(gpu.cuMemFree_v2(p));
    gpu_leave(place);
}

/* ----------------------------------------------------------------------------------------------------- capture */

typedef struct captured {
    gpu_place place;
    CUfunction count;
    CUdeviceptr p;
    CUstream s;
} captured;

/* A stream, a counter that is 0, and the kernel that counts, loaded. */
static captured ready_to_capture(void) {
    captured c = {gpu_enter(kernels), NULL, 0, NULL};
    c.count = gpu_function(c.place, "count");
    c.p = gpu_allocate(4);
    OK(gpu.cuFuncLoad(c.count));
    OK(gpu.cuStreamCreate(&c.s, CU_STREAM_NON_BLOCKING));
    OK(gpu.cuMemsetD32Async(c.p, 0, 1, c.s));
    OK(gpu.cuStreamSynchronize(c.s));
    return c;
}

static void count_once(captured *c) { OK(gpu_launch(c->count, 1, 1, c->s, (void *[]){&c->p})); }

static uint32_t counted(const captured *c) {
    uint32_t n = 0;
    OK(gpu.cuStreamSynchronize(c->s));
    OK(gpu.cuMemcpyDtoH_v2(&n, c->p, 4));
    return n;
}

static void after_capture(captured *c) {
    OK(gpu.cuStreamDestroy_v2(c->s));
    OK(gpu.cuMemFree_v2(c->p));
    gpu_leave(c->place);
}

static void test_a_graph_is_replayed(void **state) {
    captured c = ready_to_capture();
    CUgraph graph = NULL;
    CUgraphExec exec = NULL;
    CUstreamCaptureStatus status;
    size_t nodes = 0;
    (void)state;
    OK(gpu.cuStreamBeginCapture_v2(c.s, CU_STREAM_CAPTURE_MODE_GLOBAL));
    count_once(&c);
    count_once(&c);
    OK(gpu.cuStreamIsCapturing(c.s, &status));
    assert_int_equal(status, CU_STREAM_CAPTURE_STATUS_ACTIVE);
    OK(gpu.cuStreamEndCapture(c.s, &graph));
    OK(gpu.cuGraphGetNodes(graph, NULL, &nodes));
    assert_int_equal(nodes, 2);
    assert_int_equal(counted(&c), 0); /* capturing runs nothing */
    OK(gpu.cuGraphInstantiateWithFlags(&exec, graph, 0));
    OK(gpu.cuGraphDestroy(graph));
    OK(gpu.cuGraphLaunch(exec, c.s));
    OK(gpu.cuGraphLaunch(exec, c.s));
    assert_int_equal(counted(&c), 4);
    OK(gpu.cuGraphLaunch(exec, c.s));
    assert_int_equal(counted(&c), 6);
    OK(gpu.cuGraphExecDestroy(exec));
    after_capture(&c);
}

/* Ends a capture that must have been spoilt. */
static void expect_spoilt(captured *c) {
    CUgraph graph = (CUgraph)1;
    CUstreamCaptureStatus status;
    OK(gpu.cuStreamIsCapturing(c->s, &status));
    assert_int_equal(status, CU_STREAM_CAPTURE_STATUS_INVALIDATED);
    FAILS(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, gpu_launch(c->count, 1, 1, c->s, (void *[]){&c->p}));
    FAILS(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, gpu.cuStreamEndCapture(c->s, &graph));
    assert_null(graph);
    count_once(c); /* the stream is good again */
    assert_int_equal(counted(c), 1);
}

static CUresult allocate_4(captured *c) {
    CUdeviceptr p;
    (void)c;
    return gpu.cuMemAlloc_v2(&p, 4);
}
static CUresult release_p(captured *c) { return gpu.cuMemFree_v2(c->p); }
static CUresult synchronize_stream(captured *c) { return gpu.cuStreamSynchronize(c->s); }
static CUresult query_stream(captured *c) { return gpu.cuStreamQuery(c->s); }
static CUresult synchronize_context(captured *c) {
    (void)c;
    return gpu.cuCtxSynchronize();
}
static CUresult copy_now(captured *c) {
    uint32_t n = 0;
    return gpu.cuMemcpyHtoD_v2(c->p, &n, 4);
}
static CUresult load_module(captured *c) {
    CUmodule m;
    (void)c;
    return gpu.cuModuleLoadData(&m, kernels);
}
static CUresult launch_unloaded(captured *c) {
    return gpu_launch(gpu_function(c->place, "collatz"), 1, 1, c->s, (void *[]){&c->p, &c->p});
}

static void test_what_a_capture_forbids(void **state) {
    static CUresult (*const forbidden[])(captured *) = {allocate_4,   release_p,           synchronize_stream,
                                                        query_stream, synchronize_context, copy_now,
                                                        load_module,  launch_unloaded};
    (void)state;
    for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++) {
        captured c = ready_to_capture();
        OK(gpu.cuStreamBeginCapture_v2(c.s, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
        count_once(&c);
        FAILS(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, forbidden[i](&c));
        expect_spoilt(&c);
        after_capture(&c);
    }
}

static void test_relaxed_capture(void **state) {
    captured c = ready_to_capture();
    CUgraph graph = NULL;
    CUdeviceptr q = 0;
    (void)state;
    OK(gpu.cuStreamBeginCapture_v2(c.s, CU_STREAM_CAPTURE_MODE_RELAXED));
    OK(gpu.cuMemAlloc_v2(&q, 4));
    OK(gpu.cuMemFree_v2(q));
    OK(gpu.cuStreamEndCapture(c.s, &graph));
    OK(gpu.cuGraphDestroy(graph));
    after_capture(&c);
}

static void test_capture_mistakes(void **state) {
    captured c = ready_to_capture();
    CUgraph graph = NULL;
    CUstream blocking = NULL;
    CUevent outside = NULL;
    (void)state;
    FAILS(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, gpu.cuStreamBeginCapture_v2(NULL, CU_STREAM_CAPTURE_MODE_RELAXED));
    FAILS(CUDA_ERROR_ILLEGAL_STATE, gpu.cuStreamEndCapture(c.s, &graph));
    OK(gpu.cuStreamCreate(&blocking, CU_STREAM_DEFAULT));
    OK(gpu.cuStreamBeginCapture_v2(blocking, CU_STREAM_CAPTURE_MODE_RELAXED));
    FAILS(CUDA_ERROR_STREAM_CAPTURE_IMPLICIT, gpu_launch(c.count, 1, 1, NULL, (void *[]){&c.p}));
    FAILS(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, gpu.cuStreamEndCapture(blocking, &graph));
    OK(gpu.cuEventCreate(&outside, 0));
    OK(gpu.cuEventRecord(outside, blocking));
    OK(gpu.cuStreamBeginCapture_v2(c.s, CU_STREAM_CAPTURE_MODE_RELAXED));
    FAILS(CUDA_ERROR_STREAM_CAPTURE_ISOLATION, gpu.cuStreamWaitEvent(c.s, outside, 0));
    FAILS(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, gpu.cuStreamEndCapture(c.s, &graph));
    OK(gpu.cuEventDestroy_v2(outside));
    OK(gpu.cuStreamDestroy_v2(blocking));
    after_capture(&c);
}

/* Another stream joins by an event, and has to come back. */
static void test_fork_and_join(void **state) {
    captured c = ready_to_capture();
    captured other = c;
    CUgraph graph = NULL;
    CUgraphExec exec = NULL;
    CUevent fork = NULL, join = NULL;
    (void)state;
    OK(gpu.cuStreamCreate(&other.s, CU_STREAM_NON_BLOCKING));
    OK(gpu.cuEventCreate(&fork, 0));
    OK(gpu.cuEventCreate(&join, 0));
    for (int joined = 0; joined < 2; joined++) {
        OK(gpu.cuStreamBeginCapture_v2(c.s, CU_STREAM_CAPTURE_MODE_GLOBAL));
        count_once(&c);
        OK(gpu.cuEventRecord(fork, c.s));
        OK(gpu.cuStreamWaitEvent(other.s, fork, 0));
        count_once(&other);
        OK(gpu.cuEventRecord(join, other.s));
        if (joined) OK(gpu.cuStreamWaitEvent(c.s, join, 0));
        FAILS(joined ? CUDA_SUCCESS : CUDA_ERROR_STREAM_CAPTURE_UNJOINED, gpu.cuStreamEndCapture(c.s, &graph));
    }
    OK(gpu.cuGraphInstantiateWithFlags(&exec, graph, 0));
    OK(gpu.cuGraphLaunch(exec, c.s));
    assert_int_equal(counted(&c), 2);
    OK(gpu.cuGraphExecDestroy(exec));
    OK(gpu.cuGraphDestroy(graph));
    OK(gpu.cuEventDestroy_v2(fork));
    OK(gpu.cuEventDestroy_v2(join));
    OK(gpu.cuStreamDestroy_v2(other.s));
    after_capture(&c);
}

static void test_lazy_loading(void **state) {
    const gpu_place place = gpu_enter(kernels);
    CUfunction f = gpu_function(place, "count"), g = gpu_function(place, "index");
    CUdeviceptr p = gpu_allocate(4);
    CUfunctionLoadingState loaded = CU_FUNCTION_LOADING_STATE_MAX;
    (void)state;
    OK(gpu.cuFuncIsLoaded(&loaded, f));
    assert_int_equal(loaded, CU_FUNCTION_LOADING_STATE_UNLOADED);
    OK(gpu.cuFuncLoad(f));
    OK(gpu.cuFuncIsLoaded(&loaded, f));
    assert_int_equal(loaded, CU_FUNCTION_LOADING_STATE_LOADED);
    OK(gpu_launch(g, 1, 1, NULL, (void *[]){&p})); /* the first launch loads too */
    OK(gpu.cuFuncIsLoaded(&loaded, g));
    assert_int_equal(loaded, CU_FUNCTION_LOADING_STATE_LOADED);
    OK(gpu.cuMemFree_v2(p));
    gpu_leave(place);
}

/* ---------------------------------------------------------------------------------------------------- contexts */

static void test_contexts(void **state) {
    CUcontext a = NULL, b = NULL, now = NULL;
    CUdevice device;
    CUdeviceptr p = 0;
    (void)state;
    FAILS(CUDA_ERROR_INVALID_CONTEXT, gpu.cuCtxGetDevice(&device));
    FAILS(CUDA_ERROR_INVALID_CONTEXT, gpu.cuMemAlloc_v2(&p, 4));
    FAILS(CUDA_ERROR_INVALID_CONTEXT, gpu.cuCtxPopCurrent_v2(&now));
    FAILS(CUDA_ERROR_INVALID_CONTEXT, gpu.cuCtxPushCurrent_v2((CUcontext)0x77));
    OK(gpu.cuDevicePrimaryCtxRetain(&a, 0));
    OK(gpu.cuDevicePrimaryCtxRetain(&b, 0));
    assert_ptr_equal(a, b);
    OK(gpu.cuCtxGetCurrent(&now));
    assert_null(now); /* retaining makes nothing current */
    OK(gpu.cuCtxCreate_v4(&b, NULL, 0, 0));
    OK(gpu.cuCtxPushCurrent_v2(a));
    OK(gpu.cuCtxPopCurrent_v2(&now));
    assert_ptr_equal(now, a);
    OK(gpu.cuCtxGetCurrent(&now));
    assert_ptr_equal(now, b);
    OK(gpu.cuCtxDestroy_v2(b));
    FAILS(CUDA_ERROR_INVALID_CONTEXT, gpu.cuCtxPushCurrent_v2(b));
    OK(gpu.cuDevicePrimaryCtxRelease_v2(0));
    OK(gpu.cuCtxPushCurrent_v2(a));
    OK(gpu.cuCtxPopCurrent_v2(NULL));
    OK(gpu.cuDevicePrimaryCtxRelease_v2(0));
    FAILS(CUDA_ERROR_INVALID_CONTEXT, gpu.cuCtxPushCurrent_v2(a));
    FAILS(CUDA_ERROR_INVALID_CONTEXT, gpu.cuDevicePrimaryCtxRelease_v2(0));
    assert_int_equal(gpu.live(), 0);
}

static void test_wrong_context(void **state) {
    const gpu_place a = gpu_enter(kernels);
    CUfunction f = gpu_function(a, "count");
    CUdeviceptr p = gpu_allocate(4);
    CUstream s = NULL;
    (void)state;
    OK(gpu.cuStreamCreate(&s, 0));
    const gpu_place b = gpu_enter(kernels);
    FAILS(CUDA_ERROR_INVALID_HANDLE, gpu_launch(f, 1, 1, NULL, (void *[]){&p}));
    FAILS(CUDA_ERROR_INVALID_HANDLE, gpu_launch(gpu_function(b, "count"), 1, 1, s, (void *[]){&p}));
    OK(gpu.cuModuleUnload(b.module));
    OK(gpu.cuCtxDestroy_v2(b.context));
    OK(gpu.cuStreamDestroy_v2(s));
    OK(gpu.cuMemFree_v2(p));
    gpu_leave(a);
}

static void test_leaks_are_reported(void **state) {
    const gpu_place place = gpu_enter(kernels);
    const uint64_t before = gpu.counters_now()->leaks;
    CUstream s = NULL;
    CUevent e = NULL;
    (void)state;
    OK(gpu.cuStreamCreate(&s, 0));
    OK(gpu.cuEventCreate(&e, 0));
    gpu_allocate(4);
    assert_int_equal(gpu.live(), 5);
    OK(gpu.cuCtxDestroy_v2(place.context));
    assert_int_equal(gpu.counters_now()->leaks, before + 4); /* the module too */
    assert_string_equal(gpu.message(), "at the end of a context: not freed: device memory, 1 allocations in all");
    assert_int_equal(gpu.live(), 0);
}

/* ---------------------------------------------------------------------------------------------- faults on demand */

static void test_faults_on_demand(void **state) {
    const gpu_place place = gpu_enter(NULL);
    CUdeviceptr p = 0;
    CUdevice device;
    (void)state;
    setenv("SOFTGPU_FAIL", "cuMemAlloc:2=CUDA_ERROR_OUT_OF_MEMORY", 1);
    p = gpu_allocate(4);
    OK(gpu.cuMemFree_v2(p));
    FAILS(CUDA_ERROR_OUT_OF_MEMORY, gpu.cuMemAlloc_v2(&p, 4));
    p = gpu_allocate(4);
    OK(gpu.cuMemFree_v2(p));
    setenv("SOFTGPU_FAIL", "*:3=999,cuCtxGetDevice=201", 1);
    FAILS(CUDA_ERROR_INVALID_CONTEXT, gpu.cuCtxGetDevice(&device));
    OK(gpu.cuCtxGetDevice(&device));
    FAILS(CUDA_ERROR_UNKNOWN, gpu.cuCtxGetDevice(&device));
    OK(gpu.cuCtxGetDevice(&device));
    setenv("SOFTGPU_FAIL", "cuStreamSynchronize=CUDA_ERROR_LAUNCH_FAILED", 1);
    FAILS(CUDA_ERROR_LAUNCH_FAILED, gpu.cuStreamSynchronize(NULL));
    FAILS(CUDA_ERROR_LAUNCH_FAILED, gpu.cuStreamSynchronize(NULL)); /* it stays */
    unsetenv("SOFTGPU_FAIL");
    gpu_leave(place);
}

static void test_settings(void **state) {
    int n = 0;
    CUdevice device;
    CUdeviceptr p = 0;
    (void)state;
    setenv("SOFTGPU_DRIVER_VERSION", "11040", 1);
    OK(gpu.cuDriverGetVersion(&n));
    assert_int_equal(n, 11040);
    unsetenv("SOFTGPU_DRIVER_VERSION");
    OK(gpu.cuDriverGetVersion(&n));
    assert_int_equal(n, CUDA_VERSION);
    setenv("SOFTGPU_DEVICES", "0", 1);
    FAILS(CUDA_ERROR_NO_DEVICE, gpu.cuInit(0));
    setenv("SOFTGPU_DEVICES", "2", 1);
    OK(gpu.cuDeviceGetCount(&n));
    assert_int_equal(n, 2);
    OK(gpu.cuDeviceGet(&device, 1));
    unsetenv("SOFTGPU_DEVICES");
    FAILS(CUDA_ERROR_INVALID_DEVICE, gpu.cuDeviceGet(&device, 1));
    setenv("SOFTGPU_CAPABILITY", "7.0", 1);
    OK(gpu.cuDeviceGetAttribute(&n, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, 0));
    assert_int_equal(n, 0);
    unsetenv("SOFTGPU_CAPABILITY");
    setenv("SOFTGPU_MEMORY", "1000", 1);
    const gpu_place place = gpu_enter(NULL);
    FAILS(CUDA_ERROR_OUT_OF_MEMORY, gpu.cuMemAlloc_v2(&p, 1001));
    p = gpu_allocate(600);
    FAILS(CUDA_ERROR_OUT_OF_MEMORY, gpu.cuMemAlloc_v2(&p, 600));
    unsetenv("SOFTGPU_MEMORY");
    OK(gpu.cuMemFree_v2(p));
    gpu_leave(place);
}

/* --------------------------------------------------------------------------------------------- other processes */

static void run_self(const char *environment, const char *what, char *said, size_t capacity) {
    char command[4096];
    snprintf(command, sizeof command, "%s '%s' '%s' %s 2>&1", environment, program, library, what);
    FILE *f = popen(command, "r");
    if (!f) fail_msg("cannot run %s", command);
    const size_t n = fread(said, 1, capacity - 1, f);
    said[n] = 0;
    pclose(f);
}

static void test_missing_function(void **state) {
    char said[4096];
    (void)state;
    run_self("SOFTGPU_MISSING=cuFuncLoad", "nothing", said, sizeof said);
    assert_string_equal(said, "no cuFuncLoad in the library\n");
    run_self("SOFTGPU_MISSING=cuNothing", "nothing", said, sizeof said);
    assert_string_equal(said, "");
}

static void test_report_at_exit(void **state) {
    char said[4096], file[64], environment[128], json[1024] = "";
    (void)state;
    snprintf(file, sizeof file, "/tmp/softgpu-report-%ld", (long)getpid());
    snprintf(environment, sizeof environment, "SOFTGPU_REPORT=%s", file);
    run_self(environment, "leak", said, sizeof said);
    assert_non_null(strstr(said, "softgpu: at exit: not closed: context, 1 in all\n"));
    assert_non_null(strstr(said, "softgpu: at exit: not closed: module, 1 in all\n"));
    assert_non_null(strstr(said, "softgpu: at exit: not freed: device memory, 1 allocations in all\n"));
    FILE *f = fopen(file, "r");
    assert_non_null(f);
    assert_true(fread(json, 1, sizeof json - 1, f) > 0);
    fclose(f);
    remove(file);
    assert_non_null(strstr(json, "\"host_to_device\":4,"));
    assert_non_null(strstr(json, "\"launches\":1,"));
    assert_non_null(strstr(json, "\"leaks\":3}"));
}

/* What test_report_at_exit looks for. */
static void leave_a_mess(void) {
    const gpu_place place = gpu_enter(kernels);
    CUdeviceptr p = gpu_allocate(4);
    OK(gpu.cuMemcpyHtoD_v2(p, "0000", 4));
    OK(gpu_launch(gpu_function(place, "count"), 1, 1, NULL, (void *[]){&p}));
    OK(gpu.cuCtxSynchronize());
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_barriers),
        cmocka_unit_test(test_dynamic_shared_memory),
        cmocka_unit_test(test_divergence),
        cmocka_unit_test(test_widths),
        cmocka_unit_test(test_spaces),
        cmocka_unit_test(test_carries),
        cmocka_unit_test(test_atomics),
        cmocka_unit_test(test_lanes),
        cmocka_unit_test(test_indices),
        cmocka_unit_test(test_variables),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_images),
        cmocka_unit_test(test_fat_binaries),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_shared_memory_is_the_blocks_own),
        cmocka_unit_test(test_endless_kernel),
        cmocka_unit_test(test_freed_memory),
        cmocka_unit_test(test_foreign_memory),
        cmocka_unit_test(test_unwritten_bytes_are_counted),
        cmocka_unit_test(test_bad_launches),
        cmocka_unit_test(test_work_waits_for_synchronization),
        cmocka_unit_test(test_pinned_memory_is_read_late),
        cmocka_unit_test(test_default_stream),
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_a_graph_is_replayed),
        cmocka_unit_test(test_what_a_capture_forbids),
        cmocka_unit_test(test_relaxed_capture),
        cmocka_unit_test(test_capture_mistakes),
        cmocka_unit_test(test_fork_and_join),
        cmocka_unit_test(test_lazy_loading),
        cmocka_unit_test(test_contexts),
        cmocka_unit_test(test_wrong_context),
        cmocka_unit_test(test_leaks_are_reported),
        cmocka_unit_test(test_faults_on_demand),
        cmocka_unit_test(test_settings),
        cmocka_unit_test(test_missing_function),
        cmocka_unit_test(test_report_at_exit),
    };
    if (argc < 2) return 2;
    program = argv[0];
    library = argv[1];
    gpu_open(library);
    kernels = gpu_fixture("kernels.ptx");
    faults = gpu_fixture("faults.ptx");
    if (argc > 2 && !strcmp(argv[2], "leak")) leave_a_mess();
    return argc > 2 ? 0 : cmocka_run_group_tests(tests, NULL, NULL);
}
