#!/usr/bin/env python3
"""Train the paper's network on a folder of photographs; resumes from a checkpoint.

The loss is the number of bits that a picture takes: the states that it passes through need no network, so all steps
of a picture go through the network as one batch.
"""
import argparse
import dataclasses
import math
import os
import time

import torch

from crops import Photos
from diffusion import GAMMA_MAX, GAMMA_MIN, Schedule, chain, from_pixels, measure, step_bits
from network import Network, Shape
from optimizer import Optimizer

EMA_DECAY = 0.9995
GRADIENT_LIMIT = 1.0
WARM_UP = 200  # steps
MEAN_DECAY = 0.99  # of the running means of rates
LAST_RATE = 0.01
VALIDATION_SIZE = 64


class Training:
    """A network, its running average and the optimiser, with what a checkpoint holds of them."""

    def __init__(self, options):
        self.options = options
        self.photos = Photos(options.photos, options.seed)
        print(f"{len(self.photos.train)} photographs to train on, {len(self.photos.validation)} held out", flush=True)
        self.held_out = self.photos.held_out(VALIDATION_SIZE, options.validation)
        saved = torch.load(options.resume) if options.resume else None
        shape = Shape(**saved["shape"]) if saved else Shape(options.width, options.blocks, options.groups)
        self.network = Network(shape).to(memory_format=torch.channels_last)
        self.optimizer = Optimizer(self.network)
        self.state = {"step": 0, "minutes": 0.0}
        self.ema = {k: v.clone() for k, v in self.network.state_dict().items()}
        if saved:
            self._resume(saved)
        self.first_step, self.means = self.state["step"], None
        self.schedules = [Schedule(n) for n in options.schedules]

    def _resume(self, saved):
        self.ema = {name: value.float() for name, value in saved["ema"].items()}
        self.network.load_state_dict(self.ema)
        if "optimizer" in saved:  # a stored checkpoint may have only the average
            self.network.load_state_dict(saved["net"])
            self.optimizer.load_state_dict(saved["optimizer"])
        self.state = saved["state"]

    def update(self, n, size):
        """One step with n crops; the first schedule but for a share of the steps, that the others have."""
        others = len(self.schedules) - 1
        other = others and torch.rand(()) < self.options.other_share
        schedule = self.schedules[1 + int(torch.randint(others, ()))] if other else self.schedules[0]
        states = chain(from_pixels(self.photos.batch(n, size)), schedule)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            bits = step_bits(self.network, states, schedule.tables()).mean((1, 2, 3, 4))
        self.optimizer.zero_grad(set_to_none=True)
        bits.sum().backward()
        norm = torch.nn.utils.clip_grad_norm_(self.network.parameters(), GRADIENT_LIMIT)
        if torch.isfinite(norm):
            self.optimizer.step()
        if not other:
            bits = 3 * bits.detach()
            self.means = bits if self.means is None else MEAN_DECAY * self.means + (1 - MEAN_DECAY) * bits

    @torch.no_grad()
    def average(self):
        done = self.state["step"] - self.first_step
        decay = min(EMA_DECAY, (1 + done) / (10 + done))
        average, weights = list(self.ema.values()), list(self.network.state_dict().values())
        torch._foreach_mul_(average, decay)
        torch._foreach_add_(average, weights, alpha=1 - decay)

    def set_rate(self, progress):
        warm = min(1.0, (self.state["step"] - self.first_step + 1) / WARM_UP)
        cosine = 0.5 * (1 + math.cos(math.pi * progress))
        for group in self.optimizer.param_groups:
            group["lr"] = self.options.rate * warm * (LAST_RATE + (1 - LAST_RATE) * cosine)

    def save(self):
        path = self.options.output
        stored = {
            "shape": dataclasses.asdict(self.network.shape), "steps": self.options.schedules[0],
            "gamma": (GAMMA_MIN, GAMMA_MAX), "net": self.network.state_dict(), "ema": self.ema, "state": self.state,
        }
        torch.save({**stored, "optimizer": self.optimizer.state_dict()}, path + ".tmp")
        os.replace(path + ".tmp", path)

    def validate(self):
        """Of the running average, with the same noise every time."""
        evaluated = Network(self.network.shape).to(memory_format=torch.channels_last)
        evaluated.load_state_dict(self.ema)
        rows = []
        with torch.random.fork_rng():
            torch.manual_seed(0)
            for pixels in self.held_out.split(2):
                bits, errors = measure(evaluated, pixels, self.schedules[0])
                rows.append(torch.tensor(bits + errors))
        rows = torch.stack(rows).mean(0).tolist()
        n = len(self.schedules[0].steps) + 1
        text = " ".join(f"{b:.4f}" for b in rows[:n])
        psnr = " ".join(f"{10 * math.log10(255**2 / e):.2f}" for e in rows[n:])
        print(f"   held out: {sum(rows[:n]):.4f} bpp = {text}; PSNR {psnr}", flush=True)

    def progress(self, start):
        if self.options.steps:
            return (self.state["step"] - self.first_step) / self.options.steps
        return (time.time() - start) / 60 / self.options.minutes

    def run(self):
        options = self.options
        start = last_validation = last_print = time.time()
        while (progress := self.progress(start)) < 1:
            self.set_rate(progress)
            large = progress >= 1 - options.grow
            self.update(max(1, options.batch // 4) if large else options.batch, options.crop * (2 if large else 1))
            self.average()
            self.state["step"] += 1
            now = time.time()
            if now - last_print > 30:
                last_print = now
                rates = " ".join(f"{b:.3f}" for b in self.means.tolist())
                print(f"{(now - start) / 60:6.1f} min  step {self.state['step']}  bpp {rates}", flush=True)
            if now - last_validation > 60 * options.validate_every:
                last_validation = now
                self.save()
                self.validate()
        self.state["minutes"] += (time.time() - start) / 60
        self.save()
        self.validate()
        print(f"done: {self.state['step']} steps, {self.state['minutes']:.1f} minutes, {options.output}")


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("photos", help="folder of photographs (searched recursively)")
    parser.add_argument("-o", "--output", required=True, help="checkpoint to write")
    parser.add_argument("--resume", help="checkpoint to go on from")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=float, default=60)
    length.add_argument("--steps", type=int, help="train for so many steps instead of minutes")
    parser.add_argument("--width", type=int, default=32)
    parser.add_argument("--blocks", type=int, default=1)
    parser.add_argument("--groups", type=int, default=8)
    parser.add_argument("--crop", type=int, default=32, help="side of the training crops in pixels")
    parser.add_argument("--batch", type=int, default=4, help="crops per step")
    parser.add_argument("--grow", type=float, default=0.0, metavar="SHARE",
                        help="share of the training at the end with crops twice as large, a quarter as many")
    parser.add_argument("--schedules", type=int, nargs="+", default=[4], metavar="T",
                        help="diffusion steps; of several, the first is the one that is validated")
    parser.add_argument("--other-share", type=float, default=0.25, help="share of the batches with the other schedules")
    parser.add_argument("--rate", type=float, default=3e-3, help="learning rate at the start")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=0, help="of PyTorch")
    parser.add_argument("--validation", type=int, default=46, metavar="N", help="held-out photographs to measure")
    parser.add_argument("--validate-every", type=float, default=5, metavar="MINUTES")
    return parser.parse_args()


def main():
    options = parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    Training(options).run()


if __name__ == "__main__":
    main()
