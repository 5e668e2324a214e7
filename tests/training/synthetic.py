"""Pictures made from a seed: smooth shapes, edges and grain in colour."""
import os

import numpy as np
from PIL import Image


def picture(seed, width, height):
    """[height, width, 3] uint8."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(float)
    out = np.empty((height, width, 3))
    for colour in range(3):
        fx, fy, phase = rng.uniform(0.01, 0.08, 2).tolist() + [rng.uniform(0, 6)]
        out[..., colour] = 110 + 70 * np.sin(fx * x + fy * y + phase)
    for _ in range(6):
        cx, cy, radius = rng.uniform(0, width), rng.uniform(0, height), rng.uniform(5, 40)
        out[(x - cx) ** 2 + (y - cy) ** 2 < radius**2] = rng.uniform(0, 255, 3)
    out += rng.normal(0, 4, out.shape)
    return np.clip(np.rint(out), 0, 255).astype(np.uint8)


def write_pictures(folder, n, width, height):
    os.makedirs(folder, exist_ok=True)
    for seed in range(n):
        Image.fromarray(picture(seed, width, height)).save(os.path.join(folder, f"{seed:02}.png"))
