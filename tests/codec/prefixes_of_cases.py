#!/usr/bin/python3
"""No prefix of the files of these pictures shows more than 0.1 dB less than a shorter one.

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
ALLOWED_DB = 0.1


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
    command = [program, picture, str(CUTS_IN_A_STEP), "--quiet"]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return float(re.search(r"greatest loss ([0-9.]+) dB", output)[1]), output.strip()


def main():
    program = sys.argv[1]
    cases = pathlib.Path(os.environ.get("UQD_SHARED", "")) / "cases"
    if not (cases / "gen_sky.py").exists():
        return SKIPPED
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        for picture in make(cases, pathlib.Path(folder)):
            loss, line = greatest_loss(program, picture)
            print(f"{picture.stem}: {line}")
            failed |= loss > ALLOWED_DB
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
