"""The paper's diffusion and network: bits, states, training, and the reference implementation's numbers."""
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import torch
from PIL import Image

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
PAPER = os.path.join(ROOT, "models", "train", "paper")
sys.path.insert(0, PAPER)
import diffusion
import fused
import network
import optimizer
import synthetic
import tap

REFERENCE = os.path.join(ROOT, "..", "shared", "reference", "uqdm-tiny")
TOLERANCE = 1e-4
FOLDER = tempfile.TemporaryDirectory(prefix="uqd-paper-")
PHOTOS = os.path.join(FOLDER.name, "photos")
CHECKPOINT = os.path.join(FOLDER.name, "tiny.pt")
MODEL = os.path.join(FOLDER.name, "tiny.uqdm")
TINY = "--width 16 --blocks 0 --groups 4 --crop 16 --batch 2 --threads 1 --validation 1".split()


def random_network(shape=network.Shape(16, 1, 4), seed=1):
    """A network in which every weight matters, also those that training begins at zero."""
    torch.manual_seed(seed)
    net = network.Network(shape)
    with torch.no_grad():
        for weights in net.parameters():
            weights.add_(0.05 * torch.randn_like(weights))
    return net


def pictures(n, side):
    stacked = np.stack([synthetic.picture(seed, side, side) for seed in range(n)])
    return torch.from_numpy(stacked).permute(0, 3, 1, 2)


def cells_share_probability_one():
    """The cells of a step share probability one, wherever the dither puts them."""
    k = torch.arange(-4000, 4001).double()
    rows = (0.3, 0.2, 3.1, 0.4), (-0.9, 0.01, 0.0074, -0.5), (1.0, 2.0, 0.07, 0.2), (0.0, 1e-3, 3.0, 0.0)
    for mean, scale, delta, dither in rows:
        mean, scale, delta = (torch.tensor(v, dtype=torch.float64) for v in (mean, scale, delta))
        bits = diffusion.cell_bits(mean + (k - dither) * delta, mean, scale, delta)
        assert abs(float((2.0 ** -bits).sum()) - 1) < 1e-6


def far_cells_cost_bits():
    """A cell far from what the network expects costs many bits, but not infinitely many."""
    for distance in (1e2, 1e4, 1e6):
        bits = diffusion.cell_bits(*(torch.tensor(v) for v in (distance, 0.0, 1.0, 0.5)))
        assert abs(float(bits) / (distance / diffusion.LOGISTIC / np.log(2)) - 1) < 0.1, distance


def pixels_share_probability_one():
    """The pixels that a last state allows share probability one; the one it came from is likely."""
    schedule = diffusion.Schedule(4)
    pixels = torch.arange(256, dtype=torch.uint8)
    z = diffusion.from_pixels(torch.tensor(77)) / schedule.inv_alpha
    bits = diffusion.pixel_bits(pixels, z.expand(256), schedule)
    assert abs(float((2.0 ** -bits.double()).sum()) - 1) < 1e-5
    assert int(bits.argmin()) == 77 and torch.equal(diffusion.to_pixels(diffusion.from_pixels(pixels)), pixels)


def states_have_their_moments():
    """Mean and variance of every state are alpha x and sigma^2, but for the first, which knows nothing of x."""
    torch.manual_seed(1)
    x = torch.full((1, 3, 256, 256), 0.7)
    for n in (1, 4, 16):
        schedule = diffusion.Schedule(n)
        states = diffusion.chain(x, schedule)
        lost = 0.7 * float(torch.sigmoid(torch.tensor(-diffusion.GAMMA_MAX))) ** 0.5
        for step, z in zip(schedule.steps, states[1:]):
            alpha, sigma = (float(torch.sigmoid(torch.tensor(sign * step.gamma_s))) ** 0.5 for sign in (-1, 1))
            lost *= step.from_z  # what pure noise instead of a trace of x at the start takes from the mean
            assert abs(float(z.mean()) - (0.7 * alpha - lost)) < 0.02 * sigma, (n, step)
            assert abs(float(z.std()) / sigma - 1) < 0.02, (n, step)


def quantised_states_are_uniform():
    """Universal quantisation leaves a state within half a cell around the mean, evenly."""
    torch.manual_seed(2)
    mean, guess, delta = torch.randn(20000), torch.randn(20000), 0.7
    k, z = diffusion.quantise(mean, guess, delta, torch.rand(20000) - 0.5)
    error = (z - mean) / delta
    assert torch.equal(k, k.round()) and float(error.abs().max()) < 0.5001
    assert abs(float(error.mean())) < 0.01 and abs(float(error.var()) * 12 - 1) < 0.05


def steps_agree_with_their_definition():
    """The numbers of steps satisfy what they mean, however many there are; more steps pass by the same states."""
    for n in (1, 4, 31):
        schedule = diffusion.Schedule(n)
        for step in schedule.steps:
            alpha_t, alpha_s = ((1 + np.exp(g)) ** -0.5 for g in (step.gamma_t, step.gamma_s))
            assert abs(step.from_z * alpha_t + step.from_x - alpha_s) < 1e-12
            assert abs(step.flow_z * alpha_t + step.flow_x - alpha_s) < 1e-12
            assert abs(step.inv_alpha * alpha_t - 1) < 1e-12
        assert schedule.steps[0].time == 1 and abs(schedule.steps[-1].gamma_s + 12.3) < 1e-12
    assert abs(diffusion.Schedule(8).steps[2].gamma_t - diffusion.Schedule(4).steps[1].gamma_t) < 1e-12


def fused_parts_agree():
    """Attention and activation compiled from C are PyTorch's, and so are their gradients."""
    if fused.library(16) is None:
        raise tap.Skip("no compiler")
    torch.manual_seed(3)
    for width in (16, 32, 48):
        _compare_attention(torch.randn(2, 3 * width, 8, 12), torch.randn(2, width, 8, 12))
    _compare_activation(torch.randn(3, 48, 8, 4), torch.randn(3, 48), torch.nn.GroupNorm(6, 48))


def _with_and_without(name, compute):
    found, fits = [compute()], getattr(fused, name)
    setattr(fused, name, lambda x: False)
    found.append(compute())
    setattr(fused, name, fits)
    return zip(*found)


def works_without_a_compiler():
    """Without the compiled parts, a step of training in bfloat16 costs about the same bits and has a gradient."""
    net, schedule = random_network(), diffusion.Schedule(4)
    states = diffusion.chain(diffusion.from_pixels(pictures(1, 16)), schedule)

    def compute():
        net.zero_grad(set_to_none=True)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            bits = diffusion.bits_per_pixel(diffusion.step_bits(net, states, schedule.tables()))
        bits.sum().backward()
        assert all(torch.isfinite(weights.grad).all() for weights in net.parameters())
        return (bits.detach(),)

    attends, fused.attends = fused.attends, lambda x: False
    for fast, plain in _with_and_without("activates", compute):
        assert torch.allclose(fast, plain, rtol=0.01), (fast, plain)
    fused.attends = attends


def _compare_attention(qkv, slopes):
    def compute():
        x = qkv.clone().requires_grad_()
        out = network.Attend()(x)
        out.backward(slopes)
        return out.detach(), x.grad

    for fast, plain in _with_and_without("attends", compute):
        assert torch.allclose(fast, plain, atol=1e-4), (fast - plain).abs().max()


def _compare_activation(x, shift, norm):
    with torch.no_grad():
        norm.weight.copy_(torch.randn(len(norm.weight)))
    slopes = torch.randn_like(x)

    def compute():
        inputs = [x.bfloat16().contiguous(memory_format=torch.channels_last), shift.clone()]
        inputs = [i.requires_grad_() for i in inputs]
        if not fused.activates(inputs[0]):
            inputs[0] = inputs[0].detach().float().requires_grad_()
        out = network.activated(inputs[0], norm, inputs[1])
        weights = [*inputs, norm.weight, norm.bias]
        return [out.detach(), *torch.autograd.grad(out, weights, slopes.bfloat16().to(out.dtype))]

    for fast, plain in _with_and_without("activates", compute):
        assert (fast.float() - plain).abs().max() < 0.01 * plain.abs().max()


def reconstructs():
    """Denoised, flowing and sampled pictures are pixels; bits and errors of random weights are finite."""
    net, schedule, pixels = random_network(), diffusion.Schedule(3), pictures(2, 16)
    bits, errors = diffusion.measure(net, pixels, schedule)
    assert len(bits) == 4 and len(errors) == 3 and np.isfinite(bits + errors).all() and min(bits) > 0
    states = diffusion.chain(diffusion.from_pixels(pixels), schedule)
    for at in range(4):
        for method in (diffusion.denoise, diffusion.flow, diffusion.sample):
            out = method(net, states[at], schedule, at)
            assert out.shape == pixels.shape and out.dtype == torch.uint8, method
    last = diffusion.denoise(net, states[3], schedule, 3)
    assert float((last.float() - pixels.float()).abs().max()) < 3


def learns():
    """A few steps of training reduce the bits of pictures, with the same noise."""
    torch.manual_seed(4)
    net, schedule = network.Network(network.Shape(16, 0, 4)), diffusion.Schedule(4)
    steps, x = optimizer.Optimizer(net), diffusion.from_pixels(pictures(2, 16))
    states, bits = diffusion.chain(x, schedule), []
    for group in steps.param_groups:
        group["lr"] = 3e-3
    for _ in range(25):
        loss = diffusion.bits_per_pixel(diffusion.step_bits(net, states, schedule.tables())).sum()
        steps.zero_grad()
        loss.backward()
        steps.step()
        bits.append(float(loss))
    assert np.isfinite(bits).all() and bits[-1] < bits[0] - 0.5, bits


def _run(program, *arguments):
    command = [sys.executable, program, *arguments]
    result = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert result.returncode == 0, result.stderr
    return result.stdout


def trains_and_resumes():
    """Training holds photographs out, writes checkpoints, repeats itself and goes on from a checkpoint."""
    synthetic.write_pictures(PHOTOS, 21, 80, 70)
    train, again = os.path.join(PAPER, "train.py"), CHECKPOINT + ".again"
    text = _run(train, PHOTOS, "-o", CHECKPOINT, *TINY, "--steps", "3")
    assert "19 photographs to train on, 2 held out" in text, text
    _run(train, PHOTOS, "-o", again, *TINY, "--steps", "3")
    first, second = torch.load(CHECKPOINT), torch.load(again)
    assert first["state"]["step"] == 3
    assert all(torch.equal(first["net"][name], second["net"][name]) for name in first["net"])
    resumed = ["--resume", CHECKPOINT, "--grow", "0.5", "--schedules", "4", "2"]
    _run(train, PHOTOS, "-o", again, *TINY, "--steps", "2", *resumed)
    assert torch.load(again)["state"]["step"] == 5


def exports():
    """A checkpoint is exported, twice to the same bytes; as many steps as asked for."""
    program = os.path.join(ROOT, "models", "export_paper.py")
    for name in (MODEL, MODEL + ".again"):
        _run(program, CHECKPOINT, "-o", name, "--name", "tiny")
    with open(MODEL, "rb") as first, open(MODEL + ".again", "rb") as second:
        assert first.read() == second.read()
    assert "7 steps" in _run(program, CHECKPOINT, "-o", MODEL, "--steps", "7", "--raw")


def _load(folder, name):
    return torch.from_numpy(np.load(os.path.join(folder, name + ".npy")))[None]


def _close(actual, folder, name, limit=TOLERANCE):
    error = float((actual.float() - _load(folder, name).float()).abs().max())
    assert error <= limit, f"{folder}: {name} is off by {error:.3g}"


def _compare_step(net, schedule, folder, i, x, z):
    step, name = schedule.steps[i], f"step{i + 1}_"
    with torch.no_grad():
        told = diffusion.predict(net, z[None], schedule.tables(i, i + 1))
    _close(told.noise[0], folder, name + "eps_hat")
    _close(told.factor[0], folder, name + "scale_factor")
    _close(told.mean[0], folder, name + "p_loc")
    _close(told.scale[0], folder, name + "p_scale")
    _close(told.denoised[0], folder, name + "x_denoised")
    _close(diffusion.to_pixels(schedule.inv_alpha * told.denoised[0]), folder, name + "reconstruction", 1)
    # The reference's guess, so that no rounding decides over a cell.
    guess, mean = _load(folder, name + "p_loc"), step.from_z * z + step.from_x * x
    k, after = diffusion.quantise(mean, guess, step.delta, _load(folder, name + "dither"))
    assert float((k != _load(folder, name + "k")).float().mean()) < 1e-3, f"{folder}: step {i + 1} has other cells"
    after = torch.where(k == _load(folder, name + "k"), after, _load(folder, name + "z"))
    _close(after, folder, name + "z")
    bits = diffusion.cell_bits(after, guess, _load(folder, name + "p_scale"), torch.tensor(step.delta))
    _close(bits, folder, name + "bits", 5e-3)
    return _load(folder, name + "z"), float(bits.sum())


def agrees_with_the_reference():
    """Predictions, cells, bits and pictures are those of the reference implementation."""
    if not os.path.isdir(REFERENCE):
        raise tap.Skip("no reference numbers")
    net, schedule = network.Network(), diffusion.Schedule(4)
    with np.load(os.path.join(REFERENCE, "weights-raw.npz")) as stored:
        net.load_state_dict({name: torch.from_numpy(stored[name]) for name in stored.files})
    with open(os.path.join(REFERENCE, "reference.json")) as file:
        expected = json.load(file)
    for name in ("image0", "image1"):
        folder, steps = os.path.join(REFERENCE, name), expected[name]["steps"]
        picture = np.array(Image.open(os.path.join(folder, "image.png")).convert("RGB"))
        pixels = torch.from_numpy(picture).permute(2, 0, 1)[None]
        x, z = diffusion.from_pixels(pixels), _load(folder, "z1_noise")
        for i in range(4):
            z, bits = _compare_step(net, schedule, folder, i, x, z)
            assert abs(bits / steps[i]["bits"] - 1) < 1e-4, (name, i, bits)
        bits = float(diffusion.pixel_bits(pixels, z, schedule).sum())
        assert abs(bits / steps[4]["bits"] - 1) < 1e-4, (name, bits)


if __name__ == "__main__":
    tap.main(
        [
            cells_share_probability_one, far_cells_cost_bits, pixels_share_probability_one, states_have_their_moments,
            quantised_states_are_uniform, steps_agree_with_their_definition, fused_parts_agree,
            works_without_a_compiler, reconstructs, learns, trains_and_resumes, exports, agrees_with_the_reference,
        ]
    )
