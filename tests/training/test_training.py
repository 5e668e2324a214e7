"""Trains a tiny network on made-up pictures, as one would a real one."""
import os
import subprocess
import sys
import tempfile

import torch

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
sys.path.insert(0, os.path.join(ROOT, "models", "train"))
import synthetic
import tap

FOLDER = tempfile.TemporaryDirectory(prefix="uqd-training-")
PHOTOS = os.path.join(FOLDER.name, "photos")
CHECKPOINT = os.path.join(FOLDER.name, "tiny.pt")
TINY = "--width 16 --blocks 1 --crop 64 --crops 1 --threads 1 --device cpu".split()


def train(output, *options, fails=False):
    """What it prints, or, if it fails as it should, what it says."""
    program = os.path.join(ROOT, "models", "train", "train.py")
    command = [sys.executable, program, PHOTOS, "-o", output, *TINY, *options]
    result = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert (result.returncode != 0) == fails, result.stderr
    return result.stderr if fails else result.stdout


def trains():
    """Training writes a checkpoint and holds photographs out."""
    synthetic.write_pictures(PHOTOS, 21, 160, 144)
    text = train(CHECKPOINT, "--steps", "4")
    assert "19 photographs to train on, 2 held out" in text, text
    saved = torch.load(CHECKPOINT)
    assert saved["state"]["step"] == 4
    assert all(torch.isfinite(weights).all() for weights in saved["ema"].values())


def repeats():
    """The same seed trains the same weights."""
    again = os.path.join(FOLDER.name, "again.pt")
    train(again, "--steps", "4")
    first, second = torch.load(CHECKPOINT)["net"], torch.load(again)["net"]
    assert all(torch.equal(first[name], second[name]) for name in first)


def resumes():
    """Training goes on from a checkpoint."""
    resumed = os.path.join(FOLDER.name, "resumed.pt")
    train(resumed, "--steps", "2", "--resume", CHECKPOINT)
    assert torch.load(resumed)["state"]["step"] == 6


def resumes_older_names():
    """A checkpoint that names the gains and biases of stage types after kinds goes on as the same one of today."""
    old, resumed = (os.path.join(FOLDER.name, name) for name in ("old.pt", "resumed-old.pt"))
    saved = torch.load(CHECKPOINT)
    for part in ("net", "ema"):
        saved[part] = {name.replace(".type_", ".kind_"): weights for name, weights in saved[part].items()}
    assert "0.input_affine.kind_gain" in saved["net"]
    torch.save(saved, old)
    train(resumed, "--steps", "2", "--resume", old)
    expected, actual = (torch.load(path)["net"] for path in (os.path.join(FOLDER.name, "resumed.pt"), resumed))
    assert list(actual) == list(expected) and all(torch.equal(actual[name], expected[name]) for name in expected)


def trains_another_order():
    """Training in the order coarse first says so in its checkpoint, and goes on from it in that order alone."""
    first, second = (os.path.join(FOLDER.name, name) for name in ("coarse.pt", "on.pt"))
    train(first, "--steps", "2", "--order", "coarse-first")
    train(second, "--steps", "1", "--resume", first)
    assert torch.load(CHECKPOINT)["order"] == "phased" and torch.load(second)["order"] == "coarse-first"
    assert torch.load(second)["state"]["step"] == 3
    error = train(second, "--steps", "1", "--resume", first, "--order", "phased", fails=True)
    assert "its order is coarse-first, not phased" in error and "Traceback" not in error, error


def trains_the_denoiser_alone():
    """Nothing that a file's bits depend on changes, and the networks that were not named do not change at all."""
    output = os.path.join(FOLDER.name, "denoiser.pt")
    train(output, "--steps", "2", "--resume", CHECKPOINT, "--denoiser", "--networks", "1", "2", "--rate", "1e-2")
    before, after = torch.load(CHECKPOINT)["ema"], torch.load(output)["net"]
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    trained = {name for name in before if name[0] in "12" and name[2:].startswith("denoise_")}
    assert changed <= trained and {"1.denoise_out.weight", "2.denoise_mix.weight"} <= changed, changed
    train(output, "--steps", "1", "--resume", output, "--denoiser")
    assert torch.load(output)["state"]["step"] == 7


if __name__ == "__main__":
    tap.main([trains, repeats, resumes, resumes_older_names, trains_another_order, trains_the_denoiser_alone])
