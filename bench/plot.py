"""The mean rate-distortion curves of all codecs in one drawing."""
import dataclasses

import matplotlib
import matplotlib.ticker
import numpy

matplotlib.use("Agg")
from matplotlib import pyplot  # pylint: disable=wrong-import-position

# Okabe and Ito's colours, which stay apart for colour-blind readers; a variant of a codec is dashed.
STYLES = {
    "uqd": ("#000000", "-"),
    "lattice": ("#000000", "-"),
    "paper": ("#d55e00", "-"),
    "UQDM, published": ("#0072b2", "--"),
    "BPG, published": ("#009e73", "--"),
    "JPEG": ("#e69f00", "-"),
    "JPEG 4:4:4": ("#e69f00", "--"),
    "JPEG 2000": ("#56b4e9", "-"),
    "WebP": ("#009e73", "-"),
    "JPEG XL": ("#0072b2", "-"),
    "JPEG XL progressive": ("#0072b2", "--"),
    "HEIC 4:4:4": ("#d55e00", "-"),
    "AVIF 4:4:4": ("#cc79a7", "-"),
}
LOWEST, HIGHEST = 20, 52  # decibels shown


@dataclasses.dataclass
class Curve:
    """(bits per pixel, PSNR) in order of rate."""

    name: str
    points: list
    is_marked: bool = False  # its points are shown
    is_stepped: bool = False  # between two points, a file shows what it showed at the first


def spread(heights, gap, highest):
    """Moves labels apart, keeping their order: `gap` between neighbours, around where they belong."""
    order = numpy.argsort(heights)
    placed = numpy.array(heights, dtype=float)[order]
    for _ in range(200):
        for i in range(1, len(placed)):
            overlap = gap - (placed[i] - placed[i - 1])
            if overlap > 0:
                placed[i - 1] -= overlap / 2
                placed[i] += overlap / 2
        placed -= max(placed[-1] - highest, 0)
    result = numpy.empty_like(placed)
    result[order] = placed
    return result


def draw(results, path):
    draw_curves([Curve(codec, results.mean_curve(codec)) for codec in ["uqd"] + results.codecs("curve")], path)


def draw_curves(curves, path, lowest=LOWEST, highest=HIGHEST):
    """The first is drawn bold."""
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "uqd", "font.size": 9, "font.family": "sans-serif"})
    figure, axes = pyplot.subplots(figsize=(7.2, 4.6), layout="constrained")
    ends = []
    for curve in curves:
        points = [point for point in curve.points if lowest <= point[1] <= highest]
        if points:
            colour, line = STYLES.get(curve.name, ("#777777", ":"))
            style = {"color": colour, "linewidth": 2.2 if curve is curves[0] else 1.3, "zorder": 2 + (curve is curves[0])}
            style.update({"marker": "o", "markersize": 4} if curve.is_marked else {})
            axes.plot(*zip(*points), line, drawstyle="steps-post" if curve.is_stepped else "default", **style)
            ends.append((curve, colour, *points[-1]))
    right = 1.25 * max(rate for _, _, rate, _ in ends)
    heights = spread([psnr for _, _, _, psnr in ends], 1.5 * (highest - lowest) / (HIGHEST - LOWEST), highest)
    for (curve, colour, rate, psnr), height in zip(ends, heights):
        axes.plot([rate, right], [psnr, height], color=colour, linewidth=0.5, alpha=0.6, clip_on=False)
        weight = "bold" if curve is curves[0] else "normal"
        where = {"xytext": (3, 0), "textcoords": "offset points", "va": "center", "annotation_clip": False}
        axes.annotate(curve.name, (right, height), color=colour, weight=weight, **where)
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_formatter(matplotlib.ticker.FormatStrFormatter("%g"))
    axes.set_xlim(right=right)
    axes.set_ylim(lowest, highest)
    axes.set_xlabel("bits per pixel")
    axes.set_ylabel("PSNR / dB")
    axes.grid(color="#dddddd", linewidth=0.5)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None} if path.endswith(".svg") else None, dpi=150)
