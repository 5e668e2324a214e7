"""The programs that are measured: `uqd` and its peers, each as files in and files out."""
import dataclasses
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile

import numpy
from PIL import Image

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def add_uqd_options(parser):
    """Where `uqd` and its models are: the release build of the project unless said otherwise."""
    parser.add_argument("--uqd", default=find_uqd(), metavar="FILE", help="the program uqd (%(default)s)")
    parser.add_argument("--model", metavar="FILE", help="the model (models/lattice.uqdm)")


def find_uqd():
    for build in ("release", "check"):
        path = os.path.join(ROOT, "build", build, "cli", "uqd")
        if os.path.exists(path):
            return path
    return shutil.which("uqd") or "uqd"


@dataclasses.dataclass
class Usage:
    """What one run of a program took."""

    seconds: float
    peak_bytes: int  # largest resident memory


# Runs in a small interpreter of its own: a child's largest memory counts from that of its parent.
LAUNCHER = """
import os, sys, time
begin = time.perf_counter()
process = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(process, 0)
print(time.perf_counter() - begin, usage.ru_maxrss * 1024, file=open(int(sys.argv[1]), "w"))
sys.exit(os.waitstatus_to_exitcode(status) != 0)
"""


def run(command, environment=None):
    """Runs a command that must succeed and measures it; its output appears only if it fails."""
    read_end, write_end = os.pipe()
    launcher = [sys.executable, "-I", "-S", "-c", LAUNCHER, str(write_end)]
    with open(read_end, encoding="ascii") as pipe, tempfile.TemporaryFile() as log:
        process = subprocess.run(
            launcher + command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment, pass_fds=[write_end]
        )
        os.close(write_end)
        if process.returncode != 0:
            log.seek(0)
            raise SystemExit(f"{' '.join(command)}: failed: {log.read().decode(errors='replace').strip()}")
        seconds, peak_bytes = pipe.read().split()
    return Usage(float(seconds), int(peak_bytes))


def read_pixels(path):
    """RGB pixels as integers that can be subtracted."""
    with Image.open(path) as image:
        return numpy.asarray(image.convert("RGB")).astype(numpy.int32)


def psnr(a, b):
    """Decibels from the mean squared error over all RGB samples; infinite if there is none."""
    mse = numpy.mean(numpy.square(a - b), dtype=numpy.float64)
    return 10 * numpy.log10(255.0**2 / mse) if mse > 0 else numpy.inf


class Uqd:
    """The program `uqd`, by its command line."""

    def __init__(self, options):
        self.program = options.uqd
        self.model = ["--model", options.model] if options.model else []
        self.environment = dict(os.environ)
        self.environment.setdefault("UQD_MODELS", os.path.join(ROOT, "models"))

    def encode(self, image, out, *more):
        return run([self.program, "encode", image, "-o", out, *self.model, *more], self.environment)

    def decode(self, file, out, *more):
        return run([self.program, "decode", file, "-o", out, *self.model, *more], self.environment)

    def info(self, file):
        command = [self.program, "info", "--json", file]
        return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, env=self.environment).stdout)


class PillowPeer:
    """A codec of Pillow. `settings` maps the name of a quality to the arguments of Image.save."""

    def __init__(self, name, file_format, settings, lossless=None):
        self.name, self.file_format = name, file_format
        self.settings, self.lossless = settings, lossless

    def is_present(self):
        Image.init()
        return self.file_format in Image.SAVE

    def encode(self, path, arguments):
        """Returns the number of bytes and the decoded pixels."""
        buffer = io.BytesIO()
        with Image.open(path) as image:
            image.convert("RGB").save(buffer, self.file_format, **arguments)
        return buffer.tell(), read_pixels(buffer)


class ProgramPeer:
    """A codec of two programs; {i} and {o} in their commands are the input and the output."""

    def __init__(self, name, suffix, commands, settings, lossless=None):
        self.name, self.suffix, self.commands = name, suffix, commands
        self.settings, self.lossless = settings, lossless

    def is_present(self):
        return all(shutil.which(command.split()[0]) for command in self.commands)

    def encode(self, path, arguments):
        """Returns the number of bytes and the decoded pixels."""
        with tempfile.TemporaryDirectory() as folder:
            bare, file, out = (os.path.join(folder, name) for name in ("in.png", "a" + self.suffix, "a.png"))
            with Image.open(path) as image:  # opj_compress would convert the samples by a gAMA chunk
                Image.fromarray(numpy.asarray(image.convert("RGB"))).save(bare, compress_level=1)
            run([word.format(i=bare, o=file) for word in self.commands[0].split()] + arguments.split())
            run([word.format(i=file, o=out) for word in self.commands[1].split()])
            return os.path.getsize(file), read_pixels(out)


def jpeg_settings(quality):
    return {"quality": quality, "progressive": True, "optimize": True}


PEERS = {
    "jpeg": PillowPeer("JPEG", "JPEG", {f"q {q}": jpeg_settings(q) for q in (10, 30, 60, 90)}),
    "webp": PillowPeer(
        "WebP",
        "WEBP",
        {f"q {q}": {"quality": q, "method": 6} for q in (5, 30, 75, 95)},
        {"lossless": True, "quality": 100, "method": 6},
    ),
    "jp2": ProgramPeer(
        "JPEG 2000",
        ".jp2",
        ["opj_compress -i {i} -o {o}", "opj_decompress -i {i} -o {o}"],
        {f"{bpp} bpp": f"-I -r {24 / bpp}" for bpp in (0.25, 0.5, 1, 2, 4)},
        "",
    ),
    "jxl": ProgramPeer(
        "JPEG XL",
        ".jxl",
        ["cjxl {i} {o}", "djxl {i} {o}"],
        {f"d {distance}": f"-d {distance}" for distance in (8, 4, 1.5, 0.5)},
        "-d 0",
    ),
    "avif": ProgramPeer(
        "AVIF",
        ".avif",
        ["avifenc -s 6 -y 444 {i} -o {o}", "avifdec {i} {o}"],
        {f"q {q}": f"--min {q} --max {q}" for q in (55, 40, 25, 12)},
    ),
}
