#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The constants of float64's logarithm, sine and cosine are the same in docs/NUMERICS.md, in core/numeric/ and in
tests/reference.py. A wrong last digit of one of them would change so few of 2^52 results that no sample finds it.

    constants.py PROJECT
"""
import pathlib
import re
import sys

HEXADECIMAL = re.compile(r"0x[01]\.([0-9a-f]+)p[-+]?[0-9]+")
ONLY_IN_CORE = {float.fromhex("0x1.00000000008p52")}  # turns an exponent's bits into a double
AS_DECIMAL = {1e-7}  # how reference.py writes it


def constants(text):
    """The magnitudes of what has three hexadecimal digits or more: shorter ones are limits and powers of two."""
    return {float.fromhex(match[0]) for match in HEXADECIMAL.finditer(text) if len(match[1].rstrip("0")) > 2}


def table(text, row):
    return [tuple(map(float.fromhex, match)) for match in re.findall(row, text)]


def main():
    project = pathlib.Path(sys.argv[1])
    core = project / "core" / "numeric"
    document = (project / "docs" / "NUMERICS.md").read_text(encoding="utf-8")
    section = document.split("\n### 6.4 ", 1)[1].split("\n### ")[0]
    formulas, rows = section.split("| i | I | L |")
    in_document = constants(formulas)
    in_core = constants((core / "normal64.h").read_text(encoding="utf-8")) - ONLY_IN_CORE
    in_reference = constants((project / "tests" / "reference.py").read_text(encoding="utf-8")) | AS_DECIMAL
    failures = [f"{x.hex()}: not in both the document and core/numeric/normal64.h"
                for x in sorted(in_document ^ in_core)]
    failures += [f"{x.hex()}: in the document, not in reference.py" for x in sorted(in_document - in_reference)]
    listed = table(rows, r"\| \d+ \| `(\S+)` \| `(\S+)` \|")
    held = table((core / "log64_table.h").read_text(encoding="utf-8"), r"ROW\((\S+), (\S+)\)")
    if len(listed) != 128 or listed != held:
        failures.append("the rows of the logarithm differ from core/numeric/log64_table.h")
    print(f"{len(in_document)} constants, {len(listed)} rows, {len(failures)} failures")
    for failure in failures:
        print(f"  {failure}")
    return 1 if failures or len(in_document) < 30 else 0


if __name__ == "__main__":
    sys.exit(main())
