"""The loss in C with its own gradients against the one in PyTorch with those of autograd."""
import contextlib
import os
import sys

import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "models", "train"))
import fused
import lattice
import loss
import network
import order
import tap

BITS_LIMIT, GRADIENT_LIMIT = 1e-5, 5e-3  # relative
BFLOAT16 = 2.0**-8
PICTURE_LIMIT = 0.01  # relative, for whole stages in bfloat16
SIDE = 5

torch.manual_seed(1)
NET = network.LatticeNetwork(order.PHASED, width=16, blocks=1)
TABLES = loss.tables(order.PHASED, torch.device("cpu"))
LIBRARY = fused.LIBRARIES["cpu"]


@contextlib.contextmanager
def library(is_used):
    """Within it, the loss in C is used or not."""
    fused.LIBRARIES["cpu"] = LIBRARY if is_used else None
    try:
        yield
    finally:
        fused.LIBRARIES["cpu"] = LIBRARY


class Sample:
    """Coefficients, low-passes and dither for every stage type, without and with dither."""

    def __init__(self, seed):
        random = torch.Generator().manual_seed(seed)
        n = len(lattice.STAGE_TYPES)
        shape = (2 * n, network.N_DETAILS, SIDE, SIDE)
        spread = 2.0 ** (9 * torch.rand(shape, generator=random))
        self.x = torch.round(spread * torch.randn(shape, generator=random)).clamp(-4095, 4095)
        self.low = torch.round(150 * torch.randn((2 * n, 3, SIDE, SIDE), generator=random))
        self.stage_types = torch.arange(n).repeat(2)
        self.most = loss.refinements(NET.order, self.stage_types)
        self.dithered = (torch.arange(2 * n) >= n).long()
        offset = torch.randint(6144, 10240, shape, generator=random).float()
        self.offset = offset * self.dithered[:, None, None, None]
        self.phased = (torch.arange(2 * n) % 3 > 0).long()
        self.random = random

    def state(self, is_fused):
        with library(is_fused):
            return loss.State(NET, self.x, self.low, self.offset, self.stage_types, self.dithered, self.phased, self.most)

    def outputs(self, n, parts):
        """What a last layer might say: gate, offset and log2 of the scale of n channels."""
        out = torch.randn((len(self.stage_types), parts * n, SIDE, SIDE), generator=self.random)
        out[:, :n] *= 2
        if parts == 3:
            out[:, 2 * n :] = 3 * out[:, 2 * n :] - 2
        return out


def need_compiler():
    if LIBRARY is None:
        raise tap.Skip("no gcc: training runs without the loss in C")


def with_gradient(function, out):
    """Value [B], and the gradient of a weighted sum of it."""
    out = out.clone().requires_grad_(True)
    value = function(out)
    weights = torch.linspace(0.5, 2, len(value))
    (value * weights).sum().backward()
    return value.detach(), out.grad, weights


def assert_close(actual, expected, limit, what, where=None):
    """Relative to the typical value of the expected ones."""
    error = (actual - expected).abs() / (expected.abs() + expected.abs().mean())
    if where is not None:
        error = error[where]
    assert (error <= limit).all(), f"{what}: off by up to {float(error.max()):.3g}"


def inputs_agree():
    """Features and contexts are those of PyTorch, rounded to bfloat16."""
    need_compiler()
    sample = Sample(1)
    in_c, plain = sample.state(True), sample.state(False)
    for name, actual, expected in [("features", in_c.features, plain.features)] + [
        (f"context {g}", a, b) for g, (a, b) in enumerate(zip(in_c.contexts, plain.contexts))
    ]:
        assert actual.dtype == torch.bfloat16 and actual.shape == expected.shape, name
        error = (actual.float() - expected).abs()
        assert (error <= BFLOAT16 * expected.abs() + 1e-6).all(), f"{name}: off by up to {float(error.max()):.3g}"


def bits_agree():
    """The rate of every group is that of PyTorch."""
    need_compiler()
    sample = Sample(2)
    in_c, plain = sample.state(True), sample.state(False)
    for g in range(NET.n_groups):
        out = sample.outputs(NET.first[g + 1] - NET.first[g], 3)
        actual, expected = in_c.group_bits(g, out), plain.group_bits(g, out)
        assert ((actual - expected).abs() <= BITS_LIMIT * expected).all(), (g, actual, expected)


class Refinement:
    """Channels of one group, symbol by symbol in double precision: what the gradients should be."""

    def __init__(self, sample, g, out):
        rows = slice(NET.first[g], NET.first[g + 1])
        self.x, self.offset = sample.x[:, rows].double(), sample.offset[:, rows].double()
        self.dithered = (sample.dithered > 0)[:, None, None, None]
        self.level_from = TABLES["from"][sample.stage_types][:, rows, None, None].double()
        self.level_to = TABLES["to"][sample.stage_types][:, rows, None, None].double()
        self.gate, self.shift, self.log_scale = out.double().chunk(3, 1)
        begin, end = lattice.cell(self.x, self.offset, self.level_from, self.dithered)
        self.centre = (begin + end) / 2
        self.mean = network.mean_of(self.gate, self.shift, self.centre, self.level_from)
        self.log2_scale = self.log_scale + self.level_from.clamp(max=lattice.REFERENCE_LEVEL) - 1

    def sides(self, level):
        """Where the mean lies above and below the cells of that level."""
        low, high = lattice.cell(self.x, self.offset, level, self.dithered)
        return self.mean > high + 0.5, self.mean < low - 0.5

    def steps(self):
        for step in range(int((self.level_from - self.level_to).max())):
            level = (self.level_from - step).clamp(min=1)
            yield level, self.level_from - step > self.level_to

    def slope(self):
        """Derivative of all bits by the mean: of a cell that the mean lies outside of, that at its
        end, if it says that the mean should come back."""
        total = torch.zeros_like(self.mean)
        scale = network.scale_of(self.log_scale, self.level_from)
        for level, active in self.steps():
            low, high = lattice.cell(self.x, self.offset, level, self.dithered)
            above, below = self.sides(level)
            # Just inside, where PyTorch lets the gradient pass.
            mean = torch.minimum(torch.maximum(self.mean, low - 0.5 + 1e-9), high + 0.5 - 1e-9).requires_grad_(True)
            bits = lattice.refine_bits(self.x, self.offset, self.dithered, level, level - 1, mean, scale, 1)
            (slope,) = torch.autograd.grad(bits.sum(), mean)
            slope = torch.where(above, slope.clamp(min=0), torch.where(below, slope.clamp(max=0), slope))
            total += slope * active
        return total

    def always_inside(self):
        """Where the mean lies inside all cells that are refined."""
        outside = torch.zeros_like(self.mean, dtype=torch.bool)
        for level, active in self.steps():
            above, below = self.sides(level)
            outside |= (above | below) & active
        return ~outside


def mean_gradients_agree():
    """Gradients by gate and offset are PyTorch's where the mean lies inside every refined cell."""
    need_compiler()
    sample = Sample(3)
    in_c, plain = sample.state(True), sample.state(False)
    for g in range(NET.n_groups):
        n = NET.first[g + 1] - NET.first[g]
        out = sample.outputs(n, 3)
        inside = Refinement(sample, g, out).always_inside()
        assert 0.1 < inside.double().mean() < 0.99
        _, actual, _ = with_gradient(lambda o: in_c.group_bits(g, o), out)
        _, expected, _ = with_gradient(lambda o: plain.group_bits(g, o), out)
        for name, part in (("gate", slice(0, n)), ("offset", slice(n, 2 * n))):
            assert_close(actual[:, part], expected[:, part], GRADIENT_LIMIT, f"group {g}, {name}", inside)


def means_come_back():
    """From outside of a cell, only gradients pass that bring the mean back."""
    need_compiler()
    sample = Sample(4)
    in_c = sample.state(True)
    for g in range(NET.n_groups):
        n = NET.first[g + 1] - NET.first[g]
        out = sample.outputs(n, 3)
        refinement = Refinement(sample, g, out)
        _, actual, weights = with_gradient(lambda o: in_c.group_bits(g, o), out)
        factor = weights[:, None, None, None] / (SIDE**2 * 64)
        reference = 2 ** (refinement.level_from.clamp(max=lattice.REFERENCE_LEVEL) - 1)
        gate = torch.sigmoid(refinement.gate)
        slope = refinement.slope() * factor
        assert_close(actual[:, n : 2 * n], slope * reference, GRADIENT_LIMIT, f"group {g}, offset")
        expected = slope * refinement.centre * gate * (1 - gate)
        assert_close(actual[:, :n], expected, GRADIENT_LIMIT, f"group {g}, gate")
        above, below = refinement.sides(refinement.level_from)
        assert above.any() and below.any()
        assert (actual[:, n : 2 * n][above] >= 0).all() and (actual[:, n : 2 * n][below] <= 0).all(), g


def scale_gradients_agree():
    """Gradients by log2 of the scale are PyTorch's, and beyond its limits bring it back."""
    need_compiler()
    sample = Sample(5)
    in_c, plain = sample.state(True), sample.state(False)
    for g in range(NET.n_groups):
        n = NET.first[g + 1] - NET.first[g]
        out = sample.outputs(n, 3)
        log2_scale = Refinement(sample, g, out).log2_scale
        above, below = log2_scale > lattice.LOG2_SCALE_MAX, log2_scale < lattice.LOG2_SCALE_MIN
        assert above.any() and below.any()
        _, actual, _ = with_gradient(lambda o: in_c.group_bits(g, o), out)
        _, expected, _ = with_gradient(lambda o: plain.group_bits(g, o), out)
        actual, expected = actual[:, 2 * n :], expected[:, 2 * n :]
        assert_close(actual, expected, GRADIENT_LIMIT, f"group {g}", ~(above | below))
        assert (actual[above] >= 0).all() and (actual[below] <= 0).all(), g


def denoised_errors_agree():
    """The error of the denoised picture is PyTorch's; means outside of their cells come back."""
    need_compiler()
    sample = Sample(6)
    in_c, plain = sample.state(True), sample.state(False)
    n = network.N_DETAILS
    out = sample.outputs(n, 2)
    actual, gradient, _ = with_gradient(in_c.denoised_error, out)
    expected, plain_gradient, weights = with_gradient(plain.denoised_error, out)
    assert ((actual - expected).abs() <= BITS_LIMIT * expected).all(), (actual, expected)
    level = plain.level_from[:, :, None, None]
    mean = network.mean_of(*out.chunk(2, 1), plain.centre, level)
    shown = torch.minimum(torch.maximum(mean, plain.bounds[0]), plain.bounds[1])
    outside = mean != shown
    assert 0.1 < outside.float().mean() < 0.9
    for name, part in (("gate", slice(0, n)), ("offset", slice(n, 2 * n))):
        assert_close(gradient[:, part], plain_gradient[:, part], GRADIENT_LIMIT, name, ~outside)
    reference = 2 ** (level.clamp(max=lattice.REFERENCE_LEVEL) - 1)
    factor = weights[:, None, None, None] / (SIDE**2 * 192) * TABLES["energy"][:, None, None]
    back = 2 * (shown - sample.x) * factor * reference
    assert ((back > 0) == (mean > shown))[outside].all()
    assert_close(gradient[:, n:], back, GRADIENT_LIMIT, "offset outside", outside)


def silu_agrees():
    """The activation in bfloat16 and its gradient are those of float32, rounded."""
    need_compiler()
    x = torch.cat((torch.linspace(-12, 12, 4000), torch.linspace(-500, 500, 960))).bfloat16().float()
    exact = x.clone().requires_grad_(True)
    torch.nn.functional.silu(exact).sum().backward()
    ours = x.bfloat16().requires_grad_(True)
    out = fused.silu(ours)
    out.sum().backward()
    for actual, expected in ((out, torch.nn.functional.silu(x)), (ours.grad, exact.grad)):
        assert ((actual.float() - expected).abs() <= 2 * BFLOAT16 * expected.abs() + 1e-6).all()


def stages_agree():
    """Whole stages have the rate and error that they have without the loss in C."""
    need_compiler()
    sample = Sample(7)
    losses = []
    for is_fused in (True, False):
        with library(is_fused), torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            arguments = sample.x, sample.low, sample.offset, sample.stage_types, sample.dithered, sample.phased, sample.most
            losses.append(loss.stage_losses(NET, *arguments))
    for name, actual, expected in zip(("bits", "error"), *losses):
        assert ((actual - expected).abs() <= PICTURE_LIMIT * expected).all(), (name, actual, expected)


def interrupted_agree():
    """So has the picture of an interrupted pass, whose groups stand at two levels."""
    need_compiler()
    sample = Sample(8)
    errors = []
    for is_fused in (True, False):
        torch.manual_seed(5)  # chooses the groups
        with library(is_fused), torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            arguments = sample.x, sample.low, sample.offset, sample.stage_types, sample.dithered
            errors.append(loss.interrupted_error(NET, *arguments))
    assert ((errors[0] - errors[1]).abs() <= PICTURE_LIMIT * errors[1]).all(), errors


def interrupted_levels():
    """Groups that the pass has done stand where it ends, the others where it began."""
    sample = Sample(9)
    torch.manual_seed(6)
    state = loss.Interrupted(NET, sample.x, sample.low, sample.offset, sample.stage_types, sample.dithered)
    seen = set()
    for row, stage_type, done in zip(state.level_from, sample.stage_types.tolist(), state.groups_done[:, 0].tolist()):
        before = lattice.level_before(lattice.STAGE_TYPES[stage_type])
        levels = [lattice.channel_levels(n)[NET.order.channels] for n in (lattice.STAGE_TYPES[stage_type].level_from, before)]
        first = NET.first[done]
        assert torch.equal(row[:first], levels[0][:first].float()), stage_type
        assert torch.equal(row[first:], levels[1][first:].float()), stage_type
        seen.add(done)
    assert len(seen) > 3, seen
    assert lattice.level_before(lattice.StageType(False, 12, 8)) == 12 and lattice.level_before(lattice.StageType(False, 6, 5)) == 7


if __name__ == "__main__":
    tap.main(
        [
            inputs_agree, bits_agree, mean_gradients_agree, means_come_back, scale_gradients_agree,
            denoised_errors_agree, silu_agrees, stages_agree,
            interrupted_agree, interrupted_levels,
        ]
    )
