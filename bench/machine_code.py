#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""machine_code.py FATBIN                 prints what ptxas made of the kernels, as Markdown
machine_code.py FATBIN --write FILE    writes that
machine_code.py FATBIN --check FILE    fails where the machine code uses local memory, spills or calls, where a loop of
                                       tiles takes more instructions than its budget, or where FILE is not what would
                                       be written by the same ptxas

FATBIN is build/cuda/kernels.fatbin. Needs no GPU; cuobjdump and nvdisasm come from PATH, /usr/local/cuda or cuda/fetch.sh.
Exit status: 0 good, 1 not, 77 no disassembler."""
import argparse
import collections
import difflib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

INSTRUCTION = 16  # bytes, from sm_70 on

# Philox4x32-10: ten rounds of one multiplication by each of these, as nvdisasm prints them.
PHILOX = ("-0x2daee0ad", "-0x326172a9")
MULTIPLICATIONS = 20

# In tiles two of them are done before; eight blocks are made in one turn, which store 128 bytes, or 64 of 16-bit elements.
TILE_BLOCKS, FOLDED, TILE_STORES = 8, 18, (4, 8)
TILE_MULTIPLICATIONS = TILE_BLOCKS * FOLDED

# Of runs of slices a warp makes four groups for each thread in one turn, of float64 normals everyone makes one.
STRIP_BLOCKS, WIDE_NORMAL = 4, 100

# Tiles of truncated normals: a turn makes the first block of four groups, folds for itself, and has in it a loop that makes
# more blocks of a group.
BEGUN_BLOCKS, BEGUN_MULTIPLICATIONS = 4, (4 * FOLDED + 2 + MULTIPLICATIONS, 4 * FOLDED + 4 + MULTIPLICATIONS)

# Instructions per block of a loop of tiles on sm_90, scale and shift included, without NOPs; the others may take a tenth more.
BUDGETS = {
    "cw_fill_uniform_float32": 56, "cw_fill_normal_float32": 172, "cw_fill_uniform_float64": 52,
    "cw_fill_full_integer_32": 43, "cw_fill_full_integer_64": 43,
    "cw_fill_uniform_float16": 87, "cw_fill_normal_float16": 194, "cw_fill_truncated_normal_float32": 214,
    "cw_fill_normal_float64": 332, "cw_slice_uniform_float32": 58, "cw_slice_normal_float32": 175, "cw_slice_uniform_float64": 53,
    "cw_slice_full_integer_32": 44, "cw_slice_uniform_float16": 90, "cw_slice_normal_float16": 198,
}

# Of a square of 64 x 64 numbers a thread makes 16, by as many products each in a layer: instructions for one of these may be
# so many, shared loads, the fetching of the next layer and everything else in the loop over layers included, without NOPs.
SQUARES, LAYER_PRODUCTS, PRODUCT_BUDGET = r"cw_matrix_(gram|update_\w+)", 16 * 16, 1.5

# Subroutines that a kernel may call: name, kernels, and why that does not hurt. Anything else fails the check.
CALLS = [
    ("__cuda_sm20_div_u64", r"matrix",
     "the 64-bit quotient that makes row and column of a share. Where both operands are below 2^32, an inline quotient "
     "is used"),
    ("__cuda_sm20_rem_u64", r"matrix_(mask|outer|convolve|apply|place|store)", "the remainder that goes with it"),
    ("__cuda_sm20_div_rn_f64_full", r"matrix_(columns|rows|triangle|householder_float64)",
     "ptxas's div.rn.f64 calls it for operands and quotients near the ends of the range. There is one division per "
     "element and block of columns"),
    ("__cuda_sm20_dsqrt_rn_f64_mediumpath_v1", r"matrix_(triangle|householder_float64)", "as above; one root per column"),
]

TILE_COLUMNS = ["tiles of kernel", "loop", "blocks", "NOPs", "per block without", "in cw_batch", "budget", "rest", "again",
                "16-byte stores", "integer multiplications", "fp64", "conversions"]
SQUARE_COLUMNS = ["squares of kernel", "layer", "NOPs", "DFMA", "shared loads", "global loads", "per DFMA without", "budget"]
COLUMNS = ["kernel", "registers", "loop", "blocks", "per block", "16-byte stores", "local bytes", "local accesses",
           "spills", "integer multiplications", "fp64", "conversions", "calls"]

EXPLANATION = """\
What ptxas made of the CUDA kernels that the library embeds; `bench/machine_code.py` writes this file from
`build/cuda/kernels.fatbin`. Nothing here was measured: these are counts of instructions, not times.

- tiles: the loop over whole tiles in the kernels that have one, which is where long fills spend their time: 8 Philox blocks
  in one turn (8 groups of constants), 4 in long runs of slices, 1 of float64 normals, or the first ones of 4 groups of truncated
  normals; again: the loop in it that takes up the groups which were not full then, one in six, and is not counted in the other. NOPs are ptxas's, where the machine is
  to wait; it puts many around double-precision instructions for sm_120, of which such a multiprocessor does two in a clock.
  per block without: (loop - NOPs) / blocks; in cw_batch: the same of the loop that cw_batch has for these. A budget is what
  sm_90 may take at most, the others a tenth more, and cw_batch a hundredth more: the test `machine_code` fails beyond. rest:
  of the loop over the groups that are no whole tile, per block, without NOPs.
- squares: the loop over layers of the products of matrices; in one turn a thread makes 256 products for 16 numbers, and
  fetches what the next one needs. The test fails beyond the budget.
- registers: of a thread. local bytes: of a thread's stack and local memory.
- loop: the instructions between the target of a kernel's longest backward branch and that branch, other than that of
  tiles. The columns right of it count in the loop, a rare path as much as a common one; local accesses, spills and calls
  are of the whole kernel.
- blocks: Philox blocks of one iteration, known by their 20 multiplications by Philox's constants. per block: loop /
  blocks. Kernels without Philox make one group of elements in an iteration.
- spills: local accesses through the stack pointer. No kernel uses local memory.
- integer multiplications: without those that ptxas writes for moves, shifts and carries. fp64: all double-precision
  instructions. conversions: between formats, packing included.
- calls: of subroutines, whose instructions are not in the loop. Those that remain, and why:
"""


class Bad(Exception):
    pass


# ----------------------------------------------------------------------------------------------------- disassembler


def find(tool):
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    folders = os.environ.get("PATH", "").split(":") + ["/usr/local/cuda/bin"]
    folders += [str(f) for f in sorted(cache.glob("counterweight/disassembler-*/bin"))]
    return shutil.which(tool, path=":".join(folders))


def run(*command, **more):
    done = subprocess.run(command, capture_output=True, text=True, **more)
    if done.returncode:
        raise Bad(f"{pathlib.Path(command[0]).name} ended with {done.returncode}: {done.stderr.strip()[:300]}")
    return done.stdout


def registers_of(cuobjdump, cubin):
    """(registers, bytes of stack and local memory) by kernel."""
    found = re.findall(r"Function (\S+):\s*REG:(\d+) STACK:(\d+) SHARED:\d+ LOCAL:(\d+)",
                       run(cuobjdump, "-res-usage", cubin))
    return {name: (int(registers), int(stack) + int(local)) for name, registers, stack, local in found}


def images(cuobjdump, nvdisasm, fatbin):
    """(architecture, ptxas, functions, registers) of each machine code in the file."""
    with tempfile.TemporaryDirectory() as folder:
        run(cuobjdump, "-xelf", "all", str(fatbin.resolve()), cwd=folder)
        cubins = sorted(pathlib.Path(folder).glob("*.cubin"), key=lambda f: int(re.search(r"sm_(\d+)", f.name)[1]))
        for cubin in cubins:
            about, functions = json.loads(run(nvdisasm, "--emit-json", str(cubin)))
            ptxas = about[".note.nv.tkinfo"]["tki_toolVersion"].split(", ", 1)[1]
            yield re.search(r"sm_\d+", cubin.name)[0], ptxas, functions, registers_of(cuobjdump, str(cubin))


# --------------------------------------------------------------------------------------------------------- counting


def operation(instruction):
    return instruction["opcode"].split(".")[0]


def is_multiplication(instruction):
    return re.fullmatch(r"U?IMAD|U?IMAD\.(U32|WIDE|HI)\b.*|U?IMUL.*", instruction["opcode"]) is not None


def is_philox(instruction):
    """One of the 20: those that give the high half. A low half alone is made again where that is cheaper to keep."""
    return (re.match(r"U?IMAD\.(WIDE|HI)", instruction["opcode"]) is not None
            and any(operand in PHILOX for operand in instruction.get("operands", "").split(",")))


def is_fp64(instruction):
    return re.fullmatch(r"D(ADD|MUL|FMA|SETP|MNMX)", operation(instruction)) is not None


def is_conversion(instruction):
    return re.fullmatch(r"F2FP?|F2IP?|I2FP?|I2IP?|FRND", operation(instruction)) is not None


def is_local(instruction):
    return operation(instruction) in ("LDL", "STL")


def is_spill(instruction):
    return is_local(instruction) and re.search(r"\[U?R1\b", instruction["operands"]) is not None


def is_wide_store(instruction):
    return operation(instruction) == "STG" and ".128" in instruction["opcode"]


def callees(kernel):
    """A CALL to a place in the same kernel is ptxas's way to write a jump, and none."""
    for instruction in kernel["sass-instructions"]:
        if operation(instruction) == "CALL" and not re.fullmatch(r"0x[0-9a-f]+", instruction["operands"]):
            yield re.sub(r"^\$__internal_\d+_\$", "", instruction["operands"])


def loops(kernel):
    code = kernel["sass-instructions"]
    for at, instruction in enumerate(code):
        target = re.search(r"0x([0-9a-f]+)$", instruction.get("operands", ""))
        if operation(instruction) != "BRA" or not target:
            continue
        to = (int(target[1], 16) - kernel["start"]) // INSTRUCTION
        if 0 <= to < at:
            yield range(to, at + 1)


def tiles_of(kernel):
    """[(where a loop of tiles is, the loop in it that makes further blocks or an empty range)]"""
    found = []
    for loop in loops(kernel) if re.match("cw_(fill_|slice_|batch$)", kernel["function-name"]) else ():
        code = kernel["sass-instructions"][loop.start:loop.stop]
        philox, stores = sum(map(is_philox, code)), sum(map(is_wide_store, code))
        if philox == FOLDED and sum(map(is_fp64, code)) > WIDE_NORMAL:
            found.append((loop, range(0)))
            continue
        if kernel["function-name"].startswith("cw_slice_"):
            found += [(loop, range(0))] if philox == STRIP_BLOCKS * FOLDED else []
            continue
        if philox in BEGUN_MULTIPLICATIONS:
            inner = (i for i in loops(kernel) if i.start > loop.start and i.stop < loop.stop)
            found.append((loop, max(inner, key=len)))
        elif philox == TILE_MULTIPLICATIONS or (philox == 0 and stores in TILE_STORES and len(loop) < 10 * TILE_BLOCKS):
            found.append((loop, range(0)))
    return found


def multiplications(kernel, loop):
    return sum(map(is_philox, kernel["sass-instructions"][loop.start:loop.stop]))


def is_folded(kernel, loop):
    return multiplications(kernel, loop) > 0 and multiplications(kernel, loop) % FOLDED == 0


def is_rest(kernel, loop):
    """Whether a loop makes folded blocks, of one group or of two with 16-bit elements."""
    return multiplications(kernel, loop) in (FOLDED, 2 * FOLDED)


def layers_of(kernel):
    """What is executed of the loop over layers in one turn, as often as it is: the loop over products in it is not unrolled
    entirely. Empty where the kernel has no squares."""
    if not re.fullmatch(SQUARES, kernel["function-name"]):
        return []
    code = kernel["sass-instructions"]
    fused = lambda loop: sum(operation(code[at]) == "DFMA" for at in loop)
    inner = max((loop for loop in loops(kernel) if fused(loop)), key=lambda loop: fused(loop) / len(loop))
    outer = min((loop for loop in loops(kernel) if any(operation(code[at]) == "BAR" for at in loop) and fused(loop)), key=len)
    if LAYER_PRODUCTS % fused(inner):
        raise Bad(f"{kernel['function-name']}: {fused(inner)} products in the innermost loop are no part of a layer")
    times = LAYER_PRODUCTS // fused(inner) if inner != outer else 1
    return [code[at] for at in outer for _ in range(times if at in inner else 1)]


def count_squares(kernel):
    """The row of a kernel's squares, or None."""
    layer = layers_of(kernel)
    if not layer:
        return None
    by = collections.Counter(map(operation, layer))
    return {"squares of kernel": kernel["function-name"], "layer": len(layer), "NOPs": by["NOP"], "DFMA": by["DFMA"],
            "shared loads": by["LDS"], "global loads": by["LDG"],
            "per DFMA without": f"{(len(layer) - by['NOP']) / by['DFMA']:.2f}", "budget": PRODUCT_BUDGET}


def main_loop(kernel):
    tiles = [at for loop, _ in tiles_of(kernel) for at in loop]
    others = [loop for loop in loops(kernel) if loop.start not in tiles and not is_folded(kernel, loop)]
    if not others:
        raise Bad(f"{kernel['function-name']} has no loop")
    longest = max(others, key=len)
    return kernel["sass-instructions"][longest.start:longest.stop]


def per_block(instructions, blocks):
    return (len(instructions) - sum(operation(i) == "NOP" for i in instructions)) / blocks


def rest_of(kernel):
    for loop in loops(kernel):
        if is_rest(kernel, loop):
            code = kernel["sass-instructions"][loop.start:loop.stop]
            return f"{per_block(code, multiplications(kernel, loop) / FOLDED):.1f}"
    return "-"


def count_tiles(kernel):
    """The rows of a kernel's loops of tiles."""
    for tiles, again in tiles_of(kernel):
        loop = [kernel["sass-instructions"][at] for at in tiles if at not in again]
        blocks = BEGUN_BLOCKS if again else sum(map(is_philox, loop)) // FOLDED or TILE_BLOCKS
        yield {"tiles of kernel": kernel["function-name"], "loop": len(loop), "blocks": blocks,
               "NOPs": sum(operation(instruction) == "NOP" for instruction in loop),
               "per block without": f"{per_block(loop, blocks):.1f}", "in cw_batch": "-",
               "budget": BUDGETS.get(kernel["function-name"], "-"), "rest": rest_of(kernel), "again": len(again) or "-",
               "16-byte stores": sum(map(is_wide_store, loop)),
               "integer multiplications": sum(map(is_multiplication, loop)), "fp64": sum(map(is_fp64, loop)),
               "conversions": sum(map(is_conversion, loop))}


def with_batch(rows):
    """The rows of the fills' tiles, with those of cw_batch's that they are the same as: which is told by what they are made of,
    and among those by their length."""
    def nature(row):
        return row["blocks"], row["16-byte stores"], row["fp64"], row["conversions"], row["loop"] - row["NOPs"]
    slices, fills, batch = ([r for r in sorted(rows, key=nature) if r["tiles of kernel"].startswith(prefix)]
                            for prefix in ("cw_slice_", "cw_fill_", "cw_batch"))
    in_tiles = [row for row in fills if row["blocks"] > 1]
    if [nature(r)[:-1] for r in in_tiles] != [nature(r)[:-1] for r in batch]:
        raise Bad("cw_batch has other loops of tiles than the fills have")
    for fill, same in zip(in_tiles, batch):
        fill["in cw_batch"] = same["per block without"]
    return sorted(fills + slices, key=lambda row: row["tiles of kernel"])


def count(kernel, registers, local_bytes):
    """The row of a kernel, by column; calls is a Counter."""
    loop, all_of_it = main_loop(kernel), kernel["sass-instructions"]
    philox = 0 if kernel["function-name"] == "cw_batch" else sum(map(is_philox, loop))  # a batch has loops of all kinds in one
    if philox % MULTIPLICATIONS:
        raise Bad(f"{kernel['function-name']}: {philox} multiplications by Philox's constants are no whole blocks")
    blocks = philox // MULTIPLICATIONS
    return {"kernel": kernel["function-name"], "registers": registers, "loop": len(loop), "blocks": blocks,
            "per block": f"{len(loop) / blocks:.0f}" if blocks else "-",
            "16-byte stores": sum(map(is_wide_store, loop)), "local bytes": local_bytes,
            "local accesses": sum(map(is_local, all_of_it)), "spills": sum(map(is_spill, all_of_it)),
            "integer multiplications": sum(map(is_multiplication, loop)), "fp64": sum(map(is_fp64, loop)),
            "conversions": sum(map(is_conversion, loop)), "calls": collections.Counter(callees(kernel))}


def permitted(kernel, callee):
    return any(callee == name and re.search(kernels, kernel) for name, kernels, _ in CALLS)


def faults(architecture, row):
    where = f"{architecture} {row['kernel']}"
    for column in ("local bytes", "local accesses", "spills"):
        if row[column]:
            yield f"{where}: {row[column]} {column}"
    for callee in row["calls"]:
        if not permitted(row["kernel"], callee):
            yield f"{where}: calls {callee}, which CALLS in {pathlib.Path(__file__).name} does not permit"


def over_budget(architecture, tiles):
    rows = {row["tiles of kernel"]: row for row in tiles}
    for name, budget in BUDGETS.items():
        most = budget if architecture == "sm_90" else budget * 1.1
        if name not in rows:
            yield f"{architecture} {name}: has no loop of tiles"
            continue
        for column, room in (("per block without", 1.0), ("in cw_batch", 1.01)):
            if rows[name][column] != "-" and float(rows[name][column]) > most * room:
                yield f"{architecture} {name}: {rows[name][column]} instructions per block ({column}), the budget is {most:g}"


def over_product_budget(architecture, squares):
    for row in squares:
        if float(row["per DFMA without"]) > PRODUCT_BUDGET:
            yield (f"{architecture} {row['squares of kernel']}: {row['per DFMA without']} instructions per product, the budget "
                   f"is {PRODUCT_BUDGET}")


# ---------------------------------------------------------------------------------------------------------- the page


def cells(row):
    calls = ", ".join(f"{n} {name}" for name, n in sorted(row.get("calls", {}).items()))
    return [str(value) if column != "calls" else calls or "0" for column, value in row.items()]


def line(texts):
    return "| " + " | ".join(texts) + " |\n"


def table(columns, rows):
    return "\n" + line(columns) + "|---|" + "---:|" * (len(columns) - 1) + "\n" + "".join(line(cells(row)) for row in rows)


def page(tables, tiles, squares, ptxas, nvdisasm):
    called = {(row["kernel"], callee) for rows in tables.values() for row in rows for callee in row["calls"]}
    text = "# The kernels' machine code\n\n" + EXPLANATION
    for name, kernels, reason in CALLS:
        callers = sorted({kernel for kernel, callee in called if callee == name and re.search(kernels, kernel)})
        if callers:
            text += f"  - `{name}` in {', '.join(f'`{c}`' for c in callers)}: {reason}.\n"
    text += f"\nptxas: {ptxas}  \nnvdisasm: {nvdisasm}\n"
    for architecture, rows in tables.items():
        text += f"\n## {architecture}\n" + table(TILE_COLUMNS, tiles[architecture])
        text += table(SQUARE_COLUMNS, squares[architecture]) + table(COLUMNS, rows)
    return text


def read(fatbin):
    """(page, ptxas, faults)"""
    cuobjdump, nvdisasm = find("cuobjdump"), find("nvdisasm")
    if not cuobjdump or not nvdisasm:
        print("SKIP: no cuobjdump or nvdisasm (run ./setup.sh)")
        sys.exit(77)
    version = re.search(r"release .*", run(nvdisasm, "--version"))[0]
    tables, tiles, squares, makers, wrong = {}, {}, {}, set(), []
    for architecture, ptxas, functions, registers in images(cuobjdump, nvdisasm, fatbin):
        kernels = [f for f in functions if f["function-name"] in registers]
        rows = [count(k, *registers[k["function-name"]]) for k in kernels]
        tables[architecture] = sorted(rows, key=lambda row: row["kernel"])
        tiles[architecture] = with_batch([row for kernel in kernels for row in count_tiles(kernel)])
        found = filter(None, map(count_squares, kernels))
        squares[architecture] = sorted(found, key=lambda row: row["squares of kernel"])
        makers.add(ptxas)
        wrong += [fault for row in tables[architecture] for fault in faults(architecture, row)]
        wrong += over_budget(architecture, tiles[architecture])
        wrong += over_product_budget(architecture, squares[architecture])
    if len(makers) != 1 or not all(tables.values()):
        raise Bad(f"{fatbin}: {len(tables)} machine codes, made by {sorted(makers)}")
    return page(tables, tiles, squares, *makers, version), *makers, wrong


def check(text, ptxas, file):
    """What is wrong with the committed page. Another ptxas makes other code: that is shown, and no fault."""
    committed = file.read_text() if file.exists() else ""

    def without_disassembler(of):
        return [ln for ln in of.splitlines() if not ln.startswith("nvdisasm: ")]

    changes = list(difflib.unified_diff(without_disassembler(committed), without_disassembler(text), file.name, "now",
                                        lineterm="", n=0))
    print("\n".join(changes) or f"{file.name} is what {ptxas} makes")
    if changes and f"\nptxas: {ptxas}  \n" in committed:
        return [f"{file.name} is out of date: run bench/machine_code.py FATBIN --write {file}"]
    if changes:
        print(f"{file.name} is of another ptxas than {ptxas}, so it may differ")
    return []


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("fatbin", type=pathlib.Path)
    parser.add_argument("--write", type=pathlib.Path)
    parser.add_argument("--check", type=pathlib.Path)
    arguments = parser.parse_args()
    try:
        text, ptxas, wrong = read(arguments.fatbin)
    except Bad as bad:
        sys.exit(f"FAIL: {bad}")
    if arguments.write:
        arguments.write.write_text(text)
    elif arguments.check:
        wrong += check(text, ptxas, arguments.check)
    else:
        print(text, end="")
    for fault in wrong:
        print("FAIL:", fault, file=sys.stderr)
    sys.exit(bool(wrong))


main()
