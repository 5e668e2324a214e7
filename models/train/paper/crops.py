"""Small pictures out of photographs: crops of them, scaled down by whole factors."""
import glob
import os
from multiprocessing.pool import ThreadPool

import numpy as np
import torch
from PIL import Image

VALIDATION_EVERY = 20  # of the sorted file names; never trained on
FACTORS = (1, 2, 3, 4, 5, 6)
FACTOR_WEIGHTS = (1, 2, 3, 4, 3, 2)


def _load(name):
    return np.asarray(Image.open(name).convert("RGB"))


def scaled_crop(pixels, y, x, size, factor):
    """[3, size, size] uint8: means of factor x factor pixels from (y, x) on."""
    square = pixels[y : y + size * factor, x : x + size * factor].astype(np.float32)
    means = square.reshape(size, factor, size, factor, 3).mean((1, 3))
    return torch.from_numpy(np.rint(means).astype(np.uint8)).permute(2, 0, 1)


class Photos:
    def __init__(self, folder, seed, minimum_side=64):
        names = sorted(glob.glob(os.path.join(folder, "**", "*.*"), recursive=True))
        names = [n for n in names if n.endswith((".webp", ".png", ".ppm"))]
        self.train, self.validation, self.rng = [], [], np.random.default_rng(seed)
        with ThreadPool() as threads:
            for index, pixels in enumerate(threads.imap(_load, names, chunksize=8)):
                if min(pixels.shape[:2]) >= minimum_side:
                    (self.train if index % VALIDATION_EVERY else self.validation).append(pixels)
        areas = np.array([p.shape[0] * p.shape[1] for p in self.train], float)
        self.chances = np.sqrt(areas) / np.sqrt(areas).sum()

    def _crop(self, size):
        pixels = self.train[self.rng.choice(len(self.train), p=self.chances)]
        h, w = pixels.shape[:2]
        fitting = [f for f in FACTORS if f * size <= min(h, w)]
        weights = np.array(FACTOR_WEIGHTS[: len(fitting)], float)
        factor = int(self.rng.choice(fitting, p=weights / weights.sum()))
        y, x = self.rng.integers(h - factor * size + 1), self.rng.integers(w - factor * size + 1)
        crop = scaled_crop(pixels, y, x, size, factor)
        return crop.flip(2) if self.rng.integers(2) else crop

    def batch(self, n, size):
        """[n, 3, size, size] uint8."""
        return torch.stack([self._crop(size) for _ in range(n)])

    def held_out(self, size, limit, factor=4):
        """[n, 3, size, size] uint8: middles of held-out photographs, scaled down by at most this factor."""
        out = []
        for pixels in self.validation[:limit]:
            h, w = pixels.shape[:2]
            fitting = min(factor, min(h, w) // size)
            y, x = (h - size * fitting) // 2, (w - size * fitting) // 2
            out.append(scaled_crop(pixels, y, x, size, fitting))
        return torch.stack(out)
