"""The model file of the paper's network (docs/format.md, "Model file")."""
import math
import os
import struct
import sys
from dataclasses import astuple, fields

import numpy as np
import torch
import xxhash

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "train", "paper"))
from diffusion import Step  # noqa: E402
from network import COLOURS, N_INPUTS, timescales  # noqa: E402

MAGIC = b"\x8eUQM\r\n\x1a\n"
VERSION = 4
CLASS_PAPER = 2
MOST_STEPS = 31
MOST_BLOCKS = 128
MOST_TENSORS = 4096
WIDTHS = range(16, 1025, 16)
ALIGNMENT = 64
NAME_SIZE, STEP_NAME_SIZE = 32, 16


class ModelError(Exception):
    """A model that no file can hold; the message says why, in a sentence."""


def check_shape(shape, n_steps):
    if shape.width not in WIDTHS:
        raise ModelError(f"a width of {shape.width} is none of 16, 32, 48, ... 1024")
    if not 0 <= shape.blocks <= MOST_BLOCKS:
        raise ModelError(f"{shape.blocks} blocks are not between 0 and {MOST_BLOCKS}")
    if shape.groups < 1 or shape.width % shape.groups:
        raise ModelError(f"{shape.groups} groups do not divide a width of {shape.width}")
    if not 1 <= n_steps <= MOST_STEPS:
        raise ModelError(f"{n_steps} steps are not between 1 and {MOST_STEPS}")


def check_schedule(schedule):
    """What a reader checks too, of the numbers that binary32 makes of them."""
    with np.errstate(over="ignore"):
        steps = np.array([astuple(step) for step in schedule.steps], "<f4")
        ends = np.array([schedule.inv_alpha, schedule.snr], "<f4")
    positive = [i for i, field in enumerate(fields(Step)) if field.name in ("inv_alpha", "scale", "delta")]
    finite = np.isfinite(steps).all() and np.isfinite(ends).all()
    if not (finite and (steps[:, positive] > 0).all() and (ends > 0).all()):
        raise ModelError("the steps between these values of gamma are not numbers that a file can hold")


def _with_bias(name, layer, *shape):
    return [(f"{name}.weight", f"{layer}.weight", shape), (f"{name}.bias", f"{layer}.bias", shape[:1])]


def _block(name, layer, n_in, width, dropout):
    rows = _with_bias(f"{name}.norm1", f"{layer}.net1.0", n_in)
    rows += _with_bias(f"{name}.conv1", f"{layer}.net1.2", width, n_in, 3, 3)
    rows.append((f"{name}.cond", f"{layer}.cond_proj.weight", (width, 4 * width)))
    rows += _with_bias(f"{name}.norm2", f"{layer}.net2.0", width)
    rows += _with_bias(f"{name}.conv2", f"{layer}.net2.{3 if dropout else 2}", width, width, 3, 3)
    if n_in != width:
        rows += _with_bias(f"{name}.skip", f"{layer}.skip_conv", width, n_in, 1, 1)
    return rows


def layout(shape, dropout=False):
    """(name in the file, name in a checkpoint, shape in a checkpoint) of all weights, in the order of parameters."""
    width, last = shape.width, shape.blocks
    rows = _with_bias("embed0", "embed_conditioning.0", 4 * width, width)
    rows += _with_bias("embed1", "embed_conditioning.2", 4 * width, 4 * width)
    rows += _with_bias("in", "conv_in", width, N_INPUTS, 3, 3)
    for i in range(shape.blocks):
        rows += _block(f"down{i}", f"down_blocks.{i}.resnet_block", width, width, dropout)
    rows += _block("mid0", "mid_resnet_block_1", width, width, dropout)
    rows += _with_bias("attn.norm", "mid_attn_block.layers.0", width)
    rows += _with_bias("attn.qkv", "mid_attn_block.layers.1", 3 * width, width, 1, 1)
    rows += _with_bias("attn.out", "mid_attn_block.layers.3", width, width, 1, 1)
    rows += _block("mid1", "mid_resnet_block_2", width, width, dropout)
    for i in range(last + 1):
        rows += _block(f"up{i}", f"up_blocks.{i}.resnet_block", 2 * width, width, dropout)
    rows += _with_bias("out.norm", "conv_out.0", width)
    return rows + _with_bias("out.conv", "conv_out.2", 2 * COLOURS, width, 3, 3)


def _order(row):
    """Attention stands behind all blocks in a file."""
    return row[0].startswith("attn.") + 2 * row[0].startswith("out.")


def tensors(shape, weights, dropout):
    """(name, float32 array) of every tensor; weights by their names in a checkpoint."""
    entries = [("embed.timescales", timescales(shape.width).numpy())]
    for name, stored, expected in sorted(layout(shape, dropout), key=_order):
        if stored not in weights:
            raise ModelError(f"the checkpoint has no {stored}")
        if tuple(weights[stored].shape) != expected:
            raise ModelError(f"{stored} has the shape {tuple(weights[stored].shape)} instead of {expected}")
        tensor = weights[stored].detach().float()
        if not torch.isfinite(tensor).all():
            raise ModelError(f"{stored} has values that are no numbers")
        values = tensor.contiguous().numpy()
        entries.append((name, values[:, :, 0, 0] if expected[2:] == (1, 1) else values))
    return [(name, np.ascontiguousarray(values, "<f4")) for name, values in entries]


def step_name(step):
    """The noise that a step leaves, in pixel values, with two significant digits."""
    noise = 127.5 * math.exp(step.gamma_s / 2)
    noise = float(f"{noise:.1e}")
    return f"{noise:.{max(0, 1 - math.floor(math.log10(noise)))}f}"


def _text(text, size):
    try:
        encoded = text.encode()
    except UnicodeEncodeError as error:
        raise ModelError(f"the name {text!a} is not text") from error
    if len(encoded) >= size:
        raise ModelError(f'the name "{text}" has more than {size - 1} bytes')
    return encoded.ljust(size, b"\0")


def _head(shape, schedule, name, n_tensors):
    """All between identity and directory."""
    steps = schedule.steps
    sizes = (CLASS_PAPER, shape.width, shape.blocks, shape.groups, len(steps), n_tensors)
    out = [struct.pack("<6I24x", *sizes), _text(name, NAME_SIZE)]
    out += [struct.pack("<12f", *astuple(step), 0) for step in steps]
    out.append(struct.pack("<2f", schedule.inv_alpha, schedule.snr))
    return b"".join(out + [_text(text, STEP_NAME_SIZE) for text in [*map(step_name, steps), "lossless"]])


def write_model(path, name, shape, schedule, weights, dropout=False):
    """Writes a model file whole or not at all; -> its size."""
    check_shape(shape, len(schedule.steps))
    check_schedule(schedule)
    entries = tensors(shape, weights, dropout)
    if len(entries) > MOST_TENSORS:
        raise ModelError(f"{len(entries)} tensors are more than {MOST_TENSORS}")
    head, directory, paddings = _head(shape, schedule, name, len(entries)), [], []
    offset = 32 + len(head) + 64 * len(entries)
    for tensor, values in entries:
        paddings.append(-offset % ALIGNMENT)
        offset += paddings[-1]
        sides = list(values.shape) + [1] * (4 - values.ndim)
        data_hash = xxhash.xxh3_64_intdigest(values)
        directory.append(tensor.encode().ljust(32, b"\0") + struct.pack("<4IQQ", *sides, offset, data_hash))
        offset += values.nbytes
    head += b"".join(directory)
    try:
        with open(path + ".tmp", "wb") as file:
            file.write(MAGIC + struct.pack("<IIQQ", VERSION, 0, offset, xxhash.xxh3_64_intdigest(head)) + head)
            for padding, (_, values) in zip(paddings, entries):
                file.write(b"\0" * padding)
                file.write(values)
        os.replace(path + ".tmp", path)
    except OSError as error:
        if os.path.exists(path + ".tmp"):
            os.remove(path + ".tmp")
        raise ModelError(f"{path}: {error.strerror}") from error
    return offset
