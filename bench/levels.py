#!/usr/bin/env python3
"""What other levels of some coefficients would be worth to the eye: held-out photographs put together from the states
of all stages, each coefficient as it is known at its own level, with the bits that it took until there.

A variant is a list of changes in levels: luma3=-1 (luma of wavelet level 3 a level finer than now), luma1hh, co2, cg,
co (all levels), smooth0.6=-1 (luma of the 60 % of blocks with the least detail), low=-1 (unit 1 a stage ahead).
What the networks would learn from another matrix is not in it, nor what contexts of mixed levels cost.
"""
import argparse
import dataclasses
import functools
import os
import re
import sys
import tempfile

import numpy
import torch
from PIL import Image
from scipy.ndimage import gaussian_filter

import quality

MODELS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "models")
sys.path[:0] = [MODELS, os.path.join(MODELS, "train")]
import checkpoint  # noqa: E402
import loss  # noqa: E402
import transform  # noqa: E402
from data import LOW_LEVELS, Photos, unit_of  # noqa: E402
from lattice import STAGE_TYPES, TOP_LEVEL, low_levels, refine_bits, within  # noqa: E402
from network import Networks, mean_of, scale_of  # noqa: E402
from train import low_row  # noqa: E402

NAMES = ("butteraugli", "ssimulacra", "ms_ssim", "psnr")
SIDE = 512
SUBBANDS = re.compile(r"(luma|co|cg)([123]?)(hh)?")


@dataclasses.dataclass
class Stage:
    """What is known where a stage begins and how it is coded; coefficients are [1,189,h,w], in coding order."""

    state: loss.State
    known: torch.Tensor  # means of the denoiser
    mean: torch.Tensor  # of the distributions, with their scale
    scale: torch.Tensor

    def bits(self):
        """[1,189,h,w] that the stage takes of each coefficient."""
        state = self.state
        return refine_bits(
            state.x, state.offset, state.is_dithered, state.plain_from, state.plain_to, self.mean, self.scale, state.most
        )


def stage_of(networks, order, x, low, number):
    stage_type = STAGE_TYPES[number]
    net, types = networks[stage_type.network], torch.tensor([number])
    none, phased = torch.zeros_like(types), torch.tensor([int(order.phased(stage_type) == 1)])
    state = loss.State(net, x, low, torch.zeros_like(x), types, none, phased, loss.refinements(order, types))
    hidden, means, scales = net.trunk(state.features, types, none), [], []
    gate, shift = net.denoise(hidden, types, none).chunk(2, 1)
    known = within(mean_of(gate, shift, state.centre, state.plain_from), *state.bounds)
    for g, (begin, end) in enumerate(zip(net.first[:-1], net.first[1:])):
        out, level = net.group(g, hidden, types, none), state.plain_from[:, begin:end]
        gate, shift, log_scale = out.chunk(3, 1)
        means.append(mean_of(gate, shift, state.centre[:, begin:end], level))
        scales.append(scale_of(log_scale, level))
        state.group_bits(g, out)  # which hides from later groups what phases hide
        if g + 1 < net.n_groups:
            hidden = hidden + net.context[g](state.contexts[g])
    return Stage(state, known, torch.cat(means, 1), torch.cat(scales, 1))


def walk(networks, order, unit, coarse):
    """By nominal level: coefficients as they are known there, and bits [189,h,w] until there."""
    details, low = unit
    x = details.permute(2, 0, 1)[None].float()
    known, spent, level = {0: x[0]}, {TOP_LEVEL: torch.zeros_like(x[0])}, TOP_LEVEL
    while level > 0:
        number = next(k for k, t in enumerate(STAGE_TYPES) if t.coarse == coarse and t.level_from == level)
        stage_type = STAGE_TYPES[number]
        row = low[low_row(stage_type)].permute(2, 0, 1)[None].float()
        stage = stage_of(networks, order, x, row, number)
        known[level], spent[stage_type.level_to] = stage.known[0], spent[level] + stage.bits()[0]
        level = stage_type.level_to
    return known, spent


class Photograph:
    """One picture, its states, and what it measures at the ends of the stages of today."""

    def __init__(self, pixels, networks, order, folder):
        self.order, self.folder, self.path = order, folder, os.path.join(folder, "original.png")
        self.pixels = pixels.permute(1, 2, 0).numpy()
        unit = unit_of(pixels, order, transform.split_colour)
        self.low, self.known, self.spent = unit[1], *walk(networks, order, unit, False)
        below = unit_of(unit[1][0].permute(2, 0, 1), order)
        _, spent = walk(networks, order, below, True)
        self.low_bits = {level: float(bits.sum()) for level, bits in spent.items()}
        self.n_pixels = self.pixels.shape[0] * self.pixels.shape[1]
        self.today = [self.measure(self.levels(level), level) for level in range(8, 0, -1)]

    def levels(self, level):
        return torch.full(self.known[0].shape, level)

    def measure(self, levels, low_level):
        """Rate, and measures by name on scales that grow with the logarithm of the rate."""
        levels = levels.clamp(0, 8)
        values, bits = torch.zeros(levels.shape), 0.0
        for level in levels.unique().tolist():
            chosen = levels == level
            values[chosen] = self.known[level][chosen]
            bits += float(self.spent[level][chosen].sum())
        known_low = low_levels().get(low_level, 0)
        details = torch.empty_like(values)
        details[self.order.channels] = values
        low = self.low[LOW_LEVELS.index(known_low)].permute(2, 0, 1).to(torch.int32)
        rgb = transform.unit_inverse(details.round().to(torch.int32), low, transform.merge_colour)
        picture = rgb.clamp(0, 255).to(torch.uint8).permute(1, 2, 0).numpy()
        Image.fromarray(self.pixels).save(self.path, compress_level=1)
        found = quality.measure(NAMES, self.pixels, self.path, picture, self.folder)
        rate = (bits + self.low_bits[known_low]) / self.n_pixels
        return rate, {name: quality.MEASURES[name].scale(found[name]) for name in NAMES}

    def gain(self, levels, low_level):
        """By name: how far a state lies above the curve of today at its rate; None beyond its ends."""
        rate, values = self.measure(levels, low_level)
        rates = [r for r, _ in self.today]
        if not rates[0] < rate < rates[-1]:
            return None
        at = functools.partial(numpy.interp, numpy.log(rate), numpy.log(rates))
        return [values[name] - at([v[name] for _, v in self.today]) for name in NAMES]


def smoothest(photograph, level, share):
    """[h,w] whether a block belongs to that share of those with the least known detail in luma."""
    luma = torch.tensor([colour == 0 for colour, *_ in channels_of(photograph.order)])
    energy = gaussian_filter((photograph.known[level][luma] ** 2).mean(0).numpy(), 1)
    return torch.from_numpy(energy <= numpy.quantile(energy, share))


def channels_of(order):
    table = transform.channel_table()
    return [table[index] for index in order.channels.tolist()]


def changed(photograph, level, variant):
    """Levels [189,h,w] of a variant at a nominal level, and the one of unit 1."""
    levels, low_level = photograph.levels(level), level
    table = channels_of(photograph.order)
    luma = torch.tensor([colour == 0 for colour, *_ in table])
    for name, by in variant:
        if name == "low":
            low_level = max(low_level + by, 1)
        elif name.startswith("smooth"):
            levels = levels + by * (luma[:, None, None] & smoothest(photograph, level, float(name[6:]))[None])
        else:
            colour, wavelet_level, hh = SUBBANDS.fullmatch(name).groups()
            chosen = [
                ("luma", "co", "cg")[c] == colour and wavelet_level in (None, "", str(l)) and (not hh or s == 2)
                for c, l, s, *_ in table
            ]
            levels = levels + by * torch.tensor(chosen)[:, None, None]
    return levels, low_level


def variant_of(text):
    changes = [(name, int(by)) for name, _, by in (part.partition("=") for part in text.split(","))]
    for name, _ in changes:
        if name != "low" and not re.fullmatch(r"smooth0?\.\d+", name) and not SUBBANDS.fullmatch(name):
            raise ValueError(name)
    return changes


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", help="folder of the training photographs; those held out are measured")
    parser.add_argument("variants", nargs="+", metavar="CHANGES", help="for instance luma3=-1,co=+1")
    parser.add_argument("--checkpoint", default=os.path.join(MODELS, "lattice.pt"))
    parser.add_argument("--images", type=int, default=6, metavar="N", help="(%(default)s)")
    options = parser.parse_args()
    loss.is_fused = lambda x: False  # bits of single coefficients are known in plain PyTorch only
    saved = checkpoint.load(options.checkpoint)
    order, networks = saved["order"], Networks.like(saved["ema"], saved["order"]).eval()
    crops = Photos(options.photos, order, 0).validation_crops(SIDE, 10**6)
    crops = crops[:: max(len(crops) // options.images, 1)][: options.images]
    print(f"{len(crops)} photographs held out; beside today's levels at equal rates: loss of measures in %, PSNR in dB")
    print(f"{'level':<6}{'':<32}" + "".join(f"{quality.MEASURES[name].title:>13}" for name in NAMES))
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        photographs = [Photograph(pixels, networks, order, folder) for pixels in crops]
        for text in options.variants:
            for level in range(6, 1, -1):
                gains = [p.gain(*changed(p, level, variant_of(text))) for p in photographs]
                mean = numpy.mean([gain for gain in gains if gain is not None], 0)
                cells = [f"{100 * (10 ** (-value / 10) - 1):>+12.1f}%" for value in mean[:-1]] + [f"{mean[-1]:>+13.2f}"]
                print(f"{level:<6}{text:<32}" + "".join(cells), flush=True)


if __name__ == "__main__":
    main()
