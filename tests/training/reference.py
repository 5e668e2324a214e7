"""What PyTorch computes for one stage: the numbers that the C code must reproduce."""
import torch

from lattice import KINDS, TOP_LEVEL, cell_centre, channel_levels, refine_bits
from network import N_DETAILS, LatticeNetwork

TOP_SCALE = 16.0  # of the logistic around 0 for the top-level cells of dithered coefficients


def load_network(checkpoint):
    """The network of a checkpoint, with the averaged weights that are exported."""
    weights = torch.load(checkpoint, map_location="cpu")["ema"]
    blocks = len([name for name in weights if name.startswith("block_in.")])
    network = LatticeNetwork(weights["input.weight"].shape[0], blocks)
    network.load_state_dict(weights)
    return network.eval()


def top_bits(x, offset):
    """Bits of the cells at the top level: three of them reach every coefficient, the middle one is likely."""
    bits, _ = refine_bits(
        x, offset, torch.full_like(x, 3.0 ** (TOP_LEVEL + 1)), torch.ones_like(x), torch.zeros_like(x),
        torch.full_like(x, TOP_SCALE),
    )
    return float(bits.double().sum())


@torch.no_grad()
def stage(network, details, low, offset, kind):
    """Codes `details` [189, h, w] given the unit's low-pass [3, h, w] and the dither's offsets.

    Returns a dictionary: denoised, mean and log2_scale [189, h, w], bits (of the whole stage, the
    top-level cells of dithered coefficients among them).
    """
    x, offset, low = details[None].float(), offset[None], low[None].float()
    kinds, dither = torch.tensor([kind]), torch.tensor([int(bool(offset.any()))])
    level_from = channel_levels(KINDS[kind].level_from)[None, :, None, None]
    level_to = channel_levels(KINDS[kind].level_to)[None, :, None, None]
    width, new_width = 3.0**level_from, 3.0**level_to
    centre, new_centre = cell_centre(x, offset, width), cell_centre(x, offset, new_width)
    hidden = network.trunk(network.features(centre, width, low), kinds, dither)
    out = {
        "denoised": network.denoise(hidden, kinds, dither, centre, width)[0],
        "mean": torch.empty(N_DETAILS, *x.shape[2:]),
        "log2_scale": torch.empty(N_DETAILS, *x.shape[2:]),
        "bits": 0.0,
    }
    if dither and KINDS[kind].level_from == TOP_LEVEL:
        out["bits"] += top_bits(x, offset)
    for g, members in enumerate(network.members):
        mean, scale = network.group(g, hidden, kinds, dither, centre, width)
        out["mean"][members], out["log2_scale"][members] = mean[0], torch.log2(scale[0])
        bits, _ = refine_bits(
            x[:, members], offset[:, members], width[:, members].expand_as(mean),
            (level_from - level_to)[:, members], mean, scale,
        )
        out["bits"] += float(bits.double().sum())
        if g < network.n_groups - 1:
            hidden = network.add_context(g, hidden, centre, new_centre[:, members], new_width)
    return out
