#!/usr/bin/env python3
"""Write a published UQDM checkpoint, with the config.json beside it, as the model file that libcodec reads."""
import argparse
import json
import math
import os
import sys

import torch_file
from paper_file import ModelError, check_shape, layout, write_model
from diffusion import Schedule
from network import Shape
from torch_file import FileError, Stored

PREFIX = "score_net."
# What a file cannot say otherwise, and what it stands for where the config is silent.
REQUIRED = {
    "prior_type": ("logistic", None), "learned_prior_scale": (True, None), "use_fourier_features": (True, None),
    "attention_everywhere": (False, None), "n_attention_heads": (1, None), "n_channels": (3, None),
    "vocab_size": (256, 256), "base_prior_scale": ("forward_kernel", "forward_kernel"),
}


def number(settings, name, kind):
    value = settings.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, kind)):
        raise ModelError(f"the config has no number model.{name}")
    try:
        return kind(value)
    except OverflowError as error:
        raise ModelError(f"model.{name} is too large") from error


def read_config(path):
    """The settings of the model."""
    try:
        with open(path, encoding="utf-8") as file:
            config = json.load(file)
    except OSError as error:
        raise ModelError(f"the config cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ModelError("the config is not JSON") from error
    settings = config.get("model") if isinstance(config, dict) else None
    if not isinstance(settings, dict):
        raise ModelError('the config has no "model"')
    for name, (value, silent) in REQUIRED.items():
        if settings.get(name, silent) != value:
            raise ModelError(f"model.{name} is {settings.get(name, silent)}, but only {value} is supported")
    schedule = settings.get("noise_schedule")
    if schedule not in ("learned_linear", "fixed_linear"):
        raise ModelError(f"model.noise_schedule is {schedule}, but only learned_linear and fixed_linear are supported")
    if schedule == "learned_linear" and not settings.get("fix_gamma_max"):
        raise ModelError("model.fix_gamma_max is not set, but a learned greatest gamma is not supported")
    return settings


def read_checkpoint(file):
    saved = torch_file.load(file)
    if not isinstance(saved, dict) or not isinstance(saved.get("model"), dict):
        raise ModelError('the checkpoint has no "model"')
    return saved


def raw_weights(saved):
    """Weights by name and the learned span of gamma, if there is one."""
    named = [(n, v) for n, v in saved["model"].items() if isinstance(n, str) and isinstance(v, Stored)]
    state = {n.removeprefix(PREFIX): v for n, v in named}
    return state, state.pop("gamma.w", None)


def average_weights(saved, shape, dropout):
    """The same of the running average, which lists them in the order of parameters."""
    average = saved.get("ema")
    values = average.get("shadow_params") if isinstance(average, dict) else None
    names = [stored for _, stored, _ in layout(shape, dropout)]
    if not isinstance(values, list) or not all(isinstance(v, Stored) for v in values):
        raise ModelError("the checkpoint has no running average; --raw takes the last weights")
    if len(values) - len(names) not in (0, 1):
        raise ModelError(f"the running average has {len(values)} tensors instead of {len(names)}")
    span = values[len(names)] if len(values) > len(names) else raw_weights(saved)[1]
    return dict(zip(names, values)), span


def span_of(settings, learned):
    """How far gamma falls."""
    if settings["noise_schedule"] == "fixed_linear" or learned is None:
        return number(settings, "gamma_max", float) - number(settings, "gamma_min", float)
    if learned.shape not in ((), (1,)):
        raise ModelError("gamma.w is not a single number")
    return abs(float(learned.tensor()))


def convert(options, file):
    settings = read_config(options.config)
    shape = Shape(*(number(settings, name, int) for name in ("embedding_dim", "n_blocks", "norm_groups")))
    dropout = number(settings, "dropout_prob", float) > 0
    n_steps = number(settings, "n_timesteps", int) if options.steps is None else options.steps
    check_shape(shape, n_steps)
    saved = read_checkpoint(file)
    weights, learned = raw_weights(saved) if options.raw else average_weights(saved, shape, dropout)
    low, high = number(settings, "gamma_min", float), number(settings, "gamma_max", float)
    span = span_of(settings, learned)
    if not (low < high < 30 and 0 < span < math.inf and high - span > -40):
        raise ModelError(f"gamma between {high - span:g} and {high:g} is not supported")
    schedule = Schedule(n_steps, span, low, high)
    name = options.name or os.path.basename(os.path.dirname(os.path.abspath(options.config)))
    size = write_model(options.output, name, shape, schedule, {n: w.tensor() for n, w in weights.items()}, dropout)
    print(f"{options.output}: {size} bytes, {n_steps} steps")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", help="config.json")
    parser.add_argument("checkpoint", help="checkpoint.pt")
    parser.add_argument("-o", "--output", required=True, help="model file to write")
    parser.add_argument("--raw", action="store_true", help="the last weights instead of their running average")
    parser.add_argument("--name", help="of the model; that of the folder where the config is")
    parser.add_argument("--steps", type=int, metavar="T", help="diffusion steps, if not those of the config")
    options = parser.parse_args()
    try:
        with open(options.checkpoint, "rb") as file:
            convert(options, file)
    except FileError:
        sys.exit(f"{options.checkpoint}: no checkpoint of PyTorch with tensors and numbers alone, or a damaged one")
    except OSError as error:
        sys.exit(f"{options.checkpoint}: {error.strerror}")
    except ModelError as error:
        sys.exit(f"{options.checkpoint}: {error}")


if __name__ == "__main__":
    main()
