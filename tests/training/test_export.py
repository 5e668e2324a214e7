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


def directory_of(data, at, n_tensors, begin):
    """{name: (type, values as they are stored)} of a directory whose offsets count from `begin`."""
    entries = {}
    for i in range(n_tensors):
        field, *shape, offset, _ = struct.unpack_from("<32s4IQQ", data, at + ENTRY_SIZE * i)
        values = np.frombuffer(data, "<i2" if field[31] else "<f2", math.prod(shape), begin + offset).reshape(shape)
        entries[field[:31].rstrip(b"\0").decode()] = field[31], values
    return entries


def entries_of(data):
    """(entries of the first part, those of the denoiser, numbers of bits of each, networks) of a lattice model's file."""
    _, n_blocks, n_groups, n_stage_types, n_stages, n_steps, n_phases, n_tensors, n_networks, begin = struct.unpack_from("<9IQ", data, 36)
    at = HEADER_SIZE + 32 + 192 * 2 * n_phases + 392 * n_stage_types + 4 * n_stages + 16 * n_steps
    n_denoise, n_denoise_tensors = struct.unpack_from("<2I", data, begin + 20)
    first = directory_of(data, at, n_tensors, 0)
    second = directory_of(data, begin + 32, n_denoise_tensors, begin)
    return first, second, (1 + n_blocks + n_groups, n_denoise + 1), n_networks


def writes_types():
    """The file has weights and bits of whole numbers, and scales, gains and biases of halves."""
    torch.manual_seed(4)
    networks = network.Networks(order.PHASED, width=16, blocks=2, denoise_blocks=1)
    largest = {"1.blocks.1.outer": 3.0, "1.mix.4": 50.0, "1.denoise_out": 0.1, "2.mix.4": 900.0, "3.denoise_mix": 900.0}
    first, second, n_bits, n_networks = entries_of(export.model_bytes(networks.state_dict(), "tiny", largest, order.PHASED))
    assert not any("denoise" in name for name in first) and all("denoise" in name for name in second)
    entries = first | second
    assert n_networks == len(networks)
    layers = [name[: -len("_scale")] for name in entries if name.endswith("_scale")]
    whole = {name for name, (kind, _) in entries.items() if kind == 1}
    assert whole == set(layers) | {f"net{i}.{part}" for i in range(n_networks) for part in ("bits", "denoise.bits")}
    assert all(kind in (0, 1) for kind, _ in entries.values())
    for name in layers:
        assert entries[f"{name}_scale"][1].shape == (len(entries[name][1]), 1, 1, 1), name
    bits = [[entries[f"net{i}.{part}"][1].ravel().tolist() for part in ("bits", "denoise.bits")] for i in range(n_networks)]
    assert all((len(own), len(denoise)) == n_bits for own, denoise in bits)
    n_bits, bits = sum(n_bits), [own + denoise for own, denoise in bits]
    trunk, inner = export.bits_for(export.USUAL_TRUNK), export.bits_for(export.USUAL_ACTIVATED)
    assert bits[0] == [trunk] + [inner] * (n_bits - 1)
    # The trunk's numbers as large as the largest of all layers that read it, or as usual.
    assert bits[2] == bits[3] == [export.bits_for(900)] + [inner] * (n_bits - 1)
    assert bits[1] == [trunk, inner, export.bits_for(3)] + [inner] * (n_bits - 4) + [export.bits_for(0.1)]


def keeps_the_first_part():
    """A denoiser beside the bits of another file leaves these and their identity alone."""
    torch.manual_seed(5)
    networks = network.Networks(order.PHASED, width=16, blocks=1, denoise_blocks=2)
    state = networks.state_dict()
    before = export.model_bytes(state, "tiny", {}, order.PHASED)
    other = {name: value + 0.1 if "denoise" in name else value for name, value in state.items()}
    after = export.with_denoiser_of(before, other, {"0.denoise_out": 3.0}, order.PHASED)
    first, _ = export.first_part_of(before)
    assert export.first_part_of(after)[0][24:] == first[24:] and after[len(first) :] != before[len(first) :]
    revisions = [struct.unpack_from("<I", data, at)[0] for data in (before, after) for at in (12, len(first) + 16)]
    assert revisions == [1, 1, 2, 2]
    assert export.with_denoiser_of(after, state, {}, order.PHASED, 1) == before
    assert export.model_bytes(other, "tiny", {}, order.PHASED)[:12] == before[:12]


def refuses_another_trunk():
    """A denoiser goes with the trunk that it was trained on, and with files whose identity does not cover it."""
    torch.manual_seed(6)
    state = network.Networks(order.PHASED, width=16, blocks=1, denoise_blocks=1).state_dict()
    before = export.model_bytes(state, "tiny", {}, order.PHASED)
    other = {name: value * 1.5 if name == "2.blocks.0.inner.weight" else value for name, value in state.items()}
    # A layer's whole numbers are as large as they can be: what differs is their scale.
    wider = network.Networks(order.PHASED, width=32, blocks=1, denoise_blocks=1).state_dict()
    for data, weights, cause in (
        (before, other, "another trunk"), (before, wider, "another trunk"), (before[:8] + b"\5" + before[9:], state, "version 5"),
        (before[:-1], state, "damaged"), (b"", state, "not a model file"),
    ):
        try:
            export.with_denoiser_of(data, weights, {}, order.PHASED)
        except export.ExportError as error:
            assert cause in str(error), error
        else:
            raise AssertionError(f"{cause}: accepted")


if __name__ == "__main__":
    tap.main([quantises, uses_the_range, places_the_point, writes_types, keeps_the_first_part, refuses_another_trunk])
