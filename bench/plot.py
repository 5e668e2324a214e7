"""The mean rate-distortion curves of all codecs in one drawing."""
import matplotlib
import matplotlib.ticker
import numpy

matplotlib.use("Agg")
from matplotlib import pyplot  # pylint: disable=wrong-import-position

# Okabe and Ito's colours, which stay apart for colour-blind readers; a variant of a codec is dashed.
STYLES = {
    "uqd": ("#000000", "-"),
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


def spread(heights, gap):
    """Moves labels apart, keeping their order: `gap` between neighbours, around where they belong."""
    order = numpy.argsort(heights)
    placed = numpy.array(heights, dtype=float)[order]
    for _ in range(200):
        for i in range(1, len(placed)):
            overlap = gap - (placed[i] - placed[i - 1])
            if overlap > 0:
                placed[i - 1] -= overlap / 2
                placed[i] += overlap / 2
        placed -= max(placed[-1] - HIGHEST, 0)
    result = numpy.empty_like(placed)
    result[order] = placed
    return result


def draw(results, path):
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "uqd", "font.size": 9, "font.family": "sans-serif"})
    figure, axes = pyplot.subplots(figsize=(7.2, 4.6), layout="constrained")
    ends = []
    for codec in ["uqd"] + results.codecs("curve"):
        points = [point for point in results.mean_curve(codec) if LOWEST <= point[1] <= HIGHEST]
        if points:
            colour, line = STYLES.get(codec, ("#777777", ":"))
            width = 2.2 if codec == "uqd" else 1.3
            axes.plot(*zip(*points), line, color=colour, linewidth=width, zorder=2 + (codec == "uqd"))
            ends.append((codec, colour, *points[-1]))
    right = 1.25 * max(rate for _, _, rate, _ in ends)
    heights = spread([psnr for _, _, _, psnr in ends], gap=1.5)
    for (codec, colour, rate, psnr), height in zip(ends, heights):
        axes.plot([rate, right], [psnr, height], color=colour, linewidth=0.5, alpha=0.6, clip_on=False)
        weight = "bold" if codec == "uqd" else "normal"
        where = {"xytext": (3, 0), "textcoords": "offset points", "va": "center", "annotation_clip": False}
        axes.annotate(codec, (right, height), color=colour, weight=weight, **where)
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_formatter(matplotlib.ticker.FormatStrFormatter("%g"))
    axes.set_xlim(right=right)
    axes.set_ylim(LOWEST, HIGHEST)
    axes.set_xlabel("bits per pixel")
    axes.set_ylabel("PSNR / dB")
    axes.grid(color="#dddddd", linewidth=0.5)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None} if path.endswith(".svg") else None, dpi=150)
