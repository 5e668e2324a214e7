#!/usr/bin/env python3
"""Convert a checkpoint to another order of a stage's coefficients, or to larger networks that begin as good.

Only the running average of the weights is kept: training goes on from it with a fresh optimiser.
"""
import argparse
import os
import sys

import torch

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "train"))
import checkpoint  # noqa: E402
from network import N_DETAILS, Networks, sizes_of  # noqa: E402
from order import ORDERS  # noqa: E402

GROUP_LAYERS = ("mix", "mix_affine", "out", "context")
WIDTH_UNIT = 16  # libcodec computes so many outputs at a time


class Reordering:
    """From one order to another: layers of groups move with their sets of channels."""

    def __init__(self, old, new):
        self.new = new
        self.old_group = [old.sets.index(channels) for channels in new.sets]  # by the new one
        self.old_place = torch.argsort(old.channels)[new.channels]  # in the coding order, by the new one

    def _source(self, name):
        """What a layer or weights of the new order were named in the old one."""
        network, layer, *rest = name.split(".")
        if layer in GROUP_LAYERS:
            rest[0] = str(self.old_group[int(rest[0])])
        return ".".join((network, layer, *rest))

    def _columns(self, weights):
        """Of the first layer: each kind of features is that of the channels, then that of the low-pass."""
        parts = weights.unflatten(1, (3, -1))
        return torch.cat((parts[:, :, self.old_place], parts[:, :, N_DETAILS:]), 2).flatten(1, 2)

    def _rows(self, weights):
        """Of the denoiser's last layer: gates of the channels, then their offsets."""
        return weights.unflatten(0, (2, -1))[:, self.old_place].flatten(0, 1)

    def _no_context(self, name, like):
        """Of the group that was the last one, which nothing followed."""
        n_channels = self.new.sizes[int(name.split(".")[2])]
        return like.new_zeros(len(like), 2 * n_channels, *like.shape[2:])

    def _tensor(self, weights, name):
        source = self._source(name)
        if source not in weights:
            return self._no_context(name, weights[name])
        layer = name.split(".")[1]
        move = {"input": self._columns, "denoise_out": self._rows}.get(layer, torch.clone)
        return move(weights[source])

    def weights(self, weights):
        """A state of the networks in the new order."""
        return {name: self._tensor(weights, name) for name in weights}

    def largest(self, largest):
        """What layers have read, in the new order; 0 of a new context."""
        return {name: largest.get(self._source(name), 0.0) for name in largest}


def grown(weights, networks):
    """A state of larger networks, begun as these are, that say what networks with the weights say.

    What was there reads nothing of what is new, and new blocks add nothing; what is new reads everything.
    """
    state = networks.state_dict()
    for name, tensor in state.items():
        old = weights.get(name)
        if old is None:
            if name.endswith("outer.weight"):
                tensor.zero_()
            continue
        if tensor.dim() == 4:
            tensor[: old.shape[0], old.shape[1] :] = 0
        tensor[tuple(map(slice, old.shape))] = old
    return state


def larger(options, weights, order):
    """The state with the sizes that are asked for."""
    old = sizes_of(weights)
    asked = options.width, options.blocks, options.denoise_blocks
    new = tuple(before if size is None else size for size, before in zip(asked, old))
    if any(size < before for size, before in zip(new, old)):
        sys.exit("networks only grow: their width is {}, their blocks are {} and {}".format(*old))
    if new[0] % WIDTH_UNIT != 0:
        sys.exit(f"a width of {new[0]} is no multiple of {WIDTH_UNIT}")
    return weights if new == old else grown(weights, Networks(order, *new))


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint")
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--from", dest="old", choices=ORDERS, help="order of an older checkpoint, which does not say it")
    parser.add_argument("--order", choices=ORDERS, help="the new order (as before)")
    parser.add_argument("--width", type=int, help=f"of the larger networks, a multiple of {WIDTH_UNIT} (as before)")
    parser.add_argument("--blocks", type=int)
    parser.add_argument("--denoise-blocks", type=int)
    parser.add_argument("--seed", type=int, default=1, help="of the weights of what is new")
    return parser.parse_args()


def main():
    options = parse_args()
    torch.manual_seed(options.seed)
    try:
        saved = checkpoint.load(options.checkpoint, options.old)
    except checkpoint.CheckpointError as error:
        sys.exit(str(error))
    order = ORDERS.get(options.order, saved["order"])
    reordering = Reordering(saved["order"], order)
    weights = larger(options, reordering.weights(saved["ema"]), order)
    largest = reordering.largest(saved.get("largest", {}))
    checkpoint.save(options.output, {"ema": weights, "state": saved["state"], "largest": largest, "order": order})
    print(f"{options.output}: order {order.name}, {sum(map(torch.numel, weights.values()))} weights")


if __name__ == "__main__":
    main()
