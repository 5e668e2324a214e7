#!/usr/bin/env python3
"""What the alpha channel costs in a .uqd file, beside the same plane as a PNG and as a lossless WebP.

Without images it draws some: a hard disk, an anti-aliased one, text, and a box with a soft shadow. Colours are left
flat, so that the cost is the difference to the file without alpha.
"""
import argparse
import io
import os
import tempfile

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

import measured


def disk(scale):
    plane = Image.new("L", (512 * scale, 512 * scale))
    ImageDraw.Draw(plane).ellipse([20 * scale] * 2 + [492 * scale] * 2, fill=255)
    return plane.resize((512, 512), Image.Resampling.BOX)


def text():
    plane = Image.new("L", (640, 400))
    for line in range(10):
        words = f"{line} sheets of tracing paper, cut to size"
        ImageDraw.Draw(plane).text((10, 10 + 38 * line), words, 255, ImageFont.truetype("DejaVuSans.ttf", 28))
    return plane


def shadow():
    plane = Image.new("L", (512, 384))
    ImageDraw.Draw(plane).rounded_rectangle((40, 40, 470, 340), 20, fill=255)
    return ImageChops.lighter(plane, plane.filter(ImageFilter.GaussianBlur(15)).point(lambda v: v // 2))


def size_as(plane, **options):
    file = io.BytesIO()
    plane.save(file, **options)
    return len(file.getvalue())


def uqd_size(uqd, picture, folder):
    image, file = os.path.join(folder, "in.png"), os.path.join(folder, "out.uqd")
    picture.save(image)
    uqd.encode(image, file)
    return os.path.getsize(file)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("images", nargs="*", metavar="IMAGE")
    measured.add_uqd_options(parser)
    options = parser.parse_args()
    uqd = measured.Uqd(options)
    planes = {"hard disk": disk(1), "disk": disk(4), "text": text(), "shadow": shadow()}
    if options.images:
        planes = {os.path.basename(name): Image.open(name).convert("RGBA").getchannel("A") for name in options.images}
    print(f"{'':20} {'uqd':>8} {'PNG':>8} {'WebP':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for name, plane in planes.items():
            opaque = Image.new("RGB", plane.size, (90, 120, 40))
            transparent = opaque.copy()
            transparent.putalpha(plane)
            cost = uqd_size(uqd, transparent, folder) - uqd_size(uqd, opaque, folder)
            png = size_as(plane, format="PNG", optimize=True)
            webp = size_as(plane.convert("RGB"), format="WEBP", lossless=True, quality=100, method=6)
            print(f"{name:20} {cost:8} {png:8} {webp:8}")


if __name__ == "__main__":
    main()
