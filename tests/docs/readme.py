#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""readme.py README.md CW: the README's C program is examples/init.c, its shell lines print what it says, its links lead
somewhere, and its initializers and files are there."""
import pathlib
import re
import subprocess
import sys

readme = pathlib.Path(sys.argv[1]).resolve()
root, text, cw = readme.parent, readme.read_text(), sys.argv[2]
wrong = []


def expect(good, what):
    if not good:
        wrong.append(what)


def run(line):
    return subprocess.run([cw, *line.split()], capture_output=True, text=True, check=True).stdout


program = re.search(r"```c\n(.*?)```", text, re.S).group(1)
expect((root / "examples/init.c").read_text().endswith(program), "the C program is not that of examples/init.c")

# Lines that begin with a prompt, and what follows them.
for command, output in re.findall(r"^    \$ cw (.*)\n((?:    (?!\$).*\n)+)", text, re.M):
    printed = "".join("    " + line + "\n" for line in run(command).splitlines())
    expect(printed == output, f"cw {command} prints\n{printed}")

for link in re.findall(r"\]\(([^)#:]+)\)", text):
    expect((root / link).exists(), f"there is no {link}")
for script in re.findall(r"\./(\w+\.sh)", text):
    expect((root / script).exists(), f"there is no {script}")

plan = run("plan --shape 3,3,64,128")
for number in ("fan_in     576", "fan_out    1152"):
    expect(number in plan, f"cw plan does not print {number}")
expect(round(float(re.search(r"limit +(\S+)", plan).group(1)), 4) == 0.0589, "the limit is another")

helped = run("--help")
for name in re.findall(r"^    cw (\w+)", text, re.M):
    expect(re.search(rf"^  cw {name}\b", helped, re.M), f"there is no subcommand {name}")

for line in wrong:
    print(f"README.md: {line}")
sys.exit(bool(wrong))
