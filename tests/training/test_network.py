"""The network in C against its definition and the network in PyTorch, stage by stage.

usage: test_network.py DUMP_STAGE ORDER

DUMP_STAGE is the program of dump_stage.c. The network codes in the named order.
"""
import os
import subprocess
import sys
import tempfile

import numpy as np
import torch

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
for folder in ("tests/paper", "models", "models/train"):
    sys.path.insert(0, os.path.join(ROOT, folder))
import checkpoint
import export
import lattice
import network
import order
import quantised
import reference
import synthetic
import tap
import transform
from train import Magnitudes

RATE_SLACK = 0.001  # relative, for the tables of the distributions
# This network knows nothing of dithered coefficients, whose top-level cells it misses by hundreds of
# scales: there the least frequency of a symbol counts, which is only about the floor of training.
TAIL_RATE_SLACK = 0.02
PHASE_SLACK = 0.001  # of a probability to leave 0, relative
SIZE_SLACK = 16  # bytes, for ending the range coder and its length

# What whole numbers cost a network whose numbers they hold.
MEAN_LIMIT, CELL_LIMIT = 1 / 32, 1 / 16  # absolute, for rounding; in cell widths
LOG2_SCALE_LIMIT = 1 / 16
RATE_LIMIT = 0.001  # relative

ORDER = order.ORDERS[sys.argv[2]]
WIDTH, HEIGHT = 256, 192

FOLDER = tempfile.TemporaryDirectory(prefix="uqd-network-")
CHECKPOINT = os.path.join(FOLDER.name, "tiny.pt")
MODEL = os.path.join(FOLDER.name, "tiny.uqdm")


def make_checkpoint(seed=1):
    """Networks in which every weight matters, also those that training begins at zero, of numbers that half
    precision holds, and the sums of gains and biases too."""
    torch.manual_seed(seed)
    networks = network.Networks(ORDER, width=16, blocks=2, denoise_blocks=1)
    with torch.no_grad():
        for name, weights in networks.named_parameters():
            weights.add_(0.1 * torch.randn_like(weights))
            in_table = "type_" in name or "dither_" in name
            weights.copy_(torch.round(weights * 512) / 512 if in_table else weights.half())
    weights = networks.state_dict()
    saved = {"net": weights, "ema": weights, "state": {"step": 1}, "largest": largest_of(networks), "order": ORDER}
    checkpoint.save(CHECKPOINT, saved)


def exports():
    """A checkpoint is exported, twice to the same bytes."""
    make_checkpoint()
    program = os.path.join(ROOT, "models", "export.py")
    for name in (MODEL, MODEL + ".again"):
        command = [sys.executable, program, CHECKPOINT, "-o", name, "--name", "tiny"]
        result = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert result.returncode == 0, result.stderr
    with open(MODEL, "rb") as first, open(MODEL + ".again", "rb") as second:
        assert first.read() == second.read()


def states(stage_type):
    """Details in coding order and low-pass of what the stage type refines, and the pixels."""
    pixels = synthetic.picture(5, WIDTH, HEIGHT)
    details, low = transform.unit_forward(torch.from_numpy(pixels).permute(2, 0, 1), transform.split_colour)
    if lattice.STAGE_TYPES[stage_type].coarse:
        details, low = transform.unit_forward(low)
    return pixels, details[ORDER.channels], low


def trained(networks, stage_type, dithered):
    return reference.Trained(networks[lattice.STAGE_TYPES[stage_type].network], stage_type, dithered)


def exported(saved, stage_type, dithered):
    tensors = {name: values for name, _, values in export.tensors(saved["ema"], saved["largest"])}
    return quantised.Quantised(tensors, stage_type, lattice.STAGE_TYPES[stage_type].network, dithered)


def largest_of(networks):
    """The magnitudes that training would have seen: those of the states without dither."""
    with Magnitudes(networks) as magnitudes:
        for stage_type in range(len(lattice.STAGE_TYPES)):
            _, details, low = states(stage_type)
            nothing = torch.zeros_like(details)
            reference.stage(trained(networks, stage_type, False), ORDER, details, low, nothing, stage_type, nothing.bool())
    return magnitudes.largest


def stage_in_c(pixels, stage_type, dithered):
    """What dump_stage writes: a dictionary of [189, h, w] in the coding order of channels, and bytes."""
    path = os.path.join(FOLDER.name, "stage")
    pixels.tofile(path + ".rgb")
    arguments = [path + ".rgb", str(WIDTH), str(HEIGHT), str(stage_type), str(int(dithered)), path + ".out"]
    subprocess.run([sys.argv[1], MODEL, *arguments], check=True, timeout=60)
    values = np.fromfile(path + ".out", "i4")
    block = 64 if lattice.STAGE_TYPES[stage_type].coarse else 8
    grid = HEIGHT // block, WIDTH // block
    tables = torch.from_numpy(values[:-2].reshape(6, *grid, network.N_DETAILS)).permute(0, 3, 1, 2)
    offset, details, mean, scale, denoised, phase = tables.float()
    return {
        "offset": offset, "details": details, "mean": mean / 16, "log2_scale": (scale - 64) / 16,
        "denoised": denoised / 16, "phase": phase, "bytes": int(values[-2]), "bytes_told": int(values[-1]),
    }


def assert_phases(actual, expected, where):
    """Phases agree but where the precision of a probability decides."""
    chances, phases = expected["leaving"], actual["phase"]
    thresholds, others = (t[..., ORDER.channels] for t in ORDER.phases())
    for chances_, is_bound in ((chances * (1 + PHASE_SLACK), torch.le), (chances / (1 + PHASE_SLACK), torch.ge)):
        bound = sum((chances_ < t[:, None, None] / 65536).int() for t in thresholds)
        bound = torch.where(expected["around_0"], bound, others[:, None, None])
        assert is_bound(bound, phases).all(), f"{where}: phases differ"


def assert_rate(actual, expected, dithered, level_from, where):
    """Bytes agree with bits.

    With dither nothing adapts, and the coded bytes are those of the distributions. Without, the odds adapt, which
    never costs much and gains a lot with such a network."""
    if not dithered:
        assert actual["bytes"] <= actual["bytes_told"] * (1 + RATE_SLACK) + SIZE_SLACK, where
    error = abs(actual["bytes" if dithered else "bytes_told"] - expected["bits"] / 8)
    in_tails = dithered and level_from == lattice.TOP_LEVEL
    limit = (TAIL_RATE_SLACK if in_tails else RATE_SLACK) * expected["bits"] / 8 + SIZE_SLACK
    assert error <= limit, f"{where}: {error:.1f} bytes off {expected['bits'] / 8:.1f}"


def compare(stage_type, dithered):
    where = f"{lattice.STAGE_TYPES[stage_type]}, dither {dithered}"
    pixels, details, low = states(stage_type)
    actual, saved = stage_in_c(pixels, stage_type, dithered), torch.load(CHECKPOINT)
    assert torch.equal(actual["details"], details.float()), f"{where}: the coefficients differ"
    assert bool(actual["offset"].any()) == dithered, where
    is_late = actual["phase"] > 0
    expected = reference.stage(exported(saved, stage_type, dithered), ORDER, details, low, actual["offset"], stage_type, is_late)
    for name in ("denoised", "mean", "log2_scale"):
        n_wrong = int((actual[name] != expected[name]).sum())
        assert n_wrong == 0, f"{where}: {name} differs in {n_wrong} places"
    if ORDER.phased(lattice.STAGE_TYPES[stage_type]) == 1 and not dithered:
        assert_phases(actual, expected, where)
    else:
        assert not is_late.any(), where
    assert_rate(actual, expected, dithered, lattice.STAGE_TYPES[stage_type].level_from, where)


def stages_agree():
    """C computes the means, scales and denoised means of the definition, and rates and phases of PyTorch."""
    for stage_type in range(len(lattice.STAGE_TYPES)):
        compare(stage_type, dithered=False)


def dithered_stages_agree():
    """C computes the same with universal dither, whose largest states some whole numbers do not hold."""
    for stage_type in range(len(lattice.STAGE_TYPES)):
        compare(stage_type, dithered=True)


def quantisation_is_precise():
    """Whole numbers change little of what the trained network says, and hardly any rate."""
    saved = torch.load(CHECKPOINT)
    networks = network.Networks.like(saved["ema"], ORDER).eval()
    for stage_type, k in enumerate(lattice.STAGE_TYPES):
        _, details, low = states(stage_type)
        nothing = torch.zeros_like(details)
        exact, near = (
            reference.stage(net, ORDER, details, low, nothing, stage_type, nothing.bool())
            for net in (trained(networks, stage_type, False), exported(saved, stage_type, False))
        )
        width = 2.0 ** reference.levels_of(k.level_from, ORDER)[0]
        for name, limit in (
            ("denoised", MEAN_LIMIT + CELL_LIMIT * width), ("mean", MEAN_LIMIT + CELL_LIMIT * width),
            ("log2_scale", LOG2_SCALE_LIMIT),
        ):
            assert ((near[name] - exact[name]).abs() <= limit).all(), f"{k}: {name}"
        assert abs(near["bits"] / exact["bits"] - 1) <= RATE_LIMIT, f"{k}: rate"


if __name__ == "__main__":
    tap.main([exports, stages_agree, dithered_stages_agree, quantisation_is_precise])
