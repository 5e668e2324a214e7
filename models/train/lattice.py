"""Nested integer lattices: cells, rates of refinement, stages (docs/format.md)."""
from dataclasses import dataclass

import torch

from transform import channel_table

TOP_LEVEL = 8  # 3**8 = 6561 covers every coefficient of an 8-bit image
PROBABILITY_FLOOR = 2.0**-22


@dataclass(frozen=True)
class Kind:
    """What one run of the network does: refine a unit from one nominal level to the next."""

    coarse: bool  # a unit of the low-pass pyramid rather than the full-size one
    level_from: int
    level_to: int


KINDS = tuple(
    [Kind(False, a, b) for a, b in ((8, 5), (5, 4), (4, 3), (3, 2), (2, 1), (1, 0))]
    + [Kind(True, a, b) for a, b in ((8, 4), (4, 3), (3, 2), (2, 1), (1, 0))]
)


def level_offsets():
    """[189] levels by which a subband lies below the nominal level: wavelet level 3, whose norm is near 3, one."""
    return torch.tensor([-1 if level == 3 else 0 for _, level, *_ in channel_table()])


def channel_levels(nominal):
    """[189] lattice level of every channel in a state of the given nominal level."""
    if nominal == TOP_LEVEL:
        return torch.full((len(channel_table()),), TOP_LEVEL)
    return (nominal + level_offsets()).clamp(min=0)


def channel_groups():
    """[189] group of every channel; groups are coded in turn, each knowing the earlier ones."""
    groups = []
    for colour, level, band, dy, dx in channel_table():
        if colour == 0:
            if level == 3:
                group = 0
            elif level == 2:
                group = 1
            elif band == 2:
                group = 5
            else:
                group = 3 + (dy + dx) % 2
        elif level > 1:
            group = 2
        else:
            group = 5 + colour
        groups.append(group)
    return torch.tensor(groups)


def cell_centre(x, offset, width):
    """Centre of the cell of that width (a power of 3, broadcast) around x."""
    return torch.floor((x + offset + (width - 1) / 2) / width) * width - offset


def _log_mass(middle, half):
    """log of F(middle + half) - F(middle - half), F the logistic CDF, exact in both tails."""
    middle = middle.abs()
    return torch.log(torch.sigmoid(half - middle) - torch.sigmoid(-half - middle) + 1e-30)


def refine_bits(x, offset, width, levels, mean, scale):
    """Bits of refining each coefficient by `levels` (per element) ternary symbols, and the final centre.

    Each symbol is coded under the logistic(mean, scale) truncated to the
    current cell, with the mean clamped to it.
    """
    bits = torch.zeros_like(x)
    centre = cell_centre(x, offset, width)
    inverse_scale = 1 / scale
    for step in range(int(levels.max())):
        active = (levels > step).to(x.dtype)
        half = width / 2
        child_width = width / 3
        child = cell_centre(x, offset, child_width)
        m = torch.minimum(torch.maximum(mean, centre - half), centre + half)
        log_p = _log_mass((child - m) * inverse_scale, child_width / 2 * inverse_scale)
        log_p = log_p - _log_mass((centre - m) * inverse_scale, half * inverse_scale)
        p = log_p.exp() * (1 - 3 * PROBABILITY_FLOOR) + PROBABILITY_FLOOR
        bits = bits - active * torch.log2(p)
        centre = torch.lerp(centre, child, active.expand_as(child))
        width = torch.lerp(width, child_width, active)
    return bits, centre
