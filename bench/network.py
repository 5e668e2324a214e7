#!/usr/bin/env python3
"""One stage of the network, trunk and groups, by our kernels, by oneDNN and in PyTorch.

The times of our kernels, whose numbers have 16 bits, and of oneDNN, in float32 and with numbers of 8
bits, are sums over the layers from `bench_kernels`, which runs here. PyTorch runs the same layers one
after the other on the same grid in float32, from features to the outputs of all groups, with contexts
that are given. It does so twice: as the training has the network, and prepared for inference: gains
folded into the weights, activations and sums in place, every convolution by the oneDNN inside of
PyTorch.
"""
import argparse
import csv
import os
import statistics
import subprocess
import sys
import tempfile
import time

from measured import ROOT

WIDTH, HEIGHT = 96, 64  # cells of a photograph of 768 x 512 pixels, as in bench_kernels
WARM_UP = 3
STAGE = ("trunk", "groups")
KERNELS = ("uqd_ms", "onednn_ms", "int8_ms")  # columns of bench_kernels


def run_kernels(options, threads):
    """Milliseconds of a stage by our kernels and by oneDNN in floats and in 8 bits."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "kernels.csv")
        command = [options.kernels, options.model, "--threads", str(threads), "--csv", path]
        command += ["--rounds", str(options.rounds)]
        try:
            result = subprocess.run(command, capture_output=True, text=True, check=False)
        except OSError as error:
            raise SystemExit(f"{options.kernels}: {error.strerror}; it is built where oneDNN is (libdnnl-dev)")
        if result.returncode != 0:
            raise SystemExit(result.stderr.strip())
        with open(path, encoding="ascii", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["part"] in STAGE]
    return tuple(sum(int(row["runs"]) * float(row[name]) for row in rows) for name in KERNELS)


def import_torch():
    """PyTorch and the modules of the network and of its checkpoints, or nothing."""
    try:
        import torch
    except ImportError:
        return None, None, None
    sys.path.insert(0, os.path.join(ROOT, "models", "train"))
    import checkpoint
    import network

    return torch, network, checkpoint


class Stage:
    """The layers of one stage as PyTorch runs them."""

    def __init__(self, torch, network, saved):
        self.torch = torch
        weights = {name: value.float() for name, value in saved["ema"].items()}
        networks = network.Networks.like(weights, saved["order"])
        self.network = networks[0].eval().to(memory_format=torch.channels_last)
        self.stage_type = self.dither = torch.zeros(1, dtype=torch.long)
        self.features = self.random(network.N_FEATURES)
        self.moved = [self.random(context.in_channels) for context in self.network.context]
        self.prepare()

    def random(self, channels):
        numbers = self.torch.randn(1, channels, HEIGHT, WIDTH)
        return numbers.contiguous(memory_format=self.torch.channels_last)

    def folded(self, conv, affine):
        """The two as one convolution."""
        torch = self.torch
        gain, bias = affine.gain_and_bias(self.stage_type, self.dither)
        size = conv.kernel_size[0]
        out = torch.nn.Conv2d(conv.in_channels, conv.out_channels, size, padding=size // 2)
        with torch.no_grad():
            out.weight.copy_(conv.weight * gain[0][:, None, None, None])
            out.bias.copy_(bias[0])
        return out.to(memory_format=torch.channels_last)

    def prepare(self):
        network = self.network
        self.input = self.folded(network.input, network.input_affine)
        self.blocks = [(self.folded(block["inner"], block["affine"]), block["outer"]) for block in network.blocks]
        self.mix = [self.folded(mix, affine) for mix, affine in zip(network.mix, network.mix_affine)]

    def convolve(self, conv, x):
        """By oneDNN also where PyTorch would not: on one thread it leaves 1x1 layers to BLAS."""
        if not self.torch.backends.mkldnn.is_available():
            return conv(x)
        return self.torch.mkldnn_convolution(
            x, conv.weight, conv.bias, conv.padding, conv.stride, conv.dilation, conv.groups
        )

    def prepared(self):
        silu, network = self.torch.nn.functional.silu, self.network
        hidden = self.convolve(self.input, self.features)
        for inner, outer in self.blocks:
            hidden.add_(self.convolve(outer, silu(self.convolve(inner, hidden), inplace=True)))
        outputs = []
        for g, mix in enumerate(self.mix):
            outputs.append(self.convolve(network.out[g], silu(self.convolve(mix, hidden), inplace=True)))
            if g < len(self.moved):
                hidden.add_(self.convolve(network.context[g], self.moved[g]))
        return outputs

    def as_trained(self):
        network = self.network
        hidden = network.trunk(self.features, self.stage_type, self.dither)
        outputs = []
        for g in range(network.n_groups):
            outputs.append(network.group(g, hidden, self.stage_type, self.dither))
            if g < len(self.moved):
                hidden = hidden + network.context[g](self.moved[g])
        return outputs

    def check(self):
        """Both ways must give the same outputs but for rounding."""
        for a, b in zip(self.prepared(), self.as_trained()):
            if not (a - b).abs().max() <= 1e-4 * a.abs().max():
                raise SystemExit("the network prepared for inference does not give what the trained one does")


def run_torch(stage, threads, rounds):
    """Milliseconds of a stage, prepared and as trained, in turns."""
    stage.torch.set_num_threads(threads)
    ways = (stage.prepared, stage.as_trained)
    times = [[], []]
    with stage.torch.inference_mode():
        stage.check()
        for i in range(WARM_UP + rounds):
            for way, of_way in zip(ways, times):
                begin = time.perf_counter()
                way()
                if i >= WARM_UP:
                    of_way.append(1e3 * (time.perf_counter() - begin))
    return tuple(map(statistics.median, times))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    kernels = os.path.join(ROOT, "build", "release", "bench", "bench_kernels")
    models = os.path.join(ROOT, "models")
    parser.add_argument("--kernels", default=kernels, metavar="FILE", help="the program bench_kernels (%(default)s)")
    parser.add_argument("--model", default=os.path.join(models, "lattice.uqdm"), metavar="FILE")
    parser.add_argument("--checkpoint", default=os.path.join(models, "lattice.pt"), metavar="FILE")
    parser.add_argument("--threads", default="1,2", metavar="LIST", help="numbers of threads (%(default)s)")
    parser.add_argument("--rounds", type=int, default=31, metavar="N", help="runs per figure (%(default)s)")
    options = parser.parse_args()
    if options.rounds < 15:
        parser.error(f"--rounds {options.rounds}: a median of fewer than 15 runs says little")
    try:
        counts = [int(count) for count in options.threads.split(",")]
    except ValueError:
        parser.error(f"--threads {options.threads}: not a list of numbers")

    torch, network, checkpoint = import_torch()
    stage = Stage(torch, network, checkpoint.load(options.checkpoint)) if torch else None
    if not torch:
        print("PyTorch is missing (python3-torch) and left out")
    print(f"a stage on {WIDTH} x {HEIGHT} cells, milliseconds; median of {options.rounds} runs")
    print(f"{'':>7} {'int16':>9} {'float32':>9} {'int8':>9}", end="")
    print(f" {'float32':>18} {'float32':>11}" if torch else "")
    print(f"{'threads':>7} {'uqd':>9} {'oneDNN':>9} {'oneDNN':>9}", end="")
    print(f" {'PyTorch ' + torch.__version__:>18} {'as trained':>11} {'ratio':>6}" if torch else "")
    for threads in counts:
        ours, onednn, int8 = run_kernels(options, threads)
        print(f"{threads:>7} {ours:>9.1f} {onednn:>9.1f} {int8:>9.1f}", end="")
        if torch:
            prepared, as_trained = run_torch(stage, threads, options.rounds)
            print(f" {prepared:>18.1f} {as_trained:>11.1f} {prepared / ours:>6.2f}", end="")
        print(flush=True)


if __name__ == "__main__":
    main()
