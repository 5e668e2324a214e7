#!/usr/bin/python3
"""Draw one sheet for each image: the steps of its .uqd file beside each other, in every mode."""
import argparse
import os
import tempfile

from PIL import Image, ImageDraw, ImageFont

import measured
import quality
from points import MODES

MARGIN, CAPTION = 12, 40
BACKGROUND, INK, FAINT = (119, 119, 119), (255, 255, 255), (215, 215, 215)
QUALITIES = (95, 90, 85, 75)  # of the sheet's JPEG, the first that fits


def font(size):
    try:
        return ImageFont.truetype("DejaVuSans.ttf", size)
    except OSError:
        return ImageFont.load_default()


def pictures(uqd, path, folder):
    """For every mode, the pictures of all steps, each with its two lines of text."""
    file, out = os.path.join(folder, "a.uqd"), os.path.join(folder, "out.ppm")
    uqd.encode(path, file)
    original = quality.read_pixels(path)
    for mode in MODES:
        row = []
        for step in uqd.info(file)["steps"]:
            uqd.decode(file, out, "--step", str(step["step"]), "--mode", mode)
            pixels = quality.read_pixels(out)
            psnr = quality.psnr(original, pixels)
            how_close = "exact" if psnr == float("inf") else f"{psnr:.2f} dB"
            row.append((Image.fromarray(pixels), (f"{step['name']}, {mode}", f"{step['bpp']:.3f} bpp   {how_close}")))
        yield row


def draw(rows, side):
    scale = side / max(rows[0][0][0].size)
    tile = tuple(max(1, round(length * scale)) for length in rows[0][0][0].size)
    filtering = Image.Resampling.NEAREST if scale > 1 else Image.Resampling.BOX
    cell = (max(tile[0], 190) + MARGIN, tile[1] + CAPTION + MARGIN)
    sheet = Image.new("RGB", (len(rows[0]) * cell[0] + MARGIN, len(rows) * cell[1] + MARGIN), BACKGROUND)
    canvas = ImageDraw.Draw(sheet)
    for i, row in enumerate(rows):
        for j, (picture, lines) in enumerate(row):
            x, y = MARGIN + j * cell[0], MARGIN + i * cell[1]
            sheet.paste(picture.resize(tile, filtering), (x, y))
            canvas.text((x, y + tile[1] + 3), lines[0], INK, font(13))
            canvas.text((x, y + tile[1] + 20), lines[1], FAINT, font(12))
    return sheet


def save(sheet, path, limit):
    """As JPEG 4:4:4, as good as the limit in bytes allows."""
    for level in QUALITIES:
        sheet.save(path, "JPEG", quality=level, subsampling=0, optimize=True, progressive=True)
        if os.path.getsize(path) <= limit:
            break


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("images", nargs="+", metavar="IMAGE.png")
    parser.add_argument("-o", "--output", default=".", metavar="FOLDER", help="where IMAGE-steps.jpg is written (%(default)s)")
    parser.add_argument("--side", type=int, default=256, metavar="N", help="longest side of a picture on the sheet (%(default)s)")
    parser.add_argument("--limit", type=float, default=1.5, metavar="MB", help="size of a sheet (%(default)s)")
    measured.add_uqd_options(parser)
    options = parser.parse_args()
    uqd = measured.Uqd(options, measured.call)
    os.makedirs(options.output, exist_ok=True)
    for path in options.images:
        name = os.path.splitext(os.path.basename(path))[0] + "-steps.jpg"
        with tempfile.TemporaryDirectory() as folder:
            sheet = draw(list(pictures(uqd, path, folder)), options.side)
        save(sheet, os.path.join(options.output, name), options.limit * 1e6)
        print(f"wrote {os.path.join(options.output, name)}", flush=True)


if __name__ == "__main__":
    main()
