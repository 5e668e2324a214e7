"""The Python transform and lattice: what the network is trained on is what the codec codes."""
import os
import sys

import torch

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "models", "train"))
import lattice
import synthetic
import tap
import transform


def _planes(seed, width, height):
    return transform.colour_forward(torch.from_numpy(synthetic.picture(seed, width, height)).permute(2, 0, 1))


def colour_inverts():
    """The colour rotation inverts exactly."""
    pixels = torch.randint(0, 256, (3, 50, 70), generator=torch.Generator().manual_seed(1)).to(torch.int32)
    assert torch.equal(transform.colour_inverse(transform.colour_forward(pixels)), pixels)


def unit_inverts():
    """A unit of the wavelet inverts exactly, down to one cell."""
    for width, height in ((8, 8), (8, 64), (72, 16), (136, 96)):
        planes = _planes(2, width, height)
        details, low = transform.unit_forward(planes)
        assert details.shape == (189, height // 8, width // 8), (width, height)
        assert torch.equal(transform.unit_inverse(details, low), planes), (width, height)


def split_inverts_at_any_size():
    """One wavelet level inverts at every size from 1 x 1 to 20 x 20."""
    generator = torch.Generator().manual_seed(4)
    for height in range(1, 21):
        for width in range(1, 21):
            x = torch.randint(-500, 500, (3, height, width), generator=generator).to(torch.int32)
            low, bands = transform._split_2d(x)
            assert low.shape == (3, (height + 1) // 2, (width + 1) // 2)
            assert torch.equal(transform._merge_2d(low, bands), x), (width, height)


def channels_in_coding_order():
    """Groups follow each other in the coding order, each in the standard one."""
    order, groups = lattice.coding_order(), lattice.channel_groups()
    assert sorted(order.tolist()) == list(range(189))
    assert (groups[order].diff() >= 0).all()
    assert (order.diff()[groups[order].diff() == 0] > 0).all()


def _samples():
    generator = torch.Generator().manual_seed(3)
    x = torch.randint(-4095, 4096, (10000,), generator=generator).float()
    x[:5000] = torch.trunc(x[:5000] / 2.0 ** torch.arange(5000).remainder(12))
    return x, torch.randint(6144, 10240, x.shape, generator=generator).float()


def cells_are_nested():
    """Every cell holds its coefficient and lies in the cell of the level above; level 0 is the coefficient."""
    x, offset = _samples()
    for dithered in (torch.tensor(False), torch.tensor(True)):
        before = lattice.cell(x, offset, torch.tensor(0.0), dithered)
        assert torch.equal(before[0], x) and torch.equal(before[1], x)
        for level in range(1, lattice.TOP_LEVEL + 1):
            low, high = lattice.cell(x, offset, torch.tensor(float(level)), dithered)
            assert (low <= before[0]).all() and (before[1] <= high).all(), level
            around_0 = (x.abs() < 2**level) & ~dithered
            width = torch.where(around_0, 2.0 ** (level + 1) - 1, 2.0**level)
            assert torch.equal(high - low + 1, width), level
            before = low, high
    assert (low + offset).remainder(2**lattice.TOP_LEVEL).eq(0).all()


def levels_nest_too():
    """A channel's level never rises from a stage to the next, and ends at 0."""
    for kind in lattice.KINDS:
        drop = lattice.channel_levels(kind.level_from) - lattice.channel_levels(kind.level_to)
        assert (drop >= 0).all() and (drop > 0).any(), kind
    assert (lattice.channel_levels(0) == 0).all()
    assert (lattice.channel_levels(lattice.TOP_LEVEL) == lattice.TOP_LEVEL).all()


def probabilities_sum_to_one():
    """The integers of a cell share probability one."""
    for low, high, level in ((-15, 15, 4), (16, 31, 4), (-3, -2, 1), (-4095, 4095, 12)):
        x = torch.arange(low, high + 1).float()
        none, ones = torch.zeros_like(x), torch.ones_like(x)
        for mean in (-40.0, -3.2, 0.0, 17.5, 400.0):
            for scale in (0.07, 1.0, 30.0, 2000.0):
                bits = lattice.refine_bits(
                    x, none, torch.tensor(False), ones * level, none, ones * mean, ones * scale
                )
                total = float((2.0 ** -bits.double()).sum())
                assert abs(total - 1) < 2e-3, (low, high, mean, scale, total)


if __name__ == "__main__":
    tap.main(
        [
            colour_inverts, unit_inverts, split_inverts_at_any_size, channels_in_coding_order, cells_are_nested,
            levels_nest_too, probabilities_sum_to_one,
        ]
    )
