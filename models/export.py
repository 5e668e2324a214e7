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
from lattice import FULL, KINDS, STAGES, STEP_NAMES, channel_groups, channel_levels, phases  # noqa: E402

MAGIC = b"\x8eUQM\r\n\x1a\n"
VERSION = 3
CLASS_LATTICE = 1
CELL_CHANNELS = 192


def kind_index(coarse, level_from, level_to):
    return [i for i, k in enumerate(KINDS) if (k.coarse, k.level_from, k.level_to) == (coarse, level_from, level_to)][0]


def tensors(state):
    """(name, array) of every tensor."""
    def affine(name, prefix):
        for part, base in (("gain", 1.0), ("bias", 0.0)):
            table = state[f"{prefix}.kind_{part}"][:, None] + state[f"{prefix}.dither_{part}"][None, :] + base
            yield f"{name}.{part}", table.flatten(0, 1)

    n_groups = int(channel_groups().max()) + 1
    yield "input.weight", state["input.weight"]
    yield from affine("input", "input_affine")
    block = 0
    while f"block_in.{block}.weight" in state:
        yield f"block{block}.in", state[f"block_in.{block}.weight"]
        yield f"block{block}.out", state[f"block_out.{block}.weight"]
        yield from affine(f"block{block}", f"block_affine.{block}")
        block += 1
    for g in range(n_groups):
        yield f"group{g}.mix", state[f"mix.{g}.weight"]
        yield from affine(f"group{g}", f"mix_affine.{g}")
        yield f"group{g}.out", state[f"out.{g}.weight"]
        yield f"group{g}.out_bias", state[f"out.{g}.bias"]
        if g + 1 < n_groups:
            yield f"group{g}.context", state[f"context.{g}.weight"]
    yield "denoise.mix", state["denoise_mix.weight"]
    yield from affine("denoise", "denoise_affine")
    yield "denoise.out", state["denoise_out.weight"]
    yield "denoise.out_bias", state["denoise_out.bias"]


def model_bytes(state, name):
    entries = [(n, np.ascontiguousarray(t.float().numpy(), "<f4")) for n, t in tensors(state)]
    groups = channel_groups()
    sections = [name.encode()[:31].ljust(32, b"\0")]
    sections.append(bytes(groups.tolist()).ljust(CELL_CHANNELS, b"\0"))
    thresholds, others = phases()
    sections.append(bytes(others.tolist()).ljust(CELL_CHANNELS, b"\0"))
    for row in thresholds.tolist():
        sections.append(struct.pack(f"<{len(row)}H", *row).ljust(2 * CELL_CHANNELS, b"\0"))
    for kind in KINDS:
        sections.append(bytes((kind.coarse, kind.level_from, kind.level_to, kind.phased)))
        for level in (kind.level_from, kind.level_to):
            sections.append(bytes(channel_levels(level).tolist()).ljust(CELL_CHANNELS, b"\0"))
    for units, level_from, level_to, step in STAGES:
        sections.append(bytes((units, kind_index(units != FULL, level_from, level_to), step, 0)))
    for step in STEP_NAMES:
        sections.append(step.encode().ljust(16, b"\0"))
    tables = b"".join(sections)
    offset = 72 + len(tables) + 64 * len(entries)
    directory, data = [], []
    for tensor, values in entries:
        padding = -offset % 64
        data.append(b"\0" * padding)
        offset += padding
        shape = list(values.shape) + [1] * (4 - values.ndim)
        directory.append(tensor.encode().ljust(32, b"\0") + struct.pack("<4IQQ", *shape, offset, 0))
        data.append(values.tobytes())
        offset += values.nbytes
    width = state["input.weight"].shape[0]
    blocks = sum(n.startswith("block_in.") for n in state)
    hashed = struct.pack(
        "<10I", CLASS_LATTICE, width, blocks, int(groups.max()) + 1, len(KINDS), len(STAGES), len(STEP_NAMES),
        len(thresholds) + 1, len(entries), 0,
    )
    hashed += tables + b"".join(directory) + b"".join(data)
    return MAGIC + struct.pack("<IIQQ", VERSION, 0, offset, xxhash.xxh3_64_intdigest(hashed)) + hashed


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
