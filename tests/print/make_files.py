#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""make_files.py FOLDER: files as NumPy and other programs write them, and damaged ones, for files.c.

good.txt   one FILE a line; FILE.txt says what is in it, as files.c writes it down after reading. "again FILE": the
           tool, given the same tensors, writes the same bytes.
bad.txt    FILE, a tab, and words that the complaint has to contain
"""
import io
import json
import pathlib
import shutil
import struct
import sys
import zipfile

import numpy as np

FOLDER = pathlib.Path(sys.argv[1])
NAMES = {"f4": "float32", "f8": "float64", "f2": "float16", "V2": "bfloat16", "i4": "int32", "i8": "int64",
         "u4": "uint32", "u8": "uint64"}
LABELS = {"f4": "F32", "f8": "F64", "f2": "F16", "V2": "BF16", "i4": "I32", "i8": "I64", "u4": "U32", "u8": "U64"}
SHAPES = [(), (1,), (5,), (2, 3), (3, 3, 4, 2), (0,), (3, 0, 2), (1,) * 12 + (2, 1, 2, 3)]
SHAPES += [(0,) + (1,) * 12 + (10,), (0,) + (1,) * 12 + (100,)]  # .npy headers that just fit in 128 bytes, or not
rng = np.random.Generator(np.random.PCG64(11))
good, bad = [], []


def code_of(array):
    return array.dtype.str[1:]


def random_array(code, shape):
    """Any bits: NaNs with payloads and infinities too."""
    size = int(np.prod(shape, dtype=int))
    return np.frombuffer(rng.bytes(size * int(code[1])), "<" + code if code != "V2" else code).reshape(shape)


def describe(name, array):
    shape = ",".join(map(str, array.shape))
    return f"{name} {NAMES[code_of(array)]} ({shape}) {array.tobytes('C').hex()}\n"


def add_good(file, content, text, again=False):
    (FOLDER / file).write_bytes(content)
    (FOLDER / f"{file}.txt").write_text(text, encoding="utf-8")
    good.append(f"{'again ' if again else ''}{file}\n")


def add_bad(file, content, words):
    (FOLDER / file).write_bytes(content)
    bad.append(f"{file}\t{words}\n")


# ---------------------------------------------------------------------------------------------------------- .npy


def npy(array, version=(1, 0)):
    """What numpy.save writes; ml_dtypes' bfloat16, which is not installed here, differs from V2 in one character."""
    file = io.BytesIO()
    np.lib.format.write_array(file, array, version)
    return file.getvalue().replace(b"'|V2'", b"'<V2'", 1)


def npy_of(header, data=b"", version=(1, 0), magic=b"\x93NUMPY", length=None):
    header = header.encode("latin-1") if isinstance(header, str) else header
    form = "<H" if version[0] == 1 else "<I"
    return magic + bytes(version) + struct.pack(form, len(header) if length is None else length) + header + data


def dictionary(descr="'<f4'", order="False", shape="(2,)"):
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n"


def good_npy():
    for code in NAMES:
        for i, shape in enumerate(SHAPES):
            array = random_array(code, shape)
            add_good(f"{NAMES[code]}_{i}.npy", npy(array), describe("-", array), again=True)
    for version in (2, 0), (3, 0):
        array = random_array("f4", (2, 3))
        add_good(f"version_{version[0]}.npy", npy(array, version), describe("-", array))
    for shape in (2, 3), (4, 1, 3, 2), (3, 0):
        array = np.asfortranarray(random_array("f4", shape))
        add_good(f"fortran_{len(shape)}_{shape[1]}.npy", npy(array), describe("-", array))
    two = np.array([1, -2], "<f4")
    other = '{"shape":(2L,),"fortran_order":False,"descr":"<f4"}'
    add_good("other_spelling.npy", npy_of(other, two.tobytes()), describe("-", two))
    long = np.array([], "f4").reshape(0)
    text = describe("-", long).replace("(0)", f"({2**63},0)")
    add_good("long_axis.npy", npy_of(dictionary(shape=f"({2**63}, 0)")), text)


def bad_npy():
    two = np.array([1, -2], "<f4").tobytes()
    whole = npy_of(dictionary(), two)
    add_bad("nothing.npy", b"", "too short")
    add_bad("magic.npy", npy_of(dictionary(), two, magic=b"\x93NUMPX"), "not an .npy file")
    add_bad("version_0.npy", npy_of(dictionary(), two, version=(0, 0)), "version 0.0")
    add_bad("version_4.npy", npy_of(dictionary(), two, version=(4, 0)), "version 4.0")
    add_bad("version_1_1.npy", npy_of(dictionary(), two, version=(1, 1)), "version 1.1")
    add_bad("one_byte_more.npy", whole + b"\0", "1 bytes after its array")
    add_bad("one_byte_less.npy", whole[:-1], "truncated")
    add_bad("header_over_file.npy", npy_of(dictionary(), two, length=65535), "damaged .npy header")
    add_bad("header_too_large.npy", npy_of(dictionary() + 70000 * " ", two, version=(2, 0)), "damaged .npy header")
    add_bad("header_announced_4g.npy", npy_of(dictionary(), two, version=(2, 0), length=2**32 - 1), "damaged")
    add_bad("big_endian.npy", npy(np.array([1, -2], ">f4")), "big-endian")
    add_bad("big_endian_integers.npy", npy(np.array([1, -2], ">i8")), "big-endian")
    for descr, words in {"'|b1'": "|b1", "'<c8'": "<c8", "'|O'": "|O", "'<f16'": "<f16", "'<U3'": "<U3", "''": '""',
                         "[('a', '<f4')]": "structured array", "('<f4', (2,))": "structured array", "3": "damaged",
                         "'<f4": "dtype", "'\\x3cf4'": "damaged", "'\x1b[31m'": "?[31m"}.items():
        add_bad(f"descr_{len(bad)}.npy", npy_of(dictionary(descr=descr), two), words)
    for shape in "(2)", "[2]", "2", "(-1,)", "(2.0,)", "(,)", "(2 2)", "(2,", "()()":
        add_bad(f"shape_{len(bad)}.npy", npy_of(dictionary(shape=shape), two), "damaged")
    add_bad("rank_17.npy", npy_of(dictionary(shape="(" + "1," * 16 + "2,)"), two), "more than 16 axes")
    add_bad("too_many_bytes.npy", npy_of(dictionary(shape=f"({2**62}, 4)"), two), "2^63 bytes")
    add_bad("wraps_to_8_bytes.npy", npy_of(dictionary(shape=f"({2**62 + 2},)"), two), "2^63 bytes")
    add_bad("axis_over_64_bits.npy", npy_of(dictionary(shape=f"({2**64},)"), two), "2^64")
    add_bad("order.npy", npy_of(dictionary(order="1"), two), "damaged")
    add_bad("order_text.npy", npy_of(dictionary(order="'False'"), two), "damaged")
    for header in ("", "{}", "[]", "{'descr': '<f4', 'shape': (2,)}", "{'fortran_order': False, 'shape': (2,)}",
                   "{'descr': '<f4', 'fortran_order': False}", dictionary() + "x", dictionary() + "\0",
                   dictionary().replace("}", "'descr': '<f4'}"), dictionary().replace("}", "'more': 1}"),
                   dictionary().replace(",", "", 1), dictionary().replace(":", "=", 1), dictionary()[:-3]):
        add_bad(f"header_{len(bad)}.npy", npy_of(header, two), "damaged")


# ---------------------------------------------------------------------------------------------------------- .npz


class Stream(io.BytesIO):
    """Where one cannot go back, as in a pipe: sizes and checksums then follow their member."""

    def seekable(self):
        return False

    def seek(self, *where):
        raise OSError

    def tell(self):
        raise OSError


def npz(arrays, save=np.savez, file=None):
    file = file or io.BytesIO()
    save(file, **arrays)
    return file.getvalue()


def archive(members, comment=b"", method=zipfile.ZIP_STORED, comments=()):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as target:
        target.comment = comment
        for name, content in members:
            info = zipfile.ZipInfo(name)
            info.comment = dict(comments).get(name, b"")
            target.writestr(info, content, method)
    return file.getvalue()


def good_npz():
    two = {"w": random_array("f4", (2, 3)), "b": random_array("i8", (2,))}
    names = {name: random_array("f4", (2,)) for name in ("a/b/c", "Gewichtungsmaß", "重み", "file", "kernel:0", "", "w.npy")}
    everything = {f"{NAMES[code]}/{i}": random_array(code, shape) for i, shape in enumerate(SHAPES) for code in NAMES}
    fortran = {"w": np.asfortranarray(random_array("f2", (2, 3)))}
    for name, arrays in {"two": two, "names": names, "everything": everything, "nothing": {}, "fortran": fortran}.items():
        for save in (np.savez, np.savez_compressed):
            if "file" in arrays:
                arrays = {key: value for key, value in arrays.items() if key != "file"}  # numpy.savez's own argument
            add_good(f"{name}_{save.__name__}.npz", npz(arrays, save), describe_all(arrays))
    small = {"w": np.array([1, -2], "<f4"), "v": np.array(3, "<u8")}
    members = [(f"{name}.npy", npy(array)) for name, array in small.items()]
    described = [("w.npy", b'{"name": "w"}'), ("v.npy", b'{"name":"v","shape":[]}')]
    ours = b'{"counterweight.manifest": {"counterweight": 1}, "counterweight.version": "0"}'
    text = describe_all(small)
    add_good("stored.npz", npz(small), text)
    add_good("deflated.npz", npz(small, np.savez_compressed), text)
    add_good("streamed.npz", npz(small, file=Stream()), text)
    add_good("nothing_in_it.npz", archive([]), "")
    add_good("described.npz", archive(members, ours, comments=described),
             '{"counterweight":1,"tensors":[{"name":"w"},{"name":"v","shape":[]}]}\n' + text)
    add_good("half_described.npz", archive(members, ours, comments=described[1:]),
             '{"counterweight":1,"tensors":[{"name":"v","shape":[]}]}\n' + text)
    add_good("ill_described.npz", archive(members, ours, comments=[("w.npy", b"mine"), described[1]]),
             '{"counterweight":1,"tensors":[{"name":"v","shape":[]}]}\n' + text)
    for i, comment in enumerate((b"mine", b"[]", b"1", b"{}", ours[:-1], b'{"counterweight.manifest": "x"}', b"\xff\0")):
        add_good(f"other_comment_{i}.npz", archive(members, comment, comments=described), text)


def patched(data, find, place, new):
    """With `new` at `place` behind each place where `find` begins."""
    data, at = bytearray(data), data.find(find)
    assert at >= 0
    while at >= 0:
        data[at + place:at + place + len(new)] = new
        at = data.find(find, at + 1)
    return bytes(data)


LOCAL, CENTRAL, END = b"PK\3\4", b"PK\1\2", b"PK\5\6"


def bad_npz():
    two = npy(np.array([1, -2], "<f4"))
    whole = archive([("w.npy", two)])

    def add(name, content, words):
        add_bad(f"{name}.npz", content, words)

    def resized(data, size, packed):
        data = patched(data, LOCAL, 18, struct.pack("<II", packed, size))
        return patched(data, CENTRAL, 20, struct.pack("<II", packed, size))

    add("nothing", b"", "is it a whole .npz file?")
    add("no_archive", two, "is it a whole .npz file?")
    add("no_npy", archive([("w.npy", b"hello, world")]), "member w.npy is not an .npy file")
    add("empty_member", archive([("w.npy", b"")]), "member w.npy is too short")
    add("text", archive([("w.npy", two), ("README.txt", b"hello")]), "member README.txt is no .npy file")
    add("only_folder", archive([("w/", b""), ("w/a.npy", two)]), "member w/ is no .npy file")
    add("control", archive([("\x1b[31m", two)]), "is no .npy file")
    add("cut_array", archive([("w.npy", two[:-1])]), "member w.npy is truncated")
    add("longer_array", archive([("w.npy", two + b"x")]), "member w.npy has 1 bytes after its array")
    add("big_endian_member", archive([("w.npy", npy(np.array([1], ">f4")))]), "member w.npy is big-endian")
    add("structured_member", archive([("w.npy", npy(np.zeros(2, [("a", "<f4")])))]), "member w.npy holds a structured array")
    add("object_member", npz({"w": np.array([None])}), "member w.npy has the dtype")
    add("announces_too_much", archive([("w.npy", npy_of(dictionary(shape=f"({2**40},)"), b"x"))]), "member w.npy is truncated")
    with_twice = archive([("v.npy", two), ("w.npy", two)]).replace(b"v.npy", b"w.npy")
    add("twice", with_twice, "twice.npz cannot be read")
    add("checksum", patched(patched(whole, LOCAL, 14, b"abcd"), CENTRAL, 16, b"abcd"), "member w.npy cannot be read: CRC error")
    add("element", whole.replace(two, two[:-1] + b"\x41"), "member w.npy cannot be read: CRC error")
    add("local_name", whole.replace(b"w.npy", b"v.npy", 1), "local_name.npz cannot be read")
    add("encrypted", patched(patched(whole, LOCAL, 6, b"\1"), CENTRAL, 8, b"\1"), "member w.npy is encrypted")
    for name, method in ("bzip2", zipfile.ZIP_BZIP2), ("lzma", zipfile.ZIP_LZMA):
        add(name, archive([("w.npy", two)], method=method), "member w.npy is compressed as NumPy does not")
    add("stored_larger", resized(whole, 2**31, len(two)), "member w.npy announces more bytes than the file can hold")
    add("stored_outside", resized(whole, 2**31, 2**31), "stored_outside.npz")
    deflated = archive([("w.npy", npy(np.zeros(1000, "<f4")))], method=zipfile.ZIP_DEFLATED)
    packed = struct.unpack("<I", deflated[18:22])[0]
    add("bomb", resized(deflated, 2**31, packed), "member w.npy announces more bytes than the file can hold")
    add("deflated_longer", resized(deflated, 128 + 3996, packed), "member w.npy is truncated")
    longer = archive([("w.npy", npy(np.zeros(1000, "<f4")) + b"12345678")], method=zipfile.ZIP_DEFLATED)
    add("deflated_shorter", resized(longer, 128 + 4000, struct.unpack("<I", longer[18:22])[0]), "member w.npy")
    add("deflated_cut", archive([("w.npy", npy_of(dictionary(shape="(1000,)"), bytes(3000)))], method=zipfile.ZIP_DEFLATED),
        "member w.npy is truncated")
    inner = archive([("b.npy", npy(np.zeros(1000, "<f4")))])
    inside = inner[:inner.index(CENTRAL)]
    outer = archive([("a.npy", inside)])
    start = outer.index(CENTRAL)
    entry_b = inner[inner.index(CENTRAL):inner.index(END)]
    entry_b = entry_b[:42] + struct.pack("<I", outer.index(LOCAL, 4)) + entry_b[46:]
    entries = entry_b + outer[start:outer.index(END)]
    end = struct.pack("<4sHHHHIIH", END, 0, 0, 2, 2, len(entries), start, 0)
    add("overlap", outer[:start] + entries + end, "member a.npy lies outside of the file, or in another member")


# -------------------------------------------------------------------------------------------------- .safetensors


def safetensors_of(header, data=b"", length=None):
    header = header if isinstance(header, bytes) else header.encode()
    return struct.pack("<Q", len(header) if length is None else length) + header + data


def canonical(tensors, metadata=None):
    """As the format's own library writes: compact JSON, filled up with spaces to 8 bytes, data without gaps."""
    header, offset = ({"__metadata__": metadata} if metadata else {}), 0
    for name, a in tensors.items():
        end = offset + a.nbytes
        header[name] = {"dtype": LABELS[code_of(a)], "shape": list(a.shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    return safetensors_of(text + b" " * (-len(text) % 8), b"".join(a.tobytes() for a in tensors.values()))


def describe_all(tensors, metadata=None):
    return "".join(f"{k}={v}\n" for k, v in (metadata or {}).items()) + "".join(
        describe(name, a) for name, a in tensors.items())


def good_safetensors():
    everything = {f"{NAMES[code]}/{i}": random_array(code, shape) for i, shape in enumerate(SHAPES) for code in NAMES}
    names = {name: random_array("f4", (2,)) for name in
             ("kernel:0", "a b", 'quote"back\\slash', "tab\t", "Gewichtungsmaß", "重み", "\U0001f600", "data", "__metadata")}
    for file, tensors, metadata in (
            ("one", {"w": random_array("f4", (2, 3))}, None), ("everything", everything, None),
            ("names", names, None), ("metadata", {"w": random_array("f2", (3,))}, {"format": "pt", "weiß": "\u0416"}),
            ("unaligned", {"a": random_array("V2", (3,)), "b": random_array("f8", (2,))}, None),
            ("manifest", {"w": random_array("f4", ())}, {"counterweight.manifest": '{"tensors": []}'}),
            ("empty", {}, None), ("only_empty", {"a": random_array("f4", (0,)), "b": random_array("f8", (2, 0))}, None)):
        add_good(f"{file}.safetensors", canonical(tensors, metadata), describe_all(tensors, metadata), again=True)
    a, b = random_array("f4", (2,)), random_array("i4", (3,))
    text = ('{"a": {"data_offsets": [12, 20], "shape": [2], "dtype": "F32"},\n'
            ' "b": {"shape": [3], "dtype": "I32", "data_offsets": [0, 12]}}')
    add_good("other_order.safetensors", safetensors_of(text, b.tobytes() + a.tobytes()), describe_all({"a": a, "b": b}))


def entry(dtype='"F32"', shape="[2]", offsets="[0,8]"):
    return f'{{"dtype":{dtype},"shape":{shape},"data_offsets":{offsets}}}'


def bad_safetensors():
    data = bytes(range(8))

    def add(name, header, words, content=data, **arguments):
        add_bad(f"{name}.safetensors", safetensors_of(header, content, **arguments), words)

    def add_entry(name, words, content=data, **arguments):
        add(name, f'{{"w":{entry(**arguments)}}}', words, content)

    def add_two(name, first, second, words, content=data + data):
        add(name, f'{{"a":{entry(offsets=first)},"b":{entry(offsets=second)}}}', words, content)

    add_bad("nothing.safetensors", b"", "too short")
    add_bad("seven_bytes.safetensors", bytes(7), "too short")
    add("no_header", "", "no JSON object")
    add("header_over_file", "{}", "truncated within its header", length=11)
    add("header_over_limit", "{}", "over 100000000 bytes", length=100000001)
    add("header_announced_2_63", "{}", "over 100000000 bytes", length=2**63)
    add("header_announced_all_ones", "{}", "over 100000000 bytes", length=2**64 - 1)
    add_bad("header_too_large.safetensors", b"", "over 100000000 bytes")
    with open(FOLDER / "header_too_large.safetensors", "wb") as file:  # a sparse file
        file.write(struct.pack("<Q", 100000001) + b"{}")
        file.truncate(8 + 100000001 + 8)
    add("list", "[]", "no JSON object")
    add("space_first", f' {{"w":{entry()}}}', "no JSON object")
    add("garbage_after", f'{{"w":{entry()}}}x', "damaged")
    add("zero_after", f'{{"w":{entry()}}}\0', "damaged")
    add("half", f'{{"w":{entry()}', "damaged")
    add("deep", '{"w":' + "[" * 5000 + "]" * 5000 + "}", "damaged")
    add("not_utf8", f'{{"w":{entry()}}}'.encode().replace(b"w", b"\xff"), "damaged")
    add("surrogate", f'{{"\\ud800":{entry()}}}', "damaged")
    add("zero_in_name", f'{{"a\\u0000b":{entry()}}}', "damaged")
    add("escape_in_name", f'{{"\\u001b[31m":{entry(dtype=1)}}}', "?[31m")
    add("duplicate_name", f'{{"w":{entry()},"w":{entry()}}}', "damaged")
    add("duplicate_key", '{"w":' + entry()[:-1] + ',"dtype":"F32"}}', "damaged")
    add("more_keys", '{"w":' + entry()[:-1] + ',"more":1}}', "not exactly")
    add("less_keys", '{"w":{"dtype":"F32","shape":[2]}}', "not exactly")
    add("other_key", '{"w":{"dtype":"F32","shape":[2],"offsets":[0,8]}}', "not exactly")
    add("entry_is_number", '{"w":1}', "not exactly")
    for i, dtype in enumerate(('"F8_E4M3"', '"BOOL"', '"f32"', '""', "1", "null")):
        add_entry(f"dtype_{i}", "dtype", dtype=dtype)
    for i, shape in enumerate(("2", "null", '"2"', "{}")):
        add_entry(f"shape_{i}", "its shape is no list", shape=shape)
    for i, shape in enumerate(("[-2]", "[2.0]", '["2"]', "[null]", "[[2]]", "[true]")):
        add_entry(f"axis_{i}", "no count", shape=shape)
    add_entry("axis_over_63_bits", "damaged", shape=f"[{2**63}]")
    add_entry("rank_17", "more than 16 axes", shape=f"[{'1,' * 16}2]")
    add_entry("too_many_bytes", "2^63 bytes", shape=f"[{2**62},4]")
    add_entry("wraps_to_8_bytes", "2^63 bytes", shape=f"[{2**62 + 2}]")
    for i, offsets in enumerate(("[0]", "[0,8,8]", "[0.0,8]", '"0,8"', "{}", '[0,"8"]')):
        add_entry(f"offsets_{i}", "not two counts", offsets=offsets)
    for i, offsets in enumerate(("[-8,0]", "[8,0]", "[0,9]", "[8,16]", f"[{2**63 - 1 - 8},{2**63 - 1}]")):
        add_entry(f"outside_{i}", "outside the file", offsets=offsets)
    add_entry("too_few", "do not suit", offsets="[0,4]")
    add_entry("too_many", "do not suit", offsets="[0,8]", shape="[1]")
    add_two("hole_first", "[8,16]", "[16,24]", "hole", 3 * data)
    add_two("hole_between", "[0,8]", "[16,24]", "hole", 3 * data)
    add_two("hole_between_reversed", "[16,24]", "[0,8]", "hole", 3 * data)
    add_two("overlap", "[0,8]", "[4,12]", "overlap")
    add_two("same_place", "[0,8]", "[0,8]", "overlap")
    add_two("bytes_after", "[0,8]", "[8,16]", "8 bytes after its last tensor", 3 * data)
    add("data_of_nobody", "{}", "8 bytes after its last tensor")
    add("metadata_is_text", '{"__metadata__":"x"}', "__metadata__ is no object", b"")
    add("metadata_is_number", '{"__metadata__":{"a":1}}', "is no text", b"")


shutil.rmtree(FOLDER, ignore_errors=True)
FOLDER.mkdir(parents=True)
good_npy()
bad_npy()
good_npz()
bad_npz()
good_safetensors()
bad_safetensors()
(FOLDER / "good.txt").write_text("".join(good))
(FOLDER / "bad.txt").write_text("".join(bad))
