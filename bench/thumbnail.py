#!/usr/bin/env python3
"""What a thumbnail takes: bytes of the file that are read, time and memory of the whole program, and time of the daemon.

Beside it, JPEG and JPEG XL files by their own decoders at an eighth of the size.
"""
import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

import measured

FLAVORS = {"128": "normal", "256": "large", "512": "x-large", "1024": "xx-large"}

PEERS = {
    ".jpg": ("djpeg", ["djpeg", "-scale", "1/8", "-outfile", "{out}.ppm", "{file}"]),
    ".jxl": ("djxl", ["djxl", "{file}", "{out}.ppm", "--downsampling=8"]),
}


def bytes_read(command, file):
    """Bytes that the command reads of the file, or None without strace."""
    if not shutil.which("strace"):
        return None
    trace = subprocess.run(
        ["strace", "-f", "-e", "trace=read,pread64", "-P", file] + command, stderr=subprocess.PIPE, text=True, check=True
    )
    return sum(int(n) for n in re.findall(r"read(?:64)?\(.* = (\d+)$", trace.stderr, re.MULTILINE))


def print_row(name, command, file, runs):
    usages = [measured.run(command) for _ in range(runs)]
    n_bytes, size = bytes_read(command, file), os.path.getsize(file)
    read = "no strace" if n_bytes is None else f"{n_bytes} ({100 * n_bytes / size:.2f} %)"
    seconds = statistics.median(usage.seconds for usage in usages)
    peak = max(usage.peak_bytes for usage in usages)
    print(f"{name:<26}{read:>20}{seconds:>10.3f} s{peak / 2**20:>8.0f} MiB")


def find_build(uqd):
    return os.path.dirname(os.path.dirname(os.path.abspath(uqd)))


def find_thumbnailer(uqd):
    built = os.path.join(find_build(uqd), "thumbnailer", "uqd-thumbnailer")
    return built if os.path.exists(built) else "uqd-thumbnailer"


def measure_daemon(build, folder, file, sizes, runs):
    client = os.path.join(build, "bench", "bench_thumbnailer")
    flavors = [FLAVORS[size] for size in sizes if size in FLAVORS]
    if os.path.exists(client) and shutil.which("dbus-run-session") and flavors:
        measured.run_beside_daemon(build, folder, [client, os.path.abspath(file), str(runs)] + flavors)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("files", nargs="+", metavar="FILE", help="photo.uqd, photo.jpg, photo.jxl")
    parser.add_argument("--sizes", default="128,256,512,1024", metavar="N,...", help="of ours (%(default)s)")
    parser.add_argument("--deadline", default="600", metavar="SECONDS", help="of ours (%(default)s)")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="runs per figure (%(default)s)")
    measured.add_program_option(parser)
    options = parser.parse_args()
    program = find_thumbnailer(options.uqd)
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out")
        print(f"{'':<26}{'bytes read':>20}{'median':>12}{'memory':>12}")
        for file in options.files:
            extension = os.path.splitext(file)[1]
            if extension in PEERS:
                name, words = PEERS[extension]
                command = [word.format(file=file, out=out) for word in words]
                print_row(f"{name}, an eighth", command, file, options.runs)
                continue
            for size in options.sizes.split(","):
                command = [program, "--no-daemon", "--deadline", options.deadline, "-s", size, file, out + ".png"]
                print_row(f"uqd-thumbnailer -s {size}", command, file, options.runs)
            sys.stdout.flush()
            measure_daemon(find_build(options.uqd), folder, file, options.sizes.split(","), options.runs)


if __name__ == "__main__":
    main()
