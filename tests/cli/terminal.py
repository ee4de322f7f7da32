# SPDX-License-Identifier: Apache-2.0
"""Runs a program whose stderr is a terminal, and looks at the progress line there.

    terminal.py exists                      exit status 0, or why no terminal can be had
    terminal.py shows FILE COMMAND...       the line moves forward; stdout goes to FILE
    terminal.py silent FILE COMMAND...      nothing is on the terminal
    terminal.py forwarded FILE COMMAND...   stdout is the terminal as well, whose content goes to FILE

The exit status is that of the command.
"""
import os
import pty
import re
import subprocess
import sys

LINE = re.compile(rb"([0-9.]+) of ([0-9.]+) MB, ([0-9.]+) MB/s, ([0-9]+) s left")
CLEAR = b"\r\x1b[K"


def on_terminal(command, stdout):
    """(exit status, what came to the terminal)."""
    ours, theirs = pty.openpty()
    run = subprocess.Popen(command, stdout=theirs if stdout is None else stdout, stderr=theirs)
    os.close(theirs)
    text = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError: # Linux says so at the end
            break
        if not piece:
            break
        text += piece
    os.close(ours)
    return run.wait(), text


def check_line(text):
    """It is taken away at the end, and in between says more and more, at most as much as there is."""
    assert text.endswith(CLEAR) and b"\n" not in text, text
    shown = [piece for piece in text.split(CLEAR) if piece]
    found = [LINE.fullmatch(piece) for piece in shown]
    assert all(found), shown
    done = [float(match[1]) for match in found]
    assert len({match[2] for match in found}) == 1, "the total changes"
    total = float(found[0][2])
    assert done == sorted(done) and done[-1] <= total, done
    assert len({amount for amount in done if 0 < amount < total}) >= 4, f"it hardly moves: {done} of {total}"


def main(what, *rest):
    if what == "exists":
        try:
            pty.openpty()
        except OSError as why:
            sys.exit(str(why))
        return 0
    path, command = rest[0], rest[1:]
    with open(path, "wb") as file:
        status, text = on_terminal(command, None if what == "forwarded" else file)
        if what == "forwarded":
            file.write(text)
    if what == "shows":
        check_line(text)
    elif what == "silent":
        assert text == b"", text
    return status


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
