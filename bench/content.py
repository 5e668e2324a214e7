#!/usr/bin/python3
"""Pictures of any content without loss: bytes of our files, with an exact copy where it is smaller and without, beside PNG, WebP and JPEG XL."""
import argparse
import glob
import os
import shutil
import tempfile

from PIL import Image

import measured

PEERS = {
    "WebP": ("cwebp", lambda picture, out: ["cwebp", "-quiet", "-z", "9", picture, "-o", out]),
    "JPEG XL": ("cjxl", lambda picture, out: ["cjxl", "--quiet", "-d", "0", picture, out]),
}


def sizes_of(path, uqd, peers, folder):
    """{name: bytes} of a picture, and of our file the steps before the copy, how many they are, and seconds."""
    picture, out = os.path.join(folder, "picture.png"), os.path.join(folder, "out")
    with Image.open(path) as image:
        image.convert("L" if image.mode in ("1", "L") else "RGB").save(picture, optimize=True)
        pixels = image.width * image.height * (1 if image.mode in ("1", "L") else 3)
    sizes = {"pixels": pixels, "PNG": os.path.getsize(picture)}
    for name in peers:
        measured.run(PEERS[name][1](picture, out))
        sizes[name] = os.path.getsize(out)
    steps = uqd.encode(picture, out + ".uqd", "--no-copy")
    sizes["steps"] = os.path.getsize(out + ".uqd")
    copy = uqd.encode(picture, out + ".uqd")
    info = uqd.info(out + ".uqd")
    sizes["uqd"] = info["file_bytes"]
    before = info["steps"][-2]["bytes"] - info["header_bytes"] if info["copy"] and info["n_steps"] > 1 else 0
    uqd.decode(out + ".uqd", out + ".png")
    with Image.open(picture) as first, Image.open(out + ".png") as second:
        assert first.tobytes() == second.convert(first.mode).tobytes(), path
    return sizes, before, info["n_steps"] - 1 if info["copy"] else None, (steps.seconds, copy.seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("images", nargs="+", help="PNG images, or folders of them")
    measured.add_uqd_options(parser)
    parser.add_argument("--alone", action="store_true", help="without the other codecs")
    options = parser.parse_args()
    paths = [p for name in options.images for p in (sorted(glob.glob(os.path.join(name, "*.png"))) if os.path.isdir(name) else [name])]
    peers = [name for name, (program, _) in PEERS.items() if shutil.which(program) and not options.alone]
    columns = ["pixels", "PNG", *peers, "steps", "uqd"]
    print(f"{'picture':<16}" + "".join(f"{name:>10}" for name in columns) + f"{'before':>8}{'steps':>6}{'beside':>8}{'encode / s':>14}")
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            sizes, before, n_before, seconds = sizes_of(path, measured.Uqd(options), peers, folder)
            best = min(sizes[name] for name in ("PNG", "WebP") if name in sizes)
            text = "".join(f"{sizes[name]:>10}" for name in columns)
            how = f"{before:>8}{n_before:>6}" if n_before is not None else f"{'no copy':>14}"
            name = os.path.splitext(os.path.basename(path))[0]
            print(f"{name:<16}{text}{how}{(sizes['uqd'] - before) / best:>8.2f}{seconds[0]:>7.1f}{seconds[1]:>7.1f}", flush=True)
    print("steps: --no-copy; before: bytes and number of the steps before the copy; beside: the rest, over the smaller of PNG and WebP; encode: without and with")


if __name__ == "__main__":
    main()
