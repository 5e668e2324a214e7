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
from data import Photos
from lattice import KINDS, TOP_LEVEL, cell_centre, channel_levels, channel_table, refine_bits
from network import LatticeNetwork

DENOISE_WEIGHT = 0.3
DITHER_SHARE = 0.12
EMA_DECAY = 0.999
COARSE_EVERY = 2  # steps between two with crops of the low-pass pyramid
COARSE_WEIGHT = 0.5
GRADIENT_LIMIT = 1.0

LEVELS_FROM = torch.stack([channel_levels(k.level_from) for k in KINDS])
LEVELS_TO = torch.stack([channel_levels(k.level_to) for k in KINDS])
ENERGY = torch.tensor(
    [transform.BAND_NORMS[level][band == 2] ** 2 for _, level, band, *_ in channel_table()], dtype=torch.float32
)
# The nominal level to which the units above are known when a full-size stage runs.
LOW_LEVEL = {8: 2, 5: 2, 4: 1, 3: 0, 2: 0, 1: 0}


def degrade_low(low, kinds):
    """The low-pass planes as a decoder knows them: after the next unit's quantisation."""
    if any(s % transform.CELL for s in low.shape[-2:]):
        return low
    details, top = transform.unit_forward(low)
    out = low.clone()
    for level in (1, 2):
        rows = [i for i, k in enumerate(kinds) if not KINDS[k].coarse and LOW_LEVEL[KINDS[k].level_from] == level]
        if rows:
            width = 3.0 ** channel_levels(level)[None, :, None, None].to(low.device)
            centre = cell_centre(details[rows].float(), 0, width).to(torch.int32)
            out[rows] = transform.unit_inverse(centre, top[rows])
    return out


def stage_losses(net, planes, kinds, dither, generator=None):
    """Rate (bits per pixel) and denoised error (per pixel) of each sample [B]."""
    details, low = transform.unit_forward(planes)
    low = degrade_low(low, kinds).float()
    x = details.float()
    device = planes.device
    kind, dithered = torch.tensor(kinds, device=device), torch.tensor(dither, device=device)
    half = (3**TOP_LEVEL - 1) // 2
    offset = torch.randint(-half, half + 1, x.shape, generator=generator).to(device).float()
    offset = offset * dithered[:, None, None, None]
    level_from, level_to = (levels.to(device)[kind][:, :, None, None] for levels in (LEVELS_FROM, LEVELS_TO))
    width, new_width = 3.0**level_from, 3.0**level_to
    centre, new_centre = cell_centre(x, offset, width), cell_centre(x, offset, new_width)
    hidden = net.trunk(net.features(centre, width, low), kind, dithered)
    denoised = net.denoise(hidden, kind, dithered, centre, width)
    error = ((denoised - x) ** 2 * ENERGY.to(device)[None, :, None, None]).mean((2, 3)).sum(1) / 192
    bits = torch.zeros(len(kinds), device=device)
    drops = level_from - level_to
    for g, members in enumerate(net.members):
        mean, scale = net.group(g, hidden, kind, dithered, centre, width)
        drop = drops[:, members]
        # Few samples need more than one ternary symbol: handle them apart.
        deep = (drop.amax((1, 2, 3)) > 1).nonzero().flatten()
        flat = (drop.amax((1, 2, 3)) <= 1).nonzero().flatten()
        for rows in (deep, flat):
            if len(rows):
                b, _ = refine_bits(
                    x[rows][:, members], offset[rows][:, members], width[rows][:, members], drop[rows],
                    mean[rows], scale[rows],
                )
                bits = bits.index_add(0, rows, b.mean((2, 3)).sum(1) / transform.CELL**2)
        if g < net.n_groups - 1:
            hidden = net.add_context(g, hidden, centre, new_centre[:, members], new_width)
    return bits, error


def validate(net, planes, low_planes):
    """Rate and PSNR of the starting state per kind, without dither."""
    rows = []
    with torch.no_grad():
        for k, kind in enumerate(KINDS):
            source = low_planes if kind.coarse else planes
            bits, error = stage_losses(net, source, [k] * len(source), [0] * len(source))
            rows.append((float(bits.mean()), float((10 * torch.log10(255**2 * 1 / error)).mean())))
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
    torch.save(
        {"net": net.state_dict(), "ema": ema, "optimizer": optimizer.state_dict(), "state": state}, temporary
    )
    os.replace(temporary, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", help="folder of photographs (webp, png, ppm or npy), searched recursively")
    parser.add_argument("-o", "--output", required=True, help="checkpoint to write")
    parser.add_argument("--resume", help="checkpoint to continue from")
    parser.add_argument("--minutes", type=float, default=60, help="wall-clock budget; the learning rate follows it")
    parser.add_argument("--steps", type=int, default=0, help="stop after so many steps instead")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=1e-3, help="peak learning rate")
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--blocks", type=int, default=3)
    parser.add_argument("--crop", type=int, default=128, help="side of a full-size crop; coarse kinds use half")
    parser.add_argument("--crops", type=int, default=2, help="crops per kind and step")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--fp32", action="store_true", help="no bfloat16 in the convolutions")
    parser.add_argument("--validate-every", type=float, default=5, help="minutes")
    options = parser.parse_args()

    if options.threads:
        torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    rng = np.random.default_rng(options.seed)
    photos = Photos(options.photos, options.crop)
    print(f"{len(photos.train)} photographs to train on, {len(photos.validation)} held out", flush=True)
    device = torch.device(options.device)
    held_out = photos.validation_crops(256 if options.crop >= 128 else options.crop, 24).to(device)
    held_out_low = transform._split_2d(held_out)[0]

    net = LatticeNetwork(options.width, options.blocks).to(device, memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(net.parameters(), lr=options.rate, betas=(0.9, 0.99))
    state = {"step": 0, "minutes": 0.0, "bits": [1.0] * len(KINDS), "error": [100.0] * len(KINDS)}
    ema = {k: v.clone() for k, v in net.state_dict().items()}
    if options.resume:
        saved = torch.load(options.resume, map_location=device)
        net.load_state_dict(saved["net"])
        if "optimizer" in saved:  # a stored checkpoint may have only the weights
            optimizer.load_state_dict(saved["optimizer"])
        ema, state = saved["ema"], saved["state"]

    full = [k for k, kind in enumerate(KINDS) if not kind.coarse for _ in range(options.crops)]
    coarse = [k for k, kind in enumerate(KINDS) if kind.coarse for _ in range(options.crops)]
    start = last_validation = last_print = time.time()
    first_step = state["step"]
    while True:
        minutes = (time.time() - start) / 60
        if options.steps:
            progress = (state["step"] - first_step) / options.steps
        else:
            progress = minutes / options.minutes
        if progress >= 1:
            break
        warm = min(1.0, (state["step"] - first_step + 1) / 100)
        for group in optimizer.param_groups:
            group["lr"] = options.rate * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * progress)))
        optimizer.zero_grad(set_to_none=True)
        for kinds, is_coarse in ((full, False), (coarse, True)):
            if is_coarse and state["step"] % COARSE_EVERY:
                continue
            size = options.crop // 2 if is_coarse else options.crop
            planes = photos.crops(rng, len(kinds), size, is_coarse).to(device)
            dither = [int(d) for d in rng.random(len(kinds)) < DITHER_SHARE]
            with torch.autocast(device.type, dtype=torch.bfloat16, enabled=not options.fp32):
                bits, error = stage_losses(net, planes, kinds, dither)
            loss = 0
            for row, k in enumerate(kinds):
                for name, value, weight in (("bits", bits[row], 1.0), ("error", error[row], DENOISE_WEIGHT)):
                    if not dither[row]:
                        state[name][k] += 0.01 * (float(value) - state[name][k])
                    loss = loss + weight * value / max(state[name][k], 1e-3)
            (loss * (COARSE_WEIGHT if is_coarse else 1.0) / len(kinds)).backward()
        norm = torch.nn.utils.clip_grad_norm_(net.parameters(), GRADIENT_LIMIT)
        if torch.isfinite(norm):
            optimizer.step()
        state["step"] += 1
        decay = min(EMA_DECAY, (1 + state["step"]) / (10 + state["step"]))
        with torch.no_grad():
            for name, value in net.state_dict().items():
                ema[name].lerp_(value, 1 - decay)
        now = time.time()
        if now - last_print > 30:
            last_print = now
            rates = " ".join(f"{b:.3f}" for b in state["bits"])
            print(f"{minutes:6.1f} min  step {state['step']}  bpp {rates}", flush=True)
        if now - last_validation > 60 * options.validate_every:
            last_validation = now
            evaluated = LatticeNetwork(options.width, options.blocks).to(device)
            evaluated.load_state_dict(ema)
            print_validation(validate(evaluated, held_out, held_out_low))
            save(options.output, net, ema, optimizer, state)
    state["minutes"] += (time.time() - start) / 60
    evaluated = LatticeNetwork(options.width, options.blocks).to(device)
    evaluated.load_state_dict(ema)
    print_validation(validate(evaluated, held_out, held_out_low))
    save(options.output, net, ema, optimizer, state)
    print(f"done: {state['step']} steps, {state['minutes']:.1f} minutes, {options.output}")


if __name__ == "__main__":
    main()
