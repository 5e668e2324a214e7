#!/usr/bin/python3
"""Where the error lies that the eye sees: our file, cut, beside another codec's of as many bytes, by the detail and the
brightness around a pixel, and luma's by frequency.

Butteraugli of a part is that of a picture which is exact everywhere else, by the root of how much of the picture it is.
"""
import argparse
import os
import tempfile

import numpy
from scipy.fft import dctn
from scipy.ndimage import gaussian_filter

import measured
import peers
import points
import quality
from equal_bytes import SETTINGS, shown_by_peer, shown_by_uqd

PARTS = 5


def parts_of(original):
    """Name, and [rows, columns] which fifth of the pixels each belongs to, from the least."""
    luma = quality.luma(original).astype(numpy.float64)
    detail = gaussian_filter((luma - gaussian_filter(luma, 2)) ** 2, 6)
    for name, values in (("detail", detail), ("brightness", gaussian_filter(luma, 6))):
        edges = numpy.quantile(values, numpy.linspace(0, 1, PARTS + 1)[1:-1])
        yield name, numpy.searchsorted(edges, values)


def seen(original, picture, where, folder):
    """Butteraugli of the error in a part."""
    pixels = numpy.where(where[..., None], picture, original.pixels)
    found = quality.measure(("butteraugli",), original.pixels, original.bare + ".png", pixels, folder)["butteraugli"]
    return found / where.mean() ** (1 / 3)


def spectrum(error):
    """Mean square of blocks of 8 x 8 by the sum of both frequencies, pairs of them together."""
    h, w = (side // 8 * 8 for side in error.shape)
    blocks = dctn(error[:h, :w].reshape(h // 8, 8, w // 8, 8), axes=(1, 3), norm="ortho")
    power = (blocks**2).mean((0, 2))
    sums = numpy.add.outer(numpy.arange(8), numpy.arange(8))
    return [power[sums == 0].mean()] + [power[(sums + 1) // 2 == k].mean() for k in range(1, 8)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("image", help="a PNG image")
    parser.add_argument("--bytes", type=int, required=True, metavar="N")
    parser.add_argument("--peer", default="jxl", choices=SETTINGS)
    measured.add_uqd_options(parser)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        original = points.Original(options.image, folder, points.Wanted(("psnr",), modes=False))
        ours = numpy.asarray(shown_by_uqd(original, measured.Uqd(options, measured.call, 1), options.bytes))
        picture, size = shown_by_peer(original, options.peer, options.bytes)
        if picture is None:
            parser.error(f"{peers.PEERS[options.peer].name} has no file so small")
        pictures, exact = (ours, numpy.asarray(picture)), quality.luma(original.pixels)
        errors = [quality.luma(p) - exact for p in pictures]
        print(f"{os.path.basename(options.image)}: uqd {options.bytes} bytes, {peers.PEERS[options.peer].name} {size}")
        for name, number in parts_of(original.pixels):
            for part in range(PARTS):
                where = number == part
                squares = [float((error[where] ** 2).mean()) for error in errors]
                visible = [seen(original, p, where, folder) for p in pictures]
                print(f"{name:<11}{part + 1}/{PARTS}  butteraugli {visible[0]:6.3f} {visible[1]:6.3f}  luma error {squares[0]:7.2f} {squares[1]:7.2f}")
        to_luma = quality.luma(numpy.eye(3, dtype=numpy.float32))
        # Grey is added so that luma, or all else, becomes the original's.
        greys = [error[..., None] / to_luma.sum() for error in errors]
        mixtures = {
            "as it is": pictures,
            "luma exact": [p - grey for p, grey in zip(pictures, greys)],
            "chroma exact": [original.pixels + grey for grey in greys],
        }
        for name, mixed in mixtures.items():
            everywhere = numpy.ones(exact.shape, bool)
            found = [seen(original, numpy.clip(numpy.rint(m), 0, 255).astype(numpy.uint8), everywhere, folder) for m in mixed]
            print(f"{name:<15}butteraugli {found[0]:6.3f} {found[1]:6.3f}")
        for title, error in zip(("uqd", peers.PEERS[options.peer].name), errors):
            print(f"luma error by frequency, {title:<12}" + "".join(f"{value:8.2f}" for value in spectrum(error)))


if __name__ == "__main__":
    main()
