#!/usr/bin/env python3
"""How soon the daemon shows the first step of a photograph, beside `uqd decode --step 0`.

Runs on a private session bus with the daemon of the same build as `uqd`.
"""
import argparse
import os
import statistics
import tempfile

import measured

def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("photo", help="a photograph as PNG, or a .uqd file")
    parser.add_argument("--runs", type=int, default=10, metavar="N", help="runs per figure (%(default)s)")
    measured.add_uqd_options(parser)
    options = parser.parse_args()
    uqd = measured.Uqd(options)
    with tempfile.TemporaryDirectory() as folder:
        file = measured.run_client("bench_first_step", uqd, options.photo, folder, [options.runs])
        out = os.path.join(folder, "out.ppm")
        times = [uqd.decode(file, out, "--step", "0").seconds for _ in range(options.runs)]
    program = f"uqd decode --step 0, median of {options.runs}"
    print(f"{program:<60}{statistics.median(times) * 1e3:>9.1f} ms to its picture")


if __name__ == "__main__":
    main()
