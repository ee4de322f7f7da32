#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""testing.py TESTING.md CTEST BUILD: every test that CTest knows is in the table of TESTING.md, and every name there is one."""
import fnmatch
import pathlib
import re
import subprocess
import sys

page, ctest, build = sys.argv[1:]
listed = subprocess.run([ctest, "--test-dir", build, "-N"], capture_output=True, text=True, check=True).stdout
tests = re.findall(r"Test +#\d+: (\S+)", listed)
rows = re.findall(r"^\| (`.*?`) \|", pathlib.Path(page).read_text(), re.M)
patterns = [pattern for row in rows for pattern in re.findall(r"`([^`]+)`", row)]
wrong = [f"{test} is not in the table" for test in tests if not any(fnmatch.fnmatch(test, p) for p in patterns)]
wrong += [f"no test is called {p}" for p in patterns if not any(fnmatch.fnmatch(test, p) for test in tests)]
print(f"{len(tests)} tests, {len(patterns)} names")
for line in wrong:
    print(line)
sys.exit(bool(wrong) or not tests)
