"""Attention and activations in fused.c, compiled for this machine; PyTorch computes the same without a compiler."""
import ctypes
import functools
import os
import subprocess
import tempfile

import torch

COMPILER = "gcc -std=c11 -O3 -march=native -mprefer-vector-width=512 -ffast-math -fopenmp -fPIC -shared"
KEYS = 32  # positions taken together
MOST_CHANNELS = 2048
LAYER_LIBRARY = 32  # any width does for activations


@functools.lru_cache(maxsize=None)
def library(width):
    """None if there is no compiler."""
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "fused.c")
    with tempfile.TemporaryDirectory() as folder:
        output = os.path.join(folder, "fused.so")
        try:
            command = [*COMPILER.split(), f"-DWIDTH={width}", source, "-o", output, "-lm"]
            subprocess.run(command, check=True, capture_output=True)
            return ctypes.CDLL(output)
        except (OSError, subprocess.CalledProcessError):
            return None


def _call(name, width, *arguments):
    """Calls a function of the library; of tensors it gets the addresses."""
    passed = [ctypes.c_void_p(a.data_ptr()) if isinstance(a, torch.Tensor) else ctypes.c_long(a) for a in arguments]
    getattr(library(width), name)(*passed)


def _rows(x):
    """[B, C, H, W] as [B, HW, C]."""
    return x.permute(0, 2, 3, 1).contiguous().view(x.shape[0], -1, x.shape[1])


def _planes(rows, h, w):
    return rows.view(rows.shape[0], h, w, -1).permute(0, 3, 1, 2)


class _Attend(torch.autograd.Function):
    @staticmethod
    def forward(ctx, qkv):
        n, positions, channels = qkv.shape
        out, logs = qkv.new_empty((n, positions, channels // 3)), qkv.new_empty((n, positions))
        _call("attend", channels // 3, qkv, n, positions, out, logs)
        ctx.save_for_backward(qkv, out, logs)
        return out

    @staticmethod
    def backward(ctx, of_out):
        qkv, out, logs = ctx.saved_tensors
        n, positions, channels = qkv.shape
        of_qkv = torch.empty_like(qkv)
        _call("attend_backward", channels // 3, qkv, n, positions, out, logs, of_out.contiguous(), of_qkv)
        return of_qkv


def attends(qkv):
    """Whether `attend` can take qkv [B, 3E, H, W]."""
    n, channels, h, w = qkv.shape
    return qkv.device.type == "cpu" and channels % 48 == 0 and h * w % KEYS == 0 and library(channels // 3) is not None


def attend(qkv):
    """[B, 3E, H, W] -> [B, E, H, W]."""
    return _planes(_Attend.apply(_rows(qkv.float())), *qkv.shape[2:]).to(qkv.dtype)


class _Activate(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, shift, gain, bias, groups):
        n, positions, channels = x.shape
        out, moments = torch.empty_like(x), gain.new_empty((n, 2, channels))
        _call("activate", LAYER_LIBRARY, x, shift, gain, bias, n, positions, channels, groups, out, moments)
        ctx.save_for_backward(x, gain, bias, moments)
        ctx.groups = groups
        return out

    @staticmethod
    def backward(ctx, of_out):
        x, gain, bias, moments = ctx.saved_tensors
        of_x, of_rows = torch.empty_like(x), gain.new_empty((3, x.shape[0], x.shape[2]))
        _call(
            "activate_backward", LAYER_LIBRARY, x, gain, bias, *x.shape, ctx.groups, moments, of_out.contiguous(), of_x,
            *of_rows,
        )
        return of_x, of_rows[0], of_rows[1].sum(0), of_rows[2].sum(0), None


def activates(x):
    """Whether `activate` can take x [B, C, H, W]."""
    fits = x.device.type == "cpu" and x.dtype == torch.bfloat16 and x.shape[1] <= MOST_CHANNELS
    return fits and library(LAYER_LIBRARY) is not None


def activate(x, shift, gain, bias, groups):
    """SiLU of the group norm of x [B, C, H, W] + shift [B, C]."""
    return _planes(_Activate.apply(_rows(x), shift.float().contiguous(), gain, bias, groups), *x.shape[2:])
