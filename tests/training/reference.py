"""What PyTorch computes for one stage: the numbers that the C code must reproduce."""
import torch

from lattice import KINDS, TOP_LEVEL, cell, channel_levels, coding_order, leaving, refine_bits
from network import N_DETAILS, Networks, context, mean_of, scale_of

ORDER = coding_order()
DITHER_LEVEL = 14  # whose one cell holds all dithered coefficients
TOP_SCALE = 16.0  # of the logistic around 0 for their cells down to the top level


def load_networks(checkpoint):
    """The networks of a checkpoint, with the averaged weights that are exported."""
    return Networks.like(torch.load(checkpoint, map_location="cpu")["ema"]).eval()


def levels_of(nominal):
    """[1, 189, 1, 1] level of every channel in coding order."""
    return channel_levels(nominal)[ORDER][None, :, None, None].float()


def top_bits(x, offset):
    """Bits of the cells of dithered coefficients at the top level."""
    from_level, to_level = torch.full_like(x, DITHER_LEVEL), torch.full_like(x, TOP_LEVEL)
    scale = torch.full_like(x, TOP_SCALE)
    bits = refine_bits(x, offset, torch.tensor(True), from_level, to_level, torch.zeros_like(x), scale, DITHER_LEVEL - TOP_LEVEL)
    return float(bits.double().sum())


@torch.no_grad()
def stage(network, details, low, offset, kind, is_late):
    """Codes `details` [189, h, w] in coding order given the unit's low-pass [3, h, w] and the dither's offsets.

    No group sees refinements where is_late [189, h, w]. Returns a dictionary: denoised, mean, log2_scale,
    leaving (0) and around_0 [189, h, w], bits (of the whole stage, the top-level cells of dithered
    coefficients among them).
    """
    x, offset, low = details[None].float(), offset[None], low[None].float()
    dithered = offset.bool().any()
    kinds, dither = torch.tensor([kind]), dithered.long()[None]
    level_from, level_to = levels_of(KINDS[kind].level_from), levels_of(KINDS[kind].level_to)
    most = int((level_from - level_to).max())
    begin, end = cell(x, offset, level_from, dithered)
    new_begin, new_end = cell(x, offset, level_to, dithered)
    centre = (begin + end) / 2
    moved = ((new_begin + new_end) / 2 - centre) * ~is_late
    hidden = network.trunk(network.features(centre, level_from, low), kinds, dither)
    gate, shift = network.denoise(hidden, kinds, dither).chunk(2, 1)
    denoised = mean_of(gate, shift, centre, level_from)
    out = {
        "denoised": torch.minimum(torch.maximum(denoised, begin - 0.5), end + 0.5)[0],
        "mean": torch.empty(N_DETAILS, *x.shape[2:]),
        "log2_scale": torch.empty(N_DETAILS, *x.shape[2:]),
        "leaving": torch.empty(N_DETAILS, *x.shape[2:]),
        "around_0": (centre == 0)[0],
        "bits": 0.0,
    }
    if dithered and KINDS[kind].level_from == TOP_LEVEL:
        out["bits"] += top_bits(x, offset)
    for g in range(network.n_groups):
        rows = slice(network.first[g], network.first[g + 1])
        gate, shift, log_scale = network.group(g, hidden, kinds, dither).chunk(3, 1)
        width = 2.0 ** level_from[:, rows]
        mean = mean_of(gate, shift, centre[:, rows], level_from[:, rows])
        mean = torch.minimum(torch.maximum(mean, centre[:, rows] - width), centre[:, rows] + width)
        scale = scale_of(log_scale, level_from[:, rows])
        out["mean"][rows], out["log2_scale"][rows] = mean[0], torch.log2(scale[0])
        out["leaving"][rows] = leaving(level_from[:, rows], level_to[:, rows], mean, scale)[0]
        bits = refine_bits(
            x[:, rows], offset[:, rows], dithered, level_from[:, rows], level_to[:, rows], mean, scale, most
        )
        out["bits"] += float(bits.double().sum())
        if g + 1 < network.n_groups:
            hidden = hidden + network.context[g](context(moved[:, rows], level_to[:, rows]))
    return out
