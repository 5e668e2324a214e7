"""Realism: the sliced Wasserstein distance between patches of originals and of reconstructions.

Patches of 7 x 7 RGB samples are taken from a Laplacian pyramid at random places, the same ones in the
original and in its reconstruction, and projected on random directions. Along each direction the patches
of all images are sorted, and the mean distance of equal ranks is the Wasserstein distance of the two
sets. It is about statistics and not about places: a blurred picture is far, one with the right grain in
other places is near. Samples are divided by the standard deviation of the original's level, for both.

Two sets without pairs are compared the same way: every picture has its own places, samples are divided by
the deviation of all pictures of the reference set, and the smaller set's ranks are stretched.
"""
import numpy

PATCH, PATCHES, DIRECTIONS, LEVELS = 7, 128, 64, 3


def directions():
    """Unit vectors, one a column, over the samples of a patch."""
    vectors = numpy.random.default_rng(1).standard_normal((PATCH * PATCH * 3, DIRECTIONS)).astype(numpy.float32)
    return vectors / numpy.linalg.norm(vectors, axis=0)


def pyramid(pixels):
    """Laplacian levels, the finest first; the last one keeps the low frequencies."""
    plane = pixels.astype(numpy.float32)
    for _ in range(LEVELS - 1):
        rows, columns = (side // 2 * 2 for side in plane.shape[:2])
        plane = plane[:rows, :columns]
        coarse = plane.reshape(rows // 2, 2, columns // 2, 2, 3).mean(axis=(1, 3))
        yield plane - coarse.repeat(2, axis=0).repeat(2, axis=1)
        plane = coarse
    yield plane


def _project(pixels, deviations, random):
    """Levels x patches x directions, of patches at random places."""
    vectors, found = directions(), []
    for level, deviation in zip(pyramid(pixels), deviations):
        rows, columns = (random.integers(0, side - PATCH + 1, PATCHES) for side in level.shape[:2])
        patches = [level[y : y + PATCH, x : x + PATCH].reshape(-1) for y, x in zip(rows, columns)]
        found.append((numpy.array(patches) / numpy.tile(deviation, PATCH * PATCH)) @ vectors)
    return numpy.array(found, dtype=numpy.float16)


def slices(pixels, original):
    """The projected patches of one picture: levels x patches x directions."""
    deviations = [level.std(axis=(0, 1)) + 1e-3 for level in pyramid(original)]
    return _project(pixels, deviations, numpy.random.default_rng(2))


def distance(slices_a, slices_b):
    """Between the patches of two lists of pictures; the mean over levels and directions, times 1000."""
    a, b = (numpy.sort(numpy.concatenate(s, axis=1).astype(numpy.float32), axis=1) for s in (slices_a, slices_b))
    return 1e3 * float(numpy.mean(numpy.abs(a - b)))


def unpaired_distance(pictures, references):
    """The same between two sets of pictures of any two numbers, none of which belongs to another."""
    levels = [numpy.array(level) for level in zip(*map(pyramid, references))]
    deviations = [level.std(axis=(0, 1, 2)) + 1e-3 for level in levels]
    random = numpy.random.default_rng(2)
    sides = [[_project(pixels, deviations, random) for pixels in side] for side in (pictures, references)]
    a, b = (numpy.sort(numpy.concatenate(side, axis=1).astype(numpy.float32), axis=1) for side in sides)
    ranks = (numpy.arange(max(a.shape[1], b.shape[1])) + 0.5) / max(a.shape[1], b.shape[1])
    a, b = (s[:, (ranks * s.shape[1]).astype(int)] for s in (a, b))
    return 1e3 * float(numpy.mean(numpy.abs(a - b)))
