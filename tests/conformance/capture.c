/* SPDX-License-Identifier: Apache-2.0
 *
 * A caller's own CUDA context and stream: fills that are captured in a graph write nothing then, and the planned
 * tensors at every replay. Kernels are loaded lazily, so that one which opening had left out could not be captured.
 */
#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <cuda.h>

#include "backend.h"
#include "counterweight/cuda.h"
#include "device.h"
#include "plan.h"

enum { ROWS = 1001, COLUMNS = 5, ELEMENTS = ROWS * COLUMNS, MOST = 256, PLACE = 8 * ELEMENTS + 24 };

/* clang-format off */
#define DRIVER_TABLE(ROW) \
    ROW(cuGetErrorName) \
    ROW(cuInit) \
    ROW(cuDeviceGet) \
    ROW(cuCtxCreate_v4) \
    ROW(cuCtxDestroy_v2) \
    ROW(cuStreamCreate) \
    ROW(cuStreamDestroy_v2) \
    ROW(cuStreamSynchronize) \
    ROW(cuStreamBeginCapture_v2) \
    ROW(cuStreamEndCapture) \
    ROW(cuStreamIsCapturing) \
    ROW(cuGraphInstantiateWithFlags) \
    ROW(cuGraphLaunch) \
    ROW(cuGraphGetNodes) \
    ROW(cuGraphExecDestroy) \
    ROW(cuGraphDestroy) \
    ROW(cuMemAlloc_v2) \
    ROW(cuMemFree_v2) \
    ROW(cuMemsetD8Async) \
    ROW(cuMemcpyDtoHAsync_v2)
/* clang-format on */

static struct {
#define CW_ROW(name) __typeof__(name) *name;
    DRIVER_TABLE(CW_ROW)
#undef CW_ROW
} driver;

static CUcontext context;
static CUstream stream;
static CUdeviceptr memory;
static cw_device *device;
static cw_error why;
static cw_plan plans[MOST];
static size_t count;
static unsigned char *found;

static void ok(CUresult code, const char *what) {
    const char *name = "";
    if (code == CUDA_SUCCESS) return;
    driver.cuGetErrorName(code, &name);
    fail_msg("%s: %s", what, name);
}
#define CALL(function, ...) ok(driver.function(__VA_ARGS__), #function)

/* ------------------------------------------------------------------------------------------------------- plans */

static cw_spec spec_of(cw_initializer initializer, cw_dtype dtype) {
    cw_spec spec = CW_SPEC_INIT;
    spec.initializer = initializer;
    spec.dtype = dtype;
    spec.rank = 2;
    spec.shape[0] = ROWS;
    spec.shape[1] = COLUMNS;
    spec.philox = cw_philox_keras(11, 0);
    if (initializer == CW_STFT) {
        spec.rank = 3;
        spec.shape[0] = 128;
        spec.shape[1] = 1;
        spec.shape[2] = 34;
    }
    if (initializer == CW_RANDOM_UNIFORM && dtype >= CW_INT32) { /* the default limits leave no integer between */
        spec.argument[CW_MINVAL] = cw_integer(3);
        spec.argument[CW_MAXVAL] = cw_integer(100);
    }
    return spec;
}

static void add_plan(cw_initializer initializer, cw_dtype dtype) {
    if (test_is_matrix(initializer)) return; /* several launches each */
    const cw_spec spec = spec_of(initializer, dtype);
    const cw_status status = cw_plan_make(&spec, &plans[count], &why);
    if (status == CW_OK) count++;
    else if (status != CW_ERROR_UNSUPPORTED && status != CW_ERROR_ARGUMENT)
        fail_msg("%s %s: %s", cw_initializer_name(initializer), cw_dtype_name(dtype), why.text);
}

/* All kernels but those of proofs. */
static void expect_every_kernel(void) {
    bool used[CW_KERNELS] = {false};
    for (size_t i = 0; i < count; i++) used[cw_kernel_of(&((const cw_decided *)(const void *)&plans[i])->launch, NULL)] = true;
    for (int k = 0; k < CW_KERNELS; k++)
        if (!used[k] && cw_kernels[k].kind == CW_RANGE && cw_kernels[k].distribution < CWN_RADIUS) fail_msg("no plan uses %s", cw_kernels[k].name);
}

/* Every initializer in every dtype that it has, with its default arguments. */
static void make_plans(void) {
#define CW_ROW(id, ...) id,
    static const cw_initializer initializers[] = {CW_INITIALIZER_TABLE(CW_ROW)};
    static const cw_dtype dtypes[] = {CW_DTYPE_TABLE(CW_ROW)};
#undef CW_ROW
    for (size_t i = 0; i < sizeof initializers / sizeof *initializers; i++)
        for (size_t k = 0; k < sizeof dtypes / sizeof *dtypes; k++) {
            assert_true(count < MOST);
            add_plan(initializers[i], dtypes[k]);
        }
    expect_every_kernel();
}

/* ------------------------------------------------------------------------------------------------------ memory */

static cw_destination place_of(size_t i) { return cw_cuda_at(memory + i * PLACE, cw_plan_bytes(&plans[i]), stream); }

static void clean(void) { CALL(cuMemsetD8Async, memory, TEST_CANARY, count * PLACE, stream); }

static void read_all(void) {
    CALL(cuMemcpyDtoHAsync_v2, found, memory, count * PLACE, stream);
    CALL(cuStreamSynchronize, stream);
}

static void expect_canaries(size_t from, size_t to) {
    for (size_t i = from; i < to; i++) assert_int_equal(found[i], TEST_CANARY);
}

static void expect_nothing_written(void) {
    read_all();
    expect_canaries(0, count * PLACE);
}

static void expect_tensors(void) {
    read_all();
    for (size_t i = 0; i < count; i++) {
        const size_t begin = i * PLACE, bytes = (size_t)cw_plan_bytes(&plans[i]);
        test_ok(cw_verify(&plans[i], found + begin, bytes, NULL, &why), &why);
        expect_canaries(begin + bytes, begin + PLACE);
    }
}

/* ------------------------------------------------------------------------------------------------------- tests */

/* GLOBAL is the strictest mode: whatever cannot be captured ends the capture, on any stream. */
static void begin(void) { CALL(cuStreamBeginCapture_v2, stream, CU_STREAM_CAPTURE_MODE_GLOBAL); }

static void fill(const cw_plan *plan, cw_destination to) { test_ok(cw_fill(device, plan, &to, &why), &why); }

static CUgraphExec end(size_t nodes) {
    CUstreamCaptureStatus capturing = CU_STREAM_CAPTURE_STATUS_NONE;
    CUgraph graph = NULL;
    CUgraphExec made = NULL;
    size_t all = 0;
    CALL(cuStreamIsCapturing, stream, &capturing);
    assert_int_equal(capturing, CU_STREAM_CAPTURE_STATUS_ACTIVE);
    CALL(cuStreamEndCapture, stream, &graph);
    CALL(cuGraphGetNodes, graph, NULL, &all);
    assert_int_equal(all, nodes);
    CALL(cuGraphInstantiateWithFlags, &made, graph, 0);
    CALL(cuGraphDestroy, graph);
    return made;
}

/* These are the first fills of the device: each kernel's first use is under capture. */
static void test_replay_writes_the_tensors(void **state) {
    (void)state;
    clean();
    begin();
    for (size_t i = 0; i < count; i++) fill(&plans[i], place_of(i));
    CUgraphExec graph = end(count);
    expect_nothing_written();
    for (int replay = 0; replay < 3; replay++) {
        clean();
        CALL(cuGraphLaunch, graph, stream);
        expect_tensors();
    }
    CALL(cuGraphExecDestroy, graph);
}

/* A graph holds the constants of its fill: neither the plan nor the destination is read again. */
static void test_the_graph_needs_no_plan(void **state) {
    cw_plan copy = plans[0];
    cw_destination to = place_of(0);
    (void)state;
    clean();
    begin();
    fill(&copy, to);
    CUgraphExec graph = end(1);
    memset(&copy, 0, sizeof copy);
    memset(&to, 0, sizeof to);
    CALL(cuGraphLaunch, graph, stream);
    read_all();
    test_ok(cw_verify(&plans[0], found, cw_plan_bytes(&plans[0]), NULL, &why), &why);
    expect_canaries((size_t)cw_plan_bytes(&plans[0]), count * PLACE);
    CALL(cuGraphExecDestroy, graph);
}

static void test_fills_keep_their_order(void **state) {
    (void)state;
    clean();
    begin();
    for (size_t i = 0; i < count; i++) {
        cw_destination to = place_of(0);
        to.bytes = cw_plan_bytes(&plans[i]);
        fill(&plans[i], to);
    }
    fill(&plans[0], place_of(0));
    CUgraphExec graph = end(count + 1);
    CALL(cuGraphLaunch, graph, stream);
    read_all();
    test_ok(cw_verify(&plans[0], found, cw_plan_bytes(&plans[0]), NULL, &why), &why);
    CALL(cuGraphExecDestroy, graph);
}

/* All of them by one kernel, whose table was copied before. */
static void test_a_batch_is_one_node(void **state) {
    static cw_batch_item items[MOST];
    const cw_destination on = cw_cuda_at(0, 0, stream);
    cw_batch *batch = NULL;
    (void)state;
    for (size_t i = 0; i < count; i++) items[i] = (cw_batch_item){&plans[i], NULL, place_of(i)};
    test_ok(cw_batch_make(device, items, count, &batch, &why), &why);
    clean();
    begin();
    test_ok(cw_batch_fill(batch, &on, &why), &why);
    CUgraphExec graph = end(1);
    expect_nothing_written();
    for (int replay = 0; replay < 2; replay++) {
        clean();
        CALL(cuGraphLaunch, graph, stream);
        expect_tensors();
    }
    CALL(cuGraphExecDestroy, graph);
    cw_batch_free(batch);
}

/* What is refused must not end a capture either. */
static void test_a_refusal_leaves_the_capture(void **state) {
    cw_destination to = place_of(0);
    (void)state;
    to.bytes--;
    clean();
    begin();
    assert_int_equal(cw_fill(device, &plans[0], &to, &why), CW_ERROR_DESTINATION);
    fill(&plans[0], place_of(0));
    CUgraphExec graph = end(1);
    CALL(cuGraphLaunch, graph, stream);
    read_all();
    test_ok(cw_verify(&plans[0], found, cw_plan_bytes(&plans[0]), NULL, &why), &why);
    CALL(cuGraphExecDestroy, graph);
}

/* -------------------------------------------------------------------------------------------------------- main */

/* The library that the backend loads, found as it finds it. */
static void load_driver(void) {
    const char *name = getenv("CW_CUDA_LIBRARY");
    void *library = dlopen(name && name[0] ? name : "libcuda.so.1", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE), *address;
    assert_non_null(library);
#define CW_ROW(function)                                                                                               \
    if (!(address = dlsym(library, #function))) fail_msg("the driver has no " #function);                              \
    memcpy(&driver.function, &address, sizeof address);
    DRIVER_TABLE(CW_ROW)
#undef CW_ROW
    dlclose(library); /* it stays: RTLD_NODELETE */
}

static int set_up(void **state) {
    CUdevice first;
    (void)state;
    load_driver();
    make_plans();
    found = malloc(count * PLACE);
    assert_non_null(found);
    CALL(cuInit, 0);
    CALL(cuDeviceGet, &first, 0);
    CALL(cuCtxCreate_v4, &context, NULL, 0, first);
    CALL(cuStreamCreate, &stream, CU_STREAM_NON_BLOCKING);
    CALL(cuMemAlloc_v2, &memory, count * PLACE);
    test_ok(cw_cuda_open(context, &device, &why), &why);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    cw_device_close(device);
    CALL(cuMemFree_v2, memory);
    CALL(cuStreamDestroy_v2, stream);
    CALL(cuCtxDestroy_v2, context);
    free(found);
    return 0;
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replay_writes_the_tensors),
        cmocka_unit_test(test_the_graph_needs_no_plan),
        cmocka_unit_test(test_fills_keep_their_order),
        cmocka_unit_test(test_a_batch_is_one_node),
        cmocka_unit_test(test_a_refusal_leaves_the_capture),
    };
    if (argc != 2 || strcmp(argv[1], "cuda") != 0) return fprintf(stderr, "usage: capture cuda\n"), 2;
    setenv("CUDA_MODULE_LOADING", "LAZY", 1);
    cw_device_close(test_open("cuda")); /* or ends with the word why not */
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
