# SPDX-License-Identifier: Apache-2.0
"""Writes manifests (docs/MANIFEST.md): one tensor per line, so that a diff of two manifests is readable."""
import json

import digest


def write(path, source, entries, total):
    """entries: dicts in the order of the file, each with its digest; total: (word0, word1)."""
    lines = ",\n".join("    " + json.dumps(entry) for entry in entries)
    head = {"counterweight": 1, "source": source, "digest": digest.text(total)}
    head = json.dumps(head, indent=2).removesuffix("\n}")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'{head},\n  "tensors": [\n{lines}\n  ]\n}}\n')
