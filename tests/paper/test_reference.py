"""The network and the coding in C against what the published implementation computed.

usage: test_reference.py DUMP_PAPER DUMP_CODING REFERENCE

DUMP_PAPER and DUMP_CODING are the programs of the same names. REFERENCE is a folder with the weights of a small network and, for two
pictures, what goes into it and comes out at every step.
"""
import json
import os
import platform
import subprocess
import sys
import tempfile

import numpy as np
from PIL import Image

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "training"))
import paper_file
import tap

PROGRAM, CODING, REFERENCE = sys.argv[1:4]
N_BLOCKS, GROUPS, GAMMA_MIN, GAMMA_MAX = 1, 8, -12.3, 6
LIMIT = 1e-4  # relative to the value or 1, whichever is larger

FOLDER = tempfile.TemporaryDirectory(prefix="uqd-paper-")
MODEL = os.path.join(FOLDER.name, "tiny.uqdm")


def load(picture, name):
    return np.load(os.path.join(REFERENCE, picture, name + ".npy"))


def run(z, step, isa="all", threads=1):
    """What the program writes: eps_hat and factor."""
    paths = [os.path.join(FOLDER.name, name) for name in ("z", "out")]
    np.ascontiguousarray(z, "f4").tofile(paths[0])
    subprocess.run([PROGRAM, MODEL, str(step), isa, str(threads), *paths], check=True, timeout=120)
    return np.fromfile(paths[1], "f4").reshape(2, 3, 64, 64)


def steps_of(picture):
    """Number, input and outputs of every step."""
    z = load(picture, "z1_noise")
    for step in range(1, 5):
        yield step - 1, z, np.stack([load(picture, f"step{step}_{name}") for name in ("eps_hat", "scale_factor")])
        z = load(picture, f"step{step}_z")


def model_is_written():
    """The weights become a model file."""
    weights = np.load(os.path.join(REFERENCE, "weights-raw.npz"))
    with open(os.path.join(REFERENCE, "reference.json")) as file:
        steps = json.load(file)["image0"]["steps"][:4]
    gammas = [steps[0]["gamma_t"]] + [step["gamma_s"] for step in steps]
    tensors = paper_file.tensors_of(weights, N_BLOCKS)
    paper_file.write(MODEL, "tiny", tensors, gammas, GAMMA_MIN, GAMMA_MAX, N_BLOCKS, GROUPS)


def outputs_agree():
    """The same noise and scales at all steps."""
    for picture in "image0", "image1":
        for step, z, expected in steps_of(picture):
            errors = np.abs(run(z, step) - expected) / np.maximum(np.abs(expected), 1)
            worst = errors.max(axis=(1, 2, 3))
            print(f"# {picture}, step {step + 1}: off by up to {worst[0]:.2g} and {worst[1]:.2g}")
            assert (worst <= LIMIT).all(), f"{picture}, step {step + 1}"


def bits_agree():
    """The same bytes whatever computes them."""
    isas = ["neon"] if platform.machine() == "aarch64" else ["avx2", "avx512"]
    for step, z, _ in steps_of("image0"):
        expected = run(z, step, threads=2).tobytes()
        slow = [("c", 2)] if step == 1 else []  # seconds for one step
        for isa, threads in slow + [(isa, 1) for isa in isas] + [("all", 1), ("all", 3)]:
            assert run(z, step, isa, threads).tobytes() == expected, f"step {step + 1}, {isa}, {threads} threads"


def coded(step, z, dither, pixels):
    """Cells, z behind the step, bits, the pixels shown before it, and bits of the coded tile."""
    paths = [os.path.join(FOLDER.name, name) for name in ("z", "dither", "pixels", "coded")]
    for path, values, kind in zip(paths, (z, dither, pixels), ("f4", "f4", "u1")):
        np.ascontiguousarray(values, kind).tofile(path)
    said = subprocess.run([CODING, MODEL, str(step), *paths], check=True, timeout=120, stdout=subprocess.PIPE)
    with open(paths[-1], "rb") as file:
        data = file.read()
    k, z_s, bits, shown = (np.frombuffer(data, kind, 3 * 64 * 64, at * 3 * 64 * 64).reshape(3, 64, 64)
                           for kind, at in (("i4", 0), ("f4", 4), ("f4", 8), ("u1", 12)))
    return k, z_s, bits, shown, float(said.stdout)


def pixels_of(picture):
    return np.asarray(Image.open(os.path.join(REFERENCE, picture, "image.png")).convert("RGB")).transpose(2, 0, 1)


def is_at_edge(x, step, told, dither, k):
    """Whether the reference's own value was within 1e-3 of where it would have been rounded otherwise."""
    exact = step["from_z"] * told["z_t"] + step["from_x"] * x
    position = (exact - told["p_loc"]) / step["delta"] + dither
    return np.abs(np.abs(position - k) - 0.5) < 1e-3


def cells_agree():
    """Every cell, the bits of every step, and what is shown, with the reference's noise."""
    with open(os.path.join(REFERENCE, "reference.json")) as file:
        reference = json.load(file)
    for picture in "image0", "image1":
        pixels, z = pixels_of(picture), load(picture, "z1_noise")
        for number in range(1, 5):
            told = {name: load(picture, f"step{number}_{name}") for name in ("k", "bits", "z", "dither", "p_loc", "reconstruction")}
            told["z_t"] = z
            said = reference[picture]["steps"][number - 1]
            numbers = paper_file.step_of(said["gamma_t"], said["gamma_s"], GAMMA_MIN, GAMMA_MAX)
            step = dict(zip(paper_file.STEP_FIELDS, numbers))
            k, _, bits, shown, coded_bits = coded(number - 1, z, told["dither"], pixels)
            others = (k != told["k"]) & ~is_at_edge((pixels + 0.5) / 128 - 1, step, told, told["dither"], told["k"])
            same = (shown == told["reconstruction"]).mean()
            print(f"# {picture}, step {number}: {int((k != told['k']).sum())} other cells, {bits.sum():.1f} bits for "
                  f"{said['bits']:.1f}, {coded_bits:.0f} in the file, {100 * same:.2f} % of the pixels the same")
            assert not others.any(), f"{picture}, step {number}: cells {k[others]} for {told['k'][others]}"
            assert abs(bits.sum() / said["bits"] - 1) < 1e-3, f"{picture}, step {number}"
            assert coded_bits < 1.001 * said["bits"] + 16, f"{picture}, step {number}"
            assert same > 0.999, f"{picture}, step {number}: pixels"
            z = told["z"]
        said = reference[picture]["steps"][4]["bits"]
        _, _, _, shown, coded_bits = coded(4, z, np.zeros_like(z), pixels)
        print(f"# {picture}, pixels: {coded_bits:.0f} bits for {said:.1f}")
        assert abs(coded_bits / said - 1) < 0.01


if __name__ == "__main__":
    if not os.path.exists(os.path.join(REFERENCE, "reference.json")):
        print(f"1..0 # SKIP no {REFERENCE}/reference.json")
        sys.exit()
    tap.main([model_is_written, outputs_agree, bits_agree, cells_agree])
