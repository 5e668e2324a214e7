"""Whole numbers of exported weights: how they are made, and what the model file says of them."""
import math
import os
import struct
import sys

import numpy as np
import torch

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
for folder in ("models", "models/train"):
    sys.path.insert(0, os.path.join(ROOT, folder))
import export
import network
import order
import tap

LEAST_SCALE = 2.0**-14  # the least half that is not subnormal
HEADER_SIZE, ENTRY_SIZE = 80, 64


def weights_of_all_sorts():
    """(name, weights [outputs, inputs, size, size])"""
    torch.manual_seed(3)
    for size in 1, 3:
        for n_in in 2, 16, 128, 576, 1024:
            for spread in 1e-6, 0.05, 1.0, 100.0:
                yield f"{size}x{size}, {n_in} inputs of {spread}", spread * torch.randn(5, n_in, size, size)
    yield "zeros", torch.zeros(3, 16, 1, 1)
    yield "one that is not 0", torch.eye(16).reshape(16, 16, 1, 1) * torch.logspace(-8, 4, 16).reshape(-1, 1, 1, 1)
    yield "all the same", torch.full((2, 1024, 3, 3), 0.7)
    outlier = torch.full((2, 144, 1, 1), 1e-3)
    outlier[0, 0] = -60000.0
    yield "an outlier", outlier


def quantises():
    """Weights become whole numbers that are near to them and whose sums fit."""
    for name, weights in weights_of_all_sorts():
        whole, scale = export.quantised(name, weights)
        assert whole.dtype == np.dtype("<i2") and whole.shape == weights.shape, name
        assert scale.dtype == np.dtype("<f2") and scale.shape == (len(weights),), name
        rows, scales = whole.reshape(len(whole), -1).astype("i8"), scale.astype("f8")[:, None]
        # Inputs of 16 bits but -32768: no sum is beyond 32 bits.
        assert (np.abs(rows).sum(1) <= 65535).all() and 65535 * 32767 < 2**31, name
        assert (np.abs(rows) <= 32767).all() and (scales >= LEAST_SCALE).all() and np.isfinite(scales).all(), name
        error = np.abs(rows * scales - weights.reshape(len(whole), -1).numpy())
        assert (error <= scales * 0.5001).all(), f"{name}: off by up to {(error / scales).max()}"


def uses_the_range():
    """Scales are as small as the sums allow."""
    for name, weights in weights_of_all_sorts():
        whole, scale = export.quantised(name, weights)
        rows = np.abs(whole.reshape(len(whole), -1).astype("i8"))
        # Rounding up to a half and for the rounding of weights, which may add half to each.
        room = (65535 - rows.shape[1]) * (1 - 2**-8)
        is_full = (rows.sum(1) >= room) | (rows.max(1) >= 32767 * (1 - 2**-8))
        assert (is_full | (scale == np.float16(LEAST_SCALE))).all(), name


def places_the_point():
    """Bits behind the point leave room for numbers twice as large, and are 15 at most."""
    for largest in 0.0, 1e-9, 0.4, 1.0, 7.9, 8.0, 200.0, 16383.0, 20000.0, 1e9:
        bits = export.bits_for(largest)
        assert 0 <= bits <= 15, largest
        assert bits == 0 or 2 * largest * 2**bits <= 32767, largest
        assert bits == 15 or 2 * largest * 2 ** (bits + 1) > 32767, largest


def entries_of(data):
    """{name: (type, values as they are stored)} of a lattice model's file."""
    _, n_blocks, n_groups, n_kinds, n_stages, n_steps, n_phases, n_tensors, n_networks, n_denoise, _ = struct.unpack_from("<11I", data, 36)
    at = HEADER_SIZE + 32 + 192 * 2 * n_phases + 392 * n_kinds + 4 * n_stages + 16 * n_steps
    entries = {}
    for i in range(n_tensors):
        field, *shape, offset, _ = struct.unpack_from("<32s4IQQ", data, at + ENTRY_SIZE * i)
        values = np.frombuffer(data, "<i2" if field[31] else "<f2", math.prod(shape), offset).reshape(shape)
        entries[field[:31].rstrip(b"\0").decode()] = field[31], values
    return entries, 2 + n_blocks + n_groups + n_denoise, n_networks


def writes_types():
    """The file has weights and bits of whole numbers, and scales, gains and biases of halves."""
    torch.manual_seed(4)
    networks = network.Networks(order.PHASED, width=16, blocks=2, denoise_blocks=1)
    largest = {"1.blocks.1.outer": 3.0, "1.mix.4": 50.0, "1.denoise_out": 0.1, "2.mix.4": 900.0, "3.denoise_mix": 900.0}
    entries, n_bits, n_networks = entries_of(export.model_bytes(networks.state_dict(), "tiny", largest, order.PHASED))
    assert n_networks == len(networks)
    layers = [name[: -len("_scale")] for name in entries if name.endswith("_scale")]
    whole = {name for name, (kind, _) in entries.items() if kind == 1}
    assert whole == set(layers) | {f"net{i}.bits" for i in range(n_networks)}
    assert all(kind in (0, 1) for kind, _ in entries.values())
    for name in layers:
        assert entries[f"{name}_scale"][1].shape == (len(entries[name][1]), 1, 1, 1), name
    bits = [entries[f"net{i}.bits"][1].ravel().tolist() for i in range(n_networks)]
    assert all(len(values) == n_bits for values in bits)
    trunk, inner = export.bits_for(export.USUAL_TRUNK), export.bits_for(export.USUAL_ACTIVATED)
    assert bits[0] == [trunk] + [inner] * (n_bits - 1)
    # The trunk's numbers as large as the largest of all layers that read it, or as usual.
    assert bits[2] == bits[3] == [export.bits_for(900)] + [inner] * (n_bits - 1)
    assert bits[1] == [trunk, inner, export.bits_for(3)] + [inner] * (n_bits - 4) + [export.bits_for(0.1)]


if __name__ == "__main__":
    tap.main([quantises, uses_the_range, places_the_point, writes_types])
