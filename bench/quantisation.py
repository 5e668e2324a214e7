#!/usr/bin/env python3
"""What rounding the lattice's network costs: rates and denoised pictures of held-out photographs, in PyTorch.

Weights are rounded with a scale for each output, what layers read to whole numbers of so many bits behind the point,
against the same network in floats. Additions to the trunk are not rounded here.
"""
import argparse
import contextlib
import math
import os
import sys

import torch

MODELS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "models")
sys.path[:0] = [MODELS, os.path.join(MODELS, "train")]
import checkpoint  # noqa: E402
import transform  # noqa: E402
from data import Photos, unit_of  # noqa: E402
from export import HEADROOM  # noqa: E402
from lattice import STAGE_TYPES  # noqa: E402
from loss import refinements, stage_losses  # noqa: E402
from network import Networks  # noqa: E402
from train import Magnitudes, low_row  # noqa: E402

CROP = 256
# Largest magnitude of weights, and of their sum for an output; largest magnitude of what layers read.
WAYS = (
    ("weights of 8 bits", 127, None, None),
    ("weights of 10 bits", 511, None, None),
    ("weights up to a sum", 32767, 65535, None),
    ("the same, 16 bits read", 32767, 65535, 32767),
    ("the same, 14 bits read", 32767, 65535, 8191),
)


def convolutions(networks):
    return {name: layer for name, layer in networks.named_modules() if isinstance(layer, torch.nn.Conv2d)}


def crops_of(photos, options):
    if not options.corners:
        return photos.validation_crops(CROP, options.crops)
    large = [pixels for pixels in photos.validation if min(pixels.shape[:2]) >= CROP]
    corners = [pixels[:CROP, :CROP].copy() for pixels in large[: options.crops]]
    return [torch.from_numpy(pixels).permute(2, 0, 1) for pixels in corners]


def measure(networks, order, units, low_units):
    """Mean rate, and PSNR of the starting state of each crop, by stage type, without dither."""
    rows = []
    for k, stage_type in enumerate(STAGE_TYPES):
        source = low_units if stage_type.coarse else units
        x = torch.stack([details.permute(2, 0, 1) for details, _ in source]).float()
        low = torch.stack([low[low_row(stage_type)].permute(2, 0, 1) for _, low in source]).float()
        stage_types = torch.full((len(source),), k)
        dithered, phased = torch.zeros_like(stage_types), torch.full_like(stage_types, order.phased(stage_type) == 1)
        with torch.no_grad():
            bits, error = stage_losses(
                networks[stage_type.network], x, low, torch.zeros_like(x), stage_types, dithered, phased, refinements(order, stage_types)
            )
        rows.append((float(bits.mean()), 10 * torch.log10(255**2 / error)))
    return rows


def round_weights(layers, floats, largest, most):
    for name, layer in layers.items():
        rows = floats[name].flatten(1).abs()
        scale = rows.amax(1) / largest
        if most:
            scale = torch.maximum(scale, rows.sum(1) / most)
        scale = scale[:, None, None, None].clamp(min=1e-12)
        layer.weight.data = (floats[name] / scale).round() * scale


def round_inputs(layer, seen, largest):
    """A hook that does it, the range with the exporter's headroom."""
    step = 2.0 ** -math.floor(math.log2(largest / (HEADROOM * max(seen, 1e-3))))
    return layer.register_forward_pre_hook(lambda _, x: ((x[0] / step).round().clamp(-largest, largest) * step,))


def print_way(name, rows, floats):
    full = [k for k, stage_type in enumerate(STAGE_TYPES) if not stage_type.coarse]
    rate = sum(rows[k][0] for k in full) / sum(floats[k][0] for k in full) - 1
    changes = [row[1] - before[1] for row, before in zip(rows, floats)]
    mean = max((float(change.mean()) for change in changes), key=abs)
    print(f"{name:24} {100 * rate:+9.4f} % {mean:+8.3f} dB {float(min(map(min, changes))):+8.3f} dB", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", help="folder of photographs, of which the held-out ones are looked at")
    parser.add_argument("--checkpoint", default=os.path.join(MODELS, "lattice.pt"), metavar="FILE")
    parser.add_argument("--crops", type=int, default=8, help="photographs of which a crop is coded (8)")
    parser.add_argument("--corners", action="store_true", help="crops at the top left, some of which are nearly flat")
    options = parser.parse_args()
    saved = checkpoint.load(options.checkpoint)
    order = saved["order"]
    networks = Networks.like(saved["ema"], order)
    crops = crops_of(Photos(options.photos, order, 1), options)
    units = [unit_of(crop, order, transform.split_colour) for crop in crops]
    low_units = [unit_of(transform.split_colour(crop)[0], order) for crop in crops]
    layers = convolutions(networks)
    for layer in layers.values():  # features may come in less precision
        layer.register_forward_pre_hook(lambda _, x: (x[0].float(),))
    weights = {name: layer.weight.data.clone() for name, layer in layers.items()}
    with Magnitudes(networks) as magnitudes:
        floats = measure(networks, order, units, low_units)
    print(f"{len(crops)} crops; rate of all full-size stages, PSNR of the state that changes most, mean and worst crop")
    for name, largest, most, read in WAYS:
        round_weights(layers, weights, largest, most)
        with contextlib.ExitStack() as stack:
            for layer_name, layer in layers.items() if read else ():
                hook = round_inputs(layer, magnitudes.largest[layer_name], read)
                stack.callback(hook.remove)
            print_way(name, measure(networks, order, units, low_units), floats)


if __name__ == "__main__":
    main()
