"""Nested lattices of cells: states, rates of refinement, stage types (docs/format.md)."""
from dataclasses import dataclass

import torch

from transform import channel_table

TOP_LEVEL = 12  # cells of 0 that hold every coefficient of an 8-bit image
REFERENCE_LEVEL = 7  # means and scales are in units of half a cell up to this level
PROBABILITY_FLOOR = 2.0**-22
LOG2_SCALE_MIN, LOG2_SCALE_MAX = -4.0, 11.0


@dataclass(frozen=True)
class StageType:
    """What one run of the network does: refine a unit from one nominal level to a lower one."""

    coarse: bool  # a unit of the low-pass pyramid rather than the full-size one
    level_from: int
    level_to: int

    @property
    def network(self):
        """Which network runs it: noise levels that are alike share one."""
        return 0 if self.coarse else 1 if self.level_from > 6 else 2 if self.level_from > 3 else 3


N_NETWORKS = 4
STAGE_TYPES = tuple(
    [StageType(False, a, b) for a, b in ((12, 8), (8, 7), (7, 6), (6, 5), (5, 4), (4, 3), (3, 2), (2, 1), (1, 0))]
    + [StageType(True, a, b) for a, b in ((12, 5), (5, 4), (4, 3), (3, 2), (2, 1), (1, 0), (5, 2), (2, 0))]
)


def level_before(stage_type):
    """Where the pass before begins that ends at the nominal level at which this stage type begins; its own if there is none.

    A coarse unit comes to level 2 in two ways; it is the longer one that is often cut off.
    """
    levels = [k.level_from for k in STAGE_TYPES if k.coarse == stage_type.coarse and k.level_to == stage_type.level_from]
    return max(levels, default=stage_type.level_from)


FULL, FIRST, REST = 0, 1, 2  # unit 0, unit 1, all others
STEP_NAMES = ("thumbnail", "256", "128", "64", "32", "16", "8", "4", "2", "lossless")
# (units, nominal level from, nominal level to, step), in coding order. Unit 1 is refined once a step, before the
# full-size unit or behind it, wherever its bits, which lower the error about as much as those of the full-size
# unit's first phase, are less out of place.
STAGES = (
    [(REST, a, b, 0) for a, b in ((12, 5), (5, 2), (2, 0))]
    + [(FIRST, 12, 5, 0), (FULL, 12, 8, 1), (FIRST, 5, 4, 2), (FULL, 8, 7, 2), (FIRST, 4, 3, 3), (FULL, 7, 6, 3)]
    + [(FIRST, 3, 2, 4), (FULL, 6, 5, 4), (FULL, 5, 4, 5), (FIRST, 2, 1, 5), (FIRST, 1, 0, 6), (FULL, 4, 3, 6)]
    + [(FULL, 3, 2, 7), (FULL, 2, 1, 8), (FULL, 1, 0, 9)]
)


def low_levels():
    """By the nominal level where a full-size stage begins: the nominal level of unit 1 at that time."""
    levels, known = {}, TOP_LEVEL
    for units, level_from, level_to, _ in STAGES:
        if units == FULL:
            levels[level_from] = known
        elif units == FIRST:
            known = level_to
    return levels


def level_offsets():
    """[189] levels by which a channel lies above the nominal one, in standard order: minus log2 of its norm."""
    by_level = {3: (-2, -1), 2: (-1, 0), 1: (0, 1)}
    return torch.tensor([by_level[level][subband == 2] for _, level, subband, *_ in channel_table()])


def channel_levels(nominal):
    """[189] lattice level of every channel (standard order) in a state of the given nominal level."""
    if nominal in (TOP_LEVEL, 0):
        return torch.full((len(channel_table()),), nominal)
    return (nominal + level_offsets()).clamp(min=0)


def cell(x, offset, level, dithered):
    """[low, high] of the cell around x, all broadcast; dithered is a boolean tensor."""
    width = 2.0**level
    near = torch.floor(x.abs() / width) * width
    far = near + width - 1
    middle = near == 0
    low = torch.where(middle | (x < 0), -far, near)
    high = torch.where(middle | (x >= 0), far, -near)
    begin = torch.floor((x + offset) / width) * width - offset
    return torch.where(dithered, begin, low), torch.where(dithered, begin + width - 1, high)


def _log_mass(u, v):
    """log of F(v) - F(u), F the logistic CDF, exact in both tails."""
    flip = u + v > 0
    a, b = torch.where(flip, -v, u).clamp(-60, 60), torch.where(flip, -u, v).clamp(-60, 60)
    return torch.log(torch.sigmoid(b) - torch.sigmoid(a) + 1e-30)


class _Within(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, low, high):
        ctx.save_for_backward(x < low, x > high)
        return torch.clamp(x, low, high)

    @staticmethod
    def backward(ctx, upstream):
        below, above = ctx.saved_tensors
        lost = (below & (upstream > 0)) | (above & (upstream < 0))
        return torch.where(lost, torch.zeros_like(upstream), upstream), None, None


def within(x, low, high):
    """x clamped to low .. high. From outside, only gradients pass that bring it back."""
    return _Within.apply(x, low, high)


def refine_bits(x, offset, dithered, level_from, level_to, mean, scale, most):
    """Bits of refining each coefficient from one level to another, symbol by symbol, `most` at most.

    Each symbol is coded under the logistic(mean, scale) truncated to the
    current cell, with the mean clamped to it.
    """
    bits = torch.zeros_like(x)
    for step in range(most):
        level = (level_from - step).clamp(min=1)
        low, high = cell(x, offset, level, dithered)
        child_low, child_high = cell(x, offset, level - 1, dithered)
        m = within(mean, low - 0.5, high + 0.5)
        log_p = _log_mass((child_low - 0.5 - m) / scale, (child_high + 0.5 - m) / scale)
        log_p = log_p - _log_mass((low - 0.5 - m) / scale, (high + 0.5 - m) / scale)
        p = log_p.exp() * (1 - 3 * PROBABILITY_FLOOR) + PROBABILITY_FLOOR
        bits = bits - (level_from - step > level_to) * torch.log2(p)
    return bits


def leaving(level_from, level_to, mean, scale):
    """Probability of a coefficient around 0 not to be around it when its level has been refined."""
    edge, inner = 2.0**level_from - 0.5, 2.0**level_to - 0.5
    mean = torch.minimum(torch.maximum(mean, -edge), edge)
    below, above = ((torch.sigmoid((e - mean) / scale) - torch.sigmoid((-e - mean) / scale)) for e in (inner, edge))
    return 1 - below / above
