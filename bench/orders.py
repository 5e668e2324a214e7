#!/usr/bin/python3
"""Orders of a step's bytes, or models, beside each other: cuts of their files at equal bytes inside every step."""
import argparse
import copy
import glob
import multiprocessing
import os
import tempfile

import numpy

import measured
import points
import quality

NAMES = ("psnr", "ms_ssim", "butteraugli", "ssimulacra")


def variants_of(options):
    """[MODEL][:ORDER] of the command line -> the programs that code so."""
    for text in options.variants:
        chosen = copy.copy(options)
        model, _, order = text.partition(":")
        chosen.model, chosen.order = model or None, order or None
        yield text, measured.Uqd(chosen, measured.call, threads=1)


def measure(path, variants, n):
    """Of one image: scaled measures [cut][variant][name], with the step of every cut by the first variant."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        original = points.Original(path, folder, points.Wanted(NAMES, modes=False))
        files = [os.path.join(folder, f"{index}.uqd") for index in range(len(variants))]
        for (_, uqd), file in zip(variants, files):
            uqd.encode(original.bare + ".png", file)
        steps = variants[0][1].info(files[0])["steps"]
        for setting, cut in points.cuts_inside(steps, n):
            row = []
            for (_, uqd), file in zip(variants, files):
                out = os.path.join(folder, "out.ppm")
                uqd.decode(file, out, "--bytes", str(cut))
                values = quality.measure(NAMES, original.pixels, original.bare + ".png", quality.read_pixels(out), folder)
                row.append([quality.MEASURES[name].scale(values[name]) for name in NAMES])
            found.append((int(setting.split()[0]), row))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("images", nargs="+", help="PNG images, or folders of them")
    parser.add_argument("--variants", required=True, type=lambda text: text.split(","), metavar="[MODEL][:ORDER],..", help="the first is what the others are compared with")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every Nth image")
    parser.add_argument("--inside", type=int, default=3, metavar="N", help="cuts inside every step (%(default)s)")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="images measured at a time (%(default)s)")
    measured.add_program_option(parser)
    options = parser.parse_args()
    paths = [p for name in options.images for p in (sorted(glob.glob(os.path.join(name, "*.png"))) if os.path.isdir(name) else [name])]
    paths, variants = paths[:: options.every], list(variants_of(options))
    try:
        with multiprocessing.Pool(options.jobs) as pool:
            images = pool.starmap(measure, [(path, variants, options.inside) for path in paths])
    except RuntimeError as error:
        raise SystemExit(f"orders.py: {error}") from error
    print(f"{len(paths)} images, {options.inside} cuts inside every step; beside {options.variants[0]}: dB of PSNR (more is better), loss of the others in % (less is better), means")
    print(f"{'step':<6}{'':<28}" + "".join(f"{quality.MEASURES[name].title:>13}" for name in NAMES))
    for step in sorted({step for image in images for step, _ in image}):
        rows = numpy.array([row for image in images for at, row in image if at == step])
        for index, text in enumerate(options.variants[1:], 1):
            change = (rows[:, index] - rows[:, 0]).mean(0)
            texts = [f"{change[0]:>+12.2f} "] + [f"{100 * (10 ** (-value / 10) - 1):>+11.1f}% " for value in change[1:]]
            print(f"{step:<6}{text:<28}" + "".join(texts))


if __name__ == "__main__":
    main()
