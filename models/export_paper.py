#!/usr/bin/env python3
"""Write a checkpoint of train/paper/train.py as the model file that libcodec reads."""
import argparse
import sys

import torch

from paper_file import ModelError, write_model
from diffusion import Schedule
from network import Shape


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint")
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--name", default="paper")
    parser.add_argument("--raw", action="store_true", help="the last weights instead of their running average")
    parser.add_argument("--steps", type=int, metavar="T", help="diffusion steps, if not those of the training")
    options = parser.parse_args()
    saved = torch.load(options.checkpoint, map_location="cpu")
    low, high = saved["gamma"]
    try:
        schedule = Schedule(options.steps or saved["steps"], high - low, low, high)
        size = write_model(
            options.output, options.name, Shape(**saved["shape"]), schedule, saved["net" if options.raw else "ema"]
        )
    except ModelError as error:
        sys.exit(f"{options.checkpoint}: {error}")
    print(f"{options.output}: {size} bytes, {len(schedule.steps)} steps")


if __name__ == "__main__":
    main()
