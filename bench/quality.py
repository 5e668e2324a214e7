"""How close a picture is to its original: PSNR over RGB and of luma, MS-SSIM of luma, butteraugli and SSIMULACRA."""
import dataclasses
import os
import shutil
import subprocess

import numpy
from PIL import Image
from scipy.ndimage import correlate1d

WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)  # of the five scales, the finest first
WINDOW = numpy.exp(-(numpy.arange(-5, 6) ** 2) / (2 * 1.5**2))
WINDOW /= WINDOW.sum()
SMALLEST = (len(WINDOW) - 1) * 2 ** (len(WEIGHTS) - 1) + 1  # the window must fit into the coarsest scale


def read_pixels(path):
    """RGB pixels as 8-bit integers; of shape rows, columns, 3."""
    with Image.open(path) as image:
        return numpy.asarray(image.convert("RGB"))


def psnr(a, b):
    """Decibels from the mean squared error over all RGB samples; infinite if there is none."""
    mse = numpy.mean(numpy.square(a.astype(numpy.int32) - b), dtype=numpy.float64)
    return float(10 * numpy.log10(255.0**2 / mse)) if mse > 0 else numpy.inf


def luma(pixels):
    """Luma by BT.601, between 0 and 255."""
    return pixels @ numpy.array([0.299, 0.587, 0.114], numpy.float32)


def blur(plane):
    """The Gaussian means at all places where the whole window fits."""
    plane = correlate1d(plane, WINDOW, axis=0)[5:-5]
    return correlate1d(plane, WINDOW, axis=1)[:, 5:-5]


def halve(plane):
    """Means of 2 x 2 samples; an odd last row or column is dropped."""
    rows, columns = (side // 2 for side in plane.shape)
    return plane[: 2 * rows, : 2 * columns].reshape(rows, 2, columns, 2).mean(axis=(1, 3))


def ms_ssim(a, b):
    """Multi-scale structural similarity of luma, at most 1; None where five scales do not fit."""
    if min(a.shape[:2]) < SMALLEST:
        return None
    a, b = luma(a), luma(b)
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    product = 1.0
    for scale, weight in enumerate(WEIGHTS):
        mean_a, mean_b = blur(a), blur(b)
        square_a, square_b, cross = mean_a**2, mean_b**2, mean_a * mean_b
        variances = blur(a * a) - square_a + blur(b * b) - square_b
        similarity = (2 * (blur(a * b) - cross) + c2) / (variances + c2)
        if scale == len(WEIGHTS) - 1:
            similarity *= (2 * cross + c1) / (square_a + square_b + c1)
        product *= max(float(similarity.mean()), 0.0) ** weight
        a, b = halve(a), halve(b)
    return product


def luma_psnr(a, b):
    """Decibels of luma."""
    mse = numpy.mean(numpy.square(luma(a) - luma(b)), dtype=numpy.float64)
    return float(10 * numpy.log10(255.0**2 / mse)) if mse > 0 else numpy.inf


def run_judge(program, original, picture):
    """What a program prints of two files."""
    result = subprocess.run([program, original, picture], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    if result.returncode != 0:
        raise RuntimeError(f"{program}: failed: {result.stderr.strip()}")
    return result.stdout


def butteraugli(original, picture):
    """The 3-norm of butteraugli's distances over the picture; 0 if there are none."""
    return float(run_judge("butteraugli_main", original, picture).rsplit("3-norm:", maxsplit=1)[1])


def ssimulacra(original, picture):
    """SSIMULACRA 1: 0 if there is no difference."""
    return float(run_judge("ssimulacra_main", original, picture).split()[-1])


@dataclasses.dataclass(frozen=True)
class Measure:
    """A number of a picture beside its original, called by its field in points."""

    title: str
    digits: int
    scale: object  # to what grows with quality, nearly as the logarithm of the rate
    least: float  # of that scale, curves have to share so much to be compared
    program: str = ""  # that is needed, of Debian's libjxl-devtools

    def is_there(self):
        return not self.program or shutil.which(self.program) is not None


def decibels_of_loss(value):
    """Of a distance from 0."""
    return -10 * numpy.log10(max(value, 1e-9))


MEASURES = {
    "psnr": Measure("PSNR/dB", 2, float, 0.5),
    "luma_psnr": Measure("luma/dB", 2, float, 0.5),
    "ms_ssim": Measure("MS-SSIM", 4, lambda value: decibels_of_loss(1 - value), 0.5),
    "butteraugli": Measure("butteraugli", 3, decibels_of_loss, 0.25, "butteraugli_main"),
    "ssimulacra": Measure("SSIMULACRA", 4, decibels_of_loss, 0.25, "ssimulacra_main"),
}
JUDGES = {"butteraugli": butteraugli, "ssimulacra": ssimulacra}  # of files


def measure(names, original, original_path, pixels, folder):
    """Measure -> value of a picture, for all these measures."""
    found = {}
    picture = os.path.join(folder, "judged.png")
    if any(name in JUDGES for name in names):
        Image.fromarray(pixels).save(picture, compress_level=1)
    for name in names:
        if name in JUDGES:
            found[name] = JUDGES[name](original_path, picture)
        else:
            found[name] = {"psnr": psnr, "luma_psnr": luma_psnr, "ms_ssim": ms_ssim}[name](original, pixels)
    return found
