"""Training photographs as coefficients: transformed whole, again and again; crops of them; a fixed validation set."""
import glob
import os
from multiprocessing.pool import ThreadPool

import numpy as np
import torch
from PIL import Image
from torch.utils.data import IterableDataset, get_worker_info

import transform
from lattice import cell, channel_levels, low_levels

VALIDATION_EVERY = 20  # of the sorted file names; never trained on
# Nominal levels of the next unit whose low-pass a decoder may know; level 0 is the exact one.
LOW_LEVELS = [0] + sorted(set(low_levels().values()) - {0})


def _known_low(low):
    """[LOW_LEVELS, 3, h, w]: the low-pass as a decoder knows it while the next unit stands at a nominal level."""
    h, w = low.shape[1:]
    margins = (0, -w % transform.BLOCK, 0, -h % transform.BLOCK)
    padded = torch.nn.functional.pad(low[None].float(), margins, "replicate")[0]
    details, top = transform.unit_forward(padded.to(torch.int32))
    levels = torch.stack([channel_levels(level) for level in LOW_LEVELS[1:]])[:, :, None, None]
    begin, end = cell(details.float(), torch.zeros(()), levels, torch.tensor(False))
    centre = torch.trunc((begin + end) / 2).to(torch.int32)
    planes = transform.unit_inverse(centre, top.expand(len(levels), -1, -1, -1))[:, :, :h, :w]
    return torch.cat((low[None], planes))


def unit_of(picture, order, split_first=transform.split):
    """Details [h, w, 189] in the coding order and low-pass [LOW_LEVELS, h, w, 3] of one unit, int16."""
    h, w = (s // transform.BLOCK * transform.BLOCK for s in picture.shape[1:])
    details, low = transform.unit_forward(picture[:, :h, :w], split_first)
    details, low = details[order.channels].permute(1, 2, 0), _known_low(low).permute(0, 2, 3, 1)
    return details.to(torch.int16).contiguous(), low.to(torch.int16).contiguous()


class Pool:
    """Units in the memory of a device, each in a slot of its own, and random crops of them."""

    def __init__(self, capacities, weights, size, device):
        """Slots of so many blocks, drawn from with these weights; crops of size x size blocks."""
        first = np.concatenate(([0], np.cumsum(capacities)))
        self.capacities, self.weights, self.size, self.begin = capacities, weights, size, first[:-1]
        self.details = torch.zeros((first[-1], transform.COLOURS * transform.DETAILS), dtype=torch.int16, device=device)
        self.low = torch.zeros((len(LOW_LEVELS), first[-1], transform.COLOURS), dtype=torch.int16, device=device)
        self.first = torch.from_numpy(self.begin).to(device)
        self.sides = torch.zeros((len(capacities), 2), device=device)  # height, width
        self.used = torch.zeros(len(capacities), device=device)
        self.cumulative = torch.zeros(len(capacities), device=device)
        self.square = torch.arange(size, device=device)

    def put(self, slot, details, low):
        h, w = details.shape[:2]
        blocks = slice(self.begin[slot], self.begin[slot] + h * w)
        assert h * w <= self.capacities[slot]
        self.details[blocks].copy_(details.view(h * w, -1), non_blocking=True)
        self.low[:, blocks].copy_(low.view(len(LOW_LEVELS), h * w, -1), non_blocking=True)
        self.sides[slot, 0], self.sides[slot, 1] = h, w
        self.used[slot] = self.weights[slot] if min(h, w) >= self.size else 0
        torch.cumsum(self.used, 0, out=self.cumulative)

    def crops(self, *low_rows):
        """Details [B,189,size,size] and, for each of low_rows, [B] indices to LOW_LEVELS, the low-pass [B,3,size,size]."""
        n, device = len(low_rows[0]), self.first.device
        draws = torch.rand(3, n, device=device)
        slots = torch.searchsorted(self.cumulative, draws[0] * self.cumulative[-1]).clamp(max=len(self.first) - 1)
        places = (draws[1:].T * (self.sides[slots] - self.size + 1)).long()
        rows, columns = places[:, :1, None] + self.square[:, None], places[:, 1:, None] + self.square
        blocks = self.first[slots, None, None] + rows * self.sides[slots, 1, None, None].long() + columns
        planes = [self.details[blocks], *(self.low[rows[:, None, None], blocks] for rows in low_rows)]
        return [plane.float().permute(0, 3, 1, 2) for plane in planes]


def _load(name):
    return np.load(name) if name.endswith(".npy") else np.asarray(Image.open(name).convert("RGB"))


class Photos(IterableDataset):
    """All photographs of a folder; as a dataset, their units in random orientations and phases, without end."""

    def __init__(self, folder, order, seed, minimum_side=128):
        names = sorted(glob.glob(os.path.join(folder, "**", "*.*"), recursive=True))
        names = [n for n in names if n.endswith((".webp", ".png", ".ppm", ".npy"))]
        self.order, self.seed, self.train, self.validation = order, seed, [], []
        self.minimum = minimum_side
        with ThreadPool() as threads:
            for index, pixels in enumerate(threads.imap(_load, names, chunksize=8)):
                if min(pixels.shape[:2]) >= minimum_side + transform.BLOCK:
                    (self.train if index % VALIDATION_EVERY else self.validation).append(pixels)

    def pools(self, device):
        """For full-size units and for those of the low-pass pyramid. A photograph has one slot in the first,
        WAVELET_LEVELS in the second."""
        areas = [p.shape[0] * p.shape[1] for p in self.train]
        sides = [p.shape[:2] for p in self.train]
        capacities = [(h // transform.BLOCK) * (w // transform.BLOCK) for h, w in sides]
        full = Pool(capacities, areas, self.minimum // transform.BLOCK, device)
        capacities, weights = [], []
        for h, w in sides:
            halves = [((h + 1 >> level) // 8 + 1) * ((w + 1 >> level) // 8 + 1) for level in (1, 2, 3)]
            large = sum(min(h, w) >> level >= self.minimum // 2 for level in (1, 2, 3))
            capacities += halves
            weights += [(h * w) ** 0.5 / max(large, 1)] * len(halves)
        return full, Pool(capacities, weights, self.minimum // transform.BLOCK // 2, device)

    def __iter__(self):
        worker = get_worker_info()
        number, n = (worker.id, worker.num_workers) if worker else (0, 1)
        rng = np.random.default_rng((self.seed, number))
        while True:
            for index in range(number, len(self.train), n):
                yield index, self._units(self.train[index], rng)

    def _units(self, pixels, rng):
        """The full-size unit and those of the low-pass pyramid."""
        y, x, flips = rng.integers(transform.BLOCK, size=3)
        pixels = pixels[y:, x:]
        pixels = pixels[::-1] if flips & 1 else pixels
        pixels = pixels[:, ::-1] if flips & 2 else pixels
        pixels = pixels.transpose(1, 0, 2) if flips & 4 else pixels
        picture, split = torch.from_numpy(pixels.copy()).permute(2, 0, 1), transform.split_colour
        units = [unit_of(picture, self.order, split)]
        for _ in range(transform.WAVELET_LEVELS):
            (picture, _), split = split(picture), transform.split
            if min(picture.shape[1:]) >= self.minimum // 2:
                units.append(unit_of(picture, self.order))
        return units

    def validation_crops(self, size, limit):
        """RGB [3, size, size] out of the middle of held-out photographs."""
        out = []
        for pixels in self.validation:
            h, w = pixels.shape[:2]
            if min(h, w) >= size and len(out) < limit:
                y, x = (h - size) // 2, (w - size) // 2
                out.append(torch.from_numpy(pixels[y : y + size, x : x + size].copy()).permute(2, 0, 1))
        return out
