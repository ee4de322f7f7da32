# SPDX-License-Identifier: Apache-2.0
"""Writes manifests (docs/MANIFEST.md): one tensor per line, so that a diff of two manifests is readable."""
import json

import digest


def write(path, source, entries, total=None, set_random_seed=None):
    """entries: dicts in the order of the file, each with its digest if it has one; total: (word0, word1) or None."""
    lines = ",\n".join("    " + json.dumps(entry) for entry in entries)
    head = {"counterweight": 1, "source": source}
    if set_random_seed is not None:
        head["set_random_seed"] = set_random_seed
    if total is not None:
        head["digest"] = digest.text(total)
    head = json.dumps(head, indent=2).removesuffix("\n}")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'{head},\n  "tensors": [\n{lines}\n  ]\n}}\n')
