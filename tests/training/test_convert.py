"""Conversion of checkpoints: other orders and larger networks that say what the given ones say."""
import contextlib
import io
import os
import sys
import tempfile
from unittest import mock

import torch

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
for folder in ("models", "models/train"):
    sys.path.insert(0, os.path.join(ROOT, folder))
import checkpoint
import convert
import export
import fused
import lattice
import loss
import network
import synthetic
import tap
import transform
from order import COARSE_FIRST, PHASED

fused.LIBRARIES["cpu"] = None  # all in PyTorch, in single precision
LIMIT = 1e-5  # relative, for sums in another order
FOLDER = tempfile.TemporaryDirectory(prefix="uqd-convert-")
CHECKPOINT, CONVERTED = (os.path.join(FOLDER.name, name) for name in ("tiny.pt", "converted.pt"))


def make_weights(seed=1):
    """Of phased networks in which every weight matters."""
    torch.manual_seed(seed)
    networks = network.Networks(PHASED, width=16, blocks=1, denoise_blocks=1)
    with torch.no_grad():
        for weights in networks.parameters():
            weights.add_(0.05 * torch.randn_like(weights))
    return {name: weights.clone() for name, weights in networks.state_dict().items()}


def without_contexts(weights):
    return {name: 0 * value if ".context." in name else value for name, value in weights.items()}


@torch.no_grad()
def measure(weights, order):
    """Rates and denoised errors of every stage type."""
    networks, results = network.Networks.like(weights, order), []
    picture = torch.from_numpy(synthetic.picture(3, 128, 96)).permute(2, 0, 1)
    full, low_pass = transform.unit_forward(picture, transform.split_colour)
    for k, stage_type in enumerate(lattice.STAGE_TYPES):
        details, low = transform.unit_forward(low_pass[:, :8, :16]) if stage_type.coarse else (full, low_pass)
        x, stage_types = details[None, order.channels].float(), torch.tensor([k])
        most, nothing = loss.refinements(order, stage_types), torch.zeros(1, dtype=torch.long)
        inputs = x, low[None].float(), torch.zeros_like(x), stage_types, nothing, nothing + (order.hidden == 1), most
        results.append(torch.cat(loss.stage_losses(networks[stage_type.network], *inputs)))
    return torch.stack(results)


def assert_close(actual, expected):
    error = float((actual / expected - 1).abs().max())
    assert error <= LIMIT, f"off by {error:.3g}"


def moves_groups():
    """In another order every group and the denoiser say of their channels what they said before."""
    weights = without_contexts(make_weights())
    converted = convert.Reordering(PHASED, COARSE_FIRST).weights(weights)
    assert_close(measure(converted, COARSE_FIRST), measure(weights, PHASED))


def moves_contexts():
    """Contexts move along: denoised errors stay, rates are others but of their kind."""
    weights = make_weights()
    before = measure(weights, PHASED)
    after = measure(convert.Reordering(PHASED, COARSE_FIRST).weights(weights), COARSE_FIRST)
    assert_close(after[:, 1], before[:, 1])
    assert torch.isfinite(after).all()
    assert not torch.allclose(after[:, 0], before[:, 0]) and (after[:, 0] < 2 * before[:, 0]).all()


def restores():
    """There and back, all but the contexts that the other order has no place for are as they were."""
    weights = make_weights()
    largest = {f"{n}.{layer}.{g}": float(10 * n + g) for n in range(4) for layer in ("mix", "out") for g in range(11)}
    there, back = convert.Reordering(PHASED, COARSE_FIRST), convert.Reordering(COARSE_FIRST, PHASED)
    restored = back.weights(there.weights(weights))
    dropped = PHASED.sets.index(COARSE_FIRST.sets[-1])
    assert list(restored) == list(weights)
    for name, value in weights.items():
        is_dropped = name.endswith(f".context.{dropped}.weight")
        assert torch.equal(restored[name], 0 * value if is_dropped else value), name
    assert back.largest(there.largest(largest)) == largest
    moved = there.largest(largest)
    assert all(moved[f"2.mix.{g}"] == 20 + PHASED.sets.index(name) for g, name in enumerate(COARSE_FIRST.sets))


def grows():
    """Larger networks say what the smaller ones said, and what is new learns."""
    weights = make_weights()
    larger = network.Networks(PHASED, width=32, blocks=3, denoise_blocks=2)
    grown = convert.grown(weights, larger)
    assert network.sizes_of(grown) == (32, 3, 2)
    assert_close(measure(grown, PHASED), measure(weights, PHASED))
    net = network.Networks.like(grown, PHASED)[1]
    state = torch.tensor([0]), torch.tensor([0])
    net.group(0, net.trunk(torch.randn(1, network.N_FEATURES, 4, 4), *state), *state).square().sum().backward()
    assert net.blocks[2]["outer"].weight.grad.any() and net.mix[0].weight.grad[:, 16:].any()


def run(program, *options):
    """What the program says if it refuses, else None."""
    with mock.patch.object(sys, "argv", [program.__name__, *options]), contextlib.redirect_stdout(io.StringIO()):
        try:
            program.main()
        except SystemExit as refusal:
            return str(refusal)


def converts_files():
    """A converted checkpoint says its order, is exported and converted again; an old one is phased unless told."""
    weights = make_weights()
    torch.save({"ema": weights, "state": {"step": 7}, "largest": {}}, CHECKPOINT)  # as before there were orders
    assert checkpoint.load(CHECKPOINT)["order"] == PHASED
    assert run(convert, CHECKPOINT, "-o", CONVERTED, "--order", "coarse-first", "--blocks", "2") is None
    saved = checkpoint.load(CONVERTED)
    assert saved["order"] == COARSE_FIRST and saved["state"]["step"] == 7
    assert network.sizes_of(saved["ema"]) == (16, 2, 1)
    assert run(export, CONVERTED, "-o", os.path.join(FOLDER.name, "tiny.uqdm")) is None
    assert run(convert, CONVERTED, "-o", CONVERTED, "--order", "phased") is None
    assert checkpoint.load(CONVERTED)["order"] == PHASED


def refuses():
    """Orders that a checkpoint does not have, smaller networks and other files are refused, and nothing is written."""
    weights, output = make_weights(), os.path.join(FOLDER.name, "none")
    old = os.path.join(FOLDER.name, "old.pt")
    torch.save({"ema": convert.Reordering(PHASED, COARSE_FIRST).weights(weights), "state": {"step": 1}}, old)
    checkpoint.save(CHECKPOINT, {"ema": weights, "state": {"step": 1}, "order": PHASED})
    for program, path, options, message in (
        (export, old, (), "name its order"),
        (export, CHECKPOINT, ("--order", "coarse-first"), "its order is phased, not coarse-first"),
        (convert, CHECKPOINT, ("--from", "coarse-first"), "its order is phased, not coarse-first"),
        (convert, CHECKPOINT, ("--blocks", "0"), "networks only grow"),
        (convert, CHECKPOINT, ("--width", "24"), "no multiple of 16"),
        (convert, os.path.join(ROOT, "models", "README.md"), (), "not a checkpoint"),
        (convert, output, (), "No such file"),
    ):
        error = run(program, path, "-o", output, *options)
        assert error is not None and message in error, (message, error)
        assert not os.path.exists(output), message
    assert run(export, old, "-o", output, "--order", "coarse-first") is None


if __name__ == "__main__":
    tap.main([moves_groups, moves_contexts, restores, grows, converts_files, refuses])
