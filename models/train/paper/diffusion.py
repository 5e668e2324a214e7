"""The paper's diffusion: a few steps from noise to picture, each of which leaves uniform noise of known width.

Pictures are x = (p + 1/2) / 128 - 1 of pixels p. A state z_t is alpha x plus noise of variance sigma^2, where
alpha^2 = sigmoid(-gamma), sigma^2 = sigmoid(gamma), and gamma falls linearly from GAMMA_MAX. A step codes z_s by
universal quantisation: which cell of width delta around the network's guess, shifted by dither, holds the mean of z_s
that z_t and x tell.
"""
import math
from dataclasses import dataclass, fields

import torch
import torch.nn.functional as F

GAMMA_MIN, GAMMA_MAX = -12.3, 6.0
LOGISTIC = math.sqrt(3) / math.pi  # scale of a logistic distribution of deviation 1


def _sigmoid(x):
    return 1 / (1 + math.exp(-x))


@dataclass(frozen=True)
class Step:
    """Numbers of a step from t to s, as in a model file (docs/format.md)."""

    gamma_t: float
    gamma_s: float
    time: float
    inv_alpha: float
    noise: float
    from_z: float
    from_x: float
    scale: float
    delta: float
    flow_z: float
    flow_x: float

    @classmethod
    def between(cls, gamma_t, gamma_s, gamma_min=GAMMA_MIN, gamma_max=GAMMA_MAX):
        alpha_t, alpha_s = math.sqrt(_sigmoid(-gamma_t)), math.sqrt(_sigmoid(-gamma_s))
        sigma_t, sigma_s = math.sqrt(_sigmoid(gamma_t)), math.sqrt(_sigmoid(gamma_s))
        c = -math.expm1(gamma_s - gamma_t)
        return cls(
            gamma_t=gamma_t, gamma_s=gamma_s, time=(gamma_t - gamma_min) / (gamma_max - gamma_min),
            inv_alpha=1 / alpha_t, noise=sigma_t / alpha_t, from_z=alpha_s * (1 - c) / alpha_t, from_x=alpha_s * c,
            scale=sigma_t * math.sqrt(c), delta=sigma_s * math.sqrt(12 * c),
            flow_z=sigma_s / sigma_t, flow_x=alpha_s - alpha_t * sigma_s / sigma_t,
        )


class Schedule:
    """T steps in coding order; gamma spans `span` below its greatest value. The embedded time is counted from
    gamma_min to gamma_max whatever the span."""

    def __init__(self, n, span=GAMMA_MAX - GAMMA_MIN, gamma_min=GAMMA_MIN, gamma_max=GAMMA_MAX):
        gammas = [gamma_max - span * i / n for i in range(n + 1)]
        self.steps = [Step.between(t, s, gamma_min, gamma_max) for t, s in zip(gammas, gammas[1:])]
        self.inv_alpha = math.sqrt(1 + math.exp(gammas[-1]))  # of z_0
        self.snr = math.exp(-gammas[-1])

    def tables(self, first=0, last=None):
        """The numbers of steps as tensors [steps, 1, 1, 1, 1], by name."""
        steps = self.steps[first:last]
        return {
            f.name: torch.tensor([getattr(step, f.name) for step in steps]).view(-1, 1, 1, 1, 1) for f in fields(Step)
        }


def from_pixels(pixels):
    return (pixels.float() + 0.5) / 128 - 1


def to_pixels(x):
    return torch.round((x + 1) * 128 - 0.5).clamp(0, 255).to(torch.uint8)


def quantise(mean, guess, delta, dither):
    """Index of the cell and its state, uniform over delta around the mean; dither is within half of 1."""
    k = torch.round((mean - guess) / delta + dither)
    return k, guess + (k - dither) * delta


def chain(x, schedule, noise=None):
    """States [T + 1, B, 3, H, W] that pictures x [B, 3, H, W] pass through from z_1, which is pure noise."""
    states = [torch.randn_like(x) if noise is None else noise]
    for step in schedule.steps:
        mean = step.from_z * states[-1] + step.from_x * x
        states.append(mean + step.delta * (torch.rand_like(x) - 0.5))
    return torch.stack(states)


@dataclass
class Prediction:
    """What the network makes of states [T, B, 3, H, W]."""

    noise: torch.Tensor
    factor: torch.Tensor  # of the spread
    raw: torch.Tensor  # the picture, not clamped
    denoised: torch.Tensor
    mean: torch.Tensor
    scale: torch.Tensor  # deviation


def predict(network, states, tables):
    """All states at once; tables as from Schedule.tables, one row per state or one for all."""
    n, b = states.shape[:2]
    times = tables["time"].view(-1, 1).expand(n, b).reshape(-1)
    noise, factor = (out.view_as(states) for out in network(states.flatten(0, 1), times))
    raw = tables["inv_alpha"] * states - tables["noise"] * noise
    denoised = raw.clamp(-1, 1)
    mean = tables["from_z"] * states + tables["from_x"] * denoised
    return Prediction(noise, factor, raw, denoised, mean, tables["scale"] * factor)


def cell_bits(z, mean, scale, delta):
    """Bits of cells of width delta around z under a logistic distribution."""
    width = LOGISTIC * scale
    log = torch.log(-torch.expm1(-delta / width))
    log = log + F.logsigmoid((z - mean + delta / 2) / width) + F.logsigmoid((mean - z + delta / 2) / width)
    return log / -math.log(2)


def step_bits(network, states, tables):
    """Bits of every value [T, B, 3, H, W] that leads from one of states [T + 1, ...] to the next."""
    told = predict(network, states[:-1], tables)
    return cell_bits(states[1:], told.mean, told.scale, tables["delta"])


def pixel_bits(pixels, z, schedule):
    """Bits of pixels given z_0: every value has the weight that a Gaussian around it gives z_0."""
    values = from_pixels(torch.arange(256))
    logits = -0.5 * schedule.snr * (schedule.inv_alpha * z[..., None] - values) ** 2
    return -torch.log_softmax(logits, -1).gather(-1, pixels[..., None].long())[..., 0] / math.log(2)


def bits_per_pixel(bits):
    """[..., 3, H, W] -> mean over pictures of bits per pixel."""
    return 3 * bits.mean((-1, -2, -3, -4))


@torch.no_grad()
def measure(network, pixels, schedule, noise=None):
    """Bits per pixel of every step and of the pixels given z_0, and mean squared errors of the denoised pictures."""
    states, tables = chain(from_pixels(pixels), schedule, noise), schedule.tables()
    told = predict(network, states[:-1], tables)
    bits = bits_per_pixel(cell_bits(states[1:], told.mean, told.scale, tables["delta"])).tolist()
    errors = (to_pixels(told.denoised).float() - pixels.float()).square().mean((1, 2, 3, 4)).tolist()
    return bits + [float(bits_per_pixel(pixel_bits(pixels, states[-1], schedule)))], errors


@torch.no_grad()
def denoise(network, z, schedule, at):
    """Pixels that the network sees in the state [B, 3, H, W] before step `at`."""
    if at == len(schedule.steps):
        return to_pixels(schedule.inv_alpha * z)
    return to_pixels(predict(network, z[None], schedule.tables(at, at + 1)).denoised[0])


@torch.no_grad()
def flow(network, z, schedule, at=0):
    """Pixels at the end of the deterministic flow from the state before step `at`."""
    for i in range(at, len(schedule.steps)):
        told, step = predict(network, z[None], schedule.tables(i, i + 1)), schedule.steps[i]
        z = step.flow_z * z + step.flow_x * told.raw[0]
    return to_pixels(schedule.inv_alpha * z)


@torch.no_grad()
def sample(network, z, schedule, at=0):
    """Pixels of a random picture that goes on from the state before step `at`; from noise, an unconditional one."""
    for i in range(at, len(schedule.steps)):
        told = predict(network, z[None], schedule.tables(i, i + 1))
        u = torch.rand_like(z).clamp(1e-7, 1 - 1e-7)
        logistic = LOGISTIC * told.scale[0] * (torch.log(u) - torch.log1p(-u))
        z = told.mean[0] + logistic + schedule.steps[i].delta * (torch.rand_like(z) - 0.5)
    return to_pixels(schedule.inv_alpha * z)
