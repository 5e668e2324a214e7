"""The Python transform and lattice: what the network is trained on is what the codec codes."""
import itertools
import os
import sys

import torch

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "models", "train"))
import lattice
import order
import synthetic
import tap
import transform


def _picture(seed, width, height):
    return torch.from_numpy(synthetic.picture(seed, width, height)).permute(2, 0, 1).to(torch.int32)


def colours_invert_at_any_size():
    """The finest level with the rotation inverts at every size from 1 x 1 to 20 x 20, for the extremes too."""
    generator = torch.Generator().manual_seed(1)
    for height in range(1, 21):
        for width in range(1, 21):
            noise = torch.randint(0, 256, (3, height, width), generator=generator).to(torch.int32)
            for x in (noise, 255 * (noise > 127)):
                low, subbands = transform.split_colour(x)
                assert low.shape == (3, (height + 1) // 2, (width + 1) // 2)
                assert torch.equal(transform.merge_colour(low, subbands), x), (width, height)


def unit_inverts():
    """A unit of the wavelet inverts exactly, down to one cell, of pixels and of a low-pass."""
    for width, height in ((8, 8), (8, 64), (72, 16), (136, 96)):
        picture = _picture(2, width, height)
        for split, merge in ((transform.split_colour, transform.merge_colour), (transform.split, transform.merge)):
            details, low = transform.unit_forward(picture, split)
            assert details.shape == (189, height // 8, width // 8), (width, height)
            assert torch.equal(transform.unit_inverse(details, low, merge), picture), (width, height)


def split_inverts_at_any_size():
    """One wavelet level inverts at every size from 1 x 1 to 20 x 20."""
    generator = torch.Generator().manual_seed(4)
    for height in range(1, 21):
        for width in range(1, 21):
            x = torch.randint(-500, 500, (3, height, width), generator=generator).to(torch.int32)
            low, subbands = transform.split(x)
            assert low.shape == (3, (height + 1) // 2, (width + 1) // 2)
            assert torch.equal(transform.merge(low, subbands), x), (width, height)


def channels_in_coding_order():
    """Groups follow each other in the coding order, each in the standard one; those of all orders are the same sets."""
    for known in order.ORDERS.values():
        channels, groups = known.channels, known.groups
        assert sorted(channels.tolist()) == list(range(189)), known.name
        assert (groups[channels].diff() >= 0).all(), known.name
        assert (channels.diff()[groups[channels].diff() == 0] > 0).all(), known.name
        assert groups.max() + 1 == len(known.sets) and sorted(known.sets) == sorted(order.PHASED.sets), known.name


def orders_begin_where_they_say():
    """Phases begin with the finest luma, coarse first is luma's level 3, and chroma's level 1 is the last."""
    table = transform.channel_table()
    for known, first in ((order.PHASED, (0, 1, 2)), (order.COARSE_FIRST, (0, 3, 0))):
        assert table[known.channels[0]][:3] == first, known.name
    colours = [table[channel][:2] for channel in order.COARSE_FIRST.channels[-96:]]
    assert colours == [(1, 1)] * 48 + [(2, 1)] * 48
    full = [stage_type for stage_type in lattice.STAGE_TYPES if not stage_type.coarse]
    assert [order.PHASED.phased(stage_type) for stage_type in full] == [1] * 9
    assert [order.COARSE_FIRST.phased(stage_type) for stage_type in full] == [2, 2, 2, 2, 2, 1, 1, 1, 2]
    assert not any(known.phased(stage_type) for known in order.ORDERS.values() for stage_type in lattice.STAGE_TYPES if stage_type.coarse)


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
    for stage_type, each in itertools.product(lattice.STAGE_TYPES, order.ORDERS.values()):
        begin, end = (each.channel_levels(level, stage_type.coarse) for level in (stage_type.level_from, stage_type.level_to))
        assert (begin >= end).all() and (begin > end).any() and (begin <= lattice.TOP_LEVEL).all(), stage_type
    assert (lattice.channel_levels(0) == 0).all()
    assert (lattice.channel_levels(lattice.TOP_LEVEL) == lattice.TOP_LEVEL).all()


def phases_follow_the_gain():
    """What a stage codes first: large gains. Thresholds fall from phase to phase and with the channel's norm."""
    n_thresholds = len(order.PHASED.gains)
    thresholds, others = order.PHASED.phases()
    assert thresholds.shape == (n_thresholds, 189) and others.shape == (189,)
    assert (thresholds.diff(dim=0) < 0).all() and (thresholds > 0).all() and (thresholds < 65536).all()
    table = transform.channel_table()
    finest, coarsest = table.index((0, 1, 2, 0, 0)), table.index((0, 3, 0, 0, 0))
    assert (thresholds[:, finest] < thresholds[:, coarsest]).all() and others[finest] < others[coarsest]
    assert others.min() == 0 and others.max() <= n_thresholds


def leaving_is_a_probability():
    """The chance to leave 0 is that of the cells of the next level; around 0 it grows with the scale."""
    level = torch.tensor(5.0)
    for mean in (-20.0, 0.0, 3.0, 200.0):
        chances = []
        for scale in (0.5, 4.0, 40.0):
            mean_, scale_ = torch.tensor(mean), torch.tensor(scale)
            x = torch.arange(-15, 16).float()
            none, ones = torch.zeros_like(x), torch.ones_like(x)
            bits = lattice.refine_bits(
                x[:1] * 0, none[:1], torch.tensor(False), ones[:1] * 5, ones[:1] * 4, mean_, scale_, 1
            )
            chances.append(float(lattice.leaving(level, level - 1, mean_, scale_)))
            assert abs(chances[-1] - (1 - 2.0 ** -float(bits))) < 1e-5, (mean, scale)
        assert abs(mean) > 15 or chances == sorted(chances), mean


def probabilities_sum_to_one():
    """The integers of a cell share probability one."""
    for low, high, level in ((-15, 15, 4), (16, 31, 4), (-3, -2, 1), (-4095, 4095, 12)):
        x = torch.arange(low, high + 1).float()
        none, ones = torch.zeros_like(x), torch.ones_like(x)
        for mean in (-40.0, -3.2, 0.0, 17.5, 400.0):
            for scale in (0.07, 1.0, 30.0, 2000.0):
                bits = lattice.refine_bits(
                    x, none, torch.tensor(False), ones * level, none, ones * mean, ones * scale, level
                )
                total = float((2.0 ** -bits.double()).sum())
                assert abs(total - 1) < 2e-3, (low, high, mean, scale, total)


if __name__ == "__main__":
    tap.main(
        [
            colours_invert_at_any_size, unit_inverts, split_inverts_at_any_size, channels_in_coding_order,
            orders_begin_where_they_say, cells_are_nested, levels_nest_too, phases_follow_the_gain, leaving_is_a_probability,
            probabilities_sum_to_one,
        ]
    )
