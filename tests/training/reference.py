"""One stage in PyTorch: the numbers that the C code must reproduce, or be near to."""
import torch

from lattice import STAGE_TYPES, TOP_LEVEL, cell, channel_levels, leaving, refine_bits
from network import N_DETAILS, context, mean_of, scale_of

DITHER_LEVEL = 14  # whose one cell holds all dithered coefficients
TOP_SCALE = 16.0  # of the logistic around 0 for their cells down to the top level


def levels_of(nominal, order):
    """[1, 189, 1, 1] level of every channel in coding order."""
    return channel_levels(nominal)[order.channels][None, :, None, None].float()


def top_bits(x, offset):
    """Bits of the cells of dithered coefficients at the top level."""
    from_level, to_level = torch.full_like(x, DITHER_LEVEL), torch.full_like(x, TOP_LEVEL)
    scale = torch.full_like(x, TOP_SCALE)
    bits = refine_bits(x, offset, torch.tensor(True), from_level, to_level, torch.zeros_like(x), scale, DITHER_LEVEL - TOP_LEVEL)
    return float(bits.double().sum())


class Trained:
    """A network as it is trained, in single precision, for the states of one stage type and dither."""

    def __init__(self, network, stage_type, dithered):
        self.network = network
        self.state = torch.tensor([stage_type]), torch.tensor([int(dithered)])

    def trunk(self, centre, level, low):
        return self.network.trunk(self.network.features(centre, level, low), *self.state)

    def denoise(self, trunk, centre, level):
        return mean_of(*self.network.denoise(trunk, *self.state).chunk(2, 1), centre, level)

    def group(self, g, hidden, centre, level):
        gate, shift, log_scale = self.network.group(g, hidden, *self.state).chunk(3, 1)
        width, mean = 2.0**level, mean_of(gate, shift, centre, level)
        mean = torch.minimum(torch.maximum(mean, centre - width), centre + width)
        return mean, torch.log2(scale_of(log_scale, level))

    def with_context(self, g, hidden, moved, level):
        return hidden + self.network.context[g](context(moved, level))


@torch.no_grad()
def stage(network, order, details, low, offset, stage_type, is_late):
    """Codes `details` [189, h, w] in the coding order given the unit's low-pass [3, h, w] and the dither's offsets.

    The network is Trained or quantised.Quantised. No group sees refinements where is_late [189, h, w]. Returns a
    dictionary: denoised, mean, log2_scale, leaving (0) and around_0 [189, h, w], bits (of the whole stage, the
    top-level cells of dithered coefficients among them).
    """
    x, offset, low = details[None].float(), offset[None], low[None].float()
    dithered = offset.bool().any()
    level_from, level_to = (levels_of(level, order) for level in (STAGE_TYPES[stage_type].level_from, STAGE_TYPES[stage_type].level_to))
    most = int((level_from - level_to).max())
    begin, end = cell(x, offset, level_from, dithered)
    new_begin, new_end = cell(x, offset, level_to, dithered)
    centre = (begin + end) / 2
    moved = ((new_begin + new_end) / 2 - centre) * ~is_late
    hidden = network.trunk(centre, level_from, low)
    denoised = network.denoise(hidden, centre, level_from)
    out = {
        "denoised": torch.minimum(torch.maximum(denoised, begin - 0.5), end + 0.5)[0],
        "mean": torch.empty(N_DETAILS, *x.shape[2:]),
        "log2_scale": torch.empty(N_DETAILS, *x.shape[2:]),
        "leaving": torch.empty(N_DETAILS, *x.shape[2:]),
        "around_0": (centre == 0)[0],
        "bits": 0.0,
    }
    if dithered and STAGE_TYPES[stage_type].level_from == TOP_LEVEL:
        out["bits"] += top_bits(x, offset)
    for g, rows in enumerate(map(slice, order.first[:-1], order.first[1:])):
        level, level_next = level_from[:, rows], level_to[:, rows]
        mean, log2_scale = network.group(g, hidden, centre[:, rows], level)
        scale = 2.0**log2_scale
        out["mean"][rows], out["log2_scale"][rows] = mean[0], log2_scale[0]
        out["leaving"][rows] = leaving(level, level_next, mean, scale)[0]
        bits = refine_bits(x[:, rows], offset[:, rows], dithered, level, level_next, mean, scale, most)
        out["bits"] += float(bits.double().sum())
        if g + 1 < len(order.sizes):
            hidden = network.with_context(g, hidden, moved[:, rows], level_next)
    return out
