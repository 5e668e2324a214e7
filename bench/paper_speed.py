#!/usr/bin/env python3
"""Time of `uqd` with the paper's model for one picture of 64 x 64, beside the same network in PyTorch.

Times of uqd are wall times of whole runs of the program, start, model and files included; `uqd info` of the same
file shows how much of that is the start. PyTorch runs the network T times, once for every step, in a process that has
already loaded it: the least that a decoder in PyTorch does, which also computes distributions and reads symbols. All
take turns; figures are medians.
"""
import argparse
import os
import statistics
import sys
import tempfile
import time

from PIL import Image

import measured

SIDE = 64
WARM_UP = 2


def import_torch():
    """PyTorch and the modules of the training, or None."""
    try:
        import torch
    except ImportError:
        return None
    sys.path.insert(0, os.path.join(measured.ROOT, "models", "train", "paper"))
    import fused
    import network

    return torch, network, fused


class Pytorch:
    """The network of the training. Weights make no difference to the time: random ones where none are given."""

    def __init__(self, modules, steps, checkpoint):
        torch, network, self.fused = modules
        self.torch, self.steps = torch, steps
        self.ways = {f"PyTorch {torch.__version__}": self.attend, "with the training's C": self.fused.attend}
        shape = network.Shape()
        if checkpoint:
            saved = torch.load(checkpoint, map_location="cpu")
            shape = network.Shape(**saved["shape"])
        self.network = network.Network(shape).eval()
        if checkpoint:
            self.network.load_state_dict({name: value.float() for name, value in saved["ema"].items()})
        else:
            torch.manual_seed(1)
            for weights in self.network.parameters():
                if not weights.any():
                    torch.nn.init.normal_(weights, std=0.05)
        self.z = torch.randn(1, network.COLOURS, SIDE, SIDE)
        if self.fused.library(shape.width) is None:  # no compiler
            self.ways.popitem()
        self.check()

    def attend(self, qkv):
        """What the training's plain attention computes, its products by the oneDNN inside of PyTorch, as convolutions:
        without a fast BLAS, PyTorch's own take many times as long."""
        torch = self.torch
        _, channels, h, w = qkv.shape
        width = channels // 3
        rows = qkv.permute(0, 2, 3, 1).reshape(h * w, channels)
        q, k, v = (part.contiguous() for part in rows.split(width, 1))

        def product(x, weights):
            """[positions, n] by [m, n] -> [positions, m]."""
            planes = x.view(1, h, w, -1).permute(0, 3, 1, 2)
            out = torch.mkldnn_convolution(planes, weights[:, :, None, None], None, [0, 0], [1, 1], [1, 1], 1)
            return out.permute(0, 2, 3, 1).reshape(h * w, -1)

        weights = torch.softmax(product(q * width**-0.5, k), -1)
        return product(weights, v.t().contiguous()).t().reshape(1, width, h, w)

    def run(self, way, threads):
        """Seconds of all steps, the same state in each."""
        self.fused.attend = self.ways[way]
        self.torch.set_num_threads(threads)
        with self.torch.inference_mode():
            begin = time.perf_counter()
            for i in range(self.steps):
                self.network(self.z, self.torch.full((1,), 1 - i / self.steps))
            return time.perf_counter() - begin

    def check(self):
        """All ways must give the same output as the module of the training without its C, but for rounding."""
        time_of = self.torch.full((1,), 0.5)
        with self.torch.inference_mode():
            self.fused.attends = lambda qkv: False
            expected = self.network(self.z, time_of)
            self.fused.attends = lambda qkv: True
            for attend in self.ways.values():
                self.fused.attend = attend
                for a, b in zip(self.network(self.z, time_of), expected):
                    if not (a - b).abs().max() <= 1e-3 * b.abs().max():
                        raise SystemExit("the attention that is timed does not give what the trained one does")


def take_turns(works, runs):
    """Median seconds of every function, by name."""
    times = {name: [] for name in works}
    for i in range(WARM_UP + runs):
        for name, work in works.items():
            seconds = work()
            if i >= WARM_UP:
                times[name].append(seconds)
    return {name: statistics.median(seconds) for name, seconds in times.items()}


def middle(path, out):
    """The middle 64 x 64 pixels of a picture."""
    with Image.open(path) as image:
        if image.width < SIDE or image.height < SIDE:
            raise SystemExit(f"{path}: has less than {SIDE} x {SIDE} pixels")
        left, top = (image.width - SIDE) // 2, (image.height - SIDE) // 2
        image.convert("RGB").crop((left, top, left + SIDE, top + SIDE)).save(out)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("image", metavar="IMAGE.png", help="of 64 x 64 pixels; of a larger one, the middle")
    parser.add_argument("--paper", default="paper", metavar="MODEL", help="file or name of the paper's model (%(default)s)")
    parser.add_argument("--checkpoint", metavar="FILE.pt", help="shape and weights for PyTorch, if not those of the smallest model")
    parser.add_argument("--threads", default="1,2", metavar="LIST", help="numbers of threads (%(default)s)")
    parser.add_argument("--runs", type=int, default=15, metavar="N", help="runs per figure (%(default)s)")
    measured.add_program_option(parser)
    options = parser.parse_args()
    try:
        counts = [int(count) for count in options.threads.split(",")]
    except ValueError:
        parser.error(f"--threads {options.threads}: not a list of numbers")

    uqd = measured.Uqd(measured.Choice(options.uqd, options.paper))
    with tempfile.TemporaryDirectory() as folder:
        picture, file, scratch, out = (os.path.join(folder, n) for n in ("a.png", "a.uqd", "b.uqd", "out.ppm"))
        middle(options.image, picture)
        uqd.encode(picture, file)
        steps = uqd.info(file)["n_steps"] - 1
        modules = import_torch()
        torch = Pytorch(modules, steps, options.checkpoint) if modules else None
        if not torch:
            print("PyTorch is missing (python3-torch) and left out")
        columns = {}
        for threads in counts:
            how = ("--threads", str(threads))
            works = {
                "start (uqd info)": lambda: measured.run([uqd.program, "info", file], uqd.environment).seconds,
                "encode": lambda: uqd.encode(picture, scratch, *how).seconds,
                "encode --no-distortion": lambda: uqd.encode(picture, scratch, "--no-distortion", *how).seconds,
                "decode --step 0": lambda: uqd.decode(file, out, "--step", "0", *how).seconds,
                "decode": lambda: uqd.decode(file, out, *how).seconds,
            }
            if torch:
                works.update({way: lambda way=way: torch.run(way, threads) for way in torch.ways})
            columns[threads] = take_turns(works, options.runs)
    notes = {
        "decode --step 0": "one step; the picture takes another run",
        "decode": f"{steps} steps and the lossless end",
        **({way: f"{steps} runs of the network" for way in torch.ways} if torch else {}),
    }
    print(f"{SIDE} x {SIDE} pixels, T = {steps}; seconds, median of {options.runs} runs")
    print(f"{'threads':<28}" + "".join(f" {threads:>7}" for threads in counts))
    for name in columns[counts[0]]:
        row = "".join(f" {columns[threads][name]:>7.3f}" for threads in counts)
        print(f"{name:<28}{row}   {notes.get(name, '')}".rstrip())
    if torch:
        for way in torch.ways:
            row = "".join(f" {columns[threads][way] / columns[threads]['decode']:>7.2f}" for threads in counts)
            print(f"{'ratio':<28}{row}   {way}, to decode: above 1 uqd is faster")


if __name__ == "__main__":
    main()
