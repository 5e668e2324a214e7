#!/usr/bin/env python3
"""Train the lattice network on a folder of photographs; resumes from a checkpoint.

The loss of every kind of stage is its rate relative to the running mean of that
rate, plus the same for the error of the denoised picture, so that an equal
relative gain counts the same at every stage.
"""
import argparse
import math
import os
import time

import numpy as np
import torch

import transform
from data import Photos, Unit
from lattice import KINDS, TOP_LEVEL, low_levels
from loss import stage_losses
from network import LatticeNetwork

DENOISE_WEIGHT = 0.5
DITHER_SHARE = 0.1
EMA_DECAY = 0.9993
COARSE_EVERY = 2  # steps between two with crops of the low-pass pyramid
COARSE_WEIGHT = 0.5
GRADIENT_LIMIT = 1.0
RENEW_EVERY = 4  # steps between two photographs transformed anew
LOW_LEVEL = low_levels()


def dither_offsets(shape, dithered, generator=None):
    """[B,189,h,w] uniform over a top-level cell where dithered, else 0."""
    half = 2 ** (TOP_LEVEL - 1)
    if not bool(dithered.any()):
        return torch.zeros(shape)
    return torch.randint(-half, half, shape, generator=generator).float() * dithered[:, None, None, None].cpu()


def validate(net, units, low_units):
    """Rate and PSNR of the starting state per kind, without dither."""
    device, rows = next(net.parameters()).device, []
    for k, kind in enumerate(KINDS):
        source = low_units if kind.coarse else units
        level = 0 if kind.coarse else LOW_LEVEL[kind.level_from]
        x = torch.stack([u.details.permute(2, 0, 1) for u in source]).float().to(device)
        low = torch.stack([u.low[level] for u in source]).float().to(device)
        kinds = torch.full((len(source),), k, device=device)
        with torch.no_grad(), torch.autocast(device.type, dtype=torch.bfloat16):
            bits, error = stage_losses(net, x, low, torch.zeros_like(x), kinds, torch.zeros_like(kinds))
        rows.append((float(bits.mean()), float((10 * torch.log10(255**2 / error)).mean())))
    return rows


def print_validation(rows):
    for coarse in (False, True):
        text = []
        for kind, (bits, psnr) in zip(KINDS, rows):
            if kind.coarse == coarse:
                text.append(f"{kind.level_from}>{kind.level_to} {psnr:.2f}dB {bits:.4f}")
        print("  coarse" if coarse else "  full  ", " | ".join(text), flush=True)


def save(path, net, ema, optimizer, state):
    temporary = path + ".tmp"
    torch.save({"net": net.state_dict(), "ema": ema, "optimizer": optimizer.state_dict(), "state": state}, temporary)
    os.replace(temporary, path)


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("photos", help="folder of photographs (searched recursively)")
    parser.add_argument("-o", "--output", required=True, help="checkpoint to write")
    parser.add_argument("--resume", help="checkpoint to go on from")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=float, default=60)
    length.add_argument("--steps", type=int, help="train for so many steps instead of minutes")
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--blocks", type=int, default=3)
    parser.add_argument("--crop", type=int, default=128, help="side of the training crops in pixels")
    parser.add_argument("--crops", type=int, default=2, help="crops per kind of stage and step")
    parser.add_argument("--rate", type=float, default=1e-3, help="learning rate at the start")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--validate-every", type=float, default=10, metavar="MINUTES")
    return parser.parse_args()


class Training:
    """Network, its running average and the optimiser, with what a checkpoint holds of them."""

    def __init__(self, options):
        self.options, self.device = options, torch.device(options.device)
        self.rng = np.random.default_rng(options.seed)
        self.photos = Photos(options.photos, self.rng, options.crop)
        print(f"{len(self.photos.train)} photographs to train on, {len(self.photos.validation)} held out", flush=True)
        crops = self.photos.validation_crops(256 if options.crop >= 128 else options.crop, 24)
        self.held_out = [Unit(p, transform.split_colour) for p in crops]
        self.held_out_low = [Unit(transform.split_colour(p)[0]) for p in crops]
        self.net = LatticeNetwork(options.width, options.blocks).to(self.device, memory_format=torch.channels_last)
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=options.rate, betas=(0.9, 0.99))
        self.state = {"step": 0, "minutes": 0.0, "bits": [1.0] * len(KINDS), "error": [100.0] * len(KINDS)}
        self.ema = {k: v.clone() for k, v in self.net.state_dict().items()}
        if options.resume:
            self._resume(options.resume)
        self.first_step = self.state["step"]

    def _resume(self, path):
        saved = torch.load(path, map_location=self.device)
        self.net.load_state_dict(saved["net"])
        if "optimizer" in saved:  # a stored checkpoint may have only the weights
            self.optimizer.load_state_dict(saved["optimizer"])
        self.ema, self.state = saved["ema"], saved["state"]

    def losses(self, kinds, coarse):
        """Weighted loss of one batch; updates the running means of rates and errors."""
        size = self.options.crop // transform.CELL
        if coarse:
            x, low = self.photos.low_crops(len(kinds), size // 2)
        else:
            x, low = self.photos.crops(len(kinds), size, [LOW_LEVEL[KINDS[k].level_from] for k in kinds])
        dithered = torch.from_numpy((self.rng.random(len(kinds)) < DITHER_SHARE).astype(np.int64))
        offset = dither_offsets(x.shape, dithered)
        batch = [t.to(self.device) for t in (x, low, offset, torch.tensor(kinds), dithered)]
        with torch.autocast(self.device.type, dtype=torch.bfloat16):
            bits, error = stage_losses(self.net, *batch)
        loss = 0
        for row, k in enumerate(kinds):
            for name, value, weight in (("bits", bits[row], 1.0), ("error", error[row], DENOISE_WEIGHT)):
                mean = self.state[name][k]
                if not dithered[row]:
                    self.state[name][k] += 0.01 * (float(value) - mean)
                loss = loss + weight * value / max(mean, 1e-3)
        return loss / len(kinds)

    def step(self, learning_rate):
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate
        self.optimizer.zero_grad(set_to_none=True)
        for coarse, weight in ((False, 1.0), (True, COARSE_WEIGHT)):
            if coarse and self.state["step"] % COARSE_EVERY:
                continue
            kinds = [k for k, kind in enumerate(KINDS) if kind.coarse == coarse for _ in range(self.options.crops)]
            (self.losses(kinds, coarse) * weight).backward()
        norm = torch.nn.utils.clip_grad_norm_(self.net.parameters(), GRADIENT_LIMIT)
        if torch.isfinite(norm):
            self.optimizer.step()
        self.state["step"] += 1
        if self.state["step"] % RENEW_EVERY == 0:
            self.photos.renew()
        done = self.state["step"] - self.first_step
        decay = min(EMA_DECAY, (1 + done) / (10 + done))
        with torch.no_grad():
            for name, value in self.net.state_dict().items():
                self.ema[name].lerp_(value, 1 - decay)

    def validate_and_save(self):
        evaluated = LatticeNetwork(self.options.width, self.options.blocks).to(self.device)
        evaluated.load_state_dict(self.ema)
        print_validation(validate(evaluated, self.held_out, self.held_out_low))
        save(self.options.output, self.net, self.ema, self.optimizer, self.state)

    def progress(self, start):
        if self.options.steps:
            return (self.state["step"] - self.first_step) / self.options.steps
        return (time.time() - start) / 60 / self.options.minutes

    def run(self):
        start = last_validation = last_print = time.time()
        while self.progress(start) < 1:
            warm = min(1.0, (self.state["step"] - self.first_step + 1) / 100)
            cosine = 0.5 * (1 + math.cos(math.pi * self.progress(start)))
            self.step(self.options.rate * warm * (0.02 + 0.98 * cosine))
            now = time.time()
            if now - last_print > 30:
                last_print = now
                rates = " ".join(f"{b:.3f}" for b in self.state["bits"])
                print(f"{(now - start) / 60:6.1f} min  step {self.state['step']}  bpp {rates}", flush=True)
            if now - last_validation > 60 * self.options.validate_every:
                last_validation = now
                self.validate_and_save()
        self.state["minutes"] += (time.time() - start) / 60
        self.validate_and_save()
        print(f"done: {self.state['step']} steps, {self.state['minutes']:.1f} minutes, {self.options.output}")


def main():
    options = parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    Training(options).run()


if __name__ == "__main__":
    main()
