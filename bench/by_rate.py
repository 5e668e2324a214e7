#!/usr/bin/python3
"""How much larger our loss is than another codec's at equal bytes, by ranges of the rate, from tables of rate.py --csv."""
import argparse
import collections
import csv

import numpy

import quality

EDGES = (0.2, 0.35, 0.6, 1.0, 1.7, 3.0)  # bits per pixel


def curves_of(paths, measure):
    """(image, codec) -> [(bpp, measure on a scale that grows as the logarithm of the rate)], ascending."""
    curves = collections.defaultdict(list)
    for path in paths:
        with open(path, encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if row[measure] and row["kind"] in ("curve", "step", "inside"):
                    value = quality.MEASURES[measure].scale(float(row[measure]))
                    curves[row["image"], row["codec"]].append((float(row["bpp"]), value))
    return {key: sorted(points) for key, points in curves.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tables", nargs="+", help="CSV files of rate.py")
    parser.add_argument("--measure", default="butteraugli", choices=quality.MEASURES)
    parser.add_argument("--peer", default="JPEG XL", help="as the table calls it (%(default)s)")
    options = parser.parse_args()
    curves = curves_of(options.tables, options.measure)
    changes = collections.defaultdict(list)
    for (image, codec), points in curves.items():
        if codec != options.peer:
            continue
        rates, values = zip(*curves[image, "uqd"])
        for bpp, value in points:
            if EDGES[0] <= bpp <= EDGES[-1]:
                ours = numpy.interp(numpy.log(bpp), numpy.log(rates), values)
                changes[numpy.searchsorted(EDGES, bpp, "right") - 1].append(ours - value)
    for k in range(len(EDGES) - 1):
        if changes[k]:
            mean, worst = (100 * (10 ** (-value / 10) - 1) for value in (numpy.mean(changes[k]), min(changes[k])))
            print(f"{EDGES[k]:.2f} to {EDGES[k + 1]:.2f} bpp  {mean:+6.1f} %, worst {worst:+6.1f} %, {len(changes[k])} files")


if __name__ == "__main__":
    main()
