#!/usr/bin/env python3
"""Time and memory of `uqd` beside JPEG XL or WebP, both lossless, on one photograph.

Every figure is the median of the wall times of whole runs of the programs, PNG
reading and writing included, and the largest resident memory of any run. The
peer is cjxl and djxl if they are installed, else cwebp and dwebp. The preview is the first
step at an eighth of the size, from a photograph of many megapixels that is made
by mirroring the given one.
"""
import argparse
import os
import shutil
import statistics
import tempfile

from PIL import Image, ImageOps

import measured


class Peer:
    """Programs that encode and decode losslessly."""

    def __init__(self):
        self.is_jxl = bool(shutil.which("cjxl") and shutil.which("djxl"))
        self.name = "JPEG XL" if self.is_jxl else "WebP"
        if not self.is_jxl and not (shutil.which("cwebp") and shutil.which("dwebp")):
            raise SystemExit("there is no peer: install libjxl-tools (or webp)")

    def encode(self, image, out, threads):
        if self.is_jxl:
            return measured.run(["cjxl", image, out, "-d", "0", f"--num_threads={threads - 1}"])
        return measured.run(["cwebp", "-lossless", *(["-mt"] if threads > 1 else []), image, "-o", out])

    def decode(self, file, out, threads):
        if self.is_jxl:
            return measured.run(["djxl", file, out, f"--num_threads={threads - 1}"])
        return measured.run(["dwebp", *(["-mt"] if threads > 1 else []), file, "-o", out])


def repeat(runs, measure):
    """Median seconds and the largest memory of several runs."""
    usages = [measure() for _ in range(runs)]
    return measured.Usage(
        statistics.median(usage.seconds for usage in usages), max(usage.peak_bytes for usage in usages)
    )


def enlarge(path, megapixels, out):
    """Mirrors the photograph to the right and down until it has that many pixels."""
    with Image.open(path) as image:
        tile = image.convert("RGB")
    columns = rows = 1
    while columns * rows * tile.width * tile.height < megapixels * 1e6:
        if columns * tile.width <= rows * tile.height:
            columns += 1
        else:
            rows += 1
    large = Image.new("RGB", (columns * tile.width, rows * tile.height))
    for row in range(rows):
        for column in range(columns):
            piece = ImageOps.mirror(tile) if column % 2 else tile
            large.paste(ImageOps.flip(piece) if row % 2 else piece, (column * tile.width, row * tile.height))
    large.save(out, compress_level=1)
    return large.width, large.height


def print_row(what, threads, ours, theirs):
    def cells(usage):
        if not usage:
            return f"{'':>10} {'':>9}"
        return f"{usage.seconds:>8.3f} s {usage.peak_bytes / 2**20:>5.0f} MiB"

    print(f"{what:<26} {threads:>7}   {cells(ours)}   {cells(theirs)}", flush=True)


def compare_whole(uqd, peer, options, folder):
    """Encoding and decoding of the photograph with one thread and with two."""
    ours, theirs = os.path.join(folder, "a.uqd"), os.path.join(folder, "a.peer")
    out = os.path.join(folder, "out.png")
    for threads in (1, 2):
        print_row(
            "encode",
            threads,
            repeat(options.runs, lambda: uqd.encode(options.photo, ours, "--threads", str(threads))),
            repeat(options.runs, lambda: peer.encode(options.photo, theirs, threads)),
        )
    for threads in (1, 2):
        print_row(
            "decode",
            threads,
            repeat(options.runs, lambda: uqd.decode(ours, out, "--threads", str(threads))),
            repeat(options.runs, lambda: peer.decode(theirs, out, threads)),
        )
    for step in options.steps.split(","):
        for threads in (1, 2):
            arguments = ["--step", step, "--threads", str(threads)]
            print_row(f"decode --step {step}", threads, repeat(options.runs, lambda: uqd.decode(ours, out, *arguments)), None)
    print(f"bytes: uqd {os.path.getsize(ours)}, {peer.name} {os.path.getsize(theirs)}")


def compare_preview(uqd, peer, options, folder):
    """Our first step at an eighth of the size beside the peer's whole decode."""
    large, ours, theirs = (os.path.join(folder, name) for name in ("large.png", "large.uqd", "large.peer"))
    out = os.path.join(folder, "out.png")
    width, height = enlarge(options.photo, options.megapixels, large)
    print(f"\n{width} x {height} pixels, {width * height / 1e6:.1f} megapixels; {peer.name} decodes all of it")
    uqd.encode(large, ours, "--stop-step", "0", "--no-distortion")
    peer.encode(large, theirs, 2)
    for threads in (1, 2):
        print_row(
            "preview: step 0, 1/8",
            threads,
            repeat(
                options.runs,
                lambda: uqd.decode(ours, out, "--step", "0", "--reduce", "3", "--threads", str(threads)),
            ),
            repeat(options.runs, lambda: peer.decode(theirs, out, threads)),
        )


def cut(path, megapixels, out):
    """The middle of the photograph, or mirrored copies of it, of about so many pixels."""
    with Image.open(path) as image:
        if image.width * image.height < megapixels * 1e6:
            return enlarge(path, megapixels, out)
        side = (megapixels * 1e6 / (image.width * image.height)) ** 0.5
        width, height = round(image.width * side), round(image.height * side)
        left, top = (image.width - width) // 2, (image.height - height) // 2
        image.convert("RGB").crop((left, top, left + width, top + height)).save(out, compress_level=1)
        return width, height


def print_scale(uqd, options, folder):
    """Decoding of pictures of several sizes: time per pixel, and memory per pixel beside that of 64 x 64 pixels."""
    picture, ours, out = (os.path.join(folder, name) for name in ("part.png", "part.uqd", "out.ppm"))
    cut(options.photo, 64 * 64 / 1e6, picture)
    uqd.encode(picture, ours)
    least = uqd.decode(ours, out).peak_bytes
    print(f"\nlossless decode; memory beside the {least / 2**20:.0f} MiB for 64 x 64 pixels\n")
    print(f"{'megapixels':>10} {'threads':>8} {'seconds':>9} {'us/pixel':>9} {'MiB':>6} {'bytes/pixel':>12}")
    for megapixels in map(float, options.scale.split(",")):
        width, height = cut(options.photo, megapixels, picture)
        uqd.encode(picture, ours, "--no-distortion")
        for threads in map(int, options.threads.split(",")):
            usage = uqd.decode(ours, out, "--threads", str(threads))
            n, more = width * height, usage.peak_bytes - least
            print(
                f"{n / 1e6:>10.2f} {threads:>8} {usage.seconds:>9.2f} {1e6 * usage.seconds / n:>9.2f} "
                f"{usage.peak_bytes / 2**20:>6.0f} {more / n:>12.1f}",
                flush=True,
            )


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("photo", help="a photograph as PNG")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="runs per figure (%(default)s)")
    parser.add_argument("--steps", default="5,6", metavar="A,B", help="decoding up to these, too (%(default)s)")
    parser.add_argument("--megapixels", type=float, default=12, help="of the preview's photograph (%(default)s)")
    parser.add_argument("--no-preview", action="store_true", help="leave out the preview")
    parser.add_argument("--scale", metavar="A,B", help="instead: decode pictures of so many megapixels, once each")
    parser.add_argument("--threads", default="1,2", metavar="A,B", help="of --scale (%(default)s)")
    measured.add_uqd_options(parser)
    options = parser.parse_args()
    if options.scale:
        with tempfile.TemporaryDirectory() as folder:
            print_scale(measured.Uqd(options), options, folder)
        return
    uqd, peer = measured.Uqd(options), Peer()
    with Image.open(options.photo) as image:
        print(f"{image.width} x {image.height} pixels; median of {options.runs} runs, largest memory")
    print(f"{'':<26} {'threads':>7}   {'uqd':<20}   {peer.name} lossless")
    with tempfile.TemporaryDirectory() as folder:
        compare_whole(uqd, peer, options, folder)
        if not options.no_preview:
            compare_preview(uqd, peer, options, folder)


if __name__ == "__main__":
    main()
