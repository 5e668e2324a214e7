#!/usr/bin/python3
"""Distortion and realism of pictures between the denoised one and a sample, on a folder of PNG images."""
import argparse
import glob
import multiprocessing
import os
import tempfile

import numpy

import measured
import quality
import realism

PERCENTS = (0, 25, 50, 75, 100)


def measure(path, uqd, steps):
    """Of one image: its slices, and for every step and percent PSNR and slices of the mixed picture."""
    original = quality.read_pixels(path)
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        file, out = os.path.join(folder, "a.uqd"), os.path.join(folder, "out.ppm")
        uqd.encode(path, file)
        info = uqd.info(file)
        for step in steps or range(info["n_steps"] - 1):
            for percent in PERCENTS:
                uqd.decode(file, out, "--step", str(step), "--mix", str(percent))
                pixels = quality.read_pixels(out)
                found[step, percent] = quality.psnr(original, pixels), realism.slices(pixels, original)
    names = {step["step"]: (step["name"], step["bpp"]) for step in info["steps"]}
    return names, realism.slices(original, original), found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", help="folder of PNG images")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every Nth image")
    parser.add_argument("--steps", metavar="A,B", help="only these steps, counted from 0")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="images measured at a time (%(default)s)")
    measured.add_uqd_options(parser)
    options = parser.parse_args()
    paths = sorted(glob.glob(os.path.join(options.folder, "*.png")))[:: options.every]
    if not paths:
        parser.error(f"there is no PNG image in {options.folder}")
    steps = [int(step) for step in options.steps.split(",")] if options.steps else None
    uqd = measured.Uqd(options, measured.call, threads=1)
    with multiprocessing.Pool(options.jobs) as pool:
        images = pool.starmap(measure, [(path, uqd, steps) for path in paths])
    originals = [slices for _, slices, _ in images]
    print(f"{len(paths)} images; PSNR in dB and realism (sliced Wasserstein distance x 1000), by percent of the way")
    heads = "".join(f"{f'{percent} %':>8}" for percent in PERCENTS)
    print(f"{'step':<12}{'bpp':>7}{heads} |{heads}")
    for step in sorted({step for step, _ in images[0][2]}):
        bpp = numpy.mean([names[step][1] for names, _, _ in images])
        psnrs = [numpy.mean([found[step, percent][0] for _, _, found in images]) for percent in PERCENTS]
        distances = [
            realism.distance([found[step, percent][1] for _, _, found in images], originals) for percent in PERCENTS
        ]
        columns = ("".join(f"{value:8.{digits}f}" for value in row) for row, digits in ((psnrs, 2), (distances, 1)))
        print(f"{f'{step} {images[0][0][step][0]}':<12}{bpp:7.3f}{' |'.join(columns)}")


if __name__ == "__main__":
    main()
