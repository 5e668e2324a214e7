"""Measuring one image with one codec: every file and every cut of it becomes a point."""
import dataclasses
import hashlib
import inspect
import os
import pickle
import tempfile

import numpy
from PIL import Image

import peers
import quality
import realism

CUT_RATES = (0.125, 0.25, 0.5, 1, 2, 4)  # bits per pixel at which everybody's file is cut
MODES = ("denoised", "ancestral", "flow")


@dataclasses.dataclass
class Point:
    """One picture beside its original. `kind` is curve, step, cut or lossless."""

    codec: str
    kind: str
    setting: str
    size: int  # bytes
    bpp: float
    psnr: float = None  # None, as all measures, if the cut file shows no picture
    luma_psnr: float = None
    ms_ssim: float = None
    butteraugli: float = None
    ssimulacra: float = None
    slices: numpy.ndarray = dataclasses.field(default=None, repr=False)
    mode: str = ""
    dither: str = ""
    image: str = ""


@dataclasses.dataclass(frozen=True)
class Wanted:
    """What is measured besides the rate."""

    measures: tuple = ("psnr", "ms_ssim")  # of quality.MEASURES
    modes: bool = True  # ancestral, flow, universal dither, and realism
    cuts: bool = True
    density: int = 2  # cuts of our file for every doubling of the rate
    inside: int = 0  # further cuts inside every step, at equal ratios of the rate

    def curve_rates(self):
        """Bits per pixel at which our file is cut; they include CUT_RATES."""
        return [2 ** (k / self.density) for k in range(-4 * self.density, 4 * self.density)]


class Original:
    """One image, and as files that hold nothing but its pixels: codecs differ in what they do with profiles."""

    def __init__(self, path, folder, wanted):
        self.name, self.folder, self.wanted = os.path.splitext(os.path.basename(path))[0], folder, wanted
        self.pixels = quality.read_pixels(path)
        self.n_pixels = self.pixels.shape[0] * self.pixels.shape[1]
        self.given_size = os.path.getsize(path)
        self.bare = os.path.join(folder, "bare")
        Image.fromarray(self.pixels).save(self.bare + ".png", compress_level=1)
        Image.fromarray(self.pixels).save(self.bare + ".ppm")
        self.slices = realism.slices(self.pixels, self.pixels) if wanted.modes else None

    def point(self, codec, kind, setting, size, pixels, **more):
        point = Point(codec, kind, setting, size, 8 * size / self.n_pixels, image=self.name, **more)
        if pixels is not None:
            names = ("psnr",) if kind == "lossless" else self.wanted.measures
            measured = quality.measure(names, self.pixels, self.bare + ".png", pixels, self.folder)
            for name, value in measured.items():
                setattr(point, name, value)
            if self.wanted.modes and kind in ("curve", "step"):
                point.slices = realism.slices(pixels, self.pixels)
        return point

    def cut_size(self, rate):
        return int(rate * self.n_pixels / 8)


def cuts_inside(steps, n):
    """(setting, bytes) of n cuts between the ends of every two neighbouring steps; the lossless one has no line to its end."""
    for last, step in zip(steps, steps[1:-1]):
        ratio = step["bytes"] / last["bytes"]
        for k in range(1, n + 1):
            yield f"{step['step']} {step['name']} {k}/{n + 1}", round(last["bytes"] * ratio ** (k / (n + 1)))


def measure_uqd(original, uqd):
    """Our steps in all modes, and our file cut at many lengths."""

    def decode(file, *how):
        out = os.path.join(original.folder, "out.ppm")
        uqd.decode(file, out, *how)
        return quality.read_pixels(out)

    def measure_steps(file, modes, dither):
        steps = uqd.info(file)["steps"]
        for step in steps:
            for mode in modes if step is not steps[-1] else modes[:1]:
                pixels = decode(file, "--step", str(step["step"]), "--mode", mode)
                setting = f"{step['step']} {step['name']}"
                yield original.point("uqd", "step", setting, step["bytes"], pixels, mode=mode, dither=dither)

    file = os.path.join(original.folder, "a.uqd")
    uqd.encode(original.bare + ".png", file)
    info, size = uqd.info(file), os.path.getsize(file)
    yield from measure_steps(file, MODES if original.wanted.modes else MODES[:1], "none")
    for rate in original.wanted.curve_rates():
        cut = original.cut_size(rate)
        if info["header_bytes"] < cut < size:
            pixels = decode(file, "--bytes", str(cut))
            yield original.point("uqd", "curve", f"{rate:.3g} bpp", cut, pixels, mode="denoised", dither="none")
    for setting, cut in cuts_inside(info["steps"], original.wanted.inside):
        pixels = decode(file, "--bytes", str(cut))
        yield original.point("uqd", "inside", setting, cut, pixels, mode="denoised", dither="none")
    yield original.point("uqd", "lossless", "", size, decode(file))
    if original.wanted.modes:
        uqd.encode(original.bare + ".png", file, "--dither", "universal")
        yield from measure_steps(file, MODES[:1], "universal")


def measure_png(original):
    """Lossless only: the file as it was given."""
    yield original.point("PNG as given", "lossless", "", original.given_size, original.pixels)


def measure_peer(original, peer, cache):
    """The curve, the lossless mode and the cut file, each if the peer has it."""

    def whole(kind, setting, arguments):
        data = peer.encode(original.bare, arguments, original.folder)
        pixels = peer.decode(data, original.folder, original.pixels.shape)
        return original.point(peer.name, kind, setting, len(data), pixels)

    def cuts(arguments):
        data = peer.encode(original.bare, arguments, original.folder)
        for rate in CUT_RATES:
            part = peer.cut(data, original.cut_size(rate))
            pixels = peer.decode(part, original.folder, original.pixels.shape, is_cut=len(part) < len(data))
            size = min(original.cut_size(rate), len(data))
            yield original.point(peer.name, "cut", f"{rate:.3g} bpp", size, pixels)

    key = (peer.encoder, peer.decoder, peer.partial, peers.version(peer.package), original.wanted)
    for setting, arguments in peer.settings.items():
        yield cache.get((key, arguments), original, lambda: whole("curve", setting, arguments))
    if peer.lossless is not None:
        yield cache.get((key, peer.lossless), original, lambda: whole("lossless", "", peer.lossless))
    if peer.cuttable is not None and original.wanted.cuts:
        cut_key = (key, peer.cuttable, CUT_RATES, inspect.getsource(peer.cut))
        yield from cache.get(cut_key, original, lambda: list(cuts(peer.cuttable)))


class Cache:
    """Points of peers that stay between runs, by image, command and code of the measures. No folder: no cache."""

    def __init__(self, folder):
        self.folder = folder
        if folder:
            self.sources = inspect.getsource(quality) + inspect.getsource(realism)

    def get(self, key, original, compute):
        if not self.folder:
            return compute()
        digest = hashlib.sha256(repr((key, original.name, original.pixels.shape)).encode())
        digest.update(self.sources.encode())
        digest.update(original.pixels.tobytes())
        path = os.path.join(self.folder, digest.hexdigest()[:32])
        if os.path.exists(path):
            with open(path, "rb") as stream:
                return pickle.load(stream)
        result = compute()
        with tempfile.NamedTemporaryFile(dir=self.folder, delete=False) as stream:
            pickle.dump(result, stream)
        os.replace(stream.name, path)
        return result
