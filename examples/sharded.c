/* SPDX-License-Identifier: Apache-2.0
 *
 * The weights of a transformer's first layers on many ranks: each fills what it holds, and nothing else. No rank needs a word from
 * another, a whole tensor, or a seed of its own.
 *
 *     sharded RANK WORLD    what one rank does, and the 2 x 8 bytes per tensor that it could send to a rank that checks
 *     sharded               all ranks of 4, one after the other, and the check
 *
 * Three ways of cutting: a matrix by columns and one by rows (Megatron's tensor parallelism), a table of words by rows with zeros
 * after its end, so that all ranks have as many (Megatron's vocabulary), and a bias as a range of the flat parameter (FSDP).
 */
#include <counterweight/cpu.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 256, WORDS = 10007, TENSORS = 4 };

static const struct {
    const char *name;
    cw_initializer initializer;
    uint32_t rank;
    uint64_t shape[2];
    int axis; /* that is cut; FLAT: the flat range */
} tensors[TENSORS] = {
    {"up", CW_GLOROT_UNIFORM, 2, {WIDTH, 4 * WIDTH}, 1},
    {"down", CW_GLOROT_UNIFORM, 2, {4 * WIDTH, WIDTH}, 0},
    {"words", CW_RANDOM_NORMAL, 2, {WORDS, WIDTH}, 0},
    {"bias", CW_TRUNCATED_NORMAL, 1, {WIDTH + 1}, -1},
};

static void check(cw_status status, const cw_error *why) {
    if (status == CW_OK) return;
    fprintf(stderr, "sharded: %s: %s\n", cw_status_name(status), why->text);
    exit(1);
}

/* The same on every rank: shape, fans and seed are the whole tensor's. */
static cw_plan plan_of(int i) {
    cw_spec spec = CW_SPEC_INIT;
    cw_plan plan;
    cw_error why;
    spec.initializer = tensors[i].initializer;
    spec.rank = tensors[i].rank;
    memcpy(spec.shape, tensors[i].shape, sizeof tensors[i].shape);
    spec.philox = cw_philox_keras(i + 1, 0);
    check(cw_plan_make(&spec, &plan, &why), &why);
    return plan;
}

/* Members [rank * each, (rank + 1) * each) of the axis, which is padded to world * each. */
static cw_slice shard_of(int i, uint64_t rank, uint64_t world) {
    const int flat = tensors[i].axis < 0;
    const uint32_t axis = flat ? 0 : (uint32_t)tensors[i].axis;
    const uint64_t each = (tensors[i].shape[axis] + world - 1) / world;
    cw_slice shard = CW_SLICE_INIT;
    if (flat) shard = cw_slice_range(rank * each, each);
    else cw_slice_axis(&shard, axis, rank * each, (rank + 1) * each);
    shard.extent[axis] = world * each;
    return shard;
}

/* Fills the rank's shard, and adds what it holds to the tensor's sums. */
static void fill(cw_device *device, int i, uint64_t rank, uint64_t world, cw_sums *sums) {
    const cw_plan plan = plan_of(i);
    const cw_slice shard = shard_of(i, rank, world);
    cw_extent extent;
    cw_error why;
    check(cw_slice_measure(&plan, &shard, &extent, &why), &why);
    float *weights = malloc(extent.bytes);
    if (!weights) exit(1);
    const cw_destination to = cw_cpu_at(weights, extent.bytes);
    check(cw_fill_slice(device, &plan, &shard, &to, &why), &why);
    check(cw_digest_add_slice(sums, &plan, &shard, weights, extent.bytes, &why), &why);
    printf("rank %d of %d: %-5s %7llu of %llu elements, the first %.9g\n", (int)rank, (int)world, tensors[i].name,
           (unsigned long long)extent.elements, (unsigned long long)cw_plan_elements(&plan), weights[0]);
    free(weights);
}

static void fill_rank(cw_device *device, uint64_t rank, uint64_t world, cw_sums sums[TENSORS]) {
    for (int i = 0; i < TENSORS; i++) fill(device, i, rank, world, &sums[i]);
}

static void print_sums(int i, cw_sums sums) {
    printf("%-5s %016llx%016llx\n", tensors[i].name, (unsigned long long)sums.word[0], (unsigned long long)sums.word[1]);
}

/* The sums of all ranks, in any order, are those of the whole tensor. */
static int compare(const cw_sums sums[TENSORS]) {
    int failed = 0;
    for (int i = 0; i < TENSORS; i++) {
        const cw_plan plan = plan_of(i);
        const cw_sums found = cw_digest_finish(sums[i], CW_FLOAT32, tensors[i].rank, tensors[i].shape);
        cw_sums whole;
        cw_error why;
        check(cw_digest(&plan, &whole, &why), &why);
        failed |= memcmp(&found, &whole, sizeof whole) != 0;
        print_sums(i, found);
    }
    return failed;
}

int main(int argc, char **argv) {
    cw_sums sums[TENSORS] = {{{0, 0}}};
    cw_device *device;
    cw_error why;
    check(cw_cpu_open(NULL, &device, &why), &why);
    if (argc == 3) fill_rank(device, strtoull(argv[1], NULL, 10), strtoull(argv[2], NULL, 10), sums);
    for (uint64_t rank = 0; argc == 1 && rank < 4; rank++) fill_rank(device, rank, 4, sums);
    cw_device_close(device);
    for (int i = 0; argc == 3 && i < TENSORS; i++) print_sums(i, sums[i]);
    if (argc == 3) return 0;
    return argc == 1 ? compare(sums) : 2;
}
