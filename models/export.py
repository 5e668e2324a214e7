#!/usr/bin/env python3
"""Write a training checkpoint as the model file that libcodec reads (docs/format.md, "Model file")."""
import argparse
import math
import os
import re
import struct
import sys

import numpy as np
import torch
import xxhash

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "train"))
import checkpoint  # noqa: E402
from lattice import FULL, N_NETWORKS, STAGES, STAGE_TYPES, STEP_NAMES  # noqa: E402
from order import ORDERS  # noqa: E402

MAGIC = b"\x8eUQM\r\n\x1a\n"
VERSION = 6
CLASS_LATTICE = 1
TYPE_FLOAT, TYPE_INT16 = 0, 1
LARGEST = 32767  # of whole numbers
MAX_BITS = 15
MOST_WEIGHT = 65535  # sum of the magnitudes of an output's weights: times LARGEST, it fits 32 bits
HEADROOM = 2  # how much larger than those of the training a network's numbers may become
# Of networks whose numbers have not been looked at: those of the trunk and those that are activated.
USUAL_TRUNK, USUAL_ACTIVATED = 200.0, 20.0
BLOCK_CHANNELS = 192
HEADER_SIZE, DENOISER_HEADER_SIZE, ENTRY_SIZE, ALIGNMENT = 80, 32, 64, 64
FIRST_REVISION = 1
# How much a trunk's numbers may differ, as a share of a tensor's largest, to be taken for the same.
SAME_TRUNK = 0.01


class ExportError(Exception):
    """Says what cannot be put together, and why."""


def stage_type_index(coarse, level_from, level_to):
    return [i for i, k in enumerate(STAGE_TYPES) if (k.coarse, k.level_from, k.level_to) == (coarse, level_from, level_to)][0]


def affine_tables(state, name, prefix):
    """Gains and biases [2 stage types, width] by stage type, each from its own network, and dither."""
    for part, base in (("gain", 1.0), ("bias", 0.0)):
        rows = []
        for k, stage_type in enumerate(STAGE_TYPES):
            layer = f"{stage_type.network}.{prefix}"
            rows.append(state[f"{layer}.type_{part}"][k] + state[f"{layer}.dither_{part}"] + base)
        yield f"{name}.{part}", torch.cat(rows)


def count(state, prefix):
    return sum(name.startswith(f"0.{prefix}.") and name.endswith("inner.weight") for name in state)


def n_groups(state):
    return sum(name.startswith("0.mix.") for name in state)


def affines(state):
    yield from affine_tables(state, "input", "input_affine")
    for b in range(count(state, "blocks")):
        yield from affine_tables(state, f"block{b}", f"blocks.{b}.affine")
    for g in range(n_groups(state)):
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
    for g in range(n_groups(state)):
        yield weight(f"group{g}.mix", f"mix.{g}.weight")
        yield weight(f"group{g}.out", f"out.{g}.weight")
        yield weight(f"group{g}.out_bias", f"out.{g}.bias")
        if g + 1 < n_groups(state):
            yield weight(f"group{g}.context", f"context.{g}.weight")
    for b in range(count(state, "denoise_blocks")):
        yield weight(f"denoise.block{b}.in", f"denoise_blocks.{b}.inner.weight")
        yield weight(f"denoise.block{b}.out", f"denoise_blocks.{b}.outer.weight")
    yield weight("denoise.mix", "denoise_mix.weight")
    yield weight("denoise.out", "denoise_out.weight")
    yield weight("denoise.out_bias", "denoise_out.bias")


def bits_for(largest):
    """Bits behind the point of numbers of that magnitude."""
    return max(0, min(MAX_BITS, math.floor(math.log2(LARGEST / (HEADROOM * max(largest, 1e-3))))))


def inner_layers(state):
    """The layers that read what was activated, in the order in which the model file lists their numbers."""
    yield from (f"blocks.{b}.outer" for b in range(count(state, "blocks")))
    yield from (f"out.{g}" for g in range(n_groups(state)))
    yield from (f"denoise_blocks.{b}.outer" for b in range(count(state, "denoise_blocks")))
    yield "denoise_out"


def outer_layers(state):
    """The layers that read the trunk, or what the denoiser or groups have added to it."""
    yield from (f"blocks.{b}.inner" for b in range(count(state, "blocks")))
    yield from (f"mix.{g}" for g in range(n_groups(state)))
    yield from (f"denoise_blocks.{b}.inner" for b in range(count(state, "denoise_blocks")))
    yield "denoise_mix"


def bits(state, largest, network):
    """Bits behind the point: of the trunk, and of what each inner layer reads."""
    def seen(layer, usual):
        return largest.get(f"{network}.{layer}") or usual

    yield bits_for(max(seen(layer, USUAL_TRUNK) for layer in outer_layers(state)))
    yield from (bits_for(seen(layer, USUAL_ACTIVATED)) for layer in inner_layers(state))


def half(name, tensor):
    values = np.ascontiguousarray(tensor.numpy().astype("<f2"))
    if not np.isfinite(values).all():
        sys.exit(f"{name}: numbers that half precision does not hold")
    return values


def quantised(name, tensor):
    """Whole numbers of a layer's weights, and for each output what they count."""
    rows = np.abs(tensor.numpy().reshape(tensor.shape[0], -1))
    # Rounding adds half to each at most.
    scale = np.maximum(rows.sum(1) / (MOST_WEIGHT - rows.shape[1] / 2), rows.max(1) / LARGEST)
    scale = np.maximum(half(name, torch.from_numpy(scale * (1 + 2**-10))), np.float16(2**-14))
    whole = np.rint(tensor.numpy() / scale.astype("f4").reshape(-1, *[1] * (tensor.ndim - 1))).astype("<i2")
    assert np.abs(whole.reshape(len(scale), -1).astype("i8")).sum(1).max() <= MOST_WEIGHT, name
    return whole, scale


def tensors(state, largest):
    """(name, type, array) of every tensor; those of the denoiser have `denoise` in their names."""
    for name, tensor in affines(state):
        yield name, TYPE_FLOAT, half(name, tensor)
    n_denoiser = count(state, "denoise_blocks") + 1
    for network in range(N_NETWORKS):
        behind = np.array(list(bits(state, largest, network)), "<i2")
        yield f"net{network}.bits", TYPE_INT16, behind[:-n_denoiser]
        yield f"net{network}.denoise.bits", TYPE_INT16, behind[-n_denoiser:]
        for name, tensor in convolutions(state, network):
            if name.endswith("_bias"):
                yield name, TYPE_FLOAT, half(name, tensor)
                continue
            whole, scale = quantised(name, tensor)
            yield name, TYPE_INT16, whole
            yield f"{name}_scale", TYPE_FLOAT, scale


def hash_of(data):
    return xxhash.xxh3_64_intdigest(data)


def tables(name, order):
    sections = [name.encode()[:31].ljust(32, b"\0")]
    sections.append(bytes(order.groups.tolist()).ljust(BLOCK_CHANNELS, b"\0"))
    thresholds, others = order.phases()
    sections.append(bytes(others.tolist()).ljust(BLOCK_CHANNELS, b"\0"))
    for row in thresholds.tolist():
        sections.append(struct.pack(f"<{len(row)}H", *row).ljust(2 * BLOCK_CHANNELS, b"\0"))
    for stage_type in STAGE_TYPES:
        sections.append(bytes((stage_type.coarse, stage_type.level_from, stage_type.level_to, order.phased(stage_type), stage_type.network, 0, 0, 0)))
        for level in (stage_type.level_from, stage_type.level_to):
            sections.append(bytes(order.channel_levels(level, stage_type.coarse).tolist()).ljust(BLOCK_CHANNELS, b"\0"))
    for units, level_from, level_to, step in STAGES:
        sections.append(bytes((units, stage_type_index(units != FULL, level_from, level_to), step, 0)))
    for step in STEP_NAMES:
        sections.append(step.encode().ljust(16, b"\0"))
    return b"".join(sections)


def directory_and_data(entries, offset):
    """Of a part of the file that has so many bytes in front of its directory, from where offsets count."""
    offset += ENTRY_SIZE * len(entries)
    directory, data = [], []
    for tensor, kind, values in entries:
        padding = -offset % ALIGNMENT
        data.append(b"\0" * padding)
        offset += padding
        shape = list(values.shape) + [1] * (4 - values.ndim)
        directory.append(tensor.encode().ljust(31, b"\0") + bytes((kind,)) + struct.pack("<4IQQ", *shape, offset, hash_of(values.tobytes())))
        data.append(values.tobytes())
        offset += values.nbytes
    return b"".join(directory), b"".join(data)


def first_part(state, name, entries, order):
    """What the bits of files depend on. Before its identity are what the second part decides: revision and size."""
    middle = tables(name, order)
    directory, data = directory_and_data(entries, HEADER_SIZE + len(middle))
    size = HEADER_SIZE + len(middle) + len(directory) + len(data)
    padding = b"\0" * (-size % ALIGNMENT)
    head = struct.pack(
        "<10IQ", CLASS_LATTICE, state["0.input.weight"].shape[0], count(state, "blocks"), n_groups(state), len(STAGE_TYPES),
        len(STAGES), len(STEP_NAMES), len(order.phases()[0]) + 1, len(entries), N_NETWORKS, size + len(padding),
    )
    head += middle + directory
    return MAGIC + struct.pack("<IIQQ", VERSION, 0, 0, hash_of(head)) + head + data + padding


def with_denoiser(first, state, entries, revision):
    """A model file of that first part and a denoiser."""
    directory, data = directory_and_data(entries, DENOISER_HEADER_SIZE)
    head = first[24:32] + struct.pack("<4I", revision, count(state, "denoise_blocks"), len(entries), 0) + directory
    second = struct.pack("<Q", hash_of(head)) + head + data
    return first[:12] + struct.pack("<IQ", revision, len(first) + len(second)) + first[24:] + second


def split_tensors(state, largest):
    """Those of the first part, and those of the denoiser."""
    parts = [], []
    for entry in tensors(state, largest):
        parts["denoise" in entry[0]].append(entry)
    return parts


def floats(state):
    return {name: value.float() for name, value in state.items()}


def model_bytes(state, name, largest, order, revision=FIRST_REVISION):
    """order: an Order; largest: the greatest magnitude that each layer read, {network.layer: number}."""
    state = floats(state)
    bits_entries, denoiser_entries = split_tensors(state, largest)
    return with_denoiser(first_part(state, name, bits_entries, order), state, denoiser_entries, revision)


def first_part_of(data):
    """(first part, revision) of a model file."""
    if data[:8] != MAGIC or len(data) < HEADER_SIZE or struct.unpack_from("<I", data, 32)[0] != CLASS_LATTICE:
        raise ExportError("not a model file of this class")
    version, revision = struct.unpack_from("<2I", data, 8)
    if version != VERSION:
        raise ExportError(f"a model file of version {version}, whose identity covers its denoiser")
    (size,) = struct.unpack_from("<Q", data, 72)
    if struct.unpack_from("<Q", data, 16)[0] != len(data) or not HEADER_SIZE <= size <= len(data):
        raise ExportError("a damaged model file")
    return data[:size], revision


def trunk_of(part):
    """(header and tables but for name and identity, {name: values} of what the denoiser reads) of a first part."""
    _, _, n_stage_types, n_stages, n_steps, n_phases, n_tensors = struct.unpack_from("<7I", part, 40)
    at = HEADER_SIZE + 32 + 2 * BLOCK_CHANNELS * n_phases + (8 + 2 * BLOCK_CHANNELS) * n_stage_types + 4 * n_stages + 16 * n_steps
    values = {}
    for entry in (part[at + ENTRY_SIZE * i :][:ENTRY_SIZE] for i in range(n_tensors)):
        name, kind, *shape, offset, _ = struct.unpack("<31sB4IQQ", entry)
        name = name.rstrip(b"\0").decode()
        if re.match(r"(net\d+\.)?(input|block)", name):
            values[name] = np.frombuffer(part, "<i2" if kind else "<f2", math.prod(shape), offset).astype("f4")
    return part[36:72] + part[112:at], values


def has_same_trunk(part, other):
    (tables_a, a), (tables_b, b) = trunk_of(part), trunk_of(other)
    return tables_a == tables_b and all(
        a[name].shape == b[name].shape and np.abs(a[name] - b[name]).max() <= SAME_TRUNK * np.abs(a[name]).max() for name in a
    )


def with_denoiser_of(data, state, largest, order, revision=None):
    """The model file `data` with the denoiser of a checkpoint, which must have its trunk: files do not see the difference."""
    first, before = first_part_of(data)
    state = floats(state)
    bits_entries, denoiser_entries = split_tensors(state, largest)
    if not has_same_trunk(first, first_part(state, "", bits_entries, order)):
        raise ExportError("the checkpoint's denoiser reads another trunk than this model has")
    return with_denoiser(first, state, denoiser_entries, before + 1 if revision is None else revision)


def exported(options, saved):
    weights, largest, order = saved["net" if options.raw else "ema"], saved.get("largest", {}), saved["order"]
    if not options.bits_of:
        revision = FIRST_REVISION if options.revision is None else options.revision
        return model_bytes(weights, options.name, largest, order, revision)
    with open(options.bits_of, "rb") as file:
        return with_denoiser_of(file.read(), weights, largest, order, options.revision)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint")
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--name", default="lattice")
    parser.add_argument("--raw", action="store_true", help="the last weights instead of their running average")
    parser.add_argument("--order", choices=ORDERS, help="of an older checkpoint, which does not say it")
    parser.add_argument("--bits-of", metavar="MODEL", help="the model file whose bits and identity to keep, and only the checkpoint's denoiser")
    parser.add_argument("--revision", type=int, help="of the denoiser; of several the highest is used (1, or one more than MODEL's)")
    options = parser.parse_args()
    try:
        saved = checkpoint.load(options.checkpoint, options.order)
        data = exported(options, saved)
    except checkpoint.CheckpointError as error:
        sys.exit(str(error))
    except ExportError as error:
        sys.exit(f"{options.bits_of}: {error}")
    except OSError as error:
        sys.exit(f"{error.filename}: {error.strerror}")
    with open(options.output + ".tmp", "wb") as file:
        file.write(data)
    os.replace(options.output + ".tmp", options.output)
    print(f"{options.output}: {len(data)} bytes, {len(STEP_NAMES)} steps")


if __name__ == "__main__":
    main()
