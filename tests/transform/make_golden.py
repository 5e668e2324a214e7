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


def mallat(plane, levels):
    out = plane.clone()
    for _ in range(levels):
        ll, (hl, lh, hh) = transform._split_2d(plane)
        top, bottom = torch.cat((ll, hl), -1), torch.cat((lh, hh), -1)
        out[: plane.shape[0], : plane.shape[1]] = torch.cat((top, bottom), -2)
        plane = ll
    return out


planes = transform.colour_forward(picture(WIDTH, HEIGHT))
details, low = transform.unit_forward(planes)
odd = transform.colour_forward(picture(ODD_WIDTH, ODD_HEIGHT))
odd_hash = fnv1a(torch.stack([mallat(plane, 5) for plane in odd]))

print("/* Made by make_golden.py. */")
print("/* clang-format off */")
print(f"enum {{ GOLDEN_WIDTH = {WIDTH}, GOLDEN_HEIGHT = {HEIGHT} }};")
print(f"enum {{ GOLDEN_ODD_WIDTH = {ODD_WIDTH}, GOLDEN_ODD_HEIGHT = {ODD_HEIGHT}, GOLDEN_ODD_LEVELS = 5 }};")
print("\n/* Hashes of the planes; of the details, by channel, row, column; of the low-pass; of the odd\n * picture's planes. */")
print(f"#define GOLDEN_PLANES  UINT64_C({fnv1a(planes)})")
print(f"#define GOLDEN_DETAILS UINT64_C({fnv1a(details)})")
print(f"#define GOLDEN_LOW     UINT64_C({fnv1a(low)})")
print(f"#define GOLDEN_ODD     UINT64_C({odd_hash})")
