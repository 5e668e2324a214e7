#!/usr/bin/python3
"""No prefix of the files of these pictures shows more than 0.1 dB less than a shorter one.

In the first 200 bytes, in which a few symbols tell of a whole picture, that is 0.4 dB.

usage: prefixes_of_cases.py BENCH_PREFIXES, with the generators in $UQD_SHARED/cases and the model of UQD_MODELS
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

SKIPPED = 77
CUTS_IN_A_STEP = 9
CUT_LINE = r" *(\d+) +\d+ +(?:[0-9.]+|inf) +-([0-9.]+)"
ALLOWED_DB, ALLOWED_DB_AT_FIRST, FIRST_BYTES = 0.1, 0.4, 200


def make(cases, folder):
    """The pictures; without Pillow and NumPy that of text is missing."""
    pictures = [folder / f"{name}.png" for name in ("redblue", "mono", "sky")]
    for picture in pictures:
        subprocess.run([sys.executable, cases / f"gen_{picture.stem}.py", picture], check=True)
    content = folder / "content"
    content.mkdir()
    made = subprocess.run([sys.executable, cases / "gen_content.py", content], stderr=subprocess.DEVNULL)
    if made.returncode == 0:
        pictures.append(content / "redtext.png")
    return pictures


def greatest_loss(program, picture):
    """Among the first bytes and among all others, and the line that says so."""
    command = [program, picture, str(CUTS_IN_A_STEP)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    losses = [(int(m[1]), float(m[2])) for m in (re.fullmatch(CUT_LINE, line) for line in lines) if m]
    assert len(losses) == len(lines) - 1, lines
    first = max(loss for size, loss in losses if size <= FIRST_BYTES or size == losses[0][0])
    return first, max(loss for size, loss in losses if size > FIRST_BYTES), lines[-1]


def main():
    program = sys.argv[1]
    cases = pathlib.Path(os.environ.get("UQD_SHARED", "")) / "cases"
    if not (cases / "gen_sky.py").exists():
        return SKIPPED
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        for picture in make(cases, pathlib.Path(folder)):
            first, others, line = greatest_loss(program, picture)
            print(f"{picture.stem}: {line}")
            failed |= first > ALLOWED_DB_AT_FIRST or others > ALLOWED_DB
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
