"""The network on whole numbers, as it is exported and as C computes it, to the last bit.

Sums are exact in double precision; everything else is the arithmetic of docs/format.md.
"""
import numpy as np
import torch
import torch.nn.functional as F

from decoder_arithmetic import asinh, clamp, f4, fma, sigmoid, silu
from lattice import REFERENCE_LEVEL

FEATURE_BITS, CONTEXT_BITS = 11, 12


def whole(x):
    """[1, n, h, w] of 16 bits, as doubles, of binary32."""
    return torch.from_numpy(np.rint(clamp(x, -32767, 32767)).astype("f8"))


def asinh_of(x, scale, bits):
    return whole(asinh(x.numpy().astype(f4) * np.asarray(scale, f4)) * f4(2**bits))


def sixteenths(x):
    return torch.from_numpy(np.rint(x * f4(16)) / f4(16))


def by_channel(values):
    return np.asarray(values, f4).reshape(-1, 1, 1)


class Quantised:
    """One network of a model file's tensors, for the states of one stage type and dither.

    Centres, levels and the low-pass are as in reference.stage, trunk and hidden are whole numbers."""

    def __init__(self, tensors, stage_type, number, dithered):
        self.tensors, self.number, self.row = tensors, number, 2 * stage_type + dithered
        scales = (2.0**bits for part in ("bits", "denoise.bits") for bits in tensors[f"net{number}.{part}"])
        self.trunk_scale = next(scales)
        self.scales = {name: next(scales) for name in self._inner_layers()}

    def _count(self, name):
        """How many layers have the name with a number for the *."""
        prefix, suffix = f"net{self.number}.{name}".split("*")
        return sum(tensor.startswith(prefix) and tensor.endswith(suffix) for tensor in self.tensors)

    def _inner_layers(self):
        """What numbers between two layers belong to, in the order of their bits."""
        self.n_blocks, self.n_groups, self.n_denoise_blocks = map(self._count, ("block*.in", "group*.mix", "denoise.block*.in"))
        yield from (f"block{b}" for b in range(self.n_blocks))
        yield from (f"group{g}" for g in range(self.n_groups))
        yield from (f"denoise.block{b}" for b in range(self.n_denoise_blocks))
        yield "denoise"

    def _sums(self, name, x, scale):
        """Of a layer, and what they count if outputs are to be in units of 1 / scale."""
        weights = self.tensors[f"net{self.number}.{name}"]
        size = weights.shape[-1]
        sums = F.conv2d(x, torch.from_numpy(weights.astype("f8")), padding=size // 2)
        assert sums.abs().max() < 2**31, name
        return sums.numpy().astype(f4), by_channel(self.tensors[f"net{self.number}.{name}_scale"]) * f4(scale)

    def _affine(self, name):
        return (by_channel(self.tensors[f"{name}.{part}"][self.row]) for part in ("gain", "bias"))

    def _activated(self, name, layer, x):
        sums, scale = self._sums(f"{name}.{layer}", x, 1 / self.trunk_scale)
        gain, bias = self._affine(name)
        return whole(silu(fma(sums, gain * scale, bias)) * f4(self.scales[name]))

    def _added(self, name, x, x_scale, to):
        sums, scale = self._sums(name, x, self.trunk_scale / x_scale)
        return whole(to.numpy().astype(f4) + fma(sums, scale, f4(0)))

    def _blocks(self, prefix, n, x):
        for b in range(n):
            name = f"{prefix}{b}"
            x = self._added(f"{name}.out", self._activated(name, "in", x), self.scales[name], x)
        return x

    def _head(self, name, x):
        """What leaves the layers of a head, n channels at a time."""
        sums, scale = self._sums(f"{name}.out", self._activated(name, "mix", x), 1 / self.scales[name])
        return fma(sums, scale, by_channel(self.tensors[f"net{self.number}.{name}.out_bias"]))

    @staticmethod
    def _mean(gate, offset, centre, level):
        centre, width = centre.numpy().astype(f4), 2 ** level.numpy().astype(f4)
        reference = np.minimum(width, f4(2**REFERENCE_LEVEL)) / f4(2)
        mean = fma(sigmoid(gate), centre, offset * reference)
        return sixteenths(np.minimum(np.maximum(mean, centre - width), centre + width))

    def trunk(self, centre, level, low):
        size = asinh_of(2 * centre, f4(1) / f4(40), FEATURE_BITS)
        low_size = asinh_of(low, f4(1) / f4(20), FEATURE_BITS)
        place = asinh_of(2 * centre, 0.5 / 2.0 ** level.numpy(), FEATURE_BITS)
        low_part = whole(low.numpy().astype(f4) * f4(2**FEATURE_BITS / 64))
        features = torch.cat((size, low_size, place, low_part, place.abs(), low_size.abs()), 1)
        sums, scale = self._sums("input.weight", features, self.trunk_scale / 2**FEATURE_BITS)
        gain, bias = self._affine("input")
        return self._blocks("block", self.n_blocks, whole(fma(sums, gain * scale, bias * f4(self.trunk_scale))))

    def denoise(self, trunk, centre, level):
        x = self._blocks("denoise.block", self.n_denoise_blocks, trunk)
        return self._mean(*np.split(self._head("denoise", x), 2, 1), centre, level)

    def group(self, g, hidden, centre, level):
        """Means, and logarithms of scales."""
        gate, offset, log_scale = np.split(self._head(f"group{g}", hidden), 3, 1)
        log_reference = np.minimum(level.numpy().astype(f4), f4(REFERENCE_LEVEL)) - f4(1)
        return self._mean(gate, offset, centre, level), sixteenths(clamp(log_scale + log_reference, -4, 11))

    def with_context(self, g, hidden, moved, level):
        seen = asinh_of(2 * moved, 0.5 / 2.0 ** level.numpy(), CONTEXT_BITS)
        return self._added(f"group{g}.context", torch.cat((seen, seen.abs()), 1), 2.0**CONTEXT_BITS, hidden)
