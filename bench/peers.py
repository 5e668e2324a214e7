"""The codecs beside ours, each an encoder and a decoder of a Debian package run as programs."""
import dataclasses
import os
import shutil
import subprocess

import numpy

import quality


def cut_anywhere(data, size):
    return data[:size]


def cut_jpeg(data, size):
    """Leaves out the beginning of a marker segment: libjpeg would give up at it and show nothing."""
    data = data[:size]
    segment = max(data.rfind(b"\xff\xc4"), data.rfind(b"\xff\xda"))  # tables of codes; begin of scan
    length = int.from_bytes(data[segment + 2 : segment + 4], "big")
    return data[:segment] if len(data) < segment + 2 + max(length, 2) else data


def cut_jpeg2000(data, size):
    """Leaves out the beginning of a packet: OpenJPEG would decode the missing bytes as noise."""
    return data if size >= len(data) else data[: max(data.rfind(b"\xff\x91\x00\x04", 0, size), 0)]


@dataclasses.dataclass(frozen=True)
class Peer:
    """Commands with {png} and {ppm}, the same image in two formats, {file} and {arguments}."""

    name: str
    package: str
    encoder: str
    decoder: str
    suffix: str
    settings: dict  # what a setting is called -> arguments of the encoder
    lossless: str = None  # arguments, or None if there is no such mode
    cuttable: str = None  # arguments for the file that is cut, or None if cutting is pointless
    partial: str = ""  # arguments of the decoder for a cut file
    cut: object = cut_anywhere

    def missing_programs(self):
        programs = [command.split()[0] for command in (self.encoder, self.decoder)]
        return [program for program in programs if not shutil.which(program)]

    def encode(self, image, arguments, folder):
        """The bytes of a file. `image` names the input without its suffix."""
        file = os.path.join(folder, "a" + self.suffix)
        names = {"png": image + ".png", "ppm": image + ".ppm", "file": file, "arguments": arguments}
        command = self.encoder.format(**names).split()
        result = run(command)
        if result.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: failed: {result.stdout.decode(errors='replace').strip()}")
        with open(file, "rb") as stream:
            return stream.read()

    def decode(self, data, folder, shape, is_cut=False):
        """The pixels of a file; None if it is cut and the decoder shows nothing of the wanted shape."""
        file, out = os.path.join(folder, "a" + self.suffix), os.path.join(folder, "out")
        names = {"png": out + ".png", "ppm": out + ".ppm", "file": file, "partial": self.partial if is_cut else ""}
        with open(file, "wb") as stream:
            stream.write(data)
        picture = names["png"] if "{png}" in self.decoder else names["ppm"]
        if os.path.exists(picture):
            os.remove(picture)
        result = run(self.decoder.format(**names).split())
        try:
            pixels = quality.read_pixels(picture)
        except OSError:
            pixels = numpy.empty(0)
        if pixels.shape == shape:
            return pixels
        if is_cut:
            return None
        raise RuntimeError(f"{self.decoder}: no picture: {result.stdout.decode(errors='replace').strip()}")


def run(command):
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )


def jpeg(name, sampling, qualities, **more):
    return Peer(
        name,
        "libjpeg-turbo-progs",
        f"cjpeg -progressive -sample {sampling} {{arguments}} -outfile {{file}} {{ppm}}",
        "djpeg -outfile {ppm} {file}",
        ".jpg",
        {f"q {q}": f"-quality {q}" for q in qualities},
        cut=cut_jpeg,
        **more,
    )


def jpeg_xl(name, more, distances, **others):
    return Peer(
        name,
        "libjxl-tools",
        f"cjxl {{png}} {{file}} --num_threads=0 {more} {{arguments}}",
        "djxl {file} {ppm} {partial}",
        ".jxl",
        {f"d {distance}": f"-d {distance}" for distance in distances},
        partial="--allow_partial_files",
        **others,
    )


QUALITIES = (5, 10, 20, 45, 75, 90, 95, 98)  # of JPEG
DISTANCES = (15, 7, 3.5, 1.5, 0.6, 0.2, 0.1)  # of JPEG XL
JPEG2000_LAYERS = ",".join(str(decibels) for decibels in range(20, 53, 2))

# HEIC and AVIF 4:4:4 are tuned for PSNR, which makes both stronger by that measure; AVIF 4:2:0, JPEG, JPEG XL and WebP are as they come.
PEERS = {
    "jpeg": jpeg("JPEG", "2x2", QUALITIES, cuttable="-quality 90"),
    "jpeg444": jpeg("JPEG 4:4:4", "1x1", QUALITIES),
    "jp2": Peer(
        "JPEG 2000",
        "libopenjp2-tools",
        "opj_compress -i {png} -o {file} {arguments}",
        "opj_decompress -i {file} -o {ppm} {partial}",
        ".j2k",
        {f"{rate} bpp": f"-I -r {24 / rate}" for rate in (0.05, 0.1, 0.2, 0.4, 0.7, 1.2, 2, 3, 4.5, 6)},
        lossless="-r 1",
        cuttable=f"-I -SOP -q {JPEG2000_LAYERS}",
        partial="-allow-partial",
        cut=cut_jpeg2000,
    ),
    "webp": Peer(
        "WebP",
        "webp",
        "cwebp -m 6 {arguments} {png} -o {file}",
        "dwebp {file} -ppm -o {ppm}",
        ".webp",
        {f"q {q}": f"-q {q}" for q in (0, 15, 50, 75, 92, 100)},
        lossless="-lossless -q 100",
    ),
    "jxl": jpeg_xl("JPEG XL", "", DISTANCES, lossless="-d 0"),
    "jxlp": jpeg_xl("JPEG XL progressive", "-p --progressive_dc=1", DISTANCES, cuttable="-d 1"),
    "heic": Peer(
        "HEIC 4:4:4",
        "libheif-examples",
        "heif-enc -p chroma=444 -p tune=psnr {arguments} {png} -o {file}",
        "heif-convert {file} {png}",
        ".heic",
        {f"q {q}": f"-q {q}" for q in (5, 20, 36, 52, 68, 84)},
    ),
    "avif": Peer(
        "AVIF 4:4:4",
        "libavif-bin",
        "avifenc -s 6 -y 444 {arguments} {png} -o {file}",
        "avifdec {file} {png}",
        ".avif",
        {f"q {q}": f"-a tune=psnr --min {q} --max {q}" for q in (62, 50, 38, 26, 14, 5)},
        lossless="--lossless",
    ),
    "avif420": Peer(
        "AVIF 4:2:0",
        "libavif-bin",
        "avifenc -s 6 -y 420 {arguments} {png} -o {file}",
        "avifdec {file} {png}",
        ".avif",
        {f"q {q}": f"--min {q} --max {q}" for q in (62, 50, 38, 26, 14, 5)},
    ),
}


def version(package):
    """Of an installed Debian package; empty where there is no dpkg."""
    try:
        result = run(["dpkg-query", "-W", "-f", "${Version}", package])
    except FileNotFoundError:
        return ""
    return result.stdout.decode() if result.returncode == 0 else ""
