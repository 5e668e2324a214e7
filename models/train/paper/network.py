"""The paper's denoising network: a U-Net without scales around one attention; z and time -> noise and its spread.

docs/format.md gives the same computation operation by operation. Parameters carry the names of published checkpoints.
"""
import math
from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F

import fused

COLOURS = 3
FREQUENCIES = (2 * math.pi * 2**5, 2 * math.pi * 2**6)
N_INPUTS = COLOURS * (1 + 2 * len(FREQUENCIES))
LONGEST_TIME = 10_000.0  # in thousandths, as is the embedded time
SOFTPLUS_OF_1 = math.log(math.expm1(1))  # where softplus is 1


@dataclass(frozen=True)
class Shape:
    width: int = 32
    blocks: int = 1
    groups: int = 8


def timescales(width):
    return torch.logspace(0, -math.log10(LONGEST_TIME), width // 2)


def _zeroed(layer):
    for weights in layer.parameters():
        nn.init.zeros_(weights)
    return layer


def _normalised(groups, n_in, convolution):
    return nn.Sequential(nn.GroupNorm(groups, n_in), nn.SiLU(), convolution)


def activated(x, norm, shift=None):
    """SiLU of the normalised x [B, C, H, W] + shift [B, C]."""
    if shift is None:
        shift = x.new_zeros(x.shape[:2])
    if fused.activates(x):
        return fused.activate(x, shift, norm.weight, norm.bias, norm.num_groups)
    return F.silu(norm((x + shift[:, :, None, None]).float()))


class ResidualBlock(nn.Module):
    def __init__(self, n_in, shape):
        super().__init__()
        width = shape.width
        self.net1 = _normalised(shape.groups, n_in, nn.Conv2d(n_in, width, 3, padding=1))
        self.cond_proj = _zeroed(nn.Linear(4 * width, width, bias=False))
        self.net2 = _normalised(shape.groups, width, _zeroed(nn.Conv2d(width, width, 3, padding=1)))
        if n_in != width:
            self.skip_conv = nn.Conv2d(n_in, width, 1)

    def forward(self, x, condition):
        h = self.net1[-1](activated(x, self.net1[0]))
        h = self.net2[-1](activated(h, self.net2[0], self.cond_proj(condition)))
        return h + (self.skip_conv(x) if hasattr(self, "skip_conv") else x)


class Attend(nn.Module):
    """Queries, keys and values [B, 3E, H, W] -> [B, E, H, W]; every position sees all."""

    def forward(self, qkv):
        if fused.attends(qkv):
            return fused.attend(qkv)
        n, channels, h, w = qkv.shape
        width = channels // 3
        q, k, v = qkv.reshape(n, channels, h * w).split(width, 1)
        scale = width**-0.25
        weights = torch.softmax((q * scale).transpose(1, 2) @ (k * scale), -1)
        return (v @ weights.transpose(1, 2)).view(n, width, h, w)


class Attention(nn.Module):
    def __init__(self, shape):
        super().__init__()
        width = shape.width
        self.layers = nn.Sequential(
            nn.GroupNorm(shape.groups, width), nn.Conv2d(width, 3 * width, 1), Attend(),
            _zeroed(nn.Conv2d(width, width, 1)),
        )

    def forward(self, x):
        norm, qkv, attend, out = self.layers
        return x + out(attend(qkv(norm(x.float()))))


class Wrapped(nn.Module):
    """One residual block, a level deeper among the names."""

    def __init__(self, n_in, shape):
        super().__init__()
        self.resnet_block = ResidualBlock(n_in, shape)

    def forward(self, x, condition):
        return self.resnet_block(x, condition)


class Network(nn.Module):
    def __init__(self, shape=Shape()):
        super().__init__()
        self.shape, width = shape, shape.width
        self.embed_conditioning = nn.Sequential(
            nn.Linear(width, 4 * width), nn.SiLU(), nn.Linear(4 * width, 4 * width), nn.SiLU()
        )
        self.conv_in = nn.Conv2d(N_INPUTS, width, 3, padding=1)
        self.down_blocks = nn.ModuleList(Wrapped(width, shape) for _ in range(shape.blocks))
        self.mid_resnet_block_1 = ResidualBlock(width, shape)
        self.mid_attn_block = Attention(shape)
        self.mid_resnet_block_2 = ResidualBlock(width, shape)
        self.up_blocks = nn.ModuleList(Wrapped(2 * width, shape) for _ in range(shape.blocks + 1))
        self.conv_out = _normalised(shape.groups, width, _zeroed(nn.Conv2d(width, 2 * COLOURS, 3, padding=1)))
        self.register_buffer("timescales", timescales(width), persistent=False)

    def embed(self, time):
        """Times [B] between 0 and 1 -> [B, 4E]."""
        angle = (time * 1000)[:, None] * self.timescales
        return self.embed_conditioning(torch.cat((angle.sin(), angle.cos()), 1))

    def forward(self, z, time):
        """States [B, 3, H, W] at times [B] -> noise and factors of its spread, both like z."""
        condition = self.embed(time)
        angles = [frequency * z for frequency in FREQUENCIES]
        x = torch.cat((z, *(a.sin() for a in angles), *(a.cos() for a in angles)), 1)
        x = self.conv_in(x)
        passed = [x]
        for block in self.down_blocks:
            x = block(x, condition)
            passed.append(x)
        x = self.mid_resnet_block_1(x, condition)
        x = self.mid_resnet_block_2(self.mid_attn_block(x), condition)
        for block in self.up_blocks:
            x = block(torch.cat((x, passed.pop()), 1), condition)
        x = self.conv_out[-1](activated(x, self.conv_out[0])).float()
        noise, spread = x.chunk(2, 1)
        return noise + z, F.softplus(spread + SOFTPLUS_OF_1)
