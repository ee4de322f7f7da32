#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""includes.py SOURCE: who includes whom, downwards only: numeric <- core <- {opencl, cuda} <- cli."""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1])
GENERATED = {"opencl_source.h": "opencl", "opencl_lanes_source.h": "opencl", "selftest_manifest.h": "cli"}
SEARCH = ["core", "core/include", "opencl/include", "cuda/include"]
# What each layer may include besides itself. A name with a dot is one file.
ALLOWED = {
    "public": set(),
    "numeric": set(),
    "core": {"public", "numeric"},
    "opencl": {"public", "opencl public", "numeric", "core/backend.h", "core/steps.h", "core/tiles.h"},
    "cuda": {"public", "cuda public", "numeric", "core/backend.h", "core/steps.h", "core/tiles.h"},
    "opencl public": {"public"},
    "cuda public": {"public"},
    "cli": {"public", "opencl public", "cuda public"},
}
# The numeric text is three languages at once: nothing else from outside, but for what C alone has.
NUMERIC_SYSTEM = {"stdint.h", "string.h"}
C_ALONE = {("core/numeric/strip.h", "immintrin.h"), ("core/numeric/x86.h", "immintrin.h")}


def layer(path):
    name = path.as_posix()
    for start, found in [("core/include/", "public"), ("core/numeric/", "numeric"), ("core/", "core"),
                         ("opencl/include/", "opencl public"), ("opencl/", "opencl"),
                         ("cuda/include/", "cuda public"), ("cuda/", "cuda"), ("cli/", "cli")]:
        if name.startswith(start):
            return found
    return None


def resolve(path, name):
    for folder in [path.parent, *map(pathlib.Path, SEARCH)]:
        if (ROOT / folder / name).exists():
            return pathlib.Path((ROOT / folder / name).resolve().relative_to(ROOT.resolve()))
    return None


def complaint(path, quoted, name):
    """Why this include is wrong, or None."""
    here = layer(path)
    if not quoted:
        foreign = here == "numeric" and name not in NUMERIC_SYSTEM and (path.as_posix(), name) not in C_ALONE
        return "is not for the numeric text" if foreign else None
    if name in GENERATED:
        return None if GENERATED[name] == here else "is another folder's"
    target = resolve(path, name)
    if target is None:
        return "is not in the tree"
    there = layer(target)
    if there == here or there in ALLOWED[here] or target.as_posix() in ALLOWED[here]:
        return None
    return f"is of {there or 'no layer'}, which {here} does not see"


def main():
    includes = bad = 0
    for path in sorted(p.relative_to(ROOT) for p in ROOT.glob("*/**/*") if p.suffix in {".c", ".h", ".cu", ".cl"}):
        if layer(path) is None:
            continue
        for quoted, name in re.findall(r'^\s*#\s*include\s+(["<])([^">]+)', (ROOT / path).read_text(), re.M):
            includes += 1
            why = complaint(path, quoted == '"', name)
            if why:
                bad += 1
                print(f"FAIL: {path}: {name} {why}")
    print(f"{includes} includes, {bad} against the direction")
    sys.exit(bad > 0 or includes < 50)


main()
