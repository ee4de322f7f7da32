#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Manifests of large language models: their published shapes and names, initialized as the published code does it.

    make_large.py gpt2|llama2_7b -o MODEL.json [--dtype DTYPE] [--set-random-seed N] [--digests]

Seeds are drawn from N in the order of the tensors. Needs NumPy; with --digests, real Keras makes every tensor, whose
digest is written: tensorflow-cpu 2.21.0, keras 3.15.1 and numpy 2.4.6, 8 minutes for llama2_7b.
gpt2.json and llama2_7b.json (--dtype bfloat16) are here, with digests.

gpt2: the smallest GPT-2 (openai/gpt-2, src/model.py): normal(0.02), positions normal(0.01), 124439808 weights.
llama2_7b: Llama 2 of 7 billion weights, 6738415616, as transformers' modeling_llama.py initializes it with its
initializer_range of 0.02: normal(0.02), norms one.
"""
import argparse
import os
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "python"))
sys.dont_write_bytecode = True


def normal(stddev):
    return {"initializer": "random_normal", "stddev": stddev}


ZEROS, ONES = {"initializer": "zeros"}, {"initializer": "ones"}


def gpt2(width=768, layers=12, vocabulary=50257, positions=1024):
    def norm(name):
        return [(f"{name}/g", [width], ONES), (f"{name}/b", [width], ZEROS)]

    def conv1d(name, wide_in, wide_out):
        return [(f"{name}/w", [1, wide_in, wide_out], normal(0.02)), (f"{name}/b", [wide_out], ZEROS)]

    tensors = [("model/wpe", [positions, width], normal(0.01)), ("model/wte", [vocabulary, width], normal(0.02))]
    for block in (f"model/h{i}" for i in range(layers)):
        tensors += norm(f"{block}/ln_1") + conv1d(f"{block}/attn/c_attn", width, 3 * width)
        tensors += conv1d(f"{block}/attn/c_proj", width, width) + norm(f"{block}/ln_2")
        tensors += conv1d(f"{block}/mlp/c_fc", width, 4 * width) + conv1d(f"{block}/mlp/c_proj", 4 * width, width)
    return tensors + norm("model/ln_f")


def llama2_7b(width=4096, layers=32, vocabulary=32000, inner=11008):
    def linear(name, wide_in, wide_out):  # weights are [out, in] there
        return f"{name}.weight", [wide_out, wide_in], normal(0.02)

    tensors = [("model.embed_tokens.weight", [vocabulary, width], normal(0.02))]
    for block in (f"model.layers.{i}" for i in range(layers)):
        tensors += [linear(f"{block}.self_attn.{name}_proj", width, width) for name in "qkvo"]
        tensors += [linear(f"{block}.mlp.{name}_proj", width, inner) for name in ("gate", "up")]
        tensors += [linear(f"{block}.mlp.down_proj", inner, width)]
        tensors += [(f"{block}.{name}_layernorm.weight", [width], ONES) for name in ("input", "post_attention")]
    return tensors + [("model.norm.weight", [width], ONES), linear("lm_head", width, vocabulary)]


def add_digests(entries, seed, dtype):
    """Each entry's digest, of what Keras makes; returns the total."""
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import digest
    import keras

    keras.utils.set_random_seed(seed)
    digests = {}
    for entry in entries:
        arguments = {"stddev": entry["stddev"]} if "stddev" in entry else {}
        made = keras.initializers.get({"class_name": entry["initializer"], "config": arguments})(entry["shape"], dtype)
        digests[entry["name"]] = digest.tensor_digest(keras.ops.convert_to_numpy(made))
        entry["digest"] = digest.text(digests[entry["name"]])
    expected = random.Random(seed)
    drawn = sum("stddev" in entry for entry in entries)
    [expected.randint(1, 10**9) for _ in range(drawn)]
    assert random.getstate() == expected.getstate(), "Keras has drawn something else"
    return digest.total_digest(digests)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", choices=["gpt2", "llama2_7b"])
    parser.add_argument("-o", "--output", required=True, metavar="MODEL.json")
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--set-random-seed", type=int, default=42, metavar="N")
    parser.add_argument("--digests", action="store_true", help="make every tensor with real Keras")
    args = parser.parse_args()
    dtype = {} if args.dtype == "float32" else {"dtype": args.dtype}
    entries = [{"name": name, "shape": shape, **dtype, **made} for name, shape, made in globals()[args.model]()]
    total = add_digests(entries, args.set_random_seed, args.dtype) if args.digests else None
    manifest.write(args.output, {"model": args.model}, entries, total, args.set_random_seed)


if __name__ == "__main__":
    import manifest
    main()
