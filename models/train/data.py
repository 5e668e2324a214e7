"""Training photographs as coefficients: crops of whole transformed pictures, and a fixed validation set."""
import glob
import os

import numpy as np
import torch
from PIL import Image

import transform
from lattice import cell, channel_levels, coding_order, low_levels

VALIDATION_EVERY = 20  # of the sorted file names; never trained on
# Nominal levels of the next unit whose low-pass a decoder may know; level 0 is the exact one.
LOW_LEVELS = sorted(set(low_levels().values()) - {0})
ORDER = coding_order()


class Unit:
    """Details [189, h, w] of one unit in coding order, and the low-pass [3, h, w] by how well it is known."""

    def __init__(self, picture, split_first=transform.split):
        h, w = (s // transform.CELL * transform.CELL for s in picture.shape[1:])
        details, low = transform.unit_forward(picture[:, :h, :w], split_first)
        self.details = details[ORDER].permute(1, 2, 0).to(torch.int16).contiguous()
        self.low = {0: low}
        self._degrade(low)
        self.shape = self.details.shape[:2]

    def _degrade(self, low):
        """The low-pass as a decoder knows it while the next unit stands at a nominal level."""
        h, w = low.shape[1:]
        margins = (0, -w % transform.CELL, 0, -h % transform.CELL)
        padded = torch.nn.functional.pad(low[None].float(), margins, "replicate")[0]
        details, top = transform.unit_forward(padded.to(torch.int32))
        levels = torch.stack([channel_levels(level) for level in LOW_LEVELS])[:, :, None, None]
        begin, end = cell(details.float(), torch.zeros(()), levels, torch.tensor(False))
        centre = torch.trunc((begin + end) / 2).to(torch.int32)
        planes = transform.unit_inverse(centre, top.expand(len(LOW_LEVELS), -1, -1, -1))[:, :, :h, :w]
        self.low.update(zip(LOW_LEVELS, planes))

    def crop(self, y, x, size, level):
        rows, columns = slice(y, y + size), slice(x, x + size)
        return self.details[rows, columns], self.low[level][:, rows, columns]


class Photos:
    """All photographs of a folder; units of a random orientation and phase, renewed one by one."""

    def __init__(self, folder, rng, minimum_side=128):
        names = sorted(glob.glob(os.path.join(folder, "**", "*.*"), recursive=True))
        names = [n for n in names if n.endswith((".webp", ".png", ".ppm", ".npy"))]
        self.rng, self.train, self.validation = rng, [], []
        for index, name in enumerate(names):
            pixels = np.load(name) if name.endswith(".npy") else np.asarray(Image.open(name).convert("RGB"))
            if min(pixels.shape[:2]) < minimum_side + transform.CELL:
                continue
            (self.train if index % VALIDATION_EVERY else self.validation).append(pixels)
        area = np.array([p.shape[0] * p.shape[1] for p in self.train], float)
        self.weights = area / area.sum()
        self.low_weights = area**0.5 / (area**0.5).sum()
        self.minimum = minimum_side // transform.CELL
        self.full, self.low = [None] * len(self.train), [None] * len(self.train)
        self.next = 0

    def renew(self):
        """Transforms the next photograph anew."""
        self._transform(self.next)
        self.next = (self.next + 1) % len(self.train)

    def _ready(self, index):
        if self.full[index] is None:
            self._transform(index)
        return index

    def _transform(self, index):
        pixels = self.train[index]
        y, x, flips = self.rng.integers(transform.CELL, size=3)
        pixels = pixels[y:, x:]
        pixels = pixels[::-1] if flips & 1 else pixels
        pixels = pixels[:, ::-1] if flips & 2 else pixels
        pixels = pixels.transpose(1, 0, 2) if flips & 4 else pixels
        picture, split = torch.from_numpy(pixels.copy()).permute(2, 0, 1), transform.split_colour
        self.full[index] = Unit(picture, split)
        self.low[index] = []
        for _ in range(transform.WAVELET_LEVELS):
            (picture, _), split = split(picture), transform.split
            if min(picture.shape[1:]) >= self.minimum * transform.CELL // 2:
                self.low[index].append(Unit(picture))

    def crops(self, n, size, low_levels):
        """n crops of size x size cells of full-size units, the low-pass known as low_levels [n] say."""
        chosen = [self.full[self._ready(i)] for i in self.rng.choice(len(self.train), n, p=self.weights)]
        return self._stack(chosen, size, low_levels)

    def low_crops(self, n, size):
        """The same of units of the low-pass pyramid, whose own low-pass is exact."""
        indices = self.rng.choice(len(self.train), 3 * n, p=self.low_weights)
        pool = [self.low[self._ready(i)] for i in indices]
        pool = [units[self.rng.integers(len(units))] for units in pool if units]
        pool = [unit for unit in pool if min(unit.shape) >= size]
        return self._stack([pool[i] for i in self.rng.integers(len(pool), size=n)], size, [0] * n)

    def _stack(self, units, size, low_levels):
        details = torch.empty((len(units), size, size, len(ORDER)))
        low = torch.empty((len(units), transform.COLOURS, size, size))
        for i, (unit, level) in enumerate(zip(units, low_levels)):
            y, x = (self.rng.integers(side - size + 1) for side in unit.shape)
            details[i], low[i] = unit.crop(y, x, size, level)
        return details.permute(0, 3, 1, 2), low

    def validation_crops(self, size, limit):
        """RGB [3, size, size] out of the middle of held-out photographs."""
        out = []
        for pixels in self.validation:
            h, w = pixels.shape[:2]
            if min(h, w) >= size and len(out) < limit:
                y, x = (h - size) // 2, (w - size) // 2
                out.append(torch.from_numpy(pixels[y : y + size, x : x + size].copy()).permute(2, 0, 1))
        return out
