"""Training photographs: random crops as coefficients, and a fixed validation set."""
import glob
import os

import numpy as np
import torch
from PIL import Image

import transform

VALIDATION_EVERY = 20  # of the sorted file names; never trained on


class Photos:
    """All photographs of a folder as luma/chroma planes, and the low-pass planes of each."""

    def __init__(self, folder, minimum_side=128):
        names = sorted(glob.glob(os.path.join(folder, "**", "*.*"), recursive=True))
        names = [n for n in names if n.endswith((".webp", ".png", ".ppm", ".npy"))]
        self.train, self.low, self.validation = [], [], []
        for index, name in enumerate(names):
            pixels = np.load(name) if name.endswith(".npy") else np.asarray(Image.open(name).convert("RGB"))
            planes = transform.colour_forward(torch.from_numpy(np.array(pixels)).permute(2, 0, 1))
            if min(planes.shape[1:]) < minimum_side:
                continue
            if index % VALIDATION_EVERY == 0:
                self.validation.append(planes.to(torch.int16))
                continue
            self.train.append(planes.to(torch.int16))
            for _ in range(transform.WAVELET_LEVELS):
                planes, _ = transform._split_2d(planes)
                if min(planes.shape[1:]) >= minimum_side // 2:
                    self.low.append(planes.to(torch.int16))
        area = np.array([p.shape[1] * p.shape[2] for p in self.train], float)
        self.weights = area / area.sum()
        area = np.array([p.shape[1] * p.shape[2] for p in self.low], float) ** 0.5
        self.low_weights = area / area.sum()

    def crops(self, rng, n, size, low=False):
        planes, weights = (self.low, self.low_weights) if low else (self.train, self.weights)
        out = torch.empty((n, 3, size, size), dtype=torch.int32)
        for i, which in enumerate(rng.choice(len(planes), n, p=weights)):
            _, h, w = planes[which].shape
            y, x = rng.integers(h - size + 1), rng.integers(w - size + 1)
            crop = planes[which][:, y : y + size, x : x + size]
            flips = rng.integers(8)
            if flips & 1:
                crop = crop.flip(1)
            if flips & 2:
                crop = crop.flip(2)
            if flips & 4:
                crop = crop.transpose(1, 2)
            out[i] = crop
        return out

    def validation_crops(self, size, limit):
        out = []
        for planes in self.validation:
            _, h, w = planes.shape
            if min(h, w) >= size:
                y, x = (h - size) // 2, (w - size) // 2
                out.append(planes[:, y : y + size, x : x + size].to(torch.int32))
        return torch.stack(out[:limit])
