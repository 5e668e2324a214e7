#!/usr/bin/env python3
"""What importing and running the paper's network takes in each published shape.

Checkpoints are generated with fresh weights, in the layout of the published ones; importing them, encoding and
decoding a 64 x 64 picture are whole runs of the programs.
"""
import argparse
import json
import os
import sys
import tempfile

import torch

import measured

sys.path.insert(0, os.path.join(measured.ROOT, "models", "train", "paper"))
from network import Network, Shape  # noqa: E402

SHAPES = {"tiny": Shape(32, 1, 8), "small": Shape(64, 8, 16), "medium": Shape(256, 32, 32), "big": Shape(256, 64, 32)}
SPAN = 18.3  # of gamma


def config_of(shape):
    """The settings that the importer asks for."""
    return {
        "model": {
            "n_timesteps": 4, "prior_type": "logistic", "learned_prior_scale": True, "base_prior_scale": "forward_kernel",
            "noise_schedule": "learned_linear", "fix_gamma_max": True, "gamma_min": -12.3, "gamma_max": 6.0,
            "attention_everywhere": False, "use_fourier_features": True, "n_attention_heads": 1, "n_channels": 3,
            "vocab_size": 256, "embedding_dim": shape.width, "n_blocks": shape.blocks, "norm_groups": shape.groups,
            "dropout_prob": 0.0,
        }
    }


def write_checkpoint(folder, shape):
    """config.json and checkpoint.pt; returns the number of weights."""
    torch.manual_seed(1)
    state = Network(shape).state_dict()
    weights = {"score_net." + name: tensor for name, tensor in state.items()}
    weights["gamma.w"] = torch.tensor(SPAN)
    average = {"decay": 0.9999, "num_updates": 1, "shadow_params": [*state.values(), torch.tensor(SPAN)]}
    with open(os.path.join(folder, "config.json"), "w", encoding="utf-8") as file:
        json.dump(config_of(shape), file)
    torch.save({"model": weights, "ema": average, "step": 1}, os.path.join(folder, "checkpoint.pt"))
    return sum(tensor.numel() for tensor in state.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("image", help="a PNG file, 64 x 64")
    parser.add_argument("--shapes", default=",".join(SHAPES), help="(%(default)s)")
    parser.add_argument("--threads", type=int, default=2)
    measured.add_uqd_options(parser)
    options = parser.parse_args()
    print(f"{'':8} {'weights':>11}  {'import':>16}  {'encode':>16}  {'decode':>16}   {options.threads} threads, one run each")
    for name in options.shapes.split(","):
        with tempfile.TemporaryDirectory() as folder:
            n_weights = write_checkpoint(folder, SHAPES[name])
            options.model, coded = os.path.join(folder, "m.uqdm"), os.path.join(folder, "x.uqd")
            script = os.path.join(measured.ROOT, "models", "import_uqdm.py")
            files = [os.path.join(folder, file) for file in ("config.json", "checkpoint.pt")]
            uqd = measured.Uqd(options, threads=options.threads)
            usages = [measured.run([sys.executable, script, *files, "-o", options.model])]
            usages.append(uqd.encode(options.image, coded, "--no-distortion"))
            usages.append(uqd.decode(coded, os.path.join(folder, "x.png")))
            cells = "  ".join(f"{u.seconds:6.2f} s {u.peak_bytes / 2**20:5.0f} MiB" for u in usages)
            print(f"{name:8} {n_weights:11,}  {cells}", flush=True)


if __name__ == "__main__":
    main()
