"""Reversible integer transform: (13,7) wavelet pyramid, its finest level in one with the rotation of colours.

The arithmetic is the one of docs/format.md, on int32 tensors whose last two
dimensions are (height, width), so that the network is trained on exactly the
coefficients that the codec codes.
"""
import functools

import torch

# Rows luma, Co, Cg of the rotation of (R, G, B), in units of 1/4096.
ROTATION = ((2365, 2365, 2365), (-2896, 0, 2896), (-1672, 3344, -1672))
FRACTION = 8  # bits behind the point of rotated samples while the finest level is lifted

WAVELET_LEVELS = 3
BLOCK = 1 << WAVELET_LEVELS
DETAILS = BLOCK * BLOCK - 1  # detail coefficients per colour and block
COLOURS = 3
BLOCK_CHANNELS = BLOCK * BLOCK * COLOURS


def rotate(rgb):
    """[..., 3, h, w] whole numbers around 0 -> luma, Co, Cg with FRACTION bits behind the point."""
    by = torch.tensor(ROTATION, dtype=torch.int32, device=rgb.device)
    planes = (rgb.unsqueeze(-4) * by[:, :, None, None]).sum(-3, dtype=torch.int32)
    return (planes + (1 << (11 - FRACTION))) >> (12 - FRACTION)


def _snap(rgb, lift):
    """Whole luma, Co, Cg near the rotated rgb + lift: for every lift a bijection.

    The rotation as four steps, each changing one of three by the other two, rounded once with the lift.
    """
    r, g, b = rgb.unbind(-3)
    lift_luma, lift_co, lift_cg = lift.unbind(-3)
    x = r + ((1697 * b + 1302 * g + 2048) >> 12)
    co = b + ((-2896 * x + 921 * g + 16 * lift_co + 2048) >> 12)
    co_before = 256 * co - lift_co
    cg = g + ((-2365 * x + ((-979 * co_before) >> 8) + 16 * lift_cg + 2048) >> 12)
    cg_before = 256 * cg - lift_cg
    luma = x + ((((1697 * co_before + 1302 * cg_before) >> 8) + 16 * lift_luma + 2048) >> 12)
    return torch.stack((luma, co, cg), -3)


def _unsnap(before):
    """The rgb, from 256 times what _snap gives minus the lift."""
    luma, co, cg = before.unbind(-3)
    x = -((((1697 * co + 1302 * cg) >> 8) - 16 * luma + 2048) >> 12)
    g = -((-2365 * x + ((-979 * co) >> 8) - 16 * cg + 2048) >> 12)
    b = -((-2896 * x + 921 * g - 16 * co + 2048) >> 12)
    return torch.stack((x - ((1697 * b + 1302 * g + 2048) >> 12), g, b), -3)


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


def _phases(x):
    return [x[..., i::2, j::2] for i in (0, 1) for j in (0, 1)]


def _interleave(ee, eo, oe, oo):
    height, width = ee.shape[-2] + oe.shape[-2], ee.shape[-1] + eo.shape[-1]
    out = torch.empty(ee.shape[:-2] + (height, width), dtype=ee.dtype, device=ee.device)
    for phase, part in zip(_phases(out), (ee, eo, oe, oo)):
        phase.copy_(part)
    return out


def split(x):
    """One level: -> low-pass, (high in x, high in y, high in both)."""
    ee, eo, oe, oo = _phases(x)
    lift = _Lifting(*x.shape[-2:])
    hh = oo - lift.hh(ee, eo, oe)
    hl, lh = eo - lift.hl(ee, hh), oe - lift.lh(ee, hh)
    return ee + lift.ll(hl, lh, hh), (hl, lh, hh)


def merge(low, subbands):
    hl, lh, hh = subbands
    lift = _Lifting(low.shape[-2] + lh.shape[-2], low.shape[-1] + hl.shape[-1])
    ee = low - lift.ll(hl, lh, hh)
    eo, oe = hl + lift.hl(ee, hh), lh + lift.lh(ee, hh)
    return _interleave(ee, eo, oe, hh + lift.hh(ee, eo, oe))


def split_colour(rgb):
    """RGB 0..255 as `split`: the finest level and the rotation of colours in one, each sample rounded once."""
    rgb = rgb.to(torch.int32) - 128
    lift, whole = _Lifting(*rgb.shape[-2:]), _phases(rgb)
    ee, eo, oe, _ = map(rotate, whole)
    hh = _snap(whole[3], -lift.hh(ee, eo, oe))
    high = hh << FRACTION
    hl, lh = _snap(whole[1], -lift.hl(ee, high)), _snap(whole[2], -lift.lh(ee, high))
    return _snap(whole[0], lift.ll(hl << FRACTION, lh << FRACTION, high)), (hl, lh, hh)


def merge_colour(low, subbands):
    hl, lh, hh = (subband << FRACTION for subband in subbands)
    lift = _Lifting(low.shape[-2] + lh.shape[-2], low.shape[-1] + hl.shape[-1])
    ee = _unsnap((low << FRACTION) - lift.ll(hl, lh, hh))
    rotated = rotate(ee)
    eo, oe = _unsnap(hl + lift.hl(rotated, hh)), _unsnap(lh + lift.lh(rotated, hh))
    return _interleave(ee, eo, oe, _unsnap(hh + lift.hh(rotated, rotate(eo), rotate(oe)))) + 128


def _pack(subband, side):
    """[..., h*side, w*side] -> [..., side*side, h, w]."""
    *lead, h, w = subband.shape
    x = subband.reshape(*lead, h // side, side, w // side, side)
    x = x.movedim(-3, -4).movedim(-1, -3)
    return x.reshape(*lead, side * side, h // side, w // side)


def _unpack(channels, side):
    *lead, _, h, w = channels.shape
    x = channels.reshape(*lead, side, side, h, w)
    x = x.movedim(-4, -2).movedim(-4, -1)
    return x.reshape(*lead, h * side, w * side)


def unit_forward(picture, split_first=split):
    """[..., 3, h, w], sides multiples of 8 -> details [..., 189, h/8, w/8], low-pass [..., 3, ...].

    The picture is a low-pass, or RGB with split_colour. Channel order: colour; wavelet level 3, 2, 1; subband;
    position in the block.
    """
    low, details = picture, []
    for level in range(1, WAVELET_LEVELS + 1):
        low, subbands = (split if level > 1 else split_first)(low)
        details.insert(0, torch.cat([_pack(b, 1 << (WAVELET_LEVELS - level)) for b in subbands], -3))
    return torch.cat(details, -3).flatten(-4, -3), low


def unit_inverse(details, low, merge_first=merge):
    per_colour = details.unflatten(-3, (COLOURS, DETAILS))
    first = 0
    for level in range(WAVELET_LEVELS, 0, -1):
        side = 1 << (WAVELET_LEVELS - level)
        subbands = []
        for _ in range(3):
            subbands.append(_unpack(per_colour[..., first : first + side * side, :, :], side))
            first += side * side
        low = (merge if level > 1 else merge_first)(low, subbands)
    return low


# Norm of each subband's synthesis function, by wavelet level: (HL and LH, HH).
SUBBAND_NORMS = {1: (1.04, 0.66), 2: (1.73, 0.93), 3: (3.39, 1.79)}


def channel_table():
    """One (colour, wavelet level, subband 0..2, dy, dx) per detail channel."""
    table = []
    for colour in range(COLOURS):
        for level in range(WAVELET_LEVELS, 0, -1):
            side = 1 << (WAVELET_LEVELS - level)
            for subband in range(3):
                for dy in range(side):
                    for dx in range(side):
                        table.append((colour, level, subband, dy, dx))
    return table
