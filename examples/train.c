/* SPDX-License-Identifier: Apache-2.0
 *
 * A training loop in plain C that starts where Keras starts: train_keras.py beside it is the same model, and prints the
 * same losses, digit for digit. The weights of step 0 are Keras's bit for bit, so only rounding separates the two:
 * Keras adds in float32 in an order of its own, this program in double.
 *
 *     keras.utils.set_random_seed(42)
 *     Dense(32, relu), Dense(32, relu), Dense(1): is a point of the square in the disk?
 */
#include <counterweight/cpu.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS = 512, LAYERS = 3, WIDEST = 32, STEPS = 30, SEED = 42 };
static const int width[LAYERS + 1] = {2, 32, 32, 1};
static const double rate = 0.5;

typedef struct layer {
    float kernel[WIDEST * WIDEST], bias[WIDEST]; /* kernel[in][out] */
} layer;

/* What one step adds up over all points. */
typedef struct gradient {
    double kernel[WIDEST * WIDEST], bias[WIDEST];
} gradient;

static layer model[LAYERS];
static gradient slope[LAYERS];
static double point[POINTS][2], label[POINTS];

/* ------------------------------------------------------------------------------------------------------- weights */

static void fill(cw_device *device, float *to, cw_initializer initializer, int rows, int columns, int64_t seed) {
    cw_spec spec = CW_SPEC_INIT;
    cw_plan plan;
    cw_error why;
    spec.initializer = initializer;
    spec.rank = 2;
    spec.shape[0] = (uint64_t)rows;
    spec.shape[1] = (uint64_t)columns;
    spec.philox = cw_philox_keras(seed, 0);
    const cw_destination memory = cw_cpu_at(to, (uint64_t)rows * (uint64_t)columns * sizeof(float));
    if (cw_plan_make(&spec, &plan, &why) || cw_fill(device, &plan, &memory, &why)) {
        fprintf(stderr, "train: %s\n", why.text);
        exit(1);
    }
}

/* Each Dense layer draws one seed, for its kernel, when it is made. */
static void initialize(void) {
    cw_device *device;
    cw_error why;
    cw_mersenne python = cw_mersenne_seed(cw_wide(SEED));
    if (cw_cpu_open(NULL, &device, &why)) {
        fprintf(stderr, "train: %s\n", why.text);
        exit(1);
    }
    for (int i = 0; i < LAYERS; i++) {
        fill(device, model[i].kernel, CW_GLOROT_UNIFORM, width[i], width[i + 1], cw_mersenne_keras_seed(&python));
        fill(device, model[i].bias, CW_ZEROS, 1, width[i + 1], 0);
    }
    cw_device_close(device);
}

/* ---------------------------------------------------------------------------------------------------------- data */

/* Coordinates are multiples of 1/1024, so that the disk's edge is the same in every arithmetic. */
static void make_points(void) {
    uint32_t state = 1;
    for (int i = 0; i < POINTS; i++) {
        int at[2];
        for (int axis = 0; axis < 2; axis++) {
            state = state * 1664525u + 1013904223u;
            at[axis] = (int)(state >> 21) - 1024;
            point[i][axis] = at[axis] / 1024.0;
        }
        label[i] = at[0] * at[0] + at[1] * at[1] < 640000;
    }
}

/* ------------------------------------------------------------------------------------------------------ training */

static void forward(double value[LAYERS + 1][WIDEST]) {
    for (int i = 0; i < LAYERS; i++)
        for (int out = 0; out < width[i + 1]; out++) {
            double sum = model[i].bias[out];
            for (int in = 0; in < width[i]; in++) sum += value[i][in] * model[i].kernel[in * width[i + 1] + out];
            value[i + 1][out] = i + 1 < LAYERS && sum < 0 ? 0 : sum;
        }
}

/* `error` is the loss's slope with respect to each value of a layer, from the last layer to the first. */
static void backward(double value[LAYERS + 1][WIDEST], double error) {
    double after[WIDEST] = {error}, before[WIDEST];
    for (int i = LAYERS - 1; i >= 0; i--) {
        memset(before, 0, sizeof before);
        for (int out = 0; out < width[i + 1]; out++) {
            slope[i].bias[out] += after[out];
            for (int in = 0; in < width[i]; in++) {
                slope[i].kernel[in * width[i + 1] + out] += after[out] * value[i][in];
                before[in] += value[i][in] > 0 ? after[out] * model[i].kernel[in * width[i + 1] + out] : 0;
            }
        }
        memcpy(after, before, sizeof after);
    }
}

static void descend(void) {
    for (int i = 0; i < LAYERS; i++) {
        for (int k = 0; k < width[i] * width[i + 1]; k++) model[i].kernel[k] -= (float)(rate * slope[i].kernel[k]);
        for (int k = 0; k < width[i + 1]; k++) model[i].bias[k] -= (float)(rate * slope[i].bias[k]);
    }
}

/* Binary cross-entropy of all points, before the step. */
static double step(void) {
    double value[LAYERS + 1][WIDEST] = {{0}}, loss = 0;
    memset(slope, 0, sizeof slope);
    for (int i = 0; i < POINTS; i++) {
        memcpy(value[0], point[i], sizeof point[i]);
        forward(value);
        const double logit = value[LAYERS][0];
        loss += fmax(logit, 0) - logit * label[i] + log1p(exp(-fabs(logit)));
        backward(value, (1 / (1 + exp(-logit)) - label[i]) / POINTS);
    }
    descend();
    return loss / POINTS;
}

int main(void) {
    make_points();
    initialize();
    for (int i = 0; i < STEPS; i++) printf("step %2d  loss %.5f\n", i, step());
    return 0;
}
