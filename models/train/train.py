#!/usr/bin/env python3
"""Train the lattice networks on a folder of photographs; resumes from a checkpoint.

The loss of every stage type is its rate relative to the running mean of that
rate, plus the same for the error of the denoised picture, so that an equal
relative gain counts the same at every stage. Every network has its own stage types.
"""
import argparse
import math
import sys
import time

import torch
from torch.utils.data import DataLoader

import checkpoint
import transform
from data import LOW_LEVELS, Photos, unit_of
from lattice import N_NETWORKS, STAGE_TYPES, TOP_LEVEL, level_before, low_levels
from loss import interrupted_error, refinements, stage_error, stage_losses
from network import Networks
from order import ORDERS, PHASED

DENOISE_WEIGHT = 0.5
INTERRUPTED_WEIGHT = 0.5  # of the error of pictures of interrupted passes
DITHER_SHARE = 0.1
EMA_DECAY = 0.9993
MEAN_DECAY = 0.98  # of the running means of rates and errors
GRADIENT_LIMIT = 1.0
RENEW_EVERY = 4  # steps between two photographs transformed anew, on a CPU
ADAM = {"betas": (0.9, 0.99)}
LOW_LEVEL = low_levels()


def low_row(stage_type, level=None):
    """Which of LOW_LEVELS the low-pass of a unit has when a stage begins: of this stage type, or at another level."""
    return LOW_LEVELS.index(0 if stage_type.coarse else LOW_LEVEL[stage_type.level_from if level is None else level])


def dither_offsets(x, dithered):
    """[B,189,h,w] uniform over a top-level cell where dithered [B], else 0."""
    half = 2 ** (TOP_LEVEL - 1)
    if x.device.type == "cpu" and not bool(dithered.any()):
        return torch.zeros_like(x)
    return torch.randint_like(x, -half, half) * dithered[:, None, None, None]


def validate(networks, units, low_units, order, phased):
    """Rate and PSNR of the starting state per stage type, without dither, with phases where they are left to files or without."""
    device, rows = next(networks.parameters()).device, []
    for k, stage_type in enumerate(STAGE_TYPES):
        source = low_units if stage_type.coarse else units
        x = torch.stack([details.permute(2, 0, 1) for details, _ in source]).float().to(device)
        low = torch.stack([low[low_row(stage_type)].permute(2, 0, 1) for _, low in source]).float().to(device)
        stage_types = torch.full((len(source),), k)
        hidden = order.phased(stage_type) == 1 or phased and order.phased(stage_type) == 2
        with torch.no_grad(), torch.autocast(device.type, dtype=torch.bfloat16):
            bits, error = stage_losses(
                networks[stage_type.network], x, low, torch.zeros_like(x), stage_types.to(device),
                torch.zeros_like(stage_types).to(device), torch.full_like(stage_types, hidden).to(device), refinements(order, stage_types),
            )
        rows.append((float(bits.mean()), float((10 * torch.log10(255**2 / error)).mean())))
    return rows


class Magnitudes:
    """The greatest magnitude that each layer of the networks has read while it was entered."""

    def __init__(self, networks):
        self.layers = {name: layer for name, layer in networks.named_modules() if isinstance(layer, torch.nn.Conv2d)}
        self.largest, self.hooks = dict.fromkeys(self.layers, 0.0), []

    def __enter__(self):
        def look(name):
            def update(_, inputs):
                self.largest[name] = max(self.largest[name], float(inputs[0].abs().max()))
            return update

        self.hooks = [layer.register_forward_pre_hook(look(name)) for name, layer in self.layers.items()]
        return self

    def __exit__(self, *_):
        for hook in self.hooks:
            hook.remove()


def print_validation(rows):
    for coarse in (False, True):
        text = []
        for stage_type, (bits, psnr) in zip(STAGE_TYPES, rows):
            if stage_type.coarse == coarse:
                text.append(f"{stage_type.level_from}>{stage_type.level_to} {psnr:.2f}dB {bits:.4f}")
        print("  coarse" if coarse else "  full  ", " | ".join(text), flush=True)


class Course:
    """The batches of one network: so many crops of each of its stage types."""

    def __init__(self, number, crops, order, device):
        stage_types = [k for k, stage_type in enumerate(STAGE_TYPES) if stage_type.network == number]
        self.number, self.coarse = number, STAGE_TYPES[stage_types[0]].coarse
        self.first, self.n, self.crops = stage_types[0], len(stage_types), crops
        assert stage_types == list(range(self.first, self.first + self.n))
        assert all(STAGE_TYPES[k].coarse == self.coarse for k in stage_types)
        rows = torch.tensor([k for k in stage_types for _ in range(crops)])
        self.most = refinements(order, rows)
        self.stage_types = rows.to(device)
        self.hidden = torch.tensor([float(order.hidden_share(STAGE_TYPES[k])) for k in rows]).to(device)
        self.low_rows = torch.tensor([low_row(STAGE_TYPES[k]) for k in rows]).to(device)
        self.low_rows_before = torch.tensor([low_row(STAGE_TYPES[k], level_before(STAGE_TYPES[k])) for k in rows]).to(device)

    def update_means(self, means, values, counted):
        """Moves the running means [stage types] of this course towards values [B] where counted; -> their rows [B]."""
        mine = means[self.first : self.first + self.n]
        difference = (values.detach().view(self.n, self.crops) - mine[:, None]) * counted.view(self.n, self.crops)
        rows = mine.clone().repeat_interleave(self.crops)
        mine += (1 - MEAN_DECAY) * difference.sum(1) / counted.view(self.n, self.crops).sum(1).clamp(min=1)
        return rows


class Training:
    """Networks, their running average and the optimiser, with what a checkpoint holds of them."""

    def __init__(self, options):
        self.options, self.device = options, torch.device(options.device)
        saved = checkpoint.load(options.resume, options.order, self.device) if options.resume else None
        self.order = saved["order"] if saved else ORDERS[options.order or PHASED.name]
        self.photos = Photos(options.photos, self.order, options.seed, options.crop)
        print(f"{len(self.photos.train)} photographs to train on, {len(self.photos.validation)} held out", flush=True)
        crops = self.photos.validation_crops(256 if options.crop >= 128 else options.crop, 24)
        self.held_out = [unit_of(p, self.order, transform.split_colour) for p in crops]
        self.held_out_low = [unit_of(transform.split_colour(p)[0], self.order) for p in crops]
        self._begin(saved)
        self.means = {name: torch.tensor(self.state[name], device=self.device) for name in ("bits", "error")}
        self.first_step, self.largest = self.state["step"], {}
        self.courses = [Course(i, options.crops, self.order, self.device) for i in options.networks]
        self.full, self.low = self.photos.pools(self.device)
        on_gpu = {"num_workers": options.workers, "prefetch_factor": 8, "pin_memory": True}
        workers = on_gpu if self.device.type == "cuda" else {}
        self.renewals = iter(DataLoader(self.photos, batch_size=None, **workers))
        for _ in self.photos.train:
            self.renew()
        print("photographs transformed", flush=True)

    def _begin(self, saved):
        """New networks, or those of a checkpoint."""
        options, on_gpu = self.options, self.device.type == "cuda"
        if saved:
            self.networks = Networks.like(saved["ema"], self.order)
        else:
            self.networks = Networks(self.order, options.width, options.blocks, options.denoise_blocks)
        self.networks.to(self.device, memory_format=torch.channels_last)
        rate = torch.tensor(options.rate, device=self.device) if on_gpu else options.rate
        fast = {"fused": True, "capturable": True} if on_gpu else {}
        self.optimizer = torch.optim.Adam(self._trained(), lr=rate, **ADAM, **fast)
        self.ema = {k: v.clone() for k, v in self.networks.state_dict().items()}
        self.state = {"step": 0, "minutes": 0.0, "bits": [1.0] * len(STAGE_TYPES), "error": [100.0] * len(STAGE_TYPES)}
        if saved:
            self.state = saved["state"]
        if saved and self._is_of_this(saved.get("optimizer")):
            self.networks.load_state_dict(saved["net"])
            self.optimizer.load_state_dict(saved["optimizer"])

    def _trained(self):
        """The parameters that the options train; all others are frozen."""
        if self.options.denoiser:
            for name, parameter in self.networks.named_parameters():
                parameter.requires_grad = name.split(".")[1].startswith("denoise_")
        return [parameter for parameter in self.networks.parameters() if parameter.requires_grad]

    def _is_of_this(self, optimizer):
        """Whether an optimiser's state, or None, is of what is trained here: if not, the averages are where to begin."""
        return optimizer and [len(g["params"]) for g in optimizer["param_groups"]] == [len(g["params"]) for g in self.optimizer.param_groups]

    def renew(self):
        """Takes the next photograph transformed anew."""
        index, (full, *low) = next(self.renewals)
        self.full.put(index, *full)
        for level, unit in enumerate(low):
            self.low.put(transform.WAVELET_LEVELS * index + level, *unit)

    def loss(self, course, network):
        """Weighted loss of one batch; updates the running means of rates and errors."""
        pool = self.low if course.coarse else self.full
        x, low, low_before = pool.crops(course.low_rows, course.low_rows_before)
        dithered = (torch.rand(len(course.stage_types), device=self.device) < DITHER_SHARE).long()
        phased = (torch.rand(len(course.stage_types), device=self.device) < course.hidden).long()
        with torch.autocast(self.device.type, dtype=torch.bfloat16):
            offset = dither_offsets(x, dithered)
            stage = network, x, low, offset, course.stage_types, dithered, phased, course.most
            bits, error = (None, stage_error(*stage)) if self.options.denoiser else stage_losses(*stage)
            half = [t[::2] for t in (x, low_before, offset, course.stage_types, dithered)]
            interrupted = interrupted_error(network, *half)
        means = self.means["error"][course.stage_types[::2]].clamp(min=1e-3)
        loss = INTERRUPTED_WEIGHT * (interrupted / means).mean()
        measured = [("error", error, DENOISE_WEIGHT)] + ([] if self.options.denoiser else [("bits", bits, 1.0)])
        for name, value, weight in measured:
            loss = loss + weight * (value / course.update_means(self.means[name], value, 1 - dithered).clamp(min=1e-3)).mean()
        return loss

    def update(self):
        """One step of every network; all of it on the device, without a word from there."""
        self.optimizer.zero_grad(set_to_none=True)
        norms = []
        for course in self.courses:
            network = self.networks[course.number]
            self.loss(course, network).backward()
            norms.append(torch.nn.utils.clip_grad_norm_(network.parameters(), GRADIENT_LIMIT))
        if self.device.type == "cuda" or torch.isfinite(torch.stack(norms)).all():
            self.optimizer.step()

    @torch.no_grad()
    def average(self):
        done = self.state["step"] - self.first_step
        decay = min(EMA_DECAY, (1 + done) / (10 + done))
        average, weights = list(self.ema.values()), list(self.networks.state_dict().values())
        torch._foreach_mul_(average, decay)
        torch._foreach_add_(average, weights, alpha=1 - decay)

    def captured_update(self):
        """`update` as one graph of kernels."""
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(3):
                self.update()
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        self.optimizer.zero_grad(set_to_none=True)
        with torch.cuda.graph(graph):
            self.update()
        return graph.replay

    def set_rate(self, rate):
        for group in self.optimizer.param_groups:
            if isinstance(group["lr"], torch.Tensor):
                group["lr"].fill_(rate)
            else:
                group["lr"] = rate

    def save(self, path):
        self.state.update({name: mean.tolist() for name, mean in self.means.items()})
        stored = {"net": self.networks.state_dict(), "ema": self.ema, "state": self.state, "largest": self.largest}
        checkpoint.save(path, {**stored, "order": self.order, "optimizer": self.optimizer.state_dict()})

    def validate_and_save(self):
        evaluated = Networks.like(self.ema, self.order).to(self.device)
        with Magnitudes(evaluated) as magnitudes:
            print_validation(validate(evaluated, self.held_out, self.held_out_low, self.order, False))
            if any(self.order.phased(stage_type) == 2 for stage_type in STAGE_TYPES):
                print("  with phases:")
                print_validation(validate(evaluated, self.held_out, self.held_out_low, self.order, True))
        self.largest = magnitudes.largest
        self.save(self.options.output)

    def progress(self, start):
        if self.options.steps:
            return (self.state["step"] - self.first_step) / self.options.steps
        return (time.time() - start) / 60 / self.options.minutes

    def run(self):
        self.set_rate(0)
        update, renew_every = self.update, RENEW_EVERY
        start = last_validation = last_print = time.time()
        if self.device.type == "cuda":
            update, renew_every = self.captured_update(), 1
            print(f"captured after {time.time() - start:.0f} s", flush=True)
        while self.progress(start) < 1:
            warm = min(1.0, (self.state["step"] - self.first_step + 1) / 100)
            cosine = 0.5 * (1 + math.cos(math.pi * self.progress(start)))
            self.set_rate(self.options.rate * warm * (0.02 + 0.98 * cosine))
            update()
            self.average()
            self.state["step"] += 1
            if self.state["step"] % renew_every == 0:
                self.renew()
            now = time.time()
            if now - last_print > 30:
                last_print = now
                name = "error" if self.options.denoiser else "bits"
                means = " ".join(f"{mean:.3f}" for mean in self.means[name].tolist())
                print(f"{(now - start) / 60:6.1f} min  step {self.state['step']}  {name} {means}", flush=True)
            if now - last_validation > 60 * self.options.validate_every:
                last_validation = now
                self.validate_and_save()
        self.state["minutes"] += (time.time() - start) / 60
        self.validate_and_save()
        print(f"done: {self.state['step']} steps, {self.state['minutes']:.1f} minutes, {self.options.output}")


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("photos", help="folder of photographs (searched recursively)")
    parser.add_argument("-o", "--output", required=True, help="checkpoint to write")
    parser.add_argument("--resume", help="checkpoint to go on from")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=float, default=60)
    length.add_argument("--steps", type=int, help="train for so many steps instead of minutes")
    parser.add_argument("--order", choices=ORDERS, help="of a stage's coefficients: what the checkpoint says, or phased")
    parser.add_argument("--width", type=int, default=128, help="of new networks; those of a checkpoint keep their sizes")
    parser.add_argument("--blocks", type=int, default=3)
    parser.add_argument("--denoise-blocks", type=int, default=2)
    parser.add_argument("--denoiser", action="store_true", help="train the denoiser alone, all else frozen: no bit of a file changes")
    every = list(range(N_NETWORKS))
    parser.add_argument("--networks", type=int, nargs="+", choices=every, default=every, metavar="N", help="train only these (all)")
    parser.add_argument("--crop", type=int, default=128, help="side of the training crops in pixels")
    parser.add_argument("--crops", type=int, default=2, help="crops per stage type and step")
    parser.add_argument("--rate", type=float, default=1e-3, help="learning rate at the start")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=0, help="of PyTorch on a CPU")
    parser.add_argument("--workers", type=int, default=14, help="processes that transform photographs for a GPU")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--validate-every", type=float, default=10, metavar="MINUTES")
    return parser.parse_args()


def main():
    options = parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.backends.cudnn.benchmark = True
    torch.manual_seed(options.seed)
    try:
        training = Training(options)
    except checkpoint.CheckpointError as error:
        sys.exit(str(error))
    training.run()


if __name__ == "__main__":
    main()
