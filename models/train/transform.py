"""Reversible integer transform: colour rotation and (13,7) wavelet pyramid.

The arithmetic is the one of docs/format.md, on int32 tensors whose last two
dimensions are (height, width), so that the network is trained on exactly the
coefficients that the codec codes.
"""
import functools

import torch

# Lifting multipliers of the two plane rotations, in units of 1/4096
# (tan(theta/2) and sin(theta) for 45 and 35.26 degrees).
ROTATIONS = ((1697, 2896), (1302, 2365))

WAVELET_LEVELS = 3
CELL = 1 << WAVELET_LEVELS
DETAILS = CELL * CELL - 1  # detail coefficients per colour and cell
COLOURS = 3
CELLS_CHANNELS = CELL * CELL * COLOURS


def _shear(value, by, multiplier):
    return value + ((multiplier * by + 2048) >> 12)


def _rotate(x, y, rotation):
    t, s = rotation
    x = _shear(x, y, t)
    y = _shear(y, x, -s)
    x = _shear(x, y, t)
    return x, y


def _unrotate(x, y, rotation):
    t, s = rotation
    x = _shear_back(x, y, t)
    y = _shear_back(y, x, -s)
    x = _shear_back(x, y, t)
    return x, y


def _shear_back(value, by, multiplier):
    return value - ((multiplier * by + 2048) >> 12)


def colour_forward(rgb):
    """[..., 3, h, w] RGB 0..255 -> [..., 3, h, w] (luma, two chroma)."""
    r, g, b = (rgb.to(torch.int32) - 128).unbind(-3)
    a, co = _rotate(r, b, ROTATIONS[0])
    y, cg = _rotate(a, g, ROTATIONS[1])
    return torch.stack((y, co, cg), -3)


def colour_inverse(planes):
    y, co, cg = planes.unbind(-3)
    a, g = _unrotate(y, cg, ROTATIONS[1])
    r, b = _unrotate(a, co, ROTATIONS[0])
    return torch.stack((r, g, b), -3) + 128


@functools.lru_cache(maxsize=256)
def _taps(n, count, first):
    """Indices of the four neighbours (first, first + 2, ..) of sample 2 i, i < count, in every other of n samples."""
    positions = 2 * torch.arange(count) + torch.arange(first, first + 8, 2)[:, None]
    period = max(2 * (n - 1), 1)
    positions = positions.abs() % period
    return tuple(torch.where(positions < n, positions, period - positions) // 2)


def _neighbours(x, n, count, first):
    a, b, c, d = (x.index_select(-1, taps.to(x.device)) for taps in _taps(n, count, first))
    return 9 * (b + c) - (a + d)


def _predict(even, n, n_odd):
    """16 times the interpolation of even samples at the odd ones, along the last dimension."""
    return _neighbours(even, n, n_odd, -2)


def _update(odd, n, n_even):
    """32 times half the interpolation of odd samples at the even ones; zero if there are none."""
    if n == 1:
        return torch.zeros(odd.shape[:-1] + (n_even,), dtype=odd.dtype, device=odd.device)
    return _neighbours(odd, n, n_even, -3)


class _Lifting:
    """The lifting steps of one level for pictures of height x width, each rounded once."""

    def __init__(self, height, width):
        self.h, self.w = height, width

    def _across(self, function, x, n):
        return function(x, self.w, n)

    def _down(self, function, x, n):
        return function(x.transpose(-1, -2), self.h, n).transpose(-1, -2)

    def hh(self, ee, eo, oe):
        n_x, n_y = self.w // 2, self.h // 2
        both = self._down(_predict, self._across(_predict, ee, n_x), n_y)
        return (16 * (self._across(_predict, oe, n_x) + self._down(_predict, eo, n_y)) - both + 128) >> 8

    def hl(self, ee, hh):
        return (2 * self._across(_predict, ee, self.w // 2) - self._down(_update, hh, (self.h + 1) // 2) + 16) >> 5

    def lh(self, ee, hh):
        return (2 * self._down(_predict, ee, self.h // 2) - self._across(_update, hh, (self.w + 1) // 2) + 16) >> 5

    def ll(self, hl, lh, hh):
        n_x, n_y = (self.w + 1) // 2, (self.h + 1) // 2
        both = self._down(_update, self._across(_update, hh, n_x), n_y)
        return (32 * (self._across(_update, hl, n_x) + self._down(_update, lh, n_y)) - both + 512) >> 10


def _split_2d(x):
    """-> low-pass, (high in x, high in y, high in both)."""
    ee, eo, oe, oo = x[..., 0::2, 0::2], x[..., 0::2, 1::2], x[..., 1::2, 0::2], x[..., 1::2, 1::2]
    lift = _Lifting(*x.shape[-2:])
    hh = oo - lift.hh(ee, eo, oe)
    hl = eo - lift.hl(ee, hh)
    lh = oe - lift.lh(ee, hh)
    return ee + lift.ll(hl, lh, hh), (hl, lh, hh)


def _merge_2d(ll, bands):
    hl, lh, hh = bands
    height, width = ll.shape[-2] + lh.shape[-2], ll.shape[-1] + hl.shape[-1]
    lift = _Lifting(height, width)
    out = torch.empty(ll.shape[:-2] + (height, width), dtype=ll.dtype, device=ll.device)
    ee = ll - lift.ll(hl, lh, hh)
    oe = lh + lift.lh(ee, hh)
    eo = hl + lift.hl(ee, hh)
    out[..., 0::2, 0::2], out[..., 0::2, 1::2], out[..., 1::2, 0::2] = ee, eo, oe
    out[..., 1::2, 1::2] = hh + lift.hh(ee, eo, oe)
    return out


def _pack(band, block):
    """[..., h*block, w*block] -> [..., block*block, h, w]."""
    *lead, h, w = band.shape
    x = band.reshape(*lead, h // block, block, w // block, block)
    x = x.movedim(-3, -4).movedim(-1, -3)
    return x.reshape(*lead, block * block, h // block, w // block)


def _unpack(channels, block):
    *lead, _, h, w = channels.shape
    x = channels.reshape(*lead, block, block, h, w)
    x = x.movedim(-4, -2).movedim(-4, -1)
    return x.reshape(*lead, h * block, w * block)


def unit_forward(planes):
    """[..., 3, h, w], sides multiples of 8 -> details [..., 189, h/8, w/8], low-pass [..., 3, ...].

    Channel order: colour; wavelet level 3, 2, 1; band; position in the cell.
    """
    low, details = planes, []
    for level in range(1, WAVELET_LEVELS + 1):
        low, bands = _split_2d(low)
        details.insert(0, torch.cat([_pack(b, 1 << (WAVELET_LEVELS - level)) for b in bands], -3))
    return torch.cat(details, -3).flatten(-4, -3), low


def unit_inverse(details, low):
    per_colour = details.unflatten(-3, (COLOURS, DETAILS))
    first = 0
    for level in range(WAVELET_LEVELS, 0, -1):
        block = 1 << (WAVELET_LEVELS - level)
        bands = []
        for _ in range(3):
            bands.append(_unpack(per_colour[..., first : first + block * block, :, :], block))
            first += block * block
        low = _merge_2d(low, bands)
    return low


# Norm of each subband's synthesis function, by wavelet level: (HL and LH, HH).
BAND_NORMS = {1: (1.04, 0.66), 2: (1.73, 0.93), 3: (3.39, 1.79)}


def channel_table():
    """One (colour, wavelet level, band 0..2, dy, dx) per detail channel."""
    table = []
    for colour in range(COLOURS):
        for level in range(WAVELET_LEVELS, 0, -1):
            block = 1 << (WAVELET_LEVELS - level)
            for band in range(3):
                for dy in range(block):
                    for dx in range(block):
                        table.append((colour, level, band, dy, dx))
    return table
