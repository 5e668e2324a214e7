"""Rate and denoised error of stages with their gradients: in compiled code, or in PyTorch where there is none."""
import ctypes
import functools

import torch

import transform
from fused import call, dense, empty, is_fused
from lattice import STAGE_TYPES, cell, channel_table, leaving, level_before, refine_bits, within
from network import N_FEATURES, LatticeNetwork, context, mean_of, scale_of

ENERGY = torch.tensor([transform.SUBBAND_NORMS[level][subband == 2] ** 2 for _, level, subband, *_ in channel_table()])


@functools.lru_cache(maxsize=None)
def levels(order):
    """[types, 189] of every channel in standard order: where a stage begins, where it ends, and where the one before begins."""
    return tuple(
        torch.stack([order.channel_levels(nominal(k), k.coarse) for k in STAGE_TYPES])
        for nominal in (lambda k: k.level_from, lambda k: k.level_to, level_before)
    )


@functools.lru_cache(maxsize=None)
def tables(order, device):
    """The constants that stages need, on a device, channels in the coding order.

    first and later: whether a coefficient is of the first phase, by its least probability to leave 0, and
    whether it is not, beside 0; both 0 in an order without phases.
    """
    thresholds, others = order.phases()
    by_channel = {
        **{name: table.float() for name, table in zip(("from", "to", "before"), levels(order))}, "energy": ENERGY,
        "first": thresholds[:1].sum(0) / 65536, "later": (others > 0).int(),
    }
    constants = {name: table[..., order.channels].contiguous() for name, table in by_channel.items()}
    constants["phased"] = torch.tensor([order.is_phased(k) for k in STAGE_TYPES]).int()
    constants["groups"] = order.groups[order.channels]
    return {name: table.to(device) for name, table in constants.items()}


def refinements(order, stage_types):
    """Most symbols that a coefficient has in stages of these types [B]."""
    begin, end, _ = levels(order)
    return int((begin[stage_types] - end[stage_types]).max())


class _GroupBits(torch.autograd.Function):
    """Bits per pixel of a group [B] from the head's output, through the library."""

    @staticmethod
    def forward(ctx, out, state, first, n, context):
        out, device = dense(out.to(state.out_type)), out.device
        b, _, h, w = out.shape
        bits = torch.zeros(b, dtype=torch.float64, device=device)
        gradient = empty(out.shape, state.out_type, device)
        call(
            "group_bits", device, b, h * w, first, n, out, state.x, state.offset, state.dithered, state.phased,
            state.level_from, state.level_to, state.tables["first"], state.tables["later"], bits, gradient, context,
        )
        ctx.save_for_backward(gradient)
        ctx.scale = 1 / (h * w * transform.BLOCK**2)
        return (bits / transform.BLOCK**2).float()

    @staticmethod
    def backward(ctx, upstream):
        (gradient,) = ctx.saved_tensors
        return gradient * (upstream * ctx.scale).to(gradient.dtype)[:, None, None, None], None, None, None, None


class _DenoisedError(torch.autograd.Function):
    """Mean squared error of the denoised picture [B], through the library."""

    @staticmethod
    def forward(ctx, out, state):
        out, device = dense(out.to(state.out_type)), out.device
        b, _, h, w = out.shape
        error = torch.zeros(b, dtype=torch.float64, device=device)
        gradient = empty(out.shape, state.out_type, device)
        call(
            "denoised_error", device, b, h * w, out, state.x, state.offset, state.dithered, state.level_from,
            state.tables["energy"], error, gradient,
        )
        ctx.save_for_backward(gradient)
        ctx.scale = 1 / (h * w * transform.BLOCK_CHANNELS)
        return (error / transform.BLOCK_CHANNELS).float()

    @staticmethod
    def backward(ctx, upstream):
        (gradient,) = ctx.saved_tensors
        return gradient * (upstream * ctx.scale).to(gradient.dtype)[:, None, None, None], None


class State:
    """Details x [B,189,h,w] in the coding order of the network and what a stage of stage_types [B] knows of them.

    most: at least refinements(stage_types). phased [B]: whether what later phases refine is hidden, where the stage
    can have phases.
    """

    def __init__(self, net, x, low, offset, stage_types, dithered, phased, most):
        self.fused, self.tables = is_fused(x), tables(net.order, x.device)
        self.out_type = torch.float32 if x.device.type == "cpu" else torch.bfloat16
        self.x, self.offset = dense(x), dense(offset)
        self.dithered = dithered.int()
        self.level_from, self.level_to = self._levels(stage_types)
        self.phased = self.tables["phased"][stage_types] * phased.int()
        self.first, self.most = net.first, most
        if self.fused:
            self._prepare(dense(low))
        else:
            self._prepare_plain(low)

    def _levels(self, stage_types):
        """Of every channel [B,189]: where the stage begins and ends."""
        return self.tables["from"][stage_types], self.tables["to"][stage_types]

    def _prepare(self, low):
        b, c, h, w = self.x.shape
        first = self.first
        self.features = empty((b, N_FEATURES, h, w), torch.bfloat16, self.x.device)
        self.contexts = [
            empty((b, 2 * (end - begin), h, w), torch.bfloat16, self.x.device)
            for begin, end in zip(first[:-2], first[1:-1])
        ]
        pointers = (ctypes.c_void_p * len(self.contexts))(*[t.data_ptr() for t in self.contexts])
        call(
            "prepare", self.x.device, b, h * w, len(first) - 1, (ctypes.c_int * len(first))(*first), self.x,
            self.offset, low, self.dithered, self.level_from, self.level_to, self.features, pointers,
        )

    def _prepare_plain(self, low):
        self.plain_from, self.plain_to = (t[:, :, None, None] for t in (self.level_from, self.level_to))
        # Where this is set, all coefficients are of the first phase.
        self.unphased = ((self.dithered > 0) | (self.phased == 0))[:, None, None, None]
        self.is_dithered = self.dithered[:, None, None, None] > 0
        begin, end = cell(self.x, self.offset, self.plain_from, self.is_dithered)
        new_begin, new_end = cell(self.x, self.offset, self.plain_to, self.is_dithered)
        self.centre, self.bounds = (begin + end) / 2, (begin - 0.5, end + 0.5)
        self.features = LatticeNetwork.features(self.centre, self.plain_from, low)
        moved = (new_begin + new_end) / 2 - self.centre
        self.contexts = [
            context(moved[:, begin:end], self.plain_to[:, begin:end])
            for begin, end in zip(self.first[:-2], self.first[1:-1])
        ]

    def group_bits(self, g, out):
        """Bits per pixel [B] of a group from the head's output; takes out of its context what phases after the
        first refine."""
        first, n = self.first[g], self.first[g + 1] - self.first[g]
        seen = self.contexts[g] if g < len(self.contexts) else None
        if self.fused:
            return _GroupBits.apply(out, self, first, n, seen)
        rows = slice(first, first + n)
        gate, shift, log_scale = out.float().chunk(3, 1)
        level_from, level_to = self.plain_from[:, rows], self.plain_to[:, rows]
        mean, scale = mean_of(gate, shift, self.centre[:, rows], level_from), scale_of(log_scale, level_from)
        if seen is not None:
            chances = leaving(level_from, level_to, mean.detach(), scale.detach())
            first_phase, later = (self.tables[name][rows, None, None] for name in ("first", "later"))
            late = torch.where(self.centre[:, rows] == 0, chances < first_phase, later > 0) & ~self.unphased
            self.contexts[g] = seen * ~torch.cat((late, late), 1)
        bits = refine_bits(
            self.x[:, rows], self.offset[:, rows], self.is_dithered, level_from, level_to, mean, scale, self.most
        )
        return bits.mean((2, 3)).sum(1) / transform.BLOCK**2

    def denoised_error(self, out):
        if self.fused:
            return _DenoisedError.apply(out, self)
        gate, shift = out.float().chunk(2, 1)
        energy = self.tables["energy"][None, :, None, None]
        mean = within(mean_of(gate, shift, self.centre, self.plain_from), *self.bounds)
        return ((mean - self.x) ** 2 * energy).mean((2, 3)).sum(1) / transform.BLOCK_CHANNELS


class Interrupted(State):
    """What is known when the pass before a stage was cut off: groups as far as a random one stand where the stage
    begins, the others where that pass began."""

    def __init__(self, net, x, low, offset, stage_types, dithered):
        self.n_groups, self.groups_done = net.n_groups, torch.randint(0, net.n_groups, (len(x), 1), device=x.device)
        super().__init__(net, x, low, offset, stage_types, dithered, torch.zeros_like(stage_types), 0)

    def _levels(self, stage_types):
        begin, before = (self.tables[name][stage_types] for name in ("from", "before"))
        levels = torch.where(self.tables["groups"] < self.groups_done, begin, before)
        return levels, levels


def denoised_error(net, state, stage_types, dithered):
    """Error of the picture that the denoiser makes of a State [B]."""
    return state.denoised_error(net.denoise(net.trunk(state.features, stage_types, dithered), stage_types, dithered))


def interrupted_error(net, x, low, offset, stage_types, dithered):
    """Error of the picture that the denoiser of a stage makes when the pass before it is cut off [B].

    As stage_losses; low is that of the pass before.
    """
    return denoised_error(net, Interrupted(net, x, low, offset, stage_types, dithered), stage_types, dithered)


def stage_error(net, x, low, offset, stage_types, dithered, phased, most):
    """Error of the denoised picture as of stage_losses [B], without the rate."""
    return denoised_error(net, State(net, x, low, offset, stage_types, dithered, phased, most), stage_types, dithered)


def stage_losses(net, x, low, offset, stage_types, dithered, phased, most):
    """Rate (bits per pixel) and error of the denoised picture (per sample) of each [B].

    x [B,189,h,w] details in coding order, low [B,3,h,w], offset like x (0 where not dithered), stage_types, dithered
    and phased [B], most refinements(stage_types).
    """
    state = State(net, x, low, offset, stage_types, dithered, phased, most)
    hidden = net.trunk(state.features, stage_types, dithered)
    error = state.denoised_error(net.denoise(hidden, stage_types, dithered))
    bits = 0
    for g in range(net.n_groups):
        bits = bits + state.group_bits(g, net.group(g, hidden, stage_types, dithered))
        if g + 1 < net.n_groups:
            hidden = hidden + net.context[g](state.contexts[g])
    return bits, error
