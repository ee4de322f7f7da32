#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The example's functions against files that real Keras wrote: every bit, not only the digits that are printed."""
import json
import pathlib
import sys

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "examples"))
sys.dont_write_bytecode = True

import glorot_numpy  # noqa: E402 (prints its array)

found = glorot_numpy.glorot_uniform((2, 2), seed=0)
golden = np.load(ROOT / "tests" / "golden" / "founding.npy")
if found.dtype != golden.dtype or found.shape != golden.shape or found.tobytes() != golden.tobytes():
    sys.exit(f"glorot_uniform((2, 2), seed=0) is {found!r}, and Keras gives {golden!r}")
