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


def split_inverts_at_any_length():
    """One wavelet split inverts at every length from 1 to 40."""
    for n in range(1, 41):
        x = torch.randint(-500, 500, (3, n), generator=torch.Generator().manual_seed(n)).to(torch.int32)
        assert torch.equal(transform._merge(*transform._split(x)), x), n


def cells_are_nested():
    """Every cell lies in the cell of the level above, and level 0 is the coefficient."""
    generator = torch.Generator().manual_seed(3)
    x = torch.randint(-2000, 2001, (10000,), generator=generator).float()
    offset = torch.randint(-3280, 3281, x.shape, generator=generator).float()
    assert torch.equal(lattice.cell_centre(x, offset, 1.0), x)
    for level in range(lattice.TOP_LEVEL):
        width = 3.0**level
        child, parent = lattice.cell_centre(x, offset, width), lattice.cell_centre(x, offset, 3 * width)
        assert ((child - x).abs() <= (width - 1) / 2).all(), level
        assert set((child - parent).unique().tolist()) <= {-width, 0.0, width}, level


def probabilities_sum_to_one():
    """The three children of a cell share probability one."""
    width = torch.full((1,), 81.0)
    for mean in (-40.0, -3.2, 0.0, 17.5, 400.0):
        for scale in (0.07, 1.0, 30.0, 2000.0):
            children = torch.tensor([-27.0, 0.0, 27.0])
            bits, centre = lattice.refine_bits(
                children, torch.zeros(3), width.expand(3), torch.ones(3), torch.full((3,), mean),
                torch.full((3,), scale),
            )
            assert torch.equal(centre, children)
            assert abs(float((2.0**-bits).sum()) - 1) < 1e-4, (mean, scale)


if __name__ == "__main__":
    tap.main([colour_inverts, unit_inverts, split_inverts_at_any_length, cells_are_nested, probabilities_sum_to_one])
