"""The loss and the activation in fused.c, for CPUs, and fused.cu, for GPUs, compiled for this machine."""
import ctypes
import os
import subprocess
import tempfile

import torch
import torch.nn.functional as F

COMPILERS = {
    "cpu": ("fused.c", "gcc -std=c11 -O3 -march=native -mprefer-vector-width=512 -ffast-math -fopenmp -fPIC", "-lm"),
    "cuda": ("fused.cu", "nvcc -O3 -arch=native -std=c++17 -Xcompiler -fPIC", ""),
}


def _load(device):
    """None if there is no such device or no compiler."""
    if device == "cuda" and not torch.cuda.is_available():
        return None
    name, command, libraries = COMPILERS[device]
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), name)
    with tempfile.TemporaryDirectory() as folder:
        library = os.path.join(folder, "fused.so")
        try:
            subprocess.run(
                [*command.split(), "-shared", source, "-o", library, *libraries.split()], check=True, capture_output=True
            )
            return ctypes.CDLL(library)
        except (OSError, subprocess.CalledProcessError):
            return None


LIBRARIES = {device: _load(device) for device in COMPILERS}


def is_fused(tensor):
    return LIBRARIES.get(tensor.device.type) is not None


def empty(shape, dtype, device):
    """[B,C,h,w] in the layout of the libraries' arrays."""
    b, c, h, w = shape
    return torch.empty((b, h, w, c), dtype=dtype, device=device).permute(0, 3, 1, 2)


def dense(tensor):
    """In that layout."""
    return tensor.contiguous(memory_format=torch.channels_last)


def _pass(argument):
    return ctypes.c_void_p(argument.data_ptr()) if isinstance(argument, torch.Tensor) else argument


def call(name, device, *arguments):
    """Calls a function of the device's library; of tensors it gets the addresses."""
    function = getattr(LIBRARIES[device.type], name)
    if device.type == "cuda":
        stream = torch.cuda.current_stream(device).cuda_stream
        function(ctypes.c_void_p(stream), *map(_pass, arguments))
    else:
        function(*map(_pass, arguments))


class _Silu(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        out = torch.empty_like(x)
        call("silu", x.device, x.numel(), x, out)
        ctx.save_for_backward(x)
        return out

    @staticmethod
    def backward(ctx, upstream):
        (x,) = ctx.saved_tensors
        gradient = torch.empty_like(x).copy_(upstream)
        call("silu_backward", x.device, x.numel(), x, gradient)
        return gradient


def silu(x):
    """torch's, which is slow in bfloat16 on a CPU."""
    is_dense = x.is_contiguous() or x.is_contiguous(memory_format=torch.channels_last)
    if is_fused(x) and x.device.type == "cpu" and x.dtype == torch.bfloat16 and is_dense:
        return _Silu.apply(x)
    return F.silu(x)


class _Modulated(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, gain, bias):
        x, gain, bias = dense(x), gain.contiguous(), bias.contiguous()
        b, c, h, w = x.shape
        out = empty(x.shape, x.dtype, x.device)
        call("modulate", x.device, b, h * w, c, x, gain, bias, out)
        ctx.save_for_backward(x, gain, bias)
        return out

    @staticmethod
    def backward(ctx, upstream):
        x, gain, bias = ctx.saved_tensors
        b, c, h, w = x.shape
        by_x, by_gain, by_bias = empty(x.shape, x.dtype, x.device), torch.zeros_like(gain), torch.zeros_like(bias)
        upstream = dense(upstream.to(x.dtype))
        call("modulate_backward", x.device, b, h * w, c, x, gain, bias, upstream, by_x, by_gain, by_bias)
        return by_x, by_gain, by_bias


def modulated(x, gain, bias):
    """silu(gain x + bias), gain and bias [B,C]."""
    if is_fused(x) and x.device.type == "cuda" and x.dtype == torch.bfloat16:
        return _Modulated.apply(x, gain, bias)
    return silu(torch.addcmul(bias[:, :, None, None].to(x.dtype), x, gain[:, :, None, None].to(x.dtype)))
