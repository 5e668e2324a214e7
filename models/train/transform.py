"""Reversible integer transform: colour rotation and (13,7) wavelet pyramid.

The arithmetic is the one of docs/format.md, on int32 tensors whose last two
dimensions are (height, width), so that the network is trained on exactly the
coefficients that the codec codes.
"""
import torch

# Lifting multipliers of the two plane rotations, in units of 1/4096
# (tan(theta/2) and sin(theta) for 45 and 35.26 degrees).
ROTATIONS = ((1697, 2896), (1302, 2365))

WAVELET_LEVELS = 3
CELL = 1 << WAVELET_LEVELS
DETAILS = CELL * CELL - 1  # detail coefficients per colour and cell
COLOURS = 3


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


def _reflect(positions, n):
    period = max(2 * (n - 1), 1)
    positions = positions.abs() % period
    return torch.where(positions < n, positions, period - positions)


def _predict(even, n, n_odd):
    base = 2 * torch.arange(n_odd, device=even.device)
    a, b, c, d = (even.index_select(-1, _reflect(base + k, n) // 2) for k in (-2, 0, 2, 4))
    return (9 * (b + c) - (a + d) + 8) >> 4


def _update(odd, n, n_even):
    base = 2 * torch.arange(n_even, device=odd.device)
    a, b, c, d = (odd.index_select(-1, _reflect(base + k, n) // 2) for k in (-3, -1, 1, 3))
    return (9 * (b + c) - (a + d) + 16) >> 5


def _split(x):
    """Along the last dimension: n samples -> (low, high)."""
    n = x.shape[-1]
    even, odd = x[..., 0::2], x[..., 1::2]
    if n == 1:
        return even, odd
    odd = odd - _predict(even, n, odd.shape[-1])
    even = even + _update(odd, n, even.shape[-1])
    return even, odd


def _merge(low, high):
    n = low.shape[-1] + high.shape[-1]
    if n == 1:
        return low
    even = low - _update(high, n, low.shape[-1])
    odd = high + _predict(even, n, high.shape[-1])
    out = torch.empty(low.shape[:-1] + (n,), dtype=low.dtype, device=low.device)
    out[..., 0::2] = even
    out[..., 1::2] = odd
    return out


def _split_2d(x):
    """-> low-pass, (high in x, high in y, high in both)."""
    low, high = _split(x)
    ll, lh = (t.transpose(-1, -2) for t in _split(low.transpose(-1, -2)))
    hl, hh = (t.transpose(-1, -2) for t in _split(high.transpose(-1, -2)))
    return ll, (hl, lh, hh)


def _merge_2d(ll, bands):
    hl, lh, hh = bands
    low = _merge(ll.transpose(-1, -2), lh.transpose(-1, -2)).transpose(-1, -2)
    high = _merge(hl.transpose(-1, -2), hh.transpose(-1, -2)).transpose(-1, -2)
    return _merge(low, high)


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
BAND_NORMS = {1: (1.04, 0.66), 2: (1.70, 1.08), 3: (2.79, 1.76)}


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
