#!/usr/bin/env python3
"""Draw the pictures of all steps of a .uqd file, with their numbers, on one sheet.

usage: contact_sheet.py UQD FILE.uqd SHEET.png

UQD is the program `uqd`. The PSNR is what the encoder measured. Colours are converted to sRGB by the
file's profile, and transparent pictures are laid on a checkerboard.
"""
import io
import json
import os
import subprocess
import sys
import tempfile

from PIL import Image, ImageCms, ImageDraw, ImageFont

TILE = 384  # longest side of a picture on the sheet
MARGIN = 16
COLUMNS = 4
SQUARE = 16  # of the checkerboard
BACKGROUND, INK, FAINT = (119, 119, 119), (255, 255, 255), (215, 215, 215)
LIGHT, DARK = (153, 153, 153), (102, 102, 102)


def font(size):
    try:
        return ImageFont.truetype("DejaVuSans.ttf", size)
    except OSError:
        return ImageFont.load_default()


def caption(title, step):
    """Two lines: the title, and the numbers as `uqd info --json` tells them."""
    psnr = step["psnr"]
    quality = "" if psnr is None else "equal to the original" if psnr == "inf" else f"{psnr:.2f} dB"
    return title, f"{step['bytes']:,} bytes   {step['bpp']:.3f} bpp   {quality}".rstrip()


def to_srgb(picture):
    """The picture as RGB or RGBA, its colours converted from its profile; one that cannot be used is left out."""
    colours = picture.convert("L" if picture.mode in ("L", "LA") else "RGB")
    profile = picture.info.get("icc_profile")
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            colours = ImageCms.profileToProfile(colours, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (OSError, ImageCms.PyCMSError):
            pass
    colours = colours.convert("RGB")
    if picture.mode in ("LA", "RGBA"):
        colours.putalpha(picture.getchannel("A"))
    return colours


def checkerboard(size):
    board = Image.new("RGB", size, LIGHT)
    canvas = ImageDraw.Draw(board)
    for y in range(0, size[1], SQUARE):
        for x in range((y + SQUARE) % (2 * SQUARE), size[0], 2 * SQUARE):
            canvas.rectangle((x, y, x + SQUARE - 1, y + SQUARE - 1), DARK)
    return board


def lay(picture, tile):
    """The picture of the tile's size, on a checkerboard if it has alpha."""
    picture = picture.resize(tile, Image.Resampling.BOX)
    if picture.mode != "RGBA":
        return picture
    board = checkerboard(tile)
    board.paste(picture, mask=picture)
    return board


def draw(pictures, captions):
    scale = min(1, TILE / max(pictures[0].size))
    tile = tuple(max(1, round(side * scale)) for side in pictures[0].size)
    cell = (max(tile[0], 300) + MARGIN, tile[1] + 40 + MARGIN)
    rows = -(-len(pictures) // COLUMNS)
    columns = min(COLUMNS, len(pictures))
    sheet = Image.new("RGB", (columns * cell[0] + MARGIN, rows * cell[1] + MARGIN), BACKGROUND)
    canvas = ImageDraw.Draw(sheet)
    for i, (picture, (title, numbers)) in enumerate(zip(pictures, captions)):
        x, y = MARGIN + i % COLUMNS * cell[0], MARGIN + i // COLUMNS * cell[1]
        sheet.paste(lay(picture, tile), (x, y))
        canvas.text((x, y + tile[1] + 4), title, INK, font(15))
        canvas.text((x, y + tile[1] + 23), numbers, FAINT, font(12))
    return sheet


def decode(uqd, path, *options):
    """The picture of a .uqd file."""
    with tempfile.TemporaryDirectory() as folder:
        name = os.path.join(folder, "picture.png")
        subprocess.run([uqd, "decode", path, "-o", name, *options], check=True)
        with Image.open(name) as picture:
            return to_srgb(picture)


def main():
    uqd, path, output = sys.argv[1:]
    info = json.loads(subprocess.run([uqd, "info", "--json", path], check=True, stdout=subprocess.PIPE).stdout)
    present = info["present_bytes"]
    pictures, captions = [], []
    for step in info["steps"]:
        if step["bytes"] <= present:
            pictures.append(decode(uqd, path, "--step", str(step["step"])))
            captions.append(caption(f"step {step['step']}: {step['name']}", step))
            print("  " + "   ".join(captions[-1]), flush=True)
    if present < info["file_bytes"]:
        pictures.append(decode(uqd, path))
        bpp = 8 * present / (info["width"] * info["height"])
        captions.append(caption("all of the cut file", {"bytes": present, "bpp": bpp, "psnr": None}))
    draw(pictures, captions).save(output)
    print(f"Wrote {output}")


if __name__ == "__main__":
    main()
