#!/usr/bin/python3
"""The paper's model and the lattice model on images of 64 x 64, beside the paper's published figures."""
import argparse
import functools
import glob
import math
import os
import tempfile

import curves
import measured
import points
import quality
import realism
import tables
from points import MODES
from rate import measure_all

WANTED = points.Wanted(measures=("psnr",))
LOWEST, HIGHEST = 15, 75  # decibels drawn
FIRST_DRAW = 1_000_000  # seed of ancestral samples of image 0: with the file's seed they would know its dither


def measure(task, programs):
    """The points of one image with one model. Every image has seeds of its own: with one for all, the noise of all
    would be the same."""
    number, path, codec = task
    uqd = programs[codec]
    with tempfile.TemporaryDirectory() as folder:
        original = points.Original(path, folder, WANTED)
        if original.pixels.shape[:2] != (64, 64):
            raise RuntimeError(f"{path}: is not of 64 x 64 pixels")
        file, out = os.path.join(folder, "a.uqd"), os.path.join(folder, "out.ppm")

        def decode(*how):
            uqd.decode(file, out, *how)
            return quality.read_pixels(out)

        uqd.encode(original.bare + ".png", file, "--seed", str(number))
        info, size = uqd.info(file), os.path.getsize(file)
        dither = info["dither"]
        found = [original.point(codec, "header", "", info["header_bytes"], None)]
        for step in info["steps"][:-1]:
            for mode in MODES:
                pixels = decode("--step", str(step["step"]), "--mode", mode, "--seed", str(FIRST_DRAW + number))
                setting = f"{step['step']} {step['name']}"
                found.append(original.point(codec, "step", setting, step["bytes"], pixels, mode=mode, dither=dither))
        found.append(points.Point("original", "original", "", 0, 0, slices=original.slices, image=original.name))
        found.append(original.point(codec, "lossless", "", size, decode(), dither=dither))
    return found


def cap(results):
    """A picture of a step that happens to be exact counts as if one sample of it were off by one: decibels stay finite."""
    ceiling = 10 * math.log10(255**2 * 64 * 64 * 3)
    for point in results.points:
        if point.kind == "step":
            point.psnr = min(point.psnr, ceiling)


def mean_curve(results, codec):
    """Through the ends of the steps, as published ones are."""
    groups = results.by_setting(codec=codec, kind="step", mode="denoised").values()
    return sorted((tables.mean(group, "bpp"), tables.mean(group, "psnr")) for group in groups)


def print_model(results, codec, published=(), peer=None):
    """Rows are steps. Beside them stand published ones of the same number, and what a peer takes for the same PSNR."""
    by_mode = {mode: results.by_setting(codec=codec, kind="step", mode=mode) for mode in MODES}
    slices = {point.image: point.slices for point in results.select(kind="original")}
    originals = [slices[image] for image in results.images]
    header = tables.mean(results.select(codec=codec, kind="header"), "bpp")
    lossless = results.select(codec=codec, kind="lossless")
    has_published = len(published) == len(by_mode["denoised"]) + 1
    peer_curve = mean_curve(results, peer) if peer else None
    modes = " ".join(f"{mode:>9}" for mode in MODES)

    def print_row(name, group, decibels, distances, same, theirs):
        row = f"{name:<13} {tables.mean(group, 'size'):>7.0f} {tables.mean(group, 'bpp'):>7.3f} "
        row += f"{tables.mean(group, 'bpp') - header:>7.3f}  "
        row += " ".join(tables.cell(value, 9, 2) for value in decibels) + "  "
        row += " ".join(tables.cell(value, 9, 1) for value in distances)
        row += f"   {tables.cell(same, 11, 3)}" if peer else ""
        row += f"   {theirs[0]:>7.2f} {tables.cell(theirs[1], 7, 1)}" if has_published else ""
        print(row)

    print(f"\n{codec}; `coded` is bpp without the header, on average {header * 64 * 64 / 8:.1f} bytes")
    row = f"{'':<13} {'':>7} {'':>7} {'':>7}  {'PSNR/dB':<29}  {'realism':<29}"
    row += f"   {peer + ' at':>11}" if peer else ""
    print((row + (f"   {'published':>15}" if has_published else "")).rstrip())
    row = f"{'step':<13} {'bytes':>7} {'bpp':>7} {'coded':>7}  {modes}  {modes}"
    row += f"   {'this PSNR':>11}" if peer else ""
    print(row + (f"   {'bpp':>7} {'PSNR/dB':>7}" if has_published else ""))
    for i, (setting, group) in enumerate(by_mode["denoised"].items()):
        groups = [by_mode[mode][setting] for mode in MODES]
        distances = [realism.distance([point.slices for point in group], originals) for group in groups]
        decibels = [tables.mean(group, "psnr") for group in groups]
        same = curves.rate_at(peer_curve, decibels[0]) if peer else None
        print_row(setting, group, decibels, distances, same, published[i] if has_published else None)
    same = tables.mean(results.select(codec=peer, kind="lossless"), "bpp") if peer else None
    name, nothing = f"{len(by_mode['denoised'])} lossless", [None, None, None]
    print_row(name, lossless, [math.inf, None, None], nothing, same, published[-1] if has_published else None)
    if any(point.psnr != math.inf for point in lossless):
        print("NOT LOSSLESS: the last picture differs from some original")


def published_rows():
    rates, lossless = tables.PUBLISHED["UQDM"]
    return [(rate, psnr) for psnr, rate in rates.items()] + [(lossless, math.inf)]


def draw(results, codecs, path):
    import plot  # needs python3-matplotlib, which nothing else does

    # Inside of a step the paper's model shows what it showed before; the lattice model refines it all along.
    drawn = [plot.Curve(codec, mean_curve(results, codec), True, is_stepped=codec == "paper") for codec in codecs]
    for name, (rates, _) in tables.PUBLISHED.items():
        drawn.append(plot.Curve(f"{name}, published", [(rate, psnr) for psnr, rate in rates.items()], True))
    plot.draw_curves(drawn, path, LOWEST, HIGHEST)


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", help="folder of PNG images of 64 x 64 pixels")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every Nth image")
    parser.add_argument("--paper", default="paper", metavar="MODEL", help="file or name of the paper's model (%(default)s)")
    parser.add_argument(
        "--lattice", default="lattice", metavar="MODEL", help="file or name of the lattice model, or none (%(default)s)"
    )
    parser.add_argument("--csv", metavar="FILE", help="write every point to a table")
    parser.add_argument("--plot", metavar="FILE", help="draw the mean curves, .svg or .png")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="images measured at a time (%(default)s)")
    measured.add_program_option(parser)
    options = parser.parse_args()
    options.paths = sorted(glob.glob(os.path.join(options.folder, "*.png")))[:: options.every]
    if not options.paths:
        parser.error(f"there is no PNG image in {options.folder}")
    return options


def main():
    options = parse()
    models = {"paper": options.paper, "lattice": options.lattice}
    codecs = [codec for codec, model in models.items() if model != "none"]
    programs = {
        codec: measured.Uqd(measured.Choice(options.uqd, models[codec], solid=True), measured.call, 1) for codec in codecs
    }
    tasks = [(number, path, codec) for codec in codecs for number, path in enumerate(options.paths)]
    try:
        results = tables.Results(measure_all(tasks, options.jobs, functools.partial(measure, programs=programs)))
    except RuntimeError as error:
        raise SystemExit(f"paper.py: {error}") from None
    cap(results)
    print(f"{len(results.images)} images, solid files; means over the images, of decibels as they are")
    print("realism: sliced Wasserstein distance of patches x 1000, small is good; published: of 10,000 other images")
    print_model(results, "paper", published_rows(), "lattice" if "lattice" in codecs else None)
    for name, (rates, lossless) in tables.PUBLISHED.items():
        if name != "UQDM":
            rows = ", ".join(f"{rate:.2f} bpp at {psnr:.1f} dB" for psnr, rate in rates.items())
            print(f"{name}, published: {rows}, {lossless:.2f} bpp lossless")
    if "lattice" in codecs:
        print_model(results, "lattice")
    if options.csv:
        tables.write_csv(results, options.csv)
    if options.plot:
        draw(results, codecs, options.plot)


if __name__ == "__main__":
    main()
