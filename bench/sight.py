#!/usr/bin/env python3
"""What coarse luma would gain if a coefficient knew its neighbour along its band, coded just before it in the same stage.

The HL subbands' neighbour is the one above, the LH subbands' the one on the left: an edge goes on there. Estimated for
coefficients around 0 that a stage leaves there or not, and on which side: the network's odds are corrected by what was
coded so far in the same context, which is the size of the neighbours before the stage, as in files, and then also what
the neighbour along the band has done. Both start without knowledge.
"""
import argparse
import glob
import math
import os
import sys

import numpy
import torch
from PIL import Image

import levels
import measured

MODELS = os.path.join(measured.ROOT, "models")
sys.path[:0] = [MODELS, os.path.join(MODELS, "train")]
import checkpoint  # noqa: E402
import loss  # noqa: E402
import transform  # noqa: E402
from data import unit_of  # noqa: E402
from lattice import STAGE_TYPES, leaving  # noqa: E402
from network import Networks  # noqa: E402
from train import low_row  # noqa: E402

STAYED, DOWN, UP, GONE = range(4)
PRIOR = 8.0  # coefficients that a context begins with, all as the network says


def planes_of(order, values, levels_seen):
    """(level, subband) -> plane [rows, columns] of a luma subband, for HL and LH of these levels."""
    standard = torch.empty_like(values)
    standard[order.channels] = values
    table, planes = transform.channel_table(), {}
    for level in levels_seen:
        side = 1 << (transform.WAVELET_LEVELS - level)
        for subband in (0, 1):
            chosen = [k for k, (c, l, s, *_) in enumerate(table) if (c, l, s) == (0, level, subband)]
            planes[level, subband] = transform._unpack(standard[chosen], side).numpy()
    return planes


class Odds:
    """A probability of the network's, corrected by how often it was right in a context; adds up what coding takes."""

    def __init__(self):
        self.seen, self.expected, self.bits = {}, {}, 0.0

    def code(self, context, probability, happened):
        seen, expected = self.seen.get(context, 0.0), self.expected.get(context, 0.0)
        odds = probability / (1 - probability) * (seen + PRIOR) / (expected + PRIOR)
        corrected = min(max(odds / (1 + odds), 1e-5), 1 - 1e-5)
        self.bits -= math.log2(corrected if happened else 1 - corrected)
        self.seen[context], self.expected[context] = seen + happened, expected + probability


def taken(names, along):
    """Bits of one subband: [leave, upwards, x, size] planes; along: whether the neighbour's doing is part of contexts."""
    leave, upwards, new, size, before, is_down = names
    odds, rows, columns = Odds(), *leave.shape
    did = numpy.full((rows + 1, columns + 1), STAYED)
    for y in range(rows):
        for x in range(columns):
            if before[y, x] != 0:
                did[y + 1, x + 1] = GONE
                continue
            neighbour = (did[y, x + 1] if is_down else did[y + 1, x]) if along else STAYED
            gone = new[y, x] != 0
            odds.code(("leave", size[y, x], neighbour, int(4 * leave[y, x])), leave[y, x], gone)
            if gone:
                up = new[y, x] > 0
                odds.code(("up", neighbour), upwards[y, x], up)
                did[y + 1, x + 1] = UP if up else DOWN
    return odds.bits


def size_classes(centres):
    padded = numpy.pad(numpy.abs(centres), 1)
    around = padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]
    return numpy.minimum(numpy.ceil(numpy.log2(around + 1)), 12).astype(int)


def stage_bits(networks, order, pixels, number, levels_seen):
    """Of one picture: bits of the stage, and of it coarse luma around 0, in contexts of today and with sight."""
    details, low = unit_of(pixels, order, transform.split_colour)
    x = details.permute(2, 0, 1)[None].float()
    row = low[low_row(STAGE_TYPES[number])].permute(2, 0, 1)[None].float()
    stage = levels.stage_of(networks, order, x, row, number)
    state = stage.state
    leave = leaving(state.plain_from, state.plain_to, stage.mean, stage.scale).clamp(1e-5, 1 - 1e-5)
    inner = 2.0**state.plain_to
    above, below = (torch.sigmoid((side * stage.mean - inner) / stage.scale) for side in (1, -1))
    upwards = ((above + 1e-9) / (above + below + 2e-9)).clamp(1e-3, 1 - 1e-3)
    new = torch.where(state.x.abs() >= inner, state.x, torch.zeros_like(state.x))
    planes = [planes_of(order, values[0], levels_seen) for values in (leave, upwards, new, state.centre)]
    found = numpy.zeros(2)
    for key in planes[0]:
        leave_plane, up_plane, new_plane, centres = (by_key[key] for by_key in planes)
        names = (leave_plane, up_plane, new_plane, size_classes(centres), centres, key[1] == 0)
        found += [taken(names, along) for along in (False, True)]
    return float(stage.bits().sum()), found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("images", nargs="+", help="PNG images, or folders of them")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every Nth image")
    parser.add_argument("--checkpoint", default=os.path.join(MODELS, "lattice.pt"))
    parser.add_argument("--levels", type=lambda text: [int(level) for level in text.split(",")], default=[3, 2], metavar="3,2,1", help="of the wavelet (3,2)")
    options = parser.parse_args()
    loss.is_fused = lambda x: False
    saved = checkpoint.load(options.checkpoint)
    order, networks = saved["order"], Networks.like(saved["ema"], saved["order"]).eval()
    paths = [p for name in options.images for p in (sorted(glob.glob(os.path.join(name, "*.png"))) if os.path.isdir(name) else [name])]
    numbers = [k for k, t in enumerate(STAGE_TYPES) if not t.coarse and t.level_from >= 6]
    names = [f"{STAGE_TYPES[k].level_from}>{STAGE_TYPES[k].level_to}" for k in numbers]
    print("what sight of the neighbour along the band takes off a stage's bits, in %")
    print(f"{'':<24}" + "".join(f"{name:>9}" for name in names))
    for path in paths[:: options.every]:
        pixels = torch.from_numpy(numpy.array(Image.open(path).convert("RGB"))).permute(2, 0, 1)
        cells = []
        with torch.no_grad():
            for number in numbers:
                bits, (today, sight) = stage_bits(networks, order, pixels, number, options.levels)
                cells.append(f"{100 * (sight - today) / bits:>+8.1f}%")
        print(f"{os.path.basename(path):<24}" + "".join(cells), flush=True)


if __name__ == "__main__":
    main()
