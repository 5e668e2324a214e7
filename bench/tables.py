"""The tables of bench/rate.py, from a list of points."""
import csv

import numpy

import curves
import realism
from points import CUT_RATES, MODES
from quality import MEASURES

# ImageNet 64 x 64, 10,000 images, denoised (Yang, Will, Mandt: ICLR 2025): PSNR -> bits per pixel.
PUBLISHED = {
    "UQDM": ({21.6: 0.58, 30.0: 2.17, 42.8: 7.16, 59.0: 15.15}, 15.68),
    "BPG": ({30.0: 1.20}, 13.26),
}


LOWEST = 20  # decibels; what is below shows little of any picture
COMPARED = 0.2, 3  # bits per pixel of the peers' files beside which ours are compared at equal bytes


class Results:
    """All points of a run."""

    def __init__(self, points):
        self.points = points
        self.images = sorted({point.image for point in points})

    def select(self, **fields):
        return [point for point in self.points if all(getattr(point, k) == v for k, v in fields.items())]

    def by_setting(self, **fields):
        """Setting -> points of all images in order; settings that some image lacks are left out."""
        groups = {}
        for point in sorted(self.select(**fields), key=lambda point: point.image):
            groups.setdefault(point.setting, []).append(point)
        return {setting: group for setting, group in groups.items() if len(group) == len(self.images)}

    def codecs(self, kind):
        return list(dict.fromkeys(point.codec for point in self.points if point.kind == kind and point.codec != "uqd"))

    def points_of_curve(self, codec, image):
        """Those of one image; for ours, step ends and the cuts between them."""
        if codec == "uqd":
            return self.select(codec="uqd", image=image, mode="denoised", dither="none")
        return self.select(codec=codec, image=image, kind="curve")

    def curve(self, codec, image):
        """(bpp, PSNR) of one image."""
        return [(point.bpp, point.psnr) for point in self.points_of_curve(codec, image)]

    def scaled_curve(self, codec, image, name):
        """(bpp, scaled measure) of one image."""
        points = self.points_of_curve(codec, image)
        scale = MEASURES[name].scale
        return [(point.bpp, scale(getattr(point, name))) for point in points if getattr(point, name) is not None]

    def measures(self):
        """Those that were taken."""
        return [name for name in MEASURES if any(getattr(point, name) is not None for point in self.points if point.kind == "curve")]

    def mean_curve(self, codec):
        """(bpp, PSNR), each the mean over the images of one setting, in order of rate."""
        groups = list(self.by_setting(codec=codec, kind="curve").values())
        if codec == "uqd":
            groups += self.by_setting(codec=codec, kind="step", mode="denoised", dither="none").values()
        means = [(mean(group, "bpp"), mean(group, "psnr")) for group in groups]
        return sorted((rate, psnr) for rate, psnr in means if numpy.isfinite(psnr))


def mean(group, field):
    """The mean of a field over points, or None if some have none."""
    values = [getattr(point, field) for point in group]
    return None if None in values else float(numpy.mean(values))


def cell(value, width, digits):
    if value is None:
        return f"{'-':>{width}}"
    return f"{value:>{width}.{digits}f}" if numpy.isfinite(value) else f"{'exact':>{width}}"


def print_steps(results):
    print("\nsteps of uqd; bpp and PSNR of the other modes and of universal dither (UQ)")
    print(
        f"{'step':<14} {'bytes':>9} {'bpp':>7} {'PSNR/dB':>8} {'MS-SSIM':>8} {'ancestral':>10} {'flow':>7} "
        f"{'UQ bpp':>8} {'UQ/dB':>7}"
    )
    modes = {mode: results.by_setting(codec="uqd", kind="step", mode=mode, dither="none") for mode in MODES}
    universal = results.by_setting(codec="uqd", kind="step", dither="universal")
    for setting, group in modes["denoised"].items():
        others = [mean(modes[mode][setting], "psnr") if setting in modes[mode] else None for mode in MODES[1:]]
        dithered = [mean(universal[setting], field) if setting in universal else None for field in ("bpp", "psnr")]
        print(
            f"{setting:<14} {mean(group, 'size'):>9.0f} {mean(group, 'bpp'):>7.3f} {cell(mean(group, 'psnr'), 8, 2)} "
            f"{cell(mean(group, 'ms_ssim'), 8, 4)} {cell(others[0], 10, 2)} {cell(others[1], 7, 2)} "
            f"{cell(dithered[0], 8, 3)} {cell(dithered[1], 7, 2)}"
        )


def width_of(name):
    return max(8, len(MEASURES[name].title))


def print_curve(results, codec):
    """One row per setting; beside a peer's, what our curve has at the same bytes."""
    print(f"\n{codec}" + (", cut at these rates" if codec == "uqd" else ", and the curve of uqd at the same rate"))
    beside = f"{'uqd/dB':>8} {'won':>6}" if codec != "uqd" else ""
    measures = results.measures()
    titles = " ".join(f"{MEASURES[name].title:>{width_of(name)}}" for name in measures)
    print(f"{'setting':<12} {'bytes':>9} {'bpp':>7} {titles} {beside}".rstrip())
    for setting, group in results.by_setting(codec=codec, kind="curve").items():
        if codec != "uqd":
            ours = [curves.psnr_at(results.curve("uqd", point.image), point.bpp) for point in group]
            won = "-" if None in ours else f"{sum(o > p.psnr for o, p in zip(ours, group))}/{len(group)}"
            beside = f"{cell(None if None in ours else numpy.mean(ours), 8, 2)} {won:>6}"
        cells = " ".join(cell(mean(group, name), width_of(name), MEASURES[name].digits) for name in measures)
        print(f"{setting:<12} {mean(group, 'size'):>9.0f} {mean(group, 'bpp'):>7.3f} {cells} {beside}".rstrip())


def print_bd_rate(results, above):
    print("\nBD-rate of uqd against each peer, per image and then averaged; negative: uqd needs less")
    print(f"{'peer':<20} {'all':>9} {'PSNR/dB':>11} {'won':>6}   {f'above {above:g}':>9} {'PSNR/dB':>11} {'won':>6}")
    for codec in results.codecs("curve"):
        row = f"{codec:<20}"
        for floor in (LOWEST, above):
            pairs = [(results.curve("uqd", image), results.curve(codec, image)) for image in results.images]
            savings = [s for s in (curves.bd_rate(*pair, floor) for pair in pairs) if s]
            if savings:
                percent, low, high = (numpy.mean([getattr(s, f) for s in savings]) for f in ("percent", "low", "high"))
                won = f"{sum(s.percent < 0 for s in savings)}/{len(savings)}"
                row += f" {percent:>+8.1f}% {f'{low:.1f}-{high:.1f}':>11} {won:>6}  "
            else:
                row += f" {'-':>9} {'':>11} {'':>6}  "
        print(row.rstrip())


def print_bd_rates(results):
    """The same by every measure, over all that both curves reach."""
    measures = results.measures()
    print("\nBD-rate of uqd against each peer by every measure, per image and then averaged, and images on which uqd needs less")
    print(f"{'peer':<20} " + " ".join(f"{MEASURES[name].title:>17}" for name in measures))
    for codec in results.codecs("curve"):
        row = f"{codec:<20}"
        for name in measures:
            pairs = [[results.scaled_curve(c, image, name) for c in ("uqd", codec)] for image in results.images]
            lowest = LOWEST if MEASURES[name].scale is float else -numpy.inf
            savings = [s for s in (curves.bd_rate(*pair, lowest, MEASURES[name].least) for pair in pairs) if s]
            won = f"{sum(s.percent < 0 for s in savings)}/{len(savings)}"
            percent = numpy.mean([s.percent for s in savings]) if savings else None
            row += f" {'-' if percent is None else f'{percent:+.1f}%':>10} {won:>6}"
        print(row)


def quality_at(curve, rate):
    """A scaled measure at that rate, between the points of a curve, or None."""
    curve = sorted(curve)
    rates, values = zip(*curve)
    if not rates[0] <= rate <= rates[-1]:
        return None
    return float(numpy.interp(numpy.log(rate), numpy.log(rates), values))


def differences(results, codec, name):
    """Of our files at the size of every file of a peer from 0.2 to 3 bpp: the scaled measure, less the peer's."""
    for image in results.images:
        ours = results.scaled_curve("uqd", image, name)
        for rate, value in results.scaled_curve(codec, image, name):
            mine = quality_at(ours, rate) if COMPARED[0] <= rate <= COMPARED[1] else None
            if mine is not None and numpy.isfinite(value):
                yield mine - value


def print_equal_bytes(results):
    measures = results.measures()
    print("\nat equal bytes, 0.2 to 3 bpp: ours less the peer's in dB of PSNR, else our loss beside the peer's; mean, worst")
    print(f"{'peer':<20} " + " ".join(f"{MEASURES[name].title:>17}" for name in measures))
    for codec in results.codecs("curve"):
        row = f"{codec:<20}"
        for name in measures:
            found = list(differences(results, codec, name))
            if not found:
                row += f" {'-':>17}"
            elif MEASURES[name].scale is float:
                row += f" {numpy.mean(found):>+8.2f} {min(found):>+8.2f}"
            else:
                mean, worst = (100 * (10 ** (-value / 10) - 1) for value in (numpy.mean(found), min(found)))
                row += f" {mean:>+7.1f}% {worst:>+7.1f}%"
        print(row)


def print_rises(results):
    """What a user sees while bytes arrive must not become worse."""
    print("\nmost that a cut is worse than a shorter one, in % of the loss, over all images: worst, images with more than 1 %")
    for name in results.measures():
        worst = []
        for image in results.images:
            values = [value for _, value in sorted(results.scaled_curve("uqd", image, name)) if numpy.isfinite(value)]
            below = numpy.maximum.accumulate(values) - values
            worst.append(100 * (10 ** (max(below) / 10) - 1))
        print(f"{MEASURES[name].title:<12} {max(worst):>6.2f}% {sum(value > 1 for value in worst):>4}/{len(worst)}")


def sags(results, image, name):
    """How far the measure lies below the line between the ends of its step, over the logarithm of the rate: of every cut inside."""
    points = results.select(codec="uqd", image=image, mode="denoised", dither="none")
    ends = {p.setting.split()[0]: p for p in points if p.kind == "step"}
    scale = MEASURES[name].scale
    for point in (p for p in points if p.kind == "inside"):
        step = point.setting.split()[0]
        low, high = ends[str(int(step) - 1)], ends[step]
        part = numpy.log(point.bpp / low.bpp) / numpy.log(high.bpp / low.bpp)
        line = (1 - part) * scale(getattr(low, name)) + part * scale(getattr(high, name))
        yield step, line - scale(getattr(point, name))


def print_sag(results):
    print("\nsag: how far cuts inside a step lie below the line between its ends, in dB of each measure's loss (0.17 dB: 4 %); mean, worst")
    measures = results.measures()
    print(f"{'step':<6} " + " ".join(f"{MEASURES[name].title:>15}" for name in measures))
    found = {name: [sag for image in results.images for sag in sags(results, image, name)] for name in measures}
    steps = list(dict.fromkeys(step for step, _ in found["psnr"]))
    for step in steps + ["all"]:
        row = f"{step:<6}"
        for name in measures:
            values = [value for at, value in found[name] if step in (at, "all")]
            row += f" {numpy.mean(values):>+7.3f} {numpy.max(values):>+7.3f}"
        print(row)


def print_lossless(results):
    print(f"\nlossless\n{'codec':<20} {'bytes':>9} {'bpp':>7} {'uqd smaller':>12}")
    ours = {point.image: point.size for point in results.select(codec="uqd", kind="lossless")}
    for codec in ["uqd"] + results.codecs("lossless"):
        group = results.select(codec=codec, kind="lossless")
        won = f"{sum(ours[p.image] < p.size for p in group)}/{len(group)}" if codec != "uqd" else ""
        note = "" if all(p.psnr == numpy.inf for p in group) else "   NOT LOSSLESS"
        print(f"{codec:<20} {mean(group, 'size'):>9.0f} {mean(group, 'bpp'):>7.3f} {won:>12}{note}".rstrip())


def print_cuts(results):
    print("\nPSNR of one file cut at the same byte counts for all; -: no picture for some image; *: some file ends before")
    names = [f"{rate:.3g} bpp" for rate in CUT_RATES]
    print(f"{'codec':<20} " + " ".join(f"{name:>9}" for name in names))
    for codec in ["uqd"] + results.codecs("cut"):
        groups = results.by_setting(codec=codec, kind="cut" if codec != "uqd" else "curve")
        row = f"{codec:<20}"
        for name, rate in zip(names, CUT_RATES):
            group = groups.get(name)
            is_whole = group and mean(group, "psnr") and any(p.bpp < 0.99 * rate for p in group)
            row += f" {cell(mean(group, 'psnr') if group else None, 8, 2)}{'*' if is_whole else ' '}"
        print(row.rstrip())


def print_realism(results):
    """Rows are our steps; a peer's figure is interpolated at the rate of the step."""
    print("\nrealism: sliced Wasserstein distance of patches x 1000, small is good; peers at the rate of the step")
    peers = results.codecs("curve")
    originals = [point.slices for point in sorted(results.select(kind="original"), key=lambda point: point.image)]

    def distance(group):
        return realism.distance([point.slices for point in group], originals)

    def peer_curve(codec):
        groups = results.by_setting(codec=codec, kind="curve").values()
        return sorted({mean(group, "bpp"): distance(group) for group in groups}.items())

    by_mode = {mode: results.by_setting(codec="uqd", kind="step", mode=mode, dither="none") for mode in MODES}
    peer_curves = [numpy.array(peer_curve(codec)).T for codec in peers]
    widths = [max(9, len(name)) for name in (*MODES, *peers)]
    print(f"{'step':<14} {'bpp':>7} " + " ".join(f"{name:>{width}}" for name, width in zip((*MODES, *peers), widths)))
    for setting in list(by_mode["denoised"])[:-1]:
        rate = mean(by_mode["denoised"][setting], "bpp")
        values = [distance(by_mode[mode][setting]) for mode in MODES]
        values += [curves.interpolate(numpy.log(rates), distances, numpy.log(rate)) for rates, distances in peer_curves]
        cells = (cell(value, width, 1) for value, width in zip(values, widths))
        print(f"{setting:<14} {rate:>7.3f} " + " ".join(cells))


def print_published(results):
    print("\nbits per pixel beside published ones (10,000 other images); ours and the peers': mean curve over the images")
    codecs = ["uqd"] + results.codecs("curve")
    names = [*PUBLISHED, *codecs]
    mean_curves = [results.mean_curve(codec) for codec in codecs]

    def print_row(title, values):
        print(f"{title:<9}" + "".join(f" {cell(v, max(8, len(n)), 2)}" for v, n in zip(values, names)))

    print(f"{'PSNR/dB':<9}" + "".join(f" {name:>8}" for name in names))
    for psnr in PUBLISHED["UQDM"][0]:
        theirs = [rates.get(psnr) for rates, _ in PUBLISHED.values()]
        print_row(psnr, theirs + [curves.rate_at(curve, psnr) for curve in mean_curves])
    groups = [results.select(codec=codec, kind="lossless") for codec in codecs]
    theirs = [lossless for _, lossless in PUBLISHED.values()]
    print_row("lossless", theirs + [mean(group, "bpp") if group else None for group in groups])


def write_csv(results, path):
    columns = ("image", "codec", "kind", "setting", "mode", "dither", "size", "bpp", "psnr", "luma_psnr", "ms_ssim", "butteraugli", "ssimulacra")
    with open(path, "w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["bytes" if name == "size" else name for name in columns])
        for point in results.points:
            if point.kind != "original":
                values = (getattr(point, name) for name in columns)
                writer.writerow(f"{value:.6g}" if isinstance(value, float) else value for value in values)
