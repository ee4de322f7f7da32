#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""testing.py TESTING.md CTEST BUILD: every test that CTest knows is in the table of TESTING.md, and every name there is one,
but in rows that say "if": those tests need what a machine may not have.
tests/gpu.sh runs every test of the CUDA backend, and says in one line where there is no GPU."""
import fnmatch
import os
import pathlib
import re
import subprocess
import sys

page, ctest, build = sys.argv[1:]
listed = subprocess.run([ctest, "--test-dir", build, "-N"], capture_output=True, text=True, check=True).stdout
tests = re.findall(r"Test +#\d+: (\S+)", listed)
rows = re.findall(r"^\| (`.*?`)( if [^|]*)? \|", pathlib.Path(page).read_text(), re.M)
patterns = [pattern for row, _ in rows for pattern in re.findall(r"`([^`]+)`", row)]
needed = [pattern for row, condition in rows if not condition for pattern in re.findall(r"`([^`]+)`", row)]
wrong = [f"{test} is not in the table" for test in tests if not any(fnmatch.fnmatch(test, p) for p in patterns)]
wrong += [f"no test is called {p}" for p in needed if not any(fnmatch.fnmatch(test, p) for test in tests)]

gpu = pathlib.Path(page).resolve().parent.parent / "tests/gpu.sh"
steps = re.findall(r"^(\S+):", subprocess.run([gpu, "--dry-run", build], capture_output=True, text=True, check=True).stdout, re.M)
wrong += [f"gpu.sh does not run {test}" for test in tests if test.endswith("_cuda") and test not in steps
          and not test.startswith("differential_")]  # needs TensorFlow, which a machine with a GPU may not have
refusal = subprocess.run([gpu, build], capture_output=True, text=True, env={**os.environ, "CW_CUDA_LIBRARY": "/nowhere"})
if refusal.returncode != 3 or refusal.stdout or refusal.stderr.count("\n") != 1 or "no NVIDIA GPU" not in refusal.stderr:
    wrong.append(f"gpu.sh without a GPU ends with {refusal.returncode} and says {refusal.stdout + refusal.stderr}")
print(f"{len(tests)} tests, {len(patterns)} names")
for line in wrong:
    print(line)
sys.exit(bool(wrong) or not tests)
