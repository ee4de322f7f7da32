#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the manifests of real models, from real Keras: NAME.json with the seeds that were drawn, NAME.draws.json with
set_random_seed alone. Every weight of each has the digest of what Keras made.

    make_models.py [NAME...]

Run by hand with tensorflow-cpu 2.21.0, keras 3.15.1 and numpy 2.4.6. The models are those of python/models.py.
"""
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SEEDS = {"resnet50": 42, "mobilenet_v2": 42, "efficientnet_b0": 0, "vgg16": 42, "transformer": 2**32 - 1, "recurrent": 7,
         "convolutions": 1, "attention": 123456789, "wide_recurrent": 42}
ELSEWHERE = {"resnet50.json": ROOT / "examples"}  # which demo.sh shows

for model in sys.argv[1:] or SEEDS:
    for name, options in ((f"{model}.json", []), (f"{model}.draws.json", ["--draws"])):
        path = ELSEWHERE.get(name, HERE) / name
        subprocess.run([sys.executable, ROOT / "python" / "export_keras.py", f"models:{model}", "--set-random-seed",
                        str(SEEDS[model]), *options, "-o", path], cwd=HERE, check=True)
