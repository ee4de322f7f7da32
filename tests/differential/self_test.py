#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""self_test.py BUILD CW: what can be tested of the comparison without TensorFlow: that the printed manifest and command
line give the tensor, that specs are drawn from everywhere and again, and that failures become small."""
import collections
import math
import pathlib
import random
import subprocess
import sys
import tempfile

import library
import shrink
import specs


def drawn(number, count):
    return [specs.draw(random.Random(f"{number}/{i}"), 0) for i in range(count)]


def test_specs():
    some = drawn(1, 6000)
    assert repr(some) == repr(drawn(1, 6000)) and repr(some) != repr(drawn(2, 6000))
    seen = collections.Counter((spec["initializer"], spec["dtype"]) for spec in some)
    assert {name for name, _ in seen} == set(specs.INITIALIZERS)
    assert {dtype for _, dtype in seen} == set(specs.DTYPES)
    both = {(rule, dialect) for rule in specs.RULES for dialect in ("keras3", "tf")}
    assert {(spec["seed_rule"], spec["dialect"]) for spec in some} == both
    assert {len(spec["shape"]) for spec in some} == set(range(7))
    assert any(0 in spec["shape"] for spec in some) and any(spec.get("call") for spec in some)
    assert max(math.prod(specs.draw(random.Random(i), 0.5)["shape"]) for i in range(20)) > 10**6


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None


def as_json(spec):
    return all(math.isfinite(x) for x in specs.arguments_of(spec).values() if isinstance(x, float))


def test_reproductions(ours, cw):
    """Also what is refused is refused in all three forms."""
    made = 0
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "model.json"
        for spec in drawn(3, 250):
            data = ours(spec).data
            data = None if data is None else bytes(data)
            words = library.command(spec).split(" --")
            options = ["--" + word.replace("='", "=").removesuffix("'") for word in words[1:]]
            assert run(cw, "init", *options, "-o", "-") == data, library.command(spec)
            path.write_text(library.manifest(spec))
            assert not as_json(spec) or run(cw, "init", path, "-o", "-") == data, library.manifest(spec)
            made += data is not None
    assert made > 200


def test_shrink():
    def fails(spec):
        return (spec["dtype"] in ("float64", "float32") and math.prod(spec["shape"]) >= 7 and spec.get("stddev", 0) > 3
                and spec["seed_rule"] == "generator")

    found = [spec for spec in drawn(4, 20000) if fails(spec)]
    assert len(found) > 5
    for spec in found:
        small = shrink.shrink(spec, fails)
        assert fails(small) and small["dtype"] == "float32" and small["seed"] == 0 and small["shape"] == [7], small
        assert "mean" not in small and "call" not in small and small["dialect"] == "tf" and small["stddev"] < 10, small


def main():
    build, cw = sys.argv[1:]
    ours = library.Library(build, "cpu")
    test_specs()
    test_reproductions(ours, cw)
    test_shrink()
    ours.close()
    print("ok")


if __name__ == "__main__":
    main()
