#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""functions.py SOURCE: how long functions are. None over 80 lines, the median under 15."""
import pathlib
import re
import statistics
import sys

ROOT = pathlib.Path(sys.argv[1])
FOLDERS = ["core", "opencl", "cuda", "cli", "tests", "bench", "examples"]
LIMIT, MEDIAN = 80, 15


def blank(match):
    """Comments and literals hide braces; their line ends stay."""
    return re.sub(r"[^\n]", " ", match.group())


def functions(text):
    """(name, line, lines) of each function that is defined at the top level."""
    text = re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)
    text = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", blank, text, flags=re.M)
    text = re.sub(r'^(\s*extern\s+)  *\{', r"\1 ", text, flags=re.M)
    depth, begin, opened = 0, 0, None
    for i, c in enumerate(text):
        if c == "{":
            if depth == 0:
                opened = text[begin:i]
            depth += 1
        elif c == "}" and depth > 0:
            depth -= 1
            if depth == 0:
                name = re.search(r"(\w+)\s*\([^{}=]*\)\s*$", opened)
                if name:
                    start = begin + len(opened) - len(opened.lstrip())
                    yield name.group(1), text.count("\n", 0, start) + 1, text.count("\n", start, i) + 1
                begin = i + 1
        elif c == ";" and depth == 0:
            begin = i + 1


def main():
    found = []
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in {".c", ".h", ".cu", ".cl"}:
                found += [(lines, path.relative_to(ROOT), line, name)
                          for name, line, lines in functions(path.read_text())]
    lengths = [f[0] for f in found]
    median, longest = statistics.median(lengths), max(lengths)
    ninety = statistics.quantiles(lengths, n=10)[-1]
    print(f"{len(found)} functions: median {median:g} lines, 90 % within {ninety:g}, longest {longest}")
    for lines, path, line, name in sorted(found, reverse=True)[:5]:
        print(f"  {lines:3} {path}:{line} {name}")
    sys.exit(longest > LIMIT or median >= MEDIAN or len(found) < 100)


main()
