#!/usr/bin/python3
"""Unconditional samples of paper models with several numbers of steps: a sheet of them, and how near they are to images.

A file that is cut right behind its header tells nothing of its picture. In ancestral mode it shows pure noise from the
file's seed, taken through all steps, each drawn with the seed of the decoder: one sample for every tile of 64 x 64. So did uqd until
its work was bounded by the bytes that are there: since then such a file is grey, and an earlier uqd is needed (--uqd).
"""
import argparse
import functools
import glob
import multiprocessing
import os
import tempfile
import time

import numpy
from PIL import Image, ImageDraw

import measured
import quality
import realism
from contact_sheets import BACKGROUND, FAINT, INK, MARGIN, font

TILE, ENLARGED = 64, 2
ROWS = COLUMNS = 8  # tiles of a picture that is decoded at once
LABEL, CAPTION = 76, 24


def draw_tiles(seed, uqd):
    """64 samples [64, 64, 64, 3]; the seed gives both the noise at the start and all that is drawn."""
    with tempfile.TemporaryDirectory() as folder:
        picture, file, out = (os.path.join(folder, name) for name in ("black.ppm", "a.uqd", "out.ppm"))
        Image.new("RGB", (COLUMNS * TILE, ROWS * TILE)).save(picture)
        uqd.encode(picture, file, "--seed", str(seed), "--stop-step", "0", "--no-distortion")
        header = uqd.info(file)["header_bytes"]
        uqd.decode(file, out, "--bytes", str(header), "--mode", "ancestral", "--seed", str(seed))
        pixels = quality.read_pixels(out)
    if (pixels == 128).all():  # later ones draw nothing from nothing (docs/decisions.md, No work without bytes)
        raise RuntimeError("--uqd: samples of the model alone need a uqd from before the bound on work")
    return pixels.reshape(ROWS, TILE, COLUMNS, TILE, 3).swapaxes(1, 2).reshape(-1, TILE, TILE, 3)


def lossless_size(path, uqd):
    """Bytes of the whole file, of pixels alone, and of its header; and the number of steps."""
    with tempfile.TemporaryDirectory() as folder:
        picture, file = os.path.join(folder, "a.ppm"), os.path.join(folder, "a.uqd")
        Image.fromarray(quality.read_pixels(path)).save(picture)
        uqd.encode(picture, file, "--solid")
        info = uqd.info(file)
        return os.path.getsize(file), info["header_bytes"], info["n_steps"] - 1


class Model:
    """What is found out about one model."""

    def __init__(self, text, options, pool):
        self.name, _, given = text.partition("=")
        uqd = measured.Uqd(measured.Choice(options.uqd, self.name), measured.call, 1)
        sizes, headers, steps = zip(*pool.imap(functools.partial(lossless_size, uqd=uqd), options.paths))
        self.steps = steps[0]
        if given and given != str(self.steps):
            raise RuntimeError(f"{self.name}: has {self.steps} steps and not {given}")
        n_pixels = sum(pixels.shape[0] * pixels.shape[1] for pixels in options.images)
        self.rate, self.coded = 8 * sum(sizes) / n_pixels, 8 * (sum(sizes) - sum(headers)) / n_pixels
        begin = time.perf_counter()
        seeds = range(options.seed, options.seed - (-options.samples // (ROWS * COLUMNS)))
        drawn = numpy.concatenate(list(pool.imap(functools.partial(draw_tiles, uqd=uqd), seeds)))
        self.seconds = (time.perf_counter() - begin) / len(drawn)
        self.samples = list(drawn[: options.samples])
        self.distance = realism.unpaired_distance(self.samples, options.images)


def draw_sheet(models, columns):
    """Rows are models, columns the samples of the same noise at the start."""
    side = TILE * ENLARGED
    size = (LABEL + columns * (side + MARGIN), CAPTION + len(models) * (side + MARGIN))
    sheet = Image.new("RGB", size, BACKGROUND)
    canvas = ImageDraw.Draw(sheet)
    for j in range(columns):
        canvas.text((LABEL + j * (side + MARGIN), 5), f"sample {j}", FAINT, font(12))
    for i, model in enumerate(models):
        y = CAPTION + i * (side + MARGIN)
        canvas.text((MARGIN, y + side // 2 - 9), f"T = {model.steps}", INK, font(15))
        for j, pixels in enumerate(model.samples[:columns]):
            tile = Image.fromarray(pixels).resize((side, side), Image.Resampling.NEAREST)
            sheet.paste(tile, (LABEL + j * (side + MARGIN), y))
    return sheet


def print_table(models, options):
    n = len(options.images)
    print(f"{options.samples} samples by each model; {n} images; solid files, `coded` is bpp without the header")
    print("distance: sliced Wasserstein distance x 1000 of patches of samples and of all images, small is good")
    print(f"\n{'model':<30} {'T':>3} {'lossless bpp':>13} {'coded':>7} {'distance':>9} {'seconds/sample':>15}")
    for model in models:
        name = os.path.basename(model.name)
        print(
            f"{name:<30} {model.steps:>3} {model.rate:>13.3f} {model.coded:>7.3f} {model.distance:>9.1f} "
            f"{model.seconds:>15.3f}"
        )
    if n > 1:
        halves = realism.unpaired_distance(options.images[::2], options.images[1::2])
        print(f"{'one half of the images':<30} {'-':>3} {'-':>13} {'-':>7} {halves:>9.1f}   from the other half")


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("folder", help="folder of PNG images for rate and distance")
    parser.add_argument(
        "--model", action="append", metavar="FILE[=T]", help="a paper model, and the steps that it must have; repeated (paper)"
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="write the sheet, .png")
    parser.add_argument("--samples", type=int, default=256, metavar="N", help="for the distance (%(default)s)")
    parser.add_argument("--columns", type=int, default=8, metavar="N", help="samples of a row of the sheet (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the first 64 samples (%(default)s)")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every Nth image")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="programs at a time (%(default)s)")
    measured.add_program_option(parser)
    options = parser.parse_args()
    if not 1 <= options.columns <= options.samples:
        parser.error("--columns must be at least 1 and at most --samples")
    options.paths = sorted(glob.glob(os.path.join(options.folder, "*.png")))[:: options.every]
    if not options.paths:
        parser.error(f"there is no PNG image in {options.folder}")
    return options


def main():
    options = parse()
    options.images = [quality.read_pixels(path) for path in options.paths]
    with multiprocessing.Pool(options.jobs) as pool:
        try:
            models = [Model(text, options, pool) for text in options.model or ["paper"]]
        except RuntimeError as error:
            raise SystemExit(f"samples.py: {error}") from None
    print_table(models, options)
    if options.output:
        draw_sheet(models, options.columns).save(options.output, optimize=True)


if __name__ == "__main__":
    main()
