#!/usr/bin/env python3
"""Write a training checkpoint as the model file that libcodec reads (docs/format.md, "Model file")."""
import argparse
import os
import struct
import sys

import numpy as np
import torch
import xxhash

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "train"))
from lattice import FULL, KINDS, N_NETWORKS, STAGES, STEP_NAMES, channel_groups, channel_levels, phases  # noqa: E402

MAGIC = b"\x8eUQM\r\n\x1a\n"
VERSION = 4
CLASS_LATTICE = 1
CELL_CHANNELS = 192
N_GROUPS = int(channel_groups().max()) + 1


def kind_index(coarse, level_from, level_to):
    return [i for i, k in enumerate(KINDS) if (k.coarse, k.level_from, k.level_to) == (coarse, level_from, level_to)][0]


def affine_tables(state, name, prefix):
    """Gains and biases [2 kinds, width] by kind, each from its own network, and dither."""
    for part, base in (("gain", 1.0), ("bias", 0.0)):
        rows = []
        for k, kind in enumerate(KINDS):
            layer = f"{kind.network}.{prefix}"
            rows.append(state[f"{layer}.kind_{part}"][k] + state[f"{layer}.dither_{part}"] + base)
        yield f"{name}.{part}", torch.cat(rows)


def count(state, prefix):
    return sum(name.startswith(f"0.{prefix}.") and name.endswith("inner.weight") for name in state)


def affines(state):
    yield from affine_tables(state, "input", "input_affine")
    for b in range(count(state, "blocks")):
        yield from affine_tables(state, f"block{b}", f"blocks.{b}.affine")
    for g in range(N_GROUPS):
        yield from affine_tables(state, f"group{g}", f"mix_affine.{g}")
    for b in range(count(state, "denoise_blocks")):
        yield from affine_tables(state, f"denoise.block{b}", f"denoise_blocks.{b}.affine")
    yield from affine_tables(state, "denoise", "denoise_affine")


def convolutions(state, network):
    """(name, array) of the layers of one network, and their biases."""
    def weight(name, layer):
        return f"net{network}.{name}", state[f"{network}.{layer}"]

    yield weight("input.weight", "input.weight")
    for b in range(count(state, "blocks")):
        yield weight(f"block{b}.in", f"blocks.{b}.inner.weight")
        yield weight(f"block{b}.out", f"blocks.{b}.outer.weight")
    for g in range(N_GROUPS):
        yield weight(f"group{g}.mix", f"mix.{g}.weight")
        yield weight(f"group{g}.out", f"out.{g}.weight")
        yield weight(f"group{g}.out_bias", f"out.{g}.bias")
        if g + 1 < N_GROUPS:
            yield weight(f"group{g}.context", f"context.{g}.weight")
    for b in range(count(state, "denoise_blocks")):
        yield weight(f"denoise.block{b}.in", f"denoise_blocks.{b}.inner.weight")
        yield weight(f"denoise.block{b}.out", f"denoise_blocks.{b}.outer.weight")
    yield weight("denoise.mix", "denoise_mix.weight")
    yield weight("denoise.out", "denoise_out.weight")
    yield weight("denoise.out_bias", "denoise_out.bias")


def tensors(state):
    """(name, array) of every tensor."""
    yield from affines(state)
    for network in range(N_NETWORKS):
        yield from convolutions(state, network)


def half(name, tensor):
    values = np.ascontiguousarray(tensor.numpy().astype("<f2"))
    if not np.isfinite(values).all():
        sys.exit(f"{name}: numbers that half precision does not hold")
    return values


def hash_of(data):
    return xxhash.xxh3_64_intdigest(data)


def model_bytes(state, name):
    state = {name: value.float() for name, value in state.items()}
    entries = [(name, half(name, tensor)) for name, tensor in tensors(state)]
    sections = [name.encode()[:31].ljust(32, b"\0")]
    sections.append(bytes(channel_groups().tolist()).ljust(CELL_CHANNELS, b"\0"))
    thresholds, others = phases()
    sections.append(bytes(others.tolist()).ljust(CELL_CHANNELS, b"\0"))
    for row in thresholds.tolist():
        sections.append(struct.pack(f"<{len(row)}H", *row).ljust(2 * CELL_CHANNELS, b"\0"))
    for kind in KINDS:
        sections.append(bytes((kind.coarse, kind.level_from, kind.level_to, kind.phased, kind.network, 0, 0, 0)))
        for level in (kind.level_from, kind.level_to):
            sections.append(bytes(channel_levels(level).tolist()).ljust(CELL_CHANNELS, b"\0"))
    for units, level_from, level_to, step in STAGES:
        sections.append(bytes((units, kind_index(units != FULL, level_from, level_to), step, 0)))
    for step in STEP_NAMES:
        sections.append(step.encode().ljust(16, b"\0"))
    tables = b"".join(sections)
    offset = 80 + len(tables) + 64 * len(entries)
    directory, data = [], []
    for tensor, values in entries:
        padding = -offset % 64
        data.append(b"\0" * padding)
        offset += padding
        shape = list(values.shape) + [1] * (4 - values.ndim)
        directory.append(tensor.encode().ljust(32, b"\0") + struct.pack("<4IQQ", *shape, offset, hash_of(values.tobytes())))
        data.append(values.tobytes())
        offset += values.nbytes
    head = struct.pack(
        "<12I", CLASS_LATTICE, state["0.input.weight"].shape[0], count(state, "blocks"), N_GROUPS, len(KINDS),
        len(STAGES), len(STEP_NAMES), len(thresholds) + 1, len(entries), N_NETWORKS, count(state, "denoise_blocks"), 0,
    )
    head += tables + b"".join(directory)
    return MAGIC + struct.pack("<IIQQ", VERSION, 0, offset, hash_of(head)) + head + b"".join(data)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint")
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--name", default="lattice")
    parser.add_argument("--raw", action="store_true", help="the last weights instead of their running average")
    options = parser.parse_args()
    saved = torch.load(options.checkpoint, map_location="cpu")
    data = model_bytes(saved["net" if options.raw else "ema"], options.name)
    with open(options.output + ".tmp", "wb") as file:
        file.write(data)
    os.replace(options.output + ".tmp", options.output)
    print(f"{options.output}: {len(data)} bytes, {len(STEP_NAMES)} steps")


if __name__ == "__main__":
    main()
