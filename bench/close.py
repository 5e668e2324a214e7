#!/usr/bin/env python3
"""What `Close` costs while a photograph of the size of cameras is decoded: time, and what the daemon and its worker still compute.

The photograph is made by mirroring the given one. Runs on a private session bus with the daemon of the same build as `uqd`.
"""
import argparse
import os
import tempfile

import measured
from speed import enlarge


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photo", help="a photograph as PNG, or a .uqd file, which is taken as it is")
    parser.add_argument("--megapixels", type=float, default=25, help="(%(default)s)")
    parser.add_argument("--runs", type=int, default=8, metavar="N", help="(%(default)s)")
    parser.add_argument("--seconds", type=float, default=10, metavar="S", help="that the last job works before it is closed (%(default)s)")
    measured.add_uqd_options(parser)
    options = parser.parse_args()
    uqd = measured.Uqd(options)
    with tempfile.TemporaryDirectory() as folder:
        file = options.photo
        if not file.endswith(".uqd"):
            large, file = (os.path.join(folder, name) for name in ("large.ppm", "large.uqd"))
            width, height = enlarge(options.photo, options.megapixels, large)
            print(f"{width} x {height} pixels", flush=True)
            uqd.encode(large, file, "--no-distortion")
        measured.run_client("bench_close", uqd, file, folder, [options.runs, options.seconds])


if __name__ == "__main__":
    main()
