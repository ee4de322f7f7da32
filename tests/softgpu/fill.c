/* SPDX-License-Identifier: Apache-2.0
 *
 * The CUDA backend on the software GPU: the PTX that the library embeds, executed, gives the definition's bits for
 * every initializer, and the C library's logf, sqrtf, sinf and cosf on all 2^23 inputs.
 *
 * fill LIBRARY [proofs]; LIBRARY is libsoftgpu.so.
 */
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "counterweight/cuda.h"
#include "softgpu.h"

static int failures;
static const softgpu_counters *counters;

static int expect(int holds, const char *what, const char *why) {
    if (holds) return 1;
    printf("FAIL %s: %s\n", what, why);
    failures++;
    return 0;
}

static double seconds(void) {
    struct timespec t;
    timespec_get(&t, TIME_UTC);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Fills `bytes` bytes at a distance of `skip` elements from the start of an allocation, and reads all of it. */
static void compare_fill(cw_device *device, const cw_plan *plan, uint64_t skip, const char *name) {
    const uint64_t n = cw_plan_elements(plan), bytes = 4 * (n + skip + 3);
    uint32_t *found = malloc(bytes), *expected = malloc(bytes);
    cw_destination all, part;
    cw_error why = {CW_OK, 0, ""};
    memset(expected, 0x5a, bytes);
    memset(found, 0, bytes);
    if (expect(!cw_allocate(device, bytes, &all, &why), name, why.text)) {
        part = all;
        part.offset = 4 * skip;
        part.bytes = 4 * n;
        expect(!cw_write(device, &all, expected, bytes, &why), name, why.text);
        const uint64_t copied = counters->host_to_device, launched = counters->launches;
        expect(!cw_fill(device, plan, &part, &why), name, why.text);
        expect(!cw_read(device, &all, found, bytes, &why), name, why.text);
        expect(!cw_reference(plan, 0, n, expected + skip, &why), name, why.text);
        expect(!memcmp(found, expected, bytes), name,
               "the bits differ, or something beside the destination was written");
        expect(counters->host_to_device == copied, name, "a fill copies to the device");
        expect(counters->launches == launched + (n ? 1 : 0), name, "not one launch per fill");
        cw_release(device, &all);
    }
    free(found);
    free(expected);
}

/* (rows, columns) to (rows, 1, columns + 1), small, without a window where there are no rows. */
static void to_filters(cw_spec *spec) {
    spec->rank = 3;
    spec->shape[2] = spec->shape[1] % 128 + 1;
    spec->shape[1] = 1;
    spec->argument[CW_WINDOW] = cw_integer(spec->shape[0] ? CW_WINDOW_HAMMING : CW_WINDOW_NONE);
}

static void compare_initializer(cw_device *device, cw_initializer initializer, const char *name) {
    static const uint64_t shapes[][2] = {{1, 1}, {2, 3}, {61, 17}, {257, 129}, {0, 5}};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        cw_spec spec = CW_SPEC_INIT;
        cw_plan plan;
        cw_error why = {CW_OK, 0, ""};
        spec.initializer = initializer;
        if (initializer == CW_UNIFORM_FULL_INT) spec.dtype = CW_INT32;
        spec.rank = 2;
        memcpy(spec.shape, shapes[i], sizeof shapes[i]);
        if (initializer == CW_STFT) to_filters(&spec);
        spec.philox = (cw_philox){{1, 2}, {0xfffffff0, 0xffffffff, 0xffffffff, 7}}; /* the counter carries */
        if (!expect(!cw_plan_make(&spec, &plan, &why), name, why.text)) continue;
        for (uint64_t skip = 0; skip < 5; skip++) compare_fill(device, &plan, skip, name);
    }
}

static void compare_initializers(cw_device *device) {
#define CW_ROW(id, value, name, ...) \
    if (id != CW_ORTHOGONAL && (id < CW_CONVOLUTION_DELTA_ORTHOGONAL || id > CW_CONVOLUTION_ORTHOGONAL_3D)) \
        compare_initializer(device, id, name); /* tests/orthogonal has the matrices */
    CW_INITIALIZER_TABLE(CW_ROW)
#undef CW_ROW
}

/* ---------------------------------------------------------------------------------------------------- proofs */

static float unit(uint32_t w) { return (float)w * 0x1p-23f; }
static float radius(uint32_t w) { return sqrtf(-2.0f * logf(unit(w) < 1.0e-7f ? 1.0e-7f : unit(w))); }
static float angle(uint32_t w) { return (float)(6.283185307179586476925286766559 * (double)unit(w)); }
static float sine(uint32_t w) { return sinf(angle(w)); }
static float cosine(uint32_t w) { return cosf(angle(w)); }

static void prove(cw_device *device, cw_proof proof, float (*function)(uint32_t), const char *name) {
    const uint64_t bytes = 4 * (uint64_t)CW_PROOF_INPUTS;
    const uint64_t before = counters->instructions;
    float *found = malloc(bytes);
    cw_destination to;
    cw_error why = {CW_OK, 0, ""};
    uint32_t wrong = 0;
    if (!expect(found && !cw_allocate(device, bytes, &to, &why), name, why.text)) return;
    const double start = seconds();
    expect(!cw_fill_proof(device, proof, &to, &why) && !cw_read(device, &to, found, bytes, &why), name, why.text);
    const double took = seconds() - start;
    for (uint32_t w = 0; w < CW_PROOF_INPUTS; w++) {
        const float expected = function(w);
        wrong += memcmp(&expected, &found[w], 4) != 0;
    }
    const uint64_t done = counters->instructions - before;
    printf("%s: %u inputs, %u wrong; %.1f million PTX instructions in %.2f s, %.0f million a second\n", name,
           CW_PROOF_INPUTS, wrong, (double)done * 1e-6, took, (double)done * 1e-6 / took);
    expect(!wrong, name, "differs from the C library");
    cw_release(device, &to);
    free(found);
}

static void prove_all(cw_device *device) {
    prove(device, CW_PROOF_RADIUS, radius, "radius");
    prove(device, CW_PROOF_SINE, sine, "sine");
    prove(device, CW_PROOF_COSINE, cosine, "cosine");
}

int main(int argc, char **argv) {
    cw_device *device = NULL;
    cw_error why = {CW_OK, 0, ""};
    void *library = argc > 1 ? dlopen(argv[1], RTLD_NOW) : NULL;
    softgpu_counters_now_fn *now;
    softgpu_live_fn *live;
    if (!library || setenv("CW_CUDA_LIBRARY", argv[1], 1)) {
        printf("usage: fill LIBRARY [proofs]: %s\n", argc > 1 ? dlerror() : "no library");
        return 2;
    }
    *(void **)&now = dlsym(library, "softgpu_counters_now");
    *(void **)&live = dlsym(library, "softgpu_live");
    counters = now();
    if (expect(!cw_cuda_open_index(0, &device, &why), "open", why.text)) {
        if (argc > 2) prove_all(device);
        else compare_initializers(device);
        cw_device_close(device);
    }
    expect(live() == 0, "close", "something was not closed");
    expect(counters->launches > 0, "launches", "none");
    expect(counters->leaks == 0 && counters->faults == 0, "counters", "leaks or faults");
    printf("%llu launches, %.1f million PTX instructions, %d failures\n", (unsigned long long)counters->launches,
           (double)counters->instructions * 1e-6, failures);
    return failures != 0;
}
