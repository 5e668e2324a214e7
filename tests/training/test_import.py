"""Published checkpoints become model files, which a parser of this test's own reads; what is not supported says so."""
import copy
import json
import math
import os
import re
import struct
import subprocess
import sys
import tempfile

import numpy as np
import torch
import xxhash

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
MODELS = os.path.join(ROOT, "models")
sys.path.insert(0, MODELS)
import import_uqdm
import paper_file
import tap
from network import Network, Shape

SHAPES = {
    "tiny": Shape(32, 1, 8), "small": Shape(64, 8, 16), "medium": Shape(128, 32, 32), "wide": Shape(256, 32, 32),
    "big": Shape(256, 64, 32),
}
NAMES = (
    ("embed0", "embed_conditioning.0"), ("embed1", "embed_conditioning.2"), ("in", "conv_in"),
    (r"down(\d+)\.", r"down_blocks.\1.resnet_block."), (r"up(\d+)\.", r"up_blocks.\1.resnet_block."),
    ("mid0", "mid_resnet_block_1"), ("mid1", "mid_resnet_block_2"), ("attn.norm", "mid_attn_block.layers.0"),
    ("attn.qkv", "mid_attn_block.layers.1"), ("attn.out", "mid_attn_block.layers.3"), ("out.norm", "conv_out.0"),
    ("out.conv", "conv_out.2"), ("cond", "cond_proj.weight"), ("norm1", "net1.0"), ("conv1", "net1.2"),
    ("norm2", "net2.0"), ("conv2", "net2.2"), ("skip", "skip_conv"),
)
FOLDER = tempfile.TemporaryDirectory(prefix="uqd-import-")


def config_of(shape):
    return {
        "model": {
            "n_timesteps": 4, "prior_type": "logistic", "learned_prior_scale": True,
            "base_prior_scale": "forward_kernel", "noise_schedule": "learned_linear", "fix_gamma_max": True, "gamma_min": -12.3, "gamma_max": 6.0,
            "attention_everywhere": False, "use_fourier_features": True, "n_attention_heads": 1, "n_channels": 3,
            "vocab_size": 256, "embedding_dim": shape.width, "n_blocks": shape.blocks, "norm_groups": shape.groups,
            "dropout_prob": 0.0,
        }
    }


def checkpoint_of(shape):
    """As published: prefixed names, the learned span of gamma, and the average as a list."""
    torch.manual_seed(shape.width)
    names = {name: weights.shape for name, weights in Network(shape).state_dict().items()}
    state = {"score_net." + name: torch.randn(sizes) for name, sizes in names.items()}
    average = [torch.randn(sizes) for sizes in names.values()]
    state["gamma.w"] = torch.tensor(18.3)
    ema = {"decay": 0.9999, "num_updates": 5, "shadow_params": [*average, torch.tensor(-17.9)]}
    return {"model": state, "ema": ema, "optimizer": {"lr": np.float64(2e-4)}, "step": 5}, dict(zip(names, average))


def stored(config, checkpoint, name="published"):
    """Paths of both, in a folder of this name."""
    folder = os.path.join(FOLDER.name, name)
    os.makedirs(folder, exist_ok=True)
    paths = os.path.join(folder, "config.json"), os.path.join(folder, "checkpoint.pt")
    with open(paths[0], "w", encoding="utf-8") as file:
        json.dump(config, file)
    torch.save(checkpoint, paths[1])
    return paths


def parse(path):
    """Header fields, steps, ends, step names and tensors of a model file, all of it checked."""
    with open(path, "rb") as file:
        data = file.read()
    magic, version, zero, size, identity = struct.unpack_from("<8sIIQQ", data)
    assert magic == b"\x8eUQM\r\n\x1a\n" and (version, zero, size) == (4, 0, len(data))
    kind, width, blocks, groups, n_steps, n_tensors = struct.unpack_from("<6I", data, 32)
    assert kind == 2 and not any(data[56:80])
    name, place = data[80:112].rstrip(b"\0").decode(), 112
    steps = [struct.unpack_from("<12f", data, place + 48 * i) for i in range(n_steps)]
    place += 48 * n_steps
    ends = struct.unpack_from("<2f", data, place)
    place += 8
    step_names = [data[place + 16 * i : place + 16 * i + 16].rstrip(b"\0").decode() for i in range(n_steps + 1)]
    place += 16 * (n_steps + 1)
    tensors, end = {}, place + 64 * n_tensors
    assert xxhash.xxh3_64_intdigest(data[32:end]) == identity
    for i in range(n_tensors):
        tensor, *shape, offset, digest = struct.unpack_from("<32s4IQQ", data, place + 64 * i)
        stop = offset + 4 * math.prod(shape)
        assert offset % 64 == 0 and offset - end < 64 and not any(data[end:offset]) and stop <= len(data)
        assert xxhash.xxh3_64_intdigest(data[offset:stop]) == digest
        tensors[tensor.rstrip(b"\0").decode()] = np.frombuffer(data[offset:stop], "<f4").reshape(shape)
        end = stop
    assert end == len(data) and len(tensors) == n_tensors
    return (width, blocks, groups, name), steps, ends, step_names, tensors


def checkpoint_name(name):
    for pattern, replacement in NAMES:
        name = re.sub(rf"^{pattern}|(?<=\.){pattern}$|(?<=\.){pattern}(?=\.)", replacement, name)
    return name


def assert_weights(tensors, weights):
    scales = tensors.pop("embed.timescales")
    assert abs(scales.ravel()[0] - 1) < 1e-6 and abs(scales.ravel()[-1] / 1e-4 - 1) < 1e-5
    assert len(tensors) == len(weights)
    for name, values in tensors.items():
        expected = weights[checkpoint_name(name)].numpy()
        sides = [*expected.shape, 1, 1, 1, 1][:4]
        assert list(values.shape) == sides and np.array_equal(values.ravel(), expected.ravel()), name


def run(*arguments):
    """What the program prints when it fails, None when it works."""
    before, sys.argv = sys.argv, ["import_uqdm.py", *arguments]
    try:
        import_uqdm.main()
    except SystemExit as stopped:
        return stopped.code
    finally:
        sys.argv = before
    return None


def imports_published_shapes():
    """Averages and last weights of two shapes arrive under their names, with the learned schedule."""
    for name in ("tiny", "small"):
        checkpoint, average = checkpoint_of(SHAPES[name])
        config, path = stored(config_of(SHAPES[name]), checkpoint, name)
        output = os.path.join(FOLDER.name, name + ".uqdm")
        assert run(config, path, "-o", output) is None
        head, steps, _, _, tensors = parse(output)
        assert head == (SHAPES[name].width, SHAPES[name].blocks, SHAPES[name].groups, name)
        assert_weights(tensors, average)
        assert abs(steps[-1][1] - (6 - 17.9)) < 1e-5 and steps[0][2] == 1
        assert run(config, path, "-o", output, "--raw", "--name", "other", "--steps", "7") is None
        head, steps, _, step_names, tensors = parse(output)
        assert head[3] == "other" and len(steps) == 7 and len(step_names) == 8
        raw = {key.replace("score_net.", ""): value for key, value in checkpoint["model"].items() if key != "gamma.w"}
        assert_weights(tensors, raw)


def steps_are_those_of_the_schedule():
    """The numbers of every step follow from its two gammas; names tell the noise that is left."""
    checkpoint, _ = checkpoint_of(SHAPES["tiny"])
    del checkpoint["model"]["gamma.w"]  # without it, the config tells the span
    checkpoint["ema"]["shadow_params"].pop()
    output = os.path.join(FOLDER.name, "steps.uqdm")
    assert run(*stored(config_of(SHAPES["tiny"]), checkpoint), "-o", output) is None
    _, steps, ends, names, _ = parse(output)
    assert names == ["260", "26", "2.7", "0.27", "lossless"]
    gammas = np.linspace(6, -12.3, 5)
    for numbers, t, s in zip(steps, gammas, gammas[1:]):
        (a_t, s_t), (a_s, s_s) = (np.sqrt([1 / (1 + np.exp(g)), 1 / (1 + np.exp(-g))]) for g in (t, s))
        c = 1 - np.exp(s - t)
        expected = [
            t, s, (t + 12.3) / 18.3, 1 / a_t, s_t / a_t, a_s / a_t * (1 - c), a_s * c, s_t * c**0.5,
            s_s * (12 * c) ** 0.5, s_s / s_t, a_s - a_t * s_s / s_t, 0,
        ]
        assert np.allclose(numbers, expected, rtol=1e-6), (numbers, expected)
    assert np.allclose(ends, [(1 + np.exp(-12.3)) ** 0.5, np.exp(12.3)], rtol=1e-6)


def layouts_of_all_shapes():
    """All published shapes have the layout of the network's parameters."""
    for name, shape in SHAPES.items():
        rows = paper_file.layout(shape)
        paper_file.check_shape(shape, 4)
        width, blocks = shape.width, shape.blocks
        small, large = 22 * width**2 + 6 * width, 33 * width**2 + 9 * width  # weights of a block of each kind
        rest = 20 * width**2 + 8 * width + 135 * width + width + 4 * width**2 + 6 * width + 54 * width + 6 + 2 * width
        total = sum(math.prod(sizes) for _, _, sizes in rows)
        assert total == (blocks + 2) * small + (blocks + 1) * large + rest, (name, total)
        assert len(rows) < paper_file.MOST_TENSORS and all(len(row[0]) < 32 for row in rows)
    network = Network(SHAPES["tiny"])
    parameters = [(name, tuple(weights.shape)) for name, weights in network.named_parameters()]
    assert parameters == [row[1:] for row in paper_file.layout(network.shape)]


def dropout_moves_a_layer():
    """With dropout, the second convolution of a block has the next number."""
    shape = Shape(16, 0, 4)
    config, checkpoint = config_of(shape), checkpoint_of(shape)[0]
    config["model"]["dropout_prob"] = 0.1
    output = os.path.join(FOLDER.name, "dropout.uqdm")
    assert run(*stored(config, checkpoint), "-o", output) is None
    state = {k.replace("net2.2", "net2.3"): v for k, v in checkpoint["model"].items()}
    assert run(*stored(config, {"model": state}), "-o", output, "--raw") is None
    expected = state["score_net.mid_resnet_block_1.net2.3.weight"].numpy()
    assert np.array_equal(parse(output)[4]["mid0.conv2.weight"].ravel(), expected.ravel())


def assert_refused(message, config, checkpoint, *options):
    output = os.path.join(FOLDER.name, "refused.uqdm")
    text = run(*stored(config, checkpoint), "-o", output, *options)
    assert isinstance(text, str) and message in text and "\n" not in text, (message, text)
    assert not any(os.path.exists(output + ending) for ending in ("", ".tmp")), message


def refuses_configs():
    """A config that no model file can express is refused in one sentence."""
    shape = Shape(16, 0, 4)
    good, (checkpoint, _) = config_of(shape), checkpoint_of(shape)
    for name, value in (
        ("attention_everywhere", True), ("n_attention_heads", 2), ("prior_type", "normal"), ("n_channels", 1),
        ("use_fourier_features", False), ("learned_prior_scale", False), ("base_prior_scale", "default"),
        ("vocab_size", 65536), ("noise_schedule", "cosine"), ("fix_gamma_max", False), ("embedding_dim", "16"),
        ("embedding_dim", None), ("n_blocks", 0.5), ("gamma_min", None), ("dropout_prob", None),
    ):
        config = copy.deepcopy(good)
        config["model"][name] = value
        assert_refused(f"model.{name}", config, checkpoint)
    for name, value, message in (
        ("embedding_dim", 24, "a width of 24"), ("embedding_dim", 10**12, "a width"), ("n_blocks", 129, "129 blocks"),
        ("norm_groups", 5, "5 groups"), ("norm_groups", 0, "0 groups"), ("n_timesteps", 32, "32 steps"),
        ("gamma_max", -13.0, "gamma between"), ("gamma_min", float("nan"), "gamma between"),
        ("gamma_min", 10**400, "model.gamma_min is too large"), ("gamma_min", -math.inf, "steps between"),
    ):
        config = copy.deepcopy(good)
        config["model"][name] = value
        assert_refused(message, config, checkpoint)
    narrow = copy.deepcopy(good)
    narrow["model"].update(noise_schedule="fixed_linear", gamma_min=6 - 1e-15)
    assert_refused("steps between", narrow, checkpoint)
    assert_refused("is not text", good, checkpoint, "--name", "\udcff")
    assert_refused("0 steps", good, checkpoint, "--steps", "0")
    assert_refused("31 bytes", good, checkpoint, "--name", "ü" * 16)
    assert_refused('no "model"', [], checkpoint)


def refuses_checkpoints():
    """A checkpoint that does not fit its config is refused in one sentence."""
    shape = Shape(16, 0, 4)
    config, (good, _) = config_of(shape), checkpoint_of(shape)

    def changed(change):
        checkpoint = copy.deepcopy(good)
        change(checkpoint)
        return checkpoint

    key = "score_net.conv_in.bias"
    assert_refused("no conv_in.bias", config, changed(lambda c: c["model"].pop(key)), "--raw")
    assert_refused("shape", config, changed(lambda c: c["model"].update({key: torch.zeros(17)})), "--raw")
    assert_refused("no numbers", config, changed(lambda c: c["model"][key].fill_(math.nan)), "--raw")
    assert_refused("no numbers", config, changed(lambda c: c["ema"]["shadow_params"][3].fill_(math.inf)))
    assert_refused("tensors instead of", config, changed(lambda c: c["ema"].update(shadow_params=[torch.zeros(1)])))
    assert_refused("no conv_in.bias", config, changed(lambda c: c["model"].update({5: c["model"].pop(key)})), "--raw")
    assert_refused("no running average", config, changed(lambda c: c.pop("ema")))
    assert_refused("gamma between", config, changed(lambda c: c["model"]["gamma.w"].fill_(math.nan)), "--raw")
    assert_refused("gamma.w", config, changed(lambda c: c["model"].update({"gamma.w": torch.zeros(2)})), "--raw")
    assert_refused('no "model"', config, {"net": {}})
    assert_refused("no checkpoint", config, {"model": tap.Skip()})
    assert_refused("no checkpoint", config, {"model": {"x": print}})
    assert_refused("shape", config_of(Shape(32, 0, 4)), good)
    assert run(*stored(config, good), "-o", os.path.join(FOLDER.name, "none", "m.uqdm")).count("No such file") == 1


def refuses_files():
    """Files that are no config and no checkpoint are refused; the exit status says so."""
    shape = Shape(16, 0, 4)
    config, path = stored(config_of(shape), checkpoint_of(shape)[0])
    output = os.path.join(FOLDER.name, "refused.uqdm")
    assert "no checkpoint" in run(config, config, "-o", output)
    assert "not JSON" in run(path, path, "-o", output)
    with open(path + ".deep", "w", encoding="utf-8") as file:
        file.write("[" * 100000)
    assert "not JSON" in run(path + ".deep", path, "-o", output)
    assert "cannot be read" in run(config + ".none", path, "-o", output)
    assert "No such file" in run(config, path + ".none", "-o", output)
    with open(path, "rb") as file:
        half = file.read()[:5000]
    with open(path, "wb") as file:
        file.write(half)
    command = [sys.executable, os.path.join(MODELS, "import_uqdm.py"), config, path, "-o", output]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert result.returncode == 1 and result.stderr.count("\n") == 1 and "no checkpoint" in result.stderr, result.stderr
    assert not os.path.exists(output)


if __name__ == "__main__":
    tap.main(
        [
            imports_published_shapes, steps_are_those_of_the_schedule, layouts_of_all_shapes, dropout_moves_a_layer,
            refuses_configs, refuses_checkpoints, refuses_files,
        ]
    )
