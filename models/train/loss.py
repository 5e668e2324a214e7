"""Rate and denoised error of stages with their gradients: in C on CPUs, in PyTorch elsewhere."""
import ctypes

import torch

import transform
from fused import FUSED, pointer
from lattice import KINDS, cell, channel_levels, channel_table, coding_order, leaving, phases, refine_bits
from network import N_FEATURES, context, mean_of, scale_of

ORDER = coding_order()
LEVELS_FROM = torch.stack([channel_levels(k.level_from) for k in KINDS])[:, ORDER].float()
LEVELS_TO = torch.stack([channel_levels(k.level_to) for k in KINDS])[:, ORDER].float()
PHASED = torch.tensor([k.phased for k in KINDS]).int()
# Whether a coefficient is of the first phase: its least probability to leave 0, and whether it is not, beside 0.
FIRST_PHASE, LATER = (phases()[0][0] / 65536)[ORDER].contiguous(), (phases()[1] > 0)[ORDER].int().contiguous()
ENERGY = torch.tensor(
    [transform.BAND_NORMS[level][band == 2] ** 2 for _, level, band, *_ in channel_table()], dtype=torch.float32
)[ORDER]


def _channels_last(shape, dtype):
    b, c, h, w = shape
    return torch.empty((b, h, w, c), dtype=dtype).permute(0, 3, 1, 2)


class _GroupBits(torch.autograd.Function):
    """Bits per pixel of a group [B] from the head's output, through fused.c."""

    @staticmethod
    def forward(ctx, out, state, first, n, context):
        out = out.float().contiguous(memory_format=torch.channels_last)
        b, _, h, w = out.shape
        bits, gradient = torch.zeros(b, dtype=torch.float64), _channels_last(out.shape, torch.float32)
        FUSED.group_bits(
            b, h * w, first, n, pointer(out), pointer(state.x), pointer(state.offset), pointer(state.dithered),
            pointer(state.phased), pointer(state.level_from), pointer(state.level_to), pointer(FIRST_PHASE),
            pointer(LATER), pointer(bits), pointer(gradient), pointer(context) if context is not None else None,
        )
        ctx.save_for_backward(gradient)
        ctx.scale = 1 / (h * w * transform.CELL**2)
        return (bits / transform.CELL**2).float()

    @staticmethod
    def backward(ctx, upstream):
        (gradient,) = ctx.saved_tensors
        return gradient * (upstream * ctx.scale)[:, None, None, None], None, None, None, None


class _DenoisedError(torch.autograd.Function):
    """Mean squared error of the denoised picture [B], through fused.c."""

    @staticmethod
    def forward(ctx, out, state):
        out = out.float().contiguous(memory_format=torch.channels_last)
        b, _, h, w = out.shape
        error, gradient = torch.zeros(b, dtype=torch.float64), _channels_last(out.shape, torch.float32)
        FUSED.denoised_error(
            b, h * w, pointer(out), pointer(state.x), pointer(state.offset), pointer(state.dithered),
            pointer(state.level_from), pointer(ENERGY), pointer(error), pointer(gradient),
        )
        ctx.save_for_backward(gradient)
        ctx.scale = 1 / (h * w * transform.CELLS_CHANNELS)
        return (error / transform.CELLS_CHANNELS).float()

    @staticmethod
    def backward(ctx, upstream):
        (gradient,) = ctx.saved_tensors
        return gradient * (upstream * ctx.scale)[:, None, None, None], None


class State:
    """Details x [B,189,h,w] in coding order and what a stage of kinds [B] knows of them."""

    def __init__(self, net, x, low, offset, kinds, dithered):
        self.fused = FUSED is not None and x.device.type == "cpu"
        layout = torch.channels_last
        self.x, self.offset = x.contiguous(memory_format=layout), offset.contiguous(memory_format=layout)
        self.dithered = dithered.int()
        self.level_from, self.level_to = LEVELS_FROM.to(x.device)[kinds], LEVELS_TO.to(x.device)[kinds]
        self.phased = PHASED.to(x.device)[kinds]
        self.first = net.first
        if self.fused:
            self._prepare(low.contiguous(memory_format=layout))
        else:
            self._prepare_plain(net, low)

    def _prepare(self, low):
        b, c, h, w = self.x.shape
        first = self.first
        self.features = _channels_last((b, N_FEATURES, h, w), torch.bfloat16)
        self.contexts = [
            _channels_last((b, 2 * (end - begin), h, w), torch.bfloat16) for begin, end in zip(first[:-2], first[1:-1])
        ]
        pointers = (ctypes.c_void_p * len(self.contexts))(*[t.data_ptr() for t in self.contexts])
        FUSED.prepare(
            b, h * w, len(first) - 1, (ctypes.c_int * len(first))(*first), pointer(self.x), pointer(self.offset),
            pointer(low), pointer(self.dithered), pointer(self.level_from), pointer(self.level_to),
            pointer(self.features), pointers,
        )

    def _prepare_plain(self, net, low):
        level_from, level_to = (t[:, :, None, None] for t in (self.level_from, self.level_to))
        is_dithered = self.dithered[:, None, None, None] > 0
        bounds = cell(self.x, self.offset, level_from, is_dithered)
        self.centre = (bounds[0] + bounds[1]) / 2
        self.bounds = bounds[0] - 0.5, bounds[1] + 0.5
        new = cell(self.x, self.offset, level_to, is_dithered)
        moved = (new[0] + new[1]) / 2 - self.centre
        self.features = net.features(self.centre, level_from, low)
        first = self.first
        self.contexts = [
            context(moved[:, begin:end], level_to[:, begin:end]) for begin, end in zip(first[:-2], first[1:-1])
        ]

    def group_bits(self, g, out):
        """Bits of a group; takes out of its context what phases after the first refine."""
        first, n = self.first[g], self.first[g + 1] - self.first[g]
        seen = self.contexts[g] if g < len(self.contexts) else None
        if self.fused:
            return _GroupBits.apply(out, self, first, n, seen)
        rows = slice(first, first + n)
        gate, offset, log_scale = out.float().chunk(3, 1)
        level_from, level_to = (t[:, rows, None, None] for t in (self.level_from, self.level_to))
        mean, scale = mean_of(gate, offset, self.centre[:, rows], level_from), scale_of(log_scale, level_from)
        is_dithered = self.dithered[:, None, None, None] > 0
        if seen is not None:
            chances = leaving(level_from, level_to, mean.detach(), scale.detach())
            first_phase, later = (t.to(out.device)[rows, None, None] for t in (FIRST_PHASE, LATER))
            late = torch.where(self.centre[:, rows] == 0, chances < first_phase, later > 0)
            late = late & ~is_dithered & (self.phased[:, None, None, None] > 0)
            self.contexts[g] = seen * ~torch.cat((late, late), 1)
        bits = refine_bits(self.x[:, rows], self.offset[:, rows], is_dithered, level_from, level_to, mean, scale)
        return bits.mean((2, 3)).sum(1) / transform.CELL**2

    def denoised_error(self, out):
        if self.fused:
            return _DenoisedError.apply(out, self)
        gate, offset = out.float().chunk(2, 1)
        mean = mean_of(gate, offset, self.centre, self.level_from[:, :, None, None])
        mean = torch.minimum(torch.maximum(mean, self.bounds[0]), self.bounds[1])
        energy = ENERGY.to(out.device)[None, :, None, None]
        return ((mean - self.x) ** 2 * energy).mean((2, 3)).sum(1) / transform.CELLS_CHANNELS


def stage_losses(net, x, low, offset, kinds, dithered):
    """Rate (bits per pixel) and error of the denoised picture (per sample) of each [B].

    x [B,189,h,w] details in coding order, low [B,3,h,w], offset like x (0 where not dithered), kinds and
    dithered [B].
    """
    state = State(net, x, low, offset, kinds, dithered)
    hidden = net.trunk(state.features, kinds, dithered)
    error = state.denoised_error(net.denoise(hidden, kinds, dithered))
    bits = 0
    for g in range(net.n_groups):
        bits = bits + state.group_bits(g, net.group(g, hidden, kinds, dithered))
        if g + 1 < net.n_groups:
            hidden = hidden + net.context[g](state.contexts[g])
    return bits, error
