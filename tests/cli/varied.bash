# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash

# A manifest model.json with shapes that no number of ranks divides, axes shorter than the number of ranks, a scalar, nothing,
# parts, slices, layouts, store dtypes, a matrix.
write_varied_model() {
    manifest '{"name": "kernel", "shape": [3, 3, 17, 40], "initializer": "glorot_uniform", "seed": 1}' \
        '{"name": "bias", "shape": [5], "initializer": "random_normal", "seed": 2}' \
        '{"name": "scalar", "shape": [], "initializer": "ones", "dtype": "bfloat16"}' \
        '{"name": "nothing", "shape": [4, 0, 3], "initializer": "zeros"}' \
        '{"name": "lstm/bias", "shape": [24], "parts": [{"shape": [6], "initializer": "zeros"},
          {"shape": [6], "initializer": "ones"}, {"shape": [12], "initializer": "he_normal", "seed": 5}]}' \
        '{"name": "embedding", "shape": [1003, 64], "initializer": "truncated_normal", "seed": 3, "store_dtype": "bfloat16"}' \
        '{"name": "recurrent", "shape": [64, 70], "initializer": "orthogonal", "seed": 4}' \
        '{"name": "oihw", "shape": [3, 5, 16, 9], "initializer": "random_normal", "dtype": "float64", "seed": 6,
          "slice": ":,1:,::3,:8", "layout": [3, 2, 0, 1]}' \
        '{"name": "ids", "shape": [11, 2, 3], "initializer": "uniform_full_int", "dtype": "uint64", "seed": [1, 2],
          "seed_rule": "stateless"}' >model.json
}
