"""Checkpoints of the lattice's training: weights ("ema", their running average, and perhaps "net") and where it stood."""
import os
import re

import torch

from order import ORDERS, PHASED


class CheckpointError(Exception):
    """Says which file cannot be used, and why."""


def _order_of(path, saved, name):
    stored = saved.get("order")
    if stored and name and stored != name:
        raise CheckpointError(f"{path}: its order is {stored}, not {name}; models/convert.py converts it")
    order = ORDERS.get(stored or name or PHASED.name)
    if order is None:
        raise CheckpointError(f"{path}: its order, {stored}, is not known here")
    heads = [saved["ema"].get(f"0.out.{g}.bias") for g in range(len(order.sets))]
    if [len(head) // 3 if head is not None else 0 for head in heads] != order.sizes:
        raise CheckpointError(f"{path}: its groups are not those of the order {order.name}; name its order")
    return order


def _named(weights):
    """Weights by the names of today: the gains and biases of stage types were those of kinds once."""
    return {re.sub(r"\.kind_(gain|bias)$", r".type_\1", name): weight for name, weight in weights.items()}


def load(path, order=None, device="cpu"):
    """What train.py saved, with an Order for "order".

    order: its name, for older checkpoints, which do not say; the phased one if it is None. Those that say it
    must agree.
    """
    try:
        saved = torch.load(path, map_location=device)
    except OSError as error:
        raise CheckpointError(f"{path}: {error.strerror}") from error
    except Exception as error:  # whatever damage can bring about
        raise CheckpointError(f"{path}: not a checkpoint, or a damaged one") from error
    if not isinstance(saved, dict) or "ema" not in saved:
        raise CheckpointError(f"{path}: not a checkpoint of train.py")
    named = {part: _named(saved[part]) for part in ("net", "ema") if part in saved}
    return {**saved, **named, "order": _order_of(path, saved, order)}


def save(path, saved):
    """Writes what `load` reads, whole or not at all."""
    torch.save({**saved, "order": saved["order"].name}, path + ".tmp")
    os.replace(path + ".tmp", path)
