# SPDX-License-Identifier: Apache-2.0
"""Looks at what cw wrote, with NumPy and with a reader of .safetensors written from its specification.

    look.py bytes FILE.npy                       the elements' bytes
    look.py str FILE.npy                         what print(a) prints
    look.py digest FILE...                       what `cw digest FILE...` should print
    look.py safetensors FILE.safetensors MODEL   the file is well formed and holds what the manifest lists
    look.py flip FILE BIT                        flips one bit of the file, counted from its end if negative
    look.py values RESULT.json FILE.npy          the values that --json printed have the bits of the array
    look.py philox SEED SEED                     key and counter of tf.random.stateless_*, as JSON
"""
import json
import pathlib
import sys

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "python"))

import digest  # noqa: E402


DTYPES = {"F32": "<f4", "F64": "<f8", "F16": "<f2", "I32": "<i4", "I64": "<i8", "U32": "<u4", "U64": "<u8"}


def safetensors(path):
    """(metadata, [(name, array)]), in the order of the header."""
    data = pathlib.Path(path).read_bytes()
    length = int.from_bytes(data[:8], "little")
    text, payload = data[8:8 + length], data[8 + length:]
    assert len(text) == length and text[:1] == b"{" and text.rstrip(b" ")[-1:] == b"}", "header"
    assert length % 8 == 0, "the data are not aligned to 8 bytes"
    header = json.loads(text.decode("utf-8"), object_pairs_hook=unique)
    metadata = header.pop("__metadata__", {})
    assert all(isinstance(value, str) for value in metadata.values()), metadata
    tensors, at = [], 0
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        begin, end = entry["data_offsets"]
        assert begin == at and end >= begin, f"a hole or an overlap at {name}: {begin} after {at}"
        assert set(entry) == {"dtype", "shape", "data_offsets"} and entry["dtype"] in DTYPES, entry
        at = end
        tensors.append((name, np.frombuffer(payload[begin:end], DTYPES[entry["dtype"]]).reshape(entry["shape"])))
    assert at == len(payload), f"{len(payload) - at} bytes after the last tensor"
    assert [name for name, _ in tensors] == list(header), "the data are in another order than the header"
    return metadata, tensors


def unique(pairs):
    assert len(dict(pairs)) == len(pairs), "a name is there twice"
    return dict(pairs)


def text_with_types(value):
    """5 and 5.0 are equal, and two things in a manifest."""
    return json.dumps(value, sort_keys=True)


def check_safetensors(path, manifest):
    metadata, tensors = safetensors(path)
    model = json.loads(pathlib.Path(manifest).read_text(encoding="utf-8"))
    expected = model["tensors"]
    assert [name for name, _ in tensors] == [entry["name"] for entry in expected], "the order of the manifest"
    assert [list(array.shape) for _, array in tensors] == [entry["shape"] for entry in expected]
    assert metadata["counterweight.version"] and metadata["counterweight.numerics_version"] == "1", metadata
    total = {}
    for entry, (name, array) in zip(expected, tensors):
        total[name] = digest.tensor_digest(array)
        assert entry.setdefault("digest", digest.text(total[name])) == digest.text(total[name]), name
    model.setdefault("digest", digest.text(digest.total_digest(total)))
    assert text_with_types(json.loads(metadata["counterweight.manifest"])) == text_with_types(model), metadata
    print(len(tensors), "tensors")


def arrays_of(path):
    """[(name, array)]"""
    if path.endswith(".npy"):
        return [("tensor", np.load(path))]
    return list(np.load(path).items()) if path.endswith(".npz") else safetensors(path)[1]


def show_digests(paths):
    total = {}
    for path in paths:
        npy = path.endswith(".npy")
        for name, array in arrays_of(path):
            assert name not in total
            total[name] = digest.tensor_digest(array)
            print(f"{digest.text(total[name])}  {path if npy else name}")
    print(f"{digest.text(digest.total_digest(total))}  total")


def flip(path, bit):
    data = bytearray(pathlib.Path(path).read_bytes())
    bit %= 8 * len(data)
    data[bit // 8] ^= 1 << bit % 8
    pathlib.Path(path).write_bytes(data)


def check_values(result, path):
    [tensor] = json.loads(pathlib.Path(result).read_text(encoding="utf-8"))["tensors"]
    array = np.load(path)
    found = np.array(tensor["values"], np.float64).astype(np.float32)
    assert tensor["shape"] == list(array.shape) and found.tobytes() == array.tobytes(), (found, array)


def philox(*seeds):
    """The seed is the counter of one Philox call with a fixed key, whose result is key and upper counter."""
    key = [0x3EC8F720, 0x02461E29]
    x = [word for seed in seeds for word in (seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF)]
    for _ in range(10):
        a, b = 0xD2511F53 * x[0], 0xCD9E8D57 * x[2]
        x = [b >> 32 ^ x[1] ^ key[0], b & 0xFFFFFFFF, a >> 32 ^ x[3] ^ key[1], a & 0xFFFFFFFF]
        key = [key[0] + 0x9E3779B9 & 0xFFFFFFFF, key[1] + 0xBB67AE85 & 0xFFFFFFFF]
    print(json.dumps([x[:2], [0, 0, x[2], x[3]]]))


def main(what, *rest):
    commands = {"bytes": lambda path: sys.stdout.buffer.write(np.load(path).tobytes()),
                "str": lambda path: print(np.load(path)),
                "digest": lambda *paths: show_digests(paths), "safetensors": check_safetensors,
                "flip": lambda path, bit: flip(path, int(bit)), "values": check_values,
                "philox": lambda *seeds: philox(*map(int, seeds))}
    commands[what](*rest)


if __name__ == "__main__":
    main(*sys.argv[1:])
