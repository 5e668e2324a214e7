"""Rate and denoised error of stages with their gradients: in C on CPUs, in PyTorch elsewhere."""
import ctypes
import os
import subprocess
import tempfile

import torch

import transform
from lattice import KINDS, cell, channel_levels, channel_table, coding_order, refine_bits
from network import N_FEATURES, context, mean_of, scale_of

ORDER = coding_order()
LEVELS_FROM = torch.stack([channel_levels(k.level_from) for k in KINDS])[:, ORDER].float()
LEVELS_TO = torch.stack([channel_levels(k.level_to) for k in KINDS])[:, ORDER].float()
TWO_PHASES = torch.tensor([k.two_phases for k in KINDS]).int()
ENERGY = torch.tensor(
    [transform.BAND_NORMS[level][band == 2] ** 2 for _, level, band, *_ in channel_table()], dtype=torch.float32
)[ORDER]


def _load():
    """Compiles fused.c for this machine; None if there is no compiler."""
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fused.c")
    with tempfile.TemporaryDirectory() as folder:
        library = os.path.join(folder, "fused.so")
        options = "-std=c11 -O3 -march=native -mprefer-vector-width=512 -ffast-math -fopenmp -shared -fPIC".split()
        command = ["gcc", *options, source, "-o", library, "-lm"]
        try:
            subprocess.run(command, check=True, capture_output=True)
            return ctypes.CDLL(library)
        except (OSError, subprocess.CalledProcessError):
            return None


FUSED = _load()


def _pointer(tensor):
    return ctypes.c_void_p(tensor.data_ptr())


def _channels_last(shape, dtype):
    b, c, h, w = shape
    return torch.empty((b, h, w, c), dtype=dtype).permute(0, 3, 1, 2)


class _GroupBits(torch.autograd.Function):
    """Bits per pixel of a group [B] from the head's output, through fused.c."""

    @staticmethod
    def forward(ctx, out, state, first, n):
        out = out.float().contiguous(memory_format=torch.channels_last)
        b, _, h, w = out.shape
        bits, gradient = torch.zeros(b, dtype=torch.float64), _channels_last(out.shape, torch.float32)
        FUSED.group_bits(
            b, h * w, first, n, _pointer(out), _pointer(state.x), _pointer(state.offset), _pointer(state.dithered),
            _pointer(state.level_from), _pointer(state.level_to), _pointer(bits), _pointer(gradient),
        )
        ctx.save_for_backward(gradient)
        ctx.scale = 1 / (h * w * transform.CELL**2)
        return (bits / transform.CELL**2).float()

    @staticmethod
    def backward(ctx, upstream):
        (gradient,) = ctx.saved_tensors
        return gradient * (upstream * ctx.scale)[:, None, None, None], None, None, None


class _DenoisedError(torch.autograd.Function):
    """Mean squared error of the denoised picture [B], through fused.c."""

    @staticmethod
    def forward(ctx, out, state):
        out = out.float().contiguous(memory_format=torch.channels_last)
        b, _, h, w = out.shape
        error, gradient = torch.zeros(b, dtype=torch.float64), _channels_last(out.shape, torch.float32)
        FUSED.denoised_error(
            b, h * w, _pointer(out), _pointer(state.x), _pointer(state.offset), _pointer(state.dithered),
            _pointer(state.level_from), _pointer(ENERGY), _pointer(error), _pointer(gradient),
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
        self.two_phases = TWO_PHASES.to(x.device)[kinds]
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
            b, h * w, len(first) - 1, (ctypes.c_int * len(first))(*first), _pointer(self.x), _pointer(self.offset),
            _pointer(low), _pointer(self.dithered), _pointer(self.two_phases), _pointer(self.level_from),
            _pointer(self.level_to), _pointer(self.features), pointers,
        )

    def _prepare_plain(self, net, low):
        level_from, level_to = (t[:, :, None, None] for t in (self.level_from, self.level_to))
        is_dithered = self.dithered[:, None, None, None] > 0
        bounds = cell(self.x, self.offset, level_from, is_dithered)
        self.centre = (bounds[0] + bounds[1]) / 2
        self.bounds = bounds[0] - 0.5, bounds[1] + 0.5
        new = cell(self.x, self.offset, level_to, is_dithered)
        moved = (new[0] + new[1]) / 2 - self.centre
        late = (self.two_phases[:, None, None, None] > 0) & ~is_dithered & (self.centre != 0)
        moved = torch.where(late, torch.zeros(()), moved)
        self.features = net.features(self.centre, level_from, low)
        first = self.first
        self.contexts = [
            context(moved[:, begin:end], level_to[:, begin:end]) for begin, end in zip(first[:-2], first[1:-1])
        ]

    def group_bits(self, g, out):
        first, n = self.first[g], self.first[g + 1] - self.first[g]
        if self.fused:
            return _GroupBits.apply(out, self, first, n)
        rows = slice(first, first + n)
        gate, offset, log_scale = out.float().chunk(3, 1)
        level_from, level_to = (t[:, rows, None, None] for t in (self.level_from, self.level_to))
        mean, scale = mean_of(gate, offset, self.centre[:, rows], level_from), scale_of(log_scale, level_from)
        is_dithered = self.dithered[:, None, None, None] > 0
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
