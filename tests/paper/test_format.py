"""What uqd decodes against what a decoder does that was written from docs/format.md.

usage: test_format.py UQD MAKE_TINY_MODEL

UQD and MAKE_TINY_MODEL are the programs of the same names.
"""
import os
import subprocess
import sys
import tempfile

import numpy as np
from PIL import Image

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "training"))
import decoder
import decoder_arithmetic as arithmetic
import paper_file
import tap

UQD, MAKE_TINY_MODEL = sys.argv[1:3]
FOLDER = tempfile.TemporaryDirectory(prefix="uqd-format-")
KEY = 11  # of ancestral pictures


def path(name):
    return os.path.join(FOLDER.name, name)


def read(name):
    with open(path(name), "rb") as file:
        return file.read()


def run(*arguments):
    subprocess.run(arguments, check=True, timeout=120, stderr=subprocess.DEVNULL)


def waves(width, height, n_colours):
    """A picture with some noise."""
    y, x, c = np.mgrid[:height, :width, :n_colours]
    noise = np.random.default_rng(1).normal(0, 6, x.shape)
    return (128 + 60 * np.sin(x / 3 + c) + 50 * np.cos(y / 2 - c) + noise).clip(0, 255).astype(np.uint8).squeeze()


class Sample:
    """A picture that uqd encoded."""

    def __init__(self, name, model, pixels, *options):
        self.name, self.pixels = name, pixels
        self.model_path, self.model = model.path, model.decoder
        Image.fromarray(pixels).save(path(name + ".png"))
        run(UQD, "encode", "--no-copy", path(name + ".png"), "-o", path(name), "--model", self.model_path, *options)
        self.data = read(name)

    def uqd_shows(self, *options):
        run(UQD, "decode", path(self.name), "-o", path("out.png"), "--model", self.model_path, *options)
        return np.asarray(Image.open(path("out.png")))

    def check(self, picture, *options, mode="denoised", reduce=0, n_steps=32):
        """The picture is shown as uqd does with those options."""
        expected = self.uqd_shows(*options, "--mode", mode, "--seed", str(KEY), "--reduce", str(reduce))
        shown = picture.show(mode, KEY, reduce, n_steps)
        assert shown.shape == expected.shape, f"{self.name}, {options}, {mode}: {shown.shape} for {expected.shape}"
        n_others = (shown != expected).sum()
        assert n_others == 0, f"{self.name}, {options}, {mode}, reduced {reduce} times: {n_others} other samples"

    def check_steps(self):
        """The original, and the picture of every step, that of step 0 also reduced."""
        picture = decoder.Picture(self.model, self.data)
        assert (picture.show() == self.pixels).all(), self.name
        for step in range(self.model.n_steps + 1):
            self.check(picture, "--step", str(step), n_steps=step + 1)
        self.check(picture, "--step", "0", n_steps=1, reduce=2)


class Model:
    """A model file, as its path and as the decoder reads it."""

    def __init__(self, name):
        self.path = path(name)
        self.decoder = decoder.Model(read(name))


def make_tiny_model():
    run(MAKE_TINY_MODEL, path("tiny.uqdm"), "paper")
    return Model("tiny.uqdm")


def make_far_model(tiny):
    """The same network, for two steps, and pixels far from where the last step looks for them."""
    model = tiny.decoder
    gammas = [6, -0.1, -12]
    paper_file.write(path("far.uqdm"), "far", model.tensors, gammas, -12.3, 6, model.n_blocks, model.n_groups, end=(1.5, 700))
    return Model("far.uqdm")


TINY = make_tiny_model()
FAR = make_far_model(TINY)


def numbers_agree():
    """The numbers that the document gives."""
    functions = {
        arithmetic.exp: {1: 0x402DF854, -10.5: 0x37E6FE13},
        arithmetic.sigmoid: {0.3: 0x3F130EAA},
        arithmetic.silu: {-1.25: 0xBE8E8731, 7: 0x40DFCBC2},
        arithmetic.log1p: {1: 0x3F317218, 1000: 0x40DD1485},
        arithmetic.softplus: {float.fromhex("0x1.152888p-1"): 0x3F800000, -3: 0x3D470387},
        arithmetic.log: {10: 0x40135D8E, 2.0**-20: 0xC15DCE9E},
        arithmetic.sin: {1: 0x3F576AA5, 1000: 0x3F53AE61},
        arithmetic.cos: {2: 0xBED51132, -402.125: 0x3F7FFFF5},
    }
    for function, values in functions.items():
        for x, expected in values.items():
            found = arithmetic.bits(function(np.array([x], "f4")))[0]
            assert found == expected, f"{function.__name__}({x}): {found:08X} for {expected:08X}"
    assert list(arithmetic.random(0, [0])) == [0x48218226FF3CD4BF] and list(arithmetic.random(1, [2])) == [0xAE6170280656BCC1]


def colour_agrees():
    """Pixels and steps of a colour picture, solid or not."""
    for name, options in ("colour", []), ("colour-solid", ["--solid"]):
        Sample(name, TINY, waves(9, 5, 3), "--seed", "7", *options).check_steps()


def grey_agrees():
    """Pixels and steps of a grey picture of two tiles, solid or not."""
    for name, options in ("grey", []), ("grey-solid", ["--solid"]):
        Sample(name, FAR, waves(67, 3, 1), "--seed", "8", *options).check_steps()


def modes_agree():
    """An ancestral and a flow picture."""
    sample = Sample("modes", TINY, waves(9, 5, 3), "--seed", "7")
    picture = decoder.Picture(sample.model, sample.data)
    sample.check(picture, "--step", "1", mode="ancestral", n_steps=2)
    sample.check(picture, "--step", "0", mode="flow", n_steps=1)


def cut_files_agree():
    """Files that end between two tiles of a step."""
    sample = Sample("cut", FAR, waves(67, 3, 1), "--seed", "8")
    header = decoder.Header(sample.data, sample.model)
    for step, modes in {0: ["denoised"], 1: ["denoised"], 2: ["denoised", "ancestral", "flow"]}.items():
        n_bytes = header.size + sum(header.body_sizes[: step + 1]) - 1
        picture = decoder.Picture(sample.model, sample.data[:n_bytes])
        assert [tile.n_done for tile in picture.tiles] == [step + 1, step]
        for mode in modes:
            sample.check(picture, "--bytes", str(n_bytes), mode=mode)


if __name__ == "__main__":
    tap.main([numbers_agree, colour_agrees, grey_agrees, modes_agree, cut_files_agree])
