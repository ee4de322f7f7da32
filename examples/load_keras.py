# SPDX-License-Identifier: Apache-2.0
"""Weights that cw made, on whatever device, as the weights of a Keras model: they are those that Keras would have had.

    cw init tests/models/mobilenet_v2.json --device opencl -o mobilenet_v2.safetensors
    python3 examples/load_keras.py mobilenet_v2.safetensors

Names in the file are the paths of Keras's variables.
"""
import json
import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import ml_dtypes  # noqa: E402 (comes with Keras: bfloat16 for NumPy)
import numpy as np  # noqa: E402

DTYPES = {"F64": np.float64, "F32": np.float32, "F16": np.float16, "BF16": ml_dtypes.bfloat16, "I64": np.int64,
          "I32": np.int32, "U64": np.uint64, "U32": np.uint32}


def read_safetensors(path):
    """{name: array}, each a view of the file."""
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(length))
    header.pop("__metadata__", None)
    data = np.memmap(path, np.uint8, "r", offset=8 + length) if header else None
    return {name: data[slice(*entry["data_offsets"])].view(DTYPES[entry["dtype"]]).reshape(entry["shape"])
            for name, entry in header.items()}


def load(model, path):
    tensors = read_safetensors(path)
    model.set_weights([tensors[weight.path] for weight in model.weights])


def differing(a, b):
    return [x.path for x, y in zip(a.weights, b.weights) if x.numpy().tobytes() != y.numpy().tobytes()]


model = keras.applications.MobileNetV2(weights=None)  # starts from other weights
keras.utils.clear_session()
keras.utils.set_random_seed(42)
expected = keras.applications.MobileNetV2(weights=None)
before = len(differing(model, expected))
load(model, sys.argv[1])
print(f"{len(model.weights)} weights, {before} differed before, {len(differing(model, expected))} differ now")
image = np.linspace(0, 1, 224 * 224 * 3, dtype=np.float32).reshape(1, 224, 224, 3)
a, b = (m(image, training=False).numpy() for m in (model, expected))
print("the same output" if a.tobytes() == b.tobytes() else "another output")
