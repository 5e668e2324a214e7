"""Rate-distortion curves: interpolation, and what a curve saves against another (BD-rate)."""
import dataclasses

import numpy
from scipy.interpolate import PchipInterpolator


@dataclasses.dataclass
class Saving:
    """The difference of two curves of one image."""

    percent: float  # of the peer's rate; negative if ours needs less
    low: float  # the range of PSNR that both curves cover
    high: float


def envelope(points):
    """Rates and PSNR without the points that a cheaper one equals; both increase strictly."""
    kept = []
    for rate, psnr in sorted(points):
        if numpy.isfinite(psnr) and (not kept or psnr > kept[-1][1]):
            if kept and rate == kept[-1][0]:
                kept.pop()
            kept.append((rate, psnr))
    return numpy.array(kept).reshape(-1, 2).T


def interpolate(x, y, at):
    """Monotone piecewise cubic; None outside the curve."""
    if len(x) < 2 or not x[0] <= at <= x[-1]:
        return None
    return float(PchipInterpolator(x, y)(at))


def rate_at(points, psnr):
    """Bits per pixel where the curve reaches that PSNR, or None."""
    rates, decibels = envelope(points)
    log_rate = interpolate(decibels, numpy.log(rates), psnr)
    return None if log_rate is None else float(numpy.exp(log_rate))


def psnr_at(points, rate):
    """PSNR where the curve costs that rate, or None."""
    rates, decibels = envelope(points)
    return interpolate(numpy.log(rates), decibels, numpy.log(rate))


def bd_rate(ours, theirs, above, least=0.5):
    """Bjontegaard's mean difference in rate over the PSNR that both curves reach and that is `above`.

    Both are lists of (bits per pixel, PSNR), or of another quality that grows with it. None if they share less than `least`.
    """
    ours, theirs = envelope(ours), envelope(theirs)
    if min(ours.shape[1], theirs.shape[1]) < 2:
        return None
    low = max(ours[1][0], theirs[1][0], above)
    high = min(ours[1][-1], theirs[1][-1])
    if high - low < least:
        return None
    areas = [PchipInterpolator(psnr, numpy.log(rate)).integrate(low, high) for rate, psnr in (ours, theirs)]
    return Saving(100 * (numpy.exp((areas[0] - areas[1]) / (high - low)) - 1), low, high)
