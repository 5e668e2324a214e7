"""Writes paper models: docs/format.md, "Model file", class 2."""
import math
import struct

import numpy as np
import xxhash


def blocks_of(n_blocks):
    """Names of the residual blocks, and how they begin in a checkpoint."""
    for i in range(n_blocks):
        yield f"down{i}", f"down_blocks.{i}.resnet_block"
    yield "mid0", "mid_resnet_block_1"
    yield "mid1", "mid_resnet_block_2"
    for i in range(n_blocks + 1):
        yield f"up{i}", f"up_blocks.{i}.resnet_block"


def tensors_of(weights, n_blocks):
    """Tensors by name from those of a checkpoint."""
    width = len(weights["conv_in.bias"])
    names = {"embed0": "embed_conditioning.0", "embed1": "embed_conditioning.2", "in": "conv_in", "out.norm": "conv_out.0",
             "out.conv": "conv_out.2", "attn.norm": "mid_attn_block.layers.0", "attn.qkv": "mid_attn_block.layers.1",
             "attn.out": "mid_attn_block.layers.3"}
    tensors = {"embed.timescales": np.float32(10) ** np.linspace(0, -4, width // 2).astype("f4")}
    for block, old in blocks_of(n_blocks):
        tensors[f"{block}.cond"] = weights[f"{old}.cond_proj.weight"]
        for name, layer in ("norm1", "net1.0"), ("conv1", "net1.2"), ("norm2", "net2.0"), ("conv2", "net2.2"):
            names[f"{block}.{name}"] = f"{old}.{layer}"
        if block.startswith("up"):
            names[f"{block}.skip"] = f"{old}.skip_conv"
    for name, old in names.items():
        for part in "weight", "bias":
            tensors[f"{name}.{part}"] = weights[f"{old}.{part}"]
    return tensors


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


STEP_FIELDS = ("gamma_t", "gamma_s", "time", "inv_alpha", "noise", "from_z", "from_x", "scale", "delta", "flow_z", "flow_x")


def step_of(gamma_t, gamma_s, gamma_min, gamma_max):
    """The twelve numbers of a step."""
    alpha_t, alpha_s = math.sqrt(sigmoid(-gamma_t)), math.sqrt(sigmoid(-gamma_s))
    sigma_t, sigma_s = math.sqrt(sigmoid(gamma_t)), math.sqrt(sigmoid(gamma_s))
    c = -math.expm1(gamma_s - gamma_t)
    return (
        gamma_t, gamma_s, (gamma_t - gamma_min) / (gamma_max - gamma_min), 1 / alpha_t, sigma_t / alpha_t,
        alpha_s * (1 - c) / alpha_t, alpha_s * c, sigma_t * math.sqrt(c), sigma_s * math.sqrt(12 * c),
        sigma_s / sigma_t, alpha_s - alpha_t * sigma_s / sigma_t, 0,
    )


def write(path, name, tensors, gammas, gamma_min, gamma_max, n_blocks, groups, end=None):
    """gammas: of the noise before the first step, and behind every step. end: inv_alpha_0 and snr_0, if not those of the last."""
    width = tensors["in.weight"].shape[0]
    steps = [struct.pack("<12f", *step_of(t, s, gamma_min, gamma_max)) for t, s in zip(gammas, gammas[1:])]
    names = [f"{127.5 * math.exp(gamma / 2):.2g}" for gamma in gammas[1:]] + ["lossless"]
    tables = name.encode().ljust(32, b"\0") + b"".join(steps)
    tables += struct.pack("<2f", *(end or (1 / math.sqrt(sigmoid(-gammas[-1])), math.exp(-gammas[-1]))))
    tables += b"".join(text.encode().ljust(16, b"\0") for text in names)
    head_size, data, directory = 80 + len(tables) + 64 * len(tensors), bytearray(), b""
    for key, values in tensors.items():
        values = np.ascontiguousarray(values, "<f4")
        shape = [n for n in values.shape if n != 1 or len(values.shape) != 4]
        data += b"\0" * (-(head_size + len(data)) % 64)
        directory += key.encode().ljust(32, b"\0") + struct.pack("<4I", *shape, *[1] * (4 - len(shape)))
        directory += struct.pack("<2Q", head_size + len(data), xxhash.xxh3_64_intdigest(values.tobytes()))
        data += values.tobytes()
    fixed = struct.pack("<12I", 2, width, n_blocks, groups, len(steps), len(tensors), *[0] * 6)
    head = fixed + tables + directory
    with open(path, "wb") as file:
        file.write(b"\x8eUQM\r\n\x1a\n" + struct.pack("<2I", 4, 0))
        file.write(struct.pack("<2Q", head_size + len(data), xxhash.xxh3_64_intdigest(head)) + head + data)
