"""The lattice network: state of a unit -> distribution of its refinement, group by group.

docs/format.md ("Network") gives the same computation operation by operation.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F

from lattice import KINDS, channel_groups
from transform import COLOURS

N_DETAILS = 189
N_FEATURES = 2 * (N_DETAILS + COLOURS)
MAX_OFFSET_WIDTH = 243.0
OFFSET_SCALE = 0.3
LOG2_SCALE_MIN, LOG2_SCALE_MAX = -4.0, 11.0


class Affine(nn.Module):
    """Gain and bias per channel that depend on the kind of stage and on the dither."""

    def __init__(self, width):
        super().__init__()
        self.kind_gain = nn.Parameter(torch.zeros(len(KINDS), width))
        self.kind_bias = nn.Parameter(torch.zeros(len(KINDS), width))
        self.dither_gain = nn.Parameter(torch.zeros(2, width))
        self.dither_bias = nn.Parameter(torch.zeros(2, width))

    def forward(self, x, kind, dither):
        gain = 1 + self.kind_gain[kind] + self.dither_gain[dither]
        bias = self.kind_bias[kind] + self.dither_bias[dither]
        return torch.addcmul(bias[:, :, None, None].to(x.dtype), x, gain[:, :, None, None].to(x.dtype))


def _conv(n_in, n_out, size):
    return nn.Conv2d(n_in, n_out, size, padding=size // 2, bias=False)


class LatticeNetwork(nn.Module):
    def __init__(self, width=128, blocks=3):
        super().__init__()
        groups = channel_groups()
        self.n_groups = int(groups.max()) + 1
        self.members = [torch.nonzero(groups == g).flatten() for g in range(self.n_groups)]
        sizes = [len(m) for m in self.members]
        self.input = _conv(N_FEATURES, width, 1)
        self.input_affine = Affine(width)
        self.block_in = nn.ModuleList(_conv(width, width, 3) for _ in range(blocks))
        self.block_affine = nn.ModuleList(Affine(width) for _ in range(blocks))
        self.block_out = nn.ModuleList(_conv(width, width, 3) for _ in range(blocks))
        self.mix = nn.ModuleList(_conv(width, width, 1) for _ in sizes)
        self.mix_affine = nn.ModuleList(Affine(width) for _ in sizes)
        self.out = nn.ModuleList(nn.Conv2d(width, 3 * n, 1) for n in sizes)
        self.context = nn.ModuleList(_conv(2 * n, width, 3) for n in sizes[:-1])
        self.denoise_mix = _conv(width, width, 1)
        self.denoise_affine = Affine(width)
        self.denoise_out = nn.Conv2d(width, 2 * N_DETAILS, 1)
        with torch.no_grad():
            for conv in self.block_out:
                conv.weight.mul_(0.3)
            for conv in self.context:
                conv.weight.mul_(0.3)
            for conv, n in [(c, s) for c, s in zip(self.out, sizes)] + [(self.denoise_out, N_DETAILS)]:
                conv.weight.mul_(0.1)
                conv.bias.zero_()
                conv.bias[:n] = 1.0

    @staticmethod
    def features(centre, width, low):
        """Details' centres [B,189,h,w] and cell widths [B,189,1,1], known low-pass [B,3,h,w]."""
        return torch.cat(
            (torch.asinh(centre / 20), torch.asinh(low / 20), torch.asinh(1.5 * centre / width), low / 64), 1
        )

    def trunk(self, features, kind, dither):
        x = self.input_affine(self.input(features), kind, dither)
        for first, affine, second in zip(self.block_in, self.block_affine, self.block_out):
            x = x + second(F.silu(affine(first(x), kind, dither)))
        return x

    def denoise(self, trunk, kind, dither, centre, width):
        """Mean of every detail coefficient, clamped to its cell."""
        x = F.silu(self.denoise_affine(self.denoise_mix(trunk), kind, dither))
        gate, offset = self.denoise_out(x).float().split(N_DETAILS, 1)
        return _mean(gate, offset, centre, width)

    def group(self, g, hidden, kind, dither, centre, width):
        """Mean and scale of the coefficients of group g."""
        x = F.silu(self.mix_affine[g](self.mix[g](hidden), kind, dither))
        gate, offset, log_scale = self.out[g](x).float().chunk(3, 1)
        members = self.members[g]
        centre, width = centre[:, members], width[:, members]
        reference = width.clamp(max=MAX_OFFSET_WIDTH) * OFFSET_SCALE
        log2_scale = (log_scale + torch.log2(reference)).clamp(LOG2_SCALE_MIN, LOG2_SCALE_MAX)
        return _mean(gate, offset, centre, width), torch.exp2(log2_scale)

    def add_context(self, g, hidden, centre, new_centre, new_width):
        """Lets the later groups see the refinements of group g."""
        members = self.members[g]
        r = torch.asinh((new_centre - centre[:, members]) / new_width[:, members])
        return hidden + self.context[g](torch.cat((r, r.abs()), 1))


def _mean(gate, offset, centre, width):
    reference = width.clamp(max=MAX_OFFSET_WIDTH) * OFFSET_SCALE
    mean = torch.addcmul(offset * reference, torch.sigmoid(gate), centre)
    return torch.minimum(torch.maximum(mean, centre - width / 2), centre + width / 2)
