#!/usr/bin/env python3
"""What photographs of the size of cameras take: `uqd` beside JPEG XL, in one run.

The photograph is made by mirroring the given one. CPU seconds are those of one
thread, user and system, reading and writing of PPM included; wall seconds those
of two. Each is the median of the runs, memory the largest of them. The regions
are the whole of one tile's inside in the middle, and a corner of the picture.
"""
import argparse
import os
import shutil
import statistics
import tempfile

import measured
from speed import enlarge


def repeat(runs, command):
    """Medians of wall and CPU seconds, and the largest memory."""
    usages = [measured.run(command) for _ in range(runs)]
    return measured.Usage(
        statistics.median(usage.seconds for usage in usages),
        max(usage.peak_bytes for usage in usages),
        statistics.median(usage.cpu_seconds for usage in usages),
    )


def commands_of(options, folder, width, height):
    """Names of what is measured, and the command for so many threads."""
    picture, file, out = (os.path.join(folder, name) for name in ("large.ppm", "large.uqd", "out.ppm"))
    jxl, uqd = os.path.join(folder, "large.jxl"), options.uqd
    decode = [uqd, "decode", file, "-f", "-o", out]
    tile_x, tile_y = width // 2 // 1024 * 1024, height // 2 // 1024 * 1024
    middle = f"{tile_x + 80},{tile_y + 80},864,864"

    def ours(command):
        return lambda threads: command + ["--threads", str(threads)]

    commands = {
        "encode": ours([uqd, "encode", picture, "-f", "-o", file]),
        "encode --no-distortion": ours([uqd, "encode", "--no-distortion", picture, "-f", "-o", file]),
        "decode": ours(decode),
        "step 256": ours(decode + ["--step", "1"]),
        "step 16": ours(decode + ["--step", "5"]),
        "step 0, an eighth": ours(decode + ["--step", "0", "--reduce", "3"]),
        f"--region {middle}": ours(decode + ["--region", middle]),
        "--region 0,0,512,512": ours(decode + ["--region", "0,0,512,512"]),
    }
    if shutil.which("cjxl") and shutil.which("djxl"):
        commands["cjxl -d 0"] = lambda threads: ["cjxl", picture, jxl, "-d", "0", f"--num_threads={threads - 1}"]
        commands["djxl"] = lambda threads: ["djxl", jxl, out, f"--num_threads={threads - 1}"]
    return commands


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photo")
    parser.add_argument("--megapixels", type=float, default=11.7, help="(%(default)s)")
    parser.add_argument("--runs", type=int, default=3)
    measured.add_program_option(parser)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        width, height = enlarge(options.photo, options.megapixels, os.path.join(folder, "large.ppm"))
        print(f"{width} x {height} pixels\n")
        print(f"{'':<30} {'CPU s, 1 thread':>16} {'s, 2 threads':>13} {'bytes/pixel':>12}")
        for name, command in commands_of(options, folder, width, height).items():
            one, two = repeat(options.runs, command(1)), repeat(options.runs, command(2))
            memory = max(one.peak_bytes, two.peak_bytes) / (width * height)
            print(f"{name:<30} {one.cpu_seconds:>16.2f} {two.seconds:>13.2f} {memory:>12.1f}", flush=True)
        for name in ("large.uqd", "large.jxl"):
            path = os.path.join(folder, name)
            if os.path.exists(path):
                print(f"{name}: {8 * os.path.getsize(path) / (width * height):.3f} bits per pixel")


if __name__ == "__main__":
    main()
