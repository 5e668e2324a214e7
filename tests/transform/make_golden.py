#!/usr/bin/env python3
"""Prints golden.h: results of models/train/transform.py for a fixed picture.

    PYTHONPATH=../../models/train make_golden.py > golden.h
"""
import torch

import transform

WIDTH, HEIGHT = 24, 16
ODD_WIDTH, ODD_HEIGHT = 21, 13


def picture(width, height):
    """Each value from its position by an integer formula; as golden_picture of the tests."""
    values = [
        [[(x * x * 7 + y * 31 + x * y * 13 + c * 85) % 256 for x in range(width)] for y in range(height)]
        for c in range(3)
    ]
    return torch.tensor(values, dtype=torch.int32)


def fnv1a(tensor):
    state = 14695981039346656037
    for value in tensor.flatten().tolist():
        for byte in (value & 0xFFFFFFFF).to_bytes(4, "little"):
            state = (state ^ byte) * 1099511628211 % 2**64
    return state


def joined(low, subbands):
    hl, lh, hh = subbands
    return torch.cat((torch.cat((low, hl), -1), torch.cat((lh, hh), -1)), -2)


def mallat(rgb, levels):
    """Planes of all subbands of a picture, its finest level with the rotation of colours."""
    low, subbands = transform.split_colour(rgb)
    out = joined(low, subbands)
    for _ in range(levels - 1):
        height, width = low.shape[-2:]
        low, subbands = transform.split(low)
        out[:, :height, :width] = joined(low, subbands)
    return out


picture_even = picture(WIDTH, HEIGHT)
planes = mallat(picture_even, 1)
details, low = transform.unit_forward(picture_even, transform.split_colour)
odd_hash = fnv1a(mallat(picture(ODD_WIDTH, ODD_HEIGHT), 5))

print("/* Made by make_golden.py. */")
print("/* clang-format off */")
print(f"enum {{ GOLDEN_WIDTH = {WIDTH}, GOLDEN_HEIGHT = {HEIGHT} }};")
print(f"enum {{ GOLDEN_ODD_WIDTH = {ODD_WIDTH}, GOLDEN_ODD_HEIGHT = {ODD_HEIGHT}, GOLDEN_ODD_LEVELS = 5 }};")
print("\n/* Hashes of the planes of one level; of the details, by channel, row, column; of the low-pass; of the odd\n * picture's planes. */")
print(f"#define GOLDEN_PLANES  UINT64_C({fnv1a(planes)})")
print(f"#define GOLDEN_DETAILS UINT64_C({fnv1a(details)})")
print(f"#define GOLDEN_LOW     UINT64_C({fnv1a(low)})")
print(f"#define GOLDEN_ODD     UINT64_C({odd_hash})")
