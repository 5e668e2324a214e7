"""The network in C against the network in PyTorch, stage by stage.

usage: test_network.py DUMP_STAGE

DUMP_STAGE is the program of dump_stage.c.
"""
import os
import subprocess
import sys
import tempfile

import numpy as np
import torch

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "models", "train"))
import lattice
import network
import reference
import synthetic
import tap
import transform

# C rounds means and log2 of scales to 1/16; the rest is float32 in another order.
MEAN_LIMIT, SCALE_LIMIT = 0.51 / 16, 0.51 / 16
MEAN_SLACK = 1e-4  # in cell widths
RATE_SLACK = 0.002  # relative, for that rounding
# This network knows nothing of dithered coefficients, whose top-level cells it misses by hundreds of
# scales: there the least frequency of a symbol counts, which is only about the floor of training.
TAIL_RATE_SLACK = 0.02
PHASE_SLACK = 0.1  # of the logarithm of a probability to leave 0, for the rounding of the scale
SIZE_SLACK = 16  # bytes, for ending the range coder and its length

WIDTH, HEIGHT = 256, 192

FOLDER = tempfile.TemporaryDirectory(prefix="uqd-network-")
CHECKPOINT = os.path.join(FOLDER.name, "tiny.pt")
MODEL = os.path.join(FOLDER.name, "tiny.uqdm")


def make_checkpoint(seed=1):
    """Networks in which every weight matters, also those that training begins at zero, of numbers that half
    precision holds, and the sums of gains and biases too."""
    torch.manual_seed(seed)
    networks = network.Networks(width=16, blocks=2, denoise_blocks=1)
    with torch.no_grad():
        for name, weights in networks.named_parameters():
            weights.add_(0.1 * torch.randn_like(weights))
            in_table = "kind_" in name or "dither_" in name
            weights.copy_(torch.round(weights * 512) / 512 if in_table else weights.half())
    weights = networks.state_dict()
    torch.save({"net": weights, "ema": weights, "state": {"step": 1}}, CHECKPOINT)


def export():
    """A checkpoint is exported, twice to the same bytes."""
    make_checkpoint()
    program = os.path.join(ROOT, "models", "export.py")
    for name in (MODEL, MODEL + ".again"):
        command = [sys.executable, program, CHECKPOINT, "-o", name, "--name", "tiny"]
        result = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert result.returncode == 0, result.stderr
    with open(MODEL, "rb") as first, open(MODEL + ".again", "rb") as second:
        assert first.read() == second.read()


def stage_in_c(pixels, kind, dithered):
    """What dump_stage writes: a dictionary of [189, h, w] in the coding order of channels, and bytes."""
    path = os.path.join(FOLDER.name, "stage")
    pixels.tofile(path + ".rgb")
    arguments = [path + ".rgb", str(WIDTH), str(HEIGHT), str(kind), str(int(dithered)), path + ".out"]
    subprocess.run([sys.argv[1], MODEL, *arguments], check=True, timeout=60)
    values = np.fromfile(path + ".out", "i4")
    block = 64 if lattice.KINDS[kind].coarse else 8
    grid = HEIGHT // block, WIDTH // block
    tables = torch.from_numpy(values[:-2].reshape(6, *grid, network.N_DETAILS)).permute(0, 3, 1, 2)
    offset, details, mean, scale, denoised, phase = tables.float()
    return {
        "offset": offset, "details": details, "mean": mean / 16, "log2_scale": (scale - 64) / 16,
        "denoised": denoised / 16, "phase": phase, "bytes": int(values[-2]), "bytes_told": int(values[-1]),
    }


def assert_phases(actual, expected, where):
    """Phases agree but where the rounding of mean and scale decides."""
    chances, phases = expected["leaving"], actual["phase"]
    thresholds, others = (t[..., reference.ORDER] for t in lattice.phases())
    slack = torch.exp(MEAN_LIMIT / 2 ** expected["log2_scale"] + PHASE_SLACK)
    for chances_, is_bound in ((chances * slack, torch.le), (chances / slack, torch.ge)):
        bound = sum((chances_ < t[:, None, None] / 65536).int() for t in thresholds)
        bound = torch.where(expected["around_0"], bound, others[:, None, None])
        assert is_bound(bound, phases).all(), f"{where}: phases differ"


def compare(kind, dithered):
    where = f"{lattice.KINDS[kind]}, dither {dithered}"
    pixels = synthetic.picture(5, WIDTH, HEIGHT)
    details, low = transform.unit_forward(torch.from_numpy(pixels).permute(2, 0, 1), transform.split_colour)
    if lattice.KINDS[kind].coarse:
        details, low = transform.unit_forward(low)
    details = details[reference.ORDER]
    actual = stage_in_c(pixels, kind, dithered)
    assert torch.equal(actual["details"], details.float()), f"{where}: the coefficients differ"
    assert bool(actual["offset"].any()) == dithered, where
    net, is_late = reference.load_networks(CHECKPOINT)[lattice.KINDS[kind].network], actual["phase"] > 0
    expected = reference.stage(net, details, low, actual["offset"], kind, is_late)
    slack = MEAN_SLACK * 2.0 ** reference.levels_of(lattice.KINDS[kind].level_from)[0]
    for name, limit in (
        ("denoised", MEAN_LIMIT + slack), ("mean", MEAN_LIMIT + slack), ("log2_scale", SCALE_LIMIT),
    ):
        error = (actual[name] - expected[name]).abs()
        assert (error <= limit).all(), f"{where}: {name} is off by up to {float(error.max()):.4g}"
    if lattice.KINDS[kind].phased and not dithered:
        assert_phases(actual, expected, where)
    else:
        assert not is_late.any(), where
    # With dither nothing adapts, and the coded bytes are those of the distributions. Without, the odds adapt, which
    # never costs much and gains a lot with such a network.
    if not dithered:
        assert actual["bytes"] <= actual["bytes_told"] * (1 + RATE_SLACK) + SIZE_SLACK, where
    error = abs(actual["bytes" if dithered else "bytes_told"] - expected["bits"] / 8)
    in_tails = dithered and lattice.KINDS[kind].level_from == lattice.TOP_LEVEL
    limit = (TAIL_RATE_SLACK if in_tails else RATE_SLACK) * expected["bits"] / 8 + SIZE_SLACK
    assert error <= limit, f"{where}: {error:.1f} bytes off {expected['bits'] / 8:.1f}"


def stages_agree():
    """C computes the means, scales, denoised means and rates of PyTorch."""
    for kind in range(len(lattice.KINDS)):
        compare(kind, dithered=False)


def dithered_stages_agree():
    """C computes the same as PyTorch with universal dither."""
    for kind in range(len(lattice.KINDS)):
        compare(kind, dithered=True)


if __name__ == "__main__":
    tap.main([export, stages_agree, dithered_stages_agree])
