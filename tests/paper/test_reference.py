"""The network in C against what the published implementation computed.

usage: test_reference.py DUMP_PAPER REFERENCE

DUMP_PAPER is the program of dump_paper.c. REFERENCE is a folder with the weights of a small network and, for two
pictures, what goes into it and comes out at every step.
"""
import json
import os
import platform
import subprocess
import sys
import tempfile

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "training"))
import paper_file
import tap

PROGRAM, REFERENCE = sys.argv[1:3]
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


if __name__ == "__main__":
    tap.main([model_is_written, outputs_agree, bits_agree])
