"""The lattice network: state of a unit -> distribution of its refinement, group by group.

docs/format.md ("Network") gives the same computation operation by operation. Channels are in coding order.
"""
import torch
import torch.nn as nn

from fused import modulated
from lattice import LOG2_SCALE_MAX, LOG2_SCALE_MIN, N_NETWORKS, REFERENCE_LEVEL, STAGE_TYPES, within
from transform import COLOURS

N_DETAILS = 189
N_FEATURES = 3 * (N_DETAILS + COLOURS)


def _conv(n_in, n_out, size):
    return nn.Conv2d(n_in, n_out, size, padding=size // 2, bias=False)


class Affine(nn.Module):
    """Gain and bias per channel that depend on the stage type and on the dither."""

    def __init__(self, width):
        super().__init__()
        self.type_gain = nn.Parameter(torch.zeros(len(STAGE_TYPES), width))
        self.type_bias = nn.Parameter(torch.zeros(len(STAGE_TYPES), width))
        self.dither_gain = nn.Parameter(torch.zeros(2, width))
        self.dither_bias = nn.Parameter(torch.zeros(2, width))

    def gain_and_bias(self, stage_type, dither):
        """[B, width] each."""
        gain = 1 + self.type_gain.index_select(0, stage_type) + self.dither_gain.index_select(0, dither)
        return gain, self.type_bias.index_select(0, stage_type) + self.dither_bias.index_select(0, dither)

    def forward(self, x, stage_type, dither):
        gain, bias = self.gain_and_bias(stage_type, dither)
        return torch.addcmul(bias[:, :, None, None].to(x.dtype), x, gain[:, :, None, None].to(x.dtype))

    def activated(self, x, stage_type, dither):
        return modulated(x, *self.gain_and_bias(stage_type, dither))


class Blocks(nn.ModuleList):
    """Residual blocks of two 3x3 layers."""

    def __init__(self, width, n):
        super().__init__(
            nn.ModuleDict({"inner": _conv(width, width, 3), "affine": Affine(width), "outer": _conv(width, width, 3)})
            for _ in range(n)
        )
        with torch.no_grad():
            for block in self:
                block["outer"].weight.mul_(0.3)

    def forward(self, x, stage_type, dither):
        for block in self:
            x = x + block["outer"](block["affine"].activated(block["inner"](x), stage_type, dither))
        return x


class LatticeNetwork(nn.Module):
    """One set of weights, for the stage types that name it."""

    def __init__(self, order, width=128, blocks=3, denoise_blocks=2):
        super().__init__()
        sizes = order.sizes
        self.order, self.n_groups, self.first = order, len(sizes), order.first
        self.input = _conv(N_FEATURES, width, 1)
        self.input_affine = Affine(width)
        self.blocks = Blocks(width, blocks)
        self.mix = nn.ModuleList(_conv(width, width, 1) for _ in sizes)
        self.mix_affine = nn.ModuleList(Affine(width) for _ in sizes)
        self.out = nn.ModuleList(nn.Conv2d(width, 3 * n, 1) for n in sizes)
        self.context = nn.ModuleList(_conv(2 * n, width, 3) for n in sizes[:-1])
        self.denoise_blocks = Blocks(width, denoise_blocks)
        self.denoise_mix = _conv(width, width, 1)
        self.denoise_affine = Affine(width)
        self.denoise_out = nn.Conv2d(width, 2 * N_DETAILS, 1)
        with torch.no_grad():
            for conv in self.context:
                conv.weight.mul_(0.3)
            for conv, n in [(c, s) for c, s in zip(self.out, sizes)] + [(self.denoise_out, N_DETAILS)]:
                conv.weight.mul_(0.1)
                conv.bias.zero_()
                conv.bias[:n] = 1.0

    @staticmethod
    def features(centre, level, low):
        """Details' centres [B,189,h,w] and levels [B,189,1,1], known low-pass [B,3,h,w]."""
        size, low_size, place = torch.asinh(centre / 20), torch.asinh(low / 20), torch.asinh(centre / 2.0**level)
        return torch.cat((size, low_size, place, low / 64, place.abs(), low_size.abs()), 1)

    def trunk(self, features, stage_type, dither):
        return self.blocks(self.input_affine(self.input(features), stage_type, dither), stage_type, dither)

    def denoise(self, trunk, stage_type, dither):
        """Gate and offset [B,2*189,h,w] of every detail coefficient."""
        x = self.denoise_blocks(trunk, stage_type, dither)
        return self.denoise_out(self.denoise_affine.activated(self.denoise_mix(x), stage_type, dither))

    def group(self, g, hidden, stage_type, dither):
        """Gate, offset and log2 of the scale [B,3*n,h,w] of the coefficients of group g."""
        return self.out[g](self.mix_affine[g].activated(self.mix[g](hidden), stage_type, dither))


class Networks(nn.ModuleList):
    """The networks of a model, by the number that stage types give."""

    def __init__(self, order, width=128, blocks=3, denoise_blocks=2):
        super().__init__(LatticeNetwork(order, width, blocks, denoise_blocks) for _ in range(N_NETWORKS))

    @classmethod
    def like(cls, weights, order):
        """Of the sizes of a stored state, with its weights."""
        networks = cls(order, *sizes_of(weights))
        networks.load_state_dict(weights)
        return networks


def sizes_of(weights):
    """Width, blocks and blocks of the denoiser of a stored state of networks."""
    def count(prefix):
        return sum(name.startswith(prefix) and name.endswith("inner.weight") for name in weights)

    return weights["0.input.weight"].shape[0], count("0.blocks."), count("0.denoise_blocks.")


def context(moved, level_to):
    """What later groups see of a group's refinements (new centre - old centre)."""
    r = torch.asinh(moved / 2.0**level_to)
    return torch.cat((r, r.abs()), 1)


def mean_of(gate, offset, centre, level):
    """Mean of coefficients; the user of it clamps it to the cell."""
    return torch.sigmoid(gate) * centre + offset * 2.0 ** (level.clamp(max=REFERENCE_LEVEL) - 1)


def scale_of(log_scale, level):
    log2_scale = log_scale + level.clamp(max=REFERENCE_LEVEL) - 1
    return torch.exp2(within(log2_scale, LOG2_SCALE_MIN, LOG2_SCALE_MAX))
